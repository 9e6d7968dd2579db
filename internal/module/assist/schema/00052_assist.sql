-- +goose Up
-- A person agrees that another acts for her: in what, how she said so, until when
-- (A4). It holds until it runs out or has a row in assist_consent_end.
CREATE TABLE assist_consent (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    subject_id   BYTEA  NOT NULL,
    helper_id    BYTEA  NOT NULL,
    basis        TEXT   NOT NULL,
    scopes       TEXT   NOT NULL,
    given        TEXT   NOT NULL,
    evidence     TEXT   NOT NULL,
    witness      TEXT   NOT NULL,
    holds_from   BIGINT NOT NULL,
    holds_until  BIGINT NOT NULL,
    noted_at     BIGINT NOT NULL,
    noted_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX assist_consent_subject ON assist_consent (subject_id, community_id);
CREATE INDEX assist_consent_helper ON assist_consent (helper_id, community_id);

CREATE TABLE assist_consent_end (
    community_id BYTEA  NOT NULL,
    consent_id   BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    PRIMARY KEY (community_id, consent_id)
);

-- Half an hour in which a helper acts for a person from one signed-in device.
CREATE TABLE assist_session (
    community_id   BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    consent_id     BYTEA  NOT NULL,
    subject_id     BYTEA  NOT NULL,
    helper_id      BYTEA  NOT NULL,
    web_session_id BYTEA  NOT NULL,
    reason         TEXT   NOT NULL,
    began_at       BIGINT NOT NULL,
    runs_until     BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX assist_session_web ON assist_session (web_session_id, community_id, began_at);
CREATE INDEX assist_session_subject ON assist_session (subject_id, community_id);
CREATE INDEX assist_session_helper ON assist_session (helper_id, community_id);

CREATE TABLE assist_session_end (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     BYTEA  NOT NULL,
    PRIMARY KEY (community_id, session_id)
);

-- Every page and change of such a session, for the person whose it is.
CREATE TABLE assist_act (
    community_id BYTEA  NOT NULL,
    session_id   BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    action       TEXT   NOT NULL,
    method       TEXT   NOT NULL,
    path         TEXT   NOT NULL,
    acted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, session_id, id)
);
