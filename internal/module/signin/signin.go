// Package signin lets people in: one-time codes to their phone, passkeys, WeChat,
// and the sessions that remember on which devices they are signed in (A3). There
// are no passwords. Of codes, tokens and challenges only hashes are stored, and
// everything that is guessed at is counted in the database, so that the budget of
// a guesser is the same on one instance and on ten.
package signin

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of sign-in.
var Schema = db.Schema{
	Owner: "module/signin",
	Tables: []db.Table{
		{Name: "signin_visit", Placement: db.Distributed}, {Name: "signin_code", Placement: db.Distributed},
		{Name: "signin_miss", Placement: db.Distributed}, {Name: "signin_code_use", Placement: db.Distributed},
		{Name: "signin_session", Placement: db.Distributed}, {Name: "signin_session_end", Placement: db.Distributed},
		{Name: "signin_agreement", Placement: db.Distributed}, {Name: "signin_wechat", Placement: db.Distributed},
		{Name: "signin_wechat_end", Placement: db.Distributed}, {Name: "signin_demo", Placement: db.Distributed},
		{Name: "signin_passkey", Placement: db.Distributed}, {Name: "signin_passkey_end", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which somebody who signs in meets them.
var (
	ErrNoSender   = fault.New(fault.Conflict, "signin.no_sender")
	ErrLocked     = fault.New(fault.TooMany, "signin.locked")
	ErrTooSoon    = fault.New(fault.TooMany, "signin.too_soon")
	ErrPhoneFull  = fault.New(fault.TooMany, "signin.too_many_for_phone")
	ErrClientFull = fault.New(fault.TooMany, "signin.too_many_for_client")
	ErrAllFull    = fault.New(fault.TooMany, "signin.too_many_for_all")
	ErrNotSent    = fault.New(fault.Busy, "signin.not_sent")
	ErrNoVisit    = fault.New(fault.Conflict, "signin.begin_again")
	ErrNotACode   = fault.New(fault.Invalid, "signin.not_a_code")
	ErrExpired    = fault.New(fault.Invalid, "signin.code_expired")
	ErrSpent      = fault.New(fault.Invalid, "signin.code_spent")
	ErrWrong      = fault.New(fault.Invalid, "signin.code_wrong")
	ErrNotAgreed  = fault.New(fault.Invalid, "signin.not_agreed")

	ErrNoSuchDevice = fault.New(fault.NotFound, "signin.no_such_device")
)

// Service is the door to sign-in. It remembers sessions for a moment, so that a
// page costs no read.
type Service struct {
	db     *db.DB
	limits Limits

	mu     sync.RWMutex
	known  map[tokenHash]remembered
	hashes map[id.ID]tokenHash // of the sessions in known
	turn   int64               // counts what was forgotten: an older look must not be remembered
}

// New makes the service.
func New(d *db.DB) *Service {
	return &Service{db: d, limits: DefaultLimits, known: make(map[tokenHash]remembered), hashes: make(map[id.ID]tokenHash)}
}

// tokenHash is what is stored of a token: 256 random bits need no slow hash.
type tokenHash [sha256.Size]byte

// newToken makes 256 random bits as text, and their hash.
func newToken(tx *db.Tx) (string, tokenHash) {
	a, b := tx.NewSecret(), tx.NewSecret()
	text := base64.RawURLEncoding.EncodeToString(append(a[:], b[:]...))
	return text, sha256.Sum256([]byte(text))
}

// hashOf is the hash of a text that may be a token; false if it cannot be one.
func hashOf(text string) (tokenHash, bool) {
	if len(text) != 43 {
		return tokenHash{}, false
	}
	return sha256.Sum256([]byte(text)), true
}

// in is a span of time in words: "48 seconds", "20 minutes", "6 hours".
func in(d time.Duration) i18n.Message {
	switch {
	case d <= 2*time.Minute:
		return i18n.M("%d 秒", int((d+time.Second-1)/time.Second))
	case d <= 2*time.Hour:
		return i18n.M("%d 分钟", int((d+time.Minute-1)/time.Minute))
	}
	return i18n.M("%d 小时", int((d+time.Hour-1)/time.Hour))
}

// until is a refusal that ends after a span of time, and says so.
func until(f *fault.Fault, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	return f.With("wait", in(d)).After(d)
}
