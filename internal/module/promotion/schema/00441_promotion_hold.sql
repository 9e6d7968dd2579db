-- +goose Up
-- A voucher that a checkout holds (D1): until it is freed, or its time is over, no
-- other purchase may use it.
CREATE TABLE promotion_voucher_hold (
    community_id BYTEA  NOT NULL,
    voucher_id   BYTEA  NOT NULL,
    by_id        BYTEA  NOT NULL, -- the checkout
    held_at      BIGINT NOT NULL,
    until        BIGINT NOT NULL,
    freed_at     BIGINT NOT NULL, -- 0: it was not
    PRIMARY KEY (community_id, voucher_id, by_id)
);
CREATE INDEX promotion_voucher_hold_by ON promotion_voucher_hold (community_id, by_id);
