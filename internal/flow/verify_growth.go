package flow

import (
	"fmt"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/ledger"
)

// kept follows what the platform kept in each month, and how many directors were paid
// of it.
type kept struct {
	trade map[period.Month]money.Amount // by booked day, without membership fees (M-05)
	paid  map[period.Month]int          // directors, so far
	noted map[period.Month]growth.Dividend
}

// resultOf is what a leg adds to the result of its month.
func resultOf(l ledger.Leg) (sum money.Amount) {
	if l.Rule == dividendRule {
		return 0
	}
	for _, a := range earningAccounts {
		switch {
		case a == ledger.PlatformFees:
		case l.To == a:
			sum += l.Amount
		case l.From == a:
			sum -= l.Amount
		}
	}
	return sum
}

var earningAccounts = EarningAccounts()

// keep adds an entry to the result of its month.
func (p *replayer) keep(e *ledger.Entry) {
	for _, l := range e.Legs {
		if v := resultOf(l); v != 0 {
			p.kept.trade[e.BookedOn.Month()] += v
		}
	}
}

// shared compares a dividend with the books before it: the result of its month, and
// that every director stands in one entry of it, once.
func (p *replayer) shared(e *ledger.Entry, d charter.Dividend) {
	expect(p, 7, "dividend_result_differs", e.Seq, p.kept.trade[d.Month], d.Result)
	expect(p, 7, "dividend_twice", e.Seq, p.kept.paid[d.Month], d.First)
	p.kept.paid[d.Month] += len(d.Directors)
	noted := p.kept.noted[d.Month]
	expect(p, 0, "dividend_differs", e.Seq, fmt.Sprint(noted.ID, " ", len(noted.Shares)), fmt.Sprint(d.Dividend, " ", d.Of))
	for i, who := range d.Directors {
		if at := d.First + i; at < len(noted.Shares) {
			expect(p, 0, "dividend_differs", e.Seq, noted.Shares[at].Member, who)
		}
	}
}

// lostDividends are months whose entries are not in the books.
func (p *replayer) lostDividends() {
	for month, d := range p.kept.noted {
		if got := p.kept.paid[month]; got != len(d.Shares) {
			p.flaw(0, "dividend_differs", d.First, "", fmt.Sprint(len(d.Shares)), fmt.Sprint(got))
		}
	}
}
