-- +goose Up
-- Where somebody is paid: a shop, a person by pseudonym, a fund, the platform. A row is
-- what was asked for; it counts once somebody else has agreed to it.
CREATE TABLE payout_account (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    owner_kind   TEXT   NOT NULL, -- shop, person, fund, platform
    owner_id     BYTEA  NOT NULL, -- zero for the platform
    provider     TEXT   NOT NULL, -- wechat, alipay, bank
    number       TEXT   NOT NULL, -- of the account; emptied when its person is forgotten
    name         TEXT   NOT NULL, -- as the provider or the bank has it
    why          TEXT   NOT NULL,
    asked_by     BYTEA  NOT NULL,
    asked_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX payout_account_owner ON payout_account (community_id, owner_kind, owner_id, id);

CREATE TABLE payout_account_end (
    community_id BYTEA  NOT NULL,
    account_id   BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- agreed, refused, withdrawn
    words        TEXT   NOT NULL,
    ended_by     BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, account_id)
);
