-- +goose Up
-- A selection meeting: members propose goods and shops, vote, taste (C11).
CREATE TABLE selection_meeting (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    title        TEXT   NOT NULL,
    agenda       TEXT   NOT NULL,
    place        TEXT   NOT NULL,
    begins_at    BIGINT NOT NULL,
    votes_until  BIGINT NOT NULL,
    leaders_until BIGINT NOT NULL, -- before this only leaders sign up
    seats        BIGINT NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      BYTEA  NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX selection_meeting_begins ON selection_meeting (community_id, begins_at);

CREATE TABLE selection_off (
    community_id BYTEA  NOT NULL,
    meeting_id   BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    off_at       BIGINT NOT NULL,
    off_by       BYTEA  NOT NULL,
    PRIMARY KEY (community_id, meeting_id)
);

-- Members who come to the table, in the order in which they said so.
CREATE TABLE selection_guest (
    community_id BYTEA  NOT NULL,
    meeting_id   BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    member_id    BYTEA  NOT NULL,
    leader       BIGINT NOT NULL,
    came_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, meeting_id, n)
);

CREATE TABLE selection_guest_off (
    community_id BYTEA  NOT NULL,
    meeting_id   BYTEA  NOT NULL,
    n            BIGINT NOT NULL,
    left_at      BIGINT NOT NULL,
    PRIMARY KEY (community_id, meeting_id, n)
);

CREATE TABLE selection_proposal (
    community_id BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    meeting_id   BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    kind         TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    words        TEXT   NOT NULL,
    proposed_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX selection_proposal_meeting ON selection_proposal (community_id, meeting_id, proposed_at);
CREATE INDEX selection_proposal_member ON selection_proposal (community_id, member_id, proposed_at);

CREATE TABLE selection_withdrawal (
    community_id BYTEA  NOT NULL,
    proposal_id  BYTEA  NOT NULL,
    withdrawn_at BIGINT NOT NULL,
    withdrawn_by BYTEA  NOT NULL,
    words        TEXT   NOT NULL,
    PRIMARY KEY (community_id, proposal_id)
);

-- Another member wants it on the list.
CREATE TABLE selection_second (
    community_id BYTEA  NOT NULL,
    proposal_id  BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    seconded_at  BIGINT NOT NULL,
    PRIMARY KEY (community_id, proposal_id, member_id)
);

-- One voice a member and meeting: for one proposal, the latest counts.
CREATE TABLE selection_vote (
    community_id BYTEA  NOT NULL,
    meeting_id   BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    voted_at     BIGINT NOT NULL,
    proposal_id  BYTEA  NOT NULL, -- sixteen zeros: taken back
    PRIMARY KEY (community_id, meeting_id, member_id, voted_at)
);

-- How it tasted, what it lacked.
CREATE TABLE selection_note (
    community_id BYTEA  NOT NULL,
    proposal_id  BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    stars        BIGINT NOT NULL,
    words        TEXT   NOT NULL,
    noted_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, proposal_id, member_id)
);

-- What became of it, by whom; the latest word counts.
CREATE TABLE selection_outcome (
    community_id BYTEA  NOT NULL,
    proposal_id  BYTEA  NOT NULL,
    decided_at   BIGINT NOT NULL,
    result       TEXT   NOT NULL,
    shop_id      BYTEA  NOT NULL, -- sixteen zeros: no shop
    owner        TEXT   NOT NULL, -- who sees to it, as people are told
    words        TEXT   NOT NULL,
    decided_by   BYTEA  NOT NULL,
    PRIMARY KEY (community_id, proposal_id, decided_at)
);
