-- +goose Up
-- Where a shop stands, in micro-degrees of WGS-84 (O5). Every change is a row of
-- its own, with who and when; the latest counts.
CREATE TABLE merchant_position (
    community_id BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    lat_e6       BIGINT NOT NULL,
    lon_e6       BIGINT NOT NULL,
    actor_kind   TEXT   NOT NULL,
    actor_id     BYTEA  NOT NULL,
    set_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, merchant_id, id)
);
