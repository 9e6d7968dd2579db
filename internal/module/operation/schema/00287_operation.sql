-- +goose Up
-- Who runs the platform in a community (A9); the latest version counts, all are kept.
CREATE TABLE operation_body (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    registered   TEXT   NOT NULL, -- number under which it is registered
    charter      TEXT   NOT NULL,
    contact      TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX operation_body_made ON operation_body (community_id, made_at);

-- Who is in its core team, as the public reads it.
CREATE TABLE operation_person (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    name         TEXT   NOT NULL,
    duty         TEXT   NOT NULL,
    from_day     BIGINT NOT NULL,
    until_day    BIGINT NOT NULL, -- -1: without a term
    noted_at     BIGINT NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);

CREATE TABLE operation_person_end (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    last_day     BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, person_id)
);

-- Papers of its founding.
CREATE TABLE operation_document (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    file_id      BYTEA  NOT NULL,
    added_at     BIGINT NOT NULL,
    added_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);

CREATE TABLE operation_document_off (
    community_id BYTEA  NOT NULL,
    document_id  BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    off_at       BIGINT NOT NULL,
    off_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, document_id)
);
