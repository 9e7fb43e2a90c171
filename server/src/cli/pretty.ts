import type { Explanation } from '../core/explain'
import type { Finding, Severity } from '../core/finding'
import { conflictText, unquoted } from '../core/hover/rendering'
import { positionsIn } from '../core/lines'
import { asWritten } from '../core/placeholders'
import { type LockMode, lockModes } from '../core/postgres/locks'
import type { Settings } from '../core/settings'
import { type Words, wordsOf } from '../core/words'
import type { Explained } from './explain'
import { frameOf, visible } from './frame'
import type { Judged } from './judge'
import { shownPath } from './paths'
import type { Terminal } from './terminal'
import type { Totals } from './totals'

/** Returns the findings of one migration as a person reads them: place and message, the line marked, detail, hint, fixes. */
export function prettyFindings({ path, migration, findings }: Judged, terminal: Terminal): string {
  if (findings.length === 0) return ''
  const positionOf = positionsIn(migration.text)
  const shown = shownPath(path, terminal.folder)
  return findings
    .map(finding => {
      const { line, column } = positionOf(finding.span.start)
      return prettyFinding(finding, `${shown}:${line + 1}:${column + 1}`, String(line + 1), migration.text, terminal)
    })
    .join('')
}

function prettyFinding(finding: Finding, place: string, line: string, text: string, terminal: Terminal): string {
  const { colours } = terminal
  const paint = painters(terminal)[finding.severity]
  const gutter = ' '.repeat(line.length + 2)
  const frame = frameOf(text, finding.span, terminal.columns - gutter.length - 2)
  const lines = [
    `${colours.bold(visible(place))} ${paint(finding.severity)} ${colours.bold(visible(finding.message))} ${colours.dim(`[${finding.rule}]`)}`,
    `${colours.dim(` ${line} |`)} ${frame.source}`,
    `${colours.dim(`${gutter}|`)} ${' '.repeat(frame.indent)}${paint('^'.repeat(frame.width))}`,
  ]
  if (finding.detail) lines.push(...labelled('DETAIL', finding.detail, gutter, terminal))
  if (finding.hint) lines.push(...labelled('HINT', finding.hint, gutter, terminal))
  for (const fix of finding.fixes)
    lines.push(...labelled('FIX', `${fix.title}${fix.safety === 'review' ? ' (to review)' : ''}`, gutter, terminal))
  if (finding.withheld) lines.push(...labelled('NO FIX', finding.withheld, gutter, terminal))
  return `${lines.join('\n')}\n\n`
}

const painters = ({ colours }: Terminal): Record<Severity, (text: string) => string> => ({
  error: colours.red,
  warning: colours.yellow,
  information: colours.blue,
  hint: colours.cyan,
})

/** PostgreSQL's own way of printing the fields of a message; folded only where a person reads along. */
function labelled(
  label: string,
  text: string,
  indent: string,
  { colours, columns, isInteractive }: Terminal,
): string[] {
  const head = `${label}: `
  const width = isInteractive ? columns - indent.length - head.length : Number.POSITIVE_INFINITY
  return visible(text)
    .split('\n')
    .flatMap(line => folded(line, width))
    .map((line, index) => `${indent}${index === 0 ? colours.dim(head) : ' '.repeat(head.length)}${line}`)
}

function folded(text: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current)
      current = word
    } else current = current === '' ? word : `${current} ${word}`
  }
  return [...lines, current]
}

/** Returns the last line of `check`: how much was found in how much. */
export function prettyTotals(totals: Totals, { colours }: Terminal): string {
  if (totals.files === 0) return `${colours.green('Nothing is pending')}.\n`
  const scope = `${counted(totals.files, 'file')} (${counted(totals.statements, 'statement')})`
  const found = (['error', 'warning', 'information', 'hint'] as const)
    .filter(severity => totals[severity] > 0)
    .map(severity => counted(totals[severity], severity))
  if (found.length === 0) return `${colours.green('No findings')} in ${scope}.\n`
  return `${colours.bold(found.join(', '))} in ${scope}.\n`
}

/** Returns a number with its noun: `1 error`, `2 errors`, `2 information`. */
export const counted = (count: number, noun: string): string =>
  `${count} ${count === 1 || noun === 'information' ? noun : `${noun}s`}`

/** Returns what every statement of the migrations does, in plain words, and at the end what the lock modes met mean. */
export function prettyExplanations(files: readonly Explained[], settings: Settings, terminal: Terminal): string {
  const met = new Set<LockMode>()
  const texts = files.map(({ path, migration, explanations }) => {
    const positionOf = positionsIn(migration.text)
    const shown = shownPath(path, terminal.folder)
    return explanations.map(explanation => {
      const { line, column } = positionOf(explanation.span.start)
      const words = wordsOf(explanation, settings)
      for (const mode of words.conflicts) met.add(mode)
      const place = `${shown}:${line + 1}:${column + 1}`
      return prettyWords(words, explanation, place, String(line + 1), terminal)
    })
  })
  const modes = lockModes.filter(mode => met.has(mode)).reverse()
  const legend = modes.length > 0 ? [`${conflictText(modes)}\n`] : []
  return [...texts.flat(), ...legend].join('\n')
}

function prettyWords(
  words: Words,
  { span, step }: Explanation,
  place: string,
  line: string,
  terminal: Terminal,
): string {
  const { colours } = terminal
  const gutter = ' '.repeat(line.length + 2)
  const { source } = frameOf(
    step.migration.text,
    { start: span.start, end: span.start },
    terminal.columns - gutter.length - 2,
  )
  const written = (text: string) => visible(asWritten(unquoted(text), step.migration.placeholders))
  return [
    `${colours.bold(visible(place))} ${colours.cyan(words.title)} ${colours.dim(`[${step.direction}]`)}`,
    `${colours.dim(` ${line} |`)} ${source}`,
    ...words.sentences.flatMap(sentence => indented(written(sentence), gutter, terminal)),
    ...(words.manual ? [`${gutter}${colours.dim(words.manual.href)}`] : []),
    '',
  ].join('\n')
}

function indented(text: string, gutter: string, { columns, isInteractive }: Terminal): string[] {
  const width = isInteractive ? columns - gutter.length - 2 : Number.POSITIVE_INFINITY
  return folded(text, width).map((line, index) => `${gutter}${index === 0 ? '' : '  '}${line}`)
}
