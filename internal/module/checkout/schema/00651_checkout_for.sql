-- +goose Up
-- Which service at home a sale paid for, as the shop said; the latest line counts. Zeros say
-- that it was for none after all.
CREATE TABLE checkout_for (
    community_id  BYTEA  NOT NULL,
    checkout_id   BYTEA  NOT NULL,
    n             BIGINT NOT NULL, -- from 1
    request_id    BYTEA  NOT NULL, -- of the time bank
    assignment_id BYTEA  NOT NULL,
    noted_at      BIGINT NOT NULL,
    noted_by      TEXT   NOT NULL,
    PRIMARY KEY (community_id, checkout_id, n)
);
CREATE INDEX checkout_for_request ON checkout_for (community_id, request_id);
