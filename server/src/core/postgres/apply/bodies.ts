import type { AlterRelation, Body, Call, Command, CreateRoutine, Guard } from '../../sql/commands'
import { type Catalog, constraintNamed, creationSchema, key, keyIn, keyOf, type Overload, tableAt } from '../catalog'
import { calleeOf } from '../routines'
import type { At } from './at'

type Apply = (catalog: Catalog, command: Command, at: At) => Catalog

/** Returns the catalog after CREATE FUNCTION and CREATE PROCEDURE: OR REPLACE replaces what takes the same arguments. */
export function withRoutine(catalog: Catalog, command: CreateRoutine): Catalog {
  const name = key(creationSchema(catalog, command.name), command.name.name)
  const known = catalog.routines.get(name)
  const volatility = known && !command.orReplace ? worse(known.volatility, command.volatility) : command.volatility
  const others = known?.overloads.filter(overload => !takesTheSame(overload, command)) ?? []
  return {
    ...catalog,
    routines: catalog.routines.with(name, { volatility, overloads: [...others, { routine: command }] }),
  }
}

const takesTheSame = ({ routine }: Overload, command: CreateRoutine): boolean =>
  routine.parameters?.signature === command.parameters?.signature

const worse = <T extends CreateRoutine['volatility']>(a: T, b: T): T => {
  const order: readonly string[] = ['immutable', 'stable', 'volatile']
  return order.indexOf(a) >= order.indexOf(b) ? a : b
}

/** Returns the catalog after the statements of a body. A ROLLBACK that runs for sure undoes what stands before it. */
export function withBody(catalog: Catalog, body: Pick<Body, 'statements'>, at: At, apply: Apply): Catalog {
  let [result, committed] = [catalog, catalog]
  for (const { command, conditional, guard } of body.statements) {
    if (!conditional && command.tag === 'ROLLBACK') result = committed
    else result = withInner(result, command, { ...at, conditional: at.conditional || conditional }, guard, apply)
    if (!conditional && command.tag === 'COMMIT') committed = result
  }
  return result
}

/**
 * Under a guard what a statement makes is there afterwards, whether it ran or not: as with IF NOT EXISTS; and what it drops is
 * not: as with IF EXISTS.
 */
export function withInner(catalog: Catalog, command: Command, at: At, guard: Guard | undefined, apply: Apply): Catalog {
  if (guard === 'presence') return apply(catalog, command, 'names' in command ? { ...at, conditional: false } : at)
  if (guard !== 'absence') return apply(catalog, command, at)
  const isSure = { ...at, conditional: false }
  switch (command.tag) {
    case 'CREATE TABLE':
    case 'CREATE FOREIGN TABLE':
    case 'CREATE TABLE AS':
    case 'CREATE MATERIALIZED VIEW':
    case 'CREATE INDEX':
    case 'CREATE SEQUENCE':
      return apply(catalog, { ...command, ifNotExists: command.keywords }, isSure)
    case 'CREATE TYPE':
      return catalog.types.has(keyIn(catalog, catalog.types, command.type)) ? catalog : apply(catalog, command, isSure)
    case 'CREATE DOMAIN':
      return catalog.types.has(keyIn(catalog, catalog.types, command.domain))
        ? catalog
        : apply(catalog, command, isSure)
    case 'ALTER TABLE':
      return apply(catalog, withoutWhatIsThere(catalog, command), isSure)
    default:
      return apply(catalog, command, at)
  }
}

function withoutWhatIsThere(catalog: Catalog, command: AlterRelation): AlterRelation {
  const table = tableAt(catalog, keyOf(catalog, command.relation))
  const isThere = (name: string | undefined) => name !== undefined && constraintNamed(table, name) !== undefined
  return {
    ...command,
    subcommands: command.subcommands.filter(
      subcommand => subcommand.kind !== 'ADD CONSTRAINT' || !isThere(subcommand.constraint.name?.name),
    ),
  }
}

/** Returns the catalog after the functions and procedures that a statement calls. */
export function withCalled(catalog: Catalog, calls: readonly Call[], at: At, apply: Apply): Catalog {
  if (catalog.routines.size === 0) return catalog
  return calls.reduce((result, call) => {
    const callee = calleeOf(result, call)
    if (!callee || 'unknown' in callee || at.running?.has(callee.routine)) return result
    const running = new Set(at.running).add(callee.routine)
    return withBody(result, callee.body, { ...at, running }, apply)
  }, catalog)
}
