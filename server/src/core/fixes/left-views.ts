import type { Fix } from '../finding'
import type { Step } from '../history/steps'
import { downSteps, laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { isDrop, mentions } from '../judgement/dependence'
import { laterStatements, repeatedStatements } from '../judgement/later'
import { thingsIn } from '../postgres/cascades'
import { asTable, keyOf, type Relation, relationNamed, type Table } from '../postgres/catalog'
import { relationsIn } from '../postgres/searches'
import type { AlterRelation } from '../sql/commands'
import type { OtherCommand } from '../sql/other-commands'
import { literal, quoted } from '../sql/quote'
import type { Statement } from '../sql/statements'
import { inFence, lineOf, statementsAfter, statementsBefore, written } from './edits'
import { grantsFor, grantsForSchema } from './left-grants'
import { inBody, sentWhole } from './placement'
import { none, withhold } from './withheld'

export interface Moved {
  /** What the table is called then, as SQL. */
  readonly name: string
  /** Of the fix. */
  readonly title: string
}

/**
 * Returns the fix that puts a view in the place of a table that has gone elsewhere: PostgreSQL passes reads and writes of a view
 * over one table through (sql-createview.html).
 */
export function viewInPlace(alter: AlterRelation, { name, title }: Moved, context: RuleContext): Fix[] {
  const table = asTable(relationNamed(context.catalog, alter.relation))
  if (context.direction === 'down') return []
  const why = withoutStand(table, alter, context)
  if (why !== undefined) withhold(why)
  if (!table || why !== undefined || readsPast([table], context)) return []
  const old = written(context, alter.relation.span)
  const grants = grantsFor(old, table, context)
  if (!grants) return []
  return inSameTransaction(
    {
      title,
      make: [
        `CREATE VIEW ${old}${securityInvoker(context)} AS SELECT * FROM ${name};`,
        ...grants,
        `COMMENT ON VIEW ${old} IS ${literal(`DEPRECATED: it is called ${name}`)};`,
      ],
      remove: [`DROP VIEW ${old};`],
      from: alter.relation.name,
      to: movedTo(alter),
    },
    context,
  )
}

/** Why no view can stand for it. */
function withoutStand(table: Table | undefined, { relation }: AlterRelation, context: RuleContext): string | undefined {
  if (context.inside) return inBody
  if (!table || table.conditional) return 'The migrations here do not show what has this name.'
  if (table.kind === 'materialized view') return 'Nothing stands for a materialized view: REFRESH takes no view.'
  if (table.kind === 'foreign table') return 'The migrations here do not show what the other server lets write.'
  // A later statement puts something in its place already.
  const isTaken = context.steps.at(-1)?.after.relations.has(keyOf(context.catalog, relation))
  return isTaken ? 'A later statement gives the old name to something else.' : undefined
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
  if (relationsIn(catalog, [from]).some(key => isLoose(catalog.relations.get(key) as Relation)))
    return none('The schema holds a sequence, and no view stands for that.')
  if (readsPast(tables, context)) return []
  if (thingsIn(catalog, [{ name: from }]).some(({ kind }) => kind === 'type' || kind === 'routine'))
    return none('The schema holds types or functions, and no view stands for those.')
  const views = held.map(({ name }) => `${quoted(from)}.${quoted(name)}`)
  const invoker = securityInvoker(context)
  const given = grantsForSchema(from, context)
  const granted = tables.map((table, place) => grantsFor(views[place] as string, table, context))
  if (!given || granted.includes(undefined)) return []
  return inSameTransaction(
    {
      title: 'Leave views in a schema of the old name',
      make: [
        `CREATE SCHEMA ${quoted(from)};`,
        ...given,
        ...tables.flatMap((table, place) => [
          `CREATE VIEW ${views[place]}${invoker} AS SELECT * FROM ${quoted(to)}.${quoted(table.name)};`,
          ...(granted[place] ?? []),
        ]),
      ],
      remove: [...views.map(view => `DROP VIEW ${view};`), `DROP SCHEMA ${quoted(from)};`],
      from,
      to: [to],
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
  /** The old name of what has gone elsewhere, and the new ones. */
  readonly from: string
  readonly to: readonly string[]
}

/** Returns the fix that makes views where nobody can look before they are there, and drops them first in the down. */
function inSameTransaction({ title, make, remove, from, to }: Stand, context: RuleContext): Fix[] {
  const names = [from, ...to]
  const others = [...laterStatements(context, names), ...repeatedStatements(context, names)]
  if (others.some(statement => isInWay(statement, from, to)))
    return none('A later migration puts something in its place, or takes away what the view would read.')
  const isTold = (step: Step) => names.some(name => mentions(step, name))
  const isAlone = context.transaction.kind === 'own'
  const isInSame = (step: Step) => !isAlone && step.transaction.number === context.transaction.number
  // What a view reads cannot go or change its type any more: it comes behind that, and before columns are added or renamed.
  const later = laterSteps(context).filter(({ statement, command }) => isInWay({ ...statement, command }, from, to))
  const last = later.findLast(isInSame)
  const inWay = later.find(step => !isInSame(step))
  if (inWay)
    return none(`The views would be in the way of the ${inWay.command?.tag ?? 'statement'} of line ${lineOf(inWay)}.`)
  // The down of another version may move it back: there the views are in the way too.
  const downs = downSteps(context)
  const back = downs.find(isTold) ?? downs[0]
  const whole = make.some(text => text.includes('$$')) ? sentWhole(context) : []
  if (!whole) return []
  const made = make.map(text => inFence(text, context.migration))
  const edits = [
    ...whole,
    ...(isAlone ? statementsBefore(context, ['BEGIN;']) : []),
    ...statementsAfter(last ?? context, isAlone ? [...made, 'COMMIT;'] : made),
    ...(back ? statementsBefore(back, remove) : []),
  ]
  return [{ title, safety: 'review', isChange: true, edits }]
}

/** What makes, changes or drops something by the old name would find the view, and what a view reads stays as it is. */
function isInWay({ command, text }: Statement, from: string, to: readonly string[]): boolean {
  if (!command) return true
  if (/^(?:CREATE|ALTER|DROP)\b/.test(command.tag) && mentions({ statement: { text } }, from)) return true
  const isTaking =
    isDrop(command) ||
    (command.tag === 'ALTER TABLE' &&
      command.subcommands.some(({ kind }) => kind === 'DROP COLUMN' || kind === 'ALTER COLUMN TYPE'))
  return isTaking && to.some(name => mentions({ statement: { text } }, name))
}

const movedTo = ({ subcommands }: AlterRelation): string[] =>
  subcommands.flatMap(subcommand => (subcommand.kind === 'RENAME TO' ? [subcommand.to.name] : []))
