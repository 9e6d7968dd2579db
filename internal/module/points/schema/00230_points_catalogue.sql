-- +goose Up
-- What points are exchanged for (B5). What a thing costs and where it is collected
-- stands in its terms, which are written anew when they change.
CREATE TABLE points_good (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    unit         TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    supplier_id  BYTEA  NOT NULL,
    added_by     TEXT   NOT NULL,
    added_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- monthly 0: as many as one likes. until_day 0: without an end. picture_id: of module
-- attachment, as in the tables below; zero: none.
CREATE TABLE points_terms (
    community_id BYTEA  NOT NULL,
    good_id      BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    points       BIGINT NOT NULL,
    cost         BIGINT NOT NULL,
    monthly      BIGINT NOT NULL,
    from_day     BIGINT NOT NULL,
    until_day    BIGINT NOT NULL,
    counter_id   BYTEA  NOT NULL,
    picture_id   BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    set_by       TEXT   NOT NULL,
    set_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, good_id, number)
);
CREATE INDEX points_terms_picture ON points_terms (community_id, picture_id);

CREATE TABLE points_good_end (
    community_id BYTEA  NOT NULL,
    good_id      BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    ended_by     TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, good_id)
);

-- A place to collect at that is no shop: a pickup point, the office.
CREATE TABLE points_counter (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    name         TEXT   NOT NULL,
    address      TEXT   NOT NULL,
    added_by     TEXT   NOT NULL,
    added_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- What a supplier delivered; it is stock from its check on, if that was passed.
CREATE TABLE points_batch (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    good_id      BYTEA  NOT NULL,
    quantity     BIGINT NOT NULL,
    document     TEXT   NOT NULL,
    delivered_by TEXT   NOT NULL,
    delivered_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX points_batch_of_good ON points_batch (community_id, good_id, id);

CREATE TABLE points_check (
    community_id BYTEA  NOT NULL,
    batch_id     BYTEA  NOT NULL,
    result       TEXT   NOT NULL,
    sample       BIGINT NOT NULL,
    faulty       BIGINT NOT NULL,
    note         TEXT   NOT NULL,
    picture_id   BYTEA  NOT NULL,
    checked_by   TEXT   NOT NULL,
    checked_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, batch_id)
);

-- Stock that is there no more and was not handed over: broken, gone off.
CREATE TABLE points_writeoff (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    good_id      BYTEA  NOT NULL,
    quantity     BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    noted_by     TEXT   NOT NULL,
    noted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
