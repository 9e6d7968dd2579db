-- +goose Up
-- How the money of a batch that lies on shops' accounts reaches everybody: one plan a
-- batch. What was written under another plan_id does not count: its writer was cut short.
CREATE TABLE payout_plan (
    community_id BYTEA  NOT NULL,
    batch_id     BYTEA  NOT NULL,
    plan_id      BYTEA  NOT NULL,
    planned_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, batch_id)
);

-- What a plan could not deliver, and why; 'over' is what a shop got too much.
CREATE TABLE payout_carried (
    community_id BYTEA  NOT NULL,
    batch_id     BYTEA  NOT NULL,
    place        BIGINT NOT NULL,
    provider     TEXT   NOT NULL,
    owner_kind   TEXT   NOT NULL,
    owner_id     BYTEA  NOT NULL,
    amount       BIGINT NOT NULL,
    why          TEXT   NOT NULL,
    PRIMARY KEY (community_id, batch_id, place)
);

-- A request to a provider about one payment on a shop's account: parts of it go to others,
-- or what is left is released to the shop. The id is the key by which the provider knows it.
CREATE TABLE payout_share (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    plan_id      BYTEA  NOT NULL,
    place        BIGINT NOT NULL, -- in which order they are asked for
    batch_id     BYTEA  NOT NULL,
    provider     TEXT   NOT NULL,
    payment_id   BYTEA  NOT NULL,
    number       TEXT   NOT NULL, -- the provider's of the payment
    account      TEXT   NOT NULL, -- of the shop with the provider
    shop_id      BYTEA  NOT NULL,
    item_id      BYTEA  NOT NULL, -- of the shop in the batch, zero for none
    amount       BIGINT NOT NULL, -- of the payment
    paid_at      BIGINT NOT NULL,
    released     BIGINT NOT NULL, -- 1: it asks to release what is left
    PRIMARY KEY (community_id, id)
);
CREATE INDEX payout_share_payment ON payout_share (community_id, payment_id);
CREATE INDEX payout_share_batch ON payout_share (community_id, batch_id, place);
CREATE INDEX payout_share_item ON payout_share (community_id, item_id);
CREATE INDEX payout_share_paid ON payout_share (community_id, paid_at);

CREATE TABLE payout_part (
    community_id BYTEA  NOT NULL,
    share_id     BYTEA  NOT NULL,
    place        BIGINT NOT NULL,
    owner_kind   TEXT   NOT NULL,
    owner_id     BYTEA  NOT NULL, -- zero for the platform
    item_id      BYTEA  NOT NULL, -- that it pays; zero for the platform
    number       TEXT   NOT NULL, -- of the receiver's account
    name         TEXT   NOT NULL,
    amount       BIGINT NOT NULL,
    PRIMARY KEY (community_id, share_id, place)
);
CREATE INDEX payout_part_item ON payout_part (community_id, item_id);

-- The provider is being asked: until the end nothing else is asked about the payment.
CREATE TABLE payout_share_sent (
    community_id BYTEA  NOT NULL,
    share_id     BYTEA  NOT NULL,
    brings       BIGINT NOT NULL, -- what a release brings its shop
    sent_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, share_id)
);

CREATE TABLE payout_part_end (
    community_id BYTEA  NOT NULL,
    share_id     BYTEA  NOT NULL,
    place        BIGINT NOT NULL,
    kind         TEXT   NOT NULL, -- done, closed
    reason       TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL, -- the provider's time
    PRIMARY KEY (community_id, share_id, place)
);

CREATE TABLE payout_share_end (
    community_id BYTEA  NOT NULL,
    share_id     BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- done, late, failed
    number       TEXT   NOT NULL, -- the provider's of the request
    reason       TEXT   NOT NULL,
    brought      BIGINT NOT NULL, -- what the shop got by a release
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, share_id)
);

-- When a provider is asked about a request next.
CREATE TABLE payout_share_due (
    community_id BYTEA  NOT NULL,
    share_id     BYTEA  NOT NULL,
    plan_id      BYTEA  NOT NULL,
    place        BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    tries        BIGINT NOT NULL,
    PRIMARY KEY (community_id, share_id)
);
CREATE INDEX payout_share_due_at ON payout_share_due (community_id, due_at, place);

-- What of an item counts as delivered because its shop had got too much before.
CREATE TABLE payout_recovered (
    community_id BYTEA  NOT NULL,
    item_id      BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    amount       BIGINT NOT NULL,
    PRIMARY KEY (community_id, item_id)
);
CREATE INDEX payout_recovered_shop ON payout_recovered (community_id, shop_id);

-- What a shop got more than it should have. item_id or refund_id says by what.
CREATE TABLE payout_over (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    cause        TEXT   NOT NULL, -- late, share, refund
    cause_id     BYTEA  NOT NULL, -- batch, item or refund
    amount       BIGINT NOT NULL,
    noted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX payout_over_shop ON payout_over (community_id, shop_id);

-- A receiver is asked to give a part back to the order's shop, for a refund. refund_id is
-- the first of those that were asked for anew.
CREATE TABLE payout_give_back (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    refund_id    BYTEA  NOT NULL,
    payment_id   BYTEA  NOT NULL,
    share_id     BYTEA  NOT NULL,
    place        BIGINT NOT NULL, -- of the part
    amount       BIGINT NOT NULL,
    asked_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX payout_give_back_refund ON payout_give_back (community_id, refund_id);
CREATE INDEX payout_give_back_payment ON payout_give_back (community_id, payment_id);

CREATE TABLE payout_give_back_end (
    community_id BYTEA  NOT NULL,
    give_back_id BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- done, closed
    reason       TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, give_back_id)
);

-- What a shop's own account paid of a refund (P-06). seq is −1 when receivers had given
-- all of it back.
CREATE TABLE payout_borne (
    community_id BYTEA  NOT NULL,
    refund_id    BYTEA  NOT NULL,
    payment_id   BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    taken        BIGINT NOT NULL, -- by the provider
    amount       BIGINT NOT NULL, -- of it booked: less what receivers gave back
    seq          BIGINT NOT NULL,
    noted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, refund_id)
);
CREATE INDEX payout_borne_payment ON payout_borne (community_id, payment_id);

-- Batches from before there were plans have one that asks for nothing.
INSERT INTO payout_plan (community_id, batch_id, plan_id, planned_at)
SELECT e.community_id, e.batch_id, e.batch_id, e.ended_at FROM payout_batch_end e WHERE e.kind = 'agreed';
