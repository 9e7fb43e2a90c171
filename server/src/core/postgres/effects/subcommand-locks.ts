import type { AlterRelation } from '../../sql/commands'
import type { Subcommand } from '../../sql/subcommands'
import type { RelationKind } from '../catalog'
import type { LockMode } from '../locks'

/**
 * Returns the mode in which a subcommand makes ALTER TABLE lock its relation (sql-altertable.html and
 * `AlterTableGetLockLevel` of PostgreSQL's source): ACCESS EXCLUSIVE unless listed here.
 */
export function lockModeOf(subcommand: Subcommand, kind: RelationKind, tag: AlterRelation['tag']): LockMode {
  switch (subcommand.kind) {
    case 'SET STATISTICS':
    case 'CLUSTER ON':
    case 'SET WITHOUT CLUSTER':
    case 'VALIDATE CONSTRAINT':
    case 'ATTACH PARTITION':
      return 'SHARE UPDATE EXCLUSIVE'
    case 'SET COLUMN OPTIONS':
      // OPTIONS (...) of a foreign table's column is no SET (...) of attributes.
      return kind === 'foreign table' ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE'
    case 'DETACH PARTITION':
      return subcommand.concurrently || subcommand.finalize ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'
    case 'SET PARAMETERS':
    case 'RESET PARAMETERS':
      return subcommand.parameters.some(parameter => strongParameters.has(parameter))
        ? 'ACCESS EXCLUSIVE'
        : 'SHARE UPDATE EXCLUSIVE'
    case 'ENABLE TRIGGER':
    case 'DISABLE TRIGGER':
    case 'SEQUENCE OPTIONS':
      return 'SHARE ROW EXCLUSIVE'
    case 'ADD CONSTRAINT':
      return subcommand.constraint.kind === 'FOREIGN KEY' ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE'
    case 'RENAME TO':
      // An index may be renamed while it is used (release-12.html), but only by ALTER INDEX.
      return isIndexKind(kind) && tag === 'ALTER INDEX' ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'
    default:
      return 'ACCESS EXCLUSIVE'
  }
}

const isIndexKind = (kind: RelationKind): boolean => kind === 'index' || kind === 'partitioned index'

/** Storage parameters whose change other sessions must not overlook (`reloptions.c` of PostgreSQL's source). */
const strongParameters: ReadonlySet<string> = new Set([
  'user_catalog_table',
  'autosummarize',
  'fastupdate',
  'gin_pending_list_limit',
  'pages_per_range',
  'buffering',
  'security_barrier',
  'security_invoker',
  'check_option',
])
