-- +goose Up
-- A livelihood project that a public body orders from a community (F11).
CREATE TABLE project_contract (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    scope        TEXT   NOT NULL,
    orderer      TEXT   NOT NULL,
    standard     TEXT   NOT NULL,
    people       BIGINT NOT NULL, -- who are to be served
    first_day    BIGINT NOT NULL,
    last_day     BIGINT NOT NULL,
    ceiling      BIGINT NOT NULL, -- fen
    report_days  BIGINT NOT NULL, -- after the end of a month
    proposed_at  BIGINT NOT NULL,
    proposed_by  BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- What is paid for one delivery of a kind of service.
CREATE TABLE project_line (
    community_id BYTEA  NOT NULL,
    contract_id  BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    price        BIGINT NOT NULL, -- fen
    PRIMARY KEY (community_id, contract_id, kind)
);

-- A plan of the time bank that serves the contract.
CREATE TABLE project_plan (
    community_id BYTEA  NOT NULL,
    plan_id      BYTEA  NOT NULL,
    contract_id  BYTEA  NOT NULL,
    added_at     BIGINT NOT NULL,
    added_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, plan_id)
);
CREATE INDEX project_plan_contract ON project_plan (community_id, contract_id);

-- What became of it, step by step; a step of a month says which.
CREATE TABLE project_step (
    community_id BYTEA  NOT NULL,
    contract_id  BYTEA  NOT NULL,
    n            BIGINT NOT NULL, -- from 1
    what         TEXT   NOT NULL,
    month        BIGINT NOT NULL, -- 0: of the whole contract
    count        BIGINT NOT NULL, -- deliveries
    amount       BIGINT NOT NULL, -- fen
    ref          TEXT   NOT NULL, -- of a bank's slip
    words        TEXT   NOT NULL,
    taken_at     BIGINT NOT NULL,
    taken_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, contract_id, n)
);
