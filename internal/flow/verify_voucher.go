package flow

import (
	"fmt"

	"gongyi/internal/module/promotion"
)

// revoke meets the vouchers that a wholly refunded purchase had brought: one that was
// not used, and had not lapsed, was taken back by this very refund.
func (p *replayer) revoke(purchase, refund int64) {
	for _, v := range p.uses.Brought[purchase] {
		n := p.events[v.ID]
		if n%2 == 1 || v.Lapsed || n > 0 && p.next(v.ID, n-1).What == "revoked" { // used; over; gone already
			continue
		}
		p.meet(v.ID, promotion.Event{Seq: refund, What: "revoked"})
	}
}

// compareVouchers counts once more, from the vouchers themselves, how far series are
// given and what the platform has promised of each month.
func (p *replayer) compareVouchers() {
	counts := make(map[any]int64)
	months := p.bundled.promised
	for _, v := range p.uses.Vouchers {
		if v.Promised > 0 && !v.Gone && !v.Lapsed {
			months[v.PromisedIn] += v.Promised
		}
		if v.Series == nil {
			continue
		}
		s := v.Series.ID
		counts[countOf{s.String(), "granted"}]++
		if !v.Gone {
			counts[promotion.PersonCount{Series: s, Member: v.Member}]++
		}
		switch {
		case v.Gone:
			counts[countOf{s.String(), "revoked"}]++
		case v.Lapsed:
			counts[countOf{s.String(), "lapsed"}]++
		}
		if v.Amount != v.Series.Face || v.Issuer != v.Series.Shop || v.Promised != v.Series.Promise() {
			p.flaw(0, "series_voucher_differs", -1, "", fmt.Sprint(v.Series.Face, " ", v.Series.Promise()), fmt.Sprint(v.Ref, " ", v.Amount, " ", v.Promised))
		}
	}
	for s, c := range p.counted.Series {
		counts[countOf{s.String(), "granted"}] -= c.Granted
		counts[countOf{s.String(), "revoked"}] -= c.Revoked
		counts[countOf{s.String(), "lapsed"}] -= c.Lapsed
	}
	for k, n := range p.counted.Persons {
		if k.Day == 0 {
			counts[k] -= n
		}
	}
	for k, off := range counts {
		if off != 0 {
			p.flaw(0, "series_count_differs", -1, "", fmt.Sprint(k), fmt.Sprint(-off))
		}
	}
	for m, promised := range p.counted.Months {
		months[m] -= promised
	}
	for m, off := range months {
		if off != 0 {
			p.flaw(0, "month_promise_differs", -1, "", m.String(), fmt.Sprint(-off))
		}
	}
}

// countOf is one of the counts of a series.
type countOf struct{ series, what string }
