-- +goose Up
-- A ballot of the committee, or of who stands in for it (C5). It is about something of
-- another room: subject_kind and subject_id say what.
CREATE TABLE committee_ballot (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    subject_kind TEXT   NOT NULL,
    subject_id   BYTEA  NOT NULL,
    question     TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    about_en     TEXT   NOT NULL,
    round        BIGINT NOT NULL,
    previous_id  BYTEA  NOT NULL,
    opens_at     BIGINT NOT NULL,
    closes_at    BIGINT NOT NULL,
    quorum       BIGINT NOT NULL,
    opened_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX committee_ballot_subject ON committee_ballot (community_id, subject_kind, subject_id);

CREATE TABLE committee_option (
    community_id BYTEA   NOT NULL,
    ballot_id    BYTEA   NOT NULL,
    number       BIGINT  NOT NULL,
    key_id       BYTEA   NOT NULL,
    label        TEXT    NOT NULL,
    small        BOOLEAN NOT NULL,
    since        BIGINT  NOT NULL,
    yields       BOOLEAN NOT NULL,
    PRIMARY KEY (community_id, ballot_id, number)
);

-- Who may vote, fixed when the ballot opens; who may not has the rule that says why.
CREATE TABLE committee_elector (
    community_id BYTEA NOT NULL,
    ballot_id    BYTEA NOT NULL,
    person_id    BYTEA NOT NULL,
    seat         TEXT  NOT NULL,
    rule         TEXT  NOT NULL,
    PRIMARY KEY (community_id, ballot_id, person_id)
);
CREATE INDEX committee_elector_person ON committee_elector (community_id, person_id);

-- Whom a ballot is about: who competes with them, owns them or shares a home with them
-- does not vote.
CREATE TABLE committee_concern (
    community_id BYTEA  NOT NULL,
    ballot_id    BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    person_id    BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    trade        TEXT   NOT NULL,
    PRIMARY KEY (community_id, ballot_id, number)
);

-- Who voted. No time stands here, and nothing that leads to a paper.
CREATE TABLE committee_vote (
    community_id BYTEA NOT NULL,
    ballot_id    BYTEA NOT NULL,
    person_id    BYTEA NOT NULL,
    PRIMARY KEY (community_id, ballot_id, person_id)
);

-- What was voted: papers with random numbers. All papers of a ballot are laid anew at
-- each vote, in the order of their numbers, so that neither the order of rows nor the
-- number of a transaction tells whose is whose.
CREATE TABLE committee_paper (
    community_id BYTEA  NOT NULL,
    ballot_id    BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    choice       BIGINT NOT NULL,
    PRIMARY KEY (community_id, ballot_id, number)
);

CREATE TABLE committee_result (
    community_id BYTEA  NOT NULL,
    ballot_id    BYTEA  NOT NULL,
    outcome      TEXT   NOT NULL,
    ranking      TEXT   NOT NULL,
    counts       TEXT   NOT NULL,
    votes        BIGINT NOT NULL,
    eligible     BIGINT NOT NULL,
    closed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, ballot_id)
);

-- Where a quorum failed twice: what the operator and the residents' committee say. The
-- last word of each side counts; when they agree the matter is decided.
CREATE TABLE committee_ruling (
    community_id BYTEA  NOT NULL,
    ballot_id    BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    side         TEXT   NOT NULL,
    choice       BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    ruled_at     BIGINT NOT NULL,
    ruled_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, ballot_id, id)
);
