package flow

import (
	"context"
	"encoding/json"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/platform/db"
)

// HoursLeft is the outbox note that hours are on their way home.
const HoursLeft = "coin.left"

// HoursHome is what travels with them: whose they are, and from where.
type HoursHome struct {
	Transfer id.ID        `json:"transfer"`
	From     id.ID        `json:"from"` // the community
	To       id.ID        `json:"to"`
	Ref      string       `json:"ref"`
	Coins    money.Amount `json:"coins"`
}

// TakeHoursHome takes hours that a member earned in a community where she visits along to
// the one where she is at home (T-15, F5). They arrive by the outbox, once by the
// transfer's number; until then both communities' clearing accounts show them on their way.
//
// Refusals: coin.ErrBadAmount, coin.ErrNotAbroad, coin.ErrShort.
func (f *Flows) TakeHoursHome(ctx context.Context, community id.ID, actor db.Actor, transfer, member id.ID, coins money.Amount) (err error) {
	defer fault.Wrap(&err, "take hours home")
	if coins <= 0 {
		return coin.ErrBadAmount.On("coins")
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		before, err := f.Coins.Sent(ctx, tx, community, transfer)
		switch {
		case err != nil:
			return err
		case before != nil && (before.Member != member || before.Coins != coins):
			return coin.ErrOtherSent
		case before != nil:
			return nil
		}
		m, err := f.Members.ByID(ctx, tx, member)
		if err != nil {
			return err
		}
		if m.Home == community || m.Home.IsZero() {
			return coin.ErrNotAbroad
		}
		balances, err := f.Ledger.Balances(ctx, tx)
		if err != nil {
			return err
		}
		held := balances.Balance(hoursOf(member))
		if held < coins {
			return coin.ErrShort.On("coins").With("has", held.Grouped(money.Coin))
		}
		posted, err := f.Move(ctx, tx, coinKey+"sent:"+transfer.String(), charter.HoursSent{Transfer: transfer, Member: member, To: m.Home, Coins: coins, Held: held})
		if err != nil {
			return err
		}
		if err := f.Coins.Send(ctx, tx, coin.Transfer{ID: transfer, Member: member, Other: m.Home, Coins: coins, Seq: posted.Seq}); err != nil {
			return err
		}
		note, err := json.Marshal(HoursHome{Transfer: transfer, From: community, To: m.Home, Ref: m.Ref, Coins: coins})
		if err != nil {
			return err
		}
		return tx.Emit(ctx, HoursLeft, string(note))
	})
}

// CarryHours handles the outbox note: it brings the hours home, wherever that is written.
func (f *Flows) CarryHours(ctx context.Context, _ id.ID, payload string) error {
	var h HoursHome
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

// ArriveHours books hours that came home (T-16), in a community that this instance writes.
// It may run twice.
func (f *Flows) ArriveHours(ctx context.Context, h HoursHome) (err error) {
	defer fault.Wrap(&err, "hours come home")
	return f.DB.Update(ctx, h.To, db.System, func(tx *db.Tx) error {
		if before, err := f.Coins.Arrived(ctx, tx, h.To, h.Transfer); err != nil || before != nil {
			return err
		}
		m, err := f.Members.ByRef(ctx, tx, h.Ref)
		if err != nil {
			return err
		}
		posted, err := f.Move(ctx, tx, coinKey+"arrived:"+h.Transfer.String(), charter.HoursArrived{Transfer: h.Transfer, Member: m.ID, From: h.From, Coins: h.Coins})
		if err != nil {
			return err
		}
		return f.Coins.Arrive(ctx, tx, coin.Transfer{ID: h.Transfer, Member: m.ID, Other: h.From, Coins: h.Coins, Seq: posted.Seq})
	})
}
