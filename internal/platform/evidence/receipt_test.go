package evidence

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
)

// texts is a log of entries as the ledger writes them.
type texts []string

func (e texts) Leaves(_ context.Context, from, to int64) ([]Leaf, error) {
	var all []Leaf
	for _, text := range e[from:to] {
		all = append(all, LeafOf([]byte(text)))
	}
	return all, nil
}

func entryText(community id.ID, n int64) string {
	return fmt.Sprintf("gongyi entry 1\ncommunity %s\nentry %d\nkind purchase\nposted 2017-01-01T07:30:27.000001Z\nbooked 2017-01-01\n"+
		"leg S-01 CNY 12840 gateway/clearing merchant:%s/payable\nleg S-04 CNY 385 merchant:%[3]s/payable platform/commission\n"+
		"facts AQID\nsealed %064x\n", community, n, id.ID{9}, n)
}

// issued is a log of entries whose receipts can be asked for.
type issued struct {
	authority *Authority
	tree      *Tree
	entries   texts
	verifier  string
}

func issue(t testing.TB, size int64) *issued {
	i := &issued{authority: newAuthority(t, t.TempDir())}
	for n := range size {
		i.entries = append(i.entries, entryText(origin.Community, n))
	}
	var err error
	if i.tree, err = Open(0, nil, nil, i.entries); err != nil {
		t.Fatal(err)
	}
	leaves, _ := i.entries.Leaves(context.Background(), 0, size)
	i.tree.Apply(i.tree.Stage(leaves))
	i.verifier = resumed(t, i.authority, i.tree)
	return i
}

func (i *issued) receipt(t testing.TB, index int64) []byte {
	t.Helper()
	file, err := i.authority.Bundle(t.Context(), origin, index, []byte(i.entries[index]), map[string]string{"店": "S1 <&>"})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestReceiptFilesVerifyOffline(t *testing.T) {
	for _, size := range []int64{1, 2, 255, 256, 257, 1000} {
		log := issue(t, size)
		for _, index := range []int64{0, size / 2, size - 1} {
			got, err := VerifyBundle(log.receipt(t, index), log.verifier)
			if err != nil || got.Origin != origin || got.Index != index || got.Entry != log.entries[index] || got.Checkpoint.Size != size {
				t.Errorf("entry %d of %d: %+v, %v", index, size, got, err)
			}
		}
	}
}

func TestNoReceiptForAnotherText(t *testing.T) {
	log := issue(t, 300)
	text := strings.Replace(log.entries[7], "12840", "12841", 1)
	if _, err := log.authority.Bundle(t.Context(), origin, 7, []byte(text), nil); !errors.Is(err, ErrProofWrong) {
		t.Errorf("a changed text got a receipt: %v", err)
	}
	if _, err := log.authority.Bundle(t.Context(), origin, 300, []byte(text), nil); !errors.Is(err, ErrBeyondLog) {
		t.Errorf("an entry that does not exist got a receipt: %v", err)
	}
}

// change edits the file as the JSON object that it is.
func change(file []byte, f func(m map[string]any)) []byte {
	var m map[string]any
	if err := json.Unmarshal(file, &m); err != nil {
		panic(err)
	}
	f(m)
	b, _ := json.Marshal(m)
	return b
}

func set(name string, value any) func([]byte) []byte {
	return func(file []byte) []byte { return change(file, func(m map[string]any) { m[name] = value }) }
}

func replace(name, old, new string) func([]byte) []byte {
	return func(file []byte) []byte {
		return change(file, func(m map[string]any) {
			was := m[name].(string)
			if m[name] = strings.Replace(was, old, new, 1); m[name] == was {
				panic(name + " has no " + old)
			}
		})
	}
}

func inText(old, new string) func([]byte) []byte {
	return func(file []byte) []byte {
		if !strings.Contains(string(file), old) {
			panic("the file has no " + old)
		}
		return []byte(strings.Replace(string(file), old, new, 1))
	}
}

func TestReceiptRefusals(t *testing.T) {
	log := issue(t, 300)
	file := log.receipt(t, 7)
	other := id.ID{4, 4}
	hex, otherHex := origin.Community.String(), other.String()
	otherOrigin := Origin{Installation: "else.example", Community: origin.Community, Generation: 1}
	otherKey, err := log.authority.Resume(t.Context(), otherOrigin, "", log.tree)
	if err != nil {
		t.Fatal(err)
	}
	zero := base64.StdEncoding.EncodeToString(make([]byte, 32))
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:n] } }
	for name, c := range map[string]struct {
		how  func([]byte) []byte
		key  string // "" for the right one
		want error
	}{
		"untouched":                {func(b []byte) []byte { return b }, "", nil},
		"other words for people":   {set("readable", map[string]any{"a": 1}), "", nil},
		"no words for people":      {func(b []byte) []byte { return change(b, func(m map[string]any) { delete(m, "readable") }) }, "", nil},
		"empty":                    {cut(0), "", ErrReceiptMalformed},
		"cut off":                  {cut(300), "", ErrReceiptMalformed},
		"too large":                {set("readable", strings.Repeat("x", maxReceipt)), "", ErrReceiptTooLarge},
		"two objects":              {func(b []byte) []byte { return append(b, b...) }, "", ErrReceiptMalformed},
		"a bracket too many":       {func(b []byte) []byte { return append(b, '}') }, "", ErrReceiptMalformed},
		"a list":                   {func(b []byte) []byte { return []byte("[" + string(b) + "]") }, "", ErrReceiptMalformed},
		"not UTF-8":                {inText("S1", "\xff"), "", ErrReceiptMalformed},
		"a field twice":            {inText(`"index": 7`, `"index": 7, "index": 7`), "", ErrReceiptMalformed},
		"an unknown field":         {set("note", "paid"), "", ErrReceiptMalformed},
		"a field in capitals":      {inText(`"index": 7`, `"Index": 7`), "", ErrReceiptMalformed},
		"a field is missing":       {func(b []byte) []byte { return change(b, func(m map[string]any) { delete(m, "proof") }) }, "", ErrReceiptMalformed},
		"null for a field":         {set("entry", nil), "", ErrReceiptMalformed},
		"a broken number":          {inText(`"index": 7`, `"index": 7.0`), "", ErrReceiptMalformed},
		"a negative number":        {inText(`"index": 7`, `"index": -7`), "", ErrReceiptMalformed},
		"a short proof hash":       {set("proof", []string{"AAAA"}), "", ErrReceiptMalformed},
		"an untidy proof hash":     {set("proof", []string{zero[:42] + "B="}), "", ErrReceiptMalformed},
		"a proof without end":      {set("proof", slices.Repeat([]string{zero}, 64)), "", ErrReceiptMalformed},
		"another version":          {set("format", "gongyi-receipt/2"), "", ErrReceiptFormat},
		"an entry without an end":  {replace("entry", "0000000007\n", "0000000007"), "", ErrEntryMalformed},
		"an entry of Windows":      {replace("entry", "\nkind", "\r\nkind"), "", ErrEntryMalformed},
		"an entry of another kind": {replace("entry", "gongyi entry 1", "gongyi entry 2"), "", ErrEntryMalformed},
		"no entry at all":          {set("entry", "gongyi entry 1\n"), "", ErrEntryMalformed},
		"the entry's community":    {replace("entry", hex, otherHex), "", ErrCommunityDiffers},
		"the file's community":     {set("community", otherHex), "", ErrCommunityDiffers},
		"both communities": {func(b []byte) []byte { return set("community", otherHex)(replace("entry", hex, otherHex)(b)) },
			"", ErrCommunityDiffers},
		"the entry's number":   {replace("entry", "entry 7", "entry 8"), "", ErrNumberDiffers},
		"the number's form":    {replace("entry", "entry 7", "entry 07"), "", ErrNumberDiffers},
		"the file's number":    {set("index", 8), "", ErrNumberDiffers},
		"no key":               {func(b []byte) []byte { return b }, "gongyi", ErrKeyMalformed},
		"another log's key":    {func(b []byte) []byte { return b }, otherKey, ErrOriginDiffers},
		"the origin":           {set("origin", otherOrigin.String()), "", ErrOriginDiffers},
		"no checkpoint":        {set("checkpoint", ""), "", ErrCheckpointMalformed},
		"a fourth line":        {replace("checkpoint", "\n\n", "\nmore\n\n"), "", ErrCheckpointMalformed},
		"a size with a zero":   {replace("checkpoint", "\n300\n", "\n0300\n"), "", ErrCheckpointMalformed},
		"a larger checkpoint":  {replace("checkpoint", "\n300\n", "\n301\n"), "", ErrSignatureWrong},
		"nobody's signature":   {replace("checkpoint", " gongyi/test", " gongyi/other"), "", ErrSignatureWrong},
		"another amount":       {replace("entry", "12840", "12841"), "", ErrProofWrong},
		"a proof of something": {set("proof", []string{zero}), "", ErrProofWrong},
		"both numbers": {func(b []byte) []byte { return set("index", 300)(replace("entry", "entry 7", "entry 300")(b)) },
			"", ErrNotCovered},
	} {
		t.Run(name, func(t *testing.T) {
			key := c.key
			if key == "" {
				key = log.verifier
			}
			if got, err := VerifyBundle(c.how(slices.Clone(file)), key); !errors.Is(err, c.want) {
				t.Errorf("%+v, %v; want %v", got, err, c.want)
			}
		})
	}
}

// FuzzReceipt looks for a file that verifies but says something that the log
// does not hold, and for crashes.
func FuzzReceipt(f *testing.F) {
	log := issue(f, 300)
	for _, index := range []int64{0, 7, 299} {
		f.Add(log.receipt(f, index))
	}
	f.Add([]byte(`{"format":"gongyi-receipt/1"}`))
	f.Add([]byte(`{"format":"gongyi-receipt/1","community":"","origin":"","index":0,"entry":"","proof":[],"checkpoint":""}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := VerifyBundle(file, log.verifier)
		if err != nil {
			if len(unjoin(err)) == 0 {
				t.Errorf("refused without a name: %v", err)
			}
			return
		}
		if got.Entry != log.entries[got.Index] || got.Origin != origin {
			t.Errorf("verified what the log does not hold: %+v", got)
		}
	})
}
