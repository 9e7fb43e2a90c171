import { keyOf } from '../postgres/catalog'
import type { Name } from '../sql/commands'
import { validatedLater } from './constraints'
import { defineRule, type RuleContext } from './rule'
import { existingTable, inQuotes, isNew, modeOn, subcommandsOf, whoWaits } from './target'

export default defineRule({
  id: 'foreign-key-validated-at-once',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  why: `
Adding a foreign key takes \`SHARE ROW EXCLUSIVE\` on both tables and then checks every row that is there. Reads go on;
every \`INSERT\`, \`UPDATE\` and \`DELETE\` on either table waits until the check is done.

Nothing is said of a table that the same migration makes, of a new column without a default (all its values are null, and
nothing is read), and of \`NOT VALID\`.`,
  instead: `
Add the constraint \`NOT VALID\`: new rows are checked from then on, and the locks are held for a moment only. Then
\`VALIDATE CONSTRAINT\`, in a later transaction: it reads the rows under \`SHARE UPDATE EXCLUSIVE\`, while writes go on. In the
same transaction it would buy nothing, because the first lock is held until the end.

On a partitioned table \`NOT VALID\` foreign keys exist since PostgreSQL 18.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT', 'sql-altertable.html#SQL-ALTERTABLE-NOTES'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects, place } of subcommandsOf(alter, context, 'ADD CONSTRAINT', 'ADD COLUMN')) {
      if (!effects.scans.includes(target.relation) || effects.rewrites.length > 0) continue
      const definition =
        subcommand.kind === 'ADD CONSTRAINT'
          ? subcommand.constraint
          : subcommand.column.constraints.find(({ kind }) => kind === 'FOREIGN KEY')
      if (definition?.kind !== 'FOREIGN KEY' || !definition.references) continue
      const mode = modeOn(effects, target.relation)
      if (!mode) continue
      const tables = tableList(alter.relation, definition.references.table, context)
      const isPartitioned = target.table?.kind === 'partitioned table'
      yield {
        at: definition.keywords,
        message: `ADD FOREIGN KEY takes ${mode} on ${tables}: ${whoWaits(mode)} until every row is checked`,
        detail: `Every row of ${target.label} is looked up in ${inQuotes(definition.references.table)}, so the wait grows with the table.`,
        hint:
          isPartitioned && context.settings.postgres < 18
            ? 'Before PostgreSQL 18 a foreign key of a partitioned table cannot be NOT VALID: add it to each partition first.'
            : 'Add it NOT VALID, and VALIDATE CONSTRAINT in a later transaction: writes go on while rows are checked.',
        relation: target.relation,
        fixes: isPartitioned && context.settings.postgres < 18 ? [] : validatedLater(alter, place, definition, context),
      }
    }
  },

  examples: `
`,
})

/** `tables "orders" and "users"`; the referenced table is left out where nobody uses it yet or it is the same. */
function tableList(referencing: Name, referenced: Name, context: RuleContext): string {
  const isSame = keyOf(context.catalog, referencing) === keyOf(context.catalog, referenced)
  return isSame || isNew(referenced, context)
    ? `table ${inQuotes(referencing)}`
    : `tables ${inQuotes(referencing)} and ${inQuotes(referenced)}`
}
