import type { Command } from '../../sql/commands'
import { keyOf } from '../catalog'
import { type LockMode, lockModes } from '../locks'
import type { Circumstances } from './context'
import { createTable, createTableAs, createView, refresh } from './creation'
import { copyRows, deleteRows, insertRows, mergeRows, selectRows, updateRows } from './data'
import { dropObjects, dropRelations, truncate } from './drops'
import { type Gathering, isSystem, readBy } from './gathering'
import { createIndex, dropIndexes, reindex } from './indexes'
import { maintain } from './maintenance'
import { comment, createTrigger, other } from './others'
import { alterDomain, alterType } from './types'

type CommandWithoutSubcommands = Exclude<Command, { subcommands: unknown } | { tag: 'DO' }>

/** Gathers the effects of every command but ALTER TABLE and its like, and DO. */
export function commandEffects(gathering: Gathering, command: CommandWithoutSubcommands, circumstances: Circumstances) {
  const { catalog } = circumstances
  switch (command.tag) {
    case 'CREATE INDEX':
      return createIndex(gathering, command, catalog)
    case 'REINDEX':
      return reindex(gathering, command, circumstances)
    case 'DROP INDEX':
      return dropIndexes(gathering, command, catalog)
    case 'DROP TABLE':
    case 'DROP VIEW':
    case 'DROP MATERIALIZED VIEW':
    case 'DROP FOREIGN TABLE':
    case 'DROP SEQUENCE':
      return dropRelations(gathering, command, circumstances)
    case 'CREATE TABLE':
    case 'CREATE FOREIGN TABLE':
      return createTable(gathering, command, circumstances)
    case 'CREATE TABLE AS':
    case 'SELECT INTO':
    case 'CREATE MATERIALIZED VIEW':
      return createTableAs(gathering, command, circumstances)
    case 'CREATE VIEW':
      return createView(gathering, command, catalog)
    case 'REFRESH MATERIALIZED VIEW':
      return refresh(gathering, command, catalog)
    case 'TRUNCATE TABLE':
      return truncate(gathering, command, circumstances)
    case 'INSERT':
      return insertRows(gathering, command, circumstances)
    case 'UPDATE':
      return updateRows(gathering, command, circumstances)
    case 'DELETE':
      return deleteRows(gathering, command, circumstances)
    case 'MERGE':
      return mergeRows(gathering, command, circumstances)
    case 'SELECT':
      return selectRows(gathering, command, circumstances)
    case 'COPY':
      return copyRows(gathering, command, circumstances)
    case 'LOCK TABLE':
      gathering.needsTransactionBlock = true
      for (const table of command.tables)
        gathering.lockAll(readBy(catalog, [keyOf(catalog, table)], table.only), lockModeNamed(command.mode))
      return
    case 'VACUUM':
    case 'ANALYZE':
    case 'CLUSTER':
      return maintain(gathering, command, circumstances)
    case 'CREATE TRIGGER':
      return createTrigger(gathering, command, catalog)
    case 'COMMENT':
      return comment(gathering, command, catalog)
    case 'CREATE SEQUENCE':
      if (command.ownedBy) gathering.lock(keyOf(catalog, command.ownedBy.table), 'ACCESS SHARE')
      return
    case 'CREATE FUNCTION':
    case 'CREATE PROCEDURE':
      gathering.lockAll(queried(circumstances, command.reads ?? []), 'ACCESS SHARE')
      return gathering.lockAll(queried(circumstances, command.writes ?? []), 'ROW EXCLUSIVE')
    case 'ALTER DOMAIN':
      return alterDomain(gathering, command, catalog)
    case 'ALTER TYPE':
      return alterType(gathering, command, catalog)
    case 'PREPARE TRANSACTION':
      return
    case 'COMMIT PREPARED':
    case 'ROLLBACK PREPARED':
      gathering.refusesTransactionBlock = true
      return
    case 'COMMIT':
    case 'ROLLBACK':
    case 'SAVEPOINT':
    case 'RELEASE':
      // sql-savepoint.html, sql-commit.html (AND CHAIN).
      gathering.needsTransactionBlock = command.savepoint !== undefined || command.chain
      return
    case 'BEGIN':
    case 'START TRANSACTION':
    case 'SET':
    case 'RESET':
    case 'CREATE TYPE':
    case 'CREATE DOMAIN':
      return
    case 'CREATE SCHEMA': {
      const within = { ...catalog, searchPath: [command.schema, ...catalog.searchPath] }
      for (const element of command.elements ?? [])
        if (!('subcommands' in element) && element.tag !== 'DO')
          commandEffects(gathering, element, { ...circumstances, catalog: within })
      return
    }
    default:
      if ('names' in command) return dropObjects(gathering, command, circumstances)
      return other(gathering, command, circumstances, explained => {
        if (!('subcommands' in explained) && explained.tag !== 'DO')
          commandEffects(gathering, explained, { ...circumstances, plansOnly: command.analyze !== true })
      })
  }
}

const queried = ({ catalog }: Circumstances, names: readonly { schema?: string; name: string }[]) =>
  readBy(
    catalog,
    names.map(name => keyOf(catalog, name)),
  ).filter(key => !isSystem(key))

const lockModeNamed = (name: string): LockMode => lockModes.find(mode => mode === name) ?? 'ACCESS EXCLUSIVE'
