-- +goose Up
-- Everything here is derived from the entries, after their commit and by position;
-- it can be thrown away and made again (K3).

-- How far the entries were read: next_seq is the next one, −1 while the tables are
-- being cleared. closed_day is the last closed day whose entries are all read.
CREATE TABLE openbooks_position (
    community_id BYTEA  NOT NULL PRIMARY KEY,
    next_seq     BIGINT NOT NULL,
    closed_day   BIGINT NOT NULL,
    closed_at    BIGINT NOT NULL
);

-- What was bought on a booked day, refunds taken off. first_seq and last_seq are
-- entry numbers of purchases, −1 without any. buyers_least says that at least so
-- many different buyers were there: from which day on groups begin anew.
CREATE TABLE openbooks_day (
    community_id       BYTEA  NOT NULL,
    day                BIGINT NOT NULL,
    purchases          BIGINT NOT NULL,
    refunds            BIGINT NOT NULL,
    first_seq          BIGINT NOT NULL,
    last_seq           BIGINT NOT NULL,
    buyers_least       BIGINT NOT NULL,
    held               BIGINT NOT NULL,
    direct             BIGINT NOT NULL,
    coins              BIGINT NOT NULL,
    vouchers_shops     BIGINT NOT NULL,
    vouchers_platform  BIGINT NOT NULL,
    net                BIGINT NOT NULL,
    referrers          BIGINT NOT NULL,
    platform           BIGINT NOT NULL,
    welfare            BIGINT NOT NULL,
    leaders            BIGINT NOT NULL,
    care               BIGINT NOT NULL,
    coins_given        BIGINT NOT NULL,
    points_given       BIGINT NOT NULL,
    welfare_fund       BIGINT NOT NULL,
    care_fund          BIGINT NOT NULL,
    PRIMARY KEY (community_id, day)
);

-- Who bought and where, counted and never shown: the pseudonyms of buyers and the
-- ids of shops, 16 bytes each, of the purchases that are booked on a day and lie
-- in one stretch of entry numbers.
CREATE TABLE openbooks_visit (
    community_id BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    part         BIGINT NOT NULL,
    buyers       BYTEA  NOT NULL,
    shops        BYTEA  NOT NULL,
    PRIMARY KEY (community_id, day, part)
);

-- What moved on a public fund outside of purchases: spent, given, put right.
CREATE TABLE openbooks_movement (
    community_id BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    fund         TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    rule         TEXT   NOT NULL,
    amount       BIGINT NOT NULL,
    PRIMARY KEY (community_id, day, seq, fund)
);
