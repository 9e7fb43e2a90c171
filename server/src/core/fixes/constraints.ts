import type { Edit, Fix } from '../finding'
import type { Step } from '../history/steps'
import type { RuleContext } from '../judgement/context'
import { mentions, reshapes } from '../judgement/dependence'
import { rewritingIn } from '../judgement/target'
import { asTable, relationNamed } from '../postgres/catalog'
import { nameOfAdded } from '../postgres/names'
import type { AlterRelation } from '../sql/commands'
import type { ConstraintDefinition, Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import { tokensOf } from '../sql/tokens'
import type { About } from './behind'
import { anotherSubcommand, insertion, replacement, written } from './edits'
import { changesTable } from './indexes'
import { isNeeded, laterTransaction } from './placement'
import { isRewrittenAnyway, none, withhold } from './withheld'

/**
 * Returns the fix that adds a foreign key or a check NOT VALID and validates it in a later transaction. An unnamed
 * constraint gets the name that PostgreSQL would give it, because VALIDATE has to name it.
 */
export function validatedLater(
  alter: AlterRelation,
  place: number,
  definition: ConstraintDefinition,
  context: RuleContext,
): Fix[] {
  const name = nameOfAdded(context.catalog, alter, definition)
  // Without the table IF EXISTS skips the statement, and VALIDATE would fail.
  if (alter.ifExists) withhold('IF EXISTS may skip the statement, and VALIDATE CONSTRAINT would fail then.')
  if (name === undefined || alter.ifExists) return []
  // A foreign key is checked by a query of its own; all else while the rows are written.
  const isAnyway = definition.kind !== 'FOREIGN KEY' && rewritingIn(alter, context).length > 0
  if (isAnyway) return none(isRewrittenAnyway)
  const needs = (step: Step) =>
    mentions(step, name) ? `names "${name}"` : reshapes(step, alter.relation.name, context) && changesTable
  if (context.transaction.kind !== 'own' && isNeeded(context, needs)) return []
  const subcommand = alter.subcommands[place]
  const edits =
    subcommand?.kind === 'ADD COLUMN'
      ? movedOutOfColumn(alter, place, definition, name, context)
      : [
          ...(definition.name ? [] : [insertion(context, definition.span.start, `CONSTRAINT ${quoted(name)} `)]),
          insertion(context, definition.span.end, ' NOT VALID'),
        ]
  if (!edits) return []
  const validate = `ALTER TABLE ${written(context, alter.relation.span)} VALIDATE CONSTRAINT ${quoted(name)};`
  const tables = [alter.relation.name, ...(definition.references ? [definition.references.table.name] : [])]
  const placed = laterTransaction(
    context,
    [validate],
    { title: `validate_${name}`, about: { tables, names: [name], columns: [] } },
    edits,
  )
  return placed
    ? [
        {
          title: `Add it NOT VALID and validate it${placed.where || ' in the next statement'}`,
          safety: 'safe',
          ...placed,
        },
      ]
    : []
}

/** Returns what a VALIDATE CONSTRAINT has to do with: it does not name the columns. */
export function aboutConstraint(table: Name, name: string, { after }: RuleContext): About {
  const known = asTable(relationNamed(after, table))?.constraints.find(constraint => constraint.name === name)
  const parent = known?.references && after.relations.get(known.references.table)?.name
  if (!known || (known.references && parent === undefined)) return { tables: [table.name], names: [name] }
  const tables = [table.name, ...(parent === undefined ? [] : [parent])]
  return { tables, names: [name], columns: known.columns }
}

/** A constraint written inside ADD COLUMN cannot be NOT VALID: it becomes a subcommand of its own. */
function movedOutOfColumn(
  alter: AlterRelation,
  place: number,
  definition: ConstraintDefinition,
  name: string,
  context: RuleContext,
): Edit[] | undefined {
  const subcommand = alter.subcommands[place]
  if (subcommand?.kind !== 'ADD COLUMN') return undefined
  if (subcommand.ifNotExists) return withhold('IF NOT EXISTS may skip the column, and with it the constraint.')
  if (hasCommentBefore(definition, context)) return undefined
  const columns =
    definition.kind === 'FOREIGN KEY' ? `FOREIGN KEY (${written(context, subcommand.column.name.span)}) ` : ''
  const clause = written(context, { start: definition.keywords.start, end: definition.span.end })
  const start = context.statement.text.slice(0, definition.span.start).trimEnd().length
  const added = `ADD CONSTRAINT ${quoted(name)} ${columns}${clause} NOT VALID`
  const removed = { start, end: definition.span.end }
  const next = anotherSubcommand(context, subcommand, added)
  // One edit where the constraint ends the clause: two would touch.
  if (removed.end === subcommand.span.end) return [replacement(context, removed, next.text)]
  return [replacement(context, removed, ''), next]
}

/** A comment in front of the constraint may run to the end of its line: what takes the constraint's place would be in it. */
function hasCommentBefore({ span, keywords }: ConstraintDefinition, { statement }: RuleContext): boolean {
  const before = tokensOf(statement.text).filter(({ end }) => end <= keywords.start)
  const last = before.findLast(({ kind, end }) => kind !== 'comment' && end <= span.start)
  return before.some(({ kind, start }) => kind === 'comment' && start >= (last?.end ?? 0))
}
