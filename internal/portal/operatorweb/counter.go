package operatorweb

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// The counter takes what members and shops were asked to pay, and hands back what is
// theirs (S1). Every slip is booked at once; who took it stands beside it.
func (d *Desk) counterRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/counter", Action: "charge.read", On: d.somewhere("charge.read"), Do: d.counterPlaces},
		httpkit.Route{Pattern: "GET /desk/counter/{community}", Action: "charge.read", On: d.inCommunity, Do: d.counter},
		httpkit.Route{Pattern: "GET /desk/counter/{community}/export", Action: "charge.export", On: d.inCommunity, Do: d.exportCounter},
		httpkit.Route{Pattern: "GET /desk/counter/{community}/{charge}", Action: "charge.read", On: d.inCommunity, Do: d.charge},
		httpkit.Route{Pattern: "POST /desk/counter/{community}/{charge}/payment", Action: "charge.pay", On: d.inCommunity, Do: d.payCharge},
		httpkit.Route{Pattern: "POST /desk/counter/{community}/{charge}/cancellation", Action: "charge.cancel", On: d.inCommunity, Do: d.cancelCharge},
		httpkit.Route{Pattern: "POST /desk/counter/{community}/{charge}/refunds/{seq}/handing", Action: "charge.hand", On: d.inCommunity, Do: d.handRefund},
	)
}

func (d *Desk) counterPlaces(w http.ResponseWriter, r *http.Request) error {
	return d.choose(w, r, "charge.read", "counter", i18n.T(r.Context(), "收款台"))
}

func chargePath(p community.Place, code string) string { return path("counter", p.Ref, code) }

// counterMost is how many charges a list of the counter shows.
const counterMost = 200

// counterView is what lies at the counter of a community.
type counterView struct {
	Place   community.Place
	Form    ui.Form // asks for a code
	Code    string
	Waiting ui.Table
	Hand    []ui.Row
	Day     period.Day
	Prev    string
	Next    string
	Taken   ui.Table
	Sums    []ui.Stat
}

// counter shows what is to be paid, what is to be handed back, and what a day took in.
// A code leads to its charge.
func (d *Desk) counter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := d.place(r)
	if err != nil {
		return err
	}
	v := counterView{Place: p, Code: strings.Join(strings.Fields(r.FormValue("code")), ""), Form: ui.Form{Action: path("counter", p.Ref), Get: true, Class: "inline"}}
	status := http.StatusOK
	if v.Code != "" {
		_, err := d.findCharge(ctx, p, v.Code)
		if err == nil {
			http.Redirect(w, r, chargePath(p, v.Code), http.StatusSeeOther)
			return nil
		}
		if !errors.Is(err, charge.ErrNotFound) {
			return err
		}
		status, v.Form.Wrong = http.StatusNotFound, []ui.Wrong{{Field: "code", Text: i18n.T(ctx, "没有这个号，请对一下 8 位数字。")}}
	}
	if v.Day, err = d.counterDay(r); err != nil {
		return err
	}
	if err := d.fillCounter(ctx, &v); err != nil {
		return err
	}
	return d.Portal.ShowAs(w, r, status, httpkit.Private, d.shell(r, "counter", i18n.T(ctx, "收款台")), counterPage(v))
}

// counterDay is the day whose takings are asked for, today without.
func (d *Desk) counterDay(r *http.Request) (day period.Day, err error) {
	if text := r.FormValue("day"); text != "" {
		if day, err = period.ParseDay(text); err != nil {
			return 0, errBadDay.On("day")
		}
		return day, nil
	}
	return period.DayOf(d.now(), d.Zone), nil
}

func (d *Desk) findCharge(ctx context.Context, p community.Place, code string) (c *charge.Charge, err error) {
	err = d.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		c, err = d.Flows.Charges.ByCode(ctx, rd, p.ID, code)
		return err
	})
	return c, err
}

// taken are the charges that were paid on a day.
func (d *Desk) taken(ctx context.Context, p community.Place, day period.Day) (paid []charge.Charge, err error) {
	err = d.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		all, err := d.Flows.Charges.Ended(ctx, rd, p.ID, day.Start(d.Zone), (day + 1).Start(d.Zone), exportMost)
		for i := range all {
			if all[i].Paid() {
				paid = append(paid, all[i])
			}
		}
		return err
	})
	return paid, err
}

func (d *Desk) fillCounter(ctx context.Context, v *counterView) error {
	var waiting, hand []charge.Charge
	err := d.Flows.DB.View(ctx, v.Place.ID, func(rd db.Reader) (err error) {
		if waiting, err = d.Flows.Charges.Waiting(ctx, rd, v.Place.ID, counterMost); err != nil {
			return err
		}
		hand, err = d.Flows.Charges.ToHand(ctx, rd, v.Place.ID, counterMost)
		return err
	})
	if err != nil {
		return err
	}
	paid, err := d.taken(ctx, v.Place, v.Day)
	if err != nil {
		return err
	}
	v.Waiting = ui.Table{
		ID: "waiting", Caption: i18n.T(ctx, "等着付的"), Path: path("counter", v.Place.Ref), Total: len(waiting),
		Columns: []ui.Column{{Text: i18n.T(ctx, "号"), Title: true}, {Text: i18n.T(ctx, "为什么付")}, {Text: i18n.T(ctx, "元"), Num: true}, {Text: i18n.T(ctx, "最晚")}},
		Empty:   ui.EmptyView{Icon: "wallet", Title: i18n.T(ctx, "现在没有人要付钱"), Text: i18n.T(ctx, "会员下单、店家入选以后，号会出现在这里。")},
	}
	for i := range waiting {
		c := &waiting[i]
		v.Waiting.Rows = append(v.Waiting.Rows, ui.TableRow{Href: chargePath(v.Place, c.Code), Cells: []ui.Cell{
			{Text: spaced(c.Code)}, {Text: purposeName(ctx, c.Purpose), Sub: c.Title}, {Text: ui.Yuan(c.Amount)}, {Text: d.moment(ctx, c.DueAt)}}})
	}
	for i := range hand {
		for _, x := range hand[i].Refunds {
			if x.Handed == nil {
				v.Hand = append(v.Hand, ui.Row{Href: chargePath(v.Place, hand[i].Code), Icon: "undo", Title: i18n.T(ctx, "%s，%s", spaced(hand[i].Code), purposeName(ctx, hand[i].Purpose)),
					Text: i18n.T(ctx, "按原来的办法退：%s", meansName(ctx, hand[i].End.Means)), End: ui.Yuan(x.Amount), EndNote: d.moment(ctx, x.At)})
			}
		}
	}
	self := path("counter", v.Place.Ref) + "?day="
	v.Prev = self + (v.Day - 1).String()
	if v.Day < period.DayOf(d.now(), d.Zone) {
		v.Next = self + (v.Day + 1).String()
	}
	return d.fillTaken(ctx, v, paid)
}

// fillTaken shows what a day took in, and its sums by means: they are what the drawer
// and the provider's list must say.
func (d *Desk) fillTaken(ctx context.Context, v *counterView, paid []charge.Charge) error {
	sums := make(map[charter.Means]money.Amount)
	var by []string
	for i := range paid {
		sums[paid[i].End.Means] += paid[i].Amount
		by = append(by, paid[i].End.By)
	}
	names, err := d.names(ctx, by...)
	if err != nil {
		return err
	}
	for _, m := range charter.AllMeans {
		v.Sums = append(v.Sums, ui.Stat{Name: meansName(ctx, m), Number: ui.Yuan(sums[m]), Unit: i18n.T(ctx, "元")})
	}
	v.Taken = ui.Table{
		ID: "taken", Caption: i18n.T(ctx, "%s收的", ui.FullDay(ctx, v.Day)), Path: path("counter", v.Place.Ref), Total: len(paid),
		Columns: []ui.Column{{Text: i18n.T(ctx, "号"), Title: true}, {Text: i18n.T(ctx, "为什么付")}, {Text: i18n.T(ctx, "怎么付的")}, {Text: i18n.T(ctx, "谁收的"), Rare: true}, {Text: i18n.T(ctx, "元"), Num: true}},
		Empty:   ui.EmptyView{Icon: "calendar", Title: i18n.T(ctx, "这一天没有收款"), Text: i18n.T(ctx, "收了第一笔就会出现。")},
	}
	for i := range paid {
		c := &paid[i]
		v.Taken.Rows = append(v.Taken.Rows, ui.TableRow{Href: chargePath(v.Place, c.Code), Cells: []ui.Cell{
			{Text: spaced(c.Code), Sub: d.moment(ctx, c.End.At)}, {Text: purposeName(ctx, c.Purpose), Sub: c.Title},
			{Text: meansName(ctx, c.End.Means), Sub: c.End.Reference}, {Text: names[c.End.By]}, {Text: ui.Yuan(c.Amount)}}})
	}
	return nil
}

func (d *Desk) exportCounter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := d.place(r)
	if err != nil {
		return err
	}
	day, err := d.counterDay(r)
	if err != nil {
		return err
	}
	paid, err := d.taken(ctx, p, day)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: day.String(), Head: []string{i18n.T(ctx, "号"), i18n.T(ctx, "为什么付"), i18n.T(ctx, "说明"), i18n.T(ctx, "元"), i18n.T(ctx, "怎么付的"), i18n.T(ctx, "凭证号"), i18n.T(ctx, "时间"), i18n.T(ctx, "账上第几条"), i18n.T(ctx, "退了，元")}}
	for i := range paid {
		c := &paid[i]
		t.Rows = append(t.Rows, []sheet.Value{{Text: c.Code}, {Text: purposeName(ctx, c.Purpose)}, {Text: c.Title}, sheet.Figure(c.Amount.Decimal(money.CNY)), {Text: meansName(ctx, c.End.Means)},
			{Text: c.End.Reference}, {Text: c.End.At.In(d.Zone).Format("2006-01-02 15:04:05")}, sheet.Figure(count(c.End.Seq)), sheet.Figure(c.Refunded().Decimal(money.CNY))})
	}
	return portal.Take(w, r, named(p)+" "+day.String(), cmp.Or(r.FormValue("format"), "csv"), t)
}

// spaced writes eight digits in fours, as people say them.
func spaced(code string) string {
	if len(code) != 8 {
		return code
	}
	return code[:4] + " " + code[4:]
}

func purposeName(ctx context.Context, p charge.Purpose) string {
	switch p {
	case charge.Membership:
		return i18n.T(ctx, "会员年费")
	case charge.MerchantFee:
		return i18n.T(ctx, "商家年费")
	case charge.Deposit:
		return i18n.T(ctx, "商家保证金")
	case charge.Profit:
		return i18n.T(ctx, "利润反哺社区")
	case charge.Ad:
		return i18n.T(ctx, "广告位费")
	case charge.Bundle:
		return i18n.T(ctx, "套餐和礼包")
	case charge.Hours:
		return i18n.T(ctx, "单位认购服务时")
	}
	return string(p)
}

func meansName(ctx context.Context, m charter.Means) string {
	switch m {
	case charter.Provider:
		return i18n.T(ctx, "持牌机构收款")
	case charter.Bank:
		return i18n.T(ctx, "转到托管账户")
	case charter.Cash:
		return i18n.T(ctx, "现金")
	case charter.Transfer:
		return i18n.T(ctx, "转到平台账户")
	}
	return string(m)
}

// chargeMatters are refunds that wait to be handed back, by the day they are promised.
func (d *Desk) chargeMatters(ctx context.Context) (all []Matter, err error) {
	places, err := d.Flows.Communities.List(ctx, d.Flows.DB, community.Community)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		err := d.Flows.DB.View(ctx, p.ID, func(r db.Reader) error {
			hand, err := d.Flows.Charges.ToHand(ctx, r, p.ID, counterMost)
			if err != nil || len(hand) == 0 {
				return err
			}
			v, err := d.Flows.RulesNow(ctx, r, p.ID)
			if err != nil {
				return err
			}
			for i := range hand {
				all = append(all, d.refundMatters(ctx, p, &hand[i], time.Duration(v.Params.RefundHandDays)*24*time.Hour)...)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (d *Desk) refundMatters(ctx context.Context, p community.Place, c *charge.Charge, within time.Duration) (all []Matter) {
	for _, x := range c.Refunds {
		if x.Handed != nil {
			continue
		}
		all = append(all, Matter{
			Key: "refund/" + c.ID.String() + "/" + count(x.Seq), Place: p.ID, Title: i18n.T(ctx, "退还 %s 元：%s", ui.Yuan(x.Amount), purposeName(ctx, c.Purpose)), Note: c.Title,
			Stage: i18n.T(ctx, "等交还"), Due: x.At.Add(within), Limit: within, Do: ui.Link{Href: chargePath(p, c.Code), Text: i18n.T(ctx, "去交还")},
			Facts: []ui.Fact{{Name: i18n.T(ctx, "号"), Text: spaced(c.Code)}, {Name: i18n.T(ctx, "原来怎么付的"), Text: meansName(ctx, c.End.Means)}, {Name: i18n.T(ctx, "原因"), Text: x.Reason}},
			Past:  []ui.Event{{Title: i18n.T(ctx, "付了 %s 元", ui.Yuan(c.Amount)), When: d.moment(ctx, c.End.At), State: ui.Done}, {Title: i18n.T(ctx, "退款记了账"), When: d.moment(ctx, x.At), State: ui.Done}},
		})
	}
	return all
}

// actor is who works at the counter.
func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }
