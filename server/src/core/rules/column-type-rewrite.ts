import { defineRule } from './rule'
import { existingTable, modeOn, subcommandsOf, whoWaits } from './target'

export default defineRule({
  id: 'column-type-rewrite',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  why: `
\`ALTER COLUMN ... TYPE\` takes \`ACCESS EXCLUSIVE\`. Where the stored values change, PostgreSQL writes the whole table and its
indexes anew under that lock; where they stay but compare differently, it builds the indexes on the column anew; where a
constraint must be looked at again, it reads every row. Nothing reads or writes the table meanwhile.

Nothing is said of changes that touch no row: a longer \`varchar\`, \`varchar\` to \`text\`, a \`numeric\` with more digits and
the same scale, and the others that PostgreSQL can prove to be the same bytes. Where the history does not show the
column's present type, the finding is a warning and says so.`,
  instead: `
Add a new column of the wanted type, keep both up to date with a trigger, fill it in batches, and swap the names in a
short transaction; drop the old column in a later migration.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DATA-TYPE', 'sql-altertable.html#SQL-ALTERTABLE-NOTES'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects } of subcommandsOf(alter, context, 'ALTER COLUMN TYPE')) {
      const mode = modeOn(effects, target.relation)
      const work = workOf(effects, target.label)
      if (!work || !mode) continue
      const isUnknown = effects.unknown.length > 0
      yield {
        at: { start: subcommand.keywords.start, end: subcommand.type.span.end },
        message: `ALTER COLUMN TYPE ${isUnknown ? work.may : work.does} under ${mode}: ${whoWaits(mode)} until it is done`,
        detail: isUnknown
          ? `It depends on what the history does not show. ${effects.unknown.join(' ')}`
          : 'The time it takes grows with the table.',
        hint: 'Add a column of the new type, fill it in batches while a trigger keeps it up to date, then swap the names.',
        relation: target.relation,
        severity: isUnknown ? 'warning' : undefined,
      }
    }
  },

  examples: `
`,
})

function workOf(
  effects: { rewrites: readonly string[]; builds: readonly string[]; scans: readonly string[] },
  label: string,
): { does: string; may: string } | undefined {
  if (effects.rewrites.length > 0) return { does: `rewrites ${label}`, may: `may rewrite ${label}` }
  if (effects.builds.length > 0) {
    const indexes = effects.builds.map(name => `"${name}"`).join(', ')
    const what = `${effects.builds.length > 1 ? 'indexes' : 'index'} ${indexes}`
    return { does: `builds ${what} of ${label} anew`, may: `may build ${what} of ${label} anew` }
  }
  if (effects.scans.length > 0) return { does: `reads every row of ${label}`, may: `may read every row of ${label}` }
  return undefined
}
