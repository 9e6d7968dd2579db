package witness

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A draw can be made again by anybody (E5). Three entries of the log tell of it: one
// promises a seed by its hash before anybody enters, one hashes the list of those who
// entered, one tells seed and winners. What decides is
//
//	SHA-256("gongyi draw 1\n" seed "\n" hash of the list "\n" root of the log "\n")
//
// in hexadecimal, the root being that of all entries up to the list's: who knew the seed
// could not know it beforehand. Numbers come from SHA-256(that, counter in eight bytes),
// the first eight bytes of each; one that would favour somebody is left out. With them the
// sorted tickets are shuffled from the front: each place swaps with one from there on.

// drawFile is the file of a draw: three receipts, the list, and the proof that the log
// grew out of what it was at the list.
type drawFile struct {
	Format                string
	Opened, Closed, Drawn json.RawMessage
	List                  string
	Grew                  [][]byte
}

// The sealed words of the three entries.
type (
	promise struct {
		Draw, Title string
		SeedHash    string    `json:"seed_hash"`
		ClosesAt    time.Time `json:"closes_at"`
		Bags        []struct {
			Kind, Name string
			Count      int
			Worth      int64 `json:"worth_fen"`
		}
	}
	closing struct {
		Draw    string
		Entries int
		List    string `json:"list_hash"`
	}
	drawing struct {
		Draw, Seed string
		Size       int64  `json:"log_size"`
		Root       string `json:"log_root"`
		Winners    []string
	}
)

// Entrant is somebody who wants to know whether she was counted: her ticket, and the
// words that she threw in. Zero: nobody asks.
type Entrant struct{ Ticket, Words string }

// CheckDraw says on out what a draw's file proves, given the log's public keys, and what
// became of an entrant's ticket. The first thing wrong is the error.
func CheckDraw(out io.Writer, file []byte, keys []string, me Entrant) error {
	var f drawFile
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	if f.Format != "gongyi-draw/1" {
		return fmt.Errorf("draw: format %q", f.Format)
	}
	var p promise
	var c closing
	var w drawing
	opened, _, err := record(f.Opened, keys, &p)
	if err != nil {
		return fmt.Errorf("promise: %w", err)
	}
	closed, _, err := record(f.Closed, keys, &c)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	drawn, head, err := record(f.Drawn, keys, &w)
	if err != nil {
		return fmt.Errorf("drawing: %w", err)
	}
	switch {
	case p.Draw == "" || p.Draw != c.Draw || p.Draw != w.Draw || opened.Origin != drawn.Origin || closed.Origin != drawn.Origin:
		return errors.New("the three entries are not about one draw")
	case opened.Index >= closed.Index || closed.Index >= drawn.Index:
		return errors.New("the entries are not in order: promised, listed, drawn")
	case posted(closed).Before(p.ClosesAt):
		return errors.New("the list was ended before its time")
	}
	fmt.Fprintf(out, "signed: %s promises %d entries\n", head.Origin, head.Size)
	fmt.Fprintf(out, "promised: entry %d, before anybody entered: the seed with hash %s\n", opened.Index, p.SeedHash)
	lines, err := f.lines(c)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "listed: entry %d: %d tickets, hash %s\n", closed.Index, len(lines), c.List)
	if err := draws(out, p, c, w, lines, f.Grew, closed.Index, head); err != nil {
		return err
	}
	fmt.Fprintf(out, "drawn: entry %d: seed, list and root make the same %d winners\n", drawn.Index, len(w.Winners))
	say(out, p, w)
	return me.find(out, lines, w.Winners)
}

// record opens one of the file's receipts, and reads what its entry says.
func record(receipt []byte, keys []string, into any) (r Receipt, head Head, err error) {
	err = errors.New("no key to check it with")
	for _, key := range keys {
		if r, head, err = Open(receipt, key); err == nil {
			break
		}
	}
	if err != nil {
		return r, head, err
	}
	kind, facts := field(r.Entry, "kind"), field(r.Entry, "facts")
	text, wrong := base64.StdEncoding.DecodeString(facts)
	if kind != "record" || wrong != nil || json.Unmarshal(text, into) != nil {
		return r, head, fmt.Errorf("entry %d does not say it", r.Index)
	}
	return r, head, nil
}

// field is a line of an entry's text.
func field(entry, name string) string {
	for line := range strings.Lines(entry) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSuffix(rest, "\n")
		}
	}
	return ""
}

func posted(r Receipt) time.Time {
	at, _ := time.Parse(time.RFC3339, field(r.Entry, "posted"))
	return at
}

// lines are the tickets of the list, each with the hash of what was thrown in. The list
// is the one whose hash was published, and no ticket stands in it twice.
func (f *drawFile) lines(c closing) (map[string]string, error) {
	if sum := sha256.Sum256([]byte(f.List)); hex.EncodeToString(sum[:]) != c.List {
		return nil, errors.New("the list is not the one whose hash was published")
	}
	rest, ok := strings.CutPrefix(f.List, "gongyi draw list 1\n")
	lines, last := make(map[string]string), ""
	for line := range strings.Lines(rest) {
		ticket, nonce, two := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		ok = ok && two && ticket > last && len(nonce) == 2*sha256.Size
		lines[ticket], last = nonce, ticket
	}
	if !ok || len(lines) != c.Entries {
		return nil, fmt.Errorf("the list does not have %d different tickets in order", c.Entries)
	}
	return lines, nil
}

// draws does the drawing again.
func draws(out io.Writer, p promise, c closing, w drawing, lines map[string]string, grew [][]byte, list int64, head Head) error {
	seed, err := hex.DecodeString(w.Seed)
	if sum := sha256.Sum256(seed); err != nil || hex.EncodeToString(sum[:]) != p.SeedHash {
		return errors.New("the seed is not the one that was promised")
	}
	b, err := hex.DecodeString(w.Root)
	if err != nil || len(b) != sha256.Size || w.Size != list+1 || !consistent(w.Size, hash(b), head, grew) {
		return errors.New("the root is not that of the log when the list was ended")
	}
	fmt.Fprintf(out, "rooted: %s was the log's root when entry %d was its last\n", w.Root, list)
	bags := 0
	for _, b := range p.Bags {
		bags += b.Count
	}
	tickets := make([]string, 0, len(lines))
	for t := range lines {
		tickets = append(tickets, t)
	}
	slices.Sort(tickets)
	mix := sha256.Sum256([]byte("gongyi draw 1\n" + w.Seed + "\n" + c.List + "\n" + w.Root + "\n"))
	if !slices.Equal(shuffle(mix, tickets, bags), w.Winners) {
		return errors.New("seed, list and root make other winners")
	}
	return nil
}

// shuffle puts the winners first and leaves the others out.
func shuffle(mix hash, tickets []string, winners int) []string {
	counter := uint64(0)
	for i := range min(winners, len(tickets)) {
		n := uint64(len(tickets) - i)
		unfair := (^uint64(0)%n + 1) % n // so many of the smallest numbers are left out
		for {
			block := slices.Clone(mix[:])
			for shift := 56; shift >= 0; shift -= 8 {
				block = append(block, byte(counter>>shift))
			}
			counter++
			sum, v := sha256.Sum256(block), uint64(0)
			for _, x := range sum[:8] {
				v = v<<8 | uint64(x)
			}
			if v >= unfair {
				j := i + int(v%n)
				tickets[i], tickets[j] = tickets[j], tickets[i]
				break
			}
		}
	}
	return tickets[:min(winners, len(tickets))]
}

// say tells who won what.
func say(out io.Writer, p promise, w drawing) {
	winners := w.Winners
	for _, b := range p.Bags {
		n := min(b.Count, len(winners))
		for _, ticket := range winners[:n] {
			fmt.Fprintf(out, "%s %s\n", ticket, b.Name)
		}
		winners = winners[n:]
	}
}

// find tells an entrant whether she was counted.
func (e Entrant) find(out io.Writer, lines map[string]string, winners []string) error {
	if e == (Entrant{}) {
		return nil
	}
	nonce, ok := lines[e.Ticket]
	if !ok {
		return fmt.Errorf("ticket %s is not in the list", e.Ticket)
	}
	if sum := sha256.Sum256([]byte(strings.TrimSpace(e.Words))); hex.EncodeToString(sum[:]) != nonce {
		return fmt.Errorf("ticket %s is in the list with other words", e.Ticket)
	}
	won := "did not win"
	if slices.Contains(winners, e.Ticket) {
		won = "won"
	}
	fmt.Fprintf(out, "counted: ticket %s is in the list with your words, and %s\n", e.Ticket, won)
	return nil
}

// consistent follows a proof that a log grew out of what it was at an earlier size (RFC
// 9162, section 2.1.4.2).
func consistent(size int64, root hash, head Head, proof [][]byte) bool {
	if size < 1 || size >= head.Size {
		return size == head.Size && root == head.Root && len(proof) == 0
	}
	if size&(size-1) == 0 {
		proof = append([][]byte{root[:]}, proof...)
	}
	for _, h := range proof {
		if len(h) != sha256.Size {
			return false
		}
	}
	if len(proof) == 0 {
		return false
	}
	at, last := size-1, head.Size-1
	for at&1 == 1 {
		at, last = at>>1, last>>1
	}
	before, now := hash(proof[0]), hash(proof[0])
	for _, h := range proof[1:] {
		if last == 0 {
			return false
		}
		if at&1 == 1 || at == last {
			before, now = nodeHash(hash(h), before), nodeHash(hash(h), now)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			now = nodeHash(now, hash(h))
		}
		at, last = at>>1, last>>1
	}
	return last == 0 && before == root && now == head.Root
}
