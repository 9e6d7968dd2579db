package flow_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/merchantday"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
)

// terms are those of an offer that runs for a month, changed by edits.
func (w *town) terms(k offer.Kind, edit func(t *offer.Terms)) offer.Terms {
	t := offer.Terms{Name: string(k), Kind: k, Category: k.Of(), Whom: offer.Members, When: offer.Window{First: w.day(), Last: w.day() + 30}}
	if edit != nil {
		edit(&t)
	}
	return t
}

// offers makes an offer of a shop and gives it as it stands.
func (w *town) offers(shop string, t offer.Terms) *offer.Offer {
	w.t.Helper()
	at := w.shop(shop).ID
	w.must(w.MakeOffer(ctx, w.home, office, fmt.Sprint(w.env.Clock.Now().UnixNano(), t.Kind, t.Name), at, t))
	var all []*offer.Offer
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Offers.Of(ctx, r, w.home, at); return err }))
	return all[0]
}

// price asks what a basket would come to; "" is a buyer whom nobody knows.
func (w *town) price(shop, buyer string, list money.Amount, wish offer.Wish, by id.ID) (p offer.Proposal) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) (err error) {
		var m *merchant.Merchant
		if m, err = w.Merchants.ByRef(ctx, tx, shop); err != nil {
			return err
		}
		var b *member.Member
		if buyer != "" {
			if b, err = w.Members.ByRef(ctx, tx, buyer); err != nil {
				return err
			}
		}
		p, err = w.Price(ctx, tx, m, b, list, wish, by)
		return err
	}))
	return p
}

func (w *town) takeOffers(p offer.Proposal, by id.ID) error {
	return w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error { return w.TakeOffers(ctx, tx, &p, by) })
}

func (w *town) free(by id.ID) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error {
		return errors.Join(w.FreeOffers(ctx, tx, by), w.Promotions.Free(ctx, tx, by))
	}))
}

func said(p offer.Proposal) string {
	s := fmt.Sprintf("%s cash %s", p.Price.Decimal(money.CNY), p.Cash.Decimal(money.CNY))
	for _, r := range p.Not {
		s += fmt.Sprintf(" | %s: %s", r.What, r.Why.In(ctx))
	}
	return s
}

func (w *town) says(what string, p offer.Proposal, want string) {
	w.t.Helper()
	if got := said(p); got != want {
		w.t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func TestAnOfferIsTakenAndGivenBack(t *testing.T) {
	inTown(t, func(w *town) {
		one, two := id.ID{0xC1}, id.ID{0xC2}
		made := w.offers("bakery", w.terms(offer.TimeLimited, func(t *offer.Terms) { t.Rate, t.PerPerson, t.Total = 900_000, 1, 2 }))
		p := w.price("bakery", "anna", 60_00, offer.Wish{}, one)
		w.says("proposed", p, "54.00 cash 54.00")
		w.must(w.takeOffers(p, one))
		w.must(w.takeOffers(p, one)) // the same again counts nothing
		w.says("asked again by the checkout that took it", w.price("bakery", "anna", 60_00, offer.Wish{}, one), "54.00 cash 54.00")
		w.says("by another one", w.price("bakery", "anna", 60_00, offer.Wish{}, two), "60.00 cash 60.00 | time_limited: 每人 1 次，您已经用完")
		wants(t, "taken although used up", w.takeOffers(p, two), offer.ErrUsedUp)
		w.free(one)
		w.free(one) // and gives back nothing twice
		p = w.price("bakery", "anna", 60_00, offer.Wish{}, two)
		w.says("given back", p, "54.00 cash 54.00")
		w.must(w.takeOffers(p, two))
		ben := w.price("bakery", "ben", 60_00, offer.Wish{}, one)
		w.must(w.takeOffers(ben, one)) // a freed checkout may take again
		w.says("both places taken", w.price("bakery", "leader", 60_00, offer.Wish{}, id.ID{}), "60.00 cash 60.00 | time_limited: 2 个名额已经用完")
		w.must(w.ChangeOffer(ctx, w.home, office, made.Merchant, made.ID, w.terms(offer.TimeLimited, func(t *offer.Terms) { t.Rate, t.Total = 800_000, 3 })))
		late := w.price("bakery", "leader", 60_00, offer.Wish{}, id.ID{0xC3})
		w.says("a place more, in a new version", late, "48.00 cash 48.00")
		w.must(w.ChangeOffer(ctx, w.home, office, made.Merchant, made.ID, w.terms(offer.TimeLimited, func(t *offer.Terms) { t.Rate, t.Total = 850_000, 3 })))
		wants(t, "changed since", w.takeOffers(late, id.ID{0xC3}), offer.ErrChanged)
		w.must(w.EndOffer(ctx, w.home, office, made.Merchant, made.ID, "卖完了"))
		wants(t, "ended since", w.takeOffers(late, id.ID{0xC3}), offer.ErrEnded)
		wants(t, "ended twice", w.EndOffer(ctx, w.home, office, made.Merchant, made.ID, "卖完了"), offer.ErrEnded)
		w.says("nothing runs", w.price("bakery", "leader", 60_00, offer.Wish{}, id.ID{}), "60.00 cash 60.00")
		fresh := flow.New(w.env.DB) // what is remembered is what stands in the tables
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			stands, err := fresh.Offers.Stands(ctx, r, w.home, []*offer.Offer{made})
			if err == nil && (stands[0].Uses != 2 || stands[0].Saved != 12_00) {
				t.Errorf("counted %d uses, %d fen", stands[0].Uses, stands[0].Saved)
			}
			return err
		}))
	})
}

func TestWhoseOfferItIsAndWhatItMayBe(t *testing.T) {
	inTown(t, func(w *town) {
		bakery, fruit := w.shop("bakery").ID, w.shop("fruit").ID
		bad := func(what string, want *fault.Fault, k offer.Kind, edit func(t *offer.Terms)) {
			t.Helper()
			wants(t, what, w.MakeOffer(ctx, w.home, office, what, bakery, w.terms(k, edit)), want)
		}
		bad("a member price above the alliance's", offer.ErrTooDear, offer.MemberPrice, func(t *offer.Terms) { t.Rate = 960_000 })
		bad("a member price for everybody", offer.ErrBadKind, offer.MemberPrice, func(t *offer.Terms) { t.Rate, t.Whom = 900_000, offer.Everybody })
		bad("nothing off", offer.ErrBadRate, offer.TimeLimited, func(t *offer.Terms) { t.Rate = money.One })
		bad("a step that takes off what it asks for", offer.ErrBadSteps, offer.FullOff, func(t *offer.Terms) { t.Steps = []offer.Step{{From: 10_00, Off: 10_00}} })
		bad("steps that fall", offer.ErrBadSteps, offer.FullOff, func(t *offer.Terms) { t.Steps = []offer.Step{{From: 50_00, Off: 9_00}, {From: 60_00, Off: 5_00}} })
		bad("two repeated steps", offer.ErrBadSteps, offer.FullOff, func(t *offer.Terms) {
			t.Steps, t.Every = []offer.Step{{From: 50_00, Off: 5_00}, {From: 60_00, Off: 6_00}}, true
		})
		bad("a welcome twice", offer.ErrBadCaps, offer.FirstTime, func(t *offer.Terms) { t.Rate, t.PerPerson = 900_000, 2 })
		bad("for two years", offer.ErrBadDays, offer.TimeLimited, func(t *offer.Terms) { t.Rate, t.When.Last = 900_000, t.When.First+700 })
		bad("backwards", offer.ErrBadHours, offer.TimeLimited, func(t *offer.Terms) { t.Rate, t.When.From, t.When.To = 900_000, 600, 500 })
		made := w.offers("bakery", w.terms(offer.MemberPrice, func(t *offer.Terms) { t.Rate = 950_000 }))
		wants(t, "another shop's offer", w.EndOffer(ctx, w.home, office, fruit, made.ID, "x"), offer.ErrNotFound)
		wants(t, "without a word", w.EndOffer(ctx, w.home, office, bakery, made.ID, ""), offer.ErrNoWords)
		token := w.terms(offer.MemberPrice, func(t *offer.Terms) { t.Name, t.Rate = "两次", 950_000 })
		w.must(w.MakeOffer(ctx, w.home, office, "once", bakery, token))
		w.must(w.MakeOffer(ctx, w.home, office, "once", bakery, token))
		for n := range offer.RunningMax - 2 {
			token.Name = fmt.Sprintf("第 %d 个", n)
			w.must(w.MakeOffer(ctx, w.home, office, token.Name, bakery, token))
		}
		wants(t, "a thirteenth", w.MakeOffer(ctx, w.home, office, "13", bakery, token), offer.ErrTooMany)
	})
}

// TestOneOfManyGetsTheLastPlace: 256 checkouts want the same ten places and a budget
// that reaches for eight of them.
func TestOneOfManyGetsTheLastPlace(t *testing.T) {
	inTown(t, func(w *town) {
		made := w.offers("bakery", w.terms(offer.TimeLimited, func(t *offer.Terms) {
			t.Whom, t.Rate, t.Total, t.Budget = offer.Everybody, 900_000, 10, 49_00
		}))
		p := w.price("bakery", "", 60_00, offer.Wish{}, id.ID{})
		var got atomic.Int64
		var all sync.WaitGroup
		for n := range 256 {
			all.Go(func() {
				switch err := w.takeOffers(p, id.ID{0xC, byte(n)}); {
				case err == nil:
					got.Add(1)
				case !errors.Is(err, offer.ErrUsedUp):
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			stands, err := w.Offers.Stands(ctx, r, w.home, []*offer.Offer{made})
			if got.Load() != 8 || err == nil && (stands[0].Uses != 8 || stands[0].Saved != 48_00) {
				t.Errorf("%d got it; counted %d uses and %d fen", got.Load(), stands[0].Uses, stands[0].Saved)
			}
			return err
		}))
	})
}

func TestAWelcomeIsForTheFirstTimeAndAMerchantDayForItsShop(t *testing.T) {
	inTown(t, func(w *town) {
		w.offers("bakery", w.terms(offer.FirstTime, func(t *offer.Terms) { t.Steps, t.PerPerson = []offer.Step{{Off: 5_00}}, 1 }))
		w.offers("fruit", w.terms(offer.TimeLimited, func(t *offer.Terms) { t.Rate, t.When.Own = 900_000, true }))
		w.says("the first time", w.price("bakery", "anna", 60_00, offer.Wish{}, id.ID{}), "55.00 cash 55.00")
		_, err := w.buy("p1", "anna", "bakery", 60_00)
		w.must(err)
		w.deriveTrade(100)
		w.says("the second time", w.price("bakery", "anna", 60_00, offer.Wish{Coins: new(money.Amount)}, id.ID{}), "60.00 cash 60.00 | first_time: 第一次在这家店买才有")
		w.says("a day like any other", w.price("fruit", "ben", 60_00, offer.Wish{}, id.ID{}), "60.00 cash 60.00 | time_limited: 只在这家店的商家日有")
		w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error {
			_, err := w.Days.Set(ctx, tx, merchantday.Rule{Kind: merchantday.OfMerchants, Title: "水果日", OfferKind: merchantday.MemberPrice, Offer: "九折",
				Weekday: merchantday.Once, Every: 1, First: w.day(), Last: w.day(), Shops: []id.ID{w.shop("fruit").ID}}, w.day())
			return err
		}))
		w.says("its merchant day", w.price("fruit", "ben", 60_00, offer.Wish{}, id.ID{}), "54.00 cash 54.00")
		w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error {
			return w.Members.Change(ctx, tx, "ben", func(m *member.Member) error { m.Standing = member.Lapsed; return nil })
		}))
		w.says("lapsed", w.price("fruit", "ben", 60_00, offer.Wish{}, id.ID{}), "60.00 cash 60.00 | time_limited: 会员资格现在没有生效")
	})
}

func TestAVoucherIsHeldByOneCheckout(t *testing.T) {
	inTown(t, func(w *town) {
		w.issue("V1", "fruit", "bakery", "anna", 5_00)
		one, two := id.ID{0xC1}, id.ID{0xC2}
		p := w.price("bakery", "anna", 60_00, offer.Wish{}, one)
		w.says("proposed", p, "60.00 cash 55.00")
		hold := func(by id.ID, until time.Duration) error {
			return w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error {
				return w.Promotions.Hold(ctx, tx, p.Vouchers[0].ID, by, tx.Now.Add(until))
			})
		}
		with := func(by id.ID) func(*flow.Purchase) {
			return func(p *flow.Purchase) { p.Vouchers, p.Held, p.Checkout = []string{"V1"}, 55_00, by }
		}
		w.must(hold(one, 10*time.Minute))
		wants(t, "held by another", hold(two, 10*time.Minute), promotion.ErrVoucherHeld)
		w.says("seen by another", w.price("bakery", "anna", 60_00, offer.Wish{}, two), "60.00 cash 60.00 | fruit: 这张券正在另一单里用着")
		w.says("seen by its own", w.price("bakery", "anna", 60_00, offer.Wish{}, one), "60.00 cash 55.00")
		wants(t, "used by another", second(w.buy("p1", "anna", "bakery", 60_00, with(two))), promotion.ErrVoucherHeld)
		wants(t, "used at a till without a checkout", second(w.buy("p2", "anna", "bakery", 60_00, with(id.ID{}))), promotion.ErrVoucherHeld)
		w.free(one)
		w.must(hold(two, time.Minute))
		w.env.Clock.Advance(time.Minute)
		w.must(hold(one, time.Minute)) // the other hold is over
		_, err := w.buy("p3", "anna", "bakery", 60_00, with(one))
		w.must(err)
		w.says("used", w.price("bakery", "anna", 60_00, offer.Wish{Coins: new(money.Amount)}, id.ID{}), "60.00 cash 60.00")
		w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error { return w.Promotions.Free(ctx, tx, one) }))
		fresh := flow.New(w.env.DB)
		w.must(fresh.DB.Update(ctx, w.home, office, func(tx *db.Tx) error {
			held, err := fresh.Promotions.HeldBy(ctx, tx, p.Vouchers[0].ID, id.ID{})
			if held {
				t.Error("a freed hold stands in the table")
			}
			return err
		}))
	})
}

func TestABasketOfNothing(t *testing.T) {
	inTown(t, func(w *town) {
		m := w.shop("bakery")
		for list, want := range map[money.Amount]string{0: "offer.list_not_positive", -1: "offer.list_not_positive", 200_000_001: "settlement.amount_too_large"} {
			err := w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error { _, err := w.Price(ctx, tx, m, nil, list, offer.Wish{}, id.ID{}); return err })
			if f := fault.Of(err); f == nil || f.Code != want {
				t.Errorf("%d: %v, want %s", list, err, want)
			}
		}
	})
}
