import { nearestName } from '../core/likeness'
import { ruleIds, syntaxRule } from '../core/lint'
import { rules } from '../core/rules/index'
import type { Rule } from '../core/rules/rule'
import { exitCodes, type Terminal, UsageError } from './terminal'

/** Prints every rule in a line, or all that one rule says; returns the exit code. */
export function showRules(id: string | undefined, postgres: number, terminal: Terminal): number {
  if (id === undefined) terminal.write(ruleList(terminal))
  else terminal.write(ruleText(id, postgres, terminal))
  return exitCodes.fine
}

/** Returns the rule's id as it is; throws with the nearest one for an id that no rule has. */
export function knownRule(id: string): string {
  if (ruleIds.includes(id)) return id
  const near = nearestName(id, ruleIds)
  throw new UsageError(
    `no rule is called "${id}"${near ? `; did you mean "${near}"?` : '; `migration-guard rules` lists them'}`,
  )
}

function ruleList({ colours }: Terminal): string {
  const width = Math.max(...rules.map(rule => rule.id.length))
  return rules
    .map(rule => `${colours.bold(rule.id.padEnd(width))}  ${weight(rule).padEnd(11)}  ${colours.dim(rule.risk)}\n`)
    .join('')
}

/** What the rule's findings weigh where the settings do not say. */
const weight = ({ isOff, severity }: Rule): string => (isOff ? 'off' : severity)

function ruleText(id: string, postgres: number, { colours, columns }: Terminal): string {
  const rule = rules.find(candidate => candidate.id === knownRule(id))
  if (!rule) return `${colours.bold(syntaxRule)} (error, failure)\n\nPostgreSQL's parser refuses the statement.\n`
  const manual = rule.manual.map(page => `https://www.postgresql.org/docs/${postgres}/${page}`)
  const blocks = [
    `${colours.bold(rule.id)} (${rule.isOff ? `off unless it is named: --rule ${rule.id}=${rule.severity}` : rule.severity}, ${rule.risk})`,
    prose(rule.why, columns),
    colours.bold('Instead'),
    prose(rule.instead, columns),
    colours.bold('Examples'),
    rule.examples.trim().replace(/^-- shows: .*\n/gm, ''),
    ...(manual.length > 0 ? [colours.bold('Manual'), manual.join('\n')] : []),
  ]
  return `${blocks.join('\n\n')}\n`
}

/** Paragraphs and lists, each in lines that fit; a page of the rules is named by its text alone. */
const prose = (markdown: string, columns: number): string =>
  markdown
    .trim()
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .split(/\n{2,}|\n(?=- )/)
    .map(paragraph => wrapped(paragraph, Math.min(columns, widest)))
    .join('\n\n')
    .replace(/\n\n(?=- )/g, '\n')

/** Longer lines are hard to read. */
const widest = 100

function wrapped(paragraph: string, columns: number): string {
  const indent = paragraph.startsWith('- ') ? '  ' : ''
  const lines = ['']
  for (const word of wordsOf(paragraph, columns - indent.length)) {
    const line = lines.at(-1) ?? ''
    const longer = line.trim() === '' ? `${line}${word}` : `${line} ${word}`
    if (longer.length <= columns || line.trim() === '') lines[lines.length - 1] = longer
    else lines.push(`${indent}${word}`)
  }
  return lines.join('\n')
}

/** What stands between backticks is one word, unless no line can hold it. */
const wordsOf = (paragraph: string, most: number): string[] =>
  (paragraph.match(/(?:`[^`]*`|\S)+/g) ?? []).flatMap(word => (word.length > most ? word.split(/\s+/) : [word]))
