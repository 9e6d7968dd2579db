package coinweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/pairing"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// purseView is a resident's hours in one community.
type purseView struct {
	Among bool // several communities' are on the page
	flow.Belonging
	Key     string
	Place   string
	Stats   []ui.Stat
	Rows    []ui.Row // what moved
	Held    []ui.Row
	Gifts   []ui.Row
	Orders  []ui.Row
	Next    []ui.Option // communities that hers is paired with
	Ask     string      // where she asks as a guest
	Left    string      // what she can still give to neighbours this month
	Sent    portal.Sent
	Confirm *giftView
}

// taken is where what is shown can be had in a format.
func (p *purseView) taken(format string) string { return "/me/hours?at=" + p.Key + "&format=" + format }

// giftView is a gift that she is asked about once more.
type giftView struct {
	To, Phone, Words, Token string
	Coins                   money.Amount
	Text                    string
}

// mineView are her hours everywhere.
type mineView struct {
	Purses []purseView
	Given  bool
}

// shownMoves is how many movements the page shows; the account's own page has all.
const shownMoves = 8

func (h *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	if format := r.FormValue("format"); format == onPaper || sheet.Formats[format] != "" {
		return h.take(w, r, format)
	}
	return h.showMine(w, r, "", portal.Sent{}, nil)
}

// showMine shows her hours; at names the community whose form was sent.
func (h *Pages) showMine(w http.ResponseWriter, r *http.Request, at string, sent portal.Sent, ask *giftView) error {
	ctx := r.Context()
	_, memberships, err := h.Me(ctx)
	if err != nil {
		return err
	}
	all, err := h.Flows.Belongings(ctx, memberships)
	if err != nil {
		return err
	}
	v := mineView{Given: r.FormValue("given") != ""}
	for i := range all {
		p := purseView{Belonging: all[i], Key: all[i].Community.Ref, Place: portal.PlaceName(all[i].Community)}
		if p.Key == at {
			p.Sent, p.Confirm = sent, ask
		}
		if err := h.fill(ctx, &p); err != nil {
			return err
		}
		v.Purses = append(v.Purses, p)
	}
	for i := range v.Purses {
		v.Purses[i].Among = len(v.Purses) > 1
	}
	s := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的服务时"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return h.ShowSent(w, r, sent, s, minePage(v))
}

// fill reads one community's part.
func (h *Pages) fill(ctx context.Context, p *purseView) error {
	rules, at, me := &p.Rules.Params, p.Community.ID, p.Member.ID
	partners, err := h.Flows.Partners(ctx, at, rules)
	if err != nil {
		return err
	}
	for _, n := range partners {
		if p.Home {
			p.Next = append(p.Next, ui.Option{Value: n.ID.String(), Text: portal.PlaceName(n.Place)})
		} else if n.ID == p.Member.Home {
			p.Ask = "/help/guest/" + at.String()
		}
	}
	moves, _, err := h.Flows.Movements(ctx, &p.Belonging, ledger.Coins, page.Request{Limit: shownMoves})
	if err != nil {
		return err
	}
	for i := range moves {
		p.Rows = append(p.Rows, moved(ctx, &moves[i]))
	}
	return h.view(ctx, at, func(r db.Reader) error {
		owner := party.Owner{Kind: party.Member, ID: me}
		have, err := h.Flows.Ledger.Holding(ctx, r, at, ledger.Of(owner, ledger.Coins))
		if err != nil {
			return err
		}
		owed, err := h.Flows.Ledger.Holding(ctx, r, at, ledger.In(owner, ledger.Owed, money.Coin))
		if err != nil {
			return err
		}
		holds, err := h.svc().OpenHoldsOf(ctx, r, at, me)
		if err != nil {
			return err
		}
		held, err := h.fillHeld(ctx, r, p, holds)
		if err != nil {
			return err
		}
		due, err := h.svc().DueOf(ctx, r, at, me)
		if err != nil {
			return err
		}
		p.Stats = []ui.Stat{stat(ctx, rules, i18n.T(ctx, "现在有"), have.Balance), stat(ctx, rules, i18n.T(ctx, "求助留出的"), held)}
		if owed.Balance < 0 {
			p.Stats = append(p.Stats, ui.Stat{Name: i18n.T(ctx, "欠着的"), Number: ui.Coins(-owed.Balance), Note: i18n.T(ctx, "以后进来的先还这一笔"), NoteTone: ui.Soon})
		}
		if due > 0 {
			p.Stats = append(p.Stats, ui.Stat{Name: i18n.T(ctx, "权益池还要给您"), Number: ui.Coins(due), Note: i18n.T(ctx, "池子有了就给，先欠的先给")})
		}
		return h.fillGiven(ctx, r, p)
	})
}

// fillHeld says for what hours are set aside, and how many in all.
func (h *Pages) fillHeld(ctx context.Context, r db.Reader, p *purseView, holds []*coin.Hold) (all money.Amount, err error) {
	which := make([]id.ID, len(holds))
	for i, x := range holds {
		which[i] = x.Request
	}
	names, err := h.Flows.ServedNames(ctx, r, p.Community.ID, which)
	for _, x := range holds {
		all += x.Left()
		row := ui.Row{Icon: "clock", Title: i18n.T(ctx, "一件求助留出的"), Text: ui.Moment(ctx, x.HeldAt.In(p.Zone)), End: ui.Coins(x.Left())}
		if name := names[x.Request]; name != "" {
			row.Title = i18n.Message{Key: name}.In(ctx)
		}
		p.Held = append(p.Held, row)
	}
	return all, err
}

// fillGiven reads gifts and orders, and what may still be given this month.
func (h *Pages) fillGiven(ctx context.Context, r db.Reader, p *purseView) error {
	at, me := p.Community.ID, p.Member.ID
	gifts, err := h.svc().GiftsOf(ctx, r, at, me)
	if err != nil {
		return err
	}
	for _, g := range gifts[:min(len(gifts), shownMoves)] {
		p.Gifts = append(p.Gifts, giftRow(ctx, p, g))
	}
	now, err := h.Flows.StandingIn(ctx, at)
	if err != nil {
		return err
	}
	given, err := h.svc().GivenIn(ctx, r, at, me, now.Today.Month())
	if err != nil {
		return err
	}
	p.Left = said(ctx, &now.Rules, max(0, now.Rules.GiftMonthMax-given))
	orders, err := h.svc().OrdersBy(ctx, r, at, authz.Of(ctx).Acting())
	for _, o := range orders {
		p.Orders = append(p.Orders, orderRow(ctx, p.Zone, o, "/me/hours/"+p.Key+"/orders/"+o.ID.String()))
	}
	return err
}

func giftRow(ctx context.Context, p *purseView, g *coin.Gift) ui.Row {
	row := ui.Row{Icon: "gift", Text: ui.Moment(ctx, g.At.In(p.Zone)), End: ui.Coins(g.Coins)}
	if g.Words != "" {
		row.Notes = []string{g.Words}
	}
	switch {
	case g.To == p.Member.ID:
		row.Title, row.In, row.End = i18n.T(ctx, "邻居送您的"), true, "+"+row.End
	case g.To.IsZero():
		row.Title = i18n.T(ctx, "放进时间罐的")
	default:
		row.Title = i18n.T(ctx, "送给邻居的")
	}
	return row
}

// moved is what one entry did, with the rules that say why.
func moved(ctx context.Context, m *flow.Movement) ui.Row {
	why := reasons(ctx, m)
	return ui.Row{Title: why[0], Notes: why[1:], Text: ui.Moment(ctx, m.At), End: ui.Signed(m.Change, money.Coin), In: m.Change > 0, EndNote: i18n.T(ctx, "余 %s", ui.Coins(m.Balance))}
}

// reasons are what was served or the shop of an entry, if there is one, and the rules that
// moved something.
func reasons(ctx context.Context, m *flow.Movement) (all []string) {
	switch {
	case m.For != "":
		all = append(all, i18n.Message{Key: m.For}.In(ctx))
	case m.Shop != "" || len(m.Parts) == 0:
		all = append(all, m.Shop)
	}
	for _, part := range m.Parts {
		title := part.Rule.String()
		if part.Title != "" {
			title = i18n.T(ctx, part.Title) + " " + title
		}
		all = append(all, title)
	}
	return all
}

// belonging is the viewer in the community of an address.
func (h *Pages) belonging(r *http.Request) (flow.Belonging, error) {
	return h.belongingIn(r, r.PathValue("at"))
}

func (h *Pages) belongingIn(r *http.Request, ref string) (b flow.Belonging, err error) {
	_, memberships, err := h.Me(r.Context())
	if err != nil {
		return b, err
	}
	all, err := h.Flows.Belongings(r.Context(), memberships)
	for i := range all {
		if all[i].Community.Ref == ref {
			return all[i], nil
		}
	}
	if err == nil {
		err = coin.ErrNobody
	}
	return b, err
}

// give gives a neighbour hours; the form is shown once more with the name and the amount
// before anything is given.
func (h *Pages) give(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, err := h.belonging(r)
	if err != nil {
		return err
	}
	again := func(s portal.Sent) error { return h.showMine(w, r, b.Community.Ref, s, nil) }
	g, ask, err := h.giftIn(r, &b)
	if err == nil && r.FormValue("sure") == "" {
		return h.showMine(w, r, b.Community.Ref, portal.Sent{}, ask)
	}
	if err == nil {
		_, err = h.Flows.GiveHours(ctx, b.Community.ID, authz.Of(ctx).Actor(), g)
	}
	return portal.Done(w, r, err, "/me/hours?given=1", "gift", again)
}

func (h *Pages) giftIn(r *http.Request, b *flow.Belonging) (g coin.Gift, ask *giftView, err error) {
	ctx := r.Context()
	ask = &giftView{To: strings.TrimSpace(r.FormValue("name")), Phone: strings.TrimSpace(r.FormValue("phone")), Words: portal.Prose(r, "words"), Token: r.FormValue(ui.TokenName)}
	if ask.Coins, err = coinsIn(r); err != nil {
		return g, nil, err
	}
	g = coin.Gift{ID: madeBy(r), From: b.Member.ID, Coins: ask.Coins, Words: ask.Words}
	if g.To, err = h.Flows.Neighbour(ctx, b.Community.ID, ask.Phone, ask.To); err != nil {
		return g, nil, err
	}
	ask.Text = i18n.T(ctx, "送给%s %s。送了就是对方的，不能收回。", ask.To, said(ctx, &b.Rules.Params, ask.Coins))
	return g, ask, g.Validate()
}

// share puts hours into the common pot.
func (h *Pages) share(w http.ResponseWriter, r *http.Request) error {
	return h.move(w, r, "pot", func(b *flow.Belonging, v money.Amount, at id.ID) error {
		_, err := h.Flows.GiveHours(r.Context(), b.Community.ID, authz.Of(r.Context()).Actor(), coin.Gift{ID: at, From: b.Member.ID, Coins: v})
		return err
	})
}

// takeHome takes hours along to where she lives.
func (h *Pages) takeHome(w http.ResponseWriter, r *http.Request) error {
	return h.move(w, r, "home", func(b *flow.Belonging, v money.Amount, at id.ID) error {
		return h.Flows.TakeHoursHome(r.Context(), b.Community.ID, authz.Of(r.Context()).Actor(), at, b.Member.ID, v)
	})
}

// takeAlong takes hours from home to a community that hers is paired with.
func (h *Pages) takeAlong(w http.ResponseWriter, r *http.Request) error {
	return h.move(w, r, "along", func(b *flow.Belonging, v money.Amount, at id.ID) error {
		to, err := id.Parse(r.FormValue("to"))
		if err != nil {
			return pairing.ErrNone
		}
		return h.Flows.TakeHoursAlong(r.Context(), b.Community.ID, authz.Of(r.Context()).Actor(), at, b.Member.ID, to, v)
	})
}

// move does something with an amount of a form.
func (h *Pages) move(w http.ResponseWriter, r *http.Request, form string, do func(b *flow.Belonging, v money.Amount, at id.ID) error) error {
	b, err := h.belonging(r)
	if err != nil {
		return err
	}
	v, err := coinsIn(r)
	if err == nil {
		err = do(&b, v, madeBy(r))
	}
	return portal.Done(w, r, err, "/me/hours?given=1", form+"-"+b.Community.Ref, func(s portal.Sent) error { return h.showMine(w, r, b.Community.Ref, s, nil) })
}

// titled is a heading that says of which community it is, where there are several.
func (p purseView) titled(text string) string {
	if p.Among {
		return p.Place + " · " + text
	}
	return text
}
