import type { Edit, Fix } from '../finding'
import { insertion } from '../fixes/edits'
import { outsideTransaction, safetyOfConcurrently } from '../fixes/placement'
import type { RuleContext } from '../judgement/context'
import { mentions, reshapes } from '../judgement/dependence'
import { existingTable, inQuotes, isNew } from '../judgement/target'
import { byHand, hintWithTool } from '../judgement/tool-hints'
import { type Catalog, constraintNamed, isIndex, relationNamed, tableAt } from '../postgres/catalog'
import type { Reindex } from '../sql/commands'
import type { Name } from '../sql/parts'
import { tokensOf } from '../sql/tokens'
import { defineRule } from './rule'

export default defineRule({
  id: 'reindex-without-concurrently',
  risk: 'locking',
  severity: 'error',
  on: ['REINDEX'],
  why: `
\`REINDEX\` takes \`SHARE\` on the table and \`ACCESS EXCLUSIVE\` on each index while it builds it. Writes wait, and so do nearly
all reads: the planner looks at every index of a table, whatever the query is.

Nothing is said of indexes and tables that the same migration makes, of temporary tables and materialized views, and of
\`REINDEX SYSTEM\`, which has no other form.`,
  instead: `
\`REINDEX ... CONCURRENTLY\` builds a second index beside the old one while reads and writes go on, and swaps the two. It cannot
run inside a transaction block, and it does not take the index of an exclusion constraint. One that fails leaves an
\`INVALID\` index with \`_ccnew\` in its name behind: drop that before a retry.`,
  manual: ['sql-reindex.html#SQL-REINDEX-CONCURRENTLY'],
  seeds: ['rebuild indexes with CONCURRENTLY'],

  *check(reindex, context) {
    if (reindex.concurrently || reindex.target === 'SYSTEM') return
    const { builds, scans } = context.effects
    // A table without an index: nothing is read or built.
    if (builds.length === 0 && scans.length === 0 && !holdsUnknown(reindex, context)) return
    const target = targetOf(reindex, context)
    // REINDEX of a schema is refused in a transaction block.
    if (!target || (context.transaction.isBlock && context.effects.refusesTransactionBlock)) return
    yield {
      at: reindex.keywords,
      message: `REINDEX takes SHARE on ${target.label} and ACCESS EXCLUSIVE on ${reindex.target === 'INDEX' ? 'the index' : 'each index'}: writes and nearly all reads wait until it is built`,
      detail:
        'The planner looks at every index of a table, whatever the query is, so queries that use another index wait too.',
      hint: target.isExclusion
        ? 'The index of an exclusion constraint cannot be built concurrently.'
        : hintWithTool(
            'REINDEX CONCURRENTLY lets reads and writes go on; it must run outside a transaction block.',
            context,
            byHand.reindex,
          ),
      relation: target.relation,
      fixes: () => (target.isExclusion ? [] : fixes(reindex, context)),
    }
  },

  examples: `
-- bad: an index of a table in use
-- shows: plain \`REINDEX\` on a table in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);
-- file: 0002_reindex.sql
  REINDEX INDEX users_email_idx;
--^^^^^^^^^^^^^ error [reindex-without-concurrently: REINDEX takes SHARE on table "users" and ACCESS EXCLUSIVE on the index: writes and nearly all reads wait until it is built]
-- fix: Build it anew concurrently
  REINDEX INDEX CONCURRENTLY users_email_idx;

-- bad: a table, with options, in lower case
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_reindex.sql
  reindex (verbose) table users;
--^^^^^^^^^ error [reindex-without-concurrently: REINDEX takes SHARE on table "users" and ACCESS EXCLUSIVE on each index: writes and nearly all reads wait until it is built]
-- fix: Build it anew concurrently
  reindex (verbose) table concurrently users;

-- bad: in the transaction of the tool
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_reindex.sql
  -- +goose Up
  REINDEX TABLE users;
--^^^^^^^^^^^^^ error [reindex-without-concurrently: REINDEX takes SHARE on table "users" and ACCESS EXCLUSIVE on each index: writes and nearly all reads wait until it is built]
-- fix: Build it anew concurrently
  -- +goose NO TRANSACTION
  -- +goose Up
  REINDEX TABLE CONCURRENTLY users;

-- bad: beside another statement in the transaction of the tool
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_reindex.up.sql
  ALTER TABLE users ADD COLUMN name text;
  REINDEX TABLE users;
--^^^^^^^^^^^^^ error [reindex-without-concurrently: REINDEX takes SHARE on table "users" and ACCESS EXCLUSIVE on each index: writes and nearly all reads wait until it is built]
-- fix: Build it anew concurrently in a new migration
  ALTER TABLE users ADD COLUMN name text;
-- file: 000003_reindex_users.up.sql
  REINDEX TABLE CONCURRENTLY users;

-- bad: the index of an exclusion constraint
-- file: 0001_bookings.sql
  CREATE TABLE bookings (id bigint PRIMARY KEY, during tsrange, EXCLUDE USING gist (during WITH &&));
-- file: 0002_reindex.sql
  REINDEX INDEX bookings_during_excl;
--^^^^^^^^^^^^^ error [reindex-without-concurrently: REINDEX takes SHARE on table "bookings" and ACCESS EXCLUSIVE on the index: writes and nearly all reads wait until it is built]

-- bad: an index that the history does not show
  REINDEX INDEX app.users_email_idx;
--^^^^^^^^^^^^^ error [reindex-without-concurrently: REINDEX takes SHARE on the table of index "app.users_email_idx" and ACCESS EXCLUSIVE on the index: writes and nearly all reads wait until it is built]
-- fix: Build it anew concurrently
  REINDEX INDEX CONCURRENTLY app.users_email_idx;

-- bad: a table that the history does not show
  REINDEX TABLE app.users;
--^^^^^^^^^^^^^ error [reindex-without-concurrently: REINDEX takes SHARE on table "app.users" and ACCESS EXCLUSIVE on each index: writes and nearly all reads wait until it is built]
-- fix: Build it anew concurrently
  REINDEX TABLE CONCURRENTLY app.users;

-- bad: a schema that the history does not show
  REINDEX SCHEMA app;
--^^^^^^^^^^^^^^ error [reindex-without-concurrently: REINDEX takes SHARE on every table and ACCESS EXCLUSIVE on each index: writes and nearly all reads wait until it is built]
-- fix: Build it anew concurrently
  REINDEX SCHEMA CONCURRENTLY app;

-- good: concurrently
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_reindex.sql
  REINDEX TABLE CONCURRENTLY users;
  REINDEX (CONCURRENTLY) INDEX users_pkey;

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  REINDEX TABLE users;

-- good: a temporary table
  CREATE TEMPORARY TABLE imported (id bigint PRIMARY KEY);
  REINDEX TABLE imported;

-- good: a table without indexes
-- file: 0001_notes.sql
  CREATE TABLE notes (body text);
-- file: 0002_reindex.sql
  REINDEX TABLE notes;

-- good: only REFRESH writes a materialized view
-- file: 0001_totals.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS users FROM users;
  CREATE UNIQUE INDEX totals_idx ON totals (users);
-- file: 0002_reindex.sql
  REINDEX TABLE totals;

-- good: PostgreSQL's own catalogs
  REINDEX SYSTEM app;
`,
})

interface Reindexed {
  readonly label: string
  readonly relation?: string
  /** Whether CONCURRENTLY leaves one of its indexes out, or refuses it. */
  readonly isExclusion: boolean
}

function targetOf({ target, name }: Reindex, context: RuleContext): Reindexed | undefined {
  const { catalog } = context
  if (target === 'TABLE' && name) {
    const table = existingTable(name, context)
    return table && { ...table, isExclusion: table.table?.constraints.some(({ kind }) => kind === 'EXCLUDE') ?? false }
  }
  if (target === 'INDEX' && name) return isNew(name, context) ? undefined : tableOfIndex(name, context)
  const isOfOthers =
    holdsUnknown({ target, name }, context) ||
    context.effects.scans.some(key => {
      const table = tableAt(catalog, key)
      return !table || existingTable({ schema: table.schema, name: table.name, span: context.statement.span }, context)
    })
  return isOfOthers ? { label: 'every table', isExclusion: false } : undefined
}

/** A schema of which a history that starts somewhere else shows nothing, or a database: there are tables in it. */
function holdsUnknown({ target, name }: Pick<Reindex, 'target' | 'name'>, { catalog }: RuleContext): boolean {
  if (catalog.complete || !(target === 'SCHEMA' || target === 'DATABASE')) return false
  return ![...catalog.relations.values()].some(({ schema }) => target === 'DATABASE' || schema === name?.name)
}

function tableOfIndex(name: Name, context: RuleContext): Reindexed | undefined {
  const { catalog } = context
  const index = relationNamed(catalog, name)
  if (!isIndex(index)) return { label: `the table of index ${inQuotes(name)}`, isExclusion: false }
  const table = tableAt(catalog, index.table)
  const target = table && existingTable({ ...nameOf(table, catalog), span: name.span }, context)
  if (!target) return undefined
  return { ...target, isExclusion: constraintNamed(table, index.constraint ?? '')?.kind === 'EXCLUDE' }
}

/** The name with its schema only where search_path does not lead to it. */
const nameOf = ({ schema, name }: { schema: string; name: string }, catalog: Catalog): Omit<Name, 'span'> =>
  relationNamed(catalog, { name })?.schema === schema ? { name } : { schema, name }

function fixes(reindex: Reindex, context: RuleContext): Fix[] {
  const name = reindex.name?.name ?? ''
  const table = reindex.target === 'TABLE' ? name : undefined
  const placed = outsideTransaction(context, concurrently(reindex, context), {
    title: `reindex_${name || 'database'}`,
    about: { tables: table === undefined ? [] : [table], names: reindex.target === 'INDEX' ? [name] : [] },
    concurrently: 'build',
    neededBy: step => (table === undefined ? mentions(step, name) : reshapes(step, table)),
  })
  return placed
    ? [{ title: `Build it anew concurrently${placed.where}`, safety: safetyOfConcurrently(context), ...placed }]
    : []
}

/** Behind the word that says of what, which options in parentheses may stand before. */
function concurrently({ target }: Reindex, context: RuleContext): Edit[] {
  const word = tokensOf(context.statement.text).find(({ kind, text }) => kind === 'word' && text === target)
  return word ? [insertion(context, word.end, ' CONCURRENTLY')] : []
}
