package demo

import (
	"context"
	"strconv"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/marketday"
	"gongyi/internal/platform/db"
)

// marketStalls are what neighbours do on the square, each of the askers in their order.
var marketStalls = []struct {
	title, about string
	sort         marketday.Sort
	minutes      int
	sales        []int // minutes
}{
	{"理发修面", "带了推子和围布，老人小孩都剪。", marketday.OnTheSpot, 30, []int{30, 30, 20}},
	{"磨刀磨剪子", "一把五六分钟，多的先放着。", marketday.OnTheSpot, 15, []int{15, 10}},
	{"教手机", "挂号、视频、付款码，一样一样来。", marketday.OnTheSpot, 20, []int{25}},
	{"旧书和玩具", "孩子大了，拿走就好，换也行。", marketday.Goods, 0, nil},
	{"补衣服换拉链", "", marketday.OnTheSpot, 20, nil},
}

// marketNow is what a visitor finds: a market day that opened this hour, with stalls and
// services that were paid, one of which somebody wants back; and one in a fortnight.
func (d *Demo) marketNow(ctx context.Context) error {
	at := d.places["C1"]
	if on := d.Flows.Communities.RequireOn(ctx, d.DB, at, community.TimeBank); fault.Of(on) != nil {
		return nil // too short a life for that
	}
	askers, err := d.askers(ctx, at)
	if err != nil || len(askers) < 2*len(marketStalls) {
		return err
	}
	operator, _, err := d.officers(ctx)
	if err != nil {
		return err
	}
	now := d.clock.Now()
	today := now.In(d.zone).Format(time.DateOnly)
	next := marketday.Day{Title: "时间银行开市", Place: "小区中心小广场", Begins: period.DayOf(now, d.zone).Start(d.zone).AddDate(0, 0, 14).Add(9 * time.Hour), Tables: 12, About: "带上用不着的东西，也带上手艺。"}
	next.Ends = next.Begins.Add(3 * time.Hour)
	if err := once(d.callMarket(ctx, at, operator, next, "market-next-"+today)); err != nil {
		return err
	}
	open := marketday.Day{Title: "周末开市", Place: "小区中心小广场", Begins: now.Truncate(time.Hour), Ends: now.Truncate(time.Hour).Add(4 * time.Hour), Tables: 12, About: "现场理发、磨刀、补衣服；旧书旧玩具，送的换的都有。"}
	day, err := d.Flows.CallMarket(ctx, at, operator, open, "market-"+today)
	if err != nil || day == nil {
		return once(err)
	}
	if err := d.Flows.OpenMarket(ctx, at, operator, day.ID); err != nil {
		return err
	}
	d.clock.Put(d.clock.Now().Add(time.Second))
	for i := range marketStalls {
		if err := d.standAt(ctx, at, day.ID, i, askers); err != nil {
			return err
		}
	}
	return nil
}

func (d *Demo) callMarket(ctx context.Context, at id.ID, by db.Actor, m marketday.Day, token string) error {
	_, err := d.Flows.CallMarket(ctx, at, by, m, token)
	return err
}

// standAt lets a neighbour take a stall, and others pay there or take things along.
func (d *Demo) standAt(ctx context.Context, at, day id.ID, n int, askers []asker) error {
	s, who := marketStalls[n], askers[n]
	x, err := d.Flows.TakeStall(ctx, at, who.actor, marketday.Stall{Day: day, Member: who.member, Sort: s.sort, Title: s.title, About: s.about, Minutes: s.minutes}, false, "")
	if err != nil {
		return once(err)
	}
	if s.sort == marketday.Goods {
		return d.Flows.CountGoods(ctx, at, who.actor, flow.Holding{Member: who.member}, x.ID, marketday.Pieces{Given: 7, Swapped: 3})
	}
	for i, minutes := range s.sales {
		payer := askers[len(askers)-1-n-i]
		p, err := d.Flows.PayAtStall(ctx, at, payer.actor, flow.MarketSale{Stall: x.ID, Minutes: minutes, Payer: payer.ref, Token: x.ID.String() + strconv.Itoa(i)})
		if err != nil {
			if err := once(err); err != nil {
				return err
			}
			continue // too short of hours, or of one household
		}
		if n == 1 && i == 0 {
			if err := d.Flows.UndoAtStall(ctx, at, payer.actor, marketday.Payer, p.ID, "多按了一次"); err != nil {
				return err
			}
		}
	}
	return nil
}
