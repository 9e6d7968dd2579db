package flow

import (
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
)

// Beginnings of the keys of entries that reconciliation posts.
const (
	feeKey        = "~fee:"
	differenceKey = "~difference:"
)

// bill compares an entry with the record of reconciliation that booked it.
func (p *replayer) bill(e *ledger.Entry) {
	booked, ok := p.billed[e.Seq]
	if !ok && !strings.HasPrefix(e.Key, feeKey) && !strings.HasPrefix(e.Key, differenceKey) {
		return
	}
	var sum money.Amount
	for _, l := range e.Legs {
		sum += l.Amount
	}
	expect(p, 0, "bill_differs", e.Seq, money.Amount(max(booked, -booked)), sum)
	delete(p.billed, e.Seq)
}

// lostBills are records of reconciliation whose entry is not in the books.
func (p *replayer) lostBills() {
	for seq, booked := range p.billed {
		p.flaw(0, "bill_differs", seq, "", money.Amount(max(booked, -booked)).Decimal(money.CNY), "")
	}
}
