import type { Fix, Severity } from '../finding'
import { insertion, replacement } from '../fixes/edits'
import { withhold } from '../fixes/withheld'
import { addedToDown } from '../fixes/write-down'
import { catalogAfter } from '../history/fold'
import type { History } from '../history/history'
import { type Step, stepsOf } from '../history/steps'
import { lackingIn } from '../inverse/inverse'
import { mayWrite } from '../judgement/emptied'
import { isCommentedOn, saysIrreversible } from '../judgement/intent'
import { type Pair, pairOf, type RoundTrip, roundTripOf, type Trace } from '../judgement/round-trip'
import { type Catalog, typeNamed } from '../postgres/catalog'
import type { Difference } from '../postgres/differences'
import { words } from '../postgres/differences-in-words'
import type { Settings } from '../settings'
import { quoted } from '../sql/quote'
import type { Span } from '../text'
import { defineMigrationRule, type RuleFinding } from './rule'

export default defineMigrationRule({
  id: 'down-does-not-mirror-up',
  risk: 'rollback',
  severity: 'warning',
  on: 'migration',
  directions: ['up', 'down'],
  why: `
When up and down have both run, the database should be as it was before. What a down leaves behind makes the next run of the
up fail, because it is there already; what it drops besides, or does not make again, is missed by the code that is rolled
back to, and by the downs of earlier migrations. \`IF EXISTS\` hides most of these mistakes: a wrong name or a wrong kind of
object is passed over without an error.

Both directions are applied to what the history has made, and what is then different is told where it comes from: at the
statement of the up that is not undone, or at that of the down which does something else. Bodies of functions and queries of
views are compared by their words; a query that the down writes otherwise may be the same. PostgreSQL cannot take a label from an
enum: a hint tells where the up would add it a second time. Nothing else is said of downs that are
empty or fail, of what nobody misses (the order of columns, what the sequence
of a column is called, owners, comments), where a comment in the down speaks of it, and where up or down do what cannot be
followed, such as dynamic SQL.`,
  instead: `
Undo each statement of the up by the names that it gives, in reverse order. Names that PostgreSQL chooses (of constraints and
indexes without one) are easier to get right when the up writes them. Where something is left on purpose, a comment in the down
says so.`,
  manual: [],
  seeds: ['a down undoes exactly what the up did'],

  *check({ migration, history, settings }) {
    const pair = pairOf(migration, history)
    if (migration === pair?.up) yield* labelsAgain(pair, history, settings)
    if (!pair || saysIrreversible(pair.down)) return
    const trip = roundTripOf(pair, history, settings)
    const traces = trip.left.filter(
      ({ difference, step }) => step.migration === migration && !isCommentedOn(pair.down, difference.name),
    )
    const fixes = () => completed(pair, trip, history, settings)
    for (const group of groups(traces)) {
      const [{ difference, step, at }] = group
      const what = listed(group)
      const found = step.direction === 'up' ? notUndone(difference, what, step) : besides(difference, what, step)
      if (found) yield { at: inFile(at, step), relation: difference.key, ...found, fixes }
    }
    if (migration === pair.down) yield* missed(trip)
  },

  examples: `
-- bad: IF EXISTS hides a wrong name
-- shows: wrong name that \`IF EXISTS\` hides
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_mails.up.sql
  CREATE TABLE mails (id bigint PRIMARY KEY, sender text);
  CREATE INDEX mails_sender_idx ON mails (sender);
  CREATE TABLE mail_attachments (id bigint PRIMARY KEY);
-- file: 000002_mails.down.sql
  DROP TABLE mails;
  DROP TABLE IF EXISTS mails_attachments;
--                     ^^^^^^^^^^^^^^^^^ warning [down-does-not-mirror-up: DROP TABLE IF EXISTS passes over table "mails_attachments", which does not exist: table "mail_attachments" stays]
-- fix: Drop table "mail_attachments" instead
  DROP TABLE mails;
  DROP TABLE IF EXISTS mail_attachments;

-- bad: IF EXISTS hides a wrong kind
-- shows: wrong kind that \`IF EXISTS\` hides
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_email.up.sql
  CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
-- file: 000002_email.down.sql
  ALTER TABLE users DROP CONSTRAINT IF EXISTS users_email_key;
--                                            ^^^^^^^^^^^^^^^ warning [down-does-not-mirror-up: DROP CONSTRAINT IF EXISTS passes over constraint "users_email_key", which does not exist: index "users_email_key" stays]

-- bad: the down forgets one of two
-- shows: down that does not undo the up
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_plans.up.sql
  CREATE TYPE plan AS ENUM ('free', 'paid');
--            ^^^^ warning [down-does-not-mirror-up: the down leaves type "plan" behind]
  ALTER TABLE users ADD COLUMN plan plan;
-- file: 000002_plans.down.sql
  ALTER TABLE users DROP COLUMN plan;
-- fix: Undo the rest in the down
  ALTER TABLE users DROP COLUMN plan;
  DROP TYPE plan;

-- bad: the down drops what the up only changed
-- given: goose, drop-index-without-concurrently off
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
  CREATE INDEX users_email_idx ON users (email);

  -- +goose Down
  DROP TABLE users;
-- file: 00002_names.sql
  -- +goose Up
  ALTER TABLE users ADD COLUMN name text;

  -- +goose Down
  ALTER TABLE users DROP COLUMN name;
  DROP INDEX users_email_idx;
--           ^^^^^^^^^^^^^^^ warning [down-does-not-mirror-up: the down drops index "users_email_idx", which the up did not make]

-- bad: the type does not come back
-- given: golang-migrate, statistics-missing off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50));
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_names.up.sql
  ALTER TABLE users ALTER COLUMN name TYPE text;
--                               ^^^^ warning [down-does-not-mirror-up: the down does not change the type of column "name" of table "users" back]
  ALTER TABLE users ADD COLUMN nick text;
-- file: 000002_names.down.sql
  ALTER TABLE users DROP COLUMN nick;
-- fix: Undo the rest in the down
  ALTER TABLE users DROP COLUMN nick;
  ALTER TABLE users ALTER COLUMN name TYPE varchar(50);

-- good: the same, written otherwise
-- given: golang-migrate, check-validated-at-once off, changed-default off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, plan text DEFAULT 'free', CONSTRAINT plans CHECK (plan IN ('free', 'paid')));
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_plans.up.sql
  ALTER TABLE users DROP CONSTRAINT plans, ALTER COLUMN plan SET DEFAULT 'paid';
  ALTER TABLE users ADD CONSTRAINT plans CHECK (plan IN ('free', 'paid', 'team'));
-- file: 000002_plans.down.sql
  ALTER TABLE users DROP CONSTRAINT plans, ALTER COLUMN plan SET DEFAULT ('free'::text);
  ALTER TABLE users ADD CONSTRAINT plans CHECK (((plan = 'paid') or (plan = 'free'::text)));

-- bad: the table comes back otherwise
-- given: golang-migrate, dropped-table off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
  CREATE TABLE faxes (id bigint PRIMARY KEY, user_id bigint REFERENCES users, number text, sent timestamptz);
  CREATE INDEX faxes_user_idx ON faxes (user_id);
-- file: 000001_users.down.sql
  DROP TABLE faxes;
  DROP TABLE users;
-- file: 000002_no_faxes.up.sql
  DROP TABLE faxes;
--           ^^^^^ warning [down-does-not-mirror-up: the down does not make column "number" of table "faxes" again]
--           ^^^^^ information [down-does-not-mirror-up: the down does not make constraint "faxes_user_id_fkey" of table "faxes" again]
--           ^^^^^ information [down-does-not-mirror-up: the down does not make index "faxes_user_idx" again]
-- file: 000002_no_faxes.down.sql
  CREATE TABLE faxes (id bigint PRIMARY KEY, user_id bigint, sent timestamp, pages integer);
--                                                           ^^^^ warning [down-does-not-mirror-up: the down leaves column "sent" of table "faxes" with another type than before the up]
--                                                                           ^^^^^ information [down-does-not-mirror-up: the down makes column "pages" of table "faxes", which was not there before the up]

-- bad: a column is not made again
-- given: golang-migrate, dropped-column off
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, fax text);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_no_fax.up.sql
  ALTER TABLE users DROP COLUMN fax;
--                              ^^^ warning [down-does-not-mirror-up: the down does not make column "fax" of table "users" again]
  CREATE TABLE phones (id bigint PRIMARY KEY);
-- file: 000002_no_fax.down.sql
  DROP TABLE phones;
-- fix: Undo the rest in the down
  DROP TABLE phones;
  ALTER TABLE users ADD COLUMN fax text;

-- good: all of it, in reverse order
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_plans.up.sql
  CREATE TYPE plan AS ENUM ('free', 'paid');
  ALTER TABLE users ADD COLUMN plan plan;
-- file: 000002_plans.down.sql
  ALTER TABLE users DROP COLUMN plan;
  DROP TYPE plan;

-- good: a comment says what stays
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_plans.up.sql
  CREATE TYPE plan AS ENUM ('free', 'paid');
  ALTER TABLE users ADD COLUMN plan plan;
-- file: 000002_plans.down.sql
  -- The type plan stays: a later migration of another service uses it.
  ALTER TABLE users DROP COLUMN plan;

-- bad: nothing takes a label from an enum
-- shows: label of an enum that a second run of the up adds again
-- given: golang-migrate
-- file: 000001_mood.up.sql
  CREATE TYPE mood AS ENUM ('sad', 'happy');
-- file: 000001_mood.down.sql
  DROP TYPE mood;
-- file: 000002_mood.up.sql
  ALTER TYPE mood ADD VALUE 'calm' AFTER 'sad';
--                          ^^^^^^ hint [down-does-not-mirror-up: ADD VALUE fails when the up runs again: no down takes label "calm" from type "mood" and 1 other]
  ALTER TYPE mood ADD VALUE 'angry';
  CREATE TABLE days (day date PRIMARY KEY, mood mood);
-- file: 000002_mood.down.sql
  DROP TABLE days;
-- fix: Add IF NOT EXISTS
-- file: 000002_mood.up.sql
  ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm' AFTER 'sad';
  ALTER TYPE mood ADD VALUE IF NOT EXISTS 'angry';
  CREATE TABLE days (day date PRIMARY KEY, mood mood);

-- good: a constraint stays validated
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY, age integer);
  ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 17) NOT VALID;
-- file: 000001_users.down.sql
  DROP TABLE users;
-- file: 000002_grown.up.sql
  ALTER TABLE users VALIDATE CONSTRAINT grown;
  ALTER TABLE users ADD COLUMN nick text;
-- file: 000002_grown.down.sql
  ALTER TABLE users DROP COLUMN nick;

-- good: a body in other letters
-- given: golang-migrate
-- file: 000001_farewell.up.sql
  CREATE FUNCTION farewell(name text) RETURNS text LANGUAGE sql AS $$ SELECT 'Bye ' || name $$;
-- file: 000001_farewell.down.sql
  DROP FUNCTION farewell(text);
-- file: 000002_farewell.up.sql
  CREATE OR REPLACE FUNCTION farewell(name text) RETURNS text LANGUAGE sql AS $$ SELECT 'See you, ' || name $$;
-- file: 000002_farewell.down.sql
  CREATE OR REPLACE FUNCTION farewell(name text) RETURNS text LANGUAGE sql AS $$
    -- As it was.
    select 'Bye ' || name;
  $$;

-- good: a change that cannot be followed
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000001_users.down.sql
  DO $$ BEGIN EXECUTE 'DROP TABLE ' || current_setting('some.name'); END $$;
`,
})

/** The labels that the up adds without IF NOT EXISTS, and the down leaves: told at the first, once. */
function* labelsAgain({ up, down }: Pair, history: History, settings: Settings): Iterable<RuleFinding> {
  const steps = stepsOf(history, up, settings).filter(
    ({ command, direction }) =>
      direction !== 'down' && command?.tag === 'ALTER TYPE' && command.addValue && !command.addValue.ifNotExists,
  )
  if (steps.length === 0) return
  // Some take labels from pg_enum by hand, or raise an error, and the up does not run again.
  const downs = stepsOf(history, down, settings).filter(({ direction }) => direction === 'down')
  if (downs.some(step => mayWrite(step, 'pg_enum'))) return
  const undone = catalogAfter(down, 'down', history.before(down.path, 'down'))
  const added = steps.flatMap(step => {
    if (step.command?.tag !== 'ALTER TYPE' || !step.command.addValue) return []
    const { type, addValue } = step.command
    const isThere = (catalog: Catalog) => {
      const known = typeNamed(catalog, type)
      return known?.kind === 'enum' && known.labels.includes(addValue.label)
    }
    if (isThere(step.before) || !isThere(undone)) return []
    return [{ step, span: addValue.span, what: `label "${addValue.label}" from type "${type.name}"` }]
  })
  const [first, ...others] = added
  if (!first) return
  const more = others.length > 0 ? ` and ${others.length} other${others.length > 1 ? 's' : ''}` : ''
  yield {
    at: inFile(first.span, first.step),
    message: `ADD VALUE fails when the up runs again: no down takes ${first.what}${more}`,
    hint: 'Add IF NOT EXISTS.',
    severity: 'hint',
    fixes: () => [
      {
        title: 'Add IF NOT EXISTS',
        safety: 'safe',
        edits: added.map(({ step, span }) => insertion(step, span.start, 'IF NOT EXISTS ')),
      },
    ],
  }
}

type Group = readonly [Trace, ...Trace[]]

/** What one statement has to do with in one way is told at once; what is not made again and what weighs little, for the whole migration. */
function groups(traces: readonly Trace[]): readonly Group[] {
  const found = new Map<string, [Trace, ...Trace[]]>()
  for (const trace of traces) {
    const { difference, step } = trace
    const { change, what, aspect } = difference
    const isForAll = change === 'removed' ? step.direction === 'up' : isMinor(difference)
    const place = isForAll ? '' : step.statement.span.start
    const id = [step.direction, place, change, what, aspect].join('\n')
    const group = found.get(id)
    if (group) group.push(trace)
    else found.set(id, [trace])
  }
  return [...found.values()]
}

/** The first, and how many others. */
function listed([first, ...others]: Group): string {
  const { what } = first.difference
  if (others.length === 0) return words(first.difference)
  return `${words(first.difference)} and ${others.length} other ${others.length > 1 ? plural(what) : what}`
}

const plural = (what: string): string => {
  if (what === 'index') return 'indexes'
  return what === 'policy' ? 'policies' : `${what}s`
}

/** Adds to the down all that it lacks, at once: where that is not all that is wrong with it, somebody has to look. */
function completed({ up, down }: Pair, { left }: RoundTrip, history: History, settings: Settings): readonly Fix[] {
  const traces = left.filter(({ difference }) => !isCommentedOn(down, difference.name))
  const starts = new Set(traces.flatMap(({ step }) => (step.direction === 'up' ? step.statement.span.start : [])))
  const undone = ({ statement }: Step) => starts.has(statement.span.start)
  const wrong = traces.map(({ difference }) => difference)
  const lines = lackingIn(down, up, { undone, wrong }, history, settings)
  if (lines.length === 0) withhold('The down does not only lack what undoes this: it has to be written anew.')
  return addedToDown(lines, down)
}

type Words = Pick<RuleFinding, 'message' | 'detail' | 'hint' | 'severity'>

/** At a statement of the up. */
function notUndone(difference: Difference, what: string, { command }: Step): Words | undefined {
  switch (difference.change) {
    case 'added':
      return {
        message: `the down leaves ${what} behind`,
        detail: isRepeatable(command)
          ? 'It is still there when the down has run.'
          : 'The up fails when it runs again, because it is there already.',
        hint: 'Drop it in the down.',
        ...(isRepeatable(command) && { severity: 'information' as const }),
      }
    case 'removed':
      return {
        message: `the down does not make ${what} again`,
        detail: 'Code that is rolled back to, and the downs of earlier migrations, may need it.',
        hint: 'Make it again in the down, or say in a comment there why it stays away.',
        severity: severityOfRemoved(difference),
      }
    case 'changed':
      return {
        message: `the down does not change the ${difference.aspect} of ${what} back`,
        detail: 'When the down has run, it is not as it was before the up.',
        hint: 'Undo the change in the down.',
        severity: aspectSeverity(difference),
      }
  }
}

/** A column that comes back in a table with rows cannot have been NOT NULL without a default. */
const aspectSeverity = (difference: Difference): Severity => (isMinor(difference) ? 'hint' : 'warning')

const isMinor = ({ aspect }: Difference): boolean => aspect === 'nullability' || aspect === 'default'

/** Without a column the code before fails at once; a dropped table is rarely missed. */
const severityOfRemoved = ({ what }: Difference): Severity => (what === 'column' ? 'warning' : 'information')

const isRepeatable = (command: Step['command']): boolean =>
  command !== undefined &&
  (('ifNotExists' in command && command.ifNotExists !== undefined) ||
    ('orReplace' in command && command.orReplace === true))

/** At a statement of the down. */
function besides(difference: Difference, what: string, { command }: Step): Words | undefined {
  switch (difference.change) {
    case 'added':
      return {
        message: `the down makes ${what}, which was not there before the up`,
        detail: 'When the down has run, the database is not as it was before the up.',
        severity: 'information',
      }
    case 'removed':
      // Those are lost with their data: rollback-loses-data tells of them.
      if (difference.what === 'table' || difference.what === 'column') return undefined
      return {
        message: `the down drops ${what}, which the up did not make`,
        detail: 'It was there before the up.',
        hint:
          command?.tag === 'DROP FUNCTION'
            ? 'Restore the function as it was before the up.'
            : 'Undo only what the up does.',
      }
    case 'changed':
      return {
        message: `the down leaves ${what} with another ${difference.aspect} than before the up`,
        detail: 'When the down has run, it is not as it was before the up.',
        hint: 'Leave it as it was before the up.',
        severity: difference.aspect === 'body' ? 'information' : aspectSeverity(difference),
      }
  }
}

function* missed({ misses }: RoundTrip): Iterable<RuleFinding> {
  for (const miss of misses) {
    const { step, words: drop, what, name, span, meant } = miss
    // CockroachDB writes the table in front of an index, where PostgreSQL has the schema.
    const shown = name === meant.name ? step.statement.text.slice(span.start, span.end) : name
    yield {
      at: inFile(span, step),
      message: `${drop} passes over ${what} "${shown}", which does not exist: ${words(meant)} stays`,
      detail: 'IF EXISTS hides that nothing is dropped; what the up makes is still there when the down has run.',
      hint: 'Drop what the up makes, by its own kind and name.',
      relation: meant.key,
      ...(meant.what === what && { fixes: () => named(miss) }),
    }
  }
}

/** Writes the name that is meant; where that is there already, the schema in front of it. */
function named({ step, name, span, meant }: RoundTrip['misses'][number]): Fix[] {
  const own = ownName(step, span)
  const edits = []
  if (name !== meant.name) edits.push(replacement(step, own, quoted(meant.name)))
  else if (own.start > span.start) {
    const schema = meant.key.slice(0, -meant.name.length - 1)
    edits.push(
      replacement(step, { start: span.start, end: own.start }, schema === 'public' ? '' : `${quoted(schema)}.`),
    )
  }
  return edits.length === 0 ? [] : [{ title: `Drop ${words(meant)} instead`, safety: 'review', edits }]
}

/** Without the schema in front. */
function ownName({ statement }: Step, span: Span): Span {
  const text = statement.text.slice(span.start, span.end)
  const schema = /^(?:"(?:[^"]|"")*"|[^".\s]+)\s*\.\s*/.exec(text)?.[0] ?? ''
  return { start: span.start + schema.length, end: span.end }
}

const inFile = ({ start, end }: Span, { statement }: Step): Span => ({
  start: statement.span.start + start,
  end: statement.span.start + end,
})
