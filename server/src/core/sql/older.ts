import type { ParseResult } from 'libpg-query'
import type { OlderSyntax } from './commands'
import { parseRaw } from './engine'

/**
 * Returns what the parser makes of a text that it refused at a word: where that is a name to older grammars, what those make of
 * it, and the names. `start` is the offset of the word that the error names.
 */
export function readAsOlder(text: string, start: number): AsOlder | undefined {
  const older: OlderSyntax[] = []
  let tried = text
  for (let stop = start; older.length < 10; ) {
    const [word, at] = nameAt(tried, stop)
    const until = keywords.get(word.toLowerCase())
    if (until === undefined) return undefined
    older.push({ until, word, span: { start: at, end: at + word.length } })
    tried = tried.slice(0, at) + standIn(word) + tried.slice(at + word.length)
    const outcome = parseRaw(tried)
    if ('tree' in outcome) return { tree: withNames(outcome.tree, older), older }
    if ('failure' in outcome || /[^\0-\x7f]/.test(text)) return undefined
    stop = outcome.error.position
  }
  return undefined
}

/** The word at fault and its place: before the one where the parser stopped, where it took that for a type of the name. */
function nameAt(text: string, stop: number): [word: string, at: number] {
  const [word = '', space = ''] = /(\w+)(\s+)$/.exec(text.slice(Math.max(0, stop - 60), stop))?.slice(1) ?? []
  if (keywords.has(word.toLowerCase())) return [word, stop - space.length - word.length]
  return [/^\w*/.exec(text.slice(stop))?.[0] ?? '', stop]
}

interface AsOlder {
  readonly tree: ParseResult
  readonly older: readonly OlderSyntax[]
}

const standIn = (word: string): string => `_${word.slice(1).toLowerCase()}`

/** The tree with the names themselves. */
function withNames<T>(tree: T, older: readonly OlderSyntax[]): T {
  const names = new Map(older.map(({ word }) => [standIn(word), word.toLowerCase()]))
  return JSON.parse(JSON.stringify(tree), (_, value) =>
    typeof value === 'string' ? (names.get(value) ?? value) : value,
  )
}

/** What a function, a parameter or a type may no longer be called without quotes: pg_get_keywords() of 12 to 18. */
const keywords: ReadonlyMap<string, number> = new Map([
  ['normalize', 13],
  ...['json_array', 'json_arrayagg', 'json_object', 'json_objectagg', 'system_user'].map(word => [word, 16] as const),
  ...[
    'json',
    'json_exists',
    'json_query',
    'json_scalar',
    'json_serialize',
    'json_table',
    'json_value',
    'merge_action',
  ].map(word => [word, 17] as const),
])
