package flow_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
)

// pack offers a pack that the bakery hands over.
func (c *club) pack(stock int, edits ...func(p *membership.Pack)) (membership.Pack, error) {
	today := period.DayOf(c.env.Clock.Now(), flow.DefaultZone)
	p := membership.Pack{Quarter: membership.Quarter(today), Kind: membership.Goods, Title: "早餐券包", Content: "豆浆油条四份", Value: 24_00, Cost: 15_00, Stock: stock,
		Until: (membership.Quarter(today) + 2).Last(), Shops: []id.ID{c.shop("bakery").ID}}
	for _, e := range edits {
		e(&p)
	}
	return c.MakePack(ctx, c.home, db.System, p)
}

// TestPacksThatCannotBeOffered: each refusal by its field.
func TestPacksThatCannotBeOffered(t *testing.T) {
	inClub(t, func(c *club) {
		for says, x := range map[string]struct {
			edit func(p *membership.Pack)
			want error
		}{
			"without a name":              {func(p *membership.Pack) { p.Title = " " }, membership.ErrBadTitle},
			"without content":             {func(p *membership.Pack) { p.Content = "" }, membership.ErrBadContent},
			"an offer of nobody":          {func(p *membership.Pack) { p.Kind, p.Cost = membership.Offer, 0 }, membership.ErrBadPartner},
			"dearer than 1,000.00":        {func(p *membership.Pack) { p.Value = 1_000_01 }, membership.ErrBadValue},
			"costs more than it is worth": {func(p *membership.Pack) { p.Cost = 24_01 }, membership.ErrBadCost},
			"none of it":                  {func(p *membership.Pack) { p.Stock = 0 }, membership.ErrBadStock},
			"nobody hands it over":        {func(p *membership.Pack) { p.Shops = nil }, membership.ErrNoShop},
			"until next quarter":          {func(p *membership.Pack) { p.Until++ }, membership.ErrBadUntil},
			"until yesterday":             {func(p *membership.Pack) { p.Until -= 90 }, membership.ErrBadUntil},
		} {
			if _, err := c.pack(1, x.edit); !errors.Is(err, x.want) {
				c.t.Errorf("%s: %v", says, err)
			}
		}
	})
}

// TestTheLastPack goes to one of many; one a quarter; the shop is paid its cost; what
// was collected counts when the membership is given up (B6, M-09, M-02).
func TestTheLastPack(t *testing.T) {
	inClub(t, func(c *club) {
		var refs []string
		for i := range 20 {
			name := fmt.Sprint("m", i)
			c.joins(name)
			refs = append(refs, c.ref(name))
		}
		p, err := c.pack(1)
		c.must(err)
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := make(map[string]membership.Claim)
		for _, ref := range refs {
			for range 3 { // some tap thrice
				wg.Go(func() {
					claim, err := c.ChoosePack(ctx, c.home, db.System, ref, p.ID)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						got[ref] = claim
					case !errors.Is(err, membership.ErrNoneLeft) && !errors.Is(err, membership.ErrOneAQuarter):
						c.t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if len(got) != 1 {
			c.t.Fatalf("%d members have the one pack", len(got))
		}
		for ref, claim := range got {
			if _, _, err := c.HandPack(ctx, c.home, db.System, c.shop("fruit").ID, claim.Code); !errors.Is(err, membership.ErrWrongShop) {
				c.t.Errorf("at another shop: %v", err)
			}
			var handed int
			for range 20 {
				wg.Go(func() {
					_, _, err := c.HandPack(ctx, c.home, db.System, p.Shops[0], claim.Code)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						handed++
					} else if !errors.Is(err, membership.ErrHanded) {
						c.t.Error(err)
					}
				})
			}
			wg.Wait()
			if handed != 1 || c.books()["merchant:bakery/payable CNY"] != "15.00" {
				c.t.Errorf("handed %d times, the shop has %s", handed, c.books()["merchant:bakery/payable CNY"])
			}
			back, err := c.GiveUp(ctx, c.home, db.System, ref, flow.LeaveAll, "搬家")
			if err != nil || back.Sum() != 99_00-24_00 {
				c.t.Errorf("%v comes back with goods of 24.00 collected: %v", back.Sum(), err)
			}
		}
		c.whole()
	})
}

// TestAPackThatIsNotCollected comes back to the others, and she may choose again.
func TestAPackThatIsNotCollected(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.joins("lan")
		p, err := c.pack(1)
		c.must(err)
		claim, err := c.ChoosePack(ctx, c.home, db.System, c.ref("mei"), p.ID)
		c.must(err)
		if _, err := c.ChoosePack(ctx, c.home, db.System, "anna", p.ID); !errors.Is(err, membership.ErrNotGood) {
			c.t.Errorf("who has no term: %v", err)
		}
		c.days(31)
		if _, _, err := c.HandPack(ctx, c.home, db.System, p.Shops[0], claim.Code); !errors.Is(err, membership.ErrVoid) {
			c.t.Errorf("collected late: %v", err)
		}
		if _, err := c.ChoosePack(ctx, c.home, db.System, c.ref("lan"), p.ID); err != nil {
			c.t.Errorf("it did not come back: %v", err)
		}
		c.must(c.ClosePack(ctx, c.home, db.System, p.ID, "供货停了"))
		offer, err := c.pack(100, func(p *membership.Pack) {
			p.Kind, p.Partner, p.Cost, p.Value, p.Shops = membership.Offer, "玉泉山景区", 0, 60_00, nil
		})
		c.must(err)
		if _, err := c.ChoosePack(ctx, c.home, db.System, c.ref("mei"), p.ID); !errors.Is(err, membership.ErrPackClosed) {
			c.t.Errorf("a closed one: %v", err)
		}
		if _, err := c.ChoosePack(ctx, c.home, db.System, c.ref("mei"), offer.ID); err != nil {
			c.t.Errorf("another one: %v", err)
		}
		left, err := c.GiveUp(ctx, c.home, db.System, c.ref("mei"), flow.LeaveAll, "搬家")
		if err != nil || len(left) != 1 || left[0].Taken != 0 {
			c.t.Errorf("an offer without goods counts for %v: %v", left, err)
		}
		var mine []membership.Claim
		c.must(c.DB.View(ctx, c.home, func(r db.Reader) (err error) {
			mine, err = c.Memberships.ClaimsOf(ctx, r, c.home, c.who("mei").ID)
			return err
		}))
		for _, m := range mine {
			if m.End == nil || m.End.How != membership.Void {
				c.t.Errorf("%+v is not void", m)
			}
		}
	})
}

// TestABirthday: told with a consent, given once a year in its month, and gone with
// the consent (B6).
func TestABirthday(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.joins("lan")
		if err := c.TellBirthday(ctx, c.actor("mei"), c.people["mei"], time.February, 30, "page"); !errors.Is(err, membership.ErrBadBirthday) {
			c.t.Errorf("30 February: %v", err)
		}
		c.must(c.TellBirthday(ctx, c.actor("mei"), c.people["mei"], time.February, 29, "page"))
		c.must(c.TellBirthday(ctx, c.actor("lan"), c.people["lan"], time.February, 3, "page"))
		c.must(c.Withdraw(ctx, c.actor("lan"), c.people["lan"], privacy.Birthday))
		for _, x := range []struct {
			days int
			want string
		}{{30, ""}, {90, "100"}, {5, "100"}, {20, "100"}, {345, "100"}} {
			c.days(x.days)
			for range 2 {
				c.must(c.GiveBirthdays(ctx))
			}
			if got := c.books()["member:"+c.ref("mei")+"/points POINT"]; got != x.want {
				c.t.Errorf("%s: %q points, want %q", c.env.Clock.Now().Format(time.DateOnly), got, x.want)
			}
		}
		if got := c.books()["member:"+c.ref("lan")+"/points POINT"]; got != "" {
			c.t.Errorf("Lan took her consent back and has %s", got)
		}
		c.joins("mei")
		c.must(c.GiveBirthdays(ctx))
		if got := c.books()["member:"+c.ref("mei")+"/points POINT"]; got != "200" || c.staged(notice.BirthdayGift) != 2 {
			c.t.Errorf("in the second February: %s points, told %d times", got, c.staged(notice.BirthdayGift))
		}
		c.whole()
	})
}

// TestWhatIsTakenAlongAndForgotten: the chapters of membership, then nothing of her is
// left but what the books need, and her money is not lost (A7).
func TestWhatIsTakenAlongAndForgotten(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei", on("device"))
		code := c.code("mei")
		c.later()
		c.joins("lan", with(code))
		c.must(c.TellBirthday(ctx, c.actor("mei"), c.people["mei"], time.May, 4, "page"))
		if _, _, err := c.UseService(ctx, c.home, db.System, c.ref("mei"), membership.Use{Kind: "haircut", ServedBy: "王师傅", How: membership.ByDesk}); err != nil {
			c.t.Fatal(err)
		}
		o, err := c.wish("mei")
		c.must(err)
		chapters, err := c.Told(ctx, c.people["mei"])
		c.must(err)
		rows := make(map[string]int)
		for _, x := range chapters {
			rows[x.File] = len(x.Rows)
		}
		for file, want := range map[string]int{"membership.json": 1, "services.json": 1, "recommendations.json": 1, "packs.json": 0, "birthday.json": 2} {
			if got, there := rows[file]; !there || got != want {
				c.t.Errorf("%s has %d rows, want %d", file, got, want)
			}
		}
		member := c.who("mei").ID
		if _, err := c.AskErasure(ctx, c.actor("mei"), c.people["mei"], true); err != nil {
			c.t.Fatal(err)
		}
		if _, err := c.Pay(ctx, c.home, db.System, o.Charge.ID, atCounter("late")); err == nil {
			c.t.Error("a forgotten person's charge is paid")
		}
		if _, err := c.Invited(ctx, code); !errors.Is(err, membership.ErrNoCode) {
			c.t.Errorf("her code leads somewhere: %v", err)
		}
		c.must(c.DB.View(ctx, c.home, func(r db.Reader) error {
			all, err := c.Memberships.TermsOf(ctx, r, c.home, member)
			if len(all) != 1 || all[0].Stands() || all[0].End.Refunded != money.Amount(99_00) {
				c.t.Errorf("%+v", all)
			}
			return err
		}))
		c.must(c.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			_, told, err := c.Memberships.BirthdayOf(ctx, r, c.people["mei"])
			n, _ := c.Memberships.CountDevices(ctx, r, c.people["mei"])
			if told || n != 0 {
				c.t.Errorf("a birthday (%v) and %d devices are left", told, n)
			}
			return err
		}))
		c.whole()
	})
}
