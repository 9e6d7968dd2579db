-- +goose Up
-- Long work that a person asked for. Chores span communities, so they live under
-- "~"; subject_id is the one community that a chore is about, or nothing.
CREATE TABLE chore (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    subject_id   BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    detail       TEXT   NOT NULL,
    asked_by     TEXT   NOT NULL,
    asked_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- What happened to it. Each stage is reached once.
CREATE TABLE chore_stage (
    community_id BYTEA  NOT NULL,
    chore_id     BYTEA  NOT NULL,
    stage        TEXT   NOT NULL,
    detail       TEXT   NOT NULL,
    reached_by   TEXT   NOT NULL,
    reached_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, chore_id, stage)
);

-- How far the present work on it is. turn grows whenever somebody takes it up, so
-- that whoever was thought dead can write no more.
CREATE TABLE chore_progress (
    community_id BYTEA  NOT NULL,
    chore_id     BYTEA  NOT NULL,
    turn         BIGINT NOT NULL,
    position     BIGINT NOT NULL,
    total        BIGINT NOT NULL,
    counts       TEXT   NOT NULL,
    begun_at     BIGINT NOT NULL,
    saved_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, chore_id)
);

-- What it found: rows of a file that were not taken, flaws of the books.
CREATE TABLE chore_finding (
    community_id BYTEA  NOT NULL,
    chore_id     BYTEA  NOT NULL,
    part         TEXT   NOT NULL,
    place        BIGINT NOT NULL,
    field        TEXT   NOT NULL,
    code         TEXT   NOT NULL,
    detail       TEXT   NOT NULL,
    PRIMARY KEY (community_id, chore_id, part, place, code, field)
);
