import { none } from '../fixes/withheld'
import { isUnlisted } from '../history/frameworks/layouts'
import { folderOfTool } from '../history/history'
import { headOf } from '../judgement/head'
import { nameOf } from '../text'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'unlisted-migration',
  risk: 'failure',
  severity: 'warning',
  on: 'migration',
  why: `
Sqitch runs the changes that stand in \`sqitch.plan\`, in that order, and Drizzle those of \`meta/_journal.json\`. A file that is not
on the list never runs, without a word; here it is read as if it came last.

It is said of files that deploy, where the list is there.`,
  instead: `
Let the tool make the file and the entry together (\`sqitch add\`, \`drizzle-kit generate --custom\`), or write the entry by hand, in
the place where the migration belongs.`,
  manual: [],

  *check({ migration, history }) {
    const { list, name } = history.framework
    if (list === undefined || migration.direction === 'down' || !isUnlisted(migration.version)) return
    if (folderOfTool(history).read(list) === undefined) return
    yield {
      at: headOf(migration),
      message: `"${nameOf(migration.path)}" is not in ${list}: ${name} never runs it`,
      detail: `${name} runs what is on its list and looks for no other files.`,
      hint: `Add it to ${list}, in the place where it belongs.`,
      fixes: () => none('Which migrations it comes after, and who planned it, only you know.'),
    }
  },

  examples: `
-- bad: a change that nobody has planned
-- shows: file that the tool's list of migrations does not name
-- given: sqitch
-- file: sqitch.plan
  %syntax-version=1.0.0
  %project=shop

  users 2026-01-02T03:04:05Z Ann <ann@example.org> # Users.
-- file: deploy/users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: deploy/orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ warning [unlisted-migration: "orders.sql" is not in sqitch.plan: Sqitch never runs it]

-- bad: a file that is not in the journal
-- given: drizzle
-- file: meta/_journal.json
  { "dialect": "postgresql", "entries": [{ "idx": 0, "tag": "0000_users" }] }
-- file: 0000_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
--^^^^^^ warning [unlisted-migration: "0001_orders.sql" is not in meta/_journal.json: Drizzle never runs it]

-- good: it is planned
-- given: sqitch
-- file: sqitch.plan
  %syntax-version=1.0.0
  %project=shop

  users 2026-01-02T03:04:05Z Ann <ann@example.org> # Users.
  @v1 2026-01-02T03:04:06Z Ann <ann@example.org> # One.
  users [users@v1] 2026-01-03T03:04:05Z Ann <ann@example.org> # Again.
-- file: deploy/users@v1.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: deploy/users.sql
  ALTER TABLE users ADD COLUMN name text;

-- good: there is no plan
-- given: sqitch
-- file: deploy/users.sql
  -- Deploy shop:users to pg
  CREATE TABLE users (id bigint PRIMARY KEY);
`,
})
