-- +goose Up
-- People belong to no community. phone is the whole number with country code, the
-- empty text where none is known; erasure empties a row and leaves the id.
CREATE TABLE person (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    name         TEXT   NOT NULL,
    address_form TEXT   NOT NULL,
    phone        TEXT   NOT NULL,
    birth_year   BIGINT NOT NULL,
    lang         TEXT   NOT NULL,
    theme        TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX person_phone ON person (phone, community_id) WHERE phone <> '';

-- The memberships of a person: the references under which the communities know her.
CREATE TABLE person_member (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    member_ref   TEXT   NOT NULL,
    home_id      BYTEA  NOT NULL,
    linked_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id, member_ref),
    UNIQUE (member_ref, community_id)
);
