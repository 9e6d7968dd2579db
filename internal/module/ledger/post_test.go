package ledger_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

func TestPostRefusesByName(t *testing.T) {
	each(t, func(b *books) {
		if _, err := b.post(pays("p0", shop(1), 10_00)); err != nil {
			b.t.Fatal(err)
		}
		with := func(key string, legs ...ledger.Leg) ledger.Posting {
			p := pays(key, shop(1), 1)
			p.Legs = legs
			return p
		}
		leg := func(from, to ledger.Account, amount money.Amount) ledger.Leg {
			return ledger.Leg{Rule: ruleIn, From: from, To: to, Amount: amount}
		}
		var fans []ledger.Leg
		for i := range byte(200) {
			fans = append(fans, leg(ledger.GatewayClearing, shop(i), 1))
		}
		for name, c := range map[string]struct {
			p    ledger.Posting
			want *fault.Fault
		}{
			"no key":                  {pays("", shop(1), 1), ledger.ErrNoKey},
			"too long a key":          {pays(fmt.Sprintf("%201d", 1), shop(1), 1), ledger.ErrNoKey},
			"nothing moves":           {with("a", leg(ledger.GatewayClearing, shop(1), 0)), ledger.ErrBadLeg},
			"less than nothing moves": {with("b", leg(ledger.GatewayClearing, shop(1), -1)), ledger.ErrBadLeg},
			"to itself":               {with("c", leg(shop(1), shop(1), 1)), ledger.ErrBadLeg},
			"from one asset to other": {with("d", leg(ledger.CoinIssue, shop(1), 1)), ledger.ErrBadLeg},
			"no rule":                 {with("e", ledger.Leg{From: ledger.GatewayClearing, To: shop(1), Amount: 1}), ledger.ErrBadLeg},
			"a rule that cannot be written": {with("f", ledger.Leg{Rule: ledger.R('S', 200), From: ledger.GatewayClearing, To: shop(1), Amount: 1}),
				ledger.ErrBadLeg},
			"a rule of no family": {with("g", ledger.Leg{Rule: ledger.R('?', 1), From: ledger.GatewayClearing, To: shop(1), Amount: 1}), ledger.ErrBadLeg},
			"no such account":     {with("h", leg(ledger.GatewayClearing, ledger.In(member(1), ledger.Payable, money.CNY), 1)), ledger.ErrNoSuchAccount},
			"too many accounts":   {with("i", fans...), ledger.ErrTooManyLegs},
			"below zero":          {charges("j", shop(1), 10_01), ledger.ErrInsufficient},
			"above zero":          {with("k", leg(shop(1), ledger.GatewayClearing, 10_00), leg(ledger.PlatformCommission, ledger.GatewayClearing, 1)), ledger.ErrInsufficient},
			"more than can be":    {with("l", leg(ledger.PlatformCommission, ledger.In(merchant(2), ledger.Deposit, money.CNY), math.MaxInt64), leg(ledger.PlatformCommission, shop(3), math.MaxInt64)), ledger.ErrOverflow},
		} {
			if _, err := b.post(c.p); !errors.Is(err, c.want) {
				b.t.Errorf("%s: %v, want %s", name, err, c.want.Code)
			}
		}
		// Floors are those of the finished entry, not of its legs one by one.
		if _, err := b.post(with("m", leg(shop(1), ledger.PlatformCommission, 15_00), leg(ledger.GatewayClearing, shop(1), 5_00))); err != nil {
			b.t.Error(err)
		}
		if got := len(b.entries()); got != 2 {
			b.t.Errorf("%d entries, want 2: a refusal left something", got)
		}
		if got := b.balance(shop(1)); got != 0 {
			b.t.Errorf("the shop has %d, want 0", got)
		}
		b.wholeLog()
	})
}

// Invariant 4: the same key with the same content gets the first answer, with
// other content it is refused — at once, later, and after a restart.
func TestAKeyIsPostedOnce(t *testing.T) {
	each(t, func(b *books) {
		first, err := b.post(pays("k", shop(1), 5_00))
		b.must(err)
		again := func(when string) {
			b.t.Helper()
			got, err := b.post(pays("k", shop(1), 5_00))
			if err != nil || !got.Replayed || got.Seq != first.Seq {
				b.t.Errorf("%s: %+v (%v), want entry %d again", when, got, err, first.Seq)
			}
			if _, err := b.post(pays("k", shop(1), 6_00)); !errors.Is(err, ledger.ErrKeyReused) {
				b.t.Errorf("%s, with other content: %v", when, err)
			}
		}
		again("at once")
		b.restart()
		again("after a restart")
		b.restart()
		// Nobody has looked the keys up yet: all of this meets in one batch.
		posts := make([]ledger.Posted, 6)
		post := func(i int, p ledger.Posting) func(tx *db.Tx) error {
			return func(tx *db.Tx) (err error) { posts[i], err = b.Post(ctx, tx, p); return err }
		}
		errs := b.together(
			post(0, pays("new", shop(2), 1_00)),
			post(1, pays("k", shop(1), 5_00)),
			post(2, pays("new", shop(2), 1_00)),
			post(3, pays("k", shop(1), 7_00)),
			post(4, pays("new", shop(2), 2_00)),
			post(5, pays("newer", shop(2), 3_00)),
		)
		for i, want := range []error{nil, nil, nil, ledger.ErrKeyReused, ledger.ErrKeyReused, nil} {
			if want == nil && errs[i] != nil || want != nil && !errors.Is(errs[i], want) {
				b.t.Errorf("request %d: %v, want %v", i, errs[i], want)
			}
		}
		for i, want := range map[int]ledger.Posted{1: {Seq: 0, Replayed: true}, 2: {Seq: 1, Replayed: true}} {
			if posts[i] != want {
				b.t.Errorf("request %d: %+v, want %+v", i, posts[i], want)
			}
		}
		if posts[0].Seq != 1 || posts[5].Seq != 2 {
			b.t.Errorf("new entries are %d and %d, want 1 and 2", posts[0].Seq, posts[5].Seq)
		}
		if got := b.balance(shop(1)); got != 5_00 {
			b.t.Errorf("posted twice: %d", got)
		}
		if got := b.balance(shop(2)); got != 4_00 {
			b.t.Errorf("the second shop has %d, want 400", got)
		}
		b.wholeLog()
	})
}

// Also a request that would be refused today gets its first answer: the money
// that it moved is gone, its day is closed.
func TestAKeyOutlivesItsCircumstances(t *testing.T) {
	each(t, func(b *books) {
		_, err := b.post(pays("in", shop(1), 5_00))
		b.must(err)
		out, err := b.post(charges("out", shop(1), 5_00))
		b.must(err)
		b.later(48 * time.Hour)
		b.must(b.update(func(tx *db.Tx) error { return b.CloseDay(ctx, tx, monday, monday+2) }))
		for _, when := range []string{"at once", "after a restart"} {
			if got, err := b.post(charges("out", shop(1), 5_00)); err != nil || got.Seq != out.Seq || !got.Replayed {
				b.t.Errorf("%s: %+v (%v), want entry %d", when, got, err, out.Seq)
			}
			b.restart()
		}
		_, err = b.post(charges("other", shop(1), 5_00))
		b.refused("a new request", err, ledger.ErrDayClosed)
	})
}

// Communities choose their keys without asking each other.
func TestAKeyBelongsToItsCommunity(t *testing.T) {
	each(t, func(b *books) {
		other := *b
		other.home = id.ID{0xd0, b.home[1], b.home[2]}
		for _, c := range []*books{b, &other} {
			if p, err := c.post(pays("k", shop(1), 5_00)); err != nil || p.Replayed || p.Seq != 0 {
				b.t.Errorf("%+v (%v)", p, err)
			}
		}
		b.restart()
		other.Service, other.env = b.Service, b.env
		if p, err := other.post(pays("k", shop(1), 5_00)); err != nil || !p.Replayed {
			b.t.Errorf("after a restart: %+v (%v)", p, err)
		}
		other.wholeLog()
		b.wholeLog()
	})
}

// A refusal that the present state suggests is not the answer to a request that
// was answered long ago.
func TestRecallFindsOldAnswers(t *testing.T) {
	each(t, func(b *books) {
		if _, err := b.post(pays("k", shop(1), 5_00)); err != nil {
			b.t.Fatal(err)
		}
		b.restart()
		refusal := fault.New(fault.Conflict, "test.not_today")
		recall := func(key string, c [32]byte) (p ledger.Posted, err error) {
			err = b.update(func(tx *db.Tx) (err error) { p, err = b.Recall(ctx, tx, key, c, refusal); return err })
			return p, err
		}
		if p, err := recall("k", content("k", money.Amount(5_00))); err != nil || p.Seq != 0 || !p.Replayed {
			b.t.Errorf("an old key: %+v (%v)", p, err)
		}
		if _, err := recall("k", content("other")); !errors.Is(err, ledger.ErrKeyReused) {
			b.t.Errorf("an old key with other content: %v", err)
		}
		if _, err := recall("unknown", content("k")); !errors.Is(err, refusal) {
			b.t.Errorf("an unknown key: %v", err)
		}
	})
}

// The writer forgets keys after a while; the table does not.
func TestForgottenKeysAreFoundInTheTable(t *testing.T) {
	each(t, func(b *books) {
		defer ledger.SetMaxKnown(4)()
		for i := range 20 {
			if _, err := b.post(pays(fmt.Sprint("k", i), shop(1), 1_00)); err != nil {
				b.t.Fatal(err)
			}
		}
		if n := ledger.Known(b.Service, b.update); n > 5 {
			b.t.Errorf("the writer remembers %d keys, want at most 5", n)
		}
		for i := range 20 {
			if p, err := b.post(pays(fmt.Sprint("k", i), shop(1), 1_00)); err != nil || p.Seq != int64(i) || !p.Replayed {
				b.t.Errorf("key %d again: %+v (%v)", i, p, err)
			}
		}
		if got := b.balance(shop(1)); got != 20_00 {
			b.t.Errorf("the shop has %d", got)
		}
	})
}
