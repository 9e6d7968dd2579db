-- +goose Up
-- Households are the leaves of the tree of places, and live with it under the
-- pseudo-community "~"; home_id is the community that each belongs to (A1, A4).
CREATE TABLE household (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    home_id      BYTEA  NOT NULL,
    place_id     BYTEA  NOT NULL,
    ref          TEXT   NOT NULL,
    door         TEXT   NOT NULL,
    noted_at     BIGINT NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (home_id, ref, community_id)
);
CREATE INDEX household_place ON household (place_id, community_id, ref);

-- A household is no more when its row is here.
CREATE TABLE household_end (
    community_id BYTEA  NOT NULL,
    household_id BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    PRIMARY KEY (community_id, household_id)
);

-- Somebody moved in; somebody who moved out has a row in household_move_out too.
CREATE TABLE household_move_in (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    household_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    relation     TEXT   NOT NULL,
    moved_at     BIGINT NOT NULL,
    noted_at     BIGINT NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX household_move_in_person ON household_move_in (person_id, community_id);
CREATE INDEX household_move_in_household ON household_move_in (household_id, community_id);

CREATE TABLE household_move_out (
    community_id BYTEA  NOT NULL,
    residence_id BYTEA  NOT NULL,
    moved_at     BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    noted_at     BIGINT NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, residence_id)
);

-- A neighbour who speaks for a household, or a grid worker who serves it by name.
CREATE TABLE household_link (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    household_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    linked_at    BIGINT NOT NULL,
    linked_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX household_link_person ON household_link (person_id, community_id);
CREATE INDEX household_link_household ON household_link (household_id, community_id);

CREATE TABLE household_link_end (
    community_id BYTEA  NOT NULL,
    link_id      BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    PRIMARY KEY (community_id, link_id)
);
