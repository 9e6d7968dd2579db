-- +goose Up
-- One notice on its way by one way. A digest stands for several notices that were
-- held back; its notice_id is the first of them.
CREATE TABLE notice_delivery (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    notice_id    BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    way          TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX notice_delivery_once ON notice_delivery (notice_id, way, kind, community_id);
CREATE INDEX notice_delivery_guard ON notice_delivery (person_id, kind, way, made_at, community_id);

-- What is still to be carried out, and when. claimed_until keeps a second hand off.
CREATE TABLE notice_due (
    community_id  BYTEA  NOT NULL,
    delivery_id   BYTEA  NOT NULL,
    due_at        BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL,
    PRIMARY KEY (community_id, delivery_id)
);
CREATE INDEX notice_due_at ON notice_due (due_at, delivery_id, community_id);

-- Every attempt and what came of it. outcome 'dead' ends a delivery until somebody
-- asks for it again ('asked', by).
CREATE TABLE notice_attempt (
    community_id BYTEA  NOT NULL,
    delivery_id  BYTEA  NOT NULL,
    no           BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    outcome      TEXT   NOT NULL,
    detail       TEXT   NOT NULL,
    by_id        BYTEA  NOT NULL,
    PRIMARY KEY (community_id, delivery_id, no)
);
CREATE INDEX notice_attempt_outcome ON notice_attempt (outcome, at, delivery_id, community_id);

-- A notice that was one too many of its kind waits for a digest.
CREATE TABLE notice_held (
    community_id BYTEA  NOT NULL,
    digest_id    BYTEA  NOT NULL,
    notice_id    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, digest_id, notice_id)
);

-- A browser that takes push messages.
CREATE TABLE notice_push (
    community_id  BYTEA  NOT NULL,
    id            BYTEA  NOT NULL,
    person_id     BYTEA  NOT NULL,
    session_id    BYTEA  NOT NULL,
    endpoint_hash BYTEA  NOT NULL,
    endpoint      TEXT   NOT NULL,
    p256dh        TEXT   NOT NULL,
    auth          TEXT   NOT NULL,
    made_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX notice_push_endpoint ON notice_push (endpoint_hash, community_id);
CREATE INDEX notice_push_session ON notice_push (session_id, community_id);
CREATE INDEX notice_push_person ON notice_push (person_id, community_id);
