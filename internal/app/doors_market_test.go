package app

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/marketday"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/ui/uitest"
)

// marketThings lets the owner stand at a market day that is open, with a service and with
// things to give away, and pay at another's stall; another day is only called.
func (g *guarded) marketThings(home, owner id.ID) {
	g.Helper()
	ctx := context.Background()
	called := func(in time.Duration) id.ID {
		begins := g.clock.Now().Add(in)
		d, err := g.Flows.CallMarket(ctx, home, stranger, marketday.Day{Title: wild, About: nasty[0], Place: wild, Begins: begins, Ends: begins.Add(6 * time.Hour), Tables: 9}, "")
		g.must(err)
		return d.ID
	}
	day, next := called(time.Hour), called(100*time.Minute)
	stall := func(at id.ID, who string, sort marketday.Sort, minutes int) id.ID {
		x, err := g.Flows.TakeStall(ctx, home, db.Actor{Kind: "person", ID: owner}, marketday.Stall{Day: at, Member: g.member(home, who), Sort: sort, Title: wild, About: nasty[0], Minutes: minutes}, false, "")
		g.must(err)
		return x.ID
	}
	hers, things, others := stall(day, "anna", marketday.OnTheSpot, 15), stall(day, "anna", marketday.Goods, 0), stall(day, "zhou", marketday.OnTheSpot, 15)
	g.must(g.Flows.OpenMarket(ctx, home, stranger, day))
	g.clock.Advance(time.Second)
	paid, err := g.Flows.PayAtStall(ctx, home, db.Actor{Kind: "person", ID: owner}, flow.MarketSale{Stall: others, Minutes: 15, Payer: "anna"})
	g.must(err)
	g.must(g.Flows.SweepMarkets(ctx, home)) // reminds, so that no sweep finds anything to do
	for _, at := range []string{"/market/{at}/{day}", "/c/{community}/market/{day}", "/desk/market/{community}/{day}"} {
		g.holes[at] = day.String()
	}
	g.holes["/market/{at}/{day}/stalls/{stall}"], g.holes["/desk/market/{community}/{day}/stalls/{stall}"] = hers.String(), things.String()
	g.holes["/market/{at}/payments/{payment}"], g.holes["/desk/market/{community}/{day}/payments/{payment}"] = paid.ID.String(), paid.ID.String()
	g.holes["market things"], g.holes["market others"], g.holes["market next"] = things.String(), others.String(), next.String()
}

// marketStarts are pages of market days that a walk must open: all forms stand on them.
func (g *guarded) marketStarts() []string {
	day := "/market/" + g.holes["at"] + "/" + g.holes["/market/{at}/{day}"]
	return []string{day, day + "/stalls/" + g.holes["/market/{at}/{day}/stalls/{stall}"], day + "/stalls/" + g.holes["market things"], day + "/stalls/" + g.holes["market others"],
		"/market/" + g.holes["at"] + "/payments/" + g.holes["/market/{at}/payments/{payment}"], "/desk/market/C1", "/desk/market/C1/" + g.holes["/market/{at}/{day}"], "/desk/market/C1/" + g.holes["market next"]}
}

// F9: the desk calls a day, a neighbour takes a stall, the day opens, another pays there
// and both take it back, the day closes and its report is public.
func TestAMarketDayOnThePages(t *testing.T) {
	c, _ := among(t)
	const desk = "/desk/market/C1"
	tomorrow := (period.DayOf(c.clock.Now(), flow.DefaultZone) + 1)
	c.told(c.clerk, desk, "", "title", "", "begins", tomorrow.String(), "from", "09:00", "to", "12:00", "place", "小广场", "tables", "2")
	c.told(c.clerk, desk, "", "title", "周六开市", "begins", tomorrow.String(), "from", "12:00", "to", "09:00", "place", "小广场", "tables", "2")
	c.done(c.clerk, desk, "title", "周六开市", "begins", tomorrow.String(), "from", "09:00", "to", "12:00", "place", "小广场", "tables", "2")
	var day *marketday.Day
	c.view(func(ctx context.Context, r db.Reader) error {
		all, err := c.Flows.Markets.Days(ctx, r, c.home, c.clock.Now())
		for _, d := range all {
			if d.Title == "周六开市" {
				day = d
			}
		}
		return err
	})
	here, room := "/market/"+c.home.String()+"/"+day.ID.String(), desk+"/"+day.ID.String()
	c.told(c.thief, here+"/stalls", "", "sort", "service", "title", "磨刀", "minutes", "0")
	c.done(c.thief, here+"/stalls", "sort", "service", "title", "磨刀", "minutes", "15", "who", "me")
	c.told(c.clerk, room+"/stalls", "没有这人", "who", "没有这人", "sort", "goods", "title", "旧书")
	c.done(c.clerk, room+"/stalls", "who", ownerPhone, "sort", "goods", "title", "旧书")
	var stalls []*marketday.Stall
	c.view(func(ctx context.Context, r db.Reader) (err error) {
		stalls, err = c.Flows.Markets.Stalls(ctx, r, c.home, day.ID)
		return err
	})
	knives, books := here+"/stalls/"+stalls[0].ID.String(), here+"/stalls/"+stalls[1].ID.String()
	c.told(c.owner, here+"/stalls", "", "sort", "service", "title", "理发", "minutes", "30")
	c.told(c.clerk, room+"/opening", "")
	c.until(day.Begins)
	c.done(c.clerk, room+"/opening")
	c.until(day.Begins.Add(time.Minute))
	c.told(c.owner, knives+"/payment", "", "minutes", "0")
	c.done(c.owner, knives+"/payment", "minutes", "15")
	c.told(c.thief, knives+"/charge", "12", "minutes", "15", "code", "12")
	c.told(c.thief, knives+"/payment", "", "minutes", "15")
	c.done(c.owner, books+"/goods", "given", "3", "swapped", "1", "sold", "0")
	c.told(c.owner, books+"/goods", "", "given", "x", "swapped", "1", "sold", "0")
	if p := c.owner.post(knives+"/goods", "given", "3", "swapped", "0", "sold", "0"); p.Code != http.StatusNotFound {
		t.Errorf("another's stall: %d", p.Code)
	}
	var paid *marketday.Payment
	c.view(func(ctx context.Context, r db.Reader) error {
		all, err := c.Flows.Markets.Payments(ctx, r, c.home, day.ID)
		paid = all[0]
		return err
	})
	for _, page := range []string{here, knives, books, "/market"} {
		c.seen(c.owner, page)
	}
	for _, page := range []string{desk, room, room + "/plan", room + "/signs"} {
		c.seen(c.clerk, page)
	}
	if p := c.seen(c.browser(), "/c/C1/market/"+day.ID.String()+"/screen"); !strings.Contains(uitest.Text(p.body), "磨刀") {
		t.Errorf("the big screen: %s", uitest.Text(p.body))
	}
	this := "/market/" + c.home.String() + "/payments/" + paid.ID.String()
	c.told(c.owner, this+"/undo", "", "words", "")
	c.done(c.owner, this+"/undo", "words", "时间输错了")
	c.seen(c.thief, this)
	c.done(c.thief, this+"/undo", "words", "同意")
	c.told(c.clerk, room+"/payments/"+paid.ID.String()+"/undo", "", "words", "再来")
	c.done(c.clerk, room+"/closing", "words", "来了很多人")
	if text := uitest.Text(c.seen(c.browser(), "/c/C1/market/"+day.ID.String()).body); !strings.Contains(text, "来了很多人") || !strings.Contains(text, "收市于") || !strings.Contains(text, "送 3 · 换 1 · 卖 0") {
		t.Errorf("the report: %s", text)
	}
	if p := c.clerk.get(room + "/export?format=csv"); p.Code != http.StatusOK || !strings.Contains(p.body, "旧书") {
		t.Errorf("the table: %d %s", p.Code, p.body)
	}
	c.told(c.clerk, room+"/off", "", "words", "晚了")
}
