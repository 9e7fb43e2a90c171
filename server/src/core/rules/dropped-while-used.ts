import { hasSubcommand } from '../judgement/concerns'
import { lostTargets } from '../judgement/conflict-targets'
import type { RuleContext } from '../judgement/context'
import { catalogAtEnd, inQuotes, isUnreleased } from '../judgement/target'
import { bodiesNaming, callersOf, listed } from '../judgement/users'
import {
  asTable,
  type Catalog,
  columnNamed,
  keyIn,
  keyOf,
  type RelationKey,
  routineNamed,
  tableAt,
} from '../postgres/catalog'
import { columnsOfType, domainsOver } from '../postgres/searches'
import type { AlterRelation, Drop } from '../sql/commands'
import type { Name } from '../sql/parts'
import { defineRule, type RuleFinding } from './rule'

export default defineRule({
  id: 'dropped-while-used',
  risk: 'failure',
  severity: 'warning',
  on: [
    'DROP FUNCTION',
    'DROP PROCEDURE',
    'DROP ROUTINE',
    'DROP VIEW',
    'DROP MATERIALIZED VIEW',
    'DROP TYPE',
    'DROP DOMAIN',
    'DROP INDEX',
    'ALTER TABLE',
  ],
  concerns: hasSubcommand('DROP CONSTRAINT'),
  why: `
PostgreSQL does not look into the bodies of functions: it drops a function or a view that others name, and those fail when they
are called next. A unique index or constraint that the \`ON CONFLICT\` of a function needs goes the same way. With \`CASCADE\` it also drops what it does know of: the triggers of a function, the views over a view, and with a
type every column that has it, values and all.

Where the history does not show what goes, \`CASCADE\` alone is told, as information.

Nothing is said where something of the same name is there when the migration ends, of a function that has overloads, of what the
same migration makes, and of functions whose bodies the history does not show.`,
  instead: `
Replace the functions that use it first, in the same migration or before it, and leave \`CASCADE\` out: PostgreSQL then refuses
where something is left.`,
  manual: ['ddl-depend.html', 'sql-dropfunction.html', 'sql-droptype.html'],

  *check(drop, context) {
    const end = catalogAtEnd(context)
    if ('subcommands' in drop || drop.tag === 'DROP INDEX') return yield* conflictTargets(drop, end, context)
    for (const name of drop.names) {
      const found = drop.tag in relations ? ofView(drop, name, end, context) : ofOther(drop, name, end, context)
      yield* found
    }
    yield* triggersLost(drop, end, context)
    yield* viewsLost(drop, end, context)
    yield* unknownLost(drop, end, context)
  },

  examples: `
-- bad: a function that another one calls
-- shows: function dropped while functions call it
-- file: 0001_names.sql
  CREATE FUNCTION folded(name text) RETURNS text LANGUAGE sql AS 'SELECT lower(name)';
  CREATE FUNCTION greeting(name text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    RETURN 'Hello ' || folded(name);
  END $$;
-- file: 0002_no_folded.sql
  DROP FUNCTION folded(text);
--              ^^^^^^ warning [dropped-while-used: DROP FUNCTION breaks function "greeting", whose body calls it]

-- bad: a view that a function reads
-- shows: view dropped while functions read it
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, active boolean);
  CREATE VIEW active_users AS SELECT id FROM users WHERE active;
  CREATE FUNCTION active_count() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM active_users';
-- file: 0002_no_view.sql
  DROP VIEW active_users;
--          ^^^^^^^^^^^^ warning [dropped-while-used: DROP VIEW breaks function "active_count", whose body names it]

-- bad: a unique constraint, and an index, that ON CONFLICT in a function needs
-- shows: unique constraint or index dropped that \`ON CONFLICT\` of a function needs
-- given: drop-index-without-concurrently off, lock-timeout-missing off
-- file: 0001_settings.sql
  CREATE TABLE settings (user_id bigint, name text, value text, slot bigint, CONSTRAINT one_each UNIQUE (user_id, name));
  CREATE UNIQUE INDEX settings_slot ON settings (slot);
  CREATE FUNCTION keep(who bigint, what text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO settings (user_id, name) VALUES (who, what) ON CONFLICT (name, user_id) DO NOTHING;
  $$;
  CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO settings (slot) VALUES (NEW.id) ON CONFLICT (slot) DO UPDATE SET value = '';
    INSERT INTO settings (user_id, name) VALUES (1, 'a') ON CONFLICT ON CONSTRAINT one_each DO NOTHING;
    RETURN NEW;
  END $$;
-- file: 0002_less.sql
  ALTER TABLE settings DROP CONSTRAINT one_each;
--                                     ^^^^^^^^ warning [dropped-while-used: DROP CONSTRAINT breaks functions "told" and "keep", whose ON CONFLICT needs the unique index]
  DROP INDEX settings_slot;
--           ^^^^^^^^^^^^^ warning [dropped-while-used: DROP INDEX breaks function "told", whose ON CONFLICT needs the unique index]

-- good: another index fits, the function is replaced, or needs no such index
-- given: drop-index-without-concurrently off, lock-timeout-missing off, redundant-index off
-- file: 0001_settings.sql
  CREATE TABLE settings (user_id bigint, name text, slot bigint, place bigint);
  CREATE UNIQUE INDEX settings_name ON settings (user_id, name);
  CREATE UNIQUE INDEX settings_slot ON settings (slot);
  CREATE UNIQUE INDEX settings_place ON settings (place);
  CREATE FUNCTION keep(who bigint, what text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO settings (user_id, name) VALUES (who, what) ON CONFLICT (user_id, name) DO NOTHING;
  $$;
  CREATE FUNCTION place(at bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO settings (slot) VALUES (at) ON CONFLICT (slot) DO NOTHING;
    INSERT INTO settings (place) VALUES (at) ON CONFLICT DO NOTHING;
  $$;
-- file: 0002_other.sql
  CREATE UNIQUE INDEX CONCURRENTLY settings_name_again ON settings (name, user_id);
-- file: 0003_less.sql
  BEGIN;
  DROP INDEX settings_name;
  DROP INDEX settings_slot;
  DROP INDEX settings_place;
  CREATE OR REPLACE FUNCTION place(at bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO settings (slot) VALUES (at) ON CONFLICT DO NOTHING;
  $$;
  COMMIT;

-- bad: CASCADE takes triggers and columns away
-- shows: triggers that \`DROP FUNCTION ... CASCADE\` takes away
-- shows: columns that \`DROP TYPE ... CASCADE\` takes away
-- file: 0001_users.sql
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TABLE users (id bigint PRIMARY KEY, feels mood, moods mood[]);
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
  CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
-- file: 0002_clean.sql
  DROP FUNCTION touch() CASCADE;
--                      ^^^^^^^ information [dropped-while-used: DROP FUNCTION CASCADE drops trigger "touched" of table "users"]
  DROP TYPE mood CASCADE;
--          ^^^^ error [dropped-while-used: DROP TYPE CASCADE drops column "feels" of table "users" and column "moods" of table "users"]

-- bad: CASCADE takes views away
-- shows: views that \`DROP VIEW ... CASCADE\` takes away
-- given: dropped-view off
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, active boolean);
  CREATE VIEW active_users AS SELECT id FROM users WHERE active;
  CREATE VIEW active_count AS SELECT count(*) FROM active_users;
  CREATE VIEW user_count AS SELECT count(*) FROM users;
-- file: 0002_no_view.sql
  DROP VIEW active_users CASCADE;
--                       ^^^^^^^ warning [dropped-while-used: DROP VIEW CASCADE drops view "active_count"]

-- bad: CASCADE takes away what the history does not show
-- shows: \`CASCADE\` of what the history does not show
-- given: dropped-view off
  DROP VIEW active_users CASCADE;
--                       ^^^^^^^ information [dropped-while-used: DROP VIEW CASCADE drops whatever depends on "active_users"]

-- good: a comment in a body names it
-- file: 0001_names.sql
  CREATE FUNCTION folded(name text) RETURNS text LANGUAGE sql AS 'SELECT lower(name)';
  CREATE FUNCTION greeting(name text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    RETURN 'Hello ' || folded(name);
  END $$;
-- file: 0002_no_folded.sql
  CREATE OR REPLACE FUNCTION greeting(name text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    -- Was: folded(name)
    RETURN 'Hello ' /* not folded (any more) */ || lower(name);
  END $$;
  DROP FUNCTION folded(text);

-- good: CASCADE takes a view away that is made again
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, active boolean);
  CREATE VIEW active_users AS SELECT id FROM users WHERE active;
  CREATE VIEW active_count AS SELECT count(*) FROM active_users;
-- file: 0002_view.sql
  BEGIN;
  DROP VIEW active_users CASCADE;
  CREATE VIEW active_users AS SELECT id, active FROM users WHERE active;
  CREATE VIEW active_count AS SELECT count(*) FROM active_users;
  COMMIT;

-- good: the function is there again when the migration ends, and so is the trigger
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION two() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN one() + one(); END $$;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
  CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
-- file: 0002_bigint.sql
  BEGIN;
  DROP FUNCTION one();
  CREATE FUNCTION one() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
  DROP FUNCTION touch() CASCADE;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := NEW.id; RETURN NEW; END $$;
  CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
  COMMIT;

-- good: what used it is replaced, or goes too
-- given: dropped-view off
-- file: 0001_names.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
  CREATE VIEW all_users AS SELECT id FROM users;
  CREATE FUNCTION one() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM all_users';
  CREATE FUNCTION two() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN one() + one(); END $$;
-- file: 0002_less.sql
  CREATE OR REPLACE FUNCTION two() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN 2; END $$;
  DROP FUNCTION one();
  DROP VIEW all_users;

-- good: another function of the name takes other arguments
-- file: 0001_names.sql
  CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION one(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n';
  CREATE FUNCTION two() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN one(1) + one(1); END $$;
-- file: 0002_less.sql
  DROP FUNCTION one();

-- good: a type and a table of the same migration
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TABLE users (id bigint PRIMARY KEY, feels mood);
  DROP TYPE mood CASCADE;
`,
})

const relations: Partial<Record<Drop['tag'], true>> = { 'DROP VIEW': true, 'DROP MATERIALIZED VIEW': true }

function* ofView(drop: Drop, name: Name, end: Catalog, context: RuleContext): Iterable<RuleFinding> {
  const key = keyOf(context.catalog, name)
  const known = context.catalog.relations.get(key)
  if (!known || end.relations.has(key) || isUnreleased(known.born, context)) return
  yield* broken(drop, name, bodiesNaming(name.name, end), 'names it')
}

function ofOther(drop: Drop, name: Name, end: Catalog, context: RuleContext): Iterable<RuleFinding> {
  return drop.tag === 'DROP TYPE' || drop.tag === 'DROP DOMAIN'
    ? ofType(drop, name, end, context)
    : ofRoutine(drop, name, end, context)
}

function* ofRoutine(drop: Drop, name: Name, end: Catalog, { catalog }: RuleContext): Iterable<RuleFinding> {
  const known = routineNamed(catalog, name)
  if (known?.overloads.length !== 1 || routineNamed(end, name)) return
  yield* broken(drop, name, callersOf(name.name, end), 'calls it')
}

function* conflictTargets(drop: Drop | AlterRelation, end: Catalog, { catalog }: RuleContext): Iterable<RuleFinding> {
  for (const { at, users } of lostTargets(drop, catalog, end))
    yield {
      at,
      message: `${drop.tag === 'ALTER TABLE' ? 'DROP CONSTRAINT' : drop.tag} breaks ${users.length > 1 ? 'functions' : 'function'} ${listed(users.map(inQuotes))}, whose ON CONFLICT needs the unique index`,
      detail:
        'PostgreSQL looks for a unique index that matches the target when the INSERT runs, and fails with SQLSTATE 42P10 where there is none.',
      hint: 'Replace what uses it first, or make the other unique index first.',
    }
}

/** Whoever writes CASCADE behind the function of a trigger may well mean the trigger. */
function* triggersLost(drop: Drop, end: Catalog, { catalog }: RuleContext): Iterable<RuleFinding> {
  if (!drop.cascade || !drop.tag.endsWith('FUNCTION')) return
  const names = new Set(drop.names.map(({ name }) => name))
  const lost: string[] = []
  for (const [key, relation] of catalog.relations) {
    for (const trigger of asTable(relation)?.triggers ?? []) {
      const isThere = tableAt(end, key)?.triggers.some(other => other.name === trigger.name) ?? true
      if (names.has(trigger.function) && !isThere) lost.push(`trigger "${trigger.name}" of table ${labelOf(key)}`)
    }
  }
  if (lost.length === 0) return
  yield {
    at: drop.cascade,
    message: `${drop.tag} CASCADE drops ${listed(lost)}`,
    detail: 'What the trigger did for every row that is written is not done any more.',
    hint: 'Drop triggers by name, and the function without CASCADE: PostgreSQL refuses where one is left.',
    severity: 'information',
  }
}

/** Views over what goes that are not there when the migration ends. */
function* viewsLost(drop: Drop, end: Catalog, context: RuleContext): Iterable<RuleFinding> {
  if (!drop.cascade) return
  const named = new Set(drop.names.map(name => keyOf(context.catalog, name)))
  const lost = context.effects.drops.filter(key => {
    const view = asTable(context.catalog.relations.get(key))
    const isView = view?.kind === 'view' || view?.kind === 'materialized view'
    return isView && !named.has(key) && !end.relations.has(key) && !isUnreleased(view.born, context)
  })
  if (lost.length === 0) return
  yield {
    at: drop.cascade,
    message: `${drop.tag} CASCADE drops ${lost.length > 1 ? 'views' : 'view'} ${listed(lost.map(labelOf))}`,
    detail: 'What reads it fails from then on.',
    hint: 'Drop views by name, without CASCADE: PostgreSQL refuses where one is left.',
  }
}

/** Of what the history does not show, nobody knows what else goes. */
function* unknownLost(drop: Drop, end: Catalog, { catalog }: RuleContext): Iterable<RuleFinding> {
  if (!drop.cascade || catalog.complete) return
  // What is made again goes first in files that may run more than once.
  const unknown = drop.names.filter(name => !isIn(catalog, drop, name) && !isIn(end, drop, name))
  if (unknown.length === 0) return
  yield {
    at: drop.cascade,
    message: `${drop.tag} CASCADE drops whatever depends on ${listed(unknown.map(inQuotes))}`,
    detail: 'The history does not show what that is.',
    hint: 'Leave CASCADE out: PostgreSQL then refuses, and says what is left.',
    severity: 'information',
  }
}

function isIn(catalog: Catalog, { tag }: Drop, name: Name): boolean {
  if (tag in relations) return catalog.relations.has(keyOf(catalog, name))
  if (tag === 'DROP TYPE' || tag === 'DROP DOMAIN') return catalog.types.has(keyIn(catalog, catalog.types, name))
  return routineNamed(catalog, name) !== undefined
}

function* broken(drop: Drop, name: Name, users: readonly Name[], how: string): Iterable<RuleFinding> {
  if (users.length === 0) return
  const isOne = users.length === 1
  yield {
    at: name.span,
    message: `${drop.tag} breaks ${isOne ? 'function' : 'functions'} ${listed(users.map(inQuotes))}, whose body ${how}`,
    detail: 'PostgreSQL does not look into function bodies: it fails when it is called.',
    hint: 'Replace what uses it first, or drop that too.',
  }
}

function* ofType(drop: Drop, name: Name, end: Catalog, context: RuleContext): Iterable<RuleFinding> {
  const { catalog } = context
  const key = keyIn(catalog, catalog.types, name)
  if (!drop.cascade || !catalog.types.has(key)) return
  const lost = domainsOver(catalog, key)
    .flatMap(type => columnsOfType(catalog, type))
    .filter(({ table, column }) => {
      const known = tableAt(catalog, table)
      const isTable = known?.kind === 'table' || known?.kind === 'partitioned table'
      if (!isTable || known.persistence === 'temporary' || isUnreleased(known.born, context)) return false
      return !isUnreleased(columnNamed(known, column)?.born, context) && !columnNamed(tableAt(end, table), column)
    })
  if (lost.length === 0) return
  const columns = lost.map(({ table, column }) => `column "${column}" of table ${labelOf(table)}`)
  yield {
    at: name.span,
    message: `${drop.tag} CASCADE drops ${listed(columns)}`,
    detail: 'The columns go with all their values, and nothing brings them back.',
    hint: 'Give the columns another type first, and drop the type without CASCADE: PostgreSQL refuses where one is left.',
    severity: 'error',
  }
}

const labelOf = (table: RelationKey): string => `"${table.replace(/^public\./, '')}"`
