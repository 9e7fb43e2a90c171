import type {
  AlterObjectDependsStmt,
  AlterObjectSchemaStmt,
  AlterTableCmd,
  AlterTableStmt,
  RenameStmt,
} from 'libpg-query'
import type { Span } from '../text'
import type { AlterRelation } from './commands'
import { columnDefinition, constraintDefinition } from './definitions'
import { expressionOf } from './expressions'
import { fields, nameOf, strings, typeOf } from './nodes'
import { partitionBound } from './partition-bound'
import type { Identifier } from './parts'
import { Cursor, clauseEnd, indexAt, isWord, type Source, spanOf } from './source'
import type { Subcommand, SubcommandKind } from './subcommands'

const tags = {
  OBJECT_TABLE: 'ALTER TABLE',
  OBJECT_COLUMN: 'ALTER TABLE',
  OBJECT_TABCONSTRAINT: 'ALTER TABLE',
  OBJECT_INDEX: 'ALTER INDEX',
  OBJECT_VIEW: 'ALTER VIEW',
  OBJECT_MATVIEW: 'ALTER MATERIALIZED VIEW',
  OBJECT_SEQUENCE: 'ALTER SEQUENCE',
  OBJECT_FOREIGN_TABLE: 'ALTER FOREIGN TABLE',
} as const

/** Returns the tag of ALTER of a relation for one of the parser's object types; undefined for all else. */
const alterTag = (type: string | undefined): AlterRelation['tag'] | undefined => tags[type as keyof typeof tags]

/** Returns ALTER TABLE and its like with one subcommand for each clause between commas. */
export function alterRelation(statement: AlterTableStmt, source: Source): AlterRelation | undefined {
  const tag = alterTag(statement.objtype)
  if (!tag || !statement.relation) return undefined
  const head = headOf(source, tag)
  const commands = (statement.cmds ?? []).flatMap(node => fields(node).AlterTableCmd ?? [])
  const clauses = clausesFrom(source, head.index)
  // A spread that other names follow gives each object a hidden class of its own in V8: it stands last.
  return {
    relation: nameOf(statement.relation, source),
    subcommands: commands.map((command, index) => {
      const clause = (commands.length === clauses.length ? clauses[index] : undefined) ?? {
        first: head.index,
        end: source.tokens.length,
      }
      return subcommandOf(command, new Clause(source, clause.first, clause.end))
    }),
    ...head.command,
  }
}

/** Returns ALTER ... RENAME of a relation, one of its columns or one of its constraints; undefined for all else. */
export function renameRelation(statement: RenameStmt, source: Source): AlterRelation | undefined {
  const ofColumn = statement.renameType === 'OBJECT_COLUMN'
  const tag = alterTag(ofColumn ? statement.relationType : statement.renameType)
  if (!tag || !statement.relation) return undefined
  const head = headOf(source, tag)
  const clause = new Clause(source, head.index, source.tokens.length)
  const cursor = new Cursor(source, head.index)
  const rename = cursor.words('RENAME')
  const word = cursor.words('COLUMN') ?? cursor.words('CONSTRAINT')
  const to: Identifier = {
    name: statement.newname ?? '',
    span: spanOf(source, source.tokens.length - 1, source.tokens.length - 1),
  }
  const base = { span: clause.span, keywords: { start: rename?.start ?? 0, end: (word ?? rename)?.end ?? 0 } }
  const from = statement.subname === undefined ? undefined : cursor.identifier()
  const subcommand: Subcommand = from
    ? {
        kind: ofColumn ? 'RENAME COLUMN' : 'RENAME CONSTRAINT',
        ...base,
        from: { ...from, name: statement.subname ?? '' },
        to,
      }
    : {
        kind: 'RENAME TO',
        ...base,
        keywords: { start: base.keywords.start, end: cursor.words('TO')?.end ?? base.keywords.end },
        to,
      }
  return { ...head.command, relation: nameOf(statement.relation, source), subcommands: [subcommand] }
}

/** Returns ALTER ... SET SCHEMA of a relation; undefined for all else. */
export function moveRelation(statement: AlterObjectSchemaStmt, source: Source): AlterRelation | undefined {
  const tag = alterTag(statement.objectType)
  if (!tag || !statement.relation) return undefined
  const head = headOf(source, tag)
  const clause = new Clause(source, head.index, source.tokens.length)
  const to = {
    name: statement.newschema ?? '',
    span: spanOf(source, source.tokens.length - 1, source.tokens.length - 1),
  }
  return {
    ...head.command,
    relation: nameOf(statement.relation, source),
    subcommands: [{ kind: 'SET SCHEMA', span: clause.span, keywords: clause.words('SET', 'SCHEMA'), to }],
  }
}

/** Returns ALTER ... [NO] DEPENDS ON EXTENSION of a relation; undefined for all else. */
export function tieRelation(statement: AlterObjectDependsStmt, source: Source): AlterRelation | undefined {
  const tag = alterTag(statement.objectType)
  if (!tag || !statement.relation) return undefined
  const head = headOf(source, tag)
  const clause = new Clause(source, head.index, source.tokens.length)
  const keywords = clause.words('DEPENDS', 'ON', 'EXTENSION')
  return {
    ...head.command,
    relation: nameOf(statement.relation, source),
    subcommands: [{ kind: 'DEPENDS ON EXTENSION', span: clause.span, keywords }],
  }
}

/** Reads up to the first subcommand: ALTER TABLE [IF EXISTS] [ONLY] name [*]. */
function headOf(source: Source, tag: AlterRelation['tag']) {
  const cursor = new Cursor(source)
  const words = tag.split(' ')
  const keywords = cursor.words(...words) ?? cursor.words('ALTER', 'TABLE') ?? spanOf(source, 0, 0)
  const ifExists = cursor.words('IF', 'EXISTS')
  const only = cursor.words('ONLY') !== undefined
  const grouped = cursor.mark('(')
  cursor.name()
  if (grouped) cursor.mark(')')
  if (cursor.peek()?.text === '*') cursor.index++
  return { command: { tag, only, keywords, ...(ifExists && { ifExists }) }, index: cursor.index }
}

function clausesFrom(source: Source, index: number): { first: number; end: number }[] {
  const clauses = []
  for (let first = index; first < source.tokens.length; ) {
    const end = clauseEnd(source, first)
    clauses.push({ first, end })
    first = end + 1
  }
  return clauses
}

/** The tokens of one subcommand. */
class Clause {
  constructor(
    readonly source: Source,
    readonly first: number,
    readonly end: number,
  ) {}

  get span(): Span {
    return spanOf(this.source, this.first, this.end - 1)
  }

  /** Returns the span of `words` where they stand together in the clause; else of its first word. */
  words(...words: readonly string[]): Span {
    const index = this.find(...words)
    return index < 0
      ? spanOf(this.source, this.first, this.first)
      : spanOf(this.source, index, index + words.length - 1)
  }

  /** Returns the index of the first of `words` where they stand together, or -1. */
  find(...words: readonly string[]): number {
    for (let at = this.first; at + words.length <= this.end; at++) {
      if (words.every((word, ahead) => isWord(this.source.tokens[at + ahead], word))) return at
    }
    return -1
  }

  has(...words: readonly string[]): boolean {
    return this.find(...words) >= 0
  }

  /** Returns the identifier after the leading keywords, which may be any of `keywords`. */
  identifierAfter(name: string, ...keywords: readonly string[]): Identifier {
    let index = this.first
    while (index < this.end - 1 && isWord(this.source.tokens[index], ...keywords) && !this.isNameAt(index, name))
      index++
    return { name, span: spanOf(this.source, index, index) }
  }

  /** A column may be called `column`: the last keyword before something that is not a name any more is the name. */
  private isNameAt(index: number, name: string): boolean {
    const token = this.source.tokens[index]
    const next = this.source.tokens[index + 1]
    return (
      token?.text.toLowerCase() === name && !(next?.text.toLowerCase() === name || next?.kind === 'quoted identifier')
    )
  }
}

const columnKinds: Partial<Record<NonNullable<AlterTableCmd['subtype']>, [kind: SubcommandKind, ...words: string[]]>> =
  {
    AT_DropNotNull: ['DROP NOT NULL', 'DROP', 'NOT', 'NULL'],
    AT_SetNotNull: ['SET NOT NULL', 'SET', 'NOT', 'NULL'],
    AT_DropExpression: ['DROP EXPRESSION', 'DROP', 'EXPRESSION'],
    AT_SetStatistics: ['SET STATISTICS', 'SET', 'STATISTICS'],
    AT_SetOptions: ['SET COLUMN OPTIONS', 'SET'],
    AT_ResetOptions: ['SET COLUMN OPTIONS', 'RESET'],
    AT_AlterColumnGenericOptions: ['SET COLUMN OPTIONS', 'OPTIONS'],
    AT_SetStorage: ['SET STORAGE', 'SET', 'STORAGE'],
    AT_SetCompression: ['SET COMPRESSION', 'SET', 'COMPRESSION'],
    AT_AddIdentity: ['ADD GENERATED', 'ADD', 'GENERATED'],
    AT_SetIdentity: ['SET GENERATED', 'SET'],
    AT_DropIdentity: ['DROP IDENTITY', 'DROP', 'IDENTITY'],
  }

const plainKinds: Partial<Record<NonNullable<AlterTableCmd['subtype']>, SubcommandKind>> = {
  AT_DropOf: 'NOT OF',
  AT_DropCluster: 'SET WITHOUT CLUSTER',
  AT_DropOids: 'SET WITHOUT OIDS',
  AT_SetLogged: 'SET LOGGED',
  AT_SetUnLogged: 'SET UNLOGGED',
  AT_EnableTrig: 'ENABLE TRIGGER',
  AT_EnableAlwaysTrig: 'ENABLE TRIGGER',
  AT_EnableReplicaTrig: 'ENABLE TRIGGER',
  AT_EnableTrigAll: 'ENABLE TRIGGER',
  AT_EnableTrigUser: 'ENABLE TRIGGER',
  AT_DisableTrig: 'DISABLE TRIGGER',
  AT_DisableTrigAll: 'DISABLE TRIGGER',
  AT_DisableTrigUser: 'DISABLE TRIGGER',
  AT_EnableRule: 'ENABLE RULE',
  AT_EnableAlwaysRule: 'ENABLE RULE',
  AT_EnableReplicaRule: 'ENABLE RULE',
  AT_DisableRule: 'DISABLE RULE',
  AT_EnableRowSecurity: 'ENABLE ROW LEVEL SECURITY',
  AT_DisableRowSecurity: 'DISABLE ROW LEVEL SECURITY',
  AT_ForceRowSecurity: 'FORCE ROW LEVEL SECURITY',
  AT_NoForceRowSecurity: 'NO FORCE ROW LEVEL SECURITY',
  AT_GenericOptions: 'OPTIONS',
}

function subcommandOf(command: AlterTableCmd, clause: Clause): Subcommand {
  const { source } = clause
  const span = clause.span
  const firstWord = spanOf(source, clause.first, clause.first)
  const firstTwo = spanOf(source, clause.first, Math.min(clause.first + 1, clause.end - 1))
  const name = command.name ?? ''
  const ifExists = command.missing_ok === true
  const cascade = command.behavior === 'DROP_CASCADE'

  switch (command.subtype) {
    case 'AT_AddColumn': {
      const column = fields(command.def).ColumnDef
      if (!column) break
      const keywords = clause.source.tokens[clause.first + 1]
      return {
        kind: 'ADD COLUMN',
        span,
        keywords:
          isWord(keywords, 'COLUMN') && keywords && keywords.start < source.at(column.location) ? firstTwo : firstWord,
        column: columnDefinition(column, source),
        ifNotExists: ifExists,
      }
    }
    case 'AT_DropColumn': {
      const column = clause.identifierAfter(name, 'DROP', 'COLUMN', 'IF', 'EXISTS')
      const hasWord = isWord(source.tokens[clause.first + 1], 'COLUMN') && column.span.start > firstTwo.end - 1
      return { kind: 'DROP COLUMN', span, keywords: hasWord ? firstTwo : firstWord, column, ifExists, cascade }
    }
    case 'AT_AlterColumnType': {
      const definition = fields(command.def).ColumnDef
      const type = indexAt(source, source.at(definition?.typeName?.location))
      const using = clause.find('USING')
      const collate = definition?.collClause ? indexAt(source, source.at(definition.collClause.location)) : clause.end
      const isLong = isWord(source.tokens[type - 3], 'SET')
      return {
        kind: 'ALTER COLUMN TYPE',
        span,
        keywords: spanOf(source, isLong ? type - 3 : type - 1, type - 1),
        column: columnOf(clause, name),
        type: typeOf(definition?.typeName, source, Math.min(collate, using < 0 ? clause.end : using)),
        ...(definition?.collClause && { collation: strings(definition.collClause.collname).at(-1) }),
        ...(definition?.raw_default && {
          using: expressionOf(definition.raw_default, spanOf(source, using + 1, clause.end - 1), source),
        }),
      }
    }
    case 'AT_ColumnDefault': {
      const column = columnOf(clause, name)
      if (!command.def) return { kind: 'DROP DEFAULT', span, keywords: clause.words('DROP', 'DEFAULT'), column }
      const keywords = clause.words('SET', 'DEFAULT')
      const start = clause.find('SET', 'DEFAULT') + 2
      return {
        kind: 'SET DEFAULT',
        span,
        keywords,
        column,
        expression: expressionOf(command.def, spanOf(source, start, clause.end - 1), source),
      }
    }
    case 'AT_SetExpression':
      return {
        kind: 'SET EXPRESSION',
        span,
        keywords: clause.words('SET', 'EXPRESSION'),
        column: columnOf(clause, name),
        expression: expressionOf(command.def, span, source),
      }
    case 'AT_AddConstraint': {
      const constraint = fields(command.def).Constraint
      if (!constraint) break
      return { kind: 'ADD CONSTRAINT', span, keywords: firstWord, constraint: constraintDefinition(constraint, source) }
    }
    case 'AT_ValidateConstraint':
      return {
        kind: 'VALIDATE CONSTRAINT',
        span,
        keywords: firstTwo,
        constraint: clause.identifierAfter(name, 'VALIDATE', 'CONSTRAINT'),
      }
    case 'AT_AlterConstraint': {
      const altered = fields(command.def).ATAlterConstraint
      return {
        kind: 'ALTER CONSTRAINT',
        span,
        keywords: firstTwo,
        constraint: clause.identifierAfter(altered?.conname ?? name, 'ALTER', 'CONSTRAINT'),
        ...(altered?.alterEnforceability && { enforced: altered.is_enforced === true }),
        ...(altered?.alterInheritability && { inherit: altered.noinherit !== true }),
      }
    }
    case 'AT_DropConstraint':
      return {
        kind: 'DROP CONSTRAINT',
        span,
        keywords: firstTwo,
        constraint: clause.identifierAfter(name, 'DROP', 'CONSTRAINT', 'IF', 'EXISTS'),
        ifExists,
        cascade,
      }
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
    case 'AT_DetachPartitionFinalize': {
      const partition = fields(command.def).PartitionCmd
      if (!partition?.name) break
      const partitionName = nameOf(partition.name, source)
      const bound = partitionBound(partition.bound)
      if (command.subtype === 'AT_AttachPartition')
        return {
          kind: 'ATTACH PARTITION',
          span,
          keywords: firstTwo,
          partition: partitionName,
          isDefault: partition.bound?.is_default === true,
          ...(bound && { bound }),
        }
      return {
        kind: 'DETACH PARTITION',
        span,
        keywords: firstTwo,
        partition: partitionName,
        concurrently: partition.concurrent === true,
        finalize: command.subtype === 'AT_DetachPartitionFinalize',
      }
    }
    case 'AT_AddInherit':
    case 'AT_DropInherit': {
      const parent = fields(command.def).RangeVar
      if (!parent) break
      return {
        kind: command.subtype === 'AT_AddInherit' ? 'INHERIT' : 'NO INHERIT',
        span,
        keywords: firstWord,
        parent: nameOf(parent, source),
      }
    }
    case 'AT_AddOf': {
      const { name: parent, schema } = typeOf(fields(command.def).TypeName, source, clause.end)
      return {
        kind: 'OF',
        span,
        keywords: firstWord,
        parent: { name: parent, span, ...(schema !== undefined && { schema }) },
      }
    }
    case 'AT_ReplicaIdentity': {
      const index = fields(command.def).ReplicaIdentityStmt?.name
      return { kind: 'REPLICA IDENTITY', span, keywords: firstTwo, ...(index && { index }) }
    }
    case 'AT_SetTableSpace':
      return { kind: 'SET TABLESPACE', span, keywords: firstTwo, to: name }
    case 'AT_SetAccessMethod':
      return { kind: 'SET ACCESS METHOD', span, keywords: clause.words('SET', 'ACCESS', 'METHOD'), to: name }
    case 'AT_ChangeOwner':
      return { kind: 'OWNER TO', span, keywords: firstTwo, to: command.newowner?.rolename ?? '' }
    case 'AT_ClusterOn':
      return { kind: 'CLUSTER ON', span, keywords: firstTwo, to: name }
    case 'AT_SetRelOptions':
    case 'AT_ResetRelOptions': {
      const parameters = (fields(command.def).List?.items ?? []).flatMap(
        item => fields(item).DefElem?.defname?.toLowerCase() ?? [],
      )
      return {
        kind: command.subtype === 'AT_SetRelOptions' ? 'SET PARAMETERS' : 'RESET PARAMETERS',
        span,
        keywords: firstWord,
        parameters,
      }
    }
  }
  const ofColumn = command.subtype && columnKinds[command.subtype]
  if (ofColumn) {
    const [kind, ...words] = ofColumn
    return { kind, span, keywords: clause.words(...words), column: columnOf(clause, name) } as Subcommand
  }
  const kind = (command.subtype && plainKinds[command.subtype]) ?? 'OTHER'
  const [, how, what] = /^AT_(Enable|EnableAlways|EnableReplica|Disable)(Trig|Rule)$/.exec(command.subtype ?? '') ?? []
  const turned = what === 'Trig' ? { trigger: name } : what === 'Rule' ? { rule: name } : {}
  const keywords = kind === 'OTHER' ? firstTwo : clause.words(...kind.split(' '))
  return { kind, span, keywords, ...turned, ...(how === 'EnableReplica' && { onReplicas: true }) } as Subcommand
}

const columnOf = (clause: Clause, name: string): Identifier => clause.identifierAfter(name, 'ALTER', 'COLUMN')
