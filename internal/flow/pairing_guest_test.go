package flow_test

import (
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// poolPaysNoGuest: the pool has hours, hands are short, and who was noted as missed came
// after all; yet the pool is of those who live here (T-04, T-06).
func (n *nextDoor) poolPaysNoGuest(ask func(in time.Duration) (*timebank.Request, error)) {
	n.t.Helper()
	o, err := n.OrderHours(ctx, n.c1, n.actor("li"), coin.Order{ID: id.ID{9}, Name: "街道办事处", Registration: "11370300004219000X", Body: coin.Public, Coins: 50_00, Purpose: "助老"})
	n.must(err)
	c, err := n.AcceptHoursOrder(ctx, n.c1, db.System, o.ID)
	n.must(err)
	_, err = n.Pay(ctx, n.c1, db.System, c.ID, charge.Payment{Means: charter.Bank, Reference: "slip"})
	n.must(err)
	q, err := ask(3 * time.Hour)
	n.must(err)
	n.must(n.DB.Update(ctx, n.c1, db.System, func(tx *db.Tx) error {
		m, err := n.PayGap(ctx, tx, q.ID, q.Coins)
		if m.Pool != 0 {
			n.t.Errorf("the pool gives %d for a guest", m.Pool)
		}
		return err
	}))
	n.must(n.FindHelpers(ctx, n.c1))
	a := n.accepted(q)
	n.env.Clock.Set(q.Until.Add(time.Minute))
	n.must(n.MissHelp(ctx, n.c1, n.actor("gu"), n.members["gu"], a.ID, "等到十二点也没来"))
	n.must(n.WithdrawHelp(ctx, n.c1, n.actor("gu"), n.members["gu"], q.ID, ""))
	wrong(n.t, "the pool instead of a guest", n.DecideHelp(ctx, n.c1, n.actor("li"), a.ID, 30, "门口的监控看得到她"), coin.ErrGuestGone)
}

// TestServedNextDoor: Gu takes hours along, asks where she visits, pays with them and with
// nothing else; a limit refuses in words; what is under way when the agreement ends arrives.
func TestServedNextDoor(t *testing.T) {
	inNextDoor(t, func(n *nextDoor) {
		along := func(number byte, coins money.Amount) error {
			return n.TakeHoursAlong(ctx, n.c2, n.actor("gu"), id.ID{3, number}, n.gu, n.c1, coins)
		}
		wrong(t, "without an agreement", along(1, 1), pairing.ErrNone)
		n.pair(id.ID{1}, pairing.Terms{Limit: 20_00, Month: 15_00})
		wrong(t, "more than she has", along(1, 1), coin.ErrShort)
		n.must(n.DB.Update(ctx, n.c2, db.System, func(tx *db.Tx) error { // her opening credit is hers to spend
			if _, err := n.SetAsideHours(ctx, tx, id.ID{7}, n.gu, 5_00); err != nil {
				return err
			}
			_, err := n.LetGoHours(ctx, tx, id.ID{7})
			return err
		}))
		wrong(t, "over the limit", along(1, 20_01), coin.ErrShort)
		wrong(t, "over her month", along(1, 16_00), coin.ErrCrossMonth)
		n.must(along(1, 11_00))
		n.must(along(1, 11_00))
		wrong(t, "the same number again", along(1, 10_00), coin.ErrOtherSent)
		n.carry()
		m, err := n.MemberAt(ctx, n.c1, n.people["gu"])
		n.must(err)
		n.members["gu"] = m.ID
		ask := func(in time.Duration) (*timebank.Request, error) {
			return n.wishes("gu", "walk", in, true)
		}
		n.poolPaysNoGuest(ask)
		q, err := ask(3 * time.Hour)
		n.must(err)
		_, err = ask(30 * time.Hour)
		wrong(t, "a guest owes nothing", err, coin.ErrGuestShort)
		wrong(t, "a guest's stays here", n.AskNextDoor(ctx, n.c1, n.actor("li"), q.ID), timebank.ErrKeptHome)
		n.must(n.FindHelpers(ctx, n.c1))
		a := n.accepted(q)
		n.env.Clock.Advance(3 * time.Hour)
		n.serve(a, time.Hour)
		n.must(n.AcceptHelp(ctx, n.c1, n.actor("gu"), m.ID, a.ID))
		n.must(along(2, 2_00))
		n.must(n.SayPairing(ctx, n.c1, n.actor("li"), id.ID{1}, pairing.Ended, "试完了"))
		n.carry()
		if here, home := n.holds(n.c1, "gu"), n.holds(n.c2, "gu"); here != 3_00 || home != 7_00 {
			t.Errorf("she has %v here and %v at home", here, home)
		}
		wrong(t, "after its end", along(3, 1), pairing.ErrNone)
		_, err = ask(50 * time.Hour)
		wrong(t, "asking after its end", err, pairing.ErrNone)
		n.must(n.TakeHoursHome(ctx, n.c1, n.actor("gu"), id.ID{3, 4}, m.ID, 3_00)) // what is hers goes home all the same
		n.carry()
		n.asksHerself()
		n.sound()
	})
}
