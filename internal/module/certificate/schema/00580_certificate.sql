-- +goose Up
-- A certificate of hours that a community gave a volunteer (F8).
CREATE TABLE certificate (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL, -- random: who has it may check it
    number       BIGINT NOT NULL, -- from 1 in the community
    member_id    BYTEA  NOT NULL,
    issuer       TEXT   NOT NULL, -- the community's name
    name         TEXT   NOT NULL, -- as the holder chose to be called, "" for not at all
    first_day    BIGINT NOT NULL,
    last_day     BIGINT NOT NULL,
    seq          BIGINT NOT NULL, -- entry of the log that holds its digest
    issued_at    BIGINT NOT NULL,
    issued_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX certificate_member ON certificate (community_id, member_id, issued_at);

-- The services that it counts, in their order.
CREATE TABLE certificate_line (
    community_id   BYTEA   NOT NULL,
    certificate_id BYTEA   NOT NULL,
    n              BIGINT  NOT NULL,
    assignment_id  BYTEA   NOT NULL,
    day            BIGINT  NOT NULL,
    name           TEXT    NOT NULL,
    minutes        BIGINT  NOT NULL,
    credited       BOOLEAN NOT NULL, -- it earned service hours
    PRIMARY KEY (community_id, certificate_id, n)
);

-- It counts no more, and why.
CREATE TABLE certificate_revocation (
    community_id   BYTEA  NOT NULL,
    certificate_id BYTEA  NOT NULL,
    words          TEXT   NOT NULL,
    revoked_at     BIGINT NOT NULL,
    revoked_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, certificate_id)
);
