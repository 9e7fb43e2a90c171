-- Preferences leave the JSON column: one row for each setting of a customer.
CREATE TABLE customer_preferences (
  customer_id bigint NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  setting text NOT NULL,
  value text,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (customer_id, setting)
);
CREATE INDEX customer_preferences_setting_idx ON customer_preferences (setting, value);

INSERT INTO customer_preferences (customer_id, setting, value)
SELECT customers.id, entry.key, entry.value
FROM customers, jsonb_each_text(customers.preferences) AS entry;

ALTER TABLE customers DROP COLUMN preferences;
