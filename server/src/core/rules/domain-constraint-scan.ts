import type { Fix } from '../finding'
import { insertion } from '../fixes/edits'
import type { RuleContext } from '../judgement/context'
import { existingTable, inQuotes, modeOn, type Target, whoWaits } from '../judgement/target'
import { keyIn, tableAt } from '../postgres/catalog'
import type { AlterDomain } from '../sql/commands'
import type { ConstraintDefinition, Name } from '../sql/parts'
import { defineRule } from './rule'

export default defineRule({
  id: 'domain-constraint-scan',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER DOMAIN'],
  why: `
A new \`CHECK\` or \`NOT NULL\` of a domain is checked in every table that has a column of it: each is locked with \`SHARE\`, all
until the transaction ends, and read as a whole. Reads go on; every \`INSERT\`, \`UPDATE\` and \`DELETE\` on any of them waits.
\`VALIDATE CONSTRAINT\` of a domain takes the same locks.

Nothing is said of \`NOT VALID\`, which reads nothing, of a domain that no table in use has, and of tables that the
same migration makes. A domain that the history does not show is taken to be in use.`,
  instead: `
Add it \`NOT VALID\`: new values are checked from then on. What is there is better proven table by table, with a \`CHECK\` of the
column that is added \`NOT VALID\` and validated while writes go on. \`VALIDATE CONSTRAINT\` of the domain can wait for a quiet
moment.`,
  manual: ['sql-alterdomain.html#SQL-ALTERDOMAIN-NOTES'],

  *check(alter, context) {
    if (!readsTables(alter)) return
    const { effects } = context
    const tables = effects.scans.flatMap(key => usedBy(key, context) ?? [])
    const [first] = tables
    const mode = first ? modeOn(effects, first.relation) : isUnknown(alter.domain, context) ? 'SHARE' : undefined
    if (!mode) return
    const what = alter.action === 'ADD CONSTRAINT' ? `ADD ${alter.constraint?.kind ?? 'CONSTRAINT'}` : alter.action
    const all = first ? tables.map(({ label }) => label).join(' and ') : 'every table that has a column of it'
    yield {
      at: alter.constraint?.keywords ?? alter.keywords,
      message: `${what} of domain ${inQuotes(alter.domain)} takes ${mode} on ${all}: ${whoWaits(mode)} until every row is checked`,
      detail: 'Every table with a column of the domain is read, and all stay locked until the transaction ends.',
      hint:
        alter.action === 'ADD CONSTRAINT'
          ? 'Add it NOT VALID: new values are checked, and no table is read. VALIDATE CONSTRAINT takes the same locks as this.'
          : 'A CHECK of the column can be validated while writes go on; for the domain there is no milder form.',
      ...(first && { relation: first.relation }),
      severity: alter.action === 'VALIDATE CONSTRAINT' ? 'warning' : undefined,
      fixes: () => (alter.constraint?.kind === 'CHECK' ? notValid(alter.constraint, context) : []),
    }
  },

  examples: `
-- bad: two tables use it
-- shows: domain constraint that reads every table which uses the domain
-- file: 0001_orders.sql
  CREATE DOMAIN quantity AS integer;
  CREATE TABLE orders (id bigint PRIMARY KEY, ordered quantity);
  CREATE TABLE stock (id bigint PRIMARY KEY, there quantity);
-- file: 0002_positive.sql
  ALTER DOMAIN quantity ADD CONSTRAINT positive CHECK (VALUE > 0);
--                                              ^^^^^ error [domain-constraint-scan: ADD CHECK of domain "quantity" takes SHARE on table "orders" and table "stock": INSERT, UPDATE and DELETE wait until every row is checked]
-- fix: Add it NOT VALID, for new values
  ALTER DOMAIN quantity ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;

-- bad: NOT NULL, and one that is validated
-- shows: validation of a domain constraint
-- shows: \`SET NOT NULL\` of a domain
-- file: 0001_orders.sql
  CREATE DOMAIN quantity AS integer;
  CREATE TABLE orders (id bigint PRIMARY KEY, ordered quantity);
-- file: 0002_positive.sql
  ALTER DOMAIN quantity ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
  ALTER DOMAIN quantity VALIDATE CONSTRAINT positive;
--^^^^^^^^^^^^ warning [domain-constraint-scan: VALIDATE CONSTRAINT of domain "quantity" takes SHARE on table "orders": INSERT, UPDATE and DELETE wait until every row is checked]
  ALTER DOMAIN quantity SET NOT NULL;
--^^^^^^^^^^^^ error [domain-constraint-scan: SET NOT NULL of domain "quantity" takes SHARE on table "orders": INSERT, UPDATE and DELETE wait until every row is checked]

-- bad: a domain that the history does not show
  ALTER DOMAIN quantity ADD CONSTRAINT positive CHECK (VALUE > 0);
--                                              ^^^^^ error [domain-constraint-scan: ADD CHECK of domain "quantity" takes SHARE on every table that has a column of it: INSERT, UPDATE and DELETE wait until every row is checked]
-- fix: Add it NOT VALID, for new values
  ALTER DOMAIN quantity ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;

-- good: NOT VALID
-- file: 0001_orders.sql
  CREATE DOMAIN quantity AS integer;
  CREATE TABLE orders (id bigint PRIMARY KEY, ordered quantity);
-- file: 0002_positive.sql
  ALTER DOMAIN quantity ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;

-- good: no table uses it, or only one of the same migration
-- file: 0001_quantity.sql
  CREATE DOMAIN quantity AS integer;
-- file: 0002_positive.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, ordered quantity);
  ALTER DOMAIN quantity ADD CONSTRAINT positive CHECK (VALUE > 0);

-- good: a domain of the same migration
  CREATE DOMAIN quantity AS integer;
  CREATE TABLE orders (id bigint PRIMARY KEY, ordered quantity);
  ALTER DOMAIN quantity ADD CONSTRAINT positive CHECK (VALUE > 0);
`,
})

/** Validated at a quiet moment, by somebody who knows one. */
const notValid = ({ span }: ConstraintDefinition, context: RuleContext): Fix[] => [
  {
    title: 'Add it NOT VALID, for new values',
    safety: 'review',
    isChange: true,
    edits: [insertion(context, span.end, ' NOT VALID')],
  },
]

const readsTables = ({ action, constraint }: AlterDomain): boolean =>
  action === 'SET NOT NULL' ||
  action === 'VALIDATE CONSTRAINT' ||
  (action === 'ADD CONSTRAINT' && constraint?.notValid !== true)

/** A domain of a history that starts somewhere else: tables may have it. */
const isUnknown = (domain: Name, { catalog }: RuleContext): boolean =>
  !catalog.complete && !catalog.types.has(keyIn(catalog, catalog.types, domain))

function usedBy(key: string, context: RuleContext): Target | undefined {
  const table = tableAt(context.catalog, key)
  const isInPath = table && context.catalog.searchPath.includes(table.schema)
  const schema = isInPath ? undefined : table?.schema
  return table && existingTable({ ...(schema !== undefined && { schema }), name: table.name, span: nowhere }, context)
}

const nowhere = { start: 0, end: 0 }
