-- +goose Up
-- The last number that a community gave, so that none is given twice when a certificate is
-- forgotten (F8, A7).
CREATE TABLE certificate_counter (
    community_id BYTEA  NOT NULL,
    last_number  BIGINT NOT NULL,
    PRIMARY KEY (community_id)
);
INSERT INTO certificate_counter (community_id, last_number) SELECT community_id, MAX(number) FROM certificate GROUP BY community_id;
CREATE UNIQUE INDEX certificate_number ON certificate (community_id, number);
