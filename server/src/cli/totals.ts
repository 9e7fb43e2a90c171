import { type Severity, severities } from '../core/finding'
import type { Judged } from './judge'

/** How much was judged and what came of it. */
export type Totals = Readonly<Record<Severity | 'files' | 'statements', number>>

/** Returns the sums over all migrations judged. */
export function totalsOf(files: readonly Judged[]): Totals {
  const totals = { files: files.length, statements: 0, error: 0, warning: 0, information: 0, hint: 0 }
  for (const { migration, findings } of files) {
    for (const section of migration.sections) totals.statements += section.statements.length
    for (const finding of findings) totals[finding.severity]++
  }
  return totals
}

/** Returns whether a finding is at least as urgent as `least`. */
export const hasAtLeast = (totals: Totals, least: Severity): boolean =>
  severities.slice(0, severities.indexOf(least) + 1).some(severity => totals[severity] > 0)
