-- +goose Up
-- The monthly dividend of the directors (M-05): finance proposes what the closed month
-- gave, another person decides. A month is paid once: growth_dividend_paid.
CREATE TABLE growth_dividend (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    result       BIGINT NOT NULL, -- fen, of which the policy's rate is shared
    rate         BIGINT NOT NULL, -- of the policy when it was proposed
    cap          BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    proposed_by  BYTEA  NOT NULL,
    proposed_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX growth_dividend_month ON growth_dividend (community_id, month, id);

CREATE TABLE growth_dividend_share (
    community_id BYTEA  NOT NULL,
    dividend_id  BYTEA  NOT NULL,
    place        BIGINT NOT NULL, -- in the order of appointment; from 0
    member_id    BYTEA  NOT NULL,
    amount       BIGINT NOT NULL,
    PRIMARY KEY (community_id, dividend_id, place)
);
CREATE INDEX growth_dividend_share_member ON growth_dividend_share (community_id, member_id, dividend_id);

CREATE TABLE growth_dividend_end (
    community_id BYTEA  NOT NULL,
    dividend_id  BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- approved, refused, withdrawn
    words        TEXT   NOT NULL,
    ended_by     BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, dividend_id)
);

CREATE TABLE growth_dividend_paid (
    community_id BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    dividend_id  BYTEA  NOT NULL,
    first_seq    BIGINT NOT NULL, -- its entries
    last_seq     BIGINT NOT NULL,
    PRIMARY KEY (community_id, month)
);
