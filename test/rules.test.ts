import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explain } from '../server/src/core/explain'
import type { Finding } from '../server/src/core/finding'
import { fixed } from '../server/src/core/fix'
import type { Step } from '../server/src/core/history/steps'
import { lint } from '../server/src/core/lint'
import { blocksReads, blocksWrites } from '../server/src/core/postgres/locks'
import { rules } from '../server/src/core/rules'
import type { Case } from '../server/src/core/rules/examples'
import { tokensOf } from '../server/src/core/sql/tokens'
import { examples, ofRules, others } from './cases'
import { root } from './editor/root'
import { applied, caseAsText, findingsOf, fixesOf, folder, historyFor } from './fixtures'
import { loadInstalledParser } from './parser'

const update = 'UPDATE=1 npx mocha --no-config --import=tsx test/rules.test.ts'

describe('rules', () => {
  before(loadInstalledParser)

  for (const { origin, cases } of [...examples, ...others])
    it(`${origin}: shows what it flags and what it leaves alone`, () => {
      assert(cases.some(({ kind }) => kind === 'bad'))
      assert(cases.some(({ kind }) => kind === 'good'))
    })

  for (const { origin, path, text, cases } of [...ofRules, ...others]) {
    describe(path.endsWith('.ts') ? origin : path, () => {
      if (process.env.UPDATE) it('is written anew', () => rewrite(path, text, cases))

      for (const example of process.env.UPDATE ? [] : cases) {
        describe(`${example.kind}: ${example.title}`, () => {
          it('finds what is marked and offers what is shown', () => {
            assert.equal(caseAsText(example), example.source, `${update} rewrites it`)
          })
          it('says something where it is bad and nothing where it is good', () => assertKind(example))
          it('fixes as it owes its user', () => assertFixes(example))
        })
      }
    })
  }
})

function assertKind(example: Case) {
  const found = [...findingsOf(example).values()].flat()
  if (example.kind === 'good') return assert.deepEqual([found, example.shows], [[], []])
  const own = rules.some(({ id }) => id === example.origin)
    ? found.filter(({ rule }) => rule === example.origin)
    : found
  assert(own.length > 0, `nothing of ${example.origin} in a bad example`)
  assert(own.length >= example.shows.length, 'more hazards are claimed than found')
}

/** design.md section 7: the result parses, the finding is gone, nothing new appears, and all safe fixes together come to an end. */
function assertFixes(example: Case) {
  const before = urgent(example)
  const all = found(example)
  for (const { finding, fix } of fixesOf(example)) {
    const after = applied(example, [fix])
    assertReads(example, after)
    assertKeepsComments(example, after, finding, fix.title)
    const left = urgent(after)
    assert(count(found(after), finding) < count(all, finding), `"${fix.title}" does not help`)
    for (const other of left) {
      // A comment that has nothing left to allow is taken out by a fix of its own.
      if (other.rule === 'allow-comment' && other.fixes.some(({ safety }) => safety === 'safe')) continue
      assert(count(left, other) <= count(before, other), `"${fix.title}" brings "${other.message}"`)
    }
    const isOneOfSeveral = fixesOf(example).some(other => other.fix.title === fix.title && other.fix !== fix)
    if (finding.risk === 'locking' && fix.safety === 'safe' && !isOneOfSeveral)
      assertMilder(example, after, finding, fix.title)
  }
  assertConverges(example)
}

/** Fewer wait while rows are read or written or an index is built; or where as many do, fewer wait for the relation at all. */
function assertMilder(before: Case, after: Case, { relation }: Finding, title: string) {
  const [was, is] = [blockedBy(before, relation), blockedBy(after, relation)]
  const isMilder = is.long < was.long || (is.long === was.long && is.all < was.all)
  // Of an index that the history does not show nobody knows the table.
  assert(isMilder || was.all === 0, `"${title}" blocks ${JSON.stringify(is)}, and before it was ${JSON.stringify(was)}`)
}

/** What the same migration has made holds little yet, and nobody uses it. */
const isNew = ({ before, migration }: Step, key: string): boolean =>
  before.relations.get(key)?.born?.migration === migration.path

/** How often readers and writers have to wait for a statement of an up: for what it takes long to read or build, and for a relation. */
function blockedBy(example: Case, relation: string | undefined): { long: number; all: number } {
  const history = historyFor(example)
  const blocked = { long: 0, all: 0 }
  for (const { path } of history.migrations) {
    for (const { step, direction, locks, held, work } of explain(history, path, example.settings)) {
      if (direction !== 'up') continue
      const isLong = work && work.kind !== 'wait' && work.relations.some(key => !isNew(step, key))
      for (const { relation: key, mode } of [...locks, ...held]) {
        const waiting = Number(blocksReads(mode)) + Number(blocksWrites(mode))
        if (key === relation) blocked.all += waiting
        if (isLong && !isNew(step, key)) blocked.long += waiting
      }
    }
  }
  return blocked
}

/** All safe fixes together, as `fix` applies them: none is left, and nothing is broken. */
function assertConverges(example: Case) {
  const start = historyFor(example)
  const paths = example.files.map(({ path }) => `${folder}/${path}`)
  const { history, paths: all } = fixed(start, paths, example.settings, { review: false, creates: true })
  const left = all.flatMap(path => lint(history, path, example.settings))
  assert.deepEqual(
    left.flatMap(({ fixes }) => fixes.filter(({ safety }) => safety === 'safe').map(({ title }) => title)),
    [],
  )
  assert(left.length <= found(example).length, 'all fixes together bring new findings')
}

/** Every comment stands somewhere, but those of what is left out. */
function assertKeepsComments(before: Case, after: Case, { rule }: Finding, title: string) {
  if (rule === 'allow-comment' || rule === 'redundant-index') return
  const texts = after.files.map(({ text }) => text).join('\n')
  for (const comment of before.files.flatMap(commentsOf))
    assert(texts.includes(comment), `"${title}" loses "${comment}"`)
}

/** Without what marks them: a statement that moves into a header may bring another mark. */
const commentsOf = ({ text }: Case['files'][number]): string[] =>
  tokensOf(text)
    .flatMap(token => (token.kind === 'comment' ? [token.text.replace(/^--\s*/, '').trim()] : []))
    .filter(comment => !/^[+>!]/.test(comment))

function assertReads(before: Case, after: Case) {
  assert.deepEqual(broken(after), broken(before))
}

const broken = (example: Case): string[] =>
  found(example).flatMap(({ rule, message }) => (rule === 'syntax' ? [message] : []))

const found = (example: Case): Finding[] => [...findingsOf(example).values()].flat()

const urgent = (example: Case): Finding[] =>
  found(example).filter(({ severity }) => severity === 'error' || severity === 'warning')

const count = (findings: readonly Finding[], finding: Finding): number =>
  findings.filter(({ rule, message }) => rule === finding.rule && message === finding.message).length

/** Puts what the cases find now into the file that they come from. */
function rewrite(path: string, text: string, cases: readonly Case[]) {
  const file = join(root, path)
  const current = cases.map(caseAsText).join('\n\n')
  if (!path.endsWith('.ts')) return writeFileSync(file, `${current}\n`)
  const escaped = (sql: string) => sql.replace(/[\\`]|\$\{/g, '\\$&')
  const code = readFileSync(file, 'utf8')
  assert(
    code.includes(`examples: \`${escaped(text)}\``),
    `examples of ${path} are not one template without substitutions`,
  )
  writeFileSync(
    file,
    code.replace(`examples: \`${escaped(text)}\``, () => `examples: \`\n${escaped(current)}\n\``),
  )
}
