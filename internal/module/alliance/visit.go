package alliance

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals of a visit, in the order in which they are checked.
var (
	ErrBadVisitDay = fault.New(fault.Invalid, "alliance.bad_visit_day")
	ErrTwoVisitors = fault.New(fault.Invalid, "alliance.two_visitors")
	ErrBadChecks   = fault.New(fault.Invalid, "alliance.bad_checks")
	ErrBadArea     = fault.New(fault.Invalid, "alliance.bad_area")
	ErrBadResult   = fault.New(fault.Invalid, "alliance.bad_result")
)

// Check is one point of the list that visitors go through.
type Check string

// The points.
const (
	Hygiene   Check = "hygiene"
	LicenceUp Check = "licence" // hangs where customers see it, and is the one handed in
	PriceTags Check = "prices"
	Safety    Check = "safety" // fire exits and extinguishers
	SamePlace Check = "place"  // the shop is where the application says
)

// Checks lists the points, in the order of the list.
var Checks = []Check{Hygiene, LicenceUp, PriceTags, Safety, SamePlace}

// Result is what a visit found.
type Result string

// The results.
const (
	Fit     Result = "fit"
	Mending Result = "mend" // something is to be put right; the committee decides
	NotFit  Result = "unfit"
)

// Visit is a visit to the shop of an applicant, by two people at least.
type Visit struct {
	ID          id.ID
	Application id.ID
	On          period.Day
	Visitors    []string
	Passed      []Check // the points that were in order
	Area        int     // square metres
	Result      Result
	Note        string
	At          time.Time
	By          id.ID
}

// Failed are the points that were not in order.
func (v *Visit) Failed() (failed []Check) {
	for _, c := range Checks {
		if !slices.Contains(v.Passed, c) {
			failed = append(failed, c)
		}
	}
	return failed
}

func (v *Visit) validate(today period.Day) error {
	for _, c := range v.Passed {
		if !slices.Contains(Checks, c) {
			return ErrBadChecks.On("checks")
		}
	}
	switch {
	case v.On > today || v.On < today-60:
		return ErrBadVisitDay.On("visited_on")
	case len(v.Visitors) < 2 || slices.ContainsFunc(v.Visitors, func(s string) bool { return s == "" || !plain(s, 40) }) || len(slices.Compact(slices.Sorted(slices.Values(v.Visitors)))) < 2:
		return ErrTwoVisitors.On("visitors")
	case v.Area < 0 || v.Area > 100_000:
		return ErrBadArea.On("area")
	case v.Result != Fit && v.Result != Mending && v.Result != NotFit:
		return ErrBadResult.On("result")
	case v.Result != Fit && strings.TrimSpace(v.Note) == "":
		return ErrNoReason.On("note")
	}
	if v.Note != "" {
		if err := reasoned(v.Note); err != nil {
			return fault.Of(err).On("note")
		}
	}
	return nil
}

// NoteVisit notes a visit in tx's community; today is the civil day there.
func (s *Service) NoteVisit(ctx context.Context, tx *db.Tx, v Visit, today period.Day) (_ *Visit, err error) {
	defer fault.Wrap(&err, "alliance: visit for %s", v.Application)
	if err := v.validate(today); err != nil {
		return nil, err
	}
	checks := make([]string, len(v.Passed))
	for i, c := range v.Passed {
		checks[i] = string(c)
	}
	v.ID, v.At, v.By = tx.NewID(), tx.Now, tx.Actor.ID
	_, err = tx.Exec(ctx, `INSERT INTO alliance_visit (community_id, id, application_id, visited_on, visitors, checks, area, result, note, noted_at, noted_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], v.ID[:], v.Application[:], int64(v.On), strings.Join(v.Visitors, "\n"), strings.Join(checks, " "), v.Area, string(v.Result), v.Note, tx.Now.UnixMicro(), tx.Actor.ID)
	return &v, err
}

// Visits lists the visits for an application, the oldest first.
func (s *Service) Visits(ctx context.Context, r db.Reader, community, application id.ID) (all []*Visit, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		v := &Visit{}
		var visitors, checks string
		var at int64
		if err := rows.Scan(&v.ID, &v.Application, &v.On, &visitors, &checks, &v.Area, &v.Result, &v.Note, &at, &v.By); err != nil {
			return err
		}
		v.At, v.Visitors = micros(at), strings.Split(visitors, "\n")
		for c := range strings.FieldsSeq(checks) {
			v.Passed = append(v.Passed, Check(c))
		}
		all = append(all, v)
		return nil
	}, "SELECT id, application_id, visited_on, visitors, checks, area, result, note, noted_at, noted_by FROM alliance_visit WHERE community_id = ? AND application_id = ? ORDER BY noted_at, id",
		community[:], application[:])
	return all, err
}

// Offer is a seat that was offered to the next on the waiting list.
type Offer struct {
	ID          id.ID `db:"id"`
	Application id.ID `db:"application_id"`
	Seat        id.ID `db:"seat_id"`
	At          int64 `db:"offered_at"` // microseconds
}

// OfferSeat notes that a seat of tx's community is offered to an application.
func (s *Service) OfferSeat(ctx context.Context, tx *db.Tx, application, seat id.ID) error {
	n := tx.NewID()
	_, err := tx.Exec(ctx, "INSERT INTO alliance_offer (community_id, id, application_id, seat_id, offered_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], n[:], application[:], seat[:], tx.Now.UnixMicro())
	return err
}

// Offers lists the offers of a community, the oldest first.
func (s *Service) Offers(ctx context.Context, r db.Reader, community id.ID) (all []Offer, err error) {
	err = db.All(ctx, r, &all, "SELECT id, application_id, seat_id, offered_at FROM alliance_offer WHERE community_id = ? ORDER BY offered_at, id", community[:])
	return all, err
}

// SeatFor is the seat that an application is on its way to: that of the last offer, or
// of its opening.
func SeatFor(a *Application, offers []Offer) id.ID {
	seat := a.Seat
	for _, o := range offers {
		if o.Application == a.ID {
			seat = o.Seat
		}
	}
	return seat
}
