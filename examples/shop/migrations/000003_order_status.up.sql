-- A constant default is stored once: nothing is rewritten.
ALTER TABLE orders ADD COLUMN status text NOT NULL DEFAULT 'open';
ALTER TABLE orders
  ADD CONSTRAINT orders_status_known CHECK (status IN ('open', 'paid', 'shipped', 'returned')) NOT VALID;
