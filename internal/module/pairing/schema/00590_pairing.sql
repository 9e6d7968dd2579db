-- +goose Up
-- An agreement of two communities (F5), as each of them keeps it. Its terms never change.
CREATE TABLE pairing (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    other_id     BYTEA  NOT NULL, -- the community it is with
    proposer_id  BYTEA  NOT NULL, -- which of the two proposed it
    limit_coins  BIGINT NOT NULL, -- hundredths: the most that may have gone from one to the other on balance
    month_coins  BIGINT NOT NULL, -- hundredths: the most that one member takes across in a civil month
    PRIMARY KEY (community_id, id)
);
CREATE INDEX pairing_other ON pairing (community_id, other_id);

-- What the two said of it. What the other side says comes by the outbox, in any order.
CREATE TABLE pairing_step (
    community_id BYTEA  NOT NULL,
    pairing_id   BYTEA  NOT NULL,
    what         TEXT   NOT NULL,
    side_id      BYTEA  NOT NULL, -- the community that says so
    words        TEXT   NOT NULL,
    step_at      BIGINT NOT NULL,
    step_by      BYTEA  NOT NULL, -- person; sixteen zeros where the other side says so
    PRIMARY KEY (community_id, pairing_id, what, side_id)
);
