-- +goose Up
-- The pool may give a share of a request, take it back, and give one again (T-06, T-06R):
-- shares are counted by themselves, and know the hold that they joined and the month whose
-- budget pays them.
ALTER TABLE coin_share RENAME COLUMN part TO share;
ALTER TABLE coin_share ADD COLUMN part BIGINT NOT NULL DEFAULT 0;
ALTER TABLE coin_share ADD COLUMN month BIGINT NOT NULL DEFAULT 0;
UPDATE coin_share SET part = share;

-- A share that went back to the pool, since the shop's staff does not come.
CREATE TABLE coin_share_end (
    community_id BYTEA  NOT NULL,
    request_id   BYTEA  NOT NULL,
    share        BIGINT NOT NULL,
    coins        BIGINT NOT NULL, -- that the asker sets aside again
    pool         BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, request_id, share)
);
