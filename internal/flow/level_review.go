package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// reviewLevels reviews every level whose day has come (L-06, L-08).
func (f *Flows) reviewLevels(ctx context.Context, community id.ID) error {
	var due []id.ID
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		_, zone, err := f.rulesAt(ctx, r, community)
		if err != nil {
			return err
		}
		held, err := f.Growth.Appointments(ctx, r, community, id.ID{})
		for _, a := range held {
			if a.Holds() && a.ReviewOn() <= period.DayOf(f.DB.Clock().Now(), zone) {
				due = append(due, a.ID)
			}
		}
		return err
	})
	for _, a := range due {
		if err == nil {
			err = f.reviewLevel(ctx, community, a)
		}
	}
	return err
}

// reviewLevel reviews one level. It counts the members of the team who are in good
// standing, and those whom the team lost because they lead now; for a director the
// leaders she raised.
func (f *Flows) reviewLevel(ctx context.Context, community, appointment id.ID) (err error) {
	defer fault.Wrap(&err, "review a level")
	var lost id.ID
	err = f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		lost = id.ID{}
		a, err := f.Growth.Appointment(ctx, tx, community, appointment)
		if err != nil || !a.Holds() {
			return err
		}
		day, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil || day < a.ReviewOn() {
			return err
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		over, err := f.judgeLevel(ctx, tx, &v.Params, a, day)
		if over {
			lost = a.Member
		}
		return err
	})
	if err != nil || lost.IsZero() {
		return err
	}
	return f.dissolve(ctx, community, lost)
}

func (f *Flows) judgeLevel(ctx context.Context, tx *db.Tx, p *policy.Params, a *growth.Appointment, day period.Day) (over bool, err error) {
	m, err := f.Members.ByID(ctx, tx, a.Member)
	if err != nil {
		return false, err
	}
	n, err := f.keptBy(ctx, tx, tx.Community, a)
	if err != nil {
		return false, err
	}
	next := a.ReviewOn().Plus(p.LevelReviewMonths)
	if next <= day {
		next = day.Plus(p.LevelReviewMonths) // nobody looked for a long time
	}
	v := growth.Review{Day: day, Counted: n, Needed: growth.NeededAtReview(p, a.Level), Outcome: a.Judge(p, n, atHome(m, tx.Community)), Next: next}
	if err := f.Growth.NoteReview(ctx, tx, a, v); err != nil {
		return false, err
	}
	switch v.Outcome {
	case growth.Warned:
		return false, f.tellMember(ctx, tx, a.Member, notice.Notice{
			Kind: notice.LevelWarned, Cause: "level/review/" + a.ID.String() + "/" + day.String(), Link: "/me/team",
			Args: []notice.Arg{notice.Say(growth.LevelName(a.Level)), notice.Count(int64(n)), notice.Count(int64(v.Needed)), notice.Day(next)},
		})
	case growth.Over:
		return true, f.endLevel(ctx, tx, a, growth.Lost, growth.TooFewTwice)
	}
	return false, nil
}

// keptBy is how many a review counts for an appointment.
func (f *Flows) keptBy(ctx context.Context, r db.Reader, community id.ID, a *growth.Appointment) (n int, err error) {
	raised, err := f.Growth.Raised(ctx, r, community)
	if err != nil || a.Level == policy.Diamond {
		return raised[a.Member], err
	}
	teams, err := f.Growth.Teams(ctx, r, community)
	if err != nil {
		return 0, err
	}
	known, err := f.Members.ByIDs(ctx, r, community, teams[a.Member])
	for _, m := range known {
		if atHome(m, community) && m.Leader == a.Member {
			n++
		}
	}
	return n + raised[a.Member], err
}

// restLevels lets levels rest while their holder's membership has lapsed (L-09). The
// till looks at the standing itself; this is the record, and what she is told.
func (f *Flows) restLevels(ctx context.Context, community id.ID) error {
	type change struct {
		appointment id.ID
		rests       bool
	}
	var changes []change
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		held, err := f.Growth.Appointments(ctx, r, community, id.ID{})
		if err != nil {
			return err
		}
		var who []id.ID
		for _, a := range held {
			who = append(who, a.Member)
		}
		known, err := f.Members.ByIDs(ctx, r, community, who)
		for _, a := range held {
			m := known[a.Member]
			if rests := m != nil && m.Standing != member.Good; a.Holds() && m != nil && rests == a.Paused.IsZero() {
				changes = append(changes, change{a.ID, rests})
			}
		}
		return err
	})
	for _, c := range changes {
		if err != nil {
			return err
		}
		err = f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
			a, err := f.Growth.Appointment(ctx, tx, community, c.appointment)
			if err != nil {
				return err
			}
			if err := f.Growth.Rest(ctx, tx, a, c.rests); err != nil || !c.rests {
				return err
			}
			return f.tellMember(ctx, tx, a.Member, notice.Notice{
				Kind: notice.LevelRests, Cause: "level/rests/" + a.ID.String() + "/" + tx.Now.String(), Link: "/me/team", Args: []notice.Arg{notice.Say(growth.LevelName(a.Level))},
			})
		})
	}
	return err
}
