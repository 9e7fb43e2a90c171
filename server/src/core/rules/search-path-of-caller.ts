import type { Fix } from '../finding'
import { quoted } from '../sql/quote'
import type { CreateRoutine } from '../sql/routine-commands'
import { mentions } from './dependence'
import { insertion } from './edits'
import { laterStatements } from './later'
import { defineRule, type RuleContext } from './rule'
import { inQuotes } from './target'

export default defineRule({
  id: 'search-path-of-caller',
  risk: 'design',
  severity: 'warning',
  on: ['CREATE FUNCTION', 'CREATE PROCEDURE'],
  why: `
A function that is \`SECURITY DEFINER\` runs with the rights of its owner, but looks names up by the \`search_path\` of whoever
calls it. A caller may put a table, a function or an operator of his own in front of those that are meant, in \`pg_temp\` if
nowhere else, and the owner's rights work on that. One that sets its \`search_path\` with \`pg_temp\` in front is no better.

Nothing is said of bodies after \`RETURN\` and \`BEGIN ATOMIC\`, whose names were looked up when the function was made, and
where a later statement sets its \`search_path\`, makes it anew or drops it.`,
  instead: `
Set \`search_path\` for the function, with \`pg_temp\` at the end: searched last, it hides nothing.`,
  manual: ['sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY'],

  *check(routine, context) {
    const { securityDefiner, ownParameters, ownSearchPath, body, name } = routine
    if (!securityDefiner || !body || isSetLater(routine, context)) return
    if (ownSearchPath?.[0] === 'pg_temp') {
      yield {
        at: securityDefiner,
        message: `${inQuotes(name)} has the rights of its owner and searches pg_temp first`,
        detail: 'A caller can put temporary tables of his own in front of those that it names.',
        hint: 'Name the schemas that it needs, with pg_temp at the end.',
      }
    }
    if (ownParameters?.includes('search_path')) return
    yield {
      at: securityDefiner,
      message: `${inQuotes(name)} has the rights of its owner and the search_path of its caller`,
      detail: 'A caller can put objects of his own in front of those that it names.',
      hint: 'Set search_path for the function, with pg_temp at the end.',
      fixes: () => withSearchPath(routine, context),
    }
  },

  examples: `
-- bad: the caller's search_path
-- shows: \`SECURITY DEFINER\` without a \`search_path\` of its own
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 0002_close.sql
  CREATE FUNCTION close_orders() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ DELETE FROM orders WHERE id < 0 $$;
--                                                         ^^^^^^^^^^^^^^^^ warning [search-path-of-caller: "close_orders" has the rights of its owner and the search_path of its caller]
  CREATE FUNCTION count_orders() RETURNS bigint AS 'SELECT count(*) FROM orders' language sql security definer;
--                                                                                            ^^^^^^^^^^^^^^^^ warning [search-path-of-caller: "count_orders" has the rights of its owner and the search_path of its caller]
-- fix: Give it a search_path of its own
  CREATE FUNCTION close_orders() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$ DELETE FROM orders WHERE id < 0 $$;
  CREATE FUNCTION count_orders() RETURNS bigint AS 'SELECT count(*) FROM orders' language sql security definer;
-- fix: Give it a search_path of its own
  CREATE FUNCTION close_orders() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ DELETE FROM orders WHERE id < 0 $$;
  CREATE FUNCTION count_orders() RETURNS bigint AS 'SELECT count(*) FROM orders' language sql security definer SET search_path = public, pg_temp;

-- bad: temporary tables first, which any caller can make
  CREATE FUNCTION count_orders() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_temp, public AS 'SELECT 1';
--                                                           ^^^^^^^^^^^^^^^^ warning [search-path-of-caller: "count_orders" has the rights of its owner and searches pg_temp first]

-- good: a search_path of its own, the rights of the caller, names that are looked up already
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  CREATE FUNCTION a() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS 'SELECT 1';
  CREATE FUNCTION b() RETURNS bigint LANGUAGE sql SECURITY INVOKER AS 'SELECT 1';
  CREATE FUNCTION c() RETURNS bigint LANGUAGE sql SECURITY DEFINER RETURN 1;

-- good: set afterwards, made anew later
-- given: golang-migrate
-- file: 000001_a.up.sql
  CREATE FUNCTION a() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
  ALTER FUNCTION a() SET search_path = public, pg_temp;
  CREATE FUNCTION b() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
-- file: 000002_b.up.sql
  CREATE OR REPLACE FUNCTION b() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS 'SELECT 1';
`,
})

const isSetLater = ({ name }: CreateRoutine, context: RuleContext): boolean => {
  const own = context.steps.slice(context.index + 1).map(({ statement }) => statement)
  const later = laterStatements(context, [name.name])
  return [...own, ...later].some(statement => {
    const tag = statement.command?.tag ?? ''
    if (!mentions({ statement }, name.name)) return false
    if (tag === 'DO') return true
    return /^(?:CREATE|DROP) (?:FUNCTION|PROCEDURE|ROUTINE)$/.test(tag)
      ? isAbout(statement.command, name.name)
      : /^ALTER (?:FUNCTION|PROCEDURE|ROUTINE)$/.test(tag) && mentions({ statement }, 'search_path')
  })
}

const isAbout = (command: RuleContext['command'], name: string): boolean => {
  if (!command) return false
  if (command.tag === 'CREATE FUNCTION' || command.tag === 'CREATE PROCEDURE') return command.name.name === name
  return 'names' in command && command.names.some(dropped => dropped.name === name)
}

/** The schemas that are searched where the function is made, and its own. */
function withSearchPath({ securityDefiner, name }: CreateRoutine, context: RuleContext): Fix[] {
  if (!securityDefiner || context.statement.problem || context.inside) return []
  const schemas = [...(name.schema === undefined ? [] : [name.schema]), ...context.catalog.searchPath]
  const path = [...new Set(schemas.map(quoted)), 'pg_temp'].join(', ')
  const text = ` SET search_path = ${path}`
  const edits = [insertion(context, securityDefiner.end, text)]
  return [{ title: 'Give it a search_path of its own', safety: 'review', isChange: true, edits }]
}
