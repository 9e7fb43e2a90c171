import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { exemptFrom, isSecuredLater, knownTable } from '../judgement/row-security'
import { inQuotes, isUnreleased } from '../judgement/target'
import { asTable, type Part, relationNamed, type Table } from '../postgres/catalog'
import type { AlterRelation, Drop } from '../sql/commands'
import type { Policy } from '../sql/other-commands'
import type { Name } from '../sql/parts'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'dropped-policy',
  risk: 'compatibility',
  severity: 'warning',
  on: ['DROP POLICY', 'ALTER TABLE'],
  concerns: hasSubcommand('DISABLE ROW LEVEL SECURITY'),
  why: `
Row level security lets through what a permissive policy allows and no restrictive one forbids. Where the last permissive policy
for a command goes, every role that the policies hold for finds no rows for it: all but the owner of the table, superusers and roles
with \`BYPASSRLS\`. But for \`INSERT\`, which fails, there is no error to see it by. Where the last
restrictive policy for one goes, or row level security is turned off, the rows that were kept from them are open to every role with
privileges on the table.

What counts is the table when the migration ends: nothing is said where it makes another policy that does the same, turns row
level security on again or drops the table. Nothing either where roles that other policies name are not all those of the dropped
one, of a table that the same migration makes or that the history has not made, after dynamic SQL, and where a later migration
makes a policy.`,
  instead: `
\`ALTER POLICY\` changes a policy in place. Else create the new one in the same transaction in which the old one goes.`,
  manual: ['ddl-rowsecurity.html', 'sql-droppolicy.html', 'sql-alterpolicy.html'],

  *check(command, context) {
    if ('names' in command) yield* ofPolicies(command, context)
    else yield* ofTable(command, context)
  },

  examples: `
-- bad: the last one for some commands
-- shows: last policy of a table dropped
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY seeing ON orders FOR SELECT USING (true);
  CREATE POLICY own ON orders USING (owner = current_user);
-- file: 0002_no_policy.sql
  DROP POLICY own ON orders;
--            ^^^ warning [dropped-policy: no policy of table "orders" is left for INSERT, UPDATE and DELETE: all but its owner find no rows and insert none]
  DROP POLICY seeing ON orders;
--            ^^^^^^ warning [dropped-policy: no policy of table "orders" is left for SELECT: all but its owner find no rows]

-- bad: rows were kept away
-- shows: restrictive policy dropped
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text, secret boolean);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (owner = current_user);
  CREATE POLICY no_secrets ON orders AS RESTRICTIVE FOR SELECT USING (NOT secret);
-- file: 0002_secrets.sql
  DROP POLICY no_secrets ON orders;
--            ^^^^^^^^^^ warning [dropped-policy: no restrictive policy of table "orders" is left for SELECT: what it kept away is open]

-- bad: all of it is turned off
-- shows: row level security turned off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (owner = current_user);
-- file: 0002_open.sql
  ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [dropped-policy: without row level security every role with privileges on table "orders" sees and changes all of its rows]

-- bad: the owner is bound too, and a restrictive policy has nothing to keep away
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  ALTER TABLE orders FORCE ROW LEVEL SECURITY;
  CREATE POLICY seeing ON orders FOR SELECT USING (true);
  CREATE POLICY adding ON orders FOR INSERT WITH CHECK (true);
--^^^^^^^^^^^^^ hint [open-policy: this policy lets every role INSERT every row of table "orders"]
  CREATE POLICY own ON orders AS RESTRICTIVE USING (owner = current_user);
-- file: 0002_less.sql
  DROP POLICY adding ON orders;
--            ^^^^^^ warning [dropped-policy: no policy of table "orders" is left for INSERT: all but superusers insert no rows]
  DROP POLICY own ON orders;
--            ^^^ warning [dropped-policy: no restrictive policy of table "orders" is left for SELECT: what it kept away is open]

-- good: another one takes its place
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text, secret boolean);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (owner = current_user);
  CREATE POLICY no_secrets ON orders AS RESTRICTIVE USING (NOT secret);
-- file: 0002_policies.sql
  BEGIN;
  DROP POLICY own ON orders;
  CREATE POLICY seeing ON orders FOR SELECT USING (true);
  CREATE POLICY adding ON orders FOR INSERT WITH CHECK (owner = current_user);
  CREATE POLICY changing ON orders FOR UPDATE USING (owner = current_user);
  CREATE POLICY deleting ON orders FOR DELETE USING (owner = current_user);
  DROP POLICY no_secrets ON orders;
  CREATE POLICY no_secrets ON orders AS RESTRICTIVE USING (secret IS NOT TRUE);
  ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  COMMIT;

-- good: what is left is for some roles, and those of the dropped one may be among them
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders TO clerk USING (owner = current_user);
  CREATE POLICY rest ON orders TO staff USING (true);
-- file: 0002_less.sql
  DROP POLICY own ON orders;

-- good: the table goes too, or is new, or row level security was off
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (owner = current_user);
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 0002_less.sql
  DROP POLICY own ON orders;
  -- guard: allow dropped-table: nobody orders any more
  DROP TABLE orders;
  CREATE TABLE bids (id bigint PRIMARY KEY, owner text);
  ALTER TABLE bids ENABLE ROW LEVEL SECURITY;
  ALTER TABLE bids DISABLE ROW LEVEL SECURITY;
  ALTER TABLE carts DISABLE ROW LEVEL SECURITY;

-- good: a later migration makes one, or nobody knows
-- given: golang-migrate
-- file: 000001_orders.up.sql
  CREATE TABLE orders (id bigint PRIMARY KEY, owner text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (owner = current_user);
-- file: 000002_less.up.sql
  DROP POLICY own ON orders;
-- file: 000003_again.up.sql
  CREATE POLICY own ON orders USING (owner = current_user);
-- file: 000004_dynamic.up.sql
  DROP POLICY own ON orders;
  DO $$ BEGIN EXECUTE format('CREATE POLICY own ON %I USING (id > 0)', 'orders'); END $$;
`,
})

/** Told where a command loses its last policy, so that of several dropped ones only that is. */
function* ofPolicies({ on, names }: Drop, context: RuleContext): Iterable<RuleFinding> {
  const before = on && asTable(relationNamed(context.catalog, on))
  const end = on && securedAtEnd(on, context)
  if (!before?.rowSecurity || !end || isSecuredLater(on, context)) return
  const left = policiesOf(asTable(relationNamed(context.after, on)))
  for (const name of names) {
    const policy = policiesOf(before).find(part => part.name === name.name)?.policy
    if (!policy) continue
    const isGone = (command: string) =>
      !isCovered(command, policy, left) && !isCovered(command, policy, policiesOf(end))
    // What no permissive policy lets through a restrictive one does not keep away.
    const isLetThrough = (command: string) =>
      policy.isPermissive || isCovered(command, { ...policy, isPermissive: true }, policiesOf(end))
    const gone = commandsOf(policy).filter(command => isGone(command) && isLetThrough(command))
    if (gone.length > 0) yield { at: name.span, ...(policy.isPermissive ? closed(gone, on, end) : opened(gone, on)) }
  }
}

function* ofTable(alter: AlterRelation, context: RuleContext): Iterable<RuleFinding> {
  const off = alter.subcommands.find(({ kind }) => kind === 'DISABLE ROW LEVEL SECURITY')
  const before = asTable(relationNamed(context.catalog, alter.relation))
  if (!off || !before?.rowSecurity || isUnreleased(before.born, context)) return
  const end = knownTable(alter.relation, context)
  if (!end || end.rowSecurity || isSecuredLater(alter.relation, context)) return
  yield {
    at: off.keywords,
    message: `without row level security every role with privileges on table ${inQuotes(alter.relation)} sees and changes all of its rows`,
    detail: 'The policies stay, and do nothing.',
    hint: 'Take the privileges first from the roles that are not to have them, or say in an allow comment that none has.',
  }
}

/** The table when the migration ends, where it was there before and still has row level security. */
function securedAtEnd(name: Name, context: RuleContext): Table | undefined {
  const end = knownTable(name, context)
  return end?.rowSecurity && !isUnreleased(end.born, context) ? end : undefined
}

const policiesOf = (table: Table | undefined): readonly Part[] => table?.policies ?? []

const commandsOf = ({ command }: Policy): readonly string[] =>
  command === 'ALL' ? ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] : [command]

/** Who is a member of which role nobody can tell from migrations: a policy for other roles counts as one. */
const isCovered = (command: string, { isPermissive }: Policy, parts: readonly Part[]): boolean =>
  parts.some(({ policy }) => !policy || (policy.isPermissive === isPermissive && commandsOf(policy).includes(command)))

const closed = (commands: readonly string[], name: Name, table: Table) => ({
  message: `no policy of table ${inQuotes(name)} is left for ${listed(commands)}: all but ${exemptFrom(table)} ${outcomeOf(commands)}`,
  detail: commands.includes('INSERT')
    ? 'Row level security lets through only what a policy allows: INSERT of anything else fails with SQLSTATE 42501.'
    : 'Row level security lets through only what a policy allows, and does not tell of the rest.',
  hint: 'ALTER POLICY changes a policy in place; or create another one in the same transaction.',
})

const opened = (commands: readonly string[], table: Name) => ({
  message: `no restrictive policy of table ${inQuotes(table)} is left for ${listed(commands)}: what it kept away is open`,
  detail: 'The permissive policies alone decide now.',
  hint: 'ALTER POLICY changes a policy in place; or create another one in the same transaction.',
})

function outcomeOf(commands: readonly string[]): string {
  if (!commands.includes('INSERT')) return 'find no rows'
  return commands.length > 1 ? 'find no rows and insert none' : 'insert no rows'
}

const listed = (commands: readonly string[]): string =>
  commands.length > 1 ? `${commands.slice(0, -1).join(', ')} and ${commands.at(-1)}` : `${commands[0]}`
