package flow

import (
	"context"
	"encoding/json"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/member"
	"gongyi/internal/module/pairing"
	"gongyi/internal/platform/db"
)

// HoursLeft is the outbox note that hours are on their way to another community.
const HoursLeft = "coin.left"

// HoursAway is what travels with them: whose they are, from where and where to.
type HoursAway struct {
	Transfer id.ID        `json:"transfer"`
	From     id.ID        `json:"from"` // the community
	To       id.ID        `json:"to"`
	Ref      string       `json:"ref"`
	Coins    money.Amount `json:"coins"`
	Got      []coin.Got   `json:"got,omitempty"` // by the month in which she got them, the oldest first
}

// TakeHoursHome takes hours that a member has in a community where she visits along to
// the one where she is at home (T-15, F5). They arrive by the outbox, once by the
// transfer's number; until then both communities' clearing accounts show them on their way.
// What was earned goes home without an agreement too, within the community's own limits.
//
// Refusals: coin.ErrBadAmount, coin.ErrNotAbroad, coin.ErrShort, coin.ErrClearing,
// coin.ErrCrossMonth.
func (f *Flows) TakeHoursHome(ctx context.Context, community id.ID, actor db.Actor, transfer, who id.ID, coins money.Amount) (err error) {
	defer fault.Wrap(&err, "take hours home")
	return f.takeHours(ctx, community, actor, transfer, who, coins, func(_ context.Context, _ *db.Tx, m *member.Member) (id.ID, error) {
		if m.Home == community || m.Home.IsZero() {
			return id.ID{}, coin.ErrNotAbroad
		}
		return m.Home, nil
	})
}

// TakeHoursAlong is its mirror: a member takes hours from home to a community that hers has
// an agreement with, to be served there (T-15, T-16). She visits there from then on.
//
// Refusals: coin.ErrBadAmount, coin.ErrNotHome, pairing.ErrNone, coin.ErrShort,
// coin.ErrClearing, coin.ErrCrossMonth.
func (f *Flows) TakeHoursAlong(ctx context.Context, home id.ID, actor db.Actor, transfer, who, to id.ID, coins money.Amount) (err error) {
	defer fault.Wrap(&err, "take hours along")
	var m *member.Member
	var with *pairing.Pairing
	if err := f.DB.View(ctx, home, func(r db.Reader) error {
		if m, err = f.Members.Known(ctx, r, home, who); err == nil {
			with, err = f.Pairings.With(ctx, r, home, to)
		}
		return err
	}); err != nil {
		return err
	}
	switch {
	case m.Home != home:
		return coin.ErrNotHome
	case with == nil:
		return pairing.ErrNone
	case coins <= 0:
		return coin.ErrBadAmount.On("coins")
	}
	if err := f.mayTakeAlong(ctx, home, m.ID, to, transfer, coins); err != nil { // before she is made known there
		return err
	}
	if err := f.Visit(ctx, actor, m.Ref, to); err != nil {
		return err
	}
	return f.takeHours(ctx, home, actor, transfer, who, coins, func(ctx context.Context, tx *db.Tx, m *member.Member) (id.ID, error) {
		with, err := f.Pairings.With(ctx, tx, home, to)
		if err == nil && with == nil {
			err = pairing.ErrNone // it ended in between
		}
		return to, err
	})
}

// mayTakeAlong looks ahead at what leave refuses; whatever left under the number already may.
func (f *Flows) mayTakeAlong(ctx context.Context, home, who, to, transfer id.ID, coins money.Amount) error {
	return f.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		before, err := f.Coins.Sent(ctx, tx, home, transfer)
		if err != nil || before != nil {
			return err
		}
		p, err := f.purse(ctx, tx)
		if err != nil {
			return err
		}
		_, err = f.mayLeave(ctx, tx, p, who, HoursAway{To: to, Coins: coins})
		return err
	})
}

// takeHours lets hours of a member leave for a community, once by the transfer's number.
func (f *Flows) takeHours(ctx context.Context, from id.ID, actor db.Actor, transfer, who id.ID, coins money.Amount, where func(ctx context.Context, tx *db.Tx, m *member.Member) (to id.ID, err error)) error {
	if coins <= 0 {
		return coin.ErrBadAmount.On("coins")
	}
	var got []coin.Got
	if err := f.DB.View(ctx, from, func(r db.Reader) (err error) { got, err = f.gotHours(ctx, r, from, who, 0); return err }); err != nil {
		return err
	}
	return f.DB.Update(ctx, from, actor, func(tx *db.Tx) error {
		before, err := f.Coins.Sent(ctx, tx, from, transfer)
		if err != nil {
			return err
		}
		m, err := f.Members.ByID(ctx, tx, who)
		if err != nil {
			return err
		}
		to, err := where(ctx, tx, m)
		switch {
		case before != nil && (before.Member != who || before.Coins != coins || err == nil && before.Other != to):
			return coin.ErrOtherSent
		case before != nil:
			return nil
		case err != nil:
			return err
		}
		return f.leave(ctx, tx, m, HoursAway{Transfer: transfer, From: from, To: to, Ref: m.Ref, Coins: coins, Got: got})
	})
}

// leave posts what leaves and puts the note into the outbox. h.Got is what she held when it
// was read; with the note goes of it what leaves.
func (f *Flows) leave(ctx context.Context, tx *db.Tx, m *member.Member, h HoursAway) error {
	p, err := f.purse(ctx, tx)
	if err != nil {
		return err
	}
	held, err := f.mayLeave(ctx, tx, p, m.ID, h)
	if err != nil {
		return err
	}
	posted, err := f.Move(ctx, tx, coinKey+"sent:"+h.Transfer.String(), charter.HoursSent{Transfer: h.Transfer, Member: m.ID, To: h.To, Coins: h.Coins, Held: held})
	if err != nil {
		return err
	}
	if err := f.Coins.Send(ctx, tx, coin.Transfer{ID: h.Transfer, Member: m.ID, Other: h.To, Coins: h.Coins, Seq: posted.Seq, Month: p.month}); err != nil {
		return err
	}
	h.Got = leaving(h.Got, held, h.Coins, p.month)
	note, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return tx.Emit(ctx, HoursLeft, string(note))
}

// leaving is what leaves of hours that are held, the oldest first. What was used since they
// were read was the oldest, what came since is of this month.
func leaving(got []coin.Got, held, coins money.Amount, month period.Month) (away []coin.Got) {
	_, got = coin.Oldest(got, coin.Sum(got)-held)
	away, _ = coin.Oldest(coin.Tidy(append(got, coin.Got{Month: month, Coins: held - coin.Sum(got)})), coins)
	return away
}

// mayLeave refuses what she does not have, and what mayCross does.
func (f *Flows) mayLeave(ctx context.Context, tx *db.Tx, p purse, who id.ID, h HoursAway) (held money.Amount, err error) {
	if held = p.Balance(hoursOf(who)); held < h.Coins {
		return held, coin.ErrShort.On("coins").With("has", held.Grouped(money.Coin))
	}
	return held, f.mayCross(ctx, tx, p, who, h)
}

// mayCross refuses what is over the limit between two communities or over a member's month.
// Each community limits what leaves it: what is on its way back to it is not counted yet, so
// that the balance of the two never passes the limit, whatever arrives when.
func (f *Flows) mayCross(ctx context.Context, tx *db.Tx, p purse, who id.ID, h HoursAway) error {
	most := allowed(p.rules)
	with, err := f.Pairings.With(ctx, tx, tx.Community, h.To)
	if err != nil {
		return err
	}
	if with != nil {
		most = with.Terms.Within(most)
	}
	cleared, err := f.Coins.ClearedWith(ctx, tx, tx.Community, h.To)
	if err != nil {
		return err
	}
	if left := most.Limit - cleared.Net(); h.Coins > left {
		return coin.ErrClearing.On("coins").With("left", max(0, left).Grouped(money.Coin))
	}
	taken, err := f.Coins.CrossedIn(ctx, tx, tx.Community, who, p.month)
	if err != nil || h.Coins <= most.Month-taken {
		return err
	}
	brought, err := f.Coins.Brought(ctx, tx, tx.Community, who, h.To) // goes back whatever the month allows
	if left := max(most.Month-taken, brought, 0); err == nil && h.Coins > left {
		err = coin.ErrCrossMonth.On("coins").With("left", left.Grouped(money.Coin))
	}
	return err
}

// CarryHours handles the outbox note: it brings the hours where they go, wherever that is
// written.
func (f *Flows) CarryHours(ctx context.Context, _ id.ID, payload string) error {
	var h HoursAway
	if err := json.Unmarshal([]byte(payload), &h); err != nil {
		return err
	}
	err := f.ArriveHours(ctx, h)
	if f.Peer == nil || !errors.Is(err, db.ErrElsewhere) {
		return err
	}
	address, _ := fault.Of(err).Details["address"].(string)
	return f.Peer.Bring(ctx, address, h)
}

// ArriveHours books hours that came from another community (T-16), in one that this
// instance writes. It may run twice. Nothing refuses them: they have left already, whatever
// became of the agreement in between. Whose owner was forgotten meanwhile go to the pool
// here (T-17).
func (f *Flows) ArriveHours(ctx context.Context, h HoursAway) (err error) {
	defer fault.Wrap(&err, "hours arrive")
	return f.DB.Update(ctx, h.To, db.System, func(tx *db.Tx) error {
		before, err := f.Coins.Arrived(ctx, tx, h.To, h.Transfer)
		switch {
		case err != nil:
			return err
		case before != nil && (before.Other != h.From || before.Coins != h.Coins):
			return coin.ErrOtherSent // of another community under the same number: nothing may swallow it
		case before != nil:
			return nil
		}
		came := coin.Transfer{ID: h.Transfer, Other: h.From, Coins: h.Coins}
		var move charter.Move = charter.HoursUnclaimed{Transfer: h.Transfer, From: h.From, Coins: h.Coins}
		switch m, err := f.Members.ByRef(ctx, tx, h.Ref); {
		case err == nil:
			came.Member, move = m.ID, charter.HoursArrived{Transfer: h.Transfer, Member: m.ID, From: h.From, Coins: h.Coins}
		case !errors.Is(err, member.ErrNotFound):
			return err
		}
		posted, err := f.Move(ctx, tx, coinKey+"arrived:"+h.Transfer.String(), move)
		if err != nil {
			return err
		}
		came.Seq = posted.Seq
		return f.Coins.Arrive(ctx, tx, came, h.Got)
	})
}
