-- +goose Up
-- A cross-shop voucher (E1). It is promotional, never sold.
CREATE TABLE promotion_voucher (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    ref          TEXT   NOT NULL,
    issuer_id    BYTEA  NOT NULL,
    target_id    BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    amount       BIGINT NOT NULL,
    sharers      TEXT   NOT NULL,
    claim_id     BYTEA  NOT NULL,
    issued_at    BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (ref, community_id)
);

-- What happened to vouchers, in order: used by a purchase, returned by a refund
-- (then with the expiry that holds from there on).
CREATE TABLE promotion_voucher_event (
    community_id BYTEA  NOT NULL,
    voucher_id   BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    what         TEXT   NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, voucher_id, seq)
);

-- A recommended buyer B's purchase to come (settlement.md, "A claim").
CREATE TABLE promotion_claim (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    recommender_id BYTEA NOT NULL,
    member_id    BYTEA  NOT NULL,
    target_id    BYTEA  NOT NULL,
    made_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX promotion_claim_member ON promotion_claim (member_id, community_id);

CREATE TABLE promotion_claim_use (
    community_id BYTEA  NOT NULL,
    claim_id     BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    PRIMARY KEY (community_id, claim_id)
);

-- Under which reference a recommendation was recorded: who asks again gets the
-- claim that was made first.
CREATE TABLE promotion_recommendation (
    community_id BYTEA  NOT NULL,
    ref          TEXT   NOT NULL,
    claim_id     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, ref)
);
