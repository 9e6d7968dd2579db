package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/attachment"
	"gongyi/internal/platform/db"
)

// alliedAfter is on which day of the first year the alliance is introduced.
const alliedAfter = 160

// applicant is which of those who open a shop a visitor may look around as.
const applicant = 8

// bidder is a shop of the demo that bids for a seat.
type bidder struct {
	name, owner, offer string
	size               alliance.Size
	kind               alliance.OfferKind
	share              int64 // of sales, parts of a million
	years              int
}

// ally lives the alliance's part of a day: it is introduced once, then follows its
// script by the days since.
func (d *Demo) ally(ctx context.Context, day period.Day) error {
	age, err := d.allied(ctx, day)
	if err != nil || age < 0 {
		return err
	}
	if age == 0 {
		return d.introduce(ctx)
	}
	do, due := d.allianceScript()[age]
	if !due && age%28 != 0 {
		return nil
	}
	home := d.places["C1"]
	if err := d.Flows.AllianceDue(ctx, home); err != nil {
		return err
	}
	if age%28 == 0 {
		for _, at := range d.places {
			if err := errors.Join(d.Flows.AllianceDue(ctx, at), d.Flows.SyncRoles(ctx)); err != nil {
				return err
			}
		}
	}
	if !due {
		return nil
	}
	if err := do(ctx, home); err != nil {
		return fmt.Errorf("alliance, day %d: %w", age, err)
	}
	return d.Flows.AllianceDue(ctx, home)
}

// allied is how many days ago the alliance was introduced, below zero if it is not to
// be yet.
func (d *Demo) allied(ctx context.Context, day period.Day) (age int, err error) {
	var since time.Time
	err = d.DB.View(ctx, d.places["C1"], func(r db.Reader) error {
		all, err := d.Flows.Alliance.Tenures(ctx, r, d.places["C1"])
		for _, t := range all {
			if since.IsZero() || t.From.Before(since) {
				since = t.From
			}
		}
		return err
	})
	if !since.IsZero() {
		return int(day - period.DayOf(since, d.zone)), err
	}
	if d.begun == 0 {
		d.begun = day
	}
	return min(0, int(day-d.begun)-alliedAfter), err
}

// introduce seats every shop, and the first five owners of each community in its
// committee.
func (d *Demo) introduce(ctx context.Context) error {
	_, shops, err := d.ids(ctx)
	if err != nil {
		return err
	}
	for _, ref := range sorted(d.places) {
		at := d.places[ref]
		if _, err := d.Flows.SeatExisting(ctx, at, db.System); err != nil {
			return err
		}
		for i, shop := range d.shopsOf(ref) {
			if i == 5 {
				break
			}
			owner, err := d.personOf(ctx, d.owner(shop))
			if err != nil {
				return err
			}
			if _, err := d.Flows.SeatMember(ctx, at, db.System, owner, shops[shop], "店主大会推选"); err != nil {
				return err
			}
		}
		if err := d.Flows.RotateChair(ctx, at); err != nil {
			return err
		}
	}
	return nil
}

// personOf is the person behind a reference.
func (d *Demo) personOf(ctx context.Context, ref string) (id.ID, error) {
	return d.behind(ctx, d.cast.byRef[ref].Phone)
}

// allianceScript is what happens in the first community, by the days since the alliance
// was introduced. The last of it runs on the day before somebody first looks.
func (d *Demo) allianceScript() map[int]func(ctx context.Context, at id.ID) error {
	wine := []bidder{
		{"溪畔酒坊", "陶春林", "会员打酒九五折，送到楼下", alliance.SmallLocal, alliance.Discount, 18_000, 6},
		{"喜临门烟酒", "邱国富", "会员满百减五", alliance.Chain, alliance.Discount, 12_000, 2},
		{"老窖小铺", "郝志强", "免费代存坛酒", alliance.SmallLocal, alliance.FreeService, 10_000, 1},
	}
	florist := []bidder{
		{"一枝鲜花", "苗雅琴", "会员鲜花九折，母亲节送一枝", alliance.SmallLocal, alliance.Discount, 20_000, 3},
		{"花满楼连锁", "葛伟", "会员办卡免费养护绿植", alliance.Chain, alliance.FreeService, 15_000, 1},
	}
	deli := []bidder{
		{"老柴卤味", "柴树林", "会员每周三卤菜九折", alliance.SmallLocal, alliance.Discount, 16_000, 8},
		{"鲜切熟食坊", "简敏", "六十岁以上免费切片送货", alliance.SmallLocal, alliance.FreeService, 12_000, 4},
	}
	return map[int]func(ctx context.Context, at id.ID) error{
		30:  d.meets("居民活动室", "联合推广第一期怎么用", "年费先做两场市集，账目每月公布", "按表决的方案办"),
		94:  d.handsOver("市集的场地还没定；药房和蔬果店想换摆摊的位置", "物业的老周好说话，先打电话再去"),
		120: d.meets("桥头会议室", "国庆怎么一起做活动", "每店出一样，满三家盖章换小礼", "各店月底前报名单"),
		150: d.resigns("M1-wine", "店主回老家照顾父母"),
		151: d.bid("wine", 0, wine...),
		154: d.inspect("wine", 2, "执照经营范围里没有酒类"),
		163: d.voteAll("wine"),
		165: d.payUp("wine"),
		166: d.signUp("wine"),
		187: d.handsOver("花店席位期满前要不要提前招店，下次会上议", "活动室钥匙在居委会"),
		192: d.resigns("M1-florist", "店面到期，不再续租"),
		193: d.bid("florist", 5, florist...),
		196: d.inspect("florist", 2, ""),
		201: d.resigns("M1-deli", "店主身体不好，歇业"),
		202: d.votesSome("florist", 2),
		203: d.bid("deli", applicant, deli...),
	}
}

// office is the person who works at the desk.
func (d *Demo) office(ctx context.Context) (db.Actor, error) {
	var who id.ID
	err := d.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		p, err := d.Flows.People.ByPhone(ctx, r, phone(9001))
		if err == nil {
			who = p.ID
		}
		return err
	})
	return db.Actor{Kind: "person", ID: who}, err
}

// resigns vacates the seat of a shop.
func (d *Demo) resigns(ref, reason string) func(ctx context.Context, at id.ID) error {
	return func(ctx context.Context, at id.ID) error {
		_, shops, err := d.ids(ctx)
		if err != nil {
			return err
		}
		var held *alliance.Tenure
		if err := d.DB.View(ctx, at, func(r db.Reader) error {
			all, err := d.Flows.Alliance.Tenures(ctx, r, at)
			held = alliance.OfShop(all, shops[ref], d.clock.Now())
			return err
		}); err != nil || held == nil {
			return err
		}
		_, err = d.Flows.VacateSeat(ctx, at, db.System, held.ID, alliance.Resigned, reason)
		return err
	}
}

// bid lets residents bid for a trade; n says which of them.
func (d *Demo) bid(trade string, n int, bidders ...bidder) func(ctx context.Context, at id.ID) error {
	return func(ctx context.Context, at id.ID) error {
		o, err := d.openingOf(ctx, at, trade)
		if err != nil || o == nil {
			return err
		}
		for i, b := range bidders {
			d.clock.Put(d.clock.Now().Add(7 * time.Minute))
			who, err := d.personOf(ctx, d.bidding(n+i))
			if err != nil {
				return err
			}
			actor := db.Actor{Kind: "person", ID: who}
			x, err := d.Flows.ApplyForSeat(ctx, at, actor, o.ID, id.ID{})
			if err != nil {
				return err
			}
			form := b.form(n + i)
			if err := d.Flows.SaveApplication(ctx, at, actor, x.ID, form); err != nil {
				return err
			}
			for _, p := range []alliance.Paper{alliance.Licence, alliance.Storefront} {
				file, err := attachment.Paper(string(p)+".png", picture(n+i))
				if err != nil {
					return err
				}
				if _, err := d.Flows.AddPaper(ctx, at, actor, x.ID, p, file); err != nil {
					return err
				}
			}
			if err := d.Flows.SubmitApplication(ctx, at, actor, x.ID); err != nil {
				return err
			}
		}
		if trade != "deli" {
			return nil
		}
		return d.oneStepFurther(ctx, at, o.ID)
	}
}

// oneStepFurther checks the papers of the first applicant, so that two stand at
// different steps.
func (d *Demo) oneStepFurther(ctx context.Context, at, opening id.ID) error {
	actor, err := d.office(ctx)
	if err != nil {
		return err
	}
	all, err := d.applications(ctx, at, opening)
	if err != nil {
		return err
	}
	return d.Flows.CheckApplication(ctx, at, actor, all[0].ID, alliance.Checked, "")
}

func (b bidder) form(n int) alliance.Form {
	middle := geo.Point{Lat: centre.Lat + int64(n%7-3)*1_300, Lon: centre.Lon + int64(n%5-2)*1_700}
	return alliance.Form{ShopName: b.name, Address: fmt.Sprintf("竹溪路 %d 号", n%90+6), At: middle, OwnerName: b.owner, Licence: fmt.Sprintf("92370303MA3CT%05d", n), Years: b.years,
		Size: b.size, Offer: b.kind, OfferText: b.offer, OfferShare: money.Rate(b.share), Promises: alliance.Promises}
}

// bidding is the reference of the n-th resident of the first community without a part:
// one who opens a shop.
func (d *Demo) bidding(n int) (ref string) {
	for i := range d.cast.players {
		p := &d.cast.players[i]
		if p.home != "C1" || len(p.parts) > 0 || p.elder() || p.ref == d.cast.regular {
			continue
		}
		if ref = p.ref; n == 0 {
			break
		}
		n--
	}
	return ref
}

// openingOf is the latest opening of a trade, nil if there is none.
func (d *Demo) openingOf(ctx context.Context, at id.ID, trade string) (o *alliance.Opening, err error) {
	err = d.DB.View(ctx, at, func(r db.Reader) error {
		all, err := d.Flows.Alliance.Openings(ctx, r, at)
		for _, x := range all {
			if x.Trade == trade {
				o = x
			}
		}
		return err
	})
	return o, err
}

func (d *Demo) applications(ctx context.Context, at, opening id.ID) (all []*alliance.Application, err error) {
	err = d.DB.View(ctx, at, func(r db.Reader) error {
		all, err = d.Flows.Alliance.ApplicationsFor(ctx, r, at, opening)
		return err
	})
	return all, err
}
