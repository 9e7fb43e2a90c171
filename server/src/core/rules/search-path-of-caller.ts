import type { Fix } from '../finding'
import { insertion } from '../fixes/edits'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { laterStatements } from '../judgement/later'
import { inQuotes } from '../judgement/target'
import type { WrittenName } from '../postgres/catalog'
import { overloadsMeant } from '../postgres/routines'
import type { OtherCommand } from '../sql/other-commands'
import { quoted } from '../sql/quote'
import type { CreateRoutine } from '../sql/routine-commands'
import type { Span } from '../text'
import { defineRule } from './rule'

export default defineRule({
  id: 'search-path-of-caller',
  risk: 'design',
  severity: 'warning',
  on: ['CREATE FUNCTION', 'CREATE PROCEDURE', 'ALTER FUNCTION', 'ALTER PROCEDURE', 'ALTER ROUTINE'],
  why: `
A function that is \`SECURITY DEFINER\` runs with the rights of its owner, but looks names up by the \`search_path\` of whoever
calls it. A caller may put a table, a function or an operator of his own in front of those that are meant, in \`pg_temp\` if
nowhere else, and the owner's rights work on that. One that sets its \`search_path\` with \`pg_temp\` in front is no better.

Nothing is said of bodies after \`RETURN\` and \`BEGIN ATOMIC\`, whose names were looked up when the function was made, and
where a later statement sets its \`search_path\`, makes it anew or drops it.`,
  instead: `
Set \`search_path\` for the function, with \`pg_temp\` at the end: searched last, it hides nothing.`,
  manual: ['sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY'],

  *check(command, context) {
    const definer = 'relations' in command ? altered(command, context) : created(command)
    if (!definer || isSetLater(definer, context)) return
    const { securityDefiner, ownParameters, ownSearchPath, name } = definer
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
      fixes: () => withSearchPath(definer, context),
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

-- bad: given the rights of its owner later
-- shows: \`ALTER FUNCTION ... SECURITY DEFINER\` without a \`search_path\`
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  CREATE FUNCTION count_orders(beyond bigint) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM orders WHERE id > beyond';
-- file: 0002_definer.sql
  ALTER FUNCTION count_orders(bigint) SECURITY DEFINER;
--                                    ^^^^^^^^^^^^^^^^ warning [search-path-of-caller: "count_orders" has the rights of its owner and the search_path of its caller]
-- fix: Give it a search_path of its own
  ALTER FUNCTION count_orders(bigint) SECURITY DEFINER SET search_path = public, pg_temp;

-- good: given the rights of its owner later, with a search_path of its own
-- file: 0001_orders.sql
  CREATE TABLE orders (id bigint PRIMARY KEY);
  CREATE FUNCTION a() RETURNS bigint LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION b() RETURNS bigint LANGUAGE sql SET search_path = public, pg_temp AS 'SELECT 1';
  CREATE FUNCTION c() RETURNS bigint LANGUAGE sql RETURN 1;
  CREATE FUNCTION d() RETURNS bigint LANGUAGE sql AS 'SELECT 1';
  ALTER FUNCTION a() SET search_path = public, pg_temp;
-- file: 0002_definer.sql
  ALTER FUNCTION a() SECURITY DEFINER;
  ALTER FUNCTION b() SECURITY DEFINER;
  ALTER FUNCTION c() SECURITY DEFINER;
  ALTER FUNCTION d() SECURITY DEFINER SET search_path = public, pg_temp;
  ALTER FUNCTION d() SECURITY INVOKER;

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

/** A function that has the rights of its owner, and a body whose names are looked up when it runs. */
interface Definer extends Pick<CreateRoutine, 'ownParameters' | 'ownSearchPath'> {
  readonly name: WrittenName
  readonly securityDefiner: Span
}

const created = ({ securityDefiner, body, ...routine }: CreateRoutine): Definer | undefined =>
  securityDefiner && body && { ...routine, securityDefiner }

function altered({ tag, routine }: OtherCommand, { catalog }: RuleContext): Definer | undefined {
  if (!routine?.securityDefiner) return undefined
  const meant = overloadsMeant(catalog, routine, routine.signature, tag).map(({ overload }) => overload.routine)
  if (meant.length > 0 && meant.every(({ body }) => !body)) return undefined
  const known = meant.length === 1 ? (meant[0]?.ownParameters ?? []) : []
  const { securityDefiner, ownSearchPath, ownParameters = [] } = routine
  return {
    name: routine,
    securityDefiner,
    ownParameters: [...known, ...ownParameters],
    ...(ownSearchPath && { ownSearchPath }),
  }
}

const isSetLater = ({ name }: Definer, context: RuleContext): boolean => {
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
function withSearchPath({ securityDefiner, name }: Definer, context: RuleContext): Fix[] {
  if (context.statement.problem || context.inside) return []
  const schemas = [...(name.schema === undefined ? [] : [name.schema]), ...context.catalog.searchPath]
  const path = [...new Set(schemas.map(quoted)), 'pg_temp'].join(', ')
  const text = ` SET search_path = ${path}`
  const edits = [insertion(context, securityDefiner.end, text)]
  return [{ title: 'Give it a search_path of its own', safety: 'review', isChange: true, edits }]
}
