-- +goose Up
-- A market day of the time bank (F9).
CREATE TABLE marketday_day (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    place        TEXT   NOT NULL,
    begins_at    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    tables       BIGINT NOT NULL, -- how many stalls there is room for
    called_at    BIGINT NOT NULL,
    called_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX marketday_day_begins ON marketday_day (community_id, begins_at);

-- How far it has come: opened, closed, called off.
CREATE TABLE marketday_step (
    community_id BYTEA  NOT NULL,
    day_id       BYTEA  NOT NULL,
    state        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    taken_at     BIGINT NOT NULL,
    taken_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, day_id, state)
);

-- Stallholders were reminded of it.
CREATE TABLE marketday_reminder (
    community_id BYTEA  NOT NULL,
    day_id       BYTEA  NOT NULL,
    reminded_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, day_id)
);

-- A stall that a neighbour or a shop takes.
CREATE TABLE marketday_stall (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    day_id       BYTEA  NOT NULL,
    number       BIGINT NOT NULL, -- of the table, from 1
    member_id    BYTEA  NOT NULL, -- zero for a shop's
    shop_id      BYTEA  NOT NULL, -- zero for a neighbour's
    sort         TEXT   NOT NULL, -- goods or service
    title        TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    minutes      BIGINT NOT NULL, -- how long a service takes as a rule; 0 of goods
    taken_at     BIGINT NOT NULL,
    taken_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX marketday_stall_day ON marketday_stall (community_id, day_id, number);
CREATE INDEX marketday_stall_member ON marketday_stall (community_id, member_id);

CREATE TABLE marketday_stall_end (
    community_id BYTEA  NOT NULL,
    stall_id     BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, stall_id)
);

-- Who stands at a table now: one stall at most, whoever asks at the same moment.
CREATE TABLE marketday_table (
    community_id BYTEA  NOT NULL,
    day_id       BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    stall_id     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, day_id, number)
);

-- What a stallholder says of goods that changed hands; what was said last counts. No
-- amount of money stands here: it is none of the books'.
CREATE TABLE marketday_goods (
    community_id BYTEA  NOT NULL,
    stall_id     BYTEA  NOT NULL,
    said_at      BIGINT NOT NULL,
    given        BIGINT NOT NULL,
    swapped      BIGINT NOT NULL,
    sold         BIGINT NOT NULL,
    said_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, stall_id, said_at)
);

-- A service done on the spot and paid (T-01, T-02). Its id is that of the hold and of the
-- service in the books of hours.
CREATE TABLE marketday_payment (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    day_id       BYTEA  NOT NULL,
    stall_id     BYTEA  NOT NULL,
    payer_id     BYTEA  NOT NULL, -- member
    how          TEXT   NOT NULL, -- code: shown to the stallholder; self: on the payer's phone
    minutes      BIGINT NOT NULL,
    coins        BIGINT NOT NULL,
    shown_at     BIGINT NOT NULL, -- when the two stood there
    paid_at      BIGINT NOT NULL, -- later, if the scan waited for the network
    paid_by      BYTEA  NOT NULL,
    token        TEXT   NOT NULL, -- of the form that asked for it
    seq          BIGINT NOT NULL, -- of the entry that paid
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX marketday_payment_token ON marketday_payment (community_id, token);
CREATE INDEX marketday_payment_stall ON marketday_payment (community_id, stall_id, paid_at);
CREATE INDEX marketday_payment_day ON marketday_payment (community_id, day_id, payer_id);
CREATE INDEX marketday_payment_payer ON marketday_payment (community_id, payer_id, paid_at);

-- Who wants it undone: both sides, or the desk.
CREATE TABLE marketday_undo_word (
    community_id BYTEA  NOT NULL,
    payment_id   BYTEA  NOT NULL,
    side         TEXT   NOT NULL, -- payer, holder, desk
    words        TEXT   NOT NULL,
    said_at      BIGINT NOT NULL,
    said_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, payment_id, side)
);

-- It was undone by an entry of its own (T-02R).
CREATE TABLE marketday_undo (
    community_id BYTEA  NOT NULL,
    payment_id   BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    undone_at    BIGINT NOT NULL,
    undone_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, payment_id)
);
