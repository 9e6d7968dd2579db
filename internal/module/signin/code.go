package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Sender brings a code to a phone. lang is the language of the message, "zh" or
// "en". It returns once the provider has taken it.
type Sender interface {
	SendCode(ctx context.Context, phone, code, lang string) error
}

// Sent is a code that is to be delivered, and how the browser goes on.
type Sent struct {
	Visit string // the token of the browser's cookie
	Code  string // six digits, for the Sender alone
}

// Ask makes a code for a number, within the limits; they are the same for numbers
// that are known and numbers that are not. The browser's earlier visit, if any,
// ends, and what it had shown of WeChat is kept. tx belongs to "~".
func (s *Service) Ask(ctx context.Context, tx *db.Tx, phone string, from Device, visit string) (_ Sent, err error) {
	defer fault.Wrap(&err, "signin: ask for a code")
	if err := s.mayAsk(ctx, tx, phone, from.client()); err != nil {
		return Sent{}, err
	}
	v := Visit{Phone: phone, Code: tx.NewID()}
	if earlier, err := s.VisitOf(ctx, tx, visit); err == nil {
		v.WeChat = earlier.WeChat
		if err := s.closeVisit(ctx, tx, visit); err != nil {
			return Sent{}, err
		}
	}
	secret, digits := tx.NewSecret(), newCode(tx)
	_, err = tx.Exec(ctx, "INSERT INTO signin_code (community_id, id, phone, client, secret, hash, sent_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], v.Code[:], phone, from.client(), secret[:], codeHash(secret[:], phone, digits), tx.Now.UnixMicro(), tx.Now.Add(s.limits.CodeLife).UnixMicro())
	if err != nil {
		return Sent{}, err
	}
	token, err := s.openVisit(ctx, tx, v)
	if err == nil {
		err = s.prune(ctx, tx)
	}
	return Sent{Visit: token, Code: digits}, err
}

// mayAsk refuses a code that would be one too many.
func (s *Service) mayAsk(ctx context.Context, tx *db.Tx, phone, client string) error {
	if err := s.mayTry(ctx, tx, phone, client); err != nil {
		return err
	}
	now := tx.Now
	for _, l := range []struct {
		column, key string
		most        int
		in          time.Duration
		refusal     *fault.Fault
	}{
		{"phone", phone, 1, s.limits.Resend, ErrTooSoon},
		{"phone", phone, s.limits.PhoneHour, time.Hour, ErrPhoneFull},
		{"phone", phone, s.limits.PhoneDay, 24 * time.Hour, ErrPhoneFull},
		{"client", client, s.limits.ClientHour, time.Hour, ErrClientFull},
		{"client", client, s.limits.ClientDay, 24 * time.Hour, ErrClientFull},
		{"", "", s.limits.AllHour, time.Hour, ErrAllFull},
	} {
		query, args := "SELECT sent_at FROM signin_code WHERE community_id = ? AND sent_at > ?", []any{id.Tilde[:], now.Add(-l.in).UnixMicro()}
		if l.column != "" {
			query, args = query+" AND "+l.column+" = ?", append(args, l.key)
		}
		free, err := spare(ctx, tx, l.most, l.in, query+" ORDER BY sent_at DESC LIMIT 1 OFFSET ?", args)
		if err != nil {
			return err
		}
		if err := until(l.refusal, free.Sub(now)); err != nil {
			return err
		}
	}
	return nil
}

// spare is when there is room again for one more of at most so many in a span of
// time; the query finds the time of the one that fills it.
func spare(ctx context.Context, r db.Reader, most int, in time.Duration, query string, args []any) (time.Time, error) {
	var at []int64
	err := db.All(ctx, r, &at, query, append(args, most-1)...)
	if err != nil || len(at) == 0 {
		return time.Time{}, err
	}
	return time.UnixMicro(at[0]).Add(in), nil
}

// mayTry refuses a number that is locked, and an address that guesses.
func (s *Service) mayTry(ctx context.Context, tx *db.Tx, phone, client string) error {
	misses, last, err := s.misses(ctx, tx, phone, tx.Now)
	if err != nil {
		return err
	}
	if err := until(ErrLocked, last.Add(s.limits.lock(misses)).Sub(tx.Now)); err != nil {
		return err
	}
	free, err := spare(ctx, tx, s.limits.ClientMisses, time.Hour,
		"SELECT missed_at FROM signin_miss WHERE community_id = ? AND missed_at > ? AND client = ? ORDER BY missed_at DESC LIMIT 1 OFFSET ?",
		[]any{id.Tilde[:], tx.Now.Add(-time.Hour).UnixMicro(), client})
	if err != nil {
		return err
	}
	return until(ErrClientFull, free.Sub(tx.Now))
}

// misses counts the wrong tries for a number within a day, since the last right one.
func (s *Service) misses(ctx context.Context, r db.Reader, phone string, now time.Time) (n int, last time.Time, err error) {
	var at []int64
	err = db.All(ctx, r, &at, `SELECT missed_at FROM signin_miss WHERE community_id = ? AND phone = ? AND missed_at > ?
		AND missed_at > COALESCE((SELECT MAX(used_at) FROM signin_code_use WHERE community_id = ? AND phone = ?), 0) ORDER BY missed_at DESC`,
		id.Tilde[:], phone, now.Add(-24*time.Hour).UnixMicro(), id.Tilde[:], phone)
	if err != nil || len(at) == 0 {
		return 0, time.Time{}, err
	}
	return len(at), time.UnixMicro(at[0]), nil
}

// Try looks whether digits are the code that was sent in a visit. Right, it gives
// the token of the next step, in which the number counts as hers. A wrong try must
// be remembered, so its refusal comes beside a nil error: the closure commits. tx
// belongs to "~".
func (s *Service) Try(ctx context.Context, tx *db.Tx, visit, digits string, from Device) (next string, v Visit, refusal, err error) {
	defer fault.Wrap(&err, "signin: try a code")
	if v, err = s.VisitOf(ctx, tx, visit); err == nil && (v.Code.IsZero() || v.Shown) {
		err = ErrNoVisit
	}
	if err != nil {
		return "", v, nil, err
	}
	if err := s.mayTry(ctx, tx, v.Phone, from.client()); err != nil {
		return "", v, nil, err
	}
	if digits, err = sixDigits(digits); err != nil {
		return "", v, nil, err
	}
	refusal, err = s.compare(ctx, tx, v, digits, from)
	if err != nil || refusal != nil {
		return "", v, refusal, err
	}
	n, err := tx.Exec(ctx, "INSERT INTO signin_code_use (community_id, code_id, phone, used_at) VALUES (?, ?, ?, ?) ON CONFLICT (community_id, code_id) DO NOTHING",
		id.Tilde[:], v.Code[:], v.Phone, tx.Now.UnixMicro())
	if err == nil && n == 0 {
		err = ErrNoVisit // a code opens once
	}
	if err == nil {
		err = s.closeVisit(ctx, tx, visit)
	}
	if err != nil {
		return "", v, nil, err
	}
	v.Shown = true
	next, err = s.openVisit(ctx, tx, v)
	return next, v, nil, err
}

// compare refuses digits that are not the code, or come too late or too often, and
// notes the miss.
func (s *Service) compare(ctx context.Context, tx *db.Tx, v Visit, digits string, from Device) (refusal, err error) {
	var row struct {
		Secret    []byte `db:"secret"`
		Hash      []byte `db:"hash"`
		ExpiresAt int64  `db:"expires_at"`
		Misses    int    `db:"misses"`
	}
	err = db.One(ctx, tx, &row, `SELECT c.secret, c.hash, c.expires_at,
		(SELECT COUNT(*) FROM signin_miss m WHERE m.community_id = c.community_id AND m.phone = c.phone AND m.code_id = c.id) AS misses
		FROM signin_code c WHERE c.community_id = ? AND c.id = ?`, id.Tilde[:], v.Code[:])
	switch {
	case err != nil:
		return nil, err
	case tx.Now.UnixMicro() >= row.ExpiresAt:
		return nil, ErrExpired.On("code")
	case row.Misses >= s.limits.Tries:
		return nil, ErrSpent.On("code")
	case hmac.Equal(row.Hash, codeHash(row.Secret, v.Phone, digits)):
		return nil, nil
	}
	miss := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO signin_miss (community_id, id, code_id, phone, client, missed_at) VALUES (?, ?, ?, ?, ?, ?)",
		id.Tilde[:], miss[:], v.Code[:], v.Phone, from.client(), tx.Now.UnixMicro())
	if left := s.limits.Tries - row.Misses - 1; left > 0 {
		return ErrWrong.On("code").With("left", left), err
	}
	return ErrSpent.On("code"), err
}

// Wait is how long until another code can be asked for in a visit.
func (s *Service) Wait(ctx context.Context, r db.Reader, v Visit) (time.Duration, error) {
	free, err := spare(ctx, r, 1, s.limits.Resend, "SELECT sent_at FROM signin_code WHERE community_id = ? AND phone = ? ORDER BY sent_at DESC LIMIT 1 OFFSET ?",
		[]any{id.Tilde[:], v.Phone})
	return max(0, free.Sub(s.db.Clock().Now())), err
}

// prune drops what is no longer counted.
func (s *Service) prune(ctx context.Context, tx *db.Tx) error {
	for _, q := range []string{
		"DELETE FROM signin_code WHERE community_id = ? AND sent_at < ?",
		"DELETE FROM signin_miss WHERE community_id = ? AND missed_at < ?",
		"DELETE FROM signin_code_use WHERE community_id = ? AND used_at < ?",
	} {
		if _, err := tx.Exec(ctx, q, id.Tilde[:], tx.Now.Add(-keepCodes).UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

// newCode is one of a million, each as likely.
func newCode(tx *db.Tx) string {
	for {
		secret := tx.NewSecret()
		if n := binary.BigEndian.Uint32(secret[:]); n < 4_294_000_000 { // a multiple of a million: no code is likelier
			return fmt.Sprintf("%06d", n%1_000_000)
		}
	}
}

func codeHash(secret []byte, phone, digits string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(phone + "\n" + digits))
	return h.Sum(nil)
}

// sixDigits reads a code as people type it: "123 456", full-width digits.
func sixDigits(text string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == ' ' || r == '-' || r == '　':
			return -1
		}
		return r
	}, text)
	if len(digits) != 6 || strings.Trim(digits, "0123456789") != "" {
		return "", ErrNotACode.On("code")
	}
	return digits, nil
}
