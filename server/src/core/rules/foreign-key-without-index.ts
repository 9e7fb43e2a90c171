import type { Fix } from '../finding'
import { statementsAfter, written } from '../fixes/edits'
import { blockAround, isNeeded, newMigrations } from '../fixes/placement'
import type { Migration } from '../history/migration'
import { onceForEach } from '../history/numbering'
import { definesConstraint } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { reshapes } from '../judgement/dependence'
import { isAmongTests } from '../judgement/for-developers'
import { foreignKeysIn } from '../judgement/foreign-keys'
import { laterStatements, statementsUp } from '../judgement/later'
import { catalogAtEnd, inQuotes, isNew } from '../judgement/target'
import { isVendored } from '../judgement/vendored'
import {
  asTable,
  type Catalog,
  columnNamed,
  constraintNamed,
  indexesOf,
  keyOf,
  relationNamed,
  type Table,
} from '../postgres/catalog'
import { indexName } from '../postgres/names'
import type { CreateIndex } from '../sql/commands'
import type { ForeignKeyAction, Name } from '../sql/parts'
import { quoted } from '../sql/quote'
import { defineRule } from './rule'

export default defineRule({
  id: 'foreign-key-without-index',
  risk: 'locking',
  severity: 'hint',
  mends: 'blocks',
  on: ['CREATE TABLE', 'ALTER TABLE'],
  concerns: definesConstraint(({ kind }) => kind === 'FOREIGN KEY'),
  why: `
PostgreSQL makes no index for the columns of a foreign key. Without one, each \`DELETE\` of a referenced row, and each
\`UPDATE\` of its key, reads the whole referencing table to look for rows that point to it, while the row is locked.

An index helps where the columns of the foreign key come first in it, in any order, and where it has no predicate other than
that they are not null. The whole history is searched: an index that a later migration makes counts. It is a hint, because a
small table, or rows that are never deleted, need no index.

Nothing is said of a list of allowed values, whose rows stay: a table of up to three columns with a text for its key, one
called so (\`order_types\`, \`cancellation_reasons\`, \`countries\`); and of columns that tell who did something
(\`created_by\`, \`ready_by\`, \`createdByUserId\`, \`inviter_id\`): users who did something are seldom deleted. Unless the foreign key
says \`ON DELETE CASCADE\` or the like, nothing is said of a table of up to eight columns that refers to no other and whose rows the
migrations write, and of one that keeps what has been (\`price_versions\`, \`order_history\`, \`revinfo\` of Hibernate Envers).
Nothing is said of tables that a library brings along (Quartz, Spring Batch, Camunda), and of columns that none of several
migrations makes: where they are made, their indexes may be as well.

Of more than ten in one file, such as the dump that a history begins with, the first is told. Nothing is said where an index, a key
or a unique constraint begins with the columns, here or in a later migration, where
the foreign key itself is dropped again, and in files among the sources of tests (\`src/test/resources/\`).`,
  instead: `
Create an index over the columns of the foreign key; on a table that is in use \`CONCURRENTLY\`.`,
  manual: ['ddl-constraints.html#DDL-CONSTRAINTS-FK'],
  seeds: ['index foreign keys'],

  *check(command, context) {
    const name = 'subcommands' in command ? command.relation : command.table
    const keys = foreignKeysIn(command).filter(({ columns }) => columns.length > 0)
    if (keys.length === 0 || isAmongTests(context.migration.path) || isVendored(name)) return
    const after = catalogAtEnd(context)
    const table = asTable(relationNamed(after, name))
    if (!table || !['table', 'partitioned table'].includes(table.kind) || table.persistence === 'temporary') return
    const relation = keyOf(after, name)
    const indexes = indexesOf(after, relation)
    for (const { columns, references, keywords } of keys) {
      if (isWriter(columns) || (references && isList(references.table, after))) continue
      const made = madeOf(columns, name, context)
      if (made && !constraintNamed(table, made)) continue
      if (indexes.some(index => !index.partial && startsWith(index.columns, columns))) continue
      if (
        indexes.some(
          index =>
            index.partial &&
            startsWith(index.columns, columns) &&
            index.expressionColumns.every(column => columns.includes(column)),
        )
      )
        continue
      if (isIndexedLater(name, columns, made, context)) continue
      const isKnown = isShown(columns, table)
      if (!isKnown && hasOthers(context)) continue
      if (references && isKept(references.onDelete) && keepsRows(references.table, after, context)) continue
      const shown = columns.map(column => `"${column}"`).join(', ')
      const what = `DELETE and key UPDATE on ${inQuotes(references?.table ?? name)} read the whole table`
      yield {
        at: keywords,
        message: isKnown
          ? `no index begins with ${shown} of table ${inQuotes(name)}: ${what}`
          : `the migrations show no index that begins with ${shown} of table ${inQuotes(name)}: without one ${what}`,
        detail: 'PostgreSQL makes no index for the referencing columns of a foreign key.',
        hint: 'Create one, unless the table stays small or referenced rows are never deleted.',
        relation,
        mostInFile: 10,
        fixes: () => indexed(name, columns, context),
      }
    }
  },

  examples: `
-- bad: the table is new
-- shows: foreign key without an index
-- file: 0001_orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id bigint REFERENCES users (id)
--                 ^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "user_id" of table "orders": DELETE and key UPDATE on "users" read the whole table]
  );
-- fix: Create an index
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id bigint REFERENCES users (id)
  );
  CREATE INDEX ON orders (user_id);

-- bad: the column has another name at the end
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, total int);
-- file: 000002_orders_user.up.sql
  ALTER TABLE orders ADD COLUMN new_id bigint REFERENCES users (id);
--                                            ^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "new_id" of table "orders": DELETE and key UPDATE on "users" read the whole table]
  ALTER TABLE orders RENAME COLUMN new_id TO user_id;

-- bad: the table is in use
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, seller bigint, user_id bigint);
  CREATE INDEX orders_seller_idx ON orders (seller, user_id);
-- file: 000002_orders_user.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
--                                                 ^^^^^^^^^^^ hint [constraint-never-validated: constraint "orders_user_fk" of table "orders" is NOT VALID, and no later statement validates it]
--                                                 ^^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "user_id" of table "orders": DELETE and key UPDATE on "users" read the whole table]
-- fix: Validate it in a new migration
-- file: 000003_validate_orders_user_fk.up.sql
  ALTER TABLE orders VALIDATE CONSTRAINT orders_user_fk;
-- fix: Create an index in a new migration
-- file: 000003_create_orders_user_id_idx.up.sql
  CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);

-- bad: columns that the history does not show
-- given: foreign-key-validated-at-once off
  ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);
--                       ^^^^^^^^^^^ hint [foreign-key-without-index: the migrations show no index that begins with "user_id" of table "orders": without one DELETE and key UPDATE on "users" read the whole table]
-- fix: Create an index in a new migration
-- file: 0002_create_orders_user_id_idx.sql
  CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);

-- good: a later changeset makes the index
-- given: liquibase
-- file: changelog.sql
  --liquibase formatted sql
  --changeset ann:1
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));
  --changeset ann:2
  CREATE INDEX orders_user_id_idx ON orders (user_id);

-- good: a list of allowed values, and who wrote the row
-- file: 0001_orders.sql
  CREATE TABLE order_states (state text PRIMARY KEY, description text);
  CREATE TABLE order_types (id bigint PRIMARY KEY, title text);
  CREATE TABLE countries (id bigint PRIMARY KEY, title text);
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    state text NOT NULL REFERENCES order_states (state),
    type_id bigint REFERENCES order_types (id),
    country_id bigint REFERENCES countries (id),
    ready_by bigint REFERENCES users (id),
    approved_by_id bigint REFERENCES users (id),
    created_by bigint REFERENCES users (id)
  );

-- good: a small table whose rows the migrations write, and one that keeps what has been, and others who did something
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE carriers (id bigint PRIMARY KEY, name text, code text, rank int, active boolean);
  CREATE TABLE prices_version (id bigint PRIMARY KEY, price numeric);
  CREATE TABLE orders (
    id bigint PRIMARY KEY,
    carrier_id bigint REFERENCES carriers (id),
    price_id bigint REFERENCES prices_version (id) ON DELETE RESTRICT,
    sent_by bigint REFERENCES users (id),
    "createdByAdminId" bigint REFERENCES users (id),
    inviter_id bigint REFERENCES users (id)
  );
-- file: 000002_carriers.up.sql
  INSERT INTO carriers (id, name) VALUES (1, 'By road'), (2, 'By sea');

-- good: no migration makes the column, and there are others
-- given: golang-migrate, foreign-key-validated-at-once off
-- file: 000041_titles.up.sql
  ALTER TABLE orders ADD COLUMN title text;
-- file: 000042_orders.up.sql
  ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);

-- good: the foreign key goes again, or is made anew later, where it is told
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users, seller_id bigint);
  ALTER TABLE orders ADD CONSTRAINT orders_seller FOREIGN KEY (seller_id) REFERENCES users (id);
  ALTER TABLE orders DROP CONSTRAINT orders_seller;
-- file: 000002_orders.up.sql
  ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;

-- good: a library brings them along
-- given: flyway
-- file: V1__batch.sql
  CREATE TABLE BATCH_JOB_INSTANCE (JOB_INSTANCE_ID bigint PRIMARY KEY, JOB_NAME varchar(100) NOT NULL);
  CREATE TABLE BATCH_JOB_EXECUTION (
    JOB_EXECUTION_ID bigint PRIMARY KEY,
    JOB_INSTANCE_ID bigint NOT NULL REFERENCES BATCH_JOB_INSTANCE (JOB_INSTANCE_ID)
  );

-- good: among the sources of tests
-- given: flyway
-- file: src/test/resources/db/migration/V1__orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));

-- bad: rows of the small table are deleted with all that refers to them
-- file: 0001_orders.sql
  CREATE TABLE carriers (id bigint PRIMARY KEY, name text);
  INSERT INTO carriers (id, name) VALUES (1, 'By road'), (2, 'By sea');
  CREATE TABLE orders (id bigint PRIMARY KEY, carrier_id bigint REFERENCES carriers (id) ON DELETE CASCADE);
--                                                              ^^^^^^^^^^ hint [foreign-key-without-index: no index begins with "carrier_id" of table "orders": DELETE and key UPDATE on "carriers" read the whole table]
-- fix: Create an index
  CREATE TABLE carriers (id bigint PRIMARY KEY, name text);
  INSERT INTO carriers (id, name) VALUES (1, 'By road'), (2, 'By sea');
  CREATE TABLE orders (id bigint PRIMARY KEY, carrier_id bigint REFERENCES carriers (id) ON DELETE CASCADE);
  CREATE INDEX ON orders (carrier_id);

-- good: a unique constraint or another index begins with the columns, in whichever order
-- file: 0001_orders.sql
  CREATE TABLE users (tenant bigint, id bigint, PRIMARY KEY (tenant, id));
  CREATE TABLE profiles (id bigint PRIMARY KEY, tenant bigint, user_id bigint, FOREIGN KEY (tenant, user_id) REFERENCES users, UNIQUE (user_id, tenant));

-- good: a later migration makes one
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));
-- file: 000002_index.up.sql
  CREATE INDEX CONCURRENTLY orders_user_idx ON orders (user_id, id);

-- good: only null values are left out of the index
-- file: 0001_orders.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));
  CREATE INDEX ON orders (user_id) WHERE user_id IS NOT NULL;

-- good: a temporary table, and a later migration makes the columns unique
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE TABLE profiles (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, bio text, town text);
  CREATE TEMPORARY TABLE scratch (id bigint, user_id bigint);
-- file: 000002_profiles.up.sql
  -- guard: allow unique-constraint-builds-index: the table has ten rows
  ALTER TABLE profiles ADD CONSTRAINT profiles_user_key UNIQUE (user_id);
`,
})

const isWriter = (columns: readonly string[]): boolean => columns.length === 1 && writerName.test(columns[0] ?? '')

const writerName =
  /(?:(?:_|ed|en|made|set|run|sent)_?by(?:_?(?:user|admin|account|employee|member|person|profile))?|(?:^|_)(?:creator|inviter|approver|reviewer|updater|uploader)(?:_?user)?)(?:_?id)?$/i

/** What tables of kinds, reasons and the like are called: `order_types`, `OrderStatus`, `country`. */
const listName =
  /(?:^|_|(?=[A-Z]))(?:types?|kinds?|reasons?|status(?:es)?|enums?|codes?|roles?|lists?|lookups?|methods?|levels?|genders?|units?_of_measure|categor(?:y|ies)|countr(?:y|ies)|municipalit(?:y|ies)|provinces?|currenc(?:y|ies)|languages?)$/i

const isList = (name: Name, catalog: Catalog): boolean =>
  listName.test(name.name) || isListOfValues(asTable(relationNamed(catalog, name)))

/** Of columns that no migration makes nobody knows which indexes there are. */
const isShown = (columns: readonly string[], table: Table): boolean =>
  table.columnsKnown || columns.every(column => columnNamed(table, column))

/** Whoever wants referenced rows to go says what becomes of those that refer to them. */
const isKept = (onDelete: ForeignKeyAction): boolean => onDelete === 'NO ACTION' || onDelete === 'RESTRICT'

/** Whether rows are added to the table and stay: it keeps what has been, or the migrations write its few rows. */
function keepsRows(name: Name, catalog: Catalog, context: RuleContext): boolean {
  if (historyName.test(name.name)) return true
  const table = asTable(relationNamed(catalog, name))
  const isOwned = table?.constraints.some(({ kind }) => kind === 'FOREIGN KEY')
  if (!table?.columnsKnown || isOwned || table.columns.length > 8 || isOfPeople.test(name.name)) return false
  const written = context.history.migrations.map(migration => rowsIn(migration).get(name.name) ?? 0)
  return written.reduce((sum, rows) => sum + rows, 0) > 1
}

/** The number of rows that a migration writes into tables, by their names. */
const rowsIn = onceForEach((migration: Migration): ReadonlyMap<string, number> => {
  const rows = new Map<string, number>()
  if (migration.direction === 'down') return rows
  for (const { command } of statementsUp(migration)) {
    if (command?.tag !== 'INSERT') continue
    const { name } = command.table
    rows.set(name, (rows.get(name) ?? 0) + command.rows)
  }
  return rows
})

/** Whoever signs up stands beside those that the migrations write. */
const isOfPeople = /(?:^|_)(?:users?|accounts?|tenants?|organi[sz]ations?|persons?|people|clients?|customers?)$/i

const historyName =
  /(?:^|_)(?:versions?|revisions?|revinfo)$|(?:^|_)history(?:_|$)|[a-z](?:Versions?|Revisions?|History)$/

/** Whether a table is an enumeration that stands in a table: the text is its own key. */
function isListOfValues(table: Table | undefined): boolean {
  const key = table?.constraints.find(({ kind }) => kind === 'PRIMARY KEY')?.columns
  if (!table?.columnsKnown || table.columns.length > 3 || key?.length !== 1) return false
  const type = columnNamed(table, key[0] as string)?.type?.name ?? ''
  return ['text', 'varchar', 'bpchar', 'citext'].includes(type)
}

const startsWith = (index: readonly (string | undefined)[], columns: readonly string[]): boolean =>
  index.length >= columns.length &&
  index.slice(0, columns.length).every(column => column !== undefined && columns.includes(column))

/** Where migrations do not make the tables that they change, something else does, and the indexes of those as well. */
const hasOthers = ({ history, migration }: RuleContext): boolean =>
  history.migrations.some(other => other !== migration && other.direction !== 'down')

/** The name of the foreign key over the columns when the statement has run. */
const madeOf = (columns: readonly string[], table: Name, { after }: RuleContext): string | undefined =>
  asTable(relationNamed(after, table))?.constraints.findLast(
    other => other.kind === 'FOREIGN KEY' && other.columns.join() === columns.join(),
  )?.name

/** A later migration makes such an index, or drops the foreign key, or the table is dropped or renamed there and nobody knows. */
const isIndexedLater = (
  table: Name,
  columns: readonly string[],
  made: string | undefined,
  context: RuleContext,
): boolean =>
  laterStatements(context, [table.name]).some(({ command }) => {
    if (command?.tag === 'CREATE INDEX')
      return (
        command.table.name === table.name &&
        startsWith(
          command.columns.map(({ column }) => column),
          columns,
        )
      )
    if (command?.tag === 'DROP TABLE') return command.names.some(({ name }) => name === table.name)
    if (command?.tag !== 'ALTER TABLE' || command.relation.name !== table.name) return false
    return command.subcommands.some(subcommand => {
      if (subcommand.kind === 'RENAME TO') return true
      if (subcommand.kind === 'DROP COLUMN') return columns.includes(subcommand.column.name)
      if (subcommand.kind === 'DROP CONSTRAINT') return subcommand.constraint.name === made
      if (subcommand.kind !== 'ADD CONSTRAINT') return false
      const { kind, columns: constrained } = subcommand.constraint
      return (kind === 'UNIQUE' || kind === 'PRIMARY KEY') && startsWith(constrained, columns)
    })
  })

/** Right after the statement where nobody uses the table yet, else in a migration of its own. */
function indexed(table: Name, columns: readonly string[], context: RuleContext): Fix[] {
  if (context.statement.problem || context.direction === 'down') return []
  const list = columns.map(quoted).join(', ')
  const on = written(context, table.span)
  if (isNew(table, context) || context.command?.tag === 'CREATE TABLE') {
    const edits = statementsAfter(blockAround(context), [`CREATE INDEX ON ${on} (${list});`])
    return [{ title: 'Create an index', safety: 'review', isChange: true, edits }]
  }
  if (isNeeded(context, step => reshapes(step, table.name))) return []
  const name = indexName(context.after, {
    ...bareIndex,
    table,
    columns: columns.map(column => ({ column, span: table.span })),
  })
  const schema = table.schema === undefined ? '' : `${quoted(table.schema)}.`
  const placed = newMigrations(
    context,
    [
      {
        title: `create_${name}`,
        up: [`CREATE INDEX CONCURRENTLY ${quoted(name)} ON ${on} (${list});`],
        down: { edits: [], text: `DROP INDEX CONCURRENTLY ${schema}${quoted(name)};` },
        transaction: false,
      },
    ],
    [],
    { tables: [table.name], names: [name], columns: [] },
  )
  return placed ? [{ title: `Create an index${placed.where}`, safety: 'review', isChange: true, ...placed }] : []
}

const nowhere = { start: 0, end: 0 }

const bareIndex: Omit<CreateIndex, 'table' | 'columns'> = {
  tag: 'CREATE INDEX',
  only: false,
  unique: false,
  method: 'btree',
  include: [],
  nullsNotDistinct: false,
  keywords: nowhere,
}
