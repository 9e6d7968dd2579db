-- +goose Up
-- What somebody said of asking in neighbouring communities for a request (F3, F5): who asked
-- agrees to it, or the desk wants it at once. Without her word it stays at home.
CREATE TABLE timebank_beyond (
    community_id BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    says         TEXT   NOT NULL, -- agreed, now
    said_at      BIGINT NOT NULL,
    said_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, request_id, says)
);
