import type { Drop, OtherCommand } from '../../sql/commands'
import { type Catalog, keyOf, type WrittenName } from '../catalog'
import { withTable } from '../edit'

/** Where a table keeps the names of what belongs to it. */
type Parts = 'policies' | 'rules'

const partsOf = (tag: string): Parts => (tag.endsWith('POLICY') ? 'policies' : 'rules')

/** Returns the catalog after CREATE POLICY, CREATE RULE and ALTER of either: IF EXISTS looks for their names. */
export function withPart(catalog: Catalog, command: OtherCommand): Catalog {
  const { rename, name } = command
  const change = (names: readonly string[]): readonly string[] => {
    if (rename) return names.map(known => (known === rename.from ? rename.to : known))
    return name && !names.includes(name.name) ? [...names, name.name] : names
  }
  return withChanged(catalog, command.relations[0], partsOf(command.tag), change)
}

/** Returns the catalog after DROP POLICY and DROP RULE. */
export const withoutPart = (catalog: Catalog, command: Drop): Catalog =>
  withChanged(catalog, command.on, partsOf(command.tag), names =>
    names.filter(known => !command.names.some(({ name }) => name === known)),
  )

function withChanged(
  catalog: Catalog,
  table: WrittenName | undefined,
  parts: Parts,
  change: (names: readonly string[]) => readonly string[],
): Catalog {
  if (!table) return catalog
  return withTable(catalog, keyOf(catalog, table), known => ({ ...known, [parts]: change(known[parts] ?? []) }))
}
