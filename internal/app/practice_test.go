package app

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/ui/uitest"
	"gongyi/internal/portal/demoweb"
)

// A payer of the demo sees how much and to whom, that it is practice, pays or does not,
// and pays once.
func TestPracticePayment(t *testing.T) {
	a, err := Open(t.Context(), Config{Data: t.TempDir(), Create: true, NoSync: true, Practice: true})
	if err != nil {
		t.Fatal(err)
	}
	bank := a.sandbox
	bank.Register(sandbox.Shop{Number: "1600000001", Name: "竹溪面包房"})
	t.Cleanup(func() {
		if err := errors.Join(a.stop(), a.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := a.Masquerade(t.Context(), []demoweb.Guise{}); err != nil {
		t.Fatal(err)
	}
	web, err := a.Handler(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	b := (&doorway{house: &house{App: a, TB: t, web: web}}).browser()
	order := pay.Order{Key: "0123456789", Account: "1600000001", Amount: 1284_00, Title: "吐司 2 条", Scene: pay.Native}
	p, err := bank.Direct().Pay(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	says := func(page shown, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(page.body, w) {
				t.Errorf("%d without %q: %s", page.Code, w, page.body)
			}
		}
	}
	says(b.get(p.Code), "这是练习，不动真钱", "竹溪面包房", "吐司 2 条", "1,284.00", "不付")
	uitest.Browse(t, web, []uitest.Shot{{Name: "payer", Path: p.Code, Width: 390, Height: 844, Lang: "zh"}, {Name: "payer-en", Path: p.Code, Width: 1440, Height: 900, Lang: "en"}})
	if page := b.post(p.Code + "/refusal"); page.Code != http.StatusSeeOther {
		t.Errorf("refused: %d", page.Code)
	}
	says(b.get(p.Code+"?refused=1"), "您没有付，钱没有动")
	if x, err := bank.Direct().Payment(t.Context(), order.Key, order.Account); err != nil || x.State != pay.Pending {
		t.Errorf("%+v, %v", x, err)
	}
	for range 2 { // the button is pressed twice
		if page := b.post(p.Code+"/payment", "told", string(sandbox.Twice)); page.Code != http.StatusSeeOther {
			t.Errorf("paid: %d", page.Code)
		}
	}
	says(b.get(p.Code), "付好了")
	if n, err := bank.Deliver(t.Context()); n != 1 || err != nil { // of nobody's payment the house takes note, so that it ends
		t.Errorf("%d told, %v", n, err)
	}
	if books := bank.Books(); books.In != order.Amount {
		t.Errorf("%+v", books)
	}
	late := order
	late.Key = "9876543210"
	if p, err = bank.Direct().Pay(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	if err := bank.Direct().Close(t.Context(), late.Key, late.Account); err != nil {
		t.Fatal(err)
	}
	if page := b.post(p.Code + "/payment"); page.Code != http.StatusConflict {
		t.Errorf("paid though it was closed: %d", page.Code)
	}
	if page := b.get(sandbox.PagePath + "nothing"); page.Code != http.StatusNotFound {
		t.Errorf("no such code: %d", page.Code)
	}
}
