package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// HoursBooks are the hours of a community as its books have them: what is outstanding,
// what stands behind it, where it lies, and what the pool got and gave (F7). All of it is
// derived from the books.
type HoursBooks struct {
	Standing
	Outstanding, Backing money.Amount
	Pool, Pot            money.Amount
	People, Shops, Held  money.Amount // what residents have, what shops have, what is set aside
	Owed                 money.Amount // by residents, in hours
	Due                  money.Amount // that the pool owes helpers
	DueTo                int
	Budget, Spent        money.Amount // of the pool, this month
	Moved                money.Amount // hours used, given and served with in the last 90 days
	Ages                 [len(ageEdges) + 1]money.Amount
	Months               []HoursMonth // the oldest first
	Flows                []HoursFlow  // of the pool and the pot, by month and rule
}

// HoursMonth is how a month ended.
type HoursMonth struct {
	Month                period.Month
	Outstanding, Backing money.Amount
}

// HoursFlow is what a rule moved in a month into the pool or the pot, or out of them.
type HoursFlow struct {
	Month   period.Month
	Rule    ledger.Rule
	Common  bool // of the pot
	In, Out money.Amount
	Entries int64
}

// ageEdges are the days after which hours count as older.
var ageEdges = [...]period.Day{30, 90, 180, 365}

// moveDays is how far back the velocity looks.
const moveDays period.Day = 90

// Coverage is backing ÷ outstanding; false while nothing is outstanding.
func (b *HoursBooks) Coverage() (money.Rate, bool) {
	if b.Outstanding <= 0 {
		return 0, false
	}
	return money.Rate(money.MulDiv(min(b.Backing, 10*b.Outstanding), money.Amount(money.One), b.Outstanding)), true
}

// Short reports whether the coverage is under the policy's warning.
func (b *HoursBooks) Short() bool {
	c, some := b.Coverage()
	return some && c < b.Rules.BackingWarn
}

// Throttled is the share that purchases still give back of what they would (S-07).
func (b *HoursBooks) Throttled() money.Rate {
	floor := b.Rules.BackingFloor
	c, some := b.Coverage()
	if floor == 0 || !some {
		return money.One
	}
	return min(money.One, max(0, money.Rate(money.MulDiv(money.Amount(2*c), money.Amount(money.One), money.Amount(floor)))-money.One))
}

// HoursAhead is what may be outstanding, and stand behind it, some days from now.
type HoursAhead struct {
	Days              int
	Low, Middle, High money.Amount // outstanding
	Backing           money.Amount
}

// forecastMonths is how far ahead, and back, the forecast looks.
const forecastMonths = 3

// Forecast continues the last months: their mean change goes on; the band is the least and
// the greatest change that one of them had. Empty before there are as many whole months.
func (b *HoursBooks) Forecast() (ahead []HoursAhead) {
	n := len(b.Months)
	if n <= forecastMonths {
		return nil
	}
	last := b.Months[n-1-forecastMonths:]
	low, high := last[1].Outstanding-last[0].Outstanding, last[1].Outstanding-last[0].Outstanding
	for i := 1; i < len(last); i++ {
		d := last[i].Outstanding - last[i-1].Outstanding
		low, high = min(low, d), max(high, d)
	}
	mean := (last[forecastMonths].Outstanding - last[0].Outstanding) / forecastMonths
	backing := (last[forecastMonths].Backing - last[0].Backing) / forecastMonths
	for i := range money.Amount(forecastMonths) {
		k := i + 1
		ahead = append(ahead, HoursAhead{
			Days: int(k) * 30, Low: max(0, b.Outstanding+k*low), Middle: max(0, b.Outstanding+k*mean), High: max(0, b.Outstanding+k*high), Backing: max(0, b.Backing+k*backing),
		})
	}
	return ahead
}

// HoursBooksOf reads them.
func (f *Flows) HoursBooksOf(ctx context.Context, community id.ID) (b HoursBooks, err error) {
	defer fault.Wrap(&err, "hours of a community")
	if b.Standing, err = f.StandingIn(ctx, community); err != nil {
		return b, err
	}
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		all, err := f.Ledger.Holdings(ctx, r, community)
		if err != nil {
			return err
		}
		held := b.sum(all)
		if err := f.ages(ctx, r, community, &b, held); err != nil {
			return err
		}
		flows, err := f.Ledger.FlowsByDay(ctx, r, community, 0, b.Today)
		if err != nil {
			return err
		}
		b.follow(flows)
		if b.Due, b.DueTo, err = f.Coins.DueInAll(ctx, r, community); err != nil {
			return err
		}
		b.Budget = b.Rules.SubsidyBudget
		b.Spent, err = f.Coins.Spent(ctx, r, community, b.Today.Month())
		return err
	})
	return b, err
}

// sum adds up where hours lie, and lists what each member has.
func (b *HoursBooks) sum(all []ledger.Holding) map[id.ID]money.Amount {
	members := make(map[id.ID]money.Amount)
	for _, h := range all {
		switch a := h.Account; {
		case a == ledger.CoinIssue:
			b.Outstanding = -h.Balance
		case a == ledger.CoinBacking:
			b.Backing = h.Balance
		case a == ledger.PoolCoins:
			b.Pool = h.Balance
		case a == ledger.PoolCommon:
			b.Pot = h.Balance
		case a.Asset != money.Coin:
		case a.Owner.Kind == party.Hold:
			b.Held += h.Balance
		case a.Purpose == ledger.Owed:
			b.Owed -= h.Balance
		case a.Owner.Kind == party.Merchant:
			b.Shops += h.Balance
		case a.Owner.Kind == party.Member && h.Balance > 0:
			b.People += h.Balance
			members[a.Owner.ID] = h.Balance
		}
	}
	return members
}

// ages sorts what members hold by how long ago it came in, the oldest used first: of a
// balance, what came in since a day is younger than that day.
func (f *Flows) ages(ctx context.Context, r db.Reader, community id.ID, b *HoursBooks, held map[id.ID]money.Amount) error {
	var younger money.Amount // than the edge
	for i, edge := range ageEdges {
		turned, err := f.Ledger.Turnovers(ctx, r, community, b.Today-edge+1, b.Today)
		if err != nil {
			return err
		}
		var sum money.Amount
		for _, t := range turned {
			if t.Account.Owner.Kind == party.Member && t.Account.Purpose == ledger.Coins {
				sum += min(t.In, held[t.Account.Owner.ID])
			}
		}
		b.Ages[i], younger = sum-younger, sum
	}
	b.Ages[len(ageEdges)] = b.People - younger
	return nil
}

// follow makes the months and what the pool got and gave of the flows by day.
func (b *HoursBooks) follow(flows []ledger.DayFlow) {
	for _, d := range flows {
		if d.From != "coin/issue" && d.To != "coin/issue" && d.From != "coin/backing" && d.To != "coin/backing" && d.Asset != money.Coin {
			continue
		}
		month := d.Day.Month()
		if n := len(b.Months); n == 0 {
			b.Months = append(b.Months, HoursMonth{Month: month})
		}
		for last := b.Months[len(b.Months)-1]; last.Month < month; last = b.Months[len(b.Months)-1] {
			last.Month++
			b.Months = append(b.Months, last)
		}
		m := &b.Months[len(b.Months)-1]
		m.Outstanding += signed(d, "coin/issue", -1)
		m.Backing += signed(d, "coin/backing", 1)
		if d.Day > b.Today-moveDays && used(d) {
			b.Moved += d.Amount
		}
		b.pooled(d)
	}
}

// signed is what a flow did to an account, times a sign.
func signed(d ledger.DayFlow, account string, sign money.Amount) money.Amount {
	switch account {
	case d.To:
		return sign * d.Amount
	case d.From:
		return -sign * d.Amount
	}
	return 0
}

// used reports whether hours did in a flow what they are for: a service or a purchase was
// paid with them, or a neighbour got them.
func used(d ledger.DayFlow) bool {
	switch d.Rule {
	case ledger.R('S', 2), ledger.R('T', 2), ledger.R('T', 4), ledger.R('T', 5), ledger.R('T', 8):
		return d.Asset == money.Coin
	}
	return false
}

// pooled adds a flow of the pool or the pot.
func (b *HoursBooks) pooled(d ledger.DayFlow) {
	for _, account := range []string{"pool/coins", "pool/common"} {
		if d.From != account && d.To != account {
			continue
		}
		key := HoursFlow{Month: d.Day.Month(), Rule: d.Rule, Common: account == "pool/common"}
		i := slices.IndexFunc(b.Flows, func(x HoursFlow) bool { return x.Month == key.Month && x.Rule == key.Rule && x.Common == key.Common })
		if i < 0 {
			i = len(b.Flows)
			b.Flows = append(b.Flows, key)
		}
		x := &b.Flows[i]
		x.Entries += d.Entries
		if d.To == account {
			x.In += d.Amount
		} else {
			x.Out += d.Amount
		}
	}
}
