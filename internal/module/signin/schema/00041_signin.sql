-- +goose Up
-- A browser's way through sign-in: which number it named, what it has shown so far.
-- Only the hash of the token in its cookie is kept; data is JSON. A step that is
-- done takes the row away, so that no step is done twice.
CREATE TABLE signin_visit (
    community_id BYTEA  NOT NULL,
    token_hash   BYTEA  NOT NULL,
    data         TEXT   NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, token_hash)
);
CREATE INDEX signin_visit_over ON signin_visit (expires_at, community_id);

-- One-time codes, hashed with a secret of the row. client is the network address
-- that asked, for throttling; rows are dropped after two days.
CREATE TABLE signin_code (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    phone        TEXT   NOT NULL,
    client       TEXT   NOT NULL,
    secret       BYTEA  NOT NULL,
    hash         BYTEA  NOT NULL,
    sent_at      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX signin_code_phone ON signin_code (phone, sent_at, community_id);
CREATE INDEX signin_code_client ON signin_code (client, sent_at, community_id);
CREATE INDEX signin_code_sent ON signin_code (sent_at, community_id);

-- A wrong try of a code.
CREATE TABLE signin_miss (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    code_id      BYTEA  NOT NULL,
    phone        TEXT   NOT NULL,
    client       TEXT   NOT NULL,
    missed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX signin_miss_phone ON signin_miss (phone, missed_at, community_id);
CREATE INDEX signin_miss_client ON signin_miss (client, missed_at, community_id);
CREATE INDEX signin_miss_over ON signin_miss (missed_at, community_id);

-- A code was used when its row is here; there is one winner.
CREATE TABLE signin_code_use (
    community_id BYTEA  NOT NULL,
    code_id      BYTEA  NOT NULL,
    phone        TEXT   NOT NULL,
    used_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, code_id)
);
CREATE INDEX signin_code_use_phone ON signin_code_use (phone, used_at, community_id);
CREATE INDEX signin_code_use_over ON signin_code_use (used_at, community_id);

-- Somebody is signed in on a device. used_at is noted at most once an hour; the
-- device is named from fixed lists and by a shortened address.
CREATE TABLE signin_session (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    token_hash   BYTEA  NOT NULL,
    way          TEXT   NOT NULL,
    browser      TEXT   NOT NULL,
    system       TEXT   NOT NULL,
    network      TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    used_at      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (token_hash, community_id)
);
CREATE INDEX signin_session_person ON signin_session (person_id, community_id);

-- A session ended before its term when its row is here.
CREATE TABLE signin_session_end (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    PRIMARY KEY (community_id, session_id)
);

-- To which edition of the house rules and the privacy notice a person has agreed.
CREATE TABLE signin_agreement (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    edition      TEXT   NOT NULL,
    agreed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id, edition)
);
