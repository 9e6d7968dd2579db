-- +goose Up
-- A term of membership that somebody ordered: what was promised stands in the row,
-- so that later numbers of the policy take nothing back. Whether it was paid says its
-- charge (its subject is the order). ref is the reference that stands for her; of a
-- newcomer there is no member yet and member_id is empty. how: self, assisted, desk.
CREATE TABLE membership_order (
    community_id  BYTEA  NOT NULL,
    id            BYTEA  NOT NULL,
    ref           TEXT   NOT NULL,
    member_id     BYTEA  NOT NULL,
    fee           BIGINT NOT NULL,
    months        BIGINT NOT NULL,
    cooling_days  BIGINT NOT NULL,
    free_services BIGINT NOT NULL,
    how           TEXT   NOT NULL,
    ordered_by    TEXT   NOT NULL,
    ordered_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX membership_order_of ON membership_order (community_id, ref, id);

-- A term in force from from_day up to, not on, until_day: civil days of the community
-- since 1970. origin: paid, waived (three recommendations), carried (from before these
-- books), free (the policy asks no fee). charge_id is empty unless it was paid;
-- paid_day is the day from which the cooling-off runs. The id is the order's, if any.
CREATE TABLE membership_term (
    community_id  BYTEA  NOT NULL,
    id            BYTEA  NOT NULL,
    member_id     BYTEA  NOT NULL,
    charge_id     BYTEA  NOT NULL,
    seq           BIGINT NOT NULL,
    origin        TEXT   NOT NULL,
    fee           BIGINT NOT NULL,
    from_day      BIGINT NOT NULL,
    until_day     BIGINT NOT NULL,
    paid_day      BIGINT NOT NULL,
    cooling_days  BIGINT NOT NULL,
    free_services BIGINT NOT NULL,
    reason        TEXT   NOT NULL,
    recorded_by   TEXT   NOT NULL,
    recorded_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX membership_term_of ON membership_term (community_id, member_id, from_day);
CREATE INDEX membership_term_until ON membership_term (community_id, until_day, id);

-- A term was given up on end_day: refunded in fen, taken is the stated value of the
-- goods that were collected in it.
CREATE TABLE membership_term_end (
    community_id BYTEA  NOT NULL,
    term_id      BYTEA  NOT NULL,
    end_day      BIGINT NOT NULL,
    refunded     BIGINT NOT NULL,
    taken        BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    ended_by     TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, term_id)
);

-- What was done about the end of a term, each once: soon, last, ended (the member was
-- told), lapsed (the grace is over and the standing with it).
CREATE TABLE membership_mark (
    community_id BYTEA  NOT NULL,
    term_id      BYTEA  NOT NULL,
    mark         TEXT   NOT NULL,
    marked_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, term_id, mark)
);

-- One of the free services of a term was used (B1). how: desk, field, self.
CREATE TABLE membership_use (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    term_id      BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    served_by    TEXT   NOT NULL,
    used_day     BIGINT NOT NULL,
    how          TEXT   NOT NULL,
    cause_id     BYTEA  NOT NULL,
    recorded_by  TEXT   NOT NULL,
    recorded_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX membership_use_of ON membership_use (community_id, term_id, id);
CREATE INDEX membership_use_by ON membership_use (community_id, member_id, id);

-- A use was noted by mistake, or the service did not take place.
CREATE TABLE membership_use_back (
    community_id BYTEA  NOT NULL,
    use_id       BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    taken_by     TEXT   NOT NULL,
    taken_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, use_id)
);
