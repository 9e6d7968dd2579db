-- +goose Up
-- What was set aside for a request of help (F2, T-01), so often as it was asked for anew.
-- Coins are hundredths.
CREATE TABLE coin_hold (
    community_id BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    part         BIGINT NOT NULL,
    member_id    BYTEA  NOT NULL, -- who asked
    coins        BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    held_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, request_id, part)
);
CREATE INDEX coin_hold_member ON coin_hold (community_id, member_id);

-- The pool's share of it, and what came back to the asker for it (F6, T-06).
CREATE TABLE coin_share (
    community_id BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    part         BIGINT NOT NULL,
    pool         BIGINT NOT NULL,
    back         BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    shared_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, request_id, part)
);

-- Its end: what went back (T-03).
CREATE TABLE coin_hold_end (
    community_id BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    part         BIGINT NOT NULL,
    coins        BIGINT NOT NULL, -- to the asker
    pool         BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, request_id, part)
);

-- What somebody got for serving (T-02, T-04) or for having kept the time free (T-05).
CREATE TABLE coin_service (
    community_id  BYTEA  NOT NULL,
    assignment_id BYTEA  NOT NULL,
    request_id    BYTEA  NOT NULL,
    part          BIGINT NOT NULL, -- of the hold; 0 where nothing was set aside
    kind          TEXT   NOT NULL, -- service, basic, cancelled
    asker_id      BYTEA  NOT NULL,
    helper_id     BYTEA  NOT NULL, -- sixteen zeros: the staff of a shop
    shop_id       BYTEA  NOT NULL, -- sixteen zeros: a neighbour
    minutes       BIGINT NOT NULL,
    coins         BIGINT NOT NULL, -- that were paid
    pool          BIGINT NOT NULL, -- of them, the pool's share
    due           BIGINT NOT NULL, -- that the pool had not got
    seq           BIGINT NOT NULL,
    paid_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, assignment_id)
);
CREATE INDEX coin_service_helper ON coin_service (community_id, helper_id, paid_at);
CREATE INDEX coin_service_request ON coin_service (community_id, request_id);

-- What was taken back of it after a dispute (T-02R, T-04R).
CREATE TABLE coin_service_undo (
    community_id  BYTEA  NOT NULL,
    assignment_id BYTEA  NOT NULL,
    whole         BIGINT NOT NULL, -- with what was only due
    coins         BIGINT NOT NULL,
    pool          BIGINT NOT NULL, -- of them, to the pool
    seq           BIGINT NOT NULL,
    undone_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, assignment_id)
);

-- What is due to a helper because the pool had not got it: paid when it has (T-04).
CREATE TABLE coin_due (
    community_id  BYTEA  NOT NULL,
    assignment_id BYTEA  NOT NULL,
    coins         BIGINT NOT NULL, -- that are left
    payments      BIGINT NOT NULL, -- made of it so far
    since         BIGINT NOT NULL,
    PRIMARY KEY (community_id, assignment_id)
);
CREATE INDEX coin_due_since ON coin_due (community_id, since);

-- What the pool paid for services in a civil month, against its budget.
CREATE TABLE coin_budget (
    community_id BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    spent        BIGINT NOT NULL,
    PRIMARY KEY (community_id, month)
);

-- Who was given the opening credit (F8, T-07): once.
CREATE TABLE coin_opening (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    given_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id)
);
