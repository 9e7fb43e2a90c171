import type { Fix } from '../finding'
import { replacement, written } from '../fixes/edits'
import type { RuleContext } from '../judgement/context'
import { inQuotes } from '../judgement/target'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { defineRule } from './rule'

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

  *check({ table, keywords }, context) {
    yield {
      at: keywords,
      message: `table ${inQuotes(table)} is unlogged: after a crash or a failover it is empty`,
      hint: 'Leave UNLOGGED out, unless its rows can be made again.',
      fixes: () => logged(keywords, context),
    }
  },

  examples: `
-- bad: unlogged
-- shows: unlogged table
-- file: 0001_cache.sql
  CREATE UNLOGGED TABLE cache (key text PRIMARY KEY, value jsonb);
--^^^^^^^^^^^^^^^^^^^^^ hint [unlogged-table: table "cache" is unlogged: after a crash or a failover it is empty]
-- fix: Leave UNLOGGED out
  CREATE TABLE cache (key text PRIMARY KEY, value jsonb);

-- good: logged, temporary
-- file: 0001_cache.sql
  CREATE TABLE cache (key text PRIMARY KEY, value jsonb);
  CREATE TEMPORARY TABLE scratch (key text);
`,
})

function logged(keywords: Span, context: RuleContext): Fix[] {
  const words = tokensOf(written(context, keywords)).filter(({ kind }) => kind === 'word')
  const place = words.findIndex(({ text }) => text.toLowerCase() === 'unlogged')
  const [word, next] = [words[place], words[place + 1]]
  if (!word || !next) return []
  const cut = { start: keywords.start + word.start, end: keywords.start + next.start }
  return [{ title: 'Leave UNLOGGED out', safety: 'review', isChange: true, edits: [replacement(context, cut, '')] }]
}
