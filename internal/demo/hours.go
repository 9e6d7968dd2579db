package demo

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/platform/db"
)

// How many days before the end hours move. The pool is filled before volunteers are found,
// so that it can pay for the first who help.
const (
	hoursBought  = volunteersBefore + 1
	hoursGiven   = 27
	hoursAgain   = 9
	hoursGranted = 8
	hoursAsked   = 2 // what then waits for somebody still waits at the end
)

// hoursHome is the community whose hours are told whole; the others have a little of each.
const hoursHome = "C1"

// moveHours lets a day bring what it brings to the hours of every community.
func (d *Demo) moveHours(ctx context.Context, day, last period.Day) error {
	step := map[int]func(h *hoursLife, ctx context.Context) error{
		hoursBought: (*hoursLife).fill, hoursGiven: (*hoursLife).give, hoursAgain: (*hoursLife).give, hoursGranted: (*hoursLife).grant, hoursAsked: (*hoursLife).wait,
	}[int(last-day)]
	if step == nil {
		return nil
	}
	for _, ref := range sorted(d.places) {
		if err := step(&hoursLife{Demo: d, ref: ref, at: d.places[ref], day: day}, ctx); err != nil {
			return fmt.Errorf("hours of %s: %w", ref, err)
		}
	}
	return nil
}

// hoursLife are the hours of one community on one morning.
type hoursLife struct {
	*Demo
	ref string
	at  id.ID
	day period.Day
}

// named is the id of something that the day brings: a start that was cut short brings it
// once.
func (h *hoursLife) named(what string, n int) id.ID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %d", h.ref, h.day, what, n))
	return id.V4([16]byte(sum[:16]))
}

// home reports whether hours are told whole here.
func (h *hoursLife) home() bool { return h.ref == hoursHome }

// fill brings hours into the pool and the pot: organisations buy some, shops give what they
// took.
func (h *hoursLife) fill(ctx context.Context) error {
	street := coin.Order{Name: streetName + "街道办事处", Registration: "11371800004219000X", Body: coin.Public, Coins: 300_00, Purpose: "六十岁以上老人的助餐、陪诊"}
	if err := h.buy(ctx, "street", street); err != nil {
		return err
	}
	if h.home() {
		company := coin.Order{Name: "青禾纺织有限公司", Registration: "91371800MA3C7F2Q5R", Body: coin.Company, Coins: 2_000_00, Purpose: "独居老人一周两次上门"}
		fund := coin.Order{Name: "邻里互助基金会", Registration: "53371800MJD6L1A84T", Body: coin.Public, Coins: 500_00, Common: true, Purpose: "给自己挣不了服务时的邻居"}
		if err := h.buy(ctx, "company", company); err != nil {
			return err
		}
		if err := h.buy(ctx, "fund", fund); err != nil {
			return err
		}
	}
	return h.donate(ctx)
}

// buy orders hours for an organisation; the desk accepts, and it pays at its bank.
func (h *hoursLife) buy(ctx context.Context, what string, o coin.Order) error {
	o.ID = h.named(what, 0)
	made, err := h.order(ctx, o)
	if err != nil || made.State() != coin.Asked {
		return err
	}
	desk, _, err := h.officers(ctx)
	if err != nil {
		return err
	}
	c, err := h.Flows.AcceptHoursOrder(ctx, h.at, desk, o.ID)
	if err != nil {
		return err
	}
	_, err = h.Flows.Pay(ctx, h.at, db.System, c.ID, charge.Payment{Means: charter.Bank, Reference: "CB" + c.Code})
	return once(err)
}

// order lets a neighbour who works there order for an organisation.
func (h *hoursLife) order(ctx context.Context, o coin.Order) (*coin.Order, error) {
	i := slices.IndexFunc(h.masked, func(m mask) bool { return m.ref == h.cast.regular })
	by := db.System
	if i >= 0 {
		by = db.Actor{Kind: "person", ID: h.masked[i].Person}
	}
	return h.Flows.OrderHours(ctx, h.at, by, o)
}

// donate lets the shops that took most give a quarter of it to the pool.
func (h *hoursLife) donate(ctx context.Context) error {
	shops, err := h.rich(ctx, party.Merchant)
	if err != nil {
		return err
	}
	most := 1
	if h.home() {
		most = 3
	}
	for i, s := range shops[:min(most, len(shops))] {
		gift := coin.Donation{ID: h.named("donation", i), Shop: s.Account.Owner.ID, Coins: s.Balance / 4, Words: "街坊照顾生意，回给街坊"}
		if _, err := h.Flows.DonateHours(ctx, h.at, db.System, gift); err != nil {
			return err
		}
	}
	return nil
}

// hoursLeast is what somebody has who gives some away.
const hoursLeast money.Amount = 1_00

// rich are who of a kind has some to give, who has most first.
func (h *hoursLife) rich(ctx context.Context, kind party.Kind) (all []ledger.Holding, err error) {
	err = h.DB.View(ctx, h.at, func(r db.Reader) error {
		all, err = h.Flows.Ledger.Holdings(ctx, r, h.at)
		return err
	})
	all = slices.DeleteFunc(all, func(x ledger.Holding) bool {
		return x.Account.Owner.Kind != kind || x.Account.Purpose != ledger.Coins || x.Balance < hoursLeast
	})
	slices.SortStableFunc(all, func(a, b ledger.Holding) int { return cmp.Compare(b.Balance, a.Balance) })
	return all, err
}

// giftWords are what neighbours say with a gift.
var giftWords = []string{"谢谢您帮忙看孩子", "上次的馄饨真好吃", "", "腿脚不便，别自己爬楼了", "楼下的花是您浇的吧"}

// give lets neighbours give some of theirs to each other and into the common pot.
func (h *hoursLife) give(ctx context.Context) error {
	givers, err := h.neighbours(ctx)
	if err != nil {
		return err
	}
	most := 2
	if h.home() {
		most = 8
	}
	for i, from := range givers[:min(most, len(givers))] {
		g := coin.Gift{ID: h.named("gift", i), From: from.Account.Owner.ID, To: givers[len(givers)-1-i].Account.Owner.ID, Coins: from.Balance / 4, Words: giftWords[i%len(giftWords)]}
		if i%2 == 1 || g.To == g.From {
			g.To, g.Words = id.ID{}, ""
		}
		if _, err := h.Flows.GiveHours(ctx, h.at, db.System, g); once(err) != nil { // she gave enough this month
			return err
		}
	}
	return nil
}

// neighbours are members at home here in good standing who have hours, who has most first.
func (h *hoursLife) neighbours(ctx context.Context) (all []ledger.Holding, err error) {
	rich, err := h.rich(ctx, party.Member)
	if err != nil {
		return nil, err
	}
	good := make(map[id.ID]bool)
	err = h.DB.View(ctx, h.at, func(r db.Reader) error {
		home, err := h.Flows.Members.AtHome(ctx, r, h.at)
		for _, m := range home {
			good[m.ID] = m.Standing == member.Good
		}
		return err
	})
	return slices.DeleteFunc(rich, func(x ledger.Holding) bool { return !good[x.Account.Owner.ID] }), err
}

// grant gives an elder hours of the pot, which one person may decide.
func (h *hoursLife) grant(ctx context.Context) error {
	return h.ask(ctx, 0, "眼睛不好，出门买菜要人陪")
}

// wait asks for more than one person may give, and orders hours: both wait for the desk.
func (h *hoursLife) wait(ctx context.Context) error {
	if err := h.ask(ctx, 1, "中风以后右手使不上力，想请人每周来两次"); err != nil || !h.home() {
		return err
	}
	_, err := h.order(ctx, coin.Order{ID: h.named("clinic", 0), Name: "竹溪社区诊所", Registration: "91371800MA3D2K8N1W", Body: coin.Company, Coins: 800_00, Purpose: "慢病老人陪诊"})
	return err
}

// ask asks for hours of the pot for the n-th elder: the first gets half of what one person
// may give, the others more than that.
func (h *hoursLife) ask(ctx context.Context, n int, why string) error {
	if !h.home() {
		return nil
	}
	now, err := h.Flows.StandingIn(ctx, h.at)
	if err != nil {
		return err
	}
	_, specialist, err := h.officers(ctx)
	if err != nil {
		return err
	}
	var elders []string
	for i := range h.cast.players {
		if p := &h.cast.players[i]; p.home == h.ref && p.ref != "" && p.elder() {
			elders = append(elders, p.ref)
		}
	}
	if len(elders) <= n {
		return nil
	}
	who, err := h.who(ctx, h.ref, elders[n])
	if err != nil {
		return err
	}
	g := coin.Grant{ID: h.named("grant", n), Member: who[0], Coins: now.Rules.GrantAloneMax / 2, Reason: why}
	if n > 0 {
		g.Coins = now.Rules.GrantAloneMax + g.Coins
	}
	_, err = h.Flows.AskGrant(ctx, h.at, specialist, specialist.ID, g)
	return once(err)
}
