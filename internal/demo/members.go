package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/household"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// recommenders is how many residents of the first community recommend others, and
// newcomers the phone number from which those who join in the last weeks have theirs.
const (
	recommenders = 24
	newcomers    = 8000
)

// cohort is some people who join the first community on one day, each recommended by
// a member, and what makes their recommendation stand as it does.
type cohort struct {
	ago    int // days before the street is looked at first
	n      int
	buys   bool // they use the membership the day after
	device bool // they order on the recommender's telephone
	house  bool // they live in the recommender's household
	leaves bool // they give it up after five days
	shop   bool // a shop recommends them
}

// cohorts are those of the last seven weeks: counted, unused, on one device, in one
// household, given up, and still within the cooling-off.
var cohorts = []cohort{
	{ago: 46, n: 26, buys: true}, {ago: 42, n: 12}, {ago: 40, n: 3, buys: true, shop: true}, {ago: 38, n: 12, buys: true, device: true}, {ago: 33, n: 10, buys: true, house: true},
	{ago: 27, n: 9, leaves: true}, {ago: 13, n: 2, buys: true, shop: true}, {ago: 4, n: 12, buys: true}, {ago: 7, n: 2, leaves: true},
}

// memberships lets the first community's members recommend, join and pay as far as a
// day asks for it.
func (d *Demo) memberships(ctx context.Context, day period.Day) error {
	ago := int(d.today - day)
	if ago == 80 {
		return d.recommendersPay(ctx)
	}
	first := newcomers
	for _, c := range cohorts {
		var err error
		switch {
		case c.ago == ago:
			err = d.join(ctx, c, first)
		case c.leaves && c.ago-5 == ago:
			err = d.leave(ctx, c, first)
		}
		if err != nil {
			return err
		}
		first += c.n
	}
	if ago != 20 {
		return nil
	}
	if err := d.Flows.CountRecommendations(ctx, d.places["C1"]); err != nil {
		return err
	}
	if err := d.handRefunds(ctx); err != nil {
		return err
	}
	return d.review(ctx)
}

// handRefunds hands back at the counter what waits there.
func (d *Demo) handRefunds(ctx context.Context) error {
	at := d.places["C1"]
	var waiting []charge.Charge
	err := d.DB.View(ctx, at, func(r db.Reader) (err error) { waiting, err = d.Flows.Charges.ToHand(ctx, r, at, 100); return err })
	if err != nil {
		return err
	}
	for _, c := range waiting {
		for _, x := range c.Refunds {
			if x.Handed != nil {
				continue
			}
			if err := d.Flows.HandRefund(ctx, at, db.System, c.ID, x.Seq, "原路退回"); err != nil {
				return err
			}
		}
	}
	return nil
}

// recommendersOf are residents of the first community who shop often: the one who
// shops most among them.
func (d *Demo) recommendersOf() (all []*player) {
	all = append(all, d.cast.byRef[d.cast.regular])
	for i := range d.cast.players {
		p := &d.cast.players[i]
		if p.home == "C1" && p.ref != "" && p.ref != d.cast.regular && !p.elder() && len(all) < recommenders {
			all = append(all, p)
		}
	}
	return all
}

// behind is who has a number.
func (d *Demo) behind(ctx context.Context, phone string) (who id.ID, err error) {
	err = d.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		p, err := d.Flows.People.ByPhone(ctx, r, phone)
		if err == nil {
			who = p.ID
		}
		return err
	})
	return who, err
}

// subscribe orders a term and pays it at the counter.
func (d *Demo) subscribe(ctx context.Context, w flow.MembershipWish) (ref string, err error) {
	w.Community, w.How = d.places["C1"], membership.Herself
	o, err := d.Flows.OrderMembership(ctx, db.Actor{Kind: "person", ID: w.Person}, w)
	if err != nil || o.Charge == nil {
		return o.Order.Ref, err
	}
	_, err = d.Flows.Pay(ctx, o.Community, db.System, o.Charge.ID, charge.Payment{Means: []charter.Means{charter.Cash, charter.Provider}[int(o.Charge.Code[7])%2], Reference: "收据 " + o.Charge.Code})
	return o.Order.Ref, err
}

// many does something for several people at once: one commit takes what waits.
func many(n int, do func(i int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// recommendersPay lets those who will recommend pay for a term of their own.
func (d *Demo) recommendersPay(ctx context.Context) error {
	by := d.recommendersOf()
	return many(len(by), func(i int) error {
		who, err := d.behind(ctx, by[i].Phone)
		if err == nil {
			_, err = d.subscribe(ctx, flow.MembershipWish{Person: who, Device: fmt.Sprint("demo-device-", i)})
		}
		return once(err)
	})
}

// join lets a cohort join. Who joined at an earlier start is left alone.
func (d *Demo) join(ctx context.Context, c cohort, first int) error {
	by := d.recommendersOf()
	place, err := d.Flows.Communities.ByRef(ctx, d.DB, "C1")
	if err != nil {
		return err
	}
	return many(c.n, func(n int) error {
		which := (first + n) % len(by)
		if n < 4 && c.buys && !c.device && !c.house {
			which = 0 // the regular recommends enough to have a fee waived
		}
		rng := rand.New(rand.NewPCG(uint64(first+n), 11))
		who, err := d.newPerson(ctx, rng, first+n)
		if err != nil {
			return once(err)
		}
		from, err := d.recommender(ctx, place.ID, c, by[which].ref)
		if err != nil {
			return err
		}
		code, err := d.Flows.MakeCode(ctx, db.System, place, from)
		if err != nil {
			return err
		}
		w := flow.MembershipWish{Person: who, Code: code, Device: fmt.Sprint("demo-device-of-", first+n)}
		if c.device {
			w.Device = fmt.Sprint("demo-device-", which)
		}
		if c.house {
			if err := d.movesIn(ctx, who, by[which].ref); err != nil {
				return err
			}
		}
		ref, err := d.subscribe(ctx, w)
		if err != nil || !c.buys {
			return err
		}
		return d.uses(ctx, rng, ref, first+n)
	})
}

// recommender is who recommends a newcomer of a cohort: a member, or the noodle shop.
func (d *Demo) recommender(ctx context.Context, at id.ID, c cohort, ref string) (membership.By, error) {
	if c.shop {
		shops, err := d.shopIDs(ctx, at, "restaurant")
		return membership.By{Kind: membership.ByMerchant, ID: shops[0]}, err
	}
	m, err := d.memberID(ctx, ref)
	return membership.By{Kind: membership.ByMember, ID: m}, err
}

// newPerson notes one newcomer.
func (d *Demo) newPerson(ctx context.Context, rng *rand.Rand, n int) (who id.ID, err error) {
	err = d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p := named(rng, "25-34", tx.Now.Year())
		p.Phone = phone(n)
		made, err := d.Flows.People.Register(ctx, tx, p)
		if err == nil {
			who = made.ID
		}
		return err
	})
	return who, err
}

func (d *Demo) memberID(ctx context.Context, ref string) (m id.ID, err error) {
	at := d.places["C1"]
	err = d.DB.View(ctx, at, func(r db.Reader) error {
		found, err := d.Flows.Members.Lookup(ctx, r, at, ref)
		if err == nil {
			m = found.ID
		}
		return err
	})
	return m, err
}

// movesIn lets a newcomer live with a member.
func (d *Demo) movesIn(ctx context.Context, who id.ID, ref string) error {
	var home household.Household
	err := d.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		home, err = d.Flows.Households.ByRef(ctx, r, d.places["C1"], ref)
		return err
	})
	if err == nil {
		_, err = d.Flows.MoveIn(ctx, db.System, flow.Settler{Person: person.Person{ID: who}, Household: home.ID, Relation: household.Child})
	}
	return err
}

// uses lets a newcomer buy something, or use a free service.
func (d *Demo) uses(ctx context.Context, rng *rand.Rand, ref string, n int) error {
	at := d.places["C1"]
	if rng.IntN(4) == 0 {
		_, _, err := d.Flows.UseService(ctx, at, db.System, ref, membership.Use{Kind: membership.Kinds[rng.IntN(6)], ServedBy: servers[rng.IntN(len(servers))], How: membership.ByDesk})
		return err
	}
	shops := d.shopsOf("C1")
	price := money.Amount(12_00 + rng.Int64N(40_00))
	_, err := d.Flows.Settle(ctx, at, db.System, flow.Purchase{Ref: fmt.Sprint("N-", n), PurchasedAt: d.clock.Now(), Member: ref, Merchant: shops[rng.IntN(len(shops))], List: price, Price: price, Held: price, Items: 1})
	return err
}

// servers are who does the free services.
var servers = []string{"周师傅", "便民服务站", "李阿姨", "社区卫生站", "小赵", "王师傅"}

// leave lets a cohort give its membership up again.
func (d *Demo) leave(ctx context.Context, c cohort, first int) error {
	return many(c.n, func(n int) error {
		who, err := d.behind(ctx, phone(first+n))
		if err != nil {
			return err
		}
		m, err := d.Flows.MembershipOf(ctx, who)
		if err != nil {
			return err
		}
		_, err = d.Flows.GiveUp(ctx, m.Community.ID, db.Actor{Kind: "person", ID: who}, m.Ref, flow.LeaveAll, []string{"搬到外区去了", "用不上", "家里另有会员"}[n%3])
		if errors.Is(err, membership.ErrOver) {
			return nil
		}
		return err
	})
}

// review lets the operator look at half of what is held, and take three back that
// should not have counted.
func (d *Demo) review(ctx context.Context) error {
	at := d.places["C1"]
	var held, all []membership.Recommendation
	err := d.DB.View(ctx, at, func(r db.Reader) (err error) {
		if held, err = d.Flows.Memberships.Waiting(ctx, r, at); err != nil {
			return err
		}
		all, err = d.Flows.Memberships.AllRecommendations(ctx, r, at, 100, 0)
		return err
	})
	if err != nil {
		return err
	}
	for i, n := range held {
		switch i % 4 {
		case 0:
			err = d.Flows.DecideRecommendation(ctx, at, db.System, n.Member, membership.Allow, "上门见过，是两个人")
		case 1:
			err = d.Flows.DecideRecommendation(ctx, at, db.System, n.Member, membership.Deny, "打过电话，是同一个人的两个号")
		}
		if err != nil {
			return once(err)
		}
	}
	back := 0
	for _, n := range slices.Backward(all) {
		if n.State() == membership.Counts && n.ID != all[len(all)-1].ID && back < 3 {
			back++
			if err := d.Flows.RevokeRecommendation(ctx, at, db.System, n.Member, membership.Oneself, "后来查明是推荐人自己"); err != nil {
				return once(err)
			}
		}
	}
	return nil
}

// atTen does on a day, at ten in the morning, what people do at the counter.
func (d *Demo) atTen(ctx context.Context, day period.Day, before time.Time) error {
	ten := day.Start(d.zone).Add(10 * time.Hour)
	if before.Before(ten) {
		return nil
	}
	d.clock.Put(ten)
	return d.memberships(ctx, day)
}
