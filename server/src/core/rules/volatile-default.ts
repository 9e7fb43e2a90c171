import type { Fix } from '../finding'
import { inBatches, withoutKey } from '../fixes/batches'
import { type About, inTheWay } from '../fixes/behind'
import { computedByTrigger } from '../fixes/computed-by-trigger'
import { anotherSubcommand, replacement, withBlanksBefore, written } from '../fixes/edits'
import { filledFromSequence } from '../fixes/filled-from-sequence'
import { notNullParts } from '../fixes/not-null-steps'
import { inSteps, isNeeded } from '../fixes/placement'
import { isFiredByFilling } from '../fixes/triggers-of-copy'
import { withhold } from '../fixes/withheld'
import { hasSubcommand } from '../judgement/concerns'
import type { RuleContext } from '../judgement/context'
import { tableWithRows } from '../judgement/emptied'
import { modeOn, subcommandsOf, type Target, touches, whoWaits } from '../judgement/target'
import { byHand, neverOutside } from '../judgement/tool-hints'
import { serialTypes } from '../postgres/apply/columns'
import { isConstrainedDomain, ofDomain } from '../postgres/types'
import type { AlterRelation } from '../sql/commands'
import type { ColumnDefinition } from '../sql/parts'
import { quoted } from '../sql/quote'
import { tokensOf } from '../sql/tokens'
import type { Span } from '../text'
import { requirementOf } from './required-column-without-default'
import { defineRule } from './rule'

export default defineRule({
  id: 'volatile-default',
  risk: 'locking',
  severity: 'error',
  on: ['ALTER TABLE'],
  concerns: hasSubcommand('ADD COLUMN'),
  why: `
Where a new column has the same value in every row that is there, PostgreSQL stores that value once and \`ADD COLUMN\` is done
in a moment. Where each row needs its own, PostgreSQL writes the whole table and its indexes anew under \`ACCESS EXCLUSIVE\`: a
default that calls a volatile function such as \`gen_random_uuid()\` or \`clock_timestamp()\`, \`serial\` and identity columns
(they call \`nextval\`), stored generated columns, and types that are domains with constraints.

Nothing is said of a table that the same migration makes or the same transaction empties with \`TRUNCATE\`, of constants and of stable functions: \`now()\` and \`CURRENT_TIMESTAMP\` are computed once, for the whole
statement. Virtual generated columns are computed when they are read.`,
  instead: `
Add the column without the default; set the default for rows to come with \`ALTER COLUMN ... SET DEFAULT\`; fill the rows
that are there in batches. For a key, build its index concurrently afterwards. A column that is filled and \`NOT NULL\` becomes an
identity column with \`ALTER COLUMN ... ADD GENERATED ... AS IDENTITY\`, which touches no row; set its sequence behind the highest
value. On PostgreSQL 18 a \`VIRTUAL\` generated column needs no storage; before, a trigger computes a plain column, which is filled
in batches.`,
  manual: ['sql-altertable.html#SQL-ALTERTABLE-NOTES', 'xfunc-volatility.html'],
  seeds: ['add the column without a default, fill it, then constrain it'],

  *check(alter, context) {
    const target = tableWithRows(alter.relation, context)
    if (!target) return
    for (const { subcommand, effects, place } of subcommandsOf(alter, context, 'ADD COLUMN')) {
      const mode = modeOn(effects, target.relation)
      // Where a row is there, it is refused before the rewrite is done.
      if (!touches(effects.rewrites, target) || !mode || requirementOf(subcommand.column, context)) continue
      const { at, cause } = reasonOf(subcommand.column, context)
      const isUnknown = effects.unknown.length > 0
      yield {
        at,
        message: `ADD COLUMN "${subcommand.column.name.name}" ${isUnknown ? 'may rewrite' : 'rewrites'} ${target.label} under ${mode}: ${whoWaits(mode)} until it is done`,
        detail: isUnknown ? effects.unknown.join(' ') : cause,
        hint: hintFor(subcommand.column, context),
        relation: target.relation,
        severity: isUnknown ? 'warning' : undefined,
        fixes: () => (isUnknown ? [] : splitDefault(alter, place, subcommand.column, target, context)),
      }
    }
  },

  examples: `
-- bad: a volatile function
-- shows: new column with a volatile default
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_token.sql
  ALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();
--                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^ error [volatile-default: ADD COLUMN "token" rewrites table "users" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Fill the rows that are there in batches
  ALTER TABLE users ADD COLUMN token uuid, ALTER COLUMN token SET DEFAULT gen_random_uuid();
  DO $$
  DECLARE
    batch_start users.id%TYPE;
    batch_end users.id%TYPE;
    last_key users.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM users ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM users ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM users WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      UPDATE users SET token = DEFAULT WHERE id BETWEEN batch_start AND batch_end AND token IS NULL;
      COMMIT;
      SELECT id INTO batch_start FROM users WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
  ALTER TABLE users ADD CONSTRAINT users_token_not_null_check CHECK (token IS NOT NULL) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_token_not_null_check;
  ALTER TABLE users ALTER COLUMN token SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_token_not_null_check;

-- bad: in the transaction of the tool, with another subcommand
-- given: golang-migrate
-- file: 000001_users.up.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 000002_token.up.sql
  alter table users
    add column token uuid default gen_random_uuid() not null, -- for links
--                        ^^^^^^^^^^^^^^^^^^^^^^^^^ error [volatile-default: ADD COLUMN "token" rewrites table "users" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
    add column plan text;
-- file: 000002_token.down.sql
  ALTER TABLE users DROP COLUMN token, DROP COLUMN plan;
-- fix: Fill the rows that are there in batches in new migrations
-- file: 000002_token.up.sql
  alter table users
    add column token uuid,
    alter column token set default gen_random_uuid(), -- for links
    add column plan text;
-- file: 000003_backfill_users_token.up.sql
  do $$
  declare
    batch_start users.id%type;
    batch_end users.id%type;
    last_key users.id%type;
  begin
    select id into batch_start from users order by id limit 1;
    select id into last_key from users order by id desc limit 1;
    while batch_start <= last_key loop
      select batch.id into batch_end from (
        select id from users where id >= batch_start order by id limit 5000
      ) as batch order by batch.id desc limit 1;
      update users set token = default where id between batch_start and batch_end and token is null;
      commit;
      select id into batch_start from users where id > batch_end order by id limit 1;
    end loop;
  end
  $$;
-- file: 000003_backfill_users_token.down.sql
  -- Nothing to undo.
-- file: 000004_add_users_token_not_null.up.sql
  alter table users add constraint users_token_not_null_check check (token is not null) not valid;
-- file: 000004_add_users_token_not_null.down.sql
  alter table users drop constraint users_token_not_null_check;
-- file: 000005_validate_users_token_not_null.up.sql
  alter table users validate constraint users_token_not_null_check;
  alter table users alter column token set not null;
  alter table users drop constraint users_token_not_null_check;
-- file: 000005_validate_users_token_not_null.down.sql
  alter table users add constraint users_token_not_null_check check (token is not null) not valid;
  alter table users alter column token drop not null;

-- bad: computed, on PostgreSQL 18
-- given: postgres 18
-- file: 0001_products.sql
  CREATE TABLE products (sku text PRIMARY KEY, price numeric);
-- file: 0002_gross.sql
  ALTER TABLE products ADD COLUMN gross numeric GENERATED ALWAYS AS (price * 1.2) STORED;
--                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error [volatile-default: ADD COLUMN "gross" rewrites table "products" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Compute it when it is read
  ALTER TABLE products ADD COLUMN gross numeric GENERATED ALWAYS AS (price * 1.2) VIRTUAL;

-- bad: computed and stored
-- shows: stored generated column added to a table in use
-- file: 0001_products.sql
  CREATE TABLE products (sku text PRIMARY KEY, price numeric);
-- file: 0002_gross.sql
  ALTER TABLE products ADD COLUMN gross numeric GENERATED ALWAYS AS (price * 1.2) STORED;
--                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error [volatile-default: ADD COLUMN "gross" rewrites table "products" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Compute it in a trigger, and fill the rows that are there in batches
  ALTER TABLE products ADD COLUMN gross numeric;
  CREATE FUNCTION products_gross_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.gross := (SELECT (price * 1.2) FROM (SELECT NEW.*) AS products);
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER products_gross_sync BEFORE INSERT OR UPDATE ON products FOR EACH ROW EXECUTE FUNCTION products_gross_sync();
  DO $$
  DECLARE
    batch_start products.sku%TYPE;
    batch_end products.sku%TYPE;
    last_key products.sku%TYPE;
  BEGIN
    SELECT sku INTO batch_start FROM products ORDER BY sku LIMIT 1;
    SELECT sku INTO last_key FROM products ORDER BY sku DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.sku INTO batch_end FROM (
        SELECT sku FROM products WHERE sku >= batch_start ORDER BY sku LIMIT 5000
      ) AS batch ORDER BY batch.sku DESC LIMIT 1;
      UPDATE products SET gross = (price * 1.2) WHERE sku BETWEEN batch_start AND batch_end AND gross IS NULL;
      COMMIT;
      SELECT sku INTO batch_start FROM products WHERE sku > batch_end ORDER BY sku LIMIT 1;
    END LOOP;
  END
  $$;

-- bad: computed and stored, beside a trigger that changes what it is computed from, with a down
-- given: golang-migrate
-- file: 000001_articles.up.sql
  CREATE TABLE articles (id bigint PRIMARY KEY, "Title" text NOT NULL, body text);
  CREATE FUNCTION trimmed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW."Title" := trim(NEW."Title"); RETURN NEW; END $$;
  CREATE TRIGGER trimmed BEFORE INSERT OR UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION trimmed();
-- file: 000002_words.up.sql
  ALTER TABLE articles ADD COLUMN words text NOT NULL GENERATED ALWAYS AS (lower(articles."Title" || coalesce(body, ''))) STORED;
--                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error [volatile-default: ADD COLUMN "words" rewrites table "articles" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_words.down.sql
  ALTER TABLE articles DROP COLUMN words;
-- fix: Compute it in a trigger, and fill the rows that are there in batches in new migrations
-- file: 000002_words.up.sql
  ALTER TABLE articles ADD COLUMN words text;
  CREATE FUNCTION zz_articles_words_sync() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('guard.filling', true) = 'articles.words' THEN
      -- Nothing else of the row has changed, whatever other triggers have set.
      OLD.words := NEW.words;
      RETURN OLD;
    END IF;
    NEW.words := (SELECT (lower(articles."Title" || coalesce(body, ''))) FROM (SELECT NEW.*) AS articles);
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER zz_articles_words_sync BEFORE INSERT OR UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION zz_articles_words_sync();
-- file: 000002_words.down.sql
  DROP TRIGGER zz_articles_words_sync ON articles;
  DROP FUNCTION zz_articles_words_sync();
  ALTER TABLE articles DROP COLUMN words;
-- file: 000003_backfill_articles_words.up.sql
  DO $$
  DECLARE
    batch_start articles.id%TYPE;
    batch_end articles.id%TYPE;
    last_key articles.id%TYPE;
  BEGIN
    SELECT id INTO batch_start FROM articles ORDER BY id LIMIT 1;
    SELECT id INTO last_key FROM articles ORDER BY id DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.id INTO batch_end FROM (
        SELECT id FROM articles WHERE id >= batch_start ORDER BY id LIMIT 5000
      ) AS batch ORDER BY batch.id DESC LIMIT 1;
      PERFORM set_config('guard.filling', 'articles.words', true);
      UPDATE articles SET words = (lower(articles."Title" || coalesce(body, ''))) WHERE id BETWEEN batch_start AND batch_end AND words IS NULL;
      COMMIT;
      SELECT id INTO batch_start FROM articles WHERE id > batch_end ORDER BY id LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_articles_words.down.sql
  -- Nothing to undo.
-- file: 000004_add_articles_words_not_null.up.sql
  ALTER TABLE articles ADD CONSTRAINT articles_words_not_null_check CHECK (words IS NOT NULL) NOT VALID;
-- file: 000004_add_articles_words_not_null.down.sql
  ALTER TABLE articles DROP CONSTRAINT articles_words_not_null_check;
-- file: 000005_validate_articles_words_not_null.up.sql
  ALTER TABLE articles VALIDATE CONSTRAINT articles_words_not_null_check;
  ALTER TABLE articles ALTER COLUMN words SET NOT NULL;
  ALTER TABLE articles DROP CONSTRAINT articles_words_not_null_check;
-- file: 000005_validate_articles_words_not_null.down.sql
  ALTER TABLE articles ADD CONSTRAINT articles_words_not_null_check CHECK (words IS NOT NULL) NOT VALID;
  ALTER TABLE articles ALTER COLUMN words DROP NOT NULL;

-- bad: serial
-- shows: \`serial\` column added to a table in use
-- file: 0001_products.sql
  CREATE TABLE products (sku text PRIMARY KEY, price numeric);
-- file: 0002_number.sql
  ALTER TABLE products ADD COLUMN number serial, ADD COLUMN note text;
--                                       ^^^^^^ error [volatile-default: ADD COLUMN "number" rewrites table "products" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- fix: Fill the rows that are there in batches
  ALTER TABLE products ADD COLUMN number integer, ADD COLUMN note text;
  CREATE SEQUENCE products_number_seq AS integer OWNED BY products.number;
  ALTER TABLE products ALTER COLUMN number SET DEFAULT nextval('products_number_seq');
  DO $$
  DECLARE
    batch_start products.sku%TYPE;
    batch_end products.sku%TYPE;
    last_key products.sku%TYPE;
  BEGIN
    SELECT sku INTO batch_start FROM products ORDER BY sku LIMIT 1;
    SELECT sku INTO last_key FROM products ORDER BY sku DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.sku INTO batch_end FROM (
        SELECT sku FROM products WHERE sku >= batch_start ORDER BY sku LIMIT 5000
      ) AS batch ORDER BY batch.sku DESC LIMIT 1;
      UPDATE products SET number = DEFAULT WHERE sku BETWEEN batch_start AND batch_end AND number IS NULL;
      COMMIT;
      SELECT sku INTO batch_start FROM products WHERE sku > batch_end ORDER BY sku LIMIT 1;
    END LOOP;
  END
  $$;
  ALTER TABLE products ADD CONSTRAINT products_number_not_null_check CHECK (number IS NOT NULL) NOT VALID;
  ALTER TABLE products VALIDATE CONSTRAINT products_number_not_null_check;
  ALTER TABLE products ALTER COLUMN number SET NOT NULL;
  ALTER TABLE products DROP CONSTRAINT products_number_not_null_check;

-- bad: identity, with a down
-- shows: identity column added to a table in use
-- given: golang-migrate
-- file: 000001_products.up.sql
  CREATE TABLE products (sku text PRIMARY KEY, price numeric);
-- file: 000001_products.down.sql
  DROP TABLE products;
-- file: 000002_number.up.sql
  ALTER TABLE products ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
--                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error [volatile-default: ADD COLUMN "number" rewrites table "products" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 000002_number.down.sql
  ALTER TABLE products DROP COLUMN number;
-- fix: Fill the rows that are there in batches in new migrations
-- file: 000002_number.up.sql
  ALTER TABLE products ADD COLUMN number bigint;
  CREATE SEQUENCE products_number_fill_seq AS bigint OWNED BY products.number;
  ALTER TABLE products ALTER COLUMN number SET DEFAULT nextval('products_number_fill_seq');
-- file: 000003_backfill_products_number.up.sql
  DO $$
  DECLARE
    batch_start products.sku%TYPE;
    batch_end products.sku%TYPE;
    last_key products.sku%TYPE;
  BEGIN
    SELECT sku INTO batch_start FROM products ORDER BY sku LIMIT 1;
    SELECT sku INTO last_key FROM products ORDER BY sku DESC LIMIT 1;
    WHILE batch_start <= last_key LOOP
      SELECT batch.sku INTO batch_end FROM (
        SELECT sku FROM products WHERE sku >= batch_start ORDER BY sku LIMIT 5000
      ) AS batch ORDER BY batch.sku DESC LIMIT 1;
      UPDATE products SET number = DEFAULT WHERE sku BETWEEN batch_start AND batch_end AND number IS NULL;
      COMMIT;
      SELECT sku INTO batch_start FROM products WHERE sku > batch_end ORDER BY sku LIMIT 1;
    END LOOP;
  END
  $$;
-- file: 000003_backfill_products_number.down.sql
  -- Nothing to undo.
-- file: 000004_add_products_number_not_null.up.sql
  ALTER TABLE products ADD CONSTRAINT products_number_not_null_check CHECK (number IS NOT NULL) NOT VALID;
-- file: 000004_add_products_number_not_null.down.sql
  ALTER TABLE products DROP CONSTRAINT products_number_not_null_check;
-- file: 000005_validate_products_number_not_null.up.sql
  ALTER TABLE products VALIDATE CONSTRAINT products_number_not_null_check;
  ALTER TABLE products ALTER COLUMN number SET NOT NULL;
  ALTER TABLE products DROP CONSTRAINT products_number_not_null_check;
-- file: 000005_validate_products_number_not_null.down.sql
  ALTER TABLE products ADD CONSTRAINT products_number_not_null_check CHECK (number IS NOT NULL) NOT VALID;
  ALTER TABLE products ALTER COLUMN number DROP NOT NULL;
-- file: 000006_add_products_number_identity.up.sql
  ALTER TABLE products ALTER COLUMN number DROP DEFAULT;
  ALTER SEQUENCE products_number_fill_seq OWNED BY NONE;
  ALTER TABLE products ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY;
  SELECT setval('products_number_seq', last_value, is_called) FROM products_number_fill_seq;
  DROP SEQUENCE products_number_fill_seq;
-- file: 000006_add_products_number_identity.down.sql
  CREATE SEQUENCE products_number_fill_seq AS bigint;
  SELECT setval('products_number_fill_seq', last_value, is_called) FROM products_number_seq;
  ALTER TABLE products ALTER COLUMN number DROP IDENTITY;
  ALTER SEQUENCE products_number_fill_seq OWNED BY products.number;
  ALTER TABLE products ALTER COLUMN number SET DEFAULT nextval('products_number_fill_seq');

-- bad: a type that checks every row
-- shows: new column of a domain with constraints
-- file: 0001_users.sql
  CREATE DOMAIN country AS text CHECK (VALUE ~ '^[A-Z]{2}$');
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_country.sql
  ALTER TABLE users ADD COLUMN lives_in country;
--                                      ^^^^^^^ error [volatile-default: ADD COLUMN "lives_in" rewrites table "users" under ACCESS EXCLUSIVE: reads and writes wait until it is done]
-- file: 0003_works_in.sql
  ALTER TABLE users ADD COLUMN works_in country NOT NULL DEFAULT 'NL';
--                                      ^^^^^^^ error [volatile-default: ADD COLUMN "works_in" rewrites table "users" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- bad: a domain with a volatile default
-- shows: new column of a domain with a volatile default
-- file: 0001_users.sql
  CREATE DOMAIN token AS uuid DEFAULT gen_random_uuid();
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_token.sql
  ALTER TABLE users ADD COLUMN token token;
--                                   ^^^^^ error [volatile-default: ADD COLUMN "token" rewrites table "users" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- bad: a function that the history does not show
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_code.sql
  ALTER TABLE users ADD COLUMN code text DEFAULT app.next_code();
--                                       ^^^^^^^^^^^^^^^^^^^^^^^ warning [volatile-default: ADD COLUMN "code" may rewrite table "users" under ACCESS EXCLUSIVE: reads and writes wait until it is done]

-- good: a constant, and a stable function
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_joined.sql
  ALTER TABLE users
    ADD COLUMN joined timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN plan text NOT NULL DEFAULT 'free',
    ADD COLUMN tags text[] DEFAULT '{}'::text[];

-- good: the default comes after the column
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_token.sql
  ALTER TABLE users ADD COLUMN token uuid;
  ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();

-- good: a table of the same migration
  CREATE TABLE users (id bigint PRIMARY KEY);
  ALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();

-- good: virtual
-- given: postgres 18
-- file: 0001_products.sql
  CREATE TABLE products (sku text PRIMARY KEY, price numeric);
-- file: 0002_gross.sql
  ALTER TABLE products ADD COLUMN gross numeric GENERATED ALWAYS AS (price * 1.2) VIRTUAL;
`,
})

/** What makes each row need its own value, and where it stands. */
function reasonOf(column: ColumnDefinition, context: RuleContext): { at: Span; cause: string } {
  if (column.identity) {
    return {
      at: column.identity,
      cause: 'An identity column draws a value of its sequence for every row that is there.',
    }
  }
  if (column.generated) {
    return { at: column.generated.span, cause: 'A stored generated column is computed and written for every row.' }
  }
  if (/serial/.test(column.type.name)) {
    return {
      at: column.type.span,
      cause: `${column.type.name} draws a value of a sequence for every row that is there.`,
    }
  }
  const { constrained, default: ofType } = ofDomain(column.type, context.catalog)
  if (constrained)
    return { at: column.type.span, cause: 'The type is a domain with constraints, which are checked for every row.' }
  const [call, ...others] = (column.default?.expression ?? ofType)?.calls ?? []
  const what = call && others.length === 0 ? `${call.name}() is` : 'The default is'
  return {
    at: column.default?.span ?? column.type.span,
    cause: `${column.default ? what : 'The default of the domain is'} volatile: PostgreSQL computes it for every row that is there.`,
  }
}

function hintFor(column: ColumnDefinition, context: RuleContext): string {
  if (column.generated) {
    return context.settings.postgres >= 18
      ? 'A VIRTUAL generated column is not stored, and adding one writes nothing.'
      : 'Add a plain column, keep it up to date with a trigger, and fill the rows that are there in batches.'
  }
  if (isConstrainedDomain(column.type, context.catalog))
    return 'Give the column the type below the domain, with the conditions of the domain as a CHECK that is NOT VALID, and validate that later.'
  const isDrawn = column.identity !== undefined || serialTypes.has(column.type.name)
  const hint = isDrawn
    ? 'Add a plain column with a sequence and SET DEFAULT for new rows, and fill the rows that are there in batches.'
    : 'Add the column without it, then SET DEFAULT for new rows, and fill the rows that are there in batches.'
  return [hint, neverOutside(context, byHand.fill)].filter(part => part !== undefined).join(' ')
}

/** The column without its default, the default for rows to come, the rows that are there in batches, then NOT NULL. */
function splitDefault(
  alter: AlterRelation,
  place: number,
  column: ColumnDefinition,
  { table }: Target,
  context: RuleContext,
): Fix[] {
  const subcommand = alter.subcommands[place]
  const { name } = column.name
  if (column.generated) {
    if (context.settings.postgres >= 18) return virtualInstead(column, context)
    return computedByTrigger(alter, column, table, context)
  }
  if (isConstrainedDomain(column.type, context.catalog)) return []
  if (column.constraints.length > 0) withhold('The constraints of the column are for all rows: they come last.')
  const isFromSequence = column.identity !== undefined || serialTypes.has(column.type.name)
  if (!column.default && !isFromSequence) withhold('No default stands in the statement that could be left out of it.')
  if (!subcommand || column.constraints.length > 0 || (!column.default && !isFromSequence)) return []
  if (alter.only || alter.ifExists || table?.columns.some(other => other.name === name)) return []
  const about: About = { tables: [alter.relation.name], fills: [name] }
  if (isNeeded(context, step => inTheWay(step, about, context.statement.text) ?? false)) return []
  if (alter.subcommands.some((other, at) => at !== place && mentionsColumn(other.span, name, context))) return []
  if (table && isFiredByFilling(table, name, context)) return []
  if (isFromSequence)
    return table && context.direction === 'up' ? filledFromSequence(alter, column, table, context) : []
  const tableText = written(context, alter.relation.span)
  const label = quoted(name)
  const block = inBatches(
    tableText,
    table,
    context,
    condition => `UPDATE ${tableText} SET ${label} = DEFAULT WHERE ${condition} AND ${label} IS NULL`,
  )
  if (block === undefined) return withoutKey(alter.relation)
  if (context.direction === 'down') return []
  const { default: value, notNull } = column
  if (!value) return []
  const setDefault = `ALTER COLUMN ${label} SET ${written(context, value.span)}`
  const placed = inSteps(
    context,
    [
      {
        title: `backfill_${alter.relation.name}_${name}`,
        up: [block],
        down: { edits: [], text: '' },
        transaction: false,
      },
      ...(notNull ? notNullParts(alter.relation, tableText, [name], context) : []),
    ],
    [
      ...[value.span, ...(notNull ? [notNull] : [])].map(span =>
        replacement(context, withBlanksBefore(context, span), ''),
      ),
      anotherSubcommand(context, subcommand, setDefault),
    ],
    about,
  )
  return placed
    ? [{ title: `Fill the rows that are there in batches${placed.where}`, safety: 'review', ...placed }]
    : []
}

/** Since PostgreSQL 18: computed when it is read (ddl-generated-columns.html). */
function virtualInstead(column: ColumnDefinition, context: RuleContext): Fix[] {
  const stored = tokensOf(context.statement.text).find(
    ({ start, end, text }) => end === column.generated?.span.end && text.toLowerCase() === 'stored' && start > 0,
  )
  if (!stored) return []
  const edits = [replacement(context, stored, 'VIRTUAL')]
  return [{ title: 'Compute it when it is read', safety: 'review', isChange: true, edits }]
}

const mentionsColumn = (span: Span, column: string, { statement }: RuleContext): boolean =>
  tokensOf(statement.text.slice(span.start, span.end)).some(
    ({ text }) => text.replaceAll('"', '').toLowerCase() === column.toLowerCase(),
  )
