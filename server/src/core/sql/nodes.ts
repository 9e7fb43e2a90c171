import type { Node, RangeVar, TypeName as RawTypeName } from 'libpg-query'
import type { Identifier, Name, TypeName } from './parts'
import { Cursor, clauseEnd, indexAt, type Source, spanOf } from './source'

type KindOf<N> = N extends unknown ? keyof N : never
type Fields = { readonly [K in KindOf<Node>]?: Extract<Node, Record<K, unknown>>[K] }

/** A node of the parser's tree: exactly one field, named for its kind, is there. */
export const fields = (node: Node | undefined): Fields => (node ?? {}) as Fields

/** Returns the strings of a list of String nodes: the parts of a qualified name. */
export const strings = (nodes: readonly Node[] | undefined): string[] =>
  (nodes ?? []).flatMap(node => fields(node).String?.sval ?? [])

/** Returns the name that a RangeVar holds, with the span of its tokens. */
export function nameOf(relation: RangeVar, source: Source): Name {
  const cursor = new Cursor(source, indexAt(source, source.at(relation.location)))
  const span = cursor.name()?.span ?? { start: 0, end: 0 }
  return qualified(relation.schemaname, relation.relname ?? '', span)
}

/** Returns the name that a list of String nodes holds, with `span` as its place. */
export function nameFromParts(parts: readonly string[], span: Name['span']): Name {
  return qualified(parts.at(-2), parts.at(-1) ?? '', span)
}

const qualified = (schema: string | undefined, name: string, span: Name['span']): Name =>
  schema === undefined ? { name, span } : { schema, name, span }

/** Returns `name` with the place of the identifier at token `index`. */
export function identifierAt(source: Source, index: number, name: string): Identifier {
  return { name, span: spanOf(source, index, index) }
}

/** Returns a type as far as it tells overloads apart: `int4`, `public.tier[]`. */
export function typeText(type: RawTypeName | undefined): string {
  const names = strings(type?.names).filter((part, place) => place > 0 || part !== 'pg_catalog')
  return `${names.join('.')}${type?.pct_type ? '%type' : ''}${type?.arrayBounds ? '[]' : ''}`
}

/** Returns the type with its span: from its location to the token before `end`, a token index. */
export function typeOf(type: RawTypeName | undefined, source: Source, end: number): TypeName {
  const names = strings(type?.names)
  const start = indexAt(source, source.at(type?.location))
  const schema = names.at(-2)
  return {
    ...(schema === undefined || schema === 'pg_catalog' ? {} : { schema }),
    name: names.at(-1) ?? '',
    modifiers: integers(type?.typmods ?? []),
    dimensions: type?.arrayBounds?.length ?? 0,
    span: spanOf(source, start, Math.min(end, clauseEnd(source, start)) - 1),
  }
}

/** Nearly always all of them; an array that was filtered takes three times the memory, and every column has one. */
function integers(nodes: readonly Node[]): readonly number[] {
  const found = nodes.map(integer)
  return found.every(isFound) ? found : found.filter(isFound)
}

const isFound = (value: number | undefined): value is number => value !== undefined

function integer(node: Node): number | undefined {
  const constant = fields(node).A_Const
  if (!constant || constant.isnull) return undefined
  return 'ival' in constant ? (constant.ival?.ival ?? 0) : undefined
}

/** Calls `visit` for every node below `root`, `root` included, without recursion: trees can be 50,000 deep. */
export function walk(root: unknown, visit: (kind: string, node: never) => void) {
  const pending: unknown[] = [root]
  while (pending.length > 0) {
    const value = pending.pop()
    if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index--) pending.push(value[index])
    } else if (value !== null && typeof value === 'object') {
      const entries = Object.entries(value)
      for (let index = entries.length - 1; index >= 0; index--) {
        const [key, child] = entries[index] as [string, unknown]
        if (child === null || typeof child !== 'object') continue
        if (isKind(key)) visit(key, child as never)
        pending.push(child)
      }
    }
  }
}

/** Kinds of nodes are capitalised, their fields are not. */
const isKind = (key: string) => key.charCodeAt(0) < 97

/** Returns how a relation is kept. */
export function persistenceOf(relation: RangeVar): 'permanent' | 'unlogged' | 'temporary' {
  if (relation.relpersistence === 't') return 'temporary'
  return relation.relpersistence === 'u' ? 'unlogged' : 'permanent'
}
