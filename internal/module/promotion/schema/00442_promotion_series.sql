-- +goose Up
-- A series of vouchers as it was proposed (E1, E4): its terms never change. They are
-- JSON, as package promotion writes them.
CREATE TABLE promotion_series (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL, -- who issues it; sixteen zeros: the alliance or the platform
    name         TEXT   NOT NULL,
    terms        TEXT   NOT NULL,
    closes       BIGINT NOT NULL, -- the last day on which it is given
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX promotion_series_closes ON promotion_series (community_id, closes);

-- What became of it: who agreed, when it was published, when it was stopped.
CREATE TABLE promotion_series_step (
    community_id BYTEA  NOT NULL,
    series_id    BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    what         TEXT   NOT NULL,
    shop_id      BYTEA  NOT NULL, -- for whom; sixteen zeros: the platform
    words        TEXT   NOT NULL,
    step_at      BIGINT NOT NULL,
    step_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, series_id, n)
);

-- How far it is given: in all, and to one member, ever (day 0) and on a day.
CREATE TABLE promotion_series_count (
    community_id BYTEA  NOT NULL,
    series_id    BYTEA  NOT NULL,
    granted      BIGINT NOT NULL,
    revoked      BIGINT NOT NULL, -- of them: the purchase that gave them came to nothing
    lapsed       BIGINT NOT NULL, -- of them: they ended unused
    PRIMARY KEY (community_id, series_id)
);

CREATE TABLE promotion_series_person (
    community_id BYTEA  NOT NULL,
    series_id    BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    granted      BIGINT NOT NULL,
    PRIMARY KEY (community_id, series_id, member_id, day)
);

-- Fen of platform share that were promised with vouchers in a civil month, less what
-- came back of them.
CREATE TABLE promotion_month (
    community_id BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    promised     BIGINT NOT NULL,
    PRIMARY KEY (community_id, month)
);

-- Of which series a voucher is, the first moment at which it is good, the purchase on
-- which it was given, and how much of the month's promise it took. Vouchers of before
-- have none of these.
ALTER TABLE promotion_voucher ADD COLUMN series_id BYTEA;
ALTER TABLE promotion_voucher ADD COLUMN good_from BIGINT;
ALTER TABLE promotion_voucher ADD COLUMN source_seq BIGINT;
ALTER TABLE promotion_voucher ADD COLUMN promised BIGINT;
ALTER TABLE promotion_voucher ADD COLUMN promised_in BIGINT; -- the month
CREATE INDEX promotion_voucher_series ON promotion_voucher (community_id, series_id);
CREATE INDEX promotion_voucher_source ON promotion_voucher (community_id, source_seq);

-- What a voucher paid, where it was used for less than it is for (0: all of it), and
-- the price of the purchase.
ALTER TABLE promotion_voucher_event ADD COLUMN paid BIGINT;
ALTER TABLE promotion_voucher_event ADD COLUMN price BIGINT;

-- When a voucher is to be looked at: what ended unused gives its room back.
CREATE TABLE promotion_voucher_due (
    community_id BYTEA  NOT NULL,
    voucher_id   BYTEA  NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, voucher_id)
);
CREATE INDEX promotion_voucher_due_at ON promotion_voucher_due (community_id, due_at);

CREATE TABLE promotion_voucher_lapse (
    community_id BYTEA  NOT NULL,
    voucher_id   BYTEA  NOT NULL,
    lapsed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, voucher_id)
);
