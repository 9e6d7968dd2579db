-- +goose Up
-- A role that a person holds in a part of the tree (A2). subject_id is one shop,
-- household or point, empty for the whole place; held_until is 0 without a term.
CREATE TABLE access_grant (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    role         TEXT   NOT NULL,
    place_id     BYTEA  NOT NULL,
    subject_id   BYTEA  NOT NULL,
    held_from    BIGINT NOT NULL,
    held_until   BIGINT NOT NULL,
    grantor      TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    granted_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX access_grant_person ON access_grant (person_id, community_id);
CREATE INDEX access_grant_place ON access_grant (place_id, role, community_id);

-- A grant was ended before its term when its row is here.
CREATE TABLE access_grant_end (
    community_id BYTEA  NOT NULL,
    grant_id     BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    PRIMARY KEY (community_id, grant_id)
);
