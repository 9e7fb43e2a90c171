import { excerptOf, partOf } from './excerpt'
import { read } from './parse'
import { blockBody, bodyInQuotes, sqlBody } from './plpgsql'
import type { Body, CreateRoutine } from './routine-commands'

/**
 * Returns what stands in the body of a function or procedure, read when somebody first asks: most are never called. Undefined
 * where it is in another language than PL/pgSQL and SQL. Spans are offsets in the statement that creates it.
 */
export function bodyOf(routine: CreateRoutine): Body | undefined {
  if (known.has(routine)) return known.get(routine)
  const body = bodyReadAnew(routine)
  known.set(routine, body)
  return body
}

const known = new WeakMap<CreateRoutine, Body | undefined>()

function bodyReadAnew({ language, code, body }: CreateRoutine): Body | undefined {
  if (!code) return undefined
  if (!body) return sqlBody(standardBody(code), read)
  if (language !== 'plpgsql' && language !== 'sql') return undefined
  const inside = bodyInQuotes(code.text, body.start - code.start, code.start)
  return inside && (language === 'sql' ? sqlBody(inside, read) : blockBody(inside, read))
}

/** RETURN expression, and BEGIN ATOMIC ... END (sql-createfunction.html): SELECT is as long as RETURN. */
function standardBody({ text, start }: { readonly text: string; readonly start: number }) {
  const atomic = /^BEGIN\s+ATOMIC\b/i.exec(text)?.[0]
  if (atomic === undefined) return excerptOf(`SELECT${text.slice('RETURN'.length)}`, start)
  return partOf(excerptOf(text, start), atomic.length, text.search(/\bEND\s*$/i))
}
