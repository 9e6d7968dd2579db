package honourweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/honour"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// callView is one call for everybody: its criteria, its ballot or its result.
type callView struct {
	Place    community.Place
	Call     *honour.Call
	Phase    honour.Phase
	State    string
	Tone     ui.Tone
	Facts    []ui.Fact
	Ballot   []candidateView
	Voters   int
	Member   bool // the viewer may take part
	SignIn   bool
	Juror    bool
	Voted    id.ID
	Shops    []ui.Option
	Nominate ui.Form
	Vote     ui.Form
	Typed    map[string]string
	Done     string
}

// candidateView is a nominee on the ballot.
type candidateView struct {
	ID      id.ID
	Name    string
	Reasons []string
	Result  string
	Won     bool
}

func (h *Pages) call(w http.ResponseWriter, r *http.Request) error {
	p, at, err := h.placeAnd(r, "call")
	if err != nil {
		return err
	}
	return h.showCall(w, r, http.StatusOK, p, at, "", nil)
}

func (h *Pages) showCall(w http.ResponseWriter, r *http.Request, status int, p community.Place, at id.ID, form string, wrong []ui.Wrong) error {
	ctx := r.Context()
	v, nominees, results, err := h.readCall(r, p, at)
	if err != nil {
		return err
	}
	names, err := h.Flows.NomineeNames(ctx, p.ID, nominees)
	if err != nil {
		return err
	}
	for _, n := range nominees {
		if !n.OnBallot() {
			continue
		}
		c := candidateView{ID: n.ID, Name: nomineeName(ctx, n, names)}
		for _, x := range n.Reasons {
			if !x.Withdrawn && len(c.Reasons) < 5 {
				c.Reasons = append(c.Reasons, x.Reason)
			}
		}
		for i := range results {
			if results[i].Nominee == n.ID {
				c.Result, c.Won = voteShare(ctx, &results[i]), results[i].Honoured
			}
		}
		v.Ballot = append(v.Ballot, c)
	}
	self := "/me/honours/" + at.String()
	v.Nominate, v.Vote = ui.Form{Action: self + "/nominations", In: "nominate", Busy: i18n.T(ctx, "正在提交")}, ui.Form{Action: self + "/vote", In: "vote"}
	if form == "vote" {
		v.Vote.Wrong = wrong
	} else {
		v.Nominate.Wrong = wrong
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.book(v.Call.Title), callPage(v))
}

// readCall reads a call with what the viewer may do in it.
func (h *Pages) readCall(r *http.Request, p community.Place, at id.ID) (v callView, nominees []*honour.Nominee, results []honour.Result, err error) {
	ctx := r.Context()
	v = callView{Place: p, Typed: map[string]string{}, Done: r.FormValue("done")}
	for _, f := range []string{"name", "phone", "shop", "reason"} {
		v.Typed[f] = r.PostFormValue(f)
	}
	b, err := h.voter(ctx, p)
	if err != nil {
		return v, nil, nil, err
	}
	me := actor(ctx).ID
	v.Member, v.SignIn = b != nil, me.IsZero()
	err = h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) (err error) {
		if v.Call, err = h.Flows.Honours.Call(ctx, rd, p.ID, at); err != nil {
			return err
		}
		if nominees, err = h.Flows.Honours.Nominees(ctx, rd, p.ID, at); err != nil {
			return err
		}
		if results, err = h.Flows.Honours.Results(ctx, rd, p.ID, at); err != nil {
			return err
		}
		votes, err := h.Flows.Honours.Votes(ctx, rd, p.ID, at)
		if err != nil {
			return err
		}
		jurors, err := h.Flows.Honours.Jurors(ctx, rd, p.ID, at)
		for _, x := range jurors {
			v.Juror = v.Juror || x == me
		}
		v.Voters = len(votes)
		for _, x := range votes {
			if b != nil && x.Voter == b.Member.ID || v.Juror && x.Voter == me {
				v.Voted = x.Nominee
			}
		}
		if err != nil || !v.Call.ForShops() {
			return err
		}
		shops, err := h.Flows.Merchants.List(ctx, rd, p.ID)
		for _, m := range shops {
			name := m.Name
			if name == "" {
				name = m.Ref
			}
			v.Shops = append(v.Shops, ui.Option{Value: m.ID.String(), Text: name})
		}
		return err
	})
	if err != nil {
		return v, nil, nil, err
	}
	c := v.Call
	v.Phase = c.Phase(h.now())
	v.State, v.Tone = phaseName(ctx, c, h.now())
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "评什么"), Text: c.Criteria}, {Name: i18n.T(ctx, "名额"), Text: i18n.T(ctx, "%d 个", c.Winners)}, {Name: i18n.T(ctx, "得到"), Text: carries(ctx, c)},
		{Name: i18n.T(ctx, "提名到"), Text: ui.Moment(ctx, portal.Local(c.NominateUntil))}, {Name: i18n.T(ctx, "投票到"), Text: ui.Moment(ctx, portal.Local(c.VoteUntil))},
		{Name: i18n.T(ctx, "怎么计票"), Text: counting(ctx, c)}}
	return v, nominees, results, nil
}

func counting(ctx context.Context, c *honour.Call) string {
	if c.JuryRate > 0 {
		return i18n.T(ctx, "会员一人一票，占 %s；评委占 %s。一样多，看票数、提名数、谁先被提名", (1_000_000 - c.JuryRate).Percent(), c.JuryRate.Percent())
	}
	return i18n.T(ctx, "会员一人一票，截止前可以改。一样多，看提名数、谁先被提名")
}
