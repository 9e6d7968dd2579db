-- +goose Up
-- How much of a leader's monthly cap S-08 has used (B4).
CREATE TABLE settlement_cap (
    community_id BYTEA  NOT NULL,
    leader_id    BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    used         BIGINT NOT NULL,
    PRIMARY KEY (community_id, leader_id, month)
);

-- The refunds of a purchase, in order.
CREATE TABLE settlement_refund (
    community_id BYTEA  NOT NULL,
    purchase_seq BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    amount       BIGINT NOT NULL,
    PRIMARY KEY (community_id, purchase_seq, seq)
);
