package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// forgetServices ends what a member asked for, gives back what she promised and takes her
// words and doors away, before she is forgotten. What was served stays under a pseudonym
// that leads to nobody (A7).
func (f *Flows) forgetServices(ctx context.Context, tx *db.Tx, who id.ID) error {
	plans, err := f.TimeBank.PlansOf(ctx, tx, tx.Community, who)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if p.End == nil {
			if err := f.TimeBank.EndPlan(ctx, tx, p, ""); err != nil {
				return err
			}
		}
	}
	open, err := f.TimeBank.OpenOf(ctx, tx, tx.Community, who)
	if err != nil {
		return err
	}
	for _, q := range open {
		if err := f.finishFor(ctx, tx, q); err != nil {
			return err
		}
	}
	running, err := f.TimeBank.RunningOf(ctx, tx, tx.Community, who)
	if err != nil {
		return err
	}
	for _, a := range running {
		q, err := f.TimeBank.ByID(ctx, tx, tx.Community, a.Request)
		if err != nil {
			return err
		}
		switch a.State() {
		case timebank.Promised:
			err = f.leavePlace(ctx, tx, q, a, timebank.GivenBack, forgotten)
		case timebank.Begun:
			if err = f.TimeBank.Step(ctx, tx, a, timebank.Step{State: timebank.Finished, Minutes: a.Took(tx.Now, q.Minutes), Near: -1}); err == nil {
				err = f.acceptHelp(ctx, tx, q, a, "")
			}
		default:
			err = f.acceptHelp(ctx, tx, q, a, "")
		}
		if err != nil {
			return err
		}
	}
	return f.TimeBank.Forget(ctx, tx, who)
}

// forgotten stands where a reason is asked for and the house gives it.
const forgotten = "-"

// finishFor ends a request of who is forgotten: what was done is accepted, what was
// promised is called off.
func (f *Flows) finishFor(ctx context.Context, tx *db.Tx, q *timebank.Request) error {
	all, err := f.TimeBank.AssignmentsFor(ctx, tx, tx.Community, q.ID)
	if err != nil {
		return err
	}
	for _, a := range all {
		switch a.State() {
		case timebank.Begun:
			if err := f.TimeBank.Step(ctx, tx, a, timebank.Step{State: timebank.Finished, Minutes: a.Took(tx.Now, q.Minutes), Near: -1}); err != nil {
				return err
			}
			fallthrough
		case timebank.Finished, timebank.Disputed:
			err = f.acceptHelp(ctx, tx, q, a, "")
		case timebank.Promised:
			err = f.callOff(ctx, tx, q, a, "")
		}
		if err != nil {
			return err
		}
	}
	if q.End != nil { // the last acceptance has ended it
		return nil
	}
	return f.endHelp(ctx, tx, q, timebank.Withdrawn, "")
}

// services tells what she asked of neighbours, and what she did for them. Who the other
// was is not told.
func (t *teller) services(ctx context.Context) error {
	type asked struct {
		Name  string          `json:"name"`
		At    time.Time       `json:"asked_at"`
		From  time.Time       `json:"from"`
		Words string          `json:"words,omitempty"`
		Door  *timebank.Door  `json:"door,omitempty"`
		End   timebank.Ending `json:"ended,omitempty"`
		Coins money.Amount    `json:"coins_hundredths"`
	}
	type given struct {
		Name    string         `json:"name"`
		At      time.Time      `json:"promised_at"`
		State   timebank.State `json:"state"`
		Minutes int            `json:"minutes"`
		Thanks  string         `json:"thanks,omitempty"`
	}
	data := struct {
		Asked []asked `json:"asked"`
		Given []given `json:"given"`
	}{[]asked{}, []given{}}
	c := Chapter{File: "neighbours.json", Title: i18n.T(ctx, "邻居互助"), Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "名称"), i18n.T(ctx, "请人还是帮人"), i18n.T(ctx, "结果")}}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		community, tb := b.Community.ID, t.flows.TimeBank
		requests, err := tb.Of(ctx, r, community, b.Member.ID, t.now.Add(time.Hour), toldServices)
		if err != nil {
			return err
		}
		for _, q := range requests {
			one := asked{Name: q.Name, At: q.At, From: q.From, Words: q.Words, Coins: q.Coins}
			if door, err := tb.DoorOf(ctx, r, community, q.ID); err != nil {
				return err
			} else if door != (timebank.Door{}) {
				one.Door = &door
			}
			if q.End != nil {
				one.End = q.End.How
			}
			data.Asked = append(data.Asked, one)
			c.Rows = append(c.Rows, []string{t.stamp(q.At), q.Name, i18n.T(ctx, "请人"), string(one.End)})
		}
		promised, err := tb.AssignmentsOf(ctx, r, community, b.Member.ID, time.UnixMicro(0))
		if err != nil {
			return err
		}
		for _, a := range promised {
			q, err := tb.ByID(ctx, r, community, a.Request)
			if err != nil {
				return err
			}
			thanks, err := tb.Thanked(ctx, r, community, a.ID)
			if err != nil {
				return err
			}
			data.Given = append(data.Given, given{q.Name, a.At, a.State(), a.Minutes(), thanks})
			c.Rows = append(c.Rows, []string{t.stamp(a.At), q.Name, i18n.T(ctx, "帮人"), string(a.State())})
		}
		return nil
	})
	c.Data = data
	t.add(c)
	return err
}

// toldServices bounds the requests that are told; nobody has asked so often.
const toldServices = 100_000

// DeedsOf is what a member gave, for her own page: minutes, how often, thanks.
func (f *Flows) DeedsOf(ctx context.Context, community, who id.ID) (d Deeds, err error) {
	m, err := f.MemberIn(ctx, community, who)
	if err != nil {
		return d, err
	}
	return d, f.DB.View(ctx, community, func(r db.Reader) error {
		all, err := f.TimeBank.AssignmentsOf(ctx, r, community, m.ID, time.UnixMicro(0))
		for _, a := range all {
			if a.State().Served() {
				d.Minutes += a.Minutes()
				d.Times++
			}
		}
		if err != nil {
			return err
		}
		thanks, err := f.TimeBank.ThanksTo(ctx, r, community, m.ID, thanksShown)
		for _, t := range thanks {
			d.Thanks = append(d.Thanks, Thank{Words: t.Words, At: t.At})
		}
		return err
	})
}

// thanksShown is how many thanks a profile shows.
const thanksShown = 5
