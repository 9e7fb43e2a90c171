import type { Constraint, Node, RangeVar, TransactionStmtKind } from 'libpg-query'
import { alterRelation, moveRelation, renameRelation, tieRelation } from './alter'
import type { AlterDomain, AlterType, Command, Maintenance, TransactionControl, TriggerEvent } from './commands'
import { createIndex } from './create-index'
import { createTable } from './create-table'
import { constraintDefinition } from './definitions'
import { dropOf, droppedParts } from './drop'
import { columnsIn, columnsMadeIn, expressionOf, relationsIn, usesIn } from './expressions'
import { fields, identifierAt, nameFromParts, nameOf, persistenceOf, strings, typeOf } from './nodes'
import { other } from './others'
import { outputsOf } from './outputs'
import { setParameter } from './parameters'
import type { Name, Uses } from './parts'
import { copyOf, deleteOf, insertOf, mergeOf, repeatedIn, selectOf, updateOf } from './queries'
import { createRoutine } from './routine'
import { Cursor, ifNotExists, indexAt, inside, isString, isWord, keywordsThrough, type Source, spanOf } from './source'

/** Returns the command that the parser's tree of one statement means. Every tree has one: the last resort is `OTHER`. */
export function commandOf(node: Node, source: Source): Command {
  const [kind = '', statement] = Object.entries(node)[0] ?? []
  const command = (translators as Readonly<Record<string, Translator | undefined>>)[kind]?.(statement as never, source)
  return command ?? other(kind, statement, source, commandOf)
}

/** What a view is asked for: no AS stands before its query but the one in front of it. */
function queryOf({ tokens, text }: Source): { query?: string } {
  const as = tokens.find(token => isWord(token, 'AS'))
  return as ? { query: text.slice(as.end) } : {}
}

type Raw = ReturnType<typeof fields>
type Translator = (statement: never, source: Source) => Command | undefined

const translators: { [K in keyof Raw]?: (statement: NonNullable<Raw[K]>, source: Source) => Command | undefined } = {
  IndexStmt: createIndex,
  ReindexStmt: (statement, source) => ({
    tag: 'REINDEX',
    target: (statement.kind ?? 'REINDEX_OBJECT_TABLE').replace('REINDEX_OBJECT_', '') as 'TABLE',
    ...(statement.relation && { name: nameOf(statement.relation, source) }),
    ...(statement.name &&
      !statement.relation && {
        name: { name: statement.name, span: spanOf(source, source.tokens.length - 1, source.tokens.length - 1) },
      }),
    concurrently: (statement.params ?? []).some(isOn('concurrently')),
    keywords: spanOf(source, 0, 1),
  }),
  DropStmt: dropOf,
  AlterTableStmt: (statement, source) =>
    statement.objtype === 'OBJECT_TYPE'
      ? alterType(statement.relation, source, statement.cmds)
      : alterRelation(statement, source),
  RenameStmt: (statement, source) => {
    if (statement.renameType === 'OBJECT_TYPE') {
      return {
        ...alterTypeNamed(nameFromList(statement.object, source), source),
        renameTo: lastIdentifier(source, statement.newname),
      }
    }
    if (statement.renameType === 'OBJECT_ATTRIBUTE') return alterType(statement.relation, source)
    if (statement.renameType === 'OBJECT_DOMAIN')
      return { ...alterDomain(statement.object, source), renameTo: statement.newname ?? '' }
    if (statement.renameType === 'OBJECT_DOMCONSTRAINT')
      return {
        ...alterDomain(statement.object, source),
        renameConstraint: { from: statement.subname ?? '', to: statement.newname ?? '' },
      }
    return renameRelation(statement, source)
  },
  AlterObjectSchemaStmt: (statement, source) => {
    if (statement.objectType === 'OBJECT_TYPE') {
      return {
        ...alterTypeNamed(nameFromList(statement.object, source), source),
        setSchema: lastIdentifier(source, statement.newschema),
      }
    }
    if (statement.objectType === 'OBJECT_DOMAIN')
      return { ...alterDomain(statement.object, source), setSchema: statement.newschema ?? '' }
    return moveRelation(statement, source)
  },
  AlterOwnerStmt: (statement, source) => {
    if (statement.objectType === 'OBJECT_TYPE') return alterTypeNamed(nameFromList(statement.object, source), source)
    return statement.objectType === 'OBJECT_DOMAIN' ? alterDomain(statement.object, source) : undefined
  },
  AlterObjectDependsStmt: tieRelation,
  AlterSeqStmt: (statement, source) =>
    statement.sequence && {
      tag: 'ALTER SEQUENCE',
      relation: nameOf(statement.sequence, source),
      only: false,
      ...(statement.missing_ok && { ifExists: spanOf(source, 2, 3) }),
      subcommands: [
        {
          kind: 'SEQUENCE OPTIONS',
          span: spanOf(source, 2, source.tokens.length - 1),
          keywords: spanOf(source, 0, 1),
          ...sequenceOwner(statement.options, source),
        },
      ],
      keywords: spanOf(source, 0, 1),
    },
  CreateStmt: (statement, source) => createTable(statement, 'CREATE TABLE', source),
  CreateForeignTableStmt: (statement, source) =>
    statement.base && createTable(statement.base, 'CREATE FOREIGN TABLE', source, statement.servername),
  CreateTableAsStmt: (statement, source) => {
    const relation = statement.into?.rel
    if (!relation) return undefined
    const isView = statement.objtype === 'OBJECT_MATVIEW'
    return {
      tag: isView ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS',
      relation: nameOf(relation, source),
      ...ifNotExists(statement.if_not_exists, source),
      persistence: persistenceOf(relation),
      withData: statement.into?.skipData !== true,
      columns: strings(statement.into?.colNames),
      ...(isView && queryOf(source)),
      reads: relationsIn(statement.query, source),
      readColumns: columnsIn(statement.query),
      madeColumns: columnsMadeIn(statement.query),
      ...repeatedIn(fields(statement.query).SelectStmt, strings(statement.into?.colNames)),
      ...usesOf(isView ? statement.query : undefined),
      keywords: keywordsThrough(source, isView ? 'VIEW' : 'TABLE'),
    }
  },
  ViewStmt: (statement, source) =>
    statement.view && {
      tag: 'CREATE VIEW',
      view: nameOf(statement.view, source),
      orReplace: statement.replace === true,
      ...(isInvoker(statement.options) && { isInvoker: true }),
      persistence: persistenceOf(statement.view) === 'temporary' ? 'temporary' : 'permanent',
      columns: strings(statement.aliases),
      ...queryOf(source),
      ...outputs(statement.query, strings(statement.aliases), source),
      reads: relationsIn(statement.query, source),
      readColumns: columnsIn(statement.query),
      madeColumns: columnsMadeIn(statement.query),
      ...repeatedIn(fields(statement.query).SelectStmt, strings(statement.aliases)),
      ...usesOf(statement.query),
      keywords: keywordsThrough(source, 'VIEW'),
    },
  RefreshMatViewStmt: (statement, source) =>
    statement.relation && {
      tag: 'REFRESH MATERIALIZED VIEW',
      view: nameOf(statement.relation, source),
      concurrently: statement.concurrent === true,
      withData: statement.skipData !== true,
      keywords: spanOf(source, 0, 2),
    },
  TruncateStmt: (statement, source) => ({
    tag: 'TRUNCATE TABLE',
    tables: namesOf(statement.relations, source),
    cascade: statement.behavior === 'DROP_CASCADE',
    restartIdentity: statement.restart_seqs === true,
    keywords: isWord(source.tokens[1], 'TABLE') ? spanOf(source, 0, 1) : spanOf(source, 0, 0),
  }),
  InsertStmt: insertOf,
  UpdateStmt: updateOf,
  DeleteStmt: deleteOf,
  MergeStmt: mergeOf,
  SelectStmt: (statement, source) => {
    const into = statement.intoClause?.rel
    if (!into) return selectOf(statement, source)
    return {
      tag: 'SELECT INTO',
      relation: nameOf(into, source),
      persistence: persistenceOf(into),
      withData: true,
      columns: [],
      reads: relationsIn(statement, source, into),
      ...repeatedIn(statement, []),
      keywords: spanOf(source, 0, 0),
    }
  },
  CopyStmt: copyOf,
  LockStmt: (statement, source) => {
    const cursor = new Cursor(source)
    const first = cursor.seek('IN') ? cursor.index + 1 : undefined
    const last = cursor.seek('MODE') ? cursor.index - 1 : undefined
    const written = first !== undefined && last !== undefined && source.tokens.slice(first, last + 1)
    return {
      tag: 'LOCK TABLE',
      tables: namesOf(statement.relations, source),
      mode: written ? written.map(({ text }) => text).join(' ') : 'ACCESS EXCLUSIVE',
      ...(written && { modeSpan: spanOf(source, first, last) }),
      nowait: statement.nowait === true,
      keywords: isWord(source.tokens[1], 'TABLE') ? spanOf(source, 0, 1) : spanOf(source, 0, 0),
    }
  },
  TransactionStmt: (statement, source) => ({
    tag: transactionTags[statement.kind ?? 'TRANS_STMT_BEGIN'],
    ...(statement.savepoint_name !== undefined && { savepoint: statement.savepoint_name }),
    ...(statement.gid !== undefined && { prepared: statement.gid }),
    chain: statement.chain === true,
    keywords: spanOf(source, 0, 0),
  }),
  VariableSetStmt: setParameter,
  CreateFunctionStmt: createRoutine,
  DoStmt: (statement, source) => {
    const language = (statement.args ?? []).find(node => fields(node).DefElem?.defname === 'language')
    const body = source.tokens.findIndex(
      (token, index) => isString(token) && !isWord(source.tokens[index - 1], 'LANGUAGE'),
    )
    return {
      tag: 'DO',
      language: fields(fields(language).DefElem?.arg).String?.sval ?? 'plpgsql',
      body: inside(source, body),
      keywords: spanOf(source, 0, 0),
    }
  },
  CreateTrigStmt: (statement, source) => {
    if (!statement.relation) return undefined
    const cursor = new Cursor(source)
    cursor.seek('TRIGGER')
    const called = new Cursor(source)
    called.seek('EXECUTE')
    called.index += 2
    return {
      tag: 'CREATE TRIGGER',
      name: identifierAt(source, cursor.index + 1, statement.trigname ?? ''),
      table: nameOf(statement.relation, source),
      ...(statement.replace && { orReplace: true }),
      isConstraint: statement.isconstraint === true,
      isRow: statement.row === true,
      events: triggerEvents(statement.events ?? 0),
      ...(statement.columns && { columns: strings(statement.columns) }),
      // TRIGGER_TYPE_INSTEAD of PostgreSQL's source.
      ...(((statement.timing ?? 0) & 64) !== 0 && { isInsteadOf: true }),
      ...usesOf(statement.whenClause),
      ...(statement.constrrel && { from: nameOf(statement.constrrel, source) }),
      function: nameFromParts(strings(statement.funcname), called.name()?.span ?? spanOf(source, 0, 0)),
      keywords: keywordsThrough(source, 'TRIGGER'),
    }
  },
  CreateEnumStmt: (statement, source) => createType(strings(statement.typeName), source, strings(statement.vals)),
  CompositeTypeStmt: (statement, source) =>
    statement.typevar && {
      tag: 'CREATE TYPE',
      type: nameOf(statement.typevar, source),
      attributes: (statement.coldeflist ?? []).flatMap(node => {
        const column = fields(node).ColumnDef
        return column
          ? [{ name: column.colname ?? '', type: typeOf(column.typeName, source, source.tokens.length) }]
          : []
      }),
      keywords: spanOf(source, 0, 1),
    },
  CreateRangeStmt: (statement, source) => createType(strings(statement.typeName), source),
  DefineStmt: (statement, source) =>
    statement.kind === 'OBJECT_TYPE' ? createType(strings(statement.defnames), source) : undefined,
  AlterEnumStmt: (statement, source) => {
    const type = alterTypeNamed(nameAt(source, 2, strings(statement.typeName)), source)
    if (statement.oldVal !== undefined)
      return { ...type, renameValue: { from: statement.oldVal, to: statement.newVal ?? '' } }
    const label = source.tokens.findIndex(isString)
    return {
      ...type,
      addValue: {
        label: statement.newVal ?? '',
        ifNotExists: statement.skipIfNewValExists === true,
        ...(statement.newValNeighbor && {
          [statement.newValIsAfter ? 'after' : 'before']: statement.newValNeighbor,
        }),
        span: spanOf(source, label, label),
      },
    }
  },
  AlterTypeStmt: (statement, source) => alterTypeNamed(nameAt(source, 2, strings(statement.typeName)), source),
  CreateDomainStmt: (statement, source) => {
    const type = typeOf(statement.typeName, source, source.tokens.length)
    const constraints = (statement.constraints ?? []).flatMap(node => fields(node).Constraint ?? [])
    const isReal = constraints.filter(({ contype }) => contype === 'CONSTR_CHECK' || contype === 'CONSTR_NOTNULL')
    const standard = constraints.find(({ contype }) => contype === 'CONSTR_DEFAULT')
    return {
      tag: 'CREATE DOMAIN',
      domain: nameAt(source, 2, strings(statement.domainname)),
      type,
      constraints: isReal.map(constraint => constraintDefinition(constraint, source)),
      ...(standard && { default: domainDefault(standard.raw_expr, constraints, source) }),
      keywords: spanOf(source, 0, 1),
    }
  },
  AlterDomainStmt: (statement, source) => {
    const constraint = fields(statement.def).Constraint
    const isDefault = statement.subtype === 'T'
    return {
      tag: 'ALTER DOMAIN',
      domain: nameAt(source, 2, strings(statement.typeName)),
      action: isDefault && !statement.def ? 'DROP DEFAULT' : (domainActions[statement.subtype ?? ''] ?? 'OTHER'),
      ...(constraint && { constraint: constraintDefinition(constraint, source) }),
      ...(isDefault && statement.def && { default: domainDefault(statement.def, [], source) }),
      ...(statement.name && { constraintName: statement.name }),
      keywords: spanOf(source, 0, 1),
    }
  },
  CreateSchemaStmt: (statement, source) => ({
    tag: 'CREATE SCHEMA',
    schema: statement.schemaname ?? statement.authrole?.rolename ?? '',
    ...ifNotExists(statement.if_not_exists, source),
    ...(statement.schemaElts && { elements: statement.schemaElts.map(element => commandOf(element, source)) }),
    keywords: spanOf(source, 0, 1),
  }),
  CreateSeqStmt: (statement, source) =>
    statement.sequence && {
      tag: 'CREATE SEQUENCE',
      sequence: nameOf(statement.sequence, source),
      persistence: persistenceOf(statement.sequence),
      ...createdOwner(statement.options, source),
      ...ifNotExists(statement.if_not_exists, source),
      keywords: keywordsThrough(source, 'SEQUENCE'),
    },
  VacuumStmt: (statement, source): Maintenance => ({
    tag: statement.is_vacuumcmd ? 'VACUUM' : 'ANALYZE',
    tables: (statement.rels ?? []).flatMap(node => {
      const relation = fields(node).VacuumRelation?.relation
      return relation ? [{ ...nameOf(relation, source), ...(relation.inh !== true && { only: true }) }] : []
    }),
    full: (statement.options ?? []).some(isOn('full')),
    keywords: spanOf(source, 0, 0),
  }),
  ClusterStmt: (statement, source) => ({
    tag: 'CLUSTER',
    tables: statement.relation ? [nameOf(statement.relation, source)] : [],
    full: false,
    keywords: spanOf(source, 0, 0),
  }),
  CommentStmt: (statement, source) => {
    const parts = strings(fields(statement.object).List?.items)
    const type = statement.objtype ?? ''
    const ofRelation = /^OBJECT_(TABLE|VIEW|MATVIEW|INDEX|SEQUENCE|FOREIGN_TABLE)$/.test(type)
    const ofPart = /^OBJECT_(COLUMN|TABCONSTRAINT|TRIGGER|POLICY|RULE)$/.test(type)
    const relation = ofRelation ? parts : ofPart ? parts.slice(0, -1) : []
    const cursor = new Cursor(source)
    if (ofPart && type !== 'OBJECT_COLUMN') cursor.index = 3
    cursor.seek('ON')
    cursor.index++
    if (type === 'OBJECT_COLUMN') cursor.words('COLUMN')
    else if (ofRelation)
      while (isWord(cursor.peek(), 'TABLE', 'VIEW', 'MATERIALIZED', 'INDEX', 'SEQUENCE', 'FOREIGN')) cursor.index++
    return {
      tag: 'COMMENT',
      on: type.replace('OBJECT_', '').replaceAll('_', ' '),
      ...(relation.length > 0 && { relation: nameFromParts(relation, cursor.name()?.span ?? spanOf(source, 0, 0)) }),
      ...(type === 'OBJECT_COLUMN' && { column: parts.at(-1) }),
      ...(type === 'OBJECT_TABCONSTRAINT' && { constraint: parts.at(-1) }),
      keywords: spanOf(source, 0, 1),
    }
  },
}

function outputs(query: Node | undefined, aliases: readonly string[], source: Source) {
  const found = outputsOf(query, aliases, source)
  return found ? { outputs: found } : {}
}

function usesOf(node: Node | undefined): { readonly uses?: Uses } {
  const uses = node && usesIn(node)
  return uses ? { uses } : {}
}

/** Bits of pg_trigger.tgtype (catalog-pg-trigger.html, pg_trigger.h). */
const triggerEvents = (bits: number): TriggerEvent[] =>
  (['INSERT', 'DELETE', 'UPDATE', 'TRUNCATE'] as const).filter((_, index) => (bits & (4 << index)) !== 0)

const transactionTags: Record<TransactionStmtKind, TransactionControl['tag']> = {
  TRANS_STMT_BEGIN: 'BEGIN',
  TRANS_STMT_START: 'START TRANSACTION',
  TRANS_STMT_COMMIT: 'COMMIT',
  TRANS_STMT_ROLLBACK: 'ROLLBACK',
  TRANS_STMT_SAVEPOINT: 'SAVEPOINT',
  TRANS_STMT_RELEASE: 'RELEASE',
  TRANS_STMT_ROLLBACK_TO: 'ROLLBACK',
  TRANS_STMT_PREPARE: 'PREPARE TRANSACTION',
  TRANS_STMT_COMMIT_PREPARED: 'COMMIT PREPARED',
  TRANS_STMT_ROLLBACK_PREPARED: 'ROLLBACK PREPARED',
}

const domainActions: Record<string, AlterDomain['action']> = {
  C: 'ADD CONSTRAINT',
  X: 'DROP CONSTRAINT',
  O: 'SET NOT NULL',
  N: 'DROP NOT NULL',
  T: 'SET DEFAULT',
  V: 'VALIDATE CONSTRAINT',
}

/** The expression after DEFAULT runs to the next constraint of the domain, or to the end. */
function domainDefault(expression: Node | undefined, constraints: readonly Constraint[], source: Source) {
  const first = source.tokens.findIndex(token => isWord(token, 'DEFAULT')) + 1
  const starts = constraints.map(({ location }) => indexAt(source, source.at(location))).filter(start => start > first)
  return expressionOf(expression, spanOf(source, first, Math.min(source.tokens.length, ...starts) - 1), source)
}

/** OWNED BY table.column, or null for OWNED BY NONE. */
function sequenceOwner(options: readonly Node[] | undefined, source: Source) {
  const option = (options ?? [])
    .flatMap(node => fields(node).DefElem ?? [])
    .find(({ defname }) => defname === 'owned_by')
  const parts = strings(fields(option?.arg).List?.items)
  if (!option) return {}
  const span = new Cursor(source, indexAt(source, source.at(option.location)) + 2).name()?.span ?? spanOf(source, 0, 0)
  return {
    ownedBy: parts.length < 2 ? null : { table: nameFromParts(parts.slice(0, -1), span), column: parts.at(-1) ?? '' },
  }
}

function createdOwner(options: readonly Node[] | undefined, source: Source) {
  const { ownedBy } = sequenceOwner(options, source)
  return ownedBy ? { ownedBy } : {}
}

function createType(parts: readonly string[], source: Source, labels?: readonly string[]): Command {
  return {
    tag: 'CREATE TYPE',
    type: nameAt(source, 2, parts),
    ...(labels && { labels }),
    keywords: spanOf(source, 0, 1),
  }
}

/** ALTER TYPE of a composite type's attributes. */
const alterType = (
  relation: RangeVar | undefined,
  source: Source,
  actions: readonly Node[] = [],
): AlterType | undefined =>
  relation && {
    ...alterTypeNamed(nameOf(relation, source), source),
    attributes: true,
    ...(actions.some(isRetyping) && { retypes: true, cascade: actions.some(isCascading) }),
  }

const isRetyping = (node: Node): boolean => fields(node).AlterTableCmd?.subtype === 'AT_AlterColumnType'

const isCascading = (node: Node): boolean => fields(node).AlterTableCmd?.behavior === 'DROP_CASCADE'

const alterTypeNamed = (type: Name, source: Source): AlterType => ({
  tag: 'ALTER TYPE',
  type,
  keywords: spanOf(source, 0, 1),
})

function alterDomain(object: Node | undefined, source: Source): AlterDomain {
  return { tag: 'ALTER DOMAIN', domain: nameFromList(object, source), action: 'OTHER', keywords: spanOf(source, 0, 1) }
}

const nameFromList = (object: Node | undefined, source: Source): Name => nameAt(source, 2, droppedParts(object))

/** The name whose tokens start at `index`, with the parts the parser read. */
function nameAt(source: Source, index: number, parts: readonly string[]): Name {
  return nameFromParts(parts, new Cursor(source, index).name()?.span ?? spanOf(source, index, index))
}

function lastIdentifier(source: Source, name: string | undefined) {
  return identifierAt(source, source.tokens.length - 1, name ?? '')
}

function namesOf(nodes: readonly Node[] | undefined, source: Source): (Name & { only: boolean })[] {
  return (nodes ?? []).flatMap(node => {
    const relation = fields(node).RangeVar
    return relation ? [{ ...nameOf(relation, source), only: relation.inh !== true }] : []
  })
}

/** An option that is on where it stands alone or has a true value. */
const isOn = (name: string) => (node: Node) => {
  const option = fields(node).DefElem
  if (option?.defname !== name) return false
  const value = option.arg ? (fields(option.arg).String?.sval ?? String(fields(option.arg).Integer?.ival ?? 0)) : 'true'
  return ['true', 'on', '1'].includes(value.toLowerCase())
}

/** WITH (security_invoker), which stands for true; false has several spellings. */
const isInvoker = (options: readonly Node[] | undefined): boolean =>
  (options ?? [])
    .flatMap(node => fields(node).DefElem ?? [])
    .some(({ defname, arg }) => defname?.toLowerCase() === 'security_invoker' && !/^(?:f|n|of|0)/i.test(wordOf(arg)))

const wordOf = (node: Node | undefined): string => {
  const { String: text, Integer: number, TypeName: type } = fields(node)
  return text?.sval ?? strings(type?.names).at(-1) ?? (number ? String(number.ival ?? 0) : '')
}
