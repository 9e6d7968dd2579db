-- +goose Up
-- What the books of a benchmark know to have moved through a provider.
CREATE TABLE bench_payment (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    amount       BIGINT NOT NULL,
    paid_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX bench_payment_by_time ON bench_payment (community_id, paid_at, id);
