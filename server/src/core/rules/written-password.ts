import type { RuleContext } from '../judgement/context'
import { isForDevelopers } from '../judgement/for-developers'
import { callsIn } from '../postgres/routines'
import type { Command } from '../sql/commands'
import type { Password } from '../sql/other-commands'
import type { Call } from '../sql/parts'
import { passwordOfConnection } from '../sql/privileges'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { defineRule } from './rule'

export default defineRule({
  id: 'written-password',
  risk: 'failure',
  severity: 'warning',
  on: [
    'CREATE ROLE',
    'ALTER ROLE',
    'CREATE USER MAPPING',
    'ALTER USER MAPPING',
    'CREATE SUBSCRIPTION',
    'ALTER SUBSCRIPTION',
    'SELECT',
    'INSERT',
    'CREATE VIEW',
  ],
  concerns: command => ('password' in command ? command.password !== undefined : callsOf(command).some(isDblink)),
  directions: ['up', 'down'],
  why: `
Whoever may read the repository knows a password that a migration sets, and it stays in the history of the repository when the
line is gone. The server sees it in the clear too: where \`log_statement\` is \`ddl\` or more, or the statement fails, it stands in
the server's log, and it may stand in \`pg_stat_activity\` and \`pg_stat_statements\` for a while. An \`md5\` hash is as good as the
password to who wants to log in with it.

Nothing is said of a SCRAM verifier, which nobody can log in with, of a value that the tool puts in (\`\${password}\`, \`:'password'\`),
of \`PASSWORD NULL\`, and in a folder that is named for development or tests.`,
  instead: `
Set passwords where servers are set up, from a store of secrets; by hand psql's \`\\password\` sends only a SCRAM verifier. Change a
password that a repository has held.`,
  manual: [
    'sql-createrole.html',
    'sql-alterrole.html',
    'app-psql.html#APP-PSQL-META-COMMAND-PASSWORD',
    'auth-password.html',
  ],

  *check(command, context) {
    const password = 'password' in command ? command.password : ofDblink(context)
    if (!password || isVerifier(password.text) || isPlaceholder(password.text)) return
    if (isVariable(password.span, context) || isForDevelopers(context.migration.path)) return
    yield {
      at: password.span,
      message: `the password of ${password.of} stands here for everyone to read`,
      detail: "It stays in the history of the repository, and the server's log may have it too.",
      hint: 'Set it where the server is set up, and change it if anybody uses it.',
    }
  },

  examples: `
-- bad: of a role
-- shows: password of a role in a migration
-- given: server-wide-change off
-- file: 0001_roles.sql
  CREATE ROLE shop LOGIN PASSWORD 'horse battery';
--                                ^^^^^^^^^^^^^^^ warning [written-password: the password of role "shop" stands here for everyone to read]
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'clerk') THEN
      CREATE USER clerk WITH ENCRYPTED PASSWORD 'md5c81e728d9d4c2f636f067f89cc14862c';
--                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [written-password: the password of role "clerk" stands here for everyone to read]
    END IF;
  END $$;
  ALTER ROLE shop PASSWORD 'staple' VALID UNTIL 'infinity';
--                         ^^^^^^^^ warning [written-password: the password of role "shop" stands here for everyone to read]

-- bad: of a connection to another server
-- shows: password of a user mapping
-- shows: password of a subscription
  CREATE USER MAPPING FOR shop SERVER stock OPTIONS (user 'shop', password 'horse battery');
--                                                                         ^^^^^^^^^^^^^^^ warning [written-password: the password of a user mapping for server "stock" stands here for everyone to read]
  CREATE SUBSCRIPTION orders CONNECTION 'host=stock user=shop password=battery' PUBLICATION orders WITH (connect = false);
--                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [written-password: the password of subscription "orders" stands here for everyone to read]

-- bad: a connection that changes, or is made for a query
-- shows: password of a connection with dblink
  ALTER USER MAPPING FOR shop SERVER stock OPTIONS (SET user 'clerk', SET password 'horse battery');
--                                                                                 ^^^^^^^^^^^^^^^ warning [written-password: the password of a user mapping for server "stock" stands here for everyone to read]
  ALTER SUBSCRIPTION orders CONNECTION 'postgresql://shop:battery@stock/orders';
--                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [written-password: the password of subscription "orders" stands here for everyone to read]
  SELECT dblink_connect('stock', 'host=stock user=shop password=battery');
--                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [written-password: the password of a connection stands here for everyone to read]
  CREATE VIEW orders AS SELECT id FROM dblink('host=stock password=staple', 'SELECT id FROM orders') AS orders (id bigint);
--                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning [written-password: the password of a connection stands here for everyone to read]

-- good: nobody can log in with it
-- given: server-wide-change off
-- file: 0001_roles.sql
  CREATE ROLE shop LOGIN;
  CREATE ROLE clerk LOGIN PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy';
  ALTER ROLE shop PASSWORD NULL;
  CREATE SUBSCRIPTION orders CONNECTION 'host=stock user=shop passfile=/etc/pass' PUBLICATION orders WITH (connect = false);
  ALTER USER MAPPING FOR shop SERVER stock OPTIONS (SET user 'clerk', DROP password);
  ALTER SUBSCRIPTION orders DISABLE;
  SELECT id FROM dblink('stock', 'SELECT id FROM users WHERE password = 1') AS users (id bigint);

-- good: the tool puts it in
-- given: server-wide-change off, flyway
-- file: V1__roles.sql
  CREATE ROLE shop LOGIN PASSWORD '\${shop_password}';
  CREATE ROLE clerk LOGIN PASSWORD '@clerk.password@';

-- good: of a database that tests make
-- given: server-wide-change off
-- file: src/test/resources/migrations/0001_roles.sql
  CREATE ROLE shop LOGIN PASSWORD 'horse battery';

-- good: psql puts it in
-- given: server-wide-change off
-- file: 0001_roles.sql
  CREATE ROLE shop LOGIN PASSWORD :'shop_password';
`,
})

const callsOf = (command: Command): readonly Call[] =>
  command.tag === 'CREATE VIEW' ? (command.uses?.calls ?? []) : callsIn(command)

const isDblink = ({ name }: Call): boolean => name.startsWith('dblink')

/** What a string constant says to a function of dblink (contrib-dblink-connect.html). */
function ofDblink({ statement }: RuleContext): Password | undefined {
  return tokensOf(statement.text).flatMap(({ kind, text, start, end }) => {
    const isConnection = kind === 'string' && /^'\s*(?:\w+\s*=|postgres(?:ql)?:\/\/)/.test(text)
    const password = isConnection ? passwordOfConnection(text.slice(1, -1)) : undefined
    return password === undefined ? [] : [{ span: { start, end }, text: password, of: 'a connection' }]
  })[0]
}

/** protocol: "SCRAM-SHA-256$<iteration count>:<salt>$<StoredKey>:<ServerKey>" (catalog-pg-authid.html). */
const isVerifier = (text: string): boolean => text.startsWith('SCRAM-SHA-256$')

const isPlaceholder = (text: string): boolean => /[$#]\{|\{\{|^[:$]|^%[({s]|^(?:<.*>|@.*@|%.*%|__.*__)$|^$/.test(text)

/** psql: app-psql.html, "SQL Interpolation". Its colon is masked. */
const isVariable = ({ start }: Span, { migration, statement, inside }: RuleContext): boolean =>
  inside === undefined && migration.text[statement.span.start + start - 1] === ':'
