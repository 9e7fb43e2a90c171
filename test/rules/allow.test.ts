import assert from 'node:assert/strict'
import { allowOffers, type Offer } from '../../server/src/core/allow-offers'
import type { Finding } from '../../server/src/core/finding'
import { rules } from '../../server/src/core/rules'
import { type Case, examplesOf } from '../../server/src/core/rules/examples'
import { applied, findingsOf, fixesOf, folder, historyFor } from '../fixtures'
import { loadInstalledParser } from '../parser'

describe('the allow comments that are offered', () => {
  before(loadInstalledParser)

  for (const rule of rules.filter(({ on }) => on !== 'allow comments')) {
    it(`silence ${rule.id}, and nothing else`, () => {
      const examples = examplesOf(rule).filter(({ kind }) => kind === 'bad')
      const offers = examples.flatMap(example => offersIn(example, rule.id))
      assert(offers.length > 0, 'none is offered')
      for (const { example, finding, offer } of offers) {
        const silenced = afterReason(example, offer)
        const where = `"${offer.title}" in "${example.title}"`
        assert(count(silenced, same(finding)) < count(foundIn(example), same(finding)), where)
        const others = ({ rule: other }: Finding) => other !== rule.id
        assert.equal(count(silenced, others), count(foundIn(example), others), where)
      }
    })
  }

  it('stand above the statement as far in as it, behind the line, and behind what a tool reads first', () => {
    const [example] = examplesOf({
      ...(rules.find(({ id }) => id === 'dropped-column') as (typeof rules)[number]),
      examples: `
-- bad: two lines
-- given: goose
-- file: 00001_a.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, a text, b text);
-- file: 00002_b.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  -- They have been empty for years.
    ALTER TABLE users
      DROP COLUMN a,
      DROP COLUMN b;
`,
    }) as [Case]
    const texts = offersIn(example, 'dropped-column')
      .slice(0, 3)
      .map(({ offer }) =>
        applied(example, [{ ...offer, safety: 'review' }])
          .files[1]?.text.split('\n')
          .slice(2, 8),
      )
    assert.deepEqual(texts, [
      [
        '-- They have been empty for years.',
        '  ALTER TABLE users',
        '    DROP COLUMN a, -- guard: allow dropped-column: ',
        '    DROP COLUMN b;',
        '',
      ],
      [
        '-- They have been empty for years.',
        '  -- guard: allow dropped-column: ',
        '  ALTER TABLE users',
        '    DROP COLUMN a,',
        '    DROP COLUMN b;',
        '',
      ],
      [
        '-- They have been empty for years.',
        '-- guard: allow-file dropped-column: ',
        '',
        '  ALTER TABLE users',
        '    DROP COLUMN a,',
        '    DROP COLUMN b;',
      ],
    ])
  })

  it('and fixes stand behind a byte order mark', () => {
    const [example] = examplesOf({
      ...(rules.find(({ id }) => id === 'unique-constraint-builds-index') as (typeof rules)[number]),
      examples: `
-- bad: one statement
-- file: 0001_a.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_b.sql
  ALTER TABLE users ADD UNIQUE (email);
`,
    }) as [Case]
    const mark = '\ufeff'
    const marked = { ...example, files: example.files.map(file => ({ ...file, text: mark + file.text })) }
    const offered = offersIn(marked, 'unique-constraint-builds-index')
    const changes = [...offered.map(({ offer }) => offer.edits), ...fixesOf(marked).map(({ fix }) => fix.edits)]
    assert.deepEqual(
      changes.map(edits => applied(marked, [{ title: '', safety: 'review', edits }]).files[1]?.text.split('\n')[0]),
      [
        `${mark}-- guard: allow unique-constraint-builds-index: `,
        `${mark}-- guard: allow-file unique-constraint-builds-index: `,
        `${mark}CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);`,
      ],
    )
  })
})

interface Offered {
  readonly example: Case
  readonly finding: Finding
  readonly offer: Offer
}

function offersIn(example: Case, rule: string): Offered[] {
  const history = historyFor(example)
  return [...findingsOf(example, history)].flatMap(([path, findings]) => {
    const migration = history.migrationAt(`${folder}/${path}`)
    if (!migration) return []
    return findings
      .filter(finding => finding.rule === rule)
      .flatMap(finding => allowOffers(finding, migration, example.settings).map(offer => ({ example, finding, offer })))
  })
}

const afterReason = (example: Case, { edits }: Offer): readonly Finding[] => {
  const reasoned = edits.map(edit => ({ ...edit, text: edit.text.replace(/: (?=\n|$)/, ': we know') }))
  return foundIn(applied(example, [{ title: '', safety: 'review', edits: reasoned }]))
}

const foundIn = (example: Case): readonly Finding[] => [...findingsOf(example).values()].flat()

const same =
  ({ rule, message }: Finding) =>
  (other: Finding): boolean =>
    other.rule === rule && other.message === message

const count = (findings: readonly Finding[], is: (finding: Finding) => boolean): number => findings.filter(is).length
