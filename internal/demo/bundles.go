package demo

import (
	"context"
	"fmt"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/db"
)

// bundleTerms are what is sold together: a weekend of three shops, a breakfast that a shop
// is still asked about, a pack of the festival and one for new members.
func bundleTerms(day period.Day, shops []*merchant.Merchant) (sold, asked []bundle.Terms) {
	at := func(some ...int) (all []id.ID) {
		for _, i := range some {
			all = append(all, shops[i].ID)
		}
		return all
	}
	base := bundle.Terms{Kind: bundle.Scene, Opens: day, Closes: day + 100, Days: 60, PerPerson: 2, Total: 100}
	weekend, breakfast, festival, welcome := base, base, base, base
	weekend.Name, weekend.Words, weekend.Shop, weekend.Price = "周末一家人", "周六逛街、周日不做饭。一家三口两天用得完。", shops[1].ID, 68_00
	weekend.Parts = []bundle.Part{{What: "双人份", Shops: at(0), Times: 2, Price: 18_00}, {What: "周日的菜篮", Shops: at(1), Times: 1, Price: 32_00}, {What: "孩子的一份", Shops: at(2), Times: 1, Price: 22_00}}
	breakfast.Name, breakfast.Words, breakfast.Shop, breakfast.Price = "五天早餐", "周一到周五，换着吃。", shops[3].ID, 36_00
	breakfast.Parts = []bundle.Part{{What: "早点", Shops: at(3), Times: 3, Price: 9_00}, {What: "豆浆和饼", Shops: at(0), Times: 2, Price: 10_00}}
	pack := func(t *bundle.Terms, name, what string) {
		t.Name, t.Kind, t.Price, t.PerPerson, t.Days, t.Sponsor = name, bundle.Pack, 1_00, 1, 30, bundle.ByShops
		t.Parts = []bundle.Part{{What: what, Shops: at(0, 1, 2, 3), Times: 1, Price: 20_00}}
	}
	pack(&festival, "邻里节一元礼包", "一袋街坊尝鲜")
	pack(&welcome, "新会员一元礼包", "见面礼一份")
	welcome.New, welcome.Sponsor, welcome.Gift = true, bundle.ByPlatform, 8_00
	return []bundle.Terms{weekend, festival, welcome}, []bundle.Terms{breakfast}
}

// sellBundles proposes bundles, lets everybody agree to most, and some neighbours buy.
func (l *together) sellBundles(ctx context.Context) error {
	shops, err := l.shopsFirst(ctx)
	if err != nil || len(shops) < 6 {
		return err
	}
	sold, asked := bundleTerms(l.day, shops)
	for i, t := range slices.Concat(sold, asked) {
		if err := once(l.Flows.ProposeBundle(ctx, l.at, db.System, "demo-bundle-"+t.Name, t)); err != nil {
			return fmt.Errorf("bundle %d: %w", i, err)
		}
	}
	if err := l.agreeBundles(ctx, sold); err != nil {
		return err
	}
	var buyers []*member.Member
	if err := l.DB.View(ctx, l.at, func(r db.Reader) error {
		all, err := l.Flows.Members.AtHome(ctx, r, l.at)
		for i, m := range all {
			if i%9 == 0 && m.Standing == member.Good && len(buyers) < 18 {
				buyers = append(buyers, m)
			}
		}
		return err
	}); err != nil {
		return err
	}
	for i, m := range buyers {
		if err := l.buyBundle(ctx, m, sold[i%2].Name); err != nil {
			return err
		}
	}
	return nil
}

// bundlesNow are the bundles of the community by their names.
func (l *together) bundlesNow(ctx context.Context) (all []*bundle.Bundle, err error) {
	err = l.DB.View(ctx, l.at, func(r db.Reader) error {
		all, err = l.Flows.Bundles.All(ctx, r, l.at)
		return err
	})
	return all, err
}

// agreeBundles lets everybody agree who is asked.
func (l *together) agreeBundles(ctx context.Context, to []bundle.Terms) error {
	i := slices.IndexFunc(l.masked, func(m mask) bool { return m.Role.Key == access.Name(access.Operator).Key })
	if i < 0 {
		return nil
	}
	desk := db.Actor{Kind: "person", ID: l.masked[i].Person}
	all, err := l.bundlesNow(ctx)
	if err != nil {
		return err
	}
	for _, b := range all {
		if !slices.ContainsFunc(to, func(t bundle.Terms) bool { return t.Name == b.Name }) {
			continue
		}
		for _, party := range b.Missing() {
			if err := once(l.Flows.AgreeBundle(ctx, l.at, desk, b.ID, party)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *together) buyBundle(ctx context.Context, m *member.Member, name string) error {
	all, err := l.bundlesNow(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(b *bundle.Bundle) bool { return b.Name == name })
	if i < 0 {
		return nil
	}
	c, err := l.Flows.OrderBundle(ctx, l.at, db.System, m.ID, all[i].ID)
	if err != nil {
		return once(err) // she has hers
	}
	_, err = l.Flows.Pay(ctx, l.at, db.System, c.ID, charge.Payment{Means: charter.Provider, Reference: "42" + c.ID.String()[:26]})
	return once(err)
}

// useBundles lets shops give some parts, and a few buyers give one back.
func (l *together) useBundles(ctx context.Context) error {
	all, err := l.bundlesNow(ctx)
	if err != nil {
		return err
	}
	for _, b := range all {
		var sales []*bundle.Sale
		if err := l.DB.View(ctx, l.at, func(r db.Reader) error {
			sales, err = l.Flows.Bundles.SalesOf(ctx, r, l.at, b.ID, 50)
			return err
		}); err != nil {
			return err
		}
		for n, s := range sales {
			if n%4 == 3 {
				if err := l.giveBundleBack(ctx, s, len(b.Parts)-1); err != nil {
					return err
				}
			}
			part := n % len(b.Parts)
			take := flow.BundleTaking{Shop: b.Parts[part].Shops[n%len(b.Parts[part].Shops)], Code: s.Codes[part], Token: "demo-" + s.ID.String()}
			if _, err := l.Flows.TakeBundlePart(ctx, l.at, db.System, take); once(err) != nil {
				return err
			}
		}
	}
	return nil
}

// giveBundleBack gives a part back to its buyer; what the provider did is noted.
func (l *together) giveBundleBack(ctx context.Context, s *bundle.Sale, part int) error {
	if _, err := l.Flows.ReturnBundle(ctx, l.at, db.System, s.Member, s.ID, part); err != nil {
		return once(err)
	}
	return l.update(ctx, func(tx *db.Tx) error {
		asked, err := l.Flows.Charges.Of(ctx, tx, l.at, s.ID)
		if err != nil {
			return err
		}
		c := &asked[0]
		return l.Flows.Charges.Hand(ctx, tx, c, c.Refunds[len(c.Refunds)-1].Seq, "50"+c.ID.String()[:26])
	})
}
