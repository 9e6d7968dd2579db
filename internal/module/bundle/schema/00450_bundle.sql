-- +goose Up
-- A bundle as it was proposed (E2, E3): its terms never change. They are JSON, as package
-- bundle writes them.
CREATE TABLE bundle (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL, -- who proposed it; sixteen zeros: the desk
    name         TEXT   NOT NULL,
    terms        TEXT   NOT NULL,
    closes       BIGINT NOT NULL, -- the last day on which it is sold
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX bundle_closes ON bundle (community_id, closes);

-- What became of it: who agreed, when it was published, when it was stopped.
CREATE TABLE bundle_step (
    community_id BYTEA  NOT NULL,
    bundle_id    BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    what         TEXT   NOT NULL,
    shop_id      BYTEA  NOT NULL, -- for whom; sixteen zeros: the platform
    words        TEXT   NOT NULL,
    step_at      BIGINT NOT NULL,
    step_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, bundle_id, n)
);

-- How many are ordered and not dropped: the stock that is gone.
CREATE TABLE bundle_count (
    community_id BYTEA  NOT NULL,
    bundle_id    BYTEA  NOT NULL,
    taken        BIGINT NOT NULL,
    PRIMARY KEY (community_id, bundle_id)
);

-- One that a member ordered, and what the platform promised with it of a month's budget.
CREATE TABLE bundle_sale (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    bundle_id    BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    price        BIGINT NOT NULL, -- fen
    gift         BIGINT NOT NULL, -- fen that the platform adds when it is collected
    promised_in  BIGINT NOT NULL, -- the month
    ordered_at   BIGINT NOT NULL,
    ordered_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX bundle_sale_member ON bundle_sale (community_id, member_id, bundle_id);
CREATE INDEX bundle_sale_bundle ON bundle_sale (community_id, bundle_id);

-- It was not paid for.
CREATE TABLE bundle_drop (
    community_id BYTEA  NOT NULL,
    sale_id      BYTEA  NOT NULL,
    why          TEXT   NOT NULL,
    dropped_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, sale_id)
);

-- It was paid for, by an entry; until when its parts may be used.
CREATE TABLE bundle_begin (
    community_id BYTEA  NOT NULL,
    sale_id      BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    until        BIGINT NOT NULL,
    begun_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, sale_id)
);
CREATE INDEX bundle_begin_seq ON bundle_begin (community_id, seq);

-- The number that its buyer says at the shop of a part.
CREATE TABLE bundle_code (
    community_id BYTEA  NOT NULL,
    sale_id      BYTEA  NOT NULL,
    part         BIGINT NOT NULL,
    code         TEXT   NOT NULL,
    PRIMARY KEY (community_id, sale_id, part)
);
CREATE UNIQUE INDEX bundle_code_code ON bundle_code (community_id, code);

-- What became of one use of a part: a shop took it, or its money went back. Once.
CREATE TABLE bundle_gone (
    community_id BYTEA  NOT NULL,
    sale_id      BYTEA  NOT NULL,
    part         BIGINT NOT NULL,
    n            BIGINT NOT NULL,
    what         TEXT   NOT NULL, -- used, back
    share        BIGINT NOT NULL, -- fen of the price
    shop_id      BYTEA  NOT NULL, -- that took it; sixteen zeros: none
    seq          BIGINT NOT NULL, -- of the purchase, or of the entry that gave it back
    released     BIGINT NOT NULL, -- the entry that let its money go, −1 of what went back
    token        TEXT   NOT NULL, -- of the form that took it
    gone_by      TEXT   NOT NULL,
    gone_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, sale_id, part, n)
);
CREATE INDEX bundle_gone_shop ON bundle_gone (community_id, shop_id, gone_at);
CREATE INDEX bundle_gone_seq ON bundle_gone (community_id, seq);

-- When a sale is to be looked at: what nobody used goes back by itself.
CREATE TABLE bundle_due (
    community_id BYTEA  NOT NULL,
    sale_id      BYTEA  NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, sale_id)
);
CREATE INDEX bundle_due_at ON bundle_due (community_id, due_at);
