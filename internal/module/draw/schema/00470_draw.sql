-- +goose Up
-- A draw: bags, and who gets them is left to chance that nobody chooses (E5). What is
-- promised stands in the evidence from the first moment: the hash of the seed.
CREATE TABLE draw (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    shop_id      BYTEA  NOT NULL, -- where goods are collected; zero: there are none
    least        BIGINT NOT NULL, -- level of growth that may enter
    closes_at    BIGINT NOT NULL,
    collect_days BIGINT NOT NULL, -- in which goods are collected
    seed_hash    BYTEA  NOT NULL, -- SHA-256 of the seed
    seq          BIGINT NOT NULL, -- of the entry that published it
    opened_by    BYTEA  NOT NULL,
    opened_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX draw_closes ON draw (community_id, closes_at);

-- The seed. Nothing but the drawing reads it.
CREATE TABLE draw_seed (
    community_id BYTEA NOT NULL,
    draw_id      BYTEA NOT NULL,
    seed         BYTEA NOT NULL,
    PRIMARY KEY (community_id, draw_id)
);

CREATE TABLE draw_bag (
    community_id BYTEA  NOT NULL,
    draw_id      BYTEA  NOT NULL,
    place        BIGINT NOT NULL, -- from 0; the first winners get the first bags
    kind         TEXT   NOT NULL, -- goods, points, voucher
    name         TEXT   NOT NULL,
    count        BIGINT NOT NULL,
    worth        BIGINT NOT NULL, -- fen, as stated
    points       BIGINT NOT NULL,
    cost         BIGINT NOT NULL, -- fen, agreed with the shop for goods
    series_id    BYTEA  NOT NULL, -- of vouchers
    PRIMARY KEY (community_id, draw_id, place)
);

-- An entry: a ticket that says nothing of whose it is, and what she threw in.
CREATE TABLE draw_entry (
    community_id BYTEA  NOT NULL,
    draw_id      BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    ticket       TEXT   NOT NULL,
    nonce        TEXT   NOT NULL, -- emptied when its person is forgotten
    nonce_hash   BYTEA  NOT NULL,
    entered_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, draw_id, member_id)
);
CREATE UNIQUE INDEX draw_entry_ticket ON draw_entry (community_id, draw_id, ticket);
CREATE INDEX draw_entry_member ON draw_entry (community_id, member_id, draw_id);

-- Entries are over: the list was hashed and published; or the draw was called off.
CREATE TABLE draw_end (
    community_id BYTEA  NOT NULL,
    draw_id      BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- closed, cancelled
    entries      BIGINT NOT NULL,
    list_hash    BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    seq          BIGINT NOT NULL, -- of the entry that published it
    ended_by     BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, draw_id)
);

CREATE TABLE draw_outcome (
    community_id BYTEA  NOT NULL,
    draw_id      BYTEA  NOT NULL,
    size         BIGINT NOT NULL, -- of the log, whose root was mixed in
    root         BYTEA  NOT NULL,
    seq          BIGINT NOT NULL, -- of the entry that published seed and winners
    drawn_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, draw_id)
);

CREATE TABLE draw_win (
    community_id BYTEA  NOT NULL,
    draw_id      BYTEA  NOT NULL,
    place        BIGINT NOT NULL, -- from 0, in the order of the drawing
    ticket       TEXT   NOT NULL,
    bag          BIGINT NOT NULL, -- place of the bag
    code         TEXT   NOT NULL, -- that she says at the counter
    PRIMARY KEY (community_id, draw_id, place)
);
CREATE UNIQUE INDEX draw_win_code ON draw_win (community_id, code);

-- What became of a bag: given at once, handed over, lapsed.
CREATE TABLE draw_given (
    community_id BYTEA  NOT NULL,
    draw_id      BYTEA  NOT NULL,
    place        BIGINT NOT NULL,
    kind         TEXT   NOT NULL, -- given, handed, lapsed
    seq          BIGINT NOT NULL, -- of the entry that it made, −1 if none
    given_by     BYTEA  NOT NULL,
    given_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, draw_id, place)
);

-- How many of a draw's winners were told so far.
CREATE TABLE draw_told (
    community_id BYTEA  NOT NULL,
    draw_id      BYTEA  NOT NULL,
    upto         BIGINT NOT NULL,
    PRIMARY KEY (community_id, draw_id)
);
