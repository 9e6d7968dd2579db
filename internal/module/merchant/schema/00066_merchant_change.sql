-- +goose Up
-- Each change of a shop's terms, with what stood before: who, when and why (C2).
CREATE TABLE merchant_change (
    community_id  BYTEA  NOT NULL,
    id            BYTEA  NOT NULL,
    merchant_id   BYTEA  NOT NULL,
    tier_before   BIGINT NOT NULL,
    tier          BIGINT NOT NULL,
    pledge_before BIGINT NOT NULL,
    pledge        BIGINT NOT NULL,
    status_before TEXT   NOT NULL,
    status        TEXT   NOT NULL,
    reason        TEXT   NOT NULL,
    changed_by    TEXT   NOT NULL,
    changed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX merchant_change_of ON merchant_change (community_id, merchant_id, id);
