-- +goose Up
-- Levels of growth (B3). Whoever meets the condition of a level is found and asked;
-- each step that follows is a row: accepted, declined, appointed, refused, withdrawn.
CREATE TABLE growth_candidate (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    level        BIGINT NOT NULL,
    counted      BIGINT NOT NULL, -- members, or leaders that she raised, when she was found
    found_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX growth_candidate_member ON growth_candidate (community_id, member_id, id);

CREATE TABLE growth_candidate_step (
    community_id BYTEA  NOT NULL,
    candidate_id BYTEA  NOT NULL,
    no           BIGINT NOT NULL,
    step         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    stepped_by   BYTEA  NOT NULL,
    stepped_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, candidate_id, no)
);

-- She holds a level from here on. raised_by is the leader on whose team she was until
-- then, zero if none: a record of who taught her, which no rule of money reads.
CREATE TABLE growth_appointment (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    candidate_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    level        BIGINT NOT NULL,
    counted      BIGINT NOT NULL,
    raised_by    BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    review_on    BIGINT NOT NULL, -- day of the first review
    appointed_by BYTEA  NOT NULL,
    appointed_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX growth_appointment_member ON growth_appointment (community_id, member_id, id);

-- She held it until here: lost at a review, resigned, removed for cause, …
CREATE TABLE growth_end (
    community_id   BYTEA  NOT NULL,
    appointment_id BYTEA  NOT NULL,
    kind           TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    ended_by       BYTEA  NOT NULL,
    ended_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, appointment_id)
);

-- What a review found, and when the next one is.
CREATE TABLE growth_review (
    community_id   BYTEA  NOT NULL,
    appointment_id BYTEA  NOT NULL,
    no             BIGINT NOT NULL,
    day            BIGINT NOT NULL,
    counted        BIGINT NOT NULL,
    needed         BIGINT NOT NULL,
    outcome        TEXT   NOT NULL,
    next_on        BIGINT NOT NULL,
    reviewed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, appointment_id, no)
);

-- Her level rests while her membership has lapsed; a pause without a resumption holds.
CREATE TABLE growth_pause (
    community_id   BYTEA  NOT NULL,
    appointment_id BYTEA  NOT NULL,
    no             BIGINT NOT NULL,
    paused_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, appointment_id, no)
);

CREATE TABLE growth_resumption (
    community_id   BYTEA  NOT NULL,
    appointment_id BYTEA  NOT NULL,
    no             BIGINT NOT NULL,
    resumed_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, appointment_id, no)
);

-- A member is on a leader's team. The member's own row names the leader for the till;
-- here stands since when, and how she left.
CREATE TABLE growth_team (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    leader_id    BYTEA  NOT NULL,
    joined_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX growth_team_member ON growth_team (community_id, member_id, id);
CREATE INDEX growth_team_leader ON growth_team (community_id, leader_id, id);

CREATE TABLE growth_team_end (
    community_id BYTEA  NOT NULL,
    team_id      BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, team_id)
);

-- A case against a leader: what is held against her, until when she is heard; then the
-- steps: heard, dropped, removed, appealed, upheld, lifted.
CREATE TABLE growth_case (
    community_id   BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    appointment_id BYTEA  NOT NULL,
    allegation     TEXT   NOT NULL,
    hear_until     BIGINT NOT NULL, -- microseconds
    opened_by      BYTEA  NOT NULL,
    opened_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX growth_case_appointment ON growth_case (community_id, appointment_id, id);

CREATE TABLE growth_case_step (
    community_id BYTEA  NOT NULL,
    case_id      BYTEA  NOT NULL,
    no           BIGINT NOT NULL,
    step         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    due_at       BIGINT NOT NULL, -- until when an appeal can be made; 0: none
    stepped_by   BYTEA  NOT NULL,
    stepped_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, case_id, no)
);
