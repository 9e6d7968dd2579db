package ledger_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

func (b *books) reverse(key string, seq int64) (p ledger.Posted, err error) {
	err = b.update(func(tx *db.Tx) (err error) { p, err = b.Reverse(ctx, tx, seq, opening(key)); return err })
	return p, err
}

func (b *books) all() map[ledger.Account]money.Amount {
	b.t.Helper()
	all := make(map[ledger.Account]money.Amount)
	b.view(func(r db.Reader) error {
		holdings, err := b.Holdings(ctx, r, b.home)
		for _, h := range holdings {
			if h.Balance != 0 {
				all[h.Account] = h.Balance
			}
		}
		return err
	})
	return all
}

// D3: a reversal is the exact inverse, posted once; the entry stays.
func TestReverse(t *testing.T) {
	each(t, func(b *books) {
		_, err := b.post(pays("p", shop(1), 10_00))
		b.must(err)
		before := b.all()
		p := pays("q", shop(2), 7_00)
		p.Subject = member(1).ID
		p.Legs = append(p.Legs, charges("", shop(2), 2_00).Legs[0], charges("", shop(1), 1_00).Legs[0])
		done, err := b.post(p)
		b.must(err)
		undone, err := b.reverse("u", done.Seq)
		b.must(err)
		if diff := cmp.Diff(before, b.all()); diff != "" {
			b.t.Errorf("balances are not what they were:\n%s", diff)
		}
		all := b.entries()
		e, r := all[done.Seq], all[undone.Seq]
		if r.Kind != ledger.Reversal || r.Subject != e.Subject {
			b.t.Errorf("the reversal is a %s of %s", r.Kind, r.Subject)
		}
		for i, l := range e.Legs {
			want := ledger.Leg{Rule: l.Rule.Reversed(), From: l.To, To: l.From, Amount: l.Amount}
			if diff := cmp.Diff(want, r.Legs[len(r.Legs)-1-i]); diff != "" {
				b.t.Errorf("leg %d: %s", i, diff)
			}
		}
		if diff := cmp.Diff(p.Legs, e.Legs); diff != "" {
			b.t.Errorf("the entry itself was changed:\n%s", diff)
		}
		again := func(when string) {
			b.t.Helper()
			_, err := b.reverse("u'", done.Seq)
			b.refused(when+", twice", err, ledger.ErrReversed)
			got, err := b.reverse("u", done.Seq)
			if err != nil || !got.Replayed || got.Seq != undone.Seq {
				b.t.Errorf("%s, the same request: %+v (%v)", when, got, err)
			}
		}
		again("at once")
		b.restart()
		again("after a restart")
		_, err = b.reverse("v", 99)
		b.refused("no such entry", err, ledger.ErrNoEntry)
		b.wholeLog()
	})
}

// What is gone cannot be taken back: the reversal is refused by the floor.
func TestReverseIsRefusedByTheFloor(t *testing.T) {
	each(t, func(b *books) {
		in, err := b.post(pays("p", shop(1), 10_00))
		b.must(err)
		_, err = b.post(charges("q", shop(1), 1))
		b.must(err)
		_, err = b.reverse("u", in.Seq)
		b.refused("the money is spent", err, ledger.ErrInsufficient)
	})
}

// An entry can be reversed in the batch that posts it.
func TestReverseInTheSameBatch(t *testing.T) {
	each(t, func(b *books) {
		var in, out, again ledger.Posted
		errs := b.together(
			func(tx *db.Tx) (err error) { in, err = b.Post(ctx, tx, pays("p", shop(1), 10_00)); return err },
			func(tx *db.Tx) (err error) { out, err = b.Reverse(ctx, tx, 0, opening("u")); return err },
			func(tx *db.Tx) (err error) { again, err = b.Reverse(ctx, tx, 0, opening("u")); return err },
			func(tx *db.Tx) (err error) { _, err = b.Reverse(ctx, tx, 0, opening("v")); return err },
		)
		for i, err := range errs[:3] {
			if err != nil {
				b.t.Errorf("request %d: %v", i, err)
			}
		}
		b.refused("twice", errs[3], ledger.ErrReversed)
		if in.Seq != 0 || out.Seq != 1 || again.Seq != 1 || !again.Replayed {
			b.t.Errorf("%+v, %+v, %+v", in, out, again)
		}
		if got := b.all(); len(got) != 0 {
			b.t.Errorf("left over: %v", got)
		}
		b.wholeLog()
	})
}
