-- +goose Up
-- A training session of the alliance (C9).
CREATE TABLE training_session (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    place        TEXT   NOT NULL,
    host         TEXT   NOT NULL,
    begins_at    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    seats        BIGINT NOT NULL,
    code         TEXT   NOT NULL, -- six digits that the host shows in the room
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX training_session_begins ON training_session (community_id, begins_at);

-- It was called off.
CREATE TABLE training_off (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    off_at       BIGINT NOT NULL,
    off_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id)
);

-- A shop signs up, and gets the next number of the session; the first ones who have
-- not left have a seat, the others wait in this order.
CREATE TABLE training_signup (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    shop_id      BYTEA  NOT NULL,
    signed_at    BIGINT NOT NULL,
    signed_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id, n)
);
CREATE INDEX training_signup_shop ON training_signup (community_id, shop_id, signed_at);

CREATE TABLE training_signoff (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    left_at      BIGINT NOT NULL,
    left_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id, n)
);

-- Who was there: by the code, or from the list on paper; "absent" takes a mistake in
-- the list back. The latest line of a shop counts.
CREATE TABLE training_attendance (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    noted_at     BIGINT NOT NULL,
    how          TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id, shop_id, noted_at)
);

CREATE TABLE training_material (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    link         TEXT   NOT NULL,
    file_id      BYTEA  NOT NULL, -- sixteen zeros: none
    added_at     BIGINT NOT NULL,
    added_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX training_material_session ON training_material (community_id, session_id, id);

CREATE TABLE training_material_off (
    community_id BYTEA  NOT NULL,
    material_id  BYTEA  NOT NULL,
    off_at       BIGINT NOT NULL,
    off_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, material_id)
);

CREATE TABLE training_feedback (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    stars        BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    given_at     BIGINT NOT NULL,
    given_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id, shop_id)
);

-- What was said; a later version stands beside the earlier one.
CREATE TABLE training_minutes (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    written_at   BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    written_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id, written_at)
);

-- Who signed up was reminded.
CREATE TABLE training_reminder (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    reminded_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, session_id)
);
