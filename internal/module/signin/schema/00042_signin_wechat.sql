-- +goose Up
-- A WeChat account that stands for a person. subject is the account under the
-- operator ("union:…") or, where WeChat tells none, under one app ("open:APP:…").
CREATE TABLE signin_wechat (
    community_id BYTEA  NOT NULL,
    subject      TEXT   NOT NULL,
    person_id    BYTEA  NOT NULL,
    app          TEXT   NOT NULL,
    openid       TEXT   NOT NULL,
    linked_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, subject)
);
CREATE INDEX signin_wechat_person ON signin_wechat (person_id, community_id);

-- A link that was undone, without the account it led to.
CREATE TABLE signin_wechat_end (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    linked_at    BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     TEXT   NOT NULL,
    PRIMARY KEY (community_id, id)
);
