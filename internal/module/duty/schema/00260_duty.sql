-- +goose Up
-- How a month ended for a seated shop (C3): what was known when it was judged, and by
-- which version of the policy. breach_id is the breach opened because of the run, or
-- null.
CREATE TABLE duty_month (
    community_id  BYTEA  NOT NULL,
    merchant_id   BYTEA  NOT NULL,
    month         BIGINT NOT NULL,
    tenure_id     BYTEA  NOT NULL,
    policy        BIGINT NOT NULL,
    sales         BIGINT NOT NULL,
    offers        BIGINT NOT NULL,
    services      BIGINT NOT NULL,
    members       BIGINT NOT NULL,
    pending       BIGINT NOT NULL,
    offer_asked   BIGINT NOT NULL,
    offer_enough  BIGINT NOT NULL,
    members_asked BIGINT NOT NULL,
    exempt        TEXT   NOT NULL,
    missed_run    BIGINT NOT NULL,
    breach_id     BYTEA,
    judged_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, merchant_id, month)
);
CREATE INDEX duty_month_by_month ON duty_month (community_id, month);

-- What a shop was told of, once each.
CREATE TABLE duty_reminder (
    community_id BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    matter       TEXT   NOT NULL,
    told_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, merchant_id, matter)
);

-- A service a shop gave for nothing, with the worth it states. Who was served is not
-- written down here: the slip she signed has a number.
CREATE TABLE duty_service (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    what         TEXT   NOT NULL,
    people       BIGINT NOT NULL,
    worth        BIGINT NOT NULL,
    noted_at     BIGINT NOT NULL,
    noted_by     BYTEA,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX duty_service_of ON duty_service (community_id, merchant_id, day);

-- What the desk found: confirmed by who was served, for how much, or not.
CREATE TABLE duty_service_answer (
    community_id BYTEA   NOT NULL,
    service_id   BYTEA   NOT NULL,
    confirmed    BOOLEAN NOT NULL,
    worth        BIGINT  NOT NULL,
    slip         TEXT    NOT NULL,
    note         TEXT    NOT NULL,
    answered_at  BIGINT  NOT NULL,
    answered_by  BYTEA,
    PRIMARY KEY (community_id, service_id)
);

-- The three disclosures (C4). quarter is the first month of the quarter that a profit
-- is of, 0 for the others; profit may be below zero.
CREATE TABLE duty_disclosure (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    merchant_id  BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    quarter      BIGINT NOT NULL,
    profit       BIGINT NOT NULL,
    rate         BIGINT NOT NULL,
    day          BIGINT NOT NULL,
    holds_until  BIGINT NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      BYTEA,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX duty_disclosure_of ON duty_disclosure (community_id, merchant_id, kind, day);

CREATE TABLE duty_item (
    community_id  BYTEA  NOT NULL,
    disclosure_id BYTEA  NOT NULL,
    number        BIGINT NOT NULL,
    name          TEXT   NOT NULL,
    unit          TEXT   NOT NULL,
    cost          BIGINT NOT NULL,
    price         BIGINT NOT NULL,
    PRIMARY KEY (community_id, disclosure_id, number)
);

-- What a supervisor found when looking after a disclosure.
CREATE TABLE duty_check (
    community_id  BYTEA   NOT NULL,
    disclosure_id BYTEA   NOT NULL,
    id            BYTEA   NOT NULL,
    agrees        BOOLEAN NOT NULL,
    words         TEXT    NOT NULL,
    checked_at    BIGINT  NOT NULL,
    checked_by    BYTEA,
    PRIMARY KEY (community_id, disclosure_id, id)
);
