-- +goose Up
-- What a person was told (the inbox). cause names what it is about, so that it is
-- told once; args is JSON, spoken in her language when she reads it.
CREATE TABLE notice (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    cause        TEXT   NOT NULL,
    place_id     BYTEA  NOT NULL,
    args         TEXT   NOT NULL,
    link         TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX notice_once ON notice (person_id, kind, cause, community_id);
CREATE INDEX notice_inbox ON notice (person_id, id, community_id);

-- A notice was read when its row is here, or when it is not after the latest upto.
CREATE TABLE notice_read (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    notice_id    BYTEA  NOT NULL,
    read_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id, notice_id)
);
CREATE TABLE notice_read_all (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    upto         BYTEA  NOT NULL,
    read_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id, upto)
);

-- What a person wished for a kind and a way; the latest row counts.
CREATE TABLE notice_wish (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    way          TEXT   NOT NULL,
    wished_at    BIGINT NOT NULL,
    wanted       BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id, kind, way, wished_at)
);

-- Her quiet hours, in minutes of the day; equal ones are none. The latest counts.
CREATE TABLE notice_quiet (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    set_at       BIGINT NOT NULL,
    begins       BIGINT NOT NULL,
    ends         BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id, set_at)
);

-- Who has signed in once: from then on she is told of purchases.
CREATE TABLE notice_reader (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    since        BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id)
);

-- How far the entries of a community's books were told.
CREATE TABLE notice_position (
    community_id BYTEA  NOT NULL,
    books_id     BYTEA  NOT NULL,
    next_seq     BIGINT NOT NULL,
    PRIMARY KEY (community_id, books_id)
);
