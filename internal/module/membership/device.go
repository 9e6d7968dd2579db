package membership

import (
	"context"
	"crypto/sha256"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// deviceOf is what is kept of the mark in a browser.
func deviceOf(mark string) []byte {
	sum := sha256.Sum256([]byte("membership device " + mark))
	return sum[:16]
}

// NoteDevice notes on which device a person recommends or orders. tx belongs to "~".
func (s *Service) NoteDevice(ctx context.Context, tx *db.Tx, person id.ID, mark string) error {
	if mark == "" {
		return nil
	}
	_, err := tx.Exec(ctx, "INSERT INTO membership_device (community_id, person_id, device, seen_at) VALUES (?, ?, ?, ?) ON CONFLICT (community_id, person_id, device) DO NOTHING",
		id.Tilde[:], person[:], deviceOf(mark), tx.Now.UnixMicro())
	return err
}

// KnowsDevice reports whether a person was seen on a device.
func (s *Service) KnowsDevice(ctx context.Context, r db.Reader, person id.ID, mark string) (bool, error) {
	var n int
	return none(db.One(ctx, r, &n, "SELECT 1 FROM membership_device WHERE community_id = ? AND person_id = ? AND device = ?", id.Tilde[:], person[:], deviceOf(mark)))
}

// ShareDevice reports whether two people were seen on one device.
func (s *Service) ShareDevice(ctx context.Context, r db.Reader, a, b id.ID) (bool, error) {
	var n int
	return none(db.One(ctx, r, &n, `SELECT 1 FROM membership_device a JOIN membership_device b ON b.community_id = a.community_id AND b.device = a.device
		WHERE a.community_id = ? AND a.person_id = ? AND b.person_id = ? LIMIT 1`, id.Tilde[:], a[:], b[:]))
}

// CountDevices is on how many devices a person was seen.
func (s *Service) CountDevices(ctx context.Context, r db.Reader, person id.ID) (n int, err error) {
	err = db.One(ctx, r, &n, "SELECT count(*) FROM membership_device WHERE community_id = ? AND person_id = ?", id.Tilde[:], person[:])
	return n, err
}
