package flow

import (
	"context"
	"strconv"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// toldBid is an application for programs.
type toldBid struct {
	Community string         `json:"community"`
	Trade     string         `json:"trade"`
	Begun     time.Time      `json:"begun_at"`
	State     alliance.State `json:"state"`
	Form      alliance.Form  `json:"form"`
	Steps     []toldStep     `json:"steps"`
	Papers    []string       `json:"papers"`
	Visits    []toldVisit    `json:"visits,omitempty"`
}

type toldStep struct {
	State alliance.State `json:"state"`
	At    time.Time      `json:"at"`
	Note  string         `json:"note,omitempty"`
}

type toldVisit struct {
	On     string          `json:"on"`
	Result alliance.Result `json:"result"`
	Note   string          `json:"note,omitempty"`
}

// bids tells of her applications for seats, wherever they are, and of her time in
// committees: never how she voted, which nobody knows.
func (t *teller) bids(ctx context.Context) error {
	places, err := t.flows.Communities.List(ctx, t.flows.DB, community.Community)
	if err != nil {
		return err
	}
	c := Chapter{File: "seat_applications.json", Title: i18n.T(ctx, "我的席位申请"), Shares: []int{12, 10, 16, 14, 12, 26},
		Columns: []string{i18n.T(ctx, "社区"), i18n.T(ctx, "业态"), i18n.T(ctx, "店铺名称"), i18n.T(ctx, "时间"), i18n.T(ctx, "办到哪一步"), i18n.T(ctx, "要说明的")}}
	data := []toldBid{}
	for _, p := range places {
		some, err := t.bidsIn(ctx, p)
		if err != nil {
			return err
		}
		for _, b := range some {
			for i, s := range b.Steps {
				row := []string{"", "", "", t.stamp(s.At), alliance.StateName(s.State).In(ctx), s.Note}
				if i == 0 {
					row[0], row[1], row[2] = b.Community, b.Trade, b.Form.ShopName
				}
				c.Rows = append(c.Rows, row)
			}
			if len(b.Steps) == 0 {
				c.Rows = append(c.Rows, []string{b.Community, b.Trade, b.Form.ShopName, t.stamp(b.Begun), alliance.StateName(b.State).In(ctx), ""})
			}
		}
		data = append(data, some...)
	}
	c.Data = data
	t.add(c)
	return t.committees(ctx, places)
}

func (t *teller) bidsIn(ctx context.Context, p community.Place) (all []toldBid, err error) {
	tree, err := t.flows.Trades(ctx)
	if err != nil {
		return nil, err
	}
	err = t.flows.DB.View(ctx, p.ID, func(r db.Reader) error {
		all = nil
		mine, err := t.flows.Alliance.ApplicationsOf(ctx, r, p.ID, t.person)
		if err != nil {
			return err
		}
		for _, x := range mine {
			b := toldBid{Community: p.Name, Trade: x.Form.Trade, Begun: x.Begun, State: x.State(), Form: x.Form, Steps: []toldStep{}, Papers: []string{}}
			if trade, err := tree.Find(x.Form.Trade); err == nil {
				b.Trade = trade.Name(i18n.Of(ctx) == i18n.En)
			}
			for _, s := range x.Steps {
				b.Steps = append(b.Steps, toldStep{s.State, s.At, s.Note})
			}
			papers, err := t.flows.Alliance.Documents(ctx, r, p.ID, x.ID)
			if err != nil {
				return err
			}
			for _, d := range papers {
				b.Papers = append(b.Papers, d.Name)
			}
			visits, err := t.flows.Alliance.Visits(ctx, r, p.ID, x.ID)
			if err != nil {
				return err
			}
			for _, v := range visits {
				b.Visits = append(b.Visits, toldVisit{v.On.String(), v.Result, v.Note})
			}
			all = append(all, b)
		}
		return nil
	})
	return all, err
}

// committees tells of her seats in merchant committees, and in which ballots she was
// asked and has voted.
func (t *teller) committees(ctx context.Context, places []community.Place) error {
	type seat struct {
		Community string    `json:"community"`
		From      time.Time `json:"from"`
		Until     time.Time `json:"until"`
		Asked     int       `json:"ballots_asked"`
		Voted     int       `json:"ballots_voted"`
	}
	c := Chapter{File: "committee_seats.json", Title: i18n.T(ctx, "我做过的委员"), Shares: []int{16, 11, 11, 10, 10}, Num: []int{3, 4},
		Columns: []string{i18n.T(ctx, "社区"), i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "请过几次票"), i18n.T(ctx, "投了几次")}}
	data := []seat{}
	for _, p := range places {
		err := t.flows.DB.View(ctx, p.ID, func(r db.Reader) error {
			body, err := t.flows.Committee.Body(ctx, r, p.ID)
			if err != nil || len(body.Members) == 0 {
				return err
			}
			asked, voted, err := t.flows.Committee.Turnout(ctx, r, p.ID, t.person)
			for _, m := range body.Members {
				if m.Person == t.person {
					data = append(data, seat{p.Name, m.From, m.Over(), asked, voted})
					c.Rows = append(c.Rows, []string{p.Name, t.day(m.From), t.day(m.Over()), strconv.Itoa(asked), strconv.Itoa(voted)})
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	c.Data = data
	t.add(c)
	return nil
}

// forgetBids takes away what somebody wrote in applications, wherever they are, with
// their files. What another instance writes is refused with db.ErrElsewhere after the
// rest is done.
func (f *Flows) forgetBids(ctx context.Context, actor db.Actor, who id.ID) error {
	return f.whereKnown(ctx, actor, who, f.Alliance.Mentions, func(ctx context.Context, tx *db.Tx, who id.ID) error {
		files, err := f.Alliance.Forget(ctx, tx, who)
		if err != nil {
			return err
		}
		return f.Files.Drop(ctx, tx, files...)
	})
}

// ErrBids refuses to forget somebody whose application for a seat runs: it is to be
// withdrawn, or decided, first.
var ErrBids = fault.New(fault.Conflict, "erase.application_runs")

// bidsRun refuses somebody with an application that runs.
func (f *Flows) bidsRun(ctx context.Context, who id.ID) error {
	places, err := f.Communities.List(ctx, f.DB, community.Community)
	if err != nil {
		return err
	}
	for _, p := range places {
		err := f.DB.View(ctx, p.ID, func(r db.Reader) error {
			mine, err := f.Alliance.ApplicationsOf(ctx, r, p.ID, who)
			for _, x := range mine {
				if x.Active() && x.State() != alliance.Draft && x.State() != alliance.Listed {
					return ErrBids
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
