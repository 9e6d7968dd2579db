-- +goose Up
-- Where a place of the tree stands, in micro-degrees of WGS-84 (O5). Every change
-- is a row of its own, with who and when; the latest counts. Like the tree it
-- lives under the pseudo-community "~".
CREATE TABLE community_position (
    community_id BYTEA  NOT NULL,
    place_id     BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    lat_e6       BIGINT NOT NULL,
    lon_e6       BIGINT NOT NULL,
    actor_kind   TEXT   NOT NULL,
    actor_id     BYTEA  NOT NULL,
    set_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, place_id, id)
);
