import type { Session } from '../../scripts/postgres/session'
import { type Catalog, emptyCatalog } from '../../server/src/core/postgres/catalog'
import { failureOf } from '../../server/src/core/postgres/failures'
import { afterwards, type Case, commandOf, must, reset } from './cases'
import type { Claim } from './claims'
import { refusals } from './measure'
import { type Description, describedCatalog, realCatalog, unknownColumns } from './real-catalog'

/**
 * Returns a function that runs the statements of a case on `session`, which it has for itself, and through `apply`, and says
 * what both then have, relation by relation.
 */
export function folderOn(session: Session, schema: string): (tested: Case) => Promise<Claim> {
  let base: Catalog | undefined
  return async ({ setup, statement }) => {
    if (!base) {
      await reset(session, schema)
      base = afterwards(emptyCatalog(true), schema, session.major).catalog
    }
    const sql = `${setup}\n${statement}`
    await must(session, 'BEGIN')
    const { error } = await session.run(sql)
    const real = error ? undefined : await realCatalog(session)
    await must(session, 'ROLLBACK')
    // What refuses a transaction block changes no relation that we could not see change here.
    if (error && refusals.has(error.code)) return { said: {}, measured: {} }
    if (!real) {
      const fails = failureOf(commandOf(statement), afterwards(base, setup, session.major).catalog, {
        postgres: session.major,
      })
      return { said: fails ? { error: [fails.message] } : {}, measured: { error: [error?.message ?? ''] } }
    }
    return compared(real, afterwards(base, sql, session.major).catalog)
  }
}

function compared(real: Description, catalog: Catalog): Claim {
  const unknown = new Set(unknownColumns(catalog))
  const known = (description: Description): Description =>
    Object.fromEntries(
      Object.entries(description).map(([key, facts]) => [
        key,
        unknown.has(key) ? facts.filter(fact => !fact.startsWith('column ')) : facts,
      ]),
    )
  return { said: known(describedCatalog(catalog)), measured: known(real) }
}
