package ledger_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// tells is the reading of these tests: the first byte of the facts is the price,
// the second what of it was direct.
func tells(e *ledger.Entry) (s ledger.Spending, err error) {
	if len(e.Facts) != 2 {
		return s, fmt.Errorf("no facts")
	}
	s = ledger.Spending{Price: money.Amount(e.Facts[0]), Direct: money.Amount(e.Facts[1])}
	if e.Kind == ledger.Refund {
		s.Price, s.Direct = -s.Price, -s.Direct
	}
	return s, nil
}

// told is all that the derived tables say.
type told struct {
	Flows     []ledger.DayFlow
	Turnovers []ledger.Turnover
	Days      []ledger.DayTotal
	Buyers    []ledger.DayBuyer
}

func (b *books) told(from, to period.Day) (x told) {
	b.t.Helper()
	b.view(func(r db.Reader) (err error) {
		if x.Flows, err = b.FlowsByDay(ctx, r, b.home, from, to); err != nil {
			return err
		}
		if x.Turnovers, err = b.Turnovers(ctx, r, b.home, from, to); err != nil {
			return err
		}
		if x.Days, err = b.Days(ctx, r, b.home, from, to); err != nil {
			return err
		}
		x.Buyers, err = b.Buyers(ctx, r, b.home, from, to)
		return err
	})
	return x
}

// retell makes the same from the entries, in the plainest way.
func retell(entries []*ledger.Entry, from, to period.Day) (x told) {
	for _, e := range entries {
		if e.BookedOn < from || e.BookedOn > to {
			continue
		}
		x.legs(e)
		if e.Kind == ledger.Purchase || e.Kind == ledger.Refund {
			x.spending(e)
		}
	}
	return x
}

// find is the place of what is found, or of what is then added.
func find[T any](all *[]T, is func(v T) bool, add T) *T {
	i := slices.IndexFunc(*all, is)
	if i < 0 {
		i = len(*all)
		*all = append(*all, add)
	}
	return &(*all)[i]
}

func (x *told) legs(e *ledger.Entry) {
	counted := make(map[ledger.DayFlow]bool)
	for _, l := range e.Legs {
		key := ledger.DayFlow{Day: e.BookedOn, Rule: l.Rule, From: nameless(l.From), To: nameless(l.To), Asset: l.From.Asset}
		f := find(&x.Flows, func(g ledger.DayFlow) bool { g.Amount, g.Entries = 0, 0; return g == key }, key)
		f.Amount += l.Amount
		if !counted[key] {
			f.Entries++
		}
		counted[key] = true
		find(&x.Turnovers, func(t ledger.Turnover) bool { return t.Account == l.From }, ledger.Turnover{Account: l.From}).Out += l.Amount
		find(&x.Turnovers, func(t ledger.Turnover) bool { return t.Account == l.To }, ledger.Turnover{Account: l.To}).In += l.Amount
	}
}

func (x *told) spending(e *ledger.Entry) {
	s, _ := tells(e)
	d := find(&x.Days, func(d ledger.DayTotal) bool { return d.Day == e.BookedOn }, ledger.DayTotal{Day: e.BookedOn, First: -1, Last: -1})
	d.Direct += s.Direct
	if e.Kind == ledger.Refund {
		d.Refunds++
		d.Refunded -= s.Price
		return
	}
	d.Purchases++
	d.Amount += s.Price
	if d.Last = e.Seq; d.First < 0 {
		d.First = e.Seq
	}
	if e.Subject.IsZero() {
		return
	}
	b := find(&x.Buyers, func(b ledger.DayBuyer) bool { return b.Day == e.BookedOn && b.Subject == e.Subject }, ledger.DayBuyer{Day: e.BookedOn, Subject: e.Subject})
	if b.Purchases++; b.Purchases == 1 {
		d.Buyers++
	}
}

func nameless(a ledger.Account) string { return a.Owner.Kind.String() + "/" + a.Pattern().Name }

// sorted puts both tellings into one order.
func (x told) sorted() told {
	slices.SortFunc(x.Flows, func(a, b ledger.DayFlow) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	slices.SortFunc(x.Turnovers, func(a, b ledger.Turnover) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	slices.SortFunc(x.Days, func(a, b ledger.DayTotal) int { return cmp.Compare(a.Day, b.Day) })
	slices.SortFunc(x.Buyers, func(a, b ledger.DayBuyer) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return x
}

// buys is a purchase on some day, with direct money and a price in its facts.
func buys(key string, day period.Day, kind ledger.Kind, buyer byte, price, direct byte) ledger.Posting {
	p := pays(key, shop(buyer%3), money.Amount(price)+1)
	p.Kind, p.BookedOn, p.Facts = kind, day, []byte{price, direct}
	if buyer > 0 {
		p.Subject = member(buyer).ID
	}
	p.Legs = append(p.Legs, p.Legs[0], charges("", shop(buyer%3), 1).Legs[0])
	return p
}

// TestDerivedTablesTellTheEntries: in steps of any size, in between posting, with
// rebuilds, restarts and lost answers, the tables say what the entries say.
func TestDerivedTablesTellTheEntries(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		rapid.Check(t, func(t *rapid.T) {
			b := open(t, env)
			f := b.Follower(tells)
			for i := range rapid.IntRange(1, 10).Draw(t, "rounds") {
				var posts []func(tx *db.Tx) error
				for j := range rapid.IntRange(0, 8).Draw(t, "posts") {
					p := buys(fmt.Sprint(i, "-", j), monday+period.Day(rapid.IntRange(0, 2).Draw(t, "day")),
						rapid.SampledFrom([]ledger.Kind{ledger.Purchase, ledger.Purchase, ledger.Refund, ledger.Transfer}).Draw(t, "kind"),
						rapid.ByteRange(0, 4).Draw(t, "buyer"), rapid.Byte().Draw(t, "price"), rapid.Byte().Draw(t, "direct"))
					posts = append(posts, func(tx *db.Tx) error { _, err := b.Post(ctx, tx, p); return err })
				}
				for _, err := range b.together(posts...) {
					b.must(err)
				}
				switch name := rapid.SampledFrom(ledger.Followers).Draw(t, "follower"); rapid.IntRange(0, 6).Draw(t, "what") {
				case 0:
					b.must(f.Rebuild(ctx, b.home, name))
				case 1:
					b.Service = ledger.New(b.env.DB)
					f = b.Follower(tells)
				default:
					_, err := f.Step(ctx, b.home, name, rapid.IntRange(1, 6).Draw(t, "limit"))
					b.must(err)
				}
			}
			b.compareParties(monday, monday+1)
			b.follow(f)
			b.compareParties(monday+1, monday+2)
			from, to := monday+period.Day(rapid.IntRange(0, 2).Draw(t, "from")), monday+period.Day(rapid.IntRange(0, 2).Draw(t, "to"))
			if diff := gocmp.Diff(retell(b.entries(), from, to).sorted(), b.told(from, to).sorted()); diff != "" {
				t.Fatal(diff)
			}
			b.compareLegs()
		})
	})
}

// follow steps all followers until they are up to date.
func (b *books) follow(f *ledger.Follower) {
	b.t.Helper()
	for _, name := range ledger.Followers {
		for {
			n, err := f.Step(ctx, b.home, name, 5)
			b.must(err)
			if n == 0 {
				break
			}
		}
		if lag, err := f.Lag(ctx, b.home, name); err != nil || lag != 0 {
			b.t.Fatalf("%s: up to date but %d behind (%v)", name, lag, err)
		}
	}
}

// compareLegs compares ledger_leg with the entries.
func (b *books) compareLegs() {
	b.t.Helper()
	var want []string
	for _, e := range b.entries() {
		for i, l := range e.Legs {
			want = append(want, fmt.Sprintf("%d/%d %s %s %s %d", e.Seq, i, l.Rule, l.From.Owner.ID, l.To.Owner.ID, int64(l.Amount)))
		}
	}
	var got []string
	b.view(func(r db.Reader) error {
		var rows []struct {
			Seq    int64  `db:"seq"`
			Leg    int64  `db:"leg"`
			Rule   string `db:"rule"`
			From   id.ID  `db:"f"`
			To     id.ID  `db:"t"`
			Amount int64  `db:"amount"`
		}
		err := db.All(ctx, r, &rows, `SELECT l.seq, l.leg, l.rule, a.owner_id AS f, b.owner_id AS t, l.amount FROM ledger_leg l
			JOIN ledger_account a ON a.community_id = l.community_id AND a.no = l.from_no JOIN ledger_account b ON b.community_id = l.community_id AND b.no = l.to_no
			WHERE l.community_id = ? AND a.community_id = ? AND b.community_id = ? ORDER BY l.seq, l.leg`, b.home[:], b.home[:], b.home[:])
		for _, l := range rows {
			got = append(got, fmt.Sprintf("%d/%d %s %s %s %d", l.Seq, l.Leg, l.Rule, l.From, l.To, l.Amount))
		}
		return err
	})
	if diff := gocmp.Diff(want, got); diff != "" {
		b.t.Fatalf("legs:\n%s", diff)
	}
}

// Two steps from the same position: the second finds that it came late, and adds
// nothing twice.
func TestStepsThatRace(t *testing.T) {
	each(t, func(b *books) {
		for i := range 40 {
			_, err := b.post(buys(fmt.Sprint(i), monday, ledger.Purchase, byte(i%5), 10, 0))
			b.must(err)
		}
		f := b.Follower(tells)
		done := make(chan int)
		for range 4 {
			go func() {
				sum := 0
				for {
					n, err := f.Step(ctx, b.home, ledger.FollowSums, 3)
					if err != nil {
						b.t.Error(err)
					}
					if lag, _ := f.Lag(ctx, b.home, ledger.FollowSums); n == 0 && lag == 0 || err != nil {
						break
					}
					sum += n
				}
				done <- sum
			}()
		}
		total := 0
		for range 4 {
			total += <-done
		}
		if total != 40 {
			b.t.Errorf("%d entries were taken over, want 40", total)
		}
		if diff := gocmp.Diff(retell(b.entries(), monday, monday).sorted(), b.told(monday, monday).sorted()); diff != "" {
			b.t.Error(diff)
		}
	})
}
