import { hasSubcommand } from '../judgement/concerns'
import { isAnnounced } from '../judgement/given-up'
import { catalogAtBegin, catalogAtCommit, existingTable, isUnreleased, subcommandsOf } from '../judgement/target'
import { asTable, columnNamed, keyOf } from '../postgres/catalog'
import { defineRule } from './rule'

export default defineRule({
  id: 'dropped-not-null',
  risk: 'compatibility',
  severity: 'hint',
  isOff: true,
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('DROP NOT NULL'),
  why: `
\`DROP NOT NULL\` is done in a moment and no row changes. But code that was deployed before the migration has never met a null in
this column, and reads the first one that new code writes.

The rule is off unless the settings name it: most columns may be null because nobody writes a null into them yet, or are about to
go. Nothing is said of a column or a table that the same migration makes, of a column that the migrations declare deprecated, and
of one that is gone or \`NOT NULL\` again when the transaction commits.`,
  instead: `
Deploy code that can read null first.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL'],

  *check(alter, context) {
    const target = existingTable(alter.relation, context)
    if (!target) return
    for (const { subcommand } of subcommandsOf(alter, context, 'DROP NOT NULL')) {
      const { name } = subcommand.column
      const known = columnNamed(target.table, name)
      const at = (catalog: typeof context.catalog) =>
        columnNamed(asTable(catalog.relations.get(keyOf(context.catalog, alter.relation))), name)
      const isKnown = target.table?.columnsKnown === true
      if (isKnown && (!at(catalogAtBegin(context))?.notNull || at(catalogAtCommit(context))?.notNull !== false))
        continue
      if (isUnreleased(known?.born, context)) continue
      if (context.steps.some(({ statement }) => saysDeprecated(statement.text, name))) continue
      if (isAnnounced({ table: alter.relation.name, column: name }, context)) continue
      yield {
        at: subcommand.keywords,
        message: `DROP NOT NULL lets nulls into column "${name}" of ${target.label}: running code has never met one`,
        hint: 'Deploy code that can read null before code that writes it.',
        relation: target.relation,
      }
    }
  },

  examples: `
-- bad: a column in use
-- shows: dropped \`NOT NULL\`
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- file: 0002_email.sql
  ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
--                                     ^^^^^^^^^^^^^ hint [dropped-not-null: DROP NOT NULL lets nulls into column "email" of table "users": running code has never met one]

-- good: it may be null already, or the column comes with the same migration
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 0002_email.sql
  ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
  ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';
  ALTER TABLE users ALTER COLUMN plan DROP NOT NULL;

-- good: nobody writes it any more
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text NOT NULL);
-- file: 0002_no_fax.sql
  ALTER TABLE users ALTER COLUMN fax DROP NOT NULL;
  COMMENT ON COLUMN users.fax IS 'DEPRECATED: a later release drops it';

-- good: it goes in the same transaction
-- given: dropped-column off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text NOT NULL);
-- file: 0002_no_fax.sql
  BEGIN;
  ALTER TABLE users ALTER COLUMN fax DROP NOT NULL;
  ALTER TABLE users DROP COLUMN fax;
  COMMIT;

-- good: a table of the same migration, a column that is declared deprecated
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text NOT NULL);
-- file: 000002_fax.up.sql
  COMMENT ON COLUMN users.fax IS 'DEPRECATED: a later release drops it';
-- file: 000003_less.up.sql
  ALTER TABLE users ALTER COLUMN fax DROP NOT NULL;
  CREATE TABLE carts (id bigint PRIMARY KEY, note text NOT NULL);
  ALTER TABLE carts ALTER COLUMN note DROP NOT NULL;
`,
})

const saysDeprecated = (statement: string, column: string): boolean =>
  /^COMMENT\b/i.test(statement) && /deprecat/i.test(statement) && statement.includes(column)
