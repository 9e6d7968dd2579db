-- +goose Up
-- Breaches (C5). rule is what made it without anybody's doing ("missed/2026-10"), ''
-- for one that somebody opened: a rule makes each but once.
CREATE TABLE duty_breach (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    tenure_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    source       TEXT   NOT NULL,
    rule         TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    policy       BIGINT NOT NULL,
    coins_most   BIGINT NOT NULL,
    opened_at    BIGINT NOT NULL,
    opened_by    BYTEA,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX duty_breach_by_rule ON duty_breach (community_id, merchant_id, rule) WHERE rule <> '';
CREATE INDEX duty_breach_of ON duty_breach (community_id, merchant_id, opened_at);

-- Each step of a breach. The number makes that two callers cannot both take the next.
CREATE TABLE duty_step (
    community_id BYTEA  NOT NULL,
    breach_id    BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    outcome      TEXT   NOT NULL,
    coins        BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    wording      TEXT   NOT NULL,
    ballot_id    BYTEA,
    taken_at     BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    taken_by     BYTEA,
    PRIMARY KEY (community_id, breach_id, number)
);
CREATE INDEX duty_step_at ON duty_step (community_id, taken_at);

-- What speaks for or against: a text, a photo, an entry of the books.
CREATE TABLE duty_evidence (
    community_id BYTEA  NOT NULL,
    breach_id    BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    side         TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    file_id      BYTEA,
    given_at     BIGINT NOT NULL,
    given_by     BYTEA,
    PRIMARY KEY (community_id, breach_id, id)
);

-- Who decided, at which step: nobody decides about a breach twice.
CREATE TABLE duty_decider (
    community_id BYTEA  NOT NULL,
    breach_id    BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    PRIMARY KEY (community_id, breach_id, person_id)
);

-- What was said in public, and until when it stands in front.
CREATE TABLE duty_notice (
    community_id BYTEA  NOT NULL,
    breach_id    BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    shown_from   BIGINT NOT NULL,
    shown_until  BIGINT NOT NULL,
    PRIMARY KEY (community_id, breach_id, number)
);
CREATE INDEX duty_notice_from ON duty_notice (community_id, shown_from);

-- What was taken for it, and given back: number 1 is the penalty (M-13), each later
-- one a part that goes back (M-13R).
CREATE TABLE duty_posting (
    community_id BYTEA  NOT NULL,
    breach_id    BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    coins        BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    posted_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, breach_id, number)
);
