-- +goose Up
-- Everything here is derived from the entries, after their commit and by position;
-- it can be thrown away and made again (B7, C3, C6, C7).

-- How far the entries were read: next_seq is the next one, −1 while the tables are
-- being cleared. closed_day is the last closed day whose entries are all read.
CREATE TABLE trade_position (
    community_id BYTEA  NOT NULL PRIMARY KEY,
    next_seq     BIGINT NOT NULL,
    closed_day   BIGINT NOT NULL,
    closed_at    BIGINT NOT NULL
);

-- What one member bought in one shop in a civil month of booked_on. The buyer is the
-- member's pseudonym; who is erased leaves a pseudonym that leads to nobody. days
-- has a bit for each day of the month on which she bought, the lowest for the first.
-- Money of a refund stands in the month in which the refund is booked; undone counts
-- in the month of the purchase that was wholly refunded.
CREATE TABLE trade_visit (
    community_id      BYTEA  NOT NULL,
    month             BIGINT NOT NULL,
    shop_id           BYTEA  NOT NULL,
    buyer_id          BYTEA  NOT NULL,
    days              BIGINT NOT NULL,
    purchases         BIGINT NOT NULL,
    undone            BIGINT NOT NULL,
    refunds           BIGINT NOT NULL,
    referred          BIGINT NOT NULL,
    price             BIGINT NOT NULL,
    refunded          BIGINT NOT NULL,
    list              BIGINT NOT NULL,
    saved             BIGINT NOT NULL,
    cash              BIGINT NOT NULL,
    coins             BIGINT NOT NULL,
    vouchers_own      BIGINT NOT NULL,
    vouchers_shops    BIGINT NOT NULL,
    vouchers_platform BIGINT NOT NULL,
    coins_given       BIGINT NOT NULL,
    points_given      BIGINT NOT NULL,
    rebate            BIGINT NOT NULL,
    missed            BIGINT NOT NULL,
    PRIMARY KEY (community_id, month, shop_id, buyer_id)
);
CREATE INDEX trade_visit_by_buyer ON trade_visit (community_id, month, buyer_id); -- by month: what is written lies together

-- The same of a shop in a month, of members and of buyers nobody knows (guests).
-- borne is what it bore of the cost of vouchers, in its own sales and in others';
-- rebate_got is what other shops gave it for recommending buyers.
CREATE TABLE trade_shop (
    community_id      BYTEA  NOT NULL,
    month             BIGINT NOT NULL,
    shop_id           BYTEA  NOT NULL,
    purchases         BIGINT NOT NULL,
    undone            BIGINT NOT NULL,
    refunds           BIGINT NOT NULL,
    referred          BIGINT NOT NULL,
    price             BIGINT NOT NULL,
    refunded          BIGINT NOT NULL,
    list              BIGINT NOT NULL,
    saved             BIGINT NOT NULL,
    cash              BIGINT NOT NULL,
    coins             BIGINT NOT NULL,
    vouchers_own      BIGINT NOT NULL,
    vouchers_shops    BIGINT NOT NULL,
    vouchers_platform BIGINT NOT NULL,
    coins_given       BIGINT NOT NULL,
    points_given      BIGINT NOT NULL,
    rebate            BIGINT NOT NULL,
    missed            BIGINT NOT NULL,
    guests            BIGINT NOT NULL,
    borne             BIGINT NOT NULL,
    rebate_got        BIGINT NOT NULL,
    PRIMARY KEY (community_id, month, shop_id)
);

-- The first day on which a member bought in a shop: who is new there.
CREATE TABLE trade_tie (
    community_id BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    buyer_id     BYTEA  NOT NULL,
    first_day    BIGINT NOT NULL,
    PRIMARY KEY (community_id, shop_id, buyer_id)
);
CREATE INDEX trade_tie_by_day ON trade_tie (community_id, first_day);

-- What came to a member by anything else than her own purchases, by rule: a leader's
-- share, a gift, hours served. Reversed amounts are taken off.
CREATE TABLE trade_gain (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    rule         TEXT   NOT NULL,
    asset        BIGINT NOT NULL,
    amount       BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id, month, rule, asset)
);
