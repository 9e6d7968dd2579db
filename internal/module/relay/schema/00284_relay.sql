-- +goose Up
-- A joint set that shops complete one after another (C12).
CREATE TABLE relay (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    starter_id   BYTEA  NOT NULL, -- the shop that began it
    discount     BIGINT NOT NULL, -- parts per million that the set is at least under its parts
    until_at     BIGINT NOT NULL, -- when it is complete or given up
    last_day     BIGINT NOT NULL, -- the last day on which it is sold
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);

CREATE TABLE relay_part (
    community_id BYTEA  NOT NULL,
    relay_id     BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    trade        TEXT   NOT NULL,
    what         TEXT   NOT NULL,
    pieces       BIGINT NOT NULL,
    PRIMARY KEY (community_id, relay_id, n)
);

-- A shop takes a part on, with its prices a piece.
CREATE TABLE relay_join (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    relay_id     BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    shop_id      BYTEA  NOT NULL,
    shelf        BIGINT NOT NULL, -- fen a piece on its shelf
    share        BIGINT NOT NULL, -- fen a piece in the set
    joined_at    BIGINT NOT NULL,
    joined_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX relay_join_relay ON relay_join (community_id, relay_id, joined_at);

CREATE TABLE relay_leave (
    community_id BYTEA  NOT NULL,
    join_id      BYTEA  NOT NULL,
    left_at      BIGINT NOT NULL,
    left_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, join_id)
);

-- Which joining holds a part: one at most. It goes when the shop leaves.
CREATE TABLE relay_held (
    community_id BYTEA  NOT NULL,
    relay_id     BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    join_id      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, relay_id, n)
);

-- What became of it; each step happens once.
CREATE TABLE relay_step (
    community_id BYTEA  NOT NULL,
    relay_id     BYTEA  NOT NULL,
    step         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    stepped_at   BIGINT NOT NULL,
    stepped_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, relay_id, step)
);
