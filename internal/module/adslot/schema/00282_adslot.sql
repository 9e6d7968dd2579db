-- +goose Up
-- A place on a page that shops can book by the month (C10).
CREATE TABLE ad_slot (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    page         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    price        BIGINT NOT NULL, -- fen a month
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- It is not offered any more; months that are booked run.
CREATE TABLE ad_slot_end (
    community_id BYTEA  NOT NULL,
    slot_id      BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, slot_id)
);

CREATE TABLE ad_booking (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    slot_id      BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    month        BIGINT NOT NULL, -- 12 * year + month - 1
    from_day     BIGINT NOT NULL, -- the first day of it
    price        BIGINT NOT NULL, -- fen, as agreed
    booked_at    BIGINT NOT NULL,
    booked_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX ad_booking_shop ON ad_booking (community_id, shop_id, month);
CREATE INDEX ad_booking_month ON ad_booking (community_id, month);

-- Which booking holds a slot in a month: one at most. It goes when the booking ends.
CREATE TABLE ad_held (
    community_id BYTEA  NOT NULL,
    slot_id      BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    booking_id   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, slot_id, month)
);

CREATE TABLE ad_paid (
    community_id BYTEA  NOT NULL,
    booking_id   BYTEA  NOT NULL,
    paid_at      BIGINT NOT NULL,
    paid_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, booking_id)
);

CREATE TABLE ad_booking_end (
    community_id BYTEA  NOT NULL,
    booking_id   BYTEA  NOT NULL,
    how          TEXT   NOT NULL, -- cancelled, lapsed
    words        TEXT   NOT NULL,
    refund       BIGINT NOT NULL, -- fen that go back to the shop
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, booking_id)
);

-- What a booking shows; a later one takes the place of an earlier one once it passed.
CREATE TABLE ad_creative (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    booking_id   BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    target       TEXT   NOT NULL, -- a page of this house
    file_id      BYTEA  NOT NULL, -- sixteen zeros: no picture
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX ad_creative_booking ON ad_creative (community_id, booking_id, made_at);

CREATE TABLE ad_review (
    community_id BYTEA  NOT NULL,
    creative_id  BYTEA  NOT NULL,
    passed       BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    reviewed_at  BIGINT NOT NULL,
    reviewed_by  BYTEA  NOT NULL,
    PRIMARY KEY (community_id, creative_id)
);

-- How often it was seen and opened, by day. Nobody is named.
CREATE TABLE ad_count (
    community_id BYTEA  NOT NULL,
    booking_id   BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    views        BIGINT NOT NULL,
    clicks       BIGINT NOT NULL,
    PRIMARY KEY (community_id, booking_id, day)
);

-- Batches of counts that were added: each counts once.
CREATE TABLE ad_batch (
    community_id BYTEA  NOT NULL,
    batch        TEXT   NOT NULL,
    added_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, batch)
);
