-- +goose Up
-- The desk was reminded of a month that nobody had reported.
CREATE TABLE project_reminder (
    community_id BYTEA  NOT NULL,
    contract_id  BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    reminded_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, contract_id, month)
);
