-- +goose Up
-- A day that comes again, or a single one: a merchant day of some shops, or a member
-- day (C8, B6).
CREATE TABLE merchant_day (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    offer_kind   TEXT   NOT NULL,
    offer        TEXT   NOT NULL,
    link         TEXT   NOT NULL, -- a page of this house about the offer, "" for none
    weekday      BIGINT NOT NULL, -- 0 Sunday to 6 Saturday; -1: first_day alone
    every        BIGINT NOT NULL, -- weeks between two days
    rotate       BIGINT NOT NULL, -- 1: the shops take turns; 0: all of them each time
    first_day    BIGINT NOT NULL,
    last_day     BIGINT NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);

CREATE TABLE merchant_day_shop (
    community_id BYTEA  NOT NULL,
    rule_id      BYTEA  NOT NULL,
    n            BIGINT NOT NULL, -- its turn
    shop_id      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, rule_id, n)
);

-- It ends earlier than was planned.
CREATE TABLE merchant_day_end (
    community_id BYTEA  NOT NULL,
    rule_id      BYTEA  NOT NULL,
    last_day     BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, rule_id)
);

-- One of its days is called off, or lies on another day. The latest word counts.
CREATE TABLE merchant_day_change (
    community_id BYTEA  NOT NULL,
    rule_id      BYTEA  NOT NULL,
    day          BIGINT NOT NULL, -- as it was planned
    changed_at   BIGINT NOT NULL,
    to_day       BIGINT NOT NULL, -- -1: called off
    words        TEXT   NOT NULL,
    changed_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, rule_id, day, changed_at)
);
