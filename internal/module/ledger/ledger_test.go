package ledger_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx     = context.Background()
	schemas = []db.Schema{db.Own, ledger.Schema}
)

// monday is a day on which everything is booked unless a test says otherwise.
const monday = period.Day(20_376) // 2025-10-15, the day of dbtest.Epoch

// tb is what these tests need of a *testing.T or a *rapid.T.
type tb interface {
	rapid.TB
	Cleanup(func())
}

// books is one community's ledger in a test database.
type books struct {
	*ledger.Service
	t    tb
	env  dbtest.Env
	home id.ID
}

// communities makes every test's community another one, so that a database can
// serve many runs.
var communities int

func open(t tb, env dbtest.Env) *books {
	communities++
	return &books{Service: ledger.New(env.DB), t: t, env: env, home: id.ID{0xc0, byte(communities >> 8), byte(communities)}}
}

func each(t *testing.T, fn func(b *books), opts ...func(*db.Options)) {
	t.Helper()
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) { t.Helper(); fn(open(t, env)) }, opts...)
}

// restart closes the database and opens it again, as a new process would.
func (b *books) restart() {
	b.t.Helper()
	b.must(b.env.DB.Close())
	d, err := db.Open(ctx, b.env.Options)
	b.must(err)
	b.t.Cleanup(func() { d.Close() })
	b.env.DB, b.Service = d, ledger.New(d)
}

func (b *books) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *books) update(fn func(tx *db.Tx) error) error {
	return b.env.Update(ctx, b.home, db.System, fn)
}

func (b *books) view(fn func(r db.Reader) error) {
	b.t.Helper()
	b.must(b.env.View(ctx, b.home, fn))
}

// together runs the closures in one batch and returns their outcomes.
func (b *books) together(fns ...func(tx *db.Tx) error) []error {
	b.t.Helper()
	hold := make(chan struct{})
	first, err := b.env.Submit(ctx, b.home, db.System, func(*db.Tx) error { <-hold; return nil })
	b.must(err)
	pending := make([]db.Pending, len(fns))
	for i, fn := range fns {
		pending[i], err = b.env.Submit(ctx, b.home, db.System, fn)
		b.must(err)
	}
	close(hold)
	b.must(first.Wait(ctx))
	out := make([]error, len(fns))
	for i, p := range pending {
		out[i] = p.Wait(ctx)
	}
	return out
}

func (b *books) post(p ledger.Posting) (posted ledger.Posted, err error) {
	err = b.update(func(tx *db.Tx) (err error) { posted, err = b.Post(ctx, tx, p); return err })
	return posted, err
}

func (b *books) balance(a ledger.Account) (v money.Amount) {
	b.t.Helper()
	b.view(func(r db.Reader) error {
		h, err := b.Holding(ctx, r, b.home, a)
		v = h.Balance
		return err
	})
	return v
}

// entries are all entries of the books.
func (b *books) entries() (all []*ledger.Entry) {
	b.t.Helper()
	b.view(func(r db.Reader) error {
		return b.Entries(ctx, r, b.home, 0, 1<<40, func(e *ledger.Entry) error { all = append(all, e); return nil })
	})
	return all
}

// The parties of these tests.
func shop(n byte) ledger.Account   { return ledger.Of(merchant(n), ledger.Payable) }
func person(n byte) ledger.Account { return ledger.Of(member(n), ledger.Coins) }
func merchant(n byte) party.Owner  { return party.Owner{Kind: party.Merchant, ID: id.ID{0xaa, n}} }
func member(n byte) party.Owner    { return party.Owner{Kind: party.Member, ID: id.ID{0xbb, n}} }

var (
	ruleIn  = ledger.R('S', 1)
	ruleOut = ledger.R('S', 4)
)

// pays is a posting of what a shop takes in through the provider.
func pays(key string, to ledger.Account, amount money.Amount) ledger.Posting {
	return ledger.Posting{Key: key, Content: content(key, amount), Kind: ledger.Transfer, BookedOn: monday,
		Legs: []ledger.Leg{{Rule: ruleIn, From: ledger.GatewayClearing, To: to, Amount: amount}}}
}

// issues is a posting of coins to a person, sealed under her secret.
func issues(key string, to ledger.Account, amount money.Amount) ledger.Posting {
	return ledger.Posting{Key: key, Content: content(key, amount), Kind: ledger.Transfer, BookedOn: monday, Subject: to.Owner.ID,
		Legs: []ledger.Leg{{Rule: ledger.R('S', 7), From: ledger.CoinIssue, To: to, Amount: amount}}}
}

// charges is a posting of what a shop gives to the platform.
func charges(key string, from ledger.Account, amount money.Amount) ledger.Posting {
	return ledger.Posting{Key: key, Content: content(key, amount), Kind: ledger.Transfer, BookedOn: monday,
		Legs: []ledger.Leg{{Rule: ruleOut, From: from, To: ledger.PlatformCommission, Amount: amount}}}
}

func content(parts ...any) [32]byte { return sha256.Sum256(fmt.Append(nil, parts...)) }

// wholeLog checks that the evidence log is what the entries make: every entry in
// it, each leaf the hash of its canonical text, and the root over all.
func (b *books) wholeLog() {
	b.t.Helper()
	var leaves [][32]byte
	b.view(func(r db.Reader) error {
		for i, e := range b.entries() {
			if e.Seq != int64(i) {
				b.t.Fatalf("entry %d has number %d", i, e.Seq)
			}
			s, err := b.Unseal(ctx, r, e)
			if err != nil {
				return err
			}
			if got := sha256.Sum256(e.Canonical(s.Seal)); !s.Gone && got != e.Leaf {
				b.t.Errorf("entry %d: leaf %x, its text makes %x", i, e.Leaf[:4], got[:4])
			}
			leaves = append(leaves, e.Leaf)
		}
		return nil
	})
	log, err := b.Log(ctx, b.home)
	b.must(err)
	size, root := log.Head()
	if size != int64(len(leaves)) || root != treeOf(leaves) {
		b.t.Errorf("the log has %d leaves and root %x; %d entries make %x", size, root[:4], len(leaves), treeOf(leaves))
	}
	fresh := ledger.New(b.env.DB) // has no writer: it reads what is stored
	stored, err := fresh.Log(ctx, b.home)
	b.must(err)
	if storedSize, storedRoot := stored.Head(); storedSize != size || storedRoot != root {
		b.t.Errorf("stored is a log of %d leaves with root %x, in memory %d with %x", storedSize, storedRoot[:4], size, root[:4])
	}
}

// treeOf is RFC 6962's Merkle tree hash, written from the definition.
func treeOf(leaves [][32]byte) [32]byte {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0][:]...))
	default:
		k := 1
		for k*2 < n {
			k *= 2
		}
		left, right := treeOf(leaves[:k]), treeOf(leaves[k:])
		return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
	}
}

// later moves the test's clock.
func (b *books) later(d time.Duration) { b.env.Clock.Advance(d) }
