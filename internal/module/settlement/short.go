package settlement

import (
	"slices"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
)

// Short accounts (settlement.md): the legs of an entry are first made as if
// every account had enough. Floors are then checked on the finished entry, and
// where one would be passed another account stands in:
//
//   - a shop or a person goes into OWNER/owed of the same asset;
//   - a public fund never owes: platform/commission pays for it.
//
// The other way round, what an owner who owes is credited pays the debt first.
// So after an entry an account that it touched holds something only if its owner
// owes nothing.

// standIn is the account that pays when a would pass its floor; false if a has
// no floor that a settlement could reach.
func standIn(a ledger.Account) (ledger.Account, bool) {
	switch a.Owner.Kind {
	case party.Fund:
		return ledger.PlatformCommission, true
	case party.Merchant, party.Member:
		return ledger.In(a.Owner, ledger.Owed, a.Asset), a.Purpose != ledger.Owed
	}
	return ledger.Account{}, false
}

// cover lets other accounts stand in for those that are short, lets credits pay
// debts, and leaves out legs that move nothing: of zero, or from an account to
// itself. It returns the legs to post.
func (s *Scratch) cover(b Balances) []ledger.Leg {
	s.findFloored()
	for _, a := range s.floored {
		other, _ := standIn(a)
		switch d := change(s.posted, a); {
		case d < 0:
			s.takeFrom(a, other, -(b.Balance(a) + d))
		case d > 0 && other.Purpose == ledger.Owed:
			s.giveTo(a, other, min(d, -b.Balance(other)))
		}
	}
	s.posted = slices.DeleteFunc(s.posted, func(l ledger.Leg) bool {
		return l.Amount == 0 || l.From == l.To
	})
	return s.posted
}

// findFloored lists the accounts of the legs that have a floor, in order of
// appearance, so that every run treats them alike.
func (s *Scratch) findFloored() {
	s.floored = s.floored[:0]
	for i := range s.posted {
		for _, a := range [...]*ledger.Account{&s.posted[i].From, &s.posted[i].To} {
			if _, has := standIn(*a); has && !slices.Contains(s.floored, *a) {
				s.floored = append(s.floored, *a)
			}
		}
	}
}

// change is what the legs do to an account in all.
func change(legs []ledger.Leg, a ledger.Account) (d money.Amount) {
	for i := range legs {
		if legs[i].To == a {
			d += legs[i].Amount
		}
		if legs[i].From == a {
			d -= legs[i].Amount
		}
	}
	return d
}

// takeFrom lets other pay the missing amount in the last legs that debit a.
func (s *Scratch) takeFrom(a, other ledger.Account, missing money.Amount) {
	for i := len(s.posted) - 1; i >= 0 && missing > 0; i-- {
		leg := &s.posted[i]
		if leg.From != a || leg.To == a {
			continue
		}
		part := min(missing, leg.Amount)
		missing -= part
		if part == leg.Amount {
			leg.From = other
			continue
		}
		rest := *leg
		rest.From, rest.Amount = other, part
		leg.Amount -= part
		s.posted = slices.Insert(s.posted, i+1, rest)
	}
}

// giveTo lets the first legs that credit a pay other first, up to the amount.
func (s *Scratch) giveTo(a, other ledger.Account, debt money.Amount) {
	for i := 0; i < len(s.posted) && debt > 0; i++ {
		leg := &s.posted[i]
		if leg.To != a || leg.From == a {
			continue
		}
		part := min(debt, leg.Amount)
		debt -= part
		if part == leg.Amount {
			leg.To = other
			continue
		}
		first := *leg
		first.To, first.Amount = other, part
		leg.Amount -= part
		s.posted = slices.Insert(s.posted, i, first)
	}
}

// Cover is what short accounts make of legs that no purchase made: a fee, a reward,
// a penalty (docs/rules-charter.md). The legs are not changed.
func Cover(legs []ledger.Leg, b Balances) []ledger.Leg {
	s := Scratch{posted: slices.Clone(legs)}
	return s.cover(b)
}
