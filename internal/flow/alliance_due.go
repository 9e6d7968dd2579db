package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// AllianceDue does what is due in a community's alliance: terms that are over, times
// that ran out, openings whose window is over, ballots, the chair, contracts to be
// made, papers kept long enough. A sweep calls it; where nothing is
// due it writes nothing, and done twice it does nothing more.
func (f *Flows) AllianceDue(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "what is due in the alliance")
	for _, do := range []func(ctx context.Context, community id.ID) error{
		f.endTerms, f.lapseApplications, f.contestOpenings, f.CloseBallots, f.fillSeats, f.drawContracts, f.RotateChair, f.endMembers, f.forgetPapers,
	} {
		if err := do(ctx, community); err != nil {
			return err
		}
	}
	return nil
}

// endTerms ends the tenures whose term is over, and tells of those that soon will be.
func (f *Flows) endTerms(ctx context.Context, community id.ID) error {
	now := f.DB.Clock().Now()
	var running []*alliance.Tenure
	err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		running, err = f.Alliance.Running(ctx, r, community)
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range running {
		if !t.Lapsed(now) {
			continue
		}
		_, err := f.VacateSeat(ctx, community, byClock, t.ID, alliance.TermOver, "任期满")
		if err != nil && !errors.Is(err, alliance.ErrTenureOver) {
			return err
		}
	}
	return f.tellEnding(ctx, community, running, now)
}

// termNotice is how long before the end of a term its shop is told.
const termNotice = 30 * 24 * time.Hour

// tellEnding tells shops whose term ends within termNotice, once: on the civil day on
// which that begins.
func (f *Flows) tellEnding(ctx context.Context, community id.ID, running []*alliance.Tenure, now time.Time) error {
	for _, t := range running {
		if begins := t.Until.Add(-termNotice); now.Before(begins) || now.Sub(begins) >= 24*time.Hour || !t.Holds(now) {
			continue
		}
		err := f.inAlliance(ctx, community, byClock, func(tx *db.Tx, a *allied) error {
			return f.tellShop(ctx, tx, a, t, notice.SeatEnding, notice.Day(a.today(t.Until.Add(-time.Second))))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// lapseApplications moves applications on whose own time ran out: drafts when their
// window closed, what was not mended, paid, signed or answered, and refusals that
// nobody appealed against.
func (f *Flows) lapseApplications(ctx context.Context, community id.ID) error {
	now := f.DB.Clock().Now()
	due, err := f.overdue(ctx, community, now)
	if err != nil {
		return err
	}
	for _, x := range due {
		err := f.inAlliance(ctx, community, byClock, func(tx *db.Tx, a *allied) error {
			y, err := f.Alliance.ApplicationByID(ctx, tx, community, x.ID)
			if err != nil || len(y.Steps) != len(x.Steps) {
				return err // it went on meanwhile
			}
			to := y.State().Overdue()
			if y.State() == alliance.Visited {
				to = alliance.Listed
			}
			_, err = f.advance(ctx, tx, a, x.ID, to, "", len(y.Steps))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// overdue lists the applications that the clock moves on now: also those that wait for
// a ballot of an opening that was decided without one.
func (f *Flows) overdue(ctx context.Context, community id.ID, now time.Time) (due []*alliance.Application, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		due = nil
		all, err := f.Alliance.Applications(ctx, r, community)
		if err != nil || len(all) == 0 {
			return err
		}
		openings, err := f.Alliance.Openings(ctx, r, community)
		for _, x := range all {
			i := slices.IndexFunc(openings, func(o *alliance.Opening) bool { return o.ID == x.Opening })
			switch s := x.State(); {
			case s == alliance.Draft:
				if i >= 0 && !openings[i].Takes(now) {
					due = append(due, x)
				}
			case s == alliance.Visited:
				if i >= 0 && openings[i].Outcome == alliance.Overtaken {
					due = append(due, x)
				}
			case s.Overdue() != "" && !x.Due().IsZero() && !now.Before(x.Due()):
				due = append(due, x)
			}
		}
		return err
	})
	return due, err
}

// contestOpenings puts openings to vote whose window is over and whose applicants were
// all visited.
func (f *Flows) contestOpenings(ctx context.Context, community id.ID) error {
	now := f.DB.Clock().Now()
	var open []*alliance.Opening
	err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		open, err = f.Alliance.OpenOpenings(ctx, r, community)
		return err
	})
	for _, o := range open {
		if err == nil && !now.Before(o.To) {
			err = f.contest(ctx, community, o.ID)
		}
	}
	return err
}

// fillSeats finds somebody for seats that stand empty with nothing under way.
func (f *Flows) fillSeats(ctx context.Context, community id.ID) error {
	now := f.DB.Clock().Now()
	var empty []id.ID
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		empty = nil
		seats, err := f.Alliance.Seats(ctx, r, community)
		if err != nil || len(seats) == 0 {
			return err
		}
		running, err := f.Alliance.Running(ctx, r, community)
		if err != nil {
			return err
		}
		open, err := f.Alliance.OpenOpenings(ctx, r, community)
		if err != nil {
			return err
		}
		all, err := f.Alliance.Applications(ctx, r, community)
		if err != nil {
			return err
		}
		offers, err := f.Alliance.Offers(ctx, r, community)
		for _, s := range seats {
			held := slices.ContainsFunc(running, func(t *alliance.Tenure) bool { return t.Seat == s.ID && t.Holds(now) })
			opened := slices.ContainsFunc(open, func(o *alliance.Opening) bool { return o.Seat == s.ID })
			if !held && !opened && pending(all, offers, s.ID) == nil {
				empty = append(empty, s.ID)
			}
		}
		return err
	})
	for _, s := range empty {
		if err == nil {
			err = f.inAlliance(ctx, community, byClock, func(tx *db.Tx, a *allied) error { return f.freed(ctx, tx, a, s, "席位空着") })
		}
	}
	return err
}

// drawContracts makes the contracts of who has paid.
func (f *Flows) drawContracts(ctx context.Context, community id.ID) error {
	var paid []id.ID
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		paid = nil
		all, err := f.Alliance.Applications(ctx, r, community)
		for _, x := range all {
			if x.State() == alliance.Paid {
				paid = append(paid, x.ID)
			}
		}
		return err
	})
	for _, x := range paid {
		if err == nil {
			err = f.DrawContract(ctx, community, byClock, x)
		}
		if errors.Is(err, alliance.ErrBadStep) {
			err = nil // somebody was quicker
		}
	}
	return err
}

// endMembers takes the committee's rate from shops whose member's term is over.
func (f *Flows) endMembers(ctx context.Context, community id.ID) error {
	now := f.DB.Clock().Now()
	var body *committee.Body
	over := make(map[id.ID]bool)
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		var err error
		if body, err = f.Committee.Body(ctx, r, community); err != nil {
			return err
		}
		for _, m := range body.Members {
			if !m.Merchant.IsZero() && !m.Sits(now) {
				over[m.Merchant] = true
			}
		}
		return nil
	})
	if err != nil || len(over) == 0 {
		return err
	}
	return f.DB.Update(ctx, community, byClock, func(tx *db.Tx) error { return f.setTiers(ctx, tx) })
}

// forgetPapers ends the documents of applications that came to nothing and were kept as
// long as the policy says, and removes the files of documents that are no more.
func (f *Flows) forgetPapers(ctx context.Context, community id.ID) error {
	now := f.DB.Clock().Now()
	var old []*alliance.Document
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		old = nil
		all, err := f.Alliance.Applications(ctx, r, community)
		if err != nil || len(all) == 0 {
			return err
		}
		a, err := f.rulesOf(ctx, r, community, now)
		if err != nil {
			return err
		}
		for _, x := range all {
			if l := x.Last(); l == nil || !x.State().Final() || x.State() == alliance.Admitted || now.Before(alliance.DaysFrom(l.At, a.ApplicantKeptDays, a.zone)) {
				continue
			}
			papers, err := f.Alliance.Documents(ctx, r, community, x.ID)
			if err != nil {
				return err
			}
			old = append(old, papers...)
		}
		return nil
	})
	if err != nil || len(old) == 0 {
		return err
	}
	return f.DB.Update(ctx, community, byClock, func(tx *db.Tx) error {
		for _, d := range old {
			if err := f.endPaper(ctx, tx, d, "kept long enough"); err != nil {
				return err
			}
		}
		return nil
	})
}
