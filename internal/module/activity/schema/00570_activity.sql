-- +goose Up
-- What neighbours sign up for: a class that one of them teaches (F10), or an activity that
-- the desk or the committee calls (F12).
CREATE TABLE activity (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- class, event
    teacher_id   BYTEA  NOT NULL, -- member; zero of what the desk calls
    second_id    BYTEA  NOT NULL, -- member: the second adult where children come; zero for none
    skill        TEXT   NOT NULL, -- of the teacher; '' of what the desk calls
    title        TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    audience     TEXT   NOT NULL, -- for whom it is
    place        TEXT   NOT NULL,
    minutes      BIGINT NOT NULL, -- of a session
    least        BIGINT NOT NULL, -- people without whom it does not take place
    most         BIGINT NOT NULL, -- people there is room for; 0 = no limit
    pay          TEXT   NOT NULL, -- free, seat, pool
    price        BIGINT NOT NULL, -- of a seat for a session, in hundredths of a coin
    language     TEXT   NOT NULL,
    access       TEXT   NOT NULL, -- stepfree, stairs
    children     TEXT   NOT NULL, -- welcome, no
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX activity_teacher ON activity (community_id, teacher_id);

-- How far it has come: open, refused, withdrawn, off.
CREATE TABLE activity_step (
    community_id BYTEA  NOT NULL,
    activity_id  BYTEA  NOT NULL,
    state        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    taken_at     BIGINT NOT NULL,
    taken_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, activity_id, state)
);

-- One date of it.
CREATE TABLE activity_session (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    activity_id  BYTEA  NOT NULL,
    begins_at    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    code         TEXT   NOT NULL, -- six digits that hang at the door
    PRIMARY KEY (community_id, id)
);
CREATE INDEX activity_session_activity ON activity_session (community_id, activity_id, begins_at);
CREATE INDEX activity_session_ends ON activity_session (community_id, ends_at);

-- A date is over: it was held and settled, or it was called off.
CREATE TABLE activity_session_end (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    how          TEXT   NOT NULL, -- held, off
    words        TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id)
);

-- Who comes was reminded of a date.
CREATE TABLE activity_reminder (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    reminded_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, session_id)
);

-- A member who signed up, with those she brings along. Its id is that of the hold in the
-- books of hours.
CREATE TABLE activity_seat (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    activity_id  BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    people       BIGINT NOT NULL,
    signed_at    BIGINT NOT NULL,
    signed_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX activity_seat_activity ON activity_seat (community_id, activity_id, signed_at);
CREATE INDEX activity_seat_member ON activity_seat (community_id, member_id);

-- Where a seat stands: in, waiting, offered until, left, lapsed, off.
CREATE TABLE activity_seat_step (
    community_id BYTEA  NOT NULL,
    seat_id      BYTEA  NOT NULL,
    state        TEXT   NOT NULL,
    until_at     BIGINT NOT NULL, -- of an offer; else 0
    taken_at     BIGINT NOT NULL,
    taken_by     BYTEA  NOT NULL,
    rank         BIGINT NOT NULL, -- in the order in which they came
    PRIMARY KEY (community_id, seat_id, state)
);

-- Who has a chair now: one seat at most, whoever asks at the same moment.
CREATE TABLE activity_chair (
    community_id BYTEA  NOT NULL,
    activity_id  BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    seat_id      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, activity_id, number)
);

-- Somebody said before that she cannot come on a date.
CREATE TABLE activity_excuse (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    seat_id      BYTEA  NOT NULL,
    said_at      BIGINT NOT NULL,
    said_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id, seat_id)
);

-- Who came.
CREATE TABLE activity_attendance (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    seat_id      BYTEA  NOT NULL,
    how          TEXT   NOT NULL, -- code: by the digits at the door; list: noted by the teacher or the desk
    came_at      BIGINT NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id, seat_id)
);

-- What a date came to for a seat, or, under the zero seat, what the pool paid for it. Its
-- id is that of the service in the books of hours.
CREATE TABLE activity_settlement (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    seat_id      BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- paid, late, pool
    coins        BIGINT NOT NULL,
    seq          BIGINT NOT NULL, -- of the entry
    settled_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, session_id, seat_id)
);

-- The desk gave it back by an entry of its own (T-02R).
CREATE TABLE activity_undo (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    seat_id      BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    undone_at    BIGINT NOT NULL,
    undone_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id, seat_id)
);

-- A line of thanks for who taught.
CREATE TABLE activity_word (
    community_id BYTEA  NOT NULL,
    seat_id      BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    said_at      BIGINT NOT NULL,
    said_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, seat_id)
);

-- Those who came were given points by a list (M-06, F12).
CREATE TABLE activity_list (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    list_id      BYTEA  NOT NULL,
    given_at     BIGINT NOT NULL,
    given_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id)
);
