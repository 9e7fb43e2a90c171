ALTER TABLE customers ADD COLUMN preferences jsonb NOT NULL DEFAULT '{}';
DROP TABLE customer_preferences;
