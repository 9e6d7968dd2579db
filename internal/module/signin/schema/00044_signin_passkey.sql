-- +goose Up
-- A passkey of a person. credential is what the library keeps of it, as JSON: the
-- public key, its counter, how it was made. No secret is in it.
CREATE TABLE signin_passkey (
    community_id  BYTEA  NOT NULL,
    id            BYTEA  NOT NULL,
    person_id     BYTEA  NOT NULL,
    credential_id BYTEA  NOT NULL,
    credential    TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    made_at       BIGINT NOT NULL,
    used_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (credential_id, community_id)
);
CREATE INDEX signin_passkey_person ON signin_passkey (person_id, community_id);

-- A passkey was taken away when its row is here.
CREATE TABLE signin_passkey_end (
    community_id BYTEA  NOT NULL,
    passkey_id   BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     TEXT   NOT NULL,
    PRIMARY KEY (community_id, passkey_id)
);
