import { combined, edited } from '../server/src/core/edits'
import type { Finding, Fix } from '../server/src/core/finding'
import { type History, historyOf, withApplied } from '../server/src/core/history/history'
import { lint } from '../server/src/core/lint'
import type { Case, CaseFile, Mark } from '../server/src/core/rules/examples'

/** Where the files of every case lie. */
export const folder = 'migrations'

/** Returns the case in the notation, with the findings and fixes that it has now. */
export function caseAsText(example: Case): string {
  const history = historyFor(example)
  const findings = findingsOf(example, history)
  const lines = [`-- ${example.kind}: ${example.title}`, ...example.shows.map(hazard => `-- shows: ${hazard}`)]
  if (example.given.length > 0) lines.push(`-- given: ${example.given.join(', ')}`)
  for (const file of example.files) {
    if (file.isNamed) lines.push(`-- file: ${file.path}${file.state ? ` (${file.state})` : ''}`)
    const marks = (findings.get(file.path) ?? []).map(finding => markOf(finding, file.text))
    lines.push(...textLines(file.text, marks))
  }
  for (const fix of fixesOf(example, findings)) lines.push(...fixLines(example, fix))
  return lines.join('\n')
}

/** Returns the history that the files of a case make. */
export function historyFor({ files, framework }: Pick<Case, 'files' | 'framework'>): History {
  const history = historyOf({
    path: folder,
    files: files.map(({ path, text }) => ({ path: `${folder}/${path}`, text })),
    framework,
  })
  const having = (...states: CaseFile['state'][]) =>
    files.filter(({ state }) => states.includes(state)).map(({ path }) => `${folder}/${path}`)
  const paths = new Set(having('applied', 'edited'))
  const originals = new Map(having('edited').map(path => [path, 'SELECT 1;\n']))
  return paths.size === 0 ? history : withApplied(history, { paths, originals, by: 'on branch "main"' })
}

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
  const made = creates.map(({ path, text }) => ({
    path: path.slice(folder.length + 1),
    text,
    isNamed: true,
    marks: [],
  }))
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

function textLines(text: string, marks: readonly Mark[] = []): string[] {
  if (text.trimEnd() === '') return []
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
    if (file.path !== tested || lines.length > 1) lines.push(`-- file: ${file.path}`)
    lines.push(...textLines(file.text))
  }
  return lines
}
