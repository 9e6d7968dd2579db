package apikit

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// strictJSON refuses what encoding/json would let pass or mend in silence: bytes
// that are no UTF-8, and the NUL, which not every engine can store.
var strictJSON = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}

var (
	errNotUTF8 = errors.New("not UTF-8")
	errNUL     = errors.New("holds a NUL character")
)

func unmarshal(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errNotUTF8
	}
	if holdsNUL(data) {
		return errNUL
	}
	return json.Unmarshal(data, v)
}

// holdsNUL finds an escaped NUL; a bare one is no JSON. An even number of
// backslashes before the u is a text that only looks like it.
func holdsNUL(data []byte) bool {
	for from := 0; ; {
		at := bytes.Index(data[from:], []byte(`\u0000`))
		if at < 0 {
			return false
		}
		at += from
		slashes := 0
		for slashes <= at && data[at-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 1 {
			return true
		}
		from = at + 1
	}
}
