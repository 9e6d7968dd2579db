-- +goose Up
-- A place is closed when its row is here; it stays readable for ever (A1).
CREATE TABLE community_close (
    community_id BYTEA  NOT NULL,
    place_id     BYTEA  NOT NULL,
    closed_at    BIGINT NOT NULL,
    closed_by    BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    PRIMARY KEY (community_id, place_id)
);

-- What happened to a place: added, renamed, moved, closed, filled from a file.
CREATE TABLE community_change (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    place_id     BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    old_text     TEXT   NOT NULL,
    new_text     TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    changed_at   BIGINT NOT NULL,
    changed_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX community_change_place ON community_change (place_id, community_id, id);

CREATE INDEX community_place_parent ON community_place (parent_id, community_id, kind, ref);

-- A capability was switched in a community from an instant on; the latest row that
-- has begun counts (A10). It lives with the community whose it is.
CREATE TABLE community_switch (
    community_id   BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    capability     TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    effective_from BIGINT NOT NULL,
    reason         TEXT   NOT NULL,
    measured       TEXT   NOT NULL,
    switched_at    BIGINT NOT NULL,
    switched_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- What a new community is made from; a change is a new edition (T1).
CREATE TABLE community_template (
    community_id BYTEA  NOT NULL,
    ref          TEXT   NOT NULL,
    edition      BIGINT NOT NULL,
    content      TEXT   NOT NULL,
    written_at   BIGINT NOT NULL,
    written_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, ref, edition)
);
