package app

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/ui"
)

// files posts a form with a file, as a browser does.
func (b *browser) files(path string, fields map[string]string, field, name string, content []byte) shown {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range fields {
		b.Helper()
		_ = m.WriteField(k, v)
	}
	f, err := m.CreateFormFile(field, name)
	b.must(err)
	_, err = f.Write(content)
	b.must(err)
	b.must(m.Close())
	req := httptest.NewRequest(http.MethodPost, "http://localhost:8080"+path, &body)
	req.RemoteAddr = b.addr
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(req)
}

var onceValue = regexp.MustCompile(`name="` + ui.TokenName + `" value="([^"]+)"`)

// A redemption from the shelf to the counter and to a claim, as people click it.
func TestARedemptionOverHTTP(t *testing.T) {
	g := newGuarded(t)
	shelf := g.owner.get("/me/points")
	if !strings.Contains(shelf.body, "食用油") || !strings.Contains(shelf.body, "/points/pictures/C1/") {
		t.Fatal("the shelf is empty")
	}
	good := "/me/points/goods/C1/" + g.holes["good"]
	token := onceValue.FindStringSubmatch(g.owner.get(good).body)
	if token == nil {
		t.Fatal("the form has no mark")
	}
	first := g.owner.post(good, ui.TokenName, token[1])
	again := g.owner.post(good, ui.TokenName, token[1])
	if first.to() == "" || first.to() != again.to() || !strings.HasPrefix(first.to(), "/me/points/orders/") {
		t.Fatalf("redeemed at %q and %q", first.to(), again.to())
	}
	order := first.to()
	code := regexp.MustCompile(`<span>(\d{4})</span>\s*<span>(\d{4})</span>`).FindStringSubmatch(g.owner.get(order).body)
	if code == nil {
		t.Fatal("no code is shown")
	}
	if p := g.thief.get(order); p.Code != http.StatusNotFound {
		t.Errorf("somebody else's code: %d", p.Code)
	}
	if p := g.owner.post(order + "/number"); p.Code != http.StatusSeeOther {
		t.Errorf("a number: %d", p.Code)
	}
	counter := "/shop/" + g.holes["shop"] + "/counter"
	if p := g.owner.get("/collect/" + code[1] + code[2]); p.to() != counter+"?code="+code[1]+code[2] {
		t.Errorf("scanned: %d %s", p.Code, p.to())
	}
	if p := g.thief.get("/collect/" + code[1] + code[2]); p.Code != http.StatusForbidden && p.Code != http.StatusNotFound {
		t.Errorf("scanned by somebody else: %d", p.Code)
	}
	found := g.owner.get(counter + "?code=" + url.QueryEscape(code[1]+" "+code[2]))
	if !strings.Contains(found.body, "/handover") {
		t.Fatal("the counter does not know the code")
	}
	if p := g.owner.get(counter + "?code=00000000"); strings.Contains(p.body, "/handover\"") && !strings.Contains(p.body, "aria-invalid") {
		t.Error("a strange code is known")
	}
	id := strings.TrimPrefix(order, "/me/points/orders/")
	if p := g.owner.post(counter + "/orders/" + id + "/handover"); p.Code != http.StatusSeeOther {
		t.Errorf("handed over: %d", p.Code)
	}
	if p := g.owner.post(counter + "/orders/" + id + "/handover"); p.Code != http.StatusConflict {
		t.Errorf("handed over twice: %d", p.Code)
	}
	var shot bytes.Buffer
	g.must(png.Encode(&shot, image.NewGray(image.Rect(0, 0, 20, 10))))
	if p := g.owner.files(order+"/claim", map[string]string{"words": "瓶口漏油"}, "picture", "a.svg", []byte("<svg onload=alert(1)>")); p.Code != http.StatusUnprocessableEntity || !strings.Contains(p.body, "瓶口漏油") {
		t.Errorf("a picture that is none: %d", p.Code)
	}
	if p := g.owner.files(order+"/claim", map[string]string{"words": "瓶口漏油"}, "picture", "a.png", shot.Bytes()); p.Code != http.StatusSeeOther {
		t.Errorf("a claim: %d", p.Code)
	}
	claims := g.clerk.get("/desk/points/claims")
	if !strings.Contains(claims.body, "瓶口漏油") || strings.Contains(claims.body, "陈秀英") {
		t.Error("the office reads what is not good, and not whose")
	}
	photo := regexp.MustCompile(`/desk/points/C1/claims/([0-9a-f]{32})`).FindStringSubmatch(claims.body)
	if photo == nil {
		t.Fatal("the office does not see the picture")
	}
	if p := g.clerk.get(photo[0]); p.Code != http.StatusOK || p.Header().Get("Content-Type") != "image/jpeg" || p.Header().Get("X-Content-Type-Options") != "nosniff" || strings.Contains(p.Header().Get("Content-Disposition"), "a.png") {
		t.Errorf("the picture of a claim: %d %v", p.Code, p.Header())
	}
	for path, who := range map[string]*browser{photo[0]: g.thief, "/points/pictures/C1/" + photo[1]: g.clerk, "/desk/points/C1/checks/" + photo[1]: g.clerk} {
		if p := who.get(path); p.Code != http.StatusNotFound && p.Code != http.StatusForbidden {
			t.Errorf("the picture of a claim as %s: %d", path, p.Code)
		}
	}
	if p := g.clerk.post("/desk/points/C1/orders/"+id+"/verdict", "verdict", "returned", "reason", "确实漏"); p.Code != http.StatusSeeOther {
		t.Errorf("a verdict: %d", p.Code)
	}
	g.whole()
}

// A property file from the form to the payment: totals agree with org/payable.
func TestAPropertyFile(t *testing.T) {
	g := newGuarded(t)
	manager := "/desk/property/C1/managers/" + g.holes["manager"]
	file := manager + "/files/" + g.holes["offsets"]
	taken := g.clerk.get(file + "?format=csv")
	if !strings.Contains(taken.body, "1 号楼 101") {
		t.Fatalf("the file is empty: %s", taken.body)
	}
	rows := strings.Split(strings.TrimSpace(taken.body), "\r\n")
	filled := rows[0] + "\r\n" + strings.Replace(rows[1], ",,", ",收,", 1) + "\r\n"
	if p := g.clerk.files(file+"/answers", nil, "file", "x.csv", []byte("a,b\r\n1,2\r\n")); p.Code != http.StatusUnprocessableEntity {
		t.Errorf("a strange table: %d", p.Code)
	}
	if p := g.clerk.files(file+"/answers", nil, "file", "x.csv", []byte(filled)); p.Code != http.StatusSeeOther || p.to() != file {
		t.Errorf("answered: %d %s", p.Code, p.to())
	}
	if p := g.clerk.post(file+"/payment", "means", "bank", "reference", "NS-1"); p.Code != http.StatusForbidden {
		t.Errorf("the operator pays: %d", p.Code)
	}
	home := g.places(t)["C1"]
	g.must(g.DB.View(context.Background(), home, func(r db.Reader) error {
		owed, err := g.Flows.Points.Owed(context.Background(), r, home)
		if err != nil {
			return err
		}
		all, err := g.Flows.Ledger.Holdings(context.Background(), r, home)
		var books, records money.Amount
		for _, h := range all {
			if h.Account.Purpose == ledger.Payable && strings.HasPrefix(h.Account.String(), "org:") {
				books += h.Balance
			}
		}
		for _, v := range owed {
			records += v
		}
		if books != records || books == 0 {
			t.Errorf("the books owe %v, the records %v", books, records)
		}
		return err
	}))
	g.whole()
}

// Badge coins at a shop's page, and the public page that says what is real.
func TestBadgeCoinsOverHTTP(t *testing.T) {
	g := newGuarded(t)
	sheet := g.clerk.get("/desk/badges/C1/1/sheet?format=csv")
	line := strings.Split(strings.Split(sheet.body, "\r\n")[1], ",")
	code := line[0] + "-" + line[1]
	stranger := g.browser()
	for path, want := range map[string]string{"/b/C1/" + code: "是真的", "/b/C1/1-0001": "还能换", "/b/C1/" + code[:len(code)-1] + "U": "不是真的", "/b/C1/9-0001": "不是真的", "/b/C1?code=xyz": "照着币上的写"} {
		if p := stranger.get(path); p.Code != http.StatusOK || !strings.Contains(p.body, want) || strings.Contains(p.body, "陈秀英") || strings.Contains(p.body, "志愿者") {
			t.Errorf("%s: %d, want %q", path, p.Code, want)
		}
	}
	till := "/shop/" + g.holes["shop"] + "/badges"
	if p := g.owner.post(till, "code", "1-0001-AAAAAAAAAAAA"); p.Code != http.StatusConflict {
		t.Errorf("a forged coin: %d", p.Code)
	}
	if p := g.owner.post(till, "code", code, ui.TokenName, "w1"); p.Code != http.StatusSeeOther {
		t.Errorf("a coin: %d", p.Code)
	}
	if p := g.owner.post(till, "code", code, ui.TokenName, "w1"); p.Code != http.StatusSeeOther {
		t.Errorf("the same form again: %d", p.Code)
	}
	if p := g.owner.post(till, "code", code, ui.TokenName, "w2"); p.Code != http.StatusConflict {
		t.Errorf("another form: %d", p.Code)
	}
	if p := stranger.get("/b/C1/" + code); !strings.Contains(p.body, "已经换过了") {
		t.Error("the public page does not know")
	}
	g.whole()
}

// whole fails unless verify finds nothing in the first community.
func (g *guarded) whole() {
	g.Helper()
	place, err := g.Flows.Communities.ByRef(context.Background(), g.DB, "C1")
	g.must(err)
	report, err := g.Flows.Verify(context.Background(), place.ID, flow.VerifyOptions{})
	g.must(err)
	for _, f := range report.Findings {
		g.Errorf("verify: %+v", f)
	}
}
