-- +goose Up
-- Meetings with their agenda and minutes.
CREATE TABLE committee_meeting (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    meets_at     BIGINT NOT NULL,
    place        TEXT   NOT NULL,
    called_at    BIGINT NOT NULL,
    called_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);

CREATE TABLE committee_item (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    meeting_id   BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    put_at       BIGINT NOT NULL,
    put_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX committee_item_of ON committee_item (community_id, meeting_id);

-- The minutes: who was there, and under each item what was decided. Written anew they
-- stand beside the old ones; the last count.
CREATE TABLE committee_minutes (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    meeting_id   BYTEA  NOT NULL,
    present      TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    written_at   BIGINT NOT NULL,
    written_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX committee_minutes_of ON committee_minutes (community_id, meeting_id);

CREATE TABLE committee_decision (
    community_id BYTEA  NOT NULL,
    minutes_id   BYTEA  NOT NULL,
    item_id      BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    PRIMARY KEY (community_id, minutes_id, item_id)
);
