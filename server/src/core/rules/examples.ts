import type { Severity } from '../finding'
import { frameworkIds } from '../history/frameworks/index'
import { defaultSettings, type Settings } from '../settings'
import type { Rule } from './rule'

/** One example: a small history, what must be said of it, and what the fixes make of it. */
export interface Case {
  /** What the example is part of: a rule's id, a fixture file. */
  readonly origin: string
  /** The notation, as it was read. */
  readonly source: string
  readonly kind: 'bad' | 'good'
  readonly title: string
  /** The hazards that the rule claims to find, each a short noun phrase: `-- shows:`. A finding here proves each of them. */
  readonly shows: readonly string[]
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
  /** `-- file: <path> (applied)`: it has run in production, as it is or before it was edited. All others are then pending. */
  readonly state?: 'applied' | 'edited'
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

/** Returns the cases that a rule shows: there it is on, whatever it is by default. */
export function examplesOf({ id, severity, examples, isOff }: Rule): Case[] {
  const cases = casesIn(examples, id)
  if (!isOff) return cases
  return cases.map(({ settings, ...rest }) => ({
    ...rest,
    settings: { ...settings, rules: { [id]: severity, ...settings.rules } },
  }))
}

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

function caseOf(lines: readonly string[], origin: string): Case {
  const header = /^-- (bad|good): (.*)$/.exec(lines[0] ?? '')
  if (!header) throw new Error(`${origin}: a case starts with "-- bad:" or "-- good:", not with "${lines[0]}"`)
  const shows: string[] = []
  const given: string[] = []
  const files: OpenFile[] = []
  const fixes: { title: string; files: OpenFile[] }[] = []
  const open = (named?: string): OpenFile => {
    const fix = fixes.at(-1)
    const [, path, state] = /^(.*?)(?: \((applied|edited)\))?$/.exec(named ?? '') ?? []
    const file = { path: path || undefined, state: state as CaseFile['state'], lines: [], marks: [] }
    ;(fix ? fix.files : files).push(file)
    return file
  }
  let file: OpenFile | undefined
  for (const line of lines.slice(1)) {
    const [, word, rest = ''] = /^-- (shows|given|file|fix): (.*)$/.exec(line) ?? []
    if (word === 'shows') shows.push(rest)
    else if (word === 'given') given.push(...rest.split(/,\s*/))
    else if (word === 'file') file = open(rest)
    else if (word === 'fix') {
      fixes.push({ title: rest, files: [] })
      file = undefined
    } else if (line.startsWith('--')) addMark(line, file, origin)
    else if (line.startsWith('  ') || line.trim() === '') {
      if (!file && line.trim() === '') continue
      file ??= open()
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
    shows,
    given,
    settings,
    framework,
    files: files.map(({ path: named, state, lines: sql, marks }) => ({
      path: named ?? path,
      isNamed: named !== undefined,
      state,
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
  readonly state: CaseFile['state']
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

const tools: ReadonlySet<string> = new Set(frameworkIds)

function givenSettings(given: readonly string[], origin: string): { settings: Settings; framework?: string } {
  let settings = defaultSettings
  let framework: string | undefined
  for (const item of given) {
    const version = /^postgres (\d+)$/.exec(item)?.[1]
    const rule = /^([\w-]+) (off|error|warning|information|hint)$/.exec(item)
    if (version) settings = { ...settings, postgres: Number(version), isAssumed: undefined }
    else if (rule) settings = { ...settings, rules: { ...settings.rules, [rule[1] as string]: rule[2] as Severity } }
    else if (/^today \d{4}-\d\d-\d\d$/.test(item)) settings = { ...settings, today: item.slice('today '.length) }
    else if (tools.has(item)) framework = item
    else throw new Error(`${origin}: "-- given: ${item}" is not known`)
  }
  return { settings, framework }
}

/** A caret run; for a finding over several lines `+2:5` says that it ends two lines below, at column 5 of the SQL. */
const markPattern = /^--( *)(\^+)(?:\+(\d+):(\d+))? (error|warning|information|hint) \[([\w-]+): (.*)\]$/

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
