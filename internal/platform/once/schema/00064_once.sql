-- +goose Up
-- A form's token was used when its hash is here.
CREATE TABLE once_token (
    community_id BYTEA  NOT NULL,
    hash         BYTEA  NOT NULL,
    used_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, hash)
);
CREATE INDEX once_token_used ON once_token (used_at, community_id);
