package flow_test

import (
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/db"
)

// TestAShareOfProfit: declared, asked for, paid into the welfare fund; a slip that
// expired is made anew; a quarter is declared once (C4, M-14).
func TestAShareOfProfit(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending()
		q := w.today().Month().Quarter() + 3
		w.until((q + 3).First() + 2)
		declare := func() (*duty.Disclosure, error) {
			return w.Disclose(ctx, w.home, as(w.owners["deli"]), "", duty.Disclosure{Merchant: w.shops["deli"], Topic: duty.Profit, Quarter: q, Profit: 8_560_00})
		}
		d, err := declare()
		w.must(err)
		_, err = declare()
		w.refused("declared twice", err, duty.ErrDeclared)
		slips := func() (all []charge.Charge) {
			w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Charges.Of(ctx, r, w.home, d.ID); return err }))
			return all
		}
		if all := slips(); len(all) != 1 || all[0].Amount != 85_60 || all[0].Purpose != charge.Profit {
			t.Fatalf("asked for: %+v", all)
		}
		w.refused("a second slip", w.AskShareAgain(ctx, w.home, db.System, d.ID), flow.ErrShareAsked)
		w.until(w.today() + 35)
		w.must(w.AskShareAgain(ctx, w.home, db.System, d.ID))
		all := slips()
		_, err = w.Pay(ctx, w.home, db.System, all[1].ID, charge.Payment{Means: charter.Cash, Reference: "c-1"})
		w.refused("in cash", err, charge.ErrCustody)
		_, err = w.Pay(ctx, w.home, db.System, all[1].ID, charge.Payment{Means: charter.Provider, Reference: "p-1"})
		w.must(err)
		w.expect(`
			gateway/clearing CNY -85.60
			fund/welfare CNY 85.60`)
		w.whole()
	})
}

// TestMissingDisclosures: reminded, late, and after a quarter a breach for each.
func TestMissingDisclosures(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending()
		due := (w.today().Month() + 1).Last()
		w.until(w.today() + 20)
		_, err := w.Disclose(ctx, w.home, as(w.owners["bakery"]), "", duty.Disclosure{Merchant: w.shops["bakery"], Topic: duty.Goods, Items: []duty.Item{{Name: "鸡蛋", Unit: "500 克", Cost: 4_20, Price: 4_50}}})
		w.must(err)
		w.until(due.Plus(3))
		if n := len(w.breaches("bakery")); n != 0 {
			t.Errorf("%d breaches on the last day", n)
		}
		w.until(due.Plus(3) + 4)
		w.due()
		for shop, want := range map[string]int{"bakery": 1, "butcher": 2} {
			got := w.breaches(shop)
			if len(got) != want {
				t.Errorf("%s: %d breaches, want %d", shop, len(got), want)
			}
			for _, b := range got {
				if b.Kind != duty.MissingDisclosure || b.Source != duty.ByRule {
					t.Errorf("%s: %+v", shop, b)
				}
			}
		}
	})
}
