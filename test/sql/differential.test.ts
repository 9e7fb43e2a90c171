import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import {
  type AlterTableStatement,
  type CreateColumnDef,
  type DataTypeDef,
  parse,
  type QName,
  type Statement,
  type TableAlteration,
  type TableConstraint,
} from 'pgsql-ast-parser'
import { globSync } from 'tinyglobby'
import { rules } from '../../server/src/core/rules'
import { examplesOf } from '../../server/src/core/rules/examples'
import type { Command } from '../../server/src/core/sql/commands'
import type { ColumnDefinition, ConstraintDefinition, Name, TypeName } from '../../server/src/core/sql/parts'
import { statementsIn } from '../../server/src/core/sql/split'
import type { Subcommand } from '../../server/src/core/sql/subcommands'
import { loadInstalledParser } from '../parser'

before(loadInstalledParser)

/** Everything both readers read must mean the same to both: an independent check of `translate.ts`. */
describe('a second reader', () => {
  const root = join(__dirname, '../..')
  const written = join(__dirname, 'statements.sql')

  const agree = (sql: string) => {
    for (const { text, command } of statementsIn(sql).statements) {
      const theirs = theirReading(text)
      const meant = theirs && theirMeaning(theirs)
      if (command && meant) assert.deepEqual(ourMeaning(command), meant, text)
    }
  }

  for (const file of globSync(['examples/**/*.sql', 'test/**/*.sql'], { cwd: root, absolute: true })) {
    it(`agrees on ${relative(root, file)}`, () => agree(readFileSync(file, 'utf8')))
  }

  // The second reader keeps names as they are written, and this rule is about what PostgreSQL cuts off.
  for (const rule of rules.filter(({ id }) => id !== 'identifier-cut')) {
    it(`agrees on the examples of ${rule.id}`, () => {
      for (const { files } of examplesOf(rule)) for (const { text } of files) agree(text)
    })
  }

  it('compares most of the statements written for it', () => {
    const { statements } = statementsIn(readFileSync(written, 'utf8'))
    const both = statements.filter(({ text }) => {
      const theirs = theirReading(text)
      return theirs && theirMeaning(theirs)
    })
    assert.deepEqual(
      statements.filter(({ command }) => !command),
      [],
    )
    assert.ok(both.length > statements.length * 0.8, `${both.length} of ${statements.length}`)
  })
})

/** pgsql-ast-parser does not read everything that PostgreSQL reads, and keeps quotes in names doubled. */
function theirReading(sql: string): Statement | undefined {
  if (sql.includes('""')) return undefined
  try {
    return parse(sql)[0]
  } catch {
    return undefined
  }
}

type Meaning = Record<string, unknown>

/** PostgreSQL cuts names at 63 bytes (sql-syntax-lexical.html), the other reader does not. */
const cut = (name: string) => name.slice(0, 63)

const key = (name: { schema?: string; name: string }) =>
  name.schema ? `${cut(name.schema)}.${cut(name.name)}` : cut(name.name)

function ourMeaning(command: Command): Meaning | undefined {
  switch (command.tag) {
    case 'CREATE TABLE':
      return {
        create: key(command.table),
        ifNotExists: command.ifNotExists !== undefined,
        columns: command.columns.map(ourColumn),
        constraints: command.constraints.map(ourConstraint),
        inherits: command.inherits.map(key),
      }
    case 'CREATE INDEX':
      return {
        index: command.name?.name,
        on: key(command.table),
        unique: command.unique,
        concurrently: command.concurrently !== undefined,
        ifNotExists: command.ifNotExists !== undefined,
        method: command.method,
        columns: command.columns.map(({ column }) => column),
        partial: command.where !== undefined,
      }
    case 'DROP TABLE':
    case 'DROP INDEX':
    case 'DROP TYPE':
    case 'DROP SEQUENCE':
      return {
        drop: command.tag.toLowerCase(),
        names: command.names.map(key),
        ifExists: command.ifExists !== undefined,
        cascade: command.cascade !== undefined,
        concurrently: command.concurrently !== undefined,
      }
    case 'ALTER TABLE':
      return {
        alter: key(command.relation),
        ifExists: command.ifExists !== undefined,
        only: command.only,
        changes: command.subcommands.map(ourChange),
      }
    case 'INSERT':
      return {
        insert: key(command.table),
        columns: command.columns.map(({ name }) => name),
        source: command.source,
        rows: command.rows,
        conflict: command.onConflict && {
          action: command.onConflict.action,
          columns: command.onConflict.columns,
          constraint: command.onConflict.constraint,
        },
        returning: command.hasReturning,
      }
    case 'UPDATE':
      return {
        update: key(command.table),
        columns: command.assignments.map(({ column }) => column),
        where: command.where !== undefined,
        from: command.from !== undefined,
      }
    case 'DELETE':
      return { delete: key(command.table), where: command.where !== undefined }
    case 'TRUNCATE TABLE':
      return { truncate: command.tables.map(key), cascade: command.cascade }
    case 'BEGIN':
    case 'START TRANSACTION':
      return { transaction: 'begin' }
    case 'COMMIT':
    case 'ROLLBACK':
      return { transaction: command.tag.toLowerCase() }
    case 'CREATE TYPE':
      return { type: key(command.type), labels: command.labels }
    case 'CREATE SCHEMA':
      return { schema: command.schema }
    default:
      return undefined
  }
}

const ourColumn = (column: ColumnDefinition): Meaning => ({
  name: column.name.name,
  type: ourType(column.type),
  notNull: column.notNull !== undefined,
  default: column.default !== undefined,
  constraints: column.constraints.map(ourInline),
})

const ourInline = (constraint: ConstraintDefinition): Meaning => ({
  kind: constraint.kind,
  name: constraint.name?.name,
  references: constraint.references && key(constraint.references.table),
})

const ourConstraint = (constraint: ConstraintDefinition): Meaning => ({
  ...ourInline(constraint),
  columns: constraint.kind === 'CHECK' ? [] : constraint.columns,
  foreignColumns: constraint.references?.columns ?? [],
  onDelete: constraint.references?.onDelete,
})

function ourType(type: TypeName): string {
  const modifiers = type.modifiers.length > 0 ? `(${type.modifiers.join(',')})` : ''
  return `${key(type)}${modifiers}${'[]'.repeat(type.dimensions)}`
}

function ourChange(change: Subcommand): unknown {
  switch (change.kind) {
    case 'ADD COLUMN':
      return ['add column', change.ifNotExists, ourColumn(change.column)]
    case 'DROP COLUMN':
      return ['drop column', change.column.name, change.ifExists, change.cascade]
    case 'ALTER COLUMN TYPE':
      return ['set type', change.column.name, ourType(change.type)]
    case 'SET DEFAULT':
    case 'DROP DEFAULT':
    case 'SET NOT NULL':
    case 'DROP NOT NULL':
      return [change.kind.toLowerCase(), change.column.name]
    case 'ADD CONSTRAINT':
      return ['add constraint', ourConstraint(change.constraint)]
    case 'DROP CONSTRAINT':
      return ['drop constraint', change.constraint.name, change.ifExists, change.cascade]
    case 'RENAME COLUMN':
      return ['rename column', change.from.name, change.to.name]
    case 'RENAME CONSTRAINT':
      return ['rename constraint', change.from.name, change.to.name]
    case 'RENAME TO':
      return ['rename', change.to.name]
    case 'OWNER TO':
      return ['owner', change.to]
    default:
      return [change.kind]
  }
}

/** The same words for their tree; undefined for what is not compared. */
function theirMeaning(statement: Statement): Meaning | undefined {
  switch (statement.type) {
    case 'create table':
      if (statement.columns.some(column => column.kind === 'like table')) return undefined
      return {
        create: key(statement.name),
        ifNotExists: statement.ifNotExists === true,
        columns: statement.columns.map(column => theirColumn(column as CreateColumnDef)),
        constraints: (statement.constraints ?? []).map(theirConstraint),
        inherits: (statement.inherits ?? []).map(key),
      }
    case 'create index':
      return {
        index: statement.indexName?.name,
        on: key(statement.table),
        unique: statement.unique === true,
        concurrently: statement.concurrently === true,
        ifNotExists: statement.ifNotExists === true,
        method: statement.using?.name ?? 'btree',
        columns: statement.expressions.map(({ expression }) =>
          expression.type === 'ref' ? expression.name : undefined,
        ),
        partial: statement.where !== undefined,
      }
    case 'drop table':
    case 'drop index':
    case 'drop type':
    case 'drop sequence':
      return {
        drop: statement.type,
        names: statement.names.map(key),
        ifExists: statement.ifExists === true,
        cascade: statement.cascade === 'cascade',
        concurrently: statement.concurrently === true,
      }
    case 'alter table':
      return theirAlter(statement)
    case 'insert': {
      const values = statement.insert?.type === 'values' ? statement.insert.values.length : 0
      const conflict = statement.onConflict
      return {
        insert: key(statement.into),
        columns: (statement.columns ?? []).map(({ name }) => name),
        source: values > 0 ? 'VALUES' : 'SELECT',
        rows: values,
        conflict: conflict && {
          action: conflict.do === 'do nothing' ? 'NOTHING' : 'UPDATE',
          columns:
            conflict.on?.type === 'on expr'
              ? conflict.on.exprs.map(expression => (expression.type === 'ref' ? expression.name : ''))
              : [],
          constraint: conflict.on?.type === 'on constraint' ? conflict.on.constraint.name : undefined,
        },
        returning: (statement.returning ?? undefined) !== undefined,
      }
    }
    case 'update':
      return {
        update: key(statement.table),
        columns: statement.sets.map(({ column }) => column.name),
        where: (statement.where ?? undefined) !== undefined,
        from: (statement.from ?? undefined) !== undefined,
      }
    case 'delete':
      return { delete: key(statement.from), where: (statement.where ?? undefined) !== undefined }
    case 'truncate table':
      return { truncate: statement.tables.map(key), cascade: statement.cascade === 'cascade' }
    case 'begin':
    case 'start transaction':
      return { transaction: 'begin' }
    case 'commit':
    case 'rollback':
      return { transaction: statement.type }
    case 'create enum':
      return { type: key(statement.name), labels: statement.values.map(({ value }) => value) }
    case 'create schema':
      return { schema: statement.name.name }
    default:
      return undefined
  }
}

const theirAlter = (statement: AlterTableStatement): Meaning => ({
  alter: key(statement.table),
  ifExists: statement.ifExists === true,
  only: statement.only === true,
  changes: statement.changes.map(theirChange),
})

function theirChange(change: TableAlteration): unknown {
  switch (change.type) {
    case 'add column':
      return ['add column', change.ifNotExists === true, theirColumn(change.column)]
    case 'drop column':
      return ['drop column', change.column.name, change.ifExists === true, change.behaviour === 'cascade']
    case 'alter column':
      if (change.alter.type === 'set type') return ['set type', change.column.name, theirType(change.alter.dataType)]
      return change.alter.type === 'add generated' ? ['ADD GENERATED'] : [change.alter.type, change.column.name]
    case 'add constraint':
      return ['add constraint', theirConstraint(change.constraint)]
    case 'drop constraint':
      return ['drop constraint', change.constraint.name, change.ifExists === true, change.behaviour === 'cascade']
    case 'rename column':
      return ['rename column', change.column.name, change.to.name]
    case 'rename constraint':
      return ['rename constraint', change.constraint.name, change.to.name]
    case 'rename':
      return ['rename', change.to.name]
    case 'owner':
      return ['owner', change.to.name]
  }
}

function theirColumn(column: CreateColumnDef): Meaning {
  const constraints = column.constraints ?? []
  return {
    name: column.name.name,
    type: theirType(column.dataType),
    notNull: constraints.some(({ type }) => type === 'not null'),
    default: constraints.some(({ type }) => type === 'default'),
    constraints: constraints.flatMap(constraint => {
      const kind = kinds[constraint.type]
      if (!kind) return []
      const name = 'constraintName' in constraint ? constraint.constraintName?.name : undefined
      return [{ kind, name, references: constraint.type === 'reference' ? key(constraint.foreignTable) : undefined }]
    }),
  }
}

const kinds: Record<string, string> = {
  unique: 'UNIQUE',
  'primary key': 'PRIMARY KEY',
  reference: 'FOREIGN KEY',
  check: 'CHECK',
}

const theirConstraint = (constraint: TableConstraint): Meaning => ({
  kind: constraint.type.toUpperCase(),
  name: constraint.constraintName?.name,
  references: constraint.type === 'foreign key' ? key(constraint.foreignTable) : undefined,
  columns: theirNames(
    constraint.type === 'foreign key' ? constraint.localColumns : constraint.type === 'check' ? [] : constraint.columns,
  ),
  foreignColumns: constraint.type === 'foreign key' ? theirNames(constraint.foreignColumns) : [],
  onDelete: constraint.type === 'foreign key' ? (constraint.onDelete ?? 'no action').toUpperCase() : undefined,
})

const theirNames = (names: readonly { name: string }[]) => names.map(({ name }) => name)

function theirType(type: DataTypeDef): string {
  if (type.kind === 'array') return `${theirType(type.arrayOf)}[]`
  const written = type.name.toLowerCase()
  const name = type.doubleQuoted ? type.name : (internalNames[written] ?? written)
  const config = type.config ?? (name === 'bpchar' ? [1] : [])
  return `${key({ schema: type.schema, name } as QName & Name)}${config.length > 0 ? `(${config.join(',')})` : ''}`
}

/** datatype.html, table 8.1: what PostgreSQL calls these inside. */
const internalNames: Record<string, string> = {
  int: 'int4',
  integer: 'int4',
  bigint: 'int8',
  smallint: 'int2',
  boolean: 'bool',
  'character varying': 'varchar',
  character: 'bpchar',
  char: 'bpchar',
  decimal: 'numeric',
  real: 'float4',
  'double precision': 'float8',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
  'time with time zone': 'timetz',
  'time without time zone': 'time',
}
