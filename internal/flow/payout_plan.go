package flow

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// PlanPayout is what a batch would be now: who is paid how much, who is not and why
// (D5). by is who prepares it; what would pay her or her household is left out.
func (f *Flows) PlanPayout(ctx context.Context, community, by id.ID, kind payout.Kind, cutoff period.Day) (b payout.Batch, err error) {
	defer fault.Wrap(&err, "plan a payout")
	own, err := f.interests(ctx, community, by)
	if err != nil {
		return b, err
	}
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		b = payout.Batch{Kind: kind, Cutoff: cutoff}
		p, err := f.payoutPlanner(ctx, r, community, kind)
		if err != nil {
			return err
		}
		if b.Through, err = p.through(ctx, cutoff); err != nil {
			return err
		}
		if err := p.each(ctx, &b, own); err != nil {
			return err
		}
		slices.SortStableFunc(b.Items, func(x, y payout.Item) int { return cmp.Compare(x.Since, y.Since) }) // who waited longest first
		for n := payout.MaxItems; n < len(b.Items); n++ {
			b.Left = append(b.Left, payout.Left{Payee: b.Items[n].Payee, Held: b.Items[n].Held, Why: payout.NoRoom})
		}
		b.Items = b.Items[:min(len(b.Items), payout.MaxItems)]
		return nil
	})
	return b, err
}

// payoutPlanner computes what can be paid out of one consistent state.
type payoutPlanner struct {
	*Flows
	r         db.Reader
	community id.ID
	kind      payout.Kind
	rules     *policy.Params
	today     period.Day
	zone      *time.Location
}

func (f *Flows) payoutPlanner(ctx context.Context, r db.Reader, community id.ID, kind payout.Kind) (*payoutPlanner, error) {
	if !kind.Known() {
		return nil, payout.ErrBadKind.On("kind")
	}
	rules, zone, err := f.rulesAt(ctx, r, community)
	if err != nil {
		return nil, err
	}
	return &payoutPlanner{Flows: f, r: r, community: community, kind: kind, rules: rules, today: period.DayOf(f.DB.Clock().Now(), zone), zone: zone}, nil
}

// hold is how many days of a kind are held back.
func (p *payoutPlanner) hold() period.Day {
	if p.kind == payout.People {
		return period.Day(p.rules.RewardHoldDays)
	}
	return period.Day(p.rules.PayoutHoldDays)
}

// through is the last day that a cut-off reaches. It is closed, so that nothing more
// can be booked on it.
func (p *payoutPlanner) through(ctx context.Context, cutoff period.Day) (period.Day, error) {
	if cutoff > p.today {
		return 0, payout.ErrBadDay.On("cutoff")
	}
	day := cutoff - p.hold()
	last, ok, err := p.Ledger.LastClosing(ctx, p.r, p.community)
	if err == nil && (!ok || last.Day < day) {
		err = payout.ErrDayOpen.On("cutoff").With("day", day.String())
	}
	return day, err
}

// account is where a payee's money stands.
func (p *payoutPlanner) account(payee id.ID) ledger.Account { return payeeAccount(p.kind, payee) }

func payeeAccount(kind payout.Kind, payee id.ID) ledger.Account {
	switch kind {
	case payout.Shops:
		return ledger.Of(party.Owner{Kind: party.Merchant, ID: payee}, ledger.Payable)
	case payout.People:
		return ledger.Of(party.Owner{Kind: party.Member, ID: payee}, ledger.Rewards)
	}
	return ledger.PlatformTill
}

// each goes through everybody who is owed something.
func (p *payoutPlanner) each(ctx context.Context, b *payout.Batch, own interests) error {
	if p.kind == payout.Income {
		return p.income(ctx, b)
	}
	holder := map[payout.Kind]party.Kind{payout.Shops: party.Merchant, payout.People: party.Member}[p.kind]
	all, err := p.Ledger.HoldingsAbove(ctx, p.r, p.community, holder, p.account(id.ID{}).Purpose, money.CNY, 1)
	if err != nil {
		return err
	}
	shops, err := p.shops(ctx)
	if err != nil {
		return err
	}
	accounts, err := p.paidInto(ctx, p.r, p.community, p.kind, (b.Through + 1).Start(p.zone))
	if err != nil {
		return err
	}
	for _, h := range all {
		payee := h.Account.Owner.ID
		item := payout.Item{Payee: payee, Held: h.Balance}
		if item.Amount, err = p.eligible(ctx, payee, h.Balance, b.Through); err != nil {
			return err
		}
		why, err := p.stops(ctx, &item, shops[payee], accounts[payee], own)
		if err != nil {
			return err
		}
		if why != "" {
			b.Left = append(b.Left, payout.Left{Payee: payee, Held: h.Balance, Why: why})
			continue
		}
		if item.Since, err = p.since(ctx, payee, b.Through); err != nil {
			return err
		}
		b.Items = append(b.Items, item)
	}
	return nil
}

func (p *payoutPlanner) shops(ctx context.Context) (map[id.ID]*merchant.Merchant, error) {
	if p.kind != payout.Shops {
		return nil, nil
	}
	all, err := p.Merchants.List(ctx, p.r, p.community)
	by := make(map[id.ID]*merchant.Merchant, len(all))
	for _, m := range all {
		by[m.ID] = m
	}
	return by, err
}

// eligible is what a payee may be paid of what she holds: not what came in after a day.
func (p *payoutPlanner) eligible(ctx context.Context, payee id.ID, held money.Amount, through period.Day) (money.Amount, error) {
	account, fresh := p.account(payee), money.Amount(0)
	complete, err := p.Ledger.Concerning(ctx, p.r, p.community, payee, through+1, lastDay, spending, func(e *ledger.Entry) (bool, error) {
		var change money.Amount
		for _, l := range e.Legs {
			switch {
			case l.Rule.Family == charter.Outgoing: // what came back was old already
			case l.To == account:
				change += l.Amount
			case l.From == account:
				change -= l.Amount
			}
		}
		fresh += max(0, change)
		return true, nil
	})
	if err == nil && !complete {
		err = payout.ErrBooksBehind
	}
	return max(0, held-fresh), err
}

// stops is the first reason why an item is not paid, "" if there is none. It fills in
// where it is paid to.
func (p *payoutPlanner) stops(ctx context.Context, i *payout.Item, shop *merchant.Merchant, to *payout.Account, own interests) (payout.Reason, error) {
	owed, err := p.owed(ctx, i.Payee)
	if err != nil {
		return "", err
	}
	if p.kind == payout.Shops && (shop == nil || shop.Status != merchant.Active) {
		d, err := p.Payouts.DecisionFor(ctx, p.r, p.community, i.Payee)
		if err != nil {
			return "", err
		}
		if d == nil {
			return payout.Suspended, nil
		}
		i.Decision = d.ID
	}
	switch {
	case i.Amount == 0:
		return payout.TooFresh, nil
	case i.Amount < p.rules.PayoutMin:
		return payout.TooSmall, nil
	case owed > p.rules.OwedLimit:
		return payout.Owes, nil
	case to == nil || to.Number == "":
		return payout.NoAccount, nil
	case own[i.Payee]:
		return payout.OwnMatter, nil
	}
	i.Account = to.ID
	return "", nil
}

// owed is what a payee owes in money and in entitlement at its face.
func (p *payoutPlanner) owed(ctx context.Context, payee id.ID) (sum money.Amount, err error) {
	owner := p.account(payee).Owner
	for _, asset := range []money.Asset{money.CNY, money.Coin} {
		h, err := p.Ledger.Holding(ctx, p.r, p.community, ledger.In(owner, ledger.Owed, asset))
		if err != nil {
			return 0, err
		}
		sum -= h.Balance
	}
	return sum, nil
}

// since is the first day that an item is about.
func (p *payoutPlanner) since(ctx context.Context, payee id.ID, through period.Day) (period.Day, error) {
	last, ok, err := p.Payouts.LastThrough(ctx, p.r, p.community, p.kind, payee)
	if err != nil || ok {
		return min(last+1, through), err
	}
	days, err := p.Ledger.DaysConcerning(ctx, p.r, p.community, payee)
	if err != nil || len(days) == 0 {
		return through, err
	}
	return min(slices.Min(days), through), nil
}

// income is the one item of the platform's own money: what it earned by the last day
// and does not hold itself yet, less fees that it may have to give back.
func (p *payoutPlanner) income(ctx context.Context, b *payout.Batch) error {
	own, err := p.ownIncome(ctx, b.Through)
	if err != nil {
		return err
	}
	to, err := p.Payouts.IncomeAccount(ctx, p.r, p.community)
	if err != nil {
		return err
	}
	item := payout.Item{Held: own, Amount: own, Since: b.Through}
	if last, ok, err := p.Payouts.LastThrough(ctx, p.r, p.community, payout.Income, id.ID{}); err != nil {
		return err
	} else if ok {
		item.Since = min(last+1, b.Through)
	}
	switch {
	case own < p.rules.PayoutMin:
		b.Left = append(b.Left, payout.Left{Held: own, Why: payout.TooSmall})
	case to == nil:
		b.Left = append(b.Left, payout.Left{Held: own, Why: payout.NoAccount})
	default:
		item.Account = to.ID
		b.Items = append(b.Items, item)
	}
	return nil
}

// ownIncome is what the platform may withdraw, never less than nothing.
func (p *payoutPlanner) ownIncome(ctx context.Context, through period.Day) (money.Amount, error) {
	end := (through + 1).Start(p.zone).Add(-1)
	var then, now money.Amount
	for _, a := range append(EarningAccounts(), ledger.PlatformTill) {
		h, err := p.Ledger.Holding(ctx, p.r, p.community, a)
		if err != nil {
			return 0, err
		}
		now += h.Balance
		old, err := p.Ledger.BalanceAsOf(ctx, p.r, p.community, a, end)
		if err != nil {
			return 0, err
		}
		if a == ledger.PlatformTill { // what was withdrawn meanwhile is gone
			old = min(old, h.Balance)
		}
		then += old
	}
	terms, err := p.Prepaid(ctx, p.r, p.community)
	if err != nil {
		return 0, err
	}
	var unearned money.Amount
	for _, t := range terms {
		unearned += t.Held(p.today)
	}
	return max(0, min(then, now)-unearned), nil
}
