package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/adslot"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/merchantday"
	"gongyi/internal/module/operation"
	"gongyi/internal/module/relay"
	"gongyi/internal/module/training"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/paper"
)

// shared are the communities whose shops have a life together worth looking at.
var shared = []string{"C1", "C2"}

// tradeLife lives what shops do together on a morning: so many days before the day on
// which somebody looks. What happened before an earlier start is there already.
func (d *Demo) tradeLife(ctx context.Context, day, last period.Day) error {
	for _, ref := range shared {
		l := &together{Demo: d, ref: ref, at: d.places[ref], day: day}
		step, ok := l.calendar()[int(last-day)]
		if !ok {
			step = func(context.Context) error { return nil }
		}
		if err := step(ctx); err != nil {
			return fmt.Errorf("life of shops in %s: %w", ref, err)
		}
		if day.Weekday() == time.Friday && last-day < 56 {
			if err := l.afterTraining(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// together is a community on one morning.
type together struct {
	*Demo
	ref string
	at  id.ID
	day period.Day
}

// calendar says what happens how many days before the end.
func (l *together) calendar() map[int]func(ctx context.Context) error {
	return map[int]func(ctx context.Context) error{
		60: l.begin, 50: l.merchantDays, 45: l.promote, 42: l.claimed, 40: l.breakfast, 33: l.advertise, 30: l.callVolunteers, 26: l.festival, 20: l.callTable, 15: l.writeOffer, 12: l.appoint, 6: l.answerTable, 3: l.later, 1: l.looks,
		24: l.sellBundles, 16: l.useBundles,
		44: l.openAccounts, 29: l.payShops, 22: l.payShops, 14: l.payShops, 2: l.awaitPayout,
		13: l.autumnDraw, 10: l.enterDraws, 7: l.holdDraws, 5: l.winterDraw, 4: l.enterDraws,
	}
}

func (l *together) update(ctx context.Context, fn func(tx *db.Tx) error) error {
	return once(l.DB.Update(ctx, l.at, db.System, fn))
}

// shops are the community's shops in the order of their references.
func (l *together) shops(ctx context.Context) (all []*merchant.Merchant, err error) {
	err = l.DB.View(ctx, l.at, func(r db.Reader) error {
		all, err = l.Flows.Merchants.List(ctx, r, l.at)
		return err
	})
	slices.SortFunc(all, func(a, b *merchant.Merchant) int { return slices.Compare([]byte(a.Ref), []byte(b.Ref)) })
	return all, err
}

// begin says who runs the platform, plans the weekly training and offers ad slots.
func (l *together) begin(ctx context.Context) error {
	begins := (l.day + period.Day((int(time.Thursday)-int(l.day.Weekday())+7)%7)).Start(l.zone).Add(14 * time.Hour)
	return l.update(ctx, func(tx *db.Tx) error {
		if err := l.Flows.Operations.Declare(ctx, tx, operation.Body{Kind: operation.Professional, Name: "竹溪社区服务中心", Registered: "民非 0371 号", Contact: "竹溪路 1 号二楼，每天 9 点到 17 点",
			Charter: "第一条　本中心受街道委托运营共益平台，账目公开，不向居民收取推荐费。\n第二条　公共基金由议事会决定用途，本中心只执行。\n第三条　平台服务费率由规则写明，改动要公示。"}); err != nil {
			return err
		}
		for _, p := range []operation.Person{{Name: "沈立新", Duty: "负责人", From: l.day - 300, Until: operation.None}, {Name: "何静", Duty: "财务", From: l.day - 300, Until: l.day + 430}} {
			if err := l.Flows.Operations.Seat(ctx, tx, p); err != nil {
				return err
			}
		}
		p := paper.New("成立批复", "共益 · 演示用的文件")
		p.Text("同意成立竹溪社区服务中心，受托运营共益平台。")
		f, err := printed("成立批复.pdf", p)
		if err != nil {
			return err
		}
		kept, err := l.Flows.Files.Add(ctx, tx, f)
		if err != nil {
			return err
		}
		if err := l.Flows.Operations.File(ctx, tx, operation.Document{Title: "成立批复", File: kept}); err != nil {
			return err
		}
		if _, err := l.Flows.Trainings.Plan(ctx, tx, training.Session{Title: "每周培训会", About: "一家店来一位就行。讲一件用得上的事，答疑半小时。", Place: "社区活动室", Host: "何老师", Begins: begins, Ends: begins.Add(90 * time.Minute), Seats: 6}, 18); err != nil {
			return err
		}
		bounds := adslot.Bounds{Min: 300_00, Max: 500_00}
		for i, s := range []adslot.Slot{{Page: adslot.Home, Name: "首页第一格", Price: 500_00}, {Page: adslot.Home, Name: "首页第二格", Price: 400_00}, {Page: adslot.Map, Name: "地图下", Price: 300_00}} {
			if _, err := l.Flows.Ads.Offer(ctx, tx, s, bounds); err != nil {
				return fmt.Errorf("slot %d: %w", i, err)
			}
		}
		return nil
	})
}

// afterTraining notes yesterday's training, and signs shops up for the next.
func (l *together) afterTraining(ctx context.Context) error {
	shops, err := l.shops(ctx)
	if err != nil {
		return err
	}
	return l.update(ctx, func(tx *db.Tx) error {
		yesterday := (l.day - 1).Start(l.zone)
		all, err := l.Flows.Trainings.Between(ctx, tx, l.at, yesterday, yesterday.AddDate(0, 0, 14))
		if err != nil {
			return err
		}
		for _, s := range all {
			if tx.Now.After(s.Ends) {
				var there []id.ID
				for i, m := range shops {
					if (i+int(l.day)/7)%3 != 0 {
						there = append(there, m.ID)
					}
				}
				if err := l.Flows.Trainings.List(ctx, tx, s.ID, there, ""); err != nil {
					return err
				}
				if err := l.Flows.Trainings.Record(ctx, tx, s.ID, "讲了进货台账怎么记，三家店说了自己的做法。下次带一周的台账来对。"); err != nil {
					return err
				}
				if len(there) > 0 {
					if err := l.Flows.Trainings.Judge(ctx, tx, s.ID, training.Feedback{Shop: there[0], Stars: 4, Words: "例子都是自己街上的，听得进去。"}); err != nil {
						return err
					}
				}
				continue
			}
			for i, m := range shops {
				if i%4 != 3 {
					if _, err := l.Flows.Trainings.SignUp(ctx, tx, s.ID, m.ID); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

func (l *together) merchantDays(ctx context.Context) error {
	shops, err := l.shops(ctx)
	if err != nil || len(shops) < 5 {
		return err
	}
	ids := func(some ...*merchant.Merchant) (all []id.ID) {
		for _, m := range some {
			all = append(all, m.ID)
		}
		return all
	}
	for _, r := range []merchantday.Rule{
		{Kind: merchantday.OfMerchants, Title: "周三商家日", OfferKind: merchantday.OnSpend, Offer: "满 100 元送干洗券一张", Weekday: int(time.Wednesday), Every: 1, Rotate: true, First: l.day, Last: l.day + 180, Shops: ids(shops[:4]...)},
		{Kind: merchantday.OfMerchants, Title: "周末鲜货", OfferKind: merchantday.MemberPrice, Offer: "会员买菜每斤少两角", Weekday: int(time.Saturday), Every: 2, First: l.day, Last: l.day + 180, Shops: ids(shops[4])},
		{Kind: merchantday.OfMembers, Title: "会员日", OfferKind: merchantday.Gift, Offer: "到店送一份小样，凭会员码领", Weekday: int(l.day.Weekday()), Every: 4, First: l.day, Last: l.day + 180},
	} {
		if err := once(l.Flows.SetMerchantDay(ctx, l.at, db.System, "", r)); err != nil {
			return err
		}
	}
	return nil
}

func (l *together) breakfast(ctx context.Context) error {
	return l.set(ctx, "早餐套餐", "豆浆、菜包和水果，一家三口够吃。", 3)
}

// set begins a joint set and lets so many shops take parts on, the first included.
func (l *together) set(ctx context.Context, title, about string, taken int) error {
	shops, err := l.shops(ctx)
	if err != nil || len(shops) < 4 {
		return err
	}
	own := relay.Prices{Shelf: 3_00, Share: 2_30}
	r, err := l.Flows.BeginRelay(ctx, l.at, db.System, relay.Relay{Title: title, About: about, Starter: shops[0].ID, Until: (l.day + 8).Start(l.zone), Last: l.day + 120, Parts: []relay.Part{
		{Trade: "早点铺", What: "豆浆", Pieces: 3}, {Trade: "面点店", What: "菜包", Pieces: 6}, {Trade: "水果店", What: "苹果", Pieces: 3},
	}}, own)
	if err != nil {
		return once(err)
	}
	for n := 1; n < taken; n++ {
		if _, err := l.Flows.TakeRelayPart(ctx, l.at, r.ID, n, shops[n].ID, db.System, relay.Prices{Shelf: money.Amount(n) * 1_50, Share: money.Amount(n) * 1_10}); err != nil {
			return once(err)
		}
	}
	return nil
}

// advertise books next month's first slot, pays it and lets it pass.
func (l *together) advertise(ctx context.Context) error {
	shops, err := l.shops(ctx)
	if err != nil || len(shops) < 2 {
		return err
	}
	slots, err := l.slots(ctx)
	if err != nil || len(slots) == 0 {
		return err
	}
	month := (l.day + 33).Month()
	for i, s := range slots[:min(3, len(slots), len(shops))] {
		shop := shops[i]
		b, err := l.Flows.BookAd(ctx, l.at, shop.ID, s.ID, db.System, month)
		if err != nil {
			return once(err)
		}
		var asked []charge.Charge
		if err := l.DB.View(ctx, l.at, func(r db.Reader) (err error) { asked, err = l.Flows.Charges.Of(ctx, r, l.at, b.ID); return err }); err != nil {
			return err
		}
		for _, c := range asked {
			if _, err := l.Flows.Pay(ctx, l.at, db.System, c.ID, charge.Payment{Means: charter.Transfer, Reference: "AD-" + c.Code}); err != nil {
				return once(err)
			}
		}
		words := []string{"新出炉的面包，下午四点", "周三鲜肉到店，会员每斤少两角", "周六上午教化淡妆，不收钱"}[i]
		if err := l.Flows.DraftAd(ctx, l.at, shop.ID, db.System, adslot.Creative{Booking: b.ID, Text: words, Target: "/c/" + l.ref + "/shops/" + shop.ID.String()}, nil); err != nil {
			return once(err)
		}
		var drafts []adslot.Creative
		if err := l.DB.View(ctx, l.at, func(r db.Reader) (err error) { drafts, err = l.Flows.Ads.Creatives(ctx, r, l.at, b.ID); return err }); err != nil {
			return err
		}
		if err := once(l.Flows.ReviewAd(ctx, l.at, drafts[0].ID, db.System, true, "")); err != nil {
			return err
		}
	}
	return nil
}

func (l *together) slots(ctx context.Context) (all []adslot.Slot, err error) {
	err = l.DB.View(ctx, l.at, func(r db.Reader) error {
		all, err = l.Flows.Ads.Slots(ctx, r, l.at)
		return err
	})
	return all, err
}

// looks are how often the advertisements were seen so far.
func (l *together) looks(ctx context.Context) error {
	return l.update(ctx, func(tx *db.Tx) error {
		all, err := l.Flows.Ads.Showing(ctx, tx, l.at, l.day.Month())
		if err != nil {
			return err
		}
		b := &adslot.Batch{Name: "demo"}
		for i, s := range all {
			for day := s.From; day < l.day; day++ {
				b.Counts = append(b.Counts, adslot.Count{Booking: s.Booking.ID, Day: day, Views: int64(40 + (int(day)*7+i*11)%35), Clicks: int64(2 + (int(day)+i)%5)})
			}
		}
		return l.Flows.Ads.Counted(ctx, tx, b)
	})
}
