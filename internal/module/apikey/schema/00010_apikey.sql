-- +goose Up
-- Keys of programs. The secret itself is stored nowhere.
CREATE TABLE apikey (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    name         TEXT   NOT NULL,
    hash         BYTEA  NOT NULL,
    scope        TEXT   NOT NULL,
    per_second   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- A key is revoked when its row is here.
CREATE TABLE apikey_revocation (
    community_id BYTEA  NOT NULL,
    key_id       BYTEA  NOT NULL,
    revoked_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, key_id)
);

-- What instances of one installation share: the secret with which they trust
-- each other's forwarded requests.
CREATE TABLE apikey_peer (
    community_id BYTEA NOT NULL PRIMARY KEY,
    secret       BYTEA NOT NULL
);
