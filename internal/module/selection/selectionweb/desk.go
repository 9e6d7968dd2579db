package selectionweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/selection"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView are a community's meetings for the office.
type deskView struct {
	portal.Room
	Rows []ui.Row
	May  bool
	Sent portal.Sent
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
	v := deskView{Room: room, Sent: sent, May: h.MayIn(ctx, "selection.keep", room.ID)}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.svc().Latest(ctx, rd, room.ID, listed)
		for _, m := range all {
			v.Rows = append(v.Rows, meetingRow(ctx, &room, m, room.Desk("selection", "/"+m.ID.String())))
		}
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "selection", i18n.T(ctx, "选品会")), deskPage(v))
}

func (h *Pages) call(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	err = func() error {
		begins, err := portal.MomentIn(r, "begins", "clock", room.Now.Location())
		if err != nil {
			return err
		}
		until, err := portal.MomentIn(r, "votes_until", "votes_clock", room.Now.Location())
		if err != nil {
			return err
		}
		seats, _ := strconv.Atoi(r.FormValue("seats"))
		m := selection.Meeting{Title: strings.TrimSpace(r.FormValue("title")), Agenda: portal.Prose(r, "agenda"), Place: strings.TrimSpace(r.FormValue("place")), Begins: begins, VotesUntil: until, Seats: seats}
		return h.Flows.CallSelection(ctx, room.ID, authz.Of(ctx).Actor(), r.FormValue(ui.TokenName), m)
	}()
	return portal.Done(w, r, err, room.Desk("selection", ""), "call", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

// tableView is one meeting for the office.
type tableView struct {
	portal.Room
	*selection.Meeting
	Base      string
	Guests    int
	Leaders   int
	Proposals []ranked
	Voting    bool
	Begun     bool
	May       bool
	Sent      portal.Sent
}

// ranked is a proposal with what was said of it.
type ranked struct {
	*selection.Proposal
	Notes  []selection.Note
	Answer string
}

func (h *Pages) table(w http.ResponseWriter, r *http.Request) error {
	return h.showTable(w, r, portal.Sent{})
}

func (h *Pages) showTable(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	m, err := h.meetingIn(r, room.ID)
	if err != nil {
		return err
	}
	v := tableView{Room: room, Meeting: m, Base: room.Desk("selection", "/"+m.ID.String()), Voting: m.Voting(room.Now), Begun: !room.Now.Before(m.Begins), May: h.MayIn(ctx, "selection.keep", room.ID), Sent: sent}
	if err := h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error { return h.fillTable(ctx, rd, &v) }); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "selection", m.Title), tablePage(v))
}

func (h *Pages) fillTable(ctx context.Context, rd db.Reader, v *tableView) error {
	guests, err := h.svc().Guests(ctx, rd, v.Room.ID, v.Meeting.ID)
	if err != nil {
		return err
	}
	for _, g := range guests {
		if v.Guests++; g.Leader {
			v.Leaders++
		}
	}
	all, err := h.svc().Proposals(ctx, rd, v.Room.ID, v.Meeting.ID)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b *selection.Proposal) int { return cmp.Or(b.Votes-a.Votes, b.Seconds-a.Seconds) })
	for _, p := range all {
		x := ranked{Proposal: p, Answer: answer(ctx, &v.Room, p)}
		if x.Notes, err = h.svc().Notes(ctx, rd, v.Room.ID, p.ID); err != nil {
			return err
		}
		v.Proposals = append(v.Proposals, x)
	}
	return nil
}

// keep does something with the meeting in an address.
func (h *Pages) keep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, community, meeting id.ID) error) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	meeting, err := id.Parse(r.PathValue("meeting"))
	if err != nil {
		return selection.ErrNoMeeting
	}
	return portal.Done(w, r, do(r.Context(), c.ID, meeting), "/desk/selection/"+c.Ref+"/"+meeting.String(), form, func(s portal.Sent) error { return h.showTable(w, r, s) })
}

func (h *Pages) callOff(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "off", func(ctx context.Context, community, meeting id.ID) error {
		return h.Flows.CallOffSelection(ctx, community, meeting, authz.Of(ctx).Actor(), strings.TrimSpace(r.FormValue("words")))
	})
}

func (h *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "outcome-"+r.PathValue("proposal"), func(ctx context.Context, community, _ id.ID) error {
		p, err := proposal(r)
		if err != nil {
			return err
		}
		o := selection.Outcome{Result: selection.Result(r.FormValue("result")), Owner: strings.TrimSpace(r.FormValue("owner")), Words: strings.TrimSpace(r.FormValue("words"))}
		if s := r.FormValue("shop"); s != "" && o.Result == selection.TakenUp {
			if o.Shop, err = id.Parse(s); err != nil {
				return selection.ErrBadResult.On("result")
			}
		}
		return h.Flows.DecideSelection(ctx, community, p, authz.Of(ctx).Actor(), o)
	})
}

func (h *Pages) strike(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "strike-"+r.PathValue("proposal"), func(ctx context.Context, community, _ id.ID) error {
		p, err := proposal(r)
		if err != nil {
			return err
		}
		return h.Flows.WithdrawSelection(ctx, community, p, authz.Of(ctx).Actor(), strings.TrimSpace(r.FormValue("words")))
	})
}

// export takes the proposals of a meeting along, without who made them.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	m, err := h.meetingIn(r, room.ID)
	if err != nil {
		return err
	}
	v := tableView{Room: room, Meeting: m}
	if err := h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error { return h.fillTable(ctx, rd, &v) }); err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "选品会"), Head: []string{i18n.T(ctx, "提了什么"), i18n.T(ctx, "哪一类"), i18n.T(ctx, "为什么"), i18n.T(ctx, "附议"), i18n.T(ctx, "票"), i18n.T(ctx, "尝过的人"), i18n.T(ctx, "下文")}}
	for _, p := range v.Proposals {
		row := sheet.Texts(p.Title, selection.KindName(p.Kind).In(ctx), p.Words)
		row = append(row, sheet.Figure(strconv.Itoa(p.Seconds)), sheet.Figure(strconv.Itoa(p.Votes)), sheet.Figure(strconv.Itoa(len(p.Notes))))
		t.Rows = append(t.Rows, append(row, sheet.Value{Text: p.Answer}))
	}
	return portal.Take(w, r, m.Title, cmp.Or(r.FormValue("format"), "csv"), t)
}
