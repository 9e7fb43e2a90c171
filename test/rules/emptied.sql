-- good: a table that the transaction has emptied has no rows to read or to write
-- file: 0001_words.sql
  CREATE TABLE languages (id bigint PRIMARY KEY);
  CREATE TABLE words (id bigint, language bigint, word text NOT NULL, price integer);
-- file: 0002_again.sql
  BEGIN;
  TRUNCATE words;
  INSERT INTO words (id, language, word) VALUES (1, NULL, 'one'), (2, NULL, 'two');
  ALTER TABLE words ALTER COLUMN price TYPE numeric USING price / 100.0;
  ALTER TABLE words ALTER COLUMN id SET NOT NULL;
  ALTER TABLE words ADD PRIMARY KEY (id);
  ALTER TABLE words ADD UNIQUE (word);
  ALTER TABLE words ADD CHECK (price > 0);
  ALTER TABLE words ADD FOREIGN KEY (language) REFERENCES languages;
  ALTER TABLE words ADD COLUMN token uuid DEFAULT gen_random_uuid();
  CREATE INDEX ON words (language);
  CREATE INDEX ON words (lower(word));
  UPDATE words SET price = 1;
  COMMIT;

-- bad: rows that came back
-- file: 0001_words.sql
  CREATE TABLE words (id bigint PRIMARY KEY, word text);
  CREATE TABLE old_words (id bigint PRIMARY KEY, word text);
-- file: 0002_again.sql
  BEGIN;
  TRUNCATE words;
--         ^^^^^ information [truncated-table: TRUNCATE deletes all rows of table "words"]
  INSERT INTO words SELECT id, word FROM old_words WHERE id > 10;
  ALTER TABLE words ALTER COLUMN word SET NOT NULL;
--                                    ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "words": reads and writes wait until every row is checked]
  COMMIT;
-- fix: Add a CHECK NOT VALID, and set NOT NULL when it is validated after COMMIT
  BEGIN;
  TRUNCATE words;
  INSERT INTO words SELECT id, word FROM old_words WHERE id > 10;
  ALTER TABLE words ADD CONSTRAINT words_word_not_null_check CHECK (word IS NOT NULL) NOT VALID;
  COMMIT;
  ALTER TABLE words VALIDATE CONSTRAINT words_word_not_null_check;
  ALTER TABLE words ALTER COLUMN word SET NOT NULL;
  ALTER TABLE words DROP CONSTRAINT words_word_not_null_check;

-- bad: rows that a function or a block may have brought back
-- file: 0001_words.sql
  CREATE TABLE words (id bigint PRIMARY KEY, word text);
-- file: 0002_function.sql
  BEGIN;
  TRUNCATE words;
--         ^^^^^ warning [truncated-table: TRUNCATE deletes all rows of table "words"]
  SELECT load_words();
  ALTER TABLE words ALTER COLUMN word SET NOT NULL;
--                                    ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "words": reads and writes wait until every row is checked]
  COMMIT;
-- fix: Add a CHECK NOT VALID, and set NOT NULL when it is validated after COMMIT
  BEGIN;
  TRUNCATE words;
  SELECT load_words();
  ALTER TABLE words ADD CONSTRAINT words_word_not_null_check CHECK (word IS NOT NULL) NOT VALID;
  COMMIT;
  ALTER TABLE words VALIDATE CONSTRAINT words_word_not_null_check;
  ALTER TABLE words ALTER COLUMN word SET NOT NULL;
  ALTER TABLE words DROP CONSTRAINT words_word_not_null_check;

-- bad: another table that gets the name
-- file: 0001_words.sql
  CREATE TABLE words (id bigint PRIMARY KEY, word text);
  CREATE TABLE old_words (id bigint PRIMARY KEY, word text);
-- file: 0002_swap.sql
  BEGIN;
  TRUNCATE words;
--         ^^^^^ warning [truncated-table: TRUNCATE deletes all rows of table "words"]
  ALTER TABLE words RENAME TO words_gone;
  ALTER TABLE old_words RENAME TO words;
  ALTER TABLE words ALTER COLUMN word SET NOT NULL;
--                                    ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "words": reads and writes wait until every row is checked]
  COMMIT;
-- fix: Add a CHECK NOT VALID, and set NOT NULL when it is validated after COMMIT
  BEGIN;
  TRUNCATE words;
  ALTER TABLE words RENAME TO words_gone;
  ALTER TABLE old_words RENAME TO words;
  ALTER TABLE words ADD CONSTRAINT words_word_not_null_check CHECK (word IS NOT NULL) NOT VALID;
  COMMIT;
  ALTER TABLE words VALIDATE CONSTRAINT words_word_not_null_check;
  ALTER TABLE words ALTER COLUMN word SET NOT NULL;
  ALTER TABLE words DROP CONSTRAINT words_word_not_null_check;

-- bad: others may write again when the TRUNCATE has committed
-- file: 0001_words.sql
  CREATE TABLE words (id bigint PRIMARY KEY, word text);
-- file: 0002_truncate.sql
  BEGIN;
  TRUNCATE words;
--         ^^^^^ warning [truncated-table: TRUNCATE deletes all rows of table "words"]
  COMMIT;
  ALTER TABLE words ALTER COLUMN word SET NOT NULL;
--                                    ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "words": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  BEGIN;
  TRUNCATE words;
  COMMIT;
  ALTER TABLE words ADD CONSTRAINT words_word_not_null_check CHECK (word IS NOT NULL) NOT VALID;
  ALTER TABLE words VALIDATE CONSTRAINT words_word_not_null_check;
  ALTER TABLE words ALTER COLUMN word SET NOT NULL;
  ALTER TABLE words DROP CONSTRAINT words_word_not_null_check;

-- good: a table of the same migration
-- file: 0001_words.sql
  CREATE TABLE words (id bigint PRIMARY KEY, word text);
  TRUNCATE words;
  ALTER TABLE words ALTER COLUMN word SET NOT NULL;

-- bad: a new column that a function may fill
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY);
-- file: 0002_plan.sql
  ALTER TABLE users ADD COLUMN plan text;
  SELECT fill_plans();
  ALTER TABLE users ALTER COLUMN plan SET NOT NULL;
--                                    ^^^^^^^^^^^^ error [not-null-scan: SET NOT NULL takes ACCESS EXCLUSIVE on table "users": reads and writes wait until every row is checked]
-- fix: Prove it with a CHECK that is validated first
  ALTER TABLE users ADD COLUMN plan text;
  SELECT fill_plans();
  ALTER TABLE users ADD CONSTRAINT users_plan_not_null_check CHECK (plan IS NOT NULL) NOT VALID;
  ALTER TABLE users VALIDATE CONSTRAINT users_plan_not_null_check;
  ALTER TABLE users ALTER COLUMN plan SET NOT NULL;
  ALTER TABLE users DROP CONSTRAINT users_plan_not_null_check;

-- bad: rows that ROLLBACK TO SAVEPOINT brings back
-- given: truncated-table off
-- file: 0001_words.sql
  CREATE TABLE words (id bigint PRIMARY KEY, word text);
-- file: 0002_again.sql
  BEGIN;
  SAVEPOINT before;
  TRUNCATE words;
  ROLLBACK TO SAVEPOINT before;
  CREATE INDEX words_word_idx ON words (word);
--^^^^^^^^^^^^ error [index-without-concurrently: CREATE INDEX takes SHARE on table "words": INSERT, UPDATE and DELETE wait until the index is built]
  COMMIT;
-- fix: Build the index concurrently after COMMIT
  BEGIN;
  SAVEPOINT before;
  TRUNCATE words;
  ROLLBACK TO SAVEPOINT before;
  COMMIT;
  CREATE INDEX CONCURRENTLY words_word_idx ON words (word);
