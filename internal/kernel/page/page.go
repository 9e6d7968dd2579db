// Package page holds keyset paging: a cursor says after which record the next
// page begins, so that pages stay fast and stable while records are added.
package page

import (
	"encoding/base64"
	"encoding/binary"

	"gongyi/internal/kernel/fault"
)

// ErrCursor refuses a cursor that no page handed out.
var ErrCursor = fault.New(fault.Invalid, "page.bad_cursor")

// Limits of a page's length.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// Request asks for up to Limit records after Cursor; both may be left empty.
type Request struct {
	Cursor string
	Limit  int
}

// Clamp is the limit within bounds.
func (r Request) Clamp() int {
	switch {
	case r.Limit <= 0:
		return DefaultLimit
	case r.Limit > MaxLimit:
		return MaxLimit
	}
	return r.Limit
}

// Number reads a cursor that is one number; the empty cursor is (0, false).
func (r Request) Number() (n int64, given bool, err error) {
	if r.Cursor == "" {
		return 0, false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(r.Cursor)
	if err != nil || len(b) == 0 {
		return 0, false, ErrCursor
	}
	n, used := binary.Varint(b)
	if used != len(b) {
		return 0, false, ErrCursor
	}
	return n, true, nil
}

// After is the cursor that continues after record n.
func After(n int64) string {
	return base64.RawURLEncoding.EncodeToString(binary.AppendVarint(nil, n))
}
