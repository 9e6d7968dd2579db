package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// model is the ledger as one would write it on paper: a list and some sums.
type model struct {
	entries []ledger.Posting
	at      []time.Time
	seqs    map[string]int
	balance map[ledger.Account]money.Amount
	open    period.Day
	undone  map[int]bool
}

func newModel() *model {
	return &model{seqs: make(map[string]int), balance: make(map[ledger.Account]money.Amount), open: monday - 1000, undone: make(map[int]bool)}
}

// post is what Post must answer.
func (m *model) post(p ledger.Posting, now time.Time) (seq int, err *fault.Fault) {
	if seq, known := m.seqs[p.Key]; known {
		if m.entries[seq].Content != p.Content {
			return 0, ledger.ErrKeyReused
		}
		return seq, nil
	}
	if p.BookedOn < m.open {
		return 0, ledger.ErrDayClosed
	}
	after := maps.Clone(m.balance)
	for _, l := range p.Legs {
		after[l.From] -= l.Amount
		after[l.To] += l.Amount
	}
	for a, v := range after {
		if f := a.Pattern().Floor; f == ledger.FloorZero && v < 0 || f == ledger.CeilingNil && v > 0 {
			return 0, ledger.ErrInsufficient
		}
	}
	m.balance = after
	m.seqs[p.Key] = len(m.entries)
	m.entries, m.at = append(m.entries, p), append(m.at, now)
	return len(m.entries) - 1, nil
}

// reverse is what Reverse must answer.
func (m *model) reverse(key string, seq int, now time.Time) (int, *fault.Fault) {
	p := ledger.Posting{Key: key, Content: content(key), BookedOn: monday, Kind: ledger.Reversal}
	if _, known := m.seqs[key]; known {
		return m.post(p, now)
	}
	switch {
	case m.undone[seq]:
		return 0, ledger.ErrReversed
	case seq >= len(m.entries):
		return 0, ledger.ErrNoEntry
	}
	p.Subject = m.entries[seq].Subject
	for _, l := range slices.Backward(m.entries[seq].Legs) {
		p.Legs = append(p.Legs, l.Reversed())
	}
	by, err := m.post(p, now)
	if err == nil {
		m.undone[seq] = true
	}
	return by, err
}

// touches are the entries that touched an account, the first first.
func (m *model) touches(a ledger.Account) (seqs []int) {
	for i, p := range m.entries {
		if slices.ContainsFunc(p.Legs, func(l ledger.Leg) bool { return l.From == a || l.To == a }) {
			seqs = append(seqs, i)
		}
	}
	return seqs
}

// heldAfter is what an account held after the first n entries.
func (m *model) heldAfter(a ledger.Account, n int) (v money.Amount) {
	for _, p := range m.entries[:n] {
		for _, l := range p.Legs {
			if l.To == a {
				v += l.Amount
			}
			if l.From == a {
				v -= l.Amount
			}
		}
	}
	return v
}

var modelAccounts = []ledger.Account{
	ledger.GatewayClearing, ledger.PlatformCommission, ledger.FundWelfare, shop(1), shop(2), shop(3),
	ledger.In(merchant(1), ledger.Owed, money.CNY), ledger.CoinIssue, person(1), person(2), ledger.Of(merchant(1), ledger.Coins),
	ledger.Of(party.Owner{Kind: party.Pool}, ledger.Coins),
}

func drawPosting(t *rapid.T, keys int) ledger.Posting {
	key := fmt.Sprint("k", rapid.IntRange(0, keys).Draw(t, "key"))
	p := ledger.Posting{Key: key, Kind: ledger.Transfer, BookedOn: monday + period.Day(rapid.IntRange(-3, 3).Draw(t, "day")),
		Facts: rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "facts")}
	if rapid.Bool().Draw(t, "sealed for a person") {
		p.Subject = member(rapid.ByteRange(1, 3).Draw(t, "subject")).ID
	}
	for range rapid.IntRange(1, 4).Draw(t, "legs") {
		from := rapid.SampledFrom(modelAccounts).Draw(t, "from")
		to := rapid.SampledFrom(slices.DeleteFunc(slices.Clone(modelAccounts), func(a ledger.Account) bool {
			return a.Asset != from.Asset || a == from
		})).Draw(t, "to")
		rule := ledger.R('S', rapid.Uint8Range(1, 12).Draw(t, "rule"))
		if from == ledger.CoinIssue || to == ledger.CoinIssue {
			rule = ledger.Issuers[0]
		}
		p.Legs = append(p.Legs, ledger.Leg{Rule: rule, From: from, To: to, Amount: money.Amount(rapid.Int64Range(1, 500).Draw(t, "amount"))})
	}
	p.Content = content(fmt.Sprintf("%v", p))
	return p
}

// TestLikeAModel: whatever is asked, alone or together in a batch, with restarts
// in between, the ledger answers and remembers what a list would.
func TestLikeAModel(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		rapid.Check(t, func(t *rapid.T) {
			b, m := open(t, env), newModel()
			var seen []ledger.Posting
			for range rapid.IntRange(1, 12).Draw(t, "batches") {
				b.later(time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes")) * time.Minute)
				b.batch(t, m, &seen)
				if rapid.IntRange(0, 3).Draw(t, "restart") == 0 {
					b.Service = ledger.New(b.env.DB) // reads everything again
				}
			}
			b.compare(t, m)
		})
	})
}

// batch asks for a few things at once, of both.
func (b *books) batch(t *rapid.T, m *model, seen *[]ledger.Posting) {
	var asked []func(tx *db.Tx) error
	var want []*fault.Fault
	var wantSeq []int
	now := b.env.Clock.Now()
	n := rapid.IntRange(1, 8).Draw(t, "requests")
	got := make([]ledger.Posted, n)
	for i := range n {
		var seq int
		var err *fault.Fault
		switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
		case what == 0:
			key, undo := fmt.Sprint("u", rapid.IntRange(0, 5).Draw(t, "key")), rapid.IntRange(0, 30).Draw(t, "undo")
			seq, err = m.reverse(key, undo, now)
			asked = append(asked, func(tx *db.Tx) (err error) {
				got[i], err = b.Reverse(ctx, tx, int64(undo), opening(key))
				return err
			})
		case what == 1 && m.open < monday-2:
			m.open, seq = monday-2, -1
			asked = append(asked, func(tx *db.Tx) error { return b.CloseDay(ctx, tx, monday-3, monday) })
		default:
			var p ledger.Posting
			if len(*seen) > 0 && rapid.IntRange(0, 3).Draw(t, "again") == 0 {
				p = rapid.SampledFrom(*seen).Draw(t, "which")
			} else {
				p = drawPosting(t, 40)
				*seen = append(*seen, p)
			}
			seq, err = m.post(p, now)
			asked = append(asked, func(tx *db.Tx) (err error) { got[i], err = b.Post(ctx, tx, p); return err })
		}
		want, wantSeq = append(want, err), append(wantSeq, seq)
	}
	for i, err := range b.together(asked...) {
		switch {
		case want[i] != nil && !errors.Is(err, want[i]) || want[i] == nil && err != nil:
			t.Fatalf("request %d of the batch: %v, want %v", i, err, want[i])
		case want[i] == nil && wantSeq[i] >= 0 && got[i].Seq != int64(wantSeq[i]):
			t.Fatalf("request %d of the batch: entry %d, want %d", i, got[i].Seq, wantSeq[i])
		}
	}
}

// compare looks at everything that can be read.
func (b *books) compare(t *rapid.T, m *model) {
	if diff := cmp.Diff(nonZero(m.balance), b.all()); diff != "" {
		t.Fatalf("balances:\n%s", diff)
	}
	for i, e := range b.entries() {
		p := m.entries[i]
		if e.Key != p.Key || e.Content != p.Content || e.Kind != p.Kind || e.BookedOn != p.BookedOn || e.Subject != p.Subject ||
			!slices.Equal(e.Legs, p.Legs) || !slices.Equal(e.Facts, p.Facts) || !e.PostedAt.Equal(m.at[i]) {
			t.Fatalf("entry %d:\n%+v\nwant\n%+v", i, e, p)
		}
		for _, touch := range e.Touches {
			if want := m.heldAfter(touch.Account, i+1); touch.Balance != want {
				t.Fatalf("entry %d leaves %d on %s, want %d", i, touch.Balance, touch.Account, want)
			}
			before := m.touches(touch.Account)
			at := slices.Index(before, i)
			if want := append([]int{-1}, before...)[at]; touch.Prev != int64(want) {
				t.Fatalf("entry %d names %d before it on %s, want %d", i, touch.Prev, touch.Account, want)
			}
		}
	}
	b.view(func(r db.Reader) error {
		for _, a := range modelAccounts {
			b.comparePages(t, r, m, a)
			b.comparePast(t, r, m, a)
		}
		return nil
	})
	b.wholeLog()
}

// comparePages reads an account's statement in pages of some size.
func (b *books) comparePages(t *rapid.T, r db.Reader, m *model, a ledger.Account) {
	want := m.touches(a)
	req := page.Request{Limit: rapid.IntRange(1, 7).Draw(t, "page")}
	for {
		lines, next, err := b.Statement(ctx, r, b.home, a, req)
		b.must(err)
		for _, l := range lines {
			if len(want) == 0 {
				t.Fatalf("%s: a line too many: entry %d", a, l.Entry.Seq)
			}
			i := want[len(want)-1]
			want = want[:len(want)-1]
			before, after := m.heldAfter(a, i), m.heldAfter(a, i+1)
			if l.Entry.Seq != int64(i) || l.Balance != after || l.Change != after-before {
				t.Fatalf("%s: entry %d, change %d, balance %d; want %d, %d, %d", a, l.Entry.Seq, l.Change, l.Balance, i, after-before, after)
			}
		}
		if req.Cursor = next; next == "" {
			break
		}
	}
	if len(want) > 0 {
		t.Fatalf("%s: the statement ends before entry %d", a, want[len(want)-1])
	}
}

// comparePast asks for balances of some moments, also before and after all.
func (b *books) comparePast(t *rapid.T, r db.Reader, m *model, a ledger.Account) {
	for range 3 {
		at := b.env.Clock.Now().Add(-time.Duration(rapid.IntRange(-1, 400).Draw(t, "minutes ago")) * time.Minute)
		n := 0
		for n < len(m.at) && !m.at[n].After(at) {
			n++
		}
		got, err := b.BalanceAsOf(ctx, r, b.home, a, at)
		b.must(err)
		if want := m.heldAfter(a, n); got != want {
			t.Fatalf("%s held %d at %s, want %d", a, got, at, want)
		}
	}
}

func nonZero(all map[ledger.Account]money.Amount) map[ledger.Account]money.Amount {
	out := maps.Clone(all)
	maps.DeleteFunc(out, func(_ ledger.Account, v money.Amount) bool { return v == 0 })
	return out
}
