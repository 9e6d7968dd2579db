-- +goose Up
-- Who was recommended to a shop (C7).
CREATE INDEX promotion_claim_target ON promotion_claim (community_id, target_id, made_at);
