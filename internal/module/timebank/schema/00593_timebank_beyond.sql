-- +goose Up
-- What somebody said of asking in neighbouring communities for a request (F3, F5): who asked
-- does not want it, or the desk wants it at once. Without a word its turn comes by the clock.
CREATE TABLE timebank_beyond (
    community_id BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    says         TEXT   NOT NULL, -- home, now
    said_at      BIGINT NOT NULL,
    said_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, request_id, says)
);
