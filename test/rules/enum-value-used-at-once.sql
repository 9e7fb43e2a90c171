-- good: another type has the name by then
-- given: postgres 15, golang-migrate, column-type-rewrite off
-- file: 1_accounts.up.sql
  CREATE TYPE role AS ENUM ('admin', 'member');
  CREATE TABLE accounts (id bigint PRIMARY KEY, role role);
-- file: 2_roles.up.sql
  ALTER TYPE role ADD VALUE 'owner';
  CREATE TYPE new_role AS ENUM ('admin', 'member', 'owner');
  ALTER TABLE accounts ALTER COLUMN role TYPE new_role USING role::text::new_role;
  DROP TYPE role;
  ALTER TYPE new_role RENAME TO role;
  INSERT INTO accounts (id, role) VALUES (1, 'owner');

-- bad: the type still has it
-- given: postgres 15, golang-migrate
-- file: 1_accounts.up.sql
  CREATE TYPE role AS ENUM ('admin', 'member');
  CREATE TABLE accounts (id bigint PRIMARY KEY, role role);
-- file: 2_roles.up.sql
  ALTER TYPE role ADD VALUE 'owner';
  CREATE TYPE new_role AS ENUM ('admin', 'member', 'owner');
  UPDATE accounts SET role = 'owner' WHERE id = 1;
--                           ^^^^^^^ error [enum-value-used-at-once: value "owner" of enum type "role" is new in this transaction: it cannot be used before COMMIT]
-- fix: Run it in a new migration
  ALTER TYPE role ADD VALUE 'owner';
  CREATE TYPE new_role AS ENUM ('admin', 'member', 'owner');
-- file: 3_use_new_value_in_accounts.up.sql
  UPDATE accounts SET role = 'owner' WHERE id = 1;
