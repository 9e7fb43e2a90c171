import { inQuotes } from '../judgement/target'
import type { Grant } from '../sql/other-commands'
import type { Name } from '../sql/parts'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { defineRule } from './rule'

export default defineRule({
  id: 'broad-grant',
  risk: 'design',
  severity: 'warning',
  on: ['GRANT'],
  why: `
\`PUBLIC\` is every role that there is or will be, those of monitoring, of reports and of other programs included. With
\`INSERT\`, \`UPDATE\`, \`DELETE\` or \`TRUNCATE\` on a table each of them may change its rows; with \`CREATE\` on a schema
each may put objects there that other sessions then find by their \`search_path\`.

Nothing is said of \`SELECT\`, \`USAGE\` and \`EXECUTE\`, and of grants to roles by name.`,
  instead: `
Grant to the role that needs it.`,
  manual: ['sql-grant.html', 'ddl-priv.html', 'ddl-schemas.html#DDL-SCHEMAS-PATTERNS'],

  *check({ grant, relations }, { statement }) {
    if (!grant?.to.includes('public')) return
    const what = broadIn(grant, relations)
    if (!what) return
    yield {
      at: publicIn(statement.text),
      message: `every role gets ${what}`,
      detail: 'PUBLIC stands for all roles, also those that are made later.',
      hint: 'Grant to the role that needs it.',
    }
  },

  examples: `
-- bad: rows, and a schema
-- shows: privileges to change rows, or to create in a schema, for \`PUBLIC\`
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  GRANT SELECT, INSERT ON orders TO PUBLIC;
--                                  ^^^^^^ warning [broad-grant: every role gets INSERT on table "orders"]
  GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;
--                                            ^^^^^^ warning [broad-grant: every role gets every privilege on all tables of the schema]
  GRANT CREATE ON SCHEMA public TO PUBLIC;
--                                 ^^^^^^ warning [broad-grant: every role gets CREATE in the schema]

-- good: a role, what does no harm
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  GRANT ALL ON orders TO shop;
  GRANT SELECT ON orders TO PUBLIC;
  GRANT USAGE ON SCHEMA public TO PUBLIC;
`,
})

const changing: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'])

function broadIn({ on, privileges }: Grant, relations: readonly Name[]): string | undefined {
  const isAll = privileges.length === 0
  if (on === 'SCHEMA') return isAll || privileges.includes('CREATE') ? 'CREATE in the schema' : undefined
  if (on !== 'TABLE') return undefined
  const given = isAll ? ['every privilege'] : privileges.filter(privilege => changing.has(privilege))
  return given.length > 0 ? `${given.join(', ')} on ${tablesOf(relations)}` : undefined
}

function tablesOf([first, ...others]: readonly Name[]): string {
  if (!first) return 'all tables of the schema'
  return others.length === 0 ? `table ${inQuotes(first)}` : `${others.length + 1} tables`
}

function publicIn(text: string): Span {
  const found = tokensOf(text).findLast(({ text: word }) => word === 'PUBLIC')
  return found ? { start: found.start, end: found.end } : { start: 0, end: 'GRANT'.length }
}
