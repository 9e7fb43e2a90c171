import type { RuleContext } from '../judgement/context'
import { isDroppedNext } from '../judgement/emptied'
import { isForDevelopers } from '../judgement/for-developers'
import { handedOver, takes } from '../judgement/given-up'
import { existingTable, isUnreleased, tablesListed, takes as takesLock } from '../judgement/target'
import { keyOf, tableAt } from '../postgres/catalog'
import { tokensOf } from '../sql/tokens'
import { defineRule } from './rule'

export default defineRule({
  id: 'truncated-table',
  risk: 'data-loss',
  severity: 'warning',
  on: ['TRUNCATE TABLE'],
  why: `
\`TRUNCATE\` deletes every row of the table at once, and nothing brings them back once it has committed. It takes
\`ACCESS EXCLUSIVE\` until the transaction ends. With \`CASCADE\` it empties also the tables that reference the table, those
that reference them, and so on: the finding is an error where the history shows such tables that the statement does not name.

The finding is information where an earlier migration has copied the rows, and where the migration itself copies some of them or
fills the table again. Nothing is said of a table that the same migration makes or drops, of one whose rows it has copied with
\`SELECT * FROM\` or writes again one by one, of a temporary one, in a folder
that is named for development or tests, and of down migrations, which rollback-loses-data looks at.`,
  instead: `
Name every table that is to be emptied and leave \`CASCADE\` out: PostgreSQL then refuses to empty one that is referenced from
outside. Keep a copy of rows that somebody may still ask for.`,
  manual: ['sql-truncate.html'],

  *check(truncate, context) {
    const named = new Set(truncate.tables.map(name => keyOf(context.catalog, name)))
    // What CASCADE empties besides is told once, of the first table that is in use.
    let others = truncate.cascade ? emptiedToo(named, context) : []
    for (const name of truncate.tables) {
      const target = existingTable(name, context)
      if (!target) continue
      const along = others
      others = []
      const reachesMore = truncate.cascade && !context.catalog.complete
      const isEmptied = isDroppedNext(name.name, context) || isCopied(name.name, context) || isTyped(name.name, context)
      if ((along.length === 0 && !reachesMore && isEmptied) || isForDevelopers(context.migration.path)) continue
      const kept = along.length > 0 ? undefined : keptBy(name.name, context)
      yield {
        at: name.span,
        message:
          along.length > 0
            ? `TRUNCATE CASCADE empties ${target.label}, and with it ${tablesListed(along)}`
            : `TRUNCATE deletes all rows of ${target.label}${reachesMore ? ', and of every table that refers to it' : ''}`,
        detail:
          kept ??
          `${takesLock('It', 'ACCESS EXCLUSIVE', target.label)}. Nothing brings the rows back when it has committed.`,
        hint:
          along.length > 0 || reachesMore
            ? 'Name the tables that are to be emptied and leave CASCADE out: PostgreSQL then refuses to empty others.'
            : 'Keep a copy of rows that somebody may still ask for.',
        relation: target.relation,
        severity: along.length > 0 ? 'error' : kept ? 'information' : undefined,
      }
    }
  },

  examples: `
-- bad: a table in use
-- shows: \`TRUNCATE\` of a table in use
-- file: 0001_visits.sql
  CREATE TABLE visits (id bigint PRIMARY KEY);
-- file: 0002_forget.sql
  TRUNCATE visits;
--         ^^^^^^ warning [truncated-table: TRUNCATE deletes all rows of table "visits"]

-- bad: CASCADE empties more than is named
-- shows: \`TRUNCATE ... CASCADE\` that empties tables it does not name
-- file: 0001_shop.sql
  CREATE TABLE customers (id bigint PRIMARY KEY);
  CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
  CREATE INDEX ON orders (customer_id);
  CREATE TABLE lines (order_id bigint REFERENCES orders);
  CREATE INDEX ON lines (order_id);
-- file: 0002_again.sql
  TRUNCATE customers CASCADE;
--         ^^^^^^^^^ error [truncated-table: TRUNCATE CASCADE empties table "customers", and with it tables "orders" and "lines"]

-- bad: a table that the history does not show
  TRUNCATE TABLE ONLY app.visits;
--                    ^^^^^^^^^^ warning [truncated-table: TRUNCATE deletes all rows of table "app.visits"]

-- bad: it is filled again
-- file: 0001_countries.sql
  CREATE TABLE countries (code text PRIMARY KEY);
-- file: 0002_countries.sql
  TRUNCATE countries;
--         ^^^^^^^^^ information [truncated-table: TRUNCATE deletes all rows of table "countries"]
  INSERT INTO countries (code) SELECT code FROM (VALUES ('de'), ('fr')) AS known (code);

-- good: its rows are written again
-- file: 0001_countries.sql
  CREATE TABLE countries (code text PRIMARY KEY);
-- file: 0002_countries.sql
  TRUNCATE countries;
  INSERT INTO countries (code) VALUES ('de'), ('fr') ON CONFLICT DO NOTHING;

-- good: its rows are elsewhere
-- file: 0001_visits.sql
  CREATE TABLE visits (id bigint PRIMARY KEY);
-- file: 0002_visits.sql
  CREATE TABLE old_visits AS SELECT * FROM visits;
  TRUNCATE visits;

-- bad: some of its rows are elsewhere
-- file: 0001_visits.sql
  CREATE TABLE visits (id bigint PRIMARY KEY, day date);
  CREATE TABLE days (number bigint);
-- file: 0002_visits.sql
  CREATE TABLE old_visits AS SELECT * FROM visits WHERE day > '2020-01-01';
  TRUNCATE visits;
--         ^^^^^^ information [truncated-table: TRUNCATE deletes all rows of table "visits"]
-- file: 0003_visits.sql
  INSERT INTO days SELECT count(*) FROM visits;
  TRUNCATE visits;
--         ^^^^^^ information [truncated-table: TRUNCATE deletes all rows of table "visits"]

-- good: what is emptied for developers
-- given: flyway
-- file: all/V1__visits.sql
  CREATE TABLE visits (id bigint PRIMARY KEY);
-- file: dev-truncate/R__visits.sql
  TRUNCATE visits;

-- good: and for tests
-- given: flyway
-- file: db/migration/V1__visits.sql
  CREATE TABLE visits (id bigint PRIMARY KEY);
-- file: db/test_data/db/migration/V666__visits.sql
  TRUNCATE visits;

-- bad: what refers to it the history does not show: those tables stay when it is dropped
  TRUNCATE orders CASCADE;
--         ^^^^^^ warning [truncated-table: TRUNCATE deletes all rows of table "orders", and of every table that refers to it]
  DROP TABLE orders CASCADE;
--           ^^^^^^ warning [dropped-table: DROP TABLE deletes table "orders" and its rows]

-- good: a table of the same migration
  CREATE TABLE visits (id bigint PRIMARY KEY);
  TRUNCATE visits;

-- good: a table that the same migration drops
-- given: dropped-table off
-- file: 0001_visits.sql
  CREATE TABLE visits (id bigint PRIMARY KEY);
-- file: 0002_no_visits.sql
  TRUNCATE visits;
  DROP TABLE visits;

-- good: a temporary table
  CREATE TEMPORARY TABLE visits (id bigint);
  TRUNCATE visits;
`,
})

/** The tables that CASCADE reaches, which are locked like those named (sql-truncate.html). */
const emptiedToo = (named: ReadonlySet<string>, context: RuleContext): string[] =>
  context.effects.locks.flatMap(({ relation, mode }) => {
    const table = tableAt(context.catalog, relation)
    if (mode !== 'ACCESS EXCLUSIVE' || named.has(relation) || !table || table.partitionOf) return []
    if (isUnreleased(table.born, context)) return []
    return table.inherits.some(parent => named.has(parent)) ? [] : [`"${relation.replace(/^public\./, '')}"`]
  })

/** Whether an earlier statement of the migration puts all rows somewhere else, as they are. */
const isCopied = (table: string, { steps, index }: RuleContext): boolean =>
  steps.slice(0, index).some(({ statement }) => takes(statement, table) && isWhole(statement.text))

/** `SELECT * FROM visits` and `TABLE visits`. */
function isWhole(text: string): boolean {
  const words = tokensOf(text)
    .filter(({ kind }) => kind !== 'comment')
    .map(token => token.text)
  const isOfAll = words.some(
    (word, at) => (word === '*' && words[at - 1] === 'SELECT') || (word === 'TABLE' && words[at - 1] === 'AS'),
  )
  return isOfAll && !words.some(word => picking.has(word))
}

const picking: ReadonlySet<string> = new Set(['EXCEPT', 'FETCH', 'INTERSECT', 'JOIN', 'LIMIT', 'TABLESAMPLE', 'WHERE'])

/** Whether the migration then writes the rows that the table is to have: whoever typed them knows which. */
const isTyped = (table: string, { steps, index }: RuleContext): boolean =>
  steps
    .slice(index + 1)
    .some(
      ({ command }) =>
        (command?.tag === 'COPY' && command.table?.name === table) ||
        (command?.tag === 'INSERT' && command.source === 'VALUES' && command.table.name === table),
    )

/** What has become of the rows, as a sentence. */
function keptBy(table: string, context: RuleContext): string | undefined {
  const { steps, index } = context
  const isFilled = steps
    .slice(index + 1)
    .some(({ command }) => command?.tag === 'INSERT' && command.table.name === table)
  if (isFilled) return 'The migration fills it again.'
  const isRead = steps.slice(0, index).some(({ statement }) => takes(statement, table))
  if (isRead) return 'An earlier statement of the migration takes from the rows what it needs; the rest is lost.'
  return handedOver({ table }, context)
}
