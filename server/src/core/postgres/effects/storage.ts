import type { Subcommand } from '../../sql/subcommands'
import { inheritorsOf, key as keyFor, keyIn, keyOf, keyOfRelation, sequencesOwnedBy, tableAt } from '../catalog'
import type { Alteration } from './alter'
import { partitionTreeOf } from './gathering'

/** The subcommands about a relation as a whole: its storage, owner, name, schema, triggers, parents. */
export function alterStorage(alteration: Alteration, subcommand: Subcommand) {
  const { gathering, catalog, command, key, kind, mode, postgres } = alteration
  const table = tableAt(catalog, key)
  switch (subcommand.kind) {
    case 'SET LOGGED':
    case 'SET UNLOGGED': {
      const wanted = subcommand.kind === 'SET LOGGED' ? 'permanent' : 'unlogged'
      if (kind !== 'table' || table?.persistence === wanted) return
      gathering.rewrite(key)
      // From 15 on its sequences follow (release-15.html).
      if (postgres >= 15)
        for (const sequence of sequencesOwnedBy(catalog, key))
          gathering.lock(keyOfRelation(sequence), 'ACCESS EXCLUSIVE')
      return
    }
    case 'SET ACCESS METHOD':
      if (kind !== 'partitioned table' && subcommand.to !== 'heap') gathering.rewrite(key)
      return
    case 'SET TABLESPACE':
      // What the history does not show is moved from somewhere.
      if (
        (subcommand.to !== 'pg_default' || !catalog.relations.has(key)) &&
        kind !== 'partitioned table' &&
        kind !== 'partitioned index'
      )
        gathering.move(key)
      return
    case 'OWNER TO':
      gathering.lockIndexes(key, mode)
      for (const sequence of sequencesOwnedBy(catalog, key)) gathering.lock(keyOfRelation(sequence), mode)
      return
    case 'SET SCHEMA':
      for (const sequence of sequencesOwnedBy(catalog, key)) gathering.lock(keyOfRelation(sequence), mode)
      return
    case 'CLUSTER ON':
      return gathering.lock(keyFor(table?.schema ?? 'public', subcommand.to), mode, 'index')
    case 'REPLICA IDENTITY':
      if (subcommand.index !== undefined)
        gathering.lock(keyFor(table?.schema ?? 'public', subcommand.index), 'SHARE', 'index')
      return
    case 'ENABLE TRIGGER':
    case 'DISABLE TRIGGER':
      return gathering.lockAll(command.only ? [key] : partitionTreeOf(catalog, key), mode)
    case 'INHERIT':
      gathering.lock(keyOf(catalog, subcommand.parent), 'SHARE UPDATE EXCLUSIVE')
      return gathering.lockAll(inheritorsOf(catalog, key, { recursive: true }).map(keyOfRelation), 'ACCESS SHARE')
    case 'NO INHERIT':
      return gathering.lock(keyOf(catalog, subcommand.parent), 'ACCESS SHARE')
    case 'OF':
      return gathering.lock(keyIn(catalog, catalog.types, subcommand.parent), 'ACCESS SHARE', 'composite type')
    case 'SEQUENCE OPTIONS':
      if (subcommand.ownedBy) gathering.lock(keyOf(catalog, subcommand.ownedBy.table), 'ACCESS SHARE')
      return
    case 'SET COMPRESSION':
    case 'SET COLUMN OPTIONS':
    case 'SET PARAMETERS':
    case 'RESET PARAMETERS':
    case 'RENAME TO':
    case 'SET WITHOUT CLUSTER':
    case 'SET WITHOUT OIDS':
    case 'NOT OF':
    case 'ENABLE RULE':
    case 'DISABLE RULE':
    case 'ENABLE ROW LEVEL SECURITY':
    case 'DISABLE ROW LEVEL SECURITY':
    case 'FORCE ROW LEVEL SECURITY':
    case 'NO FORCE ROW LEVEL SECURITY':
    case 'DEPENDS ON EXTENSION':
    case 'OPTIONS':
      return
    default:
      gathering.doesNotKnow('This subcommand is not modelled: it is taken to lock the relation and nothing else.')
  }
}
