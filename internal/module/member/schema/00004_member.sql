-- +goose Up
-- A person's membership in one community. id is a random pseudonym and stands in
-- the evidence; ref and person_id are the link that erasure removes. A row whose
-- home is another community is a copy, kept up to date by version.
CREATE TABLE member (
    community_id   BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    ref            TEXT   NOT NULL,
    person_id      BYTEA  NOT NULL,
    home_id        BYTEA  NOT NULL,
    standing       TEXT   NOT NULL,
    level          BIGINT NOT NULL,
    leader_id      BYTEA  NOT NULL,
    version        BIGINT NOT NULL,
    joined_at      BIGINT NOT NULL,
    age_band       TEXT   NOT NULL,
    household_size TEXT   NOT NULL,
    kids           TEXT   NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (ref, community_id)
);

-- Where a reference is at home; lives under "~", so that a reference is one
-- person in the whole installation.
CREATE TABLE member_directory (
    community_id BYTEA NOT NULL,
    ref          TEXT  NOT NULL,
    home_id      BYTEA NOT NULL,
    PRIMARY KEY (community_id, ref)
);
