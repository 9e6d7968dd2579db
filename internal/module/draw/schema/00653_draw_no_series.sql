-- +goose Up
-- A bag holds goods or points: vouchers of a series were never put into one.
ALTER TABLE draw_bag DROP COLUMN series_id;
