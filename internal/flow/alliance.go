package flow

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// byClock is who acts when nobody does: a time ran out.
var byClock = db.Actor{Kind: "job"}

// allied is what rules the alliance of a community at a moment.
type allied struct {
	*policy.Params
	zone *time.Location
	tree *alliance.Tree
}

// inAlliance runs fn in a community with what rules its alliance.
func (f *Flows) inAlliance(ctx context.Context, community id.ID, actor db.Actor, fn func(tx *db.Tx, a *allied) error) error {
	if _, err := f.Trades(ctx); err != nil { // read before: a transaction does not wait for it
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		a, err := f.alliedIn(ctx, tx)
		if err != nil {
			return err
		}
		return fn(tx, a)
	})
}

// rulesOf is what rules the alliance of a community, for pages.
func (f *Flows) rulesOf(ctx context.Context, r db.Reader, community id.ID, now time.Time) (*allied, error) {
	tree, err := f.Trades(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := f.Policies.List(ctx, r, community)
	if err != nil {
		return nil, err
	}
	v := policy.InForce(versions, now)
	if v == nil {
		return nil, policy.ErrNone
	}
	zone, err := f.zone(&v.Params)
	return &allied{&v.Params, zone, tree}, err
}

// AllianceRules are the numbers of a community's alliance and the zone of its days.
func (f *Flows) AllianceRules(ctx context.Context, r db.Reader, community id.ID) (*policy.Alliance, *time.Location, error) {
	a, err := f.rulesOf(ctx, r, community, f.DB.Clock().Now())
	if err != nil {
		return nil, nil, err
	}
	return &a.Alliance, a.zone, nil
}

// trades remembers the tree for a moment: every page of the alliance asks for it, and
// another instance's change is seen soon.
type trades struct {
	mu    sync.Mutex
	tree  *alliance.Tree
	until time.Time
}

const tradesKept = 5 * time.Second

// Trades is the tree of trades.
func (f *Flows) Trades(ctx context.Context) (*alliance.Tree, error) {
	now := f.DB.Clock().Now()
	f.trades.mu.Lock()
	defer f.trades.mu.Unlock()
	if f.trades.tree != nil && now.Before(f.trades.until) && f.trades.until.Sub(now) <= tradesKept {
		return f.trades.tree, nil
	}
	var tree *alliance.Tree
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		tree, err = f.Alliance.Tree(ctx, r)
		return err
	})
	if err == nil {
		f.trades.tree, f.trades.until = tree, now.Add(tradesKept)
	}
	return tree, err
}

// ChangeTrade adds a trade or makes a new edition of one.
func (f *Flows) ChangeTrade(ctx context.Context, actor db.Actor, t alliance.Trade, add bool, reason string) error {
	err := f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		_, err := f.Alliance.ChangeTrade(ctx, tx, t, add, reason)
		return err
	})
	f.trades.mu.Lock()
	f.trades.tree = nil
	f.trades.mu.Unlock()
	return err
}

// tradeOf is the trade of a shop in the tree: what was said of it, else what its
// register names; nil if the tree does not know that.
func tradeOf(tree *alliance.Tree, assigned map[id.ID]string, m *merchant.Merchant) *alliance.Trade {
	if code, ok := assigned[m.ID]; ok {
		t, _ := tree.Find(code)
		return t
	}
	return tree.Lookup(m.Industry, m.IndustryZH)
}

// TradesOf are the codes of the trades of a community's shops, by shop; a shop of an
// unknown trade is left out.
func (f *Flows) TradesOf(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]string, error) {
	tree, err := f.Trades(ctx)
	if err != nil {
		return nil, err
	}
	assigned, err := f.Alliance.Assigned(ctx, r, community)
	if err != nil {
		return nil, err
	}
	shops, err := f.Merchants.List(ctx, r, community)
	of := make(map[id.ID]string, len(shops))
	for _, m := range shops {
		if t := tradeOf(tree, assigned, m); t != nil {
			of[m.ID] = t.Code
		}
	}
	return of, err
}

// attest writes something that was decided into a community's evidence, under a key of
// ours: an entry that moves no value (L7).
func (f *Flows) attest(ctx context.Context, tx *db.Tx, key string, facts any) error {
	_, err := f.attestAt(ctx, tx, key, facts)
	return err
}

// attestAt is attest, and tells the number of the entry.
func (f *Flows) attestAt(ctx context.Context, tx *db.Tx, key string, facts any) (int64, error) {
	text, err := json.Marshal(facts)
	if err != nil {
		return 0, err
	}
	day, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return 0, err
	}
	if day, err = f.Ledger.BookedOn(ctx, tx, day); err != nil {
		return 0, err
	}
	posted, err := f.Ledger.Post(ctx, tx, ledger.Posting{Key: key, Content: sha256.Sum256(text), Kind: ledger.Record, BookedOn: day, Facts: text})
	return posted.Seq, err
}

// today is the civil day of a transaction's moment.
func (a *allied) today(now time.Time) period.Day { return period.DayOf(now, a.zone) }

// alliedIn is what rules the alliance of a transaction's community.
func (f *Flows) alliedIn(ctx context.Context, tx *db.Tx) (*allied, error) {
	tree, err := f.Trades(ctx)
	if err != nil {
		return nil, err
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return nil, err
	}
	zone, err := f.zone(&v.Params)
	return &allied{&v.Params, zone, tree}, err
}
