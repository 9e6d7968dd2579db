-- +goose Up
-- For what points are given outside of a purchase, as it was published (B5, F12).
CREATE TABLE points_rule (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    sort         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    points       BIGINT NOT NULL,
    monthly      BIGINT NOT NULL,
    from_day     BIGINT NOT NULL,
    until_day    BIGINT NOT NULL,
    published_by TEXT   NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

CREATE TABLE points_rule_end (
    community_id BYTEA  NOT NULL,
    rule_id      BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    ended_by     TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, rule_id)
);

-- Points that were given by a rule; day is the civil day in which it can be undone.
CREATE TABLE points_grant (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    rule_id      BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    points       BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    token        BYTEA  NOT NULL,
    list_id      BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    month        BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    given_by     TEXT   NOT NULL,
    given_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, token)
);
CREATE INDEX points_grant_of_member ON points_grant (community_id, member_id, id);
CREATE INDEX points_grant_of_rule ON points_grant (community_id, rule_id, month, member_id);

CREATE TABLE points_grant_undo (
    community_id BYTEA  NOT NULL,
    grant_id     BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    undone_by    TEXT   NOT NULL,
    undone_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, grant_id)
);

-- A list of names that was handed in for a rule, and what became of each line.
CREATE TABLE points_list (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    rule_id      BYTEA  NOT NULL,
    file         TEXT   NOT NULL,
    handed_by    TEXT   NOT NULL,
    handed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- outcome is "given" or the code of the refusal.
CREATE TABLE points_list_line (
    community_id BYTEA  NOT NULL,
    list_id      BYTEA  NOT NULL,
    line         BIGINT NOT NULL,
    ref          TEXT   NOT NULL,
    outcome      TEXT   NOT NULL,
    grant_id     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, list_id, line)
);
