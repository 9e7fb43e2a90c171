import type { CreateFunctionStmt, Node } from 'libpg-query'
import { constantText } from './constants'
import { relationsIn } from './expressions'
import { fields, nameFromParts, strings, typeText } from './nodes'
import type { CreateRoutine, Parameters } from './routine-commands'
import { afterGroup, Cursor, inside, isString, isWord, type Source, spanOf } from './source'

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
  const afterParameters = cursor.index
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
    ...(!statement.is_procedure &&
      !statement.returnType?.setof &&
      !keepsApart(statement) && {
        mayBeInlined: true,
      }),
    ...securityOf(statement.options ?? [], source, afterParameters),
    returnsTrigger: strings(statement.returnType?.names).at(-1) === 'trigger',
    ...returnsOf(statement),
    ...(body >= 0 && { body: inside(source, body) }),
    ...(statement.sql_body && { reads: relationsIn(statement.sql_body, source) }),
    ...codeFrom(source, body >= 0 ? body : statement.sql_body ? sqlBodyIndex(source, afterParameters) : -1),
    parameters: parametersOf(statement),
    keywords,
  }
}

/** Whether its options keep a call as it is (`inline_function` of PostgreSQL's source): STRICT only with parameters. */
const keepsApart = ({ options = [], parameters = [] }: CreateFunctionStmt): boolean =>
  options.some(node => {
    const name = fields(node).DefElem?.defname ?? ''
    return name === 'security' || name === 'set' || (name === 'strict' && parameters.length > 0)
  })

function codeFrom({ text, tokens }: Source, index: number): Pick<CreateRoutine, 'code'> {
  const token = tokens[index]
  if (!token) return {}
  return { code: { text: text.slice(token.start, isString(token) ? token.end : text.length), start: token.start } }
}

/** Returns SECURITY DEFINER with its place from token `from` on, and what the function sets while it runs. */
export function securityOf(
  options: readonly Node[],
  source: Source,
  from: number,
): Pick<CreateRoutine, 'securityDefiner' | 'ownParameters' | 'ownSearchPath'> {
  const elements = options.flatMap(node => fields(node).DefElem ?? [])
  const settings = elements.flatMap(({ defname, arg }) =>
    defname === 'set' ? (fields(arg).VariableSetStmt ?? []) : [],
  )
  const sets = settings.flatMap(({ kind, name }) => (kind === 'VAR_RESET' ? [] : (name?.toLowerCase() ?? [])))
  const path = settings.find(({ name }) => name === 'search_path')?.args?.flatMap(schema => constantText(schema) ?? [])
  const isDefiner = elements.some(({ defname, arg }) => defname === 'security' && fields(arg).Boolean?.boolval === true)
  const at = source.tokens.findIndex(
    (token, index) => index >= from && isWord(token, 'SECURITY') && isWord(source.tokens[index + 1], 'DEFINER'),
  )
  return {
    ...(isDefiner && at >= 0 && { securityDefiner: spanOf(source, at, at + 1) }),
    ...(sets.length > 0 && { ownParameters: sets }),
    ...(path && { ownSearchPath: path }),
  }
}

/** RETURN or BEGIN ATOMIC stands last of all that follows the parameters (sql-createfunction.html). */
function sqlBodyIndex({ tokens }: Source, from: number): number {
  const atomic = tokens.findIndex(
    (token, at) => at >= from && isWord(token, 'BEGIN') && isWord(tokens[at + 1], 'ATOMIC'),
  )
  return atomic >= 0 ? atomic : tokens.findIndex((token, at) => at >= from && isWord(token, 'RETURN'))
}

/** A procedure is called with a place for each OUT parameter too (sql-call.html), a function is not. */
function parametersOf(statement: CreateFunctionStmt): Parameters {
  const all = (statement.parameters ?? []).flatMap(node => fields(node).FunctionParameter ?? [])
  const given = all.filter(({ mode }) => mode !== 'FUNC_PARAM_TABLE' && mode !== 'FUNC_PARAM_OUT')
  const counted = statement.is_procedure ? all : given
  const isVariadic = given.some(({ mode }) => mode === 'FUNC_PARAM_VARIADIC')
  const defaults = given.filter(({ defexpr }) => defexpr !== undefined).length
  const optional = counted.filter(({ defexpr }) => defexpr !== undefined).length + (isVariadic ? 1 : 0)
  return {
    signature: given.map(({ argType }) => typeText(argType)).join(','),
    least: counted.length - optional,
    most: isVariadic ? Number.POSITIVE_INFINITY : counted.length,
    names: given.map(({ name }) => name || undefined),
    defaults,
  }
}

/** By its OUT parameters too: one alone is what it returns, several are a row with their names (sql-createfunction.html). */
function returnsOf({ is_procedure, returnType, parameters = [] }: CreateFunctionStmt): Pick<CreateRoutine, 'returns'> {
  const all = parameters.flatMap(node => fields(node).FunctionParameter ?? [])
  const results = all.filter(({ mode }) => mode !== undefined && resulting.has(mode))
  const isOfColumn = [returnType, ...results.map(({ argType }) => argType)].some(type => type?.pct_type)
  if (is_procedure || isOfColumn) return {}
  const columns = results.map(({ name = '', argType }) => `${name} ${typeText(argType)}`)
  const row = columns.length > 1 ? `record(${columns.join(', ')})` : typeText(returnType ?? results[0]?.argType)
  return { returns: `${returnType?.setof ? 'setof ' : ''}${row}` }
}

const resulting: ReadonlySet<string> = new Set(['FUNC_PARAM_OUT', 'FUNC_PARAM_INOUT', 'FUNC_PARAM_TABLE'])
