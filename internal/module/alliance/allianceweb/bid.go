package allianceweb

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// bidView is an application for its applicant.
type bidView struct {
	*alliance.Application
	At        community.Place
	Board     *flow.Board
	Trade     string
	Stem      []ui.Event
	Papers    []*alliance.Document
	Charges   []charge.Charge
	PayLink   func(code string) string // where a charge can be paid online; nil on other people's screens
	Agreement *alliance.Agreement
	Grids     []ui.Option
	Grid      string
	Typed     alliance.Form
	Share     string // of the offer, as it was typed
	Point     string
	Form      string // which form has something wrong
	Wrong     []ui.Wrong
	Saved     bool
}

func (v bidView) href(rest string) string { return bidHref(v.At.ID, v.ID) + rest }

func (v bidView) form(name, rest string) ui.Form {
	f := ui.Form{ID: "form-" + name, In: name, Action: v.href(rest)}
	if v.Form == name {
		f.Wrong = v.Wrong
	}
	return f
}

// bids lists the viewer's applications, wherever they are.
func (p *Pages) bids(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	who := authz.Of(ctx).Acting()
	all, err := p.Flows.Communities.List(ctx, p.Flows.DB, community.Community)
	if err != nil {
		return err
	}
	var rows []ui.Row
	var homes []ui.Row
	for _, at := range all {
		b, err := p.bidsIn(ctx, at, who)
		if err != nil {
			return err
		}
		rows = append(rows, b...)
	}
	_, memberships, err := p.Me(ctx)
	if err != nil {
		return err
	}
	for _, at := range all {
		if slices.ContainsFunc(memberships, func(m membership) bool { return m.Home == at.ID }) {
			homes = append(homes, ui.Row{Icon: "store", Title: portal.PlaceName(at), Text: i18n.T(ctx, "看哪里招店"), Href: "/c/" + at.Ref + "/alliance"})
		}
	}
	shell := p.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的席位申请"))
	shell.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return p.Show(w, r, shell, bidsPage(rows, homes))
}

func (p *Pages) bidsIn(ctx context.Context, at community.Place, who id.ID) (rows []ui.Row, err error) {
	err = p.Flows.DB.View(ctx, at.ID, func(rd db.Reader) error {
		rows = nil
		mine, err := p.Flows.Alliance.ApplicationsOf(ctx, rd, at.ID, who)
		if err != nil || len(mine) == 0 {
			return err
		}
		tree, err := p.Flows.Trades(ctx)
		if err != nil {
			return err
		}
		for _, x := range slices.Backward(mine) {
			t, err := tree.Find(x.Form.Trade)
			if err != nil {
				return err
			}
			row := ui.Row{Href: bidHref(at.ID, x.ID), Icon: "clipboard", Title: t.Name(english(ctx)), Text: portal.PlaceName(at), Tag: alliance.StateName(x.State()).In(ctx), Tone: tone(x.State())}
			if x.Form.ShopName != "" {
				row.Text = x.Form.ShopName + " · " + row.Text
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, err
}

// tone is how a state is marked.
func tone(s alliance.State) ui.Tone {
	switch s {
	case alliance.Admitted:
		return ui.OK
	case alliance.Draft, alliance.Returned, alliance.Offered, alliance.Charged, alliance.Contracted:
		return ui.Act
	case alliance.Refused, alliance.Settled, alliance.Dismissed:
		return ui.Bad
	case alliance.Lapsed, alliance.Withdrawn, alliance.Declined:
		return ui.Soon
	}
	return ui.Tell
}

func (p *Pages) bid(w http.ResponseWriter, r *http.Request) error {
	return p.showBid(w, r, http.StatusOK, bidView{})
}

// showBid shows an application; v holds what was typed and what is wrong with it.
func (p *Pages) showBid(w http.ResponseWriter, r *http.Request, status int, v bidView) error {
	ctx := r.Context()
	var err error
	if v.At, v.Application, err = p.bidOf(r); err != nil {
		return err
	}
	if v.Board, err = p.Flows.AllianceBoard(ctx, v.At.ID); err != nil {
		return err
	}
	if v.Form == "" {
		v.Typed, v.Point = v.Application.Form, ""
		v.Share = strings.TrimSuffix(v.Typed.OfferShare.Percent(), "%")
		if v.Typed.OfferShare == 0 {
			v.Share = ""
		}
		if v.Typed.At != (geo.Point{}) {
			v.Point = v.Typed.At.String()
		}
	}
	v.Saved = r.FormValue("saved") != ""
	if err := p.bidParts(ctx, &v); err != nil {
		return err
	}
	v.Trade = v.Board.Trade(v.Application.Form.Trade, english(ctx))
	v.Stem = stem(ctx, v.Application, v.Board)
	shell := p.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "席位申请"))
	shell.Back = ui.Link{Href: "/me/seats", Text: i18n.T(ctx, "我的席位申请")}
	return p.ShowAs(w, r, status, httpkit.Private, shell, bidPage(v))
}

// bidParts reads what belongs to an application.
func (p *Pages) bidParts(ctx context.Context, v *bidView) error {
	v.PayLink = func(code string) string { return p.Portal.PayLink(v.At.ID, code) }
	err := p.Flows.DB.View(ctx, v.At.ID, func(rd db.Reader) (err error) {
		if v.Papers, err = p.Flows.Alliance.Documents(ctx, rd, v.At.ID, v.ID); err != nil {
			return err
		}
		if v.Charges, err = p.Flows.Charges.Of(ctx, rd, v.At.ID, v.ID); err != nil {
			return err
		}
		v.Agreement, err = p.Flows.Alliance.AgreementOf(ctx, rd, v.At.ID, v.ID)
		if err == alliance.ErrNoContract {
			err = nil
		}
		return err
	})
	if err != nil || !v.Editable() {
		return err
	}
	below, stands, err := p.grids(ctx, v.At.ID)
	v.Grids = []ui.Option{{Text: i18n.T(ctx, "请选一片")}}
	for _, g := range below {
		v.Grids = append(v.Grids, ui.Option{Value: g.ID.String(), Text: portal.PlaceName(g)})
		if v.Form == "" && stands[g.ID] == v.Typed.At {
			v.Grid, v.Point = g.ID.String(), ""
		}
	}
	return err
}

// grids are the parts of a community that lie somewhere, for an applicant to say where
// her shop is.
func (p *Pages) grids(ctx context.Context, at id.ID) (below []community.Place, stands map[id.ID]geo.Point, err error) {
	stands = make(map[id.ID]geo.Point)
	err = p.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		all, err := p.Flows.Communities.Positions(ctx, rd)
		if err != nil {
			return err
		}
		places, err := p.Flows.Communities.Below(ctx, rd, at)
		for _, g := range places {
			if where, ok := all[g.ID]; ok && g.ID != at {
				below, stands[g.ID] = append(below, g), where.At
			}
		}
		return err
	})
	return below, stands, err
}

// stem is the way of an application: what was, what is, and what comes.
func stem(ctx context.Context, x *alliance.Application, b *flow.Board) (events []ui.Event) {
	for i, s := range x.Steps {
		e := ui.Event{When: ui.Day(ctx, dayNumber(s.At, b.Zone)), Title: alliance.StateName(s.State).In(ctx), Text: s.Note, State: ui.Done}
		if i == len(x.Steps)-1 && !s.State.Final() {
			e.State = ui.Now
			if e.Text == "" {
				e.Text = alliance.NextWords(s.State).In(ctx)
			}
			if !s.Due.IsZero() {
				e.Text = i18n.T(ctx, "%s期限：%s", e.Text, lastDay(ctx, s.Due, b.Zone))
			}
		}
		events = append(events, e)
	}
	for _, s := range ahead(x) {
		events = append(events, ui.Event{Title: alliance.StateName(s).In(ctx), State: ui.Later})
	}
	return events
}

// ahead is the way that still lies before an application if all goes well.
func ahead(x *alliance.Application) []alliance.State {
	way := []alliance.State{alliance.Submitted, alliance.Checked, alliance.Visited, alliance.Balloted, alliance.Charged, alliance.Paid, alliance.Contracted, alliance.Admitted}
	at := x.State()
	switch {
	case at.Final() || at == alliance.Refused || at == alliance.Appealed:
		return nil
	case at == alliance.Returned:
		at = alliance.Draft
	case at == alliance.ElectedOne || at == alliance.Accepted || at == alliance.Offered || at == alliance.Listed:
		at = alliance.Balloted
	case at == alliance.Signed:
		at = alliance.Contracted
	}
	return way[slices.Index(way, at)+1:]
}

// waits is how long an application still has, and of how much, for a clock.
func waits(x *alliance.Application, now time.Time) (left, of time.Duration) {
	l := x.Last()
	if l == nil || l.Due.IsZero() {
		return 0, 0
	}
	return l.Due.Sub(now), l.Due.Sub(l.At)
}
