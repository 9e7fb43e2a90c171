import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../server/src/core/finding'
import { fixed } from '../server/src/core/fix'
import { lint } from '../server/src/core/lint'
import { rules } from '../server/src/core/rules'
import { type Case, casesIn, examplesOf } from '../server/src/core/rules/examples'
import { root } from './editor/root'
import { applied, caseAsText, findingsOf, fixesOf, folder, historyFor } from './fixtures'
import { loadInstalledParser } from './parser'

/** Every text with cases: the examples of the rules, and what no single rule can show. */
const sources = [
  ...rules.map(rule => ({
    origin: rule.id,
    path: `server/src/core/rules/${rule.id}.ts`,
    text: rule.examples,
    cases: examplesOf(rule),
  })),
  ...['allow', 'syntax', 'bodies'].map(origin => {
    const path = `test/rules/${origin}.sql`
    const text = readFileSync(join(root, path), 'utf8')
    return { origin, path, text, cases: casesIn(text, origin) }
  }),
]

const update = 'UPDATE=1 npx mocha --no-config --import=tsx test/rules.test.ts'

describe('rules', () => {
  before(loadInstalledParser)

  for (const { origin, path, text, cases } of sources) {
    describe(origin, () => {
      before(() => {
        if (process.env.UPDATE) rewrite(path, text, cases)
      })

      it('shows what it flags and what it leaves alone', () => {
        assert(cases.some(({ kind }) => kind === 'bad'))
        assert(cases.some(({ kind }) => kind === 'good'))
      })

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
    const left = urgent(after)
    assert(count(found(after), finding) < count(all, finding), `"${fix.title}" does not help`)
    for (const other of left) {
      assert(count(left, other) <= count(before, other), `"${fix.title}" brings "${other.message}"`)
    }
  }
  assertConverges(example)
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
