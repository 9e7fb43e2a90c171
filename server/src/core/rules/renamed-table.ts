import { defineRule } from './rule'
import { catalogAtCommit, existingTable, subcommandsOf } from './target'

export default defineRule({
  id: 'renamed-table',
  risk: 'compatibility',
  severity: 'warning',
  on: ['ALTER TABLE'],
  why: `
From the moment the migration commits, every running query that names the table by its old name fails: code that was
deployed before it, and code that an earlier release brings back. Code deployed before the migration cannot use the new name
either.

Nothing is said of a table that the same migration makes, of a partition, and where a table or a view bears the old name again
when the transaction commits.`,
  instead: `
Create a view with the old name in the same transaction: a simple view passes reads and writes through. Drop it in a
later release, when no code uses it.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME', 'sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target || target.table?.partitionOf) return
    for (const { subcommand } of subcommandsOf(alter, context, 'RENAME TO')) {
      if (catalogAtCommit(context).relations.has(target.relation)) continue
      yield {
        at: { start: subcommand.keywords.start, end: subcommand.to.span.end },
        message: `RENAME breaks running code that names ${target.label}`,
        detail: `Queries with the old name fail as soon as the migration commits, and queries with "${subcommand.to.name}" fail until then.`,
        hint: 'CREATE VIEW with the old name in the same transaction, and drop it when no code uses it any more.',
        relation: target.relation,
      }
    }
  },

  examples: `
`,
})
