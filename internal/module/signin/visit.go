package signin

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Visit is a browser's way through sign-in.
type Visit struct {
	Phone  string  `json:"phone,omitempty"`
	Code   id.ID   `json:"code"`             // the code that was sent last
	Shown  bool    `json:"shown,omitempty"`  // the code was right: the number is hers
	WeChat *WeChat `json:"wechat,omitempty"` // an identity that is linked once she is known

	Keyed     id.ID           `json:"keyed"`               // who wants a new passkey
	Challenge json.RawMessage `json:"challenge,omitempty"` // what a passkey is to answer
}

// openVisit begins a step and gives the token of its cookie. tx belongs to "~".
func (s *Service) openVisit(ctx context.Context, tx *db.Tx, v Visit) (string, error) {
	if _, err := tx.Exec(ctx, "DELETE FROM signin_visit WHERE community_id = ? AND expires_at < ?", id.Tilde[:], tx.Now.UnixMicro()); err != nil {
		return "", err
	}
	data, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	text, hash := newToken(tx)
	_, err = tx.Exec(ctx, "INSERT INTO signin_visit (community_id, token_hash, data, expires_at) VALUES (?, ?, ?, ?)",
		id.Tilde[:], hash[:], string(data), tx.Now.Add(visitLife).UnixMicro())
	return text, err
}

// VisitOf finds the visit of a browser, or refuses with ErrNoVisit.
func (s *Service) VisitOf(ctx context.Context, r db.Reader, token string) (v Visit, err error) {
	hash, ok := hashOf(token)
	if !ok {
		return v, ErrNoVisit
	}
	var row struct {
		Data      string `db:"data"`
		ExpiresAt int64  `db:"expires_at"`
	}
	err = db.One(ctx, r, &row, "SELECT data, expires_at FROM signin_visit WHERE community_id = ? AND token_hash = ?", id.Tilde[:], hash[:])
	if errors.Is(err, sql.ErrNoRows) || err == nil && row.ExpiresAt < s.db.Clock().Now().UnixMicro() {
		return v, ErrNoVisit
	}
	if err == nil {
		err = json.Unmarshal([]byte(row.Data), &v)
	}
	return v, err
}

// Close ends a visit that has led to a person, so that its last step is done once:
// who comes second is refused with ErrNoVisit. tx belongs to "~".
func (s *Service) Close(ctx context.Context, tx *db.Tx, token string, who id.ID) error {
	v, err := s.VisitOf(ctx, tx, token)
	if err == nil {
		err = s.closeVisit(ctx, tx, token)
	}
	if err == nil && v.WeChat != nil {
		err = s.LinkWeChat(ctx, tx, who, *v.WeChat)
	}
	return err
}

// closeVisit takes a visit away, so that its step is done once; who comes second is
// refused with ErrNoVisit.
func (s *Service) closeVisit(ctx context.Context, tx *db.Tx, token string) error {
	hash, _ := hashOf(token)
	n, err := tx.Exec(ctx, "DELETE FROM signin_visit WHERE community_id = ? AND token_hash = ?", id.Tilde[:], hash[:])
	if err == nil && n == 0 {
		err = ErrNoVisit
	}
	return err
}
