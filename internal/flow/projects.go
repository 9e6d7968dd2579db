package flow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/project"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// ProjectSaid is what the log says of a step of a livelihood project (F11, L7).
type ProjectSaid struct {
	Contract id.ID        `json:"contract"`
	What     project.What `json:"what"`
	Month    string       `json:"month,omitempty"`
	Count    int          `json:"count,omitempty"`
	Amount   money.Amount `json:"amount_fen,omitempty"`
}

// ProposeProject offers a contract to the orderer, and tells its people in the street
// office. The kinds that it names must ask for proof: what is paid for was shown.
func (f *Flows) ProposeProject(ctx context.Context, place id.ID, actor db.Actor, c project.Contract, token string) (err error) {
	defer fault.Wrap(&err, "propose a project")
	officers, err := f.officers(ctx, place, access.Officer)
	if err != nil {
		return err
	}
	_, err = f.Once(ctx, place, actor, token, func(tx *db.Tx) error {
		made := c
		made.Lines = slices.Clone(c.Lines)
		for i := range made.Lines {
			k, err := f.TimeBank.KindByKey(ctx, tx, place, made.Lines[i].Kind)
			switch {
			case err != nil:
				return err
			case k.Off || !k.Proof:
				return project.ErrNoProof.On(project.PriceOf(k.Key))
			}
			made.Lines[i].Name = k.Name
		}
		p, err := f.Projects.Propose(ctx, tx, made)
		if err != nil {
			return err
		}
		return f.tellOfficers(ctx, tx, officers, actor.ID, projectNotice(p, "proposed", "/office/projects"))
	})
	return err
}

func projectNotice(c *project.Contract, what, link string) notice.Notice {
	return notice.Notice{Kind: notice.ProjectMoved, Cause: "project/" + c.ID.String() + "/" + what + fmt.Sprint(len(c.Steps)), Link: link, Args: []notice.Arg{notice.Text(c.Title, "")}}
}

// onProject does something with a contract, and tells the other side.
func (f *Flows) onProject(ctx context.Context, place id.ID, actor db.Actor, at id.ID, tell bool, do func(tx *db.Tx, c *project.Contract, today period.Day, zone *time.Location) error) (err error) {
	defer fault.Wrap(&err, "project %s", at)
	desk, err := f.helpDesk(ctx, place)
	if err != nil {
		return err
	}
	office, err := f.officers(ctx, place, access.Officer)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		c, err := f.Projects.ByID(ctx, tx, place, at)
		if err != nil {
			return err
		}
		today, v, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		zone, err := f.zone(&v.Params)
		if err != nil {
			return err
		}
		if err := do(tx, c, today, zone); err != nil || !tell {
			return err
		}
		if err := f.tellOfficers(ctx, tx, desk, actor.ID, projectNotice(c, "desk", "/desk/projects")); err != nil {
			return err
		}
		return f.tellOfficers(ctx, tx, office, actor.ID, projectNotice(c, "office", "/office/projects"))
	})
}

// AnswerProject is the orderer's yes or no; the yes enters the log.
func (f *Flows) AnswerProject(ctx context.Context, place id.ID, actor db.Actor, at id.ID, what project.What, words string) error {
	return f.onProject(ctx, place, actor, at, true, func(tx *db.Tx, c *project.Contract, _ period.Day, _ *time.Location) error {
		if err := f.Projects.Answer(ctx, tx, c, what, words); err != nil || what != project.Agreed {
			return err
		}
		_, err := f.attestAt(ctx, tx, projectPrefix+c.ID.String()+"/agreed", ProjectSaid{Contract: c.ID, What: what, Amount: c.Ceiling})
		return err
	})
}

// StopProject ends a contract before its last day, by either side.
func (f *Flows) StopProject(ctx context.Context, place id.ID, actor db.Actor, at id.ID, words string) error {
	return f.onProject(ctx, place, actor, at, true, func(tx *db.Tx, c *project.Contract, _ period.Day, _ *time.Location) error {
		return f.Projects.Stop(ctx, tx, c, words)
	})
}

// BindPlans lets plans of the time bank serve a contract: they ask for one of its kinds.
func (f *Flows) BindPlans(ctx context.Context, place id.ID, actor db.Actor, at id.ID, plans []id.ID) error {
	return f.onProject(ctx, place, actor, at, false, func(tx *db.Tx, c *project.Contract, today period.Day, zone *time.Location) error {
		if len(plans) == 0 {
			return project.ErrNoPlans.On("plans")
		}
		for _, which := range plans {
			p, err := f.TimeBank.PlanByID(ctx, tx, place, which)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(c.Lines, func(l project.Line) bool { return l.Kind == p.Kind }) {
				return project.ErrOtherKinds.On("plans")
			}
			if err := f.Projects.Bind(ctx, tx, c, which, today, zone); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReleasePlans takes plans out of a contract again, with a reason: what they bring after a
// day does not count for it any more.
func (f *Flows) ReleasePlans(ctx context.Context, place id.ID, actor db.Actor, at id.ID, plans []id.ID, last period.Day, words string) error {
	return f.onProject(ctx, place, actor, at, false, func(tx *db.Tx, c *project.Contract, today period.Day, zone *time.Location) error {
		if len(plans) == 0 {
			return project.ErrNoPlans.On("plans")
		}
		for _, which := range plans {
			if err := f.Projects.Release(ctx, tx, c, which, last, today, zone, words); err != nil {
				return err
			}
		}
		return nil
	})
}

// ProjectMonth is what was delivered for a contract in a month, and what deviates.
type ProjectMonth struct {
	project.Month
	Counts map[string]int            // accepted and shown, by kind
	States map[timebank.Delivery]int // all of them
	Served int                       // different people
	Open   int                       // not at an end: promised, under way, not accepted yet, disputed
	Bill   money.Amount              // what it comes to, within the ceiling
	Over   money.Amount              // what lies above the ceiling
}

// ProjectMonthOf counts a month of a contract from the services.
func (f *Flows) ProjectMonthOf(ctx context.Context, r db.Reader, community id.ID, c *project.Contract, m period.Month, now time.Time) (x ProjectMonth, err error) {
	x = ProjectMonth{Month: c.MonthOf(m), Counts: make(map[string]int), States: make(map[timebank.Delivery]int)}
	all, err := f.deliveries(ctx, r, community, max(c.First, m.First()), min(c.Through(now.Location()), m.Last()), now)
	if err != nil {
		return x, err
	}
	running, err := f.TimeBank.Running(ctx, r, community)
	if err != nil {
		return x, err
	}
	open := make(map[id.ID]int)
	for _, a := range running {
		open[a.Request]++
	}
	people := make(map[id.ID]bool)
	for _, d := range all {
		if !c.Serves(d.Request.Plan, period.DayOf(d.Request.From, now.Location()), now.Location()) {
			continue
		}
		x.States[d.State]++
		x.Open += open[d.Request.ID]
		if d.Counted {
			x.Counts[d.Request.Kind]++
			people[d.Asker] = true
		}
	}
	x.Served = len(people)
	_, x.Bill, x.Over = c.Bill(m, x.Counts)
	return x, nil
}

// ReportProject reports a month that is over to the orderer, as the services count it now.
func (f *Flows) ReportProject(ctx context.Context, place id.ID, actor db.Actor, at id.ID, m period.Month, words string) error {
	return f.onProject(ctx, place, actor, at, true, func(tx *db.Tx, c *project.Contract, today period.Day, zone *time.Location) error {
		x, err := f.ProjectMonthOf(ctx, tx, place, c, m, tx.Now.In(zone))
		if err != nil {
			return err
		}
		return f.Projects.Report(ctx, tx, c, m, project.Tally{Counts: x.Counts, Open: x.Open, People: x.Served, Today: today, Zone: zone}, words)
	})
}

// JudgeProject is the orderer's acceptance of a month, or its objection; the acceptance
// enters the log. seen is how many steps of the month the orderer has seen.
func (f *Flows) JudgeProject(ctx context.Context, place id.ID, actor db.Actor, at id.ID, m period.Month, seen int, what project.What, words string) error {
	return f.onProject(ctx, place, actor, at, true, func(tx *db.Tx, c *project.Contract, _ period.Day, _ *time.Location) error {
		if err := f.Projects.Judge(ctx, tx, c, m, seen, what, words); err != nil || what != project.Accepted {
			return err
		}
		x := c.MonthOf(m)
		_, err := f.attestAt(ctx, tx, projectPrefix+c.ID.String()+"/"+m.String(), ProjectSaid{Contract: c.ID, What: what, Month: m.String(), Count: x.Count, Amount: x.Amount})
		return err
	})
}

// PayProject notes a slip by which the orderer paid a month; the money itself is outside of
// the books.
func (f *Flows) PayProject(ctx context.Context, place id.ID, actor db.Actor, at id.ID, m period.Month, amount money.Amount, ref string) error {
	return f.onProject(ctx, place, actor, at, true, func(tx *db.Tx, c *project.Contract, _ period.Day, _ *time.Location) error {
		return f.Projects.Pay(ctx, tx, c, m, amount, ref)
	})
}
