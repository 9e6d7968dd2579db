package app

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/witness"
)

// drawThings opens a draw that an address can name.
func (g *guarded) drawThings(home id.ID) {
	g.Helper()
	d, err := g.Flows.OpenDraw(context.Background(), home, db.System, draw.Draw{Title: "邻里节福袋", Words: "不用买东西。", Least: policy.Silver, ClosesAt: g.clock.Now().Add(50 * 24 * time.Hour),
		Bags: []draw.Bag{{Kind: draw.Points, Name: "五十积分", Count: 2, Points: 50}}}, "")
	g.must(err)
	g.holes["draw"] = d.ID.String()
}

// E5: opened, entered, drawn, held again by anybody, handed over; and called off.
func TestADrawOnThePages(t *testing.T) {
	c, shop := among(t)
	const desk, public = "/desk/draws/C1", "/c/C1/draws"
	form := func(pairs ...string) []string {
		return append([]string{"title", "福袋" + wild, "words", nasty[0], "closes", "2025-10-20", "clock", "20:00", "least", "1", "once", "x"}, pairs...)
	}
	c.told(c.clerk, desk, "邻里福袋", "title", "邻里福袋", "words", "x", "closes", "哪天", "once", "x")
	c.told(c.clerk, desk, "一瓶油", form("bags", "一瓶油", "bag1_kind", "goods", "bag1_count", "1")...) // no shop to collect it at
	c.told(c.clerk, desk, "", form("bags", "油", "bag1_kind", "goods", "bag1_count", "x", "shop", shop.String())...)
	c.told(c.clerk, desk, "", form("bags", "金条", "bag1_kind", "goods", "bag1_count", "1", "bag1_worth", "50000.01", "shop", shop.String())...)
	c.told(c.clerk, desk, "", form("bags", "券", "bag1_kind", "voucher", "bag1_count", "1")...)
	good := form("bags", wild, "bag1_kind", "goods", "bag1_count", "1", "bag1_worth", "60", "bag1_cost", "40", "shop", shop.String(), "bag2_name", "五十积分", "bag2_kind", "points", "bag2_count", "1", "bag2_points", "50")
	c.done(c.clerk, desk, good...)
	c.done(c.clerk, desk, good...) // the form came twice
	var all []*draw.Draw
	read := func() {
		c.view(func(ctx context.Context, r db.Reader) (err error) {
			all, err = c.Flows.Draws.Draws(ctx, r, c.home, 10, 0)
			return err
		})
	}
	read()
	if len(all) != 2 {
		t.Fatalf("%d draws", len(all))
	}
	at := "/" + all[0].ID.String()
	if p := c.owner.post(desk, good...); p.Code != http.StatusForbidden {
		t.Errorf("a shop opens a draw: %d", p.Code)
	}
	if p := c.seen(c.thief, public+at); !strings.Contains(p.body, "不用买东西") || !strings.Contains(p.body, "报名的人越多") {
		t.Errorf("it does not say what it costs and how likely it is: %.3000s", p.body)
	}
	c.told(c.thief, public+at+"/entry", "", "nonce", strings.Repeat("长", 41))
	c.done(c.thief, public+at+"/entry", "nonce", wild)
	c.told(c.thief, public+at+"/entry", "", "nonce", "再来")
	c.told(c.owner, public+at+"/entry", "", "nonce", "自己的店") // she owns the shop that gives it
	c.seen(c.thief, "/me/draws")
	for _, early := range []string{"/check", "/list", "/file"} {
		if p := c.thief.get(public + at + early); p.Code != http.StatusNotFound {
			t.Errorf("%s before it is drawn: %d", early, p.Code)
		}
	}
	c.until(october(20, 20))
	c.must(c.Flows.SweepDraws(t.Context(), c.home))
	c.drawn(public+at, desk+at)
	c.collected(shop)
	c.told(c.clerk, desk+at+"/off", "", "reason", "下大雨")
	other := "/" + c.holes["draw"]
	c.told(c.clerk, desk+other+"/off", "", "reason", "")
	c.done(c.clerk, desk+other+"/off", "reason", nasty[0])
	c.seen(c.thief, public+other)
	c.seen(c.thief, public)
	c.seen(c.clerk, desk)
}

// drawn tries what everybody sees of a draw that was drawn, and what she takes home.
func (c *contestant) drawn(public, desk string) {
	c.t.Helper()
	page := c.seen(c.thief, public)
	if !strings.Contains(page.body, "抽中了") {
		c.t.Errorf("who entered alone did not win: %.3000s", page.body)
	}
	if p := c.seen(c.thief, public+"/check"); strings.Count(p.body, "对得上") != 4 {
		c.t.Errorf("not everything holds: %.3000s", p.body)
	}
	if p := c.thief.get(public + "/list"); p.Code != http.StatusOK || !strings.HasPrefix(p.body, "gongyi draw list 1\n") {
		c.t.Errorf("the list: %d %.200s", p.Code, p.body)
	}
	p := c.browser().get(public + "/file") // nobody needs to sign in for it
	_, key, err := c.Proof.Origin(c.t.Context(), c.home)
	c.must(err)
	var out bytes.Buffer
	if err := witness.CheckDraw(&out, []byte(p.body), []string{key}, witness.Entrant{}); err != nil {
		c.t.Errorf("%v: %s", err, &out)
	}
	for _, private := range []string{"刘建国", thiefPhone, "ben"} {
		if strings.Contains(p.body, private) {
			c.t.Errorf("the file names %q", private)
		}
	}
	for _, format := range []string{"?format=csv", "?format=xlsx"} {
		if p := c.clerk.get(desk + format); p.Code != http.StatusOK || p.Body.Len() < 50 {
			c.t.Errorf("%s: %d", format, p.Code)
		}
	}
	c.seen(c.clerk, desk)
}

// collected tries the counter: the right code once.
func (c *contestant) collected(shop id.ID) {
	c.t.Helper()
	mine := c.seen(c.thief, "/me/draws")
	code := regexp.MustCompile(`<p class="sum num">(\d{8})</p>`).FindStringSubmatch(mine.body)
	if code == nil {
		c.t.Fatalf("no code: %.3000s", mine.body)
	}
	counter := "/shop/" + shop.String() + "/draws"
	c.told(c.owner, counter, "12345", "code", "12345")
	c.done(c.owner, counter, "code", code[1])
	c.seen(c.owner, counter+"?handed="+code[1])
	c.told(c.owner, counter, code[1], "code", code[1])
	c.seen(c.thief, "/me/draws")
}
