-- +goose Up
CREATE TABLE invoices (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL,
  total numeric NOT NULL
);
-- guard: allow dropped-table: it goes up and down in development only

-- +goose Down
DROP TABLE invoices;
