package membership

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// letters are those of a code: none that is mistaken for another.
const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// CodeOf is the code of somebody's recommendation link; it is made at the first need.
func (s *Service) CodeOf(ctx context.Context, tx *db.Tx, by By) (string, error) {
	if code, err := s.KnownCode(ctx, tx, tx.Community, by); err != nil || code != "" {
		return code, err
	}
	for range 20 {
		b := tx.NewSecret()
		code := make([]byte, 8)
		for i := range code {
			code[i] = letters[int(b[i])%len(letters)]
		}
		n, err := tx.Exec(ctx, "INSERT INTO membership_code (community_id, code, owner_kind, owner_id, made_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, code) DO NOTHING",
			tx.Community[:], string(code), string(by.Kind), by.ID[:], tx.Now.UnixMicro())
		if err != nil || n == 1 {
			return string(code), err
		}
	}
	return "", errors.New("membership: no code is free")
}

// KnownCode is that code if it was made, else "".
func (s *Service) KnownCode(ctx context.Context, r db.Reader, community id.ID, by By) (code string, err error) {
	err = db.One(ctx, r, &code, "SELECT code FROM membership_code WHERE community_id = ? AND owner_id = ? AND owner_kind = ? ORDER BY made_at DESC LIMIT 1",
		community[:], by.ID[:], string(by.Kind))
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return code, err
}

// ByCode finds who recommends with a code.
func (s *Service) ByCode(ctx context.Context, r db.Reader, community id.ID, code string) (by By, err error) {
	var row struct {
		Kind ByKind `db:"owner_kind"`
		ID   id.ID  `db:"owner_id"`
	}
	err = db.One(ctx, r, &row, "SELECT owner_kind, owner_id FROM membership_code WHERE community_id = ? AND code = ?", community[:], strings.ToUpper(code))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoCode.On("code")
	}
	return By{row.Kind, row.ID}, err
}
