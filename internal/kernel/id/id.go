// Package id holds the sixteen-byte identifier that every record carries.
//
// An id is made by the application, never by the database. Records get a
// UUIDv7, so that rows that are written together lie together; a person who
// stands in the evidence log gets a random UUIDv4, which tells nothing about
// when she joined. Text exists only at the edge: in JSON, in URLs and in logs.
package id

import (
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// ID is sixteen bytes; the zero ID means "nobody" or "none".
type ID [16]byte

// Tilde is the pseudo-community "~" under which people, credentials and the
// tree of communities live: what belongs to no community.
var Tilde = ID{15: '~'}

// ErrSyntax says that a text is not an id.
var ErrSyntax = errors.New("id: not 32 hexadecimal digits")

// V7 makes a time-ordered id from an instant and ten random bytes (RFC 9562).
func V7(at time.Time, random [10]byte) ID {
	var v ID
	ms := uint64(at.UnixMilli())
	binary.BigEndian.PutUint64(v[:8], ms<<16)
	copy(v[6:], random[:])
	v[6] = v[6]&0x0f | 0x70
	v[8] = v[8]&0x3f | 0x80
	return v
}

// V4 makes an id that tells nothing from sixteen random bytes (RFC 9562).
func V4(random [16]byte) ID {
	v := ID(random)
	v[6] = v[6]&0x0f | 0x40
	v[8] = v[8]&0x3f | 0x80
	return v
}

// Parse reads 32 hexadecimal digits, with or without the dashes of a UUID.
func Parse(s string) (ID, error) {
	var v ID
	if len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' {
		s = s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	}
	if len(s) != 32 {
		return ID{}, ErrSyntax
	}
	if _, err := hex.Decode(v[:], []byte(s)); err != nil {
		return ID{}, ErrSyntax
	}
	return v, nil
}

// IsZero reports whether v names nothing.
func (v ID) IsZero() bool { return v == ID{} }

// String is the id as 32 hexadecimal digits.
func (v ID) String() string { return hex.EncodeToString(v[:]) }

// Append writes the 32 digits to b; the hot paths use it to avoid a string.
func (v ID) Append(b []byte) []byte { return hex.AppendEncode(b, v[:]) }

// MarshalText and UnmarshalText make the id text in JSON.
func (v ID) MarshalText() ([]byte, error) { return v.Append(nil), nil }

// UnmarshalText reads what MarshalText wrote; the empty text is the zero id.
func (v *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*v = ID{}
		return nil
	}
	got, err := Parse(string(b))
	*v = got
	return err
}

// Value stores the id as bytes; the zero id is stored as NULL-free empty bytes.
func (v ID) Value() (driver.Value, error) {
	if v.IsZero() {
		return []byte{}, nil
	}
	return v[:], nil
}

// Scan reads what Value stored.
func (v *ID) Scan(src any) error {
	switch b := src.(type) {
	case nil:
		*v = ID{}
		return nil
	case []byte:
		if len(b) == 0 {
			*v = ID{}
			return nil
		}
		if len(b) != 16 {
			return fmt.Errorf("id: %d bytes in the database, want 16", len(b))
		}
		copy(v[:], b)
		return nil
	}
	return fmt.Errorf("id: cannot read %T", src)
}
