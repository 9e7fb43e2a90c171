/**
 * An immutable map from strings: `with` and `without` return a new map that shares all but one path with the old, so a
 * catalog per migration costs what the migration changed. A hash array mapped trie (Bagwell, "Ideal Hash Trees").
 * Iteration follows hashes, not insertion: sort what is shown to people.
 */
export class PersistentMap<V> implements Iterable<readonly [string, V]> {
  readonly size: number
  readonly #root: Branch<V>

  private constructor(root: Branch<V>, size: number) {
    this.#root = root
    this.size = size
  }

  /** Returns the map that holds nothing. */
  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>(emptyBranch, 0)
  }

  get(key: string): V | undefined {
    const hash = hashOf(key)
    let node: Branch<V> = this.#root
    for (let shift = 0; ; shift += bitsPerLevel) {
      const slot = node.slots[indexIn(node.bitmap, hash, shift)]
      if (!(node.bitmap & bitOf(hash, shift)) || slot === undefined) return undefined
      if (slot.kind === 'branch') {
        node = slot
        continue
      }
      for (let leaf: Leaf<V> | undefined = slot; leaf; leaf = leaf.next) if (leaf.key === key) return leaf.value
      return undefined
    }
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  /** Returns a map in which `key` means `value`; this one where it already does. */
  with(key: string, value: V): PersistentMap<V> {
    const before = this.get(key)
    if (before === value) return this
    const root = inserted(this.#root, 0, { kind: 'leaf', hash: hashOf(key), key, value, next: undefined })
    return new PersistentMap(root, before === undefined ? this.size + 1 : this.size)
  }

  /** Returns a map without `key`; this one where it has none. */
  without(key: string): PersistentMap<V> {
    if (!this.has(key)) return this
    return new PersistentMap(removed(this.#root, hashOf(key), 0, key) ?? emptyBranch, this.size - 1)
  }

  /** Yields what a key means here and in `other`, for every key of which that differs. What both share is passed over. */
  changes(other: PersistentMap<V>): Iterable<readonly [string, V | undefined, V | undefined]> {
    return changesIn(this.#root, other.#root)
  }

  /**
   * Returns the entries whose values `isWanted` holds for. Each branch remembers its own, so a map that shares most with one
   * that was asked before asks few values: `isWanted` must be the very same function, and depend on the value alone.
   */
  where(isWanted: (value: V) => boolean): readonly (readonly [string, V])[] {
    return wantedIn(this.#root, isWanted, wantedBy(isWanted))
  }

  *keys(): IterableIterator<string> {
    for (const [key] of this) yield key
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this) yield value
  }

  [Symbol.iterator](): IterableIterator<readonly [string, V]> {
    return entriesOf(this.#root)
  }
}

/** `slots` are packed: one for each set bit of `bitmap`. */
interface Branch<V> {
  readonly kind: 'branch'
  readonly bitmap: number
  readonly slots: readonly Slot<V>[]
}

/** An entry, and those whose keys have the same hash: nearly always none. */
interface Leaf<V> {
  readonly kind: 'leaf'
  readonly hash: number
  readonly key: string
  readonly value: V
  readonly next: Leaf<V> | undefined
}

type Slot<V> = Branch<V> | Leaf<V>

const bitsPerLevel = 5
const emptyBranch: Branch<never> = { kind: 'branch', bitmap: 0, slots: [] }

/** FNV-1a over UTF-16 units. */
const hashOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return hash | 0
}

const bitOf = (hash: number, shift: number): number => 1 << ((hash >>> shift) & 31)

const indexIn = (bitmap: number, hash: number, shift: number): number => bitCount(bitmap & (bitOf(hash, shift) - 1))

const bitCount = (bits: number): number => {
  let n = bits - ((bits >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

const inserted = <V>(node: Branch<V>, shift: number, leaf: Leaf<V>): Branch<V> => {
  const bit = bitOf(leaf.hash, shift)
  const index = indexIn(node.bitmap, leaf.hash, shift)
  const slot = node.bitmap & bit ? node.slots[index] : undefined
  return {
    kind: 'branch',
    bitmap: node.bitmap | bit,
    slots: slot ? node.slots.with(index, insertedInSlot(slot, shift, leaf)) : node.slots.toSpliced(index, 0, leaf),
  }
}

const insertedInSlot = <V>(slot: Slot<V>, shift: number, leaf: Leaf<V>): Slot<V> => {
  if (slot.kind === 'branch') return inserted(slot, shift + bitsPerLevel, leaf)
  if (slot.hash === leaf.hash) return { ...leaf, next: leafWithout(slot, leaf.key) }
  // Two hashes meet here: put the older leaf one level down, then try again.
  const deeper: Branch<V> = { kind: 'branch', bitmap: bitOf(slot.hash, shift + bitsPerLevel), slots: [slot] }
  return inserted(deeper, shift + bitsPerLevel, leaf)
}

const removed = <V>(node: Branch<V>, hash: number, shift: number, key: string): Branch<V> | undefined => {
  const bit = bitOf(hash, shift)
  const index = indexIn(node.bitmap, hash, shift)
  const slot = node.slots[index]
  if (!(node.bitmap & bit) || slot === undefined) return node
  const rest = slot.kind === 'branch' ? removed(slot, hash, shift + bitsPerLevel, key) : leafWithout(slot, key)
  if (rest) return { kind: 'branch', bitmap: node.bitmap, slots: node.slots.with(index, rest) }
  if (node.slots.length === 1) return undefined
  return { kind: 'branch', bitmap: node.bitmap & ~bit, slots: node.slots.toSpliced(index, 1) }
}

const leafWithout = <V>(leaf: Leaf<V>, key: string): Leaf<V> | undefined => {
  if (leaf.key === key) return leaf.next
  return leaf.next ? { ...leaf, next: leafWithout(leaf.next, key) } : leaf
}

function* entriesOf<V>(node: Branch<V>): IterableIterator<readonly [string, V]> {
  for (const slot of node.slots) {
    if (slot.kind === 'branch') yield* entriesOf(slot)
    else for (let leaf: Leaf<V> | undefined = slot; leaf; leaf = leaf.next) yield [leaf.key, leaf.value]
  }
}

type Wanted<V> = WeakMap<Branch<V>, readonly (readonly [string, V])[]>

const wanted = new WeakMap<object, Wanted<never>>()

const wantedBy = <V>(isWanted: (value: V) => boolean): Wanted<V> => {
  const known = wanted.get(isWanted) ?? new WeakMap()
  wanted.set(isWanted, known)
  return known as Wanted<V>
}

function wantedIn<V>(
  node: Branch<V>,
  isWanted: (value: V) => boolean,
  memory: Wanted<V>,
): readonly (readonly [string, V])[] {
  const known = memory.get(node)
  if (known) return known
  const found: (readonly [string, V])[] = []
  for (const slot of node.slots) {
    if (slot.kind === 'branch') found.push(...wantedIn(slot, isWanted, memory))
    else
      for (let leaf: Leaf<V> | undefined = slot; leaf; leaf = leaf.next)
        if (isWanted(leaf.value)) found.push([leaf.key, leaf.value])
  }
  memory.set(node, found)
  return found
}

function* changesIn<V>(a: Branch<V>, b: Branch<V>): Iterable<readonly [string, V | undefined, V | undefined]> {
  if (a === b) return
  for (let bits = a.bitmap | b.bitmap; bits !== 0; bits &= bits - 1) {
    const [mine, theirs] = [slotAt(a, bits & -bits), slotAt(b, bits & -bits)]
    if (mine === theirs) continue
    if (mine?.kind === 'branch' && theirs?.kind === 'branch') {
      yield* changesIn(mine, theirs)
      continue
    }
    const [here, there] = [new Map(entriesBelow(mine)), new Map(entriesBelow(theirs))]
    for (const [key, value] of here) if (there.get(key) !== value) yield [key, value, there.get(key)]
    for (const [key, value] of there) if (!here.has(key)) yield [key, undefined, value]
  }
}

const slotAt = <V>({ bitmap, slots }: Branch<V>, bit: number): Slot<V> | undefined =>
  bitmap & bit ? slots[bitCount(bitmap & (bit - 1))] : undefined

const entriesBelow = <V>(slot: Slot<V> | undefined): Iterable<readonly [string, V]> =>
  slot ? entriesOf(slot.kind === 'branch' ? slot : { kind: 'branch', bitmap: 1, slots: [slot] }) : []
