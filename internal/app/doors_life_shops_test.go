package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/adslot"
	"gongyi/internal/module/merchantday"
	"gongyi/internal/platform/db"
)

// among are shops of a neighbourhood whose people go the ways of shared life on the
// pages, and type at every step what must stay text.
func among(t *testing.T) (c *contestant, shop id.ID) {
	t.Helper()
	g := newGuarded(t)
	c = &contestant{guarded: g, t: t, home: g.places(t)["C1"]}
	shop, err := id.Parse(g.holes["shop"])
	g.must(err)
	return c, shop
}

// until lets time pass until an instant, and signs everybody in again.
func (c *contestant) until(at time.Time) {
	c.t.Helper()
	c.clock.Set(at)
	for who, phone := range map[*browser]string{c.owner: ownerPhone, c.clerk: clerkPhone, c.thief: thiefPhone} {
		if !who.in() {
			who.signIn(phone, "某人")
		}
	}
}

// handed sends a form with a file: taken, or refused with what was typed.
func (c *contestant) handed(who *browser, path string, status int, fields map[string]string, field string, content []byte) {
	c.t.Helper()
	name := ""
	if content != nil {
		name = nasty[0] + ".pdf"
	}
	p := who.files(path, fields, field, name, content)
	if p.Code != status {
		c.t.Fatalf("%s %v: %d\n%.3000s", path, fields, p.Code, p.body)
	}
	c.harmless(c.t, Door{Path: path}, nasty[0], p)
}

// told sends a form that must not be taken, and is told why on its page.
func (c *contestant) told(who *browser, path, typed string, pairs ...string) {
	c.t.Helper()
	p := c.refused(who, path, typed, pairs...)
	if (p.Code == http.StatusConflict || p.Code == http.StatusUnprocessableEntity) && !strings.Contains(p.body, `role="alert"`) {
		c.t.Errorf("%s %q: refused without a word", path, pairs)
	}
}

func (c *contestant) view(do func(ctx context.Context, r db.Reader) error) {
	c.t.Helper()
	c.read(c.home, do)
}

// october is an instant on the clock of the community.
func october(day, hour int) time.Time {
	return time.Date(2025, 10, day, hour-8, 0, 0, 0, time.UTC)
}

// C9: planned, joined, left, held, judged and recorded.
func TestTrainingOnThePages(t *testing.T) {
	c, shop := among(t)
	const desk = "/desk/training/C1"
	c.told(c.clerk, desk, "存菜课", "title", "存菜课", "begins", "哪天", "clock", "14:00")
	c.done(c.clerk, desk, "title", "课"+wild, "about", nasty[0], "begins", "2025-10-20", "clock", "14:00", "minutes", "60", "place", nasty[0], "host", wild, "seats", "1", "weeks", "2")
	var ours []string
	c.view(func(ctx context.Context, r db.Reader) error {
		all, err := c.Flows.Trainings.Between(ctx, r, c.home, october(18, 8), october(30, 8))
		for _, s := range all {
			ours = append(ours, s.ID.String())
		}
		return err
	})
	if len(ours) != 2 {
		t.Fatalf("%d were planned", len(ours))
	}
	mine, room := "/shop/"+shop.String()+"/training/"+ours[0], desk+"/"+ours[0]
	c.done(c.owner, mine+"/signup")
	c.done(c.owner, mine+"/leave")
	c.told(c.owner, mine+"/leave", "")
	c.told(c.owner, mine+"/arrival", "", "code", "000000")
	c.told(c.owner, mine+"/feedback", "", "stars", "5")
	c.told(c.clerk, desk+"/"+ours[1]+"/off", "", "words", "")
	c.done(c.clerk, desk+"/"+ours[1]+"/off", "words", nasty[0])
	c.seen(c.owner, "/shop/"+shop.String()+"/training/"+ours[1])
	c.handed(c.clerk, room+"/material", http.StatusUnprocessableEntity, map[string]string{"material_title": nasty[0], "link": "javascript:alert(1)"}, "file", nil)
	c.handed(c.clerk, room+"/material", http.StatusUnprocessableEntity, map[string]string{"material_title": nasty[0]}, "file", []byte("MZ"))
	c.handed(c.clerk, room+"/material", http.StatusSeeOther, map[string]string{"material_title": nasty[0], "link": "https://example.com/<b>"}, "file", nil)
	c.handed(c.clerk, room+"/material", http.StatusSeeOther, map[string]string{"material_title": nasty[0]}, "file", []byte("%PDF-1.7 %%EOF"))
	var code, file string
	c.view(func(ctx context.Context, r db.Reader) error {
		session, _ := id.Parse(ours[0])
		s, err := c.Flows.Trainings.ByID(ctx, r, c.home, session)
		if err != nil {
			return err
		}
		all, err := c.Flows.Trainings.Materials(ctx, r, c.home, session)
		code = s.Code
		for _, m := range all {
			if !m.File.IsZero() {
				file = m.ID.String()
			}
		}
		return err
	})
	if p := c.owner.get(mine + "/material/" + file); p.Code != http.StatusOK || !strings.HasPrefix(p.body, "%PDF") {
		t.Errorf("the material: %d", p.Code)
	}
	c.done(c.clerk, room+"/material/"+file+"/off")
	if p := c.owner.get(mine + "/material/" + file); p.Code != http.StatusNotFound {
		t.Errorf("material that was taken back: %d", p.Code)
	}
	c.until(october(20, 14))
	c.told(c.owner, mine+"/arrival", "12345", "code", "12345")
	c.done(c.owner, mine+"/arrival", "code", code)
	c.told(c.clerk, room+"/list", "", "words", "")
	c.done(c.clerk, room+"/list", "words", nasty[0])
	c.done(c.clerk, room+"/list", "there", shop.String())
	c.told(c.clerk, room+"/minutes", "", "minutes", "")
	c.done(c.clerk, room+"/minutes", "minutes", nasty[0])
	c.until(october(20, 16))
	c.told(c.owner, mine+"/feedback", "讲得好", "stars", "9", "words", "讲得好")
	c.done(c.owner, mine+"/feedback", "stars", "4", "words", nasty[0])
	c.seen(c.clerk, room)
}

// C10: offered, booked, drafted, looked at, cancelled by each side.
func TestAdvertisingOnThePages(t *testing.T) {
	c, shop := among(t)
	const desk = "/desk/ads/C1"
	c.told(c.clerk, desk+"/slots", "第二格", "page", "home", "name", "第二格", "price", "很贵")
	c.told(c.clerk, desk+"/slots", "第二格", "page", "home", "name", "第二格", "price", "1")
	c.done(c.clerk, desk+"/slots", "page", "map", "name", "二"+wild, "price", "400")
	var slot string
	c.view(func(ctx context.Context, r db.Reader) error {
		all, err := c.Flows.Ads.Slots(ctx, r, c.home)
		for _, s := range all {
			if s.Page == adslot.Map {
				slot = s.ID.String()
			}
		}
		return err
	})
	mine := "/shop/" + shop.String() + "/ads"
	c.told(c.owner, mine, "", "month", slot+" soon")
	c.told(c.owner, mine, "", "month", slot+" 2025-10") // it has another slot in that month
	booked := func(month string) string {
		p := c.owner.post(mine, "month", slot+" "+month)
		if p.Code != http.StatusSeeOther {
			t.Fatalf("%d %.2000s", p.Code, p.body)
		}
		c.seen(c.owner, p.to())
		return p.to()
	}
	at := booked("2025-11")
	c.handed(c.owner, at+"/creative", http.StatusUnprocessableEntity, map[string]string{"text": "最 好的面包" + wild, "target": "/c/C1/days"}, "picture", nil)
	c.handed(c.owner, at+"/creative", http.StatusUnprocessableEntity, map[string]string{"text": wild, "target": "//evil.example"}, "picture", nil)
	c.handed(c.owner, at+"/creative", http.StatusUnprocessableEntity, map[string]string{"text": wild, "target": "/c/C1/days"}, "picture", []byte("MZ"))
	for _, verdict := range []string{"no", "pass"} {
		c.handed(c.owner, at+"/creative", http.StatusSeeOther, map[string]string{"text": verdict + wild, "target": "/c/C1/days"}, "picture", c.blank())
		booking, err := id.Parse(at[strings.LastIndex(at, "/")+1:])
		c.must(err)
		var draft string
		c.view(func(ctx context.Context, r db.Reader) error {
			all, err := c.Flows.Ads.Creatives(ctx, r, c.home, booking)
			for _, x := range all {
				if x.Review == nil {
					draft = x.ID.String()
				}
			}
			return err
		})
		c.seen(c.clerk, desk)
		if verdict == "no" {
			c.told(c.clerk, desk+"/drafts/"+draft+"/review", "", "verdict", verdict, "words", "")
		}
		c.done(c.clerk, desk+"/drafts/"+draft+"/review", "verdict", verdict, "words", nasty[0])
		c.told(c.clerk, desk+"/drafts/"+draft+"/review", "", "verdict", verdict, "words", "再说一次")
		c.seen(c.owner, at)
	}
	cancel := desk + "/bookings/" + at[strings.LastIndex(at, "/")+1:] + "/cancellation"
	c.told(c.clerk, cancel, "", "words", "")
	c.done(c.clerk, cancel, "words", nasty[0])
	c.seen(c.owner, at)
	c.done(c.owner, booked("2025-12")+"/cancellation")
	c.done(c.clerk, desk+"/slots/"+slot+"/end")
	c.told(c.owner, mine, "", "month", slot+" 2025-12")
}

// C8: set, called off, restored, swapped, ended; and read by everybody.
func TestMerchantDaysOnThePages(t *testing.T) {
	c, shop := among(t)
	const desk = "/desk/days/C1"
	set := []string{"kind", "merchant_day", "offer_kind", "gift", "offer", nasty[0], "weekday", "5", "every", "1", "first", "2025-10-16", "last", "2025-11-30", "shops", shop.String()}
	c.told(c.clerk, desk, "鲜花日", append([]string{"title", "鲜花日", "link", "//evil.example"}, set...)...)
	c.told(c.clerk, desk, "鲜花日", append([]string{"title", "鲜花日", "link", "javascript:alert(1)"}, set...)...)
	c.done(c.clerk, desk, append([]string{"title", "周" + wild, "link", `/"><script>alert(1)</script>`}, set...)...)
	days, err := c.Flows.MerchantDaysOf(t.Context(), c.home, id.ID{}, period.Date(2025, 10, 16), period.Date(2025, 11, 30))
	c.must(err)
	var ours []merchantday.Occurrence
	for _, o := range days {
		if o.OfferKind == merchantday.Gift {
			ours = append(ours, o)
		}
	}
	rule := desk + "/" + ours[0].ID.String()
	one, other := rule+"/"+ours[0].Planned.String(), ours[1].ID.String()+" "+ours[1].Planned.String()
	c.told(c.clerk, one+"/off", "", "words", "")
	c.done(c.clerk, one+"/off", "words", nasty[0])
	c.told(c.clerk, one+"/off", "", "words", "再取消一次")
	c.told(c.clerk, one+"/restoration", "", "words", "")
	c.done(c.clerk, one+"/restoration", "words", nasty[0])
	c.told(c.clerk, one+"/swap", "换一换", "words", "换一换", "with", "哪天")
	c.done(c.clerk, one+"/swap", "words", nasty[0], "with", other)
	for _, path := range []string{"/c/C1/days", "/c/C1/life", "/c/C1/shops/" + shop.String(), "/c/C1/shops/" + shop.String() + "/poster", "/c/C1/days/" + ours[0].ID.String() + "/" + ours[0].Planned.String() + "/poster"} {
		c.seen(c.browser(), path)
	}
	c.seen(c.owner, "/shop/"+shop.String()+"/days")
	ics := c.browser().get("/c/C1/days.ics")
	c.harmless(t, Door{Path: "days.ics"}, nasty[0], ics)
	for line := range strings.SplitSeq(strings.ReplaceAll(ics.body, "\r\n ", ""), "\r\n") {
		if name, _, _ := strings.Cut(line, ":"); line != "" && strings.ToUpper(name) != name {
			t.Errorf("what was typed stands as a line of the calendar: %q", line)
		}
	}
	c.told(c.clerk, rule+"/end", "", "words", "")
	c.done(c.clerk, rule+"/end", "words", nasty[0])
}

// C12: begun, joined, left, completed, given up by each side.
func TestJointSetsOnThePages(t *testing.T) {
	c, shop := among(t)
	butcher := c.shop(c.home, "butcher")
	c.grant(thiefPhone, access.Owner, c.home, butcher)
	mine, other := "/shop/"+shop.String()+"/relays", "/shop/"+butcher.String()+"/relays"
	form := []string{"about", nasty[0], "what0", wild, "pieces0", "1", "shelf", "5", "share", "3", "trade1", "<b>店", "what1", wild, "pieces1", "1", "until", "2025-10-20", "last", "2025-11-30"}
	c.told(c.owner, mine, "早餐", append([]string{"title", "早餐", "pieces2", "两", "what2", "蛋"}, form...)...)
	begin := func(more ...string) string {
		p := c.owner.post(mine, append(more, form...)...)
		if p.Code != http.StatusSeeOther {
			t.Fatalf("%d %.2000s", p.Code, p.body)
		}
		c.seen(c.owner, p.to())
		return p.to()[strings.LastIndex(p.to(), "/"):]
	}
	three := begin("title", "三"+wild, "trade2", "<i>店", "what2", wild, "pieces2", "1")
	c.told(c.thief, other+three+"/parts/1", "9.99", "shelf", "9.99", "share", "便宜")
	c.done(c.thief, other+three+"/parts/1", "shelf", "5", "share", "3")
	c.told(c.thief, other+three+"/parts/2", "", "shelf", "5", "share", "3")
	c.done(c.thief, other+three+"/leave")
	c.told(c.thief, other+three+"/end", "", "words", "不是我发起的")
	c.told(c.owner, mine+three+"/end", "", "words", "")
	c.done(c.owner, mine+three+"/end", "words", nasty[0])
	two := begin("title", "两"+wild)
	c.told(c.thief, other+two+"/parts/1", "", "shelf", "6", "share", "6")
	c.done(c.thief, other+two+"/parts/1", "shelf", "5", "share", "3")
	for _, path := range []string{"/c/C1/sets", "/c/C1/sets" + two, "/c/C1/sets" + two + "/poster", "/c/C1/shops/" + shop.String()} {
		c.seen(c.browser(), path)
	}
	if p := c.browser().get("/c/C1/sets" + three); p.Code != http.StatusNotFound {
		t.Errorf("a set that nobody sells: %d", p.Code)
	}
	c.told(c.clerk, "/desk/sets/C1"+two+"/end", "", "words", "")
	c.done(c.clerk, "/desk/sets/C1"+two+"/end", "words", nasty[0])
	c.seen(c.browser(), "/c/C1/sets"+two)
}

// What a notice leads to stays in the shop, whatever stands behind it.
func TestALinkOfANoticeStaysInTheHouse(t *testing.T) {
	c, shop := among(t)
	mine := "/shop/" + shop.String() + "/"
	if p := c.owner.get("/my-shop/training/x"); p.to() != mine+"training/x" {
		t.Errorf("it leads to %q", p.to())
	}
	for _, rest := range append([]string{"/evil.example", `\evil.example`, "%2e%2e/%2e%2e/desk", "..%2f..%2f..%2fdesk", "%5c%5cevil.example", "%0d%0aX-Evil:1", "a%3Fb%23c"}, nasty...) {
		if !strings.Contains(rest, "%") {
			rest = url.PathEscape(rest)
		}
		p := c.owner.get("/my-shop/" + rest)
		c.harmless(t, Door{Path: "/my-shop/{rest...}"}, rest, p)
		if p.to() != "" && !strings.HasPrefix(p.to(), mine) && !strings.HasPrefix(p.to(), "/my-shop/") {
			t.Errorf("%q leads to %q", rest, p.to())
		}
	}
}
