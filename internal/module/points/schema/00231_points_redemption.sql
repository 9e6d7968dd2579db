-- +goose Up
-- One thing that somebody asked for with her points. seq is the entry that took the
-- points, -1 of a replacement; origin_id is the redemption that it replaces. month is
-- the civil month whose limit it uses.
CREATE TABLE points_redemption (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    good_id      BYTEA  NOT NULL,
    terms        BIGINT NOT NULL,
    member_id    BYTEA  NOT NULL,
    points       BIGINT NOT NULL,
    cost         BIGINT NOT NULL,
    supplier_id  BYTEA  NOT NULL,
    counter_id   BYTEA  NOT NULL,
    code         TEXT   NOT NULL,
    token        BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    origin_id    BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    asked_by     TEXT   NOT NULL,
    asked_at     BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code),
    UNIQUE (community_id, token)
);
CREATE INDEX points_redemption_of_member ON points_redemption (community_id, member_id, id);
CREATE INDEX points_redemption_of_good ON points_redemption (community_id, good_id, id);
CREATE INDEX points_redemption_due ON points_redemption (community_id, due_at, id);

-- How it ended: handed, cancelled, lapsed. seq is the entry that paid the shop or gave
-- the points back.
CREATE TABLE points_redemption_end (
    community_id  BYTEA  NOT NULL,
    redemption_id BYTEA  NOT NULL,
    kind          TEXT   NOT NULL,
    seq           BIGINT NOT NULL,
    reason        TEXT   NOT NULL,
    ended_by      TEXT   NOT NULL,
    ended_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, redemption_id)
);
CREATE INDEX points_redemption_end_by_time ON points_redemption_end (community_id, ended_at, redemption_id);

-- She was told that it lapses soon.
CREATE TABLE points_reminder (
    community_id  BYTEA  NOT NULL,
    redemption_id BYTEA  NOT NULL,
    told_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, redemption_id)
);

-- What was handed over is not good.
CREATE TABLE points_claim (
    community_id  BYTEA  NOT NULL,
    redemption_id BYTEA  NOT NULL,
    words         TEXT   NOT NULL,
    picture_id    BYTEA  NOT NULL,
    claimed_by    TEXT   NOT NULL,
    claimed_at    BIGINT NOT NULL,
    due_at        BIGINT NOT NULL,
    PRIMARY KEY (community_id, redemption_id)
);

-- How a claim was decided. points_seq gave the points back, cost_seq took the cost back
-- from the supplier, -1 where nothing moved.
CREATE TABLE points_verdict (
    community_id   BYTEA  NOT NULL,
    redemption_id  BYTEA  NOT NULL,
    verdict        TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    points_seq     BIGINT NOT NULL,
    cost_seq       BIGINT NOT NULL,
    replacement_id BYTEA  NOT NULL,
    decided_by     TEXT   NOT NULL,
    decided_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, redemption_id)
);

-- A number in the queue of a counter on a civil day.
CREATE TABLE points_ticket (
    community_id  BYTEA  NOT NULL,
    id            BYTEA  NOT NULL,
    counter_id    BYTEA  NOT NULL,
    day           BIGINT NOT NULL,
    number        BIGINT NOT NULL,
    redemption_id BYTEA  NOT NULL,
    taken_by      TEXT   NOT NULL,
    taken_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, counter_id, day, number)
);
CREATE INDEX points_ticket_of_redemption ON points_ticket (community_id, redemption_id, id);

-- called, passed (she was not there), served, left. A passed number may be called again.
CREATE TABLE points_ticket_step (
    community_id BYTEA  NOT NULL,
    ticket_id    BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    step         TEXT   NOT NULL,
    done_by      TEXT   NOT NULL,
    done_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, ticket_id, n)
);
