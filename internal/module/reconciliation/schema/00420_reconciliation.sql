-- +goose Up
-- A provider's bill of a day as it was read, for the part of it that is the community's:
-- how many payments and refunds, how many of them the books know alike, how much came,
-- went back, was kept and was given back of fees (fen). digest is over its lines.
CREATE TABLE reconciliation_bill (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    provider     TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    source       TEXT   NOT NULL,
    digest       BYTEA  NOT NULL,
    payments     BIGINT NOT NULL,
    refunds      BIGINT NOT NULL,
    matched      BIGINT NOT NULL,
    paid         BIGINT NOT NULL,
    back         BIGINT NOT NULL,
    kept         BIGINT NOT NULL,
    returned     BIGINT NOT NULL,
    read_by      TEXT   NOT NULL,
    read_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX reconciliation_bill_by_day ON reconciliation_bill (community_id, day, provider);

-- One difference between a bill and the books. payment and refund are the keys under
-- which the provider knows them; ours and theirs the amounts, 0 where one side knows
-- nothing; line is that of the bill, 0 if it stands in none.
CREATE TABLE reconciliation_difference (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    bill_id      BYTEA  NOT NULL,
    provider     TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    thing        TEXT   NOT NULL,
    payment      TEXT   NOT NULL,
    refund       TEXT   NOT NULL,
    number       TEXT   NOT NULL,
    account      TEXT   NOT NULL,
    ours         BIGINT NOT NULL,
    theirs       BIGINT NOT NULL,
    line         BIGINT NOT NULL,
    moved_at     BIGINT NOT NULL,
    found_at     BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX reconciliation_difference_once ON reconciliation_difference (community_id, provider, kind, thing, payment, refund);
CREATE INDEX reconciliation_difference_by_day ON reconciliation_difference (community_id, day, id);

-- What was done about a difference, step by step; the last of some kinds says how it
-- stands. person is who takes it on, empty otherwise; seq the entry that booked it, −1
-- if none did.
CREATE TABLE reconciliation_step (
    community_id  BYTEA  NOT NULL,
    difference_id BYTEA  NOT NULL,
    n             BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    way           TEXT   NOT NULL,
    person        BYTEA  NOT NULL,
    words         TEXT   NOT NULL,
    reference     TEXT   NOT NULL,
    seq           BIGINT NOT NULL,
    stepped_by    TEXT   NOT NULL,
    stepped_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, difference_id, n)
);

-- The differences that wait: a row goes when one is settled, so that whoever looks for
-- work reads these and nothing else.
CREATE TABLE reconciliation_open (
    community_id  BYTEA  NOT NULL,
    difference_id BYTEA  NOT NULL,
    due_at        BIGINT NOT NULL,
    PRIMARY KEY (community_id, difference_id)
);
CREATE INDEX reconciliation_open_by_due ON reconciliation_open (community_id, due_at);

-- What was booked of a day's fees, in parts when a bill was read again and said another
-- sum; kept and returned are what the entries moved.
CREATE TABLE reconciliation_fee (
    community_id BYTEA  NOT NULL,
    provider     TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    n            BIGINT NOT NULL,
    bill_id      BYTEA  NOT NULL,
    kept         BIGINT NOT NULL,
    returned     BIGINT NOT NULL,
    kept_seq     BIGINT NOT NULL,
    returned_seq BIGINT NOT NULL,
    booked_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, provider, day, n)
);

-- Payments and refunds (thing_id) that stand in the bill of another day than the one on
-- which the books know them: midnight lay between.
CREATE TABLE reconciliation_seen (
    community_id BYTEA  NOT NULL,
    provider     TEXT   NOT NULL,
    thing_id     BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (community_id, provider, thing_id)
);

-- Bills that could not be read: when, and why.
CREATE TABLE reconciliation_attempt (
    community_id BYTEA  NOT NULL,
    provider     TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    tried_at     BIGINT NOT NULL,
    outcome      TEXT   NOT NULL,
    note         TEXT   NOT NULL,
    tried_by     TEXT   NOT NULL,
    PRIMARY KEY (community_id, provider, day, tried_at)
);
