package trainingweb

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/training"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView is a community's training for the office.
type deskView struct {
	portal.Room
	Ahead, Past []ui.Row
	Quarter     ui.Table
	Sent        portal.Sent
	May         bool
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Sent: sent, May: h.MayIn(ctx, "training.keep", room.ID)}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		ahead, err := h.svc().Between(ctx, rd, room.ID, room.Now.Add(-12*time.Hour), room.Now.AddDate(1, 0, 0))
		if err != nil {
			return err
		}
		past, err := h.svc().Before(ctx, rd, room.ID, room.Now.Add(-12*time.Hour), lookBack)
		if err != nil {
			return err
		}
		if v.Ahead, err = h.deskRows(ctx, rd, &room, ahead); err != nil {
			return err
		}
		if v.Past, err = h.deskRows(ctx, rd, &room, past); err != nil {
			return err
		}
		v.Quarter, err = h.quarterTable(ctx, rd, &room)
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "training", i18n.T(ctx, "培训会")), deskPage(v))
}

func (h *Pages) deskRows(ctx context.Context, rd db.Reader, room *portal.Room, all []*training.Session) (rows []ui.Row, err error) {
	for _, s := range all {
		row := ui.Row{Href: room.Desk("training", "/"+s.ID.String()), Icon: "people", Title: s.Title, Text: ui.Moment(ctx, room.Local(s.Begins)), Notes: []string{s.Place}}
		queue, err := h.svc().Queue(ctx, rd, room.ID, s)
		if err != nil {
			return nil, err
		}
		there, err := h.svc().Attendances(ctx, rd, room.ID, s.ID)
		switch {
		case err != nil:
			return nil, err
		case s.Off != nil:
			row.Tag, row.Tone = i18n.T(ctx, "取消了"), ui.Bad
		case room.Now.Before(s.Begins):
			row.EndNote = i18n.T(ctx, "报名 %d / %d 座", len(queue), s.Seats)
		default:
			row.EndNote = i18n.T(ctx, "到了 %d 家", len(there))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// quarterTable says how often each shop was there in this quarter.
func (h *Pages) quarterTable(ctx context.Context, rd db.Reader, room *portal.Room) (t ui.Table, err error) {
	t = ui.Table{Caption: i18n.T(ctx, "本季度到会次数"), Columns: []ui.Column{{Text: i18n.T(ctx, "店铺"), Title: true}, {Text: i18n.T(ctx, "行业"), Rare: true}, {Text: i18n.T(ctx, "到会"), Num: true}, {Text: i18n.T(ctx, "满勤"), Num: true}},
		Empty: ui.EmptyView{Icon: "store", Title: i18n.T(ctx, "还没有店铺"), Text: i18n.T(ctx, "店加入联盟以后，就会出现在这里。")}}
	from, to := quarter(room.Today)
	count, err := h.svc().Attended(ctx, rd, room.ID, from.Start(room.Now.Location()), to.Start(room.Now.Location()))
	for _, m := range room.Order {
		t.Rows = append(t.Rows, ui.TableRow{Cells: ui.Cells(room.ShopName(ctx, m.ID), m.Trade(ctx), strconv.Itoa(count[m.ID]), strconv.Itoa(room.Rules.TrainingPerQuarter))})
	}
	t.Total = len(t.Rows)
	return t, err
}

// export takes a quarter's attendance along; "month" names a month of the quarter.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	day := room.Today
	if m, err := period.ParseMonth(r.FormValue("month")); err == nil {
		day = m.First()
	}
	from, to := quarter(day)
	t := sheet.Table{Name: i18n.T(ctx, "培训会到会"), Head: []string{i18n.T(ctx, "店号"), i18n.T(ctx, "店铺"), i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "到会次数")}}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		count, err := h.svc().Attended(ctx, rd, room.ID, from.Start(room.Now.Location()), to.Start(room.Now.Location()))
		for _, m := range room.Order {
			t.Rows = append(t.Rows, append(sheet.Texts(m.Ref, room.ShopName(ctx, m.ID), from.String(), (to-1).String()), sheet.Figure(strconv.Itoa(count[m.ID]))))
		}
		return err
	})
	if err != nil {
		return err
	}
	return portal.Take(w, r, i18n.T(ctx, "培训会到会"), cmp.Or(r.FormValue("format"), "csv"), t)
}

func (h *Pages) plan(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	err = h.planned(ctx, r, &room)
	return portal.Done(w, r, err, room.Desk("training", ""), "plan", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

func (h *Pages) planned(ctx context.Context, r *http.Request, room *portal.Room) error {
	begins, err := portal.MomentIn(r, "begins", "clock", room.Now.Location())
	if err != nil {
		return err
	}
	minutes, _ := strconv.Atoi(r.FormValue("minutes"))
	seats, _ := strconv.Atoi(r.FormValue("seats"))
	weeks, _ := strconv.Atoi(r.FormValue("weeks"))
	s := training.Session{Title: strings.TrimSpace(r.FormValue("title")), About: portal.Prose(r, "about"), Place: strings.TrimSpace(r.FormValue("place")),
		Host: strings.TrimSpace(r.FormValue("host")), Begins: begins, Ends: begins.Add(time.Duration(minutes) * time.Minute), Seats: seats}
	return h.update(ctx, room.ID, func(tx *db.Tx) error {
		_, err := h.svc().Plan(ctx, tx, s, weeks)
		return err
	})
}

// roomView is one session for the office.
type roomView struct {
	portal.Room
	*training.Session
	Base      string
	When      string
	Queue     []ui.Row
	Shops     []ui.Option
	There     []string
	Count     int
	Materials []training.Material
	Feedback  []ui.Row
	Minutes   string
	Begun     bool
	MayList   bool
	May       bool
	Sent      portal.Sent
}

func (h *Pages) room(w http.ResponseWriter, r *http.Request) error {
	return h.showRoom(w, r, portal.Sent{})
}

func (h *Pages) showRoom(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	s, err := h.sessionIn(r, room.ID)
	if err != nil {
		return err
	}
	v := roomView{Room: room, Session: s, Base: room.Desk("training", "/"+s.ID.String()), When: when(ctx, &room, s), Sent: sent, Begun: !room.Now.Before(s.Begins), May: h.MayIn(ctx, "training.keep", room.ID)}
	v.MayList = v.May && v.Begun && s.Off == nil && !room.Now.After(s.Ends.Add(training.ListUntil))
	if err := h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error { return h.fillRoom(ctx, rd, &v) }); err != nil {
		return err
	}
	shell := h.DeskShell(ctx, "training", s.Title)
	return h.ShowSent(w, r, sent, shell, roomPage(v))
}

func (h *Pages) fillRoom(ctx context.Context, rd db.Reader, v *roomView) error {
	queue, err := h.svc().Queue(ctx, rd, v.Room.ID, v.Session)
	if err != nil {
		return err
	}
	for _, u := range queue {
		row := ui.Row{Icon: "store", Title: v.ShopName(ctx, u.Shop), Text: ui.Moment(ctx, v.Local(u.At)), Tag: i18n.T(ctx, "有座"), Tone: ui.OK}
		if u.Waiting > 0 {
			row.Tag, row.Tone = i18n.T(ctx, "排第 %d", u.Waiting), ui.Soon
		}
		v.Queue = append(v.Queue, row)
	}
	there, err := h.svc().Attendances(ctx, rd, v.Room.ID, v.Session.ID)
	if err != nil {
		return err
	}
	for _, a := range there {
		v.There = append(v.There, a.Shop.String())
	}
	v.Count, v.Shops = len(there), v.ShopOptions()
	if v.Materials, err = h.svc().Materials(ctx, rd, v.Room.ID, v.Session.ID); err != nil {
		return err
	}
	feedback, err := h.svc().Feedbacks(ctx, rd, v.Room.ID, v.Session.ID)
	if err != nil {
		return err
	}
	for _, f := range feedback {
		v.Feedback = append(v.Feedback, ui.Row{Icon: "star", Title: stars(ctx, f.Stars), Text: f.Words, EndNote: v.ShopName(ctx, f.Shop)})
	}
	minutes, err := h.svc().MinutesOf(ctx, rd, v.Room.ID, v.Session.ID)
	if len(minutes) > 0 {
		v.Minutes = minutes[0].Words
	}
	return err
}

// keep does something with the session in an address.
func (h *Pages) keep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, community, session id.ID) error) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	session, err := id.Parse(r.PathValue("session"))
	if err != nil {
		return training.ErrNotFound
	}
	to := "/desk/training/" + c.Ref + "/" + session.String()
	return portal.Done(w, r, do(r.Context(), c.ID, session), to, form, func(s portal.Sent) error { return h.showRoom(w, r, s) })
}

func (h *Pages) callOff(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "off", func(ctx context.Context, community, session id.ID) error {
		return h.Flows.CallOffTraining(ctx, community, session, authz.Of(ctx).Actor(), strings.TrimSpace(r.FormValue("words")))
	})
}

func (h *Pages) note(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "list", func(ctx context.Context, community, session id.ID) error {
		var there []id.ID
		for _, s := range r.PostForm["there"] {
			shop, err := id.Parse(s)
			if err != nil {
				return training.ErrNotFound
			}
			there = append(there, shop)
		}
		return h.update(ctx, community, func(tx *db.Tx) error {
			for _, shop := range there {
				if _, err := h.Flows.Merchants.ByID(ctx, tx, community, shop); err != nil {
					return err
				}
			}
			return h.svc().List(ctx, tx, session, there, strings.TrimSpace(r.FormValue("words")))
		})
	})
}

func (h *Pages) record(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "minutes", func(ctx context.Context, community, session id.ID) error {
		words := portal.Prose(r, "minutes")
		return h.update(ctx, community, func(tx *db.Tx) error { return h.svc().Record(ctx, tx, session, words) })
	})
}

func (h *Pages) hand(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "material", func(ctx context.Context, community, session id.ID) error {
		file, err := portal.DocumentIn(r, "file")
		if err != nil {
			return err
		}
		m := training.Material{Session: session, Title: strings.TrimSpace(r.FormValue("material_title")), Link: strings.TrimSpace(r.FormValue("link"))}
		return h.Flows.HandMaterial(ctx, community, authz.Of(ctx).Actor(), m, file)
	})
}

func (h *Pages) takeBack(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "material", func(ctx context.Context, community, session id.ID) error {
		material, err := id.Parse(r.PathValue("material"))
		if err != nil {
			return training.ErrNoMaterial
		}
		return h.update(ctx, community, func(tx *db.Tx) error { return h.svc().TakeBack(ctx, tx, session, material) })
	})
}
