// Package once makes a form that arrives twice count once. A form that was sent
// without a network is sent again until an answer comes, so its handler may see it
// twice; its token tells.
package once

import (
	"context"
	"crypto/sha256"
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema is the table of tokens.
var Schema = db.Schema{Owner: "platform/once", Tables: []db.Table{{Name: "once_token", Placement: db.Distributed}}, FS: schemaFS}

// ErrNoToken refuses a form without a token, or with one too long to be ours.
var ErrNoToken = fault.New(fault.Invalid, "once.no_token")

// First reports whether a person's form with this token is new. It notes the token
// in the transaction of what the form does: both count, or neither. A token of one
// person means nothing for another.
func First(ctx context.Context, tx *db.Tx, who id.ID, token string) (bool, error) {
	if token == "" || len(token) > 100 {
		return false, ErrNoToken
	}
	hash := sha256.Sum256(append(who[:], token...))
	n, err := tx.Exec(ctx, "INSERT INTO once_token (community_id, hash, used_at) VALUES (?, ?, ?) ON CONFLICT (community_id, hash) DO NOTHING",
		tx.Community[:], hash[:], tx.Now.UnixMicro())
	return n == 1, err
}

// Kept is how long a token is remembered: nothing waits longer to be sent.
const Kept = 90 * 24 * time.Hour

// Tidy forgets old tokens of tx's community.
func Tidy(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "DELETE FROM once_token WHERE community_id = ? AND used_at < ?", tx.Community[:], tx.Now.Add(-Kept).UnixMicro())
	return err
}
