-- +goose Up
-- An edition of a kind of service, beside those of the catalogue (F2); the highest counts.
CREATE TABLE timebank_kind (
    community_id BYTEA   NOT NULL,
    kind         TEXT    NOT NULL,
    edition      BIGINT  NOT NULL, -- from 1
    name         TEXT    NOT NULL,
    about        TEXT    NOT NULL,
    standard     TEXT    NOT NULL,
    skill        TEXT    NOT NULL,
    level        BIGINT  NOT NULL,
    identity     BIGINT  NOT NULL,
    minutes      BIGINT  NOT NULL,
    people       BIGINT  NOT NULL,
    price        TEXT    NOT NULL,
    fen          BIGINT  NOT NULL,
    urgent       BOOLEAN NOT NULL,
    lifts        BOOLEAN NOT NULL,
    pets         BOOLEAN NOT NULL,
    proof        BOOLEAN NOT NULL,
    offered      BOOLEAN NOT NULL,
    made_at      BIGINT  NOT NULL,
    made_by      BYTEA   NOT NULL,
    PRIMARY KEY (community_id, kind, edition)
);

-- What somebody asked for, with the terms of its kind as they were then (F3).
CREATE TABLE timebank_request (
    community_id BYTEA   NOT NULL,
    id           BYTEA   NOT NULL,
    kind         TEXT    NOT NULL,
    edition      BIGINT  NOT NULL,
    name         TEXT    NOT NULL,
    standard     TEXT    NOT NULL,
    skill        TEXT    NOT NULL,
    level        BIGINT  NOT NULL,
    identity     BIGINT  NOT NULL,
    minutes      BIGINT  NOT NULL,
    people       BIGINT  NOT NULL,
    lifts        BOOLEAN NOT NULL,
    pets         BOOLEAN NOT NULL,
    proof        BOOLEAN NOT NULL,
    pay          TEXT    NOT NULL,
    coins        BIGINT  NOT NULL, -- hundredths a place
    fen          BIGINT  NOT NULL,
    asker_id     BYTEA   NOT NULL, -- the member who is served
    entered      TEXT    NOT NULL,
    entered_by   BYTEA   NOT NULL,
    from_at      BIGINT  NOT NULL,
    until_at     BIGINT  NOT NULL,
    urgent       BOOLEAN NOT NULL,
    words        TEXT    NOT NULL,
    langs        TEXT    NOT NULL,
    building_id  BYTEA   NOT NULL, -- sixteen zeros: not known
    grid_id      BYTEA   NOT NULL,
    plan_id      BYTEA   NOT NULL,
    asked_at     BIGINT  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX timebank_request_asker ON timebank_request (community_id, asker_id, asked_at);
CREATE INDEX timebank_request_from ON timebank_request (community_id, from_at);

-- It ended. What is open has no row here.
CREATE TABLE timebank_request_end (
    community_id BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    how          TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, request_id)
);

-- Where to ring: for the assigned alone, and gone when the service has ended (A7).
CREATE TABLE timebank_door (
    community_id BYTEA NOT NULL,
    request_id   BYTEA NOT NULL,
    door         TEXT  NOT NULL,
    contact      TEXT  NOT NULL,
    phone        TEXT  NOT NULL,
    hints        TEXT  NOT NULL,
    PRIMARY KEY (community_id, request_id)
);

-- How far out neighbours were asked, and why nobody could be: the latest line counts.
CREATE TABLE timebank_ring (
    community_id BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    noted_at     BIGINT NOT NULL,
    ring         BIGINT NOT NULL,
    gap          TEXT   NOT NULL, -- code of dispatch, "" where somebody was asked
    PRIMARY KEY (community_id, request_id, noted_at)
);

-- Somebody was told, once.
CREATE TABLE timebank_alert (
    community_id BYTEA  NOT NULL,
    about_id     BYTEA  NOT NULL, -- a request, or an assignment
    alert        TEXT   NOT NULL,
    told_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, about_id, alert)
);

-- A neighbour is asked.
CREATE TABLE timebank_offer (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    helper_id    BYTEA  NOT NULL, -- member
    shop_id      BYTEA  NOT NULL, -- whose staff she is; sixteen zeros: a neighbour
    ring         BIGINT NOT NULL,
    metres       BIGINT NOT NULL,
    reasons      TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    until_at     BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX timebank_offer_request ON timebank_offer (community_id, request_id, made_at);
CREATE INDEX timebank_offer_helper ON timebank_offer (community_id, helper_id, made_at);

CREATE TABLE timebank_answer (
    community_id BYTEA  NOT NULL,
    offer_id     BYTEA  NOT NULL,
    says         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    said_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, offer_id)
);

-- A helper's promise to fill one place.
CREATE TABLE timebank_assignment (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    place        BIGINT NOT NULL,
    helper_id    BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    offer_id     BYTEA  NOT NULL,
    how          TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    code         TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX timebank_assignment_request ON timebank_assignment (community_id, request_id, made_at);
CREATE INDEX timebank_assignment_helper ON timebank_assignment (community_id, helper_id, made_at);

-- What became of it, step by step.
CREATE TABLE timebank_step (
    community_id  BYTEA  NOT NULL,
    assignment_id BYTEA  NOT NULL,
    n             BIGINT NOT NULL, -- from 1
    state         TEXT   NOT NULL,
    words         TEXT   NOT NULL,
    minutes       BIGINT NOT NULL,
    near          BIGINT NOT NULL, -- metres from the door; -1: not by place
    taken_at      BIGINT NOT NULL,
    taken_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, assignment_id, n)
);

CREATE TABLE timebank_proof (
    community_id  BYTEA  NOT NULL,
    assignment_id BYTEA  NOT NULL,
    file_id       BYTEA  NOT NULL,
    added_at      BIGINT NOT NULL,
    added_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, assignment_id, file_id)
);

-- Warm words, for the helper's page.
CREATE TABLE timebank_thanks (
    community_id  BYTEA  NOT NULL,
    assignment_id BYTEA  NOT NULL,
    words         TEXT   NOT NULL,
    given_at      BIGINT NOT NULL,
    given_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, assignment_id)
);

-- What the desk alone reads.
CREATE TABLE timebank_feedback (
    community_id  BYTEA  NOT NULL,
    assignment_id BYTEA  NOT NULL,
    side          TEXT   NOT NULL, -- asker, helper
    words         TEXT   NOT NULL,
    given_at      BIGINT NOT NULL,
    given_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, assignment_id, side)
);

-- Something went wrong while somebody helped.
CREATE TABLE timebank_incident (
    community_id  BYTEA  NOT NULL,
    id            BYTEA  NOT NULL,
    assignment_id BYTEA  NOT NULL,
    kind          TEXT   NOT NULL,
    words         TEXT   NOT NULL,
    told_at       BIGINT NOT NULL,
    told_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX timebank_incident_assignment ON timebank_incident (community_id, assignment_id);

CREATE TABLE timebank_incident_end (
    community_id BYTEA  NOT NULL,
    incident_id  BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, incident_id)
);

-- The same again on some days of the week.
CREATE TABLE timebank_plan (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    asker_id     BYTEA  NOT NULL,
    entered      TEXT   NOT NULL,
    entered_by   BYTEA  NOT NULL,
    weekdays     BIGINT NOT NULL,
    minute       BIGINT NOT NULL,
    first_day    BIGINT NOT NULL,
    last_day     BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    door         TEXT   NOT NULL,
    contact      TEXT   NOT NULL,
    phone        TEXT   NOT NULL,
    hints        TEXT   NOT NULL,
    building_id  BYTEA  NOT NULL,
    grid_id      BYTEA  NOT NULL,
    made_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX timebank_plan_asker ON timebank_plan (community_id, asker_id);

CREATE TABLE timebank_plan_end (
    community_id BYTEA  NOT NULL,
    plan_id      BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, plan_id)
);

-- The request that a plan made for a day; sixteen zeros: it could not be made.
CREATE TABLE timebank_plan_made (
    community_id BYTEA  NOT NULL,
    plan_id      BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    request_id   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, plan_id, day)
);
