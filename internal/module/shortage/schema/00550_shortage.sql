-- +goose Up
-- More is booked of a kind in an hour than neighbours can do (F6).
CREATE TABLE shortage_warning (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    hour_at      BIGINT NOT NULL, -- beginning of the hour
    over         BIGINT NOT NULL, -- ppm beyond capacity from which it counts, as it was then
    PRIMARY KEY (community_id, id)
);
CREATE INDEX shortage_warning_hour ON shortage_warning (community_id, hour_at);

-- What was counted, the first time and whenever it has changed; the highest n counts.
CREATE TABLE shortage_reading (
    community_id BYTEA  NOT NULL,
    warning_id   BYTEA  NOT NULL,
    n            BIGINT NOT NULL, -- from 1
    booked       BIGINT NOT NULL, -- minutes of one person
    able         BIGINT NOT NULL,
    helpers      BIGINT NOT NULL,
    reserve      BIGINT NOT NULL,
    ratio        BIGINT NOT NULL, -- ppm
    read_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, warning_id, n)
);

-- It stands no more. What stands has no row here.
CREATE TABLE shortage_end (
    community_id BYTEA  NOT NULL,
    warning_id   BYTEA  NOT NULL,
    why          TEXT   NOT NULL, -- eased, passed, off
    ended_at     BIGINT NOT NULL,
    ended_by     TEXT   NOT NULL,
    PRIMARY KEY (community_id, warning_id)
);

-- While it stood, somebody of a shop took an order, and this is what the pool paid of it.
CREATE TABLE shortage_order (
    community_id  BYTEA  NOT NULL,
    warning_id    BYTEA  NOT NULL,
    assignment_id BYTEA  NOT NULL,
    request_id    BYTEA  NOT NULL,
    shop_id       BYTEA  NOT NULL,
    pool          BIGINT NOT NULL, -- hundredths
    seq           BIGINT NOT NULL, -- of the entry; 0: nothing was posted
    ordered_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, warning_id, assignment_id)
);

-- The desk calls for people who can do a kind.
CREATE TABLE shortage_call (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    skill        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    hours        TEXT   NOT NULL, -- beginnings of the hours that lack somebody, micros, in order
    missing      BIGINT NOT NULL, -- minutes
    until_at     BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    published_by BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX shortage_call_until ON shortage_call (community_id, until_at);

CREATE TABLE shortage_call_end (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, call_id)
);

-- Whom a call was sent to.
CREATE TABLE shortage_asked (
    community_id BYTEA  NOT NULL,
    call_id      BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    asked_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, call_id, member_id)
);
CREATE INDEX shortage_asked_month ON shortage_asked (community_id, month, member_id);

-- The desk decides against a call for a kind, for a while.
CREATE TABLE shortage_declined (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    until_day    BIGINT NOT NULL, -- the last day on which it holds
    declined_at  BIGINT NOT NULL,
    declined_by  BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
