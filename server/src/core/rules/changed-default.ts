import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import {
  catalogAtBegin,
  catalogAtCommit,
  existingTable,
  isUnreleased,
  type SubcommandOfKind,
  subcommandsOf,
} from '../judgement/target'
import { asTable, type Catalog, columnNamed, keyOf } from '../postgres/catalog'
import type { AlterRelation } from '../sql/commands'
import type { Expression } from '../sql/parts'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'changed-default',
  risk: 'compatibility',
  severity: 'hint',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('DROP DEFAULT', 'SET DEFAULT'),
  why: `
A default is what running code relies on when it leaves the column out. Without it the \`INSERT\` fails where the column is
\`NOT NULL\`: then the finding is information. With another one, code that was deployed before the migration writes
values that it does not know. Some libraries remember the default from when they started, and go on writing the old one.

Nothing is said of a column that may be null and loses its default: code that leaves it out leaves it null, which it is there for;
of another number, truth value, time or label of an enum, and of an empty text, which code reads as well as the old one, of a column or a table that
the same migration makes, of a column that gets its first default, of defaults
that count, where the type changes with the default, and of further columns of the same statement.`,
  instead: `
Deploy code that writes the column in every \`INSERT\` first, and change the default afterwards.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-DEFAULT', 'ddl-default.html'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target?.table) return
    const told = new Set<Change>()
    for (const { subcommand } of subcommandsOf(alter, context, 'DROP DEFAULT', 'SET DEFAULT')) {
      const name = subcommand.column.name
      const change = changeOf(alter, subcommand, context)
      if (!change || told.has(change)) continue
      told.add(change)
      const column = `column "${name}" of ${target.label}`
      yield {
        at: { start: subcommand.keywords.start, end: subcommand.keywords.end },
        relation: target.relation,
        ...wordsOf(change, column),
      }
    }
  },

  examples: `
-- bad: code that leaves the column out fails
-- shows: dropped default of a column in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text NOT NULL DEFAULT 'free', nick text NOT NULL DEFAULT '');
-- file: 0002_plan.sql
  ALTER TABLE users ALTER COLUMN plan DROP DEFAULT, ALTER COLUMN nick DROP DEFAULT;
--                                    ^^^^^^^^^^^^ information [changed-default: DROP DEFAULT makes INSERT fail in running code that leaves out column "plan" of table "users"]

-- bad: another value
-- shows: changed default of a column in use
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text NOT NULL DEFAULT 'free');
-- file: 0002_plan.sql
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'basic';
--                                    ^^^^^^^^^^^ hint [changed-default: SET DEFAULT gives column "plan" of table "users" another value where running code leaves it out]

-- good: the column may be null
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, town text DEFAULT 'Rome');
-- file: 0002_town.sql
  ALTER TABLE users ALTER COLUMN town DROP DEFAULT;

-- good: another number, truth value or label, and no text
-- file: 0001_users.sql
  CREATE TYPE plan AS ENUM ('free', 'basic');
  CREATE TABLE users (id bigint PRIMARY KEY, seats integer DEFAULT 1, active boolean DEFAULT false, plan plan DEFAULT 'free', bio text DEFAULT '-');
-- file: 0002_defaults.sql
  ALTER TABLE users ALTER COLUMN seats SET DEFAULT 5, ALTER COLUMN active SET DEFAULT true;
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'basic', ALTER COLUMN bio SET DEFAULT '';

-- good: a column of the same migration
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';
  ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;

-- good: its first default
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text NOT NULL, town text);
-- file: 0002_plan.sql
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free', ALTER COLUMN town SET DEFAULT 'Rome';

-- good: the default goes for a moment, while the type changes
-- given: column-type-rewrite off
-- file: 0001_users.sql
  CREATE TYPE plan AS ENUM ('free', 'basic');
  CREATE TABLE users (id bigint PRIMARY KEY, plan text NOT NULL DEFAULT 'free');
-- file: 0002_plan.sql
  BEGIN;
  ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;
  ALTER TABLE users ALTER COLUMN plan TYPE plan USING plan::plan;
  ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
  COMMIT;

-- good: the same function
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, since timestamptz NOT NULL DEFAULT now());
-- file: 0002_since.sql
  ALTER TABLE users ALTER COLUMN since SET DEFAULT now();

-- good: an identity column takes over
-- file: 0001_users.sql
  CREATE TABLE users (id bigserial PRIMARY KEY);
-- file: 0002_identity.sql
  ALTER TABLE users ALTER COLUMN id DROP DEFAULT;
  ALTER TABLE users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
`,
})

type Change = 'dropped' | 'changed'

/** What becomes of the default in the whole transaction, told at the statement that has the last word. */
function changeOf(
  alter: AlterRelation,
  subcommand: SubcommandOfKind<'DROP DEFAULT' | 'SET DEFAULT'>,
  context: RuleContext,
): Change | undefined {
  const name = subcommand.column.name
  const at = (catalog: Catalog) =>
    columnNamed(asTable(catalog.relations.get(keyOf(context.catalog, alter.relation))), name)
  const [before, now, end] = [at(catalogAtBegin(context)), at(context.catalog), at(catalogAtCommit(context))]
  if (!before || !end || isUnreleased(before.born, context) || before.type.name !== end.type.name) return undefined
  if (
    !now?.default ||
    !before.default ||
    before.default.kind === 'null' ||
    counts(before.default) ||
    end.identity ||
    end.generated
  )
    return undefined
  if (subcommand.kind === 'DROP DEFAULT') {
    return end.default || !end.notNull ? undefined : 'dropped'
  }
  if (!documents.has(end.type.name) || subcommand.expression.literal === '') return undefined
  const isSame = isSameCall(before.default, subcommand.expression) || counts(subcommand.expression)
  return isSame || !end.default ? undefined : 'changed'
}

/** Of which code may know some values alone: of a number, a time or an enum it knows all. */
const documents: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'citext', 'json', 'jsonb'])

const counts = ({ calls }: Expression): boolean => calls.some(({ name }) => name === 'nextval')

/** The catalog keeps no texts: calls of the same functions are taken for the same default. */
const isSameCall = (before: Expression, after: Expression): boolean => {
  const names = ({ calls }: Expression) => calls.map(({ name }) => name).join()
  return before.kind === 'other' && after.kind === 'other' && names(before) === names(after)
}

function wordsOf(change: Change, column: string): Pick<RuleFinding, 'message' | 'detail' | 'hint' | 'severity'> {
  switch (change) {
    case 'dropped':
      return {
        message: `DROP DEFAULT makes INSERT fail in running code that leaves out ${column}`,
        detail: 'The column is NOT NULL, and from the moment the migration commits nothing fills it by itself.',
        hint: 'Deploy code that names the column in every INSERT first.',
        severity: 'information',
      }
    case 'changed':
      return {
        message: `SET DEFAULT gives ${column} another value where running code leaves it out`,
        detail: 'Rows that are there keep what they have.',
        hint: 'Check that code which was deployed before the migration can read the new value.',
      }
  }
}
