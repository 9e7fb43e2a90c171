-- bad: in the place of another, with a name that leaves no room for another
-- file: 0001_users.sql
  CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, tenant bigint NOT NULL);
  ALTER TABLE users ADD CONSTRAINT users_have_one_address_for_each_tenant_of_our_shop_but_not_more UNIQUE (email);
-- file: 0002_key.sql
  ALTER TABLE users
    DROP CONSTRAINT users_have_one_address_for_each_tenant_of_our_shop_but_not_more,
    ADD CONSTRAINT users_have_one_address_for_each_tenant_of_our_shop_but_not_more UNIQUE (email, tenant);
--                                                                                 ^^^^^^ error [unique-constraint-builds-index: ADD UNIQUE takes ACCESS EXCLUSIVE on table "users": reads and writes wait until the index is built]
-- fix: Build the index concurrently, then exchange the constraints
  CREATE UNIQUE INDEX CONCURRENTLY users_have_one_address_for_each_tenant_of_our_shop_but_not__new ON users (email, tenant);
  ALTER TABLE users
    DROP CONSTRAINT users_have_one_address_for_each_tenant_of_our_shop_but_not_more,
    ADD CONSTRAINT users_have_one_address_for_each_tenant_of_our_shop_but_not_more UNIQUE USING INDEX users_have_one_address_for_each_tenant_of_our_shop_but_not__new;
