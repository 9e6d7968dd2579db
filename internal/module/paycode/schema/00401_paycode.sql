-- +goose Up
-- A phone that may show payment codes: handle is what a code begins with, secret what
-- its end is made from, turn_seconds how long one is shown, session the sign-in there.
CREATE TABLE paycode_key (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    handle       TEXT   NOT NULL,
    secret       BYTEA  NOT NULL,
    turn_seconds BIGINT NOT NULL,
    made_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (handle, community_id)
);
CREATE INDEX paycode_key_of_person ON paycode_key (community_id, person_id);

CREATE TABLE paycode_key_end (
    community_id BYTEA  NOT NULL,
    key_id       BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, key_id)
);

-- A code counts once. what tells a payment code from a word of consent; turn is when;
-- place_id and checkout_id are the checkout that it opened or that was consented to.
CREATE TABLE paycode_use (
    community_id BYTEA  NOT NULL,
    key_id       BYTEA  NOT NULL,
    what         TEXT   NOT NULL,
    turn         BIGINT NOT NULL,
    place_id     BYTEA  NOT NULL,
    checkout_id  BYTEA  NOT NULL,
    used_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, key_id, what, turn)
);
CREATE INDEX paycode_use_by_time ON paycode_use (community_id, used_at);

-- Wrong ends that were tried for a handle.
CREATE TABLE paycode_miss (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    handle       TEXT   NOT NULL,
    missed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX paycode_miss_of ON paycode_miss (community_id, handle, missed_at);
