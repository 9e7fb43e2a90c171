import { defineRule } from './rule'
import { existingTable, modeOn, subcommandsOf, takes } from './target'
import { builtConcurrently } from './unique'

export default defineRule({
  id: 'unique-constraint-builds-index',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  why: `
\`ADD UNIQUE\` takes \`ACCESS EXCLUSIVE\` on the table and builds a unique index while it holds it. Nothing reads or writes
the table until the index is built, and the build reads every row. There is no \`NOT VALID\` for it.

Nothing is said of a table that the same migration makes and of \`USING INDEX\`.`,
  instead: `
\`CREATE UNIQUE INDEX CONCURRENTLY\` first, outside a transaction block, while reads and writes go on; then \`ADD CONSTRAINT
... UNIQUE USING INDEX\`, which takes the lock for a moment only. Constraints of partitioned tables cannot use an existing
index.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects, place } of subcommandsOf(alter, context, 'ADD CONSTRAINT', 'ADD COLUMN')) {
      const definition =
        subcommand.kind === 'ADD CONSTRAINT'
          ? subcommand.constraint
          : subcommand.column.constraints.find(({ kind }) => kind === 'UNIQUE')
      const mode = modeOn(effects, target.relation)
      if (definition?.kind !== 'UNIQUE' || effects.builds.length === 0 || effects.rewrites.length > 0 || !mode) continue
      yield {
        at: definition.keywords,
        message: `${takes('ADD UNIQUE', mode, target.label)} until the index is built`,
        detail: 'Every row is read to build the unique index, so the wait grows with the table.',
        hint: 'CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT ... UNIQUE USING INDEX.',
        relation: target.relation,
        fixes: subcommand.kind === 'ADD CONSTRAINT' ? builtConcurrently(alter, place, definition, target, context) : [],
      }
    }
  },

  examples: `
`,
})
