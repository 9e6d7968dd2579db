package apikey

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Act is what somebody did with a key.
type Act string

// The acts.
const (
	Made    Act = "made"
	Revoked Act = "revoked"
)

// Hand is who made or revoked a key, and when.
type Hand struct {
	Key id.ID
	Act Act
	By  string // kind and id of who did it
	At  time.Time
}

// record notes who did something with a key; the first one counts.
func record(ctx context.Context, tx *db.Tx, key id.ID, act Act) error {
	_, err := tx.Exec(ctx, "INSERT INTO apikey_hand (community_id, key_id, act, done_by, done_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, key_id, act) DO NOTHING",
		id.Tilde[:], key[:], string(act), tx.Actor.String(), tx.Now.UnixMicro())
	return err
}

// Hands lists who made and revoked keys in from ≤ time < to.
func (s *Service) Hands(ctx context.Context, r db.Reader, from, to time.Time) (all []Hand, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var h Hand
		var at int64
		err := rows.Scan(&h.Key, &h.Act, &h.By, &at)
		h.At = time.UnixMicro(at).UTC()
		all = append(all, h)
		return err
	}, "SELECT key_id, act, done_by, done_at FROM apikey_hand WHERE community_id = ? AND done_at >= ? AND done_at < ? ORDER BY done_at",
		id.Tilde[:], from.UnixMicro(), to.UnixMicro())
	return all, err
}
