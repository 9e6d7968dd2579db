-- +goose Up
-- Who sits in a community's merchant committee (C5): the owner of a shop, or somebody
-- invited; turn is the order in which the chair goes round.
CREATE TABLE committee_member (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    turn         BIGINT NOT NULL,
    sits_from    BIGINT NOT NULL,
    sits_until   BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    noted_at     BIGINT NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);

CREATE TABLE committee_member_end (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, member_id)
);

-- A member's time in the chair.
CREATE TABLE committee_chair (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    number       BIGINT NOT NULL,
    chairs_from  BIGINT NOT NULL,
    chairs_until BIGINT NOT NULL,
    noted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- When a member is away; the next in turn stands in.
CREATE TABLE committee_absence (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    away_from    BIGINT NOT NULL,
    away_until   BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    noted_at     BIGINT NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- The hand-over from one chair to the next; what is handed over may be written anew
-- until the first of the two has confirmed it.
CREATE TABLE committee_handover (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    from_chair   BYTEA  NOT NULL,
    to_chair     BYTEA  NOT NULL,
    opened_at    BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

CREATE TABLE committee_handover_text (
    community_id BYTEA  NOT NULL,
    handover_id  BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    matters      TEXT   NOT NULL,
    notes        TEXT   NOT NULL,
    keys         TEXT   NOT NULL,
    written_at   BIGINT NOT NULL,
    written_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, handover_id, id)
);

CREATE TABLE committee_handover_sign (
    community_id BYTEA  NOT NULL,
    handover_id  BYTEA  NOT NULL,
    side         TEXT   NOT NULL,
    person_id    BYTEA  NOT NULL,
    signed_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, handover_id, side)
);
