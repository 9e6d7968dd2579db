-- +goose Up
-- Who holds a role, what lapses soon, and what was granted and ended last.
CREATE INDEX access_grant_role ON access_grant (role, granted_at, community_id);
CREATE INDEX access_grant_lapse ON access_grant (held_until, community_id) WHERE held_until <> 0;
CREATE INDEX access_grant_given ON access_grant (granted_at, community_id);
CREATE INDEX access_grant_end_at ON access_grant_end (ended_at, community_id);
