-- +goose Up
-- Seats of a community (C1): number 1 is the trade's, further ones were opened for
-- measured demand.
CREATE TABLE alliance_seat (
    community_id  BYTEA  NOT NULL,
    id            BYTEA  NOT NULL,
    trade         TEXT   NOT NULL,
    number        BIGINT NOT NULL,
    radius        BIGINT NOT NULL,
    asked         BIGINT NOT NULL,
    unmet         BIGINT NOT NULL,
    measured_days BIGINT NOT NULL,
    source        TEXT   NOT NULL,
    reason        TEXT   NOT NULL,
    opened_at     BIGINT NOT NULL,
    opened_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (trade, number, community_id)
);

-- One shop's time on a seat. ended_at repeats what alliance_vacancy tells, so that
-- the database itself can refuse a second shop on a seat and a second seat of a shop.
CREATE TABLE alliance_tenure (
    community_id   BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    seat_id        BYTEA  NOT NULL,
    merchant_id    BYTEA  NOT NULL,
    held_from      BIGINT NOT NULL,
    held_until     BIGINT NOT NULL,
    basis          TEXT   NOT NULL,
    application_id BYTEA  NOT NULL,
    ended_at       BIGINT NOT NULL,
    noted_at       BIGINT NOT NULL,
    noted_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX alliance_tenure_of_seat ON alliance_tenure (community_id, seat_id) WHERE ended_at = 0;
CREATE UNIQUE INDEX alliance_tenure_of_shop ON alliance_tenure (community_id, merchant_id) WHERE ended_at = 0;
CREATE INDEX alliance_tenure_shop ON alliance_tenure (community_id, merchant_id, held_from);

-- How a tenure ended: who noted it, when and why.
CREATE TABLE alliance_vacancy (
    community_id BYTEA  NOT NULL,
    tenure_id    BYTEA  NOT NULL,
    why          TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    vacated_at   BIGINT NOT NULL,
    noted_at     BIGINT NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, tenure_id)
);

-- Where shops of a trade stand, made from what the register says, to find who
-- competes with whom across communities.
CREATE TABLE alliance_spot (
    community_id BYTEA   NOT NULL,
    merchant_id  BYTEA   NOT NULL,
    trade        TEXT    NOT NULL,
    lat_e6       BIGINT  NOT NULL,
    lon_e6       BIGINT  NOT NULL,
    radius       BIGINT  NOT NULL,
    placed       BOOLEAN NOT NULL,
    PRIMARY KEY (community_id, merchant_id)
);
CREATE INDEX alliance_spot_near ON alliance_spot (community_id, trade, lat_e6);
CREATE INDEX alliance_spot_wide ON alliance_spot (community_id, trade) WHERE radius > 1000;

-- Shops that claim the seat of another when the alliance is introduced; the operator
-- decides.
CREATE TABLE alliance_rivalry (
    community_id BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    seat_id      BYTEA  NOT NULL,
    noted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, merchant_id)
);

CREATE TABLE alliance_rivalry_end (
    community_id BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    outcome      TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, merchant_id)
);
