package committeeweb

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// ballotView is one ballot for somebody who is asked, or looks on.
type ballotView struct {
	room
	*committee.Ballot
	Question string
	Options  []optionView
	Elector  *committee.Elector
	Due      bool
	Voted    bool
	Number   string // of the paper that was just cast, shown once
	Papers   []committee.Paper
	Electors []ui.Row
	Rules    []committee.Ruler // sides for which the viewer may rule
	Form     ui.Form
	RuleForm ui.Form
	Chosen   string
}

// optionView is an answer with what helps to decide.
type optionView struct {
	Number int
	Label  string
	Small  bool
	Facts  []ui.Fact
	Papers []ui.Row
	Votes  int
	Won    bool
}

func (p *Pages) ballotOf(r *http.Request) (at, ballot id.ID, err error) {
	place, err := p.CommunityIn(r)
	if err != nil {
		return at, ballot, err
	}
	if ballot, err = id.Parse(r.PathValue("ballot")); err != nil {
		return at, ballot, committee.ErrNoBallot
	}
	return place.ID, ballot, nil
}

func (p *Pages) ballot(w http.ResponseWriter, r *http.Request) error {
	return p.showBallot(w, r, http.StatusOK, httpkit.Private, ballotView{})
}

func (p *Pages) showBallot(w http.ResponseWriter, r *http.Request, status int, c httpkit.Caching, v ballotView) (err error) {
	ctx := r.Context()
	at, n, err := p.ballotOf(r)
	if err != nil {
		return err
	}
	if v.room, err = p.enterRoom(r); err != nil {
		return err
	}
	if v.Ballot, err = p.Flows.Ballot(ctx, at, n); err != nil {
		return err
	}
	v.Question, v.Elector = question(ctx, v.Ballot), v.Ballot.Elector(v.Me)
	v.Due, v.Voted = v.DueFor(v.Me, v.Now), v.HasVoted(v.Me)
	v.Form.Action, v.RuleForm.Action = v.href("/ballots/"+n.String()+"/votes"), v.href("/ballots/"+n.String()+"/rulings")
	v.RuleForm.In = "rule"
	if err := p.options(ctx, &v); err != nil {
		return err
	}
	if err := p.electors(ctx, &v); err != nil {
		return err
	}
	if v.Tally != nil {
		err = p.Flows.DB.View(ctx, at, func(rd db.Reader) error {
			v.Papers, err = p.Flows.Committee.Papers(ctx, rd, at, v.Ballot)
			return err
		})
		if err != nil {
			return err
		}
		if v.Tally.Outcome == committee.Referred && v.Answer() == nil {
			v.Rules = p.sidesOf(ctx, at)
		}
	}
	shell := p.frame(ctx, i18n.T(ctx, "委员会表决"))
	shell.Back = ui.Link{Href: v.href(""), Text: i18n.T(ctx, "联盟委员会")}
	return p.ShowAs(w, r, status, c, shell, ballotPage(v))
}

// sidesOf are the sides for which the viewer may decide where a quorum failed twice.
func (p *Pages) sidesOf(ctx context.Context, at id.ID) (sides []committee.Ruler) {
	v, on := authz.Of(ctx), authz.Resource{Place: at}
	if p.Engine.May(ctx, v, "ballot.rule", on) != nil {
		return nil
	}
	if p.Engine.May(ctx, v, "committee.seat", on) == nil {
		return []committee.Ruler{committee.ByOperator}
	}
	return []committee.Ruler{committee.ByResidents}
}

// mayRead reports whether the viewer sees what applicants handed in: the office, and who
// may vote on them — never a competitor.
func (v *ballotView) mayRead() bool { return v.Office || v.Elector != nil && v.Elector.May() }

// options are the answers; those that stand for an application come with what it says.
func (p *Pages) options(ctx context.Context, v *ballotView) error {
	var board *flow.Board
	var err error
	if v.Subject.Kind == flow.OnOpening && v.mayRead() {
		if board, err = p.Flows.AllianceBoard(ctx, v.At.ID); err != nil {
			return err
		}
	}
	for i := range v.Ballot.Options {
		o := &v.Ballot.Options[i]
		x := optionView{Number: o.Number, Label: label(ctx, o), Small: o.Small}
		if v.Tally != nil {
			x.Votes = v.Tally.Counts[o.Number-1]
		}
		if a := v.Answer(); a != nil {
			x.Won = a.Number == o.Number
		}
		if board != nil && !o.Key.IsZero() {
			if err := p.application(ctx, v, board, o.Key, &x); err != nil {
				return err
			}
		}
		v.Options = append(v.Options, x)
	}
	return nil
}

// application adds what an application says to an answer. The look is noted.
func (p *Pages) application(ctx context.Context, v *ballotView, b *flow.Board, application id.ID, o *optionView) error {
	i := slices.IndexFunc(b.Applications, func(x *alliance.Application) bool { return x.ID == application })
	if i < 0 || b.Applications[i].Erased {
		return nil
	}
	x := b.Applications[i]
	if x.Person != v.Me {
		if err := p.Looked(ctx, []id.ID{x.Person}, privacy.Profile, i18n.M("表决席位申请").Key); err != nil {
			return err
		}
	}
	o.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "地址"), Text: x.Form.Address}, {Name: i18n.T(ctx, "店的大小"), Text: alliance.SizeName(x.Form.Size).In(ctx)},
		{Name: alliance.OfferName(x.Form.Offer).In(ctx), Text: i18n.T(ctx, "%s（约占营业额 %s）", x.Form.OfferText, x.Form.OfferShare.Percent())},
	}
	return p.Flows.DB.View(ctx, v.At.ID, func(rd db.Reader) error {
		visits, err := p.Flows.Alliance.Visits(ctx, rd, v.At.ID, application)
		if err != nil {
			return err
		}
		for _, s := range visits {
			o.Facts = append(o.Facts, ui.Fact{Name: i18n.T(ctx, "看店"), Text: strings.TrimSpace(alliance.ResultName(s.Result).In(ctx) + " " + s.Note)})
		}
		papers, err := p.Flows.Alliance.Documents(ctx, rd, v.At.ID, application)
		for _, d := range papers {
			if d.Paper != alliance.Contract {
				o.Papers = append(o.Papers, ui.Row{Icon: "paper", Title: alliance.PaperName(d.Paper).In(ctx), Href: v.href(fmt.Sprintf("/ballots/%s/papers/%s/%s", v.ID, application, d.ID))})
			}
		}
		return err
	})
}

// electors lists who is asked and who has voted; who is recused with the rule that says
// so.
func (p *Pages) electors(ctx context.Context, v *ballotView) error {
	var who []id.ID
	for _, e := range v.Ballot.Electors {
		who = append(who, e.Person)
	}
	if err := p.name(ctx, &v.room, who); err != nil {
		return err
	}
	for i := range v.Ballot.Electors {
		e := &v.Ballot.Electors[i]
		row := ui.Row{Icon: "person", Title: v.Names[e.Person]}
		if e.Seat == committee.AsSubstitute {
			row.Text = i18n.T(ctx, "委员不够三位，请来投票")
		}
		switch {
		case !e.May():
			row.Text, row.Tag, row.Tone = i18n.T(ctx, "按 %s 回避", e.Rule), i18n.T(ctx, "回避"), ui.Soon
		case v.HasVoted(e.Person):
			row.Tag, row.Tone = i18n.T(ctx, "投了"), ui.OK
		case v.Tally == nil:
			row.Tag, row.Tone = i18n.T(ctx, "还没投"), ui.Tell
		default:
			row.Tag, row.Tone = i18n.T(ctx, "没投"), ui.Soon
		}
		v.Electors = append(v.Electors, row)
	}
	slices.SortStableFunc(v.Electors, func(a, b ui.Row) int { return cmp.Compare(a.Title, b.Title) })
	return nil
}

// vote casts the viewer's vote and shows the number of her paper, which nothing else
// ever shows her again.
func (p *Pages) vote(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, n, err := p.ballotOf(r)
	if err != nil {
		return err
	}
	option, err := strconv.Atoi(r.FormValue("option"))
	if err != nil {
		option = 0
	}
	number, err := p.Flows.Vote(ctx, at, authz.Of(ctx).Actor(), n, option)
	if err != nil {
		wrong, status, err := portal.Wrong(ctx, err)
		if err != nil {
			return err
		}
		return p.showBallot(w, r, status, httpkit.Private, ballotView{Form: ui.Form{Wrong: wrong}, Chosen: r.FormValue("option")})
	}
	return p.showBallot(w, r, http.StatusCreated, httpkit.Never, ballotView{Number: spaced(number)})
}

// spaced writes a number in groups of four.
func spaced(n int64) string {
	s := strconv.FormatInt(n, 10)
	return s[:4] + " " + s[4:8] + " " + s[8:]
}

func (p *Pages) rule(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, n, err := p.ballotOf(r)
	if err != nil {
		return err
	}
	sides := p.sidesOf(ctx, at)
	if len(sides) == 0 {
		return authz.ErrDenied
	}
	option, err := strconv.Atoi(r.FormValue("option"))
	if err != nil {
		option = 0
	}
	if _, err := p.Flows.RuleOnBallot(ctx, at, authz.Of(ctx).Actor(), n, sides[0], option, r.FormValue("reason")); err != nil {
		wrong, status, err := portal.Wrong(ctx, err)
		if err != nil {
			return err
		}
		return p.showBallot(w, r, status, httpkit.Private, ballotView{RuleForm: ui.Form{Wrong: wrong}, Chosen: r.FormValue("option")})
	}
	http.Redirect(w, r, href(at, "/ballots/"+n.String()), http.StatusSeeOther)
	return nil
}

// paper answers with a document of an applicant to who may vote on her.
func (p *Pages) paper(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, n, err := p.ballotOf(r)
	if err != nil {
		return err
	}
	b, err := p.Flows.Ballot(ctx, at, n)
	if err != nil {
		return err
	}
	application, err := id.Parse(r.PathValue("application"))
	if err != nil {
		return alliance.ErrNoPaper
	}
	document, err := id.Parse(r.PathValue("document"))
	if err != nil {
		return alliance.ErrNoPaper
	}
	e := b.Elector(authz.Of(ctx).Person)
	onIt := slices.ContainsFunc(b.Options, func(o committee.Option) bool { return o.Key == application })
	if !onIt || (e == nil || !e.May()) && !p.office(r, at) {
		return alliance.ErrNoPaper // of what is not for her it is not even said that it is there
	}
	file, err := p.Flows.Paper(ctx, at, application, document)
	if err != nil {
		return err
	}
	return portal.SendFile(w, r, file, httpkit.Never)
}
