-- +goose Up
-- A call for nominations: which honour, for what, what it carries, until when people
-- nominate and vote (B8).
CREATE TABLE honour_call (
    community_id   BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    year           BIGINT NOT NULL,
    kind           TEXT   NOT NULL,
    title          TEXT   NOT NULL,
    criteria       TEXT   NOT NULL,
    winners        BIGINT NOT NULL,
    cash           BIGINT NOT NULL, -- fen, each
    points         BIGINT NOT NULL, -- each
    goods          TEXT   NOT NULL,
    jury_rate      BIGINT NOT NULL, -- of the result, parts per million
    nominate_until BIGINT NOT NULL,
    vote_until     BIGINT NOT NULL,
    opened_by      BYTEA  NOT NULL,
    opened_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX honour_call_year ON honour_call (community_id, year, id);

CREATE TABLE honour_call_end (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- counted, cancelled
    words        TEXT   NOT NULL,
    ended_by     BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, call_id)
);

-- Who judges beside the members, where the call says so.
CREATE TABLE honour_juror (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, call_id, person_id)
);

-- A member or a shop that somebody nominated; no is its number on the ballot.
CREATE TABLE honour_nominee (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    nominee_id   BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- member, merchant
    no           BIGINT NOT NULL,
    PRIMARY KEY (community_id, call_id, nominee_id)
);
CREATE INDEX honour_nominee_of ON honour_nominee (community_id, nominee_id, call_id);

CREATE TABLE honour_nomination (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    nominee_id   BYTEA  NOT NULL,
    nominator_id BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    nominated_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, call_id, nominee_id, nominator_id)
);
CREATE INDEX honour_nomination_by ON honour_nomination (community_id, nominator_id, id);

CREATE TABLE honour_withdrawal (
    community_id  BYTEA  NOT NULL,
    nomination_id BYTEA  NOT NULL,
    withdrawn_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, nomination_id)
);

-- Whether a nominee stands, and whether her name is shown; the latest answer counts.
CREATE TABLE honour_answer (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    nominee_id   BYTEA  NOT NULL,
    no           BIGINT NOT NULL,
    answer       TEXT   NOT NULL, -- named, unnamed, declined
    answered_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, call_id, nominee_id, no)
);

CREATE TABLE honour_screening (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    nominee_id   BYTEA  NOT NULL,
    verdict      TEXT   NOT NULL, -- admitted, refused
    words        TEXT   NOT NULL,
    screened_by  BYTEA  NOT NULL,
    screened_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, call_id, nominee_id)
);

-- One member, one vote; a changed one is a new row, the latest counts.
CREATE TABLE honour_vote (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    voter_id     BYTEA  NOT NULL,
    no           BIGINT NOT NULL,
    nominee_id   BYTEA  NOT NULL,
    jury         BIGINT NOT NULL, -- 1: voter_id is a juror, a person
    voted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, call_id, voter_id, no)
);

CREATE TABLE honour_result (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    nominee_id   BYTEA  NOT NULL,
    place        BIGINT NOT NULL, -- from 1
    votes        BIGINT NOT NULL,
    jury_votes   BIGINT NOT NULL,
    score        BIGINT NOT NULL, -- parts per million
    honoured     TEXT   NOT NULL, -- yes, no
    PRIMARY KEY (community_id, call_id, nominee_id)
);

-- An honour was handed over, with the entries that paid what it carries (−1: none).
CREATE TABLE honour_award (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    nominee_id   BYTEA  NOT NULL,
    cash_seq     BIGINT NOT NULL,
    points_seq   BIGINT NOT NULL,
    given_by     BYTEA  NOT NULL,
    given_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, call_id, nominee_id)
);

-- The annual ceremony of a year; the latest row is what is announced.
CREATE TABLE honour_ceremony (
    community_id BYTEA  NOT NULL,
    year         BIGINT NOT NULL,
    no           BIGINT NOT NULL,
    title        TEXT   NOT NULL,
    place        TEXT   NOT NULL,
    starts_at    BIGINT NOT NULL,
    programme    TEXT   NOT NULL,
    announced_by BYTEA  NOT NULL,
    announced_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, year, no)
);
