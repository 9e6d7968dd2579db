-- +goose Up
-- Why the clock ended something, where nobody gave a reason. few: too few signed up; nobody:
-- nobody is noted to have come; gone: who taught it, or stood by, was forgotten.
ALTER TABLE activity_step ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE activity_session_end ADD COLUMN cause TEXT NOT NULL DEFAULT '';
UPDATE activity_step SET words = '', cause = 'few' WHERE state = 'off' AND words = '-';
UPDATE activity_session_end SET words = '', cause = 'nobody' WHERE how = 'off' AND words = '-';

-- When the last date ends: lists of what is to come and of what is past are read by it.
ALTER TABLE activity ADD COLUMN ends_at BIGINT NOT NULL DEFAULT 0;
UPDATE activity SET ends_at = COALESCE((SELECT MAX(s.ends_at) FROM activity_session s WHERE s.community_id = activity.community_id AND s.activity_id = activity.id), 0);
CREATE INDEX activity_ends ON activity (community_id, ends_at, id);

-- How somebody signed up. own: herself, or who acts for her; desk: the desk for her.
ALTER TABLE activity_seat ADD COLUMN way TEXT NOT NULL DEFAULT 'own';

-- A date that has ended is carried out for one seat: paid, given back, told.
CREATE TABLE activity_closing (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    seat_id      BYTEA  NOT NULL,
    closed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, session_id, seat_id)
);

-- It is carried out for all of them. Between its end and this, it goes on seat by seat.
CREATE TABLE activity_session_done (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    done_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, session_id)
);
INSERT INTO activity_session_done (community_id, session_id, done_at) SELECT community_id, session_id, ended_at FROM activity_session_end;

-- By which rule those who came on a date are given points, and on which list: chosen once,
-- whoever asks at the same moment (M-06, F12).
CREATE TABLE activity_choice (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    rule_id      BYTEA  NOT NULL,
    list_id      BYTEA  NOT NULL,
    chosen_at    BIGINT NOT NULL,
    chosen_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id)
);
