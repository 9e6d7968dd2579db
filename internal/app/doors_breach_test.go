package app

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gongyi/internal/platform/ui/uitest"
)

// show hands in evidence, with a photo.
func (c *contestant) show(who *browser, path, words string) {
	c.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	c.must(w.WriteField("evidence", words))
	f, err := w.CreateFormFile("photo", nasty[0]+".png")
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

// photos are the addresses of the photos of a page.
func photos(page string) (all []string) {
	for _, part := range strings.Split(page, `href="`)[1:] {
		if at, _, _ := strings.Cut(part, `"`); strings.Contains(at, "/photos/") {
			all = append(all, at)
		}
	}
	return all
}

// closed fails unless a form is refused to somebody as nothing of hers.
func (c *contestant) closed(who *browser, path string, pairs ...string) {
	c.t.Helper()
	if p := who.post(path, pairs...); p.Code != http.StatusForbidden {
		c.t.Errorf("%s: %d %s", path, p.Code, p.to())
	}
}

// TestABreachOnThePages: opened, stated, with photos of both sides, taken back by who
// opened it; the shop's owner, who sits in the committee, has no say in it; and nothing
// of it is public (C5).
func TestABreachOnThePages(t *testing.T) {
	g := newGuarded(t)
	c := &contestant{guarded: g, t: t, home: g.places(t)["C1"]}
	shop := "/shop/" + g.holes["shop"] + "/duty"
	c.refused(c.clerk, "/desk/duty/C1/breaches", "没有来", "shop", g.shop(c.home, "odd").String(), "kind", "no_show", "about", "没有来") // has no seat
	c.refused(c.clerk, "/desk/duty/C1/breaches", "没有来", "shop", g.holes["shop"], "kind", "last_place", "about", "没有来")             // a rule's alone
	p := c.clerk.post("/desk/duty/C1/breaches", "shop", g.holes["shop"], "kind", "no_show", "about", nasty[0]+"没有来", "evidence", nasty[0])
	if p.Code != http.StatusSeeOther {
		t.Fatalf("not opened: %d\n%.2000s", p.Code, p.body)
	}
	desk := p.to()
	mine := shop + "/breaches/" + desk[strings.LastIndex(desk, "/")+1:]
	if page := c.seen(c.owner, shop); !strings.Contains(page.body, mine) {
		t.Error("the shop does not see that it is to speak")
	}
	c.refused(c.owner, mine+"/statement", "不", "words", "不")
	c.closed(c.thief, mine+"/statement", "words", "我来替他说一句")
	c.done(c.owner, mine+"/statement", "words", nasty[0])
	c.show(c.owner, mine+"/evidence", nasty[0])
	c.show(c.clerk, desk+"/evidence", nasty[0])
	for who, page := range map[*browser]shown{c.owner: c.seen(c.owner, mine), c.clerk: c.seen(c.clerk, desk)} {
		at := photos(page.body)
		if len(at) != 2 || strings.Count(uitest.Text(page.body), "<script>alert(1)") < 3 {
			t.Errorf("%d photos, %s", len(at), uitest.Text(page.body))
		}
		for _, photo := range at {
			if p := who.get(photo); p.Code != http.StatusOK || !strings.HasPrefix(p.Header().Get("Content-Type"), "image/") {
				t.Errorf("%s: %d", photo, p.Code)
			}
			if p := c.thief.get(photo); p.Code < 400 {
				t.Errorf("%s opens to anybody: %d", photo, p.Code)
			}
		}
	}
	c.closed(c.owner, desk+"/withdrawal", "words", "立错了")
	c.closed(c.owner, desk+"/ballot", "coins", "0.01", "wording", "店家很好")
	if page := c.seen(c.owner, desk); strings.Contains(page.body, desk+"/withdrawal") {
		t.Error("the accused is offered to take it back")
	}
	if page := c.seen(c.browser(), "/c/C1/breaches"); strings.Contains(page.body, "alert(1)") {
		t.Error("what is not found is public")
	}
	c.refused(c.clerk, desk+"/ballot", "八成", "coins", "八成", "wording", "公示的话")
	c.refused(c.clerk, desk+"/withdrawal", "", "words", "")
	c.done(c.clerk, desk+"/withdrawal", "words", nasty[0])
	if page := c.seen(c.owner, mine); !strings.Contains(page.body, "没有扣任何东西") {
		t.Error("the shop does not read that nothing was taken")
	}
}

// TestADecisionOnThePages: the owner decides neither about her shop nor about its
// appeal, a mediator does, and what he says in public stands there as text.
func TestADecisionOnThePages(t *testing.T) {
	g := newGuarded(t)
	c := &contestant{guarded: g, t: t, home: g.places(t)["C1"]}
	heard, appealed := "/desk/duty/C1/breaches/"+g.holes["heard"], "/desk/duty/C1/breaches/"+g.holes["appealed"]
	c.closed(c.owner, heard+"/confirmation", "outcome", "none", "words", "做到了", "wording", "")
	c.closed(c.clerk, heard+"/confirmation", "outcome", "none", "words", "做到了", "wording", "") // does not sit in the committee
	c.closed(c.owner, appealed+"/ruling", "decision", "lifted", "words", "做到了", "wording", "做到了")
	c.closed(c.owner, appealed+"/appeal_ballot", "outcome", "none", "wording", "做到了")
	c.closed(c.clerk, heard+"/withdrawal", "words", "立错了") // a rule opened it
	c.refused(c.clerk, appealed+"/ruling", "看过了", "words", "看过了", "wording", "更正的话")
	c.refused(c.clerk, appealed+"/ruling", "看过了", "decision", "reduced", "coins", "很多", "words", "看过了", "wording", "更正的话")
	c.done(c.clerk, appealed+"/ruling", "decision", "lifted", "words", nasty[0], "wording", nasty[0])
	c.closed(c.clerk, appealed+"/ruling", "decision", "lifted", "words", "看过了", "wording", "再来一次") // who has decided
	page := c.seen(c.browser(), "/c/C1/breaches")
	if text := uitest.Text(page.body); !strings.Contains(text, "<script>alert(1)") || !strings.Contains(text, "更正：撤销") {
		t.Errorf("the correction is not public: %s", text)
	}
	if page := c.seen(c.owner, "/shop/"+g.holes["shop"]+"/duty/breaches/"+g.holes["appealed"]); !strings.Contains(page.body, "没有扣任何东西") {
		t.Error("the shop does not read that nothing was taken")
	}
	if page := c.clerk.get("/desk/duty/C1/breaches/export?format=csv"); page.Code != http.StatusOK || strings.Count(page.body, "\n") < 4 {
		t.Errorf("the list of breaches: %d %.300s", page.Code, page.body)
	}
}

// TestAScoreOnThePages: published, objected, not answered by the shop's own owner; the
// public reads bands, no money (C6).
func TestAScoreOnThePages(t *testing.T) {
	g := newGuarded(t)
	c := &contestant{guarded: g, t: t, home: g.places(t)["C1"]}
	desk, mine, public := "/desk/score/C1/2025-07", "/shop/"+g.holes["shop"]+"/duty/scores/2025-07", "/c/C1/scores/2025-07"
	for who, path := range map[*browser]string{c.owner: mine, c.browser(): public} {
		if p := who.get(path); p.Code != http.StatusNotFound {
			t.Errorf("a draft at %s: %d", path, p.Code)
		}
	}
	c.refused(c.clerk, "/desk/score/C1", "", "quarter", "")
	c.refused(c.clerk, "/desk/score/C1", "", "quarter", "2025-08")
	c.closed(c.owner, desk+"/publication", "words", "")
	c.done(c.clerk, desk+"/publication", "words", nasty[0])
	c.refused(c.clerk, desk+"/discarding", "这一步现在办不了", "words", "算错了") // it is public
	c.refused(c.owner, mine+"/objections", "很多", "input", "offers", "claimed", "很多", "words", "有凭条的")
	c.refused(c.owner, mine+"/objections", "有凭条的", "input", "weather", "claimed", "1", "words", "有凭条的")
	c.done(c.owner, mine+"/objections", "input", "offers", "claimed", "30.00", "words", nasty[0]+"有凭条的")
	c.refused(c.owner, mine+"/objections", "有凭条的", "input", "offers", "claimed", "30.00", "words", "有凭条的") // once
	page := c.seen(c.owner, desk)
	_, form, found := strings.Cut(page.body, desk+"/objections/")
	if !found {
		t.Fatal("the committee sees no objection")
	}
	objection, _, _ := strings.Cut(form, `"`)
	c.closed(c.owner, desk+"/objections/"+objection, "found", "granted", "value", "30.00", "words", "我的店")
	c.closed(c.clerk, desk+"/objections/"+objection, "found", "granted", "value", "30.00", "words", "核对过")
	if p := c.owner.get(mine + "?offers=30.00&recommended=6&disclosures=9&attended=-1"); p.Code != http.StatusOK || !strings.Contains(p.body, "会得") {
		t.Errorf("what would have been: %d", p.Code)
	}
	if p := c.seen(c.clerk, desk+"/compare?part0=999"); !strings.Contains(p.body, "1000 分") {
		t.Error("weights that do not add up are taken")
	}
	open := uitest.Text(c.seen(c.browser(), public).body)
	if !strings.Contains(open, "前三分之一") || !strings.Contains(open, "后三分之一") || strings.Contains(open, "1,000.00") || strings.Contains(open, "alert(1)") {
		t.Errorf("the public reads %s", open)
	}
	if p := c.clerk.get(desk + "/export?format=csv"); p.Code != http.StatusOK || strings.Count(p.body, "\n") != 6 {
		t.Errorf("the quarter as a table: %d %.300s", p.Code, p.body)
	}
}
