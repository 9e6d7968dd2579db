-- +goose Up
-- A till asks which services at home its shop's people went to.
CREATE INDEX timebank_assignment_of_shop ON timebank_assignment (community_id, shop_id, made_at);
