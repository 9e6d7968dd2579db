-- +goose Up
-- A festival of a community's shops (E6).
CREATE TABLE campaign (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    place        TEXT   NOT NULL,
    first_day    BIGINT NOT NULL,
    last_day     BIGINT NOT NULL,
    budget       BIGINT NOT NULL, -- fen that the platform means to spend
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX campaign_days ON campaign (community_id, last_day);

-- It is shown to everybody, or it does not take place.
CREATE TABLE campaign_step (
    community_id BYTEA  NOT NULL,
    campaign_id  BYTEA  NOT NULL,
    what         TEXT   NOT NULL, -- published, cancelled
    words        TEXT   NOT NULL,
    step_at      BIGINT NOT NULL,
    step_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, campaign_id, what)
);

-- Which shops take part; the latest of a shop counts.
CREATE TABLE campaign_part (
    community_id BYTEA  NOT NULL,
    campaign_id  BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    said_at      BIGINT NOT NULL,
    joined       BIGINT NOT NULL, -- 1, or 0: it takes no part any more
    budget       BIGINT NOT NULL, -- fen that the shop means to spend
    words        TEXT   NOT NULL, -- what it does, in a line
    said_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, campaign_id, shop_id, said_at)
);

-- Offers and series of vouchers that belong to it.
CREATE TABLE campaign_link (
    community_id BYTEA  NOT NULL,
    campaign_id  BYTEA  NOT NULL,
    what         TEXT   NOT NULL, -- offer, series
    thing_id     BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL, -- whose; sixteen zeros: the alliance's or the platform's
    linked_at    BIGINT NOT NULL,
    linked_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, campaign_id, what, thing_id)
);

-- The joint calendar: what happens when and where.
CREATE TABLE campaign_event (
    community_id BYTEA  NOT NULL,
    campaign_id  BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    from_minute  BIGINT NOT NULL,
    to_minute    BIGINT NOT NULL,
    title        TEXT   NOT NULL,
    place        TEXT   NOT NULL,
    shop_id      BYTEA  NOT NULL, -- whose; sixteen zeros: everybody's
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, campaign_id, id)
);

CREATE TABLE campaign_event_off (
    community_id BYTEA  NOT NULL,
    event_id     BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    off_at       BIGINT NOT NULL,
    off_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, event_id)
);
