package canon_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/canon"
)

func TestTextIsJSONWithTheFewestEscapes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		b := canon.AppendText(nil, s)
		var back string
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%q is no JSON: %v", b, err)
		}
		if utf8.ValidString(s) && back != s {
			t.Fatalf("%q came back as %q", s, back)
		}
	})
	if got := string(canon.AppendText(nil, "a\"\\\n\x01票")); got != `"a\"\\\n\u0001票"` {
		t.Errorf("got %s", got)
	}
	if strings.Contains(string(canon.AppendText(nil, "<&>")), `\u`) {
		t.Error("letters that need no escape were escaped")
	}
}
