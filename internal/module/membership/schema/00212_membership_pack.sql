-- +goose Up
-- A perk pack of a quarter (B6): goods that shops hand over (kind goods), or an offer
-- of a partner outside of the alliance (kind offer), for which nothing is handed and
-- nothing is counted at a refund. value is what it is stated to be worth, cost what the
-- shop is paid, both in fen. quarter is the first month of it (period.Month).
CREATE TABLE membership_pack (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    quarter      BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    content      TEXT   NOT NULL,
    partner      TEXT   NOT NULL,
    value        BIGINT NOT NULL,
    cost         BIGINT NOT NULL,
    stock        BIGINT NOT NULL,
    until_day    BIGINT NOT NULL,
    made_by      TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX membership_pack_of ON membership_pack (community_id, quarter, id);

CREATE TABLE membership_pack_shop (
    community_id BYTEA NOT NULL,
    pack_id      BYTEA NOT NULL,
    merchant_id  BYTEA NOT NULL,
    PRIMARY KEY (community_id, pack_id, merchant_id)
);

-- A pack was closed before its day: nobody chooses it any more, what was chosen is
-- still handed over.
CREATE TABLE membership_pack_end (
    community_id BYTEA  NOT NULL,
    pack_id      BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    ended_by     TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, pack_id)
);

-- A member chose a pack: one is kept for her until until_day. code is eight digits.
CREATE TABLE membership_claim (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    pack_id      BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    term_id      BYTEA  NOT NULL,
    quarter      BIGINT NOT NULL,
    code         TEXT   NOT NULL,
    until_day    BIGINT NOT NULL,
    claimed_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code)
);
CREATE INDEX membership_claim_of ON membership_claim (community_id, member_id, quarter);
CREATE INDEX membership_claim_pack ON membership_claim (community_id, pack_id, id);
CREATE INDEX membership_claim_until ON membership_claim (community_id, until_day, id);

-- How it ended: handed over by a shop (seq is the entry that owes the shop the cost, −1
-- if there is none), void (not collected, or the membership was given up).
CREATE TABLE membership_claim_end (
    community_id BYTEA  NOT NULL,
    claim_id     BYTEA  NOT NULL,
    how          TEXT   NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    ended_by     TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, claim_id)
);

-- Month and day of birth, if a person told them; lives under "~".
CREATE TABLE membership_birthday (
    community_id BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    day          BIGINT NOT NULL,
    told_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_id)
);

-- A member got her birthday gift of a year.
CREATE TABLE membership_gift (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    year         BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    given_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id, year)
);
