import type { Session } from '../../scripts/postgres/session'
import { type Catalog, emptyCatalog } from '../../server/src/core/postgres/catalog'
import { effectsOf } from '../../server/src/core/postgres/effects'
import { stronger } from '../../server/src/core/postgres/locks'
import { afterwards, type Case, commandOf, must, reset } from './cases'
import { type Measured, measure } from './measure'
import type { Watch } from './watch'

/** One statement: what the model says of it and what PostgreSQL did, aspect by aspect, in words that can be compared. */
export interface Claim {
  readonly said: Aspects
  readonly measured: Aspects
}

export type Aspects = Readonly<Record<string, readonly string[]>>

/** Returns the names of the aspects in which a claim is wrong. */
export const differences = ({ said, measured }: Claim): string[] =>
  [...new Set([...Object.keys(said), ...Object.keys(measured)])].filter(
    aspect => said[aspect]?.join() !== measured[aspect]?.join(),
  )

/**
 * Returns a function that runs a case on `session`, which it has for itself, and says what was claimed and measured.
 * What only other sessions can see is left out of both without `watch`.
 */
export function proverOn(session: Session, schema: string, watch?: Watch): (tested: Case) => Promise<Claim> {
  const postgres = session.major
  let base: Catalog | undefined
  let isDirty = true
  return async ({ setup, statement }) => {
    base ??= afterwards(emptyCatalog(true), schema, postgres).catalog
    if (isDirty) await reset(session, schema)
    isDirty = true
    await must(session, setup)
    const measured = await measure(session, statement, watch)
    isDirty = setup !== '' || measured.refusesTransactionBlock
    return compared(statement, base, setup, postgres, measured)
  }
}

function compared(statement: string, base: Catalog, setup: string, postgres: number, measured: Measured): Claim {
  const { catalog, parameters } = afterwards(base, setup, postgres)
  const effects = effectsOf(commandOf(statement), catalog, { postgres }, parameters)
  if (measured.error !== undefined || effects.fails)
    return { said: refused(effects.fails?.message), measured: refused(measured.error) }
  const locks = effects.locks.filter(({ kind, mode }) => mode !== 'ACCESS SHARE' || kind !== 'composite type')
  const said: Record<string, readonly string[]> = {
    refuses: effects.refusesTransactionBlock ? ['a transaction block'] : [],
    rewrites: [...effects.rewrites].sort(),
    drops: [...effects.drops].sort(),
  }
  const seen: Record<string, readonly string[]> = {
    refuses: measured.refusesTransactionBlock ? ['a transaction block'] : [],
    rewrites: measured.rewrites,
    drops: measured.drops,
  }
  if (measured.locks) {
    said.locks = locks.map(({ relation, mode, atFirst = mode }) => `${relation} ${stronger(mode, atFirst)}`).sort()
    seen.locks = [...measured.locks].map(([relation, mode]) => `${relation} ${mode}`).sort()
  }
  if (measured.waitsForTransactions !== undefined) {
    said.waits = effects.waitsForTransactions ? ['for transactions'] : []
    seen.waits = measured.waitsForTransactions ? ['for transactions'] : []
  }
  if (!buildsOfNothing(statement)) {
    said.builds = [...effects.builds].sort()
    seen.builds = measured.builds.map(name => name.replace(/_ccnew$/, ''))
  }
  if (measured.scans) {
    said.scans = [...effects.scans].sort()
    seen.scans = measured.scans.filter(table => !isPlanned(statement) || effects.scans.includes(table))
  }
  return { said, measured: seen }
}

const refused = (message: string | undefined): Aspects => (message === undefined ? {} : { error: [message] })

/** Whether the planner decides how such a statement reads: then only what we claim to be read whole must be. */
const isPlanned = (statement: string) =>
  /^(?:SELECT|WITH|INSERT|UPDATE|DELETE|TABLE|COPY|DO)\b|\bDETACH\b/.test(statement)

/** CREATE TABLE builds indexes of no rows, TRUNCATE and WITH NO DATA empty ones. */
const buildsOfNothing = (statement: string) => /^(?:CREATE TABLE|TRUNCATE)|WITH NO DATA$/.test(statement)
