import { inQuotes } from '../judgement/target'
import { defineRule } from './rule'

export default defineRule({
  id: 'open-policy',
  risk: 'design',
  severity: 'hint',
  on: ['CREATE POLICY'],
  why: `
Permissive policies are joined by OR. One that is \`true\` for \`INSERT\`, \`UPDATE\`, \`DELETE\` or \`ALL\` and for every
role lets all rows through, whatever the others of the table say.

Nothing is said of policies for \`SELECT\`, for roles by name, and of restrictive ones.`,
  instead: `
Name the roles after \`TO\`, or the rows that each may change.`,
  manual: ['sql-createpolicy.html'],

  *check({ policy, relations: [table], keywords }) {
    if (!policy?.isAlwaysTrue || !policy.isPermissive || policy.command === 'SELECT' || !table) return
    if (policy.to.some(role => role !== 'public')) return
    yield {
      at: keywords,
      message: `this policy lets every role ${policy.command === 'ALL' ? 'read and change' : policy.command} every row of table ${inQuotes(table)}`,
      detail: 'Permissive policies are joined by OR: the others of the table do not matter any more.',
      hint: 'Name the roles after TO, or the rows that each may change.',
    }
  },

  examples: `
-- bad: everybody, every row
-- shows: policy that lets every role change every row
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY writing ON orders USING (true);
--^^^^^^^^^^^^^ hint [open-policy: this policy lets every role read and change every row of table "orders"]
  CREATE POLICY adding ON orders FOR INSERT WITH CHECK (true);
--^^^^^^^^^^^^^ hint [open-policy: this policy lets every role INSERT every row of table "orders"]

-- good: reading, a role, some rows, restrictive
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY reading ON orders FOR SELECT USING (true);
  CREATE POLICY serving ON orders TO shop USING (true);
  CREATE POLICY positive ON orders USING (id > 0);
  CREATE POLICY always ON orders AS RESTRICTIVE USING (true);
`,
})
