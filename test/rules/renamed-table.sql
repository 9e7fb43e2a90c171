-- bad: beside other transactions, which have nothing against the view, and one that has
-- given: dropped-column off, renamed-column off
-- file: 0001_people.sql
  CREATE TABLE people (id bigint PRIMARY KEY, name text, age integer);
  CREATE TABLE posts (id bigint PRIMARY KEY, author text, likes integer);
-- file: 0002_users.sql
  ALTER TABLE people RENAME TO users;
--                   ^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "people"]
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);
  ALTER TABLE users RENAME COLUMN age TO years;
  ALTER TABLE posts RENAME TO notes;
--                  ^^^^^^^^^^^^^^^ warning [renamed-table: RENAME breaks running code that names table "posts"]
  ALTER TABLE notes DROP COLUMN likes;
-- fix: Leave a view with the old name
  BEGIN;
  ALTER TABLE people RENAME TO users;
  CREATE VIEW people WITH (security_invoker = true) AS SELECT * FROM users;
  COMMENT ON VIEW people IS 'DEPRECATED: it is called users';
  COMMIT;
  CREATE INDEX CONCURRENTLY users_name_idx ON users (name);
  ALTER TABLE users RENAME COLUMN age TO years;
  ALTER TABLE posts RENAME TO notes;
  ALTER TABLE notes DROP COLUMN likes;
