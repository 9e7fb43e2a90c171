import { isSplit } from '../history/pairing'
import type { RuleContext } from '../judgement/context'
import { emptiedBy, fractions, lostLabels, silentLoss } from '../judgement/lost-values'
import { lostBy } from '../judgement/moved-data'
import { inQuotes, subcommandsOf } from '../judgement/target'
import { asTable, columnNamed, keyOf, relationNamed } from '../postgres/catalog'
import type { AlterRelation } from '../sql/commands'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'rollback-loses-data',
  risk: 'rollback',
  severity: 'error',
  on: ['DROP TABLE', 'ALTER TABLE', 'DELETE', 'TRUNCATE TABLE'],
  directions: ['down'],
  why: `
A migration that moves data and then gives up the place it came from leaves one copy of it. A down migration that drops
that copy without moving the data back loses it for good: the column that the down creates again is empty. The same is
true of a down that drops a table or a column which was there before the migration, or takes all rows from a table that was,
and of one that casts a column back to a type that rounds or cuts off its values without a word. Where a down goes back to an
enum with fewer labels, the rows that have one of the others make it fail.

Nothing is said of a down that drops what the migration made and nothing filled (it is the plain inverse), of one whose
source is still there, and where the down reads the data, or hands it to code, before it drops it.`,
  instead: `
Move the data back first: create the old place, fill it from the new one, and only then drop the new one. Better still,
let the migration keep the old place, and drop it in a later release, when nobody needs to go back.`,
  manual: ['sql-droptable.html', 'sql-altertable.html#SQL-ALTERTABLE-DESC-DROP-COLUMN'],
  seeds: ['move data back before a down drops it', 'never destroy data in a down'],

  *check(command, context) {
    if (isSplit(context.migration, context.history)) return
    if (command.tag === 'ALTER TABLE') {
      const table = asTable(relationNamed(context.catalog, command.relation))
      for (const { subcommand } of subcommandsOf(command, context, 'DROP COLUMN')) {
        const { column } = subcommand
        const born = columnNamed(table, column.name)?.born
        const lost = lostBy({ table: command.relation, column: column.name, born }, context)
        if (!lost) continue
        yield {
          at: { start: subcommand.keywords.start, end: column.span.end },
          message: `DROP COLUMN loses the data of column "${column.name}" of table ${inQuotes(command.relation)}: it ${lost.why}`,
          ...words(lost.isMoved),
          relation: keyOf(context.catalog, command.relation),
        }
      }
      yield* narrowed(command, context)
    } else if (command.tag === 'DELETE' || command.tag === 'TRUNCATE TABLE') {
      for (const name of emptiedBy(command, context)) {
        yield {
          at: command.tag === 'DELETE' ? command.keywords : name.span,
          message: `${command.tag === 'DELETE' ? 'DELETE' : 'TRUNCATE'} loses all rows of table ${inQuotes(name)}: it was there before this migration`,
          ...words(false),
          relation: keyOf(context.catalog, name),
        }
      }
    } else if (command.tag === 'DROP TABLE') {
      for (const name of command.names) {
        const table = relationNamed(context.catalog, name)
        const lost = lostBy({ table: name, born: table?.born }, context)
        if (!lost) continue
        yield {
          at: name.span,
          message: `DROP TABLE loses the data of table ${inQuotes(name)}: it ${lost.why}`,
          ...words(lost.isMoved),
          relation: keyOf(context.catalog, name),
        }
      }
    }
  },

  examples: `
-- bad: the data moved out of a column that the up dropped
-- shows: down that drops moved data
-- given: golang-migrate, dropped-column off, unbatched-backfill off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, preferences jsonb);
-- file: 000002_preferences.up.sql
  CREATE TABLE preferences (user_id bigint NOT NULL, key text NOT NULL, value text);
  INSERT INTO preferences (user_id, key, value)
  SELECT id, p.key, p.value FROM users, jsonb_each_text(preferences) AS p;
  ALTER TABLE users DROP COLUMN preferences;
-- file: 000002_preferences.down.sql
  ALTER TABLE users ADD COLUMN preferences jsonb;
  DROP TABLE preferences;
--           ^^^^^^^^^^^ error [rollback-loses-data: DROP TABLE loses the data of table "preferences": it came from column "preferences" of table "users", which the up migration drops]

-- bad: two columns became one
-- given: goose, dropped-column off, unbatched-backfill off
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, first_name text, last_name text);
-- file: 00002_full_name.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN full_name text;
  UPDATE users SET full_name = first_name || ' ' || last_name;
  ALTER TABLE users DROP COLUMN first_name, DROP COLUMN last_name;

  -- +goose Down
  ALTER TABLE users
    ADD COLUMN first_name text,
    ADD COLUMN last_name text,
    DROP COLUMN full_name;
--  ^^^^^^^^^^^^^^^^^^^^^ error [rollback-loses-data: DROP COLUMN loses the data of column "full_name" of table "users": it came from columns "first_name" and "last_name" of table "users", which the up migration drops]

-- bad: rows moved to another table
-- given: golang-migrate
-- file: 000001_events.up.sql
  CREATE TABLE events (id bigint PRIMARY KEY, kind text);
-- file: 000002_errors.up.sql
  CREATE TABLE errors AS SELECT * FROM events WHERE kind = 'error';
  DELETE FROM events WHERE kind = 'error';
-- file: 000002_errors.down.sql
  DROP TABLE errors;
--           ^^^^^^ error [rollback-loses-data: DROP TABLE loses the data of table "errors": it came from table "events", where the up migration deletes it]

-- bad: the table was there before the up, which did not make it
-- given: golang-migrate
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY);
-- file: 000002_tags.up.sql
  CREATE TABLE IF NOT EXISTS tags (id bigint PRIMARY KEY);
-- file: 000002_tags.down.sql
  DROP TABLE tags;
--           ^^^^ error [rollback-loses-data: DROP TABLE loses the data of table "tags": it was there before this migration]

-- bad: recreated empty
-- given: golang-migrate
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name text);
-- file: 000002_tags.up.sql
  ALTER TABLE tags ADD COLUMN colour text;
-- file: 000002_tags.down.sql
  DROP TABLE tags;
--           ^^^^ error [rollback-loses-data: DROP TABLE loses the data of table "tags": it was there before this migration]
  CREATE TABLE tags (id bigint PRIMARY KEY, name text);

-- bad: all rows of a table from before
-- shows: down that empties a table of before
-- given: golang-migrate
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name text);
-- file: 000002_tags.up.sql
  ALTER TABLE tags ADD COLUMN colour text NOT NULL DEFAULT 'red';
-- file: 000002_tags.down.sql
  TRUNCATE tags;
--         ^^^^ error [rollback-loses-data: TRUNCATE loses all rows of table "tags": it was there before this migration]
  ALTER TABLE tags DROP COLUMN colour;

-- bad: the type back cuts off
-- shows: down that narrows a type
-- given: golang-migrate, statistics-missing off
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name varchar(20), price numeric(10, 2));
-- file: 000002_tags.up.sql
  ALTER TABLE tags ALTER COLUMN name TYPE text, ALTER COLUMN price TYPE numeric;
-- file: 000002_tags.down.sql
  ALTER TABLE tags
    ALTER COLUMN name TYPE varchar(20) USING name::varchar(20),
--                         ^^^^^^^^^^^ warning [rollback-loses-data: TYPE loses data of column "name" of table "tags": it cuts off what is longer than 20]
    ALTER COLUMN price TYPE numeric(10, 2);
--                          ^^^^^^^^^^^^^^ warning [rollback-loses-data: TYPE loses data of column "price" of table "tags": it rounds to 2 decimal places]

-- bad: a label less
-- shows: down that goes back to fewer labels
-- given: golang-migrate, column-type-rewrite off
-- file: 000001_days.up.sql
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TABLE days (day date PRIMARY KEY, mood mood);
-- file: 000002_calm.up.sql
  ALTER TYPE mood ADD VALUE 'calm';
-- file: 000002_calm.down.sql
  CREATE TYPE old_mood AS ENUM ('sad', 'happy');
  ALTER TABLE days ALTER COLUMN mood TYPE old_mood USING mood::text::old_mood;
--                                        ^^^^^^^^ warning [rollback-loses-data: TYPE fails for rows of column "mood" of table "days" that have label "calm"]
  DROP TYPE mood;
  ALTER TYPE old_mood RENAME TO mood;

-- good: rows with the label get another one first
-- given: golang-migrate, column-type-rewrite off
-- file: 000001_days.up.sql
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TABLE days (day date PRIMARY KEY, mood mood);
-- file: 000002_calm.up.sql
  ALTER TYPE mood ADD VALUE 'calm';
-- file: 000002_calm.down.sql
  UPDATE days SET mood = 'happy' WHERE mood = 'calm';
  CREATE TYPE old_mood AS ENUM ('sad', 'happy');
  ALTER TABLE days ALTER COLUMN mood TYPE old_mood USING mood::text::old_mood;
  DROP TYPE mood;
  ALTER TYPE old_mood RENAME TO mood;

-- good: the type back refuses what does not fit
-- given: golang-migrate, statistics-missing off
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name varchar(20));
-- file: 000002_tags.up.sql
  ALTER TABLE tags ALTER COLUMN name TYPE text;
-- file: 000002_tags.down.sql
  ALTER TABLE tags ALTER COLUMN name TYPE varchar(20);

-- good: what the up put in
-- given: golang-migrate
-- file: 000001_tags.up.sql
  CREATE TABLE tags (id bigint PRIMARY KEY, name text);
-- file: 000002_tags.up.sql
  INSERT INTO tags (id, name) VALUES (1, 'new') ON CONFLICT DO NOTHING;
-- file: 000002_tags.down.sql
  DELETE FROM tags WHERE id = 1;

-- good: the data moves back first
-- given: golang-migrate, dropped-column off, unbatched-backfill off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, preferences jsonb);
-- file: 000002_preferences.up.sql
  CREATE TABLE preferences (user_id bigint NOT NULL, key text NOT NULL, value text);
  INSERT INTO preferences (user_id, key, value)
  SELECT id, p.key, p.value FROM users, jsonb_each_text(preferences) AS p;
  ALTER TABLE users DROP COLUMN preferences;
-- file: 000002_preferences.down.sql
  ALTER TABLE users ADD COLUMN preferences jsonb;
  UPDATE users SET preferences = (SELECT jsonb_object_agg(key, value) FROM preferences WHERE user_id = users.id);
  DROP TABLE preferences;

-- good: the source is still there
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000002_contacts.up.sql
  CREATE TABLE contacts (user_id bigint, email text);
  INSERT INTO contacts (user_id, email) SELECT id, email FROM users;
-- file: 000002_contacts.down.sql
  DROP TABLE contacts;

-- good: the down fills the old place again, from elsewhere
-- given: golang-migrate, dropped-column off, unbatched-backfill off
-- file: 000001_runs.up.sql
  CREATE TABLE runs (id bigint PRIMARY KEY, ended date);
-- file: 000002_period.up.sql
  ALTER TABLE runs ADD COLUMN period daterange;
  UPDATE runs SET period = daterange(NULL, ended);
  ALTER TABLE runs DROP COLUMN ended;
-- file: 000002_period.down.sql
  ALTER TABLE runs DROP COLUMN period;
  ALTER TABLE runs ADD COLUMN ended date;
  UPDATE runs SET ended = CURRENT_DATE;

-- good: what was there before is replaced by the copy that the up kept
-- given: golang-migrate, unbatched-backfill off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text);
-- file: 000002_plan.up.sql
  ALTER TABLE users ADD COLUMN plan_before text;
  UPDATE users SET plan_before = plan;
  UPDATE users SET plan = lower(plan);
-- file: 000002_plan.down.sql
  ALTER TABLE users DROP COLUMN plan;
  ALTER TABLE users RENAME COLUMN plan_before TO plan;

-- good: nothing filled it
-- given: golang-migrate
-- file: 000001_carts.up.sql
  CREATE TABLE carts (id bigint PRIMARY KEY);
-- file: 000001_carts.down.sql
  DROP TABLE carts;
`,
})

function* narrowed(alter: AlterRelation, context: RuleContext): Iterable<RuleFinding> {
  for (const { subcommand } of subcommandsOf(alter, context, 'ALTER COLUMN TYPE')) {
    const column = `column "${subcommand.column.name}" of table ${inQuotes(alter.relation)}`
    const found = {
      at: subcommand.type.span,
      relation: keyOf(context.catalog, alter.relation),
      severity: 'warning',
    } as const
    const loss = silentLoss(subcommand, alter.relation, context)
    if (loss !== undefined) {
      yield {
        ...found,
        ...(loss === fractions && { severity: 'information' as const }),
        message: `TYPE loses data of ${column}: it ${loss}`,
        detail: 'What was written since the up has run is changed without an error.',
        hint: 'Keep the values elsewhere first, or keep the wider type: code that is rolled back to can mostly live with it.',
      }
    }
    const labels = lostLabels(subcommand, alter.relation, context)
    if (labels.length > 0) {
      const listed = labels.map(label => `"${label}"`).join(', ')
      yield {
        ...found,
        message: `TYPE fails for rows of ${column} that have ${labels.length > 1 ? 'one of the labels' : 'label'} ${listed}`,
        detail: `Type "${subcommand.type.name}" does not have ${labels.length > 1 ? 'them' : 'it'}.`,
        hint: 'Give those rows another value first.',
      }
    }
  }
}

const words = (isMoved: boolean) => ({
  detail: 'When the down has run, the data is nowhere else.',
  hint: isMoved
    ? 'Move the data back before the drop, or let the up keep the place it came from until a later release.'
    : 'Undo only what the up did.',
})
