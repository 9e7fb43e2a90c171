import type { Fix } from '../finding'
import { filledBy } from '../fixes/behind'
import { cutStatement } from '../fixes/edits'
import { isNeeded, laterTransaction } from '../fixes/placement'
import { withhold } from '../fixes/withheld'
import type { Step } from '../history/steps'
import type { RuleContext } from '../judgement/context'
import { columnsDefined } from '../judgement/defined'
import { mentions } from '../judgement/dependence'
import { hintForLater } from '../judgement/tool-hints'
import { type Birth, type Catalog, type Column, keyIn, keyOf, tableAt, typeNamed } from '../postgres/catalog'
import type { Settings } from '../settings'
import { bodyOf } from '../sql/bodies'
import type { AlterType, Command } from '../sql/commands'
import { spanOutside } from '../sql/excerpt'
import type { Name } from '../sql/parts'
import { literal } from '../sql/quote'
import type { Insert } from '../sql/row-commands'
import { type Token, tokensOf } from '../sql/tokens'
import { type Span, shifted } from '../text'
import { defineRule } from './rule'

export default defineRule({
  id: 'enum-value-used-at-once',
  risk: 'failure',
  severity: 'error',
  on: [
    'UPDATE',
    'INSERT',
    'DELETE',
    'SELECT',
    'ALTER TABLE',
    'CREATE TABLE',
    'CREATE INDEX',
    'CREATE VIEW',
    'CREATE MATERIALIZED VIEW',
    'CREATE TABLE AS',
    'CREATE POLICY',
    'CREATE RULE',
    'CREATE TRIGGER',
    'CREATE DOMAIN',
    'CREATE FUNCTION',
    'CREATE PROCEDURE',
  ],
  directions: ['up', 'down'],
  why: `
A value that \`ALTER TYPE ... ADD VALUE\` adds to an enum type can only be used when its transaction has committed: in the
same transaction PostgreSQL refuses every use with error 55P04, "unsafe use of new value". Most migration tools run a whole
file in one transaction.

The body of a function in \`LANGUAGE sql\` is read when it is created, and so is refused as well, unless \`check_function_bodies\`
is off. Of a type that the same transaction makes PostgreSQL refuses new values before version 17.

Nothing is said of a value that was there before, of a string that is compared as \`text\` or goes into another column, and of the
body of a function in PL/pgSQL, which is read when it runs.`,
  instead: `
Add the value in one migration and use it in the next.`,
  manual: ['sql-altertype.html'],

  *check(command, context) {
    const early = earlyUse(command, context, context.settings)
    if (!early) return
    const { value, type, use, isOwn } = early
    if (isOwn && context.settings.isAssumed)
      return yield {
        severity: 'information',
        at: use,
        message: `value "${value}" of enum type "${type.name}" can be used before COMMIT from PostgreSQL 17 on`,
        detail: 'Earlier versions refuse it, with SQLSTATE 55P04, also where the same transaction makes the type.',
        hint: 'Name the value where the type is made.',
      }
    yield {
      at: use,
      message: `value "${value}" of enum type "${type.name}" is new in this transaction: it cannot be used before COMMIT`,
      detail: 'PostgreSQL refuses every use of it in the transaction that adds it, with SQLSTATE 55P04.',
      hint: hintForLater('Use it in the next migration, or after COMMIT.', context),
      fixes: () => usedLater(command, context),
    }
  },

  examples: `
-- bad: the tool runs both in one transaction
-- shows: new enum label used in the transaction that adds it
-- given: golang-migrate
-- file: 000001_tickets.up.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state, reason text);
-- file: 000002_stale.up.sql
  ALTER TYPE ticket_state ADD VALUE 'stale';
  UPDATE tickets SET state = 'stale' WHERE reason = 'old';
--                           ^^^^^^^ error [enum-value-used-at-once: value "stale" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
-- fix: Run it in a new migration
  ALTER TYPE ticket_state ADD VALUE 'stale';
-- file: 000003_use_new_value_in_tickets.up.sql
  UPDATE tickets SET state = 'stale' WHERE reason = 'old';

-- bad: rows that a type change or an UPDATE gives it
-- given: golang-migrate, column-type-rewrite off
-- file: 000001_tickets.up.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  CREATE TABLE tickets (id bigint PRIMARY KEY, state text, was ticket_state);
-- file: 000002_state.up.sql
  ALTER TYPE ticket_state ADD VALUE 'stale';
  ALTER TABLE tickets ALTER COLUMN state TYPE ticket_state USING (CASE state WHEN 'old' THEN 'stale' ELSE state END)::ticket_state;
--                                                                                           ^^^^^^^ error [enum-value-used-at-once: value "stale" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
-- file: 000003_was.up.sql
  ALTER TYPE ticket_state ADD VALUE 'lost';
  UPDATE tickets SET was = CAST(coalesce(NULL, 'lost') AS ticket_state) WHERE id = 1;
--                                             ^^^^^^ error [enum-value-used-at-once: value "lost" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
-- fix: Run it in a new migration
  ALTER TYPE ticket_state ADD VALUE 'lost';
-- file: 000004_use_new_value_in_tickets.up.sql
  UPDATE tickets SET was = CAST(coalesce(NULL, 'lost') AS ticket_state) WHERE id = 1;

-- bad: of a type that the history does not show
-- given: golang-migrate
-- file: 000004_calm.up.sql
  ALTER TYPE mood ADD VALUE 'calm';
  UPDATE people SET mood = 'calm'::mood WHERE id = 1;
--                         ^^^^^^ error [enum-value-used-at-once: value "calm" of enum type "mood" is new in this transaction: it cannot be used before COMMIT]
-- fix: Run it in a new migration
  ALTER TYPE mood ADD VALUE 'calm';
-- file: 000005_use_new_value_in_people.up.sql
  UPDATE people SET mood = 'calm'::mood WHERE id = 1;

-- bad: a default that is set behind it is for new rows
-- given: golang-migrate
-- file: 000001_tickets.up.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state, reason text);
-- file: 000002_stale.up.sql
  ALTER TYPE ticket_state ADD VALUE 'stale';
  UPDATE tickets SET state = 'stale' WHERE reason = 'old';
--                           ^^^^^^^ error [enum-value-used-at-once: value "stale" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  ALTER TABLE tickets ALTER COLUMN state SET DEFAULT 'open';
-- fix: Run it in a new migration
  ALTER TYPE ticket_state ADD VALUE 'stale';
  ALTER TABLE tickets ALTER COLUMN state SET DEFAULT 'open';
-- file: 000003_use_new_value_in_tickets.up.sql
  UPDATE tickets SET state = 'stale' WHERE reason = 'old';

-- bad: as a default, between BEGIN and COMMIT
-- file: 0001_tickets.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state);
-- file: 0002_draft.sql
  BEGIN;
  ALTER TYPE ticket_state ADD VALUE IF NOT EXISTS 'draft' BEFORE 'open';
  ALTER TABLE tickets ALTER COLUMN state SET DEFAULT 'draft';
--                                                   ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  COMMIT;
-- fix: Run it after COMMIT
  BEGIN;
  ALTER TYPE ticket_state ADD VALUE IF NOT EXISTS 'draft' BEFORE 'open';
  COMMIT;
  ALTER TABLE tickets ALTER COLUMN state SET DEFAULT 'draft';

-- bad: in conditions, casts and new columns
-- file: 0001_tickets.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state);
-- file: 0002_draft.sql
  BEGIN;
  ALTER TYPE ticket_state ADD VALUE 'draft';
  INSERT INTO tickets (id, state) VALUES (1, 'draft') ON CONFLICT DO NOTHING;
--                                           ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  CREATE VIEW drafts AS SELECT id FROM tickets t WHERE t.state IN ('open', 'draft');
--                                                                         ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  SELECT 'draft'::ticket_state;
--       ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  CREATE TABLE notes (state ticket_state DEFAULT 'draft');
--                                               ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  COMMIT;

-- bad: in a function in SQL, whose body is read when it is created
-- shows: new enum label in a function in SQL, a trigger, a rule, a domain
-- file: 0001_tickets.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state);
  CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
-- file: 0002_draft.sql
  BEGIN;
  ALTER TYPE ticket_state ADD VALUE 'draft';
  CREATE FUNCTION drafts() RETURNS SETOF tickets LANGUAGE sql AS $$ SELECT * FROM tickets WHERE state = 'draft' $$;
--                                                                                                      ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  CREATE FUNCTION noted(state ticket_state DEFAULT 'draft') RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;
--                                                 ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  CREATE TRIGGER told BEFORE UPDATE ON tickets FOR EACH ROW WHEN (NEW.state = 'draft') EXECUTE FUNCTION told();
--                                                                            ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  CREATE RULE kept AS ON DELETE TO tickets WHERE old.state = 'draft' DO INSTEAD NOTHING;
--                                                           ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  CREATE DOMAIN settled AS ticket_state CHECK (VALUE <> 'draft');
--                                                      ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  COMMIT;

-- bad: in rows without a list of columns, in the list of a query, in COALESCE, CASE and arrays
-- given: insert-not-repeatable off, constraint-never-validated off, partition-created-under-lock off
-- file: 0001_tickets.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state, reason text);
  CREATE TABLE archive (state ticket_state) PARTITION BY LIST (state);
-- file: 0002_draft.sql
  BEGIN;
  ALTER TYPE ticket_state ADD VALUE 'draft';
  INSERT INTO tickets VALUES (1, 'draft', 'draft');
--                               ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  INSERT INTO tickets (id, state) SELECT 2, 'draft' WHERE NOT EXISTS (SELECT FROM tickets WHERE id = 2);
--                                          ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  CREATE VIEW states AS SELECT coalesce(t.state, 'draft') FROM tickets t;
--                                               ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  CREATE VIEW ranks AS SELECT CASE state WHEN 'open' THEN 1 WHEN 'draft' THEN 2 END FROM tickets;
--                                                               ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  ALTER TABLE tickets ADD CHECK (state = ANY (ARRAY['open', 'draft']::ticket_state[])) NOT VALID;
--                                                          ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  CREATE TABLE archive_drafts PARTITION OF archive FOR VALUES IN ('closed', 'draft');
--                                                                          ^^^^^^^ error [enum-value-used-at-once: value "draft" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]
  COMMIT;

-- bad: before PostgreSQL 17 a type of the same transaction is no exception
-- given: golang-migrate, postgres 16
-- file: 000001_tickets.up.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  ALTER TYPE ticket_state ADD VALUE 'stale';
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state DEFAULT 'stale');
--                                                                        ^^^^^^^ error [enum-value-used-at-once: value "stale" of enum type "ticket_state" is new in this transaction: it cannot be used before COMMIT]

-- bad: the same where nobody has said which version it is
-- given: golang-migrate
-- file: 000001_tickets.up.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  ALTER TYPE ticket_state ADD VALUE 'stale';
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state DEFAULT 'stale');
--                                                                        ^^^^^^^ information [enum-value-used-at-once: value "stale" of enum type "ticket_state" can be used before COMMIT from PostgreSQL 17 on]

-- good: the next transaction
-- file: 0001_tickets.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state, reason text);
-- file: 0002_stale.sql
  BEGIN;
  ALTER TYPE ticket_state ADD VALUE 'stale';
  COMMIT;
  UPDATE tickets SET state = 'stale' WHERE reason = 'old';

-- good: a type of the same transaction, since PostgreSQL 17
-- given: golang-migrate, postgres 17
-- file: 000001_tickets.up.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  ALTER TYPE ticket_state ADD VALUE 'stale';
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state DEFAULT 'stale');

-- good: a value that was there, a string for another column, a comparison as text, a body that is read later
-- file: 0001_tickets.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state, reason text);
-- file: 0002_stale.sql
  BEGIN;
  ALTER TYPE ticket_state ADD VALUE IF NOT EXISTS 'open';
  UPDATE tickets SET state = 'open' WHERE reason = 'again';
  ALTER TYPE ticket_state ADD VALUE 'stale';
  UPDATE tickets SET reason = 'stale' WHERE state = 'closed' OR state::text = 'stale';
  CREATE FUNCTION mark() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE tickets SET state = 'stale' WHERE id = 1; END $$;
  INSERT INTO tickets (id, reason) SELECT 3, 'stale';
  INSERT INTO tickets VALUES (4, 'open', 'stale');
  UPDATE tickets SET state = (CASE WHEN reason = 'stale' THEN 'closed' ELSE replace(reason, 'stale', 'open') END)::ticket_state
  WHERE id = 1;
  COMMIT;

-- good: bodies are not checked
-- given: session-setting-leaks off
-- file: 0001_tickets.sql
  CREATE TYPE ticket_state AS ENUM ('open', 'closed');
  CREATE TABLE tickets (id bigint PRIMARY KEY, state ticket_state);
-- file: 0002_stale.sql
  BEGIN;
  SET LOCAL check_function_bodies = off;
  ALTER TYPE ticket_state ADD VALUE 'stale';
  CREATE FUNCTION stale() RETURNS SETOF tickets LANGUAGE sql AS $$ SELECT * FROM tickets WHERE state = 'stale' $$;
  COMMIT;
`,
})

/** Where a statement stands, as far as it matters here. */
type Standing = Pick<RuleContext, 'steps' | 'index' | 'transaction' | 'statement' | 'before'>

/** Returns the first use of an enum value that the same transaction has added: PostgreSQL refuses it (sql-altertype.html). */
export function earlyUse(
  command: Command,
  standing: Standing,
  { postgres }: Pick<Settings, 'postgres'>,
): (Added & { readonly use: Span }) | undefined {
  for (const added of addedBefore(standing)) {
    // Since 17 those of a type that the transaction makes may be used (release-17.html).
    if (added.isOwn && postgres >= 17) continue
    const use = useOf(added, command, standing.statement.text, standing.before) ?? useInBody(added, command, standing)
    if (use) return { ...added, use }
  }
  return undefined
}

/** A body in SQL is read when it is created (sql-createfunction.html); one in quotes only where check_function_bodies is on. */
function useInBody(added: Added, command: Command, { statement, before, transaction }: Standing): Span | undefined {
  if (command.tag !== 'CREATE FUNCTION' && command.tag !== 'CREATE PROCEDURE') return undefined
  if (command.body && command.language !== 'sql') return undefined
  if (command.body && isOff(transaction.parameters.get('check_function_bodies'))) return undefined
  if (!command.code?.text.includes(added.value)) return undefined
  for (const { command: inner, excerpt, span } of bodyOf(command)?.statements ?? []) {
    const text = excerpt?.text ?? statement.text.slice(span.start, span.end)
    const use = useOf(added, inner, text, before)
    if (use) return excerpt ? spanOutside(excerpt, use) : shifted(use, span.start)
  }
  return undefined
}

const isOff = (value: string | undefined): boolean => /^(?:off|false|no|0)$/i.test(value ?? 'on')

interface Added {
  readonly value: string
  readonly type: Name
  /** What made the type. */
  readonly born?: Birth
  /** Whether the transaction makes the type too. */
  readonly isOwn: boolean
}

/** The values that earlier statements of the transaction add to types, unless another type has the name by now. */
function addedBefore({ steps, index, transaction, before }: Standing): readonly Added[] {
  const made = transaction.isBlock ? additionsIn(steps) : none
  if (made.length === 0) return none
  const isStill = ({ type, born }: Added) => {
    const now = typeNamed(before, type)?.born
    return now?.migration === born?.migration && now?.transaction === born?.transaction
  }
  return made
    .filter(({ place, number, added }) => place < index && number === transaction.number && isStill(added))
    .map(({ added }) => added)
}

interface Addition {
  readonly place: number
  readonly number: number
  readonly added: Added
}

const none: readonly never[] = []

/** Looked up once for a section: it may have thousands of statements. */
function additionsIn(steps: readonly Step[]): readonly Addition[] {
  const known = additions.get(steps)
  if (known) return known
  const found = steps.flatMap((step, place) => {
    const { command } = step
    const all = command?.tag === 'DO' ? (command.statements ?? []).map(inner => inner.command) : [command]
    return all.flatMap((each): Addition[] => {
      const added = each?.tag === 'ALTER TYPE' ? addedBy(each, step) : undefined
      return added ? [{ place, number: step.transaction.number, added }] : []
    })
  })
  additions.set(steps, found)
  return found
}

const additions = new WeakMap<readonly Step[], readonly Addition[]>()

function addedBy({ type: name, addValue }: AlterType, { before, migration, transaction }: Step): Added | undefined {
  const type = typeNamed(before, name)
  if (!addValue || (type && type.kind !== 'enum') || type?.labels.includes(addValue.label)) return undefined
  const isOwn = type?.born?.migration === migration.path && type.born.transaction === transaction.number
  return { value: addValue.label, type: name, born: type?.born, isOwn }
}

/** Where a statement uses the value as one of the type; strings that go elsewhere are no use of it. */
function useOf({ value, type }: Added, command: Command, text: string, catalog: Catalog): Span | undefined {
  const label = literal(value)
  if (!text.includes(label)) return undefined
  const tokens = tokensOf(text).filter(({ kind }) => kind !== 'comment')
  const places = tokens.flatMap((token, place) => (token.kind === 'string' && token.text === label ? [place] : []))
  const columns = columnsOf(type, command, catalog)
  const isColumn = (token: Token | undefined) => token !== undefined && columns.has(nameIn(token))
  const isType = (token: Token | undefined) => token !== undefined && nameIn(token) === type.name
  const place = places.find(
    at =>
      isCast(tokens, at, isType) ||
      isCompared(tokens, at, isColumn) ||
      isListed(tokens, at, isColumn) ||
      isDefault(tokens, at, isColumn, isType) ||
      isBesideColumn(tokens, at, isColumn) ||
      isInArray(tokens, at, isType) ||
      isResult(tokens, at, isType) ||
      isSelected(tokens, at, command, columns, catalog) ||
      isAssigned(tokens[at] as Token, command, columns),
  )
  if (place !== undefined) return tokens[place]
  return isInserted(value, command, columns, catalog) || isInBound(value, command, columns, catalog)
    ? tokens[places[0] ?? -1]
    : undefined
}

type Test = (token: Token | undefined) => boolean

const isCast = (tokens: readonly Token[], at: number, isType: Test): boolean => {
  const next = tokens[at + 1]?.text
  return (next === '::' || next === 'AS') && (isType(tokens[at + 2]) || isType(tokens[at + 4]))
}

const isCompared = (tokens: readonly Token[], at: number, isColumn: Test): boolean => {
  const isComparison = (token: Token | undefined) => token?.kind === 'operator' && comparisons.has(token.text)
  if (isComparison(tokens[at - 1]) && isColumn(tokens[at - 2])) return true
  if (!isComparison(tokens[at + 1])) return false
  return isColumn(tokens[at + 2]) || (tokens[at + 3]?.text === '.' && isColumn(tokens[at + 4]))
}

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '>', '<=', '>='])

/** `state IN ('open', 'stale')`. */
function isListed(tokens: readonly Token[], at: number, isColumn: Test): boolean {
  let start = at - 1
  while (tokens[start]?.text === ',' && tokens[start - 1]?.kind === 'string') start -= 2
  if (tokens[start]?.text !== '(' || tokens[start - 1]?.text !== 'IN') return false
  return isColumn(tokens[start - 2]) || (tokens[start - 2]?.text === 'NOT' && isColumn(tokens[start - 3]))
}

/** `state SET DEFAULT 'stale'`, `state ticket_state NOT NULL DEFAULT 'stale'`. */
function isDefault(tokens: readonly Token[], at: number, isColumn: Test, isType: Test): boolean {
  if (tokens[at - 1]?.text !== 'DEFAULT') return false
  if (tokens[at - 2]?.text === 'SET') return isColumn(tokens[at - 3])
  return (
    isType(tokens[at - 2]) ||
    (tokens[at - 2]?.text === 'NULL' && isType(tokens[at - (tokens[at - 3]?.text === 'NOT' ? 4 : 3)]))
  )
}

/** `coalesce(state, 'stale')`, `CASE state WHEN 'open' THEN 1 WHEN 'stale'`. */
function isBesideColumn(tokens: readonly Token[], at: number, isColumn: Test): boolean {
  const before = tokens[at - 1]?.text
  if (before === ',' && isColumn(tokens[at - 2])) {
    const open = at - (tokens[at - 3]?.text === '.' ? 5 : 3)
    return tokens[open]?.text === '(' && tokens[open - 1]?.text === 'COALESCE'
  }
  if (before !== 'WHEN') return false
  const start = tokens.slice(0, at).findLastIndex(({ text }) => text === 'CASE')
  return start >= 0 && tokens[start + 1]?.text !== 'WHEN' && tokens.slice(start, start + 5).some(isColumn)
}

/** `ARRAY['open', 'stale']::ticket_state[]`. */
function isInArray(tokens: readonly Token[], at: number, isType: Test): boolean {
  let end = at + 1
  while (tokens[end]?.text === ',' && tokens[end + 1]?.kind === 'string') end += 2
  return tokens[end]?.text === ']' && isCast(tokens, end, isType)
}

/** `(CASE reason WHEN 'old' THEN 'stale' ELSE 'open' END)::ticket_state`, `coalesce(reason, 'stale')::ticket_state`. */
function isResult(tokens: readonly Token[], at: number, isType: Test): boolean {
  const before = tokens[at - 1]?.text
  if (before !== 'THEN' && before !== 'ELSE' && !(before === ',' && isOfCoalesce(tokens, at))) return false
  let depth = 0
  for (let index = at + 1; index < tokens.length; index++) {
    const text = tokens[index]?.text ?? ''
    if (text === '(' || text === 'CASE') depth++
    else if ((text === ')' || text === 'END') && depth > 0) depth--
    else if (text === ')' || text === 'END') {
      if (isCast(tokens, index, isType)) return true
    } else if (depth === 0 && (text === 'WHERE' || text === 'FROM')) return false
  }
  return false
}

function isOfCoalesce(tokens: readonly Token[], at: number): boolean {
  let depth = 0
  for (let index = at - 1; index >= 0; index--) {
    const text = tokens[index]?.text
    if (text === ')') depth++
    else if (text === '(' && depth-- === 0) return tokens[index - 1]?.text === 'COALESCE'
  }
  return false
}

/** As the whole of what the list of a query gives to a column. */
function isSelected(
  tokens: readonly Token[],
  at: number,
  command: Command,
  columns: ReadonlySet<string>,
  catalog: Catalog,
): boolean {
  if (command.tag !== 'INSERT' || command.source !== 'SELECT') return false
  const [before, after] = [tokens[at - 1]?.text ?? '', tokens[at + 1]?.text ?? ';']
  if (!/^(?:,|SELECT|ALL|DISTINCT)$/.test(before) || !/^(?:,|;|FROM|WHERE|UNION|AS|ON|RETURNING)$/.test(after))
    return false
  let [place, depth] = [0, 0]
  for (let index = at - 1; index >= 0; index--) {
    const text = tokens[index]?.text ?? ''
    if (text === ')' || text === ']') depth++
    else if ((text === '(' || text === '[') && depth-- === 0) return false
    else if (depth > 0) continue
    else if (text === ',') place++
    else if (text === 'SELECT') return columns.has(targetsOf(command, catalog)[place] ?? '')
  }
  return false
}

/** As a result of CASE, or as the whole value. */
const isAssigned = ({ start, end }: Token, command: Command, columns: ReadonlySet<string>): boolean =>
  command.tag === 'UPDATE' &&
  command.assignments.some(
    ({ column, expression }) =>
      columns.has(column) &&
      expression.columns.length === 0 &&
      expression.span.start <= start &&
      end <= expression.span.end,
  )

const isInserted = (value: string, command: Command, columns: ReadonlySet<string>, catalog: Catalog): boolean => {
  if (command.tag !== 'INSERT') return false
  const targets = targetsOf(command, catalog)
  return (
    command.values?.some(row => row.some((given, place) => given === value && columns.has(targets[place] ?? ''))) ??
    false
  )
}

/** FOR VALUES IN, where the key is such a column. */
const isInBound = (value: string, command: Command, columns: ReadonlySet<string>, catalog: Catalog): boolean => {
  if (command.tag !== 'CREATE TABLE' || command.bound?.strategy !== 'list' || !command.partitionOf) return false
  const [key] = tableAt(catalog, keyOf(catalog, command.partitionOf))?.partitionBy ?? []
  return key !== undefined && columns.has(key) && command.bound.values.includes(value)
}

const targetsOf = (command: Insert, catalog: Catalog): readonly string[] => {
  const { columns } =
    command.columns.length > 0 ? command : (tableAt(catalog, keyOf(catalog, command.table)) ?? command)
  return columns.map(({ name }) => name)
}

/** The columns of the type in the tables that the statement names. */
function columnsOf(type: Name, command: Command, catalog: Catalog): ReadonlySet<string> {
  const wanted = keyIn(catalog, catalog.types, type)
  const columns = namesIn(command).flatMap(name => tableAt(catalog, keyOf(catalog, name))?.columns ?? [])
  const isWanted = (column: Pick<Column, 'type'>) => keyIn(catalog, catalog.types, column.type) === wanted
  // The CHECK of a domain calls what it checks VALUE.
  if (command.tag === 'CREATE DOMAIN') return new Set(isWanted(command) ? ['value'] : [])
  const isOfTable = command.tag === 'CREATE TABLE' || command.tag === 'ALTER TABLE'
  const own = isOfTable ? columnsDefined(command).filter(isWanted) : []
  return new Set([...columns.filter(isWanted), ...own.map(({ name }) => name)].map(({ name }) => name))
}

const namesIn = (command: Command): readonly Name[] => [
  ...('table' in command && command.table ? [command.table] : []),
  ...('relation' in command && command.relation ? [command.relation] : []),
  ...('relations' in command ? command.relations : []),
  ...('reads' in command ? (command.reads ?? []) : []),
  ...('partitionOf' in command && command.partitionOf ? [command.partitionOf] : []),
]

const nameIn = ({ kind, text }: Token): string => {
  if (kind === 'quoted identifier') return text.slice(1, -1).replaceAll('""', '"')
  return kind === 'word' ? text.toLowerCase() : ''
}

/** Data and defaults may follow later, where nothing else of the transaction has to do with the table. */
function usedLater(command: Command, context: RuleContext): Fix[] {
  const [table] = namesIn(command)
  if (!mayFollow(command)) withhold('Later statements may need what it makes: where it can move to, only you know.')
  if (!table || !mayFollow(command)) return []
  if (isNeeded(context, step => mentions(step, table.name) && !isIndifferent(step.command, command))) return []
  const { edit, text } = cutStatement(context)
  const about = { tables: [table.name], fills: command.tag === 'ALTER TABLE' ? undefined : filledBy(command) }
  const placed = laterTransaction(context, [text], { title: `use_new_value_in_${table.name}`, about }, [edit])
  return placed ? [{ title: `Run it${placed.where}`, safety: 'review', ...placed }] : []
}

/** A default is for rows that are inserted. */
const isIndifferent = (later: Command | undefined, command: Command): boolean =>
  later?.tag === 'ALTER TABLE' &&
  (command.tag === 'UPDATE' || command.tag === 'DELETE') &&
  later.subcommands.every(({ kind }) => kind === 'SET DEFAULT' || kind === 'DROP DEFAULT')

function mayFollow(command: Command): boolean {
  if (command.tag === 'ALTER TABLE') return command.subcommands.every(({ kind }) => kind === 'SET DEFAULT')
  return command.tag === 'UPDATE' || command.tag === 'INSERT' || command.tag === 'DELETE'
}
