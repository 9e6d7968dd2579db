-- +goose Up
-- How many different people a reported month served (F11): below portrait_k its sum tells of
-- each of them. Months that were reported before say 0 and are not published.
ALTER TABLE project_step ADD COLUMN people BIGINT NOT NULL DEFAULT 0;
