package payout_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// TestAnAccountTakesTwo: what one person asks for another agrees to; until then the
// account before it counts.
func TestAnAccountTakesTwo(t *testing.T) {
	atDesk(t, func(d *desk) {
		shop := id.ID{5}
		ask := func(n byte, number string) (a *payout.Account, err error) {
			err = d.as(n, func(tx *db.Tx) (err error) {
				a, err = d.AskAccount(ctx, tx, payout.Account{Kind: payout.OfShop, Owner: shop, Provider: payout.Bank, Number: number, Name: "面包店", Why: "换了开户行"})
				return err
			})
			return a, err
		}
		do := func(n byte, at id.ID, fn func(context.Context, *db.Tx, *payout.Account) error) error {
			return d.as(n, func(tx *db.Tx) error {
				a, err := d.AccountByID(ctx, tx, home, at)
				if err != nil {
					return err
				}
				return fn(ctx, tx, a)
			})
		}
		now := func() string {
			var a *payout.Account
			d.must(d.View(ctx, home, func(r db.Reader) (err error) { a, err = d.AccountOf(ctx, r, home, payout.OfShop, shop); return err }))
			if a == nil {
				return ""
			}
			return a.Tail()
		}
		first, err := ask(1, "6222 0000 1111")
		d.must(err)
		if now() != "" {
			t.Error("an account counts before anybody agreed")
		}
		for says, x := range map[string]struct{ err, want error }{
			"agreed to by who asked":  {do(1, first.ID, d.AgreeAccount), payout.ErrAccountAsker},
			"a second wish":           {second(ask(2, "62220000999")), payout.ErrAccountWaits},
			"letters in a bank's":     {second(ask(2, "62220000ab")), payout.ErrBadNumber},
			"taken back by another":   {do(2, first.ID, d.WithdrawAccount), payout.ErrNotYourWish},
			"refused without a word":  {do(2, first.ID, func(c context.Context, tx *db.Tx, a *payout.Account) error { return d.RefuseAccount(c, tx, a, " ") }), payout.ErrRefusedNoWord},
			"one that is not there":   {do(2, id.ID{3}, d.AgreeAccount), payout.ErrNoAccount},
			"a shop without a number": {second(ask(2, "")), payout.ErrBadNumber},
		} {
			if !errors.Is(x.err, x.want) {
				t.Errorf("%s: %v, want %v", says, x.err, x.want)
			}
		}
		d.must(do(2, first.ID, d.AgreeAccount))
		if now() != "1111" {
			t.Errorf("%q counts", now())
		}
		if _, err := ask(1, "622200001111"); !errors.Is(err, payout.ErrSameAccount) {
			t.Errorf("the same account again: %v", err)
		}
		changed, err := ask(3, "622200002222")
		d.must(err)
		if now() != "1111" {
			t.Errorf("%q counts while a change waits", now())
		}
		d.must(do(2, changed.ID, func(c context.Context, tx *db.Tx, a *payout.Account) error {
			return d.RefuseAccount(c, tx, a, "户名不符")
		}))
		again, err := ask(3, "622200003333")
		d.must(err)
		d.Clock.Advance(time.Minute)
		d.must(do(2, again.ID, d.AgreeAccount))
		if now() != "3333" {
			t.Errorf("%q counts", now())
		}
	})
}

// D6: a merchant number counts for one owner: two shops on one account would each be released
// the other's sales. A number that its owner has left for another is free again.
func TestAMerchantNumberIsOneOwners(t *testing.T) {
	atDesk(t, func(d *desk) {
		ask := func(owner id.ID, number string) (a *payout.Account, err error) {
			d.Clock.Advance(time.Second)
			err = d.as(1, func(tx *db.Tx) (err error) {
				a, err = d.AskAccount(ctx, tx, payout.Account{Kind: payout.OfShop, Owner: owner, Provider: pay.WeChat, Number: number, Name: "店", Why: "收款"})
				return err
			})
			return a, err
		}
		agree := func(at id.ID) error {
			d.Clock.Advance(time.Second)
			return d.as(2, func(tx *db.Tx) error {
				a, err := d.AccountByID(ctx, tx, home, at)
				if err != nil {
					return err
				}
				return d.AgreeAccount(ctx, tx, a)
			})
		}
		fruit, bakery := id.ID{5}, id.ID{6}
		first, err := ask(fruit, "1900000109")
		d.must(err)
		second, err := ask(bakery, "1900000109") // nobody agreed to the first yet
		d.must(err)
		d.must(agree(first.ID))
		if err := agree(second.ID); !errors.Is(err, payout.ErrAccountTaken) {
			t.Errorf("agreed to for two: %v", err)
		}
		if _, err := ask(id.ID{7}, "1900000109"); !errors.Is(err, payout.ErrAccountTaken) {
			t.Errorf("asked for by a third: %v", err)
		}
		moved, err := ask(fruit, "1900000110")
		d.must(err)
		d.must(agree(moved.ID))
		d.must(agree(second.ID))
	})
}

func TestForgottenPeopleHaveNoAccount(t *testing.T) {
	atDesk(t, func(d *desk) {
		she := id.ID{8}
		d.must(d.as(1, func(tx *db.Tx) error {
			a, err := d.AskAccount(ctx, tx, payout.Account{Kind: payout.OfPerson, Owner: she, Provider: pay.WeChat, Number: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", Name: "陈兰", Why: "收奖励"})
			if err != nil || a.Tail() != "eS6o" {
				return fmt.Errorf("%q %v", a.Tail(), err)
			}
			return d.Forget(ctx, tx, she)
		}))
		d.must(d.View(ctx, home, func(r db.Reader) error {
			all, err := d.AccountsOf(ctx, r, home, payout.OfPerson, she)
			if len(all) != 1 || all[0].Number != "" || all[0].Name != "" || all[0].Why != "" || all[0].End == nil {
				t.Errorf("%+v", all)
			}
			return err
		}))
	})
}
