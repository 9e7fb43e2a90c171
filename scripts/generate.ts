import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Risk } from '../server/src/core/finding'
import { frameworkIds } from '../server/src/core/history/frameworks/index'
import { rules } from '../server/src/core/rules'
import { type Case, examplesOf } from '../server/src/core/rules/examples'
import type { Rule } from '../server/src/core/rules/rule'

const root = fileURLToPath(new URL('..', import.meta.url))

const pages = 'docs/rules'

/** Returns the text of every file that is generated from the rules and the list of tools, by its path in the project. */
export function generated(): Map<string, string> {
  const files = new Map(rules.map(rule => [`${pages}/${rule.id}.md`, page(rule)]))
  files.set(`${pages}/README.md`, index())
  files.set('docs/coverage.md', coverage())
  files.set('README.md', withTable(read('README.md')))
  files.set('package.json', withSettings(read('package.json')))
  return files
}

/** Returns the paths of generated files that are not what the rules say now, pages of rules that are gone included. */
export function stale(): string[] {
  const files = generated()
  const changed = [...files.keys()].filter(path => read(path) !== files.get(path))
  return [...changed, ...obsolete(files)]
}

function refresh() {
  const files = generated()
  for (const path of obsolete(files)) rmSync(join(root, path))
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

const obsolete = (files: ReadonlyMap<string, string>): string[] =>
  existsSync(join(root, pages))
    ? readdirSync(join(root, pages))
        .map(name => `${pages}/${name}`)
        .filter(path => !files.has(path))
    : []

const read = (path: string): string => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '')

const generatedNote = '<!-- Generated from server/src/core/rules: `npm run generate`. -->'

function page(rule: Rule): string {
  const cases = examplesOf(rule)
  const parts = [
    `# ${rule.id}`,
    generatedNote,
    `${capital(rule.risk)} · ${rule.isOff ? `off, ${rule.severity} where it is on` : rule.severity} · ${directions(rule)} · ${judged(rule)}`,
    '## What happens',
    rule.why.trim(),
    '## What to do',
    rule.instead.trim(),
    '## Flagged',
    'The lines that begin with `--` in the first column are ours: which file, what is said of it, and what a fix makes of it.',
    ...cases.filter(({ kind }) => kind === 'bad').map(example),
    '## Not flagged',
    ...cases.filter(({ kind }) => kind === 'good').map(example),
    '## Allow it',
    `\`\`\`sql\n-- guard: allow ${rule.id}: why it is all right here\n\`\`\``,
    `directly above the statement, or at the end of its line. For all files: \`"migrationGuard.rules": { "${rule.id}": "off" }\` in the editor, \`--rule ${rule.id}=off\` on the command line.`,
    '## In the manual',
    rule.manual.map(link => `- [${link}](https://www.postgresql.org/docs/current/${link})`).join('\n'),
  ]
  return `${parts.join('\n\n')}\n`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const judged = ({ on }: Rule): string =>
  typeof on === 'string' ? (on === 'migration' ? 'whole files' : on) : on.map(tag => `\`${tag}\``).join(', ')

const directions = ({ directions = ['up'] }: Rule): string =>
  directions.length > 1 ? 'up and down migrations' : `${directions[0]} migrations`

function example(shown: Case): string {
  const sql = shown.source
    .split('\n')
    .slice(1)
    .filter(line => !/^-- (?:given|shows): /.test(line))
    .join('\n')
  return `### ${heading(shown)}\n\n\`\`\`sql\n${sql}\n\`\`\``
}

const heading = ({ title, given }: Case): string =>
  `${capital(title)}${given.length > 0 ? ` (${given.join(', ')})` : ''}`

/** What the heading is called in an address, by GitHub and by the editor's preview. */
const anchor = (shown: Case): string =>
  heading(shown)
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-')

/** What each risk means, in the order of the documentation. */
const risks: Readonly<Record<Risk, string>> = {
  locking: 'Others wait',
  failure: 'The migration fails, or does something else than it seems to',
  'data-loss': 'Data is lost',
  rollback: 'The way back does not lead back',
  compatibility: 'Running code breaks',
  performance: 'The database gets slower',
  design: 'Advice for the schema',
}

const rulesByRisk = (): [Risk, Rule[]][] =>
  (Object.keys(risks) as Risk[])
    .map((risk): [Risk, Rule[]] => [risk, rules.filter(rule => rule.risk === risk)])
    .filter(([, own]) => own.length > 0)

function index(): string {
  const intro = 'Rules that are off are silent until the settings name a severity for them.'
  const sections = rulesByRisk().flatMap(([risk, own]) => [
    `## ${risks[risk]} (${risk})`,
    ['| Rule | Severity | What happens |', '| --- | --- | --- |', ...own.map(indexRow)].join('\n'),
  ])
  const more = 'Which hazard is covered by which rule: [coverage](../coverage.md).'
  return `${['# The rules', generatedNote, intro, more, ...sections].join('\n\n')}\n`
}

const indexRow = (rule: Rule): string =>
  `| [${rule.id}](${rule.id}.md) | ${weight(rule)} | ${firstSentence(rule.why)} |`

const weight = ({ isOff, severity }: Rule): string => (isOff ? `off (${severity})` : severity)

/** Which hazard is covered by which rule and fix, and what that does of the advice in common guides. */
function coverage(): string {
  const intro = [
    'Each hazard of a migration that is looked for, the rule that tells of it, how much it weighs where the settings do not say, the',
    'fixes that are offered, and the advice of common guides to migrations that rule and fixes bring about. A hazard leads to the',
    'example in which the rule finds it; the examples are run as tests. What is known and not looked for: [left out](left-out.md).',
  ].join('\n')
  const sections = rulesByRisk().flatMap(([risk, own]) => [
    `## ${risks[risk]} (${risk})`,
    ['| Hazards | Rule | Severity | Fixes | Advice |', '| --- | --- | --- | --- | --- |', ...own.map(coverageRow)].join(
      '\n',
    ),
  ])
  return `${['# What is covered', generatedNote, intro, ...sections].join('\n\n')}\n`
}

function coverageRow(rule: Rule): string {
  const cells = [
    hazards(rule).join('<br>'),
    `[${rule.id}](rules/${rule.id}.md)`,
    weight(rule),
    list(fixTitles(rule)),
    list(rule.seeds ?? []),
  ]
  return `| ${cells.join(' | ')} |`
}

/** What the examples of a rule prove that it finds, and where they stand. */
function hazards(rule: Rule): string[] {
  const cases = examplesOf(rule)
  const all = cases.flatMap(shown =>
    shown.shows.map(hazard => `[${capital(hazard)}](rules/${rule.id}.md#${anchor(shown)})`),
  )
  if (all.length === 0) throw new Error(`no example of ${rule.id} says what it shows`)
  if (new Set(cases.map(anchor)).size < cases.length) throw new Error(`two examples of ${rule.id} have one title`)
  return all
}

const list = (items: readonly string[]): string => items.map(capital).join('<br>')

/**
 * What the fixes of a rule are called, the names that they take from the example left out: those of examples in which it alone
 * finds something, and of its others those that stand nowhere without it.
 */
function fixTitles(rule: Rule): string[] {
  const isOwn = (title: string) => examples.filter(titledLike(title)).every(({ files }) => finders(files).has(rule.id))
  const isAlone = ({ files }: Case) => [...finders(files)].every(id => id === rule.id)
  const own = examplesOf(rule)
  return [
    ...new Set([
      ...own.filter(isAlone).flatMap(titlesIn),
      ...own
        .filter(example => !isAlone(example))
        .flatMap(titlesIn)
        .filter(isOwn),
    ]),
  ]
}

const examples = rules.flatMap(examplesOf)

const finders = (files: Case['files']): ReadonlySet<string> =>
  new Set(files.flatMap(({ marks }) => marks.map(mark => mark.rule)))

const titledLike =
  (title: string) =>
  (example: Case): boolean =>
    titlesIn(example).includes(title)

const titlesIn = ({ fixes }: Case): string[] =>
  fixes.map(({ title }) => title.replace(/"[^"]+"/g, '...').replace(/\([\w, ]+\)/g, '(...)'))

/** The rules by risk; `folder` is where their pages are, as seen from the file with the table. */
function table(folder: string): string {
  const inOrder = rulesByRisk().flatMap(([, own]) => own)
  const rows = inOrder.map(
    rule => `| [${rule.id}](${folder}/${rule.id}.md) | ${rule.risk} | ${weight(rule)} | ${firstSentence(rule.why)} |`,
  )
  return ['| Rule | Risk | Severity | What happens |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

const firstSentence = (text: string): string =>
  /^.*?(?<!\.\.)[.:](?=\s|$)/s.exec(text.trim())?.[0].replace(/\s+/g, ' ').replace(/:$/, '.') ?? ''

const opening = '<!-- rules: generated by `npm run generate` -->'
const closing = '<!-- /rules -->'

function withTable(readme: string): string {
  const start = readme.indexOf(opening)
  const end = readme.indexOf(closing)
  if (start < 0 || end < start) throw new Error(`README.md has no ${opening} and ${closing} around its table of rules`)
  return `${readme.slice(0, start + opening.length)}\n\n${table(pages)}\n\n${readme.slice(end)}`
}

function withSettings(manifest: string): string {
  const json = JSON.parse(manifest)
  const { properties } = json.contributes.configuration
  properties['migrationGuard.framework'].enum = ['', ...frameworkIds]
  properties['migrationGuard.rules'].properties = Object.fromEntries(
    rules.map(rule => [
      rule.id,
      {
        type: 'string',
        enum: ['error', 'warning', 'information', 'hint', 'off'],
        default: rule.isOff ? 'off' : rule.severity,
        markdownDescription: firstSentence(rule.why),
      },
    ]),
  )
  return `${JSON.stringify(json, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) refresh()
  else {
    const files = stale()
    if (files.length > 0) console.error(`stale: ${files.join(', ')}\nrefresh with: npm run generate`)
    process.exitCode = files.length > 0 ? 1 : 0
  }
}
