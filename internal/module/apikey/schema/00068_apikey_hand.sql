-- +goose Up
-- Who made a key, and who revoked it.
CREATE TABLE apikey_hand (
    community_id BYTEA  NOT NULL,
    key_id       BYTEA  NOT NULL,
    act          TEXT   NOT NULL,
    done_by      TEXT   NOT NULL,
    done_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, key_id, act)
);
