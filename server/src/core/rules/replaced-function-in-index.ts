import type { Step } from '../history/steps'
import { laterSteps } from '../judgement/around'
import type { RuleContext } from '../judgement/context'
import { mentions } from '../judgement/dependence'
import { catalogAtEnd, isUnreleased } from '../judgement/target'
import {
  asTable,
  creationSchema,
  type Index,
  isIndex,
  key,
  keyOfRelation,
  type RelationKey,
  tableAt,
} from '../postgres/catalog'
import type { Uses } from '../sql/parts'
import type { CreateRoutine } from '../sql/routine-commands'
import { tokensOf } from '../sql/tokens'
import { defineRule } from './rule'

export default defineRule({
  id: 'replaced-function-in-index',
  risk: 'failure',
  severity: 'warning',
  on: ['CREATE FUNCTION'],
  concerns: routine => routine.orReplace,
  why: `
An index over an expression keeps what its function returned when each row was written. PostgreSQL takes a function that is
\`IMMUTABLE\` to return the same for ever: where \`CREATE OR REPLACE FUNCTION\` changes what it returns, nothing is built anew.
Queries that use the index then miss rows, and a unique index lets duplicates in. A stored generated column keeps the old values too.

Nothing is said where the body stays as it is but for comments and layout, where a later statement of the migration reindexes or
drops the index or makes it anew, of a name that several functions share, and of tables that the same migration makes.`,
  instead: `
\`REINDEX INDEX CONCURRENTLY\` the index behind it, in a migration without a transaction; write the rows of a stored generated column
anew. Or make a function of another name, build an index over that, and drop the old one when queries use the new.`,
  manual: ['sql-createindex.html', 'xfunc-volatility.html', 'sql-reindex.html'],

  *check(routine, context) {
    if (!changesBody(routine, context)) return
    for (const index of indexesCalling(routine, context)) {
      yield {
        at: routine.name.span,
        message: `index "${index.name}" of table "${shown(index.table)}" keeps what the old function "${routine.name.name}" returned: where the new one returns something else, queries miss rows`,
        detail:
          'PostgreSQL takes an IMMUTABLE function to return the same for ever, and builds nothing anew when it is replaced.',
        hint: 'REINDEX INDEX CONCURRENTLY it afterwards, unless the new function returns the same for every row.',
        relation: index.table,
      }
    }
    for (const { table, column } of columnsCalling(routine, context)) {
      yield {
        at: routine.name.span,
        message: `generated column "${column}" of table "${shown(table)}" keeps what the old function "${routine.name.name}" returned in the rows that are there`,
        detail:
          'PostgreSQL computes a stored generated column when a row is written, and not again when the function is replaced.',
        hint: 'Write the rows anew in batches, unless the new function returns the same for every row.',
        relation: table,
      }
    }
  },

  examples: `
-- bad: an index over what it returns
-- shows: function replaced that an index keeps the results of
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, first_name text, last_name text);
  CREATE FUNCTION full_name(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT a || ' ' || b $$;
  CREATE INDEX users_full_name_idx ON users (full_name(first_name, last_name));
-- file: 0002_full_name.sql
  CREATE OR REPLACE FUNCTION full_name(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE
--                           ^^^^^^^^^ warning [replaced-function-in-index: index "users_full_name_idx" of table "users" keeps what the old function "full_name" returned: where the new one returns something else, queries miss rows]
  AS $$ SELECT lower(a || ' ' || b) $$;

-- bad: a stored generated column
-- shows: function replaced that a stored generated column keeps the results of
-- file: 0001_users.sql
  CREATE FUNCTION slug(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(name) $$;
  CREATE TABLE users (id bigint PRIMARY KEY, name text, slug text GENERATED ALWAYS AS (slug(name)) STORED);
-- file: 0002_slug.sql
  CREATE OR REPLACE FUNCTION slug(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT replace(lower(name), ' ', '-') $$;
--                           ^^^^ warning [replaced-function-in-index: generated column "slug" of table "users" keeps what the old function "slug" returned in the rows that are there]

-- good: built anew, dropped, or the same but for layout
-- given: reindex-without-concurrently off, index-without-concurrently off, drop-index-without-concurrently off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text, town text);
  CREATE FUNCTION short(a text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(a) $$;
  CREATE INDEX users_name_idx ON users (short(name));
-- file: 0002_short.sql
  CREATE OR REPLACE FUNCTION short(a text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    -- In small letters.
    select lower(a)
  $$;
-- file: 0003_short.sql
  CREATE OR REPLACE FUNCTION short(a text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT trim(lower(a)) $$;
  REINDEX INDEX users_name_idx;
-- file: 0004_short.sql
  DROP INDEX users_name_idx;
  CREATE OR REPLACE FUNCTION short(a text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT trim(a) $$;
  CREATE INDEX users_name_idx ON users (short(name));

-- good: another function of the name, and one that no index has
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text);
  CREATE FUNCTION short(a text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(a) $$;
  CREATE FUNCTION long(a text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT a $$;
  CREATE INDEX users_name_idx ON users (short(name));
-- file: 0002_short.sql
  CREATE OR REPLACE FUNCTION short(a bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT '' $$;
  CREATE OR REPLACE FUNCTION long(a text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT a || a $$;
`,
})

/** Whether there is one function of the name, and its body says something else. */
function changesBody({ name, parameters, code }: CreateRoutine, { catalog }: RuleContext): boolean {
  const [old, ...others] = catalog.routines.get(key(creationSchema(catalog, name), name.name))?.overloads ?? []
  if (!old?.routine.code || !code || others.length > 0) return false
  if (old.routine.parameters?.signature !== parameters?.signature) return false
  return wordsOf(old.routine.code.text) !== wordsOf(code.text)
}

/** A text without comments, layout and the schema that all have in their search_path. */
const wordsOf = (text: string): string =>
  tokensOf(/^\$\w*\$|^'/.test(text) ? text.replace(/^\$\w*\$|^'/, '').replace(/\$\w*\$$|'$/, '') : text)
    .filter(({ kind }) => kind !== 'comment')
    .map(({ text: word }) => word)
    .join(' ')
    .replace(/\bPUBLIC \. /g, '')

const calls = (uses: Uses | undefined, { name }: CreateRoutine): boolean =>
  uses?.calls.some(call => call.name === name.name && (!call.schema || !name.schema || call.schema === name.schema)) ??
  false

/** The indexes of tables in use that are left as they are. */
function indexesCalling(routine: CreateRoutine, context: RuleContext): Index[] {
  const end = catalogAtEnd(context)
  const isLeft = (index: Index) =>
    end.relations.get(keyOfRelation(index)) === index && !laterSteps(context).some(step => rebuilds(step, index))
  return [...context.catalog.relations.values()].filter(
    (relation): relation is Index =>
      isIndex(relation) &&
      calls(relation.uses, routine) &&
      !isUnreleased(tableAt(context.catalog, relation.table)?.born, context) &&
      isLeft(relation),
  )
}

const rebuilds = (step: Step, index: Index): boolean =>
  step.command?.tag === 'REINDEX' && (mentions(step, index.name) || mentions(step, tableName(index)))

const tableName = ({ table }: Index): string => table.slice(table.indexOf('.') + 1)

const columnsCalling = (routine: CreateRoutine, context: RuleContext): { table: RelationKey; column: string }[] =>
  [...context.catalog.relations.values()].flatMap(relation => {
    const table = asTable(relation)
    if (!table || isUnreleased(table.born, context)) return []
    return table.columns
      .filter(({ generated, generatedUses }) => generated === 'stored' && calls(generatedUses, routine))
      .map(({ name }) => ({ table: keyOfRelation(table), column: name }))
  })

const shown = (table: RelationKey): string => table.replace(/^public\./, '')
