package settlement

import (
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
)

func TestChooseClaim(t *testing.T) {
	p := policy.Trial2025()
	f := plain()
	f.Vouchers = []Voucher{{ID: id.ID{'v', 1}}, {ID: id.ID{'v', 2}}}
	made := func(n byte, ago time.Duration) Candidate {
		return Candidate{Claim: Claim{ID: id.ID{n}, Merchant: id.ID{'A', n}, MadeAt: f.PurchasedAt.Add(-ago)}}
	}
	by := func(c Candidate, voucher byte) Candidate { c.Voucher = id.ID{'v', voucher}; return c }
	owned := func(c Candidate, owner id.ID) Candidate { c.Owner = owner; return c }
	self := made(9, time.Hour)
	self.Merchant = f.Merchant.ID
	const hours = 720 * time.Hour

	for _, c := range []struct {
		name       string
		candidates []Candidate
		want       byte // 0: none
	}{
		{"there is none", nil, 0},
		{"the oldest", []Candidate{made(1, 2*time.Hour), made(2, 3*time.Hour), made(3, time.Hour)}, 2},
		{"of two made together the smaller id", []Candidate{made(5, time.Hour), made(4, time.Hour)}, 4},
		{"one microsecond before its end", []Candidate{made(1, hours-time.Microsecond)}, 1},
		{"at its end it is over", []Candidate{made(1, hours)}, 0},
		{"a till whose clock is slow", []Candidate{made(1, -time.Minute)}, 1},
		{"a voucher used here comes first", []Candidate{made(1, 9*time.Hour), by(made(2, time.Hour), 1)}, 2},
		{"of two used here the older", []Candidate{by(made(1, time.Hour), 1), by(made(2, 2*time.Hour), 2)}, 2},
		{"a voucher not used here has no precedence", []Candidate{made(1, 9*time.Hour), by(made(2, time.Hour), 7)}, 1},
		{"a voucher used here whose claim is over", []Candidate{made(1, time.Hour), by(made(2, hours), 1)}, 1},
		{"the shop does not send buyers to itself", []Candidate{self}, 0},
		{"the buyer owns the shop that claims", []Candidate{owned(made(1, time.Hour), f.Buyer.ID), owned(made(2, time.Minute), id.ID{77})}, 2},
	} {
		got, ok := ChooseClaim(&p, f, c.candidates)
		if ok != (c.want != 0) || got.ID != (id.ID{c.want}) {
			t.Errorf("%s: claim %d, want %d", c.name, got.ID[0], c.want)
		}
	}

	f.Buyer.Standing = Stranger
	if _, ok := ChooseClaim(&p, f, []Candidate{made(1, time.Hour)}); ok {
		t.Error("a buyer who is no member was sent by nobody")
	}
}
