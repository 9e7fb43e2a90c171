import type { Guard } from './routine-commands'
import type { Reading } from './statements'
import type { Token } from './tokens'

/** Returns what a condition of IF makes sure of: it asks PostgreSQL's catalogs, and nothing else, whether something exists. */
export function guardOf(tokens: readonly Token[], text: string, read: (text: string) => Reading): Guard | undefined {
  const words = tokens.map(token => token.text)
  if (words.includes('OR') || tokens.length === 0) return undefined
  if (/^TO_REG\w+$/.test(words[0] ?? '')) {
    if (words.slice(-2).join(' ') === 'IS NULL') return 'absence'
    return words.slice(-3).join(' ') === 'IS NOT NULL' ? 'presence' : undefined
  }
  if (!words.includes('EXISTS') || !readsCatalogs(text, read)) return undefined
  return words.some((word, index) => word === 'NOT' && isExistence(words, index + 1)) ? 'absence' : 'presence'
}

/** EXISTS, or (SELECT EXISTS. */
function isExistence(words: readonly string[], index: number): boolean {
  const next = words.slice(index).find(word => word !== '(' && word !== 'SELECT')
  return next === 'EXISTS'
}

/** Whether all that a query reads is PostgreSQL's own. */
export function readsCatalogs(query: string, read: (text: string) => Reading): boolean {
  const { command } = read(`SELECT ${query}`)
  if (command?.tag !== 'SELECT' || command.reads.length === 0) return false
  return command.reads.every(
    ({ schema, name }) => schema === 'information_schema' || schema === 'pg_catalog' || name.startsWith('pg_'),
  )
}

/** Returns what a handler makes sure of: names of conditions are those of errcodes-appendix.html. */
export function guardOfHandler(conditions: readonly Token[]): Guard | undefined {
  const names = conditions.filter(({ text }) => text !== 'OR' && text !== 'SQLSTATE').map(({ text }) => text)
  if (names.length === 0) return undefined
  if (names.every(name => /^DUPLICATE_/.test(name) || duplicates.has(name))) return 'absence'
  return names.every(name => /^UNDEFINED_/.test(name) || undefineds.has(name)) ? 'presence' : undefined
}

const duplicates: ReadonlySet<string> = new Set(["'42710'", "'42P07'", "'42701'", "'42P06'", "'42723'"])
const undefineds: ReadonlySet<string> = new Set([
  "'42704'",
  "'42P01'",
  "'42703'",
  "'42883'",
  "'3F000'",
  'INVALID_SCHEMA_NAME',
])

/** The guard of what stands under two conditions. */
export const both = (outer: Guard | undefined, inner: Guard | undefined): Guard | undefined =>
  outer === inner ? inner : undefined

export const opposite = (guard: Guard | undefined): Guard | undefined =>
  guard === undefined ? undefined : guard === 'absence' ? 'presence' : 'absence'
