-- +goose Up
-- Editions of trades that operators made (C1); the house comes with some in its
-- program. They live under the pseudo-community "~".
CREATE TABLE alliance_trade (
    community_id BYTEA   NOT NULL,
    code         TEXT    NOT NULL,
    version      BIGINT  NOT NULL,
    parent       TEXT    NOT NULL,
    name_zh      TEXT    NOT NULL,
    name_en      TEXT    NOT NULL,
    need         TEXT    NOT NULL,
    rivals       BOOLEAN NOT NULL,
    retired      BOOLEAN NOT NULL,
    reason       TEXT    NOT NULL,
    changed_at   BIGINT  NOT NULL,
    changed_by   BYTEA   NOT NULL,
    PRIMARY KEY (community_id, code, version)
);

-- Which trade a shop has, where somebody said so; the last row counts.
CREATE TABLE alliance_shop_trade (
    community_id BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    code         TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    assigned_at  BIGINT NOT NULL,
    assigned_by  BYTEA  NOT NULL,
    PRIMARY KEY (community_id, merchant_id, id)
);

-- Shops whose trade the tree does not know, until somebody says which it is.
CREATE TABLE alliance_unknown (
    community_id BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    code         TEXT   NOT NULL,
    name_zh      TEXT   NOT NULL,
    noted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, merchant_id)
);

CREATE TABLE alliance_unknown_end (
    community_id BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    code         TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, merchant_id)
);
