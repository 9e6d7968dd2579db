-- +goose Up
-- The code of a member's or a shop's recommendation link (B2, C3). owner_kind: member,
-- merchant. A new code ends the old one.
CREATE TABLE membership_code (
    community_id BYTEA  NOT NULL,
    code         TEXT   NOT NULL,
    owner_kind   TEXT   NOT NULL,
    owner_id     BYTEA  NOT NULL,
    made_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, code)
);
CREATE INDEX membership_code_of ON membership_code (community_id, owner_id, made_at);

-- Whom a newcomer named when she ordered her first membership; she may take it back
-- before she pays (membership_unnamed).
CREATE TABLE membership_named (
    community_id BYTEA  NOT NULL,
    order_id     BYTEA  NOT NULL,
    by_kind      TEXT   NOT NULL,
    by_id        BYTEA  NOT NULL,
    named_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, order_id)
);
CREATE TABLE membership_unnamed (
    community_id BYTEA  NOT NULL,
    order_id     BYTEA  NOT NULL,
    taken_by     TEXT   NOT NULL,
    taken_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, order_id)
);

-- Who recommended a member when she first joined: one member or one shop, once in her
-- life, and nothing more (B4). There is no column for the recommender's recommender,
-- no path, no depth and no count of people below; no query joins this table with
-- itself (a test reads the columns and the queries). A reward can therefore reach
-- one level and never a second.
CREATE TABLE membership_recommendation (
    community_id   BYTEA  NOT NULL,
    member_id      BYTEA  NOT NULL,
    by_kind        TEXT   NOT NULL,
    by_id          BYTEA  NOT NULL,
    term_id        BYTEA  NOT NULL,
    recommended_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id)
);
CREATE INDEX membership_recommendation_by ON membership_recommendation (community_id, by_id, recommended_at);

-- What became of a recommendation for good: counted or blocked, by which guard, what
-- it rested on (fen spent up to entry upto, free services used), and the entry that
-- thanked for it (−1 if none).
CREATE TABLE membership_outcome (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    outcome      TEXT   NOT NULL,
    guard        TEXT   NOT NULL,
    spent        BIGINT NOT NULL,
    uses         BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    reward       BIGINT NOT NULL,
    month        BIGINT NOT NULL,
    decided_day  BIGINT NOT NULL,
    decided_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id)
);

-- A recommendation is held until a person has looked at it; the verdict is hers.
CREATE TABLE membership_review (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    guard        TEXT   NOT NULL,
    held_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id)
);
CREATE TABLE membership_verdict (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    verdict      TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    decided_by   TEXT   NOT NULL,
    decided_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id)
);

-- What was taken back of a reward, by the entry that did: because the fee went back
-- (guard is empty), or because it came out later that a guard had been passed.
CREATE TABLE membership_taken (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    amount       BIGINT NOT NULL,
    month        BIGINT NOT NULL,
    guard        TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    taken_by     TEXT   NOT NULL,
    taken_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id, seq)
);

-- How much of a month's cap the rewards of a recommender use, reversals taken off.
CREATE TABLE membership_cap (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    used         BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id, month)
);

-- A counted recommendation was used, once, to waive the fee of a term (B2).
CREATE TABLE membership_waiver (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    term_id      BYTEA  NOT NULL,
    used_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id)
);

-- A device on which a person recommended or ordered, as the hash of a random mark in
-- its browser; lives under "~" and serves one question only: is who was recommended
-- somebody else (G-04).
CREATE TABLE membership_device (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    device       BYTEA  NOT NULL,
    seen_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id, device)
);
