package alliance

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Refusals about seats and tenures, in the order in which they are checked.
var (
	ErrNoSeat      = fault.New(fault.NotFound, "alliance.no_such_seat")
	ErrSecondSeat  = fault.New(fault.Conflict, "alliance.second_seat")
	ErrSeatTaken   = fault.New(fault.Conflict, "alliance.seat_taken")
	ErrShopSeated  = fault.New(fault.Conflict, "alliance.shop_seated")
	ErrBadTerm     = fault.New(fault.Invalid, "alliance.bad_term")
	ErrNoTenure    = fault.New(fault.NotFound, "alliance.no_tenure")
	ErrTenureOver  = fault.New(fault.Conflict, "alliance.tenure_over")
	ErrBadDemand   = fault.New(fault.Invalid, "alliance.bad_demand")
	ErrBadRadius   = fault.New(fault.Invalid, "alliance.bad_radius")
	ErrBadVacating = fault.New(fault.Invalid, "alliance.bad_vacating")
)

// Seat is the place of one trade in a community's alliance.
type Seat struct {
	ID     id.ID
	Trade  string // code
	Number int    // 1 is the trade's seat; 2 and more are opened for unmet demand
	Radius int    // metres around its holder that count as its catchment
	Demand Demand // of a second seat
	Reason string
	At     time.Time
	By     id.ID
}

// Demand is the measured demand for which a second seat was opened.
type Demand struct {
	Asked  int64 // how often the trade was asked for in Days
	Unmet  int64 // and could not be served
	Days   int
	Source string // where the figures are from: 服务台记录 2025 年三季度
}

// none reports whether nothing was measured.
func (d Demand) none() bool { return d == Demand{} }

func (d Demand) validate() error {
	if d.Asked <= 0 || d.Unmet <= 0 || d.Unmet > d.Asked || d.Days <= 0 || d.Days > 3660 || d.Source == "" || !plain(d.Source, 200) {
		return ErrBadDemand.On("demand")
	}
	return nil
}

// Basis is how a shop came to its seat.
type Basis string

// The bases.
const (
	Existing Basis = "existing" // it was there when the alliance was introduced
	Elected  Basis = "elected"  // it won the ballot of an opening
	Waited   Basis = "waited"   // it was next on the waiting list
	Reseated Basis = "reseated" // an appeal gave the seat back
)

// Why is why a tenure ended.
type Why string

// The reasons.
const (
	TermOver  Why = "term"     // its time was over
	Resigned  Why = "resigned" // the shop gave it up
	LastPlace Why = "score"    // among the last of a quarter (C6)
	Default   Why = "default"  // breach of the contract or of a duty
	Absent    Why = "absent"   // repeatedly absent
	Closed    Why = "closed"   // the shop is no more
	Mistaken  Why = "mistaken" // it should not have been noted
)

// Whys lists the reasons.
var Whys = []Why{TermOver, Resigned, LastPlace, Default, Absent, Closed, Mistaken}

// Tenure is one shop's time on a seat: from From until Until, or until it ended before.
type Tenure struct {
	ID          id.ID
	Seat        id.ID
	Trade       string // of the seat
	Number      int
	Merchant    id.ID
	From, Until time.Time
	Basis       Basis
	Application id.ID     // zero where Basis is Existing
	Ended       time.Time // zero while nobody ended it
	Why         Why
	Reason      string
	EndedBy     id.ID
}

// Over is when it was or will be over.
func (t *Tenure) Over() time.Time {
	if !t.Ended.IsZero() && t.Ended.Before(t.Until) {
		return t.Ended
	}
	return t.Until
}

// Holds reports whether the shop holds the seat at an instant.
func (t *Tenure) Holds(at time.Time) bool { return !at.Before(t.From) && at.Before(t.Over()) }

// Lapsed reports whether the term is over and nobody has noted it yet.
func (t *Tenure) Lapsed(now time.Time) bool { return t.Ended.IsZero() && !now.Before(t.Until) }

// Holding leaves the tenures that hold at an instant.
func Holding(all []*Tenure, at time.Time) (some []*Tenure) {
	for _, t := range all {
		if t.Holds(at) {
			some = append(some, t)
		}
	}
	return some
}

// OfShop is the tenure of a shop at an instant, nil if it has none.
func OfShop(all []*Tenure, merchant id.ID, at time.Time) *Tenure {
	i := slices.IndexFunc(all, func(t *Tenure) bool { return t.Merchant == merchant && t.Holds(at) })
	if i < 0 {
		return nil
	}
	return all[i]
}

// OpenSeat makes the next seat of a trade in tx's community. The first one needs no
// demand; each further one needs figures, and who decided is the actor.
func (s *Service) OpenSeat(ctx context.Context, tx *db.Tx, t *Trade, radius int, demand Demand, reason string) (_ *Seat, err error) {
	defer fault.Wrap(&err, "alliance: open a seat of %s", t.Code)
	seats, err := s.Seats(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	n := &Seat{Trade: t.Code, Number: 1, Radius: radius, Demand: demand, Reason: reason, At: tx.Now, By: tx.Actor.ID}
	for _, x := range seats {
		if x.Trade == t.Code {
			n.Number = max(n.Number, x.Number+1)
		}
	}
	switch {
	case t.Retired:
		return nil, ErrTradeRetired.On("trade").With("name", t.Zh)
	case n.Number > 1 && demand.none():
		return nil, ErrSecondSeat.On("demand").With("trade", t.Zh)
	case radius < 0 || radius > 20_000:
		return nil, ErrBadRadius.On("radius")
	}
	if n.Number > 1 {
		if err := errors.Join(demand.validate(), reasoned(reason)); err != nil {
			return nil, err
		}
	} else {
		n.Demand = Demand{}
	}
	n.ID = tx.NewID()
	_, err = tx.Exec(ctx, `INSERT INTO alliance_seat (community_id, id, trade, number, radius, asked, unmet, measured_days, source, reason, opened_at, opened_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], n.ID[:], n.Trade, n.Number, n.Radius, n.Demand.Asked, n.Demand.Unmet, n.Demand.Days,
		n.Demand.Source, n.Reason, tx.Now.UnixMicro(), tx.Actor.ID)
	return n, err
}

// Take gives a seat of tx's community to a shop from now until the end of its term. A
// seat somebody holds is refused, and a shop that holds one. What lapsed
// without having been noted is noted first.
func (s *Service) Take(ctx context.Context, tx *db.Tx, t Tenure) (_ *Tenure, err error) {
	defer fault.Wrap(&err, "alliance: take seat %s", t.Seat)
	seat, err := s.SeatByID(ctx, tx, tx.Community, t.Seat)
	if err != nil {
		return nil, err
	}
	if t.From = tx.Now; !t.Until.After(t.From) {
		return nil, ErrBadTerm.On("until")
	}
	running, err := s.Running(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	for _, x := range running {
		switch {
		case x.Seat != t.Seat && x.Merchant != t.Merchant:
		case x.Lapsed(tx.Now):
			if _, err := s.end(ctx, tx, x, x.Until, TermOver, "任期满"); err != nil {
				return nil, err
			}
		case x.Seat == t.Seat:
			return nil, ErrSeatTaken
		default:
			return nil, ErrShopSeated
		}
	}
	t.ID, t.Trade, t.Number, t.Ended = tx.NewID(), seat.Trade, seat.Number, time.Time{}
	_, err = tx.Exec(ctx, `INSERT INTO alliance_tenure (community_id, id, seat_id, merchant_id, held_from, held_until, basis, application_id, ended_at, noted_at, noted_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`, tx.Community[:], t.ID[:], t.Seat[:], t.Merchant[:], t.From.UnixMicro(), t.Until.UnixMicro(), string(t.Basis),
		t.Application, tx.Now.UnixMicro(), tx.Actor.ID)
	return &t, err
}

// Vacate ends a tenure of tx's community now, or when its term was over, with why. One
// that is over already is refused.
func (s *Service) Vacate(ctx context.Context, tx *db.Tx, tenure id.ID, why Why, reason string) (_ *Tenure, err error) {
	defer fault.Wrap(&err, "alliance: vacate %s", tenure)
	t, err := s.TenureByID(ctx, tx, tx.Community, tenure)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(Whys, why):
		return nil, ErrBadVacating.On("why")
	case !t.Ended.IsZero():
		return t, ErrTenureOver
	}
	if err := reasoned(reason); err != nil {
		return nil, err
	}
	at := tx.Now
	if t.Lapsed(tx.Now) {
		at, why = t.Until, TermOver
	}
	return s.end(ctx, tx, t, at, why, reason)
}

func (s *Service) end(ctx context.Context, tx *db.Tx, t *Tenure, at time.Time, why Why, reason string) (*Tenure, error) {
	n, err := tx.Exec(ctx, "UPDATE alliance_tenure SET ended_at = ? WHERE community_id = ? AND id = ? AND ended_at = 0", at.UnixMicro(), tx.Community[:], t.ID[:])
	if err == nil && n == 0 {
		err = ErrTenureOver
	}
	if err != nil {
		return t, err
	}
	t.Ended, t.Why, t.Reason, t.EndedBy = at, why, reason, tx.Actor.ID
	_, err = tx.Exec(ctx, "INSERT INTO alliance_vacancy (community_id, tenure_id, why, reason, vacated_at, noted_at, noted_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], t.ID[:], string(why), reason, at.UnixMicro(), tx.Now.UnixMicro(), tx.Actor.ID)
	return t, err
}

// byTrade orders tenures as the board shows them.
func byTrade(a, b *Tenure) int {
	return cmp.Or(cmp.Compare(a.Trade, b.Trade), cmp.Compare(a.Number, b.Number), a.From.Compare(b.From))
}
