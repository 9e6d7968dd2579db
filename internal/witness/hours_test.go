package witness_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/certificate"
	"gongyi/internal/platform/evidence"
	"gongyi/internal/witness"
)

// certified seals a certificate's digest in a log as the program does, and makes its file
// with the text that is given.
func certified(t *testing.T, c *certificate.Certificate, text string) (file []byte, key string) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	log := make(told)
	log.record(7, "2026-03-10T09:00:00.000001Z", fmt.Sprintf(`{"certificate":"%s","digest":"%x"}`, c.ID, c.Digest()))
	keys, err := evidence.OpenKeyring(t.TempDir(), strings.NewReader(strings.Repeat("k", 64)))
	check(err)
	authority := evidence.NewAuthority(keys)
	defer authority.Close()
	tree, err := evidence.Open(0, nil, nil, log)
	check(err)
	key, err = authority.Resume(t.Context(), origin, "", tree)
	check(err)
	leaves, _ := log.Leaves(t.Context(), 0, 12)
	tree.Apply(tree.Stage(leaves))
	receipt, err := authority.Bundle(t.Context(), origin, 7, []byte(log.entry(7)), nil)
	check(err)
	file, err = json.Marshal(map[string]any{"format": "gongyi-hours/1", "text": text, "entry": json.RawMessage(receipt)})
	check(err)
	return file, key
}

// F8, L7: the text of a certificate is what the log sealed, and nothing else is.
func TestACertificateOffline(t *testing.T) {
	c := &certificate.Certificate{Community: id.ID{1}, ID: id.ID{2}, Number: 3, Issuer: "和平里社区", Name: "王＊", First: period.Date(2026, 1, 1), Last: period.Date(2026, 3, 10),
		Lines: []certificate.Line{{Assignment: id.ID{4}, Day: period.Date(2026, 3, 9), Name: "陪着散步 一圈", Minutes: 60, Credited: true}, {Assignment: id.ID{5}, Day: period.Date(2026, 3, 10), Name: "送餐", Minutes: 30}}}
	file, key := certified(t, c, c.Text())
	var out bytes.Buffer
	if err := witness.CheckHours(&out, file, []string{key}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "2 services, 90 minutes") {
		t.Errorf("it says %q", out.String())
	}
	more := *c
	more.Lines = append(more.Lines[:1:1], certificate.Line{Assignment: id.ID{5}, Day: period.Date(2026, 3, 10), Name: "送餐", Minutes: 31})
	if sha256.Sum256([]byte(more.Text())) == c.Digest() {
		t.Fatal("a minute more has the same digest")
	}
	longer, _ := certified(t, c, more.Text())
	for what, x := range map[string]struct {
		file []byte
		keys []string
		want string
	}{
		"no file":        {[]byte("x"), []string{key}, "certificate:"},
		"another format": {bytes.Replace(file, []byte("hours/1"), []byte("hours/2"), 1), []string{key}, "format"},
		"a minute more":  {longer, []string{key}, "not the one whose hash"},
		"another name":   {bytes.Replace(file, []byte("王＊"), []byte("李＊"), 1), []string{key}, "not the one whose hash"},
		"no key":         {file, nil, "no key"},
	} {
		if err := witness.CheckHours(&bytes.Buffer{}, x.file, x.keys); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", what, err, x.want)
		}
	}
}
