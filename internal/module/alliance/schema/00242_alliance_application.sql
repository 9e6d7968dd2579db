-- +goose Up
-- A seat that is open to bids for a window (C2).
CREATE TABLE alliance_opening (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    seat_id      BYTEA  NOT NULL,
    opens_at     BIGINT NOT NULL,
    closes_at    BIGINT NOT NULL,
    why          TEXT   NOT NULL,
    opened_by    BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX alliance_opening_seat ON alliance_opening (community_id, seat_id, opens_at);

CREATE TABLE alliance_opening_end (
    community_id BYTEA  NOT NULL,
    opening_id   BYTEA  NOT NULL,
    outcome      TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, opening_id)
);

-- One shop's bid. What it says changes only while it is a draft or was given back;
-- where it stands is the last of its steps.
CREATE TABLE alliance_application (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    opening_id   BYTEA  NOT NULL,
    person_id    BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    begun_at     BIGINT NOT NULL,
    shop_name    TEXT   NOT NULL,
    trade        TEXT   NOT NULL,
    address      TEXT   NOT NULL,
    lat_e6       BIGINT NOT NULL,
    lon_e6       BIGINT NOT NULL,
    owner_name   TEXT   NOT NULL,
    licence      TEXT   NOT NULL,
    years        BIGINT NOT NULL,
    size         TEXT   NOT NULL,
    offer        TEXT   NOT NULL,
    offer_text   TEXT   NOT NULL,
    offer_share  BIGINT NOT NULL,
    promises     TEXT   NOT NULL,
    erased_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX alliance_application_opening ON alliance_application (community_id, opening_id);
CREATE INDEX alliance_application_person ON alliance_application (community_id, person_id);

CREATE TABLE alliance_step (
    community_id   BYTEA  NOT NULL,
    application_id BYTEA  NOT NULL,
    number         BIGINT NOT NULL,
    state          TEXT   NOT NULL,
    note           TEXT   NOT NULL,
    place          BIGINT NOT NULL,
    stepped_at     BIGINT NOT NULL,
    due_at         BIGINT NOT NULL,
    stepped_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, application_id, number)
);

-- Papers and pictures of an application: what each is, its file (of module attachment)
-- and its hash, which outlives the file.
CREATE TABLE alliance_document (
    community_id   BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    application_id BYTEA  NOT NULL,
    kind           TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    file_id        BYTEA  NOT NULL,
    sha256         BYTEA  NOT NULL,
    added_at       BIGINT NOT NULL,
    added_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX alliance_document_of ON alliance_document (community_id, application_id);

-- A document that is no more, nor its file: taken back, or kept long enough.
CREATE TABLE alliance_document_end (
    community_id BYTEA  NOT NULL,
    document_id  BYTEA  NOT NULL,
    why          TEXT   NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, document_id)
);

-- A visit to the shop of an applicant.
CREATE TABLE alliance_visit (
    community_id   BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    application_id BYTEA  NOT NULL,
    visited_on     BIGINT NOT NULL,
    visitors       TEXT   NOT NULL,
    checks         TEXT   NOT NULL,
    area           BIGINT NOT NULL,
    result         TEXT   NOT NULL,
    note           TEXT   NOT NULL,
    noted_at       BIGINT NOT NULL,
    noted_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX alliance_visit_of ON alliance_visit (community_id, application_id);

-- A seat that was offered to the next on the waiting list.
CREATE TABLE alliance_offer (
    community_id   BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    application_id BYTEA  NOT NULL,
    seat_id        BYTEA  NOT NULL,
    offered_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX alliance_offer_of ON alliance_offer (community_id, application_id);

-- The contract of an application, by the hash of its paper.
CREATE TABLE alliance_contract (
    community_id   BYTEA  NOT NULL,
    application_id BYTEA  NOT NULL,
    seat_id        BYTEA  NOT NULL,
    document_id    BYTEA  NOT NULL,
    sha256         BYTEA  NOT NULL,
    term_months    BIGINT NOT NULL,
    made_at        BIGINT NOT NULL,
    made_by        BYTEA  NOT NULL,
    PRIMARY KEY (community_id, application_id)
);

CREATE TABLE alliance_signature (
    community_id   BYTEA  NOT NULL,
    application_id BYTEA  NOT NULL,
    side           TEXT   NOT NULL,
    person_id      BYTEA  NOT NULL,
    role           TEXT   NOT NULL,
    sha256         BYTEA  NOT NULL,
    signed_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, application_id, side)
);
