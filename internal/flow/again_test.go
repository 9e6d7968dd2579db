package flow_test

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
)

// A shop that gets no answer asks again under the same reference: the voucher is
// given once, and so is the claim that is made with it.
func TestTheSameVoucherAgain(t *testing.T) {
	inTown(t, func(w *town) {
		v := flow.VoucherIssue{Ref: "V1", Issuer: "fruit", Target: "bakery", Member: "anna", Amount: 5_00, ExpiresAt: w.env.Clock.Now().Add(24 * time.Hour)}
		first, err := w.IssueVoucher(ctx, w.home, db.System, v)
		w.must(err)
		w.env.Clock.Advance(48 * time.Hour) // it could not be given today
		again, err := w.IssueVoucher(ctx, w.home, db.System, v)
		w.must(err)
		if again.ID != first.ID || again.Claim != first.Claim {
			t.Errorf("given again as %+v, was %+v", again, first)
		}
		v.Amount++
		if _, err := w.IssueVoucher(ctx, w.home, db.System, v); !errors.Is(err, promotion.ErrVoucherExists) {
			t.Errorf("another voucher under the same code: %v", err)
		}
		w.claims(1)
	})
}

func TestTheSameRecommendationAgain(t *testing.T) {
	inTown(t, func(w *town) {
		r := flow.Recommendation{Ref: "w1", Recommender: "fruit", Member: "anna", Target: "bakery"}
		first, err := w.Recommend(ctx, w.home, db.System, r)
		w.must(err)
		w.env.Clock.Advance(time.Hour)
		again, err := w.Recommend(ctx, w.home, db.System, r)
		w.must(err)
		if again != first {
			t.Errorf("recorded again as %+v, was %+v", again, first)
		}
		r.Target = "first"
		if _, err := w.Recommend(ctx, w.home, db.System, r); !errors.Is(err, promotion.ErrRecommendationExists) {
			t.Errorf("another recommendation under the same reference: %v", err)
		}
		w.claims(1)
	})
}

// claims counts the claims that were made at home.
func (w *town) claims(want int) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		uses, err := w.Promotions.Uses(ctx, r, w.home)
		if len(uses.Claims) != want {
			w.t.Errorf("%d claims, want %d", len(uses.Claims), want)
		}
		return err
	}))
}

// The shop where a voucher is good may bear a share of it: that share is its
// promotion cost and stays within its own account (settlement.md, "Merchant's net").
func TestTheSellingShopSharesAVoucher(t *testing.T) {
	inTown(t, func(w *town) {
		_, err := w.buy("p0", "", "fruit", 10_00) // something to share with
		w.must(err)
		_, err = w.IssueVoucher(ctx, w.home, db.System, flow.VoucherIssue{Ref: "V1", Issuer: "fruit", Target: "bakery", Member: "anna", Amount: 5_00,
			Sharers: []string{"fruit", "bakery"}, ExpiresAt: w.env.Clock.Now().Add(24 * time.Hour)})
		w.must(err)
		_, err = w.buy("p1", "anna", "bakery", 60_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{"V1"}, 55_00 })
		w.must(err)
		books := w.books()
		// 55.00 held + 1.00 of the platform + 2.00 of fruit − 1.80 commission − 3.00 to fruit, which sent her.
		if got := books["merchant:bakery/payable CNY"]; got != "53.20" {
			t.Errorf("bakery will be paid %s, want 53.20", got)
		}
		// 9.70 of its own sale − 2.00 + 3.00.
		if got := books["merchant:fruit/payable CNY"]; got != "10.70" {
			t.Errorf("fruit will be paid %s, want 10.70", got)
		}
	})
}

func TestAVoucherNamesEachSharerOnce(t *testing.T) {
	inTown(t, func(w *town) {
		_, err := w.IssueVoucher(ctx, w.home, db.System, flow.VoucherIssue{Ref: "V1", Issuer: "fruit", Target: "bakery", Member: "anna", Amount: 5_00,
			Sharers: []string{"fruit", "fruit"}, ExpiresAt: w.env.Clock.Now().Add(24 * time.Hour)})
		if !errors.Is(err, promotion.ErrBadVoucher) {
			t.Errorf("%v, want that nobody could use it", err)
		}
	})
}

// A proposal that got no answer and is made again is one version, and one entry
// in the evidence.
func TestTheSameProposalAgain(t *testing.T) {
	inTown(t, func(w *town) {
		p := flow.Trial()
		p.Code, p.EffectiveFrom, p.Params.StandardRate = "spring", w.env.Clock.Now().Add(time.Hour), 25_000
		first, err := w.Propose(ctx, w.home, db.System, p)
		w.must(err)
		w.env.Clock.Advance(2 * time.Hour) // by now it could not begin then
		again, err := w.Propose(ctx, w.home, db.System, p)
		w.must(err)
		if again.Number != first.Number || w.versions(w.home) != 2 {
			t.Errorf("version %d and again %d, %d versions in all", first.Number, again.Number, w.versions(w.home))
		}
		p.Params.StandardRate++
		if _, err := w.Propose(ctx, w.home, db.System, p); !errors.Is(err, policy.ErrCodeTaken) {
			t.Errorf("other numbers under the same code: %v", err)
		}
	})
}

func (w *town) versions(community id.ID) (n int) {
	w.t.Helper()
	w.must(w.DB.View(ctx, community, func(r db.Reader) error {
		all, err := w.Policies.List(ctx, r, community)
		n = len(all)
		return err
	}))
	return n
}
