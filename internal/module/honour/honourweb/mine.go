package honourweb

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/honour"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// mineView is what a member nominated, and what she was nominated for.
type mineView struct {
	Wall    string
	Asked   []askedView
	Made    []madeView
	Open    []ui.Row
	Done    bool
	Refused string // why something was not done
}

// askedView is a call in which she was nominated.
type askedView struct {
	Call    id.ID
	Title   string
	State   string
	Answer  string
	Reasons []string
	Screen  string
	Fixed   bool // nothing can be answered any more but the name on the wall
	Paper   string
}

// madeView is a nomination that she made.
type madeView struct {
	ID     id.ID
	Title  string
	Reason string
	Open   bool
	Gone   bool
}

func (h *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	return h.showMine(w, r, http.StatusOK, "")
}

func (h *Pages) showMine(w http.ResponseWriter, r *http.Request, status int, refused string) error {
	ctx := r.Context()
	s := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "评选和荣誉"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	b, err := h.home(ctx)
	if err != nil {
		return err
	}
	if b == nil {
		return h.ShowAs(w, r, status, httpkit.Private, s, noMember())
	}
	v := mineView{Wall: wallHref(b.Community), Done: r.FormValue("done") != "", Refused: refused}
	err = h.Flows.DB.View(ctx, b.Community.ID, func(rd db.Reader) error { return h.fillMine(ctx, rd, b, &v) })
	if err != nil {
		return err
	}
	return h.ShowAs(w, r, status, httpkit.Private, s, minePage(v))
}

func (h *Pages) fillMine(ctx context.Context, rd db.Reader, b *flow.Belonging, v *mineView) error {
	at, now := b.Community.ID, h.now()
	calls, err := h.Flows.Honours.Calls(ctx, rd, at, 0)
	if err != nil {
		return err
	}
	byID := make(map[id.ID]*honour.Call)
	for _, c := range calls {
		byID[c.ID] = c
		if p := c.Phase(now); p == honour.Nominating || p == honour.Voting {
			text, tone := phaseName(ctx, c, now)
			v.Open = append(v.Open, ui.Row{Href: callHref(b.Community, c.ID), Icon: "vote", Title: c.Title, Text: carries(ctx, c), Notes: []string{text}, Tag: phaseTag(ctx, c, now), Tone: tone})
		}
	}
	as, err := h.Flows.Honours.NominatedAs(ctx, rd, at, b.Member.ID)
	if err != nil {
		return err
	}
	for _, n := range as {
		c := byID[n.Call]
		if c == nil || c.Phase(now) == honour.Off {
			continue
		}
		x := askedView{Call: c.ID, Title: i18n.T(ctx, "%s 年，%s", itoa(c.Year), c.Title), Answer: n.Answer, Fixed: c.Phase(now) == honour.Over || c.Phase(now) == honour.Counting}
		x.State, _ = phaseName(ctx, c, now)
		for _, m := range n.Reasons {
			if !m.Withdrawn {
				x.Reasons = append(x.Reasons, m.Reason)
			}
		}
		if n.Verdict != "" {
			x.Screen = n.Words
		}
		awards, err := h.Flows.Honours.Awards(ctx, rd, at, c.ID)
		if err != nil {
			return err
		}
		if _, ok := awards[b.Member.ID]; ok {
			x.Paper = "/me/honours/" + c.ID.String() + "/certificate"
		}
		v.Asked = append(v.Asked, x)
	}
	made, err := h.Flows.Honours.NominationsBy(ctx, rd, at, b.Member.ID)
	for _, n := range made {
		if c := byID[n.Call]; c != nil {
			v.Made = append(v.Made, madeView{ID: n.ID, Title: c.Title, Reason: n.Reason, Open: !n.Withdrawn && c.Phase(now) == honour.Nominating, Gone: n.Withdrawn})
		}
	}
	return err
}

// onMine does something as a member at home, and leads back; a refusal stands on the
// page.
func (h *Pages) onMine(w http.ResponseWriter, r *http.Request, name string, do func(b *flow.Belonging, at id.ID) error) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue(name))
	if err != nil {
		return honour.ErrNotFound
	}
	b, err := h.home(ctx)
	if err == nil && b == nil {
		err = honour.ErrNotMember
	}
	if err != nil {
		return err
	}
	if err := do(b, at); err != nil {
		wrong, status, err := portal.Wrong(ctx, err)
		if err != nil {
			return err
		}
		return h.showMine(w, r, status, wrong[0].Text)
	}
	http.Redirect(w, r, "/me/honours?done=1", http.StatusSeeOther)
	return nil
}

func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return h.onMine(w, r, "nomination", func(b *flow.Belonging, at id.ID) error {
		return h.Flows.WithdrawNomination(r.Context(), b.Community.ID, actor(r.Context()), b.Member.ID, at)
	})
}

func (h *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	return h.onMine(w, r, "call", func(b *flow.Belonging, at id.ID) error {
		return h.Flows.AnswerNomination(r.Context(), b.Community.ID, actor(r.Context()), at, b.Member.ID, r.PostFormValue("answer"))
	})
}

// onCall does something as a member at home in a call, and leads back to it; what is
// to be mended stands in its form.
func (h *Pages) onCall(w http.ResponseWriter, r *http.Request, form string, do func(b *flow.Belonging, at id.ID) error) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("call"))
	if err != nil {
		return honour.ErrNotFound
	}
	b, err := h.home(ctx)
	if err == nil && b == nil {
		err = honour.ErrNotMember
	}
	if err != nil {
		return err
	}
	if err := do(b, at); err != nil {
		wrong, status, err := portal.Wrong(ctx, err)
		if err != nil {
			return err
		}
		return h.showCall(w, r, status, b.Community, at, form, wrong)
	}
	http.Redirect(w, r, callHref(b.Community, at)+"?"+url.Values{"done": {form}}.Encode(), http.StatusSeeOther)
	return nil
}

// nominate notes her word for a neighbour, found by name and number, or for a shop.
func (h *Pages) nominate(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return h.onCall(w, r, "nominate", func(b *flow.Belonging, at id.ID) error {
		nominee := party.Owner{Kind: party.Member}
		if shop := r.PostFormValue("shop"); shop != "" {
			x, err := id.Parse(shop)
			if err != nil {
				return honour.ErrWrongSort.On("shop")
			}
			nominee = party.Owner{Kind: party.Merchant, ID: x}
		} else {
			who, err := h.Flows.Neighbour(ctx, b.Community.ID, r.PostFormValue("phone"), r.PostFormValue("name"))
			if err != nil {
				return err
			}
			nominee.ID = who
		}
		return h.Flows.Nominate(ctx, b.Community.ID, actor(ctx), at, b.Member.ID, nominee, r.PostFormValue("reason"))
	})
}

// vote notes her vote; a juror's is another one.
func (h *Pages) vote(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return h.onCall(w, r, "vote", func(b *flow.Belonging, at id.ID) error {
		who, err := id.Parse(r.PostFormValue("nominee"))
		if err != nil {
			return honour.ErrNotStanding
		}
		if r.PostFormValue("jury") != "" && authz.Of(ctx).For.IsZero() {
			return h.Flows.JudgeHonour(ctx, b.Community.ID, actor(ctx), at, who)
		}
		return h.Flows.VoteHonour(ctx, b.Community.ID, actor(ctx), at, b.Member.ID, who)
	})
}

// certificate is the paper of an honour that was handed over, for its holder.
func (h *Pages) certificate(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("call"))
	if err != nil {
		return honour.ErrNotFound
	}
	who, _, err := h.Me(ctx)
	if err != nil {
		return err
	}
	b, err := h.home(ctx)
	if err != nil {
		return err
	}
	if b == nil {
		return honour.ErrNotFound
	}
	var c *honour.Call
	var a honour.Award
	err = h.Flows.DB.View(ctx, b.Community.ID, func(rd db.Reader) error {
		if c, err = h.Flows.Honours.Call(ctx, rd, b.Community.ID, at); err != nil {
			return err
		}
		all, err := h.Flows.Honours.Awards(ctx, rd, b.Community.ID, at)
		if a = all[b.Member.ID]; err == nil && a.At.IsZero() {
			err = honour.ErrNotFound
		}
		return err
	})
	if err != nil {
		return err
	}
	d := paper.New(i18n.T(ctx, "荣誉证书"), portal.PlaceName(b.Community))
	d.Heading(i18n.T(ctx, "荣誉证书"))
	d.Text(who.Name)
	d.Text(i18n.T(ctx, "在 %s 年的评选里，邻居们投票，把“%s”给了您。", itoa(c.Year), c.Title))
	d.Text(i18n.T(ctx, "评的是：%s", c.Criteria))
	d.Text(i18n.T(ctx, "%s，%s", portal.PlaceName(b.Community), ui.FullDay(ctx, period.DayOf(a.At, b.Zone))))
	pdf, err := d.Bytes()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="certificate.pdf"`)
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, "application/pdf", bytes.Clone(pdf))
}
