-- +goose Up
-- The generations of a community's evidence log: a new one begins only after a
-- restore that lost entries which had been signed (docs/adr/0007).
CREATE TABLE ledger_log (
    community_id BYTEA  NOT NULL,
    generation   BIGINT NOT NULL,
    origin       TEXT   NOT NULL,
    verifier     TEXT   NOT NULL,
    begun_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, generation)
);
