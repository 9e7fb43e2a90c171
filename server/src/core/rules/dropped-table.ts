import { relationNamed } from '../postgres/catalog'
import { defineRule } from './rule'
import { existingTable } from './target'

export default defineRule({
  id: 'dropped-table',
  risk: 'data-loss',
  severity: 'warning',
  on: ['DROP TABLE'],
  why: `
\`DROP TABLE\` deletes the table with all its rows, and from that moment every running query that names it fails.

Nothing is said of a table that the same migration makes, of a temporary table, of \`IF EXISTS\` where the history shows that
there is no such table, and of down migrations, whose business it is.`,
  instead: `
Deploy code that no longer uses the table first; drop it in a later release, when its rows are kept elsewhere or not
needed. Renaming it for a while shows whether somebody still needs it, and is easily undone.`,
  manual: ['sql-droptable.html'],

  *check(drop, context) {
    for (const name of drop.names) {
      const target = existingTable(name, context)
      if (!target) continue
      if (drop.ifExists && context.catalog.complete && !relationNamed(context.catalog, name)) continue
      yield {
        at: name.span,
        message: `DROP TABLE deletes ${target.label} and its rows`,
        detail: 'Running code that names the table fails from this moment on, and nothing brings the rows back.',
        hint: 'Deploy code that does not use the table first, and drop it in a later release.',
        relation: target.relation,
      }
    }
  },

  examples: `
-- bad: a table in use
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_no_carts.sql
  DROP TABLE carts;
--           ^^^^^ warning [dropped-table: DROP TABLE deletes table "carts" and its rows]

-- bad: two at once, one of them new
-- file: 0001_carts.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_no_carts.sql
  CREATE TABLE scratch (id bigint);
  DROP TABLE IF EXISTS scratch, carts CASCADE;
--                              ^^^^^ warning [dropped-table: DROP TABLE deletes table "carts" and its rows]

-- good: a table of the same migration
  CREATE TABLE scratch (id bigint);
  DROP TABLE scratch;

-- good: a temporary table
  CREATE TEMPORARY TABLE scratch (id bigint);
  DROP TABLE scratch;

-- good: there is none, and IF EXISTS says so
-- file: 0001_carts.sql
  DROP TABLE IF EXISTS carts;
  CREATE TABLE carts (id bigint PRIMARY KEY);

-- good: a down takes back what the up made
-- given: golang-migrate
-- file: 000001_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000001_carts.down.sql
  DROP TABLE carts;
`,
})
