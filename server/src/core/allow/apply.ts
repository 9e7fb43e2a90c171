import type { Finding } from '../finding'
import type { Settings } from '../settings'
import type { Allowance } from './allowances'

/** What is left of findings, and which comment allowed what. */
export interface Applied {
  readonly findings: readonly Finding[]
  /** Ids of the rules of which a comment allowed a finding, or would with a reason. */
  readonly used: ReadonlyMap<Allowance, ReadonlySet<string>>
}

/** Returns the findings that no comment allows; what has a problem or is over allows nothing. */
export function withoutAllowed(
  findings: readonly Finding[],
  allowances: readonly Allowance[],
  settings: Settings,
): Applied {
  const used = new Map<Allowance, Set<string>>()
  const meant = allowances.filter(
    allowance => (!allowance.problem || allowance.lacksReason) && !isOver(allowance, settings),
  )
  const left = findings.filter(finding => {
    const allowing = meant.filter(allowance => allows(allowance, finding))
    for (const allowance of allowing) used.set(allowance, (used.get(allowance) ?? new Set()).add(finding.rule))
    return allowing.every(({ problem }) => problem !== undefined)
  })
  return { findings: left, used }
}

/** Returns whether the last day of an allow comment has passed. */
export const isOver = ({ until }: Allowance, { today }: Settings): boolean =>
  until !== undefined && today !== undefined && until < today

/** What cannot be read is no matter of opinion. */
const allows = ({ rules, scope }: Allowance, { rule, span }: Finding): boolean =>
  (rules === 'all' ? rule !== 'syntax' : rules.some(({ id }) => id === rule)) &&
  scope.some(({ start, end }) => start <= span.start && span.start < end)
