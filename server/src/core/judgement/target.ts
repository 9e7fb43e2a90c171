import { stepsOf } from '../history/steps'
import { asTable, type Birth, type Catalog, keyOf, type Relation, relationNamed, type Table } from '../postgres/catalog'
import type { Effects } from '../postgres/effects'
import { subcommandEffects } from '../postgres/effects'
import { blocksReads, blocksWrites, type LockMode } from '../postgres/locks'
import type { AlterRelation } from '../sql/commands'
import type { Name } from '../sql/parts'
import type { Statement } from '../sql/statements'
import type { Subcommand, SubcommandKind } from '../sql/subcommands'
import type { RuleContext } from './context'
import { isMadeAnew, isMadeByOtherName } from './made-here'

/** Returns the catalog as the migration leaves it. */
export const catalogAtEnd = ({ steps, after }: RuleContext): Catalog => steps.at(-1)?.after ?? after

/** A table that others use while the migration runs. */
export interface Target {
  /** As messages print it: `table "users"`. */
  readonly label: string
  /** `public.users`. */
  readonly relation: string
  /** Absent where the history does not know it: then it is taken as existing and large. */
  readonly table?: Table
}

/**
 * Returns the table that a name means, or undefined where nobody can be hurt: a table that this migration makes or another
 * that has not run yet, a temporary one, or something that is no table.
 */
export function existingTable(name: Name, context: RuleContext): Target | undefined {
  const relation = relationNamed(context.catalog, name)
  if (isMade(relation, context) || isMadeHere(name, context)) return undefined
  const table = asTable(relation)
  if (relation && (!table || !tableKinds.has(table.kind))) return undefined
  return { label: `${table?.kind ?? 'table'} ${inQuotes(name)}`, relation: keyOf(context.catalog, name), table }
}

/** The same of a table or a view, whichever of them the statement means. */
export function existingTableOrView(
  { tag, relation: name }: Pick<AlterRelation, 'tag' | 'relation'>,
  context: RuleContext,
): Target | undefined {
  const relation = relationNamed(context.catalog, name)
  const view = asTable(relation)
  if (tag === 'ALTER TABLE' && !view?.kind.endsWith('view')) return existingTable(name, context)
  if (isMade(relation, context) || (relation && !view?.kind.endsWith('view'))) return undefined
  const kind = view?.kind ?? (tag === 'ALTER MATERIALIZED VIEW' ? 'materialized view' : 'view')
  return { label: `${kind} ${inQuotes(name)}`, relation: keyOf(context.catalog, name), table: view }
}

/** The same of a sequence that is called by its name: one of a column follows its table. */
export function existingSequence(name: Name, context: RuleContext): Target | undefined {
  const relation = relationNamed(context.catalog, name)
  if (isMade(relation, context)) return undefined
  if (relation && (relation.kind !== 'sequence' || relation.ownedBy)) return undefined
  return { label: `sequence ${inQuotes(name)}`, relation: keyOf(context.catalog, name) }
}

const tableKinds: ReadonlySet<string> = new Set(['table', 'partitioned table', 'foreign table'])

/**
 * Returns whether this migration made the relation, in any of its transactions, or another one that is pending like it, or
 * it is temporary: nobody waits for it, and in production it is empty or small.
 */
export const isNew = (name: Name, context: RuleContext): boolean =>
  isMade(relationNamed(context.catalog, name), context) || isMadeHere(name, context)

const isMadeHere = (name: Name, context: RuleContext): boolean =>
  isMadeAnew(name, context) || isMadeByOtherName(name, context)

function isMade(relation: Relation | undefined, context: RuleContext): boolean {
  if (!relation) return false
  if ('persistence' in relation && relation.persistence === 'temporary') return true
  return isUnreleased(relation.born, context)
}

/** Returns whether what was made then is not in production before this migration runs. */
export function isUnreleased(
  born: Birth | undefined,
  {
    migration,
    history,
    settings,
    statement,
  }: Pick<RuleContext, 'migration' | 'history' | 'settings'> & Partial<Pick<RuleContext, 'statement'>>,
): boolean {
  if (born === undefined) return false
  const isOwn = born.migration === migration.path
  const isPending = history.stateOf(born.migration) === 'pending'
  // A changelog that has grown is pending for what is new in it: what the rest of it makes is there.
  const hasGrown = isPending && history.source.applied?.paths.has(born.migration)
  if (!hasGrown) return isOwn || isPending
  if (!isOwn) return false
  const hasRun = ({ span }: Pick<Statement, 'span'>) => history.hasRunAt(migration.path, span.start)
  const maker = stepsOf(history, migration, settings).find(({ transaction }) => transaction.number === born.transaction)
  return !maker || !hasRun(maker.statement) || (statement !== undefined && hasRun(statement))
}

/** Returns a name between double quotes, as PostgreSQL's messages print it. */
export const inQuotes = (name: { schema?: string; name: string }): string =>
  `"${name.schema ? `${name.schema}.` : ''}${name.name}"`

/** Returns tables as a sentence names them, the first three of many: `tables "a" and "b"`. */
export function tablesListed(names: readonly string[]): string {
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  const text = shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : shown[0]
  return `${names.length > 1 ? 'tables' : 'table'} ${text}`
}

/** Returns a message's main clause: `CREATE INDEX takes SHARE on table "users": INSERT, UPDATE and DELETE wait`. */
export const takes = (what: string, mode: LockMode, label: string): string =>
  `${what} takes ${mode} on ${label}: ${whoWaits(mode)}`

/** Returns who waits for a lock mode, as the subject and verb of a message. */
export function whoWaits(mode: LockMode): string {
  if (blocksReads(mode)) return 'reads and writes wait'
  if (blocksWrites(mode)) return 'INSERT, UPDATE and DELETE wait'
  return 'schema changes wait'
}

/** Returns the mode in which the command locks a relation. */
export const modeOn = (effects: Effects, relation: string): LockMode | undefined =>
  effects.locks.find(lock => lock.relation === relation)?.mode

/** Returns whether one of these relations is the target, or a partition through which it is reached. */
export const touches = (relations: readonly string[], { relation, table }: Target): boolean =>
  table?.kind === 'partitioned table' ? relations.length > 0 : relations.includes(relation)

/** Returns the catalog that others see until the statement's transaction commits. */
export function catalogAtBegin({ steps, transaction, before }: RuleContext): Catalog {
  return steps.find(step => step.transaction.number === transaction.number)?.before ?? before
}

/** Returns the catalog that others see when the statement's transaction commits. */
export function catalogAtCommit({ steps, transaction, after }: RuleContext): Catalog {
  return steps.findLast(step => step.transaction.number === transaction.number)?.after ?? after
}

/** Narrows also where several kinds share one shape. */
export type SubcommandOfKind<K extends SubcommandKind> = Subcommand & { readonly kind: K }

export interface JudgedSubcommand<K extends SubcommandKind> {
  readonly subcommand: SubcommandOfKind<K>
  readonly effects: Effects
  /** Its place among the subcommands of its ALTER TABLE. */
  readonly place: number
}

/** Yields the subcommands of the kinds asked for, each with its own effects. */
export function* subcommandsOf<K extends SubcommandKind>(
  alter: AlterRelation,
  context: RuleContext,
  ...kinds: readonly K[]
): Iterable<JudgedSubcommand<K>> {
  if (!alter.subcommands.some(subcommand => kinds.includes(subcommand.kind as K))) return
  const effects = ownEffects(alter, context)
  for (const [place, subcommand] of alter.subcommands.entries()) {
    const own = effects[place]
    if (own && kinds.includes(subcommand.kind as K)) {
      yield { subcommand: subcommand as SubcommandOfKind<K>, effects: own, place }
    }
  }
}

/** Returns those clauses that surely write the table anew: what others of the statement read of it then costs little more. */
export function rewritingIn(alter: AlterRelation, context: RuleContext): readonly Subcommand[] {
  const effects = ownEffects(alter, context)
  return alter.subcommands.filter((_, place) => {
    const own = effects[place]
    return own !== undefined && own.rewrites.length > 0 && own.unknown.length === 0
  })
}

/** All rules of ALTER TABLE ask the same of one statement. */
function ownEffects(alter: AlterRelation, context: RuleContext): readonly Effects[] {
  const { catalog, transaction, migration } = context
  const settings = { postgres: context.settings.postgres, migration: migration.path }
  const known = effectsIn.get(context) ?? subcommandEffects(alter, catalog, settings, transaction.parameters)
  effectsIn.set(context, known)
  return known
}

const effectsIn = new WeakMap<RuleContext, readonly Effects[]>()
