-- +goose Up
-- The tree city → street → community → grid → building; it belongs to no
-- community and lives under the pseudo-community "~" (A1, T2).
CREATE TABLE community_place (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    parent_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    ref          TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (ref, community_id)
);
