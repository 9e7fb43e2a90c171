import type { Span } from '../text'

/**
 * Returns `value`, plain data that nobody else knows yet, with equal small parts in it and in all that was given before as
 * one object: spans, empty lists, names. A file has tens of thousands of each, and they are kept for as long as it is open.
 */
export function withSharedParts<T>(value: T): T {
  return sharedPart(value) as T
}

function sharedPart(value: unknown): unknown {
  if (typeof value === 'string') return value.length <= longestName ? texts.shared(value, value) : value
  if (Array.isArray(value)) return sharedList(value)
  if (typeof value !== 'object' || value === null) return value
  const names = Object.keys(value)
  if (isSpan(names)) return sharedSpan(value as Span)
  const fields = value as Record<string, unknown>
  for (const name of names) fields[name] = sharedPart(fields[name])
  return value
}

function sharedList(list: readonly unknown[]): readonly unknown[] {
  if (list.length === 0) return none
  const [first] = list
  if (list.length === 1 && typeof first === 'number') return numbers.shared(first, list)
  return list.map(sharedPart)
}

const isSpan = (names: readonly string[]): boolean => names.length === 2 && names[0] === 'start' && names[1] === 'end'

const sharedSpan = (span: Span): Span => spans.shared(span.start * longestSpan + span.end - span.start, span)

/** Equal values by a key that tells them apart; forgets all before it grows large, for most are near each other. */
class Shared<K, V> {
  private readonly known = new Map<K, V>()

  constructor(private readonly most: number) {}

  shared(key: K, value: V): V {
    const known = this.known.get(key)
    if (known !== undefined) return known
    if (this.known.size >= this.most) this.known.clear()
    this.known.set(key, value)
    return value
  }
}

/** NAMEDATALEN (sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS); longer texts hardly ever come twice. */
const longestName = 63
const longestSpan = 2 ** 24
const none: readonly unknown[] = []
const texts = new Shared<string, string>(8192)
const spans = new Shared<number, Span>(32_768)
/** The modifiers of types: `varchar(255)`. */
const numbers = new Shared<number, readonly unknown[]>(1024)
