-- +goose Up
-- Who writes a community (PostgreSQL). The fence grows with every change of
-- owner; batch counts the commits, so that a lost answer can be looked up.
CREATE TABLE writer (
    community_id BYTEA  NOT NULL PRIMARY KEY,
    owner_id     BYTEA  NOT NULL,
    address      TEXT   NOT NULL,
    fence        BIGINT NOT NULL,
    batch        BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

-- Work to be done after the commit, at least once (docs/adr/0001).
CREATE TABLE outbox (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    payload      TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
