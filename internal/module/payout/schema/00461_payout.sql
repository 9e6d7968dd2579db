-- +goose Up
-- A batch of payouts: who is to get what, as it stood when somebody prepared it.
CREATE TABLE payout_batch (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    number       BIGINT NOT NULL, -- from 1, within the community
    kind         TEXT   NOT NULL, -- shops, people, income
    cutoff       BIGINT NOT NULL, -- day
    through      BIGINT NOT NULL, -- the last day that is in it: the cut-off less what the policy holds back
    words        TEXT   NOT NULL,
    prepared_by  BYTEA  NOT NULL,
    prepared_at  BIGINT NOT NULL,
    due_at       BIGINT NOT NULL, -- by when it is agreed to
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX payout_batch_number ON payout_batch (community_id, number);

CREATE TABLE payout_item (
    community_id BYTEA  NOT NULL,
    batch_id     BYTEA  NOT NULL,
    place        BIGINT NOT NULL, -- from 0
    id           BYTEA  NOT NULL, -- also the key by which a provider knows it
    payee_id     BYTEA  NOT NULL, -- shop, or member by pseudonym; zero for the platform
    held         BIGINT NOT NULL, -- fen that stood in the account
    amount       BIGINT NOT NULL, -- of them paid out
    since        BIGINT NOT NULL, -- the first day that is in it
    account_id   BYTEA  NOT NULL,
    decision_id  BYTEA  NOT NULL, -- that lets a suspended shop be paid; zero for none
    PRIMARY KEY (community_id, batch_id, place)
);
CREATE UNIQUE INDEX payout_item_id ON payout_item (community_id, id);
CREATE INDEX payout_item_payee ON payout_item (community_id, payee_id, batch_id);

-- Who is owed something and is not in a batch, and why.
CREATE TABLE payout_left (
    community_id BYTEA  NOT NULL,
    batch_id     BYTEA  NOT NULL,
    place        BIGINT NOT NULL,
    payee_id     BYTEA  NOT NULL,
    held         BIGINT NOT NULL,
    why          TEXT   NOT NULL,
    PRIMARY KEY (community_id, batch_id, place)
);

CREATE TABLE payout_consent (
    community_id BYTEA  NOT NULL,
    batch_id     BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    agreed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, batch_id, person_id)
);

CREATE TABLE payout_batch_end (
    community_id BYTEA  NOT NULL,
    batch_id     BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- agreed, refused, withdrawn, lapsed
    words        TEXT   NOT NULL,
    ended_by     BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, batch_id)
);

-- The entry that booked an item: an item is paid once.
CREATE TABLE payout_booked (
    community_id BYTEA  NOT NULL,
    item_id      BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    amount       BIGINT NOT NULL,
    PRIMARY KEY (community_id, item_id)
);

-- The provider has taken the instruction.
CREATE TABLE payout_sent (
    community_id BYTEA  NOT NULL,
    item_id      BYTEA  NOT NULL,
    number       TEXT   NOT NULL, -- the provider's
    sent_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, item_id)
);

-- What became of an item: it reached its payee, it could not be carried out, it came
-- back; or it was left out when its batch was agreed to.
CREATE TABLE payout_outcome (
    community_id BYTEA  NOT NULL,
    item_id      BYTEA  NOT NULL,
    no           BIGINT NOT NULL, -- from 0
    kind         TEXT   NOT NULL, -- confirmed, failed, returned, left
    amount       BIGINT NOT NULL,
    reference    TEXT   NOT NULL, -- the provider's number, or of the bank's slip
    reason       TEXT   NOT NULL,
    seq          BIGINT NOT NULL, -- of the entry, −1 if none
    noted_by     BYTEA  NOT NULL, -- zero: the house
    noted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, item_id, no)
);
CREATE INDEX payout_outcome_reference ON payout_outcome (community_id, reference);

-- When a provider is asked about an item next. The row goes when nothing is left to ask.
CREATE TABLE payout_due (
    community_id BYTEA  NOT NULL,
    item_id      BYTEA  NOT NULL,
    due_at       BIGINT NOT NULL,
    tries        BIGINT NOT NULL,
    PRIMARY KEY (community_id, item_id)
);
CREATE INDEX payout_due_at ON payout_due (community_id, due_at);

-- Somebody answers for it, by name, that a suspended shop is paid what it has earned.
CREATE TABLE payout_decision (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    decided_by   BYTEA  NOT NULL,
    decided_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX payout_decision_merchant ON payout_decision (community_id, merchant_id, id);
