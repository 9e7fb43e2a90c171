import { defineRule } from './rule'
import { inQuotes } from './target'

export default defineRule({
  id: 'unlogged-table',
  risk: 'data-loss',
  severity: 'hint',
  on: ['CREATE TABLE'],
  concerns: ({ persistence }) => persistence === 'unlogged',
  why: `
An unlogged table is empty after a crash of the server and after an immediate shutdown: PostgreSQL truncates it when it starts.
Standby servers never have its rows, so a failover empties it as well, and so does a restore from a base backup.

Nothing is said of temporary tables.`,
  instead: `
Leave \`UNLOGGED\` out, unless the rows are a cache that can be filled again.`,
  manual: ['sql-createtable.html#SQL-CREATETABLE-UNLOGGED'],

  *check({ table, keywords }) {
    yield {
      at: keywords,
      message: `table ${inQuotes(table)} is unlogged: after a crash or a failover it is empty`,
      hint: 'Leave UNLOGGED out, unless its rows can be made again.',
    }
  },

  examples: `
-- bad: unlogged
-- shows: unlogged table
-- file: 0001_cache.sql
  CREATE UNLOGGED TABLE cache (key text PRIMARY KEY, value jsonb);
--^^^^^^^^^^^^^^^^^^^^^ hint [unlogged-table: table "cache" is unlogged: after a crash or a failover it is empty]

-- good: logged, temporary
-- file: 0001_cache.sql
  CREATE TABLE cache (key text PRIMARY KEY, value jsonb);
  CREATE TEMPORARY TABLE scratch (key text);
`,
})
