-- Support searches the orders of a customer, newest first.
CREATE INDEX orders_customer_idx ON orders (customer_id, placed_at DESC);

-- Orders of guests were removed in release 41.
ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;

-- Two suppliers must not share an article number.
ALTER TABLE products ADD CONSTRAINT products_sku_key UNIQUE (sku);
