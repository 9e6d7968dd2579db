package flow_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/db"
)

// mint mints a batch and returns it with its codes.
func (w *town) mint(count int64, cost money.Amount, edits ...func(*badge.Batch)) (b badge.Batch, codes []string) {
	w.t.Helper()
	b = badge.Batch{Design: "竹报平安", Goods: "小米一袋", Count: count, Cost: cost, Workshop: "老陈银作坊"}
	for _, e := range edits {
		e(&b)
	}
	b, err := w.MintBadges(ctx, w.home, office, b)
	w.must(err)
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
		codes, err = w.Badges.Codes(ctx, r, w.home, &b)
		return err
	}))
	return b, codes
}

func (w *town) take(shop, code, form string) error {
	_, _, err := w.RedeemBadge(ctx, w.home, office, flow.Taking{Shop: w.shop(shop).ID, Code: code, Form: form})
	return err
}

func (w *town) coins(batch int64) (c badge.Count) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		all, err := w.Badges.Reconcile(ctx, r, w.home)
		for _, x := range all {
			if x.Batch == batch {
				c = x
			}
		}
		return err
	}))
	return c
}

// TestABadgeCoin: from the workshop to a shop, once (B9, M-09).
func TestABadgeCoin(t *testing.T) {
	inTown(t, func(w *town) {
		b, codes := w.mint(50, 800)
		wants(w.t, "in stock", w.take("bakery", codes[0], ""), badge.ErrNotGiven)
		w.must(w.GiveBadges(ctx, w.home, office, b.Number, 1, 10, "中秋联欢", ""))
		w.must(w.GiveBadges(ctx, w.home, office, b.Number, 11, 11, "优秀志愿者", "anna"))
		wants(w.t, "given twice", w.GiveBadges(ctx, w.home, office, b.Number, 10, 12, "再发一次", ""), badge.ErrGivenOut)
		wants(w.t, "beyond the batch", w.GiveBadges(ctx, w.home, office, b.Number, 50, 51, "多了", ""), badge.ErrBadRange)
		w.must(w.take("bakery", strings.ToLower(codes[0])+" ", "f1"))
		w.must(w.take("bakery", codes[0], "f1")) // the form waited and came twice
		wants(w.t, "another form", w.take("bakery", codes[0], "f2"), badge.ErrRedeemed)
		wants(w.t, "another shop, the same form", w.take("fruit", codes[0], "f1"), badge.ErrRedeemed)
		w.must(w.take("fruit", "https://here.example/b/C1/"+codes[1], ""))
		w.expect("merchant:bakery/payable CNY 8.00\nmerchant:fruit/payable CNY 8.00\nplatform/promotion CNY -16.00\n")

		_, err := w.LoseBadge(ctx, w.home, office, w.member("ben").ID, badge.Coin{Batch: b.Number, Number: 11}, "丢了")
		wants(w.t, "lost by somebody else", err, badge.ErrNotHers)
		given, err := w.LoseBadge(ctx, w.home, office, w.member("anna").ID, badge.Coin{Batch: b.Number, Number: 11}, "丢了")
		w.must(err)
		if given.Number != 12 {
			w.t.Errorf("replaced by %v", given)
		}
		wants(w.t, "a lost one", w.take("bakery", codes[10], ""), badge.ErrLost)
		w.must(w.take("bakery", codes[11], ""))
		w.must(w.VoidBadges(ctx, w.home, office, b.Number, 49, 50, "印花了"))
		wants(w.t, "a void one", w.take("bakery", codes[49], ""), badge.ErrVoid)
		wants(w.t, "void twice", w.VoidBadges(ctx, w.home, office, b.Number, 50, 50, "再来"), badge.ErrVoid)
		c := w.coins(b.Number)
		if !c.Whole() || c.By[badge.Given] != 8 || c.By[badge.Redeemed] != 3 || c.By[badge.Lost] != 1 || c.By[badge.Void] != 2 || c.By[badge.Stock] != 36 {
			w.t.Errorf("%+v", c)
		}
		w.whole()
	})
}

// TestForgedCoins: no code that the house did not make is taken, whatever was altered.
func TestForgedCoins(t *testing.T) {
	inTown(t, func(w *town) {
		b, codes := w.mint(20, 500)
		_, others := w.mint(20, 900)
		w.must(w.GiveBadges(ctx, w.home, office, b.Number, 1, 20, "都发了", ""))
		number := func(code, n string) string { p := strings.SplitN(code, "-", 3); return p[0] + "-" + n + "-" + p[2] }
		for says, code := range map[string]string{
			"another number":       number(codes[0], "0002"),
			"no signature":         "1-0001",
			"half a signature":     codes[0][:len(codes[0])-1],
			"a longer one":         codes[0] + "0",
			"another batch's":      "1-0001-" + strings.SplitN(others[0], "-", 3)[2],
			"an altered letter":    codes[0][:len(codes[0])-1] + string("02"[btoi(codes[0][len(codes[0])-1] == '0')]),
			"the other batch's no": "2-0001-" + strings.SplitN(codes[0], "-", 3)[2],
		} {
			if err := w.take("bakery", code, ""); !errors.Is(err, badge.ErrForged) {
				w.t.Errorf("%s (%s): %v", says, code, err)
			}
		}
		for _, code := range []string{"", "1", "x-1-y", "0-1-A", "1-0-A", "1--1-A", strings.Repeat("1-", 40)} {
			if err := w.take("bakery", code, ""); !errors.Is(err, badge.ErrBadCode) {
				w.t.Errorf("%q: %v", code, err)
			}
		}
		wants(w.t, "a number that is not there", w.take("bakery", "1-0021-AAAAAAAAAAAA", ""), badge.ErrNoCoin)
		wants(w.t, "a batch that is not there", w.take("bakery", "9-0001-AAAAAAAAAAAA", ""), badge.ErrNoBatch)
		if _, there := w.books()["merchant:bakery/payable CNY"]; there {
			w.t.Error("a forged coin was paid")
		}
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			return w.Merchants.Change(ctx, tx, "bakery", func(m *merchant.Merchant) error { m.Status = merchant.Suspended; return nil })
		}))
		wants(w.t, "a suspended shop", w.take("bakery", codes[3], ""), merchant.ErrSuspended)
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestOneOfManyTakesACoin: of many tills that see the same coin one is paid.
func TestOneOfManyTakesACoin(t *testing.T) {
	inTown(t, func(w *town) {
		b, codes := w.mint(5, 700, func(b *badge.Batch) { b.Shop = w.shop("bakery").ID })
		w.must(w.GiveBadges(ctx, w.home, office, b.Number, 1, 5, "活动", ""))
		wants(w.t, "the only shop is another", w.take("fruit", codes[0], ""), badge.ErrOtherShop)
		var taken, refused atomic.Int64
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				_, _, err := w.RedeemBadge(ctx, w.home, office, flow.Taking{Shop: b.Shop, Code: codes[2]})
				switch {
				case err == nil:
					taken.Add(1)
				case errors.Is(err, badge.ErrRedeemed):
					refused.Add(1)
				default:
					w.t.Error(err)
				}
			})
		}
		wg.Wait()
		if taken.Load() != 1 || refused.Load() != 39 {
			w.t.Errorf("%d taken, %d refused", taken.Load(), refused.Load())
		}
		w.expect("merchant:bakery/payable CNY 7.00\nplatform/promotion CNY -7.00\n")
	})
}

// TestEveryCoinIsSomewhere: at any moment minted = in stock + with somebody + redeemed
// + lost + void, and verify finds nothing (B9).
func TestEveryCoinIsSomewhere(t *testing.T) {
	inTown(t, func(w *town) {
		rng := rand.New(rand.NewPCG(3, 9))
		b, codes := w.mint(40, 300)
		for range 150 {
			first := 1 + rng.Int64N(40)
			last := min(40, first+rng.Int64N(4))
			var err error
			switch n := rng.IntN(10); {
			case n < 3:
				err = w.GiveBadges(ctx, w.home, office, b.Number, first, last, "发", []string{"", "anna", "ben"}[rng.IntN(3)])
			case n < 6:
				err = w.take([]string{"bakery", "fruit"}[rng.IntN(2)], codes[first-1], []string{"", "a", "b"}[rng.IntN(3)])
			case n < 8:
				_, err = w.LoseBadge(ctx, w.home, office, id.ID{}, badge.Coin{Batch: b.Number, Number: first}, "丢了")
			case n < 9:
				err = w.VoidBadges(ctx, w.home, office, b.Number, first, last, "坏了")
			}
			if err != nil && fault.KindOf(err) == fault.Internal {
				w.t.Fatal(err)
			}
			if c := w.coins(b.Number); !c.Whole() {
				w.t.Fatalf("%+v", c)
			}
		}
		w.whole()
	})
}
