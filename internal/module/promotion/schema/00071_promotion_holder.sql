-- +goose Up
-- The vouchers of one holder.
CREATE INDEX promotion_voucher_member ON promotion_voucher (member_id, community_id);
