package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
)

// Refusals of a receipt file, in the order VerifyBundle checks them. Those of
// OpenCheckpoint stand between ErrNumberDiffers and ErrNotCovered, and
// ErrProofWrong comes last.
var (
	ErrReceiptTooLarge  = fault.New(fault.TooLarge, "evidence.receipt_too_large")
	ErrReceiptMalformed = fault.New(fault.Invalid, "evidence.receipt_malformed")
	ErrReceiptFormat    = fault.New(fault.Invalid, "evidence.receipt_format") // of another version, or something else
	ErrEntryMalformed   = fault.New(fault.Invalid, "evidence.entry_malformed")
	ErrCommunityDiffers = fault.New(fault.Invalid, "evidence.community_differs")
	ErrNumberDiffers    = fault.New(fault.Invalid, "evidence.number_differs")
	ErrNotCovered       = fault.New(fault.Invalid, "evidence.not_covered")
)

const (
	receiptFormat = "gongyi-receipt/1"
	entryFormat   = "gongyi entry 1"

	maxReceipt = 256 << 10
	maxProof   = 63 // the height of the tallest tree
)

// Bundle is a receipt file: one entry and everything that proves it to somebody
// who has only the log's public key. Readable repeats the entry in the words of
// the page; it is for people and proves nothing.
type Bundle struct {
	Format     string          `json:"format"`
	Community  id.ID           `json:"community"`
	Origin     string          `json:"origin"`
	Index      int64           `json:"index"`
	Entry      string          `json:"entry"` // the canonical text
	Proof      []Hash          `json:"proof"`
	Checkpoint string          `json:"checkpoint"` // a signed note
	Readable   json.RawMessage `json:"readable,omitempty"`
}

// Verified is what a receipt file proves.
type Verified struct {
	Origin     Origin
	Index      int64
	Entry      string
	Leaf       Leaf
	Checkpoint Checkpoint
}

// Bundle makes the receipt file of an entry, in the log's own signed tree. It
// verifies the file before anybody gets it, so that an entry whose text is not
// what the log holds is found here.
func (a *Authority) Bundle(ctx context.Context, o Origin, index int64, entry []byte, readable any) (file []byte, err error) {
	defer fault.Wrap(&err, "evidence: receipt file of %s for entry %d", o, index)
	c, err := a.Receipt(ctx, o, index)
	if err != nil {
		return nil, err
	}
	tree, key, err := a.held(o)
	if err != nil {
		return nil, err
	}
	proof, err := tree.Prove(ctx, index, c.Size)
	if err != nil {
		return nil, err
	}
	b := Bundle{Format: receiptFormat, Community: o.Community, Origin: o.String(), Index: index,
		Entry: string(entry), Proof: proof, Checkpoint: string(c.Note)}
	if readable != nil {
		if b.Readable, err = json.Marshal(readable); err != nil {
			return nil, err
		}
	}
	var w bytes.Buffer
	enc := json.NewEncoder(&w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(b); err != nil {
		return nil, err
	}
	_, err = VerifyBundle(w.Bytes(), key.verifier)
	return w.Bytes(), err
}

// VerifyBundle checks a receipt file against a log's public key, a note verifier
// string. It needs no network and no database.
func VerifyBundle(file []byte, key string) (Verified, error) {
	b, err := ParseBundle(file)
	if err != nil {
		return Verified{}, err
	}
	if err := b.checkEntry(); err != nil {
		return Verified{}, err
	}
	c, err := OpenCheckpoint([]byte(b.Checkpoint), key)
	if err != nil {
		return Verified{}, err
	}
	o, err := ParseOrigin(c.Origin)
	if err != nil {
		return Verified{}, err
	}
	v := Verified{Origin: o, Index: b.Index, Entry: b.Entry, Leaf: LeafOf([]byte(b.Entry)), Checkpoint: c}
	switch {
	case b.Origin != c.Origin:
		return Verified{}, ErrOriginDiffers.With("origin", b.Origin).With("key", c.Origin)
	case o.Community != b.Community:
		return Verified{}, ErrCommunityDiffers.With("receipt", b.Community).With("log", o.Community)
	case b.Index >= c.Size:
		return Verified{}, ErrNotCovered.With("index", b.Index).With("size", c.Size)
	case tlog.CheckRecord(b.Proof, c.Size, c.Root, b.Index, LeafHash(v.Leaf)) != nil:
		return Verified{}, ErrProofWrong.With("index", b.Index).With("size", c.Size)
	}
	return v, nil
}

// checkEntry compares the head of the canonical text with the file around it.
func (b *Bundle) checkEntry() error {
	head := strings.SplitN(b.Entry, "\n", 4)
	if len(head) != 4 || head[0] != entryFormat || !strings.HasSuffix(b.Entry, "\n") || strings.ContainsAny(b.Entry, "\r\x00") {
		return ErrEntryMalformed
	}
	community, ok1 := strings.CutPrefix(head[1], "community ")
	number, ok2 := strings.CutPrefix(head[2], "entry ")
	if !ok1 || !ok2 {
		return ErrEntryMalformed
	}
	if community != b.Community.String() {
		return ErrCommunityDiffers.With("receipt", b.Community).With("entry", community)
	}
	if number != strconv.FormatInt(b.Index, 10) {
		return ErrNumberDiffers.With("receipt", b.Index).With("entry", number)
	}
	return nil
}

// ParseBundle reads a receipt file strictly: every field once, none unknown, so
// that no two readers see different receipts in one file.
func ParseBundle(file []byte) (*Bundle, error) {
	if len(file) > maxReceipt {
		return nil, ErrReceiptTooLarge.With("length", len(file)).With("limit", maxReceipt)
	}
	if !utf8.Valid(file) {
		return nil, ErrReceiptMalformed.With("why", "not UTF-8")
	}
	fields, err := members(file)
	if err != nil {
		return nil, ErrReceiptMalformed.With("why", err.Error())
	}
	var b Bundle
	var proof []string
	for _, f := range []struct {
		name string
		to   any
	}{{"format", &b.Format}, {"community", &b.Community}, {"origin", &b.Origin}, {"index", &b.Index}, {"entry", &b.Entry},
		{"proof", &proof}, {"checkpoint", &b.Checkpoint}, {"readable", &b.Readable}} {
		raw, ok := fields[f.name]
		delete(fields, f.name)
		if !ok && f.name == "readable" {
			continue
		}
		if !ok || string(raw) == "null" || json.Unmarshal(raw, f.to) != nil {
			return nil, ErrReceiptMalformed.With("why", f.name)
		}
		if f.to == &b.Format && b.Format != receiptFormat {
			return nil, ErrReceiptFormat.With("format", b.Format)
		}
	}
	for name := range fields {
		return nil, ErrReceiptMalformed.With("why", "unknown field "+strconv.Quote(name))
	}
	if b.Index < 0 || len(proof) > maxProof {
		return nil, ErrReceiptMalformed.With("why", "index or proof")
	}
	for _, s := range proof {
		h, err := tlog.ParseHash(s)
		if err != nil || h.String() != s {
			return nil, ErrReceiptMalformed.With("why", "proof")
		}
		b.Proof = append(b.Proof, h)
	}
	return &b, nil
}

// members reads the fields of a JSON object. encoding/json alone would take the
// last of two equal names, and names in other capitals.
func members(file []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(file))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("not an object")
	}
	fields := make(map[string]json.RawMessage)
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, errors.New("syntax")
		}
		name, _ := t.(string)
		if _, twice := fields[name]; twice {
			return nil, errors.New("field twice: " + strconv.Quote(name))
		}
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return nil, errors.New("syntax")
		}
		fields[name] = raw
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("syntax")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than one object")
	}
	return fields, nil
}
