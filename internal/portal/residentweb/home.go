package residentweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// homeView is a person's home: three questions in their order.
type homeView struct {
	Place, Date, Greeting, Below string

	Today []ui.Row  // what is on near me
	Have  []ui.Stat // what I have
	More  []ui.Row  // what I have in other communities
	Can   []ui.Row  // what I can do
	Saved *saved
	Known bool // some community knows her
	Map   string
	Ad    templ.Component // nil: none is shown
}

// saved is what purchases brought to the public funds in a month.
type saved struct {
	Month  string
	Amount money.Amount
	Href   string
}

// soon is how near an end must be to be told on the first page, fresh how young
// something must be to be news.
const (
	soon  = 7 * 24 * time.Hour
	fresh = 30 * 24 * time.Hour

	lately = 3 * 24 * time.Hour // of a purchase whose receipt stands on the first page
)

func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := p.mine(ctx)
	if err != nil {
		return err
	}
	v := homeView{Date: ui.Day(ctx, period.DayOf(m.now, m.now.Location())), Greeting: portal.Greeting(ctx, m.now, m.who), Known: len(m.all) > 0}
	if v.Known {
		if err := p.fillHome(ctx, &m, &v); err != nil {
			return err
		}
	}
	s := p.Shell(ctx, ui.ResidentFrame, "home", i18n.T(ctx, "首页"))
	s.Class, s.Place = "home", ui.Link{Href: "/books", Text: i18n.T(ctx, "共益")} // the slip names the community
	if p.Opens("/me/help") && v.Known {
		s.Help.Href = "/me/help"
	}
	return p.Show(w, r, s, homePage(v))
}

func (p *Pages) fillHome(ctx context.Context, m *mine, v *homeView) error {
	home := &m.all[0]
	v.Place = portal.PlaceName(home.Community)
	v.Map = p.mapOf(home.Community.Ref)
	shopping, err := p.Flows.ShoppingOf(ctx, m.all, period.DayOf(m.now, m.now.Location()).Month().First(), 0)
	if err != nil {
		return err
	}
	var vouchers []flow.HeldVoucher
	for i := range m.all {
		held, err := p.Flows.VouchersOf(ctx, &m.all[i])
		if err != nil {
			return err
		}
		vouchers = append(vouchers, slices.DeleteFunc(held, func(h flow.HeldVoucher) bool { return !h.Good(m.now) })...)
	}
	slices.SortStableFunc(vouchers, func(a, b flow.HeldVoucher) int { return a.ExpiresAt.Compare(b.ExpiresAt) })
	if err := p.fillToday(ctx, m, v, vouchers, shopping.Bought); err != nil {
		return err
	}
	if err := p.fillHave(ctx, m, v, vouchers, shopping.Bought); err != nil {
		return err
	}
	if p.Can != nil {
		if v.Can, err = p.Can(ctx, home.Community.ID); err != nil {
			return err
		}
	}
	if len(v.Can) == 0 {
		v.Can = canWatch(ctx)
	}
	if p.Ad != nil {
		if v.Ad, err = p.Ad(ctx, "home", home.Community.ID); err != nil {
			return err
		}
	}
	v.Saved, err = p.savedIn(ctx, home)
	return err
}

// fillToday is what concerns her now, the nearest end first, then what is new.
func (p *Pages) fillToday(ctx context.Context, m *mine, v *homeView, vouchers []flow.HeldVoucher, bought []flow.Bought) error {
	waiting, err := p.Flows.WaitingAtTills(ctx, m.all)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		v.Today = append(v.Today, ui.Row{Href: "/me/checkouts/" + w.Community.String() + "/" + w.ID.String(), Icon: "scan", Title: i18n.T(ctx, "%s等您付 %s 元", w.ShopName, ui.Yuan(w.List)),
			Text: i18n.T(ctx, "看清楚再付，不付就过时作废"), Tag: ui.Left(ctx, w.DueAt.Sub(m.now)), Tone: ui.Soon})
	}
	for _, h := range vouchers {
		if h.ExpiresAt.Sub(m.now) <= soon {
			v.Today = append(v.Today, ui.Row{Href: "/me/wallet#vouchers", Icon: "ticket", Title: i18n.T(ctx, "%s的券快到期", h.At),
				Text: i18n.T(ctx, "%s送的，%s 元", h.From, ui.Yuan(h.Amount)), Tag: ui.Left(ctx, h.ExpiresAt.Sub(m.now)), Tone: ui.Soon})
		}
	}
	near, err := p.NearRows(ctx, m.all[0].Community.ID)
	if err != nil {
		return err
	}
	v.Below = i18n.T(ctx, "今天没有等您的事")
	if n := len(v.Today); n > 0 {
		v.Below = i18n.T(ctx, "%d 件事和您有关", n)
	}
	v.Today = append(v.Today, near...)
	if p.Unread != nil && p.Inbox != "" {
		n, err := p.Unread(ctx, m.who.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			v.Today = append(v.Today, ui.Row{Href: p.Inbox, Icon: "bell", Title: i18n.T(ctx, "%d 条通知没读", n)})
		}
	}
	if len(bought) > 0 && m.now.Sub(bought[0].At) < lately {
		row, err := p.receiptRow(ctx, &bought[0])
		if err != nil {
			return err
		}
		v.Today = append(v.Today, row)
	}
	for i := range m.all {
		v.Today = append(v.Today, rulesNews(ctx, &m.all[i], m.now)...)
	}
	shops, err := p.newShops(ctx, &m.all[0], m.now)
	v.Today = append(v.Today, shops...)
	if p.Opens("/c/{community}/life") {
		v.Today = append(v.Today, ui.Row{Href: "/c/" + m.all[0].Community.Ref + "/life", Icon: "store", Title: i18n.T(ctx, "街坊的店"), Text: i18n.T(ctx, "商家日、接龙套餐、选品会，都在这里")})
	}
	return err
}

// receiptRow is the receipt of a purchase, with its proof.
func (p *Pages) receiptRow(ctx context.Context, b *flow.Bought) (row ui.Row, err error) {
	row = ui.Row{Icon: "slip", Title: b.ShopName, Text: ui.Moment(ctx, b.At), End: ui.Yuan(b.Price)}
	token, err := p.Flows.OpenWith(ctx, b)
	if err != nil {
		return row, err
	}
	if token != "" {
		row.Href = "/r/" + token
	}
	covered, err := p.Covered(ctx, b.Community, b.Seq)
	if row.EndNote = i18n.T(ctx, "正在存证"); covered > b.Seq {
		row.EndNote = i18n.T(ctx, "已存证")
	}
	return row, err
}

// rulesNews are rules that were announced, and those that began lately.
func rulesNews(ctx context.Context, b *flow.Belonging, now time.Time) (rows []ui.Row) {
	news := func(v policy.Version, title string) ui.Row {
		return ui.Row{Icon: "scale", Title: title, Text: v.Reason, EndNote: portal.PlaceName(b.Community)}
	}
	for _, v := range b.Announced {
		rows = append(rows, news(v, i18n.T(ctx, "新规矩 %s起用", ui.Day(ctx, period.DayOf(v.EffectiveFrom, b.Zone)))))
	}
	if v := b.Rules; v.Number > 1 && now.Sub(v.EffectiveFrom) < fresh {
		rows = append(rows, news(v, i18n.T(ctx, "%s起用了新规矩", ui.Day(ctx, period.DayOf(v.EffectiveFrom, b.Zone)))))
	}
	return rows
}

// newShops are shops that joined lately; where most of them did, the alliance is
// new and none is news.
func (p *Pages) newShops(ctx context.Context, b *flow.Belonging, now time.Time) (rows []ui.Row, err error) {
	err = p.Flows.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
		all, err := p.Flows.Merchants.List(ctx, r, b.Community.ID)
		if err != nil {
			return err
		}
		joined, err := p.Flows.Merchants.JoinedSince(ctx, r, b.Community.ID, now.Add(-fresh))
		if err != nil || 2*len(joined) > len(all) {
			return err
		}
		for _, m := range joined[:min(3, len(joined))] {
			rows = append(rows, ui.Row{Icon: "store", Title: i18n.T(ctx, "新店：%s", m.Name), Text: m.Trade(ctx)})
		}
		return nil
	})
	return rows, err
}

// fillHave is what she has: at home in tiles, elsewhere in rows.
func (p *Pages) fillHave(ctx context.Context, m *mine, v *homeView, vouchers []flow.HeldVoucher, bought []flow.Bought) error {
	for i := range m.all {
		b := &m.all[i]
		purse, err := p.Flows.Purse(ctx, b)
		if err != nil {
			return err
		}
		perHour := b.Rules.Params.CoinsPerHour
		if i > 0 {
			if purse.Coins != 0 || purse.Points != 0 {
				v.More = append(v.More, ui.Row{Href: "/me/wallet#" + m.key(i), Icon: "wallet", Title: i18n.T(ctx, "在%s", portal.PlaceName(b.Community)),
					Text: i18n.T(ctx, "抵扣权益 %s，积分 %s", ui.Coins(purse.Coins), ui.Points(purse.Points))})
			}
			continue
		}
		coins := ui.Entitlement(ctx, purse.Coins, perHour)
		coins.Href = accountHref(m.key(i), "coins")
		points := ui.PointsStat(ctx, purse.Points, "")
		points.Href = accountHref(m.key(i), "points")
		v.Have = append(v.Have, coins, points)
	}
	ticket := ui.Stat{Name: i18n.T(ctx, "券"), Number: ui.Points(money.Amount(len(vouchers))), Unit: i18n.T(ctx, "张"), Href: "/me/wallet#vouchers"}
	if len(vouchers) > 0 {
		ticket.Note = i18n.T(ctx, "最近一张 %s到期", ui.Day(ctx, period.DayOf(vouchers[0].ExpiresAt, vouchers[0].ExpiresAt.Location())))
		if vouchers[0].ExpiresAt.Sub(m.now) <= soon {
			ticket.NoteTone = ui.Soon
		}
	}
	var spent money.Amount
	for _, b := range bought {
		spent += b.Price - b.Refunded
	}
	month := ui.Stat{Name: i18n.T(ctx, "这个月买了"), Number: ui.Points(money.Amount(len(bought))), Unit: i18n.T(ctx, "次"), Href: "/me/purchases"}
	if len(bought) > 0 {
		month.Note = i18n.T(ctx, "共 %s 元", ui.Yuan(spent))
	}
	v.Have = append(v.Have, ticket, month)
	return nil
}

// canWatch is what anybody can do for others, also where nobody asks for help yet.
func canWatch(ctx context.Context) []ui.Row {
	return []ui.Row{{Href: "/books", Icon: "eye", Title: i18n.T(ctx, "替大家看住账本"), Text: i18n.T(ctx, "上个月的钱到哪去了，每一条都能查")},
		{Href: "/verify", Icon: "proof", Title: i18n.T(ctx, "验一张小票"), Text: i18n.T(ctx, "验的人越多，账越没人敢改")}}
}

// savedIn is what the newest whole month brought to the public funds of her
// community; nil if too few bought for it to be shown.
func (p *Pages) savedIn(ctx context.Context, b *flow.Belonging) (*saved, error) {
	month, err := p.Books.Latest(ctx, b.Community.Ref)
	if err == nil {
		if this := period.DayOf(p.Flows.DB.Clock().Now(), b.Zone).Month(); month == this {
			month--
		}
		var v ledgerweb.BooksView
		if v, err = p.Books.Month(ctx, ledgerweb.Ask{Community: b.Community.Ref, Month: month}); err == nil && v.Flow.Purchases > 0 && v.Flow.Buyers >= v.K {
			return &saved{ui.MonthName(ctx, month), v.Flow.Welfare + v.Flow.Care, "/c/" + b.Community.Ref + "/books/" + month.String()}, nil
		}
	}
	if fault.KindOf(err) == fault.Busy {
		err = nil // they are being made; a page of hers does not wait for it
	}
	return nil, err
}

func accountHref(key, account string) string { return "/me/wallet/" + key + "/" + account }

// mapOf is the map of a community, "" where the house has none.
func (p *Pages) mapOf(ref string) string {
	if !p.Opens("/c/{community}/map") {
		return ""
	}
	return "/c/" + ref + "/map"
}
