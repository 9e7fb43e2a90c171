-- Statements as migrations write them, for the comparison with a second reader.
CREATE TABLE accounts (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE IF NOT EXISTS crm.contacts (
  id bigint NOT NULL,
  email varchar(255) UNIQUE,
  account_id integer REFERENCES accounts (id),
  balance numeric(10, 2) NOT NULL DEFAULT 0,
  tags text[] DEFAULT '{}',
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  flags char(4),
  ratio double precision,
  state boolean DEFAULT false,
  CONSTRAINT contacts_pkey PRIMARY KEY (id),
  CONSTRAINT contacts_name UNIQUE (email, account_id),
  CHECK (balance >= 0),
  CONSTRAINT contacts_account FOREIGN KEY (account_id) REFERENCES crm.accounts (id) ON DELETE CASCADE
);
CREATE TABLE "Mixed Case" ("Id" uuid PRIMARY KEY, "userName" varchar);
CREATE TABLE log (LIKE events);
CREATE TABLE child () INHERITS (parent, other.parent);
CREATE TEMP TABLE scratch (a int);
CREATE INDEX contacts_email_idx ON crm.contacts (email);
CREATE UNIQUE INDEX IF NOT EXISTS u ON contacts USING btree (email, account_id) WHERE state;
CREATE INDEX CONCURRENTLY lower_idx ON contacts (lower(email));
CREATE INDEX ON contacts USING gin (tags);
CREATE INDEX sorted ON contacts (created_at DESC NULLS LAST, id);
DROP TABLE a;
DROP TABLE IF EXISTS a, b.c CASCADE;
DROP INDEX i;
DROP INDEX CONCURRENTLY IF EXISTS s.i;
DROP SEQUENCE IF EXISTS q;
DROP TYPE mood;
ALTER TABLE t ADD COLUMN a int;
ALTER TABLE t ADD a text NOT NULL DEFAULT 'x';
ALTER TABLE ONLY s.t ADD COLUMN IF NOT EXISTS b timestamptz;
ALTER TABLE IF EXISTS t DROP COLUMN a, DROP COLUMN IF EXISTS b CASCADE;
ALTER TABLE t ALTER COLUMN a TYPE bigint;
ALTER TABLE t ALTER COLUMN a SET DATA TYPE varchar(64);
ALTER TABLE t ALTER COLUMN a TYPE numeric(12, 4);
ALTER TABLE t ALTER COLUMN a TYPE text[];
ALTER TABLE t ALTER a SET NOT NULL, ALTER COLUMN b DROP NOT NULL;
ALTER TABLE t ALTER a SET DEFAULT 1, ALTER b DROP DEFAULT;
ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a, b) REFERENCES s.u (x, y) ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id);
ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0 AND b IS NOT NULL);
ALTER TABLE t ADD CONSTRAINT c UNIQUE (a, b);
ALTER TABLE t ADD PRIMARY KEY (id);
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t DROP CONSTRAINT IF EXISTS c CASCADE;
ALTER TABLE t RENAME TO u;
ALTER TABLE t RENAME COLUMN a TO b;
ALTER TABLE t RENAME CONSTRAINT a TO b;
ALTER TABLE s.t OWNER TO app;
INSERT INTO t VALUES (1, 2);
INSERT INTO s.t (a, "B") VALUES (1, 'x'), (2, 'y');
INSERT INTO t (a) SELECT b FROM u WHERE c > 1;
INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING;
INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a, b) DO UPDATE SET b = 3;
INSERT INTO t (a) VALUES (1) RETURNING id;
UPDATE t SET a = 1;
UPDATE s.t SET a = b + 1, c = lower(d) WHERE e IS NULL;
UPDATE t SET a = u.a FROM u WHERE u.id = t.id;
DELETE FROM t;
DELETE FROM s.t WHERE a < 10;
TRUNCATE TABLE a, s.b;
TRUNCATE a CASCADE;
BEGIN;
START TRANSACTION;
COMMIT;
ROLLBACK;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s fine');
CREATE SCHEMA reporting;
