package pointsweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// goodForm is the form of a new good, or of new terms.
type goodForm struct {
	At       community.Place
	Form     ui.Form
	Typed    map[string]string
	Shops    []ui.Option
	Counters []ui.Option
	Fields   []string
	Place    ui.Form // for a new counter
}

var goodFields = []string{"kind", "name", "unit", "about", "supplier", "points", "cost", "monthly", "from", "until", "counter", "reason"}

// choices are the shops and counters of a community.
func (p *Pages) choices(ctx context.Context, at community.Place, v *goodForm) error {
	return p.view(ctx, at.ID, func(rd db.Reader) error {
		shops, err := p.Flows.Merchants.List(ctx, rd, at.ID)
		if err != nil {
			return err
		}
		for _, m := range shops {
			if m.Status == merchant.Active {
				name := m.Name
				if name == "" {
					name = m.Ref
				}
				v.Shops = append(v.Shops, ui.Option{Value: m.ID.String(), Text: name})
			}
		}
		v.Counters = append(v.Counters, v.Shops...)
		counters, err := p.Flows.Points.Counters(ctx, rd, at.ID)
		for _, c := range counters {
			v.Counters = append(v.Counters, ui.Option{Value: c.ID.String(), Text: c.Name + " · " + c.Address})
		}
		return err
	})
}

func (p *Pages) newGood(w http.ResponseWriter, r *http.Request) error {
	return p.showNew(w, r, http.StatusOK, nil)
}

func (p *Pages) showNew(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	v := goodForm{At: at, Typed: typed(r, wrong, append(goodFields, "counter_name", "address")...), Form: ui.Form{Action: "/desk/points/" + at.Ref + "/new", Upload: true, Wrong: wrong, Busy: i18n.T(ctx, "正在存，请等一下")},
		Place: ui.Form{Action: "/desk/points/" + at.Ref + "/counters", In: "counter"}}
	if wrong == nil {
		today, _, err := p.today(ctx, at.ID)
		if err != nil {
			return err
		}
		v.Typed = map[string]string{"kind": string(points.Item), "from": today.String()}
	}
	if err := p.choices(ctx, at, &v); err != nil {
		return err
	}
	return p.ShowAs(w, r, status, httpkit.Never, p.desk(ctx, "goods", i18n.T(ctx, "加一样兑换品")), newGoodPage(v))
}

// terms reads what a good costs out of a form.
func terms(r *http.Request) (t points.Terms, err error) {
	n, err := number(r, "points", points.ErrBadTerms)
	if err != nil {
		return t, err
	}
	t.Points = money.Amount(n)
	if t.Cost, err = yuan(r, "cost", points.ErrBadTerms); err != nil {
		return t, err
	}
	if t.Monthly, err = number(r, "monthly", points.ErrBadTerms); err != nil {
		return t, err
	}
	if t.From, err = day(r, "from", points.ErrBadTerms); err != nil {
		return t, err
	}
	if t.Until, err = day(r, "until", points.ErrBadTerms); err != nil {
		return t, err
	}
	if t.Counter, err = id.Parse(r.FormValue("counter")); err != nil {
		return t, points.ErrBadTerms.On("counter")
	}
	t.Reason = strings.TrimSpace(r.FormValue("reason"))
	return t, nil
}

func (p *Pages) addGood(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	picture, err := portal.PictureIn(r, "picture")
	var g points.Good
	if err == nil {
		g = points.Good{Kind: points.Kind(r.FormValue("kind")), Name: strings.TrimSpace(r.FormValue("name")), Unit: strings.TrimSpace(r.FormValue("unit")), About: strings.TrimSpace(r.FormValue("about"))}
		g.Terms, err = terms(r)
	}
	if err == nil {
		if g.Supplier, err = id.Parse(r.FormValue("supplier")); err != nil {
			err = points.ErrBadGood.On("supplier")
		}
	}
	if err == nil {
		g, err = p.Flows.AddGood(ctx, at.ID, authz.Of(ctx).Actor(), g, picture)
	}
	if err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showNew(w, r, status, wrong) })
	}
	return see(w, r, deskGood(at, g.ID))
}

func (p *Pages) addCounter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	err = p.update(ctx, at.ID, func(tx *db.Tx) error {
		_, err := p.Flows.Points.AddCounter(ctx, tx, points.Counter{Name: strings.TrimSpace(r.FormValue("counter_name")), Address: strings.TrimSpace(r.FormValue("address"))})
		return err
	})
	if err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showNew(w, r, status, wrong) })
	}
	return see(w, r, "/desk/points/"+at.Ref+"/new")
}

// goodDeskView is a good with its stock, for the office.
type goodDeskView struct {
	goodForm
	*points.Good
	Picture string
	Facts   []ui.Fact
	Batches []batchView
	Past    []ui.Event
	May     bool
	Check   bool
	Wrong   []ui.Wrong
	Which   string // the form that was refused
}

// batchView is a delivered batch.
type batchView struct {
	points.Batch
	By, Checker string
	When        string
	Checked     string
	Photo       string
}

func (p *Pages) goodDesk(w http.ResponseWriter, r *http.Request) error {
	return p.showGoodDesk(w, r, http.StatusOK, "", nil)
}

func (p *Pages) showGoodDesk(w http.ResponseWriter, r *http.Request, status int, which string, wrong []ui.Wrong) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	key, err := key(r, "good", points.ErrNoGood)
	if err != nil {
		return err
	}
	v := goodDeskView{goodForm: goodForm{At: at, Typed: typed(r, wrong, append(goodFields, "quantity", "document", "sample", "faulty", "note", "result")...)}, Wrong: wrong, Which: which}
	var batches []points.Batch
	var history []points.Terms
	var names map[id.ID]string
	err = p.view(ctx, at.ID, func(rd db.Reader) error {
		if v.Good, err = p.Flows.Points.Good(ctx, rd, at.ID, key); err != nil {
			return err
		}
		if batches, err = p.Flows.Points.BatchesOf(ctx, rd, at.ID, key); err != nil {
			return err
		}
		if history, err = p.Flows.Points.TermsOf(ctx, rd, at.ID, key); err != nil {
			return err
		}
		names, err = p.Flows.CounterNames(ctx, rd, at.ID)
		return err
	})
	if err != nil {
		return err
	}
	if err := p.choices(ctx, at, &v.goodForm); err != nil {
		return err
	}
	v.Picture = pictureHref(at, v.Terms.Picture)
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "现有"), Text: strconv.FormatInt(v.Left, 10) + " " + v.Unit}, {Name: i18n.T(ctx, "积分"), Text: ui.Points(v.Terms.Points)}, {Name: i18n.T(ctx, "成本，元"), Text: ui.Yuan(v.Terms.Cost)},
		{Name: i18n.T(ctx, "供货的店"), Text: names[v.Supplier]}, {Name: i18n.T(ctx, "到哪里领"), Text: names[v.Terms.Counter]}}
	may := func(a authz.Action) bool {
		return p.Engine.May(ctx, authz.Of(ctx), a, authz.Resource{Place: at.ID}) == nil
	}
	v.May, v.Check = may("catalogue.change") && !v.Ended, may("stock.check")
	if err := p.fillHistory(ctx, &v, batches, history); err != nil {
		return err
	}
	if wrong == nil {
		t := &v.Terms
		v.Typed = map[string]string{"points": t.Points.Decimal(money.Point), "cost": t.Cost.Decimal(money.CNY), "monthly": plain(t.Monthly), "from": t.From.String(), "counter": t.Counter.String()}
		if t.Until != 0 {
			v.Typed["until"] = t.Until.String()
		}
	}
	return p.ShowAs(w, r, status, httpkit.Never, p.desk(ctx, "goods", v.Name), goodDeskPage(v))
}

func plain(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func (p *Pages) fillHistory(ctx context.Context, v *goodDeskView, batches []points.Batch, history []points.Terms) error {
	var by []string
	for _, b := range batches {
		by = append(by, b.By)
		if b.Check != nil {
			by = append(by, b.Check.By)
		}
	}
	for _, t := range history {
		by = append(by, t.By)
	}
	names, err := p.names(ctx, by...)
	if err != nil {
		return err
	}
	zone := p.zoneOf(ctx, v.At.ID)
	for _, b := range batches {
		x := batchView{Batch: b, By: names[b.By], When: moment(ctx, b.At, zone)}
		if b.Check != nil {
			x.Checker, x.Checked = names[b.Check.By], moment(ctx, b.Check.At, zone)
			if !b.Check.Picture.IsZero() {
				x.Photo = "/desk/points/" + v.At.Ref + "/checks/" + b.Check.Picture.String()
			}
		}
		v.Batches = append(v.Batches, x)
	}
	for _, t := range history {
		text := i18n.T(ctx, "%s 分，成本 %s 元", ui.Points(t.Points), ui.Yuan(t.Cost))
		if t.Reason != "" {
			text += " · " + t.Reason
		}
		v.Past = append(v.Past, ui.Event{When: moment(ctx, t.At, zone), Title: names[t.By], Text: text, State: ui.Done})
	}
	return nil
}

// zoneOf is the zone of a community, the house's own if it cannot be known.
func (p *Pages) zoneOf(ctx context.Context, at id.ID) *time.Location {
	zone, err := p.Zone(ctx, at)
	if err != nil {
		return portal.Zone
	}
	return zone
}
