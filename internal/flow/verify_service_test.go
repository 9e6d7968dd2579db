package flow_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// visits lets a member ask for a service at home that is paid at the bakery's till, and lets
// somebody of a shop take it.
func (c *counter) visits(asker, shop string, price timebank.Price) (request, assignment id.ID) {
	c.t.Helper()
	c.must(c.DB.Update(ctx, c.home, db.System, func(tx *db.Tx) error {
		k := timebank.Kind{Name: "上门做蛋糕" + string(price), About: "到家里做", Standard: "好吃", Minutes: 60, People: 1, Price: price}
		if price == timebank.AtShop {
			k.Fen = 60_00
		}
		kind, err := c.TimeBank.SaveKind(ctx, tx, k)
		if err != nil {
			return err
		}
		q, err := c.TimeBank.Ask(ctx, tx, timebank.Asking{Kind: kind.Key, Asker: c.member(asker).ID, Entered: timebank.BySelf, From: tx.Now.Add(time.Hour), Until: tx.Now.Add(2 * time.Hour),
			Door: timebank.Door{Door: "3 号楼"}, Rules: timebank.Rules{AheadDays: 7, Open: 9}})
		if err != nil {
			return err
		}
		a, err := c.TimeBank.Assign(ctx, tx, timebank.Assignment{Request: q.ID, Helper: id.ID{9, byte(len(shop))}, Shop: c.shop(shop).ID, How: timebank.ByOwn})
		request, assignment = q.ID, a.ID
		return err
	}))
	c.env.Clock.Advance(3 * time.Hour)
	return request, assignment
}

// F2, D1: a sale at the till names the service at home that it paid for, and can take it back;
// who asked sees what was paid and what went back. Verify finds a sale that names another's.
func TestASaleNamesTheServiceItPaid(t *testing.T) {
	atBakery(t, func(c *counter) {
		request, assignment := c.visits("anna", "bakery", timebank.AtShop)
		_, others := c.visits("anna", "fruit", timebank.AtShop)
		_, free := c.visits("anna", "bakery", timebank.Basic)
		k := c.asked(60_00)
		bakery := c.shop("bakery").ID
		note := func(which id.ID) error { return c.NoteService(ctx, c.home, db.System, bakery, k.ID, which) }
		refuse := func(what string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		refuse("before it is paid", note(assignment), checkout.ErrUnpaid)
		none := money.Amount(0)
		_, err := c.AgreeCheckout(ctx, c.home, db.System, k.ID, flow.Agreeing{Wish: offer.Wish{Coins: &none, Chosen: true, Plain: true}, Tender: checkout.Cash, Expect: 60_00})
		c.must(err)
		k = c.now(k.ID)
		refuse("another shop's service", note(others), flow.ErrNotItsService)
		refuse("what is not paid at a till", note(free), flow.ErrNotItsService)
		refuse("by another shop", c.NoteService(ctx, c.home, db.System, c.shop("fruit").ID, k.ID, assignment), checkout.ErrNotFound)
		c.must(c.DB.View(ctx, c.home, func(r db.Reader) error {
			all, err := c.ServicesOfSale(ctx, r, c.home, k, 90)
			if len(all) != 1 || all[0].ID != assignment {
				t.Errorf("it may be for %v", all)
			}
			return err
		}))
		paid := func() (all []flow.PaidAtTill) {
			c.must(c.DB.View(ctx, c.home, func(r db.Reader) error { all, err = c.PaidAtTill(ctx, r, c.home, request); return err }))
			return all
		}
		for _, which := range []id.ID{assignment, {}, assignment, assignment} {
			c.must(note(which))
			if got := len(paid()); (got == 1) != (which == assignment) {
				t.Errorf("%d sales paid for it after %v", got, which)
			}
		}
		_, err = c.Refund(ctx, c.home, db.System, flow.Refund{Ref: "r1", Purchase: k.End.Seq, Amount: 20_00})
		c.must(err)
		if x := paid()[0]; x.Price != 60_00 || x.Back != 20_00 || x.Token == "" || x.N != 3 {
			t.Errorf("paid as %+v", x)
		}
		differs := func() bool {
			report, err := c.Verify(ctx, c.home, flow.VerifyOptions{})
			c.must(err)
			return slices.ContainsFunc(report.Findings, func(f flow.Finding) bool { return f.Code == "verify.service_paid_differs" })
		}
		if differs() {
			t.Error("verify finds what was not changed")
		}
		c.must(c.DB.Update(ctx, c.home, db.System, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE checkout_for SET assignment_id = ? WHERE community_id = ? AND n = 3", others[:], c.home[:])
			return err
		}))
		if !differs() {
			t.Error("verify does not find a sale that names another shop's service")
		}
	})
}
