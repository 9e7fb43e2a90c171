import type { CreateFunctionStmt } from 'libpg-query'
import type { CreateRoutine } from './commands'
import { relationsIn } from './expressions'
import { fields, nameFromParts, strings } from './nodes'
import { afterGroup, Cursor, inside, isString, type Source, spanOf } from './source'

/** Returns CREATE FUNCTION or CREATE PROCEDURE. */
export function createRoutine(statement: CreateFunctionStmt, source: Source): CreateRoutine {
  const option = (name: string) =>
    fields((statement.options ?? []).find(node => fields(node).DefElem?.defname === name)).DefElem?.arg
  const tag = statement.is_procedure ? 'CREATE PROCEDURE' : 'CREATE FUNCTION'
  const cursor = new Cursor(source)
  cursor.seek(statement.is_procedure ? 'PROCEDURE' : 'FUNCTION')
  const keywords = spanOf(source, 0, cursor.index)
  cursor.index++
  const name = cursor.name()
  cursor.index = afterGroup(source, cursor.index)
  let body = -1
  while (body < 0 && cursor.seek('AS')) {
    if (isString(cursor.peek(1))) body = cursor.index + 1
    cursor.index++
  }
  return {
    tag,
    name: nameFromParts(strings(statement.funcname), name?.span ?? keywords),
    orReplace: statement.replace === true,
    ...(fields(option('language')).String?.sval && {
      language: fields(option('language')).String?.sval?.toLowerCase(),
    }),
    volatility: (fields(option('volatility')).String?.sval ?? 'volatile') as CreateRoutine['volatility'],
    returnsTrigger: strings(statement.returnType?.names).at(-1) === 'trigger',
    ...(body >= 0 && { body: inside(source, body) }),
    ...(statement.sql_body && { reads: relationsIn(statement.sql_body, source) }),
    keywords,
  }
}
