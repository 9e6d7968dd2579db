-- +goose Up
-- What a shop was told of its customers in a quarter (C7): made once, when the quarter
-- is closed, and kept as it was told, so that two looks cannot be compared with each
-- other. It holds counts of groups, nobody's pseudonym. month is the quarter's first.
CREATE TABLE trade_portrait (
    community_id BYTEA  NOT NULL,
    shop_id      BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    made_at      BIGINT NOT NULL,
    body         TEXT   NOT NULL,
    PRIMARY KEY (community_id, shop_id, month)
);
