package activityweb

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/points"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskOneView is one activity for the desk: who teaches, who comes, what is to be done.
type deskOneView struct {
	portal.Room
	A         *activity.Activity
	x         hers
	names     map[id.ID]string
	Tag       string
	Tone      ui.Tone
	Words     string
	Base      string
	Public    string
	Facts     []ui.Fact
	Adults    []ui.Row
	Keep      bool // may see names, decide and settle
	Dates     []deskDate
	Plain     []ui.Row // the dates for who may only look
	Seats     []deskSeat
	Count     int
	Agree     *ui.Confirm
	Refuse    ui.Form
	CanAnswer bool
	Off       ui.Form
	CanOff    bool
	Enter     ui.Form
	CanEnter  bool
	Sent      portal.Sent
}

// deskDate is a date with what the desk alone may do.
type deskDate struct {
	dateView
	Paid   []deskPaid
	Rules  []ui.Option // by which points can be given
	Points ui.Form
	List   string // of points that were given
}

// deskPaid is what a date came to for a seat, with the form that gives it back.
type deskPaid struct {
	Row  ui.Row
	Form ui.Form
	May  bool
}

// deskSeat is a sign-up, with what the desk may do.
type deskSeat struct {
	Row  ui.Row
	Free *ui.Confirm
}

func (h *Pages) deskOne(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskOne(w, r, portal.Sent{})
}

func (h *Pages) showDeskOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	v, err := h.deskOneOf(r, sent)
	if err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "classes", v.A.Title), deskOnePage(v))
}

func (h *Pages) deskOneOf(r *http.Request, sent portal.Sent) (v deskOneView, err error) {
	ctx := r.Context()
	if v.Room, err = h.Room(r); err != nil {
		return v, err
	}
	if v.A, err = h.activityIn(r, v.ID); err != nil {
		return v, err
	}
	a := v.A
	if v.x, err = h.readHers(ctx, v.ID, a, id.ID{}); err != nil {
		return v, err
	}
	x := &v.x
	v.Sent, v.Keep, v.Words = sent, h.MayIn(ctx, "class_desk.keep", v.ID), why(ctx, a.Words(), a.Cause())
	v.Base, v.Public = v.Desk("classes", "/"+a.ID.String()), openHref(v.Ref, a.ID)
	v.Tone, v.Tag = stateTag(ctx, a, v.Now, a.Free(x.seats))
	v.Facts, v.Count = facts(ctx, a, "", v.Rules.CoinsPerHour), activity.People(x.seats)
	if v.Plain = dateRows(ctx, v.Now.Location(), a); !v.Keep {
		return v, nil
	}
	if v.Adults, err = h.adults(ctx, &v); err != nil {
		return v, err
	}
	v.Off, v.Enter = sent.Ask("off", v.Base+"/off"), sent.Once("seat", v.Base+"/seats")
	switch a.State() {
	case activity.Proposed:
		v.CanAnswer, v.Refuse = true, sent.Ask("refuse", v.Base+"/refusal")
		v.Agree = &ui.Confirm{ID: "agree", Open: i18n.T(ctx, "同意，给邻居看"), Class: "call", Title: i18n.T(ctx, "同意这门课？"), Text: agreeText(ctx, a), Action: v.Base + "/agreement", Do: i18n.T(ctx, "同意")}
	case activity.Open:
		v.CanOff = len(a.Ahead(v.Now)) > 0
		v.CanEnter = a.TakesPart(v.Now) == nil
	}
	if v.names, err = h.names(ctx, v.ID, x.seats); err != nil {
		return v, err
	}
	v.Seats = deskSeats(ctx, &v, x.seats, v.names)
	return v, h.fillDates(ctx, &v, x, v.names)
}

func agreeText(ctx context.Context, a *activity.Activity) string {
	if a.Pay == activity.ByPool {
		return i18n.T(ctx, "邻居马上能报名。来的人不付，每一次由权益池付给老师。")
	}
	return i18n.T(ctx, "邻居马上能报名，老师也会收到通知。")
}

// adults are who teaches and the second adult, with what the house knows of them.
func (h *Pages) adults(ctx context.Context, v *deskOneView) (rows []ui.Row, err error) {
	for _, who := range []id.ID{v.A.Teacher, v.A.Second} {
		if who.IsZero() {
			continue
		}
		name, err := h.MemberCalled(ctx, v.ID, who)
		if err != nil {
			return nil, err
		}
		known, err := h.Flows.VolunteerOf(ctx, v.ID, who)
		if err != nil {
			return nil, err
		}
		one := ui.Row{Icon: "hands", Title: cmp.Or(name, i18n.T(ctx, "一位邻居")), Text: i18n.T(ctx, "第二位大人")}
		if who == v.A.Teacher {
			skill := volunteer.Skill(v.A.Skill)
			one.Text = i18n.T(ctx, "教的是：%s", volunteer.SkillName(skill).In(ctx))
			if known != nil {
				one.Notes = append(one.Notes, volunteer.LevelName(known.Can(skill, v.Today)).In(ctx))
			}
		}
		if known != nil {
			one.Notes = append(one.Notes, volunteer.IdentityName(known.Identity(v.Today)).In(ctx))
		}
		rows = append(rows, one)
	}
	return rows, nil
}

func deskSeats(ctx context.Context, v *deskOneView, seats []*activity.Seat, names map[id.ID]string) (all []deskSeat) {
	rows := seatRows(ctx, v.Now.Location(), seats, names)
	for i, x := range seats {
		s := deskSeat{Row: rows[i]}
		if x.Stands() && v.A.State() == activity.Open && v.A.Next(v.Now) != nil {
			at := x.ID.String()
			s.Free = &ui.Confirm{ID: "end-" + at, Open: i18n.T(ctx, "退掉这个报名"), Class: "sm", Title: i18n.T(ctx, "替%s退掉？", names[x.Member]), Text: freeText(ctx, v.A), Action: v.Base + "/seats/" + at + "/end", Do: i18n.T(ctx, "退掉")}
		}
		all = append(all, s)
	}
	return all
}

func freeText(ctx context.Context, a *activity.Activity) string {
	if a.Pay == activity.BySeat {
		return i18n.T(ctx, "位子给下一位。离下一次很近的，照样补给老师一部分。请先和本人说好。")
	}
	return i18n.T(ctx, "位子给下一位。请先和本人说好。")
}

func (h *Pages) fillDates(ctx context.Context, v *deskOneView, x *hers, names map[id.ID]string) error {
	a := v.A
	if a.State() != activity.Open && a.State() != activity.Off {
		return nil
	}
	of := make(map[id.ID]string)
	for _, s := range x.seats {
		of[s.ID] = names[s.Member]
	}
	return h.view(ctx, v.ID, func(rd db.Reader) error {
		rules, err := h.Flows.Points.Rules(ctx, rd, v.ID)
		if err != nil {
			return err
		}
		given, err := h.svc().Rewarded(ctx, rd, v.ID, a.ID)
		if err != nil {
			return err
		}
		chosen, err := h.svc().Chosen(ctx, rd, v.ID, a.ID)
		if err != nil {
			return err
		}
		for _, d := range dateViews(ctx, v.Now, a, x, names, v.Base, v.Sent, time.Duration(v.Rules.CheckInEarly)*time.Minute) {
			one := deskDate{dateView: d}
			for _, p := range x.settled {
				if p.Session == d.ID {
					one.Paid = append(one.Paid, paidRow(ctx, v, p, of[p.Seat]))
				}
			}
			if list, done := given[d.ID]; done {
				one.List = "/desk/thanks/" + v.Ref + "/lists/" + list.String()
			} else if a.Kind == activity.Event && d.End != nil && d.End.Held {
				one.Rules, one.Points = ruleOptions(v, rules, chosen[d.ID].Rule), v.Sent.Ask("thanks-"+d.ID.String(), v.Base+"/sessions/"+d.ID.String()+"/thanks")
			}
			v.Dates = append(v.Dates, one)
		}
		return nil
	})
}

// ruleOptions are the reasons for points that hold today; the one that was chosen where
// giving them broke off.
func ruleOptions(v *deskOneView, rules []points.Rule, chosen id.ID) (all []ui.Option) {
	for _, r := range rules {
		if chosen.IsZero() && r.Holds(v.Today) || r.ID == chosen {
			all = append(all, ui.Option{Value: r.ID.String(), Text: r.Name, Note: ui.Points(r.Points)})
		}
	}
	return all
}

func paidRow(ctx context.Context, v *deskOneView, p *activity.Settlement, name string) deskPaid {
	key := p.Session.String() + "-" + p.Seat.String()
	x := deskPaid{Row: ui.Row{Title: name, End: ui.ServiceTime(ctx, p.Coins, v.Rules.CoinsPerHour)}, Form: v.Sent.Ask("undo-"+key, v.Base+"/sessions/"+p.Session.String()+"/seats/"+p.Seat.String()+"/undo")}
	switch p.Kind {
	case activity.Late:
		x.Row.Text = i18n.T(ctx, "没来，补给老师")
	case activity.PoolPaid:
		x.Row.Title, x.Row.Text = i18n.T(ctx, "权益池"), i18n.T(ctx, "付给老师")
	default:
		x.Row.Text = i18n.T(ctx, "来了，付给老师")
	}
	if p.UndoSeq != 0 {
		x.Row.Tag, x.Row.Tone = i18n.T(ctx, "退回了"), ui.Tell
	}
	x.May = p.UndoSeq == 0 && !v.Now.After(p.At.AddDate(0, 0, v.Rules.DisputeDays))
	return x
}

// export takes along who signed up, for who has to call them.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := h.deskOneOf(r, portal.Sent{})
	if err != nil {
		return err
	}
	return portal.Take(w, r, a.A.Title, cmp.Or(r.FormValue("format"), "csv"), seatTable(ctx, &a.x, a.names))
}

// seatTable are those who signed up, with what they came to. Both are of one reading.
func seatTable(ctx context.Context, x *hers, names map[id.ID]string) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "报名"), Head: []string{i18n.T(ctx, "称呼"), i18n.T(ctx, "报名"), i18n.T(ctx, "几个人"), i18n.T(ctx, "来了几次"), i18n.T(ctx, "抵扣权益")}}
	for _, s := range x.seats {
		var coins money.Amount
		for _, p := range x.settled {
			if p.Seat == s.ID && p.UndoSeq == 0 {
				coins += p.Coins
			}
		}
		came := 0
		for _, c := range x.came {
			if c.Seat == s.ID {
				came++
			}
		}
		_, state := seatTag(ctx, s.State)
		t.Rows = append(t.Rows, append(sheet.Texts(names[s.Member], state), sheet.Figure(strconv.Itoa(s.People)), sheet.Figure(strconv.Itoa(came)), sheet.Figure(coins.Decimal(money.Coin))))
	}
	return t
}
