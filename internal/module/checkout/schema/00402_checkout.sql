-- +goose Up
-- A checkout: a shop asks somebody for an amount. member_id is the buyer's pseudonym,
-- empty of who is not known; key_id the phone that showed a code; token tells a form that
-- comes again; shown_at is when the code was shown, later than opened_at never.
CREATE TABLE checkout (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    key_id       BYTEA  NOT NULL,
    way          TEXT   NOT NULL,
    list_amount  BIGINT NOT NULL,
    token        TEXT   NOT NULL,
    opened_by    TEXT   NOT NULL,
    opened_at    BIGINT NOT NULL,
    shown_at     BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (token, community_id)
);
CREATE INDEX checkout_of_shop ON checkout (community_id, merchant_id, id);
CREATE INDEX checkout_of_member ON checkout (community_id, member_id, due_at);

-- What of hers a buyer let go, on her own phone or by the digits that it made, when the
-- money goes over the counter: the last one counts. vouchers are codes, as JSON.
CREATE TABLE checkout_consent (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    checkout_id  BYTEA  NOT NULL,
    coins        BIGINT NOT NULL,
    vouchers     TEXT   NOT NULL,
    cash         BIGINT NOT NULL,
    how          TEXT   NOT NULL,
    given_by     TEXT   NOT NULL,
    given_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX checkout_consent_of ON checkout_consent (community_id, checkout_id, id);

-- What both sides agreed to: from here on the terms stand still. proposal is how the
-- price came about, as JSON; hold_id is where entitlement is set aside.
CREATE TABLE checkout_terms (
    community_id BYTEA  NOT NULL,
    checkout_id  BYTEA  NOT NULL,
    proposal     TEXT   NOT NULL,
    tender       TEXT   NOT NULL,
    cash         BIGINT NOT NULL,
    hold_id      BYTEA  NOT NULL,
    consent      TEXT   NOT NULL,
    agreed_by    TEXT   NOT NULL,
    agreed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, checkout_id)
);

-- How it ended: 'settled' by entry seq, 'cancelled' or 'expired' (seq −1).
CREATE TABLE checkout_end (
    community_id BYTEA  NOT NULL,
    checkout_id  BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    ended_by     TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, checkout_id)
);
CREATE INDEX checkout_end_by_entry ON checkout_end (community_id, seq) WHERE seq >= 0;

-- What goes on, by when its time is over: a row goes with the end of its checkout, so
-- that the sweeper reads what is due and nothing else.
CREATE TABLE checkout_open (
    community_id BYTEA  NOT NULL,
    checkout_id  BYTEA  NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, checkout_id)
);
CREATE INDEX checkout_open_by_time ON checkout_open (community_id, due_at);

-- Why a shop gave back: by the entries of the refund and of the sale.
CREATE TABLE checkout_back (
    community_id BYTEA  NOT NULL,
    refund_seq   BIGINT NOT NULL,
    sale_seq     BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    given_by     TEXT   NOT NULL,
    given_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, refund_seq)
);
CREATE INDEX checkout_back_of ON checkout_back (community_id, sale_seq);
