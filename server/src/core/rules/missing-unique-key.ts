import type { Fix } from '../finding'
import { insertion } from '../fixes/edits'
import type { RuleContext } from '../judgement/context'
import { laterStatements } from '../judgement/later'
import { catalogAtEnd, inQuotes } from '../judgement/target'
import { asTable, indexesOf, keyOf, relationNamed, type Table } from '../postgres/catalog'
import type { CreateTable } from '../sql/commands'
import type { Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import { defineRule } from './rule'

export default defineRule({
  id: 'missing-unique-key',
  risk: 'design',
  severity: 'hint',
  on: ['CREATE TABLE'],
  concerns: ({ columns, table }) => columns.some(column => isKeyName(column.name.name, table.name)),
  why: `
A table whose rows belong to an owner and bear a key of their own, such as the settings of a user, means one row for each
pair. Where only a made-up \`id\` is unique, two requests at once write two rows, and which of them counts is up to chance;
\`ON CONFLICT\` has nothing to go by either.

Told is a table with a primary key of one column, one foreign key or one column called \`..._id\` that is \`NOT NULL\`, and a
text column that is \`NOT NULL\` and called \`key\` or \`slug\`, or \`preference_key\` in a \`user_preferences\`.
Nothing is said of a \`code\`, which is a
program, a voucher or a country as often as a key, and of tables that keep keys to open something, such as \`api_keys\`. Nothing is said where the key column is in a
unique constraint or index, here or in a later migration, or the table is dropped or renamed there.`,
  instead: `
Add a unique constraint over owner and key.`,
  manual: ['ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS'],
  seeds: ['unique over owner and key'],

  *check(command, context) {
    const { table: name, columns } = command
    const after = catalogAtEnd(context)
    const table = asTable(relationNamed(after, name))
    if (table?.kind !== 'table' || table.persistence === 'temporary' || table.partitionOf) return
    const pair = naturalKey(table)
    if (!pair) return
    const indexes = indexesOf(after, keyOf(after, name))
    if (indexes.some(index => index.unique && isOver([...index.columns, ...index.expressionColumns], pair.key))) return
    if (isUniqueLater(name, pair.key, context)) return
    const column = columns.find(each => each.name.name === pair.key)
    if (!column) return
    yield {
      at: column.name.span,
      message: `nothing makes "${pair.owner}" and "${pair.key}" of table ${inQuotes(name)} unique: one may have the same key twice`,
      detail: 'Two transactions that insert at the same time do not see one another.',
      hint: `Add UNIQUE (${pair.owner}, ${pair.key}), if each pair is meant to be there once.`,
      relation: keyOf(after, name),
      fixes: () => unique(pair, command, context),
    }
  },

  examples: `
-- bad: the settings of a user
-- shows: natural key without a unique constraint
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_preferences.sql
  CREATE TABLE user_preferences (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id),
    preference_key varchar(100) NOT NULL,
--  ^^^^^^^^^^^^^^ hint [missing-unique-key: nothing makes "user_id" and "preference_key" of table "user_preferences" unique: one may have the same key twice]
    preference_value text NOT NULL
  );
  CREATE INDEX user_preferences_user_idx ON user_preferences (user_id, preference_key);
-- fix: Add UNIQUE (user_id, preference_key)
  CREATE TABLE user_preferences (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id),
    preference_key varchar(100) NOT NULL,
    preference_value text NOT NULL,
    UNIQUE (user_id, preference_key)
  );
  CREATE INDEX user_preferences_user_idx ON user_preferences (user_id, preference_key);

-- bad: no foreign key yet
-- file: 0001_preferences.sql
  CREATE TABLE user_preferences (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    preference_key varchar(100) NOT NULL
--  ^^^^^^^^^^^^^^ hint [missing-unique-key: nothing makes "user_id" and "preference_key" of table "user_preferences" unique: one may have the same key twice]
  );
-- fix: Add UNIQUE (user_id, preference_key)
  CREATE TABLE user_preferences (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    preference_key varchar(100) NOT NULL,
    UNIQUE (user_id, preference_key)
  );

-- good: unique together, or the key alone
-- file: 0001_users.sql
  CREATE TABLE users (id uuid PRIMARY KEY);
  CREATE TABLE user_preferences (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    preference_key varchar(100) NOT NULL,
    UNIQUE (user_id, preference_key)
  );
  CREATE TABLE coupons (id uuid PRIMARY KEY, user_id uuid UNIQUE NOT NULL REFERENCES users, code text NOT NULL UNIQUE);
  CREATE TABLE pages (id uuid PRIMARY KEY, user_id uuid UNIQUE NOT NULL REFERENCES users, slug text NOT NULL);
  CREATE UNIQUE INDEX ON pages (user_id, lower(slug));

-- good: no owner, an owner that may be missing, two owners, another name, another type, what opens something
-- file: 0001_users.sql
  CREATE TABLE users (id uuid PRIMARY KEY);
  CREATE TABLE words (id uuid PRIMARY KEY, key text NOT NULL);
  CREATE TABLE notes (id uuid PRIMARY KEY, user_id uuid UNIQUE REFERENCES users, code text NOT NULL);
  CREATE TABLE loans (
    id uuid PRIMARY KEY,
    user_id uuid UNIQUE NOT NULL REFERENCES users,
    lender_id uuid UNIQUE NOT NULL REFERENCES users,
    code text NOT NULL
  );
  CREATE TABLE api_keys (id uuid PRIMARY KEY, user_id uuid UNIQUE NOT NULL REFERENCES users, key text NOT NULL);
  CREATE TABLE secrets (id uuid PRIMARY KEY, user_id uuid UNIQUE NOT NULL REFERENCES users, key bytea NOT NULL);
  CREATE TABLE workers (id uuid PRIMARY KEY, user_id uuid UNIQUE NOT NULL REFERENCES users, code text NOT NULL);
  CREATE TABLE uploads (id uuid PRIMARY KEY, user_id uuid UNIQUE NOT NULL REFERENCES users, storage_key text NOT NULL);

-- good: made unique later
-- given: golang-migrate
-- file: 000001_pages.up.sql
  CREATE TABLE users (id uuid PRIMARY KEY);
  CREATE TABLE pages (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, slug text NOT NULL);
  CREATE INDEX pages_user_idx ON pages (user_id);
-- file: 000002_slug.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY pages_slug_key ON pages (user_id, slug);

-- good: unique by a constraint of a later migration, temporary, a partition
-- given: golang-migrate, foreign-key-without-index off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_preferences.up.sql
  CREATE TABLE user_preferences (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, preference_key text NOT NULL);
  CREATE TEMPORARY TABLE user_codes (id bigint PRIMARY KEY, user_id bigint NOT NULL, code text NOT NULL);
-- file: 000003_unique.up.sql
  -- guard: allow unique-constraint-builds-index: the table is empty before the launch
  ALTER TABLE user_preferences ADD UNIQUE (user_id, preference_key);
`,
})

/** The owner and the key of a table whose rows are told apart by nothing else than a made-up primary key. */
function naturalKey({ name, columns, constraints }: Table): { owner: string; key: string } | undefined {
  const primary = constraints.find(({ kind }) => kind === 'PRIMARY KEY')
  if (primary?.columns.length !== 1 || /keys?$/.test(name)) return undefined
  const isRequired = (column: string) => columns.some(each => each.name === column && each.notNull)
  const foreign = constraints.filter(({ kind }) => kind === 'FOREIGN KEY').map(constraint => constraint.columns)
  const called = columns.filter(column => column.name.endsWith('_id') && !primary.columns.includes(column.name))
  const owners = foreign.length > 0 ? foreign : called.map(column => [column.name])
  const [owner, ...others] = owners.length === 1 ? (owners[0] ?? []) : []
  if (!owner || others.length > 0 || !isRequired(owner)) return undefined
  const key = columns.find(
    column => texts.has(column.type.name) && isKeyName(column.name, name) && isRequired(column.name),
  )
  return key && key.name !== owner && !primary.columns.includes(key.name) ? { owner, key: key.name } : undefined
}

const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'citext', 'bpchar'])

/** `key`, or `preference_key` in a table of preferences. */
function isKeyName(column: string, table: string): boolean {
  const [, of, word] = /^(?:(.+)_)?(key|slug)$/.exec(column) ?? []
  if (!word) return false
  return of === undefined || table.split('_').at(-1)?.replace(/s$/, '') === of
}

const isOver = (columns: readonly (string | undefined)[], key: string): boolean => columns.includes(key)

/** Behind the last of what the table is made of, on its own line where that one stands on its own. */
function unique({ owner, key }: { owner: string; key: string }, command: CreateTable, context: RuleContext): Fix[] {
  const { statement, inside, direction } = context
  const last = [...command.columns, ...command.constraints]
    .map(({ span }) => span.end)
    .toSorted((a, b) => a - b)
    .at(-1)
  if (last === undefined || statement.problem || inside || direction === 'down' || command.like.length > 0) return []
  const constraint = `UNIQUE (${quoted(owner)}, ${quoted(key)})`
  const line = statement.text.slice(0, last).split('\n').at(-1) ?? ''
  const indent = /^\s*/.exec(line)?.[0] ?? ''
  const separator = statement.text.slice(0, last).includes('\n') ? `,\n${indent}` : ', '
  const edits = [insertion(context, last, `${separator}${constraint}`)]
  return [{ title: `Add ${constraint}`, safety: 'review', isChange: true, turn: 'early', edits }]
}

const isUniqueLater = (table: Name, key: string, context: RuleContext): boolean =>
  laterStatements(context, [table.name]).some(({ command }) => {
    if (command?.tag === 'DROP TABLE') return command.names.some(({ name }) => name === table.name)
    if (command?.tag === 'CREATE INDEX') {
      const named = command.columns.flatMap(({ column, expression }) => column ?? expression?.columns ?? [])
      return command.unique && command.table.name === table.name && isOver(named, key)
    }
    if (command?.tag !== 'ALTER TABLE' || command.relation.name !== table.name) return false
    return command.subcommands.some(subcommand => {
      if (subcommand.kind === 'RENAME TO') return true
      if (subcommand.kind === 'DROP COLUMN') return subcommand.column.name === key
      if (subcommand.kind === 'RENAME COLUMN') return subcommand.from.name === key
      if (subcommand.kind !== 'ADD CONSTRAINT') return false
      const { kind, columns, usingIndex } = subcommand.constraint
      return kind === 'UNIQUE' && (usingIndex !== undefined || isOver(columns, key))
    })
  })
