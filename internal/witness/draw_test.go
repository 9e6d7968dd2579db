package witness_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/draw"
	"gongyi/internal/platform/evidence"
	"gongyi/internal/witness"
)

// told are the entries of a log that tell of a draw, between others.
type told map[int64]string

func (l told) Leaves(_ context.Context, from, to int64) (all []evidence.Leaf, err error) {
	for n := from; n < to; n++ {
		all = append(all, evidence.LeafOf([]byte(l.entry(n))))
	}
	return all, nil
}

func (l told) entry(n int64) string {
	if text, ok := l[n]; ok {
		return text
	}
	return entry(n)
}

func (l told) record(n int64, posted, facts string) {
	l[n] = fmt.Sprintf("gongyi entry 1\ncommunity %s\nentry %d\nkind record\nposted %s\nbooked 2017-01-01\nfacts %s\nsealed %064x\n",
		origin.Community, n, posted, base64.StdEncoding.EncodeToString([]byte(facts)), n)
}

// fair is how a draw goes.
type fair struct {
	opened, closed, drawn, size int64 // entries, and how many there are in the end
	entrants, bags              int
	promised                    draw.Hash // of the seed, zero: as it is
	listed                      string    // when
	swap                        bool      // the house favours somebody
	last                        bool      // the winner is another
	other                       id.ID     // whose list it is, zero: the draw's
	short                       int64     // so many entries fewer are in the root that is told
}

// hold writes a draw as the program does, and its file.
func (f fair) hold(t testing.TB) (file []byte, key string) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	log, at, seed := make(told), id.ID{7}, draw.Hash{1, 2, 3}
	if f.other.IsZero() {
		f.other = at
	}
	if f.promised == (draw.Hash{}) {
		f.promised = draw.Commit(seed)
	}
	if f.listed == "" {
		f.listed = "2017-01-05T12:00:00.000001Z"
	}
	log.record(f.opened, "2017-01-01T07:30:27.000001Z", fmt.Sprintf(`{"draw":"%s","title":"邻里节","seed_hash":"%x","closes_at":"2017-01-05T12:00:00Z","bags":[{"kind":"goods","name":"oil","count":1,"worth_fen":6000},{"kind":"points","name":"points","count":%d,"worth_fen":0}]}`,
		at, f.promised, f.bags-1))
	var lines []draw.Line
	var tickets []string
	for n := range f.entrants {
		tickets = append(tickets, fmt.Sprint(10_000_000+n))
		lines = append(lines, draw.Line{Ticket: tickets[n], Nonce: sha256.Sum256(fmt.Append(nil, "words ", n))})
	}
	list := draw.ListText(lines)
	sum := sha256.Sum256(list)
	log.record(f.closed, f.listed, fmt.Sprintf(`{"draw":"%s","entries":%d,"list_hash":"%x"}`, f.other, f.entrants, sum))

	keys, err := evidence.OpenKeyring(t.TempDir(), strings.NewReader(strings.Repeat("k", 64)))
	check(err)
	authority := evidence.NewAuthority(keys)
	defer authority.Close()
	tree, err := evidence.Open(0, nil, nil, log)
	check(err)
	key, err = authority.Resume(t.Context(), origin, "", tree)
	check(err)
	grow := func(until int64) {
		leaves, _ := log.Leaves(t.Context(), tree.Size(), until)
		tree.Apply(tree.Stage(leaves))
	}
	grow(f.closed + 1)
	root, err := tree.Root(t.Context(), f.closed+1-f.short)
	check(err)
	won := draw.Winners(draw.Mix(seed, sum, root), tickets, f.bags)
	if f.swap && len(won) > 1 {
		won[0], won[1] = won[1], won[0]
	}
	if f.last {
		won = won[:len(won)-1]
	}
	names, err := json.Marshal(won)
	check(err)
	log.record(f.drawn, "2017-01-05T12:00:01.000001Z", fmt.Sprintf(`{"draw":"%s","seed":"%x","log_size":%d,"log_root":"%x","winners":%s}`, at, seed, f.closed+1-f.short, root[:], names))
	grow(f.size)
	grew, err := tree.ProveTree(t.Context(), f.closed+1-f.short, f.size)
	check(err)
	whole := map[string]any{"format": "gongyi-draw/1", "list": string(list), "grew": grew}
	for name, n := range map[string]int64{"opened": f.opened, "closed": f.closed, "drawn": f.drawn} {
		receipt, err := authority.Bundle(t.Context(), origin, n, []byte(log.entry(n)), nil)
		check(err)
		whole[name] = json.RawMessage(receipt)
	}
	file, err = json.Marshal(whole)
	check(err)
	return file, key
}

var good = fair{opened: 3, closed: 40, drawn: 41, size: 60, entrants: 30, bags: 4}

// TestDrawsAgainWhatTheProgramDrew: two implementations, one outcome, whatever the log's
// size and however many entered.
func TestDrawsAgainWhatTheProgramDrew(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := fair{opened: rapid.Int64Range(0, 20).Draw(r, "opened"), entrants: rapid.IntRange(0, 120).Draw(r, "entrants"), bags: rapid.IntRange(1, 9).Draw(r, "bags")}
		f.closed = f.opened + rapid.Int64Range(1, 300).Draw(r, "closed")
		f.drawn = f.closed + rapid.Int64Range(1, 9).Draw(r, "drawn")
		f.size = f.drawn + rapid.Int64Range(1, 300).Draw(r, "size")
		file, key := f.hold(t)
		if err := witness.CheckDraw(&bytes.Buffer{}, file, []string{"other+00000000+", key}, witness.Entrant{}); err != nil {
			r.Fatal(err)
		}
	})
}

// TestSaysWhatADrawProves in lines that a person reads.
func TestSaysWhatADrawProves(t *testing.T) {
	file, key := good.hold(t)
	var out bytes.Buffer
	if err := witness.CheckDraw(&out, file, []string{key}, witness.Entrant{Ticket: "10000007", Words: " words 7 "}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"promises 60 entries", "promised: entry 3, before anybody entered", "listed: entry 40: 30 tickets", "when entry 40 was its last",
		"drawn: entry 41: seed, list and root make the same 4 winners", " oil\n", "counted: ticket 10000007 is in the list with your words"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, &out)
		}
	}
}

// TestFindsATamperedDraw whoever tampered: the house with the log's key, or who passed the
// file on.
func TestFindsATamperedDraw(t *testing.T) {
	file, key := good.hold(t)
	text := func(old, new string) func(*testing.T) []byte {
		return func(t *testing.T) []byte {
			changed := bytes.Replace(file, []byte(old), []byte(new), 1)
			if bytes.Equal(changed, file) {
				t.Fatalf("the file has no %q", old)
			}
			return changed
		}
	}
	held := func(change func(*fair)) func(*testing.T) []byte {
		return func(t *testing.T) []byte {
			f := good
			change(&f)
			file, _ := f.hold(t)
			return file
		}
	}
	part := func(change func(m map[string]json.RawMessage)) func(*testing.T) []byte {
		return func(t *testing.T) []byte {
			var m map[string]json.RawMessage
			if err := json.Unmarshal(file, &m); err != nil {
				t.Fatal(err)
			}
			change(m)
			b, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
	for name, c := range map[string]struct {
		file func(*testing.T) []byte
		me   witness.Entrant
		want string
	}{
		"no file":            {func(*testing.T) []byte { return []byte("x") }, witness.Entrant{}, "draw:"},
		"another format":     {text("gongyi-draw/1", "gongyi-draw/2"), witness.Entrant{}, "format"},
		"something added":    {text(`"list"`, `"more":1,"list"`), witness.Entrant{}, "unknown field"},
		"a ticket renamed":   {text("10000003", "10000093"), witness.Entrant{}, "not the one whose hash"},
		"a ticket left out":  {part(func(m map[string]json.RawMessage) { m["list"] = json.RawMessage(`"gongyi draw list 1\n"`) }), witness.Entrant{}, "not the one whose hash"},
		"entries exchanged":  {part(func(m map[string]json.RawMessage) { m["opened"], m["closed"] = m["closed"], m["opened"] }), witness.Entrant{}, "not in order"},
		"promise once more":  {part(func(m map[string]json.RawMessage) { m["drawn"] = m["closed"] }), witness.Entrant{}, "not in order"},
		"no proof of growth": {part(func(m map[string]json.RawMessage) { m["grew"] = json.RawMessage(`[]`) }), witness.Entrant{}, "the root is not"},
		"an entry's text": {part(func(m map[string]json.RawMessage) {
			m["drawn"] = bytes.Replace(m["drawn"], []byte("booked 2017-01-01"), []byte("booked 2017-01-02"), 1)
		}), witness.Entrant{}, "the proof does not lead"},
		"the seed was another":      {held(func(f *fair) { f.promised = draw.Commit(draw.Hash{9}) }), witness.Entrant{}, "not the one that was promised"},
		"the promise came later":    {held(func(f *fair) { f.opened = 45 }), witness.Entrant{}, "not in order"},
		"ended before its time":     {held(func(f *fair) { f.listed = "2017-01-05T11:59:59.999999Z" }), witness.Entrant{}, "before its time"},
		"the list of another draw":  {held(func(f *fair) { f.other = id.ID{8} }), witness.Entrant{}, "not about one draw"},
		"somebody was favoured":     {held(func(f *fair) { f.swap = true }), witness.Entrant{}, "make other winners"},
		"a bag was kept":            {held(func(f *fair) { f.last = true }), witness.Entrant{}, "make other winners"},
		"a root of before the list": {held(func(f *fair) { f.short = 1 }), witness.Entrant{}, "the root is not"},
		"a ticket that is not mine": {func(*testing.T) []byte { return file }, witness.Entrant{Ticket: "1"}, "not in the list"},
		"words that are not mine":   {func(*testing.T) []byte { return file }, witness.Entrant{Ticket: "10000003", Words: "words 4"}, "with other words"},
	} {
		t.Run(name, func(t *testing.T) {
			err := witness.CheckDraw(&bytes.Buffer{}, c.file(t), []string{key}, c.me)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("found %v, want %q", err, c.want)
			}
		})
	}
	if err := witness.CheckDraw(&bytes.Buffer{}, file, nil, witness.Entrant{}); err == nil || !strings.Contains(err.Error(), "no key") {
		t.Errorf("without a key: %v", err)
	}
}
