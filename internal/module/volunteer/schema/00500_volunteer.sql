-- +goose Up
-- Somebody who helps in a community, and how she wants to (F1). What she says of
-- herself is changed in place: what she took back is not kept.
CREATE TABLE volunteer (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    id           BYTEA  NOT NULL, -- random: what addresses call her
    member_id    BYTEA  NOT NULL,
    place_id     BYTEA  NOT NULL,
    grid_id      BYTEA  NOT NULL, -- sixteen zeros: not known
    radius_m     BIGINT NOT NULL,
    windows      TEXT   NOT NULL, -- "1 540 720,3 1080 1260": weekday, from, to in minutes
    languages    TEXT   NOT NULL, -- "zh dialect"
    day_minutes  BIGINT NOT NULL, -- 0: as the rules say
    week_minutes BIGINT NOT NULL,
    limits       TEXT   NOT NULL, -- "lifting pets stairs": what not
    about        TEXT   NOT NULL,
    likes        TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    changed_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, person_id)
);
CREATE UNIQUE INDEX volunteer_id ON volunteer (community_id, id);

-- She began, paused, went on, stopped; the latest one counts.
CREATE TABLE volunteer_step (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    step_at      BIGINT NOT NULL,
    step_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, person_id, n)
);

-- Away, or free besides.
CREATE TABLE volunteer_exception (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    begins_at    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX volunteer_exception_person ON volunteer_exception (community_id, person_id);

-- What she says she can do.
CREATE TABLE volunteer_skill (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    skill        TEXT   NOT NULL,
    declared_at  BIGINT NOT NULL,
    declared_by  BYTEA  NOT NULL,
    PRIMARY KEY (community_id, person_id, skill)
);

-- Somebody says so too, once for each skill.
CREATE TABLE volunteer_vouch (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    skill        TEXT   NOT NULL,
    vouched_by   BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    vouched_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id, skill, vouched_by)
);
CREATE INDEX volunteer_vouch_by ON volunteer_vouch (community_id, vouched_by);

-- A paper that says so, and what the desk thought of it.
CREATE TABLE volunteer_certificate (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    skill        TEXT   NOT NULL,
    file_id      BYTEA  NOT NULL,
    name         TEXT   NOT NULL,
    handed_at    BIGINT NOT NULL,
    handed_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX volunteer_certificate_person ON volunteer_certificate (community_id, person_id);

CREATE TABLE volunteer_verdict (
    community_id   BYTEA  NOT NULL,
    certificate_id BYTEA  NOT NULL,
    accepted       BIGINT NOT NULL,
    until_day      BIGINT NOT NULL,
    words          TEXT   NOT NULL,
    judged_at      BIGINT NOT NULL,
    judged_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, certificate_id)
);

-- Who she is known to be, and what she is trained in; the paper itself is not kept.
CREATE TABLE volunteer_proof (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    until_day    BIGINT NOT NULL, -- 0: no end
    words        TEXT   NOT NULL,
    noted_at     BIGINT NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX volunteer_proof_person ON volunteer_proof (community_id, person_id);

CREATE TABLE volunteer_proof_end (
    community_id BYTEA  NOT NULL,
    proof_id     BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, proof_id)
);

-- A shop offers one of its staff as reserve (F6); she answers herself.
CREATE TABLE volunteer_reserve (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    skills       TEXT   NOT NULL,
    windows      TEXT   NOT NULL,
    offered_at   BIGINT NOT NULL,
    offered_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX volunteer_reserve_shop ON volunteer_reserve (community_id, shop_id);
CREATE INDEX volunteer_reserve_person ON volunteer_reserve (community_id, person_id);

CREATE TABLE volunteer_reserve_step (
    community_id BYTEA  NOT NULL,
    reserve_id   BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    step_at      BIGINT NOT NULL,
    step_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, reserve_id, n)
);

-- She was told that a certificate or a proof is about to end.
CREATE TABLE volunteer_reminder (
    community_id BYTEA  NOT NULL,
    thing_id     BYTEA  NOT NULL,
    reminded_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, thing_id)
);

-- How often anything above changed: whoever keeps a copy asks for this first.
CREATE TABLE volunteer_change (
    community_id BYTEA  NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (community_id)
);
