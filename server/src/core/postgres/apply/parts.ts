import type { Drop } from '../../sql/commands'
import type { OtherCommand } from '../../sql/other-commands'
import { type Catalog, keyOf, type Part, usesOf, type WrittenName } from '../catalog'
import { withTable } from '../edit'

/** Where a table keeps the names of what belongs to it. */
type Parts = 'policies' | 'rules'

const partsOf = (tag: string): Parts => (tag.endsWith('POLICY') ? 'policies' : 'rules')

/** Returns the catalog after CREATE POLICY, CREATE RULE and ALTER of either: IF EXISTS looks for their names. */
export function withPart(catalog: Catalog, command: OtherCommand): Catalog {
  const { rename, name } = command
  const change = (parts: readonly Part[]): readonly Part[] => {
    if (rename) return parts.map(part => (part.name === rename.from ? { ...part, name: rename.to } : part))
    if (!name) return parts
    const old = parts.find(part => part.name === name.name)
    const made = partOf(catalog, command, name.name)
    // ALTER POLICY leaves what it does not name as it is: both count.
    if (old && command.tag === 'ALTER POLICY') return parts.map(part => (part === old ? both(old, made) : part))
    return [...parts.filter(part => part !== old), made]
  }
  return withChanged(catalog, command.relations[0], partsOf(command.tag), change)
}

/** Returns the catalog after DROP POLICY and DROP RULE. */
export const withoutPart = (catalog: Catalog, command: Drop): Catalog =>
  withChanged(catalog, command.on, partsOf(command.tag), parts =>
    parts.filter(part => !command.names.some(({ name }) => name === part.name)),
  )

const partOf = (
  catalog: Catalog,
  { reads = [], writes = [], uses, event, instead, policy }: OtherCommand,
  name: string,
): Part => ({
  name,
  reads: reads.map(read => keyOf(catalog, read)),
  ...(writes.length > 0 && { writes: writes.map(write => keyOf(catalog, write)) }),
  ...(uses && { uses }),
  ...(event && { event }),
  ...(instead && { instead }),
  ...(policy && { policy }),
})

const both = (old: Part, now: Part): Part => ({
  ...old,
  reads: [...old.reads, ...now.reads],
  uses: {
    ...usesOf([old.uses, now.uses]),
    calls: [...(old.uses?.calls ?? []), ...(now.uses?.calls ?? [])],
    columns: [...(old.uses?.columns ?? []), ...(now.uses?.columns ?? [])],
  },
})

function withChanged(
  catalog: Catalog,
  table: WrittenName | undefined,
  parts: Parts,
  change: (parts: readonly Part[]) => readonly Part[],
): Catalog {
  if (!table) return catalog
  return withTable(catalog, keyOf(catalog, table), known => ({ ...known, [parts]: change(known[parts] ?? []) }))
}
