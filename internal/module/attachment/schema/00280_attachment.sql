-- +goose Up
-- Files that belong to something: a picture, a document. Never changed; deleted when
-- what they belong to is forgotten.
CREATE TABLE attachment (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- image/jpeg, application/pdf
    name         TEXT   NOT NULL,
    size         BIGINT NOT NULL,
    hash         BYTEA  NOT NULL, -- SHA-256 of the content
    content      BYTEA  NOT NULL,
    added_at     BIGINT NOT NULL,
    added_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
