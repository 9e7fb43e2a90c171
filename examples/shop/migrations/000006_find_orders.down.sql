ALTER TABLE products DROP CONSTRAINT products_sku_key;
ALTER TABLE orders ALTER COLUMN customer_id DROP NOT NULL;
DROP INDEX orders_customer_idx;
