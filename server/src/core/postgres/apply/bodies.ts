import type { AlterRelation, Command } from '../../sql/commands'
import type { OtherCommand } from '../../sql/other-commands'
import type { Call, ConstraintDefinition } from '../../sql/parts'
import type { Body, CreateRoutine, Guard } from '../../sql/routine-commands'
import {
  asTable,
  type Catalog,
  constraintNamed,
  creationSchema,
  key,
  keyIn,
  keyOf,
  type Overload,
  primaryKeyOf,
  type Trigger,
  tableAt,
  type WrittenName,
} from '../catalog'
import { withTable } from '../edit'
import { calleeOf, overloadsMeant, sameSignature } from '../routines'
import type { At } from './at'

type Apply = (catalog: Catalog, command: Command, at: At) => Catalog

/** Returns the catalog after CREATE FUNCTION and CREATE PROCEDURE: OR REPLACE replaces what takes the same arguments. */
export function withRoutine(catalog: Catalog, command: CreateRoutine): Catalog {
  const name = key(creationSchema(catalog, command.name), command.name.name)
  const others = catalog.routines.get(name)?.overloads.filter(overload => !takesTheSame(overload, command)) ?? []
  return withRoutineEntry(catalog, name, [...others, { routine: command }])
}

/** Returns the catalog after ALTER FUNCTION, PROCEDURE and ROUTINE. */
export function withRoutineAltered(catalog: Catalog, { tag, routine: altered }: OtherCommand): Catalog {
  if (!altered) return catalog
  const [meant, ...others] = overloadsMeant(catalog, altered, altered.signature, tag)
  if (!meant || others.length > 0) return catalog
  const { renameTo, setSchema, volatility, ownParameters = [] } = altered
  const { routine } = meant.overload
  const changed = {
    ...routine,
    ...(volatility && { volatility }),
    ...(ownParameters.length > 0 && { ownParameters: [...(routine.ownParameters ?? []), ...ownParameters] }),
    name: {
      ...routine.name,
      name: renameTo ?? routine.name.name,
      ...(setSchema !== undefined && { schema: setSchema }),
    },
  }
  const rest = catalog.routines.get(meant.key)?.overloads.filter(overload => overload !== meant.overload) ?? []
  const [schema = ''] = meant.key.split('.')
  const to = key(setSchema ?? schema, changed.name.name)
  const without = withTriggersCalling(withRoutineEntry(catalog, meant.key, rest), routine.name.name, changed.name)
  return withRoutineEntry(without, to, [...(without.routines.get(to)?.overloads ?? []), { routine: changed }])
}

/** Triggers go on calling their function under its new name. */
function withTriggersCalling(catalog: Catalog, from: string, { schema, name }: WrittenName): Catalog {
  const isMine = (trigger: Trigger) => trigger.function === from
  let result = catalog
  for (const [key, relation] of catalog.relations)
    if (asTable(relation)?.triggers.some(isMine))
      result = withTable(result, key, table => ({
        ...table,
        triggers: table.triggers.map(trigger =>
          isMine(trigger) ? { ...trigger, function: name, ...(schema !== undefined && { schema }) } : trigger,
        ),
      }))
  return result
}

/** Returns the catalog with such functions and procedures under one name, or none. */
export function withRoutineEntry(catalog: Catalog, key: string, overloads: readonly Overload[]): Catalog {
  const [first, ...rest] = overloads.map(({ routine }) => routine.volatility)
  if (!first) return { ...catalog, routines: catalog.routines.without(key) }
  return { ...catalog, routines: catalog.routines.with(key, { volatility: rest.reduce(worse, first), overloads }) }
}

const takesTheSame = ({ routine }: Overload, command: CreateRoutine): boolean =>
  sameSignature(routine.parameters?.signature ?? '', command.parameters?.signature ?? '')

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
  const isThere = ({ kind, name }: ConstraintDefinition) =>
    (name !== undefined && constraintNamed(table, name.name) !== undefined) ||
    (kind === 'PRIMARY KEY' && primaryKeyOf(table) !== undefined)
  return {
    ...command,
    subcommands: command.subcommands.filter(
      subcommand => subcommand.kind !== 'ADD CONSTRAINT' || !isThere(subcommand.constraint),
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
