package flow

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// mostDifferences is how much of a bill may differ: beyond, it is somebody else's.
const mostDifferences = 10_000

// reading is a bill while it is compared. It keeps what the books know of the day, and of
// the bill only what differs.
type reading struct {
	f      *Flows
	actor  db.Actor
	kind   pay.Kind
	day    period.Day
	source reconciliation.Source

	match   *reconciliation.Matcher
	keepers map[id.ID]bool   // every place that keeps books
	places  map[id.ID]*place // those that are compared
	order   []id.ID
	differ  int
}

// place is one community's part of a bill.
type place struct {
	fee     money.Rate                            // expected of a payment
	days    int                                   // in which a difference is settled
	open    map[id.ID][]reconciliation.Difference // open, or borne: by payment, or by refund
	met     map[id.ID]bool                        // of those: what stands in the bill and is known alike
	found   []reconciliation.Difference
	unknown []unknownLine
	seen    []id.ID // known of another day

	odd            int          // payments whose fee is not as expected
	expects, takes money.Amount // fees of those
}

// unknownLine is a line that the books do not know of its day.
type unknownLine struct {
	line pay.BillLine
	keys reconciliation.Keys
}

// begin reads what the books know.
func (r *reading) begin(ctx context.Context, places []id.ID) error {
	r.match, r.places, r.keepers = reconciliation.NewMatcher(), make(map[id.ID]*place), make(map[id.ID]bool)
	keepers, err := r.f.keeperIDs(ctx)
	if err != nil {
		return err
	}
	for _, k := range keepers {
		r.keepers[k] = true
	}
	from, to := r.day.Start(billZone), (r.day + 1).Start(billZone)
	for _, at := range places {
		trial := policy.TrialPayouts()
		p := &place{fee: trial.ProviderFee, days: trial.DifferenceDays, open: make(map[id.ID][]reconciliation.Difference), met: make(map[id.ID]bool)}
		r.places[at] = p
		r.order = append(r.order, at)
		if err := r.f.DB.View(ctx, at, func(rd db.Reader) error {
			clear(p.open)
			if err := r.numbers(ctx, rd, at, p); err != nil {
				return err
			}
			return r.waiting(ctx, rd, at, p)
		}); err != nil {
			return err
		}
		if at == Nobody {
			continue
		}
		if err := r.f.DB.View(ctx, at, func(rd db.Reader) error {
			return r.f.Reconciling.Books.EachCame(ctx, rd, at, r.kind, from, to, func(o reconciliation.Ours) error {
				o.Community = at
				r.match.Know(o)
				return nil
			})
		}); err != nil {
			return err
		}
	}
	return nil
}

// numbers are those of the policy in force on the day.
func (r *reading) numbers(ctx context.Context, rd db.Reader, at id.ID, p *place) error {
	if at == Nobody {
		return nil
	}
	versions, err := r.f.Policies.List(ctx, rd, at)
	if err != nil {
		return err
	}
	if v := policy.InForce(versions, r.day.Start(billZone)); v != nil {
		p.fee, p.days = v.Params.ProviderFee, v.Params.DifferenceDays
	}
	return nil
}

// waiting are the differences that this bill may settle.
func (r *reading) waiting(ctx context.Context, rd db.Reader, at id.ID, p *place) error {
	for _, list := range []func(context.Context, db.Reader, id.ID, pay.Kind) ([]reconciliation.Difference, error){r.f.Reconciliations.Open, r.f.Reconciliations.Borne} {
		all, err := list(ctx, rd, at, r.kind)
		if err != nil {
			return err
		}
		for _, d := range all {
			key := thingOf(&d)
			p.open[key] = append(p.open[key], d)
		}
	}
	return nil
}

// thingOf is the payment or the refund that a difference is about, zero if none of ours.
func thingOf(d *reconciliation.Difference) id.ID {
	k := reconciliation.Read(&pay.BillLine{Kind: kindOfLine(d.Thing), Key: d.Payment, Refund: d.Refund})
	if d.Thing == reconciliation.Refund {
		return k.Refund
	}
	return k.Payment
}

func kindOfLine(t reconciliation.Thing) pay.BillKind {
	if t == reconciliation.Refund {
		return pay.RefundLine
	}
	return pay.PaymentLine
}

func thingOfLine(k pay.BillKind) reconciliation.Thing {
	if k == pay.RefundLine {
		return reconciliation.Refund
	}
	return reconciliation.Payment
}

// whose is the place that a line belongs to. One that names no community and is not known
// of the day is looked for in all books that are kept here: midnight may lie between.
func (r *reading) whose(ctx context.Context, k reconciliation.Keys) (id.ID, error) {
	if r.keepers[k.Community] {
		return k.Community, nil
	}
	if at := r.match.Of(k); !at.IsZero() || k.Payment.IsZero() {
		return cmp.Or(at, Nobody), nil
	}
	for _, at := range slices.SortedFunc(maps.Keys(r.keepers), byBytes) {
		if address, err := r.f.DB.Route(ctx, at); err != nil || address != "" {
			continue // another instance's, which reads the bill for itself
		}
		var known Paid
		if err := r.f.DB.View(ctx, at, func(rd db.Reader) (err error) {
			known, err = r.f.Reconciling.Books.Known(ctx, rd, at, r.kind, k.Payment, k.Refund)
			return err
		}); err != nil {
			return id.ID{}, err
		}
		if known.State != NeverAsked {
			return at, nil
		}
	}
	return Nobody, nil
}

// line compares one line.
func (r *reading) line(ctx context.Context, l *pay.BillLine) error {
	if period.DayOf(l.At, billZone) != r.day {
		return reconciliation.ErrOtherDay.On("day").With("line", l.Line)
	}
	k := reconciliation.Read(l)
	at, err := r.whose(ctx, k)
	if err != nil {
		return err
	}
	p := r.places[at]
	if p == nil {
		return nil // of a community that is compared elsewhere
	}
	r.fee(p, l)
	finding, ours := r.match.Line(l, k, at)
	switch finding {
	case reconciliation.Same:
		if len(p.open) > 0 {
			p.met[keyOf(l, k)] = true
		}
		return nil
	case reconciliation.Other:
		p.found = append(p.found, r.differs(reconciliation.OtherAmount, l, ours))
	case reconciliation.Again:
		p.found = append(p.found, r.differs(reconciliation.Twice, l, ours))
	default:
		p.unknown = append(p.unknown, unknownLine{*l, k})
	}
	return r.one()
}

// one counts a difference, and gives up where nearly everything differs.
func (r *reading) one() error {
	if r.differ++; r.differ > mostDifferences {
		return reconciliation.ErrManifold.With("limit", mostDifferences)
	}
	return nil
}

func keyOf(l *pay.BillLine, k reconciliation.Keys) id.ID {
	if l.Kind == pay.RefundLine {
		return k.Refund
	}
	return k.Payment
}

// fee notes a fee that is more than a fen away from what was expected.
func (r *reading) fee(p *place, l *pay.BillLine) {
	if l.Kind != pay.PaymentLine {
		return
	}
	if expected := p.fee.Of(l.Amount); l.Fee-expected > 1 || expected-l.Fee > 1 {
		p.odd++
		p.expects += expected
		p.takes += l.Fee
	}
}

func (r *reading) differs(kind reconciliation.Kind, l *pay.BillLine, ours money.Amount) reconciliation.Difference {
	return reconciliation.Difference{Provider: r.kind, Day: r.day, Kind: kind, Thing: thingOfLine(l.Kind), Payment: l.Key, Refund: l.Refund, Number: l.ID, Account: l.Account,
		Ours: ours, Theirs: l.Amount, Line: l.Line, At: l.At}
}

// end finds out what is known of other days, and what the bill does not hold.
func (r *reading) end(ctx context.Context) error {
	for _, at := range r.order {
		p := r.places[at]
		err := r.f.DB.View(ctx, at, func(rd db.Reader) error {
			for i := range p.unknown {
				if err := r.look(ctx, rd, at, p, &p.unknown[i]); err != nil {
					return err
				}
			}
			var missing []reconciliation.Ours
			r.match.Missing(at, func(o reconciliation.Ours) {
				if len(missing) <= mostDifferences {
					missing = append(missing, o)
				}
			})
			for _, o := range missing {
				if err := r.miss(ctx, rd, at, p, o); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if p.odd > 0 {
			p.found = append(p.found, reconciliation.Difference{Provider: r.kind, Day: r.day, Kind: reconciliation.OtherFee, Thing: reconciliation.Fees, Payment: r.day.String(),
				Ours: p.expects, Theirs: p.takes, Line: p.odd, At: r.day.Start(billZone)})
		}
	}
	return nil
}

// look is for a line that the books do not know of the day: they may know it of another,
// or it is a refund that was asked for here to give back what nobody knew.
func (r *reading) look(ctx context.Context, rd db.Reader, at id.ID, p *place, l *unknownLine) error {
	key := keyOf(&l.line, l.keys)
	if at != Nobody && !key.IsZero() {
		known, err := r.f.Reconciling.Books.Known(ctx, rd, at, r.kind, l.keys.Payment, l.keys.Refund)
		if err != nil {
			return err
		}
		if known.State >= UnderWay && known.Amount == l.line.Amount {
			r.match.Found(at)
			p.seen = append(p.seen, key)
			p.met[key] = true
			return nil
		}
		if known.State >= UnderWay {
			p.found = append(p.found, r.differs(reconciliation.OtherAmount, &l.line, known.Amount))
			return nil
		}
	}
	if refund := l.keys.Refund; !refund.IsZero() {
		d, err := r.f.Reconciliations.ByID(ctx, rd, at, refund)
		if err == nil && d.Asking() != nil && d.Theirs == l.line.Amount {
			r.match.Found(at)
			return nil
		}
		if err != nil && !errors.Is(err, reconciliation.ErrNotFound) {
			return err
		}
	}
	p.found = append(p.found, r.differs(reconciliation.MissingHere, &l.line, 0))
	return nil
}

// miss is for money that the books know and the bill does not hold.
func (r *reading) miss(ctx context.Context, rd db.Reader, at id.ID, p *place, o reconciliation.Ours) error {
	d := reconciliation.Difference{Provider: r.kind, Day: r.day, Kind: reconciliation.MissingThere, Thing: reconciliation.Payment, Payment: o.Payment.String(), Ours: o.Amount, At: o.At}
	key := o.Payment
	if !o.Refund.IsZero() {
		d.Thing, d.Refund, key = reconciliation.Refund, at.String()+o.Refund.String(), o.Refund
	}
	seen, err := r.f.Reconciliations.Seen(ctx, rd, at, r.kind, key)
	if err != nil || seen {
		return err
	}
	p.found = append(p.found, d)
	return r.one()
}
