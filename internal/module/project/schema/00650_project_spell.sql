-- +goose Up
-- A plan of the time bank serves a contract for some time: until it is taken out, or the
-- contract is over. It may serve another after that.
CREATE TABLE project_spell (
    community_id BYTEA  NOT NULL,
    plan_id      BYTEA  NOT NULL,
    n            BIGINT NOT NULL, -- from 1
    contract_id  BYTEA  NOT NULL,
    first_day    BIGINT NOT NULL, -- from which it counts
    added_at     BIGINT NOT NULL,
    added_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, plan_id, n)
);
CREATE INDEX project_spell_contract ON project_spell (community_id, contract_id);

-- The desk took a plan out before its contract was over.
CREATE TABLE project_leave (
    community_id BYTEA  NOT NULL,
    plan_id      BYTEA  NOT NULL,
    n            BIGINT NOT NULL, -- of the spell
    last_day     BIGINT NOT NULL, -- on which it counts; before the first day it never did
    words        TEXT   NOT NULL,
    left_at      BIGINT NOT NULL,
    left_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, plan_id, n)
);

INSERT INTO project_spell (community_id, plan_id, n, contract_id, first_day, added_at, added_by)
SELECT p.community_id, p.plan_id, 1, p.contract_id, c.first_day, p.added_at, p.added_by
FROM project_plan p JOIN project_contract c ON c.community_id = p.community_id AND c.id = p.contract_id;
DROP TABLE project_plan;
