package allianceweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// publicView is the alliance of a community for everybody.
type publicView struct {
	At      community.Place
	Open    []openView // seats that take bids now
	Groups  []group
	Held    int
	Clauses []flow.Clause
	Mine    string // page of the viewer's own applications, "" if she has none
}

// openView is a seat that takes bids.
type openView struct {
	ID, Trade, Why, Until string
	Bids                  int
	Action                string
	SignedIn              bool
	Shops                 []ui.Option // of the viewer, which could bid
}

// group are the seats of a branch of trades.
type group struct {
	Code string // of the branch
	Name string
	Rows []ui.Row
}

func (p *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	b, err := p.Flows.AllianceBoard(ctx, at.ID)
	if err != nil {
		return err
	}
	v := publicView{At: at, Groups: p.groups(ctx, b), Clauses: flow.Clauses(ctx, i18n.T(ctx, "您的业态"), b.Rules)}
	for _, s := range b.Seats {
		if b.Holder(s.ID) != nil {
			v.Held++
		}
	}
	if err := p.openings(ctx, b, &v); err != nil {
		return err
	}
	shell := p.Shell(ctx, ui.ResidentFrame, "", i18n.T(ctx, "商业联盟"))
	shell.Place, shell.Private = ui.Link{Text: portal.PlaceName(at), Href: "/c/" + at.Ref + "/books"}, false
	return p.Show(w, r, shell, publicPage(v))
}

// openings are the seats that take bids now, with a way to bid.
func (p *Pages) openings(ctx context.Context, b *flow.Board, v *publicView) error {
	who := authz.Of(ctx)
	shops, err := p.Shops(ctx, who)
	if err != nil {
		return err
	}
	for _, x := range b.Applications {
		if who.SignedIn() && x.Person == who.Acting() {
			v.Mine = "/me/seats"
		}
	}
	for _, o := range b.Openings {
		if !o.Takes(b.Now) {
			continue
		}
		x := openView{ID: o.ID.String(), Trade: b.Trade(o.Trade, english(ctx)), Why: o.Why, Until: lastDay(ctx, o.To, b.Zone), SignedIn: who.SignedIn(),
			Action: "/c/" + v.At.Ref + "/alliance/openings/" + o.ID.String() + "/bids"}
		for _, a := range b.Applications {
			if a.Opening == o.ID && a.State() != alliance.Draft && a.State() != alliance.Withdrawn {
				x.Bids++
			}
		}
		for _, s := range shops {
			if s.Owner && s.Place == b.Community && alliance.OfShop(b.Tenures, s.ID, b.Now) == nil {
				x.Shops = append(x.Shops, ui.Option{Value: s.ID.String(), Text: s.Name})
			}
		}
		v.Open = append(v.Open, x)
	}
	return nil
}

// groups lists the seats by branch of trades: who holds what until when.
func (p *Pages) groups(ctx context.Context, b *flow.Board) (all []group) {
	for _, branch := range b.Tree.Below("") {
		g := group{Code: branch.Code, Name: branch.Name(english(ctx))}
		for _, s := range b.Seats {
			if b.Tree.Clash(branch.Code, s.Trade) == alliance.None {
				continue
			}
			row := ui.Row{Icon: "store", Title: b.Trade(s.Trade, english(ctx))}
			if s.Number > 1 {
				row.Title = i18n.T(ctx, "%s（第 %d 席）", row.Title, s.Number)
				row.Notes = append(row.Notes, i18n.T(ctx, "增设的缘由：%s。%d 天里有 %d 次需要，%d 次没有满足（%s）", s.Reason, s.Demand.Days, s.Demand.Asked, s.Demand.Unmet, s.Demand.Source))
			}
			switch t, o := b.Holder(s.ID), b.Opening(s.ID); {
			case t != nil && b.Shops[t.Merchant] != nil:
				row.Text = i18n.T(ctx, "%s，任期到 %s", shopName(b, t.Merchant), lastDay(ctx, t.Until, b.Zone))
			case o != nil && o.Takes(b.Now):
				row.Tag, row.Tone = i18n.T(ctx, "正在招店"), ui.OK
				row.Text = i18n.T(ctx, "报名到 %s 为止", lastDay(ctx, o.To, b.Zone))
			case o != nil:
				row.Tag, row.Tone = i18n.T(ctx, "在评选"), ui.Tell
			case b.Pending(s.ID) != nil:
				row.Tag, row.Tone = i18n.T(ctx, "新店在办入席"), ui.Tell
			default:
				row.Tag, row.Tone = i18n.T(ctx, "空着"), ui.Soon
			}
			if n := len(b.Waiting(s.Trade)); n > 0 {
				row.Notes = append(row.Notes, i18n.T(ctx, "候补名单上有 %d 家", n))
			}
			g.Rows = append(g.Rows, row)
		}
		if len(g.Rows) > 0 {
			all = append(all, g)
		}
	}
	return all
}

func shopName(b *flow.Board, shop id.ID) string {
	m := b.Shops[shop]
	switch {
	case m == nil:
		return ""
	case m.Name != "":
		return m.Name
	case m.IndustryZH != "":
		return m.IndustryZH
	}
	return m.Ref
}

// shopView is a shop's seat, for the shop.
type shopView struct {
	Name     string
	Trade    string
	Until    string
	From     string
	Basis    string
	Number   int
	Left     int // days
	Of       int
	Facts    []ui.Fact
	Contract string // page of its application, "" if it was there before
	Past     []ui.Row
	Resign   ui.Confirm
	Owner    bool
	Public   string
}

// shopSeat is a shop's own seat and contract.
func (p *Pages) shopSeat(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	on, err := shopOf(r)
	if err != nil {
		return err
	}
	b, err := p.Flows.AllianceBoard(ctx, on.Place)
	if err != nil {
		return err
	}
	at, err := p.Flows.Communities.ByID(ctx, p.Flows.DB, on.Place)
	if err != nil {
		return err
	}
	v := shopView{Name: shopName(b, on.Subject), Public: "/c/" + at.Ref + "/alliance", Owner: p.Engine.May(ctx, authz.Of(ctx), "seat.resign", on) == nil}
	for _, t := range b.Tenures {
		switch {
		case t.Merchant != on.Subject:
		case t.Holds(b.Now):
			p.holding(ctx, b, t, &v, on)
		default:
			v.Past = append(v.Past, ui.Row{Title: b.Trade(t.Trade, english(ctx)), Text: i18n.T(ctx, "%s 到 %s：%s", dayOf(ctx, t.From, b.Zone), dayOf(ctx, t.Over(), b.Zone), alliance.WhyName(t.Why)), Notes: []string{t.Reason}})
		}
	}
	return p.Show(w, r, p.ShopShell(ctx, on.Place, on.Subject, "seat", i18n.T(ctx, "席位")), shopPage(v))
}

func (p *Pages) holding(ctx context.Context, b *flow.Board, t *alliance.Tenure, v *shopView, on authz.Resource) {
	v.Trade, v.Number, v.From, v.Until = b.Trade(t.Trade, english(ctx)), t.Number, dayOf(ctx, t.From, b.Zone), lastDay(ctx, t.Until, b.Zone)
	v.Basis = alliance.BasisName(t.Basis).In(ctx)
	v.Of, v.Left = int(t.Until.Sub(t.From).Hours()/24), int(t.Until.Sub(b.Now).Hours()/24)
	v.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "业态"), Text: v.Trade}, {Name: i18n.T(ctx, "怎样得到的"), Text: v.Basis},
		{Name: i18n.T(ctx, "从"), Text: v.From}, {Name: i18n.T(ctx, "到"), Text: v.Until},
	}
	for _, x := range b.Applications {
		if x.ID == t.Application && x.Person == authz.Of(ctx).Person {
			v.Contract = bidHref(b.Community, x.ID)
		}
	}
	v.Resign = ui.Confirm{ID: "resign", Open: i18n.T(ctx, "提出离席"), Title: i18n.T(ctx, "不做%s这一席了？", v.Trade), Danger: true,
		Text:   i18n.T(ctx, "缴过的保证金全额退，年费按剩下的 %d 天退。店照常开，以后还可以报名。", v.Left),
		Action: "/shop/" + on.Subject.String() + "/seat/resignation", Do: i18n.T(ctx, "离席")}
}

// resign gives up a shop's seat; only its owner does.
func (p *Pages) resign(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	on, err := shopOf(r)
	if err != nil {
		return err
	}
	var held *alliance.Tenure
	err = p.Flows.DB.View(ctx, on.Place, func(rd db.Reader) error {
		all, err := p.Flows.Alliance.TenuresOf(ctx, rd, on.Place, on.Subject)
		held = alliance.OfShop(all, on.Subject, p.Flows.DB.Clock().Now())
		return err
	})
	if err == nil && held == nil {
		err = alliance.ErrNoTenure
	}
	if err != nil {
		return err
	}
	reason := r.FormValue("reason")
	if reason == "" {
		reason = i18n.M("店家自己提出").Key
	}
	if _, err := p.Flows.VacateSeat(ctx, on.Place, authz.Of(ctx).Actor(), held.ID, alliance.Resigned, reason); err != nil {
		return err
	}
	http.Redirect(w, r, "/shop/"+on.Subject.String()+"/seat", http.StatusSeeOther)
	return nil
}

func bidHref(community, application id.ID) string {
	return "/me/seats/" + community.String() + "/" + application.String()
}

// begin starts an application of the viewer.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	opening, err := idIn(r, "opening", alliance.ErrNoOpening)
	if err != nil {
		return err
	}
	var shop id.ID
	if text := r.FormValue("shop"); text != "" {
		if shop, err = id.Parse(text); err != nil {
			return alliance.ErrNotYours
		}
	}
	x, err := p.Flows.ApplyForSeat(ctx, at.ID, authz.Of(ctx).Actor(), opening, shop)
	if err != nil {
		return err
	}
	http.Redirect(w, r, bidHref(at.ID, x.ID), http.StatusSeeOther)
	return nil
}

// never keeps what may hold a person's data out of every store.
const never = httpkit.Never
