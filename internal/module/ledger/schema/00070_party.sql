-- +goose Up
-- Whom an entry concerns: members and shops that it touches, or that its facts
-- name. Derived after the commit; with it somebody's entries of a day, a month or a
-- year are found without reading those of others.
CREATE TABLE ledger_party (
    community_id BYTEA  NOT NULL,
    owner_id     BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    PRIMARY KEY (community_id, owner_id, day, seq)
);
