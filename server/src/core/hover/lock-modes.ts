import { manualSection } from '../manual'
import { conflictsOf, type LockMode, lockModes } from '../postgres/locks'
import { touches } from '../text'
import type { Narrow, Place } from './place'
import { typical } from './rendering'

/** Returns what to tell of a lock mode that LOCK TABLE names: what it conflicts with, and which commands take it. */
export function lockModeAt({ command, offset, settings }: Place): Narrow | undefined {
  if (command.tag !== 'LOCK TABLE' || !command.modeSpan || !touches(command.modeSpan, offset)) return undefined
  const mode = lockModes.find(known => known === command.mode)
  if (!mode) return undefined
  return {
    span: command.modeSpan,
    words: {
      title: `\`${mode}\``,
      sentences: [
        `Taken also by ${takers[mode]}.`,
        `While it is held, these wait: ${conflictsOf(mode).map(told).join(', ')}.`,
        ...(conflictsOf(mode).length === lockModes.length
          ? []
          : [
              `These go on: ${lockModes
                .filter(wanted => !conflictsOf(mode).includes(wanted))
                .map(told)
                .join(', ')}.`,
            ]),
        'Held until the transaction ends.',
      ],
      conflicts: [],
      manual: manualSection('explicit-locking.html#LOCKING-TABLES', 'table-level locks', settings.postgres),
    },
  }
}

const told = (mode: LockMode): string => `\`${mode}\` (${typical[mode]})`

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
