-- +goose Up
-- One row a fact that moved value. seq counts from 0 without gaps and is also the
-- leaf number in the evidence log; body holds legs, touched accounts and facts
-- (docs/adr/0004). The unique key leads with the selective column.
CREATE TABLE ledger_entry (
    community_id BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    posted_at    BIGINT NOT NULL,
    booked_on    BIGINT NOT NULL,
    kind         BIGINT NOT NULL,
    idem_key     TEXT   NOT NULL,
    content      BYTEA  NOT NULL,
    body         BYTEA  NOT NULL,
    leaf         BYTEA  NOT NULL,
    PRIMARY KEY (community_id, seq),
    UNIQUE (idem_key, community_id)
);

CREATE TABLE ledger_account (
    community_id BYTEA  NOT NULL,
    no           BIGINT NOT NULL,
    owner_kind   BIGINT NOT NULL,
    owner_id     BYTEA  NOT NULL,
    purpose      BIGINT NOT NULL,
    asset        BIGINT NOT NULL,
    PRIMARY KEY (community_id, no),
    UNIQUE (owner_id, owner_kind, purpose, asset, community_id)
);

-- Written behind from the writer's memory, in the same transaction as the entries.
CREATE TABLE ledger_balance (
    community_id BYTEA  NOT NULL,
    no           BIGINT NOT NULL,
    balance      BIGINT NOT NULL,
    last_seq     BIGINT NOT NULL,
    entries      BIGINT NOT NULL,
    PRIMARY KEY (community_id, no)
);

-- Every 128th entry of an account leaves a mark, from which a past balance or a
-- statement page is a short walk.
CREATE TABLE ledger_mark (
    community_id BYTEA  NOT NULL,
    no           BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    balance      BIGINT NOT NULL,
    PRIMARY KEY (community_id, no, seq)
);

-- The secret under which a subject's references are sealed. Emptying it is what
-- erasure means for the evidence (A7); the row stays as the mark of it.
CREATE TABLE ledger_secret (
    community_id BYTEA NOT NULL,
    subject_id   BYTEA NOT NULL,
    secret       BYTEA NOT NULL,
    PRIMARY KEY (community_id, subject_id)
);

-- Completed nodes of the evidence log from level 8 on: one for 256 entries.
CREATE TABLE ledger_node (
    community_id BYTEA  NOT NULL,
    level        BIGINT NOT NULL,
    idx          BIGINT NOT NULL,
    hash         BYTEA  NOT NULL,
    PRIMARY KEY (community_id, level, idx)
);

CREATE TABLE ledger_head (
    community_id BYTEA  NOT NULL PRIMARY KEY,
    size         BIGINT NOT NULL,
    root         BYTEA  NOT NULL
);

CREATE TABLE ledger_hold (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    source_no    BIGINT NOT NULL,
    asset        BIGINT NOT NULL,
    amount       BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX ledger_hold_due ON ledger_hold (community_id, expires_at);

-- A hold has ended when its row is here: settled whole, released or expired.
CREATE TABLE ledger_hold_end (
    community_id BYTEA  NOT NULL,
    hold_id      BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    how          TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, hold_id)
);

CREATE TABLE ledger_reversal (
    community_id BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    by_seq       BIGINT NOT NULL,
    PRIMARY KEY (community_id, seq)
);

-- A closed day, and the last entry that was posted when it was closed.
CREATE TABLE ledger_close (
    community_id BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    size         BIGINT NOT NULL,
    closed_at    BIGINT NOT NULL,
    closed_by    TEXT   NOT NULL,
    PRIMARY KEY (community_id, day)
);

-- Derived after the commit, by position: everything below can be rebuilt.
CREATE TABLE ledger_follower (
    community_id BYTEA  NOT NULL,
    name         TEXT   NOT NULL,
    next_seq     BIGINT NOT NULL,
    PRIMARY KEY (community_id, name)
);

-- What moved on a booked day between kinds of accounts under a rule: the flow
-- picture and the totals over communities are sums of these.
CREATE TABLE ledger_flow (
    community_id BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    rule         TEXT   NOT NULL,
    from_name    TEXT   NOT NULL,
    to_name      TEXT   NOT NULL,
    asset        BIGINT NOT NULL,
    amount       BIGINT NOT NULL,
    entries      BIGINT NOT NULL,
    PRIMARY KEY (community_id, day, rule, from_name, to_name, asset)
);

-- What went in and out of an account on a booked day.
CREATE TABLE ledger_turnover (
    community_id BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    no           BIGINT NOT NULL,
    came_in      BIGINT NOT NULL,
    went_out     BIGINT NOT NULL,
    PRIMARY KEY (community_id, day, no)
);

-- What was bought on a booked day. direct is the money that went straight to
-- shops, which no leg tells; first_seq and last_seq are those of purchases.
CREATE TABLE ledger_day (
    community_id BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    purchases    BIGINT NOT NULL,
    refunds      BIGINT NOT NULL,
    buyers       BIGINT NOT NULL,
    amount       BIGINT NOT NULL,
    refunded     BIGINT NOT NULL,
    direct       BIGINT NOT NULL,
    first_seq    BIGINT NOT NULL,
    last_seq     BIGINT NOT NULL,
    PRIMARY KEY (community_id, day)
);

-- Who bought on a booked day, by pseudonym: different buyers over several days
-- are counted from here (K3), and none is ever shown.
CREATE TABLE ledger_buyer (
    community_id BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    subject_id   BYTEA  NOT NULL,
    purchases    BIGINT NOT NULL,
    PRIMARY KEY (community_id, day, subject_id)
);

-- A leg a row, for auditors who ask in SQL.
CREATE TABLE ledger_leg (
    community_id BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    leg          BIGINT NOT NULL,
    rule         TEXT   NOT NULL,
    from_no      BIGINT NOT NULL,
    to_no        BIGINT NOT NULL,
    amount       BIGINT NOT NULL,
    PRIMARY KEY (community_id, seq, leg)
);
