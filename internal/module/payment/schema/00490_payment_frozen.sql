-- +goose Up
-- Payments on shops' accounts of which the provider still holds something: a row comes
-- with the money and goes when what is left is released to its shop, so that whoever
-- plans shares reads these and nothing else.
CREATE TABLE payment_frozen (
    community_id BYTEA  NOT NULL,
    payment_id   BYTEA  NOT NULL,
    provider     TEXT   NOT NULL,
    shop_id      BYTEA  NOT NULL, -- whose account it is
    paid_at      BIGINT NOT NULL, -- the provider's time
    PRIMARY KEY (community_id, payment_id)
);
CREATE INDEX payment_frozen_by_time ON payment_frozen (community_id, provider, paid_at, payment_id);
