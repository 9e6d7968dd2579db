-- +goose Up
-- A property manager, who takes points for fees (B5), and the account it is paid on,
-- written anew when it changes.
CREATE TABLE points_manager (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    place_id     BYTEA  NOT NULL,
    name         TEXT   NOT NULL,
    added_by     TEXT   NOT NULL,
    added_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

CREATE TABLE points_manager_account (
    community_id BYTEA  NOT NULL,
    manager_id   BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    bank         TEXT   NOT NULL,
    account      TEXT   NOT NULL,
    holder       TEXT   NOT NULL,
    set_by       TEXT   NOT NULL,
    set_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, manager_id, number)
);

-- Points that pay a part of a bill. account and door are emptied when she is forgotten.
CREATE TABLE points_offset (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    manager_id   BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    reference    TEXT   NOT NULL,
    account      TEXT   NOT NULL,
    door         TEXT   NOT NULL,
    bill_month   BIGINT NOT NULL,
    bill         BIGINT NOT NULL,
    points       BIGINT NOT NULL,
    per_yuan     BIGINT NOT NULL,
    amount       BIGINT NOT NULL,
    token        BYTEA  NOT NULL,
    seq          BIGINT NOT NULL,
    asked_by     TEXT   NOT NULL,
    asked_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, reference),
    UNIQUE (community_id, token)
);
CREATE INDEX points_offset_of_member ON points_offset (community_id, member_id, id);
CREATE INDEX points_offset_of_bill ON points_offset (community_id, manager_id, bill_month, account);

-- A file for the property manager, closed when it is made.
CREATE TABLE points_offset_file (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    manager_id   BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    number       BIGINT NOT NULL,
    made_by      TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, manager_id, month, number)
);

CREATE TABLE points_offset_line (
    community_id BYTEA  NOT NULL,
    offset_id    BYTEA  NOT NULL,
    file_id      BYTEA  NOT NULL,
    line         BIGINT NOT NULL,
    PRIMARY KEY (community_id, offset_id)
);
CREATE INDEX points_offset_line_of_file ON points_offset_line (community_id, file_id, line);

-- accepted, refused, or withdrawn by herself before it stood in a file. seq gave the
-- points back, -1 where it was accepted.
CREATE TABLE points_offset_answer (
    community_id BYTEA  NOT NULL,
    offset_id    BYTEA  NOT NULL,
    verdict      TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    answered_by  TEXT   NOT NULL,
    answered_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, offset_id)
);

-- A file was paid to the property manager.
CREATE TABLE points_offset_payment (
    community_id BYTEA  NOT NULL,
    file_id      BYTEA  NOT NULL,
    amount       BIGINT NOT NULL,
    means        TEXT   NOT NULL,
    reference    TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    paid_by      TEXT   NOT NULL,
    paid_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, file_id),
    UNIQUE (community_id, means, reference)
);
