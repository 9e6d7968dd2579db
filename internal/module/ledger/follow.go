package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Derived tables are what the entries say, told in another way: sums by day for
// the open books, a leg a row for auditors who ask in SQL. Nothing that settles
// reads them; they follow the entries by position, after the commit, and can be
// cleared and made again (docs/adr/0004).

// The followers, by the name under which each keeps its position.
const (
	FollowSums = "sums" // ledger_flow, ledger_turnover, ledger_day and ledger_buyer
	FollowLegs = "legs" // ledger_leg

	FollowParties = "parties" // ledger_party
)

// Followers lists them all.
var Followers = []string{FollowSums, FollowLegs, FollowParties}

// clearing is the position of a follower whose tables are being emptied.
const clearing = -1

// Spending is what a buyer gave for a purchase, or got back by a refund (then
// less than zero), and where.
type Spending struct {
	Price  money.Amount
	Direct money.Amount // the part that went straight to the shop: no leg tells it
	Shop   id.ID        // that sold; only purchases tell it
}

// Reading tells what the facts of a purchase or a refund say. The codec of facts
// is settlement's, which stands above the ledger, so a flow brings it.
type Reading func(e *Entry) (Spending, error)

// Follower derives tables from the entries of communities that this process
// writes. It reads and sums beside the till and takes the writer only to store
// what came out; when and how much is its caller's choice.
type Follower struct {
	ledger *Service
	read   Reading
}

// Follower makes a follower.
func (s *Service) Follower(read Reading) *Follower { return &Follower{s, read} }

// Step takes up to limit entries into a follower's tables and tells how many; 0
// means that it is up to date. After a Rebuild the first steps clear the tables
// and tell how many rows went.
func (f *Follower) Step(ctx context.Context, community id.ID, name string, limit int) (advanced int, err error) {
	defer fault.Wrap(&err, "ledger: follow %s", name)
	var at int64
	derive := f.deriver(name)
	if derive == nil {
		return 0, fmt.Errorf("no follower has this name")
	}
	var made *derivation
	err = f.ledger.db.View(ctx, community, func(r db.Reader) (err error) {
		if at, err = position(ctx, r, community, name); err != nil || at == clearing {
			return err
		}
		made, err = derive(ctx, r, community, at, at+int64(limit))
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case at == clearing:
		if advanced, err = f.clear(ctx, community, name, limit); err != nil || advanced > 0 {
			return advanced, err
		}
		return f.Step(ctx, community, name, limit)
	case made.to == at:
		return 0, nil
	}
	return f.store(ctx, community, name, at, made)
}

// Lag is how many entries a follower is behind.
func (f *Follower) Lag(ctx context.Context, community id.ID, name string) (lag int64, err error) {
	err = f.ledger.db.View(ctx, community, func(r db.Reader) error {
		at, err := f.ledger.Followed(ctx, r, community, name)
		if err != nil {
			return err
		}
		size, err := f.ledger.Size(ctx, r, community)
		lag = size - at
		return err
	})
	return lag, err
}

// Rebuild makes a follower begin again: the steps that come clear its tables and
// fill them anew.
func (f *Follower) Rebuild(ctx context.Context, community id.ID, name string) (err error) {
	defer fault.Wrap(&err, "ledger: rebuild %s", name)
	return f.ledger.db.Update(ctx, community, db.System, func(tx *db.Tx) error { return setPosition(ctx, tx, name, clearing) })
}

// Followed is the number of entries, from the first, that a follower's tables
// hold.
func (s *Service) Followed(ctx context.Context, r db.Reader, community id.ID, name string) (int64, error) {
	at, err := position(ctx, r, community, name)
	return max(at, 0), err
}

func position(ctx context.Context, r db.Reader, community id.ID, name string) (at int64, err error) {
	err = db.One(ctx, r, &at, "SELECT next_seq FROM ledger_follower WHERE community_id = ? AND name = ?", community[:], name)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return at, err
}

func setPosition(ctx context.Context, tx *db.Tx, name string, at int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO ledger_follower (community_id, name, next_seq) VALUES (?, ?, ?) ON CONFLICT (community_id, name) DO UPDATE SET next_seq = excluded.next_seq",
		tx.Community[:], name, at)
	return err
}

// derivation is what a run of entries adds to a follower's tables.
type derivation struct {
	to    int64 // the first entry that is not in it
	bulks []*db.Bulk
}

type deriver func(ctx context.Context, r db.Reader, community id.ID, from, to int64) (*derivation, error)

func (f *Follower) deriver(name string) deriver {
	switch name {
	case FollowSums:
		return f.deriveSums
	case FollowLegs:
		return f.deriveLegs
	case FollowParties:
		return f.deriveParties
	}
	return nil
}

// store adds what was derived, unless another step was faster: what was read
// beside the writer is true only as long as the position has not moved.
func (f *Follower) store(ctx context.Context, community id.ID, name string, from int64, made *derivation) (advanced int, err error) {
	err = f.ledger.db.Update(ctx, community, db.System, func(tx *db.Tx) error {
		advanced = 0
		at, err := position(ctx, tx, community, name)
		if err != nil || at != from {
			return err
		}
		o, err := db.OverlayOf(ctx, tx, derivedKey{}, func(context.Context, *db.Tx) (*derived, error) { return &derived{}, nil })
		if err != nil {
			return err
		}
		o.bulks = append(o.bulks, made.bulks...)
		advanced = int(made.to - from)
		return setPosition(ctx, tx, name, made.to)
	})
	return advanced, err
}

// derived is what the running batch will write into derived tables.
type derived struct{ bulks []*db.Bulk }

type derivedKey struct{}

// Mark implements db.Overlay.
func (d *derived) Mark() int { return len(d.bulks) }

// Revert implements db.Overlay.
func (d *derived) Revert(mark int) { d.bulks = d.bulks[:mark] }

// Committed implements db.Overlay.
func (d *derived) Committed() {
	clear(d.bulks)
	d.bulks = d.bulks[:0]
}

// Flush implements db.Overlay.
func (d *derived) Flush(_ context.Context, f *db.Flush) error {
	for _, b := range d.bulks {
		f.Insert(b)
	}
	return nil
}

// clear deletes a part of a follower's rows, a day of sums or the legs of limit
// entries, so that no transaction is long. When none is left the follower stands
// before the first entry.
func (f *Follower) clear(ctx context.Context, community id.ID, name string, limit int) (gone int, err error) {
	err = f.ledger.db.Update(ctx, community, db.System, func(tx *db.Tx) error {
		gone = 0
		if at, err := position(ctx, tx, community, name); err != nil || at != clearing {
			return err
		}
		for _, t := range derivedTables[name] {
			n, err := clearFirst(ctx, tx, t, limit)
			if gone += n; err != nil {
				return err
			}
		}
		if gone > 0 {
			return nil
		}
		return setPosition(ctx, tx, name, 0)
	})
	return gone, err
}

// derivedTable tells how to find a table's first key and delete up to one: by
// day, or by entry.
type derivedTable struct {
	first, remove string
	byEntry       bool
}

var derivedTables = map[string][]derivedTable{
	FollowSums: {
		{"SELECT min(day) FROM ledger_flow WHERE community_id = ?", "DELETE FROM ledger_flow WHERE community_id = ? AND day <= ?", false},
		{"SELECT min(day) FROM ledger_turnover WHERE community_id = ?", "DELETE FROM ledger_turnover WHERE community_id = ? AND day <= ?", false},
		{"SELECT min(day) FROM ledger_day WHERE community_id = ?", "DELETE FROM ledger_day WHERE community_id = ? AND day <= ?", false},
		{"SELECT min(day) FROM ledger_buyer WHERE community_id = ?", "DELETE FROM ledger_buyer WHERE community_id = ? AND day <= ?", false},
	},
	FollowLegs: {
		{"SELECT min(seq) FROM ledger_leg WHERE community_id = ?", "DELETE FROM ledger_leg WHERE community_id = ? AND seq <= ?", true},
	},
	FollowParties: {
		{"SELECT min(day) FROM ledger_party WHERE community_id = ?", "DELETE FROM ledger_party WHERE community_id = ? AND day <= ?", false},
	},
}

func clearFirst(ctx context.Context, tx *db.Tx, t derivedTable, limit int) (int, error) {
	var first *int64
	if err := db.One(ctx, tx, &first, t.first, tx.Community[:]); err != nil || first == nil {
		return 0, err
	}
	last := *first
	if t.byEntry {
		last += int64(limit) - 1
	}
	n, err := tx.Exec(ctx, t.remove, tx.Community[:], last)
	return int(n), err
}
