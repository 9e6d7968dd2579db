// Package committeeweb are the pages of a merchant committee (C5): ballots that wait and
// their results, who sits and who chairs, the hand-over, the agenda and the minutes.
package committeeweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of a committee.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their doors.
func (p *Pages) Routes(t *httpkit.Router) {
	p.Add(
		portal.Door{Kind: ui.MerchantFrame, Key: "committee", Href: "/committee", Icon: "vote", Text: i18n.M("委员会"), Action: "ballot.vote", Count: p.due},
		portal.Door{Kind: ui.OperatorFrame, Key: "committee", Href: "/committee", Icon: "vote", Text: i18n.M("商家委员会"), Action: "committee.seat"},
	)
	const at = "/committee/{community}"
	t.Add(
		httpkit.Route{Pattern: "GET /committee", Action: "committee.read", On: p.Somewhere("committee.read"), Do: p.enter},
		httpkit.Route{Pattern: "GET " + at, Action: "committee.read", On: p.inCommunity, Do: p.home},
		httpkit.Route{Pattern: "GET " + at + "/ballots/{ballot}", Action: "committee.read", On: p.inCommunity, Do: p.ballot},
		httpkit.Route{Pattern: "POST " + at + "/ballots/{ballot}/votes", Action: "ballot.vote", On: p.inCommunity, Do: p.vote},
		httpkit.Route{Pattern: "POST " + at + "/ballots/{ballot}/rulings", Action: "ballot.rule", On: p.inCommunity, Do: p.rule},
		httpkit.Route{Pattern: "GET " + at + "/ballots/{ballot}/papers/{application}/{document}", Action: "committee.read", On: p.inCommunity, Do: p.paper},
		httpkit.Route{Pattern: "GET " + at + "/handover", Action: "committee.read", On: p.inCommunity, Do: p.handovers},
		httpkit.Route{Pattern: "POST " + at + "/handovers/{handover}/text", Action: "committee.change", On: p.inCommunity, Do: p.write},
		httpkit.Route{Pattern: "POST " + at + "/handovers/{handover}/confirmation", Action: "committee.change", On: p.inCommunity, Do: p.confirm},
		httpkit.Route{Pattern: "POST " + at + "/absences", Action: "committee.change", On: p.inCommunity, Do: p.away},
		httpkit.Route{Pattern: "POST " + at + "/meetings", Action: "committee.change", On: p.inCommunity, Do: p.call},
		httpkit.Route{Pattern: "GET " + at + "/meetings/{meeting}", Action: "committee.read", On: p.inCommunity, Do: p.meeting},
		httpkit.Route{Pattern: "POST " + at + "/meetings/{meeting}/items", Action: "committee.change", On: p.inCommunity, Do: p.put},
		httpkit.Route{Pattern: "POST " + at + "/meetings/{meeting}/minutes", Action: "committee.change", On: p.inCommunity, Do: p.minutes},
		httpkit.Route{Pattern: "POST " + at + "/members", Action: "committee.seat", On: p.inCommunity, Do: p.seatMember},
		httpkit.Route{Pattern: "POST " + at + "/members/{member}/end", Action: "committee.seat", On: p.inCommunity, Do: p.unseat},
	)
}

// place is the community of an address, by its id or its reference.
func (p *Pages) place(r *http.Request) (at community.Place, err error) {
	if n, bad := id.Parse(r.PathValue("community")); bad == nil {
		at, err = p.Flows.Communities.ByID(r.Context(), p.Flows.DB, n)
	} else {
		at, err = p.Flows.Communities.ByRef(r.Context(), p.Flows.DB, r.PathValue("community"))
	}
	if err == nil && at.Kind != community.Community {
		err = community.ErrNotFound
	}
	return at, err
}

func (p *Pages) inCommunity(r *http.Request) (authz.Resource, error) {
	at, err := p.place(r)
	return authz.Resource{Kind: "committee", Place: at.ID}, err
}

// enter leads to the committee of the viewer's community, or shows a choice.
func (p *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := p.Mine(ctx, "committee.read")
	if err != nil {
		return err
	}
	if len(mine) == 1 {
		http.Redirect(w, r, href(mine[0].ID, ""), http.StatusSeeOther)
		return nil
	}
	var rows []ui.Row
	for _, at := range mine {
		rows = append(rows, ui.Row{Href: href(at.ID, ""), Icon: "vote", Title: portal.PlaceName(at)})
	}
	return p.Show(w, r, p.frame(ctx, i18n.T(ctx, "商家委员会")), choicePage(rows))
}

// frame is the operator's for the office, a resident's for everybody else.
func (p *Pages) frame(ctx context.Context, title string) ui.Shell {
	if p.May(ctx, "committee.seat") {
		s := p.Shell(ctx, ui.OperatorFrame, "committee", title)
		s.Wide = true
		return s
	}
	s := p.Shell(ctx, ui.ResidentFrame, "council", title)
	s.Wide = true
	return s
}

func href(at id.ID, rest string) string { return "/committee/" + at.String() + rest }

// room is what the pages of a committee share.
type room struct {
	At      community.Place
	Body    *committee.Body
	Zone    *time.Location
	Now     time.Time
	Names   map[id.ID]string // of people
	Shops   map[id.ID]string
	Me      id.ID
	Office  bool // the viewer keeps the committee's records
	Sits    *committee.Member
	Acting  *committee.Member
	Presses bool // the viewer may do what the chair does
}

func (v room) href(rest string) string { return href(v.At.ID, rest) }

func (v room) day(ctx context.Context, at time.Time) string {
	return ui.FullDay(ctx, period.DayOf(at, v.Zone))
}

func (v room) last(ctx context.Context, until time.Time) string {
	return v.day(ctx, until.Add(-time.Second))
}

// called is how a seat's holder is called, with her shop.
func (v room) called(m *committee.Member) string {
	if m == nil {
		return ""
	}
	if shop := v.Shops[m.Merchant]; shop != "" {
		return v.Names[m.Person] + " · " + shop
	}
	return v.Names[m.Person]
}

// enterRoom reads what the pages of a committee share.
func (p *Pages) enterRoom(r *http.Request) (v room, err error) {
	ctx := r.Context()
	if v.At, err = p.place(r); err != nil {
		return v, err
	}
	v.Now, v.Me, v.Shops = p.Flows.DB.Clock().Now(), authz.Of(ctx).Person, make(map[id.ID]string)
	v.Office = p.Engine.May(ctx, authz.Of(ctx), "committee.seat", authz.Resource{Place: v.At.ID}) == nil
	err = p.Flows.DB.View(ctx, v.At.ID, func(rd db.Reader) error {
		if v.Body, err = p.Flows.Committee.Body(ctx, rd, v.At.ID); err != nil {
			return err
		}
		if _, v.Zone, err = p.Flows.AllianceRules(ctx, rd, v.At.ID); err != nil {
			return err
		}
		shops, err := p.Flows.Merchants.List(ctx, rd, v.At.ID)
		for _, m := range shops {
			if v.Shops[m.ID] = m.Name; m.Name == "" {
				v.Shops[m.ID] = m.Ref
			}
		}
		return err
	})
	if err != nil {
		return v, err
	}
	v.Sits, v.Acting = v.Body.Of(v.Me, v.Now), v.Body.Acting(v.Now)
	v.Presses = v.Office || v.Acting != nil && v.Acting.Person == v.Me
	var who []id.ID
	for _, m := range v.Body.Members {
		who = append(who, m.Person)
	}
	return v, p.name(ctx, &v, who)
}

// name learns how people are called.
func (p *Pages) name(ctx context.Context, v *room, who []id.ID) error {
	return p.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		names, err := p.Flows.Names(ctx, rd, who...)
		if v.Names == nil {
			v.Names = names
		}
		for w, n := range names {
			v.Names[w] = n
		}
		return err
	})
}

// due counts the ballots that wait for the viewer's vote.
func (p *Pages) due(ctx context.Context, v authz.Viewer) (n int, late bool, err error) {
	mine, err := p.Mine(ctx, "ballot.vote")
	if err != nil {
		return 0, false, err
	}
	now := p.Flows.DB.Clock().Now()
	for _, at := range mine {
		err := p.Flows.DB.View(ctx, at.ID, func(rd db.Reader) error {
			all, err := p.Flows.Committee.Running(ctx, rd, at.ID)
			for _, b := range all {
				if b.DueFor(v.Person, now) {
					n, late = n+1, late || b.To.Sub(now) < 24*time.Hour
				}
			}
			return err
		})
		if err != nil {
			return 0, false, err
		}
	}
	return n, late, nil
}

// homeView is the first page of a committee.
type homeView struct {
	room
	Due      []ui.Matter
	Running  []ui.Row
	Closed   []ui.Row
	Meetings []ui.Row
	Handover *committee.Handover
	Form     string
	Wrong    []ui.Wrong
	Typed    map[string]string
	Owners   []ui.Option
}

func (v homeView) form(name, rest string) ui.Form {
	f := ui.Form{ID: name, In: name, Action: v.href(rest)}
	if v.Form == name {
		f.Wrong = v.Wrong
	}
	return f
}

func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	return p.showHome(w, r, http.StatusOK, "", nil)
}

func (p *Pages) showHome(w http.ResponseWriter, r *http.Request, status int, form string, wrong []ui.Wrong) error {
	ctx := r.Context()
	shared, err := p.enterRoom(r)
	if err != nil {
		return err
	}
	v := homeView{room: shared, Form: form, Wrong: wrong, Typed: make(map[string]string)}
	for _, f := range []string{"meets_on", "meets_at", "place", "until", "reason", "member"} {
		v.Typed[f] = r.FormValue(f)
	}
	err = p.Flows.DB.View(ctx, v.At.ID, func(rd db.Reader) error {
		ballots, err := p.Flows.Committee.Ballots(ctx, rd, v.At.ID)
		if err != nil {
			return err
		}
		v.sortBallots(ctx, ballots)
		meetings, err := p.Flows.Committee.Meetings(ctx, rd, v.At.ID)
		if err != nil {
			return err
		}
		for _, m := range meetings[:min(len(meetings), 8)] {
			v.Meetings = append(v.Meetings, v.meetingRow(ctx, m))
		}
		handovers, err := p.Flows.Committee.Handovers(ctx, rd, v.At.ID)
		if i := slices.IndexFunc(handovers, func(h *committee.Handover) bool { return !h.Done() }); i >= 0 {
			v.Handover = handovers[i]
		}
		return err
	})
	if err != nil {
		return err
	}
	if v.Office {
		if v.Owners, err = p.owners(ctx, &v.room); err != nil {
			return err
		}
	}
	return p.ShowAs(w, r, status, httpkit.Private, p.frame(ctx, i18n.T(ctx, "商家委员会")), homePage(v))
}

// sortBallots puts ballots where they belong: what waits for the viewer's vote first.
func (v *homeView) sortBallots(ctx context.Context, all []*committee.Ballot) {
	for _, b := range slices.Backward(all) {
		switch {
		case b.DueFor(v.Me, v.Now):
			v.Due = append(v.Due, ui.Matter{Href: v.href("/ballots/" + b.ID.String()), Left: b.To.Sub(v.Now), Limit: b.To.Sub(b.From), Kind: i18n.T(ctx, "表决"), Title: question(ctx, b),
				Text: i18n.T(ctx, "第 %d 轮", b.Round), Stage: i18n.T(ctx, "等您投票"), Next: i18n.T(ctx, "去投票")})
		case b.Tally == nil:
			v.Running = append(v.Running, ui.Row{Href: v.href("/ballots/" + b.ID.String()), Icon: "vote", Title: question(ctx, b), Text: i18n.T(ctx, "到 %s 为止，%d 人投了，一共 %d 人能投", v.last(ctx, b.To), len(b.Voted), b.Eligible())})
		case len(v.Closed) < 12:
			row := ui.Row{Href: v.href("/ballots/" + b.ID.String()), Icon: "vote", Title: question(ctx, b), Text: i18n.T(ctx, "%s 结束", v.day(ctx, b.Tally.At)), Tag: committee.OutcomeName(b.Tally.Outcome).In(ctx), Tone: ui.OK}
			if a := b.Answer(); a != nil {
				row.Text = i18n.T(ctx, "%s 结束：%s", v.day(ctx, b.Tally.At), label(ctx, a))
			} else {
				row.Tone = ui.Soon
			}
			v.Closed = append(v.Closed, row)
		}
	}
}

// question is what a ballot asks, in the language of the page.
func question(ctx context.Context, b *committee.Ballot) string {
	about := b.About
	if i18n.Of(ctx) == i18n.En && b.AboutEn != "" {
		about = b.AboutEn
	}
	return i18n.T(ctx, b.Question, about)
}

// label is what an answer says: a name, or a sentence of ours.
func label(ctx context.Context, o *committee.Option) string {
	if o.Key.IsZero() {
		return i18n.T(ctx, o.Label)
	}
	return o.Label
}

// owners are the owners of shops who do not sit yet, to be chosen from.
func (p *Pages) owners(ctx context.Context, v *room) (options []ui.Option, err error) {
	var found []*access.Grant
	err = p.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		found, err = p.Flows.Access.In(ctx, rd, v.At.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	var who []id.ID
	for _, g := range found {
		if g.Role == access.Owner && g.Holds(v.Now) && v.Shops[g.Subject] != "" && v.Body.Of(g.Person, v.Now) == nil {
			who = append(who, g.Person)
			options = append(options, ui.Option{Value: g.Person.String() + "/" + g.Subject.String(), Text: v.Shops[g.Subject]})
		}
	}
	if err := p.name(ctx, v, who); err != nil {
		return nil, err
	}
	for i := range options {
		options[i].Text = v.Names[who[i]] + " · " + options[i].Text
	}
	return options, nil
}
