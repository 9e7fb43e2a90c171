import { asTable, columnNamed, keyOf, relationNamed } from '../postgres/catalog'
import { lostBy } from './moved-data'
import { defineRule } from './rule'
import { inQuotes, subcommandsOf } from './target'

export default defineRule({
  id: 'rollback-loses-data',
  risk: 'rollback',
  severity: 'error',
  on: ['DROP TABLE', 'ALTER TABLE'],
  directions: ['down'],
  why: `
A migration that moves data and then gives up the place it came from leaves one copy of it. A down migration that drops
that copy without moving the data back loses it for good: the column that the down creates again is empty. The same is
true of a down that drops a table or a column which was there before the migration.

Nothing is said of a down that drops what the migration made and nothing filled (it is the plain inverse), of one whose
source is still there, and where the down reads the data, or hands it to code, before it drops it.`,
  instead: `
Move the data back first: create the old place, fill it from the new one, and only then drop the new one. Better still,
let the migration keep the old place, and drop it in a later release, when nobody needs to go back.`,
  manual: ['sql-droptable.html', 'sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN'],

  *check(command, context) {
    if (command.tag === 'ALTER TABLE') {
      const table = asTable(relationNamed(context.catalog, command.relation))
      for (const { subcommand } of subcommandsOf(command, context, 'DROP COLUMN')) {
        const { column } = subcommand
        const lost = lostBy(
          { table: command.relation, column: column.name, born: columnNamed(table, column.name)?.born ?? table?.born },
          context,
        )
        if (!lost) continue
        yield {
          at: { start: subcommand.keywords.start, end: column.span.end },
          message: `DROP COLUMN loses the data of column "${column.name}" of table ${inQuotes(command.relation)}: ${lost.why}`,
          ...words(lost.isMoved),
          relation: keyOf(context.catalog, command.relation),
        }
      }
    } else if (command.tag === 'DROP TABLE') {
      for (const name of command.names) {
        const table = relationNamed(context.catalog, name)
        const lost = lostBy({ table: name, born: table?.born }, context)
        if (!lost) continue
        yield {
          at: name.span,
          message: `DROP TABLE loses the rows of table ${inQuotes(name)}: ${lost.why}`,
          ...words(lost.isMoved),
          relation: keyOf(context.catalog, name),
        }
      }
    }
  },

  examples: `
`,
})

const words = (isMoved: boolean) => ({
  detail: 'When the down has run, the data is nowhere else.',
  hint: isMoved
    ? 'Move the data back before the drop, or let the up keep the place it came from until a later release.'
    : 'Undo only what the up did.',
})
