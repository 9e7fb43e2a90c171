CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE pair AS (a integer, b integer);
CREATE SEQUENCE tickets;
CREATE SCHEMA attic;
CREATE TABLE attic.boxes (id integer PRIMARY KEY, label text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL CONSTRAINT users_email_key UNIQUE,
  nick varchar(30) DEFAULT 'none',
  age integer CONSTRAINT users_age_check CHECK (age >= 0),
  feeling mood,
  shout text GENERATED ALWAYS AS (upper(email)) STORED,
  created timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX users_nick_idx ON users (nick);
CREATE UNIQUE INDEX users_nick_age_idx ON users (nick, age);
CREATE UNIQUE INDEX users_partial_idx ON users (nick) WHERE age > 3;
CREATE TABLE orders (
  id serial PRIMARY KEY,
  user_id bigint REFERENCES users,
  code text,
  total numeric(10,2)
);
CREATE TRIGGER noted BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note();
CREATE TABLE bare (a integer, b text);
CREATE TABLE events (id bigint, day date NOT NULL, kind text) PARTITION BY RANGE (day);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2000-01-01') TO ('2010-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE INDEX events_kind_idx ON events (kind);
CREATE TABLE parents (id integer PRIMARY KEY, name text);
CREATE TABLE children (age integer) INHERITS (parents);
CREATE VIEW adults AS SELECT id, email FROM users WHERE age > 17;
CREATE MATERIALIZED VIEW totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;

-- Tables that are not there

ALTER TABLE nothing ADD COLUMN a integer;

ALTER TABLE public.nothing ADD COLUMN a integer;

ALTER TABLE attic.nothing ADD COLUMN a integer;

ALTER TABLE nothing RENAME TO something;

ALTER TABLE nothing SET SCHEMA attic;

ALTER INDEX nothing RENAME TO something;

ALTER VIEW nothing RENAME TO something;

ALTER SEQUENCE nothing RESTART;

CREATE INDEX ON nothing (a);

CREATE INDEX CONCURRENTLY new_idx ON nothing (a);

DROP TABLE nothing;

DROP TABLE public.nothing;

DROP TABLE attic.nothing;

DROP TABLE bare, nothing;

DROP TABLE IF EXISTS nothing;

ALTER TABLE IF EXISTS nothing ADD COLUMN a integer;

DROP VIEW nothing;

DROP MATERIALIZED VIEW nothing;

DROP INDEX nothing;

DROP INDEX CONCURRENTLY nothing;

DROP SEQUENCE nothing;

INSERT INTO nothing VALUES (1);

INSERT INTO orders (code) SELECT label FROM nothing;

UPDATE nothing SET a = 1;

UPDATE orders SET code = n.a FROM nothing n WHERE n.id = orders.id;

DELETE FROM nothing;

DELETE FROM orders USING nothing WHERE nothing.id = orders.id;

SELECT * FROM nothing;

WITH nothing AS (SELECT 1) SELECT * FROM nothing;

TRUNCATE nothing;

LOCK TABLE nothing;

COPY nothing FROM stdin;

COMMENT ON TABLE nothing IS 'x';

COMMENT ON COLUMN nothing.a IS 'x';

GRANT SELECT ON nothing TO public;

CREATE VIEW new_view AS SELECT * FROM nothing;

CREATE TABLE new_table AS SELECT * FROM nothing;

CREATE MATERIALIZED VIEW new_table AS SELECT * FROM nothing;

CREATE TRIGGER t BEFORE UPDATE ON nothing FOR EACH ROW EXECUTE FUNCTION note();

CREATE POLICY p ON nothing USING (true);

CREATE RULE r AS ON INSERT TO nothing DO NOTHING;

DROP TRIGGER t ON nothing;

DROP TRIGGER IF EXISTS t ON nothing;

DROP POLICY p ON nothing;

DROP POLICY p ON orders;

DROP POLICY IF EXISTS p ON orders;

CREATE POLICY p ON orders USING (true);
CREATE POLICY p ON orders USING (false);

CREATE POLICY p ON orders USING (true);
DROP POLICY p ON orders;

DROP RULE r ON orders;

CREATE RULE r AS ON DELETE TO orders DO INSTEAD NOTHING;
DROP RULE r ON orders;

DROP RULE IF EXISTS r ON orders;

REFRESH MATERIALIZED VIEW nothing;

REINDEX TABLE nothing;

REINDEX INDEX nothing;

VACUUM nothing;

ANALYZE nothing;

CREATE TABLE new_table (id integer REFERENCES nothing);

CREATE TABLE new_table (LIKE nothing);

CREATE TABLE new_table (id integer) INHERITS (nothing);

CREATE TABLE new_table PARTITION OF nothing DEFAULT;

ALTER TABLE bare ADD FOREIGN KEY (a) REFERENCES nothing;

ALTER TABLE events ATTACH PARTITION nothing FOR VALUES FROM ('2010-01-01') TO ('2011-01-01');

ALTER TABLE events DETACH PARTITION nothing;

-- Names that are taken

CREATE TABLE users (id integer);

CREATE TABLE public.users (id integer);

CREATE TABLE IF NOT EXISTS users (nonsense nonsense);

CREATE TABLE adults (id integer);

CREATE TABLE users_nick_idx (id integer);

CREATE TABLE mood (id integer);

CREATE TABLE attic.users (id integer);

CREATE TEMPORARY TABLE users (id integer);

CREATE TABLE users AS SELECT 1;

CREATE VIEW users AS SELECT 1;

CREATE VIEW adults AS SELECT 1 AS id;

CREATE OR REPLACE VIEW users AS SELECT 1;

CREATE MATERIALIZED VIEW totals AS SELECT 1;

CREATE SEQUENCE tickets;

CREATE SEQUENCE IF NOT EXISTS tickets;

CREATE INDEX users_nick_idx ON orders (code);

CREATE INDEX IF NOT EXISTS users_nick_idx ON orders (code);

CREATE INDEX users ON orders (code);

CREATE TYPE mood AS ENUM ('a');

CREATE TYPE pair AS (a integer);

CREATE TYPE positive AS ENUM ('a');

CREATE DOMAIN mood AS text;

CREATE TYPE users AS ENUM ('a');

CREATE TYPE users AS (a integer);

CREATE TYPE users_nick_idx AS (a integer);

CREATE TYPE users_nick_idx AS ENUM ('a');

CREATE SCHEMA attic;

CREATE SCHEMA IF NOT EXISTS attic;

CREATE TRIGGER noted BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION note();

-- from 14
CREATE OR REPLACE TRIGGER noted BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION note();

ALTER TABLE users RENAME TO orders;

ALTER TABLE users RENAME TO users_nick_idx;

ALTER INDEX users_nick_idx RENAME TO users;

CREATE TABLE attic.users (id integer);
ALTER TABLE users SET SCHEMA attic;

ALTER TABLE users ADD COLUMN email text;

ALTER TABLE users ADD COLUMN IF NOT EXISTS email text;

ALTER TABLE users ADD COLUMN a integer, ADD COLUMN a text;

ALTER TABLE users DROP COLUMN age, ADD COLUMN age text;

ALTER TABLE users RENAME COLUMN email TO nick;

ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age < 200);

ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (age);

ALTER TABLE users ADD CONSTRAINT users_nick_idx UNIQUE (age);

ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users;

ALTER TABLE users RENAME CONSTRAINT users_age_check TO users_email_key;

ALTER TABLE users DROP CONSTRAINT users_age_check, ADD CONSTRAINT users_age_check CHECK (age < 200);

CREATE TABLE new_table (a integer CONSTRAINT users_pkey PRIMARY KEY);

CREATE TABLE IF NOT EXISTS new_table (a integer, CONSTRAINT users_nick_idx UNIQUE (a));

CREATE TABLE new_table (a integer, a text);

ALTER TYPE mood ADD VALUE 'sad';

ALTER TYPE mood ADD VALUE IF NOT EXISTS 'sad';

ALTER TYPE mood ADD VALUE 'calm' AFTER 'angry';

ALTER TYPE mood ADD VALUE 'calm' BEFORE 'happy';

ALTER TYPE mood ADD VALUE IF NOT EXISTS 'sad' AFTER 'angry';

ALTER TYPE mood RENAME VALUE 'sad' TO 'happy';

ALTER TYPE mood RENAME TO positive;

-- Columns that are not there

ALTER TABLE users DROP COLUMN nothing;

ALTER TABLE users DROP COLUMN IF EXISTS nothing;

ALTER TABLE users ALTER COLUMN nothing SET NOT NULL;

ALTER TABLE users ALTER COLUMN nothing DROP NOT NULL;

ALTER TABLE users ALTER COLUMN nothing SET DEFAULT 1;

ALTER TABLE users ALTER COLUMN nothing DROP DEFAULT;

ALTER TABLE users ALTER COLUMN nothing TYPE text;

ALTER TABLE users ALTER COLUMN nothing SET STATISTICS 100;

ALTER TABLE users ALTER COLUMN nothing SET STORAGE EXTERNAL;

ALTER TABLE users ALTER COLUMN nothing ADD GENERATED ALWAYS AS IDENTITY;

ALTER TABLE attic.boxes DROP COLUMN nothing;

ALTER TABLE users RENAME COLUMN nothing TO something;

ALTER TABLE users ADD COLUMN a integer, DROP COLUMN a;

ALTER TABLE users ADD COLUMN a integer, ALTER COLUMN a SET NOT NULL;

ALTER TABLE users ADD COLUMN a integer, ADD CONSTRAINT c CHECK (a > nothing);

CREATE INDEX ON users (nothing);

CREATE INDEX ON users (lower(nothing));

CREATE INDEX ON users (email) INCLUDE (nothing);

CREATE INDEX ON users (nothing, lower(nobody));

CREATE INDEX ON users (nothing) WHERE nobody > 1;

CREATE INDEX ON users (email) WHERE nobody > 1;

ALTER TABLE users ADD CONSTRAINT "Mixed" UNIQUE (created);
CREATE TABLE refs (at timestamptz REFERENCES users (created));
ALTER TABLE users DROP CONSTRAINT "Mixed";

CREATE INDEX IF NOT EXISTS users_nick_idx ON users (nothing);

ALTER TABLE users ADD PRIMARY KEY (nothing);

ALTER TABLE bare ADD PRIMARY KEY (nothing);

ALTER TABLE users ADD CONSTRAINT c UNIQUE (nothing);

ALTER TABLE users ADD CONSTRAINT c CHECK (nothing > 1);

ALTER TABLE bare ADD FOREIGN KEY (nothing) REFERENCES users;

ALTER TABLE bare ADD FOREIGN KEY (a) REFERENCES users (nothing);

CREATE TABLE new_table (id integer, PRIMARY KEY (nothing));

CREATE TABLE new_table (id integer, UNIQUE (id, nothing));

CREATE TABLE new_table (id integer, FOREIGN KEY (nothing) REFERENCES users);

CREATE TABLE new_table (id bigint REFERENCES users (nothing));

INSERT INTO users (nothing) VALUES (1);

INSERT INTO users (email, email) VALUES ('a', 'b');

INSERT INTO users (email) VALUES ('a', 'b');

INSERT INTO users (email, nick) VALUES ('a');

INSERT INTO bare VALUES (1, 'a', 3);

INSERT INTO bare VALUES (1);

UPDATE users SET nothing = 1;

UPDATE users SET nothing = 1 WHERE nobody IS NULL;

UPDATE users SET nothing = nobody;

UPDATE users SET nick = nobody;

UPDATE users SET nick = (SELECT code FROM orders WHERE user_id = users.id);

ALTER TABLE users ALTER COLUMN nothing TYPE integer USING nothing::integer;

UPDATE users SET nick = 'x', nothing = 1 WHERE id = 1;

COMMENT ON COLUMN users.nothing IS 'x';

ALTER TABLE children DROP COLUMN nothing;

-- Constraints, triggers and labels that are not there

ALTER TABLE users DROP CONSTRAINT nothing;

ALTER TABLE users DROP CONSTRAINT IF EXISTS nothing;

ALTER TABLE users VALIDATE CONSTRAINT nothing;

ALTER TABLE users RENAME CONSTRAINT nothing TO something;

ALTER TABLE users ALTER CONSTRAINT nothing DEFERRABLE;

DROP TRIGGER nothing ON orders;

DROP TRIGGER IF EXISTS nothing ON orders;

ALTER TYPE mood RENAME VALUE 'angry' TO 'cross';

ALTER TYPE nothing ADD VALUE 'x';

ALTER DOMAIN nothing SET NOT NULL;

DROP TYPE nothing;

DROP TYPE IF EXISTS nothing;

DROP DOMAIN nothing;

CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION nothing();

CREATE TABLE new_table (id nothing);

CREATE TABLE new_table (id integer, at datetime);

CREATE TABLE new_table (id attic.nothing[]);

ALTER TABLE users ADD COLUMN a nothing(3);

ALTER TABLE users ALTER COLUMN nick TYPE nothing;

CREATE DOMAIN new_domain AS nothing;

CREATE TYPE new_type AS (a nothing);

-- Objects of another kind

DROP TABLE adults;

DROP TABLE IF EXISTS adults;

DROP TABLE totals;

DROP TABLE users_nick_idx;

DROP VIEW users;

DROP VIEW IF EXISTS totals;

DROP MATERIALIZED VIEW adults;

DROP INDEX bare;

DROP SEQUENCE bare;

DROP DOMAIN mood;

DROP TYPE positive;

DROP FOREIGN TABLE bare;

ALTER VIEW users RENAME TO something;

ALTER VIEW users ALTER COLUMN email SET DEFAULT 'x';

ALTER MATERIALIZED VIEW users RENAME TO something;

ALTER SEQUENCE users RENAME TO something;

ALTER INDEX users RENAME TO something;

ALTER INDEX users SET (fillfactor = 70);

ALTER FOREIGN TABLE users ADD COLUMN a integer;

ALTER TABLE adults ADD COLUMN a integer;

ALTER TABLE adults DROP COLUMN id;

ALTER TABLE adults ALTER COLUMN id TYPE text;

ALTER TABLE adults ALTER COLUMN id SET NOT NULL;

ALTER TABLE adults ALTER COLUMN id DROP NOT NULL;

ALTER TABLE adults ADD CONSTRAINT c CHECK (id > 0);

ALTER TABLE adults DROP CONSTRAINT c;

ALTER TABLE totals ADD COLUMN a integer;

ALTER TABLE totals ADD PRIMARY KEY (user_id);

ALTER TABLE users_nick_idx ADD COLUMN a integer;

ALTER TABLE tickets ADD COLUMN a integer;

ALTER TABLE adults RENAME TO grown;

CREATE INDEX ON adults (id);

-- unsaid
CREATE INDEX ON users_nick_idx (id);

CREATE INDEX ON tickets (id);

REINDEX INDEX users;

REINDEX TABLE users_nick_idx;

TRUNCATE adults;

ALTER TABLE bare ADD FOREIGN KEY (a) REFERENCES adults;

ALTER TABLE bare ATTACH PARTITION parents DEFAULT;

ALTER TABLE bare DETACH PARTITION parents;

CREATE TABLE new_table PARTITION OF bare DEFAULT;

-- What depends on what

DROP TABLE users;

DROP TABLE users CASCADE;

DROP TABLE users, orders;

DROP TABLE users, orders CASCADE;

DROP TABLE users, orders, adults;

DROP TABLE parents;

DROP TABLE children;

DROP TABLE children, parents;

DROP TABLE events;

DROP TABLE events_old;

DROP TABLE bare;

DROP VIEW adults;

CREATE VIEW elders AS SELECT id FROM adults;
DROP VIEW adults;

CREATE VIEW elders AS SELECT id FROM adults;
DROP VIEW adults, elders;

CREATE TABLE attic.lids (box integer REFERENCES attic.boxes);
DROP TABLE attic.boxes;

DROP SCHEMA attic;

DROP SCHEMA attic CASCADE;

CREATE SCHEMA empty;
DROP SCHEMA empty;

DROP TYPE mood;

DROP TYPE mood CASCADE;

DROP TYPE pair;

ALTER TABLE users DROP COLUMN feeling;
DROP TYPE mood;

ALTER TABLE users DROP CONSTRAINT users_pkey;

ALTER TABLE users DROP CONSTRAINT IF EXISTS users_pkey;

ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE;

ALTER TABLE users DROP CONSTRAINT users_email_key;

ALTER TABLE orders DROP CONSTRAINT orders_pkey;

CREATE UNIQUE INDEX users_id_idx ON users (id);
ALTER TABLE bare ADD CONSTRAINT twin FOREIGN KEY (a) REFERENCES users (id);
ALTER TABLE bare DROP CONSTRAINT twin;

DROP FUNCTION note();

DROP FUNCTION note() CASCADE;

CREATE FUNCTION attic.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER boxed AFTER DELETE ON attic.boxes FOR EACH ROW EXECUTE FUNCTION attic.note();
DROP FUNCTION attic.note;

CREATE FUNCTION attic.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
DROP FUNCTION attic.note();

CREATE UNIQUE INDEX bare_a_idx ON bare (a);
CREATE TABLE refs (a integer CONSTRAINT refs_fk REFERENCES bare (a));
DROP INDEX bare_a_idx CASCADE;
ALTER TABLE refs ADD CONSTRAINT refs_fk CHECK (a > 0);

DROP INDEX users_pkey;

DROP INDEX IF EXISTS users_email_key;

DROP INDEX users_email_key CASCADE;

DROP INDEX users_nick_idx;

DROP INDEX CONCURRENTLY users_nick_idx, users_nick_age_idx;

DROP INDEX CONCURRENTLY users_nick_idx CASCADE;

DROP INDEX CONCURRENTLY events_kind_idx;

DROP SEQUENCE orders_id_seq;

DROP SEQUENCE users_id_seq;

DROP SEQUENCE tickets;

CREATE UNIQUE INDEX bare_a_idx ON bare (a);
CREATE TABLE refs (a integer REFERENCES bare (a));
DROP INDEX bare_a_idx;

ALTER TABLE users DROP COLUMN email;

ALTER TABLE users DROP COLUMN email CASCADE;

CREATE TRIGGER of_code BEFORE UPDATE OF code ON orders FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE orders DROP COLUMN code;

CREATE TRIGGER of_code BEFORE UPDATE OF code ON orders FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE orders DROP COLUMN code CASCADE;

CREATE TRIGGER of_code BEFORE UPDATE OF code ON orders FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE orders DROP COLUMN total CASCADE;

ALTER TABLE users DROP COLUMN id;

ALTER TABLE users DROP COLUMN nick;

ALTER TABLE events_old DROP COLUMN kind;

ALTER TABLE children DROP COLUMN age;

ALTER TABLE children DROP COLUMN name;

ALTER TABLE children ALTER COLUMN name TYPE varchar(10);

ALTER TABLE children ALTER COLUMN age TYPE bigint;

ALTER TABLE events_old ALTER COLUMN kind TYPE varchar(10);

ALTER TABLE events ALTER COLUMN kind TYPE varchar(10);

ALTER TABLE events ALTER COLUMN day TYPE timestamptz;

ALTER TABLE events DROP COLUMN day;

CREATE TABLE events_new (LIKE events);
ALTER TABLE events ATTACH PARTITION events_new FOR VALUES FROM ('2010-01-01') TO ('2011-01-01');
ALTER TABLE events DROP COLUMN kind;

-- from 18
ALTER TABLE bare ADD COLUMN twice integer GENERATED ALWAYS AS (a * 2) VIRTUAL;
ALTER TABLE bare ALTER COLUMN twice DROP EXPRESSION;

-- from 13
ALTER TABLE bare ADD COLUMN twice integer GENERATED ALWAYS AS (a * 2) STORED;
ALTER TABLE bare ALTER COLUMN twice DROP EXPRESSION;

-- from 18
ALTER TABLE bare ADD CONSTRAINT loose CHECK (a > 0) NOT ENFORCED;
ALTER TABLE bare VALIDATE CONSTRAINT loose;

TRUNCATE users;

TRUNCATE users CASCADE;

TRUNCATE users, orders;

TRUNCATE orders;

-- Keys

ALTER TABLE users ADD PRIMARY KEY (email);

CREATE TABLE new_table (id integer PRIMARY KEY, code text PRIMARY KEY);

CREATE TABLE new_table (id integer PRIMARY KEY, code text, PRIMARY KEY (id, code));

ALTER TABLE bare ADD FOREIGN KEY (a) REFERENCES bare;

ALTER TABLE orders ADD FOREIGN KEY (code) REFERENCES users (nick);

ALTER TABLE orders ADD FOREIGN KEY (code) REFERENCES users (email);

CREATE TABLE new_table (nick text REFERENCES users (nick));

CREATE TABLE new_table (nick varchar(30), age integer, FOREIGN KEY (age, nick) REFERENCES users (age, nick));

CREATE TABLE new_table (a integer REFERENCES bare);

ALTER TABLE orders ADD FOREIGN KEY (code, total) REFERENCES users;

ALTER TABLE orders ADD FOREIGN KEY (code) REFERENCES users;

ALTER TABLE orders ADD CONSTRAINT owner FOREIGN KEY (code) REFERENCES users (id);

CREATE TABLE new_table (user_id uuid REFERENCES users);

CREATE TABLE new_table (user_id integer REFERENCES users);

CREATE TABLE new_table (user_id uuid, FOREIGN KEY (user_id) REFERENCES orders (id));

ALTER TABLE orders ADD COLUMN owner text REFERENCES users;

ALTER TABLE events ADD PRIMARY KEY (id);

ALTER TABLE events ADD UNIQUE (id, kind);

ALTER TABLE events ADD PRIMARY KEY (id, day);

CREATE TABLE new_table (id bigint PRIMARY KEY, day date) PARTITION BY RANGE (day);

CREATE TABLE new_table (id bigint, day date, UNIQUE (id)) PARTITION BY RANGE (day);

ALTER TABLE events ADD FOREIGN KEY (id) REFERENCES users NOT VALID;

ALTER TABLE users ADD CONSTRAINT c UNIQUE USING INDEX nothing;

ALTER TABLE users ADD CONSTRAINT c UNIQUE USING INDEX users_nick_idx;

ALTER TABLE users ADD CONSTRAINT c UNIQUE USING INDEX users_email_key;

ALTER TABLE bare ADD CONSTRAINT c UNIQUE USING INDEX users_nick_age_idx;

ALTER TABLE users ADD CONSTRAINT c UNIQUE USING INDEX users_partial_idx;

ALTER TABLE users ADD CONSTRAINT c PRIMARY KEY USING INDEX users_nick_age_idx;

INSERT INTO users (email) VALUES ('a') ON CONFLICT (nick) DO NOTHING;

INSERT INTO users (email) VALUES ('a') ON CONFLICT (nick) WHERE age > 3 DO NOTHING;

-- unsaid
INSERT INTO users (email) VALUES ('a') ON CONFLICT (nick) WHERE age > 1 DO NOTHING;

INSERT INTO users (email) VALUES ('a') ON CONFLICT (email) DO NOTHING;

INSERT INTO users (email) VALUES ('a') ON CONFLICT (age, nick) DO NOTHING;

INSERT INTO users (email) VALUES ('a') ON CONFLICT DO NOTHING;

CREATE TABLE seats (row integer, place integer, UNIQUE (row, place) DEFERRABLE);
INSERT INTO seats VALUES (1, 1) ON CONFLICT (row, place) DO NOTHING;

CREATE TABLE seats (row integer, place integer, UNIQUE (row, place) DEFERRABLE);
INSERT INTO seats SELECT 1, 1 WHERE false ON CONFLICT (row, place) DO NOTHING;

INSERT INTO users (email) VALUES ('a') ON CONFLICT (feeling) DO UPDATE SET nick = 'x';

INSERT INTO users (email) VALUES ('a') ON CONFLICT (nothing) DO NOTHING;

INSERT INTO users (email) VALUES ('a') ON CONFLICT ON CONSTRAINT nothing DO NOTHING;

INSERT INTO users (email) VALUES ('a') ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING;

-- Columns as they are

ALTER TABLE users ALTER COLUMN email TYPE integer;

ALTER TABLE users ALTER COLUMN nick TYPE mood;

ALTER TABLE users ALTER COLUMN nick TYPE mood USING nick::mood;

ALTER TABLE users ALTER COLUMN nick DROP DEFAULT, ALTER COLUMN nick TYPE mood USING nick::mood;

ALTER TABLE users ALTER COLUMN age TYPE boolean;

ALTER TABLE users ALTER COLUMN age TYPE uuid;

ALTER TABLE users ALTER COLUMN age TYPE text;

ALTER TABLE users ALTER COLUMN age TYPE bigint;

ALTER TABLE users ALTER COLUMN age TYPE timestamptz;

ALTER TABLE users ALTER COLUMN feeling TYPE integer;

ALTER TABLE users ALTER COLUMN feeling TYPE text;

ALTER TABLE bare ALTER COLUMN b TYPE text[];

ALTER TABLE bare ALTER COLUMN b TYPE jsonb;

ALTER TABLE bare ALTER COLUMN b TYPE jsonb USING b::jsonb;

ALTER TABLE bare ALTER COLUMN b TYPE varchar(10);

ALTER TABLE users ALTER COLUMN email TYPE varchar(10);

ALTER TABLE users ALTER COLUMN id TYPE integer;

ALTER TABLE bare ADD COLUMN twice integer GENERATED ALWAYS AS (a * 2) STORED;
ALTER TABLE bare ALTER COLUMN a TYPE bigint;

ALTER TABLE bare ADD COLUMN twice integer GENERATED ALWAYS AS (a * 2) STORED;
ALTER TABLE bare DROP COLUMN a;

ALTER TABLE attic.boxes ALTER COLUMN label TYPE attic.missing;

CREATE TYPE attic.size AS ENUM ('s');
ALTER TABLE attic.boxes ALTER COLUMN label TYPE attic.size;

CREATE TYPE attic.size AS ENUM ('s');
CREATE TABLE attic.lids (size attic.size);
DROP TYPE attic.size;

CREATE TABLE "Order Lines" ("Code" text UNIQUE);
CREATE TABLE more (code text REFERENCES "Order Lines" ("Code"));
DROP TABLE "Order Lines";

CREATE TABLE "Order Lines" ("Code" text UNIQUE);
CREATE TABLE more (code text REFERENCES "Order Lines" ("Code"));
ALTER TABLE "Order Lines" DROP COLUMN "Code";

ALTER TABLE users ALTER COLUMN id DROP NOT NULL;

ALTER TABLE orders ALTER COLUMN id DROP NOT NULL;

ALTER TABLE users ALTER COLUMN email DROP NOT NULL;

ALTER TABLE users ALTER COLUMN id SET DEFAULT 1;

ALTER TABLE users ALTER COLUMN shout SET DEFAULT 'x';

-- unsaid
ALTER TABLE users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;

ALTER TABLE bare ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY;

ALTER TABLE orders ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;

ALTER TABLE bare ALTER COLUMN a SET NOT NULL, ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY;

-- CONCURRENTLY

CREATE INDEX CONCURRENTLY ON events (kind);

-- from 14
ALTER TABLE events DETACH PARTITION events_old CONCURRENTLY;

ALTER TABLE events DETACH PARTITION events_old;

ALTER TABLE events DETACH PARTITION bare;

ALTER TABLE events ATTACH PARTITION events_old DEFAULT;

REFRESH MATERIALIZED VIEW CONCURRENTLY totals;

-- What nobody can be sure of

DO $$ BEGIN IF now() > '2020-01-01' THEN ALTER TABLE orders DROP COLUMN code; END IF; END $$;
ALTER TABLE orders ADD COLUMN code integer;

-- unsaid
DO $$ BEGIN IF now() < '2020-01-01' THEN ALTER TABLE orders DROP COLUMN code; END IF; END $$;
ALTER TABLE orders ADD COLUMN code text;

DO $$ BEGIN EXECUTE 'CREATE TABLE ' || 'hidden (a integer)'; END $$;
INSERT INTO hidden VALUES (1);

DO $$ BEGIN EXECUTE 'CREATE TABLE ' || 'hidden (a integer)'; END $$;
CREATE TABLE open (a integer);
ALTER TABLE open DROP COLUMN b;

CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql AS 'BEGIN CREATE TABLE made (a integer); END';
SELECT make();
INSERT INTO made VALUES (1);

DO $$ BEGIN CREATE TYPE size AS ENUM ('s'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE shirts (size size);

SET search_path = attic;
CREATE INDEX ON boxes (label);

SET search_path = attic, public;
ALTER TABLE boxes DROP COLUMN nothing;

-- unsaid
SET search_path = attic;
DROP TABLE users;

-- unsaid
CREATE CAST (text AS mood) WITH INOUT AS ASSIGNMENT;
ALTER TABLE bare ALTER COLUMN b TYPE uuid;

CREATE CAST (text AS mood) WITH INOUT AS ASSIGNMENT;
ALTER TABLE bare ALTER COLUMN b TYPE mood;

CREATE FUNCTION remark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
ALTER FUNCTION remark() RENAME TO remarked;
CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION remarked();

-- unsaid
CREATE TABLE maps (at geometry);

-- unsaid
CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION moddatetime('x');

DO $$ BEGIN FOR i IN 1..3 LOOP UPDATE orders SET code = 'x'; END LOOP; END $$;
ALTER TABLE orders ADD COLUMN code text;

-- What the grammar of an older version does not know

-- until 17
ALTER TABLE bare ADD COLUMN c integer GENERATED ALWAYS AS (a * 2) VIRTUAL NOT NULL;

-- until 17
CREATE TABLE fresh (a integer, b integer GENERATED ALWAYS AS (a * 2) virtual);

-- until 17
ALTER TABLE bare ADD CONSTRAINT known NOT NULL a NOT VALID;

-- until 17
ALTER TABLE bare ADD not null a;

-- until 17
CREATE TABLE fresh (a integer, CONSTRAINT known NOT NULL a);

CREATE TABLE bare (a integer CONSTRAINT known NOT NULL);

-- until 17
ALTER TABLE bare ADD CONSTRAINT few CHECK (a > 0) NOT ENFORCED;

-- until 17
CREATE TABLE fresh (a integer CHECK (a > 0) NOT Enforced, b integer);

-- until 17
ALTER TABLE users ALTER CONSTRAINT users_age_check NOT ENFORCED;

-- until 14
CREATE TABLE fresh (a integer UNIQUE NULLS NOT DISTINCT);

-- until 14
CREATE UNIQUE INDEX fresh ON bare (a) NULLS NOT DISTINCT;

-- until 14
MERGE INTO bare USING users ON bare.a = users.age WHEN MATCHED THEN DELETE;

-- from 15
-- until 16
MERGE INTO bare USING users ON bare.a = users.age WHEN NOT MATCHED BY SOURCE THEN DELETE;

-- until 13
ALTER TABLE events DETACH PARTITION events_old CONCURRENTLY;

-- until 13
ALTER TABLE events DETACH PARTITION events_old FINALIZE;

-- until 14
ALTER TABLE bare SET ACCESS METHOD heap;

-- until 16
-- from 15
ALTER TABLE bare SET ACCESS METHOD DEFAULT;

-- until 13
REINDEX (VERBOSE, CONCURRENTLY) TABLE bare;

-- until 16
ALTER TABLE users ALTER COLUMN shout SET EXPRESSION AS (lower(email));

-- until 12
ALTER TABLE users ALTER COLUMN shout DROP EXPRESSION;

-- until 13
ALTER TABLE bare ALTER COLUMN b SET COMPRESSION pglz;

-- until 16
ALTER TABLE bare ALTER COLUMN b SET STATISTICS DEFAULT;

-- until 13
CREATE OR REPLACE TRIGGER noted BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note();

-- until 17
VACUUM (ANALYZE) ONLY bare;

-- until 17
ANALYZE ONLY bare;

-- until 13
CREATE FUNCTION one() RETURNS integer BEGIN ATOMIC SELECT 1; END;

-- until 13
CREATE FUNCTION one() RETURNS integer LANGUAGE sql RETURN 1;

-- until 14
CREATE PUBLICATION all_of_it FOR TABLES IN SCHEMA public;

-- Timeouts

SET lock_timeout = 'abc';

SET LOCAL statement_timeout = '5 parsecs';

SET idle_in_transaction_session_timeout = '1 week';

SET lock_timeout = '1min';

SET lock_timeout = ' 5 s';

SET statement_timeout = '0x10ms';

SET statement_timeout = '1.5h';

SET statement_timeout = 1e3;

SET lock_timeout = DEFAULT

-- Wrong kinds

UPDATE totals SET total = 1;

DELETE FROM totals;

INSERT INTO totals VALUES (1);

UPDATE tickets SET last_value = 1;

LOCK TABLE totals;

LOCK TABLE tickets;

LOCK TABLE adults;

TRUNCATE ONLY events;

ALTER TABLE events SET (fillfactor = 50);

ALTER TABLE events_old ADD COLUMN more integer;

REFRESH MATERIALIZED VIEW CONCURRENTLY totals WITH NO DATA;

-- Partitions

CREATE TABLE fresh (id bigint, day date NOT NULL);
ALTER TABLE events ATTACH PARTITION fresh FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');

CREATE TABLE fresh (id bigint, day date NOT NULL, kind text, more text);
ALTER TABLE events ATTACH PARTITION fresh FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');

CREATE TABLE fresh (id integer, day date NOT NULL, kind text);
ALTER TABLE events ATTACH PARTITION fresh FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');

CREATE TABLE fresh (kind text, day date NOT NULL, id bigint);
ALTER TABLE events ATTACH PARTITION fresh FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');

CREATE TABLE fresh (id bigint, day date NOT NULL, kind text);
ALTER TABLE events ATTACH PARTITION fresh FOR VALUES FROM ('2009-01-01') TO ('2021-01-01');

CREATE TABLE fresh (id bigint, day date NOT NULL, kind text);
ALTER TABLE events ATTACH PARTITION fresh FOR VALUES FROM ('2010-01-01') TO ('2021-01-01');

CREATE TABLE fresh (id bigint, day date NOT NULL, kind text);
ALTER TABLE events ATTACH PARTITION fresh DEFAULT;

CREATE TABLE fresh PARTITION OF events DEFAULT;

CREATE TABLE fresh PARTITION OF events FOR VALUES FROM ('2009-12-31') TO ('2021-01-01');

CREATE TABLE numbers (n integer) PARTITION BY RANGE (n);
CREATE TABLE numbers_1 PARTITION OF numbers FOR VALUES FROM (1) TO (10);
CREATE TABLE numbers_2 PARTITION OF numbers FOR VALUES FROM (9) TO (20);

CREATE TABLE numbers (n integer) PARTITION BY LIST (n);
CREATE TABLE numbers_1 PARTITION OF numbers FOR VALUES IN (1, 2);
CREATE TABLE numbers_2 PARTITION OF numbers FOR VALUES IN (2, 3);

CREATE TABLE numbers (n text) PARTITION BY RANGE (n);
CREATE TABLE numbers_1 PARTITION OF numbers FOR VALUES FROM ('1') TO ('10');
CREATE TABLE numbers_2 PARTITION OF numbers FOR VALUES FROM ('5') TO ('6');

CREATE UNIQUE INDEX fresh ON events (id);

CREATE UNIQUE INDEX fresh ON events (id, day);

DROP INDEX events_old_kind_idx;

DROP INDEX events_kind_idx, events_old_kind_idx;

ALTER TABLE ONLY events DROP COLUMN kind;

-- Inheritance

ALTER TABLE ONLY parents ADD COLUMN more integer;

ALTER TABLE ONLY parents ALTER COLUMN name TYPE varchar(5);

ALTER TABLE ONLY parents RENAME COLUMN name TO label;

ALTER TABLE children RENAME COLUMN name TO label;

ALTER TABLE ONLY parents DROP COLUMN name;

ALTER TABLE ONLY parents ADD CONSTRAINT known CHECK (id > 0);

ALTER TABLE ONLY parents ADD CONSTRAINT known CHECK (id > 0) NO INHERIT;

ALTER TABLE parents ADD CONSTRAINT known CHECK (id > 0);
ALTER TABLE children DROP CONSTRAINT known;

ALTER TABLE parents ADD CONSTRAINT known CHECK (id > 0);
ALTER TABLE children RENAME CONSTRAINT known TO other;

ALTER TABLE children ADD CONSTRAINT known CHECK (id > 0);
ALTER TABLE children DROP CONSTRAINT known;

CREATE TABLE root (a integer CONSTRAINT known CHECK (a > 0), b text);
ALTER TABLE bare INHERIT root;

CREATE TABLE root (a integer, c text);
ALTER TABLE bare INHERIT root;

CREATE TABLE root (a integer, b text);
ALTER TABLE bare INHERIT root;

ALTER TABLE parents INHERIT children;

ALTER TABLE children INHERIT parents;

ALTER TABLE events_old INHERIT bare;

ALTER TABLE bare INHERIT events;

-- Keys and logging

-- from 18
CREATE TABLE fresh (a integer);
ALTER TABLE fresh ADD CONSTRAINT known NOT NULL a NOT VALID;
ALTER TABLE fresh ADD PRIMARY KEY (a);

CREATE TABLE fresh (a integer PRIMARY KEY);
CREATE TABLE leaning (a integer REFERENCES fresh);
ALTER TABLE fresh SET UNLOGGED;

CREATE TABLE fresh (a integer PRIMARY KEY, b integer REFERENCES fresh);
ALTER TABLE fresh SET UNLOGGED;

CREATE UNLOGGED TABLE fresh (a integer PRIMARY KEY);
ALTER TABLE bare ADD FOREIGN KEY (a) REFERENCES fresh;

-- One column twice

ALTER TABLE bare ADD PRIMARY KEY (a, a);

ALTER TABLE bare ADD CONSTRAINT twice UNIQUE (a, b, a);

CREATE TABLE new_table (a integer, b integer, PRIMARY KEY (a, b, a));

CREATE TABLE new_table (a integer, UNIQUE (a, a));

UPDATE bare SET a = 1, a = 2;

UPDATE bare SET (a, b) = (1, 'x'), A = 3;

CREATE VIEW new_view (a, a) AS SELECT 1, 2;

CREATE VIEW new_view AS SELECT 1 AS a, 2 AS b, 3 AS a;

CREATE VIEW new_view AS SELECT 1, 2;

CREATE VIEW new_view (c) AS SELECT a, b, a AS c FROM bare;

CREATE VIEW new_view AS SELECT bare.a, parents.id AS a FROM bare, parents UNION SELECT 1, 2;

CREATE TEMP VIEW new_view (a, a) AS SELECT 1, 2;

CREATE MATERIALIZED VIEW new_view AS SELECT a, a FROM bare;

CREATE TABLE new_table AS SELECT a, a FROM bare;

SELECT a, b AS a INTO new_table FROM bare;

ALTER TABLE bare ADD COLUMN list integer[];
UPDATE bare SET list[1] = 1, list[2] = 2;

CREATE VIEW new_view (x, y) AS SELECT a, a FROM bare;

ALTER TABLE bare ADD COLUMN list integer[];
INSERT INTO bare (list[1], list[2]) VALUES (1, 2);

ALTER TABLE bare ADD COLUMN list integer[];
UPDATE bare SET list[1] = 1, list = '{2}';

-- from 15
MERGE INTO bare USING orders ON bare.a = orders.id WHEN MATCHED THEN UPDATE SET a = 1, b = 'x', a = 2;

-- from 15
MERGE INTO bare USING orders ON bare.a = orders.id WHEN NOT MATCHED THEN INSERT (a, a) VALUES (1, 2);

-- from 15
MERGE INTO bare USING orders ON bare.a = orders.id WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN INSERT (a, b) VALUES (1, 'x');

INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET code = 'a', code = 'b';

-- CREATE OR REPLACE of another shape

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a int4) RETURNS pg_catalog.int4 LANGUAGE sql AS 'SELECT 2';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(b integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(b integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a text) RETURNS text LANGUAGE sql AS 'SELECT a';

CREATE FUNCTION f(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer, b integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f() RETURNS TABLE (a integer, b text) LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE OR REPLACE FUNCTION f() RETURNS TABLE (a integer, c text) LANGUAGE sql AS 'SELECT 1, ''x''';

CREATE FUNCTION f() RETURNS TABLE (a integer, b text) LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE OR REPLACE FUNCTION f() RETURNS TABLE (a integer, b text) LANGUAGE sql AS 'SELECT 2, ''y''';

CREATE FUNCTION f() RETURNS TABLE (a integer) LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f() RETURNS TABLE (a integer, b integer) LANGUAGE sql AS 'SELECT 1, 2';

CREATE FUNCTION f(a integer, OUT b integer, OUT c integer) LANGUAGE sql AS 'SELECT 1, 2';
CREATE OR REPLACE FUNCTION f(a integer, OUT b integer) LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f() RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, 2';
CREATE OR REPLACE FUNCTION f() RETURNS TABLE (a integer, b integer) LANGUAGE sql AS 'SELECT 1, 2';

CREATE FUNCTION f(OUT b integer, OUT c integer) RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, 2';
CREATE OR REPLACE FUNCTION f() RETURNS TABLE (b integer, c integer) LANGUAGE sql AS 'SELECT 2, 1';

CREATE FUNCTION f() RETURNS varchar(10) LANGUAGE sql AS 'SELECT ''x''::varchar';
CREATE OR REPLACE FUNCTION f() RETURNS varchar(20) LANGUAGE sql AS 'SELECT ''x''::varchar';

CREATE FUNCTION f() RETURNS TABLE (a integer) LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f() RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a integer, OUT b integer) LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer, OUT c integer) LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a integer, OUT b integer) LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer, OUT b text) LANGUAGE sql AS 'SELECT ''x''';

CREATE FUNCTION f(a integer, OUT b integer, OUT c integer) LANGUAGE sql AS 'SELECT 1, 2';
CREATE OR REPLACE FUNCTION f(a integer, OUT b integer, OUT d integer) LANGUAGE sql AS 'SELECT 1, 2';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION f(integer) RENAME TO g;
CREATE OR REPLACE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION f(integer);
CREATE OR REPLACE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE PROCEDURE f(a integer) LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a users.age%TYPE) RETURNS users.age%TYPE LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 2';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(b integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE PROCEDURE f(a integer) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(b integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';

CREATE OR REPLACE FUNCTION note() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';

CREATE OR REPLACE VIEW adults AS SELECT id FROM users;

CREATE OR REPLACE VIEW adults AS SELECT email, id FROM users;

CREATE OR REPLACE VIEW adults AS SELECT id, email, nick FROM users;

CREATE OR REPLACE VIEW adults AS SELECT id, users.email AS mail FROM users;

CREATE OR REPLACE VIEW adults (id, email) AS SELECT id, email AS mail FROM users;

CREATE OR REPLACE VIEW adults AS SELECT id, lower(email) AS email FROM users UNION ALL SELECT 1, 'x';

ALTER VIEW adults RENAME COLUMN email TO mail;
CREATE OR REPLACE VIEW adults AS SELECT id, email AS mail FROM users;

CREATE VIEW sums AS SELECT count(*), 1 AS one FROM users;
CREATE OR REPLACE VIEW sums AS SELECT count(*) AS count, 1 AS two FROM users;

-- Functions: overloads, what OR REPLACE cannot change, what needs them

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(b int) RETURNS text LANGUAGE sql AS 'SELECT 1::text';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(a text) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(a integer[]) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(b mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- unsaid
CREATE FUNCTION f(a public.mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(b mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a integer, OUT b text) LANGUAGE sql AS 'SELECT ''x''';
CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION attic.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE PROCEDURE f(a integer) LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE f(b integer) LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION f(integer);
CREATE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';

CREATE FUNCTION f(a integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE PROCEDURE f(a integer) LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f() RETURNS TABLE (a integer) LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f() RETURNS TABLE (b integer) LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(OUT a integer) LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f(OUT a integer, OUT b text) LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE OR REPLACE FUNCTION f(OUT a integer, OUT b integer) LANGUAGE sql AS 'SELECT 1, 2';

CREATE FUNCTION f() RETURNS SETOF users LANGUAGE sql AS 'SELECT * FROM users';
CREATE OR REPLACE FUNCTION f() RETURNS SETOF public.users LANGUAGE sql AS 'SELECT * FROM users';

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(a text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION f;

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(a text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION IF EXISTS f;

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(a text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION f(text);

CREATE PROCEDURE f(a integer) LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE f(a text) LANGUAGE sql AS 'SELECT 1';
DROP PROCEDURE f;

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(a text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
DROP ROUTINE f;

DROP FUNCTION nof;

DROP FUNCTION nof(integer, text[]);

DROP FUNCTION public.nof(varchar, timestamptz);

DROP FUNCTION note(integer);

DROP FUNCTION IF EXISTS note(integer);

DROP PROCEDURE nof(integer);

DROP PROCEDURE nof;

DROP ROUTINE nof(integer);

DROP FUNCTION IF EXISTS nof(integer);

-- unsaid
CREATE PROCEDURE f(a integer) LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION f(integer);

CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TABLE boxes (a integer DEFAULT f());
DROP FUNCTION f();

CREATE FUNCTION f(a varchar, b timestamptz[]) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE VIEW v AS SELECT f('x', NULL);
DROP FUNCTION f;

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
ALTER TABLE bare ADD CHECK (f(a) > 0);
DROP FUNCTION f(integer);

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE INDEX ON bare (f(a));
DROP FUNCTION f(integer);

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE INDEX bare_f_idx ON bare (f(a));
DROP INDEX bare_f_idx;
DROP FUNCTION f(integer);

CREATE FUNCTION f(a mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE POLICY p ON users USING (f(feeling) = 1);
DROP FUNCTION f;

CREATE FUNCTION attic.f(a mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE RULE r AS ON DELETE TO users DO ALSO SELECT attic.f(OLD.feeling);
DROP FUNCTION attic.f;

-- unsaid
CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION f(a text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
ALTER TABLE bare ADD CHECK (f(a) > 0);
DROP FUNCTION f(integer);

CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION f(a text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
ALTER TABLE bare ADD CHECK (f(a) > 0);
DROP FUNCTION f(text);

CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE FUNCTION g() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN f(); END';
DROP FUNCTION f();

DROP TRIGGER noted ON orders;
DROP FUNCTION note();

CREATE FUNCTION f(a mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER TABLE users DROP COLUMN feeling;
DROP TYPE mood;

CREATE FUNCTION f() RETURNS positive LANGUAGE sql AS 'SELECT 1::positive';
DROP DOMAIN positive;

CREATE TABLE boxes (a text DEFAULT 'happy'::mood);
ALTER TABLE users DROP COLUMN feeling;
DROP TYPE mood;

CREATE FUNCTION f() RETURNS SETOF bare LANGUAGE sql AS 'SELECT * FROM bare';
DROP TABLE bare;

CREATE TABLE boxes (a bare);
DROP TABLE bare;

CREATE POLICY p ON users USING (EXISTS (SELECT FROM bare WHERE bare.a = age));
DROP TABLE bare;

CREATE RULE r AS ON DELETE TO users DO ALSO INSERT INTO bare VALUES (OLD.age);
DROP TABLE bare;

-- from 14
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM bare; END;
DROP TABLE bare;

CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM bare';
DROP TABLE bare;

CREATE SCHEMA loft;
CREATE TYPE loft.kind AS ENUM ('a');
DROP SCHEMA loft;

CREATE SCHEMA loft;
CREATE FUNCTION loft.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
DROP SCHEMA loft;

CREATE SCHEMA loft;
CREATE FUNCTION loft.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION loft.f();
DROP SCHEMA loft;

CREATE TABLE boxes (a bigint DEFAULT nextval('tickets'));
DROP SEQUENCE tickets;

-- CREATE OR REPLACE VIEW keeps the columns that the view has

CREATE VIEW v AS SELECT a, b FROM bare;
CREATE OR REPLACE VIEW v AS SELECT a FROM bare;

CREATE VIEW v AS SELECT a, b FROM bare;
CREATE OR REPLACE VIEW v AS SELECT b, a FROM bare;

CREATE VIEW v AS SELECT b.*, o.code FROM bare b JOIN orders o ON o.id = b.a;
ALTER TABLE bare ADD COLUMN c integer;
CREATE OR REPLACE VIEW v AS SELECT b.*, o.code FROM bare b JOIN orders o ON o.id = b.a;

CREATE VIEW v AS SELECT * FROM bare;
ALTER TABLE bare ADD COLUMN c integer;
CREATE OR REPLACE VIEW v AS SELECT * FROM bare;

CREATE VIEW v AS SELECT * FROM bare;
CREATE OR REPLACE VIEW v AS SELECT * FROM bare, parents p;

CREATE VIEW v AS SELECT * FROM parents p, bare;
CREATE OR REPLACE VIEW v AS SELECT * FROM bare JOIN parents p ON p.id = bare.a;

CREATE VIEW v AS SELECT id, name FROM parents;
CREATE OR REPLACE VIEW v AS SELECT c.* FROM children c;

CREATE VIEW v AS SELECT age, id FROM children;
CREATE OR REPLACE VIEW v AS SELECT c.* FROM children c;

CREATE TABLE spare (y integer, LIKE bare, z integer);
CREATE VIEW v AS SELECT * FROM spare;
CREATE OR REPLACE VIEW v AS SELECT y, a, b, z FROM spare;

CREATE TABLE spare (y integer, LIKE bare, z integer);
CREATE VIEW v AS SELECT * FROM spare;
CREATE OR REPLACE VIEW v AS SELECT a, b, y, z FROM spare;

CREATE VIEW v AS SELECT * FROM bare;
CREATE VIEW w AS SELECT * FROM v;
CREATE OR REPLACE VIEW w AS SELECT v.b FROM v;

CREATE VIEW v AS SELECT id, name, age FROM parents NATURAL JOIN children;
CREATE OR REPLACE VIEW v AS SELECT * FROM parents NATURAL JOIN children;

CREATE VIEW v AS SELECT * FROM bare;
CREATE OR REPLACE VIEW v AS SELECT bare.*, bare.a + 1 AS c FROM bare;

CREATE VIEW v AS SELECT * FROM bare;
ALTER TABLE bare RENAME COLUMN a TO z;
CREATE OR REPLACE VIEW v AS SELECT * FROM bare;

CREATE VIEW v AS SELECT a, b FROM bare;
CREATE OR REPLACE VIEW v AS SELECT a, b, a + 1 AS c FROM bare;

CREATE VIEW v AS SELECT a, b FROM bare;
CREATE OR REPLACE VIEW v AS SELECT a::bigint, b FROM bare;

CREATE VIEW v AS SELECT a, b FROM bare;
CREATE OR REPLACE VIEW v AS SELECT a::integer, b FROM bare WHERE a > 2;

CREATE VIEW v AS SELECT a, b FROM bare;
CREATE OR REPLACE VIEW v (x) AS SELECT a, b FROM bare;

CREATE VIEW v (x) AS SELECT a, b FROM bare;
CREATE OR REPLACE VIEW v AS SELECT a AS x, b FROM bare;

CREATE VIEW v AS SELECT a, b FROM bare;
ALTER VIEW v RENAME COLUMN a TO x;
CREATE OR REPLACE VIEW v AS SELECT a, b FROM bare;

CREATE VIEW v AS SELECT a, b FROM bare;
ALTER VIEW v RENAME COLUMN a TO x;
CREATE OR REPLACE VIEW v AS SELECT a AS x, b FROM bare;

CREATE VIEW v AS SELECT a, b FROM bare;
ALTER TABLE bare RENAME COLUMN a TO x;
CREATE OR REPLACE VIEW v AS SELECT x, b FROM bare;

CREATE VIEW v AS SELECT a, b FROM bare;
ALTER TABLE bare RENAME COLUMN a TO x;
CREATE OR REPLACE VIEW v AS SELECT x AS a, b FROM bare;

CREATE VIEW v AS SELECT 1, count(*), max(a) AS most FROM bare GROUP BY a;
CREATE OR REPLACE VIEW v AS SELECT 1;

CREATE VIEW v AS SELECT 1, 'x' FROM bare;

CREATE VIEW v AS SELECT a, b, b FROM bare;

CREATE VIEW v (a, b, c) AS SELECT a, b, b FROM bare;

CREATE VIEW v (a, a) AS SELECT a, b, b FROM bare;

CREATE VIEW v AS SELECT lower(b), a > 1, coalesce(a, 2), b::varchar, CASE WHEN a = 1 THEN b END FROM bare;
CREATE OR REPLACE VIEW v AS SELECT lower(b), a > 2, coalesce(a, 3), b::varchar, CASE WHEN a = 2 THEN b END FROM bare;

CREATE VIEW v AS SELECT lower(b) FROM bare;
CREATE OR REPLACE VIEW v AS SELECT upper(b) FROM bare;

-- unsaid
CREATE VIEW v AS SELECT a FROM bare UNION SELECT 1;
CREATE OR REPLACE VIEW v AS SELECT b AS a FROM bare UNION SELECT 'x' ORDER BY 1 LIMIT 0;

CREATE VIEW v AS SELECT * FROM bare;
CREATE OR REPLACE VIEW v AS SELECT a FROM bare;

-- unsaid
CREATE VIEW v AS SELECT a FROM (SELECT a::text FROM bare) s;
CREATE OR REPLACE VIEW v AS SELECT a FROM bare;

CREATE VIEW v AS SELECT a FROM (SELECT a::text FROM bare) s;
CREATE OR REPLACE VIEW v AS SELECT b AS a FROM bare;

CREATE VIEW v AS SELECT a FROM bare;
CREATE OR REPLACE VIEW attic.v AS SELECT b FROM bare;

CREATE VIEW v AS SELECT a, b FROM bare;
DROP VIEW v;
CREATE OR REPLACE VIEW v AS SELECT b FROM bare;

-- DO blocks: what runs for sure

DO $$ BEGIN ALTER TABLE nothing ADD COLUMN a integer; END $$;

DO $$ BEGIN CREATE TABLE boxes (a integer); CREATE TABLE boxes (a integer); END $$;

DO $$ BEGIN CREATE TABLE boxes (a integer); ALTER TABLE boxes ADD COLUMN b integer; DROP TABLE boxes; END $$;

DO $$ BEGIN IF false THEN ALTER TABLE nothing ADD COLUMN a integer; END IF; END $$;

DO $$ BEGIN ALTER TABLE nothing ADD COLUMN a integer; EXCEPTION WHEN undefined_table THEN NULL; END $$;

-- unsaid
DO $$ BEGIN BEGIN ALTER TABLE nothing ADD COLUMN a integer; EXCEPTION WHEN OTHERS THEN NULL; END; DROP TABLE nothing; END $$;

DO $$ BEGIN BEGIN ALTER TABLE nothing ADD COLUMN a integer; EXCEPTION WHEN OTHERS THEN NULL; END; DROP TABLE nothing_else; END $$;

DO $$ BEGIN RETURN; ALTER TABLE nothing ADD COLUMN a integer; END $$;

DO $$ BEGIN IF true THEN RETURN; END IF; ALTER TABLE nothing ADD COLUMN a integer; END $$;

DO $$ BEGIN <<one>> BEGIN EXIT one; ALTER TABLE nothing ADD COLUMN a integer; END; END $$;

DO $$ BEGIN LOOP EXIT; ALTER TABLE nothing ADD COLUMN a integer; END LOOP; END $$;

DO $$ BEGIN FOR i IN 1..0 LOOP DROP TABLE bare; END LOOP; DROP TABLE bare; END $$;

DO $$ BEGIN LOOP EXIT; DROP TABLE bare; END LOOP; DROP TABLE bare; END $$;

DO $$ BEGIN EXECUTE 'ALTER TABLE nothing ADD COLUMN a integer'; END $$;

DO $$ BEGIN EXECUTE 'ALTER TABLE ' || quote_ident('nothing') || ' ADD COLUMN a integer'; END $$;

DO $$ DECLARE n text := 'bare'; BEGIN EXECUTE format('CREATE TABLE %I ()', n); END $$;

DO $$ DECLARE nick_of text := 'x'; BEGIN UPDATE users SET nick = nick_of WHERE nick = nick_of; END $$;

DO $$ DECLARE b integer; BEGIN SELECT id INTO b FROM nothing; END $$;

DO $$ DECLARE c integer := 1; BEGIN INSERT INTO bare VALUES (c, 'x'); DELETE FROM bare WHERE a = c; END $$;

DO $$ BEGIN DELETE FROM nothing; END $$;

DO $$ BEGIN PERFORM 1 FROM nothing; END $$;

DO $$ BEGIN DROP TYPE mood; END $$;

DO $$ BEGIN ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (nick); END $$;

DO $$ BEGIN CREATE INDEX IF NOT EXISTS users_nick_idx ON users (nick); ALTER TABLE users DROP COLUMN nick; ALTER TABLE users DROP COLUMN nick; END $$;

-- unsaid
CREATE FUNCTION made() RETURNS integer LANGUAGE plpgsql AS 'BEGIN CREATE TABLE nothing (a integer); RETURN 1; END';
DO $$ DECLARE n integer := made(); BEGIN DROP TABLE nothing; DROP TABLE nothing; END $$;

CREATE FUNCTION made() RETURNS integer LANGUAGE plpgsql AS 'BEGIN CREATE TABLE nothing (a integer); RETURN 1; END';
DO $$ DECLARE n integer := made(); BEGIN DROP TABLE nothing; END $$;

DO $$ BEGIN IF EXISTS (SELECT FROM pg_tables WHERE tablename = 'bare') THEN DROP TABLE bare; END IF; DROP TABLE IF EXISTS bare; END $$;

DO $$ BEGIN RAISE NOTICE 'x'; CREATE VIEW users AS SELECT 1; END $$;

DO $$ BEGIN ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME COLUMN nick TO alias; ALTER TABLE users ADD COLUMN x integer; END $$;

CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION f() RENAME TO g;
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- unsaid
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION f() RENAME TO g;
CREATE FUNCTION g() RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION f() SET SCHEMA attic;
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION f() STABLE;
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- Columns that views over several relations read

CREATE VIEW bills AS SELECT o.id, u.nick FROM orders o JOIN users u ON u.id = o.user_id;
ALTER TABLE users DROP COLUMN nick;

CREATE VIEW bills AS SELECT o.id, u.nick FROM orders o JOIN users u ON u.id = o.user_id WHERE total > 3;
ALTER TABLE orders ALTER COLUMN total TYPE numeric(12,2);

CREATE VIEW bills AS WITH few AS (SELECT user_id FROM orders) SELECT u.nick FROM users u JOIN few ON user_id = u.id;
ALTER TABLE orders DROP COLUMN user_id;

CREATE VIEW bills AS SELECT o.id, u.nick FROM orders o JOIN users u ON u.id = o.user_id;
ALTER TABLE users RENAME COLUMN nick TO handle;
ALTER TABLE users ADD COLUMN nick text;
ALTER TABLE users DROP COLUMN nick;

CREATE VIEW names AS SELECT nick FROM users;
ALTER TABLE users RENAME COLUMN nick TO handle;
ALTER TABLE users DROP COLUMN handle;

CREATE VIEW names AS SELECT nick FROM users;
ALTER TABLE users RENAME COLUMN nick TO handle;
ALTER TABLE users ADD COLUMN nick text;
ALTER TABLE users DROP COLUMN nick;

CREATE MATERIALIZED VIEW spent AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;
ALTER TABLE orders ALTER COLUMN total TYPE numeric(12,2);

CREATE VIEW names AS SELECT id, upper(nick) AS nick FROM users ORDER BY nick;
ALTER TABLE users DROP COLUMN nick;

CREATE VIEW names AS SELECT id, upper(email) AS nick FROM users ORDER BY nick;
ALTER TABLE users DROP COLUMN nick;

CREATE VIEW names AS SELECT x.nick FROM (SELECT id, 'none' AS nick FROM users) AS x;
ALTER TABLE users DROP COLUMN nick;

CREATE VIEW names AS SELECT x.nick FROM (SELECT id FROM users) AS x (nick);
ALTER TABLE users DROP COLUMN nick;

CREATE VIEW names AS SELECT x.age FROM users, json_to_record('{}') AS x (age integer);
ALTER TABLE users DROP COLUMN age;

CREATE VIEW names AS SELECT nick AS nick FROM users;
ALTER TABLE users DROP COLUMN nick;

ALTER TABLE orders RENAME COLUMN code TO count;
CREATE VIEW names AS SELECT count FROM (SELECT count(*) FROM orders) AS x;
ALTER TABLE orders DROP COLUMN count;

-- Partitions are referenced with their parents

CREATE TABLE spots (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE spots_low PARTITION OF spots FOR VALUES FROM (0) TO (100);
CREATE TABLE visits (spot integer REFERENCES spots);
DROP TABLE spots_low;

CREATE TABLE spots (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE spots_low PARTITION OF spots FOR VALUES FROM (0) TO (100);
CREATE TABLE visits (spot integer REFERENCES spots);
DROP TABLE spots_low CASCADE;

CREATE TABLE spots (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE spots_low PARTITION OF spots FOR VALUES FROM (0) TO (100);
CREATE TABLE visits (spot integer REFERENCES spots);
TRUNCATE spots_low;

CREATE TABLE spots (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE spots_low PARTITION OF spots FOR VALUES FROM (0) TO (100);
CREATE TABLE visits (spot integer REFERENCES spots);
TRUNCATE spots_low, visits;

CREATE TABLE spots (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE spots_low PARTITION OF spots FOR VALUES FROM (0) TO (100);
CREATE TABLE visits (spot integer REFERENCES spots);
ALTER TABLE spots DETACH PARTITION spots_low;

CREATE TABLE spots (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE spots_low PARTITION OF spots FOR VALUES FROM (0) TO (100);
CREATE TABLE visits (spot integer REFERENCES spots);
ALTER TABLE spots DETACH PARTITION spots_low;
DROP TABLE spots_low;

-- NOT NULL of the partitioned table alone

ALTER TABLE ONLY events ALTER COLUMN kind SET NOT NULL;

ALTER TABLE ONLY events ALTER COLUMN day SET NOT NULL;

ALTER TABLE ONLY parents ALTER COLUMN name SET NOT NULL;

ALTER TABLE events_old ALTER COLUMN kind SET NOT NULL;
ALTER TABLE events_rest ALTER COLUMN kind SET NOT NULL;
ALTER TABLE ONLY events ALTER COLUMN kind SET NOT NULL;

-- Indexes over what changes by itself

CREATE INDEX ON users ((random()));

CREATE INDEX ON users (id) WHERE created > now();

CREATE INDEX ON users (lower(nick), (age + random())) WHERE created < CURRENT_TIMESTAMP;

CREATE FUNCTION roll(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE INDEX ON users (roll(nick));

CREATE FUNCTION roll(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
CREATE INDEX ON users (roll(nick));

CREATE FUNCTION roll(text) RETURNS text LANGUAGE sql AS 'SELECT lower($1)';
CREATE INDEX ON users (roll(nick));

-- MERGE into a table with rules

-- from 15
CREATE RULE keep AS ON DELETE TO bare DO INSTEAD NOTHING;
MERGE INTO bare USING orders ON bare.a = orders.id WHEN MATCHED THEN DO NOTHING;

-- The type of an attribute

ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint;

CREATE TABLE pairs (p pair);
ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint;

CREATE TABLE pairs (p pair[]);
ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint CASCADE;

CREATE TABLE pairs (p pair);
ALTER TYPE pair ADD ATTRIBUTE c text;

-- The storage of a partitioned table

-- from 18
ALTER TABLE events SET UNLOGGED;

-- from 18
ALTER TABLE events SET LOGGED;

-- until 17
ALTER TABLE events SET UNLOGGED;

ALTER TABLE events_old SET UNLOGGED;

DO $$ DECLARE t text; BEGIN FOR t IN SELECT 'bare' LOOP EXECUTE format('CREATE TRIGGER bell BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION note()', t); END LOOP; END $$;
ALTER TABLE bare RENAME TO plain;
DROP TRIGGER bell ON plain;

DO $$ DECLARE t text; BEGIN FOR t IN SELECT 'bare' LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN c integer', t); END LOOP; END $$;
ALTER TABLE bare SET SCHEMA attic;
ALTER TABLE attic.bare DROP COLUMN c;

-- A CHECK keeps the types of its constants

DROP VIEW adults;
DROP INDEX users_partial_idx;
ALTER TABLE users ALTER COLUMN age TYPE text;

DROP VIEW adults;
ALTER TABLE users ALTER COLUMN age TYPE bigint;

DROP VIEW adults;
DROP INDEX users_partial_idx;
ALTER TABLE users DROP CONSTRAINT users_age_check, ALTER COLUMN age TYPE text;

ALTER TABLE bare ADD CHECK (b <> ''), ADD CHECK (a BETWEEN 1 AND 9);
ALTER TABLE bare ALTER COLUMN b TYPE integer USING 1;

ALTER TABLE bare ADD CHECK (b <> '');
ALTER TABLE bare ALTER COLUMN b TYPE varchar(20);

ALTER TABLE bare ADD CHECK (a IN (1, 2));
ALTER TABLE bare ALTER COLUMN a TYPE varchar(20);

ALTER TABLE users ADD CHECK (nick <> '');
ALTER TABLE users ALTER COLUMN nick DROP DEFAULT;
ALTER TABLE users ALTER COLUMN nick TYPE integer USING 1;

ALTER TABLE users ADD CHECK (feeling <> 'sad');
CREATE TYPE new_mood AS ENUM ('happy');
ALTER TABLE users ALTER COLUMN feeling TYPE new_mood USING feeling::text::new_mood;

ALTER TABLE users ADD CHECK (feeling IN ('sad', 'happy'));
ALTER TABLE users ALTER COLUMN feeling TYPE text;

ALTER TABLE users ADD CHECK (feeling::text <> 'sad');
CREATE TYPE new_mood AS ENUM ('happy');
ALTER TABLE users ALTER COLUMN feeling TYPE new_mood USING feeling::text::new_mood;

CREATE TABLE lists (a uuid[], b mood[], c integer[]);
ALTER TABLE lists ALTER COLUMN a TYPE text[], ALTER COLUMN b TYPE varchar(9)[], ALTER COLUMN c TYPE bigint[];

CREATE TABLE lists (a text[]);
ALTER TABLE lists ALTER COLUMN a TYPE integer[];

-- DROP ... CASCADE, after which all is known but what names may mean

CREATE VIEW ages AS SELECT id, age FROM users;
CREATE VIEW nicks AS SELECT id, nick FROM users;
ALTER TABLE users DROP COLUMN age CASCADE;
ALTER TABLE users DROP COLUMN age;

CREATE VIEW ages AS SELECT id, age FROM users;
ALTER TABLE users DROP COLUMN age CASCADE;
ALTER TABLE orders DROP COLUMN age;

CREATE VIEW nicks AS SELECT id, nick FROM users;
ALTER TABLE users DROP COLUMN age CASCADE;
DROP VIEW nicks;

DROP FUNCTION note() CASCADE;
DROP TRIGGER noted ON orders;

DROP TYPE mood CASCADE;
ALTER TABLE users DROP COLUMN feeling;

DROP TRIGGER noted ON orders CASCADE;
DROP FUNCTION note();
ALTER TABLE orders DROP COLUMN age;

-- A function that only writes rows

CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS 'BEGIN DELETE FROM bare; END';
SELECT tidy();
ALTER TABLE bare DROP COLUMN c;

DO $$ DECLARE t text; BEGIN FOR t IN SELECT 'bare' LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN c integer', t); END LOOP; END $$;
DROP TABLE bare;
CREATE TABLE bare (a integer);
ALTER TABLE bare DROP COLUMN c;

CREATE VIEW ages AS SELECT id, age, nick FROM users;
ALTER TABLE users DROP COLUMN shout CASCADE;
CREATE OR REPLACE VIEW ages AS SELECT id, age, nick FROM users;
CREATE OR REPLACE VIEW ages AS SELECT id, age FROM users;

-- A default that is a label

CREATE TABLE moods (m text DEFAULT 'sad');
ALTER TABLE moods ALTER COLUMN m SET DEFAULT 'sad'::mood;
ALTER TABLE moods ALTER COLUMN m TYPE mood USING m::mood;

ALTER TABLE users ALTER COLUMN feeling SET DEFAULT 'sad';
ALTER TABLE users ALTER COLUMN feeling TYPE text;
DROP TYPE mood;

ALTER TABLE users ALTER COLUMN feeling SET DEFAULT 'sad';
ALTER TABLE users ALTER COLUMN feeling TYPE text, ALTER COLUMN feeling SET DEFAULT 'sad';
DROP TYPE mood;

-- ... and their types, in a join too

CREATE VIEW v AS SELECT o.total, u.nick FROM orders o JOIN users u ON u.id = o.user_id;
CREATE OR REPLACE VIEW v AS SELECT o.total::int AS total, u.nick FROM orders o JOIN users u ON u.id = o.user_id;

CREATE VIEW v AS SELECT o.total, u.nick FROM orders o, users u;
CREATE OR REPLACE VIEW v AS SELECT o.total, u.nick::text FROM orders o, users u;

CREATE VIEW v AS SELECT o.total, u.nick FROM orders o, users u;
CREATE OR REPLACE VIEW v AS SELECT o.total::numeric(12), u.nick FROM orders o, users u;

CREATE VIEW v AS SELECT o.total, u.nick FROM orders o, users u;
CREATE OR REPLACE VIEW v AS SELECT o.total::numeric(10,2), u.nick::varchar(30) FROM orders o, users u;

CREATE VIEW v AS SELECT o.total, u.nick FROM orders o LEFT JOIN users u ON true;
CREATE OR REPLACE VIEW v AS SELECT o.id AS total, u.nick FROM orders o LEFT JOIN users u ON true;

CREATE VIEW v AS SELECT o.b FROM bare AS o (b, a), users u;
CREATE OR REPLACE VIEW v AS SELECT o.b::integer FROM bare AS o (b, a), users u;

CREATE VIEW v AS SELECT b FROM bare AS o (b, a);
CREATE OR REPLACE VIEW v AS SELECT b::integer FROM bare AS o (b, a);

CREATE VIEW v AS SELECT a FROM bare WHERE b IN (SELECT name FROM parents);
CREATE OR REPLACE VIEW v AS SELECT a::bigint FROM bare WHERE b IN (SELECT name FROM parents);

CREATE VIEW v AS SELECT bare.a FROM attic.boxes, bare;
CREATE OR REPLACE VIEW v AS WITH bare AS (SELECT 1 AS a) SELECT bare.a FROM attic.boxes, bare;

-- Rows that a table does not take

INSERT INTO users (id, email) VALUES (1, 'a');

INSERT INTO users VALUES (1, 'a');

INSERT INTO users (email, id) VALUES ('a', DEFAULT), ('b', 2);

INSERT INTO users (id, email) VALUES (DEFAULT, 'a');

INSERT INTO users (id, email) OVERRIDING SYSTEM VALUE VALUES (1, 'a');

INSERT INTO users (id, email) OVERRIDING USER VALUE VALUES (1, 'a');

INSERT INTO users (email, shout) VALUES ('a', 'A');

INSERT INTO users (email, shout) OVERRIDING SYSTEM VALUE VALUES ('a', 'A');

INSERT INTO users (id, email) VALUES (1, 'a') ON CONFLICT DO NOTHING;

ALTER TABLE users ALTER COLUMN id SET GENERATED BY DEFAULT;
INSERT INTO users (id, email) VALUES (1, 'a');

ALTER TABLE users ALTER COLUMN id DROP IDENTITY;
ALTER TABLE users ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;
INSERT INTO users (id, email) VALUES (1, 'a');

CREATE TABLE copies (LIKE users);
ALTER TABLE copies ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;
INSERT INTO copies (id, email, created) VALUES (1, 'a', now());

CREATE TABLE copies (LIKE users INCLUDING IDENTITY);
INSERT INTO copies (id, email, created) VALUES (1, 'a', now());

CREATE RULE r AS ON INSERT TO users DO INSTEAD NOTHING;
INSERT INTO users (nick) VALUES ('a');

INSERT INTO users (nick) VALUES ('a');

INSERT INTO users DEFAULT VALUES;

INSERT INTO users (email) VALUES ('a'), (NULL);

INSERT INTO users (email, created) VALUES ('a', NULL);

INSERT INTO users (email, created) VALUES ('a', DEFAULT);

INSERT INTO users (nick) VALUES ('a') ON CONFLICT DO NOTHING;

INSERT INTO parents (name) VALUES ('a');

INSERT INTO orders (id) VALUES (NULL);

INSERT INTO orders (code) VALUES ('a');

INSERT INTO users (nick) SELECT 'a' WHERE false;

CREATE FUNCTION filled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.email := 'x'; RETURN NEW; END $$;
CREATE TRIGGER filled BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION filled();
INSERT INTO users (nick) VALUES ('a');

CREATE DOMAIN label AS text DEFAULT 'x';
ALTER TABLE bare ADD COLUMN c label NOT NULL;
INSERT INTO bare (a) VALUES (1);

CREATE DOMAIN label AS text;
ALTER TABLE bare ADD COLUMN c label NOT NULL;
INSERT INTO bare (a) VALUES (1);

-- unsaid
CREATE DOMAIN label AS text DEFAULT 'x';
ALTER TABLE bare ADD COLUMN c label NOT NULL DEFAULT NULL;
INSERT INTO bare (a) VALUES (1);

CREATE DOMAIN label AS text NOT NULL;
ALTER TABLE bare ADD COLUMN c label;
INSERT INTO bare (a) VALUES (1);

CREATE DOMAIN label AS text NOT NULL;
CREATE DOMAIN heading AS label CHECK (VALUE <> '');
ALTER TABLE bare ADD COLUMN c heading NOT NULL;
INSERT INTO bare (a, c) VALUES (1, 'x'), (1, NULL);

CREATE DOMAIN label AS text NOT NULL DEFAULT 'x';
ALTER TABLE bare ADD COLUMN c label;
INSERT INTO bare (a) VALUES (1);

-- unsaid
CREATE DOMAIN label AS text CHECK (VALUE IS NOT NULL);
ALTER TABLE bare ADD COLUMN c label;
INSERT INTO bare (a) VALUES (1);

ALTER TABLE bare ADD COLUMN c mood NOT NULL;
INSERT INTO bare (a) VALUES (1);

ALTER TABLE bare ALTER COLUMN b SET NOT NULL;
INSERT INTO bare VALUES (1);

ALTER TABLE bare ALTER COLUMN b SET NOT NULL;
ALTER TABLE bare ALTER COLUMN b DROP NOT NULL;
INSERT INTO bare VALUES (1);

-- A default that is no label

ALTER TABLE users ALTER COLUMN feeling SET DEFAULT 'nope';

-- unsaid
ALTER TABLE users ALTER COLUMN feeling SET DEFAULT 'nope'::mood;

ALTER TABLE users ALTER COLUMN feeling SET DEFAULT 'sad';

ALTER TABLE users ALTER COLUMN feeling SET DEFAULT NULL;

-- unsaid
ALTER TABLE users ALTER COLUMN feeling SET DEFAULT 'nope'::text;

-- unsaid
ALTER TABLE users ALTER COLUMN feeling SET DEFAULT 5;

CREATE TYPE attic.mood AS ENUM ('dusty');
ALTER TABLE bare ADD COLUMN c attic.mood;
ALTER TABLE bare ALTER COLUMN c SET DEFAULT 'sad';
