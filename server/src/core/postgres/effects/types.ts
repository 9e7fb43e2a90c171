import type { AlterDomain, AlterType } from '../../sql/commands'
import { type Catalog, keyIn } from '../catalog'
import { columnsOfType, domainsOver, tablesOf } from '../searches'
import { type Gathering, storedOf } from './gathering'

/** ALTER DOMAIN: a new constraint is checked in every table that uses the domain (sql-alterdomain.html). */
export function alterDomain(gathering: Gathering, command: AlterDomain, catalog: Catalog) {
  const checks =
    command.action === 'SET NOT NULL' ||
    command.action === 'VALIDATE CONSTRAINT' ||
    (command.action === 'ADD CONSTRAINT' && !command.constraint?.notValid)
  if (!checks) return
  const domains = domainsOver(catalog, keyIn(catalog, catalog.types, command.domain))
  for (const { table } of domains.flatMap(domain => columnsOfType(catalog, domain))) {
    gathering.lock(table, 'SHARE')
    for (const key of storedOf(catalog, [table])) gathering.scan(key)
  }
  if (!catalog.complete)
    gathering.doesNotKnow(
      'Tables that the history does not know are locked in SHARE mode and read where they use the domain.',
    )
}

/** ALTER TYPE of a composite type reaches the tables that are made of it (sql-altertype.html). */
export function alterType(gathering: Gathering, command: AlterType, catalog: Catalog) {
  const type = keyIn(catalog, catalog.types, command.type)
  if (command.attributes) gathering.lock(type, 'ACCESS EXCLUSIVE', 'composite type')
  else if (!command.setSchema && catalog.relations.get(type)?.kind === 'composite type')
    // RENAME TO and OWNER TO.
    return gathering.lock(type, 'ACCESS EXCLUSIVE')
  if (!command.attributes) return
  const tables = tablesOf(catalog, type)
  gathering.lockAll(tables, 'ACCESS EXCLUSIVE')
  if (!command.retypes || !command.cascade) return
  for (const table of storedOf(catalog, tables)) gathering.rewrite(table)
  if (tables.length > 0)
    gathering.doesNotKnow(
      'The attribute is taken to need new storage: a wider varchar or text would not rewrite the tables.',
    )
}
