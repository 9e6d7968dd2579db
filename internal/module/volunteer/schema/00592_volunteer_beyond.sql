-- +goose Up
-- Whether a volunteer also helps in communities that hers is paired with, and whether the
-- hours she earns there come home by themselves (F5): each time she says so; the last counts.
CREATE TABLE volunteer_beyond (
    community_id BYTEA   NOT NULL,
    person_id    BYTEA   NOT NULL,
    n            BIGINT  NOT NULL, -- from 1
    helps        BOOLEAN NOT NULL,
    hours_home   BOOLEAN NOT NULL,
    said_at      BIGINT  NOT NULL,
    said_by      BYTEA   NOT NULL,
    PRIMARY KEY (community_id, person_id, n)
);
