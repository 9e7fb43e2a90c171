import { manualPage, manualSection } from '../manual'
import { isIndex, relationNamed } from '../postgres/catalog'
import type { Words } from '../words'
import type { Place } from './place'

/** Returns what CONCURRENTLY changes in the command: what it takes, what it waits for, what a failure leaves behind. */
export function concurrentlyIn(place: Place): Words | undefined {
  const { command, settings } = place
  const { postgres } = settings
  if ('subcommands' in command) {
    const isDetach = command.subcommands.some(subcommand => subcommand.kind === 'DETACH PARTITION')
    return isDetach ? { ...detach, manual: manualPage(command.tag, postgres) } : undefined
  }
  switch (command.tag) {
    case 'CREATE INDEX':
      return {
        ...build(command.unique, partitionedTable(place)),
        manual: manualSection(
          'sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
          'building indexes concurrently',
          postgres,
        ),
      }
    case 'DROP INDEX':
      return { ...drop, manual: manualPage(command.tag, postgres) }
    case 'REINDEX':
      return {
        ...rebuild,
        manual: manualSection('sql-reindex.html#SQL-REINDEX-CONCURRENTLY', 'rebuilding indexes concurrently', postgres),
      }
    case 'REFRESH MATERIALIZED VIEW':
      return { ...refresh, manual: manualPage(command.tag, postgres) }
    default:
      return undefined
  }
}

type Said = Omit<Words, 'manual'>

function partitionedTable({ command, explanation }: Place): boolean {
  const relation = command.tag === 'CREATE INDEX' ? relationNamed(explanation.step.before, command.table) : undefined
  return relation !== undefined && !isIndex(relation) && relation.kind === 'partitioned table'
}

/** sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY. */
const build = (isUnique: boolean, isPartitioned: boolean): Said => ({
  title: 'CONCURRENTLY: CREATE INDEX',
  sentences: [
    ...(isPartitioned
      ? ['PostgreSQL refuses it here: the table is partitioned. Build the index on each partition.']
      : []),
    'Takes `SHARE UPDATE EXCLUSIVE` instead of `SHARE`: reads and writes go on. One such build at a time for each table.',
    'Reads the table twice, and waits before each time for the transactions that have written to it; at the end for every older snapshot of the database.',
    `When it fails (deadlock, cancelled${isUnique ? ', a duplicate' : ''}), an invalid index stays: no query uses it, every write maintains it${isUnique ? ', and it may refuse duplicates already' : ''}. Drop it and build again, or \`REINDEX INDEX CONCURRENTLY\`.`,
    'Cannot run inside a transaction block.',
  ],
  conflicts: [],
})

/** sql-dropindex.html, "CONCURRENTLY". */
const drop: Said = {
  title: 'CONCURRENTLY: DROP INDEX',
  sentences: [
    'Reads and writes of the table go on: without it `ACCESS EXCLUSIVE` on the table stops both.',
    'Waits for the transactions that use the table before the index goes.',
    'One index for each statement, no `CASCADE`, and not the index of a constraint nor of a partitioned table.',
    'Cannot run inside a transaction block.',
  ],
  conflicts: [],
}

/** sql-reindex.html#SQL-REINDEX-CONCURRENTLY. */
const rebuild: Said = {
  title: 'CONCURRENTLY: REINDEX',
  sentences: [
    'Builds a new index beside the old one under `SHARE UPDATE EXCLUSIVE`, then swaps them: reads and writes go on.',
    'Reads the table twice, and waits several times for older transactions. It needs room for both indexes.',
    'When it fails, an invalid index stays: drop the one that ends in `_ccnew` and try again; one that ends in `_ccold` is the old index, and only has to be dropped.',
    'Cannot run inside a transaction block.',
  ],
  conflicts: [],
}

/** sql-refreshmaterializedview.html, "CONCURRENTLY". */
const refresh: Said = {
  title: 'CONCURRENTLY: REFRESH MATERIALIZED VIEW',
  sentences: [
    'Takes `EXCLUSIVE` instead of `ACCESS EXCLUSIVE`: reads of the view go on. One refresh at a time.',
    'Compares the new rows with the old and applies what differs: slower than a plain refresh when much has changed.',
    'Needs a unique index on plain columns, over all rows, and a view that is filled already.',
    'A failure leaves the old rows as they were.',
  ],
  conflicts: [],
}

/** sql-altertable.html, "DETACH PARTITION". */
const detach: Said = {
  title: 'CONCURRENTLY: DETACH PARTITION',
  sentences: [
    'Takes `SHARE UPDATE EXCLUSIVE` instead of `ACCESS EXCLUSIVE` on the partitioned table: reads and writes go on.',
    'Two transactions: the first marks the partition, then it waits for all who use the partitioned table, and the second detaches it under `ACCESS EXCLUSIVE` on the partition alone.',
    'The partition keeps its bound as a `CHECK` constraint.',
    'When it is interrupted in between, the partition stays marked: `DETACH PARTITION ... FINALIZE` ends the work.',
    'Refused in a transaction block, and where there is a default partition.',
  ],
  conflicts: [],
}
