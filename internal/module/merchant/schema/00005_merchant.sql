-- +goose Up
CREATE TABLE merchant (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    ref          TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    industry     TEXT   NOT NULL,
    industry_zh  TEXT   NOT NULL,
    tier         BIGINT NOT NULL,
    care_pledge  BIGINT NOT NULL,
    owner_id     BYTEA  NOT NULL,
    status       TEXT   NOT NULL,
    joined_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (ref, community_id)
);
