// Package witness reads a community's evidence without trusting the program that
// wrote it (L7). It shares no line with that program, only the published formats
// (RFC 6962, C2SP signed-note, tlog-checkpoint and tlog-tiles) and the standard
// library, so that a committee, an auditor or a resident's nephew can read it in
// half an hour and know what a receipt proves.
package witness

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// Receipt is the file that a resident has taken home.
type Receipt struct {
	Format, Community, Origin, Entry, Checkpoint string
	Index                                        int64
	Proof                                        [][]byte
	Readable                                     json.RawMessage // for people; proves nothing
}

// Head is a log's signed promise: this root over the first Size entries.
type Head struct {
	Origin string
	Size   int64
	Root   hash
}

// Check says on out what a receipt proves, given the log's public key and the
// directory of its published tiles. older is an earlier signed checkpoint of the
// log that the reader kept, nil for none. The first thing wrong is the error.
func Check(out io.Writer, receipt []byte, key string, tiles fs.FS, older []byte) error {
	r, head, err := Open(receipt, key)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "signed: %s promises %d entries\n", head.Origin, head.Size)
	fmt.Fprintf(out, "proved: entry %d is one of them\n", r.Index)
	note, err := fs.ReadFile(tiles, "checkpoint")
	if err != nil {
		return err
	}
	published, err := Verify(note, key)
	if err != nil {
		return fmt.Errorf("published checkpoint: %w", err)
	}
	if published.Size < head.Size {
		return fmt.Errorf("only %d of %d entries are published yet", published.Size, head.Size)
	}
	heads := []Head{head, published}
	if older != nil {
		before, err := Verify(older, key)
		if err != nil {
			return fmt.Errorf("older checkpoint: %w", err)
		}
		heads = append(heads, before)
	}
	leaf := sha256.Sum256([]byte(r.Entry))
	if err := walk(tiles, published.Size, r.Index, leaf, heads); err != nil {
		return err
	}
	fmt.Fprintf(out, "published: all %d entries are in the tiles, this one at its place, and make the promised roots\n", published.Size)
	if older != nil {
		fmt.Fprintf(out, "unbroken: the log grew out of the %d entries promised earlier\n", heads[2].Size)
	}
	for line := range strings.Lines(r.Entry) {
		if leg, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "leg "); ok {
			fmt.Fprintln(out, leg)
		}
	}
	return nil
}

// Open checks a receipt by itself: signature, numbers and proof.
func Open(receipt []byte, key string) (r Receipt, head Head, err error) {
	d := json.NewDecoder(bytes.NewReader(receipt))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, head, fmt.Errorf("receipt: %w", err)
	}
	if r.Format != "gongyi-receipt/1" {
		return r, head, fmt.Errorf("receipt: format %q", r.Format)
	}
	if head, err = Verify([]byte(r.Checkpoint), key); err != nil {
		return r, head, fmt.Errorf("receipt's checkpoint: %w", err)
	}
	about := fmt.Sprintf("gongyi entry 1\ncommunity %s\nentry %d\n", r.Community, r.Index)
	if !strings.HasPrefix(r.Entry, about) || r.Origin != head.Origin || !strings.Contains(head.Origin+"/", "/"+r.Community+"/") {
		return r, head, errors.New("receipt: its parts are not about one entry of one community")
	}
	leaf := sha256.Sum256([]byte(r.Entry))
	if !included(leafHash(leaf[:]), r.Index, head, r.Proof) {
		return r, head, fmt.Errorf("receipt: the proof does not lead from entry %d to the signed root", r.Index)
	}
	return r, head, nil
}

// Verify reads a checkpoint that key signed. Key is "name+hash+base64".
func Verify(note []byte, key string) (h Head, err error) {
	parts := strings.SplitN(key, "+", 3)
	if len(parts) != 3 {
		return h, errors.New("not a public key")
	}
	name, public := parts[0], decode(parts[2])
	id := sha256.Sum256(append([]byte(name+"\n"), public...))
	if len(public) != 1+ed25519.PublicKeySize || public[0] != 1 || fmt.Sprintf("%x", id[:4]) != parts[1] {
		return h, errors.New("not an Ed25519 public key")
	}
	text, signatures, ok := strings.Cut(string(note), "\n\n")
	lines := strings.Split(text, "\n")
	if !ok || len(lines) != 3 || lines[0] != name {
		return h, fmt.Errorf("not a checkpoint of %s", name)
	}
	signed := false
	for line := range strings.Lines(signatures) {
		by, b64, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "— "), " ")
		sig := decode(b64)
		if by == name && len(sig) == 4+ed25519.SignatureSize && bytes.Equal(sig[:4], id[:4]) {
			signed = ed25519.Verify(public[1:], []byte(text+"\n"), sig[4:])
		}
	}
	h.Origin = name
	h.Size, err = strconv.ParseInt(lines[1], 10, 64)
	root := decode(lines[2])
	if !signed || err != nil || h.Size < 0 || len(root) != len(h.Root) {
		return h, errors.New("the signature is not the log's")
	}
	copy(h.Root[:], root)
	return h, nil
}

func decode(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}

// included follows a proof from a leaf to the root (RFC 9162, section 2.1.3.2).
func included(h hash, index int64, head Head, proof [][]byte) bool {
	if index < 0 || index >= head.Size {
		return false
	}
	at, last := index, head.Size-1
	for _, sibling := range proof {
		if last == 0 || len(sibling) != len(h) {
			return false
		}
		if at&1 == 1 || at == last {
			h = nodeHash(hash(sibling), h)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			h = nodeHash(h, hash(sibling))
		}
		at, last = at>>1, last>>1
	}
	return last == 0 && h == head.Root
}
