import { manualSection } from '../manual'
import { blocksReads, blocksWrites, conflictsOf, type LockMode, lockModes } from '../postgres/locks'
import { touches } from '../text'
import type { Narrow, Place } from './place'

/** Returns what to tell of a lock mode that LOCK TABLE names: what it conflicts with, and which commands take it. */
export function lockModeAt({ command, offset, settings }: Place): Narrow | undefined {
  if (command.tag !== 'LOCK TABLE' || !command.modeSpan || !touches(command.modeSpan, offset)) return undefined
  const mode = lockModes.find(known => known === command.mode)
  if (!mode) return undefined
  return {
    span: command.modeSpan,
    words: {
      title: `\`${mode}\``,
      sentences: [`${sides(mode)} Itself it is taken by ${takers[mode]}.`, 'It is held until the transaction ends.'],
      conflicts: [mode],
      isWholeTable: true,
      manual: manualSection('explicit-locking.html#LOCKING-TABLES', 'table-level locks', settings.postgres),
    },
  }
}

function sides(mode: LockMode): string {
  if (blocksReads(mode)) return 'Reads and writes wait.'
  if (blocksWrites(mode)) return 'Writes wait; reads go on.'
  return conflictsOf(mode).includes('SHARE UPDATE EXCLUSIVE')
    ? 'Reads and writes go on; schema changes wait.'
    : 'Reads and writes go on.'
}

/** What takes each mode: explicit-locking.html, section 13.3.1, "Table-Level Lock Modes". */
const takers: Record<LockMode, string> = {
  'ACCESS SHARE': '`SELECT` and whatever only reads',
  'ROW SHARE': '`SELECT` with `FOR UPDATE`, `FOR SHARE` and their like',
  'ROW EXCLUSIVE': '`INSERT`, `UPDATE`, `DELETE` and `MERGE`',
  'SHARE UPDATE EXCLUSIVE':
    '`VACUUM`, `ANALYZE`, `CREATE INDEX CONCURRENTLY`, `VALIDATE CONSTRAINT` and some other forms of `ALTER TABLE`',
  SHARE: '`CREATE INDEX` without `CONCURRENTLY`',
  'SHARE ROW EXCLUSIVE': '`CREATE TRIGGER` and some forms of `ALTER TABLE`, such as `ADD FOREIGN KEY`',
  EXCLUSIVE: '`REFRESH MATERIALIZED VIEW CONCURRENTLY`',
  'ACCESS EXCLUSIVE':
    '`DROP TABLE`, `TRUNCATE`, `REINDEX`, `CLUSTER`, `VACUUM FULL`, `REFRESH MATERIALIZED VIEW` and most forms of `ALTER TABLE`',
}
