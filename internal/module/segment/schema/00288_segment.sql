-- +goose Up
-- A message of a shop to members who agreed to get offers (C14).
CREATE TABLE segment_campaign (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- of the segment
    value        TEXT   NOT NULL, -- of an age band
    title        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    counted      BIGINT NOT NULL, -- how many it would reach when it was written
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX segment_campaign_shop ON segment_campaign (community_id, shop_id, made_at);

-- What the community said of it, once; sent: to how many it went.
CREATE TABLE segment_answer (
    community_id BYTEA  NOT NULL,
    campaign_id  BYTEA  NOT NULL,
    passed       BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    sent         BIGINT NOT NULL,
    answered_at  BIGINT NOT NULL,
    answered_by  BYTEA  NOT NULL,
    PRIMARY KEY (community_id, campaign_id)
);

-- To whom it went, by pseudonym, and who opened it.
CREATE TABLE segment_recipient (
    community_id BYTEA  NOT NULL,
    campaign_id  BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    sent_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, campaign_id, member_id)
);
CREATE INDEX segment_recipient_member ON segment_recipient (community_id, member_id, sent_at);

CREATE TABLE segment_open (
    community_id BYTEA  NOT NULL,
    campaign_id  BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    opened_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, campaign_id, member_id)
);
