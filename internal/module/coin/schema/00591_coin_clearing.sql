-- +goose Up
-- What crossed between a community and another (F5), as the rows of coin_sent and
-- coin_arrived say it in sum: every transfer writes the row of its community, so that of two
-- at once the second sees the first.
CREATE TABLE coin_clearing (
    community_id BYTEA  NOT NULL,
    other_id     BYTEA  NOT NULL,
    sent         BIGINT NOT NULL,
    arrived      BIGINT NOT NULL,
    PRIMARY KEY (community_id, other_id)
);
INSERT INTO coin_clearing (community_id, other_id, sent, arrived)
    SELECT t.community_id, t.other_id, CAST(SUM(t.sent) AS BIGINT), CAST(SUM(t.arrived) AS BIGINT) FROM (
        SELECT community_id, other_id, coins AS sent, 0 AS arrived FROM coin_sent
        UNION ALL SELECT community_id, other_id, 0, coins FROM coin_arrived) t
    GROUP BY t.community_id, t.other_id;

-- What a member took to other communities in a civil month.
CREATE TABLE coin_crossed (
    community_id BYTEA  NOT NULL,
    member_id    BYTEA  NOT NULL,
    month        BIGINT NOT NULL,
    coins        BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id, month)
);

CREATE INDEX coin_sent_other ON coin_sent (community_id, other_id, sent_at);
CREATE INDEX coin_arrived_other ON coin_arrived (community_id, other_id, arrived_at);
