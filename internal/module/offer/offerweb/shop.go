package offerweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/offer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// listView is a shop's offers.
type listView struct {
	portal.Counter
	Running, Past []ui.Row
	Room          int // offers that could be made beside those that run
}

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, stands, err := h.standsOf(r)
	if err != nil {
		return err
	}
	v := listView{Counter: c, Room: offer.RunningMax}
	for i := range stands {
		s := &stands[i]
		row := ui.Row{Href: c.Href("/offers/" + s.ID.String()), Icon: "tag", Title: s.Name, Text: says(ctx, &s.Terms), Notes: []string{until(ctx, &s.Terms), usedOf(ctx, s)}}
		row.Tag, row.Tone = stateOf(ctx, s, c.Today)
		if s.End != nil || c.Today > s.When.Last {
			v.Past = append(v.Past, row)
		} else {
			v.Running = append(v.Running, row)
			v.Room--
		}
	}
	return h.Show(w, r, h.shell(ctx, &c, i18n.T(ctx, "优惠"), ui.Link{Href: c.Href("/life"), Text: i18n.T(ctx, "联盟")}), listPage(v))
}

// standsOf are the offers of the shop in an address.
func (h *Pages) standsOf(r *http.Request) (c portal.Counter, stands []offer.Stand, err error) {
	if c, err = h.Counter(r); err != nil {
		return c, nil, err
	}
	err = h.Flows.DB.View(r.Context(), c.ID, func(rd db.Reader) error {
		all, err := h.Flows.Offers.Of(r.Context(), rd, c.ID, c.Shop.ID)
		if err != nil {
			return err
		}
		stands, err = h.Flows.Offers.Stands(r.Context(), rd, c.ID, all)
		return err
	})
	return c, stands, err
}

func (h *Pages) shell(ctx context.Context, c *portal.Counter, title string, back ui.Link) ui.Shell {
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "life", title)
	s.Back = back
	return s
}

// export takes a shop's offers along with how far each is used.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, stands, err := h.standsOf(r)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "优惠"), Head: []string{i18n.T(ctx, "名字"), i18n.T(ctx, "种类"), i18n.T(ctx, "怎么减"), i18n.T(ctx, "什么时候"), i18n.T(ctx, "状态"),
		i18n.T(ctx, "用了几次"), i18n.T(ctx, "减了多少（元）"), i18n.T(ctx, "预算（元）"), i18n.T(ctx, "第几版")}}
	for i := range stands {
		s := &stands[i]
		state, _ := stateOf(ctx, s, c.Today)
		row := sheet.Texts(s.Name, kindNames[s.Kind].In(ctx), says(ctx, &s.Terms), until(ctx, &s.Terms), state)
		t.Rows = append(t.Rows, append(row, sheet.Figure(strconv.Itoa(s.Uses)), sheet.Figure(s.Saved.Decimal(money.CNY)), sheet.Figure(s.Budget.Decimal(money.CNY)), sheet.Figure(strconv.Itoa(s.Version))))
	}
	return portal.Take(w, r, i18n.T(ctx, "优惠"), cmp.Or(r.FormValue("format"), "csv"), t)
}

// formView is the form of an offer, empty or with what it says now.
type formView struct {
	portal.Counter
	Form     ui.Form
	Name     string // of the form among the page's
	Sent     portal.Sent
	Now      offer.Terms
	Alliance money.Rate
	Kinds    bool // the kind may be chosen
	Do       string
}

func (h *Pages) fresh(w http.ResponseWriter, r *http.Request) error {
	return h.showFresh(w, r, portal.Sent{})
}

func (h *Pages) showFresh(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := h.form(&c, sent, offer.Terms{Kind: offer.FullOff, Whom: offer.Members, When: offer.Window{First: c.Today, Last: c.Today + 30}})
	v.Name, v.Form, v.Kinds, v.Do = "make", sent.Once("make", c.Href("/offers")), true, i18n.T(ctx, "开始这个优惠")
	s := h.shell(ctx, &c, i18n.T(ctx, "新的优惠"), ui.Link{Href: c.Href("/offers"), Text: i18n.T(ctx, "优惠")})
	return h.ShowSent(w, r, sent, s, freshPage(v))
}

func (h *Pages) form(c *portal.Counter, sent portal.Sent, now offer.Terms) formView {
	return formView{Counter: *c, Sent: sent, Now: now, Alliance: c.Rules.AlliancePrice}
}

// termsIn are the terms that a form says.
func termsIn(r *http.Request) (t offer.Terms, err error) {
	f := portal.Type(r)
	t = offer.Terms{
		Name: f.Line("name"), Kind: offer.Kind(f.Line("kind")), Category: offer.Category(f.Line("category")), Whom: offer.Whom(f.Line("whom")),
		Rate: f.Share("rate"), Every: f.Ticked("every"), PerPerson: f.Number("per_person"), Total: f.Number("total"), Budget: f.Yuan("budget"),
		When: offer.Window{First: f.Day("first"), Last: f.Day("last"), Times: f.Times(), Own: f.Ticked("own")},
	}
	t.Category = cmp.Or(t.Category, t.Kind.Of())
	if t.Kind == offer.MemberPrice || t.Kind == offer.FirstTime {
		t.Whom = offer.Members
	}
	if t.Kind == offer.FirstTime {
		t.PerPerson = 1
	}
	for n := range stepsShown {
		from, off := f.Yuan(stepField("from", n)), f.Yuan(stepField("off", n))
		if off != 0 || from != 0 {
			t.Steps = append(t.Steps, offer.Step{From: from, Off: off})
		}
	}
	return t, f.Err
}

// stepsShown is how many steps a form has room for.
const stepsShown = 3

func stepField(name string, n int) string { return name + strconv.Itoa(n+1) }

func (h *Pages) make(w http.ResponseWriter, r *http.Request) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	t, err := termsIn(r)
	if err == nil {
		err = h.Flows.MakeOffer(r.Context(), at.Place, authz.Of(r.Context()).Actor(), r.FormValue(ui.TokenName), at.Subject, t)
	}
	return portal.Done(w, r, err, "/shop/"+at.Subject.String()+"/offers", "make", func(s portal.Sent) error { return h.showFresh(w, r, s) })
}

// oneView is one offer.
type oneView struct {
	formView
	offer.Stand
	State    string
	Tone     ui.Tone
	Facts    []ui.Fact
	Versions []ui.Event
	Base     string
	May      bool // change and end it
}

func (h *Pages) one(w http.ResponseWriter, r *http.Request) error {
	return h.showOne(w, r, portal.Sent{})
}

func (h *Pages) showOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, stands, err := h.standsOf(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(stands, func(s offer.Stand) bool { return s.ID.String() == r.PathValue("offer") })
	if i < 0 {
		return offer.ErrNotFound
	}
	s := stands[i]
	v := oneView{formView: h.form(&c, sent, s.Terms), Stand: s, Base: c.Href("/offers/" + s.ID.String())}
	v.State, v.Tone = stateOf(ctx, &s, c.Today)
	v.May = c.Owner && s.End == nil && c.Today <= s.When.Last
	v.formView.Name, v.Form, v.Do = "change", sent.Ask("change", v.Base+"/version"), i18n.T(ctx, "改成这样")
	v.Facts = facts(ctx, &s)
	if v.Versions, err = h.versions(ctx, &c, s.ID, s.End); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.shell(ctx, &c, s.Name, ui.Link{Href: c.Href("/offers"), Text: i18n.T(ctx, "优惠")}), onePage(v))
}

func facts(ctx context.Context, s *offer.Stand) []ui.Fact {
	all := []ui.Fact{
		{Name: i18n.T(ctx, "怎么减"), Text: says(ctx, &s.Terms)}, {Name: i18n.T(ctx, "什么时候"), Text: until(ctx, &s.Terms)},
		{Name: i18n.T(ctx, "哪一类"), Text: i18n.T(ctx, "%s，同类的一单只用一项", categoryNames[s.Category])},
		{Name: i18n.T(ctx, "用了多少"), Text: usedOf(ctx, s)},
	}
	if s.PerPerson > 0 {
		all = append(all, ui.Fact{Name: i18n.T(ctx, "每人"), Text: i18n.T(ctx, "%d 次", s.PerPerson)})
	}
	if s.Total > 0 {
		all = append(all, ui.Fact{Name: i18n.T(ctx, "一共"), Text: i18n.T(ctx, "%d 次", s.Total)})
	}
	return all
}

// versions tell what the offer said before.
func (h *Pages) versions(ctx context.Context, c *portal.Counter, at id.ID, end *offer.End) (events []ui.Event, err error) {
	err = h.Flows.DB.View(ctx, c.ID, func(rd db.Reader) error {
		all, err := h.Flows.Offers.Versions(ctx, rd, c.ID, at)
		for _, o := range all {
			events = append(events, ui.Event{State: ui.Done, Title: i18n.T(ctx, "第 %d 版：%s", o.Version, o.Name), Text: says(ctx, &o.Terms) + " · " + until(ctx, &o.Terms), When: ui.Moment(ctx, c.Local(o.At))})
		}
		return err
	})
	if end != nil {
		events = append(events, ui.Event{State: ui.Done, Title: i18n.T(ctx, "停了：%s", end.Words), When: ui.Moment(ctx, c.Local(end.At))})
	}
	return events, err
}

// step does something with the offer in an address.
func (h *Pages) step(w http.ResponseWriter, r *http.Request, form string, do func(at authz.Resource, which id.ID) error) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	which, err := id.Parse(r.PathValue("offer"))
	if err != nil {
		return offer.ErrNotFound
	}
	to := "/shop/" + at.Subject.String() + "/offers/" + which.String()
	return portal.Done(w, r, do(at, which), to, form, func(s portal.Sent) error { return h.showOne(w, r, s) })
}

func (h *Pages) change(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "change", func(at authz.Resource, which id.ID) error {
		t, err := termsIn(r)
		if err != nil {
			return err
		}
		return h.Flows.ChangeOffer(r.Context(), at.Place, authz.Of(r.Context()).Actor(), at.Subject, which, t)
	})
}

func (h *Pages) end(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "end", func(at authz.Resource, which id.ID) error {
		return h.Flows.EndOffer(r.Context(), at.Place, authz.Of(r.Context()).Actor(), at.Subject, which, portal.Type(r).Line("words"))
	})
}
