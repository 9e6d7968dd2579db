-- +goose Up
-- What the shops' fees were spent on: joint marketing (C2, M-16). One person records a
-- spending with its invoice, another approves it; then it is booked.
CREATE TABLE marketing_spending (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    supplier     TEXT   NOT NULL,
    invoice      TEXT   NOT NULL,
    picture_id   BYTEA  NOT NULL, -- of the invoice, of module attachment
    amount       BIGINT NOT NULL, -- fen
    day          BIGINT NOT NULL, -- of the invoice
    recorded_by  BYTEA  NOT NULL,
    recorded_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX marketing_invoice ON marketing_spending (community_id, invoice, supplier);

CREATE TABLE marketing_end (
    community_id BYTEA  NOT NULL,
    spending_id  BYTEA  NOT NULL,
    kind         TEXT   NOT NULL, -- approved, refused, withdrawn
    words        TEXT   NOT NULL,
    seq          BIGINT NOT NULL, -- the entry that booked it, −1 unless approved
    ended_by     BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, spending_id)
);
