package id_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
)

func TestV7IsOrderedByTime(t *testing.T) {
	at := time.Date(2025, 10, 15, 10, 24, 0, 0, time.UTC)
	early := id.V7(at, [10]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255})
	late := id.V7(at.Add(time.Millisecond), [10]byte{})
	if early.String() >= late.String() {
		t.Errorf("%s is not before %s", early, late)
	}
	if early[6]>>4 != 7 || early[8]>>6 != 2 {
		t.Errorf("%s is no UUIDv7", early)
	}
}

func TestV4TellsItsVersion(t *testing.T) {
	if v := id.V4([16]byte{}); v[6]>>4 != 4 || v[8]>>6 != 2 {
		t.Errorf("%s is no UUIDv4", v)
	}
}

func TestParse(t *testing.T) {
	v := id.V4([16]byte{1, 2, 3})
	dashed := v.String()[:8] + "-" + v.String()[8:12] + "-" + v.String()[12:16] + "-" + v.String()[16:20] + "-" + v.String()[20:]
	for _, s := range []string{v.String(), strings.ToUpper(v.String()), dashed} {
		if got, err := id.Parse(s); err != nil || got != v {
			t.Errorf("Parse(%q) = %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "12", v.String() + "0", strings.Replace(dashed, "-", "_", 1), strings.Repeat("g", 32)} {
		if _, err := id.Parse(s); err == nil {
			t.Errorf("Parse(%q) went through", s)
		}
	}
}

func TestStoredAndWritten(t *testing.T) {
	for _, v := range []id.ID{{}, id.Tilde, id.V4([16]byte{9})} {
		stored, err := v.Value()
		if err != nil {
			t.Fatal(err)
		}
		var back id.ID
		if err := back.Scan(stored); err != nil || back != v {
			t.Errorf("stored %s came back as %s (%v)", v, back, err)
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var read id.ID
		if err := json.Unmarshal(text, &read); err != nil || read != v {
			t.Errorf("%s was read as %s (%v)", text, read, err)
		}
	}
	var v id.ID
	if v.Scan([]byte{1, 2}) == nil || v.Scan("text") == nil {
		t.Error("bytes that are no id were taken")
	}
}
