import type { DropStmt, Node } from 'libpg-query'
import type { Drop } from './commands'
import { fields, nameFromParts, strings, typeText } from './nodes'
import { Cursor, clauseEnd, isWord, type Source, spanOf } from './source'

const dropTags: Record<string, Drop['tag']> = {
  OBJECT_TABLE: 'DROP TABLE',
  OBJECT_INDEX: 'DROP INDEX',
  OBJECT_VIEW: 'DROP VIEW',
  OBJECT_MATVIEW: 'DROP MATERIALIZED VIEW',
  OBJECT_SEQUENCE: 'DROP SEQUENCE',
  OBJECT_FOREIGN_TABLE: 'DROP FOREIGN TABLE',
  OBJECT_TYPE: 'DROP TYPE',
  OBJECT_DOMAIN: 'DROP DOMAIN',
  OBJECT_SCHEMA: 'DROP SCHEMA',
  OBJECT_FUNCTION: 'DROP FUNCTION',
  OBJECT_PROCEDURE: 'DROP PROCEDURE',
  OBJECT_ROUTINE: 'DROP ROUTINE',
  OBJECT_AGGREGATE: 'DROP AGGREGATE',
  OBJECT_TRIGGER: 'DROP TRIGGER',
  OBJECT_POLICY: 'DROP POLICY',
  OBJECT_RULE: 'DROP RULE',
  OBJECT_EXTENSION: 'DROP EXTENSION',
  OBJECT_STATISTIC_EXT: 'DROP STATISTICS',
  OBJECT_COLLATION: 'DROP COLLATION',
  OBJECT_CAST: 'DROP CAST',
  OBJECT_OPERATOR: 'DROP OPERATOR',
  OBJECT_PUBLICATION: 'DROP PUBLICATION',
  OBJECT_EVENT_TRIGGER: 'DROP EVENT TRIGGER',
  OBJECT_FOREIGN_SERVER: 'DROP SERVER',
  OBJECT_FDW: 'DROP FOREIGN DATA WRAPPER',
  OBJECT_ACCESS_METHOD: 'DROP ACCESS METHOD',
  OBJECT_LANGUAGE: 'DROP LANGUAGE',
  OBJECT_CONVERSION: 'DROP CONVERSION',
  OBJECT_TRANSFORM: 'DROP TRANSFORM',
  OBJECT_TSCONFIGURATION: 'DROP TEXT SEARCH CONFIGURATION',
  OBJECT_TSDICTIONARY: 'DROP TEXT SEARCH DICTIONARY',
  OBJECT_TSPARSER: 'DROP TEXT SEARCH PARSER',
  OBJECT_TSTEMPLATE: 'DROP TEXT SEARCH TEMPLATE',
  OBJECT_OPCLASS: 'DROP OPERATOR CLASS',
  OBJECT_OPFAMILY: 'DROP OPERATOR FAMILY',
}

/** Returns DROP of anything that has a name; undefined for what has no tag here. */
export function dropOf(statement: DropStmt, source: Source): Drop | undefined {
  const tag = dropTags[statement.removeType ?? '']
  if (!tag) return undefined
  const cursor = new Cursor(source)
  const keywords = cursor.words(...tag.split(' ')) ?? spanOf(source, 0, 0)
  const concurrently = cursor.words('CONCURRENTLY')
  const ifExists = cursor.words('IF', 'EXISTS')
  const names = (statement.objects ?? []).map(object => {
    const start = cursor.index
    const name = cursor.name()
    const span = name?.span ?? spanOf(source, start, start)
    cursor.index = clauseEnd(source, cursor.index) + 1
    return nameFromParts(droppedParts(object), span)
  })
  const last = source.tokens.length - 1
  const cascade = isWord(source.tokens[last], 'CASCADE') ? spanOf(source, last, last) : undefined
  const base = {
    tag,
    keywords,
    ...(concurrently && { concurrently }),
    ...(ifExists && { ifExists }),
    ...(cascade && { cascade }),
  }
  if (routineTags.has(tag)) return { ...base, names, signatures: (statement.objects ?? []).map(signatureOf) }
  if (!['DROP TRIGGER', 'DROP POLICY', 'DROP RULE'].includes(tag)) return { ...base, names }
  const on = new Cursor(source)
  on.seek('ON')
  on.index++
  const relation = droppedParts(statement.objects?.[0])
  return {
    ...base,
    names: names.map(name => ({ name: name.name, span: name.span })),
    on: nameFromParts(relation.slice(0, -1), on.name()?.span ?? spanOf(source, 0, 0)),
  }
}

const routineTags: ReadonlySet<string> = new Set(['DROP FUNCTION', 'DROP PROCEDURE', 'DROP ROUTINE'])

/** Returns the types of the arguments of a function that a statement names, where they are written and none of them is of an OUT parameter. */
export function signatureOf(object: Node | undefined): string | undefined {
  const { args_unspecified, objargs = [], objfuncargs = [] } = fields(object).ObjectWithArgs ?? {}
  const modes = objfuncargs.map(node => fields(node).FunctionParameter?.mode)
  if (args_unspecified || modes.some(mode => mode === 'FUNC_PARAM_OUT' || mode === 'FUNC_PARAM_TABLE')) return undefined
  return objargs.map(node => typeText(fields(node).TypeName)).join(',')
}

/** Returns the parts of the name that an object of DROP, RENAME or OWNER TO has. */
export function droppedParts(object: Node | undefined): string[] {
  const { List, ObjectWithArgs, TypeName, String: single } = fields(object)
  if (List) return strings(List.items)
  if (ObjectWithArgs) return strings(ObjectWithArgs.objname)
  if (TypeName) return strings(TypeName.names).filter(part => part !== 'pg_catalog')
  return single?.sval === undefined ? [] : [single.sval]
}
