import type { Edit, Fix } from '../finding'
import { insertion, statementsAfter } from '../fixes/edits'
import plain from '../history/frameworks/plain'
import type { History } from '../history/history'
import type { Direction, Migration, Section } from '../history/migration'
import { type Step, stepsIn } from '../history/steps'
import { sessionAfter } from '../history/transactions'
import { tokensOf } from '../sql/tokens'
import { shifted } from '../text'
import { defineMigrationRule } from './rule'

export default defineMigrationRule({
  id: 'session-setting-leaks',
  risk: 'failure',
  severity: 'information',
  on: 'migration',
  directions: ['up', 'down'],
  why: `
\`SET\` without \`LOCAL\` lasts until the session ends, and the session is not that of the file: most tools run all migrations
of a deploy in one, and take it from a pool that hands it on. The next migration runs with this \`search_path\`, role or
timeout, but only where both run in one deploy: a new database may come out otherwise than an old one.

Nothing is said of what the file sets back at its end, of \`SET LOCAL\`, of what else than the search_path stands at the head of
a dump by pg_dump, of what is set to PostgreSQL's own default (\`default_tablespace = ''\`), of what the next migration sets to the same (of the newest: the one before it), as where every file begins with its
search_path, and of files that psql runs: each has a session of its own. A section has one finding.`,
  instead: `
\`SET LOCAL\` in a transaction, else \`RESET\` at the end of the file.`,
  manual: ['sql-set.html', 'sql-reset.html'],

  *check({ migration, history, steps }) {
    if (history.framework.id === plain.id) return
    for (const section of migration.sections) {
      const own = stepsIn(steps, section)
      const all = leaksOf(section, own)
      const ofDump = all.filter(isOfDump)
      const isMeant = (leak: Leak) =>
        (isOfDump(leak) && (ofDump.length > 2 || defaults.has(leak.parameter))) ||
        isSetAgain(leak, section.direction, migration, history)
      const leaks = all.filter(leak => !isMeant(leak))
      const [first] = leaks
      if (!first?.step.command) continue
      const names = leaks.map(({ parameter }) => parameter).join(' and ')
      const stays = leaks.length > 1 ? 'stay' : 'stays'
      yield {
        at: shifted(first.step.command.keywords, first.step.statement.span.start),
        message: `${names} ${stays} set after this migration, in the session that ${history.framework.name} runs it in`,
        detail: 'What runs in that session afterwards, the next migrations too, runs with it.',
        hint: first.step.transaction.isBlock ? 'Use SET LOCAL.' : 'RESET it at the end.',
        fixes: () => ended(leaks, own),
      }
    }
  },

  examples: `
-- bad: in the transaction of the tool
-- shows: \`SET\` without \`LOCAL\` that outlasts its migration
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 00002_note.sql
  -- +goose Up
  SET search_path = public;
--^^^ information [session-setting-leaks: search_path and statement_timeout stay set after this migration, in the session that goose runs it in]
  SET statement_timeout TO '1min';
  ALTER TABLE users ADD COLUMN note text;
-- fix: Set it for the transaction alone
  -- +goose Up
  SET LOCAL search_path = public;
  SET LOCAL statement_timeout TO '1min';
  ALTER TABLE users ADD COLUMN note text;

-- bad: without a transaction
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- file: 00002_email.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  SET maintenance_work_mem = '1GB';
--^^^ information [session-setting-leaks: maintenance_work_mem stays set after this migration, in the session that goose runs it in]
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
-- fix: Reset it at the end
  -- +goose NO TRANSACTION
  -- +goose Up
  SET maintenance_work_mem = '1GB';
  CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
  RESET maintenance_work_mem;

-- bad: as a function call, in the header of a dump
-- given: golang-migrate
-- file: 000001_users.up.sql
  SELECT pg_catalog.set_config('search_path', '', false);
--^^^^^^ information [session-setting-leaks: search_path stays set after this migration, in the session that golang-migrate runs it in]
  CREATE TABLE public.users (id bigint PRIMARY KEY);

-- good: the head of a dump
-- given: golang-migrate
-- file: 000001_users.up.sql
  SET statement_timeout = 0;
  SET idle_in_transaction_session_timeout = 0;
  SET client_encoding = 'UTF8';
  SET standard_conforming_strings = on;
  SET check_function_bodies = false;
  SET xmloption = content;
  SET client_min_messages = warning;
  SET row_security = off;
  SET default_tablespace = '';
  SET default_table_access_method = heap;
  CREATE TABLE public.users (id bigint PRIMARY KEY);

-- good: PostgreSQL's own default
-- given: golang-migrate
-- file: 000001_users.up.sql
  SET default_tablespace = '';
  CREATE TABLE users (id bigint PRIMARY KEY);

-- good: for the transaction alone, and set back
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  SET LOCAL search_path = public;
  SET work_mem = '64MB';
  CREATE TABLE users (id bigint PRIMARY KEY);
  RESET work_mem;

-- good: set back to another value
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  SET statement_timeout = '1h';
  CREATE TABLE users (id bigint PRIMARY KEY);
  SET statement_timeout = '3h';

-- good: every file sets it
-- given: goose
-- file: 00001_users.sql
  -- +goose Up
  SET search_path = shop, public;
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 00002_orders.sql
  -- +goose Up
  SET search_path = shop, public;
  CREATE TABLE orders (id bigint PRIMARY KEY);

-- good: psql has a session for each file
-- file: 0001_users.sql
  SET search_path = public;
  CREATE TABLE users (id bigint PRIMARY KEY);
`,
})

interface Leak {
  readonly parameter: string
  /** The statement that set it last. */
  readonly step: Step
}

/** What is set when the section ends, for statements that follow: a last word is taken for what was there before. */
function leaksOf(section: Section, own: readonly Step[]): readonly Leak[] {
  const lastOther = own.findLastIndex(({ command }) => command && !ending.has(command.tag))
  return [...sessionAfter(section, new Map()).keys()].flatMap(parameter => {
    const place = own.findLastIndex(step => setsForSession(step, parameter))
    const step = own[place]
    return step && place < lastOther ? [{ parameter, step }] : []
  })
}

/** Whether the next file sets it to the same, or the one before the newest has: who writes the one after will too. */
function isSetAgain(
  { parameter, step: { command } }: Leak,
  direction: Direction,
  migration: Migration,
  { migrations }: History,
): boolean {
  if (command?.tag !== 'SET') return false
  const files = migrations.filter(({ sections }) => sections.some(section => section.direction === direction))
  const place = files.indexOf(migration)
  const neighbour = files[place + 1] ?? files[place - 1]
  return (neighbour?.sections ?? []).some(
    ({ direction: way, statements }) =>
      way === direction &&
      statements.some(
        ({ command: other }) => other?.tag === 'SET' && other.parameter === parameter && other.value === command.value,
      ),
  )
}

/** What pg_dump writes at the head of each dump, and means for the dump alone: PostgreSQL's defaults, or what changes no later statement. */
const isOfDump = ({ parameter, step: { command } }: Leak): boolean =>
  command?.tag === 'SET' && command.value?.toLowerCase() === dumped.get(parameter)

const dumped: ReadonlyMap<string, string> = new Map([
  ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout'].map(
    timeout => [timeout, '0'] as const,
  ),
  ['client_encoding', 'utf8'],
  ['standard_conforming_strings', 'on'],
  ['check_function_bodies', 'false'],
  ['xmloption', 'content'],
  ['client_min_messages', 'warning'],
  ['row_security', 'off'],
  ['default_tablespace', ''],
  ['default_table_access_method', 'heap'],
  ['default_with_oids', 'false'],
])

/** Of those what no role or database has otherwise: setting it to PostgreSQL's own default changes nothing. */
const defaults: ReadonlySet<string> = new Set([
  'standard_conforming_strings',
  'xmloption',
  'default_tablespace',
  'default_table_access_method',
])

/** What may stand behind the last statement that does something. */
const ending: ReadonlySet<string> = new Set(['SET', 'RESET', 'COMMIT', 'DISCARD'])

function setsForSession({ command }: Step, parameter: string): boolean {
  if (command?.tag === 'SET') return !command.isLocal && command.parameter === parameter
  if (command?.tag !== 'SELECT') return false
  return command.parameters.some(({ name, isLocal }) => !isLocal && name === parameter)
}

/** SET LOCAL, where each stands in a transaction block; else RESET at the end. */
function ended(leaks: readonly Leak[], own: readonly Step[]): Fix[] {
  const [last] = own.slice(-1)
  if (!last) return []
  if (leaks.every(({ step }) => step.command?.tag === 'SET' && isBlockToTheEnd(step, last))) {
    const edits = leaks.flatMap(({ step }) => localEdit(step))
    return edits.length === leaks.length ? [{ title: 'Set it for the transaction alone', safety: 'review', edits }] : []
  }
  if (leaks.some(({ step }) => step.command?.tag !== 'SET' || step.transaction.isBlock)) return []
  const resets = leaks.map(({ parameter }) => `RESET ${parameter};`)
  return [{ title: 'Reset it at the end', safety: 'review', edits: statementsAfter(last, resets) }]
}

const isBlockToTheEnd = ({ transaction }: Step, last: Step): boolean =>
  transaction.isBlock && transaction.number === last.transaction.number

/** After SET; not where SESSION stands there. */
function localEdit(step: Step): Edit[] {
  const [set, next] = tokensOf(step.statement.text).filter(({ kind }) => kind !== 'comment')
  if (set?.text !== 'SET' || next?.text === 'SESSION') return []
  return [insertion(step, set.end, ' LOCAL')]
}
