package recruitweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/recruit"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView are a community's calls for the office.
type deskView struct {
	portal.Room
	Rows  []ui.Row
	Again []ui.Option // calls that found nobody
	May   bool
	Sent  portal.Sent
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
	v := deskView{Room: room, Sent: sent, May: h.Engine.May(ctx, authz.Of(ctx), "call.keep", authz.Resource{Place: room.ID}) == nil}
	v.Again = []ui.Option{{Text: i18n.T(ctx, "不是，新的一次")}}
	err = h.view(ctx, func(rd db.Reader) error {
		all, err := h.svc().Calls(ctx, rd, room.ID, listed)
		if err != nil {
			return err
		}
		for _, c := range all {
			row := callRow(ctx, &room, c, room.Desk("calls", "/"+c.ID.String()))
			came, err := h.svc().Applications(ctx, rd, c.ID)
			if err != nil {
				return err
			}
			waiting, chosen := 0, 0
			for _, a := range came {
				switch {
				case a.Answered == nil:
					waiting++
				case a.Answered.Answer == recruit.Appointed:
					chosen++
				}
			}
			row.Notes = append(row.Notes, i18n.T(ctx, "报名 %d 人，等答复 %d 人，任命 %d 人", len(came), waiting, chosen))
			if chosen == 0 && !c.Open(room.Now) {
				v.Again = append(v.Again, ui.Option{Value: c.ID.String(), Text: c.Title})
			}
			v.Rows = append(v.Rows, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "calls", i18n.T(ctx, "招贤令")), deskPage(v))
}

func (h *Pages) publish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	err = func() error {
		until, err := period.ParseDay(r.FormValue("until"))
		if err != nil {
			return recruit.ErrBadUntil.On("until")
		}
		wanted, _ := strconv.Atoi(r.FormValue("wanted"))
		months, _ := strconv.Atoi(r.FormValue("months"))
		c := recruit.Call{Home: room.ID, Role: authz.Role(r.FormValue("role")), Title: strings.TrimSpace(r.FormValue("title")), Conditions: portal.Prose(r, "conditions"),
			Wanted: wanted, Months: months, Until: (until + 1).Start(room.Now.Location())}
		if s := r.FormValue("reopens"); s != "" {
			if c.Reopens, err = id.Parse(s); err != nil {
				return recruit.ErrNoCall
			}
		}
		return h.Flows.PublishCall(ctx, authz.Of(ctx).Actor(), r.FormValue(ui.TokenName), c)
	}()
	return portal.Done(w, r, err, room.Desk("calls", ""), "publish", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

// reviewView is one call with its applications, for the office.
type reviewView struct {
	portal.Room
	*recruit.Call
	Base     string
	RoleName string
	Came     []cameView
	Open     bool
	May      bool
	Sent     portal.Sent
}

// cameView is one application.
type cameView struct {
	*recruit.Application
	Name  string
	Notes []recruit.Note
}

func (h *Pages) review(w http.ResponseWriter, r *http.Request) error {
	return h.showReview(w, r, portal.Sent{})
}

// showReview shows who applied; each of them sees that it was looked at.
func (h *Pages) showReview(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	c, err := h.callIn(r, room.ID)
	if err != nil {
		return err
	}
	v := reviewView{Room: room, Call: c, Base: room.Desk("calls", "/"+c.ID.String()), RoleName: access.Name(c.Role).In(ctx), Open: c.Open(room.Now), Sent: sent,
		May: h.Engine.May(ctx, authz.Of(ctx), "call.keep", authz.Resource{Place: room.ID}) == nil}
	var who []id.ID
	err = h.view(ctx, func(rd db.Reader) error {
		all, err := h.svc().Applications(ctx, rd, c.ID)
		if err != nil {
			return err
		}
		for _, a := range all {
			who = append(who, a.Person)
		}
		people, err := h.Flows.People.ByIDs(ctx, rd, who)
		for _, a := range all {
			x := cameView{Application: a}
			if p := people[a.Person]; p != nil {
				x.Name = p.Name
			}
			if err == nil {
				x.Notes, err = h.svc().Notes(ctx, rd, a.ID)
			}
			v.Came = append(v.Came, x)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := h.Looked(ctx, who, privacy.Profile, i18n.M("审看招贤令的报名").Key); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "calls", c.Title), reviewPage(v))
}

// keep does something with the call in an address.
func (h *Pages) keep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, room *portal.Room, c *recruit.Call) error) error {
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	c, err := h.callIn(r, room.ID)
	if err != nil {
		return err
	}
	return portal.Done(w, r, do(r.Context(), &room, c), room.Desk("calls", "/"+c.ID.String()), form, func(s portal.Sent) error { return h.showReview(w, r, s) })
}

func (h *Pages) end(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "end", func(ctx context.Context, _ *portal.Room, c *recruit.Call) error {
		return h.Flows.DB.Update(ctx, id.Tilde, authz.Of(ctx).Actor(), func(tx *db.Tx) error {
			_, err := h.svc().Close(ctx, tx, c.ID, strings.TrimSpace(r.FormValue("words")))
			return err
		})
	})
}

// application is the one in an address, of the call in it.
func (h *Pages) application(r *http.Request, c *recruit.Call) (at id.ID, err error) {
	if at, err = id.Parse(r.PathValue("application")); err != nil {
		return at, recruit.ErrNoApplication
	}
	err = h.view(r.Context(), func(rd db.Reader) error {
		a, err := h.svc().ApplicationByID(r.Context(), rd, at)
		if err == nil && a.Call != c.ID {
			err = recruit.ErrNoApplication
		}
		return err
	})
	return at, err
}

func (h *Pages) note(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "a-"+r.PathValue("application"), func(ctx context.Context, room *portal.Room, c *recruit.Call) error {
		at, err := h.application(r, c)
		if err != nil {
			return err
		}
		n := recruit.Note{Words: strings.TrimSpace(r.FormValue("words"))}
		if r.FormValue("interview") != "" {
			if n.Interview, err = portal.MomentIn(r, "interview", "clock", room.Now.Location()); err != nil {
				return err
			}
		}
		return h.Flows.InviteApplicant(ctx, authz.Of(ctx).Actor(), at, n)
	})
}

func (h *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "b-"+r.PathValue("application"), func(ctx context.Context, _ *portal.Room, c *recruit.Call) error {
		at, err := h.application(r, c)
		if err != nil {
			return err
		}
		to := recruit.Refused
		if r.FormValue("answer") == string(recruit.Appointed) {
			to = recruit.Appointed
		}
		return h.Flows.AnswerCall(ctx, h.Engine, authz.Of(ctx), at, to, strings.TrimSpace(r.FormValue("words")))
	})
}

func roleOptions(ctx context.Context) (options []ui.Option) {
	for _, r := range flow.Recruited {
		options = append(options, ui.Option{Value: string(r), Text: access.Name(r).In(ctx)})
	}
	return options
}
