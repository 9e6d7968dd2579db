-- +goose Up
-- An order whose place the shop's staff gave up again, and the entry by which the pool took
-- its share of it back (T-06R).
CREATE TABLE shortage_order_end (
    community_id  BYTEA  NOT NULL,
    assignment_id BYTEA  NOT NULL,
    seq           BIGINT NOT NULL,
    ended_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, assignment_id)
);
