import type { RelationLock } from '../postgres/effects'

/** Returns names as a sentence lists them, between backquotes: up to five, of more the first four and how many are left. */
export const named = (names: readonly string[]): string =>
  joined(
    atMost(
      5,
      names.map(name => `\`${name}\``),
    ),
  )

/** Returns so many parts of a list at most, the last of which then tells how many are left. */
export const atMost = (most: number, parts: readonly string[]): readonly string[] =>
  parts.length > most ? [...parts.slice(0, most - 1), `${parts.length - most + 1} more`] : parts

/** Returns locked relations as a sentence lists them, with their kind where it is the same for all. */
export function listed(locks: readonly RelationLock[]): string {
  const kinds = new Set(locks.map(lock => lock.kind))
  const kind = kinds.size === 1 ? (locks[0]?.kind ?? 'relation') : 'relation'
  return `${locks.length === 1 ? kind : pluralOf(kind)} ${named(locks.map(lock => lock.relation))}`
}

/** Returns `a, b and c`. */
export const joined = (parts: readonly string[]): string =>
  parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? '')

/** Returns the plural of a kind of thing: `indexes`, `policies`, `tables`. */
const pluralOf = (kind: string): string => (kind.endsWith('x') ? `${kind}es` : `${kind}s`.replace(/ys$/, 'ies'))

/** Returns a number with its noun: `1 partition`, `12 partitions`. */
export const counted = (count: number, noun: string): string => `${count} ${count === 1 ? noun : pluralOf(noun)}`
