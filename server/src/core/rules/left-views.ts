import type { Fix } from '../finding'
import type { Step } from '../history/steps'
import { thingsIn } from '../postgres/cascades'
import { asTable, keyOf, type Relation, relationNamed, type Table } from '../postgres/catalog'
import { relationsIn } from '../postgres/searches'
import type { AlterRelation, Command } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import { quoted } from '../sql/quote'
import { mentions } from './dependence'
import { statementsAfter, statementsBefore, written } from './edits'
import { grantsFor, grantsForSchema } from './left-grants'
import { downSteps, laterSteps } from './placement'
import type { RuleContext } from './rule'
import { withhold } from './withheld'

export interface Moved {
  /** What the table is called then, as SQL. */
  readonly name: string
  /** Of the fix. */
  readonly title: string
  /** The subcommand that moves it, and that moves it back. */
  readonly kind: 'RENAME TO' | 'SET SCHEMA'
}

/**
 * Returns the fix that puts a view in the place of a table that has gone elsewhere: PostgreSQL passes reads and writes of a view
 * over one table through (sql-createview.html).
 */
export function viewInPlace(alter: AlterRelation, { name, title, kind }: Moved, context: RuleContext): Fix[] {
  const table = asTable(relationNamed(context.catalog, alter.relation))
  if (table?.kind !== 'table' && table?.kind !== 'partitioned table') return []
  if (table.conditional || context.direction === 'down' || context.inside) return []
  // A later statement puts something in its place already.
  if (context.steps.at(-1)?.after.relations.has(keyOf(context.catalog, alter.relation))) return []
  const old = written(context, alter.relation.span)
  if (readsPast([table], context)) return []
  return inSameTransaction(
    {
      title,
      make: [
        `CREATE VIEW ${old}${securityInvoker(context)} AS SELECT * FROM ${name};`,
        ...grantsFor(old, table, context),
      ],
      remove: [`DROP VIEW ${old};`],
      names: [alter.relation.name, ...movedTo(alter)],
      isBack: command => command.tag === 'ALTER TABLE' && command.subcommands.some(other => other.kind === kind),
    },
    context,
  )
}

/** Nobody reads through more. */
const mostViews = 24

/** Returns the fix that puts views in the place of a schema that holds nothing but tables and views, as far as the history shows. */
export function schemaInPlace(
  { from, to }: NonNullable<OtherCommand['rename']>,
  held: readonly Relation[],
  context: RuleContext,
): Fix[] {
  const { catalog, direction, inside } = context
  const tables = held.flatMap(relation => asTable(relation) ?? [])
  const isKnown = tables.length === held.length && tables.every(({ conditional }) => !conditional)
  if (!catalog.complete || !isKnown || held.length > mostViews || direction === 'down' || inside) return []
  const isLoose = (relation: Relation) => relation.kind === 'sequence' && !relation.ownedBy
  if (relationsIn(catalog, [from]).some(key => isLoose(catalog.relations.get(key) as Relation))) {
    withhold('The schema holds a sequence, and no view stands for that.')
    return []
  }
  if (readsPast(tables, context)) return []
  if (thingsIn(catalog, [{ name: from }]).some(({ kind }) => kind === 'type' || kind === 'routine')) {
    withhold('The schema holds types or functions, and no view stands for those.')
    return []
  }
  const views = held.map(({ name }) => `${quoted(from)}.${quoted(name)}`)
  const invoker = securityInvoker(context)
  return inSameTransaction(
    {
      title: 'Leave views in a schema of the old name',
      make: [
        `CREATE SCHEMA ${quoted(from)};`,
        ...grantsForSchema(from, context),
        ...tables.flatMap((table, place) => [
          `CREATE VIEW ${views[place]}${invoker} AS SELECT * FROM ${quoted(to)}.${quoted(table.name)};`,
          ...grantsFor(views[place] as string, table, context),
        ]),
      ],
      remove: [...views.map(view => `DROP VIEW ${view};`), `DROP SCHEMA ${quoted(from)};`],
      names: [from, to],
      isBack: command => command.tag === 'ALTER SCHEMA' && command.rename?.to === from,
    },
    context,
  )
}

/** Without it a view would read with the rights of its owner, past row security (sql-createview.html). */
const securityInvoker = ({ settings }: RuleContext): string =>
  settings.postgres >= 15 ? ' WITH (security_invoker = true)' : ''

/** Whether a view would show what row level security hides. */
function readsPast(tables: readonly Table[], { settings }: RuleContext): boolean {
  const isSecured = settings.postgres < 15 && tables.some(({ rowSecurity }) => rowSecurity)
  if (isSecured) withhold('A view reads past row level security, and only since PostgreSQL 15 it can do otherwise.')
  return isSecured
}

/** What bears the old names. */
interface Stand {
  readonly title: string
  readonly make: readonly string[]
  readonly remove: readonly string[]
  /** The old and the new names of what has gone elsewhere. */
  readonly names: readonly string[]
  /** Whether a statement of the down moves it back. */
  readonly isBack: (command: Command) => boolean
}

/** Returns the fix that makes views where nobody can look before they are there, and drops them first in the down. */
function inSameTransaction({ title, make, remove, names, isBack }: Stand, context: RuleContext): Fix[] {
  const isTold = (step: Step) => names.some(name => mentions(step, name))
  const [back, ...others] = downSteps(context).filter(isTold)
  if (others.length > 0 || (back && !(back.command && isBack(back.command)))) {
    withhold('The down does more with it than moving it back.')
    return []
  }
  // What a view reads cannot change its type any more: it comes behind all that.
  const last = laterSteps(context).findLast(isTold)
  const isAlone = context.transaction.kind === 'own'
  if (last && (isAlone || last.transaction.number !== context.transaction.number)) return []
  const edits = [
    ...(isAlone ? statementsBefore(context, ['BEGIN;']) : []),
    ...statementsAfter(last ?? context, isAlone ? [...make, 'COMMIT;'] : make),
    ...(back ? statementsBefore(back, remove) : []),
  ]
  return [{ title, safety: 'review', isChange: true, edits }]
}

const movedTo = ({ subcommands }: AlterRelation): string[] =>
  subcommands.flatMap(subcommand => (subcommand.kind === 'RENAME TO' ? [subcommand.to.name] : []))
