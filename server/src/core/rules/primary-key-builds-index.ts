import { builtConcurrently } from '../fixes/unique'
import { withhold } from '../fixes/withheld'
import { definesConstraint } from '../judgement/concerns'
import { tableWithRows } from '../judgement/emptied'
import { modeOn, subcommandsOf, takes, touches } from '../judgement/target'
import { byHand, hintWithTool } from '../judgement/tool-hints'
import { columnNamed } from '../postgres/catalog'
import { defineRule } from './rule'

export default defineRule({
  id: 'primary-key-builds-index',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  concerns: definesConstraint(({ kind }) => kind === 'PRIMARY KEY'),
  why: `
\`ADD PRIMARY KEY\` takes \`ACCESS EXCLUSIVE\` on the table, builds a unique index while it holds it, and reads the rows once
more where a column is not yet \`NOT NULL\`. Nothing reads or writes the table until all that is done. There is no
\`NOT VALID\` for it.

With \`USING INDEX\` nothing is built, but the columns become \`NOT NULL\`: where they are not yet, every row is read under the
same lock.

Nothing is said of a table that the same migration makes or the same transaction empties with \`TRUNCATE\`, and of
\`USING INDEX\` over columns that are \`NOT NULL\`, or that the history does not show.`,
  instead: `
Make the columns \`NOT NULL\` first (see not-null-scan), then \`CREATE UNIQUE INDEX CONCURRENTLY\` outside a transaction
block, then \`ADD CONSTRAINT ... PRIMARY KEY USING INDEX\`, which takes the lock for a moment only. The fix proves
\`NOT NULL\` first where the history shows that a column may be null. Constraints of partitioned tables cannot use an existing index.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX'],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects, place } of subcommandsOf(alter, context, 'ADD CONSTRAINT', 'ADD COLUMN')) {
      const definition =
        subcommand.kind === 'ADD CONSTRAINT'
          ? subcommand.constraint
          : subcommand.column.constraints.find(({ kind }) => kind === 'PRIMARY KEY')
      const mode = modeOn(effects, target.relation)
      if (definition?.kind !== 'PRIMARY KEY' || !mode) continue
      if (definition.usingIndex !== undefined && target.table?.columnsKnown && touches(effects.scans, target)) {
        yield {
          at: definition.keywords,
          message: `${takes('ADD PRIMARY KEY', mode, target.label)} until every row is checked`,
          detail: 'A column of the index is not NOT NULL yet: every row is read to see that none is null.',
          hint: 'Make the columns NOT NULL first, by way of a CHECK that is validated while reads and writes go on.',
          relation: target.relation,
        }
      }
      if (effects.builds.length === 0) continue
      // A new column that is computed for every row is said by volatile-default.
      if (effects.rewrites.length > 0) continue
      const nullable = definition.columns.filter(column => !columnNamed(target.table, column)?.notNull)
      const areKnown = definition.columns.every(column => columnNamed(target.table, column))
      yield {
        at: definition.keywords,
        message: `${takes('ADD PRIMARY KEY', mode, target.label)} until the index is built`,
        detail: `Every row is read to build the unique index${nullable.length === 0 ? '' : ' and to see that no key is null'}, so the wait grows with the table.`,
        hint: hintWithTool(
          'CREATE UNIQUE INDEX CONCURRENTLY over NOT NULL columns first, then ADD CONSTRAINT ... PRIMARY KEY USING INDEX.',
          context,
          byHand.buildUnique,
        ),
        relation: target.relation,
        fixes: () => {
          if (!areKnown && subcommand.kind === 'ADD CONSTRAINT')
            withhold('The migrations here do not show whether the columns are NOT NULL.')
          return areKnown || subcommand.kind === 'ADD COLUMN'
            ? builtConcurrently(alter, place, definition, target, context, nullable)
            : []
        },
      }
    }
  },

  examples: `
-- bad: the columns are known to be NOT NULL
-- shows: \`ADD PRIMARY KEY\` that builds its index under the lock
-- file: 0001_members.sql
  CREATE TABLE members (team_id bigint NOT NULL, user_id bigint NOT NULL);
-- file: 0002_members_key.sql
  ALTER TABLE members ADD PRIMARY KEY (team_id, user_id);
--                        ^^^^^^^^^^^ error [primary-key-builds-index: ADD PRIMARY KEY takes ACCESS EXCLUSIVE on table "members": reads and writes wait until the index is built]
-- fix: Build the index concurrently, then add the constraint
  CREATE UNIQUE INDEX CONCURRENTLY members_pkey ON members (team_id, user_id);
  ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY USING INDEX members_pkey;

-- bad: the column may be null
-- file: 0001_members.sql
  CREATE TABLE members (id bigint);
-- file: 0002_members_key.sql
  ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY (id);
--                                                ^^^^^^^^^^^ error [primary-key-builds-index: ADD PRIMARY KEY takes ACCESS EXCLUSIVE on table "members": reads and writes wait until the index is built]
-- fix: Prove NOT NULL, build the index concurrently, then add the constraint
  ALTER TABLE members ADD CONSTRAINT members_id_not_null_check CHECK (id IS NOT NULL) NOT VALID;
  ALTER TABLE members VALIDATE CONSTRAINT members_id_not_null_check;
  ALTER TABLE members ALTER COLUMN id SET NOT NULL;
  ALTER TABLE members DROP CONSTRAINT members_id_not_null_check;
  CREATE UNIQUE INDEX CONCURRENTLY members_pkey ON members (id);
  ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY USING INDEX members_pkey;

-- bad: the same in the transaction of the tool
-- given: goose
-- file: 00001_members.sql
  -- +goose Up
  CREATE TABLE members (id bigint, name text NOT NULL);
-- file: 00002_members_key.sql
  -- +goose Up
  -- Found by number and name.
  ALTER TABLE members ADD PRIMARY KEY (id, name);
--                        ^^^^^^^^^^^ error [primary-key-builds-index: ADD PRIMARY KEY takes ACCESS EXCLUSIVE on table "members": reads and writes wait until the index is built]
-- fix: Prove NOT NULL, build the index concurrently, then add the constraint in new migrations
  -- +goose Up
-- file: 00003_add_members_id_not_null.sql
  -- +goose Up
  ALTER TABLE members ADD CONSTRAINT members_id_not_null_check CHECK (id IS NOT NULL) NOT VALID;

  -- +goose Down
  ALTER TABLE members DROP CONSTRAINT members_id_not_null_check;
-- file: 00004_validate_members_id_not_null.sql
  -- +goose Up
  ALTER TABLE members VALIDATE CONSTRAINT members_id_not_null_check;
  ALTER TABLE members ALTER COLUMN id SET NOT NULL;
  ALTER TABLE members DROP CONSTRAINT members_id_not_null_check;

  -- +goose Down
  ALTER TABLE members ADD CONSTRAINT members_id_not_null_check CHECK (id IS NOT NULL) NOT VALID;
  ALTER TABLE members ALTER COLUMN id DROP NOT NULL;
-- file: 00005_build_members_pkey.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE UNIQUE INDEX CONCURRENTLY members_pkey ON members (id, name);

  -- +goose Down
  DROP INDEX CONCURRENTLY IF EXISTS members_pkey;
-- file: 00006_add_members_pkey.sql
  -- +goose Up
  -- Found by number and name.
  ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY USING INDEX members_pkey;

  -- +goose Down
  -- The constraint takes its index along: writes wait until another is built.
  CREATE UNIQUE INDEX members_pkey_spare ON members (id, name);
  ALTER TABLE members DROP CONSTRAINT members_pkey;
  ALTER INDEX members_pkey_spare RENAME TO members_pkey;

-- bad: from an index whose column may be null
-- shows: \`PRIMARY KEY USING INDEX\` over columns that may be null
-- file: 0001_members.sql
  CREATE TABLE members (id bigint);
-- file: 0002_members_key.sql
  CREATE UNIQUE INDEX CONCURRENTLY members_pkey ON members (id);
  ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY USING INDEX members_pkey;
--                                                ^^^^^^^^^^^ error [primary-key-builds-index: ADD PRIMARY KEY takes ACCESS EXCLUSIVE on table "members": reads and writes wait until every row is checked]

-- bad: what it replaces goes in the same migration, and would go first
-- given: goose
-- file: 00001_members.sql
  -- +goose Up
  CREATE TABLE members (id bigint NOT NULL, name text NOT NULL);
  CREATE UNIQUE INDEX members_id_idx ON members (id);
-- file: 00002_members_key.sql
  -- +goose Up
  ALTER TABLE members ADD PRIMARY KEY (id);
--                        ^^^^^^^^^^^ error [primary-key-builds-index: ADD PRIMARY KEY takes ACCESS EXCLUSIVE on table "members": reads and writes wait until the index is built]
  DROP INDEX members_id_idx;

-- bad: what follows needs the key
-- given: flyway
-- file: V1__shop.sql
  CREATE TABLE users (id bigint NOT NULL, name text);
-- file: V2__key.sql
  ALTER TABLE users ADD COLUMN note text;
  ALTER TABLE users ADD PRIMARY KEY (id);
--                      ^^^^^^^^^^^ error [primary-key-builds-index: ADD PRIMARY KEY takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
  -- Everybody has one.
  CREATE TABLE settings (user_id bigint PRIMARY KEY REFERENCES users);
-- fix: Build the index concurrently, then add the constraint in new migrations, and what follows in another
  ALTER TABLE users ADD COLUMN note text;
-- file: V3__build_users_pkey.sql
  CREATE UNIQUE INDEX CONCURRENTLY users_pkey ON users (id);
-- file: V4__add_users_pkey.sql
  ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;
-- file: V5__after_add_users_pkey.sql
  -- Everybody has one.
  CREATE TABLE settings (user_id bigint PRIMARY KEY REFERENCES users);

-- bad: the columns may be null, and there is a down
-- given: golang-migrate
-- file: 000001_members.up.sql
  CREATE TABLE members (team_id bigint, user_id bigint);
-- file: 000001_members.down.sql
  DROP TABLE members;
-- file: 000002_key.down.sql
  ALTER TABLE members DROP CONSTRAINT members_pkey;
-- file: 000002_key.up.sql
  ALTER TABLE members ADD PRIMARY KEY (team_id, user_id);
--                        ^^^^^^^^^^^ error [primary-key-builds-index: ADD PRIMARY KEY takes ACCESS EXCLUSIVE on table "members": reads and writes wait until the index is built]
--                                     ^^^^^^^ hint [down-does-not-mirror-up: the down does not change the nullability of column "team_id" of table "members" and 1 other column back]
-- fix: Prove NOT NULL, build the index concurrently, then add the constraint in new migrations
-- file: 000002_key.down.sql
  ALTER TABLE members DROP CONSTRAINT members_team_id_not_null_check;
  ALTER TABLE members DROP CONSTRAINT members_user_id_not_null_check;
-- file: 000002_key.up.sql
  ALTER TABLE members ADD CONSTRAINT members_team_id_not_null_check CHECK (team_id IS NOT NULL) NOT VALID;
  ALTER TABLE members ADD CONSTRAINT members_user_id_not_null_check CHECK (user_id IS NOT NULL) NOT VALID;
-- file: 000003_validate_members_team_id_user_id_not_null.up.sql
  ALTER TABLE members VALIDATE CONSTRAINT members_team_id_not_null_check;
  ALTER TABLE members VALIDATE CONSTRAINT members_user_id_not_null_check;
  ALTER TABLE members ALTER COLUMN team_id SET NOT NULL;
  ALTER TABLE members DROP CONSTRAINT members_team_id_not_null_check;
  ALTER TABLE members ALTER COLUMN user_id SET NOT NULL;
  ALTER TABLE members DROP CONSTRAINT members_user_id_not_null_check;
-- file: 000003_validate_members_team_id_user_id_not_null.down.sql
  ALTER TABLE members ADD CONSTRAINT members_team_id_not_null_check CHECK (team_id IS NOT NULL) NOT VALID;
  ALTER TABLE members ALTER COLUMN team_id DROP NOT NULL;
  ALTER TABLE members ADD CONSTRAINT members_user_id_not_null_check CHECK (user_id IS NOT NULL) NOT VALID;
  ALTER TABLE members ALTER COLUMN user_id DROP NOT NULL;
-- file: 000004_build_members_pkey.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY members_pkey ON members (team_id, user_id);
-- file: 000004_build_members_pkey.down.sql
  DROP INDEX CONCURRENTLY IF EXISTS members_pkey;
-- file: 000005_add_members_pkey.up.sql
  ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY USING INDEX members_pkey;
-- file: 000005_add_members_pkey.down.sql
  -- The constraint takes its index along: writes wait until another is built.
  CREATE UNIQUE INDEX members_pkey_spare ON members (team_id, user_id);
  ALTER TABLE members DROP CONSTRAINT members_pkey;
  ALTER INDEX members_pkey_spare RENAME TO members_pkey;
-- fix: Undo the rest in the down
-- file: 000002_key.down.sql
  ALTER TABLE members DROP CONSTRAINT members_pkey;
  ALTER TABLE members ALTER COLUMN team_id DROP NOT NULL;
  ALTER TABLE members ALTER COLUMN user_id DROP NOT NULL;

-- bad: in the place of another, with a name of its own
-- given: golang-migrate
-- file: 000001_members.up.sql
  CREATE TABLE members (id bigint NOT NULL, team bigint NOT NULL, CONSTRAINT members_pkey PRIMARY KEY (id));
-- file: 000002_by_team.up.sql
  ALTER TABLE members DROP CONSTRAINT IF EXISTS members_pkey, ADD CONSTRAINT members_pkey PRIMARY KEY (team, id);
--                                                                                        ^^^^^^^^^^^ error [primary-key-builds-index: ADD PRIMARY KEY takes ACCESS EXCLUSIVE on table "members": reads and writes wait until the index is built]
-- file: 000002_by_team.down.sql
  ALTER TABLE members DROP CONSTRAINT members_pkey;
  ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY (id);
-- fix: Build the index concurrently, then exchange the constraints in a new migration
-- file: 000002_by_team.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY members_pkey_new ON members (team, id);
-- file: 000002_by_team.down.sql
  DROP INDEX IF EXISTS members_pkey_new;
-- file: 000003_exchange_members_pkey.up.sql
  ALTER TABLE members DROP CONSTRAINT IF EXISTS members_pkey, ADD CONSTRAINT members_pkey PRIMARY KEY USING INDEX members_pkey_new;
-- file: 000003_exchange_members_pkey.down.sql
  ALTER TABLE members DROP CONSTRAINT members_pkey;
  ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY (id);
  -- The constraint takes its index along: writes wait until another is built.
  CREATE UNIQUE INDEX members_pkey_new ON members (team, id);

-- good: from an index that was built concurrently
-- file: 0001_members.sql
  CREATE TABLE members (id bigint NOT NULL);
-- file: 0002_members_key.sql
  CREATE UNIQUE INDEX CONCURRENTLY members_pkey ON members (id);
  ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY USING INDEX members_pkey;

-- good: a table of the same migration
  CREATE TABLE members (id bigint);
  ALTER TABLE members ADD PRIMARY KEY (id);

-- good: an index that was built before, over columns that the history does not show
  ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY USING INDEX members_pkey;
`,
})
