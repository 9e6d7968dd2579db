-- +goose Up
-- An order may stand in the bills of two days, each time under a number of its own: two
-- differences, not one.
DROP INDEX reconciliation_difference_once;
CREATE UNIQUE INDEX reconciliation_difference_once ON reconciliation_difference (community_id, provider, kind, thing, payment, refund, number);
