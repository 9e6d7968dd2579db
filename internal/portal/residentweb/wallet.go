package residentweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// ErrNoAccount refuses an address that names no account of hers.
var ErrNoAccount = fault.New(fault.NotFound, "residentweb.no_account")

// walletView is what she holds, community by community.
type walletView struct {
	Purses   []purseView
	Vouchers []voucherView
	Past     []voucherView // used or expired, the latest few
	Get      string        // where vouchers are to be got, "" if nowhere
}

type purseView struct {
	ID, Place string
	Home      bool
	AsOf      string
	Stats     []ui.Stat
	Rules     []string // what limits or ends it, in words
	Owed      []ui.Line
}

// voucherView is one voucher.
type voucherView struct {
	Amount   string
	At, From string
	Place    string
	Until    string
	Tag      string
	Tone     ui.Tone
	Code     string
	Name     string   // of its series, "" if it is of none
	Notes    []string // what it asks for, and why it cannot be used now
}

func (p *Pages) wallet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := p.mine(ctx)
	if err != nil {
		return err
	}
	var v walletView
	for i := range m.all {
		b := &m.all[i]
		purse, err := p.Flows.Purse(ctx, b)
		if err != nil {
			return err
		}
		drawn := drawPurse(ctx, b, m.key(i), purse)
		if i > 0 && slices.Equal(drawn.Rules, v.Purses[0].Rules) {
			drawn.Rules = nil // said once
		}
		v.Purses = append(v.Purses, drawn)
		held, err := p.Flows.VouchersOf(ctx, b)
		if err != nil {
			return err
		}
		for j := range held {
			drawn := drawVoucher(ctx, b, &held[j], m.now)
			if held[j].Good(m.now) {
				v.Vouchers = append(v.Vouchers, drawn)
			} else {
				v.Past = append(v.Past, drawn)
			}
		}
	}
	if len(m.all) > 0 && p.Opens("/c/{community}/vouchers") {
		v.Get = "/c/" + m.all[0].Community.Ref + "/vouchers"
	}
	slices.Reverse(v.Past)
	v.Past = v.Past[:min(len(v.Past), 10)]
	s := p.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我手里有"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return p.Show(w, r, s, walletPage(v))
}

func drawPurse(ctx context.Context, b *flow.Belonging, key string, purse flow.Purse) purseView {
	rules := &b.Rules.Params
	v := purseView{ID: key, Place: portal.PlaceName(b.Community), Home: b.Home, AsOf: ui.Moment(ctx, purse.AsOf)}
	coins := ui.Entitlement(ctx, purse.Coins, rules.CoinsPerHour)
	coins.Href = accountHref(key, "coins")
	points := ui.PointsStat(ctx, purse.Points, "")
	points.Href = accountHref(key, "points")
	v.Stats = []ui.Stat{coins, points}
	if purse.Rewards != 0 || b.Member.Level > policy.Silver {
		v.Stats = append(v.Stats, ui.Stat{Name: i18n.T(ctx, "组长奖励"), Number: ui.Yuan(purse.Rewards), Unit: i18n.T(ctx, "元"), Href: accountHref(key, "rewards"),
			Note: i18n.T(ctx, "每月最多 %s 元", ui.Yuan(rules.LeaderMonthlyCap))})
	}
	if purse.Bundles != 0 {
		v.Stats = append(v.Stats, ui.Stat{Name: i18n.T(ctx, "套餐里还没用"), Number: ui.Yuan(purse.Bundles), Unit: i18n.T(ctx, "元"), Href: "/me/bundles", Note: i18n.T(ctx, "没用的能退")})
	}
	v.Rules = append(v.Rules, i18n.T(ctx, "抵扣权益没有到期日；在联盟店买东西，最多抵价款的 %s，不能换成钱。", rules.CoinShareMax.Percent()))
	v.Rules = append(v.Rules, i18n.T(ctx, "付 1 元得 %s 分；付的钱的 %s 变成抵扣权益。", ui.Points(rules.PointsPerYuan), rules.Cashback.Percent()))
	if rules.BackingFloor > 0 {
		v.Rules = append(v.Rules, i18n.T(ctx, "备付款不够已发权益的 %s 时，新发的会少一些，少多少写在小票上。", rules.BackingFloor.Percent()))
	}
	for _, a := range money.Assets {
		if owed := purse.Owed[a]; owed != 0 {
			v.Owed = append(v.Owed, ui.Line{Text: owedName(ctx, a), Note: i18n.T(ctx, "退货时已经花掉的，以后进来的先还这一笔"), Num: owed.Grouped(a)})
		}
	}
	return v
}

func owedName(ctx context.Context, a money.Asset) string {
	switch a {
	case money.Coin:
		return i18n.T(ctx, "欠着的抵扣权益")
	case money.Point:
		return i18n.T(ctx, "欠着的积分")
	}
	return i18n.T(ctx, "欠着的钱，元")
}

func drawVoucher(ctx context.Context, b *flow.Belonging, h *flow.HeldVoucher, now time.Time) voucherView {
	v := voucherView{Amount: ui.Yuan(h.Amount), At: h.At, From: h.From, Place: portal.PlaceName(b.Community), Code: h.Ref,
		Until: ui.FullDay(ctx, period.DayOf(h.ExpiresAt, b.Zone)) + " " + ui.Clock(ctx, h.ExpiresAt)}
	if s := h.Series; s != nil {
		v.Name = s.Name
		if s.Terms.From > 0 {
			v.Notes = append(v.Notes, i18n.T(ctx, "满 %s 元能用", ui.Yuan(s.Terms.From)))
		}
		if times := portal.TimesName(ctx, s.When); times != "" {
			v.Notes = append(v.Notes, times)
		}
	}
	why := h.NotNow(now.In(b.Zone))
	switch left := h.ExpiresAt.Sub(now); {
	case h.Used:
		v.Tag, v.Tone = i18n.T(ctx, "已用"), ui.OK
	case h.Gone:
		v.Tag, v.Tone = i18n.T(ctx, "收回了"), ui.Tell
		v.Notes = append(v.Notes, i18n.T(ctx, "送出它的那一单退了"))
	case left <= 0:
		v.Tag, v.Tone = i18n.T(ctx, "已到期"), ui.Tell
	case !why.IsZero():
		v.Tag, v.Tone = i18n.T(ctx, "现在不能用"), ui.Tell
		v.Notes = append(v.Notes, why.In(ctx))
	case left <= soon:
		v.Tag, v.Tone = ui.Left(ctx, left), ui.Soon
	}
	return v
}

// accounts are the accounts whose movements she may read.
var accounts = map[string]struct {
	purpose ledger.Purpose
	asset   money.Asset
	name    i18n.Message
}{
	"coins":   {ledger.Coins, money.Coin, i18n.M("抵扣权益")},
	"points":  {ledger.PointsHeld, money.Point, i18n.M("消费积分")},
	"rewards": {ledger.Rewards, money.CNY, i18n.M("组长奖励")},
}

// accountView is one account with its movements.
type accountView struct {
	Name, Place, AsOf string
	Balance, Unit     string
	Rows              []ui.Row
	Next              string // address of older ones
	Later             bool   // older than the first page
	Take              string // address of the files, without the format
}

func (p *Pages) account(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := p.mine(ctx)
	if err != nil {
		return err
	}
	at := -1
	for i := range m.all {
		if m.key(i) == r.PathValue("community") {
			at = i
		}
	}
	of, known := accounts[r.PathValue("account")]
	if at < 0 || !known {
		return ErrNoAccount
	}
	b := &m.all[at]
	if format := r.FormValue("format"); format == "csv" || format == "xlsx" {
		return p.takeAccount(w, r, b, r.PathValue("account"), format)
	}
	purse, err := p.Flows.Purse(ctx, b)
	if err != nil {
		return err
	}
	all, next, err := p.Flows.Movements(ctx, b, of.purpose, page.Request{Cursor: r.FormValue("before"), Limit: 25})
	if err != nil {
		return err
	}
	v := accountView{Name: of.name.In(ctx), Place: portal.PlaceName(b.Community), AsOf: ui.Moment(ctx, purse.AsOf), Later: r.FormValue("before") != "", Take: r.URL.Path + "?format="}
	switch of.purpose {
	case ledger.Coins:
		v.Balance, v.Unit = ui.Coins(purse.Coins), i18n.T(ctx, "合 %s 邻里服务", ui.ServiceTime(ctx, purse.Coins, b.Rules.Params.CoinsPerHour))
		if purse.Coins == 0 {
			v.Unit = ""
		}
	case ledger.PointsHeld:
		v.Balance, v.Unit = ui.Points(purse.Points), i18n.T(ctx, "分")
	default:
		v.Balance, v.Unit = ui.Yuan(purse.Rewards), i18n.T(ctx, "元")
	}
	if next != "" {
		v.Next = r.URL.Path + "?before=" + next
	}
	for i := range all {
		v.Rows = append(v.Rows, drawMovement(ctx, &all[i], of.asset))
	}
	s := p.Shell(ctx, ui.ResidentFrame, "me", v.Name)
	s.Back = ui.Link{Href: "/me/wallet", Text: i18n.T(ctx, "我手里有")}
	return p.Show(w, r, s, accountPage(v))
}

// drawMovement is a movement as a row; each rule tells why in a line of its own.
func drawMovement(ctx context.Context, m *flow.Movement, a money.Asset) ui.Row {
	row := ui.Row{Title: m.Shop, Text: ui.Moment(ctx, m.At), End: ui.Signed(m.Change, a), In: m.Change > 0, EndNote: i18n.T(ctx, "余 %s", m.Balance.Grouped(a))}
	if m.Kind != ledger.Purchase || m.Shop == "" {
		row.Title = kindName(ctx, m.Kind)
		if m.Shop != "" {
			row.Title = m.Shop + " · " + row.Title
		}
	}
	if m.For != "" {
		row.Title = i18n.Message{Key: m.For}.In(ctx)
	}
	if m.Token != "" {
		row.Href = "/r/" + m.Token
	}
	for _, part := range m.Parts {
		row.Notes = append(row.Notes, partWords(ctx, part, a))
		for _, n := range part.Notes {
			row.Notes = append(row.Notes, sentence(ctx, n))
		}
	}
	return row
}

// partWords says what a rule moved and why: 返给您的抵扣权益 +6.42：付的 128.40 × 5%.
func partWords(ctx context.Context, part flow.MovementPart, a money.Asset) string {
	title := part.Rule.String()
	if part.Title != "" {
		title = i18n.T(ctx, part.Title)
	}
	if part.Rule.Undone {
		title = i18n.T(ctx, "退回：%s", title)
	}
	if why := sentence(ctx, part.Why); why != "" {
		return i18n.T(ctx, "%s %s：%s", title, ui.Signed(part.Amount, a), why)
	}
	return i18n.T(ctx, "%s %s", title, ui.Signed(part.Amount, a))
}

// takenAtMost bounds a file: who wants more asks for a year.
const takenAtMost = 5000

func (p *Pages) takeAccount(w http.ResponseWriter, r *http.Request, b *flow.Belonging, account, format string) error {
	ctx, of := r.Context(), accounts[account]
	t := sheet.Table{Name: of.name.In(ctx), Head: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "店或者服务"), i18n.T(ctx, "做了什么"), i18n.T(ctx, "为什么"), i18n.T(ctx, "变动"), i18n.T(ctx, "余")}}
	for cursor := ""; len(t.Rows) < takenAtMost; {
		all, next, err := p.Flows.Movements(ctx, b, of.purpose, page.Request{Cursor: cursor, Limit: page.MaxLimit})
		if err != nil {
			return err
		}
		for i := range all {
			m := &all[i]
			why := ""
			for _, part := range m.Parts {
				if why != "" {
					why += "; "
				}
				why += partWords(ctx, part, of.asset)
			}
			t.Rows = append(t.Rows, append(sheet.Texts(m.At.Format("2006-01-02 15:04:05"), cmp.Or(m.Shop, i18n.Message{Key: m.For}.In(ctx)), kindName(ctx, m.Kind), why),
				sheet.Figure(m.Change.Decimal(of.asset)), sheet.Figure(m.Balance.Decimal(of.asset))))
		}
		if cursor = next; next == "" {
			break
		}
	}
	return portal.Take(w, r, of.name.In(ctx), format, t)
}
