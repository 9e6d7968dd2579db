package ledger_test

import (
	"crypto/sha256"
	"errors"
	"testing"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/db"
)

// gone counts the entries whose seal nobody can compute any more. The others'
// texts must make their leaves.
func (b *books) gone() (n int) {
	b.t.Helper()
	b.view(func(r db.Reader) error {
		for _, e := range b.entries() {
			s, err := b.Unseal(ctx, r, e)
			switch {
			case err != nil:
				return err
			case s.Gone:
				n++
			case sha256.Sum256(e.Canonical(s.Seal)) != e.Leaf:
				b.t.Errorf("entry %d of %s looks forged", e.Seq, e.Subject)
			}
		}
		return nil
	})
	return n
}

// A7: who is erased can no longer be linked to what stands in the log; the
// entries and the log stay whole, and the books go on with the pseudonym.
func TestErase(t *testing.T) {
	each(t, func(b *books) {
		for i, who := range []byte{1, 2, 1} {
			_, err := b.post(issues(string(rune('a'+i)), person(who), 1_00))
			b.must(err)
		}
		before, _ := b.Log(ctx, b.home)
		size, root := before.Head()
		b.must(b.update(func(tx *db.Tx) error { return b.Erase(ctx, tx, member(1).ID) }))
		b.must(b.update(func(tx *db.Tx) error { return b.Erase(ctx, tx, member(1).ID) })) // a list that is replayed
		b.must(b.update(func(tx *db.Tx) error { return b.Erase(ctx, tx, member(9).ID) })) // nobody
		if n := b.gone(); n != 2 {
			b.t.Errorf("%d entries are sealed for ever, want 2", n)
		}
		after, _ := b.Log(ctx, b.home)
		if s, r := after.Head(); s != size || r != root {
			b.t.Error("the log has changed")
		}
		if got := b.balance(person(1)); got != 2_00 {
			b.t.Errorf("the pseudonym has %d, want 200", got)
		}
		// A refund that comes later is sealed too, and makes nothing look forged.
		_, err := b.post(issues("d", person(1), 1_00))
		b.must(err)
		b.restart()
		_, err = b.post(issues("e", person(1), 1_00))
		b.must(err)
		if n := b.gone(); n != 4 {
			b.t.Errorf("%d entries are sealed for ever, want 4", n)
		}
		var secrets int
		b.view(func(r db.Reader) error {
			all, err := b.Secrets(ctx, r, b.home)
			secrets = len(all)
			return err
		})
		if secrets != 1 {
			b.t.Errorf("%d secrets are left, want that of the other person", secrets)
		}
		b.wholeLog()
	})
}

// Erased in the batch that made the secret: it must not be written behind.
func TestEraseInTheSameBatch(t *testing.T) {
	each(t, func(b *books) {
		refusal := fault.New(fault.Conflict, "test.no")
		post := func(key string) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { _, err := b.Post(ctx, tx, issues(key, person(1), 1_00)); return err }
		}
		errs := b.together(
			post("a"),
			func(tx *db.Tx) error { return errors.Join(b.Erase(ctx, tx, member(1).ID), refusal) },
			post("b"),
			func(tx *db.Tx) error { return b.Erase(ctx, tx, member(1).ID) },
			post("c"),
		)
		for i, err := range errs {
			if i == 1 {
				b.refused("taken back", err, refusal)
			} else {
				b.must(err)
			}
		}
		if n := b.gone(); n != 3 {
			b.t.Errorf("%d entries are sealed for ever, want 3", n)
		}
		b.restart()
		if n := b.gone(); n != 3 {
			b.t.Errorf("after a restart %d, want 3", n)
		}
		b.wholeLog()
	})
}

// An erasure that is taken back leaves the person as she was.
func TestEraseThatIsTakenBack(t *testing.T) {
	each(t, func(b *books) {
		_, err := b.post(issues("a", person(1), 1_00))
		b.must(err)
		refusal := fault.New(fault.Conflict, "test.no")
		err = b.update(func(tx *db.Tx) error { return errors.Join(b.Erase(ctx, tx, member(1).ID), refusal) })
		b.refused("taken back", err, refusal)
		_, err = b.post(issues("b", person(1), 1_00))
		b.must(err)
		if n := b.gone(); n != 0 {
			b.t.Errorf("%d entries are sealed for ever, want none", n)
		}
		b.wholeLog()
	})
}
