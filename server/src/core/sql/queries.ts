import type {
  CopyStmt,
  DeleteStmt,
  InsertStmt,
  MergeStmt,
  Node,
  RangeVar,
  ResTarget,
  SelectStmt,
  UpdateStmt,
  WithClause,
} from 'libpg-query'
import type { Span } from '../text'
import { constantText } from './constants'
import { callsIn, expressionOf, relationsIn } from './expressions'
import { fields, identifierAt, nameOf, strings, walk } from './nodes'
import type { Identifier, Name, Write } from './parts'
import type { Copy, Delete, Insert, Merge, Select, Update } from './row-commands'
import { afterGroup, Cursor, indexAt, isWord, type Source, spanOf } from './source'

export function insertOf(statement: InsertStmt, source: Source): Insert {
  const table = statement.relation as RangeVar
  const select = fields(statement.selectStmt).SelectStmt
  const conflict = statement.onConflictClause
  const conflictSpan = conflict ? clauseSpan(source, ['ON', 'CONFLICT'], ['RETURNING']) : undefined
  return {
    tag: 'INSERT',
    table: nameOf(table, source),
    columns: (statement.cols ?? []).flatMap(node => {
      const column = fields(node).ResTarget
      return column ? [identifierAt(source, indexAt(source, source.at(column.location)), column.name ?? '')] : []
    }),
    ...givenTwice(statement.cols, source),
    source: !select ? 'DEFAULT VALUES' : select.valuesLists ? 'VALUES' : 'SELECT',
    rows: select?.valuesLists?.length ?? 0,
    ...(select?.valuesLists && select.valuesLists.length <= fewRows && { values: select.valuesLists.map(rowOf) }),
    ...(conflict &&
      conflictSpan && {
        onConflict: {
          action: conflict.action === 'ONCONFLICT_UPDATE' ? 'UPDATE' : 'NOTHING',
          columns: (conflict.infer?.indexElems ?? []).flatMap(element => fields(element).IndexElem?.name ?? []),
          ...(conflict.infer?.conname && { constraint: conflict.infer.conname }),
          ...(conflict.infer?.whereClause && { hasPredicate: true as const }),
          ...givenTwice(conflict.targetList, source),
          span: conflictSpan,
        },
      }),
    ...(/_(?:USER|SYSTEM)_/.test(statement.override ?? '') && { overriding: true as const }),
    hasReturning: statement.returningClause !== undefined,
    excludesExisting: excludesExisting(select, table),
    calls: select?.valuesLists ? [] : callsIn({ select: statement.selectStmt, with: statement.withClause }),
    reads: relationsIn({ select: statement.selectStmt, with: statement.withClause }, source),
    ...writtenBy(statement.withClause, source),
    keywords: wordsSpan(source, ['INSERT', 'INTO']),
    sourceEnd: sourceEnd(source),
  }
}

/** Beyond that nobody asks for single values. */
const fewRows = 100

const rowOf = (row: Node) => (fields(row).List?.items ?? []).map(value => (isNull(value) ? null : constantText(value)))

function isNull(node: Node): boolean {
  const cast = fields(node).TypeCast
  return fields(cast?.arg ?? node).A_Const?.isnull === true
}

/** The offset after the last token before ON CONFLICT and RETURNING. */
function sourceEnd(source: Source): number {
  const starts = [clauseIndex(source, ['ON', 'CONFLICT']), clauseIndex(source, ['RETURNING'])].filter(
    index => index > 0,
  )
  return source.tokens[Math.min(source.tokens.length, ...starts) - 1]?.end ?? source.text.length
}

/** NOT EXISTS, NOT IN, EXCEPT or an anti-join over the table that the rows go to. */
function excludesExisting(select: SelectStmt | undefined, table: RangeVar): boolean {
  let found = false
  const mentions = (node: unknown) =>
    walk(node, (kind, relation: RangeVar) => {
      if (kind === 'RangeVar' && relation.relname === table.relname) found = true
    })
  walk({ select }, (kind, node: Record<string, unknown>) => {
    if (kind === 'SubLink') mentions(node.subselect)
    else if (kind === 'JoinExpr' && node.jointype === 'JOIN_LEFT') mentions(node.rarg)
    else if (kind === 'SelectStmt' && node.op === 'SETOP_EXCEPT') mentions(node.rarg)
  })
  if (select?.op === 'SETOP_EXCEPT') mentions(select.rarg)
  return found
}

/** Returns the name that two columns of a query's result have; `aliases` are the names of its first columns. */
export function repeatedIn(query: SelectStmt | undefined, aliases: readonly string[]): { repeated?: string } {
  let select = query
  while (select?.larg) select = select.larg
  const written = (select?.targetList ?? []).map(target => columnName(fields(target).ResTarget))
  const names = written.includes('*') ? aliases : written.map((name, place) => aliases[place] ?? name)
  const repeated = names.find((name, place) => name !== undefined && names.indexOf(name) < place)
  return repeated === undefined ? {} : { repeated }
}

/** What PostgreSQL calls a column of a result (queries-select-lists.html#QUERIES-COLUMN-LABELS); undefined where that is not plain. */
function columnName(target: ResTarget | undefined): string | undefined {
  if (target?.name) return target.name
  const { ColumnRef: column, A_Const: constant } = fields(target?.val)
  if (constant) return '?column?'
  const last = fields(column?.fields?.at(-1))
  return last.A_Star ? '*' : last.String?.sval
}

export function updateOf(statement: UpdateStmt, source: Source): Update {
  const table = statement.relation as RangeVar
  const where = expressionAfter(statement.whereClause, source, ['WHERE'], ['RETURNING'])
  const from = statement.fromClause && afterWord(source, ['FROM'], ['WHERE', 'RETURNING'])
  return {
    tag: 'UPDATE',
    table: nameOf(table, source),
    only: table.inh !== true,
    ...(table.alias?.aliasname && { alias: table.alias.aliasname }),
    assignments: (statement.targetList ?? []).flatMap(node => {
      const target = fields(node).ResTarget
      if (!target) return []
      const first = indexAt(source, source.at(target.location))
      const last = assignmentEnd(source, first) - 1
      const equals = source.tokens.findIndex((token, index) => index > first && index < last && token.text === '=')
      const row = fields(target.val).MultiAssignRef
      const value = row || equals < 0 ? spanOf(source, first, first) : spanOf(source, equals + 1, last)
      return [
        {
          column: target.name ?? '',
          expression: expressionOf(row ? row.source : target.val, value, source),
          span: row ? value : spanOf(source, first, last),
        },
      ]
    }),
    ...givenTwice(statement.targetList, source),
    ...(where && { where }),
    ...(from && { from }),
    hasWith: statement.withClause !== undefined,
    hasReturning: statement.returningClause !== undefined,
    reads: relationsIn({ ...statement, relation: undefined }, source),
    ...writtenBy(statement.withClause, source),
    keywords: wordsSpan(source, ['UPDATE']),
  }
}

/** Only parts of a value may be given side by side: elements of an array, fields of a row. */
function givenTwice(targets: readonly Node[] | undefined, source: Source): { repeated?: Identifier } {
  const seen = new Map<string, boolean>()
  for (const node of targets ?? []) {
    const { name = '', indirection, location } = fields(node).ResTarget ?? {}
    const isPart = indirection !== undefined
    if (seen.has(name) && !(isPart && seen.get(name)))
      return { repeated: identifierAt(source, indexAt(source, source.at(location)), name) }
    seen.set(name, isPart)
  }
  return {}
}

/** The index of the token that ends an assignment of SET: a comma or the next clause outside brackets. */
function assignmentEnd(source: Source, first: number): number {
  for (let at = first; at < source.tokens.length; ) {
    const token = source.tokens[at]
    if (token?.text === '(') at = afterGroup(source, at)
    else if (token?.text === ',' || isWord(token, 'FROM', 'WHERE', 'RETURNING')) return at
    else at++
  }
  return source.tokens.length
}

export function deleteOf(statement: DeleteStmt, source: Source): Delete {
  const table = statement.relation as RangeVar
  const where = expressionAfter(statement.whereClause, source, ['WHERE'], ['RETURNING'])
  const using = statement.usingClause && afterWord(source, ['USING'], ['WHERE', 'RETURNING'])
  return {
    tag: 'DELETE',
    table: nameOf(table, source),
    only: table.inh !== true,
    ...(table.alias?.aliasname && { alias: table.alias.aliasname }),
    ...(where && { where }),
    ...(using && { using }),
    hasWith: statement.withClause !== undefined,
    hasReturning: statement.returningClause !== undefined,
    reads: relationsIn({ ...statement, relation: undefined }, source),
    ...writtenBy(statement.withClause, source),
    keywords: wordsSpan(source, ['DELETE', 'FROM']),
  }
}

export const mergeOf = (statement: MergeStmt, source: Source): Merge => ({
  tag: 'MERGE',
  table: nameOf(statement.relation as RangeVar, source),
  actions: (statement.mergeWhenClauses ?? []).flatMap(node => {
    const clause = fields(node).MergeWhenClause
    const by = mergeActions[clause?.commandType ?? '']
    const columns = (clause?.targetList ?? []).flatMap(target => fields(target).ResTarget?.name ?? [])
    return by ? [{ by, columns, ...givenTwice(clause?.targetList, source) }] : []
  }),
  reads: relationsIn({ ...statement, relation: undefined }, source),
  ...writtenBy(statement.withClause, source),
  keywords: wordsSpan(source, ['MERGE', 'INTO']),
})

const mergeActions: Readonly<Record<string, Write['by'] | undefined>> = {
  CMD_INSERT: 'INSERT',
  CMD_UPDATE: 'UPDATE',
  CMD_DELETE: 'DELETE',
}

export function selectOf(statement: SelectStmt, source: Source): Select {
  return {
    tag: 'SELECT',
    reads: relationsIn(statement, source),
    locks: lockedRelations(statement, source),
    writes: writesIn(statement.withClause, source),
    calls: callsIn(statement),
    parameters: parametersSet(statement),
    keywords: spanOf(source, 0, 0),
  }
}

/** sql-select.html, "The Locking Clause": without OF it names every relation of its FROM. */
function lockedRelations(statement: SelectStmt, source: Source): Name[] {
  const locked: Name[] = []
  walk({ SelectStmt: statement }, (kind, select: SelectStmt) => {
    if (kind !== 'SelectStmt' || !select.lockingClause) return
    const all = relationsIn(select.fromClause, source)
    const aliases = new Map<string, RangeVar>()
    walk(select.fromClause, (kind, relation: RangeVar) => {
      if (kind === 'RangeVar') aliases.set(relation.alias?.aliasname ?? relation.relname ?? '', relation)
    })
    for (const clause of select.lockingClause) {
      const named = fields(clause).LockingClause?.lockedRels
      if (!named) locked.push(...all)
      for (const node of named ?? []) {
        const relation = aliases.get(fields(node).RangeVar?.relname ?? '')
        if (relation) locked.push(nameOf(relation, source))
      }
    }
  })
  return locked
}

function writtenBy(clause: WithClause | undefined, source: Source): { writes?: readonly Write[] } {
  const writes = writesIn(clause, source)
  return writes.length > 0 ? { writes } : {}
}

function writesIn(clause: WithClause | undefined, source: Source): Write[] {
  const written: Write[] = []
  walk(clause, (kind, node: UpdateStmt & DeleteStmt & { cols?: Node[] }) => {
    const by = writers[kind]
    if (!by || !node.relation) return
    const columns = (node.cols ?? node.targetList ?? []).flatMap(target => fields(target).ResTarget?.name ?? [])
    const isWhole =
      (by === 'UPDATE' || by === 'DELETE') && !node.whereClause && !node.fromClause?.length && !node.usingClause?.length
    written.push({ ...nameOf(node.relation, source), by, columns, ...(isWhole && { isWhole }) })
  })
  return written
}

const writers: Readonly<Record<string, Write['by'] | undefined>> = {
  InsertStmt: 'INSERT',
  UpdateStmt: 'UPDATE',
  DeleteStmt: 'DELETE',
  MergeStmt: 'MERGE',
}

/** functions-admin.html: set_config(setting_name, new_value, is_local). */
function parametersSet(statement: SelectStmt): Select['parameters'] {
  return (statement.targetList ?? []).flatMap(node => {
    const call = fields(fields(node).ResTarget?.val).FuncCall
    if (!call || strings(call.funcname).at(-1) !== 'set_config') return []
    const [name, value, isLocal] = (call.args ?? []).map(constantText)
    return name === undefined
      ? []
      : [{ name: name.toLowerCase(), ...(value !== undefined && { value }), isLocal: isLocal === 'true' }]
  })
}

export function copyOf(statement: CopyStmt, source: Source): Copy {
  return {
    tag: 'COPY',
    ...(statement.relation && { table: nameOf(statement.relation, source) }),
    direction: statement.is_from ? 'FROM' : 'TO',
    reads: relationsIn(statement.query, source),
    keywords: spanOf(source, 0, 0),
  }
}

function expressionAfter(node: Node | undefined, source: Source, words: string[], ends: string[]) {
  const span = node && afterWord(source, words, ends)
  return span && expressionOf(node, span, source)
}

/** Returns the span from after `words` outside brackets to before the next of `ends`, or undefined. */
function afterWord(source: Source, words: string[], ends: string[]): Span | undefined {
  const index = clauseIndex(source, words)
  if (index < 0) return undefined
  const cursor = new Cursor(source, index + words.length)
  const end = cursor.seek(...ends) ? cursor.index : source.tokens.length
  return spanOf(source, index + words.length, end - 1)
}

function clauseSpan(source: Source, words: string[], ends: string[]): Span | undefined {
  const span = afterWord(source, words, ends)
  return span && { start: source.tokens[clauseIndex(source, words)]?.start ?? span.start, end: span.end }
}

/** Returns the index of `words` together outside brackets, or -1. The last such place: WITH may hold others before it. */
function clauseIndex(source: Source, words: readonly string[]): number {
  const cursor = new Cursor(source)
  let found = -1
  while (cursor.seek(words[0] as string)) {
    if (words.every((word, ahead) => isWord(cursor.peek(ahead), word))) found = cursor.index
    cursor.index++
  }
  return found
}

/** Returns the span of `words` where the main command begins: outside brackets, after WITH. */
function wordsSpan(source: Source, words: readonly string[]): Span {
  const cursor = new Cursor(source)
  return (cursor.seek(words[0] as string) && cursor.words(...words)) || spanOf(source, 0, 0)
}
