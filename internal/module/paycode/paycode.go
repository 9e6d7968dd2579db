// Package paycode makes and checks the codes that a member shows at a till (D1).
//
// A code is sixteen digits: eight name the phone, eight are a truncated HMAC of the time
// (RFC 4226, RFC 6238) under a secret that the phone and the house share. It turns every
// half minute, counts once, and needs no network on the phone. It says who stands at the
// till; it moves nothing. What moves her entitlement or her vouchers is her consent: on
// her phone, or six digits that it makes for this very amount.
package paycode

import (
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of payment codes. They belong to people, not to a community.
var Schema = db.Schema{
	Owner: "module/paycode",
	Tables: []db.Table{
		{Name: "paycode_key", Placement: db.Distributed}, {Name: "paycode_key_end", Placement: db.Distributed},
		{Name: "paycode_use", Placement: db.Distributed}, {Name: "paycode_miss", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which the methods check them.
var (
	ErrBadCode  = fault.New(fault.Invalid, "paycode.bad_code") // no such phone, a wrong end, or too old: a till is not told which
	ErrUsed     = fault.New(fault.Conflict, "paycode.used")
	ErrThrottle = fault.New(fault.TooMany, "paycode.too_many_misses")
	ErrNoKey    = fault.New(fault.NotFound, "paycode.no_key")
)

// Key is a phone that shows codes.
type Key struct {
	ID      id.ID
	Person  id.ID
	Session id.ID // the sign-in on that phone: when it ends, its codes end
	Handle  string
	Secret  [32]byte
	Turn    time.Duration // how long one code is shown
	MadeAt  time.Time
}

// What a code is for. It is part of what is hashed, so that one cannot be used as the
// other.
const (
	atTill  = "till"
	consent = "consent"
)

// turnOf is the number of the turn at an instant.
func (k *Key) turnOf(at time.Time) int64 { return at.Unix() / int64(k.Turn/time.Second) }

// CodeAt is the code of a moment, sixteen digits.
func (k *Key) CodeAt(at time.Time) string {
	return k.Handle + k.end(atTill, k.turnOf(at), 0, 8)
}

// ConsentAt is the word of consent to an amount, six digits: she agrees that this much
// is asked for, and that her vouchers and entitlement are used as the till proposes.
func (k *Key) ConsentAt(at time.Time, list money.Amount) string {
	return k.end(consent, k.turnOf(at), list, 6)
}

// end is the truncated HMAC of what a code says. The phone makes the same:
// web/scripts/islands/paycode.js.
func (k *Key) end(what string, turn int64, amount money.Amount, digits int) string {
	h := hmac.New(sha256.New, k.Secret[:])
	h.Write([]byte("gongyi " + what + " " + strconv.FormatInt(turn, 10) + " " + strconv.FormatInt(int64(amount), 10)))
	sum := h.Sum(nil)
	n := binary.BigEndian.Uint64(sum[len(sum)-8:])
	for i, most := 0, uint64(1); ; i++ {
		if i == digits {
			return fmt.Sprintf("%0*d", digits, n%most)
		}
		most *= 10
	}
}

// turns are the turns whose codes a phone may show around an instant whose clock is off
// by at most skew, the likeliest first.
func (k *Key) turns(at time.Time, skew time.Duration) []int64 {
	now := k.turnOf(at)
	reach := int64((skew + k.Turn - 1) / k.Turn)
	all := []int64{now}
	for i := int64(1); i <= reach; i++ {
		all = append(all, now-i, now+i)
	}
	return all
}

// Split takes a code apart: what a scanner reads, or what somebody types with gaps.
func Split(code string) (handle, end string, err error) {
	var digits []byte
	for _, c := range []byte(code) {
		switch {
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		case c == ' ' || c == '-':
		default:
			return "", "", ErrBadCode.On("code")
		}
	}
	if len(digits) != 16 {
		return "", "", ErrBadCode.On("code")
	}
	return string(digits[:8]), string(digits[8:]), nil
}
