-- +goose Up
-- What a licensed provider was asked to take. subject_id is what is paid for; account
-- is the shop's with the provider, '' the house's own; payer_id is the person who pays,
-- empty if anybody may.
CREATE TABLE payment (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    purpose      TEXT   NOT NULL,
    subject_id   BYTEA  NOT NULL,
    provider     TEXT   NOT NULL,
    account      TEXT   NOT NULL,
    scene        TEXT   NOT NULL,
    payer_id     BYTEA  NOT NULL,
    amount       BIGINT NOT NULL,
    title        TEXT   NOT NULL,
    opened_by    TEXT   NOT NULL,
    opened_at    BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX payment_of_subject ON payment (community_id, subject_id);

-- How it ended: 'paid', or 'closed' and never to be paid. A payment without a row is
-- open. number is the provider's; paid_at its time; seq the entry that booked it, −1 if
-- none did.
CREATE TABLE payment_end (
    community_id BYTEA  NOT NULL,
    payment_id   BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    number       TEXT   NOT NULL,
    paid_at      BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    note         TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, payment_id)
);
CREATE INDEX payment_end_by_time ON payment_end (community_id, paid_at, payment_id);
CREATE INDEX payment_end_by_entry ON payment_end (community_id, seq) WHERE seq >= 0;

-- Money that came for a payment that was closed: it goes back whole.
CREATE TABLE payment_late (
    community_id BYTEA  NOT NULL,
    payment_id   BYTEA  NOT NULL,
    number       TEXT   NOT NULL,
    paid_at      BIGINT NOT NULL,
    noted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, payment_id)
);
CREATE INDEX payment_late_by_time ON payment_late (community_id, paid_at, payment_id);

-- What the provider was asked to give back. seq is the entry that booked it, −1 for
-- money that was never booked; again_of is the refund that failed before.
CREATE TABLE payment_refund (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    payment_id   BYTEA  NOT NULL,
    amount       BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    again_of     BYTEA  NOT NULL,
    asked_by     TEXT   NOT NULL,
    asked_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX payment_refund_of ON payment_refund (community_id, payment_id);

-- How a refund ended: 'done', 'failed' at the provider, or 'handed' in another way.
CREATE TABLE payment_refund_end (
    community_id BYTEA  NOT NULL,
    refund_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    number       TEXT   NOT NULL,
    note         TEXT   NOT NULL,
    ended_by     TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, refund_id)
);
CREATE INDEX payment_refund_end_by_time ON payment_refund_end (community_id, ended_at, refund_id);

-- What has not ended yet, payments and refunds, since when: a row goes with the end, so
-- that whoever asks the provider again reads these and nothing else.
CREATE TABLE payment_open (
    community_id BYTEA  NOT NULL,
    payment_id   BYTEA  NOT NULL,
    refund_id    BYTEA  NOT NULL,
    since        BIGINT NOT NULL,
    PRIMARY KEY (community_id, payment_id, refund_id)
);
CREATE INDEX payment_open_by_time ON payment_open (community_id, since);
