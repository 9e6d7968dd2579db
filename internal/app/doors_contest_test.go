package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/committee"
	"gongyi/internal/platform/db"
)

// contestant goes the way from a vacancy to a contract on the pages, and types at every
// step what must stay text.
type contestant struct {
	*guarded
	t         *testing.T
	home      id.ID
	residents *browser
}

// done sends a form that has to be taken, and looks at the page behind it.
func (c *contestant) done(who *browser, path string, pairs ...string) (page shown) {
	c.t.Helper()
	p := who.post(path, pairs...)
	if p.Code != http.StatusSeeOther {
		c.t.Fatalf("%s: %d\n%.3000s", path, p.Code, p.body)
	}
	return c.seen(who, p.to())
}

func (c *contestant) seen(who *browser, path string) (page shown) {
	c.t.Helper()
	path, _, _ = strings.Cut(path, "#")
	page = who.get(path)
	if page.Code != http.StatusOK {
		c.t.Fatalf("%s: %d", path, page.Code)
	}
	c.harmless(c.t, Door{Path: path}, path, page)
	return page
}

// refused sends a form that must not be taken, and finds what was typed in it again.
func (c *contestant) refused(who *browser, path, typed string, pairs ...string) (p shown) {
	c.t.Helper()
	p = who.post(path, pairs...)
	if p.Code < 400 || p.Code >= 500 {
		c.t.Errorf("%s: %d", path, p.Code)
	}
	c.harmless(c.t, Door{Path: path}, typed, p)
	if !strings.Contains(p.body, typed) {
		c.t.Errorf("%s (%d) forgets %q: %.6000s", path, p.Code, typed, p.body)
	}
	return p
}

// upload hands in a picture.
func (c *contestant) upload(who *browser, path, paper string) {
	c.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	c.must(w.WriteField("paper", paper))
	f, err := w.CreateFormFile("file", nasty[0]+".png")
	c.must(err)
	_, err = f.Write(c.blank())
	c.must(err)
	c.must(w.Close())
	req := httptest.NewRequest(http.MethodPost, "http://localhost:8080"+path, &body)
	req.RemoteAddr = who.addr
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Origin", "http://localhost:8080")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if p := who.send(req); p.Code != http.StatusSeeOther {
		c.t.Fatalf("%s: %d\n%.2000s", path, p.Code, p.body)
	}
}

// later lets time pass, does what is due, and signs everybody in again.
func (c *contestant) later(d time.Duration) {
	c.t.Helper()
	c.clock.Advance(d)
	c.must(c.Flows.AllianceDue(c.t.Context(), c.home))
	c.must(c.Flows.SyncCommittee(c.t.Context(), c.home))
	for who, phone := range map[*browser]string{c.owner: ownerPhone, c.clerk: clerkPhone, c.thief: thiefPhone, c.residents: "13600136001"} {
		if !who.in() {
			who.signIn(phone, "某人")
		}
	}
}

// opening is the one of a trade.
func (c *contestant) opening(trade string) (o *alliance.Opening) {
	c.t.Helper()
	c.must(c.DB.View(c.t.Context(), c.home, func(r db.Reader) error {
		all, err := c.Flows.Alliance.OpenOpenings(c.t.Context(), r, c.home)
		for _, x := range all {
			if x.Trade == trade {
				o = x
			}
		}
		return err
	}))
	if o == nil {
		c.t.Fatalf("no opening for %s", trade)
	}
	return o
}

// apply writes an application and hands it in.
func (c *contestant) apply(who *browser, trade, name, licence string) (mine, desk string) {
	c.t.Helper()
	c.done(c.clerk, "/desk/alliance/C1/seats", "form", "first", "trade", trade, "reason", nasty[0])
	p := who.post("/c/C1/alliance/openings/" + c.opening(trade).ID.String() + "/bids")
	if p.Code != http.StatusSeeOther {
		c.t.Fatalf("no application: %d\n%.2000s", p.Code, p.body)
	}
	mine = p.to()
	c.seen(who, mine)
	for _, paper := range []alliance.Paper{alliance.Licence, alliance.Storefront} {
		c.upload(who, mine+"/papers", string(paper))
	}
	form := []string{"shop_name", name, "owner_name", "店主", "licence", licence, "address", nasty[0], "position", "31.000000,121.000000",
		"years", "3", "size", "small", "offer", "discount", "offer_text", nasty[0], "promises", "prices", "promises", "sources", "promises", "safety"}
	for _, promise := range alliance.Promises {
		form = append(form, "promises", string(promise))
	}
	c.refused(who, mine, "八成", append([]string{"do", "submit", "offer_share", "八成"}, form...)...)
	c.done(who, mine, append([]string{"do", "submit", "offer_share", "2"}, form...)...)
	return mine, "/desk/alliance/C1/bids/" + mine[strings.LastIndex(mine, "/")+1:]
}

// TestFromAVacancyToAContractOnThePages: an applicant, the office, and, where too few
// may vote, the operator and the residents' committee, each with the forms of their own.
func TestFromAVacancyToAContractOnThePages(t *testing.T) {
	g := newGuarded(t)
	c := &contestant{guarded: g, t: t, home: g.places(t)["C1"], residents: g.browser()}
	c.residents.signIn("13600136001", "居委会")
	g.grant("13600136001", access.Residents, c.home, id.ID{})
	mine, desk := c.apply(c.thief, "tea", "新茶铺", "91310000MA1FL00001")
	c.refused(c.clerk, desk+"/check", "", "to", "returned", "note", "")
	c.done(c.clerk, desk+"/check", "to", "returned", "note", nasty[0])
	if p := c.seen(c.thief, mine); !strings.Contains(p.body, "&lt;script&gt;alert(1)") {
		t.Error("the applicant does not read what is missing")
	}
	c.done(c.thief, mine, "do", "submit", "shop_name", "新茶铺", "owner_name", "店主", "licence", "91310000MA1FL00001", "address", "竹溪路 8 号", "position", "31.000000,121.000000",
		"years", "3", "size", "small", "offer", "discount", "offer_text", "九五折", "offer_share", "2",
		"promises", string(alliance.Promises[0]), "promises", string(alliance.Promises[1]), "promises", string(alliance.Promises[2]))
	c.done(c.clerk, desk+"/check", "to", "checked", "note", nasty[0])
	c.upload(c.clerk, desk+"/pictures", "visit")
	day := g.clock.Now().Format("2006-01-02")
	c.refused(c.clerk, desk+"/visits", "只有一个人", "visited_on", day, "visitors", "只有一个人", "result", "fit")
	c.done(c.clerk, desk+"/visits", "visited_on", day, "visitors", "<b>沈</b>、何静", "checks", string(alliance.Hygiene), "result", "mend", "note", nasty[0], "area", "40")
	c.ruledOn(desk)
	c.contract(mine, desk)
	c.handOver()
}

// ruledOn lets a quorum fail twice, and both sides say what is to be done.
func (c *contestant) ruledOn(desk string) {
	c.t.Helper()
	c.later(8 * 24 * time.Hour)
	c.later(8 * 24 * time.Hour)
	c.later(8 * 24 * time.Hour)
	x, err := id.Parse(desk[strings.LastIndex(desk, "/")+1:])
	c.must(err)
	var last *committee.Ballot
	c.must(c.DB.View(c.t.Context(), c.home, func(r db.Reader) error {
		a, err := c.Flows.Alliance.ApplicationByID(c.t.Context(), r, c.home, x)
		if err != nil {
			return err
		}
		all, err := c.Flows.Committee.BallotsOn(c.t.Context(), r, c.home, committee.Subject{Kind: flow.OnOpening, ID: a.Opening})
		if err == nil && len(all) > 0 {
			last = all[len(all)-1]
		}
		return err
	}))
	if last == nil || last.Tally == nil || last.Tally.Outcome != committee.Referred {
		c.t.Fatalf("nobody has to rule: %+v", last)
	}
	at := "/committee/" + c.home.String() + "/ballots/" + last.ID.String()
	c.refused(c.clerk, at+"/rulings", "", "option", "1", "reason", "")
	c.done(c.clerk, at+"/rulings", "option", "1", "reason", nasty[0])
	c.done(c.residents, at+"/rulings", "option", "1", "reason", nasty[0])
}

// contract pays and signs, and finds the shop on its seat.
func (c *contestant) contract(mine, desk string) {
	c.t.Helper()
	ctx := context.Background()
	x, err := id.Parse(desk[strings.LastIndex(desk, "/")+1:])
	c.must(err)
	c.seen(c.thief, mine)
	var owed []charge.Charge
	c.must(c.DB.View(ctx, c.home, func(r db.Reader) (err error) { owed, err = c.Flows.Charges.Of(ctx, r, c.home, x); return err }))
	if len(owed) != 2 {
		c.t.Fatalf("%d charges", len(owed))
	}
	for i, o := range owed {
		_, err := c.Flows.Pay(ctx, c.home, db.System, o.ID, charge.Payment{Means: charter.Provider, Reference: fmt.Sprint("paid-", i)})
		c.must(err)
	}
	c.done(c.clerk, desk+"/contract")
	var text *alliance.Agreement
	c.must(c.DB.View(ctx, c.home, func(r db.Reader) (err error) { text, err = c.Flows.Alliance.AgreementOf(ctx, r, c.home, x); return err }))
	if pdf := c.thief.get(mine + "/papers/" + text.Document.String()); pdf.Code != http.StatusOK || !strings.HasPrefix(pdf.body, "%PDF") {
		c.t.Errorf("the contract: %d", pdf.Code)
	}
	if other := c.owner.get(mine + "/papers/" + text.Document.String()); other.Code < 400 {
		c.t.Errorf("somebody else reads the contract: %d", other.Code)
	}
	sum := hex.EncodeToString(text.SHA256[:])
	if p := c.thief.post(mine+"/signature", "sha256", strings.Repeat("0", 64)); p.Code != http.StatusConflict && p.Code != http.StatusUnprocessableEntity {
		c.t.Errorf("another text is signed: %d", p.Code)
	}
	c.done(c.thief, mine+"/signature", "sha256", sum)
	c.done(c.clerk, desk+"/signature", "sha256", sum)
	if p := c.seen(c.browser(), "/c/C1/alliance"); !strings.Contains(p.body, "新茶铺") {
		c.t.Error("the shop does not stand on the page of seats")
	}
}

// handOver lets the new shop into the committee and the chair go round.
func (c *contestant) handOver() {
	c.t.Helper()
	ctx := context.Background()
	c.must(c.Flows.GiveOwners(ctx, c.home))
	page := c.seen(c.clerk, "/committee/"+c.home.String())
	thief := c.who("+86" + thiefPhone).ID.String()
	_, after, found := strings.Cut(page.body, `value="`+thief+"/")
	if !found {
		c.t.Fatal("the new owner cannot be asked into the committee")
	}
	shop, _, _ := strings.Cut(after, `"`)
	c.done(c.clerk, "/committee/"+c.home.String()+"/members", "member", thief+"/"+shop, "reason", nasty[0])
	c.later(95 * 24 * time.Hour)
	c.must(c.Flows.RotateChair(ctx, c.home))
	c.must(c.Flows.SyncCommittee(ctx, c.home))
	var all []*committee.Handover
	c.must(c.DB.View(ctx, c.home, func(r db.Reader) (err error) { all, err = c.Flows.Committee.Handovers(ctx, r, c.home); return err }))
	if len(all) == 0 {
		c.t.Fatal("no hand-over")
	}
	at := "/committee/" + c.home.String() + "/handovers/" + all[0].ID.String()
	c.done(c.owner, at+"/text", "matters", nasty[0], "notes", nasty[0], "keys", nasty[0])
	c.done(c.owner, at+"/confirmation", "side", "out")
	c.done(c.thief, at+"/confirmation", "side", "in")
}

// TestARefusalAndItsAppealOnThePages: who refused does not decide about it again.
func TestARefusalAndItsAppealOnThePages(t *testing.T) {
	g := newGuarded(t)
	c := &contestant{guarded: g, t: t, home: g.places(t)["C1"]}
	mine, desk := c.apply(c.thief, "tea", "新茶铺", "91310000MA1FL00001")
	c.done(c.clerk, desk+"/check", "to", "refused", "note", nasty[0])
	c.done(c.thief, mine+"/appeal", "reason", nasty[0])
	c.refused(c.clerk, desk+"/appeal", "不能是同一个人", "uphold", "yes", "note", "我再看一次")
	other := g.browser()
	other.signIn("13600136002", "另一位")
	g.grant("13600136002", access.Operator, id.ID{}, id.ID{})
	c.refused(other, desk+"/appeal", "", "uphold", "yes", "note", "")
	c.done(other, desk+"/appeal", "uphold", "yes", "note", nasty[0])
	c.seen(c.thief, mine)
}
