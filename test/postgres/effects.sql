CREATE TYPE tier AS ENUM ('basic', 'gold');
CREATE DOMAIN quantity AS integer CHECK (VALUE >= 0);
CREATE DOMAIN title AS text;
CREATE SEQUENCE invoice_numbers;
CREATE FUNCTION next_code() RETURNS text LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN random()::text; END';
CREATE FUNCTION fixed_code() RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN ''x''; END';
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email varchar(120) NOT NULL CONSTRAINT customers_email_key UNIQUE,
  nick varchar(30),
  level integer,
  rank smallint,
  credit numeric(8,2),
  joined timestamp,
  seen timestamptz,
  about text,
  active boolean NOT NULL DEFAULT true
);
CREATE INDEX customers_nick_idx ON customers (nick);
CREATE INDEX customers_lower_idx ON customers (lower(email));
CREATE TABLE purchases (
  id serial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  total numeric(10,2) CHECK (total >= 0),
  grade tier,
  memo text,
  placed date NOT NULL DEFAULT current_date
);
CREATE INDEX purchases_customer_idx ON purchases (customer_id);
CREATE TABLE lines (
  purchase_id integer REFERENCES purchases ON DELETE CASCADE,
  product text,
  pieces quantity,
  weight real
);
CREATE TABLE readings (
  device integer NOT NULL,
  taken date NOT NULL,
  kind varchar(10),
  value numeric,
  PRIMARY KEY (device, taken)
) PARTITION BY RANGE (taken);
CREATE TABLE readings_a PARTITION OF readings FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE readings_b PARTITION OF readings FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE INDEX readings_kind_idx ON readings (kind);
CREATE TABLE zones (id integer, code text) PARTITION BY LIST (code);
CREATE TABLE zones_eu PARTITION OF zones FOR VALUES IN ('eu');
CREATE TABLE zones_rest PARTITION OF zones DEFAULT;
CREATE TABLE assets (id integer, label varchar(10));
CREATE TABLE machines (power integer) INHERITS (assets);
CREATE VIEW active_customers AS SELECT id, email FROM customers WHERE active;
CREATE VIEW golden AS SELECT id FROM active_customers;
CREATE MATERIALIZED VIEW sums AS SELECT customer_id, sum(total) AS total FROM purchases GROUP BY customer_id;
CREATE UNIQUE INDEX sums_customer_idx ON sums (customer_id);
INSERT INTO customers (email, nick, level, credit, joined, seen) SELECT 'c' || n, 'n' || n, n, n, now(), now() FROM generate_series(1, 60) n;
INSERT INTO purchases (customer_id, total, grade) SELECT n, n, 'gold' FROM generate_series(1, 60) n;
INSERT INTO lines SELECT n, 'p' || n, n, n FROM generate_series(1, 60) n;
INSERT INTO readings SELECT n, date '2020-01-01' + n * 10, 'k', n FROM generate_series(1, 60) n;
INSERT INTO zones SELECT n, CASE WHEN n % 2 = 0 THEN 'eu' ELSE 'us' END FROM generate_series(1, 60) n;
INSERT INTO assets SELECT n, 'a' || n FROM generate_series(1, 60) n;
INSERT INTO machines SELECT n, 'm' || n, n FROM generate_series(1, 60) n;
REFRESH MATERIALIZED VIEW sums;

-- ADD COLUMN

-- shown: `ADD COLUMN` without a default
ALTER TABLE customers ADD COLUMN phone text;

ALTER TABLE customers ADD COLUMN IF NOT EXISTS nick text;

-- shown: `ADD COLUMN` with a constant default
ALTER TABLE customers ADD COLUMN points integer NOT NULL DEFAULT 0;

-- shown: `ADD COLUMN` with a stable default, `now()`
ALTER TABLE customers ADD COLUMN changed timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- shown: `ADD COLUMN` with a volatile default, `random()`
ALTER TABLE customers ADD COLUMN changed timestamptz DEFAULT clock_timestamp();

ALTER TABLE customers ADD COLUMN changed timestamp DEFAULT (now() AT TIME ZONE 'utc');

ALTER TABLE customers ADD COLUMN daily timetz DEFAULT (CURRENT_TIME AT TIME ZONE 'utc');

ALTER TABLE customers ADD COLUMN code text DEFAULT next_code();

ALTER TABLE customers ADD COLUMN code text DEFAULT fixed_code();

ALTER TABLE customers ADD COLUMN code text DEFAULT 'c-' || random()::text;

ALTER TABLE customers ADD COLUMN number bigint DEFAULT nextval('invoice_numbers');

-- shown: `ADD COLUMN` of type `serial`, `bigserial`
ALTER TABLE lines ADD COLUMN id bigserial;

ALTER TABLE lines ADD COLUMN id serial PRIMARY KEY;

-- shown: `ADD COLUMN` as identity
ALTER TABLE lines ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;

-- shown: `ADD COLUMN`, generated and stored
ALTER TABLE lines ADD COLUMN heavy boolean GENERATED ALWAYS AS (weight > 10) STORED;

-- from 18
-- shown: `ADD COLUMN`, generated and virtual
ALTER TABLE lines ADD COLUMN heavy boolean GENERATED ALWAYS AS (weight > 10) VIRTUAL;

-- shown: `ADD COLUMN` of a domain with a constraint
ALTER TABLE lines ADD COLUMN stock quantity;

ALTER TABLE lines ADD COLUMN stock quantity DEFAULT 1;

ALTER TABLE lines ADD COLUMN name title DEFAULT 'x';

CREATE DOMAIN code AS text NOT NULL;
ALTER TABLE lines ADD COLUMN code code DEFAULT 'x';

CREATE DOMAIN code AS text NOT NULL DEFAULT 'x';
ALTER TABLE lines ADD COLUMN code code;

CREATE DOMAIN code AS text DEFAULT 'x';
ALTER TABLE lines ADD COLUMN code code;

-- from 13
CREATE DOMAIN code AS text DEFAULT 'x';
ALTER TABLE lines ADD COLUMN code code NOT NULL;

-- until 12
CREATE DOMAIN drawn AS float DEFAULT random();
ALTER TABLE lines ADD COLUMN drawn drawn;

-- from 13
CREATE DOMAIN drawn AS float DEFAULT random();
ALTER TABLE lines ADD COLUMN drawn drawn;

CREATE DOMAIN drawn AS float DEFAULT random();
ALTER TABLE lines ADD COLUMN drawn drawn DEFAULT 1;

-- shown: `ADD COLUMN` with `CHECK`
ALTER TABLE lines ADD COLUMN rating integer CHECK (rating < 6);

-- shown: `ADD COLUMN` with `UNIQUE`
ALTER TABLE lines ADD COLUMN sku text UNIQUE;

-- shown: `ADD COLUMN` with `REFERENCES`
ALTER TABLE lines ADD COLUMN seller bigint REFERENCES customers;

ALTER TABLE lines ADD COLUMN seller bigint DEFAULT 1 REFERENCES customers;

ALTER TABLE lines ADD COLUMN a integer, ADD COLUMN seller bigint REFERENCES customers;

ALTER TABLE lines ADD COLUMN parent integer REFERENCES purchases (id) ON DELETE SET NULL;

-- shown: `ADD COLUMN` of a partitioned table
ALTER TABLE readings ADD COLUMN source text;

ALTER TABLE readings ADD COLUMN source text DEFAULT random()::text;

ALTER TABLE readings ADD COLUMN good boolean CHECK (good);

-- shown: `ADD COLUMN` of a table with children
ALTER TABLE assets ADD COLUMN price integer;

ALTER TABLE assets ADD COLUMN price double precision DEFAULT random();

ALTER TABLE assets ADD COLUMN price integer CHECK (price > 0);

ALTER TABLE IF EXISTS nowhere ADD COLUMN x text;

ALTER TABLE lines ADD COLUMN heavy boolean GENERATED ALWAYS AS (weight > 10) STORED NOT NULL;

ALTER TABLE lines ADD COLUMN extra jsonb NOT NULL DEFAULT '{}';

-- from 13
ALTER TABLE lines ADD COLUMN code uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;

ALTER TABLE lines ADD COLUMN seller bigint DEFAULT NULL REFERENCES customers;

-- from 17
ALTER TABLE zones ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY;

ALTER TABLE zones ADD COLUMN n bigserial;

-- from 13
ALTER TABLE lines ADD COLUMN id uuid DEFAULT gen_random_uuid() PRIMARY KEY;

-- DROP COLUMN

-- shown: `DROP COLUMN`
ALTER TABLE customers DROP COLUMN about;

-- shown: `DROP COLUMN` with an index on it
ALTER TABLE customers DROP COLUMN nick;

ALTER TABLE customers DROP COLUMN IF EXISTS absent;

ALTER TABLE purchases DROP COLUMN customer_id CASCADE;

ALTER TABLE purchases DROP COLUMN id CASCADE;

-- shown: `DROP COLUMN` with a foreign key
ALTER TABLE lines DROP COLUMN purchase_id;

ALTER TABLE readings DROP COLUMN kind;

ALTER TABLE assets DROP COLUMN label;

ALTER TABLE lines ADD COLUMN number serial;
ALTER TABLE lines DROP COLUMN number;

CREATE INDEX lines_both_idx ON lines (product) INCLUDE (weight);
ALTER TABLE lines DROP COLUMN weight;

CREATE INDEX lines_some_idx ON lines (product) WHERE weight > 1;
ALTER TABLE lines DROP COLUMN weight;

ALTER TABLE readings DROP COLUMN value;

ALTER TABLE lines ADD COLUMN heavy boolean GENERATED ALWAYS AS (weight > 10) STORED;
ALTER TABLE lines DROP COLUMN weight CASCADE;

ALTER TABLE lines ADD CONSTRAINT two CHECK (weight > 0 OR product <> '');
ALTER TABLE lines DROP COLUMN product;

ALTER TABLE customers DROP COLUMN email CASCADE;

-- ALTER COLUMN TYPE

-- shown: `ALTER COLUMN ... TYPE`, the same bytes: a longer `varchar`, `varchar` to `text`
ALTER TABLE customers ALTER COLUMN nick TYPE varchar(60);

-- shown: `ALTER COLUMN ... TYPE`, other bytes: a shorter `varchar`, `integer` to `bigint`
ALTER TABLE customers ALTER COLUMN nick TYPE varchar(10);

ALTER TABLE customers ALTER COLUMN nick TYPE text;

ALTER TABLE customers ALTER COLUMN nick TYPE text USING nick;

ALTER TABLE customers ALTER COLUMN nick TYPE text USING nick::text;

ALTER TABLE customers ALTER COLUMN nick TYPE text USING upper(nick);

-- shown: `ALTER COLUMN ... TYPE` with another collation
ALTER TABLE customers ALTER COLUMN nick TYPE text COLLATE "C";

ALTER TABLE lines ALTER COLUMN product TYPE varchar(50);

DROP MATERIALIZED VIEW sums;
ALTER TABLE purchases ALTER COLUMN customer_id TYPE integer;

DROP MATERIALIZED VIEW sums;
ALTER TABLE purchases ALTER COLUMN total TYPE numeric(12,2);

DROP MATERIALIZED VIEW sums;
ALTER TABLE purchases ALTER COLUMN total TYPE numeric(12,3);

ALTER TABLE purchases ALTER COLUMN id TYPE bigint;

ALTER TABLE customers ALTER COLUMN credit TYPE numeric;

SET TimeZone = 'UTC';
ALTER TABLE customers ALTER COLUMN joined TYPE timestamptz;

SET TimeZone = 'Europe/Berlin';
ALTER TABLE customers ALTER COLUMN joined TYPE timestamptz;

SET TimeZone = 'UTC';
CREATE INDEX customers_seen_idx ON customers (seen);
ALTER TABLE customers ALTER COLUMN seen TYPE timestamp;

ALTER TABLE purchases ALTER COLUMN grade TYPE text;

ALTER TABLE lines ALTER COLUMN pieces TYPE integer;

ALTER TABLE lines ALTER COLUMN weight TYPE double precision;

ALTER TABLE customers ALTER COLUMN level TYPE quantity;

ALTER TABLE readings ALTER COLUMN kind TYPE text;

ALTER TABLE readings ALTER COLUMN value TYPE integer;

ALTER TABLE assets ALTER COLUMN label TYPE varchar(20);

ALTER TABLE assets ALTER COLUMN id TYPE bigint;

CREATE INDEX lines_upper_idx ON lines (upper(product));
ALTER TABLE lines ALTER COLUMN product TYPE varchar;

CREATE INDEX lines_some_idx ON lines (weight) WHERE product = 'x';
ALTER TABLE lines ALTER COLUMN product TYPE varchar;

ALTER TABLE lines ADD CONSTRAINT short CHECK (length(product) < 90);
ALTER TABLE lines ALTER COLUMN product TYPE varchar;

CREATE TABLE codes (code varchar(5) PRIMARY KEY);
CREATE TABLE uses (code varchar(5) REFERENCES codes);
INSERT INTO codes SELECT n FROM generate_series(1, 60) n;
INSERT INTO uses SELECT n FROM generate_series(1, 60) n;
ALTER TABLE uses ALTER COLUMN code TYPE varchar(9);

CREATE TABLE codes (code varchar(5) PRIMARY KEY);
CREATE TABLE uses (code varchar(5) REFERENCES codes);
INSERT INTO codes SELECT n FROM generate_series(1, 60) n;
INSERT INTO uses SELECT n FROM generate_series(1, 60) n;
ALTER TABLE codes ALTER COLUMN code TYPE text;

CREATE TABLE codes (code integer PRIMARY KEY);
CREATE TABLE uses (code integer REFERENCES codes);
INSERT INTO codes SELECT n FROM generate_series(1, 60) n;
INSERT INTO uses SELECT n FROM generate_series(1, 60) n;
ALTER TABLE codes ALTER COLUMN code TYPE bigint;

ALTER TABLE customers ALTER COLUMN nick TYPE text, ALTER COLUMN level TYPE bigint;

DROP VIEW active_customers CASCADE;
ALTER TABLE customers ALTER COLUMN id TYPE integer;

-- shown: `ALTER COLUMN ... TYPE`, other bytes, with a foreign key
ALTER TABLE lines ALTER COLUMN purchase_id TYPE bigint;

DROP MATERIALIZED VIEW sums;
ALTER TABLE purchases ALTER COLUMN total TYPE numeric;

ALTER TABLE readings ALTER COLUMN device TYPE bigint;

ALTER TABLE zones ALTER COLUMN id TYPE bigint;

CREATE TABLE uses (code integer, FOREIGN KEY (code) REFERENCES purchases);
INSERT INTO uses SELECT n FROM generate_series(1, 60) n;
ALTER TABLE uses ALTER COLUMN code TYPE bigint;

-- Defaults, NOT NULL, identity, generated columns

-- shown: `SET DEFAULT`, `DROP DEFAULT`
ALTER TABLE customers ALTER COLUMN level SET DEFAULT 1;

ALTER TABLE customers ALTER COLUMN active DROP DEFAULT;

ALTER TABLE readings ALTER COLUMN kind SET DEFAULT 'x';

ALTER TABLE assets ALTER COLUMN label SET DEFAULT 'x';

ALTER TABLE ONLY assets ALTER COLUMN label SET DEFAULT 'x';

-- shown: `SET NOT NULL`
ALTER TABLE customers ALTER COLUMN level SET NOT NULL;

ALTER TABLE customers ALTER COLUMN email SET NOT NULL;

ALTER TABLE customers ADD CONSTRAINT level_known CHECK (level IS NOT NULL) NOT VALID;
ALTER TABLE customers ALTER COLUMN level SET NOT NULL;

-- shown: `SET NOT NULL`, proven by a validated `CHECK`
ALTER TABLE customers ADD CONSTRAINT level_known CHECK (level IS NOT NULL AND level > 0) NOT VALID;
ALTER TABLE customers VALIDATE CONSTRAINT level_known;
ALTER TABLE customers ALTER COLUMN level SET NOT NULL;

ALTER TABLE customers ADD CONSTRAINT level_known CHECK (level IS NOT NULL OR credit IS NOT NULL);
ALTER TABLE customers ALTER COLUMN level SET NOT NULL;

ALTER TABLE readings ALTER COLUMN kind SET NOT NULL;

ALTER TABLE assets ALTER COLUMN label SET NOT NULL;

ALTER TABLE machines ADD CONSTRAINT labelled CHECK (label IS NOT NULL);
ALTER TABLE assets ALTER COLUMN label SET NOT NULL;

-- shown: `DROP NOT NULL`
ALTER TABLE customers ALTER COLUMN email DROP NOT NULL;

ALTER TABLE assets ALTER COLUMN label SET NOT NULL;
ALTER TABLE assets ALTER COLUMN label DROP NOT NULL;

-- shown: `DROP IDENTITY`
ALTER TABLE customers ALTER COLUMN id DROP IDENTITY;

ALTER TABLE customers ALTER COLUMN id SET GENERATED BY DEFAULT;

ALTER TABLE customers ALTER COLUMN id RESTART WITH 1000;

ALTER TABLE purchases ALTER COLUMN id DROP DEFAULT;

-- shown: `ADD GENERATED ... AS IDENTITY`
ALTER TABLE lines ALTER COLUMN purchase_id SET NOT NULL;
ALTER TABLE lines ALTER COLUMN purchase_id ADD GENERATED BY DEFAULT AS IDENTITY;

-- from 13
-- shown: `DROP EXPRESSION`
ALTER TABLE lines ADD COLUMN heavy boolean GENERATED ALWAYS AS (weight > 10) STORED;
ALTER TABLE lines ALTER COLUMN heavy DROP EXPRESSION;

-- from 17
-- shown: `SET EXPRESSION` of a stored column
ALTER TABLE lines ADD COLUMN heavy boolean GENERATED ALWAYS AS (weight > 10) STORED;
ALTER TABLE lines ALTER COLUMN heavy SET EXPRESSION AS (weight > 20);

-- shown: `SET STATISTICS`
ALTER TABLE customers ALTER COLUMN about SET STATISTICS 200;

-- shown: `SET STORAGE`
ALTER TABLE customers ALTER COLUMN about SET STORAGE EXTERNAL;

ALTER TABLE readings ALTER COLUMN kind SET STORAGE EXTERNAL;

ALTER TABLE readings ALTER COLUMN kind SET STATISTICS 200;

-- from 14
-- shown: `SET COMPRESSION`
ALTER TABLE customers ALTER COLUMN about SET COMPRESSION pglz;

ALTER TABLE customers ALTER COLUMN level SET (n_distinct = 5);

ALTER TABLE readings_a ADD CONSTRAINT kk CHECK (kind IS NOT NULL);
ALTER TABLE readings ALTER COLUMN kind SET NOT NULL;

ALTER TABLE readings_a ALTER COLUMN kind SET NOT NULL;
ALTER TABLE readings ALTER COLUMN kind SET NOT NULL;

ALTER TABLE readings_a ALTER COLUMN kind SET NOT NULL;

-- Constraints

-- shown: `ADD CHECK`
ALTER TABLE lines ADD CONSTRAINT light CHECK (weight < 1000);

-- shown: `ADD CHECK ... NOT VALID`
ALTER TABLE lines ADD CONSTRAINT light CHECK (weight < 1000) NOT VALID;

ALTER TABLE lines ADD CHECK (weight < 1000) NO INHERIT;

ALTER TABLE readings ADD CONSTRAINT positive CHECK (value > 0);

ALTER TABLE assets ADD CONSTRAINT positive CHECK (id > 0);

ALTER TABLE assets ADD CONSTRAINT positive CHECK (id > 0) NO INHERIT;

-- shown: `VALIDATE CONSTRAINT` of a `CHECK`
ALTER TABLE lines ADD CONSTRAINT light CHECK (weight < 1000) NOT VALID;
ALTER TABLE lines VALIDATE CONSTRAINT light;

ALTER TABLE readings ADD CONSTRAINT positive CHECK (value > 0) NOT VALID;
ALTER TABLE readings VALIDATE CONSTRAINT positive;

ALTER TABLE assets ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;
ALTER TABLE assets VALIDATE CONSTRAINT positive;

-- shown: `DROP CONSTRAINT` of a `CHECK`
ALTER TABLE lines ADD CONSTRAINT light CHECK (weight < 1000);
ALTER TABLE lines DROP CONSTRAINT light;

ALTER TABLE assets ADD CONSTRAINT positive CHECK (id > 0);
ALTER TABLE assets DROP CONSTRAINT positive;

ALTER TABLE assets ADD CONSTRAINT positive CHECK (id > 0);
ALTER TABLE assets RENAME CONSTRAINT positive TO above_zero;

ALTER TABLE readings ADD CONSTRAINT positive CHECK (value > 0);
ALTER TABLE readings DROP CONSTRAINT positive;

-- shown: `ADD FOREIGN KEY`
ALTER TABLE lines ADD CONSTRAINT lines_seller_fkey FOREIGN KEY (pieces) REFERENCES purchases (id);

-- shown: `ADD FOREIGN KEY ... NOT VALID`
ALTER TABLE lines ADD FOREIGN KEY (pieces) REFERENCES purchases NOT VALID;

-- shown: `VALIDATE CONSTRAINT` of a foreign key
ALTER TABLE lines ADD CONSTRAINT later FOREIGN KEY (pieces) REFERENCES purchases NOT VALID;
ALTER TABLE lines VALIDATE CONSTRAINT later;

ALTER TABLE lines VALIDATE CONSTRAINT lines_purchase_id_fkey;

-- shown: `DROP CONSTRAINT` of a foreign key
ALTER TABLE lines DROP CONSTRAINT lines_purchase_id_fkey;

-- shown: `RENAME CONSTRAINT`
ALTER TABLE lines RENAME CONSTRAINT lines_purchase_id_fkey TO belongs;

-- shown: `ALTER CONSTRAINT ... DEFERRABLE`
ALTER TABLE lines ALTER CONSTRAINT lines_purchase_id_fkey DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE tree (id integer PRIMARY KEY, up integer);
INSERT INTO tree SELECT n, n FROM generate_series(1, 60) n;
ALTER TABLE tree ADD FOREIGN KEY (up) REFERENCES tree;

ALTER TABLE readings ADD FOREIGN KEY (device) REFERENCES purchases (id);

ALTER TABLE lines ADD COLUMN taken date;
ALTER TABLE lines ADD CONSTRAINT measured FOREIGN KEY (pieces, taken) REFERENCES readings (device, taken) NOT VALID;

ALTER TABLE readings ADD CONSTRAINT bought FOREIGN KEY (device) REFERENCES purchases (id);
ALTER TABLE readings DROP CONSTRAINT bought;

ALTER TABLE readings ADD CONSTRAINT bought FOREIGN KEY (device) REFERENCES purchases (id);
ALTER TABLE readings ALTER CONSTRAINT bought DEFERRABLE;

-- from 18
ALTER TABLE readings ADD CONSTRAINT bought FOREIGN KEY (device) REFERENCES purchases (id) NOT VALID;
ALTER TABLE readings VALIDATE CONSTRAINT bought;

-- from 18
-- shown: `ALTER CONSTRAINT ... NOT ENFORCED`
ALTER TABLE lines ALTER CONSTRAINT lines_purchase_id_fkey NOT ENFORCED;

-- from 18
-- shown: `ADD NOT NULL`
ALTER TABLE customers ADD CONSTRAINT level_known NOT NULL level;

-- from 18
-- shown: `ADD NOT NULL ... NOT VALID`
ALTER TABLE customers ADD CONSTRAINT level_known NOT NULL level NOT VALID;

-- from 18
ALTER TABLE readings ADD CONSTRAINT kind_known NOT NULL kind NOT VALID;
ALTER TABLE readings VALIDATE CONSTRAINT kind_known;

-- from 18
ALTER TABLE customers ADD CONSTRAINT level_known NOT NULL level NOT VALID;
ALTER TABLE customers ALTER COLUMN level SET NOT NULL;

-- from 18
ALTER TABLE customers DROP CONSTRAINT customers_email_not_null;

-- shown: `ADD UNIQUE`
ALTER TABLE lines ADD CONSTRAINT lines_key UNIQUE (purchase_id, product);

ALTER TABLE lines ADD UNIQUE (product);

-- shown: `ADD PRIMARY KEY`
ALTER TABLE lines ADD PRIMARY KEY (purchase_id);

ALTER TABLE lines ALTER COLUMN purchase_id SET NOT NULL;
ALTER TABLE lines ADD PRIMARY KEY (purchase_id);

ALTER TABLE readings ADD UNIQUE (taken, value);

ALTER TABLE readings DROP CONSTRAINT readings_pkey;
ALTER TABLE readings ADD PRIMARY KEY (device, taken);

CREATE TABLE logs (id integer, day date) PARTITION BY RANGE (day);
CREATE TABLE logs_a PARTITION OF logs DEFAULT;
INSERT INTO logs SELECT n, current_date FROM generate_series(1, 60) n;
ALTER TABLE logs ADD PRIMARY KEY (id, day);

-- shown: `ADD UNIQUE USING INDEX`
CREATE UNIQUE INDEX lines_uidx ON lines (product);
ALTER TABLE lines ADD CONSTRAINT lines_product_key UNIQUE USING INDEX lines_uidx;

CREATE UNIQUE INDEX lines_uidx ON lines (product);
ALTER TABLE lines ADD UNIQUE USING INDEX lines_uidx;

-- shown: `ADD PRIMARY KEY USING INDEX`, columns not yet `NOT NULL`
CREATE UNIQUE INDEX lines_uidx ON lines (product);
ALTER TABLE lines ADD PRIMARY KEY USING INDEX lines_uidx;

ALTER TABLE lines ADD CONSTRAINT named CHECK (product IS NOT NULL);
CREATE UNIQUE INDEX lines_uidx ON lines (product);
ALTER TABLE lines ADD PRIMARY KEY USING INDEX lines_uidx;

-- shown: `ADD EXCLUDE`
ALTER TABLE lines ADD EXCLUDE USING btree (product WITH =);

-- shown: `DROP CONSTRAINT` of `UNIQUE`, `PRIMARY KEY`
ALTER TABLE customers DROP CONSTRAINT customers_email_key;

ALTER TABLE customers RENAME CONSTRAINT customers_email_key TO customers_email_unique;

ALTER TABLE customers DROP CONSTRAINT customers_pkey CASCADE;

ALTER TABLE readings DROP CONSTRAINT readings_pkey;

ALTER TABLE customers DROP CONSTRAINT IF EXISTS absent;

ALTER TABLE ONLY assets ADD CONSTRAINT odd CHECK (id > 0) NO INHERIT;

ALTER TABLE assets ADD PRIMARY KEY (id);

-- Its heirs, where the column is NOT NULL already

ALTER TABLE assets ALTER COLUMN id SET NOT NULL;
ALTER TABLE assets ADD PRIMARY KEY (id);

ALTER TABLE assets ALTER COLUMN id SET NOT NULL;
ALTER TABLE ONLY assets ADD PRIMARY KEY (id);

ALTER TABLE assets ALTER COLUMN id SET NOT NULL;
CREATE UNIQUE INDEX assets_uidx ON assets (id);
ALTER TABLE assets ADD PRIMARY KEY USING INDEX assets_uidx;

CREATE UNIQUE INDEX assets_uidx ON assets (id);
ALTER TABLE assets ADD PRIMARY KEY USING INDEX assets_uidx;

ALTER TABLE assets ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES purchases NOT VALID;

ALTER TABLE machines ADD CONSTRAINT positive CHECK (id > 0);
ALTER TABLE assets ADD CONSTRAINT positive CHECK (id > 0);

ALTER TABLE readings_a ADD CONSTRAINT positive CHECK (value >= 0);
ALTER TABLE readings ADD CONSTRAINT positive CHECK (value >= 0);

ALTER TABLE readings_a ADD CONSTRAINT f FOREIGN KEY (device) REFERENCES purchases;

ALTER TABLE readings_a ADD UNIQUE (value, taken);

CREATE UNIQUE INDEX ra ON readings_a (value, taken);
ALTER TABLE readings ADD UNIQUE (value, taken);

ALTER TABLE readings_a ADD UNIQUE (value, taken);
ALTER TABLE readings ADD UNIQUE (value, taken);

ALTER TABLE ONLY readings ADD UNIQUE (value, taken);

CREATE TABLE probes (device integer, taken date);
INSERT INTO probes SELECT device, taken FROM readings;
ALTER TABLE probes ADD FOREIGN KEY (device, taken) REFERENCES readings;

CREATE TABLE probes (device integer, taken date, FOREIGN KEY (device, taken) REFERENCES readings);
ALTER TABLE probes DROP CONSTRAINT probes_device_taken_fkey;

CREATE TABLE probes (device integer, taken date, FOREIGN KEY (device, taken) REFERENCES readings);
ALTER TABLE readings DROP CONSTRAINT readings_pkey CASCADE;

ALTER TABLE lines ALTER CONSTRAINT lines_purchase_id_fkey NOT DEFERRABLE;

-- from 18
ALTER TABLE purchases ALTER CONSTRAINT purchases_customer_id_fkey NOT ENFORCED;
ALTER TABLE purchases ALTER CONSTRAINT purchases_customer_id_fkey ENFORCED;

-- from 18
ALTER TABLE lines ADD CONSTRAINT c CHECK (weight > 0) NOT ENFORCED;
ALTER TABLE lines DROP CONSTRAINT c;

-- from 18
ALTER TABLE readings ADD CONSTRAINT kn NOT NULL kind;

-- from 18
ALTER TABLE assets ADD CONSTRAINT ln NOT NULL label NO INHERIT;

-- from 18
ALTER TABLE customers RENAME CONSTRAINT customers_email_not_null TO e;

-- Several subcommands

ALTER TABLE customers ADD COLUMN phone text, ALTER COLUMN level SET NOT NULL;

ALTER TABLE customers ADD COLUMN phone text DEFAULT 'x', ALTER COLUMN phone SET NOT NULL;

ALTER TABLE customers ALTER COLUMN level SET STATISTICS 10, ADD CONSTRAINT level_set CHECK (level > 0) NOT VALID;

ALTER TABLE lines ADD FOREIGN KEY (pieces) REFERENCES purchases NOT VALID, ALTER COLUMN product SET STATISTICS 10;

ALTER TABLE lines ADD COLUMN buyer bigint, ADD FOREIGN KEY (buyer) REFERENCES customers NOT VALID;

ALTER TABLE lines DROP COLUMN weight, ADD COLUMN weight double precision;

ALTER TABLE readings ALTER COLUMN kind SET STATISTICS 10, ALTER COLUMN value DROP DEFAULT;

ALTER TABLE lines ADD CONSTRAINT known CHECK (product IS NOT NULL), ALTER COLUMN product SET NOT NULL;

ALTER TABLE lines ADD PRIMARY KEY (product), ALTER COLUMN product TYPE varchar;

ALTER TABLE lines ADD COLUMN seller bigint DEFAULT 1 REFERENCES customers ON DELETE CASCADE, ADD COLUMN b integer;

ALTER TABLE lines ADD COLUMN seller bigint, ADD CONSTRAINT sold FOREIGN KEY (seller) REFERENCES customers;

ALTER TABLE customers DROP COLUMN nick, DROP COLUMN level;

ALTER TABLE purchases DROP CONSTRAINT purchases_customer_id_fkey, DROP COLUMN memo;

ALTER TABLE lines VALIDATE CONSTRAINT lines_purchase_id_fkey, ADD COLUMN z text;

ALTER TABLE lines ADD CONSTRAINT a CHECK (weight > 0) NOT VALID, VALIDATE CONSTRAINT a;

ALTER TABLE purchases DISABLE TRIGGER USER, ENABLE ROW LEVEL SECURITY;

ALTER TABLE purchases SET (fillfactor = 50), ALTER COLUMN memo SET STATISTICS 5;

ALTER TABLE purchases ALTER COLUMN total SET DEFAULT 1, ALTER COLUMN total SET NOT NULL;

ALTER TABLE lines ADD UNIQUE (product), ADD CHECK (weight > 0), ADD FOREIGN KEY (pieces) REFERENCES purchases;

ALTER TABLE lines ALTER COLUMN weight TYPE float8, ADD UNIQUE (product);

ALTER TABLE lines ALTER COLUMN weight TYPE float8, ADD FOREIGN KEY (pieces) REFERENCES purchases;

-- The relation as a whole

-- shown: `RENAME TO`
ALTER TABLE customers RENAME TO clients;

-- shown: `RENAME COLUMN`
ALTER TABLE customers RENAME COLUMN nick TO nickname;

ALTER TABLE assets RENAME COLUMN label TO name;

ALTER TABLE readings RENAME TO measurements;

-- shown: `RENAME TO`
ALTER INDEX customers_nick_idx RENAME TO customers_nickname_idx;

ALTER TABLE customers_nick_idx RENAME TO customers_nickname_idx;

ALTER SEQUENCE invoice_numbers RENAME TO numbers;

-- shown: `RENAME TO`
ALTER VIEW active_customers RENAME TO live_customers;

ALTER MATERIALIZED VIEW sums RENAME COLUMN total TO amount;

-- shown: `SET SCHEMA`
CREATE SCHEMA attic;
ALTER TABLE purchases SET SCHEMA attic;

CREATE SCHEMA attic;
ALTER TABLE readings SET SCHEMA attic;

CREATE SCHEMA attic;
ALTER SEQUENCE invoice_numbers SET SCHEMA attic;

CREATE SCHEMA attic;
ALTER MATERIALIZED VIEW sums SET SCHEMA attic;

-- shown: `OWNER TO`
CREATE ROLE guard_owner;
ALTER TABLE purchases OWNER TO guard_owner;

CREATE ROLE guard_owner;
ALTER VIEW active_customers OWNER TO guard_owner;

CREATE ROLE guard_owner;
ALTER MATERIALIZED VIEW sums OWNER TO guard_owner;

-- shown: `SET (...)`: `fillfactor`, `autovacuum_*`, `toast.*`
ALTER TABLE customers SET (fillfactor = 70);

ALTER TABLE customers SET (autovacuum_enabled = false, toast.autovacuum_enabled = false);

ALTER TABLE customers SET (parallel_workers = 2);

ALTER TABLE customers SET (user_catalog_table = true);

ALTER VIEW active_customers SET (security_barrier);

-- shown: `SET (fillfactor = ...)`
ALTER INDEX customers_nick_idx SET (fillfactor = 70);

CREATE INDEX lines_gin ON lines USING gin (to_tsvector('simple', product));
ALTER INDEX lines_gin SET (fastupdate = off);

CREATE INDEX lines_brin ON lines USING brin (weight);
ALTER INDEX lines_brin SET (pages_per_range = 64);

-- shown: `SET LOGGED`, `SET UNLOGGED`
ALTER TABLE lines SET UNLOGGED;

CREATE UNLOGGED TABLE notes (id serial, body text);
INSERT INTO notes (body) SELECT 'x' FROM generate_series(1, 60);
ALTER TABLE notes SET LOGGED;

ALTER TABLE lines SET LOGGED;

-- shown: `CLUSTER ON`
ALTER TABLE customers CLUSTER ON customers_nick_idx;

ALTER TABLE customers CLUSTER ON customers_nick_idx;
ALTER TABLE customers SET WITHOUT CLUSTER;

-- shown: `REPLICA IDENTITY`
ALTER TABLE customers REPLICA IDENTITY FULL;

ALTER TABLE customers REPLICA IDENTITY USING INDEX customers_email_key;

-- shown: `ENABLE ROW LEVEL SECURITY` and its like
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;

ALTER TABLE customers FORCE ROW LEVEL SECURITY;

CREATE TRIGGER watch AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER TABLE customers DISABLE TRIGGER watch;

-- shown: `ENABLE TRIGGER`, `DISABLE TRIGGER`
ALTER TABLE purchases DISABLE TRIGGER ALL;

CREATE TRIGGER watch AFTER UPDATE ON readings FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER TABLE readings DISABLE TRIGGER watch;

-- shown: `ENABLE RULE`, `DISABLE RULE`
CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;
ALTER TABLE lines DISABLE RULE keep;

-- shown: `NO INHERIT`
ALTER TABLE machines NO INHERIT assets;

-- shown: `INHERIT`
CREATE TABLE tools (id integer, label varchar(10));
ALTER TABLE tools INHERIT assets;

ALTER TABLE customers ALTER COLUMN level RESET (n_distinct);

ALTER TABLE customers RESET (fillfactor);

ALTER MATERIALIZED VIEW sums SET (fillfactor = 50);

ALTER MATERIALIZED VIEW sums ALTER COLUMN total SET STATISTICS 10;

ALTER MATERIALIZED VIEW sums CLUSTER ON sums_customer_idx;

ALTER TABLE purchases REPLICA IDENTITY NOTHING;

CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY, body text);
INSERT INTO notes (body) SELECT 'x' FROM generate_series(1, 60);
ALTER TABLE notes SET UNLOGGED;

ALTER TABLE readings DISABLE ROW LEVEL SECURITY;

-- Partitions

-- shown: `ATTACH PARTITION`
CREATE TABLE readings_c (device integer NOT NULL, taken date NOT NULL, kind varchar(10), value numeric);
INSERT INTO readings_c SELECT n, '2022-05-05', 'k', n FROM generate_series(1, 60) n;
ALTER TABLE readings ATTACH PARTITION readings_c FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');

-- shown: `ATTACH PARTITION`, proven by a `CHECK`, with all indexes
CREATE TABLE readings_c (LIKE readings INCLUDING ALL, CHECK (taken >= '2022-01-01' AND taken < '2023-01-01'));
INSERT INTO readings_c SELECT n, '2022-05-05', 'k', n FROM generate_series(1, 60) n;
ALTER TABLE readings ATTACH PARTITION readings_c FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');

CREATE TABLE readings_c (LIKE readings INCLUDING ALL, CHECK (taken >= '2022-02-01' AND taken < '2022-12-01'));
INSERT INTO readings_c SELECT n, '2022-05-05', 'k', n FROM generate_series(1, 60) n;
ALTER TABLE readings ATTACH PARTITION readings_c FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');

CREATE TABLE readings_c (LIKE readings INCLUDING ALL, CHECK (taken >= '2021-02-01' AND taken < '2022-12-01'));
INSERT INTO readings_c SELECT n, '2022-05-05', 'k', n FROM generate_series(1, 60) n;
ALTER TABLE readings ATTACH PARTITION readings_c FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');

CREATE TABLE readings_c (LIKE readings INCLUDING ALL);
INSERT INTO readings_c SELECT n, '2032-05-05', 'k', n FROM generate_series(1, 60) n;
ALTER TABLE readings ATTACH PARTITION readings_c DEFAULT;

-- shown: `ATTACH PARTITION` beside a default partition
CREATE TABLE zones_us (id integer, code text);
INSERT INTO zones_us SELECT n, 'ca' FROM generate_series(1, 60) n;
ALTER TABLE zones ATTACH PARTITION zones_us FOR VALUES IN ('ca');

CREATE TABLE zones_us (id integer, code text CHECK (code IN ('ca', 'mx') AND code IS NOT NULL));
INSERT INTO zones_us SELECT n, 'ca' FROM generate_series(1, 60) n;
ALTER TABLE zones_rest ADD CHECK (code = 'us');
ALTER TABLE zones ATTACH PARTITION zones_us FOR VALUES IN ('ca', 'mx');

CREATE TABLE zones_us (id integer, code text NOT NULL CHECK (code = 'ca'));
INSERT INTO zones_us SELECT n, 'ca' FROM generate_series(1, 60) n;
ALTER TABLE zones_rest ADD CHECK (code <> 'ca');
ALTER TABLE zones ATTACH PARTITION zones_us FOR VALUES IN ('ca');

CREATE TABLE zones_us (id integer, code text NOT NULL CHECK (code IN ('ca', 'mx')));
INSERT INTO zones_us SELECT n, 'ca' FROM generate_series(1, 60) n;
ALTER TABLE zones_rest ADD CHECK (code IS NULL OR code NOT IN ('ca', 'mx'));
ALTER TABLE zones ATTACH PARTITION zones_us FOR VALUES IN ('ca', 'mx');

CREATE TABLE zones_us (id integer, code text NOT NULL CHECK (NOT (code <> 'ca' AND code <> 'mx')));
INSERT INTO zones_us SELECT n, 'ca' FROM generate_series(1, 60) n;
ALTER TABLE zones_rest ADD CHECK (NOT (code IS NOT NULL AND (code = 'ca' OR code = 'mx')));
ALTER TABLE zones ATTACH PARTITION zones_us FOR VALUES IN ('ca', 'mx');

-- shown: `DETACH PARTITION`
ALTER TABLE readings DETACH PARTITION readings_a;

-- shown: `DETACH PARTITION` beside a default partition
ALTER TABLE zones DETACH PARTITION zones_eu;

ALTER TABLE zones DETACH PARTITION zones_rest;

-- from 14
-- shown: `DETACH PARTITION ... CONCURRENTLY`
ALTER TABLE readings DETACH PARTITION readings_a CONCURRENTLY;

-- shown: `PARTITION OF`
CREATE TABLE readings_d PARTITION OF readings FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');

CREATE TABLE readings_d PARTITION OF readings DEFAULT;

-- shown: `PARTITION OF`, beside a default partition
CREATE TABLE zones_us PARTITION OF zones FOR VALUES IN ('ca');

ALTER TABLE zones_rest ADD CHECK (code = 'us');
CREATE TABLE zones_us PARTITION OF zones FOR VALUES IN ('ca');

-- shown: a partition
DROP TABLE readings_a;

DROP TABLE zones_eu;

DROP TABLE zones_rest;

DROP TABLE readings;

-- shown: `ATTACH PARTITION`
CREATE INDEX readings_value_idx ON ONLY readings (value);
CREATE INDEX readings_a_value_idx ON readings_a (value);
ALTER INDEX readings_value_idx ATTACH PARTITION readings_a_value_idx;

ALTER TABLE readings ADD CONSTRAINT bought FOREIGN KEY (device) REFERENCES purchases (id);
CREATE TABLE readings_c (LIKE readings INCLUDING ALL, CHECK (taken >= '2022-01-01' AND taken < '2023-01-01'));
INSERT INTO readings_c SELECT n, '2022-05-05', 'k', n FROM generate_series(1, 60) n;
ALTER TABLE readings ATTACH PARTITION readings_c FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');

CREATE TABLE probes (device integer, taken date, FOREIGN KEY (device, taken) REFERENCES readings);
CREATE TABLE readings_c (LIKE readings INCLUDING ALL, CHECK (taken >= '2022-01-01' AND taken < '2023-01-01'));
ALTER TABLE readings ATTACH PARTITION readings_c FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');

CREATE TABLE probes (device integer, taken date, FOREIGN KEY (device, taken) REFERENCES readings);
INSERT INTO probes SELECT device, taken FROM readings_b;
ALTER TABLE readings DETACH PARTITION readings_a;

CREATE TABLE probes (device integer, taken date, FOREIGN KEY (device, taken) REFERENCES readings);
CREATE TABLE readings_d PARTITION OF readings FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');

CREATE TABLE probes (device integer, taken date, FOREIGN KEY (device, taken) REFERENCES readings);
DROP TABLE probes;

CREATE TABLE probes (device integer, taken date, FOREIGN KEY (device, taken) REFERENCES readings);
ALTER TABLE probes DROP COLUMN taken;

ALTER TABLE readings ADD CONSTRAINT bought FOREIGN KEY (device) REFERENCES purchases (id);
ALTER TABLE readings DETACH PARTITION readings_a;

ALTER TABLE readings ADD CONSTRAINT bought FOREIGN KEY (device) REFERENCES purchases (id);
DROP TABLE readings_a;

CREATE TABLE readings_c (LIKE readings INCLUDING ALL) PARTITION BY RANGE (taken);
CREATE TABLE readings_c1 PARTITION OF readings_c FOR VALUES FROM ('2022-01-01') TO ('2022-06-01');
INSERT INTO readings_c SELECT n, '2022-05-05', 'k', n FROM generate_series(1, 60) n;
ALTER TABLE readings ATTACH PARTITION readings_c FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');

CREATE TABLE h (id integer) PARTITION BY HASH (id);
CREATE TABLE h0 (id integer);
INSERT INTO h0 SELECT n FROM generate_series(1, 500) n WHERE satisfies_hash_partition('h'::regclass, 2, 0, n);
ALTER TABLE h ATTACH PARTITION h0 FOR VALUES WITH (MODULUS 2, REMAINDER 0);

CREATE TABLE h (id integer) PARTITION BY HASH (id);
CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0);

CREATE TABLE zones_us PARTITION OF zones FOR VALUES IN ('ca') PARTITION BY LIST (code);

CREATE TABLE zones_us (id integer, code text) PARTITION BY LIST (code);
CREATE TABLE zones_us1 PARTITION OF zones_us DEFAULT;
INSERT INTO zones_us SELECT n, 'ca' FROM generate_series(1, 60) n;
ALTER TABLE zones ATTACH PARTITION zones_us FOR VALUES IN ('ca');

CREATE TABLE readings_c (device integer NOT NULL, taken date NOT NULL, kind varchar(10), value numeric);
CREATE INDEX rck ON readings_c (kind);
CREATE UNIQUE INDEX rcp ON readings_c (device, taken);
INSERT INTO readings_c SELECT n, '2022-05-05', 'k', n FROM generate_series(1, 60) n;
ALTER TABLE readings ATTACH PARTITION readings_c FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');

CREATE TRIGGER watch AFTER INSERT ON readings FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE TABLE readings_d PARTITION OF readings FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');

-- Tables

-- shown: with `REFERENCES`
CREATE TABLE gifts (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers ON DELETE CASCADE);

CREATE TABLE gifts (id bigint PRIMARY KEY, other bigint REFERENCES gifts);

CREATE TABLE IF NOT EXISTS customers (id bigint REFERENCES purchases);

-- shown: `LIKE`
CREATE TABLE gifts (LIKE customers INCLUDING ALL);

-- shown: `INHERITS`
CREATE TABLE tools (size integer) INHERITS (assets);

-- shown: itself
CREATE TABLE gifts AS SELECT * FROM customers;

CREATE TABLE gifts AS SELECT * FROM customers WITH NO DATA;

CREATE TABLE gifts AS SELECT * FROM golden;

CREATE TEMPORARY TABLE gifts (id bigint);

-- shown: with a foreign key to another table
DROP TABLE lines;

DROP TABLE IF EXISTS absent;

DROP TABLE purchases CASCADE;

-- shown: `CASCADE`, with foreign keys and views that depend on it
DROP TABLE customers CASCADE;

DROP TABLE assets CASCADE;

DROP TABLE machines;

DROP TABLE lines, purchases CASCADE;

-- shown: one table
TRUNCATE lines;

TRUNCATE purchases, lines;

-- shown: `CASCADE`
TRUNCATE customers CASCADE;

TRUNCATE purchases RESTART IDENTITY CASCADE;

TRUNCATE readings;

TRUNCATE assets;

TRUNCATE ONLY assets;

CREATE TABLE t (LIKE customers);

CREATE UNLOGGED TABLE t (a integer);

CREATE TABLE t (a integer) INHERITS (machines);

CREATE TABLE t (LIKE active_customers);

CREATE TABLE t AS SELECT * FROM readings;

CREATE TABLE t AS TABLE sums;

CREATE TABLE IF NOT EXISTS t AS SELECT 1 AS one;

DROP TABLE customers, purchases, lines CASCADE;

DROP TABLE zones_eu, zones_rest;

TRUNCATE zones_eu;

TRUNCATE lines, machines CONTINUE IDENTITY;

TRUNCATE customers RESTART IDENTITY CASCADE;

-- Indexes

-- shown: itself
CREATE INDEX lines_product_idx ON lines (product);

CREATE INDEX ON lines (product, lower(product)) WHERE weight > 1;

CREATE UNIQUE INDEX ON lines (product);

-- shown: of a partitioned table
CREATE INDEX readings_value_idx ON readings (value);

CREATE INDEX readings_a_value ON readings_a (value);
CREATE INDEX readings_value_idx ON readings (value);

-- shown: `ON ONLY` a partitioned table
CREATE INDEX ON ONLY readings (value);

CREATE INDEX ON sums (total);

CREATE INDEX ON assets (label);

-- shown: `CONCURRENTLY`
CREATE INDEX CONCURRENTLY lines_product_idx ON lines (product);

CREATE INDEX IF NOT EXISTS customers_nick_idx ON customers (level);

-- shown: itself
DROP INDEX customers_nick_idx;

DROP INDEX IF EXISTS absent;

-- shown: of a partitioned table
DROP INDEX readings_kind_idx;

-- shown: `CONCURRENTLY`
DROP INDEX CONCURRENTLY customers_nick_idx;

DROP INDEX sums_customer_idx;

-- shown: `INDEX`
REINDEX INDEX customers_nick_idx;

-- shown: `TABLE`
REINDEX TABLE customers;

REINDEX TABLE lines;

REINDEX TABLE sums;

-- shown: `TABLE CONCURRENTLY`
REINDEX TABLE CONCURRENTLY customers;

REINDEX SCHEMA public;

-- from 14
REINDEX INDEX readings_kind_idx;

CREATE INDEX CONCURRENTLY ON sums (total);

CREATE INDEX ON lines USING brin (weight);

CREATE INDEX ON lines USING hash (product);

CREATE INDEX ON readings_a (value);

DROP INDEX customers_nick_idx, readings_kind_idx;

DROP INDEX readings_kind_idx CASCADE;

-- shown: `TABLE`, partitioned
REINDEX TABLE readings;

-- shown: `TABLE CONCURRENTLY`, partitioned
REINDEX TABLE CONCURRENTLY readings;

-- from 14
REINDEX INDEX CONCURRENTLY readings_kind_idx;

REINDEX SCHEMA CONCURRENTLY public;

DROP INDEX CONCURRENTLY IF EXISTS absent;

CREATE INDEX CONCURRENTLY IF NOT EXISTS customers_nick_idx ON customers (level);

CREATE UNIQUE INDEX CONCURRENTLY ON purchases (memo, grade) WHERE total > 5;

-- shown: `INDEX CONCURRENTLY`
REINDEX INDEX CONCURRENTLY customers_pkey;

-- Views

-- shown: itself
CREATE VIEW vips AS SELECT email FROM customers JOIN purchases ON customer_id = customers.id;

CREATE VIEW vips AS SELECT * FROM golden;

CREATE OR REPLACE VIEW golden AS SELECT id FROM active_customers WHERE id > 1;

-- shown: `OR REPLACE`
CREATE OR REPLACE VIEW active_customers AS SELECT id, email, nick FROM customers;

-- shown: itself
DROP VIEW golden;

DROP VIEW active_customers CASCADE;

-- shown: itself
CREATE MATERIALIZED VIEW top AS SELECT * FROM purchases;

CREATE MATERIALIZED VIEW top AS SELECT * FROM golden;

-- shown: itself
REFRESH MATERIALIZED VIEW sums;

-- shown: `CONCURRENTLY`
REFRESH MATERIALIZED VIEW CONCURRENTLY sums;

REFRESH MATERIALIZED VIEW sums WITH NO DATA;

-- shown: itself
DROP MATERIALIZED VIEW sums;

ALTER VIEW active_customers ALTER COLUMN email SET DEFAULT 'x';

CREATE SCHEMA attic CREATE TABLE t1 (id bigint REFERENCES public.customers) CREATE VIEW v1 AS SELECT id FROM public.customers;

CREATE TEMP VIEW tv AS SELECT id FROM customers;

CREATE VIEW tv AS SELECT * FROM sums;

CREATE VIEW tv AS SELECT * FROM readings;

CREATE MATERIALIZED VIEW m AS SELECT * FROM sums;

CREATE MATERIALIZED VIEW m AS SELECT * FROM sums;
REFRESH MATERIALIZED VIEW m;

CREATE MATERIALIZED VIEW m AS SELECT * FROM sums;
DROP MATERIALIZED VIEW sums CASCADE;

DROP VIEW IF EXISTS absent, golden;

COMMENT ON MATERIALIZED VIEW sums IS 'x';

-- Triggers, rules, policies

-- shown: itself
CREATE TRIGGER watch BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION note_change();

-- shown: `FOR EACH ROW` of a partitioned table
CREATE TRIGGER watch AFTER INSERT ON readings FOR EACH ROW EXECUTE FUNCTION note_change();

CREATE TRIGGER watch AFTER INSERT ON readings EXECUTE FUNCTION note_change();

CREATE TRIGGER watch INSTEAD OF INSERT ON active_customers FOR EACH ROW EXECUTE FUNCTION note_change();

CREATE CONSTRAINT TRIGGER watch AFTER INSERT ON lines FROM purchases FOR EACH ROW EXECUTE FUNCTION note_change();

-- shown: itself
CREATE TRIGGER watch BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION note_change();
DROP TRIGGER watch ON customers;

-- shown: `RENAME TO`
CREATE TRIGGER watch BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER TRIGGER watch ON customers RENAME TO look;

-- shown: `RENAME TO`, of a partitioned table
CREATE TRIGGER watch AFTER INSERT ON readings FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER TRIGGER watch ON readings RENAME TO look;

CREATE TRIGGER watch BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION note_change();
DROP FUNCTION note_change() CASCADE;

DROP TRIGGER IF EXISTS absent ON customers;

-- shown: itself
CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;

CREATE RULE copy AS ON DELETE TO lines DO ALSO INSERT INTO purchases (customer_id) SELECT id FROM customers;

CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;
DROP RULE keep ON lines;

-- shown: itself
CREATE POLICY own ON customers USING (active);

CREATE POLICY own ON purchases USING (customer_id IN (SELECT id FROM customers));

-- shown: itself
CREATE POLICY own ON customers USING (active);
DROP POLICY own ON customers;

CREATE POLICY own ON customers USING (active);
ALTER POLICY own ON customers RENAME TO mine;

CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;
ALTER RULE keep ON lines RENAME TO keeper;

CREATE OR REPLACE RULE keep AS ON UPDATE TO lines DO ALSO UPDATE purchases SET memo = 'x' WHERE id = NEW.purchase_id;

CREATE POLICY own ON customers USING (active);
ALTER POLICY own ON customers USING (id IN (SELECT customer_id FROM purchases));

-- Rows

INSERT INTO lines VALUES (1, 'x', 1, 1);

-- shown: into a table with a foreign key
INSERT INTO purchases (customer_id) VALUES (1);

INSERT INTO customers (email) VALUES ('new');

INSERT INTO lines (product) SELECT email FROM customers;

INSERT INTO customers (email) VALUES ('c1') ON CONFLICT (email) DO NOTHING;

INSERT INTO lines (product) SELECT id FROM golden;

-- shown: without `WHERE`
UPDATE lines SET weight = 1;

UPDATE customers SET level = 2 WHERE id = 7;

-- shown: of a foreign key's column
UPDATE purchases SET customer_id = 3 WHERE id = 7;

UPDATE purchases SET memo = 'x' FROM customers WHERE customers.id = customer_id AND purchases.id = 3;

UPDATE readings SET value = 1;

UPDATE assets SET label = 'x';

UPDATE ONLY assets SET label = 'x';

UPDATE active_customers SET email = 'x' WHERE id = 3;

DELETE FROM lines;

-- shown: from a table that others reference, without an index there
DELETE FROM purchases WHERE id = 3;

DELETE FROM readings;

-- from 15
-- shown: itself
MERGE INTO lines USING purchases ON purchase_id = id WHEN MATCHED THEN UPDATE SET weight = 0;

-- shown: itself
SELECT * FROM customers WHERE id = 3;

SELECT * FROM golden WHERE id = 3;

-- shown: `FOR UPDATE`, `FOR SHARE`
SELECT * FROM customers WHERE id = 3 FOR UPDATE;

SELECT * FROM customers JOIN purchases ON customer_id = customers.id WHERE customers.id = 3 FOR UPDATE OF purchases;

SELECT nextval('invoice_numbers');

SELECT setval('invoice_numbers', 10);

WITH gone AS (DELETE FROM lines WHERE weight = 3 RETURNING *) SELECT * FROM gone;

-- from 13
COPY customers TO STDOUT;

EXPLAIN UPDATE purchases SET customer_id = 2 WHERE id = 2;

EXPLAIN SELECT * FROM golden;

-- shown: without a mode
LOCK TABLE customers;

-- shown: a partitioned table
LOCK TABLE readings IN SHARE ROW EXCLUSIVE MODE;

-- shown: a view
LOCK TABLE golden IN SHARE MODE;

LOCK TABLE assets IN ROW SHARE MODE;

LOCK TABLE ONLY assets IN ROW SHARE MODE;

INSERT INTO lines DEFAULT VALUES;

INSERT INTO customers (email) VALUES ('a'), ('b') RETURNING id;

INSERT INTO active_customers (email) VALUES ('zz');

INSERT INTO readings VALUES (999, '2020-06-06');

INSERT INTO zones (id, code) VALUES (1, 'eu');

INSERT INTO customers (email) VALUES ('c1') ON CONFLICT (email) DO UPDATE SET nick = 'x';

INSERT INTO customers (email) VALUES ('c1') ON CONFLICT DO NOTHING;

INSERT INTO purchases SELECT 1000, id FROM customers WHERE id = 1;

INSERT INTO lines (purchase_id) VALUES (NULL);

INSERT INTO assets VALUES (1);

CREATE TRIGGER watch BEFORE INSERT ON lines FOR EACH ROW EXECUTE FUNCTION note_change();
INSERT INTO lines (product) VALUES ('x');

UPDATE readings SET value = 0 WHERE taken = '2020-06-06';

UPDATE readings SET taken = taken + 1 WHERE device = 1;

UPDATE readings_a SET value = 1;

UPDATE lines SET purchase_id = 1;

UPDATE customers c SET level = p.id FROM purchases p WHERE p.customer_id = c.id;

UPDATE customers SET level = (SELECT count(*) FROM purchases WHERE customer_id = customers.id);

DELETE FROM lines USING purchases WHERE purchase_id = purchases.id AND total > 5;

DELETE FROM lines WHERE purchase_id = 5;
DELETE FROM purchases WHERE id = 5;
DELETE FROM active_customers WHERE id = 5;

DELETE FROM ONLY assets;

SELECT 1;

SELECT count(*) FROM readings;

SELECT * FROM readings WHERE device = 1 FOR SHARE;

SELECT * FROM golden FOR UPDATE;

SELECT * FROM sums;

SELECT next_code();

VALUES (1);

TABLE customers;

SELECT currval('invoice_numbers') WHERE false;

SELECT pg_sleep(0);

SELECT relname FROM pg_class;

-- shown: `TO`
COPY (SELECT * FROM customers) TO STDOUT;

EXPLAIN INSERT INTO lines SELECT id, email FROM customers;

EXPLAIN CREATE TABLE x AS SELECT * FROM customers;

PREPARE p AS SELECT * FROM customers;

LOCK TABLE customers, purchases IN EXCLUSIVE MODE NOWAIT;

LOCK active_customers IN ACCESS SHARE MODE;

CREATE PROCEDURE tidy() LANGUAGE sql AS 'UPDATE lines SET weight = 0; INSERT INTO purchases (customer_id) VALUES (1)';

-- Upkeep



-- shown: itself
VACUUM customers;

-- shown: `FULL`
VACUUM FULL lines;

-- shown: itself
CLUSTER customers USING customers_nick_idx;

CLUSTER;

-- shown: itself
ANALYZE customers;

ANALYZE assets;

ANALYZE machines, zones;

ANALYZE sums;

VACUUM ANALYZE customers, lines;

VACUUM FULL readings;

VACUUM assets;

-- from 15
CLUSTER readings USING readings_pkey;

ALTER TABLE customers CLUSTER ON customers_nick_idx;
CLUSTER customers;

VACUUM;

-- Sequences, types, domains

-- shown: `OWNED BY`
CREATE SEQUENCE more_numbers OWNED BY customers.id;

-- shown: `RESTART` and other options
ALTER SEQUENCE invoice_numbers RESTART;

ALTER SEQUENCE purchases_id_seq AS bigint;

ALTER SEQUENCE invoice_numbers OWNED BY lines.product;

ALTER SEQUENCE purchases_id_seq OWNED BY NONE;

DROP SEQUENCE invoice_numbers;

-- shown: `ADD VALUE`
ALTER TYPE tier ADD VALUE 'silver';

ALTER TYPE tier RENAME VALUE 'gold' TO 'golden';

-- shown: `CASCADE`, with columns of the type
DROP TYPE tier CASCADE;

-- shown: `ADD ATTRIBUTE ... CASCADE`, with a table of the type
CREATE TYPE point3 AS (x integer, y integer);
CREATE TABLE points OF point3;
ALTER TYPE point3 ADD ATTRIBUTE z integer CASCADE;

-- shown: `ADD CHECK`
ALTER DOMAIN quantity ADD CONSTRAINT few CHECK (VALUE < 100000);

-- shown: `ADD CHECK ... NOT VALID`
ALTER DOMAIN quantity ADD CONSTRAINT few CHECK (VALUE < 100000) NOT VALID;

-- shown: `SET NOT NULL`
ALTER DOMAIN quantity SET NOT NULL;

ALTER DOMAIN quantity DROP CONSTRAINT quantity_check;

DROP DOMAIN title;

CREATE DOMAIN percent AS integer;

CREATE SCHEMA attic;
ALTER TYPE tier SET SCHEMA attic;

DROP SEQUENCE purchases_id_seq CASCADE;

ALTER SEQUENCE customers_id_seq RESTART WITH 5000;

-- from 15
ALTER SEQUENCE invoice_numbers SET UNLOGGED;

ALTER SEQUENCE IF EXISTS absent RESTART;

ALTER TYPE tier ADD VALUE IF NOT EXISTS 'gold';

ALTER TYPE tier RENAME TO rank;

CREATE TYPE point3 AS (x integer, y integer);
ALTER TYPE point3 ADD ATTRIBUTE z integer;

CREATE TYPE point3 AS (x integer, y integer);
ALTER TYPE point3 ALTER ATTRIBUTE x TYPE bigint;

CREATE TYPE point3 AS (x integer, y integer);
DROP TYPE point3;

CREATE TYPE point3 AS (x integer, y integer);
CREATE TABLE points OF point3;
DROP TYPE point3 CASCADE;

CREATE TYPE point3 AS (x integer, y integer);
CREATE TABLE p2 (p point3);
DROP TYPE point3 CASCADE;

CREATE TYPE point3 AS (x integer, y integer);
CREATE TABLE points OF point3;
ALTER TYPE point3 RENAME ATTRIBUTE x TO xx CASCADE;

ALTER DOMAIN quantity VALIDATE CONSTRAINT quantity_check;

ALTER DOMAIN quantity ADD CONSTRAINT few CHECK (VALUE < 100000) NOT VALID;
ALTER DOMAIN quantity VALIDATE CONSTRAINT few;

ALTER DOMAIN title ADD CONSTRAINT few CHECK (VALUE <> '');

ALTER DOMAIN quantity RENAME CONSTRAINT quantity_check TO q;

DROP DOMAIN quantity CASCADE;

CREATE DOMAIN few AS quantity;
CREATE TABLE fw (a few);
INSERT INTO fw SELECT 1 FROM generate_series(1, 60);
ALTER DOMAIN quantity ADD CONSTRAINT lim CHECK (VALUE < 100000);

-- Schemas, comments, rights and the rest

CREATE SCHEMA attic;

CREATE SCHEMA attic;
CREATE TABLE attic.old (id bigint REFERENCES customers);
DROP SCHEMA attic CASCADE;

-- shown: on a table, column, view, index
COMMENT ON TABLE customers IS 'x';

COMMENT ON COLUMN customers.nick IS 'x';

COMMENT ON INDEX customers_nick_idx IS 'x';

COMMENT ON VIEW golden IS 'x';

-- shown: on a constraint, trigger, policy, rule
COMMENT ON CONSTRAINT customers_email_key ON customers IS 'x';

COMMENT ON SEQUENCE invoice_numbers IS 'x';

COMMENT ON TYPE tier IS 'x';

COMMENT ON FUNCTION next_code() IS 'x';

-- shown: itself
CREATE STATISTICS related (dependencies) ON nick, level FROM customers;

-- shown: on tables
CREATE ROLE guard_reader;
GRANT SELECT ON customers, purchases TO guard_reader;

CREATE ROLE guard_reader;
GRANT USAGE ON SCHEMA public TO guard_reader;

CREATE ROLE guard_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO guard_reader;

CREATE FUNCTION total() RETURNS numeric LANGUAGE sql AS 'SELECT sum(total) FROM purchases';

-- from 14
CREATE FUNCTION total() RETURNS numeric LANGUAGE sql BEGIN ATOMIC SELECT sum(total) FROM purchases; END;

CREATE FUNCTION clear() RETURNS void LANGUAGE sql AS 'DELETE FROM lines';

-- shown: `FOR TABLE`
CREATE PUBLICATION changes FOR TABLE customers, purchases;

-- shown: `ADD TABLE`
CREATE PUBLICATION changes FOR TABLE customers;
ALTER PUBLICATION changes ADD TABLE purchases;

CREATE PUBLICATION changes FOR TABLE customers;
DROP PUBLICATION changes;

CREATE DATABASE other;

ALTER SYSTEM SET work_mem = '8MB';

SET LOCAL lock_timeout = '1s';

DISCARD ALL;

CREATE SCHEMA attic;
ALTER SCHEMA attic RENAME TO attic2;
DROP SCHEMA attic2;

CREATE SCHEMA attic;
CREATE TABLE attic.a (id int);
ALTER SCHEMA attic OWNER TO CURRENT_USER;

CREATE SCHEMA attic;
ALTER FUNCTION next_code() SET SCHEMA attic;

CREATE STATISTICS st ON nick, level FROM customers;
DROP STATISTICS st;

CREATE STATISTICS st ON nick, level FROM customers;
ALTER STATISTICS st RENAME TO st2;

COMMENT ON SCHEMA public IS 'x';

COMMENT ON COLUMN golden.id IS 'x';

CREATE ROLE guard_reader;
GRANT USAGE ON SEQUENCE invoice_numbers TO guard_reader;

CREATE ROLE guard_reader;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO guard_reader;

CREATE ROLE guard_reader;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO guard_reader;

CREATE ROLE guard_reader;
REASSIGN OWNED BY guard_reader TO CURRENT_USER;

CREATE PUBLICATION changes FOR TABLE customers;
ALTER PUBLICATION changes SET TABLE purchases, lines;

CREATE PUBLICATION changes FOR TABLE ONLY assets;

CREATE PUBLICATION changes FOR TABLE assets;

-- from 13
CREATE PUBLICATION changes FOR TABLE readings;

-- from 15
CREATE PUBLICATION changes FOR TABLE customers WHERE (id > 5);

CREATE PUBLICATION changes;
ALTER PUBLICATION changes RENAME TO changes2;
DROP PUBLICATION changes2;

CREATE OR REPLACE FUNCTION fixed_code() RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT email FROM customers LIMIT 1';

ALTER FUNCTION next_code() STABLE;

DROP FUNCTION next_code();

CREATE AGGREGATE mysum (integer) (SFUNC = int4pl, STYPE = integer);

CREATE CAST (text AS tier) WITH INOUT AS ASSIGNMENT;

CREATE EXTENSION IF NOT EXISTS plpgsql;

CHECKPOINT;

LISTEN x;

NOTIFY x;

RESET ALL;

SHOW work_mem;

SET SESSION statement_timeout = '1s';

ALTER DATABASE postgres SET work_mem = '8MB';

DROP DATABASE IF EXISTS absent;

DISCARD PLANS;

-- DO blocks

DO $$ BEGIN ALTER TABLE lines ADD COLUMN note text; CREATE INDEX ON lines (note); END $$;

DO $$ BEGIN CREATE TABLE gifts (id bigint REFERENCES customers); ALTER TABLE gifts ADD COLUMN a text; CREATE INDEX ON gifts (a); INSERT INTO gifts VALUES (1); END $$;

DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'gone') THEN ALTER TABLE lines ADD CONSTRAINT heavy CHECK (weight > 0); ELSE RAISE NOTICE 'x'; END IF; END $$;

DO $$ BEGIN CREATE TYPE tier AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;

DO $$ BEGIN ALTER TABLE lines ADD CONSTRAINT l FOREIGN KEY (pieces) REFERENCES purchases; EXCEPTION WHEN duplicate_object THEN NULL; WHEN others THEN RAISE; END $$;

DO 'BEGIN EXECUTE ''ALTER TABLE lines ALTER COLUMN weight SET NOT NULL''; END';

DO $x$ DECLARE n integer := 0; found boolean; BEGIN SELECT count(*) INTO n FROM customers; found := EXISTS (SELECT 1 FROM lines); PERFORM id FROM purchases WHERE id = n; END $x$;

DO $$ DECLARE r record; BEGIN <<outer>> FOR r IN SELECT id FROM customers LOOP UPDATE lines SET weight = 1 WHERE purchase_id = r.id; EXIT outer WHEN r.id > 3; END LOOP; FOR i IN 1..2 LOOP DELETE FROM lines WHERE purchase_id = i; END LOOP; WHILE false LOOP NULL; END LOOP; END $$;

DO $$ BEGIN CASE 1 WHEN 1 THEN ALTER TABLE lines ADD COLUMN note text; ELSE NULL; END CASE; CREATE INDEX ON customers (about); END $$;

DO $$ BEGIN UPDATE lines SET weight = CASE WHEN weight > 1 THEN 1 ELSE 2 END; COMMIT; UPDATE lines SET weight = 2; END $$;

-- bodies: dynamic SQL of constants

DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN %I text DEFAULT %L', 'lines', 'Note it', 'it''s'); END $$;

DO $$ BEGIN EXECUTE 'ALTER TABLE ' || quote_ident('lines') || ' ALTER COLUMN weight SET ' || 'NOT NULL'; END $$;

DO $$ DECLARE t text := 'lines'; c CONSTANT text := 'weight'; BEGIN EXECUTE format('CREATE INDEX ON %1$I (%2$s); DROP VIEW %3$I', t, c, 'golden'); END $$;

DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['lines', 'assets'] LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN note text', t); END LOOP; END $$;

DO $$ DECLARE names text[] := '{lines, assets}'; t text; BEGIN FOREACH t IN ARRAY names LOOP EXECUTE 'LOCK TABLE ' || t; END LOOP; FOR t IN SELECT unnest(ARRAY['zones']) LOOP EXECUTE 'LOCK TABLE ' || t; END LOOP; END $$;

DO E'BEGIN\n\tEXECUTE \'ALTER TABLE lines DROP COLUMN weight\'; END';

DO $$ BEGIN EXECUTE 'DO $x$ BEGIN ALTER TABLE lines ADD COLUMN note text; END $x$'; END $$;

-- bodies: guards

DO $$ BEGIN IF NOT EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'lines' AND column_name = 'note') THEN ALTER TABLE lines ADD COLUMN note text; END IF; ALTER TABLE lines ALTER COLUMN weight SET NOT NULL; EXCEPTION WHEN not_null_violation THEN ALTER TABLE lines ADD COLUMN note text; END $$;

DO $$ BEGIN CREATE TABLE lines (id integer); EXCEPTION WHEN duplicate_table THEN NULL; END $$;

DO $$ BEGIN BEGIN ALTER TABLE lines ADD COLUMN weight real; EXCEPTION WHEN duplicate_column THEN NULL; END; ALTER TABLE assets ADD COLUMN weight real; END $$;

DO $$ BEGIN IF EXISTS (SELECT FROM pg_class WHERE relname = 'golden') THEN DROP VIEW golden; END IF; END $$;

DO $$ BEGIN IF to_regclass('lines') IS NULL THEN CREATE TABLE lines (id integer); END IF; END $$;

-- bodies: functions and procedures

CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE lines ALTER COLUMN weight SET NOT NULL; END $$;
SELECT f();

CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS $$ DELETE FROM lines; SELECT count(*) FROM assets $$;
SELECT f();

-- from 14
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM assets);
SELECT f();

CREATE FUNCTION f(a integer) RETURNS void LANGUAGE plpgsql AS 'BEGIN LOCK TABLE lines; END';
CREATE FUNCTION f(a integer, b integer) RETURNS void LANGUAGE plpgsql AS 'BEGIN LOCK TABLE assets; END';
SELECT f(1, 2);

CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN LOCK TABLE lines; END';
CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN LOCK TABLE assets; END';
DO $$ BEGIN PERFORM f(); END $$;

CREATE FUNCTION f(n integer) RETURNS void LANGUAGE plpgsql AS 'BEGIN IF n > 0 THEN LOCK TABLE lines; PERFORM f(n - 1); END IF; END';
SELECT f(3);

CREATE FUNCTION g() RETURNS integer LANGUAGE plpgsql AS 'BEGIN LOCK TABLE lines; RETURN 1; END';
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'DECLARE n integer := g(); BEGIN IF n = 1 THEN ALTER TABLE assets ADD COLUMN n integer; END IF; END';
SELECT f();

CREATE PROCEDURE p(INOUT n integer) LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE lines ADD COLUMN note text; CREATE INDEX ON lines (note); n := 1; END $$;
CALL p(0);

-- from 14
CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC DELETE FROM lines; DELETE FROM assets; END;
CALL p();

CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE lines ADD COLUMN note text; COMMIT; UPDATE lines SET note = 'x'; END $$;
CALL p();

CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS 'BEGIN LOCK TABLE machines IN SHARE MODE; RETURN 1; END';
ALTER TABLE lines ADD COLUMN note integer DEFAULT f();

CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS 'BEGIN LOCK TABLE machines; RETURN 1; END';
ALTER TABLE assets ALTER COLUMN id SET DEFAULT f();
INSERT INTO assets (label) VALUES ('x');

CREATE FUNCTION f(n real) RETURNS real LANGUAGE plpgsql AS 'BEGIN LOCK TABLE machines; RETURN n; END';
UPDATE lines SET weight = f(weight);

-- bodies: triggers

CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO assets VALUES (NEW.id); RETURN NEW; END';
CREATE TRIGGER watch AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION f();
INSERT INTO customers (email) VALUES ('new');

CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN LOCK TABLE assets; RETURN NEW; END';
CREATE TRIGGER watch AFTER INSERT OR DELETE ON lines FOR EACH ROW EXECUTE FUNCTION f();
UPDATE lines SET weight = 1;

CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN LOCK TABLE assets; RETURN NULL; END';
CREATE TRIGGER watch AFTER UPDATE ON readings_a EXECUTE FUNCTION f();
UPDATE readings SET value = 1;

CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE assets SET label = NULL; RETURN NULL; END';
CREATE TRIGGER watch AFTER UPDATE ON readings EXECUTE FUNCTION f();
UPDATE readings SET value = 1;

-- What the inventory of commands and subcommands brought up

DECLARE c CURSOR FOR SELECT * FROM lines;

DECLARE c CURSOR WITH HOLD FOR SELECT * FROM purchases;

INSERT INTO assets SELECT id, label FROM ONLY assets;

SELECT count(*) FROM ONLY assets;

WITH gone AS (DELETE FROM lines RETURNING pieces) INSERT INTO assets (id) SELECT pieces FROM gone;

WITH made AS (INSERT INTO lines (purchase_id) VALUES (1) RETURNING purchase_id) SELECT * FROM made;

WITH moved AS (UPDATE lines SET purchase_id = 2 WHERE pieces = 1 RETURNING pieces) DELETE FROM machines USING moved WHERE id = moved.pieces;

SELECT * FROM lines l JOIN purchases p ON p.id = l.purchase_id FOR SHARE OF l;

SELECT setval(pg_get_serial_sequence('purchases', 'id'), 500);

UPDATE lines SET purchase_id = NULL;

-- from 18
ANALYZE ONLY assets;

ALTER TABLE ONLY readings DISABLE TRIGGER ALL;

CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM readings WITH NO DATA;

CREATE TABLE copied AS TABLE golden WITH NO DATA;

ALTER TABLE assets ADD CONSTRAINT positive CHECK (id > 0);
ALTER TABLE ONLY assets DROP CONSTRAINT positive;

CREATE TABLE robots (arms integer) INHERITS (machines);
ALTER TABLE machines ADD CONSTRAINT positive CHECK (id > 0);
ALTER TABLE assets ADD CONSTRAINT positive CHECK (id > 0);

CREATE TABLE robots (arms integer) INHERITS (machines);
ALTER TABLE assets ADD COLUMN power integer;

ALTER TABLE ONLY assets DROP COLUMN label;

-- from 18
ALTER TABLE lines ADD COLUMN double real GENERATED ALWAYS AS (weight * 2) VIRTUAL;
ALTER TABLE lines ALTER COLUMN double TYPE numeric;

-- from 18
ALTER TABLE lines ADD COLUMN double real GENERATED ALWAYS AS (weight * 2) VIRTUAL NOT NULL;
ALTER TABLE lines ALTER COLUMN double SET EXPRESSION AS (weight * 3);

CREATE TABLE slots (room integer, during int4range, EXCLUDE USING gist (during WITH &&));
CREATE INDEX slots_room ON slots (room);
INSERT INTO slots SELECT n, int4range(n * 2, n * 2 + 1) FROM generate_series(1, 60) n;
REINDEX TABLE CONCURRENTLY slots;

CREATE TABLE slots (low integer, high integer);
INSERT INTO slots SELECT n, n FROM generate_series(1, 60) n;
ALTER TABLE slots ADD EXCLUDE USING gist (int4range(low, high, '[]') WITH &&) WHERE (low > 0);

-- from 18
CREATE TABLE slots (room int4range, during daterange);
INSERT INTO slots SELECT int4range(n, n + 1), daterange(current_date, current_date + n) FROM generate_series(1, 60) n;
ALTER TABLE slots ADD CONSTRAINT free PRIMARY KEY (room, during WITHOUT OVERLAPS);

CREATE TYPE place AS (street text);
ALTER TYPE place RENAME TO spot;

CREATE TRIGGER watch AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER TRIGGER watch ON customers DEPENDS ON EXTENSION plpgsql;

DROP POLICY IF EXISTS absent ON customers;

CREATE POLICY own ON customers USING (true);
DROP POLICY IF EXISTS own ON customers;

CREATE POLICY own ON customers USING (true);
ALTER POLICY own ON customers RENAME TO theirs;
DROP POLICY IF EXISTS own ON customers;

DROP RULE IF EXISTS absent ON lines;

CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;
DROP RULE IF EXISTS keep ON lines;

CREATE TABLE sensors (id integer, part integer, PRIMARY KEY (id, part)) PARTITION BY RANGE (id);
CREATE TABLE sensors_low PARTITION OF sensors FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (part);
CREATE TABLE alarms (id integer, part integer, FOREIGN KEY (id, part) REFERENCES sensors);
CREATE TABLE sensors_low_new PARTITION OF sensors_low DEFAULT;

CREATE TABLE sensors (id integer, part integer, PRIMARY KEY (id, part)) PARTITION BY RANGE (id);
CREATE TABLE sensors_low PARTITION OF sensors FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (part);
CREATE TABLE sensors_low_new PARTITION OF sensors_low DEFAULT;
CREATE TRIGGER watch AFTER UPDATE ON sensors FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER TABLE sensors DETACH PARTITION sensors_low;

CREATE TABLE sensors (id integer, part integer, PRIMARY KEY (id, part)) PARTITION BY RANGE (id);
CREATE TABLE sensors_low PARTITION OF sensors FOR VALUES FROM (0) TO (100);
CREATE TABLE sensors_high PARTITION OF sensors FOR VALUES FROM (100) TO (200);
INSERT INTO sensors SELECT n, n FROM generate_series(1, 60) n;
CREATE TABLE alarms (id integer, part integer, FOREIGN KEY (id, part) REFERENCES sensors);
INSERT INTO alarms (id, part) SELECT id, part FROM sensors;

ALTER TABLE readings ADD CONSTRAINT bought FOREIGN KEY (device) REFERENCES purchases (id);
CREATE TABLE readings_c (device integer NOT NULL REFERENCES purchases (id), taken date NOT NULL, kind varchar(10), value numeric);
INSERT INTO readings_c SELECT n, '2023-02-03', 'k', n FROM generate_series(1, 60) n;
ALTER TABLE readings ATTACH PARTITION readings_c FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');

ALTER TABLE readings ADD CONSTRAINT bought FOREIGN KEY (device) REFERENCES purchases (id);
ALTER TABLE readings RENAME CONSTRAINT bought TO from_purchase;
ALTER TABLE readings DROP CONSTRAINT from_purchase;

CREATE TRIGGER watch AFTER UPDATE ON readings FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER TABLE readings DETACH PARTITION readings_a;
ALTER TABLE readings ATTACH PARTITION readings_a FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');

ALTER TABLE readings ADD CONSTRAINT known CHECK (value IS NOT NULL);
ALTER TABLE readings ALTER COLUMN value SET NOT NULL, DROP CONSTRAINT known;

CREATE TABLE days (id integer, day date) PARTITION BY RANGE (id);
CREATE TABLE days_low PARTITION OF days FOR VALUES FROM (0) TO (100);
CREATE TABLE days_rest PARTITION OF days DEFAULT;
INSERT INTO days SELECT n, current_date FROM generate_series(1, 160) n;
DELETE FROM days WHERE id BETWEEN 5 AND 10;

CREATE DOMAIN small AS quantity;
CREATE TABLE boxes (pieces small, label text);
CREATE INDEX boxes_pieces ON boxes (pieces);
DROP DOMAIN quantity CASCADE;

ALTER DOMAIN quantity RENAME TO amount;

ALTER DOMAIN quantity RENAME CONSTRAINT quantity_check TO not_negative;

CREATE TABLE boxes (id integer, label text, UNIQUE (id) INCLUDE (label));
ALTER TABLE boxes DROP COLUMN label;

ALTER TABLE purchases ADD CONSTRAINT both_key UNIQUE (id, placed);
CREATE TABLE parcels (purchase_id integer, placed date, FOREIGN KEY (purchase_id, placed) REFERENCES purchases (id, placed));
ALTER TABLE purchases DROP CONSTRAINT both_key CASCADE;

-- from 18
ALTER TABLE assets ADD CONSTRAINT named NOT NULL label;
ALTER TABLE assets ALTER CONSTRAINT named NO INHERIT;

-- from 18
ALTER TABLE assets ADD CONSTRAINT named NOT NULL label NO INHERIT;
ALTER TABLE assets ALTER CONSTRAINT named INHERIT;

CREATE FOREIGN DATA WRAPPER guard_wrapper;
CREATE SERVER guard_server FOREIGN DATA WRAPPER guard_wrapper;
CREATE FOREIGN TABLE far (id integer) SERVER guard_server;
DROP SERVER guard_server CASCADE;

ALTER SCHEMA public RENAME TO attic;

-- Commands that touch no relation

ABORT;

BEGIN;

COMMIT;

END;

ROLLBACK;

SAVEPOINT before;

START TRANSACTION;

SET TRANSACTION READ ONLY;

SET ROLE NONE;

SET SESSION AUTHORIZATION DEFAULT;

SET CONSTRAINTS ALL DEFERRED;

UNLISTEN *;

LOAD 'plpgsql';

REVOKE ALL ON customers FROM PUBLIC;

PREPARE one AS SELECT 1;
EXECUTE one;

PREPARE two AS SELECT 1;
DEALLOCATE two;

DECLARE c CURSOR WITH HOLD FOR SELECT 1;
FETCH c;

DECLARE c CURSOR WITH HOLD FOR SELECT 1;
MOVE c;

DECLARE c CURSOR WITH HOLD FOR SELECT 1;
CLOSE c;

SELECT id INTO copied FROM lines, purchases WHERE id = purchase_id;

CREATE TABLE copied AS SELECT * FROM assets;

CREATE TYPE pair AS (a integer, b integer);

CREATE ROLE guard_owner;

CREATE USER guard_owner;

CREATE GROUP guard_owner;

CREATE ROLE guard_owner;
ALTER ROLE guard_owner CREATEDB;

CREATE ROLE guard_owner;
ALTER USER guard_owner SET lock_timeout = '1s';

CREATE ROLE guard_owner;
CREATE ROLE guard_reader;
ALTER GROUP guard_owner ADD USER guard_reader;

CREATE ROLE guard_owner;
DROP ROLE guard_owner;

CREATE ROLE guard_owner;
DROP USER guard_owner;

CREATE ROLE guard_owner;
DROP GROUP guard_owner;

CREATE ROLE guard_owner;
DROP OWNED BY guard_owner;

CREATE ACCESS METHOD guard_heap TYPE TABLE HANDLER heap_tableam_handler;

CREATE ACCESS METHOD guard_heap TYPE TABLE HANDLER heap_tableam_handler;
DROP ACCESS METHOD guard_heap;

CREATE AGGREGATE total (integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
ALTER AGGREGATE total (integer) RENAME TO summed;

CREATE AGGREGATE total (integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
DROP AGGREGATE total (integer);

CREATE CAST (tier AS integer) WITH INOUT;
DROP CAST (tier AS integer);

CREATE COLLATION plain (LOCALE = 'C');

CREATE COLLATION plain (LOCALE = 'C');
ALTER COLLATION plain RENAME TO simple;

CREATE COLLATION plain (LOCALE = 'C');
DROP COLLATION plain;

CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
ALTER CONVERSION latin RENAME TO latin1;

CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
DROP CONVERSION latin;

CREATE FUNCTION note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER guard_ddl ON ddl_command_end EXECUTE FUNCTION note_ddl();

CREATE FUNCTION note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER guard_ddl ON ddl_command_end EXECUTE FUNCTION note_ddl();
ALTER EVENT TRIGGER guard_ddl DISABLE;

CREATE FUNCTION note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER guard_ddl ON ddl_command_end EXECUTE FUNCTION note_ddl();
DROP EVENT TRIGGER guard_ddl;

ALTER EXTENSION plpgsql ADD FUNCTION note_change();

DROP EXTENSION IF EXISTS absent;

CREATE FOREIGN DATA WRAPPER guard_wrapper;

CREATE FOREIGN DATA WRAPPER guard_wrapper;
ALTER FOREIGN DATA WRAPPER guard_wrapper OPTIONS (a 'b');

CREATE FOREIGN DATA WRAPPER guard_wrapper;
DROP FOREIGN DATA WRAPPER guard_wrapper;

CREATE FOREIGN DATA WRAPPER guard_wrapper;
CREATE SERVER guard_server FOREIGN DATA WRAPPER guard_wrapper;

CREATE FOREIGN DATA WRAPPER guard_wrapper;
CREATE SERVER guard_server FOREIGN DATA WRAPPER guard_wrapper;
ALTER SERVER guard_server OPTIONS (a 'b');

CREATE FOREIGN DATA WRAPPER guard_wrapper;
CREATE SERVER guard_server FOREIGN DATA WRAPPER guard_wrapper;
CREATE USER MAPPING FOR CURRENT_USER SERVER guard_server;

CREATE FOREIGN DATA WRAPPER guard_wrapper;
CREATE SERVER guard_server FOREIGN DATA WRAPPER guard_wrapper;
CREATE USER MAPPING FOR CURRENT_USER SERVER guard_server;
ALTER USER MAPPING FOR CURRENT_USER SERVER guard_server OPTIONS (a 'b');

CREATE FOREIGN DATA WRAPPER guard_wrapper;
CREATE SERVER guard_server FOREIGN DATA WRAPPER guard_wrapper;
CREATE USER MAPPING FOR CURRENT_USER SERVER guard_server;
DROP USER MAPPING FOR CURRENT_USER SERVER guard_server;

CREATE FOREIGN DATA WRAPPER guard_wrapper;
CREATE SERVER guard_server FOREIGN DATA WRAPPER guard_wrapper;
CREATE FOREIGN TABLE far (id integer) SERVER guard_server;

CREATE FOREIGN DATA WRAPPER guard_wrapper;
CREATE SERVER guard_server FOREIGN DATA WRAPPER guard_wrapper;
CREATE FOREIGN TABLE far (id integer) SERVER guard_server;
ALTER FOREIGN TABLE far ADD COLUMN label text, ALTER COLUMN id SET NOT NULL, OPTIONS (a 'b');

CREATE FOREIGN DATA WRAPPER guard_wrapper;
CREATE SERVER guard_server FOREIGN DATA WRAPPER guard_wrapper;
CREATE FOREIGN TABLE far (id integer) SERVER guard_server;
ALTER FOREIGN TABLE far ALTER COLUMN id OPTIONS (a 'b');

CREATE FOREIGN DATA WRAPPER guard_wrapper;
CREATE SERVER guard_server FOREIGN DATA WRAPPER guard_wrapper;
CREATE FOREIGN TABLE far (id integer) SERVER guard_server;
DROP FOREIGN TABLE far;

CREATE LANGUAGE guard_language HANDLER plpgsql_call_handler;

CREATE LANGUAGE guard_language HANDLER plpgsql_call_handler;
ALTER LANGUAGE guard_language OWNER TO CURRENT_USER;

CREATE LANGUAGE guard_language HANDLER plpgsql_call_handler;
DROP LANGUAGE guard_language;

SELECT lo_create(4242);
ALTER LARGE OBJECT 4242 OWNER TO CURRENT_USER;

CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);

CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
ALTER OPERATOR === (integer, integer) OWNER TO CURRENT_USER;

CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
DROP OPERATOR === (integer, integer);

CREATE OPERATOR CLASS plain_ops FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer);

CREATE OPERATOR CLASS plain_ops FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer);
ALTER OPERATOR CLASS plain_ops USING hash RENAME TO simple_ops;

CREATE OPERATOR CLASS plain_ops FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer);
DROP OPERATOR CLASS plain_ops USING hash;

CREATE OPERATOR FAMILY plain_ops USING hash;

CREATE OPERATOR FAMILY plain_ops USING hash;
ALTER OPERATOR FAMILY plain_ops USING hash RENAME TO simple_ops;

CREATE OPERATOR FAMILY plain_ops USING hash;
DROP OPERATOR FAMILY plain_ops USING hash;

CREATE PROCEDURE tidy() LANGUAGE sql AS 'SELECT 1';
ALTER PROCEDURE tidy() RENAME TO tidied;

CREATE PROCEDURE tidy() LANGUAGE sql AS 'SELECT 1';
DROP PROCEDURE tidy();

ALTER ROUTINE fixed_code() RENAME TO constant_code;

DROP ROUTINE fixed_code();

ALTER TABLESPACE pg_default SET (seq_page_cost = 2);

DROP TABLESPACE IF EXISTS absent;

CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);

CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION plain RENAME TO bare;

CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
DROP TEXT SEARCH CONFIGURATION plain;

CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple);

CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple);
ALTER TEXT SEARCH DICTIONARY plain RENAME TO bare;

CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple);
DROP TEXT SEARCH DICTIONARY plain;

CREATE TEXT SEARCH PARSER plain (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);

CREATE TEXT SEARCH PARSER plain (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
ALTER TEXT SEARCH PARSER plain RENAME TO bare;

CREATE TEXT SEARCH PARSER plain (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
DROP TEXT SEARCH PARSER plain;

CREATE TEXT SEARCH TEMPLATE plain (LEXIZE = dsimple_lexize);

CREATE TEXT SEARCH TEMPLATE plain (LEXIZE = dsimple_lexize);
ALTER TEXT SEARCH TEMPLATE plain RENAME TO bare;

CREATE TEXT SEARCH TEMPLATE plain (LEXIZE = dsimple_lexize);
DROP TEXT SEARCH TEMPLATE plain;

CREATE TRANSFORM FOR tier LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal));

CREATE TRANSFORM FOR tier LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal));
DROP TRANSFORM FOR tier LANGUAGE plpgsql;

-- Forms of the manual that stand nowhere above

-- from 15
ALTER TABLE customers ADD CONSTRAINT one_nick UNIQUE NULLS NOT DISTINCT (nick);

ALTER TABLE purchases ENABLE TRIGGER ALL;

CREATE TRIGGER watch AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER TABLE customers ENABLE REPLICA TRIGGER watch;

CREATE TRIGGER watch AFTER UPDATE ON readings FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER TABLE readings ENABLE ALWAYS TRIGGER watch;

CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;
ALTER TABLE lines ENABLE RULE keep;

CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;
ALTER TABLE lines ENABLE REPLICA RULE keep;

CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;
ALTER TABLE lines ENABLE ALWAYS RULE keep;

ALTER TABLE customers NO FORCE ROW LEVEL SECURITY;

ALTER TABLE customers SET WITHOUT OIDS;

-- from 15
CREATE ACCESS METHOD guard_heap TYPE TABLE HANDLER heap_tableam_handler;
ALTER TABLE customers SET ACCESS METHOD guard_heap;

ALTER TABLE customers SET TABLESPACE pg_default;

ALTER TABLE readings SET TABLESPACE pg_default;

CREATE TYPE place AS (street text);
CREATE TABLE spots (street text);
ALTER TABLE spots OF place;

CREATE TYPE place AS (street text);
CREATE TABLE spots OF place;
ALTER TABLE spots NOT OF;

ALTER TABLE customers REPLICA IDENTITY DEFAULT;

-- from 14
UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'readings_a'::regclass;
ALTER TABLE readings DETACH PARTITION readings_a FINALIZE;

ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE pg_default;

ALTER INDEX ALL IN TABLESPACE pg_default SET TABLESPACE pg_default;

ALTER MATERIALIZED VIEW ALL IN TABLESPACE pg_default SET TABLESPACE pg_default;

ALTER INDEX customers_nick_idx SET TABLESPACE pg_default;

ALTER INDEX customers_nick_idx DEPENDS ON EXTENSION plpgsql;

-- from 13
ALTER INDEX customers_nick_idx NO DEPENDS ON EXTENSION plpgsql;

ALTER INDEX customers_nick_idx RESET (fillfactor);

ALTER INDEX customers_lower_idx ALTER COLUMN 1 SET STATISTICS 500;

ALTER INDEX IF EXISTS absent RENAME TO present;

ALTER VIEW active_customers ALTER COLUMN email DROP DEFAULT;

-- from 13
ALTER VIEW active_customers RENAME COLUMN email TO address;

CREATE SCHEMA attic;
ALTER VIEW active_customers SET SCHEMA attic;

ALTER VIEW active_customers RESET (security_barrier);

ALTER MATERIALIZED VIEW sums DEPENDS ON EXTENSION plpgsql;

ALTER MATERIALIZED VIEW sums RENAME TO totals;

ALTER MATERIALIZED VIEW sums ALTER COLUMN total SET STORAGE EXTERNAL;

-- from 14
CREATE MATERIALIZED VIEW nicks AS SELECT about FROM customers;
ALTER MATERIALIZED VIEW nicks ALTER COLUMN about SET COMPRESSION pglz;

ALTER MATERIALIZED VIEW sums SET WITHOUT CLUSTER;

-- from 15
CREATE ACCESS METHOD guard_heap TYPE TABLE HANDLER heap_tableam_handler;
ALTER MATERIALIZED VIEW sums SET ACCESS METHOD guard_heap;

ALTER MATERIALIZED VIEW sums SET TABLESPACE pg_default;

ALTER MATERIALIZED VIEW sums RESET (fillfactor);

ALTER SEQUENCE invoice_numbers INCREMENT BY 5 MAXVALUE 100000 CACHE 20;

CREATE ROLE guard_owner;
ALTER SEQUENCE invoice_numbers OWNER TO guard_owner;

-- from 15
ALTER SEQUENCE invoice_numbers SET UNLOGGED;

-- from 15
CREATE UNLOGGED SEQUENCE fast_numbers;
ALTER SEQUENCE fast_numbers SET LOGGED;

CREATE ROLE guard_owner;
ALTER TYPE tier OWNER TO guard_owner;

CREATE ROLE guard_owner;
CREATE TYPE place AS (street text);
ALTER TYPE place OWNER TO guard_owner;

CREATE TYPE place AS (street text, town text);
CREATE TABLE spots OF place;
ALTER TYPE place DROP ATTRIBUTE town CASCADE;

ALTER DOMAIN title SET DEFAULT 'none';

ALTER DOMAIN title DROP DEFAULT;

ALTER DOMAIN title SET NOT NULL;
ALTER DOMAIN title DROP NOT NULL;

CREATE ROLE guard_owner;
ALTER DOMAIN title OWNER TO guard_owner;

CREATE SCHEMA attic;
ALTER DOMAIN quantity SET SCHEMA attic;

CREATE PUBLICATION news FOR TABLE customers, lines;
ALTER PUBLICATION news DROP TABLE lines;

-- from 15
CREATE PUBLICATION news FOR TABLE customers;
ALTER PUBLICATION news ADD TABLES IN SCHEMA public;

CREATE PUBLICATION news FOR TABLE customers;
ALTER PUBLICATION news SET (publish = 'insert');

CREATE ROLE guard_owner SUPERUSER;
CREATE PUBLICATION news FOR TABLE customers;
ALTER PUBLICATION news OWNER TO guard_owner;

CREATE PUBLICATION news FOR TABLE customers;
ALTER PUBLICATION news RENAME TO olds;

CREATE ROLE guard_owner;
CREATE STATISTICS nicks ON nick, level FROM customers;
ALTER STATISTICS nicks OWNER TO guard_owner;

CREATE SCHEMA attic;
CREATE STATISTICS nicks ON nick, level FROM customers;
ALTER STATISTICS nicks SET SCHEMA attic;

-- from 13
CREATE STATISTICS nicks ON nick, level FROM customers;
ALTER STATISTICS nicks SET STATISTICS 200;

CREATE INDEX ON lines (purchase_id) INCLUDE (weight);

-- from 15
CREATE UNIQUE INDEX ON customers (nick) NULLS NOT DISTINCT;

CREATE INDEX ON lines USING gin (to_tsvector('simple', product));

LOCK TABLE lines IN SHARE UPDATE EXCLUSIVE MODE;

REINDEX DATABASE postgres;

SELECT * FROM purchases FOR NO KEY UPDATE;

SELECT * FROM purchases FOR KEY SHARE;

CREATE PUBLICATION news FOR ALL TABLES;

-- from 15
CREATE PUBLICATION news FOR TABLES IN SCHEMA public;

CREATE VIEW graded AS SELECT grade FROM purchases;
CREATE VIEW counted AS SELECT count(*) FROM graded;
DROP TYPE tier CASCADE;

-- from 15
MERGE INTO lines USING purchases ON lines.purchase_id = -purchases.id WHEN NOT MATCHED THEN INSERT (purchase_id) VALUES (purchases.id);

CREATE TABLE codes (code integer);
CREATE UNIQUE INDEX codes_code ON codes (code);
CREATE TABLE uses (code integer REFERENCES codes (code));
ALTER TABLE codes DROP COLUMN code CASCADE;

CREATE SCHEMA attic;
CREATE SEQUENCE attic.counter;
CREATE TABLE counted (id integer DEFAULT nextval('attic.counter'));
ALTER SEQUENCE attic.counter OWNED BY NONE;
ALTER TABLE counted SET SCHEMA attic;
ALTER SEQUENCE attic.counter OWNED BY attic.counted.id;
DROP SEQUENCE attic.counter CASCADE;

CREATE VIEW products AS SELECT product FROM lines;
ALTER TABLE lines RENAME COLUMN product TO article;
ALTER TABLE lines DROP COLUMN article CASCADE;

-- Functions that PostgreSQL puts in the place of their calls

CREATE FUNCTION four() RETURNS integer LANGUAGE sql STRICT AS 'SELECT 4';
ALTER TABLE lines ADD COLUMN x integer DEFAULT four();

CREATE FUNCTION now_too() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()';
ALTER TABLE lines ADD COLUMN x timestamptz DEFAULT now_too();

CREATE FUNCTION dice() RETURNS double precision LANGUAGE sql AS 'SELECT random()';
ALTER TABLE lines ADD COLUMN x double precision DEFAULT dice();

CREATE FUNCTION four() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 4';
ALTER TABLE lines ADD COLUMN x integer DEFAULT four();

CREATE FUNCTION four() RETURNS integer LANGUAGE sql SET work_mem = '1MB' AS 'SELECT 4';
ALTER TABLE lines ADD COLUMN x integer DEFAULT four();

CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM pg_class';
ALTER TABLE lines ADD COLUMN x bigint DEFAULT counted();

-- from 14
CREATE FUNCTION four() RETURNS integer LANGUAGE sql RETURN 4;
ALTER TABLE lines ADD COLUMN x integer DEFAULT four();

CREATE FUNCTION more(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 + 1';
ALTER TABLE lines ADD COLUMN x integer DEFAULT more((random() * 9)::integer);

CREATE FUNCTION four() RETURNS integer LANGUAGE sql AS 'SELECT 4';
CREATE FUNCTION five() RETURNS integer LANGUAGE sql AS 'SELECT four() + 1';
ALTER TABLE lines ADD COLUMN x integer DEFAULT five();

CREATE FUNCTION four() RETURNS integer LANGUAGE sql AS 'SELECT 3; SELECT 4';
ALTER TABLE lines ADD COLUMN x integer DEFAULT four();

CREATE FUNCTION four() RETURNS integer LANGUAGE sql AS 'SELECT 4 WHERE true';
ALTER TABLE lines ADD COLUMN x integer DEFAULT four();

-- NOT VALID in CREATE TABLE leaves nothing to validate

CREATE TABLE fresh (a integer, CONSTRAINT few CHECK (a < 10) NOT VALID, CONSTRAINT known FOREIGN KEY (a) REFERENCES purchases NOT VALID);
INSERT INTO fresh VALUES (1);
ALTER TABLE fresh VALIDATE CONSTRAINT few, VALIDATE CONSTRAINT known;

CREATE TABLE fresh (a integer, b integer, FOREIGN KEY (a) REFERENCES purchases NOT VALID) PARTITION BY LIST (b);

CREATE TYPE leaf AS (m integer, n text);
CREATE TABLE leaves OF leaf (m PRIMARY KEY, n WITH OPTIONS NOT NULL);

-- Detaching a partition that has partitions

CREATE TABLE zones_us PARTITION OF zones FOR VALUES IN ('us2') PARTITION BY LIST (id);
CREATE TABLE zones_us1 PARTITION OF zones_us FOR VALUES IN (1);
CREATE INDEX zones_us_idx ON zones (code);
ALTER TABLE zones DETACH PARTITION zones_us;

CREATE TABLE drawers (k integer, note text) PARTITION BY LIST (k);
CREATE TABLE drawers_1 PARTITION OF drawers FOR VALUES IN (1) PARTITION BY LIST (note);
CREATE TABLE drawers_1a PARTITION OF drawers_1 FOR VALUES IN ('a');
ALTER TABLE drawers DETACH PARTITION drawers_1;

-- from 14
CREATE TABLE drawers (k integer, note text) PARTITION BY LIST (k);
CREATE TABLE drawers_1 PARTITION OF drawers FOR VALUES IN (1) PARTITION BY LIST (note);
CREATE TABLE drawers_1a PARTITION OF drawers_1 FOR VALUES IN ('a');
ALTER TABLE drawers DETACH PARTITION drawers_1 CONCURRENTLY;

-- Defaults that call nextval()

CREATE TABLE tickets (id bigint DEFAULT nextval('invoice_numbers'), note text);
INSERT INTO tickets (note) VALUES ('a');

CREATE TABLE tickets (id bigint DEFAULT nextval('invoice_numbers'), note text);
INSERT INTO tickets VALUES (1, 'a');

CREATE TABLE tickets (id bigint DEFAULT nextval('public.invoice_numbers'), note text);
DROP SEQUENCE invoice_numbers CASCADE;

-- Triggers that fire, and those that do not

CREATE FUNCTION count_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO assets VALUES (1); RETURN coalesce(NEW, OLD); END';
CREATE TRIGGER counted BEFORE UPDATE OF nick ON customers FOR EACH ROW EXECUTE FUNCTION count_line();
UPDATE customers SET level = 1;

CREATE FUNCTION count_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO assets VALUES (1); RETURN coalesce(NEW, OLD); END';
CREATE TRIGGER counted BEFORE UPDATE OF nick ON customers FOR EACH ROW EXECUTE FUNCTION count_line();
UPDATE customers SET nick = 'x';

CREATE FUNCTION count_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO assets VALUES (1); RETURN coalesce(NEW, OLD); END';
CREATE TRIGGER counted BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION count_line();
ALTER TABLE customers DISABLE TRIGGER counted;
UPDATE customers SET nick = 'x';

CREATE FUNCTION count_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO assets VALUES (1); RETURN coalesce(NEW, OLD); END';
CREATE TRIGGER counted BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION count_line();
ALTER TABLE customers DISABLE TRIGGER ALL;
ALTER TABLE customers ENABLE TRIGGER counted;
UPDATE customers SET nick = 'x';

CREATE FUNCTION count_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO assets VALUES (1); RETURN NULL; END';
CREATE TRIGGER counted BEFORE TRUNCATE ON lines EXECUTE FUNCTION count_line();
TRUNCATE lines;

CREATE FUNCTION count_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO assets VALUES (1); RETURN coalesce(NEW, OLD); END';
CREATE TRIGGER counted BEFORE DELETE ON lines FOR EACH ROW EXECUTE FUNCTION count_line();
DELETE FROM purchases;

-- UPDATE of a partition key moves rows

CREATE TABLE drawers (k integer, note text) PARTITION BY LIST (k);
CREATE TABLE drawers_1 PARTITION OF drawers FOR VALUES IN (1);
CREATE TABLE drawers_2 PARTITION OF drawers FOR VALUES IN (2);
INSERT INTO drawers VALUES (1, 'a');
UPDATE drawers SET k = 2 WHERE k = 1;

CREATE TABLE drawers (k integer, note text) PARTITION BY LIST (k);
CREATE TABLE drawers_1 PARTITION OF drawers FOR VALUES IN (1);
CREATE TABLE drawers_2 PARTITION OF drawers FOR VALUES IN (2);
INSERT INTO drawers VALUES (1, 'a');
UPDATE drawers SET note = 'b' WHERE k = 1;

-- Views with INSTEAD OF triggers

CREATE FUNCTION nothing_done() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO assets VALUES (1); RETURN NEW; END';
CREATE TRIGGER instead INSTEAD OF INSERT ON active_customers FOR EACH ROW EXECUTE FUNCTION nothing_done();
INSERT INTO active_customers VALUES (1, 'x');

-- Typed tables follow their type

CREATE TYPE leaf AS (m integer, n text);
CREATE TABLE leaves OF leaf (m PRIMARY KEY);
INSERT INTO leaves VALUES (1, 'a');
ALTER TYPE leaf ALTER ATTRIBUTE m TYPE bigint CASCADE;

CREATE TYPE leaf AS (m integer, n text);
CREATE TABLE leaves OF leaf (m PRIMARY KEY);
INSERT INTO leaves VALUES (1, 'a');
ALTER TYPE leaf ADD ATTRIBUTE o integer CASCADE;

-- What goes with a function, a type, a schema

CREATE TABLE tickets (id integer, code text DEFAULT next_code());
DROP FUNCTION next_code() CASCADE;

CREATE TABLE tickets (id integer, code text DEFAULT next_code());
CREATE TABLE more_tickets () INHERITS (tickets);
DROP FUNCTION next_code() CASCADE;

CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE TABLE tickets (id integer, twice integer GENERATED ALWAYS AS (doubled(id)) STORED);
CREATE INDEX tickets_twice_idx ON tickets (twice);
CREATE VIEW twices AS SELECT twice FROM tickets;
DROP FUNCTION doubled(integer) CASCADE;

CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
ALTER TABLE assets ADD CONSTRAINT even CHECK (doubled(id) > 0) NOT VALID;
DROP FUNCTION doubled CASCADE;

CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE INDEX zones_doubled_idx ON zones (doubled(id));
DROP FUNCTION doubled(integer) CASCADE;

CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE INDEX lines_doubled_idx ON lines (product) WHERE doubled(purchase_id) > 1;
DROP FUNCTION doubled(integer) CASCADE;

CREATE FUNCTION may_see(text) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true';
CREATE POLICY seen ON customers USING (may_see(nick));
DROP FUNCTION may_see(text) CASCADE;

CREATE FUNCTION may_see(text) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true';
CREATE POLICY seen ON customers USING (true);
ALTER POLICY seen ON customers WITH CHECK (may_see(nick));
DROP FUNCTION may_see(text) CASCADE;

CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE VIEW doubles AS SELECT doubled(purchase_id) AS d FROM lines;
CREATE VIEW quadruples AS SELECT d * 2 AS q FROM doubles;
CREATE MATERIALIZED VIEW kept AS SELECT q FROM quadruples;
DROP FUNCTION doubled(integer) CASCADE;

CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE TRIGGER watch AFTER UPDATE ON lines FOR EACH ROW WHEN (doubled(NEW.purchase_id) > 3) EXECUTE FUNCTION note_change();
DROP FUNCTION doubled(integer) CASCADE;

CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE RULE twice AS ON DELETE TO lines DO ALSO INSERT INTO assets VALUES (doubled(OLD.purchase_id));
DROP FUNCTION doubled(integer) CASCADE;

CREATE TRIGGER watch AFTER UPDATE ON readings FOR EACH ROW EXECUTE FUNCTION note_change();
DROP FUNCTION note_change CASCADE;

CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION doubled(numeric, integer) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * $2';
CREATE TABLE tickets (a integer CHECK (doubled(a) > 0));
CREATE TABLE prices (a numeric CHECK (doubled(a, 3) > 0));
DROP FUNCTION doubled(numeric, integer) CASCADE;

CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE PROCEDURE tidy() LANGUAGE sql AS 'SELECT 1';
CREATE TABLE tickets (a integer CHECK (doubled(a) > 0));
DROP ROUTINE tidy, doubled CASCADE;

CREATE FUNCTION of_tier(tier) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE TABLE tickets (a integer CHECK (of_tier('gold') > a));
DROP TYPE tier CASCADE;

CREATE TABLE tickets (a text DEFAULT 'gold'::tier);
DROP TYPE tier CASCADE;

CREATE TABLE tickets (a text, CHECK (a::tier > 'basic'));
DROP TYPE tier CASCADE;

CREATE VIEW tiers AS SELECT 'gold'::tier AS best;
DROP TYPE tier CASCADE;

CREATE TABLE tickets (a tier PRIMARY KEY);
CREATE TABLE stubs (a tier REFERENCES tickets, b integer);
DROP TYPE tier CASCADE;

CREATE TABLE tickets (a tier[], b integer);
CREATE INDEX tickets_a_idx ON tickets USING gin (a);
DROP TYPE tier CASCADE;

CREATE DOMAIN even AS quantity CHECK (VALUE % 2 = 0);
CREATE TABLE tickets (a even, b integer);
CREATE VIEW evens AS SELECT a FROM tickets;
DROP DOMAIN quantity CASCADE;

CREATE TABLE tickets (a tier, b integer) PARTITION BY LIST (b);
CREATE TABLE tickets_1 PARTITION OF tickets FOR VALUES IN (1);
CREATE INDEX tickets_a_idx ON tickets (a);
DROP TYPE tier CASCADE;

CREATE SCHEMA attic;
CREATE TYPE attic.mood AS ENUM ('good');
CREATE TABLE tickets (a integer, mood attic.mood);
CREATE INDEX tickets_mood_idx ON tickets (mood);
DROP SCHEMA attic CASCADE;

CREATE SCHEMA attic;
CREATE FUNCTION attic.code() RETURNS text LANGUAGE sql AS 'SELECT ''x''';
CREATE TABLE tickets (a text DEFAULT attic.code());
DROP SCHEMA attic CASCADE;

CREATE SCHEMA attic;
CREATE SEQUENCE attic.numbers;
CREATE TABLE tickets (a bigint DEFAULT nextval('attic.numbers'));
CREATE TABLE attic.inside (a bigint DEFAULT nextval('attic.numbers'));
DROP SCHEMA attic CASCADE;

CREATE SCHEMA attic;
CREATE TABLE attic.owners (id integer PRIMARY KEY);
CREATE TABLE pets (id integer, owner integer REFERENCES attic.owners);
CREATE VIEW owned AS SELECT * FROM attic.owners;
DROP SCHEMA attic CASCADE;

CREATE SCHEMA attic;
CREATE TABLE attic.readings_old PARTITION OF readings FOR VALUES FROM ('2010-01-01') TO ('2011-01-01');
DROP SCHEMA attic CASCADE;

CREATE SCHEMA attic;
CREATE FUNCTION attic.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER watch AFTER UPDATE ON lines FOR EACH ROW EXECUTE FUNCTION attic.note();
DROP SCHEMA attic CASCADE;

CREATE SCHEMA attic;
CREATE DOMAIN attic.code AS text;
CREATE TABLE tickets (a attic.code DEFAULT 'x', b integer);
CREATE TABLE stubs (a text);
DROP SCHEMA attic CASCADE;

CREATE POLICY seen ON customers USING (EXISTS (SELECT FROM lines WHERE product = nick));
DROP TABLE lines CASCADE;

CREATE RULE copy AS ON DELETE TO assets DO ALSO INSERT INTO lines (product) VALUES (OLD.label);
DROP TABLE lines CASCADE;

CREATE TABLE tickets (a lines, b integer);
DROP TABLE lines CASCADE;

-- from 14
CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM lines; END;
CREATE TABLE tickets (a bigint DEFAULT counted());
DROP TABLE lines CASCADE;

-- Rules

CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;
DELETE FROM lines;

CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;
UPDATE lines SET weight = 1;

CREATE RULE keep AS ON UPDATE TO lines WHERE NEW.weight > 9000 DO INSTEAD NOTHING;
UPDATE lines SET weight = 1;

CREATE RULE copy AS ON DELETE TO lines DO ALSO INSERT INTO assets VALUES (OLD.purchase_id);
DELETE FROM lines;

CREATE RULE copy AS ON INSERT TO lines DO INSTEAD INSERT INTO assets VALUES (NEW.purchase_id);
INSERT INTO lines VALUES (1, 'a');

CREATE RULE copy AS ON INSERT TO active_customers DO INSTEAD INSERT INTO assets VALUES (NEW.id);
INSERT INTO active_customers VALUES (1, 'a');

CREATE RULE copy AS ON INSERT TO active_customers DO INSTEAD INSERT INTO assets SELECT NEW.id, product FROM lines;
INSERT INTO active_customers VALUES (1, 'a');

CREATE RULE copy AS ON INSERT TO active_customers DO INSTEAD INSERT INTO assets VALUES (NEW.id);

CREATE RULE copy AS ON INSERT TO active_customers DO INSTEAD INSERT INTO assets VALUES (NEW.id);
DROP RULE copy ON active_customers;

CREATE RULE copy AS ON INSERT TO active_customers DO INSTEAD INSERT INTO assets VALUES (NEW.id);
ALTER RULE copy ON active_customers RENAME TO copied;

-- What roles own

CREATE ROLE guard_owner;
REASSIGN OWNED BY guard_owner TO CURRENT_USER;

CREATE ROLE guard_owner;
ALTER TABLE lines OWNER TO guard_owner;
REASSIGN OWNED BY guard_owner TO CURRENT_USER;

CREATE ROLE guard_owner;
ALTER TABLE purchases OWNER TO guard_owner;
REASSIGN OWNED BY guard_owner TO CURRENT_USER;

CREATE ROLE guard_owner;
ALTER TABLE readings OWNER TO guard_owner;
REASSIGN OWNED BY guard_owner TO CURRENT_USER;

CREATE ROLE guard_owner;
ALTER VIEW golden OWNER TO guard_owner;
REASSIGN OWNED BY guard_owner TO CURRENT_USER;

CREATE ROLE guard_owner;
GRANT SELECT ON lines TO guard_owner;
REASSIGN OWNED BY guard_owner TO CURRENT_USER;

CREATE ROLE guard_owner;
GRANT SELECT ON lines TO guard_owner;
DROP OWNED BY guard_owner;

CREATE ROLE guard_owner;
GRANT SELECT (product) ON lines TO guard_owner;
GRANT USAGE ON SEQUENCE invoice_numbers TO guard_owner;
DROP OWNED BY guard_owner;

CREATE ROLE guard_owner;
ALTER TABLE lines OWNER TO guard_owner;
DROP OWNED BY guard_owner;

CREATE ROLE guard_owner;
ALTER TABLE purchases OWNER TO guard_owner;
DROP OWNED BY guard_owner CASCADE;

CREATE RULE keep AS ON DELETE TO lines DO INSTEAD NOTHING;
ALTER TABLE lines DISABLE RULE keep;
DELETE FROM lines;

CREATE FUNCTION count_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO assets VALUES (1); RETURN coalesce(NEW, OLD); END';
CREATE TRIGGER counted BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION count_line();
ALTER TABLE customers ENABLE REPLICA TRIGGER counted;
UPDATE customers SET nick = 'x';

ALTER FUNCTION next_code() STABLE;
ALTER TABLE lines ADD COLUMN code text DEFAULT next_code();

ALTER FUNCTION fixed_code() VOLATILE;
ALTER TABLE lines ADD COLUMN code text DEFAULT fixed_code();

ALTER FUNCTION next_code RENAME TO next_text;
CREATE TABLE tickets (id integer, code text DEFAULT next_text());
DROP FUNCTION next_text CASCADE;

CREATE TRIGGER watch AFTER UPDATE ON lines FOR EACH ROW EXECUTE FUNCTION note_change();
ALTER FUNCTION note_change() RENAME TO note_all;
DROP FUNCTION note_all() CASCADE;

-- Partitions of partitions that foreign keys of others reference

CREATE TABLE spots (id integer, area text, PRIMARY KEY (id, area)) PARTITION BY LIST (area);
CREATE TABLE spots_in PARTITION OF spots FOR VALUES IN ('in') PARTITION BY RANGE (id);
CREATE TABLE spots_in_low PARTITION OF spots_in FOR VALUES FROM (0) TO (100);
CREATE TABLE spots_out PARTITION OF spots FOR VALUES IN ('out');
CREATE TABLE visits (spot integer, area text, FOREIGN KEY (spot, area) REFERENCES spots);
INSERT INTO spots SELECT n, 'in' FROM generate_series(0, 60) n;
INSERT INTO visits SELECT NULL, 'in' FROM generate_series(1, 60);
ALTER TABLE spots_in DETACH PARTITION spots_in_low;

CREATE TABLE spots (id integer, area text, PRIMARY KEY (id, area)) PARTITION BY LIST (area);
CREATE TABLE spots_in PARTITION OF spots FOR VALUES IN ('in') PARTITION BY RANGE (id);
CREATE TABLE spots_in_low PARTITION OF spots_in FOR VALUES FROM (0) TO (100);
CREATE TABLE spots_out PARTITION OF spots FOR VALUES IN ('out');
CREATE TABLE visits (spot integer, area text, FOREIGN KEY (spot, area) REFERENCES spots);
DROP TABLE spots_in CASCADE;

CREATE TABLE spots (id integer, area text, PRIMARY KEY (id, area)) PARTITION BY LIST (area);
CREATE TABLE spots_in PARTITION OF spots FOR VALUES IN ('in') PARTITION BY RANGE (id);
CREATE TABLE spots_in_low PARTITION OF spots_in FOR VALUES FROM (0) TO (100);
CREATE TABLE visits (spot integer, area text, FOREIGN KEY (spot, area) REFERENCES spots);
TRUNCATE spots_in_low CASCADE;

-- The sequence of a serial column in another schema

CREATE SCHEMA attic;
CREATE TABLE attic.entries (id bigserial PRIMARY KEY, note text);
INSERT INTO attic.entries (note) VALUES ('x');

CREATE SCHEMA attic;
CREATE SCHEMA attic2;
CREATE TABLE attic.entries (id bigserial PRIMARY KEY, note text);
ALTER TABLE attic.entries SET SCHEMA attic2;
INSERT INTO attic2.entries (note) VALUES ('x');

CREATE SCHEMA attic;
CREATE TABLE attic.entries (id bigserial PRIMARY KEY, note text);
ALTER SEQUENCE attic.entries_id_seq RENAME TO entries_numbers;
INSERT INTO attic.entries (note) VALUES ('x');

-- Pruning by one of several conditions

DELETE FROM zones WHERE code = 'eu' AND id NOT IN (SELECT purchase_id FROM lines);

DELETE FROM zones WHERE code = 'eu' AND (length(code) = 2 OR id = 3);

DELETE FROM zones WHERE code = 'eu' OR id NOT IN (SELECT purchase_id FROM lines);

DELETE FROM zones WHERE code IN ('eu', lower('US'));

UPDATE zones SET id = 3 WHERE code = 'us' AND EXISTS (SELECT FROM lines WHERE product = 'p1');

DELETE FROM readings WHERE taken < '2020-06-01' AND value IN (SELECT weight FROM lines);

-- A CHECK that says more than the bound

CREATE TABLE zones_us (id integer, code text NOT NULL CHECK (code = 'us' AND length(code) = 2));
INSERT INTO zones_us SELECT n, 'us' FROM generate_series(1, 9) n;
DROP TABLE zones_rest;
ALTER TABLE zones ATTACH PARTITION zones_us FOR VALUES IN ('us');
