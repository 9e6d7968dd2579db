-- +goose Up
-- A call for people 招贤令 (A6). It lies with the people who answer it, under "~".
CREATE TABLE recruit_call (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    home_id      BYTEA  NOT NULL, -- the community that calls
    role         TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    conditions   TEXT   NOT NULL,
    wanted       BIGINT NOT NULL,
    months       BIGINT NOT NULL, -- term of the appointment
    until_at     BIGINT NOT NULL,
    reopens_id   BYTEA  NOT NULL, -- an earlier call that found nobody, or sixteen zeros
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX recruit_call_home ON recruit_call (home_id, community_id, made_at);

CREATE TABLE recruit_call_end (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, call_id)
);

CREATE TABLE recruit_application (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    named        BIGINT NOT NULL, -- 1: her name may stand in the result
    applied_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX recruit_application_call ON recruit_application (call_id, community_id, applied_at);
CREATE INDEX recruit_application_person ON recruit_application (person_id, community_id, applied_at);

-- What those who review it wrote, and when they want to talk.
CREATE TABLE recruit_note (
    community_id   BYTEA  NOT NULL,
    application_id BYTEA  NOT NULL,
    noted_at       BIGINT NOT NULL,
    words          TEXT   NOT NULL,
    interview_at   BIGINT NOT NULL, -- 0: none
    noted_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, application_id, noted_at)
);

-- How it ended, once.
CREATE TABLE recruit_answer (
    community_id   BYTEA  NOT NULL,
    application_id BYTEA  NOT NULL,
    answer         TEXT   NOT NULL,
    words          TEXT   NOT NULL,
    answered_at    BIGINT NOT NULL,
    answered_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, application_id)
);
