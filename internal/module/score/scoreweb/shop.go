package scoreweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// shopView is a shop's own score.
type shopView struct {
	portal.Counter
	Sent       portal.Sent
	Run        *score.Run
	Score      *score.Score
	Parts      []partView
	Objections []ui.Row
	Names      []ui.Option
	CanObject  bool
	Until      string
	Ranked     int
	Try        tryView
}

// lost is what was wrong with an objection when there is no form for one any more.
func (v *shopView) lost() []ui.Wrong {
	if v.Sent.Form != "object" || v.CanObject && len(v.Names) > 0 {
		return nil
	}
	return v.Sent.Wrong
}

// tryView is what would have been.
type tryView struct {
	Offers                string
	Recommended, Attended int
	Disclosures           int
	Asked                 bool
	Points, Place         int
	Last                  bool
}

func (h *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	return h.showShop(w, r, portal.Sent{})
}

func (h *Pages) showShop(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	run, objections, err := h.runOf(r, c.ID)
	if err != nil {
		return err
	}
	if !run.State().Public() {
		return score.ErrNoRun
	}
	v := shopView{Counter: c, Sent: sent, Run: run, Score: run.Last().Of(c.Shop.ID), Until: ui.Moment(ctx, c.Local(run.Until().Add(-1)))}
	if v.Score == nil {
		return score.ErrNotScored
	}
	for _, s := range run.Last().Scores {
		if s.Ranked {
			v.Ranked++
		}
	}
	v.Parts = explained(ctx, v.Score, run, c.Href(""), c.Rules.PortraitK)
	v.CanObject = run.State() != score.Final && c.Now.Before(run.Until())
	said := make(map[score.Name]bool)
	for _, o := range objections {
		if o.Merchant == c.Shop.ID {
			said[o.Input] = true
			v.Objections = append(v.Objections, objectionRow(ctx, &o))
		}
	}
	for _, n := range score.Names {
		if !said[n] {
			v.Names = append(v.Names, ui.Option{Value: string(n), Text: score.InputName(n).In(ctx)})
		}
	}
	v.Try = try(r, run, objections, v.Score)
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "duty", ui.Quarter(ctx, run.Quarter))
	s.Back = ui.Link{Href: c.Href("/duty"), Text: i18n.T(ctx, "责任")}
	return h.ShowAs(w, r, sent.StatusOf(), httpkit.Private, s, shopPage(v))
}

// objectionRow is an objection in a line, with what was answered.
func objectionRow(ctx context.Context, o *score.Objection) ui.Row {
	row := ui.Row{Icon: "message", Title: i18n.T(ctx, "%s应当是 %s", score.InputName(o.Input), valueText(o.Input, o.Claimed)), Text: o.Words, Tag: i18n.T(ctx, "等答复"), Tone: ui.Soon}
	if a := o.Answer; a != nil {
		row.Notes = []string{i18n.T(ctx, "答复：%s", a.Words)}
		if row.Tag, row.Tone = i18n.T(ctx, "维持"), ui.Tell; a.Granted {
			row.Tag, row.Tone = i18n.T(ctx, "更正为 %s", valueText(o.Input, a.Value)), ui.OK
		}
	}
	return row
}

// valueText writes an input.
func valueText(n score.Name, v int64) string {
	if n.Money() {
		return ui.Yuan(money.Amount(v))
	}
	return strconv.FormatInt(v, 10)
}

// value reads an input that somebody typed.
func value(r *http.Request, n score.Name, field string) (int64, error) {
	if n.Money() {
		v, err := portal.Yuan(r, field)
		return int64(v), err
	}
	v, err := strconv.ParseInt(strings.TrimSpace(r.FormValue(field)), 10, 64)
	if err != nil {
		return 0, score.ErrBadValue.On(field).With("most", 1_000_000)
	}
	return v, nil
}

// try says how the shop would have scored with other figures of its own, all else equal.
func try(r *http.Request, run *score.Run, objections []score.Objection, s *score.Score) (t tryView) {
	t.Offers, t.Recommended, t.Attended, t.Disclosures = s.Offers.Decimal(money.CNY), s.Recommended, s.Attended, s.Disclosures
	if t.Asked = r.Method == http.MethodGet && r.FormValue("offers") != ""; !t.Asked {
		return t
	}
	q := score.Corrected(&run.Input, objections, run.State() == score.Final)
	i := slices.IndexFunc(q.Shops, func(x score.Input) bool { return x.Merchant == s.Merchant })
	x := &q.Shops[i]
	if v, err := money.Parse(strings.TrimSpace(r.FormValue("offers")), money.CNY); err == nil && v >= 0 && v < 1e12 {
		t.Offers, x.Offers = r.FormValue("offers"), v
	}
	for field, into := range map[string]*int{"recommended": &x.Recommended, "attended": &x.Attended, "disclosures": &x.Disclosures} {
		if n, err := strconv.Atoi(r.FormValue(field)); err == nil && n >= 0 && n <= 1000 {
			*into = n
		}
	}
	x.Disclosures = min(3, x.Disclosures)
	t.Recommended, t.Attended, t.Disclosures = x.Recommended, x.Attended, x.Disclosures
	for _, y := range score.Rank(q, &run.Weights) {
		if y.Merchant == s.Merchant {
			t.Points, t.Place, t.Last = y.Points, y.Place, y.Last
		}
	}
	return t
}

// object notes what the shop says against an input.
func (h *Pages) object(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	run, _, err := h.runOf(r, at.Place)
	if err != nil {
		return err
	}
	o := score.Objection{Run: run.ID, Merchant: at.Subject, Input: score.Name(r.FormValue("input")), Words: portal.Prose(r, "words")}
	if o.Claimed, err = value(r, o.Input, "claimed"); err == nil {
		err = h.Flows.ObjectToScore(ctx, at.Place, authz.Of(ctx).Actor(), r.FormValue(ui.TokenName), o)
	}
	return portal.Done(w, r, err, "/shop/"+at.Subject.String()+"/duty/scores/"+run.Quarter.String(), "object", func(s portal.Sent) error { return h.showShop(w, r, s) })
}

// publicView is a quarter as everybody sees it.
type publicView struct {
	portal.Room
	Run      *score.Run // nil while none is public
	Weights  score.Weights
	Bands    []bandView
	Quarters []ui.Tab
	Active   string
}

// bandView are the shops of a band, by name.
type bandView struct {
	Key, Name string
	Shops     []string
}

// bandsShown are the bands in the order of the page.
var bandsShown = []score.Band{score.Upper, score.Middle, score.Lower, score.Few, score.Unranked}

// public shows the formula, and of a quarter who is in which band: no points, no money.
func (h *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := publicView{Room: room, Weights: score.WeightsOf(&room.Rules.Alliance)}
	want, bad := period.ParseMonth(r.PathValue("quarter"))
	if r.PathValue("quarter") != "" && bad != nil {
		return httpkit.ErrNoSuchPage
	}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.Flows.Scores.Quarters(ctx, rd, room.ID, room.Today.Month()-24)
		if err != nil {
			return err
		}
		v.Quarters = nil
		for _, x := range all {
			if !x.State().Public() {
				continue
			}
			if want == 0 {
				want = x.Quarter
			}
			v.Quarters = append(v.Quarters, ui.Tab{Key: x.Quarter.String(), Href: room.Path("/scores/" + x.Quarter.String()), Text: ui.Quarter(ctx, x.Quarter)})
		}
		if want == 0 {
			return nil
		}
		if v.Run, err = h.Flows.Scores.OfQuarter(ctx, rd, room.ID, want); err == nil && (v.Run == nil || !v.Run.State().Public()) {
			err = score.ErrNoRun
		}
		return err
	})
	if err != nil {
		return err
	}
	if v.Run != nil {
		v.Active, v.Weights = v.Run.Quarter.String(), v.Run.Weights
		for _, b := range bandsShown {
			x := bandView{Key: string(b), Name: score.BandName(b).In(ctx)}
			for _, s := range v.Run.Last().Scores {
				if s.Band == b {
					x.Shops = append(x.Shops, room.ShopName(ctx, s.Merchant))
				}
			}
			slices.Sort(x.Shops)
			if len(x.Shops) > 0 {
				v.Bands = append(v.Bands, x)
			}
		}
	}
	return h.Show(w, r, h.OpenShell(ctx, &room, i18n.T(ctx, "季度评分"), ""), publicPage(v))
}
