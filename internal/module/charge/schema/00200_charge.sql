-- +goose Up
-- What somebody is asked to pay: a membership, a seat, an ad slot. payer_kind is
-- "member" or "merchant" (party.Kind), payer_id the pseudonym or the shop; of an
-- applicant without a shop it is "person".
CREATE TABLE charge (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    code         TEXT   NOT NULL,
    purpose      TEXT   NOT NULL,
    subject_id   BYTEA  NOT NULL,
    payer_kind   TEXT   NOT NULL,
    payer_id     BYTEA  NOT NULL,
    amount       BIGINT NOT NULL,
    title        TEXT   NOT NULL,
    opened_by    TEXT   NOT NULL,
    opened_at    BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code)
);
CREATE INDEX charge_of_subject ON charge (community_id, subject_id);
CREATE INDEX charge_of_payer ON charge (community_id, payer_id, id);

-- How a charge ended: paid, cancelled or expired. A charge without a row is open.
-- seq is the entry that booked the payment, −1 otherwise; reference is the number of
-- the provider's, the bank's or our own slip.
CREATE TABLE charge_end (
    community_id BYTEA  NOT NULL,
    charge_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    means        TEXT   NOT NULL,
    reference    TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    ended_by     TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, charge_id)
);
CREATE UNIQUE INDEX charge_slip ON charge_end (community_id, means, reference) WHERE kind = 'paid';
CREATE INDEX charge_end_by_time ON charge_end (community_id, ended_at, charge_id);

-- Money of a paid charge that went back, by the entry that booked it.
CREATE TABLE charge_refund (
    community_id BYTEA  NOT NULL,
    charge_id    BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    amount       BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    refunded_by  TEXT   NOT NULL,
    refunded_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, charge_id, seq)
);

-- A refund was handed to who paid: the last step, in the hand of who keeps the till.
CREATE TABLE charge_handed (
    community_id BYTEA  NOT NULL,
    charge_id    BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    reference    TEXT   NOT NULL,
    handed_by    TEXT   NOT NULL,
    handed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, charge_id, seq)
);
