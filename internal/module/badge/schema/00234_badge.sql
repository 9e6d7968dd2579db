-- +goose Up
-- The key with which a community signs its coins. It never leaves this table.
CREATE TABLE badge_key (
    community_id BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    secret       BYTEA  NOT NULL,
    made_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, number)
);

-- A batch of coins of one design; its coins are numbered from 1 to count. shop_id is
-- the only shop that takes them, empty: every shop. until_day 0: without an end.
CREATE TABLE badge_batch (
    community_id BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    design       TEXT   NOT NULL,
    goods        TEXT   NOT NULL,
    count        BIGINT NOT NULL,
    cost         BIGINT NOT NULL,
    workshop     TEXT   NOT NULL,
    shop_id      BYTEA  NOT NULL,
    until_day    BIGINT NOT NULL,
    key_number   BIGINT NOT NULL,
    minted_on    BIGINT NOT NULL,
    minted_by    TEXT   NOT NULL,
    minted_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, number)
);

-- What happened to a coin, in order: given, redeemed, lost, void. A coin without an
-- event lies in stock. holder_id is the member to whom it was given, empty: at an event
-- or to somebody unknown. seq is the entry that paid the shop, -1 otherwise.
CREATE TABLE badge_event (
    community_id BYTEA  NOT NULL,
    batch        BIGINT NOT NULL,
    coin         BIGINT NOT NULL,
    n            BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    holder_id    BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    other_batch  BIGINT NOT NULL,
    other_coin   BIGINT NOT NULL,
    done_by      TEXT   NOT NULL,
    done_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, batch, coin, n)
);
CREATE INDEX badge_event_of_holder ON badge_event (community_id, holder_id, batch, coin);
CREATE INDEX badge_event_of_shop ON badge_event (community_id, shop_id, done_at);
