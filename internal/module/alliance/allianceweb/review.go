package allianceweb

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/basemap"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
	"gongyi/internal/portal/mapweb"
)

// reviewView is an application for the office.
type reviewView struct {
	*alliance.Application
	At        community.Place
	Board     *flow.Board
	Trade     string
	Stem      []ui.Event
	Facts     []ui.Fact
	Papers    []*alliance.Document
	Visits    []*alliance.Visit
	Charges   []charge.Charge
	Agreement *alliance.Agreement
	Rivals    []rivalRow
	Map       templ.Component
	May, Sign bool
	Ballot    *committee.Ballot
	Form      string
	Wrong     []ui.Wrong
	Typed     map[string]string
	Passed    []string
	Today     period.Day
}

func (v reviewView) href(rest string) string { return reviewHref(v.At, v.ID) + rest }

func (v reviewView) form(name, rest string) ui.Form {
	f := ui.Form{ID: "form-" + name, In: name, Action: v.href(rest)}
	if v.Form == name {
		f.Wrong = v.Wrong
	}
	return f
}

// rivalRow is a shop that competes with the applicant.
type rivalRow struct {
	alliance.Competitor
	Name, Trade, Place string
}

func (p *Pages) review(w http.ResponseWriter, r *http.Request) error {
	return p.showReview(w, r, http.StatusOK, "", nil)
}

func (p *Pages) showReview(w http.ResponseWriter, r *http.Request, status int, form string, wrong []ui.Wrong) error {
	ctx := r.Context()
	at, x, err := p.bidOf(r)
	if err != nil {
		return err
	}
	if err := p.Looked(ctx, []id.ID{x.Person}, privacy.Profile, i18n.M("看席位申请").Key); err != nil {
		return err
	}
	v := reviewView{Application: x, At: at, Form: form, Wrong: wrong, Typed: make(map[string]string), Passed: r.Form["checks"]}
	for _, f := range []string{"note", "visitors", "area", "result", "visited_on", "reason"} {
		v.Typed[f] = r.FormValue(f)
	}
	if v.Board, err = p.Flows.AllianceBoard(ctx, at.ID); err != nil {
		return err
	}
	v.Today = period.DayOf(v.Board.Now, v.Board.Zone)
	v.Trade = v.Board.Trade(x.Form.Trade, english(ctx))
	v.Stem, v.Facts = stem(ctx, x, v.Board), formFacts(ctx, x, v.Trade, v.Board.Rules)
	on := authz.Resource{Place: at.ID}
	v.May = p.Engine.May(ctx, authz.Of(ctx), "seating.change", on) == nil
	v.Sign = p.Engine.May(ctx, authz.Of(ctx), "contract.sign", on) == nil
	if err := p.reviewParts(ctx, &v); err != nil {
		return err
	}
	if err := p.drawRivals(ctx, &v); err != nil {
		return err
	}
	return p.ShowAs(w, r, status, httpkit.Private, p.desk(ctx, i18n.T(ctx, "席位申请")), reviewPage(v))
}

// reviewParts reads what belongs to an application.
func (p *Pages) reviewParts(ctx context.Context, v *reviewView) error {
	return p.Flows.DB.View(ctx, v.At.ID, func(rd db.Reader) (err error) {
		if v.Papers, err = p.Flows.Alliance.Documents(ctx, rd, v.At.ID, v.ID); err != nil {
			return err
		}
		if v.Visits, err = p.Flows.Alliance.Visits(ctx, rd, v.At.ID, v.ID); err != nil {
			return err
		}
		if v.Charges, err = p.Flows.Charges.Of(ctx, rd, v.At.ID, v.ID); err != nil {
			return err
		}
		ballots, err := p.Flows.Committee.BallotsOn(ctx, rd, v.At.ID, committee.Subject{Kind: flow.OnOpening, ID: v.Opening})
		if err != nil {
			return err
		}
		if n := len(ballots); n > 0 {
			v.Ballot = ballots[n-1]
		}
		v.Agreement, err = p.Flows.Alliance.AgreementOf(ctx, rd, v.At.ID, v.ID)
		if err == alliance.ErrNoContract {
			err = nil
		}
		return err
	})
}

// drawRivals finds who competes with the applicant, and draws them on the map.
func (p *Pages) drawRivals(ctx context.Context, v *reviewView) (err error) {
	if v.Rivals, err = p.rivalsOf(ctx, v.At, v.Application, v.Board); err != nil || v.Application.Form.At == (geo.Point{}) {
		return err
	}
	v.Map, err = mapweb.Sketch(ctx, p.Portal, p.Base, v.At.Ref, i18n.T(ctx, "申请的店和同业的店"), marksOf(v.Application, v.Rivals), v.href("/marks.json"))
	return err
}

// rivalsOf are the shops that compete with an application, the nearest first.
func (p *Pages) rivalsOf(ctx context.Context, at community.Place, x *alliance.Application, b *flow.Board) (rows []rivalRow, err error) {
	if x.Form.At == (geo.Point{}) {
		return nil, nil
	}
	found, err := p.Flows.Competitors(ctx, at.ID, x.Form.Trade, x.Form.At, b.Rules.SeatRadius)
	if err != nil {
		return nil, err
	}
	for _, c := range found[:min(len(found), 60)] {
		if c.Merchant == x.Shop {
			continue
		}
		place, err := p.Flows.Communities.ByID(ctx, p.Flows.DB, c.Community)
		if err != nil {
			return nil, err
		}
		var m *merchant.Merchant
		if err := p.Flows.DB.View(ctx, c.Community, func(rd db.Reader) error {
			m, err = p.Flows.Merchants.ByID(ctx, rd, c.Community, c.Merchant)
			return err
		}); err != nil {
			return nil, err
		}
		rows = append(rows, rivalRow{Competitor: c, Name: cmp.Or(m.Name, m.Ref), Trade: b.Trade(c.Spot.Trade, english(ctx)), Place: portal.PlaceName(place)})
	}
	return rows, nil
}

// marksOf are the marks of an application's map: itself first, then who competes.
func marksOf(x *alliance.Application, rivals []rivalRow) []basemap.Mark {
	marks := []basemap.Mark{{ID: "m-1", Kind: "shop", Name: x.Form.ShopName, At: x.Form.At}}
	for i, c := range rivals {
		marks = append(marks, basemap.Mark{ID: "m-" + strconv.Itoa(i+2), Kind: "shop", Name: c.Name, At: c.At})
	}
	return marks
}

// marks answers with the same for a map that a script draws.
func (p *Pages) marks(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, x, err := p.bidOf(r)
	if err != nil {
		return err
	}
	b, err := p.Flows.AllianceBoard(ctx, at.ID)
	if err != nil {
		return err
	}
	rivals, err := p.rivalsOf(ctx, at, x, b)
	if err != nil {
		return err
	}
	features := []map[string]any{}
	for i, m := range marksOf(x, rivals) {
		features = append(features, map[string]any{"type": "Feature", "properties": map[string]any{"id": m.ID, "n": i + 1, "kind": "shop", "name": m.Name},
			"geometry": map[string]any{"type": "Point", "coordinates": []float64{float64(m.At.Lon) / geo.Degree, float64(m.At.Lat) / geo.Degree}}})
	}
	body, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
	if err != nil {
		return err
	}
	return httpkit.Send(w, r, http.StatusOK, never, "application/json", body)
}

// decide does something with the application of an address and leads back to it.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request, form string, do func(at, application id.ID, actor db.Actor) error) error {
	at, x, err := p.bidOf(r)
	if err != nil {
		return err
	}
	if err := do(at.ID, x.ID, authz.Of(r.Context()).Actor()); err != nil {
		wrong, status, err := portal.Wrong(r.Context(), err)
		if err != nil {
			return err
		}
		return p.showReview(w, r, status, form, wrong)
	}
	http.Redirect(w, r, reviewHref(at, x.ID), http.StatusSeeOther)
	return nil
}

func (p *Pages) check(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, "check", func(at, x id.ID, actor db.Actor) error {
		return onNote(p.Flows.CheckApplication(r.Context(), at, actor, x, alliance.State(r.FormValue("to")), r.FormValue("note")))
	})
}

// onNote moves a missing reason to the field in which it is asked for.
func onNote(err error) error {
	if err != nil && strings.Contains(err.Error(), "no_reason") {
		return alliance.ErrNoReason.On("note")
	}
	return err
}

// visit notes a visit; the form may have waited for the network.
func (p *Pages) visit(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, "visit", func(at, x id.ID, actor db.Actor) error {
		v := alliance.Visit{Application: x, Result: alliance.Result(r.FormValue("result")), Note: strings.TrimSpace(r.FormValue("note")), Area: int(whole(r.FormValue("area")))}
		day, err := period.ParseDay(r.FormValue("visited_on"))
		if err != nil {
			return alliance.ErrBadVisitDay.On("visited_on")
		}
		v.On = day
		for name := range strings.FieldsFuncSeq(r.FormValue("visitors"), func(c rune) bool { return strings.ContainsRune("、，,;；\n", c) }) {
			if name = strings.TrimSpace(name); name != "" {
				v.Visitors = append(v.Visitors, name)
			}
		}
		for _, c := range r.Form["checks"] {
			v.Passed = append(v.Passed, alliance.Check(c))
		}
		_, err = p.Flows.NoteVisit(r.Context(), at, actor, v, r.FormValue(ui.TokenName))
		return err
	})
}

// picture takes a picture of a visit.
func (p *Pages) picture(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, "pictures", func(at, x id.ID, actor db.Actor) error {
		file, err := portal.PictureIn(r, "file")
		if err != nil {
			return err
		}
		_, err = p.Flows.AddPaper(r.Context(), at, actor, x, alliance.VisitShot, file)
		return err
	})
}

func (p *Pages) decideAppeal(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, "appeal", func(at, x id.ID, actor db.Actor) error {
		return onNote(p.Flows.DecideAppeal(r.Context(), at, actor, x, r.FormValue("uphold") == "yes", r.FormValue("note")))
	})
}

func (p *Pages) draw(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, "contract", func(at, x id.ID, actor db.Actor) error { return p.Flows.DrawContract(r.Context(), at, actor, x) })
}

func (p *Pages) signAlliance(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, "sign", func(at, x id.ID, actor db.Actor) error {
		sum, err := sumOf(r)
		if err != nil {
			return err
		}
		role, err := p.Engine.InRole(r.Context())
		if err != nil {
			return err
		}
		return p.Flows.SignContract(r.Context(), at, actor, x, alliance.ByAlliance, role, sum)
	})
}

// officePaper answers with a document of an application, after the look was noted.
func (p *Pages) officePaper(w http.ResponseWriter, r *http.Request) error {
	at, x, err := p.bidOf(r)
	if err != nil {
		return err
	}
	if err := p.Looked(r.Context(), []id.ID{x.Person}, privacy.Profile, i18n.M("看席位申请的材料").Key); err != nil {
		return err
	}
	return p.sendPaper(w, r, at.ID, x.ID)
}
