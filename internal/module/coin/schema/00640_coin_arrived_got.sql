-- +goose Up
-- When hours that arrived from another community were got (T-14): they are as old there as
-- they were where they left. What has no row is as old as its arrival.
CREATE TABLE coin_arrived_got (
    community_id BYTEA  NOT NULL,
    transfer_id  BYTEA  NOT NULL, -- that of coin_arrived
    month        BIGINT NOT NULL, -- civil month
    coins        BIGINT NOT NULL,
    PRIMARY KEY (community_id, transfer_id, month)
);
CREATE INDEX coin_arrived_member ON coin_arrived (community_id, member_id);
