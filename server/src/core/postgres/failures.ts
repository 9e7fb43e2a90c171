import type { Command } from '../sql/commands'
import type { Span } from '../text'
import type { Catalog } from './catalog'
import { alterFailure } from './failures/alter'
import { blockFailure } from './failures/blocks'
import {
  copyFailure,
  deleteFailure,
  insertFailure,
  lockFailure,
  mergeFailure,
  truncateFailure,
  updateFailure,
} from './failures/data'
import { dropFailure } from './failures/drops'
import { createIndexFailure, reindexFailure } from './failures/indexes'
import { newerFailure } from './failures/newer'
import {
  commentFailure,
  createPolicyFailure,
  createTriggerFailure,
  missingAmong,
  refreshFailure,
} from './failures/others'
import { takenFailure } from './failures/relations'
import { repetitionFailure } from './failures/repetitions'
import { createRoutineFailure } from './failures/routines'
import { createTableFailure, createViewFailure, storedQueryFailure } from './failures/tables'
import { alterTypeFailure, createDomainFailure, createSchemaFailure, createTypeFailure } from './failures/types'

/** Why PostgreSQL refuses a statement. */
export interface Failure {
  /** In the server's own words, those of its ERROR line. */
  readonly message: string
  /** SQLSTATE: errcodes-appendix.html. */
  readonly code: string
  /** The name at fault, from the start of the statement; absent where no one name is. */
  readonly span?: Span
  /** The major version that brought what this one does not know. */
  readonly since?: number
  /** The major version that took a name for a word of its own. */
  readonly until?: number
}

/**
 * Returns why PostgreSQL refuses a command: because of what is or is not in the database, where the catalog is certain of it,
 * because it names a column twice, or because the version does not know what it says; undefined for all that may succeed. Words and codes are proven in test/postgres/failures.test.ts.
 */
export function failureOf(
  command: Command,
  catalog: Catalog,
  settings: { readonly postgres: number },
): Failure | undefined {
  const unknown = newerFailure(command, settings.postgres)
  if (unknown) return unknown
  if (!catalog.complete) return repetitionFailure(command)
  const scene = { catalog, postgres: settings.postgres }
  switch (command.tag) {
    case 'DO':
      return blockFailure(scene, command, failureOf)
    case 'CREATE TABLE':
    case 'CREATE FOREIGN TABLE':
      return createTableFailure(scene, command)
    case 'CREATE TABLE AS':
    case 'SELECT INTO':
    case 'CREATE MATERIALIZED VIEW':
      return storedQueryFailure(scene, command)
    case 'CREATE VIEW':
      return createViewFailure(scene, command)
    case 'CREATE SEQUENCE':
      return command.ifNotExists || command.persistence === 'temporary'
        ? undefined
        : takenFailure(scene, command.sequence)
    case 'CREATE INDEX':
      return createIndexFailure(scene, command)
    case 'REINDEX':
      return reindexFailure(scene, command)
    case 'ALTER TABLE':
    case 'ALTER INDEX':
    case 'ALTER VIEW':
    case 'ALTER MATERIALIZED VIEW':
    case 'ALTER SEQUENCE':
    case 'ALTER FOREIGN TABLE':
      return alterFailure(scene, command)
    case 'CREATE TYPE':
      return createTypeFailure(scene, command)
    case 'CREATE DOMAIN':
      return createDomainFailure(scene, command)
    case 'ALTER TYPE':
    case 'ALTER DOMAIN':
      return alterTypeFailure(scene, command)
    case 'CREATE SCHEMA':
      return createSchemaFailure(scene, command)
    case 'CREATE FUNCTION':
    case 'CREATE PROCEDURE':
      return createRoutineFailure(scene, command)
    case 'CREATE TRIGGER':
      return createTriggerFailure(scene, command)
    case 'INSERT':
      return insertFailure(scene, command)
    case 'UPDATE':
      return updateFailure(scene, command)
    case 'DELETE':
      return deleteFailure(scene, command)
    case 'MERGE':
      return mergeFailure(scene, command)
    case 'SELECT':
      return missingAmong(scene, command.reads)
    case 'TRUNCATE TABLE':
      return truncateFailure(scene, command)
    case 'REFRESH MATERIALIZED VIEW':
      return refreshFailure(scene, command)
    case 'LOCK TABLE':
      return lockFailure(scene, command)
    case 'VACUUM':
    case 'ANALYZE':
      return missingAmong(scene, command.tables)
    case 'COPY':
      return copyFailure(scene, command)
    case 'COMMENT':
      return commentFailure(scene, command)
    case 'CREATE POLICY':
      return createPolicyFailure(scene, command)
    case 'CREATE RULE':
    case 'GRANT':
    case 'REVOKE':
      return missingAmong(scene, command.relations)
    default:
      return 'names' in command ? dropFailure(scene, command) : undefined
  }
}
