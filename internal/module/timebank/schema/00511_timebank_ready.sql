-- +goose Up
-- A neighbour who was asked said yes, and waits to hear whether it is she who goes.
CREATE TABLE timebank_ready (
    community_id BYTEA  NOT NULL,
    offer_id     BYTEA  NOT NULL,
    ready_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, offer_id)
);

-- How people answer is counted over the last weeks.
CREATE INDEX timebank_offer_made ON timebank_offer (community_id, made_at);
