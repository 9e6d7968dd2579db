package ledger

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
)

// Audit checks a community's books from the first entry to the last: whether they
// are what the entries make of them, and the entries what the evidence log holds
// (settlement.md, "Invariants"). It believes nothing that it can make again. It
// changes nothing and needs one consistent state of the database.
//
// The functions are called while the entries stream by, in posting order, by one
// goroutine; only Original is called by another one, ahead of Replay.
type Audit struct {
	// Original names the earlier entry that the replay of an entry needs.
	Original func(e *Entry) (seq int64, needed bool)
	// Replay makes the legs of a purchase, a refund or a transfer with facts again, from them and
	// from what the accounts held before it. original is nil if there is no such
	// entry.
	Replay func(e, original *Entry, before Books) ([]Leg, error)
	// Other looks at an entry of another kind.
	Other func(e *Entry)
	// Reading tells what facts say, for the derived tables.
	Reading Reading
	// Flaw takes what was found; it may be called by several goroutines.
	Flaw func(Flaw)
	// Progress hears of every few thousand entries.
	Progress func(done, of int64)
}

// Books are the books as they stood before an entry.
type Books interface {
	Balance(Account) money.Amount
	// Open is the first day that was not closed.
	Open() period.Day
}

// Flaw is one thing that is not as it must be.
type Flaw struct {
	Invariant int    // of settlement.md, 1 to 7; 0 for a record beside the books
	Code      string // "leaf_differs"
	Entry     int64  // −1 if it is about none
	Account   string // "" if it is about none
	Want, Got string
}

// Audited is what an audit counted on its way.
type Audited struct {
	Entries     int64
	Accounts    int
	Erased      int64 // entries whose seal nobody can compute any more
	Root        evidence.Hash
	LastAt      time.Time
	Outstanding money.Amount        // time-coins
	OnItsWay    []Holding           // clearing accounts that hold or owe something
	Followed    map[string]int64    // entries in the derived tables
	Holdings    map[Account]Holding // as the entries make them
}

// auditor is a running audit.
type auditor struct {
	Audit
	svc       *Service
	r         db.Reader
	community id.ID
	size      int64
	failed    atomic.Bool
	err       error // of a callback, read after the goroutines ended

	books  auditBooks
	order  auditOrder
	side   sideRecords
	log    auditLog
	sums   *fingerprints // nil while the derived tables are empty
	legsAt int64         // entries in ledger_leg

	partiesAt int64 // entries in ledger_party
	parties   tallied
	owners    []id.ID
}

// Audit runs an audit on the state of the database that r shows.
func (s *Service) Audit(ctx context.Context, r db.Reader, community id.ID, audit Audit) (out Audited, err error) {
	defer fault.Wrap(&err, "ledger: audit")
	a := &auditor{Audit: audit, svc: s, r: r, community: community}
	if err := a.prepare(ctx); err != nil {
		return out, err
	}
	if err := a.stream(ctx); err != nil {
		return out, err
	}
	if err := a.compare(ctx); err != nil {
		return out, err
	}
	return a.result(), nil
}

// prepare reads what is small: accounts, secrets, holds, closes, positions.
func (a *auditor) prepare(ctx context.Context) (err error) {
	if a.size, err = a.svc.Size(ctx, a.r, a.community); err != nil {
		return err
	}
	if err := a.books.load(ctx, a); err != nil {
		return err
	}
	if err := a.order.load(ctx, a); err != nil {
		return err
	}
	if err := a.side.load(ctx, a); err != nil {
		return err
	}
	if err := a.log.load(ctx, a); err != nil {
		return err
	}
	return a.loadFollowers(ctx)
}

// compare sets what was made against what is stored.
func (a *auditor) compare(ctx context.Context) error {
	for _, step := range []func(context.Context, *auditor) error{
		a.books.compare, a.books.compareMarks, a.order.compare, a.side.compare, a.log.compare, compareSums, compareParties,
	} {
		if err := step(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func (a *auditor) result() Audited {
	out := Audited{Entries: a.order.seen, Accounts: len(a.books.byAccount), Erased: a.log.erased, Root: a.log.root,
		LastAt: time.UnixMicro(a.order.lastAt).UTC(), Followed: map[string]int64{FollowSums: a.sums.upTo(), FollowLegs: a.legsAt, FollowParties: a.partiesAt},
		Holdings: make(map[Account]Holding, len(a.books.byAccount))}
	for account, s := range a.books.byAccount {
		out.Holdings[account] = Holding{account, s.balance, s.last, s.entries}
		switch {
		case account == CoinIssue:
			out.Outstanding = -s.balance
		case account.Owner.Kind == party.Clearing && s.balance != 0:
			out.OnItsWay = append(out.OnItsWay, out.Holdings[account])
		}
	}
	return out
}

// flaw reports something about an entry, or about none (−1).
func (a *auditor) flaw(invariant int, code string, entry int64, account string, want, got any) {
	a.Flaw(Flaw{Invariant: invariant, Code: code, Entry: entry, Account: account, Want: text(want), Got: text(got)})
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return fmt.Sprintf("%x", v)
	case evidence.Hash:
		return fmt.Sprintf("%x", v[:])
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v)
}
