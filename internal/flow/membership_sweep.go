package flow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// reminder is one thing that happens around the end of a term.
type reminder struct {
	mark     string
	from, to period.Day // of the days on which terms end: from ≤ until < to
}

// reminders are what is due on a day. What lies further back than a sweep can have
// been away for is passed over: a member who was carried over with an old term is
// lapsed, and not told of it four times.
func reminders(p *policy.Params, today period.Day) []reminder {
	grace, tomorrow := period.Day(p.GraceDays), today+1
	return []reminder{
		{membership.Soon, today + period.Day(p.LastReminder) + 1, today + period.Day(p.ReminderDays) + 1},
		{membership.Last, tomorrow, today + period.Day(p.LastReminder) + 1},
		{membership.Ended, tomorrow - grace, tomorrow},
		{membership.Lapsed, -1 << 30, tomorrow - grace},
	}
}

// SweepMemberships does what is due about the ends of terms and packs: it reminds,
// lapses who let the grace pass, and frees packs that nobody collected. It is a
// sweeper's work; again it changes nothing.
func (f *Flows) SweepMemberships(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "sweep memberships")
	p, today, err := f.present(ctx, community)
	if errors.Is(err, policy.ErrNone) {
		return nil // a street without rules of its own has no members
	}
	if err != nil {
		return err
	}
	for _, w := range reminders(p, today) {
		for {
			var due membership.Terms
			err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
				due, err = f.Memberships.Ending(ctx, r, community, w.from, w.to, w.mark, 100)
				return err
			})
			if err != nil {
				return err
			}
			if len(due) == 0 {
				break
			}
			if err := f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
				for i := range due {
					if err := f.remind(ctx, tx, &due[i], w.mark, p.GraceDays, today); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				return err
			}
		}
	}
	return f.voidClaims(ctx, community, today)
}

// present is the numbers in force in a community and its civil day.
func (f *Flows) present(ctx context.Context, community id.ID) (p *policy.Params, today period.Day, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		p, today, err = f.presentAt(ctx, r, community)
		return err
	})
	return p, today, err
}

func (f *Flows) presentAt(ctx context.Context, r db.Reader, community id.ID) (*policy.Params, period.Day, error) {
	versions, err := f.Policies.List(ctx, r, community)
	if err != nil {
		return nil, 0, err
	}
	now := f.DB.Clock().Now()
	v := policy.InForce(versions, now)
	if v == nil {
		return nil, 0, policy.ErrNone
	}
	zone, err := f.zone(&v.Params)
	if err != nil {
		return nil, 0, err
	}
	return &v.Params, period.DayOf(now, zone), nil
}

// remind does what a mark says, once. Where another term follows nothing is to be
// said or done; the mark only notes that it was looked at.
func (f *Flows) remind(ctx context.Context, tx *db.Tx, due *membership.Term, mark string, graceDays int, today period.Day) error {
	all, err := f.Memberships.TermsOf(ctx, tx, tx.Community, due.Member)
	if err != nil {
		return err
	}
	last := all.Latest()
	if first, err := f.Memberships.Mark(ctx, tx, due.ID, mark); err != nil || !first || last == nil || last.ID != due.ID {
		return err
	}
	m, err := f.Members.ByID(ctx, tx, due.Member)
	if err != nil || m.Home != tx.Community {
		return err
	}
	n := notice.Notice{Kind: notice.MembershipEnding, Member: m.Ref, Cause: "term/" + due.ID.String() + "/" + mark, Place: tx.Community, Link: MembershipPath,
		Args: []notice.Arg{notice.Day(due.Last()), notice.Count(int64(due.Until - today))}}
	switch mark {
	case membership.Ended:
		n.Kind, n.Args = notice.MembershipEnded, []notice.Arg{notice.Day(due.Last()), notice.Day(due.Until + period.Day(graceDays) - 1)}
	case membership.Lapsed:
		n.Kind, n.Args = notice.MembershipLapsed, nil
		if m.Standing != member.Good {
			return nil // she gave it up, or was barred
		}
		if err := f.stand(ctx, tx, m, member.Good, member.Lapsed); err != nil {
			return err
		}
	}
	return f.Notices.Send(ctx, tx, n)
}

// voidClaims frees packs that were not collected in time.
func (f *Flows) voidClaims(ctx context.Context, community id.ID, today period.Day) error {
	for {
		var over []membership.Claim
		err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
			over, err = f.Memberships.ClaimsOver(ctx, r, community, today, 100)
			return err
		})
		if err != nil || len(over) == 0 {
			return err
		}
		err = f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
			for i := range over {
				c, err := f.Memberships.ClaimByCode(ctx, tx, community, over[i].Code)
				if err == nil && c.End == nil {
					err = f.Memberships.VoidClaim(ctx, tx, c)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// GiveBirthdays gives the members of all communities that this instance writes the
// gift of the month in which they were born, once a year (M-06, B6). It is a
// sweeper's work where people are written.
func (f *Flows) GiveBirthdays(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "give birthday gifts")
	now := f.DB.Clock().Now().In(DefaultZone)
	for after := (id.ID{}); ; {
		var born []id.ID
		if err := f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
			born, err = f.Memberships.BornIn(ctx, r, now.Month(), after, weighedAtOnce)
			return err
		}); err != nil || len(born) == 0 {
			return err
		}
		for _, who := range born {
			after = who
			memberships, err := f.membershipsOf(ctx, who)
			if err != nil {
				return err
			}
			if len(memberships) == 0 {
				continue
			}
			if err := f.giveBirthday(ctx, memberships[0].Home, memberships[0].Ref, now); err != nil {
				return err
			}
		}
	}
}

// giveBirthday gives one member her gift of a year, if her membership is in force.
func (f *Flows) giveBirthday(ctx context.Context, home id.ID, ref string, now time.Time) error {
	due := false
	err := f.DB.View(ctx, home, func(r db.Reader) error {
		m, err := f.Members.Lookup(ctx, r, home, ref)
		if errors.Is(err, member.ErrNotFound) {
			return nil // ordered, and not paid
		}
		if err != nil || m.Standing != member.Good {
			return err
		}
		given, err := f.Memberships.Gifted(ctx, r, home, m.ID, now.Year())
		due = !given
		return err
	})
	if err != nil || !due {
		return err
	}
	err = f.DB.Update(ctx, home, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.giftOf(ctx, tx, ref, now.Year()) })
	if errors.Is(err, db.ErrElsewhere) {
		return nil
	}
	return err
}

func (f *Flows) giftOf(ctx context.Context, tx *db.Tx, ref string, year int) error {
	m, err := f.Members.ByRef(ctx, tx, ref)
	if err != nil {
		return err
	}
	if given, err := f.Memberships.Gifted(ctx, tx, tx.Community, m.ID, year); err != nil || given || m.Standing != member.Good {
		return err
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil || v.Params.BirthdayPoints == 0 {
		return err
	}
	gift := charter.PointsGiven{Member: m.ID, Why: "birthday", Cause: tx.NewID(), Points: v.Params.BirthdayPoints}
	posted, err := f.Move(ctx, tx, fmt.Sprintf("~membership:birthday/%s/%d", m.ID, year), gift)
	if err != nil {
		return err
	}
	if err := f.Memberships.Gift(ctx, tx, m.ID, year, posted.Seq); err != nil {
		return err
	}
	return f.Notices.Send(ctx, tx, notice.Notice{Kind: notice.BirthdayGift, Member: m.Ref, Cause: fmt.Sprint("birthday/", year), Place: tx.Community, Link: "/me/wallet",
		Args: []notice.Arg{notice.Points(v.Params.BirthdayPoints)}})
}
