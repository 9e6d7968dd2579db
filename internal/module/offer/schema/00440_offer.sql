-- +goose Up
-- An offer of a shop (E4). What it says stands in its versions, the latest of which
-- holds; terms are JSON, as package offer writes them.
CREATE TABLE offer (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX offer_merchant ON offer (community_id, merchant_id, made_at);

CREATE TABLE offer_version (
    community_id BYTEA  NOT NULL,
    offer_id     BYTEA  NOT NULL,
    version      BIGINT NOT NULL,
    last_day     BIGINT NOT NULL, -- of the window, to find what still runs
    terms        TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, offer_id, version)
);

CREATE TABLE offer_end (
    community_id BYTEA  NOT NULL,
    offer_id     BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    PRIMARY KEY (community_id, offer_id)
);

-- How far an offer is used: by all, and by one member under her pseudonym.
CREATE TABLE offer_count (
    community_id BYTEA  NOT NULL,
    offer_id     BYTEA  NOT NULL,
    uses         BIGINT NOT NULL,
    saved        BIGINT NOT NULL, -- fen
    PRIMARY KEY (community_id, offer_id)
);

CREATE TABLE offer_person (
    community_id BYTEA  NOT NULL,
    offer_id     BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    uses         BIGINT NOT NULL,
    PRIMARY KEY (community_id, offer_id, member_id)
);

-- What one checkout took, and when it gave the room back (0: it did not). parts are
-- JSON: offer and fen.
CREATE TABLE offer_take (
    community_id BYTEA  NOT NULL,
    by_id        BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    parts        TEXT   NOT NULL,
    taken_at     BIGINT NOT NULL,
    freed_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, by_id)
);
