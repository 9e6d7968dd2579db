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

-- Hours that a member gave to a neighbour (F5, T-08) or put into the common pot (F4, T-09).
CREATE TABLE coin_gift (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL, -- made with the form: the same again gives nothing more
    from_id      BYTEA  NOT NULL,
    to_id        BYTEA  NOT NULL, -- sixteen zeros: the common pot
    coins        BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    month        BIGINT NOT NULL, -- against whose limit it counts
    seq          BIGINT NOT NULL,
    given_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX coin_gift_from ON coin_gift (community_id, from_id, month);
CREATE INDEX coin_gift_to ON coin_gift (community_id, to_id, given_at);

-- A grant of the common pot that somebody asked for, for who cannot earn hours (F4, T-10).
CREATE TABLE coin_grant (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    coins        BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    asked_at     BIGINT NOT NULL,
    asked_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX coin_grant_member ON coin_grant (community_id, member_id);

-- What became of it.
CREATE TABLE coin_grant_end (
    community_id BYTEA  NOT NULL,
    grant_id     BYTEA  NOT NULL,
    what         TEXT   NOT NULL, -- given, refused
    words        TEXT   NOT NULL,
    month        BIGINT NOT NULL, -- against whose limit it counts
    seq          BIGINT NOT NULL, -- of the entry, −1 of what was refused
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, grant_id)
);

-- What a shop gave the pool (F4, T-11).
CREATE TABLE coin_donation (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    coins        BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    given_at     BIGINT NOT NULL,
    given_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX coin_donation_shop ON coin_donation (community_id, shop_id, given_at);

-- Hours that an organisation ordered for the public good (F7, T-12). Its terms never change.
CREATE TABLE coin_order (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    org_id       BYTEA  NOT NULL, -- the same for the same registration number
    name         TEXT   NOT NULL,
    registration TEXT   NOT NULL, -- unified social credit code
    body         TEXT   NOT NULL, -- company, public
    coins        BIGINT NOT NULL,
    common       BIGINT NOT NULL, -- 1: into the common pot, 0: into the pool
    purpose      TEXT   NOT NULL, -- published with it
    ordered_at   BIGINT NOT NULL,
    ordered_by   BYTEA  NOT NULL, -- the person who ordered for it
    PRIMARY KEY (community_id, id)
);
CREATE INDEX coin_order_by ON coin_order (community_id, ordered_by);

-- What became of it: accepted by the desk with a premium and a charge, refused, paid, lapsed.
CREATE TABLE coin_order_step (
    community_id BYTEA  NOT NULL,
    order_id     BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    what         TEXT   NOT NULL,
    premium      BIGINT NOT NULL, -- parts per million, from its acceptance on
    charge_id    BYTEA  NOT NULL, -- sixteen zeros before it
    words        TEXT   NOT NULL,
    seq          BIGINT NOT NULL, -- of the entry, −1 where nothing was booked
    step_at      BIGINT NOT NULL,
    step_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, order_id, n)
);

-- Hours that were taken along to another community (F5, T-15), and what arrived (T-16).
CREATE TABLE coin_sent (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    other_id     BYTEA  NOT NULL, -- the community
    coins        BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    sent_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE TABLE coin_arrived (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL, -- that of coin_sent
    member_id    BYTEA  NOT NULL,
    other_id     BYTEA  NOT NULL,
    coins        BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    arrived_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- What went to the pool because it was not used (T-14), once a member and month.
CREATE TABLE coin_lapse (
    community_id BYTEA  NOT NULL,
    month        BIGINT NOT NULL, -- that had ended
    member_id    BYTEA  NOT NULL,
    coins        BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    PRIMARY KEY (community_id, month, member_id)
);
