package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/activity"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// classes tells what she taught and what she signed up for, on which dates she came and what
// they came to. Who else came is not told.
func (t *teller) classes(ctx context.Context) error {
	type taught struct {
		Title string         `json:"title"`
		About string         `json:"about,omitempty"`
		Place string         `json:"place"`
		At    time.Time      `json:"proposed_at"`
		State activity.State `json:"state"`
		Dates []time.Time    `json:"dates"`
	}
	type date struct {
		Begins time.Time    `json:"begins_at"`
		Came   bool         `json:"came"`
		Said   time.Time    `json:"excused_at,omitzero"`
		Coins  money.Amount `json:"coins_hundredths,omitempty"`
		Undone bool         `json:"given_back,omitempty"`
	}
	type seat struct {
		Title  string             `json:"title"`
		People int                `json:"people"`
		At     time.Time          `json:"signed_up_at"`
		State  activity.SeatState `json:"state"`
		Dates  []date             `json:"dates"`
		Thanks string             `json:"thanks,omitempty"`
	}
	data := struct {
		Taught []taught `json:"taught"`
		Seats  []seat   `json:"signed_up"`
	}{[]taught{}, []seat{}}
	c := Chapter{File: "classes.json", Title: i18n.T(ctx, "课和活动"), Num: []int{2}, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "名称"), i18n.T(ctx, "抵扣权益"), i18n.T(ctx, "结果")}}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		own, err := t.flows.Activities.TaughtBy(ctx, r, b.Community.ID, b.Member.ID)
		if err != nil {
			return err
		}
		for _, a := range own {
			one := taught{Title: a.Title, About: a.About, Place: a.Place, At: a.At, State: a.State()}
			for _, s := range a.Sessions {
				one.Dates = append(one.Dates, s.Begins)
			}
			data.Taught = append(data.Taught, one)
			c.Rows = append(c.Rows, []string{t.stamp(a.At), i18n.T(ctx, "教：%s", a.Title), "", ""})
		}
		seats, err := t.flows.Activities.SeatsOf(ctx, r, b.Community.ID, b.Member.ID)
		if err != nil {
			return err
		}
		for _, x := range seats {
			told, err := t.flows.toldSeat(ctx, r, b.Community.ID, x)
			if err != nil {
				return err
			}
			one := seat{Title: told.title, People: x.People, At: x.At, State: x.State, Thanks: told.thanks, Dates: []date{}}
			var coins money.Amount
			for _, d := range told.dates {
				one.Dates = append(one.Dates, date(d))
				if !d.Undone {
					coins += d.Coins
				}
			}
			data.Seats = append(data.Seats, one)
			c.Rows = append(c.Rows, []string{t.stamp(x.At), i18n.T(ctx, "报名：%s", told.title), coins.Decimal(money.Coin), ""})
		}
		return nil
	})
	c.Data = data
	t.add(c)
	return err
}

// seatTold is what one sign-up came to.
type seatTold struct {
	title, thanks string
	dates         []dateTold
}

type dateTold struct {
	Begins time.Time
	Came   bool
	Said   time.Time
	Coins  money.Amount
	Undone bool
}

func (f *Flows) toldSeat(ctx context.Context, r db.Reader, community id.ID, x *activity.Seat) (told seatTold, err error) {
	a, err := f.Activities.ByID(ctx, r, community, x.Activity)
	if err != nil {
		return told, err
	}
	came, err := f.Activities.Attendance(ctx, r, community, a.ID)
	if err != nil {
		return told, err
	}
	excused, err := f.Activities.Excused(ctx, r, community, a.ID)
	if err != nil {
		return told, err
	}
	settled, err := f.Activities.Settlements(ctx, r, community, a.ID)
	if err != nil {
		return told, err
	}
	words, err := f.Activities.Thanks(ctx, r, community, a.ID)
	for _, w := range words {
		if w.Seat == x.ID {
			told.thanks = w.Words
		}
	}
	told.title = a.Title
	for _, s := range a.Sessions {
		d := dateTold{Begins: s.Begins, Said: excused[[2]id.ID{s.ID, x.ID}]}
		for _, c := range came {
			d.Came = d.Came || c.Session == s.ID && c.Seat == x.ID
		}
		for _, p := range settled {
			if p.Session == s.ID && p.Seat == x.ID {
				d.Coins, d.Undone = p.Coins, p.UndoSeq != 0
			}
		}
		told.dates = append(told.dates, d)
	}
	return told, err
}
