-- +goose Up
-- A quarter's score (C6). body is what was put in, of all shops, as it was published;
-- weights are the numbers of the policy version in force on the quarter's last day.
CREATE TABLE score_run (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    quarter      BIGINT NOT NULL,
    policy       BIGINT NOT NULL,
    weights      TEXT   NOT NULL,
    members      BIGINT NOT NULL,
    body         TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      BYTEA,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX score_run_of ON score_run (community_id, quarter);

-- Each step of a run; body is what came out at it, of all shops, by place.
CREATE TABLE score_step (
    community_id BYTEA  NOT NULL,
    run_id       BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    taken_at     BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    taken_by     BYTEA,
    PRIMARY KEY (community_id, run_id, number)
);

-- A shop says that something put in for it is wrong, and what is right.
CREATE TABLE score_objection (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    run_id       BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    input        TEXT   NOT NULL,
    claimed      BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      BYTEA,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX score_objection_of ON score_objection (community_id, run_id, id);

CREATE TABLE score_answer (
    community_id BYTEA   NOT NULL,
    objection_id BYTEA   NOT NULL,
    granted      BOOLEAN NOT NULL,
    value        BIGINT  NOT NULL,
    words        TEXT    NOT NULL,
    answered_at  BIGINT  NOT NULL,
    answered_by  BYTEA,
    PRIMARY KEY (community_id, objection_id)
);
