import type { RuleContext } from '../judgement/context'
import { laterStatements } from '../judgement/later'
import { catalogAtEnd, inQuotes } from '../judgement/target'
import { asTable, indexesOf, keyOf, relationNamed } from '../postgres/catalog'
import type { CreateTable } from '../sql/commands'
import { defineRule } from './rule'

export default defineRule({
  id: 'table-without-primary-key',
  risk: 'design',
  severity: 'hint',
  isOff: true,
  on: ['CREATE TABLE'],
  why: `
Without a key nothing tells one row from another: a row that is there twice cannot be deleted once, logical replication refuses
every \`UPDATE\` and \`DELETE\`, and a backfill has nothing to go by in batches.

It is off unless settings name a severity: tables that tie two others together often go without. Nothing is said of temporary
tables, of partitions and of tables that inherit, of \`LIKE\`, where a unique index over columns that are \`NOT NULL\` is a
key already, and where a later statement makes one or drops the table.`,
  instead: `
Give the table a primary key: the columns that are unique anyway, or a new identity column.`,
  manual: ['ddl-constraints.html#DDL-CONSTRAINTS-PRIMARY-KEYS', 'logical-replication-publication.html'],

  *check(command, context) {
    if (!mayHaveKey(command)) return
    const after = catalogAtEnd(context)
    const table = asTable(relationNamed(after, command.table))
    if (table?.kind !== 'table' || !table.columnsKnown) return
    const isRequired = (name: string | undefined) => table.columns.some(each => each.name === name && each.notNull)
    const indexes = indexesOf(after, keyOf(after, command.table))
    if (indexes.some(index => index.primary || (index.unique && !index.partial && index.columns.every(isRequired))))
      return
    if (table.constraints.some(({ kind }) => kind === 'PRIMARY KEY') || isKeyedLater(command, context)) return
    yield {
      at: command.table.span,
      message: `table ${inQuotes(command.table)} has no primary key`,
      detail: 'Logical replication refuses UPDATE and DELETE on it, and nothing tells equal rows apart.',
      hint: 'Give it one.',
    }
  },

  examples: `
-- bad: nothing is unique
-- shows: table without a primary key
-- file: 0001_tags.sql
  CREATE TABLE tags (order_id bigint NOT NULL, tag text NOT NULL);
--             ^^^^ hint [table-without-primary-key: table "tags" has no primary key]

-- good: a key, one that follows, a unique index, copies, parts
-- file: 0001_tags.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint);
  ALTER TABLE orders ADD PRIMARY KEY (id);
  CREATE TABLE tags (order_id bigint NOT NULL, tag text NOT NULL);
  CREATE UNIQUE INDEX ON tags (order_id, tag);
  CREATE TABLE copies (LIKE users INCLUDING ALL);
  CREATE TABLE heirs () INHERITS (users);
  CREATE TEMPORARY TABLE scratch (n int);

-- good: a later migration makes one, or drops the table
-- given: golang-migrate
-- file: 000001_tags.up.sql
  CREATE TABLE tags (order_id bigint NOT NULL);
-- file: 000002_old.up.sql
  CREATE TABLE old_tags (order_id bigint NOT NULL);
-- file: 000003_key.up.sql
  -- guard: allow primary-key-builds-index: the table is small
  ALTER TABLE tags ADD PRIMARY KEY (order_id);
  DROP TABLE old_tags; -- guard: allow dropped-table: nobody has used it
`,
})

const mayHaveKey = ({ persistence, partitionOf, inherits, like, ofType }: CreateTable): boolean =>
  persistence !== 'temporary' && !partitionOf && !ofType && inherits.length === 0 && like.length === 0

const isKeyedLater = ({ table }: CreateTable, context: RuleContext): boolean =>
  laterStatements(context, [table.name]).some(({ command }) => {
    if (command?.tag === 'DROP TABLE') return command.names.some(({ name }) => name === table.name)
    if (command?.tag === 'CREATE INDEX') return command.unique && command.table.name === table.name
    if (command?.tag !== 'ALTER TABLE' || command.relation.name !== table.name) return false
    return command.subcommands.some(subcommand => {
      if (subcommand.kind === 'ADD COLUMN') {
        return subcommand.column.constraints.some(({ kind }) => kind === 'PRIMARY KEY' || kind === 'UNIQUE')
      }
      if (subcommand.kind === 'RENAME TO') return true
      return subcommand.kind === 'ADD CONSTRAINT' && ['PRIMARY KEY', 'UNIQUE'].includes(subcommand.constraint.kind)
    })
  })
