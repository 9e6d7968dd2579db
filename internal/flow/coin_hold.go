package flow

import (
	"context"
	"fmt"

	"gongyi/internal/kernel/fault"
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

// coinKey begins the keys of what moves hours.
const coinKey = "~coin:"

// HoursMoved tells what a step of a request posted.
type HoursMoved struct {
	Seq      int64        // of the entry
	Coins    money.Amount // to or from the person it is about
	Pool     money.Amount // to or from the pool
	Due      money.Amount // that the pool had not got and will pay later
	Replayed bool         // it had been done before
}

// purse is what a closure knows of hours: the numbers in force, the books, the month.
type purse struct {
	rules *policy.Params
	ledger.Balances
	month period.Month
}

func (f *Flows) purse(ctx context.Context, tx *db.Tx) (p purse, err error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return p, err
	}
	day, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return p, err
	}
	if day, err = f.Ledger.BookedOn(ctx, tx, day); err != nil {
		return p, err
	}
	p.rules, p.month = &v.Params, day.Month()
	p.Balances, err = f.Ledger.Balances(ctx, tx)
	return p, err
}

// hoursOf is where a member's hours stand.
func hoursOf(m id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Member, ID: m}, ledger.Coins)
}

// owes is what a member owes in hours.
func (p purse) owes(m id.ID) money.Amount {
	return -p.Balance(owedHours(m))
}

// owedHours is where a member's debt in hours stands, as a negative number.
func owedHours(m id.ID) ledger.Account {
	return ledger.In(party.Owner{Kind: party.Member, ID: m}, ledger.Owed, money.Coin)
}

// budget is what the pool may still pay for services this month.
func (f *Flows) budget(ctx context.Context, tx *db.Tx, p purse) (money.Amount, error) {
	spent, err := f.Coins.Spent(ctx, tx, tx.Community, p.month)
	return max(0, p.rules.SubsidyBudget-spent), err
}

// setAsideHours sets hours of an asker aside for a request when it is booked (T-01, F2), with
// the opening credit if it is her first (T-07, F8). A request has one hold at a time: the
// same again sets nothing more aside, and after letGoHours there can be another.
//
// Refusals: coin.ErrBadAmount, coin.ErrHeld, coin.ErrSoftLimit, coin.ErrGuestShort: who visits
// here pays with what she brought and owes nothing.
func (f *Flows) setAsideHours(ctx context.Context, tx *db.Tx, request, asker id.ID, coins money.Amount) (m HoursMoved, err error) {
	defer fault.Wrap(&err, "set aside for %s", request)
	if coins <= 0 {
		return m, coin.ErrBadAmount.On("coins")
	}
	last, err := f.Coins.HoldOf(ctx, tx, tx.Community, request)
	if err != nil {
		return m, err
	}
	h := coin.Hold{Request: request, Member: asker, Coins: coins}
	if last != nil {
		if !last.Ended && (last.Member != asker || last.Coins != coins) {
			return m, coin.ErrHeld
		}
		if !last.Ended {
			return HoursMoved{Seq: last.Seq, Coins: last.Coins, Replayed: true}, nil
		}
		h.Part = last.Part + 1
	}
	p, err := f.purse(ctx, tx)
	if err != nil {
		return m, err
	}
	if err := f.openingCredit(ctx, tx, p, asker); err != nil {
		return m, err
	}
	short := p.owes(asker) + max(0, coins-p.Balance(hoursOf(asker)))
	if guest, err := f.isGuest(ctx, tx, asker); err != nil {
		return m, err
	} else if guest && short > 0 {
		return m, coin.ErrGuestShort.With("short", short.Grouped(money.Coin))
	}
	if over := short - p.rules.SoftLimit; over > 0 {
		return m, coin.ErrSoftLimit.With("short", over.Grouped(money.Coin))
	}
	return f.postHold(ctx, tx, h)
}

func (f *Flows) postHold(ctx context.Context, tx *db.Tx, h coin.Hold) (m HoursMoved, err error) {
	posted, err := f.Move(ctx, tx, holdKey("hold", &h), charter.ServiceHeld{Request: h.Request, Part: h.Part, Member: h.Member, Coins: h.Coins})
	if err != nil {
		return m, err
	}
	h.Seq = posted.Seq
	return HoursMoved{Seq: posted.Seq, Coins: h.Coins}, f.Coins.SetAside(ctx, tx, h)
}

// keepHours keeps so much of what is set aside for a request and gives back the rest. The
// asker agreed to more, so what she owes meanwhile is not asked again. Where no more than
// that is set aside nothing comes back.
func (f *Flows) keepHours(ctx context.Context, tx *db.Tx, request id.ID, coins money.Amount) (err error) {
	defer fault.Wrap(&err, "keep for %s", request)
	h, err := f.Coins.HoldOf(ctx, tx, tx.Community, request)
	if err != nil || h == nil || h.Ended || h.Left() <= coins {
		return err
	}
	if _, err := f.letGoHours(ctx, tx, request); err != nil || coins == 0 {
		return err
	}
	_, err = f.postHold(ctx, tx, coin.Hold{Request: request, Part: h.Part + 1, Member: h.Member, Coins: coins})
	return err
}

// openingCredit is given once to who lives here and asks for the first time (T-07).
func (f *Flows) openingCredit(ctx context.Context, tx *db.Tx, p purse, asker id.ID) error {
	if p.rules.OpeningCredit == 0 {
		return nil
	}
	if done, err := f.Coins.Opened(ctx, tx, tx.Community, asker); done || err != nil {
		return err
	}
	m, err := f.Members.ByID(ctx, tx, asker)
	if err != nil || m.Home != tx.Community {
		return err
	}
	posted, err := f.Move(ctx, tx, coinKey+"opening:"+asker.String(), charter.OpeningCredit{Member: asker})
	if err != nil {
		return err
	}
	return f.Coins.Open(ctx, tx, asker, posted.Seq)
}

// payGap lets the pool pay its share of a request's price while hands are short (T-06,
// F6), before or after the asker's hours were set aside; what she had set aside for it
// comes back to her. What the pool and the month's budget have not got she pays: Coins is
// what came back, Pool what the pool gives. The pool is of those who live here: it gives
// nothing for a guest.
//
// Refusals: coin.ErrNoHold where nothing is set aside yet, coin.ErrHoldUsed.
func (f *Flows) payGap(ctx context.Context, tx *db.Tx, request id.ID, price money.Amount) (m HoursMoved, err error) {
	defer fault.Wrap(&err, "share the price of %s", request)
	h, err := f.openHold(ctx, tx, request)
	if err != nil {
		return m, err
	}
	if h.Pool > 0 {
		return HoursMoved{Coins: h.Back, Pool: h.Pool, Replayed: true}, nil
	}
	if h.Paid > 0 {
		return m, coin.ErrHoldUsed
	}
	if guest, err := f.isGuest(ctx, tx, h.Member); err != nil || guest {
		return m, err
	}
	p, err := f.purse(ctx, tx)
	if err != nil {
		return m, err
	}
	budget, err := f.budget(ctx, tx, p)
	if err != nil {
		return m, err
	}
	gap := charter.GapShared{Request: request, Part: h.Shares, Member: h.Member, Price: price, Held: h.Left(), Pool: p.Balance(ledger.PoolCoins), Budget: budget}
	share, back := gap.Amount(p.rules), gap.Back(p.rules)
	if share == 0 {
		return m, nil
	}
	posted, err := f.Move(ctx, tx, shareKey("share", request, h.Shares), gap)
	if err != nil {
		return m, err
	}
	if err := f.Coins.Spend(ctx, tx, p.month, share); err != nil {
		return m, err
	}
	return HoursMoved{Seq: posted.Seq, Coins: back, Pool: share}, f.Coins.Share(ctx, tx, h, share, back, p.month, posted.Seq)
}

// returnGap gives the pool back its share of a request's price, since the shop's staff for
// whom it gave it does not come (T-06R, F6). What had come back to the asker is set aside
// again: Coins is that, Pool the share. A request that has no share has nothing to give back.
//
// She agreed to the price when she booked, so what she has spent of it meanwhile she owes
// without regard to the soft limit.
//
// Refusals: coin.ErrHoldUsed.
func (f *Flows) returnGap(ctx context.Context, tx *db.Tx, request id.ID) (m HoursMoved, err error) {
	defer fault.Wrap(&err, "take the share back of %s", request)
	h, err := f.Coins.HoldOf(ctx, tx, tx.Community, request)
	if err != nil || h == nil || h.Ended || h.Pool == 0 {
		return HoursMoved{Replayed: true}, err
	}
	if h.Paid > 0 {
		return m, coin.ErrHoldUsed
	}
	back := charter.GapReturned{Request: request, Share: h.Shares - 1, Member: h.Member, Coins: h.Back, Pool: h.Pool, Month: h.Shared}
	posted, err := f.Move(ctx, tx, shareKey("share-end", request, back.Share), back)
	if err != nil {
		return m, err
	}
	if err := f.Coins.Spend(ctx, tx, back.Month, -back.Pool); err != nil {
		return m, err
	}
	return HoursMoved{Seq: posted.Seq, Coins: back.Coins, Pool: back.Pool}, f.Coins.EndShare(ctx, tx, h, posted.Seq)
}

// letGoHours ends a request's hold: what is left goes back to the asker, and to the pool its
// share of it (T-03). A request that has no hold, or whose hold has ended, has nothing to
// let go.
func (f *Flows) letGoHours(ctx context.Context, tx *db.Tx, request id.ID) (m HoursMoved, err error) {
	defer fault.Wrap(&err, "let go for %s", request)
	h, err := f.Coins.HoldOf(ctx, tx, tx.Community, request)
	if err != nil || h == nil || h.Ended {
		return HoursMoved{Replayed: true}, err
	}
	pool := h.OfPool(h.Left())
	back := charter.ServiceReleased{Request: request, Part: h.Part, Member: h.Member, Coins: h.Left() - pool, Pool: pool}
	posted, err := f.Move(ctx, tx, holdKey("end", h), back)
	if err != nil {
		return m, err
	}
	return HoursMoved{Seq: posted.Seq, Coins: back.Coins, Pool: pool}, f.Coins.End(ctx, tx, h, back.Coins, pool, posted.Seq)
}

// openHold is what is set aside for a request.
func (f *Flows) openHold(ctx context.Context, tx *db.Tx, request id.ID) (*coin.Hold, error) {
	h, err := f.Coins.HoldOf(ctx, tx, tx.Community, request)
	if err == nil && (h == nil || h.Ended) {
		err = coin.ErrNoHold
	}
	return h, err
}

func holdKey(what string, h *coin.Hold) string {
	return fmt.Sprintf("%s%s:%s/%d", coinKey, what, h.Request, h.Part)
}

func shareKey(what string, request id.ID, share int) string {
	return fmt.Sprintf("%s%s:%s/%d", coinKey, what, request, share)
}
