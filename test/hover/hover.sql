-- The history that every case runs after; `/*|*/` is the cursor, a line that starts with `-- > ` is a line of the hover.

-- history:
  CREATE TYPE mood AS ENUM ('new', 'paid');
  CREATE DOMAIN sku AS varchar(20) CONSTRAINT sku_form CHECK (VALUE ~ '^[A-Z]+$');
  CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL DEFAULT 'nobody',
    "Größe" numeric(10, 2) CHECK ("Größe" > 0),
    doubled numeric GENERATED ALWAYS AS ("Größe" * 2) STORED
  );
  CREATE TABLE orders (
    id serial PRIMARY KEY,
    user_id bigint REFERENCES users ON DELETE CASCADE,
    state mood DEFAULT 'new',
    item sku
  );
  CREATE UNIQUE INDEX CONCURRENTLY orders_open ON orders (lower(item), user_id) WHERE state = 'new';
  CREATE TABLE events (at date NOT NULL, kind text) PARTITION BY RANGE (at);
  CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
  CREATE VIEW buyers AS SELECT id, email FROM users;
  CREATE FUNCTION today() RETURNS date LANGUAGE sql STABLE AS 'SELECT current_date';
  ALTER TABLE orders ADD CONSTRAINT orders_item CHECK (item IS NOT NULL) NOT VALID;

-- hover: a table
  ALTER TABLE us/*|*/ers ADD COLUMN a int;
-- > Table users
-- >
-- > Referenced by orders (user_id).
-- > Read by buyers.
-- >
-- > id       bigint         NOT NULL GENERATED ... AS IDENTITY
-- > email    text           NOT NULL DEFAULT 'nobody'
-- > "Größe"  numeric(10,2)
-- > doubled  numeric        GENERATED ALWAYS AS ("Größe" * 2) STORED
-- > CONSTRAINT "users_Größe_check" CHECK ("Größe" > 0)
-- > CONSTRAINT users_pkey PRIMARY KEY (id)
-- >
-- > Made by 1_history.sql

-- hover: a table with policies
  ALTER TABLE users ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON users USING (email = current_user);
  CREATE POLICY no_bots ON users AS RESTRICTIVE USING (email <> 'bot');
  CREATE POLICY all_orders ON orders USING (true);
  ALTER TABLE events ENABLE ROW LEVEL SECURITY;
  ANALYZE /*|*/users;
-- > Table users
-- >
-- > Referenced by orders (user_id).
-- > Row level security is on, with 2 policies: own and no_bots.
-- > Read by buyers.
-- >
-- > id       bigint         NOT NULL GENERATED ... AS IDENTITY
-- > email    text           NOT NULL DEFAULT 'nobody'
-- > "Größe"  numeric(10,2)
-- > doubled  numeric        GENERATED ALWAYS AS ("Größe" * 2) STORED
-- > CONSTRAINT "users_Größe_check" CHECK ("Größe" > 0)
-- > CONSTRAINT users_pkey PRIMARY KEY (id)
-- >
-- > Made by 1_history.sql

-- hover: a policy without row level security
  CREATE POLICY all_orders ON orders USING (true);
  ANALYZE /*|*/orders;
-- > Table orders
-- >
-- > Row level security is off, with 1 policy: all_orders.
-- >
-- > id       integer  NOT NULL DEFAULT nextval('orders_id_seq')
-- > user_id  bigint
-- > state    mood     DEFAULT 'new'
-- > item     sku
-- > CONSTRAINT orders_pkey PRIMARY KEY (id)
-- > CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
-- > CONSTRAINT orders_item CHECK (item IS NOT NULL) NOT VALID
-- > UNIQUE INDEX orders_open (lower(item), user_id) WHERE state = 'new'
-- >
-- > Made by 1_history.sql

-- hover: row level security without a policy
  ALTER TABLE events ENABLE ROW LEVEL SECURITY;
  ANALYZE /*|*/events;
-- > Partitioned table events
-- >
-- > Partitioned by (at), into 1 partition: events_old.
-- > Row level security is on without a policy: all but its owner find it empty.
-- >
-- > at    date  NOT NULL
-- > kind  text
-- >
-- > Made by 1_history.sql

-- hover: a partitioned table
  ANALYZE /*|*/events;
-- > Partitioned table events
-- >
-- > Partitioned by (at), into 1 partition: events_old.
-- >
-- > at    date  NOT NULL
-- > kind  text
-- >
-- > Made by 1_history.sql

-- hover: a partition
  ALTER TABLE events DETACH PARTITION events_old/*|*/;
-- > Table events_old
-- >
-- > Partition of events.
-- >
-- > at    date  NOT NULL
-- > kind  text
-- >
-- > Made by 1_history.sql

-- hover: a view
  DROP VIEW b/*|*/uyers;
-- > View buyers
-- >
-- > Reads users.
-- >
-- > Made by 1_history.sql

-- hover: a column of the table that is altered
  ALTER TABLE orders ALTER COLUMN st/*|*/ate SET NOT NULL;
-- > Column orders.state
-- >
-- > An enum: new, paid.
-- > May be null.
-- >
-- > state mood DEFAULT 'new'
-- > UNIQUE INDEX orders_open (lower(item), user_id) WHERE state = 'new'
-- >
-- > Made by 1_history.sql

-- hover: a column behind an alias, in a query
  SELECT o./*|*/item FROM users u JOIN orders o ON o.user_id = u.id;
-- > Column orders.item
-- >
-- > A domain over varchar(20) with sku_form.
-- > May be null.
-- >
-- > item sku
-- > CONSTRAINT orders_item CHECK (item IS NOT NULL) NOT VALID
-- > UNIQUE INDEX orders_open (lower(item), user_id) WHERE state = 'new'
-- >
-- > Made by 1_history.sql

-- hover: the referenced column, not the one of the same name in the table that is altered
  ALTER TABLE orders ADD FOREIGN KEY (id) REFERENCES users (i/*|*/d);
-- > Column users.id
-- >
-- > Its numbers come from sequence users_id_seq.
-- > Referenced by orders (user_id).
-- > Read by buyers.
-- >
-- > id bigint NOT NULL GENERATED ... AS IDENTITY
-- > CONSTRAINT users_pkey PRIMARY KEY (id)
-- >
-- > Made by 1_history.sql

-- hover: a quoted column after text of many bytes
  /* 🙂🙂 */ SELECT 'ü🙂', "Grö/*|*/ße" FROM users;
-- > Column users.Größe
-- >
-- > May be null.
-- >
-- > "Größe" numeric(10,2)
-- > CONSTRAINT "users_Größe_check" CHECK ("Größe" > 0)
-- >
-- > Made by 1_history.sql

-- hover: a column that a comment is on
  COMMENT ON COLUMN events.ki/*|*/nd IS 'x';
-- > Column events.kind
-- >
-- > May be null.
-- >
-- > kind text
-- >
-- > Made by 1_history.sql

-- hover: an index
  REINDEX INDEX order/*|*/s_open;
-- > Index orders_open of orders
-- >
-- > Built with CONCURRENTLY: it is invalid where that failed, as indisvalid in pg_index tells.
-- >
-- > UNIQUE INDEX orders_open (lower(item), user_id) WHERE state = 'new'
-- >
-- > Made by 1_history.sql

-- hover: a constraint
  ALTER TABLE orders VALIDATE CONSTRAINT orders_/*|*/item;
-- > Constraint orders_item of orders
-- >
-- > Not validated: new rows are checked, those that were there before may break it.
-- >
-- > CONSTRAINT orders_item CHECK (item IS NOT NULL) NOT VALID
-- >
-- > Made by 1_history.sql

-- hover: a sequence
  ALTER SEQUENCE orders_id_s/*|*/eq RESTART;
-- > Sequence orders_id_seq
-- >
-- > Owned by orders.id: it goes with the column.
-- >
-- > Made by 1_history.sql

-- hover: a type
  ALTER TABLE orders ADD COLUMN was mo/*|*/od;
-- > Type mood
-- >
-- > An enum: new, paid.
-- >
-- > Made by 1_history.sql

-- hover: a function
  SELECT tod/*|*/ay();
-- > Function today
-- >
-- > Declared STABLE: within one statement the same arguments give the same result.

-- hover: a table that this file has changed before
  ALTER TABLE events RENAME COLUMN kind TO sort;
  DROP TABLE ev/*|*/ents;
-- > Partitioned table events
-- >
-- > Partitioned by (at), into 1 partition: events_old.
-- >
-- > at    date  NOT NULL
-- > sort  text
-- >
-- > Made by 1_history.sql

-- hover: a table that nobody knows, where the history is not complete
-- given: incomplete
  TRUNCATE acc/*|*/ounts;
-- > accounts
-- >
-- > No migration here makes it, and the history does not start with an empty database: it counts as existing and large.

-- hover: a new name is no name yet
  CREATE INDEX fresh/*|*/ ON users (email);
-- > CREATE INDEX
-- >
-- > SHARE on table public.users: writes and schema changes wait; reads go on.
-- > Builds index fresh from every row of public.users. The time grows with the table.
-- > It first waits for the transactions that have written to the table already; later writes queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While SHARE is held, wait: INSERT, UPDATE, DELETE, VACUUM, CONCURRENTLY, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, CREATE INDEX.
-- >
-- > https://www.postgresql.org/docs/15/sql-createindex.html

-- hover: the end of a statement, before its semicolon
  TRUNCATE events_old CASCADE RESTRICT/*|*/;
-- > Unreadable
-- >
-- > PostgreSQL cannot read this statement: syntax error at or near "RESTRICT".

-- hover: one of several subcommands
  ALTER TABLE orders ADD COL/*|*/UMN n int, VALIDATE CONSTRAINT orders_item;
-- > ADD COLUMN in ALTER TABLE
-- >
-- > ACCESS EXCLUSIVE on table public.orders: reads, writes and schema changes wait.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that use the table already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: a subcommand that alone would lock less
  ALTER TABLE orders ADD COLUMN n int, VALID/*|*/ATE CONSTRAINT orders_item;
-- > VALIDATE CONSTRAINT in ALTER TABLE
-- >
-- > SHARE UPDATE EXCLUSIVE on table public.orders: reads and writes go on; schema changes, index builds and VACUUM wait.
-- > Scans public.orders: every row is read. The time grows with the table.
-- > Its locks are released when this statement ends.
-- > The statement takes ACCESS EXCLUSIVE on public.orders all the same: another subcommand needs it.
-- >
-- > While SHARE UPDATE EXCLUSIVE is held, wait: VACUUM, CONCURRENTLY, CREATE INDEX, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, INSERT, UPDATE, DELETE.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: a lock mode
  BEGIN;
  LOCK TABLE users IN SHARE ROW EX/*|*/CLUSIVE MODE;
  COMMIT;
-- > SHARE ROW EXCLUSIVE
-- >
-- > Taken also by CREATE TRIGGER and some forms of ALTER TABLE, such as ADD FOREIGN KEY.
-- > While it is held, these wait: ROW EXCLUSIVE (INSERT, UPDATE, DELETE), SHARE UPDATE EXCLUSIVE (VACUUM, CREATE INDEX CONCURRENTLY), SHARE (CREATE INDEX), SHARE ROW EXCLUSIVE (ADD FOREIGN KEY, CREATE TRIGGER), EXCLUSIVE (REFRESH MATERIALIZED VIEW CONCURRENTLY), ACCESS EXCLUSIVE (DROP TABLE, most of ALTER TABLE).
-- > These go on: ACCESS SHARE (SELECT), ROW SHARE (SELECT FOR UPDATE).
-- > Held until the transaction ends.
-- >
-- > https://www.postgresql.org/docs/15/explicit-locking.html#LOCKING-TABLES

-- hover: a timeout for the session, until it is set again
  SET lock_/*|*/timeout = '2000ms';
  SELECT 1;
  RESET lock_timeout;
-- > lock_timeout
-- >
-- > Ends a statement with an error when it has waited that long for one lock: on a table, an index, a row. Each lock that it waits for has the whole time; the work that follows is not bounded.
-- > While it waits, everybody who comes later waits behind it: this bounds how long.
-- > Here 2s. In force until line 3 sets it again.
-- >
-- > https://www.postgresql.org/docs/15/runtime-config-client.html#GUC-LOCK-TIMEOUT

-- hover: a timeout for a transaction that there is not
  SET LOCAL statement_timeout = 5000/*|*/;
-- > statement_timeout
-- >
-- > Ends a statement with an error when it has run that long, waits for locks included. Each statement has the whole time.
-- > An index build with CONCURRENTLY that it ends leaves an invalid index behind.
-- > Here 5s. Without effect: it lasts as long as a transaction block, and none is open here.
-- >
-- > https://www.postgresql.org/docs/15/runtime-config-client.html#GUC-STATEMENT-TIMEOUT

-- hover: a timeout that is turned off in a transaction
  BEGIN;
  SET idle_in_transaction_session_timeout /*|*/= 0;
  COMMIT;
-- > idle_in_transaction_session_timeout
-- >
-- > Ends the session, and rolls its transaction back, when a transaction has been open that long without a statement running.
-- > It bounds how long locks are held between statements, not during one.
-- > Off here. In force to the end of the session. A ROLLBACK of this transaction takes it back.
-- >
-- > https://www.postgresql.org/docs/15/runtime-config-client.html#GUC-IDLE-IN-TRANSACTION-SESSION-TIMEOUT

-- hover: a timeout that is not there yet
  SET transaction_timeout/*|*/ = '1h';
-- > transaction_timeout
-- >
-- > Ends the session, and rolls its transaction back, when a transaction has been open that long, one of a single statement too.
-- > It bounds how long all locks of the transaction are held.
-- > Here 1h. In force to the end of the session.
-- > There since PostgreSQL 17: earlier versions refuse it.
-- >
-- > https://www.postgresql.org/docs/17/runtime-config-client.html#GUC-TRANSACTION-TIMEOUT

-- hover: CONCURRENTLY, of a unique index
  CREATE UNIQUE INDEX CONCURR/*|*/ENTLY u ON users (email);
-- > CONCURRENTLY: CREATE INDEX
-- >
-- > Takes SHARE UPDATE EXCLUSIVE instead of SHARE: reads and writes go on. One such build at a time for each table.
-- > Reads the table twice, and waits before each time for the transactions that have written to it; at the end for every older snapshot of the database.
-- > When it fails (deadlock, cancelled, a duplicate), an invalid index stays: no query uses it, every write maintains it, and it may refuse duplicates already. Drop it and build again, or REINDEX INDEX CONCURRENTLY.
-- > Cannot run inside a transaction block.
-- >
-- > https://www.postgresql.org/docs/15/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY

-- hover: NOT VALID, with the constraint validated later
  ALTER TABLE users ADD CONSTRAINT short CHECK (length(email) < 90) NOT/*|*/ VALID;
  ALTER TABLE users VALIDATE CONSTRAINT short;
-- > NOT VALID: CHECK
-- >
-- > The rows that are there are not checked: no scan, however large the table is.
-- > New rows are checked from now on, and every row that an UPDATE touches: also an old one, whatever column it changes.
-- > VALIDATE CONSTRAINT checks the old rows later: it scans under SHARE UPDATE EXCLUSIVE, so reads and writes go on. In the same transaction it gains nothing, for the lock of this statement is still held.
-- > Until then the planner does not rely on it.
-- > Validated further down in this file.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: NOT VALID of a foreign key that nobody validates
  ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALI/*|*/D;
-- > NOT VALID: FOREIGN KEY
-- >
-- > The rows that are there are not checked: no scan, however large the table is.
-- > New rows are checked from now on, and updates that change the key.
-- > VALIDATE CONSTRAINT checks the old rows later: it scans under SHARE UPDATE EXCLUSIVE, and ROW SHARE on the referenced table, so reads and writes go on. In the same transaction it gains nothing, for the lock of this statement is still held.
-- > No migration validates it so far.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: NOT VALID in CREATE TABLE
  CREATE TABLE fresh (a integer, CONSTRAINT few CHECK (a < 10) NOT VALI/*|*/D);
-- > NOT VALID: CHECK
-- >
-- > It changes nothing here: a new table has no rows to check, so the constraint is valid at once, and nothing is left to validate.
-- >
-- > https://www.postgresql.org/docs/15/sql-createtable.html

-- hover: IF NOT EXISTS, where it does
  CREATE INDEX IF NOT/*|*/ EXISTS orders_open ON orders (id);
-- > IF NOT EXISTS
-- >
-- > orders_open exists at this point: the statement only says so in a notice.
-- > Nothing is compared: what has the name may look quite different.
-- > An invalid index that a failed CONCURRENTLY left has the name too: a second attempt is then no attempt.
-- >
-- > https://www.postgresql.org/docs/15/sql-createindex.html

-- hover: CASCADE takes along
  DROP TABLE users CASCADE/*|*/;
-- > CASCADE
-- >
-- > Drops also whatever depends on it, and what depends on that: views, foreign keys, defaults, functions. Without it (RESTRICT, the default) PostgreSQL refuses.
-- > As far as the migrations tell, 1 relation more: public.buyers.
-- > A foreign key goes too: orders_user_id_fkey of public.orders.
-- >
-- > https://www.postgresql.org/docs/15/ddl-depend.html

-- hover: a later version does otherwise
-- given: 15-18
  ALTER TABLE events ADD COLUMN n int NOT NULL;
  ALTER TABLE events ALTER n ADD GEN/*|*/ERATED ALWAYS AS IDENTITY;
-- > ALTER TABLE
-- >
-- > ACCESS EXCLUSIVE on partitioned table public.events: reads, writes and schema changes wait.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that use the table already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- > From PostgreSQL 17 on it takes ACCESS EXCLUSIVE on table public.events_old too.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: a statement that PostgreSQL refuses
  ALTER TABLE orders DROP/*|*/ COLUMN nothing;
-- > ALTER TABLE
-- >
-- > PostgreSQL refuses this statement: column "nothing" of relation "orders" does not exist (42703).
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: versions that do the same
-- given: 16-18
  ALTER TABLE events /*|*/ALTER at SET DEFAULT now();
-- > ALTER TABLE
-- >
-- > ACCESS EXCLUSIVE on relations public.events and public.events_old: reads, writes and schema changes wait.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that use the tables already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/16/sql-altertable.html

-- hover: a statement in a DO block, by a name in it
  DO $$ BEGIN
    ALTER TABLE or/*|*/ders ADD COLUMN c int;
  END $$;
-- > Table orders
-- >
-- > id       integer  NOT NULL DEFAULT nextval('orders_id_seq')
-- > user_id  bigint
-- > state    mood     DEFAULT 'new'
-- > item     sku
-- > CONSTRAINT orders_pkey PRIMARY KEY (id)
-- > CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
-- > CONSTRAINT orders_item CHECK (item IS NOT NULL) NOT VALID
-- > UNIQUE INDEX orders_open (lower(item), user_id) WHERE state = 'new'
-- >
-- > Made by 1_history.sql

-- hover: a statement that fails for its place is told so first
-- given: goose
  CREATE INDEX/*|*/ CONCURRENTLY i ON users (email);
-- > CREATE INDEX
-- >
-- > Cannot run inside a transaction block. Here it fails: goose runs this file in a transaction.
-- > What follows is what it does where it can run.
-- > SHARE UPDATE EXCLUSIVE on table public.users: reads and writes go on; schema changes, index builds and VACUUM wait.
-- > Builds index i from every row of public.users. The time grows with the table.
-- > Before it ends it waits for every older transaction of the database that could still need the old state.
-- >
-- > While SHARE UPDATE EXCLUSIVE is held, wait: VACUUM, CONCURRENTLY, CREATE INDEX, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, INSERT, UPDATE, DELETE.
-- >
-- > https://www.postgresql.org/docs/15/sql-createindex.html

-- hover: a sequence that goes with its table adds nobody who waits
  BEGIN;
  LOCK TABLE users;
  ALTER TABLE users /*|*/ALTER id SET GENERATED BY DEFAULT;
  COMMIT;
-- > ALTER TABLE
-- >
-- > Takes no lock that its transaction does not hold already.
-- > Still held: ACCESS EXCLUSIVE on table public.users, taken in line 2.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > Its locks are held until COMMIT in line 4.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: a column of the row that was to be inserted
  INSERT INTO events (at, kind) VALUES (now(), 'a') ON CONFLICT (at) DO UPDATE SET kind = EXCLUDED.ki/*|*/nd;
-- > Column events.kind
-- >
-- > May be null.
-- >
-- > kind text
-- >
-- > Made by 1_history.sql

-- hover: the function of a trigger
  CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION to/*|*/day();
-- > Function today
-- >
-- > Declared STABLE: within one statement the same arguments give the same result.

-- hover: NOT ENFORCED
-- given: 18
  ALTER TABLE users ADD CHECK (email <> '') NOT/*|*/ ENFORCED;
-- > NOT ENFORCED
-- >
-- > The constraint is written down, but no row is ever checked: neither those that are there nor new ones. No scan.
-- > For CHECK and foreign keys only. A foreign key can be made enforced later, which checks all rows.
-- >
-- > https://www.postgresql.org/docs/18/sql-altertable.html

-- hover: IF EXISTS
  DROP TABLE IF /*|*/EXISTS users;
-- > IF EXISTS
-- >
-- > Where it does not exist, PostgreSQL says so in a notice and goes on: a misspelled name is not an error.
-- >
-- > https://www.postgresql.org/docs/15/sql-droptable.html

-- hover: USING INDEX
  CREATE UNIQUE INDEX fresh ON orders (user_id);
  ALTER TABLE orders ADD CONSTRAINT one UNIQUE USING /*|*/INDEX fresh;
-- > USING INDEX: UNIQUE
-- >
-- > The index fresh becomes the index of the constraint: nothing is built.
-- > It must be a valid, unique B-tree index of plain columns in their default order, without a condition.
-- > The index is renamed to one.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: NOWAIT
  BEGIN;
  LOCK TABLE users NOWAIT/*|*/;
-- > NOWAIT
-- >
-- > Where the lock cannot be had at once, the statement fails instead of waiting: nobody queues behind it.
-- >
-- > https://www.postgresql.org/docs/15/sql-lock.html

-- hover: CASCADE of TRUNCATE
  TRUNCATE users /*|*/CASCADE;
-- > CASCADE
-- >
-- > Empties also every table with a foreign key to these, and so on from there.
-- > That takes along public.orders.
-- >
-- > https://www.postgresql.org/docs/15/sql-truncate.html

-- hover: ON DELETE CASCADE
  ALTER TABLE orders ADD COLUMN other bigint REFERENCES users ON DELETE CAS/*|*/CADE;
-- > ON DELETE CASCADE
-- >
-- > Deleting a referenced row deletes the rows that reference it, in the same transaction.
-- > Without an index on the referencing columns this table is scanned for them, once for each such row.
-- >
-- > https://www.postgresql.org/docs/15/ddl-constraints.html#DDL-CONSTRAINTS-FK

-- hover: CONCURRENTLY, of DROP INDEX
  DROP INDEX CON/*|*/CURRENTLY orders_open;
-- > CONCURRENTLY: DROP INDEX
-- >
-- > Reads and writes of the table go on: without it ACCESS EXCLUSIVE on the table stops both.
-- > Waits for the transactions that use the table before the index goes.
-- > One index for each statement, no CASCADE, and not the index of a constraint nor of a partitioned table.
-- > Cannot run inside a transaction block.
-- >
-- > https://www.postgresql.org/docs/15/sql-dropindex.html

-- hover: CONCURRENTLY, of REINDEX
  REINDEX TABLE CON/*|*/CURRENTLY orders;
-- > CONCURRENTLY: REINDEX
-- >
-- > Builds a new index beside the old one under SHARE UPDATE EXCLUSIVE, then swaps them: reads and writes go on.
-- > Reads the table twice, and waits several times for older transactions. It needs room for both indexes.
-- > When it fails, an invalid index stays: drop the one that ends in _ccnew and try again; one that ends in _ccold is the old index, and only has to be dropped.
-- > Cannot run inside a transaction block.
-- >
-- > https://www.postgresql.org/docs/15/sql-reindex.html#SQL-REINDEX-CONCURRENTLY

-- hover: CONCURRENTLY, of REFRESH MATERIALIZED VIEW
  REFRESH MATERIALIZED VIEW CON/*|*/CURRENTLY sums;
-- > CONCURRENTLY: REFRESH MATERIALIZED VIEW
-- >
-- > Takes EXCLUSIVE instead of ACCESS EXCLUSIVE: reads of the view go on. One refresh at a time.
-- > Compares the new rows with the old and applies what differs: slower than a plain refresh when much has changed.
-- > Needs a unique index on plain columns, over all rows, and a view that is filled already.
-- > A failure leaves the old rows as they were.
-- >
-- > https://www.postgresql.org/docs/15/sql-refreshmaterializedview.html

-- hover: CONCURRENTLY, of DETACH PARTITION
  ALTER TABLE events DETACH PARTITION events_old CON/*|*/CURRENTLY;
-- > CONCURRENTLY: DETACH PARTITION
-- >
-- > Takes SHARE UPDATE EXCLUSIVE instead of ACCESS EXCLUSIVE on the partitioned table: reads and writes go on.
-- > Two transactions: the first marks the partition, then it waits for all who use the partitioned table, and the second detaches it under ACCESS EXCLUSIVE on the partition alone.
-- > The partition keeps its bound as a CHECK constraint.
-- > When it is interrupted in between, the partition stays marked: DETACH PARTITION ... FINALIZE ends the work.
-- > Refused in a transaction block, and where there is a default partition.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: statement_timeout up to 12
-- given: 12
  SET statement_timeout = '1min'/*|*/;
-- > statement_timeout
-- >
-- > Ends a statement with an error when it has run that long, waits for locks included. Each statement has the whole time.
-- > An index build with CONCURRENTLY that it ends leaves an invalid index behind.
-- > Here 1min. In force to the end of the session.
-- > Up to PostgreSQL 12 statements that are sent together share it.
-- >
-- > https://www.postgresql.org/docs/12/runtime-config-client.html#GUC-STATEMENT-TIMEOUT

-- hover: a name in the body of a function
  CREATE FUNCTION touch() RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE orders SET st/*|*/ate = 'paid' WHERE id = 1;
  END $$;
-- > Column orders.state
-- >
-- > An enum: new, paid.
-- > May be null.
-- >
-- > state mood DEFAULT 'new'
-- > UNIQUE INDEX orders_open (lower(item), user_id) WHERE state = 'new'
-- >
-- > Made by 1_history.sql

-- hover: what only a newer version runs, where none is configured
-- given: no version
  ALTER TABLE users ADD COLU/*|*/MN cents numeric GENERATED ALWAYS AS ("Größe" * 100) VIRTUAL;
-- > ALTER TABLE
-- >
-- > Needs PostgreSQL 18: what follows is what that version does.
-- > ACCESS EXCLUSIVE on table public.users: reads, writes and schema changes wait.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that use the table already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/18/sql-altertable.html

-- hover: a moment that is stronger than the rest
  REINDEX TABLE/*|*/ CONCURRENTLY events;
-- > REINDEX
-- >
-- > SHARE UPDATE EXCLUSIVE on relations public.events and public.events_old: reads and writes go on; schema changes, index builds and VACUUM wait.
-- > Before that, for a moment, SHARE on table public.events_old: writes and schema changes wait; reads go on.
-- > Its own work is brief, however large the table is.
-- > It first waits for the transactions that have written to the table already; later writes queue behind it.
-- > Before it ends it waits for every older transaction of the database that could still need the old state.
-- > Cannot run inside a transaction block.
-- > Its locks are released when this statement ends.
-- >
-- > While SHARE UPDATE EXCLUSIVE is held, wait: VACUUM, CONCURRENTLY, CREATE INDEX, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, INSERT, UPDATE, DELETE.
-- >
-- > https://www.postgresql.org/docs/15/sql-reindex.html

-- hover: a lock that comes last
  ALTER/*|*/ TABLE events DETACH PARTITION events_old CONCURRENTLY;
-- > ALTER TABLE
-- >
-- > SHARE UPDATE EXCLUSIVE on partitioned table public.events: reads and writes go on; schema changes, index builds and VACUUM wait.
-- > At the end ACCESS EXCLUSIVE on table public.events_old: reads, writes and schema changes wait.
-- > Its own work is brief, however large the table is.
-- > Before it ends it waits for the transactions that use the partitioned table.
-- > Cannot run inside a transaction block.
-- > Its locks are released when this statement ends.
-- >
-- > While SHARE UPDATE EXCLUSIVE is held, wait: VACUUM, CONCURRENTLY, CREATE INDEX, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, INSERT, UPDATE, DELETE.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: an index that goes while queries run
  DROP IN/*|*/DEX CONCURRENTLY orders_open;
-- > DROP INDEX
-- >
-- > SHARE UPDATE EXCLUSIVE on table public.orders: reads and writes go on; schema changes, index builds and VACUUM wait.
-- > Drops public.orders_open.
-- > Its own work is brief, however large the table is.
-- > Before it ends it waits for the transactions that use the table.
-- > Cannot run inside a transaction block.
-- > Its locks are released when this statement ends.
-- >
-- > While SHARE UPDATE EXCLUSIVE is held, wait: VACUUM, CONCURRENTLY, CREATE INDEX, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, INSERT, UPDATE, DELETE.
-- >
-- > https://www.postgresql.org/docs/15/sql-dropindex.html

-- hover: a block that commits on the way
  DO/*|*/ $$ BEGIN FOR i IN 1..9 LOOP DELETE FROM orders WHERE id = i; COMMIT; END LOOP; END $$;
-- > DO
-- >
-- > ROW EXCLUSIVE on table public.orders: reads and writes go on; schema changes and plain index builds wait.
-- > Runs inside, in a loop: DELETE FROM orders WHERE id = i (line 1).
-- > Runs inside, in a loop: COMMIT (line 1).
-- > How long it takes depends on what it runs.
-- > Cannot run inside a transaction block.
-- > Each COMMIT or ROLLBACK in it releases the locks taken before, and its end the others.
-- >
-- > While ROW EXCLUSIVE is held, wait: CREATE INDEX, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, INSERT, UPDATE, DELETE, VACUUM, CONCURRENTLY.
-- >
-- > https://www.postgresql.org/docs/15/sql-do.html

-- hover: what triggers run
  CREATE TABLE log (at timestamptz);
  CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (now()); RETURN NULL; END';
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.item := upper(NEW.item); RETURN NEW; END';
  CREATE TRIGGER after_all AFTER UPDATE OR DELETE ON orders EXECUTE FUNCTION note();
  CREATE TRIGGER each AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note();
  CREATE TRIGGER before_each BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE TRIGGER theirs AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION audit.note_all();
  UPD/*|*/ATE orders SET item = 'A' WHERE id = 1;
-- > UPDATE
-- >
-- > ROW EXCLUSIVE on tables public.orders and public.log: reads and writes go on; schema changes and plain index builds wait.
-- > Fires triggers after_all and each: they run note, which takes ROW EXCLUSIVE on table public.log.
-- > Fires trigger before_each: it runs touch, which locks nothing.
-- > It takes as long as the rows that it reads and writes need.
-- > Its locks are released when this statement ends.
-- > What function audit.note_all does, which trigger theirs runs, is not known.
-- >
-- > While ROW EXCLUSIVE is held, wait: CREATE INDEX, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, INSERT, UPDATE, DELETE, VACUUM, CONCURRENTLY.
-- >
-- > https://www.postgresql.org/docs/15/sql-update.html

-- hover: a table that is searched for each row
  DELETE/*|*/ FROM users WHERE email = 'nobody';
-- > DELETE
-- >
-- > ROW EXCLUSIVE on tables public.users and public.orders: reads and writes go on; schema changes and plain index builds wait.
-- > Scans public.orders once for each row that is deleted: no index begins with the columns of the foreign key.
-- > Its locks are released when this statement ends.
-- >
-- > While ROW EXCLUSIVE is held, wait: CREATE INDEX, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, INSERT, UPDATE, DELETE, VACUUM, CONCURRENTLY.
-- >
-- > https://www.postgresql.org/docs/15/sql-delete.html

-- hover: tables that are emptied
  TRUNCATE/*|*/ users CASCADE;
-- > TRUNCATE TABLE
-- >
-- > ACCESS EXCLUSIVE on tables public.users and public.orders: reads, writes and schema changes wait.
-- > Empties public.users and public.orders.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that use the tables already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/15/sql-truncate.html

-- hover: a rewrite that depends on the session
  CREATE TABLE visits (at timestamp);
  ALTER/*|*/ TABLE visits ALTER at TYPE timestamptz;
-- > ALTER TABLE
-- >
-- > ACCESS EXCLUSIVE on table public.visits: reads, writes and schema changes wait.
-- > Rewrites public.visits: every row is written to new storage and every index is built again. Time and space grow with the table.
-- > It first waits for the transactions that use the table already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- > The table is taken to be rewritten: only where the session's TimeZone is UTC does every value keep its bytes.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: CASCADE that takes columns
  DROP TYPE mood CAS/*|*/CADE;
-- > CASCADE
-- >
-- > Drops also whatever depends on it, and what depends on that: views, foreign keys, defaults, functions. Without it (RESTRICT, the default) PostgreSQL refuses.
-- > As far as the migrations tell, 1 relation more: public.orders_open.
-- > A column goes too, with what is in it: public.orders.state.
-- >
-- > https://www.postgresql.org/docs/15/ddl-depend.html

-- hover: CASCADE of a partitioned table
  CREATE INDEX ON events (kind);
  DROP TABLE events CAS/*|*/CADE;
-- > CASCADE
-- >
-- > Drops also whatever depends on it, and what depends on that: views, foreign keys, defaults, functions. Without it (RESTRICT, the default) PostgreSQL refuses.
-- >
-- > https://www.postgresql.org/docs/15/ddl-depend.html

-- hover: a timeout of set_config()
  SELECT set_config('lock_/*|*/timeout', '2s', true);
-- > lock_timeout
-- >
-- > Ends a statement with an error when it has waited that long for one lock: on a table, an index, a row. Each lock that it waits for has the whole time; the work that follows is not bounded.
-- > While it waits, everybody who comes later waits behind it: this bounds how long.
-- > Here 2s. Without effect: it lasts as long as a transaction block, and none is open here.
-- >
-- > https://www.postgresql.org/docs/15/runtime-config-client.html#GUC-LOCK-TIMEOUT

-- hover: a timeout for later sessions
  ALTER ROLE app SET lock_/*|*/timeout = '2s';
-- > lock_timeout
-- >
-- > Ends a statement with an error when it has waited that long for one lock: on a table, an index, a row. Each lock that it waits for has the whole time; the work that follows is not bounded.
-- > While it waits, everybody who comes later waits behind it: this bounds how long.
-- > It takes effect in sessions that start later, not in this one.
-- >
-- > https://www.postgresql.org/docs/15/runtime-config-client.html#GUC-LOCK-TIMEOUT

-- hover: a subcommand of a statement that fails
  ALTER TABLE users ADD COLUMN age int, ADD/*|*/ COLUMN email text;
-- > ALTER TABLE
-- >
-- > PostgreSQL refuses this statement: column "email" of relation "users" already exists (42701).
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: a composite type
  CREATE TYPE pair AS (a int, b int);
  ALTER/*|*/ TYPE pair ADD ATTRIBUTE c int;
-- > ALTER TYPE
-- >
-- > ACCESS EXCLUSIVE on composite type public.pair: queries go on; other changes of the type wait, and CREATE TABLE ... OF it.
-- > Brief.
-- > Its locks are released when this statement ends.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertype.html

-- hover: a query without its rows
  CREATE/*|*/ MATERIALIZED VIEW recent AS SELECT * FROM orders WITH NO DATA;
-- > CREATE MATERIALIZED VIEW
-- >
-- > ACCESS SHARE on table public.orders: reads and writes go on; only what needs ACCESS EXCLUSIVE waits, such as DROP TABLE and most of ALTER TABLE.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS SHARE is held, wait: ALTER TABLE, DROP. Go on: everything else.
-- >
-- > https://www.postgresql.org/docs/15/sql-creatematerializedview.html

-- hover: COMMIT in a block
  DO $$ BEGIN DELETE FROM orders; COM/*|*/MIT; END $$;
-- > COMMIT
-- >
-- > Commits the transaction so far and gives back its locks. Another begins at once.
-- >
-- > https://www.postgresql.org/docs/15/sql-commit.html

-- hover: a type that changes without a rewrite
  CREATE TABLE names (short varchar(20), at timestamptz);
  ALTER TABLE/*|*/ names ALTER COLUMN short TYPE text;
-- > ALTER TABLE
-- >
-- > ACCESS EXCLUSIVE on table public.names: reads, writes and schema changes wait.
-- > From varchar(20) to text: every value keeps its bytes.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that use the table already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: one change of type among others
  CREATE TABLE names (short varchar(20), at timestamptz);
  ALTER TABLE names ALTER COLUMN short TYPE varchar(10), ALTER/*|*/ COLUMN at TYPE date USING at::date;
-- > ALTER COLUMN TYPE in ALTER TABLE
-- >
-- > ACCESS EXCLUSIVE on table public.names: reads, writes and schema changes wait.
-- > Rewrites public.names: every row is written to new storage and every index is built again. Time and space grow with the table.
-- > From timestamptz to date: every value is converted.
-- > It first waits for the transactions that use the table already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: the versions that know it
-- given: 13-16
  ALTER/*|*/ TABLE events DETACH PARTITION events_old CONCURRENTLY;
-- > ALTER TABLE
-- >
-- > PostgreSQL 13 refuses this statement: syntax error at or near "CONCURRENTLY" (42601).
-- > From PostgreSQL 14 on it runs.
-- >
-- > https://www.postgresql.org/docs/13/sql-altertable.html

-- hover: a trigger function
  CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
  CREATE TRIGGER noted AFTER DELETE ON users EXECUTE FUNCTION note();
  CREATE TRIGGER noted AFTER DELETE ON orders EXECUTE FUNCTION no/*|*/te();
-- > Function note
-- >
-- > A trigger function, run by trigger noted of users.

-- hover: a statement in a block, alone
  DO $$ BEGIN LOCK/*|*/ TABLE users IN SHARE MODE; END $$;
-- > LOCK TABLE
-- >
-- > SHARE on table public.users: writes and schema changes wait; reads go on.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that have written to the table already; later writes queue behind it.
-- > Its locks are released when the statement that runs it ends, or commits before that.
-- >
-- > While SHARE is held, wait: INSERT, UPDATE, DELETE, VACUUM, CONCURRENTLY, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, CREATE INDEX.
-- >
-- > https://www.postgresql.org/docs/15/sql-lock.html

-- hover: a new value of an enum
  ALTER TYPE/*|*/ mood ADD VALUE 'gone';
-- > ALTER TYPE
-- >
-- > Locks no relation that existed before.
-- > The new value can be used when its transaction has committed.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertype.html

-- hover: a timeout that a block sets for itself
  DO $$ BEGIN
    SET LOCAL lock_timeout = '2s';
    SET LOCAL statement_timeout = '1min';
    LOCK/*|*/ TABLE users IN SHARE MODE;
  END $$;
-- > LOCK TABLE
-- >
-- > SHARE on table public.users: writes and schema changes wait; reads go on.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that have written to the table already; later writes queue behind it.
-- > It gives up waiting after lock_timeout = 2s.
-- > Its locks are released when the statement that runs it ends, or commits before that.
-- >
-- > While SHARE is held, wait: INSERT, UPDATE, DELETE, VACUUM, CONCURRENTLY, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE, CREATE INDEX.
-- >
-- > https://www.postgresql.org/docs/15/sql-lock.html

-- hover: columns that go
  ALTER/*|*/ TABLE users DROP COLUMN "Größe" CASCADE, ADD COLUMN size int, DROP COLUMN IF EXISTS fax;
-- > ALTER TABLE
-- >
-- > ACCESS EXCLUSIVE on table public.users: reads, writes and schema changes wait.
-- > Drops columns public.users.Größe and public.users.doubled with what is in them.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that use the table already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: one of several subcommands that drops nothing
  ALTER TABLE users DROP COLUMN email CASCADE, ADD/*|*/ COLUMN size int;
-- > ADD COLUMN in ALTER TABLE
-- >
-- > ACCESS EXCLUSIVE on table public.users: reads, writes and schema changes wait.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that use the table already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html

-- hover: a type that takes columns along
  DROP/*|*/ TYPE mood CASCADE;
-- > DROP TYPE
-- >
-- > ACCESS EXCLUSIVE on table public.orders: reads, writes and schema changes wait.
-- > Drops public.orders_open.
-- > Drops column public.orders.state with what is in it.
-- > Brief, however large the table is: nothing is scanned, rewritten or built.
-- > It first waits for the transactions that use the table already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- >
-- > https://www.postgresql.org/docs/15/sql-droptype.html

-- hover: a column that is computed from one that goes
  ALTER TABLE users DROP COLUMN "Größe" CAS/*|*/CADE;
-- > CASCADE
-- >
-- > Drops also whatever depends on it, and what depends on that: views, foreign keys, defaults, functions. Without it (RESTRICT, the default) PostgreSQL refuses.
-- > A column goes too, with what is in it: public.users.doubled.
-- >
-- > https://www.postgresql.org/docs/15/ddl-depend.html

-- hover: an index is not built from the table that a foreign key is proven on
  ALTER TABLE events ADD COLUMN user_id bigint REFERENCES users, ADD PRIMARY KEY (at);
  CREATE TABLE events_new (at date NOT NULL, kind text, user_id bigint);
  /*|*/ALTER TABLE events ATTACH PARTITION events_new FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
-- > ALTER TABLE
-- >
-- > ACCESS EXCLUSIVE on table public.events_new: reads, writes and schema changes wait.
-- > SHARE ROW EXCLUSIVE on table public.users: writes and schema changes wait; reads go on.
-- > SHARE UPDATE EXCLUSIVE on partitioned table public.events: reads and writes go on; schema changes, index builds and VACUUM wait.
-- > Builds index events_new_pkey from every row of public.events_new. The time grows with the table.
-- > Scans public.users: every row is read. The time grows with the table.
-- > It first waits for the transactions that use the tables already; all who come later queue behind it.
-- > Its locks are released when this statement ends.
-- >
-- > While ACCESS EXCLUSIVE is held, wait: everything. Go on: nothing.
-- > While SHARE ROW EXCLUSIVE is held, wait: INSERT, UPDATE, DELETE, VACUUM, CONCURRENTLY, CREATE INDEX, ALTER TABLE, DROP. Go on: SELECT, SELECT FOR UPDATE.
-- >
-- > https://www.postgresql.org/docs/15/sql-altertable.html
