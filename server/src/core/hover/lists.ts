import type { RelationLock } from '../postgres/effects'

/** Returns names as a sentence lists them, between backquotes: up to five, of more the first four and how many are left. */
export function named(names: readonly string[]): string {
  const shown = names.slice(0, names.length > 5 ? 4 : 5).map(name => `\`${name}\``)
  const left = names.length - shown.length
  return joined(left > 0 ? [...shown, `${left} more`] : shown)
}

/** Returns locked relations as a sentence lists them, with their kind where it is the same for all. */
export function listed(locks: readonly RelationLock[]): string {
  const kinds = new Set(locks.map(lock => lock.kind))
  const kind = kinds.size === 1 ? (locks[0]?.kind ?? 'relation') : 'relation'
  return `${locks.length === 1 ? kind : pluralOf(kind)} ${named(locks.map(lock => lock.relation))}`
}

/** Returns `a, b and c`. */
export const joined = (parts: readonly string[]): string =>
  parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? '')

/** Returns the plural of a kind of relation: `indexes`, `tables`. */
export const pluralOf = (kind: string): string => (kind.endsWith('x') ? `${kind}es` : `${kind}s`)

/** Returns a number with its noun: `1 partition`, `12 partitions`. */
export const counted = (count: number, noun: string): string => `${count} ${count === 1 ? noun : pluralOf(noun)}`
