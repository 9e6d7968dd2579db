-- +goose Up
CREATE TABLE policy_version (
    community_id   BYTEA  NOT NULL,
    number         BIGINT NOT NULL,
    code           TEXT   NOT NULL,
    effective_from BIGINT NOT NULL,
    author         TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    proposed_at    BIGINT NOT NULL,
    params         TEXT   NOT NULL,
    PRIMARY KEY (community_id, number)
);
