package app

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/ui/uitest"
)

// bundled makes what an address of bundles can name, each so that its pages hold all of
// their forms between them: one on sale, of which anna has bought one, and two that wait.
func (g *guarded) bundled(home, shop id.ID) {
	g.Helper()
	ctx, today := context.Background(), period.DayOf(g.clock.Now(), flow.DefaultZone)
	butcher := g.shop(home, "butcher")
	terms := bundle.Terms{Name: wild, Words: nasty[0], Kind: bundle.Scene, Shop: shop, Price: 20_00, Opens: today, Closes: today + 30, Days: 30, PerPerson: 9, Total: 99,
		Parts: []bundle.Part{{What: wild, Shops: []id.ID{shop}, Times: 3, Price: 5_00}, {What: "肉", Shops: []id.ID{butcher}, Times: 1, Price: 20_00}}}
	clerk := db.Actor{Kind: "person", ID: g.who("+86" + clerkPhone).ID}
	g.bundle(home, terms) // its owner may take it back, the desk is asked
	asked := terms
	asked.Shop = butcher
	waits := g.bundle(home, asked) // the shop is asked
	g.must(g.Flows.AgreeBundle(ctx, home, clerk, waits, id.ID{}))
	pack := terms
	pack.Kind, pack.Shop, pack.Price, pack.PerPerson, pack.Sponsor, pack.Parts = bundle.Pack, id.ID{}, 1_00, 1, bundle.ByShops, []bundle.Part{{What: wild, Shops: []id.ID{butcher}, Times: 1, Price: 20_00}}
	g.bundle(home, pack) // the desk may take it back
	onSale := g.bundle(home, terms)
	g.must(g.Flows.AgreeBundle(ctx, home, clerk, onSale, butcher))
	g.must(g.Flows.AgreeBundle(ctx, home, clerk, onSale, id.ID{}))
	m, err := g.Flows.MemberIn(ctx, home, g.who("+86"+ownerPhone).ID)
	g.must(err)
	c, err := g.Flows.OrderBundle(ctx, home, db.System, m.ID, onSale)
	g.must(err)
	_, err = g.Flows.Pay(ctx, home, db.System, c.ID, charge.Payment{Means: charter.Provider, Reference: "bundle"})
	g.must(err)
	bank, err := sandbox.New(sandbox.Options{Clock: g.DB.Clock(), AnyShop: true})
	g.must(err)
	g.Flows.Providers = map[pay.Kind]pay.Provider{pay.WeChat: bank.Direct()} // a bundle is paid for online, or not at all
	g.holes["bundle"], g.holes["sale"] = onSale.String(), c.Subject.String()
}

// bundle proposes a bundle, a second after the one before.
func (g *guarded) bundle(home id.ID, t bundle.Terms) (made id.ID) {
	g.Helper()
	g.clock.Advance(time.Second)
	g.must(g.Flows.ProposeBundle(context.Background(), home, stranger, "", t))
	g.read(home, func(ctx context.Context, r db.Reader) error {
		all, err := g.Flows.Bundles.All(ctx, r, home)
		if len(all) > 0 {
			made = all[0].ID
		}
		return err
	})
	return made
}

// E2: proposed by a shop, agreed to by the others and the desk, bought online, used part
// by part at the counter, given back; stopped.
func TestABundleOnThePages(t *testing.T) {
	c, shop := among(t)
	ctx, butcher := t.Context(), c.shop(c.home, "butcher")
	today := period.DayOf(c.clock.Now(), flow.DefaultZone)
	own, desk, public := "/shop/"+shop.String()+"/bundles", "/desk/bundles/C1", "/c/C1/bundles"
	form := func(name, price string) []string {
		return []string{"kind", "scene", "name", name, "price", price, "what1", "面包" + wild, "shop1", shop.String(), "times1", "2", "price1", "10", "what2", "肉", "shop2", butcher.String(), "price2", "20",
			"opens", today.String(), "closes", (today + 30).String(), "days", "30", "total", "5", "per_person", "1", "once", name}
	}
	c.told(c.owner, own, "32.01", form("早餐", "32.01")...) // less than 20% under 40.00
	c.told(c.owner, own, "x", form("早餐", "x")...)
	c.told(c.owner, own, "30", form("", "30")...)
	c.done(c.owner, own, form("早餐", "30")...)
	c.done(c.owner, own, form("早餐", "30")...) // the form came twice
	var b *bundle.Bundle
	c.view(func(ctx context.Context, r db.Reader) error {
		all, err := c.Flows.Bundles.All(ctx, r, c.home)
		if err == nil {
			b = all[0]
		}
		return err
	})
	at := "/" + b.ID.String()
	if b.Name != "早餐" || c.thief.get(public+at).Code != http.StatusNotFound {
		t.Fatalf("%s is shown before it is agreed to", b.Name)
	}
	c.must(c.Flows.AgreeBundle(ctx, c.home, stranger, b.ID, butcher))
	c.done(c.clerk, desk+at+"/agreement")
	for _, page := range []string{own, own + at, desk, desk + at, public, own + "/new", desk + "/new", own + "/take"} {
		who := c.owner
		if strings.HasPrefix(page, "/desk") {
			who = c.clerk
		}
		c.seen(who, page)
	}
	page := c.seen(c.thief, public+at)
	for _, says := range []string{"30.00", "40.00", "没用的能退", "7.50", "15.00"} { // the price, the sum, the law, a loaf, the meat
		if !strings.Contains(page.body, says) {
			t.Errorf("the offer does not say %q", says)
		}
	}
	slip := c.done(c.thief, public+at+"/order")
	if !strings.Contains(slip.body, "30.00") {
		t.Errorf("no slip: %.2000s", slip.body)
	}
	c.done(c.thief, public+at+"/order") // pressed twice: the same slip
	m, err := c.Flows.MemberIn(ctx, c.home, c.who("+86"+thiefPhone).ID)
	c.must(err)
	asked, err := c.Flows.OrderBundle(ctx, c.home, stranger, m.ID, b.ID)
	c.must(err)
	sale := "/me/bundles/" + c.home.String() + "/" + asked.Subject.String()
	if p := c.seen(c.thief, sale); !strings.Contains(p.body, "去付款") {
		t.Errorf("no way to pay: %.2000s", p.body)
	}
	_, err = c.Flows.Pay(ctx, c.home, stranger, asked.ID, charge.Payment{Means: charter.Provider, Reference: "4200000001"})
	c.must(err)
	c.seen(c.thief, "/me/bundles")
	if p := c.owner.get(sale); p.Code != http.StatusNotFound {
		t.Errorf("another's: %d", p.Code)
	}
	if regexp.MustCompile(`\b\d{10}\b`).FindString(strings.ReplaceAll(uitest.Text(c.seen(c.thief, sale).body), " ", "")) == "" {
		t.Error("her page shows no code")
	}
	c.taken(own, asked.Subject)
	c.done(c.thief, sale+"/refund", "part", "0")
	c.told(c.thief, sale+"/refund", "", "part", "0")
	c.told(c.thief, sale+"/refund", "", "part", "9")
	c.done(c.thief, sale+"/refund", "part", "-1")
	if p := c.seen(c.thief, sale); !strings.Contains(p.body, "22.50") { // of 30.00 one loaf was used
		t.Errorf("it does not say what went back: %.3000s", p.body)
	}
	c.told(c.clerk, desk+at+"/stop", "", "words", "")
	c.done(c.clerk, desk+at+"/stop", "words", nasty[0])
	c.told(c.thief, public+at+"/order", "")
	for _, file := range []string{"/export?format=csv", "/export?format=xlsx"} {
		if p := c.owner.get(own + file); p.Code != http.StatusOK || p.Body.Len() < 50 {
			t.Errorf("%s: %d", file, p.Code)
		}
	}
}

// taken tries the counter: a wrong code, another shop's part, and the right one, whose
// form comes twice.
func (c *contestant) taken(own string, sale id.ID) {
	c.t.Helper()
	var s *bundle.Sale
	c.view(func(ctx context.Context, r db.Reader) (err error) {
		s, err = c.Flows.Bundles.Sale(ctx, r, c.home, sale)
		return err
	})
	c.told(c.owner, own+"/take", "12345", "code", "12345", "once", "a")
	c.told(c.owner, own+"/take", "1234567890", "code", "1234567890", "once", "b")
	c.told(c.owner, own+"/take", s.Codes[1], "code", s.Codes[1], "once", "c")
	for range 2 {
		if p := c.done(c.owner, own+"/take", "code", s.Codes[0], "once", "d"); !strings.Contains(p.body, "7.50") {
			c.t.Errorf("it does not say what was taken: %.2000s", p.body)
		}
	}
	c.view(func(ctx context.Context, r db.Reader) (err error) {
		s, err = c.Flows.Bundles.Sale(ctx, r, c.home, sale)
		return err
	})
	if n := s.Took(0, bundle.Used); n != 1 {
		c.t.Errorf("%d loaves were taken", n)
	}
}

// TestBundlesInABrowser looks at what a buyer and a cashier see, on a telephone.
func TestBundlesInABrowser(t *testing.T) {
	c, shop := among(t)
	butcher, today := c.shop(c.home, "butcher"), period.DayOf(c.clock.Now(), flow.DefaultZone)
	at := c.bundle(c.home, bundle.Terms{Name: "周末一家人", Words: "两天用得完。", Kind: bundle.Scene, Shop: shop, Price: 32_00, Opens: today, Closes: today + 30, Days: 30, PerPerson: 1, Total: 20,
		Parts: []bundle.Part{{What: "面包", Shops: []id.ID{shop}, Times: 2, Price: 10_00}, {What: "排骨一份", Shops: []id.ID{butcher}, Times: 1, Price: 24_00}}})
	clerk := db.Actor{Kind: "person", ID: c.who("+86" + clerkPhone).ID}
	c.must(c.Flows.AgreeBundle(t.Context(), c.home, clerk, at, butcher))
	c.must(c.Flows.AgreeBundle(t.Context(), c.home, clerk, at, id.ID{}))
	m, err := c.Flows.MemberIn(t.Context(), c.home, c.who("+86"+thiefPhone).ID)
	c.must(err)
	order, err := c.Flows.OrderBundle(t.Context(), c.home, db.System, m.ID, at)
	c.must(err)
	_, err = c.Flows.Pay(t.Context(), c.home, db.System, order.ID, charge.Payment{Means: charter.Provider, Reference: "browser"})
	c.must(err)
	phone := func(name, path string) uitest.Shot {
		return uitest.Shot{Name: name, Path: path, Width: 390, Height: 844, Lang: "zh"}
	}
	uitest.Browse(t, wearing(c.web, c.thief.token()), []uitest.Shot{
		phone("bundle-offer", "/c/C1/bundles/"+at.String()), phone("bundle-mine", "/me/bundles/"+c.home.String()+"/"+order.Subject.String()),
	})
	uitest.Browse(t, wearing(c.web, c.owner.token()), []uitest.Shot{
		phone("bundle-take", "/shop/"+shop.String()+"/bundles/take"), phone("bundle-shop", "/shop/"+shop.String()+"/bundles/"+at.String()), phone("bundle-new", "/shop/"+shop.String()+"/bundles/new"),
	})
}
