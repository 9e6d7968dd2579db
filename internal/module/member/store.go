package member

import (
	"context"
	"database/sql"
	"errors"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// row is a member as it is stored.
type row struct {
	ID            id.ID    `db:"id"`
	Ref           string   `db:"ref"`
	Home          id.ID    `db:"home_id"`
	Standing      Standing `db:"standing"`
	Level         int64    `db:"level"`
	Leader        id.ID    `db:"leader_id"`
	Version       int64    `db:"version"`
	JoinedAt      int64    `db:"joined_at"`
	AgeBand       string   `db:"age_band"`
	HouseholdSize string   `db:"household_size"`
	Kids          string   `db:"kids"`
}

func find(ctx context.Context, r db.Reader, community id.ID, where string, arg any) (*Member, error) {
	var v row
	err := db.One(ctx, r, &v, `SELECT id, ref, home_id, standing, level, leader_id, version, joined_at, age_band, household_size, kids
		FROM member WHERE community_id = ? AND `+where, community[:], arg)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return v.member(), nil
}

func (v *row) member() *Member {
	return &Member{ID: v.ID, Ref: v.Ref, Home: v.Home, Standing: v.Standing, Level: policy.Level(v.Level), Leader: v.Leader, Version: v.Version,
		JoinedAt: micros(v.JoinedAt), Profile: Profile{v.AgeBand, v.HouseholdSize, v.Kids}}
}

func (s *Service) insert(ctx context.Context, tx *db.Tx, m *Member) error {
	_, err := tx.Exec(ctx, `INSERT INTO member (community_id, id, ref, person_id, home_id, standing, level, leader_id, version, joined_at, age_band, household_size, kids)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], m.ID[:], m.Ref, []byte{}, m.Home[:], string(m.Standing), int64(m.Level), m.Leader,
		m.Version, m.JoinedAt.UnixMicro(), m.Profile.AgeBand, m.Profile.HouseholdSize, m.Profile.Kids)
	if err != nil {
		return err
	}
	return s.remember(ctx, tx, m)
}

func (s *Service) save(ctx context.Context, tx *db.Tx, m *Member) error {
	_, err := tx.Exec(ctx, "UPDATE member SET standing = ?, level = ?, leader_id = ?, version = ? WHERE community_id = ? AND id = ?",
		string(m.Standing), int64(m.Level), m.Leader, m.Version, tx.Community[:], m.ID[:])
	if err != nil {
		return err
	}
	return s.remember(ctx, tx, m)
}

func (s *Service) remember(ctx context.Context, tx *db.Tx, m *Member) error {
	if err := s.byRef.Put(ctx, tx, m.Ref, m); err != nil {
		return err
	}
	return s.byID.Put(ctx, tx, m.ID, m)
}
