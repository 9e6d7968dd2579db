package flow

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// coinRecords is what the time bank's records say of entries, as verify compares them
// (F2, F4–F7): every hour that moved is in a record, every record in the books, and what is
// set aside is what open holds say.
type coinRecords struct {
	says   map[int64]string              // of records that no entry was met for
	stored map[period.Month]money.Amount // of the month's budget
	spent  map[period.Month]money.Amount // as made again
	due    map[id.ID]money.Amount        // of assignments, as stored
	owed   map[id.ID]money.Amount        // as made again
	undone map[id.ID]coin.Undone
	held   map[id.ID]money.Amount        // of requests: what open holds say less what entries moved
	open   map[id.ID]money.Amount        // of requests: what open holds say
	shares map[id.ID]charter.GapReturned // of requests: what gives the last share back
	back   charter.ServiceReleased       // the last hold that was let go
	backAt int64                         // its entry
}

func (x *coinRecords) load(ctx context.Context, r db.Reader, p *replayer) (err error) {
	x.says, x.spent, x.owed = make(map[int64]string), make(map[period.Month]money.Amount), make(map[id.ID]money.Amount)
	x.held, x.shares = make(map[id.ID]money.Amount), make(map[id.ID]charter.GapReturned)
	coins := p.flows.Coins
	if err = coins.Records(ctx, r, p.community, func(seq int64, says string) { x.says[seq] = says }); err != nil {
		return err
	}
	if x.stored, err = coins.Budgets(ctx, r, p.community); err != nil {
		return err
	}
	if x.due, err = coins.Outstanding(ctx, r, p.community); err != nil {
		return err
	}
	if x.undone, err = coins.Undos(ctx, r, p.community); err != nil {
		return err
	}
	open, err := coins.OpenHolds(ctx, r, p.community)
	for _, h := range open {
		x.held[h.Request] += h.Left()
	}
	x.open = maps.Clone(x.held)
	maps.DeleteFunc(x.open, func(_ id.ID, v money.Amount) bool { return v == 0 })
	return err
}

// hoursMoved compares an entry of family T with the facts that the books before it give, and
// with the record that names it.
func (p *replayer) hoursMoved(e *ledger.Entry, rates *policy.Params, m charter.Move, before ledger.Books) {
	says, ours := p.coins.entry(p, e, rates, m, before)
	if !ours {
		return
	}
	expect(p, 0, "hours_record_differs", e.Seq, p.coins.says[e.Seq], says)
	delete(p.coins.says, e.Seq)
	p.coins.follow(e)
}

// follow keeps what entries move of what requests set aside.
func (x *coinRecords) follow(e *ledger.Entry) {
	for i := range e.Legs {
		l := &e.Legs[i]
		if l.To.Owner.Kind == party.Hold {
			x.held[l.To.Owner.ID] -= l.Amount
		}
		if l.From.Owner.Kind == party.Hold {
			x.held[l.From.Owner.ID] += l.Amount
		}
	}
}

// entry checks the facts of a move of hours and puts into words what its record must say;
// false if it is no such move.
func (x *coinRecords) entry(p *replayer, e *ledger.Entry, rates *policy.Params, m charter.Move, before ledger.Books) (says string, ours bool) {
	fact := func(want, got money.Amount) { expect(p, 7, "hours_facts_differ", e.Seq, want, got) }
	held := func(request id.ID) money.Amount {
		return before.Balance(ledger.In(party.Owner{Kind: party.Hold, ID: request}, ledger.Escrow, money.Coin))
	}
	switch m := m.(type) {
	case charter.ServiceHeld:
		owed := max(0, m.Coins-before.Balance(hoursOf(m.Member))) - before.Balance(owedHours(m.Member))
		// Who keeps a part of what she had set aside agreed to it before (Flows.keepHours).
		kept := x.backAt == e.Seq-1 && x.back.Request == m.Request && x.back.Member == m.Member && m.Coins <= x.back.Coins
		if owed > rates.SoftLimit && !kept {
			p.flaw(7, "soft_limit_passed", e.Seq, owedHours(m.Member).String(), fmt.Sprint(rates.SoftLimit), fmt.Sprint(owed))
		}
		return coin.Says("hold", m.Request, m.Member, int64(m.Part), m.Coins, 0), true
	case charter.ServicePaid:
		fact(held(m.Request), m.Held)
		return coin.Says("paid", m.Assignment, m.Request, int64(m.Minutes), m.Amount(), 0), true
	case charter.ServiceCancelled:
		fact(held(m.Request), m.Held)
		return coin.Says("cancelled", m.Assignment, m.Request, 0, m.Amount(rates), 0), true
	case charter.ServiceReleased:
		fact(held(m.Request), m.Coins+m.Pool)
		x.back, x.backAt = m, e.Seq
		return coin.Says("end", m.Request, m.Request, int64(m.Part), m.Coins, m.Pool), true
	case charter.GapShared:
		fact(held(m.Request), m.Held)
		x.ofPool(p, e, rates, m.Pool, m.Budget, m.Amount(rates), before)
		x.shares[m.Request] = charter.GapReturned{Request: m.Request, Share: m.Part, Member: m.Member, Coins: m.Back(rates), Pool: m.Amount(rates), Month: e.BookedOn.Month()}
		return coin.Says("share", m.Request, m.Request, int64(m.Part), m.Back(rates), m.Amount(rates)), true
	case charter.GapReturned:
		expect(p, 7, "hours_facts_differ", e.Seq, x.shares[m.Request], m)
		delete(x.shares, m.Request)
		x.spent[m.Month] -= m.Pool
		return coin.Says("share end", m.Request, m.Request, int64(m.Share), m.Coins, m.Pool), true
	case charter.BasicPaid:
		x.ofPool(p, e, rates, m.Pool, m.Budget, m.Amount(), before)
		return x.basic(p, e, m), true
	case charter.ServiceReversed:
		return coin.Says("undo", m.Assignment, m.Assignment, 0, m.Coins+m.Pool, m.Pool), true
	case charter.CancelledReversed:
		return coin.Says("undo", m.Assignment, m.Assignment, 0, m.Coins+m.Pool, m.Pool), true
	case charter.BasicReversed:
		return coin.Says("undo", m.Assignment, m.Assignment, 0, m.Coins, m.Coins), true
	case charter.OpeningCredit:
		return coin.Says("opening", m.Member, m.Member, 0, 0, 0), true
	}
	return x.given(p, e, rates, m, before)
}

// given is entry for what is given on, ordered and taken along.
func (x *coinRecords) given(p *replayer, e *ledger.Entry, rates *policy.Params, m charter.Move, before ledger.Books) (says string, ours bool) {
	fact := func(a ledger.Account, got money.Amount) {
		expect(p, 7, "hours_facts_differ", e.Seq, before.Balance(a), got)
	}
	switch m := m.(type) {
	case charter.HoursGiven:
		fact(hoursOf(m.From), m.Held)
		return coin.Says("gift", m.Gift, m.From, 0, m.Coins, 0), true
	case charter.HoursShared:
		fact(hoursOf(m.From), m.Held)
		return coin.Says("gift", m.Gift, m.From, 0, m.Coins, 0), true
	case charter.HoursGranted:
		fact(ledger.PoolCommon, m.Pot)
		return coin.Says("grant", m.Grant, m.Member, 0, m.Coins, 0), true
	case charter.HoursDonated:
		fact(coinsOfShop(m.Merchant), m.Held)
		return coin.Says("donation", m.Donation, m.Merchant, 0, m.Coins, 0), true
	case charter.HoursOrdered:
		common := money.Amount(0)
		if m.Common {
			common = 1
		}
		return coin.Says("order", m.Order, m.Org, int64(m.Premium), m.Coins, common), true
	case charter.HoursLapsed:
		fact(hoursOf(m.Member), m.Held)
		return coin.Says("lapse", m.Member, m.Member, int64(m.Month), m.Amount(rates), 0), true
	case charter.HoursSent:
		fact(hoursOf(m.Member), m.Held)
		return coin.Says("sent", m.Transfer, m.Member, 0, m.Amount(), 0), true
	case charter.HoursArrived:
		return coin.Says("arrived", m.Transfer, m.Member, 0, m.Coins, 0), true
	case charter.HoursUnclaimed:
		return coin.Says("arrived", m.Transfer, id.ID{}, 0, m.Coins, 0), true
	}
	return "", false
}

// ofPool checks what the pool and the month's budget had, and counts what they pay.
func (x *coinRecords) ofPool(p *replayer, e *ledger.Entry, rates *policy.Params, pool, budget, v money.Amount, before ledger.Books) {
	month := e.BookedOn.Month()
	expect(p, 7, "hours_facts_differ", e.Seq, before.Balance(ledger.PoolCoins), pool)
	expect(p, 7, "hours_facts_differ", e.Seq, max(0, rates.SubsidyBudget-x.spent[month]), budget)
	x.spent[month] += v
}

// basic follows what is due of a service that the pool pays.
func (x *coinRecords) basic(p *replayer, e *ledger.Entry, m charter.BasicPaid) string {
	if m.Later == 0 {
		x.owed[m.Assignment] = m.Coins - m.Amount()
		return coin.Says("paid", m.Assignment, m.Request, int64(m.Minutes), m.Amount(), m.Coins-m.Amount())
	}
	if cut := x.cut(m.Assignment); m.Coins == x.owed[m.Assignment]-cut { // the dispute came before this payment
		x.owed[m.Assignment] -= cut
		delete(x.undone, m.Assignment)
	}
	expect(p, 7, "hours_facts_differ", e.Seq, x.owed[m.Assignment], m.Coins)
	x.owed[m.Assignment] -= m.Amount()
	return "" // a payment of what was due names no record: the sum is compared
}

// cut is what a dispute took of what was still due for an assignment, as far as that is not
// counted yet. Where it took nothing else, no entry says when that was.
func (x *coinRecords) cut(assignment id.ID) money.Amount {
	u := x.undone[assignment]
	return min(x.owed[assignment], u.Whole-u.Coins)
}

// lostHours looks for what records say and no entry does, and compares the month's budgets,
// what is due, and what is set aside.
func (p *replayer) lostHours() {
	x := &p.coins
	for _, seq := range slices.Sorted(maps.Keys(x.says)) {
		p.flaw(0, "hours_of_no_entry", seq, "", x.says[seq], "")
	}
	for at := range x.undone {
		x.owed[at] -= x.cut(at)
	}
	maps.DeleteFunc(x.owed, func(_ id.ID, v money.Amount) bool { return v == 0 })
	if !maps.Equal(x.owed, x.due) {
		p.flaw(0, "hours_due_differ", -1, "", fmt.Sprint(total(x.owed)), fmt.Sprint(total(x.due)))
	}
	maps.DeleteFunc(x.stored, func(_ period.Month, v money.Amount) bool { return v == 0 })
	maps.DeleteFunc(x.spent, func(_ period.Month, v money.Amount) bool { return v == 0 })
	if !maps.Equal(x.spent, x.stored) {
		p.flaw(0, "hours_budget_differs", -1, "", fmt.Sprint(total(x.spent)), fmt.Sprint(total(x.stored)))
	}
	for request, off := range x.held {
		if off != 0 {
			p.flaw(0, "hours_held_differ", -1, party.Owner{Kind: party.Hold, ID: request}.String()+"/escrow", "0", fmt.Sprint(off))
		}
	}
}

func total[K comparable](all map[K]money.Amount) (sum money.Amount) {
	for _, v := range all {
		sum += v
	}
	return sum
}
