-- +goose Up
-- This database holds a demo, from the day it was empty: here anybody may look
-- around as anybody. A database with real people never gets this row.
CREATE TABLE signin_demo (
    community_id BYTEA  NOT NULL PRIMARY KEY,
    marked_at    BIGINT NOT NULL
);
