-- +goose Up
-- A slip counts once, for one contract of the community.
CREATE UNIQUE INDEX project_step_slip ON project_step (community_id, ref) WHERE what = 'paid';
