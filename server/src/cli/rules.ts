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

function ruleText(id: string, postgres: number, { colours }: Terminal): string {
  const rule = rules.find(candidate => candidate.id === knownRule(id))
  if (!rule) return `${colours.bold(syntaxRule)} (error, failure)\n\nPostgreSQL's parser refuses the statement.\n`
  const manual = rule.manual.map(page => `https://www.postgresql.org/docs/${postgres}/${page}`)
  const blocks = [
    `${colours.bold(rule.id)} (${rule.isOff ? `off unless it is named: --rule ${rule.id}=${rule.severity}` : rule.severity}, ${rule.risk})`,
    rule.why.trim(),
    colours.bold('Instead'),
    rule.instead.trim(),
    colours.bold('Examples'),
    rule.examples.trim(),
    ...(manual.length > 0 ? [colours.bold('Manual'), manual.join('\n')] : []),
  ]
  return `${blocks.join('\n\n')}\n`
}
