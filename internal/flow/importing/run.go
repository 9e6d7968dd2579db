package importing

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/db"
)

// Refusals of a row that only the books can give.
var (
	ErrAmbiguousShop = fault.New(fault.Conflict, "importing.merchant_ambiguous")
)

// Outcome counts what became of the rows of one file.
type Outcome struct {
	File     string `json:"file"`
	Kind     string `json:"kind"`
	Format   string `json:"format"`
	Added    int    `json:"added"`
	Known    int    `json:"known"` // were there already, with the same content
	Rejected int    `json:"rejected"`
	Blank    int    `json:"blank"`
}

// Run takes tables over: members, then merchants, then purchases. It may be run
// again with the same files; what is there already is counted as known.
// reject is called for every row that is not taken over, progress now and then.
type Run struct {
	Flows    *flow.Flows
	Actor    db.Actor
	Reject   func(Rejection) error
	Progress func(t *Table)

	// For work in steps, all may be left empty. May limits whose rows are taken; Known keeps a slip of the pen in a
	// table from founding a community. Rows up to line After are passed over. Step
	// hears after each chunk up to which line the books have taken the rows; an error
	// of it ends the import there.
	Known bool
	May   func(community id.ID) bool // nil: rows of every community are taken
	After int
	Step  func(t *Table, o *Outcome, line int) error

	places  map[string]id.ID
	shops   map[string][]id.ID // reference → communities that have such a shop
	homes   map[string]id.ID   // reference of a member → home
	visited map[visit]bool
	ahead   map[string]community.Place // places of a file that are looked at only
}

type visit struct {
	ref       string
	community id.ID
}

// chunk is how many rows are read before the books are asked to take them: two
// chunks fit a writer's queue.
const chunk = 2048

// Import takes over the tables in the order that they need.
func (r *Run) Import(ctx context.Context, tables []*Table) (outcomes []Outcome, err error) {
	r.places, r.shops = make(map[string]id.ID), make(map[string][]id.ID)
	r.homes, r.visited = make(map[string]id.ID), make(map[visit]bool)
	InOrder(tables)
	for _, t := range tables {
		o := &Outcome{File: t.File, Kind: t.Kind.String(), Format: t.Format()}
		switch t.Kind {
		case Members:
			err = r.members(ctx, t, o)
		case Merchants:
			err = r.merchants(ctx, t, o)
		case Purchases:
			err = r.purchases(ctx, t, o)
		case Places, Households, Residents:
			err = r.tree(ctx, t, o)
		}
		o.Blank = t.Blanks()
		outcomes = append(outcomes, *o)
		if err != nil {
			return outcomes, fmt.Errorf("importing: %s: %w", t.File, err)
		}
	}
	return outcomes, nil
}

// step tells that the books have everything up to a line.
func (r *Run) step(t *Table, o *Outcome, line int) error {
	if r.Step == nil || line <= r.After {
		return nil
	}
	return r.Step(t, o, line)
}

// read collects up to chunk rows; done says that the table is at its end.
func read[T any](r *Run, t *Table, o *Outcome, next func() (T, *Rejection, error)) (rows []T, done bool, err error) {
	for len(rows) < chunk {
		row, rejected, err := next()
		if err == nil && t.Line() <= r.After {
			continue
		}
		switch {
		case errors.Is(err, io.EOF):
			r.Progress(t)
			return rows, true, nil
		case err != nil:
			return rows, false, err
		case rejected != nil:
			if err := r.reject(o, *rejected); err != nil {
				return rows, false, err
			}
		default:
			rows = append(rows, row)
		}
	}
	r.Progress(t)
	return rows, false, nil
}

func (r *Run) reject(o *Outcome, j Rejection) error {
	o.Rejected++
	return r.Reject(j)
}

// verdict sorts the outcome of one row: a refusal rejects the row, anything else
// ends the import.
func (r *Run) verdict(t *Table, o *Outcome, line int, added bool, err error) error {
	switch f := fault.Of(err); {
	case err == nil && added:
		o.Added++
	case err == nil:
		o.Known++
	case f != nil && f.Kind != fault.Busy && f.Kind != fault.Internal:
		return r.reject(o, t.Reject(line, f))
	default:
		return err
	}
	return nil
}

func (r *Run) members(ctx context.Context, t *Table, o *Outcome) error {
	for done := false; !done; {
		var rows []MemberRow
		var err error
		if rows, done, err = read(r, t, o, t.NextMember); err != nil {
			return err
		}
		upto := t.Line()
		newcomers := make([]flow.Newcomer, 0, len(rows))
		lines := make([]int, 0, len(rows))
		for _, row := range rows {
			home, err := r.home(ctx, t, o, row.Line, row.Community)
			if err != nil {
				return err
			}
			if home.IsZero() {
				continue
			}
			n := flow.Newcomer{Ref: row.Ref, Home: home}
			n.Profile.AgeBand, n.Profile.HouseholdSize, n.Profile.Kids = row.AgeBand, row.HouseholdSize, row.Kids
			newcomers, lines = append(newcomers, n), append(lines, row.Line)
		}
		for i, res := range r.Flows.Welcome(ctx, r.Actor, newcomers) {
			if err := r.verdict(t, o, lines[i], res.Added, res.Err); err != nil {
				return err
			}
		}
		if err := r.step(t, o, upto); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) merchants(ctx context.Context, t *Table, o *Outcome) error {
	for done := false; !done; {
		var rows []MerchantRow
		var err error
		if rows, done, err = read(r, t, o, t.NextMerchant); err != nil {
			return err
		}
		upto := t.Line()
		shops := make([]flow.Newshop, 0, len(rows))
		lines := make([]int, 0, len(rows))
		for _, row := range rows {
			home, err := r.home(ctx, t, o, row.Line, row.Community)
			if err != nil {
				return err
			}
			if home.IsZero() {
				continue
			}
			shops = append(shops, flow.Newshop{Home: home, Merchant: merchant.Merchant{Ref: row.Ref, Name: row.IndustryZh, Industry: row.Industry, IndustryZH: row.IndustryZh}})
			lines = append(lines, row.Line)
		}
		for i, res := range r.Flows.Enrol(ctx, r.Actor, shops) {
			if err := r.verdict(t, o, lines[i], res.Added, res.Err); err != nil {
				return err
			}
		}
		if err := r.step(t, o, upto); err != nil {
			return err
		}
	}
	return nil
}

// purchases settles a chunk while the next one is read: the books need one
// processor, the file the other.
func (r *Run) purchases(ctx context.Context, t *Table, o *Outcome) error {
	if err := r.learn(ctx); err != nil {
		return err
	}
	var waiting []settling
	handed := 0
	for done := false; !done; {
		var rows []PurchaseRow
		var err error
		if rows, done, err = read(r, t, o, t.NextPurchase); err != nil {
			return errors.Join(err, r.collect(ctx, t, o, waiting))
		}
		upto := t.Line()
		if err := r.admitVisitors(ctx, rows); err != nil {
			return err
		}
		next, err := r.submit(ctx, t, o, rows)
		if err := errors.Join(err, r.collect(ctx, t, o, waiting)); err != nil {
			return err
		}
		if err := r.step(t, o, handed); err != nil {
			return errors.Join(err, r.collect(ctx, t, o, next))
		}
		waiting, handed = next, upto
	}
	if err := r.collect(ctx, t, o, waiting); err != nil {
		return err
	}
	return r.step(t, o, handed)
}

type settling struct {
	line     int
	at       id.ID
	purchase *flow.Purchase
	*flow.Settling
}

// tries is how often a row is handed in that the writer has no time for.
const tries = 6

// wait returns the outcome. A machine may be busy with other things, so what the
// writer has no time for comes again.
func (r *Run) wait(ctx context.Context, w settling) (settled flow.Settled, err error) {
	for try := 1; ; try++ {
		settled, err = w.Wait(ctx)
		if !flow.Passing(err) || try == tries || flow.Pause(ctx, err) != nil {
			return settled, err
		}
		w.Settling = r.Flows.Submit(ctx, w.at, r.Actor, w.purchase)
	}
}

func (r *Run) submit(ctx context.Context, t *Table, o *Outcome, rows []PurchaseRow) (waiting []settling, err error) {
	for i := range rows {
		row := &rows[i]
		at, refusal := r.shop(row.Merchant)
		if refusal != nil {
			if err := r.reject(o, t.Reject(row.Line, refusal)); err != nil {
				return waiting, err
			}
			continue
		}
		p := &flow.Purchase{
			Ref: row.Ref, PurchasedAt: row.At, Member: row.Member, Merchant: row.Merchant,
			List: row.List, Price: row.Paid, Held: row.Paid, Coupon: row.Coupon, Items: row.Items, Imported: true,
		}
		waiting = append(waiting, settling{row.Line, at, p, r.Flows.Submit(ctx, at, r.Actor, p)})
	}
	return waiting, nil
}

func (r *Run) collect(ctx context.Context, t *Table, o *Outcome, waiting []settling) error {
	for _, w := range waiting {
		settled, err := r.wait(ctx, w)
		if err := r.verdict(t, o, w.line, !settled.Replayed, err); err != nil {
			return err
		}
	}
	return nil
}
