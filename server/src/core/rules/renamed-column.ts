import { asTable, columnNamed } from '../postgres/catalog'
import { defineRule, type RuleContext } from './rule'
import { catalogAtCommit, existingTable, subcommandsOf } from './target'

export default defineRule({
  id: 'renamed-column',
  risk: 'compatibility',
  severity: 'warning',
  on: ['ALTER TABLE'],
  why: `
From the moment the migration commits, every running query that names the column by its old name fails: code that was
deployed before it, and code that an earlier release brings back. Code deployed before the migration cannot use the new name
either.

Nothing is said of a table or a column that the same migration makes, and where a column bears the old name again when
the transaction commits.`,
  instead: `
Add a column with the new name, keep both up to date with a trigger, fill it in batches, move the code over, and drop the
old column in a later release. Or leave the name and give it a new one in a view.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand } of subcommandsOf(alter, context, 'RENAME COLUMN')) {
      const { from, to } = subcommand
      if (columnNamed(target.table, from.name)?.born?.migration === context.migration.path) continue
      if (isBack(target.relation, from.name, context)) continue
      yield {
        at: { start: subcommand.keywords.start, end: to.span.end },
        message: `RENAME COLUMN breaks running code that names column "${from.name}" of ${target.label}`,
        detail: `Queries with the old name fail as soon as the migration commits, and queries with "${to.name}" fail until then.`,
        hint: 'Add a column with the new name, keep both up to date while code moves over, and drop the old one later.',
        relation: target.relation,
      }
    }
  },

  examples: `
`,
})

/** Two columns that change names leave the old name in place. */
const isBack = (relation: string, column: string, context: RuleContext): boolean =>
  columnNamed(asTable(catalogAtCommit(context).relations.get(relation)), column) !== undefined
