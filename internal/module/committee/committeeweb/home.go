package committeeweb

import (
	"context"
	"net/http"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/committee"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

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
	f := ui.Form{ID: "form-" + name, In: name, Action: v.href(rest)}
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
	return p.ShowAs(w, r, status, httpkit.Private, p.frame(ctx, i18n.T(ctx, "联盟委员会")), homePage(v))
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
