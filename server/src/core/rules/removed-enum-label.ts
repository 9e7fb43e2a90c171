import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { tableWithRows } from '../judgement/emptied'
import { earlierStatements } from '../judgement/later'
import { lostLabels } from '../judgement/lost-values'
import { inQuotes, isUnreleased, subcommandsOf } from '../judgement/target'
import { columnNamed } from '../postgres/catalog'
import { defineRule } from './rule'

export default defineRule({
  id: 'removed-enum-label',
  risk: 'failure',
  severity: 'warning',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('ALTER COLUMN TYPE'),
  why: `
PostgreSQL cannot take a label from an enum type, so a new type without it takes the place of the old one, as Prisma writes it.
\`ALTER COLUMN ... TYPE\` casts every row by the name of its label, and the first row that has the missing one makes the migration
fail, after the table has been locked and read up to there. Code that still writes the label fails from then on.

Nothing is said where the migration changes or deletes such rows before, where an earlier one that names the label does, where
\`USING\` names the label, of tables, columns and types that the same migration makes, and of down migrations, which
rollback-loses-data looks at.`,
  instead: `
Give the rows another label first, in a migration of its own, when no running code writes the old one any more.`,
  manual: ['datatype-enum.html', 'sql-altertype.html', 'sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DATA-TYPE'],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    for (const { subcommand } of subcommandsOf(alter, context, 'ALTER COLUMN TYPE')) {
      if (isUnreleased(columnNamed(target.table, subcommand.column.name)?.born, context)) continue
      const labels = lostLabels(subcommand, alter.relation, context).filter(label => !isGivenUp(label, context))
      if (labels.length === 0) continue
      const which = labels.length > 1 ? 'one of the labels' : 'label'
      yield {
        at: subcommand.type.span,
        message: `a row of ${target.label} whose column "${subcommand.column.name}" has ${which} ${labels.map(name => `"${name}"`).join(', ')} makes this fail`,
        detail: `Type ${inQuotes(subcommand.type)} does not have ${labels.length > 1 ? 'them' : 'it'}: the cast fails with SQLSTATE 22P02.`,
        hint: 'Give those rows another label first, in a migration of its own.',
        relation: target.relation,
      }
    }
  },

  examples: `
-- bad: as Prisma writes it
-- shows: enum replaced by one without a label
-- given: prisma, column-type-rewrite off
-- file: 20240101000000_users/migration.sql
  CREATE TYPE "Role" AS ENUM ('ADMIN', 'USER', 'GUEST');
  CREATE TABLE "User" ("id" BIGINT PRIMARY KEY, "role" "Role" NOT NULL DEFAULT 'USER');
-- file: 20240201000000_no_guests/migration.sql
  BEGIN;
  CREATE TYPE "Role_new" AS ENUM ('ADMIN', 'USER');
  ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;
  ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");
--                                            ^^^^^^^^^^ warning [removed-enum-label: a row of table "User" whose column "role" has label "GUEST" makes this fail]
  ALTER TYPE "Role" RENAME TO "Role_old";
  ALTER TYPE "Role_new" RENAME TO "Role";
  DROP TYPE "Role_old";
  ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'USER';
  COMMIT;

-- good: the rows get another label before
-- given: golang-migrate, column-type-rewrite off, work-under-lock off
-- file: 000001_users.up.sql
  CREATE TYPE role AS ENUM ('admin', 'user', 'guest', 'robot');
  CREATE TABLE users (id bigint PRIMARY KEY, role role);
-- file: 000002_robots.up.sql
  UPDATE users SET role = 'user' WHERE role = 'robot';
-- file: 000003_roles.up.sql
  CREATE TYPE new_role AS ENUM ('admin', 'user');
  UPDATE users SET role = 'user' WHERE role = 'guest';
  ALTER TABLE users ALTER COLUMN role TYPE new_role USING role::text::new_role;

-- good: in a block that changes them first
-- given: column-type-rewrite off
-- file: 0001_users.sql
  CREATE TYPE role AS ENUM ('admin', 'user', 'guest');
  CREATE TABLE users (id bigint PRIMARY KEY, role role);
-- file: 0002_roles.sql
  DO $$
  BEGIN
    CREATE TYPE new_role AS ENUM ('admin', 'user');
    UPDATE users SET role = 'user' WHERE role = 'guest';
    ALTER TABLE users ALTER COLUMN role TYPE new_role USING role::text::new_role;
  END $$;

-- good: USING knows what becomes of them
-- given: column-type-rewrite off
-- file: 0001_users.sql
  CREATE TYPE role AS ENUM ('admin', 'user', 'guest');
  CREATE TABLE users (id bigint PRIMARY KEY, role role);
-- file: 0002_roles.sql
  CREATE TYPE new_role AS ENUM ('admin', 'user');
  ALTER TABLE users ALTER COLUMN role TYPE new_role
    USING (CASE role WHEN 'guest' THEN 'user' ELSE role::text END)::new_role;

-- good: a table of the same migration, more labels
-- given: column-type-rewrite off
-- file: 0001_users.sql
  CREATE TYPE role AS ENUM ('admin', 'user');
  CREATE TABLE users (id bigint PRIMARY KEY, role role);
-- file: 0002_roles.sql
  CREATE TYPE new_role AS ENUM ('admin', 'user', 'guest');
  ALTER TABLE users ALTER COLUMN role TYPE new_role USING role::text::new_role;
  CREATE TABLE bots (id bigint PRIMARY KEY, role new_role);
  ALTER TABLE bots ALTER COLUMN role TYPE role USING role::text::role;

-- good: a column of the same migration
-- given: column-type-rewrite off
-- file: 0001_users.sql
  CREATE TYPE role AS ENUM ('admin', 'user', 'guest');
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_roles.sql
  CREATE TYPE new_role AS ENUM ('admin', 'user');
  ALTER TABLE users ADD COLUMN role role;
  ALTER TABLE users ALTER COLUMN role TYPE new_role USING role::text::new_role;
`,
})

/** Whether an earlier migration, or the body that it stands in, changes or deletes rows by that label. */
function isGivenUp(label: string, context: RuleContext): boolean {
  const changes = (tag: string | undefined) => tag === 'UPDATE' || tag === 'DELETE' || tag === 'DO'
  const outer = context.inside ? context.steps[context.index] : undefined
  const statements = earlierStatements(context, [label]).map(({ statement }) => statement)
  return [...statements, ...(outer ? [outer.statement] : [])].some(
    ({ command, text }) => changes(command?.tag) && text.includes(`'${label}'`),
  )
}
