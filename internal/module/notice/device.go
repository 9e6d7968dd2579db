package notice

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/notify"
)

// Device is a browser that takes push messages.
type Device struct {
	ID       id.ID
	Person   id.ID
	Session  id.ID
	Endpoint string
	P256dh   string
	Auth     string
	MadeAt   time.Time
}

// Subscription is the device as the push client wants it.
func (d Device) Subscription() notify.Subscription {
	return notify.Subscription{Endpoint: d.Endpoint, P256dh: d.P256dh, Auth: d.Auth}
}

// maxDevices a person may have; the oldest makes room.
const maxDevices = 10

// Subscribe notes that a browser takes push messages for a person. A browser that
// another person used before is hers from now on. tx belongs to "~".
func (s *Service) Subscribe(ctx context.Context, tx *db.Tx, d Device) error {
	key, err := base64.RawURLEncoding.DecodeString(d.P256dh)
	auth, err2 := base64.RawURLEncoding.DecodeString(d.Auth)
	if notify.CheckEndpoint(d.Endpoint) != nil || err != nil || err2 != nil || len(key) != 65 || key[0] != 4 || len(auth) != 16 {
		return ErrBadPush
	}
	hash := sha256.Sum256([]byte(d.Endpoint))
	if _, err := tx.Exec(ctx, "DELETE FROM notice_push WHERE community_id = ? AND endpoint_hash = ?", id.Tilde[:], hash[:]); err != nil {
		return err
	}
	have, err := s.Devices(ctx, tx, d.Person)
	if err != nil {
		return err
	}
	for len(have) >= maxDevices {
		if err := s.Forget(ctx, tx, have[0].ID); err != nil {
			return err
		}
		have = have[1:]
	}
	device := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO notice_push (community_id, id, person_id, session_id, endpoint_hash, endpoint, p256dh, auth, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], device[:], d.Person[:], d.Session, hash[:], d.Endpoint, d.P256dh, d.Auth, tx.Now.UnixMicro())
	return err
}

// Unsubscribe ends what a browser takes, if it is the person's. tx belongs to "~".
func (s *Service) Unsubscribe(ctx context.Context, tx *db.Tx, person id.ID, endpoint string) error {
	hash := sha256.Sum256([]byte(endpoint))
	_, err := tx.Exec(ctx, "DELETE FROM notice_push WHERE community_id = ? AND endpoint_hash = ? AND person_id = ?", id.Tilde[:], hash[:], person[:])
	return err
}

// EndSession forgets the browsers that subscribed in a session: who signed out gets
// nothing there any more. tx belongs to "~".
func (s *Service) EndSession(ctx context.Context, tx *db.Tx, session id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM notice_push WHERE community_id = ? AND session_id = ?", id.Tilde[:], session[:])
	return err
}

// Forget removes a browser that has gone. tx belongs to "~".
func (s *Service) Forget(ctx context.Context, tx *db.Tx, device id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM notice_push WHERE community_id = ? AND id = ?", id.Tilde[:], device[:])
	return err
}

// Devices lists the browsers that take push messages for a person, the oldest first.
func (s *Service) Devices(ctx context.Context, r db.Reader, person id.ID) (all []Device, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Device
		var made int64
		err := rows.Scan(&d.ID, &d.Person, &d.Session, &d.Endpoint, &d.P256dh, &d.Auth, &made)
		d.MadeAt = time.UnixMicro(made).UTC()
		all = append(all, d)
		return err
	}, "SELECT id, person_id, session_id, endpoint, p256dh, auth, made_at FROM notice_push WHERE community_id = ? AND person_id = ? ORDER BY id", id.Tilde[:], person[:])
	return all, err
}
