-- +goose Up
-- What a person allowed, purpose by purpose, under the words of that version (A7).
CREATE TABLE privacy_consent (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    purpose      TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    how          TEXT   NOT NULL,
    given_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX privacy_consent_person ON privacy_consent (person_id, community_id);

-- A consent was withdrawn when its row is here.
CREATE TABLE privacy_withdrawal (
    community_id BYTEA  NOT NULL,
    consent_id   BYTEA  NOT NULL,
    withdrawn_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, consent_id)
);

-- Who looked at what of a person, and why.
CREATE TABLE privacy_read (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    subject_id   BYTEA  NOT NULL,
    reader_id    BYTEA  NOT NULL,
    role         TEXT   NOT NULL,
    what         TEXT   NOT NULL,
    why          TEXT   NOT NULL,
    read_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX privacy_read_subject ON privacy_read (subject_id, community_id);

-- A person asked to be forgotten; it is done when it is due, or was taken back.
CREATE TABLE privacy_erasure (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    asked_at     BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX privacy_erasure_due ON privacy_erasure (community_id, due_at);

CREATE TABLE privacy_erasure_end (
    community_id BYTEA  NOT NULL,
    erasure_id   BYTEA  NOT NULL,
    how          TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, erasure_id)
);
