package points

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Service is the door to points.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// shelf is what the writer of a community knows by heart of the catalogue: its goods
// with what is left of each, who had how many in which month, and which forms came
// before. Every method that writes a redemption or changes stock asks for it first, so
// that it is loaded before anything of the batch stands in the tables.
type shelf struct {
	goods map[id.ID]*Good
	had   map[share]int64
	forms map[[32]byte]id.ID // token → redemption
	undo  []func()
}

// share is a person's part of a good in a civil month.
type share struct {
	member, good id.ID
	month        period.Month
}

type shelfKey struct{}

// remembered is how far back forms and months are known by heart. A form that is
// older meets the unique index.
const remembered = 62 * 24 * time.Hour

// shelf is the writer's shelf of tx's community.
func (s *Service) shelf(ctx context.Context, tx *db.Tx) (*shelf, error) {
	return db.OverlayOf(ctx, tx, shelfKey{}, loadShelf)
}

func loadShelf(ctx context.Context, tx *db.Tx) (*shelf, error) {
	x := &shelf{goods: make(map[id.ID]*Good), had: make(map[share]int64), forms: make(map[[32]byte]id.ID)}
	all, err := goods(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	for i := range all {
		x.goods[all[i].ID] = &all[i]
	}
	return x, db.Each(ctx, tx, func(rows *sql.Rows) error {
		var of share
		var redemption, origin id.ID
		var token []byte
		var ended sql.NullString
		if err := rows.Scan(&redemption, &of.good, &of.member, &of.month, &token, &origin, &ended); err != nil {
			return err
		}
		if len(token) == 32 {
			x.forms[[32]byte(token)] = redemption
		}
		if origin.IsZero() && (!ended.Valid || End(ended.String) == Handed) {
			x.had[of]++
		}
		return nil
	}, `SELECT r.id, r.good_id, r.member_id, r.month, r.token, r.origin_id, e.kind FROM points_redemption r
		LEFT JOIN points_redemption_end e ON e.community_id = r.community_id AND e.redemption_id = r.id
		WHERE r.community_id = ? AND r.asked_at >= ?`, tx.Community[:], tx.Now.Add(-remembered).UnixMicro())
}

// Mark implements db.Overlay.
func (x *shelf) Mark() int { return len(x.undo) }

// Revert implements db.Overlay.
func (x *shelf) Revert(mark int) {
	for i := len(x.undo) - 1; i >= mark; i-- {
		x.undo[i]()
	}
	clear(x.undo[mark:])
	x.undo = x.undo[:mark]
}

// Flush implements db.Overlay: the rows are written by who changes them.
func (x *shelf) Flush(context.Context, *db.Flush) error { return nil }

// Committed implements db.Overlay.
func (x *shelf) Committed() {
	clear(x.undo)
	x.undo = x.undo[:0]
}

// put replaces what is known of a good.
func (x *shelf) put(g Good) {
	old, held := x.goods[g.ID]
	x.goods[g.ID] = &g
	x.undo = append(x.undo, func() {
		if held {
			x.goods[g.ID] = old
		} else {
			delete(x.goods, g.ID)
		}
	})
}

// move changes what is left of a good; it never lets it fall below zero.
func (x *shelf) move(good id.ID, by int64) error {
	g := x.goods[good]
	if g == nil {
		return ErrNoGood
	}
	if g.Left+by < 0 {
		return ErrStockShort.With("left", g.Left)
	}
	changed := *g
	changed.Left += by
	x.put(changed)
	return nil
}

// count changes how many of a good somebody had in a month.
func (x *shelf) count(of share, by int64) {
	x.had[of] += by
	x.undo = append(x.undo, func() { x.had[of] -= by })
}

// form notes that a form came and what it got.
func (x *shelf) form(token [32]byte, redemption id.ID) {
	x.forms[token] = redemption
	x.undo = append(x.undo, func() { delete(x.forms, token) })
}

// good is a good that is known.
func (x *shelf) good(at id.ID) (Good, error) {
	g := x.goods[at]
	if g == nil {
		return Good{}, ErrNoGood
	}
	return *g, nil
}
