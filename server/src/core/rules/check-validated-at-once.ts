import { validatedLater } from './constraints'
import { defineRule } from './rule'
import { existingTable, modeOn, subcommandsOf, takes } from './target'

export default defineRule({
  id: 'check-validated-at-once',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  why: `
\`ADD CHECK\` takes \`ACCESS EXCLUSIVE\` on the table and reads every row to see whether it satisfies the condition. Nothing
reads or writes the table meanwhile. A \`CHECK\` written inside \`ADD COLUMN\` does the same.

Nothing is said of a table that the same migration makes, of \`NOT VALID\`, and of \`NOT ENFORCED\`.`,
  instead: `
Add the constraint \`NOT VALID\`: new rows are checked from then on, and the lock is held for a moment only. Then
\`VALIDATE CONSTRAINT\`, in a later transaction: it reads the rows under \`SHARE UPDATE EXCLUSIVE\`, while reads and writes go
on. In the same transaction it would buy nothing, because the first lock is held until the end.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT', 'sql-altertable.html#SQL-ALTERTABLE-NOTES'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects, place } of subcommandsOf(alter, context, 'ADD CONSTRAINT', 'ADD COLUMN')) {
      if (!effects.scans.includes(target.relation) || effects.rewrites.length > 0) continue
      const definition =
        subcommand.kind === 'ADD CONSTRAINT'
          ? subcommand.constraint
          : subcommand.column.constraints.find(({ kind, notEnforced }) => kind === 'CHECK' && !notEnforced)
      const mode = modeOn(effects, target.relation)
      if (definition?.kind !== 'CHECK' || !mode) continue
      yield {
        at: definition.keywords,
        message: `${takes('ADD CHECK', mode, target.label)} until every row is checked`,
        detail: 'The rows that are there are read under that lock, so the wait grows with the table.',
        hint: 'Add it NOT VALID, and VALIDATE CONSTRAINT in a later transaction: reads and writes go on while rows are checked.',
        relation: target.relation,
        fixes: validatedLater(alter, place, definition, context),
      }
    }
  },

  examples: `
`,
})
