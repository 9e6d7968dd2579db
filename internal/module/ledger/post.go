package ledger

import (
	"context"
	"crypto/sha256"
	"math"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals, in the order in which Post checks them.
var (
	ErrNoKey        = fault.New(fault.Invalid, "ledger.no_key")
	ErrKeyReused    = fault.New(fault.Conflict, "ledger.key_reused") // same key, other content
	ErrDayClosed    = fault.New(fault.Conflict, "ledger.day_closed")
	ErrBadLeg       = fault.New(fault.Invalid, "ledger.bad_leg")
	ErrTooManyLegs  = fault.New(fault.Invalid, "ledger.too_many_accounts")
	ErrOverflow     = fault.New(fault.Invalid, "ledger.overflow")
	ErrInsufficient = fault.New(fault.Conflict, "ledger.insufficient") // an account would pass its floor
)

// Limits of one entry.
const (
	maxTouches = 120 // places in an entry are one byte
	maxKey     = 200
)

// Posting is an entry to be: what a flow asks the ledger to post.
type Posting struct {
	Key      string   // idempotency key, unique within the community
	Content  [32]byte // hash of what was asked; the same key with another is refused
	Kind     Kind
	BookedOn period.Day // an open day, see BookedOn
	Subject  id.ID      // the person whose references this entry seals, zero if none
	Legs     []Leg
	Facts    []byte
}

// Posted tells where an entry stands.
type Posted struct {
	Seq      int64
	PostedAt time.Time
	Leaf     [32]byte
	EntryKey [32]byte // seals the entry and opens its receipt
	Replayed bool     // the key and content were there already: only Seq is set
}

// Post adds an entry or refuses it. With a key that exists it returns the first
// entry if the content is the same, and refuses by name otherwise (D2, D4).
func (s *Service) Post(ctx context.Context, tx *db.Tx, p Posting) (Posted, error) {
	b, err := s.book(ctx, tx)
	if err != nil {
		return Posted{}, err
	}
	if p.Key == "" || len(p.Key) > maxKey {
		return Posted{}, ErrNoKey
	}
	if k, ok := b.known[p.Key]; ok {
		return k.answer(p)
	}
	if p.BookedOn < b.open {
		return s.Recall(ctx, tx, p.Key, p.Content, ErrDayClosed.With("day", p.BookedOn.String()))
	}
	mark := b.Mark()
	if err := b.apply(p.Legs); err != nil {
		b.Revert(mark) // the caller may go on
		return s.Recall(ctx, tx, p.Key, p.Content, err)
	}
	e, entryKey := b.entry(tx, p)
	b.add(e)
	return Posted{Seq: e.Seq, PostedAt: e.PostedAt, Leaf: e.Leaf, EntryKey: entryKey}, nil
}

// answer is what a second request with the same key gets.
func (k seen) answer(p Posting) (Posted, error) {
	if k.content != p.Content {
		return Posted{}, ErrKeyReused.With("key", p.Key)
	}
	return Posted{Seq: k.seq, Replayed: true}, nil
}

// Find tells whether a key was posted in this community, as far as the writer
// remembers; a flow asks before it does work that a replay would waste.
func (s *Service) Find(ctx context.Context, tx *db.Tx, key string, content [32]byte) (Posted, bool, error) {
	b, err := s.book(ctx, tx)
	if err != nil {
		return Posted{}, false, err
	}
	k, ok := b.known[key]
	if !ok {
		return Posted{}, false, nil
	}
	p, err := k.answer(Posting{Key: key, Content: content})
	return p, true, err
}

// Recall is the last word before a refusal: if the key was posted long ago, the
// request is a replay and gets its first answer, whatever would be said today.
// Otherwise it returns the refusal.
func (s *Service) Recall(ctx context.Context, tx *db.Tx, key string, content [32]byte, refusal error) (Posted, error) {
	if fault.Of(refusal) == nil {
		return Posted{}, refusal
	}
	b, err := s.book(ctx, tx)
	if err != nil {
		return Posted{}, err
	}
	if _, known := b.known[key]; !known {
		if err := b.find(ctx, tx, []string{key}); err != nil {
			return Posted{}, err
		}
	}
	if k, known := b.known[key]; known {
		return k.answer(Posting{Key: key, Content: content})
	}
	return Posted{}, refusal
}

// Balance is what an account holds now, as tx sees it.
func (s *Service) Balance(ctx context.Context, tx *db.Tx, a Account) (money.Amount, error) {
	b, err := s.book(ctx, tx)
	if err != nil {
		return 0, err
	}
	return b.balance(a), nil
}

// Balances answers balances within one closure; settlement reads through it.
type Balances struct{ book *book }

// Balance is what an account holds now.
func (b Balances) Balance(a Account) money.Amount { return b.book.balance(a) }

// Balances gives tx's view of all balances of its community.
func (s *Service) Balances(ctx context.Context, tx *db.Tx) (Balances, error) {
	b, err := s.book(ctx, tx)
	return Balances{b}, err
}

// apply moves the balances by the legs and checks the floors of the finished
// entry. What it did is in the journal; a refusal is taken back by the writer.
func (b *book) apply(legs []Leg) error {
	r := &b.raw
	r.touches, r.legs = r.touches[:0], r.legs[:0]
	slots := make([]*slot, 0, 16)
	place := func(a Account) (uint8, *slot) {
		for i, s := range slots {
			if s.account == a {
				return uint8(i), s
			}
		}
		s := b.slotOf(a)
		b.touch(s)
		slots = append(slots, s)
		return uint8(len(slots) - 1), s
	}
	for i := range legs {
		l := &legs[i]
		if err := checkLeg(l); err != nil {
			return err
		}
		if len(slots) > maxTouches {
			return ErrTooManyLegs
		}
		from, source := place(l.From)
		to, destination := place(l.To)
		if source.balance < math.MinInt64+l.Amount || destination.balance > math.MaxInt64-l.Amount {
			return ErrOverflow
		}
		source.balance -= l.Amount
		destination.balance += l.Amount
		r.legs = append(r.legs, rawLeg{l.Rule, from, to, l.Amount})
	}
	for _, s := range slots {
		if err := s.checkFloor(); err != nil {
			return err
		}
		r.touches = append(r.touches, rawTouch{s.no, s.last, s.balance})
		s.last = b.next
		s.entries++
		if s.entries%markEvery == 0 {
			b.staged.addMark(s.no, b.next, s.balance)
			b.journal = append(b.journal, change{what: marked})
		}
	}
	return nil
}

func checkLeg(l *Leg) error {
	switch {
	case l.Amount <= 0, l.From == l.To, l.From.Asset != l.To.Asset, !l.Rule.valid():
		return ErrBadLeg.With("rule", l.Rule.String())
	case l.From.Pattern() == nil:
		return ErrNoSuchAccount.With("account", l.From.String())
	case l.To.Pattern() == nil:
		return ErrNoSuchAccount.With("account", l.To.String())
	case !mayIssue(l):
		return ErrNotIssuer.With("rule", l.Rule.String())
	}
	return nil
}

// touch notes a slot's state before it moves.
func (b *book) touch(s *slot) {
	b.journal = append(b.journal, change{what: touched, slot: s, balance: s.balance, last: s.last, entries: s.entries})
	if !s.dirty {
		s.dirty = true
		b.staged.dirty = append(b.staged.dirty, s)
	}
}

func (s *slot) checkFloor() error {
	switch s.account.Pattern().Floor {
	case FloorZero:
		if s.balance < 0 {
			return ErrInsufficient.With("account", s.account.String()).With("asset", s.account.Asset.String()).With("short", (-s.balance).Decimal(s.account.Asset))
		}
	case CeilingNil:
		if s.balance > 0 {
			return ErrInsufficient.With("account", s.account.String()).With("asset", s.account.Asset.String()).With("over", s.balance.Decimal(s.account.Asset))
		}
	}
	return nil
}

// entry makes the entry of a posting whose legs were applied.
func (b *book) entry(tx *db.Tx, p Posting) (*Entry, [32]byte) {
	at := max(tx.Now.UnixMicro(), b.lastAt)
	e := &Entry{
		Community: b.community, Seq: b.next, PostedAt: time.UnixMicro(at).UTC(), BookedOn: p.BookedOn, Kind: p.Kind,
		Key: p.Key, Content: p.Content, Subject: p.Subject, Legs: p.Legs, Facts: p.Facts,
	}
	entryKey := EntryKey(b.secret(tx, p.Subject), b.community, e.Seq)
	e.Leaf = sha256.Sum256(e.Canonical(Seal(entryKey, e.Key, e.Content)))
	return e, entryKey
}

// add stages the entry.
func (b *book) add(e *Entry) {
	b.raw.subject, b.raw.facts = e.Subject, e.Facts
	b.staged.addEntry(e, func(dst []byte) []byte { return appendBody(dst, e.Seq, &b.raw) })
	b.journal = append(b.journal, change{what: posted, last: b.lastAt})
	b.known[e.Key] = seen{e.Seq, e.Content}
	b.lastAt = e.PostedAt.UnixMicro()
	b.next++
}
