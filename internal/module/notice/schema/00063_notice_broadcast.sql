-- +goose Up
-- Words that the operator, or another office, sends to everybody of a place.
CREATE TABLE notice_broadcast (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    place_id     BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    sender       TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    title_en     TEXT   NOT NULL,
    body_en      TEXT   NOT NULL,
    counted      BIGINT NOT NULL,
    author_id    BYTEA  NOT NULL,
    made_at      BIGINT NOT NULL,
    token        TEXT   NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX notice_broadcast_once ON notice_broadcast (token, community_id);
CREATE INDEX notice_broadcast_guard ON notice_broadcast (place_id, kind, made_at, community_id);

-- How far a broadcast has come: the last person it was told to, in order of ids.
CREATE TABLE notice_broadcast_position (
    community_id BYTEA  NOT NULL,
    broadcast_id BYTEA  NOT NULL,
    after_id     BYTEA  NOT NULL,
    told         BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, broadcast_id)
);
