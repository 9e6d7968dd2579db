package growthweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func num(n int) string { return strconv.Itoa(n) }

// matterView is one candidate or one leader at the desk.
type matterView struct {
	Place community.Place
	Crumb string
	Name  string
	Level string
	Facts []ui.Fact
	Past  []ui.Event
	Done  bool

	MayAppoint bool
	Appoint    ui.Form
	Refuse     ui.Form
	MayAccuse  bool
	Accuse     ui.Form
	Decide     ui.Form
	Case       *growth.Case // that can be decided now
	CaseState  string
	Words      string
}

func (g *Pages) candidate(w http.ResponseWriter, r *http.Request) error {
	return g.showCandidate(w, r, http.StatusOK, "", nil)
}

func (g *Pages) showCandidate(w http.ResponseWriter, r *http.Request, status int, form string, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, at, err := g.placeAnd(r, "candidate")
	if err != nil {
		return err
	}
	var c *growth.Candidate
	var rules *policy.Params
	err = g.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		if c, err = g.Flows.Growth.Candidate(ctx, rd, p.ID, at); err != nil {
			return err
		}
		versions, err := g.Flows.Policies.List(ctx, rd, p.ID)
		if err == nil {
			rules = &policy.InForce(versions, g.now()).Params
		}
		return err
	})
	if err != nil {
		return err
	}
	names, err := g.called(ctx, p.ID, []id.ID{c.Member}, i18n.M("看组长候选人").Key)
	if err != nil {
		return err
	}
	self := levelsHref(p) + "/candidates/" + c.ID.String()
	v := matterView{Place: p, Crumb: i18n.T(ctx, "候选人"), Name: names[c.Member], Level: i18n.T(ctx, growth.LevelName(c.Level)), Words: r.FormValue("reason"),
		MayAppoint: c.Open() && g.MayIn(ctx, "level.appoint", p.ID), Done: r.FormValue("done") != "",
		Appoint: ui.Form{Action: self + "/appointment", Busy: i18n.T(ctx, "正在任命")}, Refuse: ui.Form{Action: self + "/refusal", In: "refuse"}}
	if form == "refuse" {
		v.Refuse.Wrong = wrong
	} else {
		v.Appoint.Wrong = wrong
	}
	what := i18n.T(ctx, "她推荐、会员资格有效的邻居")
	if c.Level == policy.Diamond {
		what = i18n.T(ctx, "她带出来、现在还在当的组长")
	}
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "可以当"), Text: v.Level}, {Name: what, Text: i18n.T(ctx, "发现时 %d 位，要有 %d 位", c.Counted, growth.Needed(rules, c.Level))},
		{Name: i18n.T(ctx, "规则"), Text: "L-01 … L-05"}}
	v.Past = append(v.Past, ui.Event{Title: i18n.T(ctx, "条件够了，问了本人"), When: day(ctx, c.FoundAt), State: ui.Done})
	if err := g.steps(ctx, &v, c.Steps, stepName); err != nil {
		return err
	}
	switch {
	case c.Open() && c.Accepted():
		v.Past = append(v.Past, ui.Event{Title: i18n.T(ctx, "等任命"), State: ui.Now})
	case c.Open():
		v.Past = append(v.Past, ui.Event{Title: i18n.T(ctx, "在等本人答复"), State: ui.Now})
		v.MayAppoint = false
	}
	return g.ShowAs(w, r, status, httpkit.Private, g.DeskShell(ctx, "levels", v.Name), matterPage(v))
}

// steps adds what happened, with who did it.
func (g *Pages) steps(ctx context.Context, v *matterView, steps []growth.Stepped, name func(context.Context, string) string) error {
	var by []id.ID
	for _, s := range steps {
		by = append(by, s.By)
	}
	var names map[id.ID]string
	err := g.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		names, err = g.Names(ctx, r, by...)
		return err
	})
	for _, s := range steps {
		text := names[s.By]
		if s.Words != "" {
			text = i18n.T(ctx, "%s：%s", text, said(ctx, s.Words))
		}
		v.Past = append(v.Past, ui.Event{Title: name(ctx, s.Step), Text: text, When: day(ctx, s.At), State: ui.Done})
	}
	return err
}

// said is a reason: in the reader's language where the house gave it.
func said(ctx context.Context, words string) string {
	if words == growth.TooFewTwice || words == growth.OwnWish {
		return i18n.T(ctx, words)
	}
	return words
}

func (g *Pages) placeAnd(r *http.Request, name string) (community.Place, id.ID, error) {
	p, err := g.CommunityIn(r)
	if err != nil {
		return p, id.ID{}, err
	}
	at, err := id.Parse(r.PathValue(name))
	if err != nil {
		err = growth.ErrNotFound
	}
	return p, at, err
}

func (g *Pages) appoint(w http.ResponseWriter, r *http.Request) error {
	p, at, err := g.placeAnd(r, "candidate")
	if err != nil {
		return err
	}
	_, err = g.Flows.AppointLevel(r.Context(), p.ID, actor(r.Context()), at, r.PostFormValue("reason"))
	return g.answered(w, r, err, levelsHref(p)+"/candidates/"+at.String()+"?done=1", func(status int, wrong []ui.Wrong) error { return g.showCandidate(w, r, status, "", wrong) })
}

func (g *Pages) refuse(w http.ResponseWriter, r *http.Request) error {
	p, at, err := g.placeAnd(r, "candidate")
	if err != nil {
		return err
	}
	err = g.Flows.RefuseLevel(r.Context(), p.ID, actor(r.Context()), at, r.PostFormValue("reason"))
	return g.answered(w, r, err, levelsHref(p)+"/candidates/"+at.String()+"?done=1", func(status int, wrong []ui.Wrong) error { return g.showCandidate(w, r, status, "refuse", wrong) })
}

// answered leads to a page, or shows again what has something wrong.
func (g *Pages) answered(w http.ResponseWriter, r *http.Request, err error, to string, again func(status int, wrong []ui.Wrong) error) error {
	if err == nil {
		return sent(w, r, to)
	}
	wrong, status, err := portal.Wrong(r.Context(), err)
	if err != nil {
		return err
	}
	return again(status, wrong)
}

func (g *Pages) leader(w http.ResponseWriter, r *http.Request) error {
	return g.showLeader(w, r, http.StatusOK, nil)
}

func (g *Pages) showLeader(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, at, err := g.placeAnd(r, "appointment")
	if err != nil {
		return err
	}
	var a *growth.Appointment
	var cases []*growth.Case
	err = g.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		if a, err = g.Flows.Growth.Appointment(ctx, rd, p.ID, at); err != nil {
			return err
		}
		cases, err = g.Flows.Growth.Cases(ctx, rd, p.ID, at)
		return err
	})
	if err != nil {
		return err
	}
	names, err := g.called(ctx, p.ID, []id.ID{a.Member}, i18n.M("看一位组长").Key)
	if err != nil {
		return err
	}
	self := levelsHref(p) + "/leaders/" + a.ID.String()
	v := matterView{Place: p, Crumb: i18n.T(ctx, "现任"), Name: names[a.Member], Level: i18n.T(ctx, growth.LevelName(a.Level)), Words: r.FormValue("reason"), Done: r.FormValue("done") != "",
		MayAccuse: a.Holds() && g.MayIn(ctx, "level.accuse", p.ID), Accuse: ui.Form{Action: self + "/cases", Wrong: wrong}}
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "级别"), Text: v.Level}, {Name: i18n.T(ctx, "任命时数到"), Text: i18n.T(ctx, "%d 位", a.Counted)}}
	if a.Holds() {
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "下次复核"), Text: ui.FullDay(ctx, a.ReviewOn())})
	}
	if err := g.life(ctx, &v, a, cases); err != nil {
		return err
	}
	for _, c := range cases {
		if c.Settled() {
			continue
		}
		v.MayAccuse, v.CaseState = false, drawCase(ctx, c).State
		if c.Decidable(g.Flows.DB.Clock().Now()) && g.MayIn(ctx, "level.decide", p.ID) {
			v.Case, v.Decide = c, ui.Form{Action: self + "/cases/" + c.ID.String() + "/decision", Wrong: wrong, In: "decide"}
		}
	}
	return g.ShowAs(w, r, status, httpkit.Private, g.DeskShell(ctx, "levels", v.Name), matterPage(v))
}

// life tells an appointment's story: appointed, reviewed, accused, ended.
func (g *Pages) life(ctx context.Context, v *matterView, a *growth.Appointment, cases []*growth.Case) error {
	steps := []growth.Stepped{{Step: growth.Appointed, Words: a.Reason, By: a.By, At: a.At}}
	if err := g.steps(ctx, v, steps, stepName); err != nil {
		return err
	}
	for _, x := range a.Reviews {
		v.Past = append(v.Past, ui.Event{Title: outcomeName(ctx, x.Outcome), Text: i18n.T(ctx, "数到 %d 位，要有 %d 位；下次 %s", x.Counted, x.Needed, ui.Day(ctx, x.Next)), When: ui.Day(ctx, x.Day), State: ui.Done})
	}
	for _, c := range cases {
		if err := g.steps(ctx, v, append([]growth.Stepped{{Step: "accused", Words: c.Allegation, By: c.By, At: c.At}}, c.Steps...), caseStepName); err != nil {
			return err
		}
	}
	if a.End != nil {
		return g.steps(ctx, v, []growth.Stepped{*a.End}, func(ctx context.Context, _ string) string { return i18n.T(ctx, "级别结束") })
	}
	v.Past = append(v.Past, ui.Event{Title: i18n.T(ctx, "下次复核"), When: ui.Day(ctx, a.ReviewOn()), State: ui.Later})
	return nil
}

func outcomeName(ctx context.Context, o growth.Outcome) string {
	switch o {
	case growth.Kept:
		return i18n.T(ctx, "复核：够数")
	case growth.Warned:
		return i18n.T(ctx, "复核：不够，提醒了")
	}
	return i18n.T(ctx, "复核：连续两次不够")
}

func caseStepName(ctx context.Context, step string) string {
	switch step {
	case "accused":
		return i18n.T(ctx, "请本人说明")
	case growth.Heard:
		return i18n.T(ctx, "本人说明了")
	case growth.Sentence:
		return i18n.T(ctx, "决定免去")
	case growth.Appealed:
		return i18n.T(ctx, "本人申诉了")
	case growth.Upheld:
		return i18n.T(ctx, "申诉后仍然免去")
	case growth.Elapsed:
		return i18n.T(ctx, "申诉期过了，免去生效")
	}
	return i18n.T(ctx, "了结了，级别不变")
}

func (g *Pages) accuse(w http.ResponseWriter, r *http.Request) error {
	p, at, err := g.placeAnd(r, "appointment")
	if err != nil {
		return err
	}
	_, err = g.Flows.AccuseLeader(r.Context(), p.ID, actor(r.Context()), at, r.PostFormValue("reason"))
	return g.answered(w, r, err, levelsHref(p)+"/leaders/"+at.String()+"?done=1", func(status int, wrong []ui.Wrong) error { return g.showLeader(w, r, status, wrong) })
}

func (g *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	p, at, err := g.placeAnd(r, "appointment")
	if err != nil {
		return err
	}
	c, err := id.Parse(r.PathValue("case"))
	if err != nil {
		return growth.ErrNotFound
	}
	err = g.Flows.DecideCase(r.Context(), p.ID, actor(r.Context()), c, r.PostFormValue("verdict") == "removed", r.PostFormValue("reason"))
	return g.answered(w, r, err, levelsHref(p)+"/leaders/"+at.String()+"?done=1", func(status int, wrong []ui.Wrong) error { return g.showLeader(w, r, status, wrong) })
}
