-- +goose Up
-- A person asks her grid worker to do something for her (A5).
CREATE TABLE assist_request (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    subject_id   BYTEA  NOT NULL,
    household_id BYTEA  NOT NULL,
    home_id      BYTEA  NOT NULL,
    place_id     BYTEA  NOT NULL,
    page         TEXT   NOT NULL,
    wish         TEXT   NOT NULL,
    asked_at     BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX assist_request_subject ON assist_request (subject_id, community_id, id);
CREATE INDEX assist_request_home ON assist_request (home_id, community_id, id);

-- What became of it; each step happens once.
CREATE TABLE assist_request_step (
    community_id BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    step         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    stepped_at   BIGINT NOT NULL,
    stepped_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, request_id, step)
);
