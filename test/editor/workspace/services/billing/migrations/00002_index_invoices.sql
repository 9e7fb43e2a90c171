-- +goose Up
CREATE INDEX invoices_customer_id_idx ON invoices (customer_id);

-- +goose Down
DROP INDEX CONCURRENTLY invoices_customer_id_idx;
