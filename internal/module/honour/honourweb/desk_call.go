package honourweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/community"
	"gongyi/internal/module/honour"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskCallView is one call at the desk.
type deskCallView struct {
	Place     community.Place
	Call      *honour.Call
	State     string
	Tone      ui.Tone
	Facts     []ui.Fact
	Nominees  []deskNominee
	MayScreen bool
	MayGive   bool
	MayCancel bool
	Wrong     string
	Cancel    ui.Form
	Done      bool
}

// deskNominee is a nominee with what the office knows and may do.
type deskNominee struct {
	ID      id.ID
	Name    string
	Answer  string
	Verdict string
	Words   string
	Reasons []string
	Result  string
	Won     bool
	Given   bool
	Screen  bool // it can be screened now
}

func (h *Pages) deskCall(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskCall(w, r, http.StatusOK, nil)
}

func (h *Pages) showDeskCall(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, at, err := h.placeAnd(r, "call")
	if err != nil {
		return err
	}
	v := deskCallView{Place: p, Done: r.FormValue("done") != ""}
	var nominees []*honour.Nominee
	var results []honour.Result
	var awards map[id.ID]honour.Award
	voters := 0
	err = h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
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
		voters = len(votes)
		awards, err = h.Flows.Honours.Awards(ctx, rd, p.ID, at)
		return err
	})
	if err != nil {
		return err
	}
	phase := v.Call.Phase(h.now())
	v.State, v.Tone = phaseName(ctx, v.Call, h.now())
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "评什么"), Text: v.Call.Criteria}, {Name: i18n.T(ctx, "名额"), Text: i18n.T(ctx, "%d 个", v.Call.Winners)}, {Name: i18n.T(ctx, "得到"), Text: carries(ctx, v.Call)},
		{Name: i18n.T(ctx, "投票的人"), Text: i18n.T(ctx, "%d 位", voters)}, {Name: i18n.T(ctx, "怎么计票"), Text: counting(ctx, v.Call)}}
	v.MayScreen = (phase == honour.Nominating || phase == honour.Voting) && h.MayIn(ctx, "award.screen", p.ID)
	v.MayGive = phase == honour.Over && h.MayIn(ctx, "award.give", p.ID)
	v.MayCancel = v.Call.End == nil && h.MayIn(ctx, "award.make", p.ID)
	v.Cancel = ui.Form{Action: deskHref(p) + "/" + at.String() + "/cancellation", In: "cancel"}
	if len(wrong) > 0 {
		v.Wrong = wrong[0].Text
	}
	names, err := h.knownNames(ctx, p, nominees)
	if err != nil {
		return err
	}
	for _, n := range nominees {
		v.Nominees = append(v.Nominees, drawNominee(ctx, &v, n, names[n.ID], results, awards))
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.DeskShell(ctx, "honours", v.Call.Title), deskCallPage(v))
}

func drawNominee(ctx context.Context, v *deskCallView, n *honour.Nominee, name string, results []honour.Result, awards map[id.ID]honour.Award) deskNominee {
	x := deskNominee{ID: n.ID, Name: name, Answer: answerName(ctx, n.Answer), Verdict: n.Verdict, Words: n.Words, Screen: v.MayScreen && n.Verdict == ""}
	for _, m := range n.Reasons {
		if !m.Withdrawn {
			x.Reasons = append(x.Reasons, m.Reason)
		}
	}
	for i := range results {
		if results[i].Nominee == n.ID {
			x.Result, x.Won = voteShare(ctx, &results[i]), results[i].Honoured
		}
	}
	_, x.Given = awards[n.ID]
	return x
}

func answerName(ctx context.Context, answer string) string {
	switch answer {
	case honour.Named:
		return i18n.T(ctx, "愿意，写上名字")
	case honour.Unnamed:
		return i18n.T(ctx, "愿意，不写名字")
	case honour.Declined:
		return i18n.T(ctx, "不参加")
	}
	return i18n.T(ctx, "在等本人答复")
}

// knownNames are how the nominees are called at the desk; who looked is noted with
// them (A7).
func (h *Pages) knownNames(ctx context.Context, p community.Place, all []*honour.Nominee) (map[id.ID]string, error) {
	names, err := h.Flows.NomineeNames(ctx, p.ID, all)
	if err != nil {
		return nil, err
	}
	var members, who []id.ID
	for _, n := range all {
		if n.Kind == party.Member {
			members = append(members, n.ID)
		}
	}
	people, err := h.Flows.NeighboursBehind(ctx, p.ID, members)
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		if x := people[n.ID]; x != nil {
			names[n.ID], who = portal.Called(ctx, x), append(who, x.ID)
		} else if names[n.ID] == "" {
			names[n.ID] = i18n.T(ctx, "%d 号候选人", n.No)
		}
	}
	return names, h.Looked(ctx, who, privacy.Profile, i18n.M("看评选的提名").Key)
}

func (h *Pages) onDeskCall(w http.ResponseWriter, r *http.Request, do func(p community.Place, call id.ID) error) error {
	p, at, err := h.placeAnd(r, "call")
	if err != nil {
		return err
	}
	return h.answered(w, r, do(p, at), deskHref(p)+"/"+at.String()+"?done=1", func(status int, wrong []ui.Wrong) error { return h.showDeskCall(w, r, status, wrong) })
}

func (h *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	return h.onDeskCall(w, r, func(p community.Place, call id.ID) error {
		return h.Flows.CancelCall(r.Context(), p.ID, actor(r.Context()), call, r.PostFormValue("reason"))
	})
}

func (h *Pages) screen(w http.ResponseWriter, r *http.Request) error {
	return h.onDeskCall(w, r, func(p community.Place, call id.ID) error {
		who, err := id.Parse(r.PathValue("nominee"))
		if err != nil {
			return honour.ErrNotFound
		}
		return h.Flows.ScreenNominee(r.Context(), p.ID, actor(r.Context()), call, who, r.PostFormValue("verdict") == honour.Admitted, r.PostFormValue("reason"))
	})
}

func (h *Pages) give(w http.ResponseWriter, r *http.Request) error {
	return h.onDeskCall(w, r, func(p community.Place, call id.ID) error {
		who, err := id.Parse(r.PathValue("nominee"))
		if err != nil {
			return honour.ErrNotFound
		}
		return h.Flows.GiveHonour(r.Context(), p.ID, actor(r.Context()), call, who)
	})
}
