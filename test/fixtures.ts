import { combined, edited } from '../server/src/core/edits'
import type { Finding, Fix, Severity } from '../server/src/core/finding'
import { type History, historyOf } from '../server/src/core/history/history'
import { lint } from '../server/src/core/lint'
import { defaultSettings, type Settings } from '../server/src/core/settings'

/** One example: a small history, what must be said of it, and what the fixes make of it. */
export interface Case {
  /** What the example is part of: a rule's id, a fixture file. */
  readonly origin: string
  /** The notation, as it was read. */
  readonly source: string
  readonly kind: 'bad' | 'good'
  readonly title: string
  /** As written after `-- given:`. */
  readonly given: readonly string[]
  readonly settings: Settings
  /** The id of the migration tool; absent where the files speak for themselves. */
  readonly framework?: string
  /** The last one is under test; earlier ones are its history. */
  readonly files: readonly CaseFile[]
  readonly fixes: readonly FixSection[]
}

export interface CaseFile {
  /** Below the folder of migrations. */
  readonly path: string
  /** Whether a `-- file:` line names it. */
  readonly isNamed: boolean
  readonly text: string
  readonly marks: readonly Mark[]
}

/** A finding as the notation shows it. Lines and columns count from 0, in UTF-16 units. */
export interface Mark {
  readonly line: number
  readonly start: number
  readonly endLine: number
  readonly end: number
  readonly severity: Severity
  readonly rule: string
  readonly message: string
}

/** The files that a fix changes or makes, as they are afterwards. */
export interface FixSection {
  readonly title: string
  readonly files: readonly { readonly path: string; readonly text: string }[]
}

/** Where the files of every case lie. */
export const folder = 'migrations'

/** Returns the cases of a text in the notation of the examples: column 0 belongs to the notation, SQL starts at column 2. */
export function casesIn(text: string, origin: string): Case[] {
  const cases: Case[] = []
  let lines: string[] = []
  const finish = () => {
    if (lines.some(line => line.trim() !== '')) cases.push(caseOf(lines, origin))
    lines = []
  }
  for (const line of text.split('\n')) {
    if (/^-- (?:bad|good): /.test(line)) finish()
    lines.push(line)
  }
  finish()
  return cases
}

/** Returns the case in the notation, with the findings and fixes that it has now. */
export function caseAsText(example: Case): string {
  const history = historyFor(example)
  const findings = findingsOf(example, history)
  const lines = [`-- ${example.kind}: ${example.title}`]
  if (example.given.length > 0) lines.push(`-- given: ${example.given.join(', ')}`)
  for (const file of example.files) {
    if (file.isNamed) lines.push(`-- file: ${file.path}`)
    const marks = (findings.get(file.path) ?? []).map(finding => markOf(finding, file.text))
    lines.push(...textLines(file.text, marks))
  }
  for (const fix of fixesOf(example, findings)) lines.push(...fixLines(example, fix))
  return lines.join('\n')
}

/** Returns the history that the files of a case make. */
export const historyFor = ({ files, framework }: Pick<Case, 'files' | 'framework'>): History =>
  historyOf({
    path: folder,
    files: files.map(({ path, text }) => ({ path: `${folder}/${path}`, text })),
    framework,
  })

/** Returns the findings of each file of a case, by its path below the folder. A rule that throws fails the test. */
export function findingsOf(example: Case, history: History = historyFor(example)): Map<string, readonly Finding[]> {
  const fail = (rule: string, error: unknown) => {
    throw new Error(`rule ${rule} threw`, { cause: error })
  }
  return new Map(example.files.map(({ path }) => [path, lint(history, `${folder}/${path}`, example.settings, fail)]))
}

/** Returns every fix of every finding, in order. */
export const fixesOf = (example: Case, findings = findingsOf(example)): { finding: Finding; fix: Fix }[] =>
  example.files.flatMap(({ path }) =>
    (findings.get(path) ?? []).flatMap(finding => finding.fixes.map(fix => ({ finding, fix }))),
  )

/** Returns the case with the files as they are when `fixes` are applied together. */
export function applied(example: Case, fixes: readonly Fix[]): Case {
  const { edits, creates } = combined(fixes)
  const changed = example.files.map(file => {
    const own = edits.filter(({ path }) => path === `${folder}/${file.path}`)
    return own.length > 0 ? { ...file, text: edited(file.text, own) } : file
  })
  const made = creates.map(({ path, text }) => ({ path: path.slice(folder.length + 1), text, isNamed: true, marks: [] }))
  return { ...example, files: [...changed, ...made] }
}

/** Returns a finding as the notation shows it. */
export function markOf(finding: Finding, text: string): Mark {
  const start = positionOf(text, finding.span.start)
  const end = positionOf(text, finding.span.end)
  return {
    line: start.line,
    start: start.column,
    endLine: end.line,
    end: end.column,
    severity: finding.severity,
    rule: finding.rule,
    message: finding.message,
  }
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length - 1, column: offset - (before.lastIndexOf('\n') + 1) }
}

function caseOf(lines: readonly string[], origin: string): Case {
  const header = /^-- (bad|good): (.*)$/.exec(lines[0] ?? '')
  if (!header) throw new Error(`${origin}: a case starts with "-- bad:" or "-- good:", not with "${lines[0]}"`)
  const given: string[] = []
  const files: OpenFile[] = []
  const fixes: { title: string; files: OpenFile[] }[] = []
  const open = (path: string | undefined): OpenFile => {
    const fix = fixes.at(-1)
    const file = { path, lines: [], marks: [] }
    ;(fix ? fix.files : files).push(file)
    return file
  }
  let file: OpenFile | undefined
  for (const line of lines.slice(1)) {
    const [, word, rest = ''] = /^-- (given|file|fix): (.*)$/.exec(line) ?? []
    if (word === 'given') given.push(...rest.split(/,\s*/))
    else if (word === 'file') file = open(rest)
    else if (word === 'fix') {
      fixes.push({ title: rest, files: [] })
      file = undefined
    } else if (line.startsWith('--')) addMark(line, file, origin)
    else if (line.startsWith('  ') || line.trim() === '') {
      if (!file && line.trim() === '') continue
      file ??= open(undefined)
      file.lines.push(line.slice(2))
    } else throw new Error(`${origin}: "${line}" is neither notation nor SQL at column 2`)
  }
  const { settings, framework } = givenSettings(given, origin)
  const path = files.at(-1)?.path ?? defaultPaths[framework ?? ''] ?? '0001_example.sql'
  return {
    origin,
    source: lines.join('\n').trimEnd(),
    kind: header[1] === 'bad' ? 'bad' : 'good',
    title: header[2] ?? '',
    given,
    settings,
    framework,
    files: files.map(({ path: named, lines: sql, marks }) => ({
      path: named ?? path,
      isNamed: named !== undefined,
      text: textOf(sql),
      marks,
    })),
    fixes: fixes.map(({ title, files: changed }) => ({
      title,
      files: changed.map(({ path: named, lines: sql }) => ({ path: named ?? path, text: textOf(sql) })),
    })),
  }
}

interface OpenFile {
  readonly path: string | undefined
  readonly lines: string[]
  readonly marks: Mark[]
}

const textOf = (lines: readonly string[]): string => {
  const text = lines.join('\n').trimEnd()
  return text === '' ? '' : `${text}\n`
}

const defaultPaths: Readonly<Record<string, string>> = {
  flyway: 'V1__example.sql',
  'golang-migrate': '000001_example.up.sql',
  prisma: '20240101000000_example/migration.sql',
}

const tools = new Set(['plain', 'golang-migrate', 'goose', 'dbmate', 'flyway', 'prisma'])

function givenSettings(given: readonly string[], origin: string): { settings: Settings; framework?: string } {
  let settings = defaultSettings
  let framework: string | undefined
  for (const item of given) {
    const version = /^postgres (\d+)$/.exec(item)?.[1]
    const rule = /^([\w-]+) (off|error|warning|information|hint)$/.exec(item)
    if (version) settings = { ...settings, postgres: Number(version) }
    else if (rule) settings = { ...settings, rules: { ...settings.rules, [rule[1] as string]: rule[2] as Severity } }
    else if (tools.has(item)) framework = item
    else throw new Error(`${origin}: "-- given: ${item}" is not known`)
  }
  return { settings, framework }
}

/** A caret run; for a finding over several lines `+2:5` says that it ends two lines below, at column 5 of the SQL. */
const markPattern =
  /^--( *)(\^+)(?:\+(\d+):(\d+))? (error|warning|information|hint) \[([\w-]+): (.*)\]$/

function addMark(line: string, file: OpenFile | undefined, origin: string) {
  const [, blanks = '', carets = '', lines, column, severity, rule = '', message = ''] = markPattern.exec(line) ?? []
  if (!file || !severity) throw new Error(`${origin}: "${line}" is no mark`)
  const at = file.lines.length - 1
  const start = blanks.length
  file.marks.push({
    line: at,
    start,
    endLine: at + Number(lines ?? 0),
    end: column ? Number(column) : start + carets.length,
    severity: severity as Severity,
    rule,
    message,
  })
}

function textLines(text: string, marks: readonly Mark[] = []): string[] {
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line, number) => [
      line === '' ? '' : `  ${line}`,
      ...marks.filter(mark => mark.line === number).map(mark => markLine(mark, line)),
    ])
}

function markLine(mark: Mark, line: string): string {
  const isLong = mark.endLine > mark.line
  const carets = '^'.repeat(Math.max(1, (isLong ? line.length : mark.end) - mark.start))
  const rest = isLong ? `+${mark.endLine - mark.line}:${mark.end}` : ''
  return `--${' '.repeat(mark.start)}${carets}${rest} ${mark.severity} [${mark.rule}: ${mark.message}]`
}

function fixLines(example: Case, { fix }: { fix: Fix }): string[] {
  const after = applied(example, [fix])
  const tested = example.files.at(-1)?.path
  const lines = [`-- fix: ${fix.title}`]
  for (const file of after.files) {
    const before = example.files.find(({ path }) => path === file.path)
    if (before?.text === file.text) continue
    if (file.path !== tested) lines.push(`-- file: ${file.path}`)
    lines.push(...textLines(file.text))
  }
  return lines
}
