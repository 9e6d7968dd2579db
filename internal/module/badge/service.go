package badge

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Service is the door to badge coins.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Mint notes a new batch: its coins lie in stock. The community gets a key with its
// first batch.
func (s *Service) Mint(ctx context.Context, tx *db.Tx, b Batch) (_ Batch, err error) {
	defer fault.Wrap(&err, "badge: mint")
	if err := b.validate(); err != nil {
		return b, err
	}
	var last, key int64
	if err := db.One(ctx, tx, &last, "SELECT COALESCE(MAX(number), 0) FROM badge_batch WHERE community_id = ?", tx.Community[:]); err != nil {
		return b, err
	}
	if err := db.One(ctx, tx, &key, "SELECT COALESCE(MAX(number), 0) FROM badge_key WHERE community_id = ?", tx.Community[:]); err != nil {
		return b, err
	}
	if key == 0 {
		one, two := tx.NewSecret(), tx.NewSecret()
		secret := sha256.Sum256(append(one[:], two[:]...))
		key = 1
		if _, err := tx.Exec(ctx, "INSERT INTO badge_key (community_id, number, secret, made_at) VALUES (?, ?, ?, ?)", tx.Community[:], key, secret[:], tx.Now.UnixMicro()); err != nil {
			return b, err
		}
	}
	b.Number, b.Key, b.By, b.At = last+1, key, tx.Actor.String(), tx.Now
	_, err = tx.Exec(ctx, `INSERT INTO badge_batch (community_id, number, design, goods, count, cost, workshop, shop_id, until_day, key_number, minted_on, minted_by, minted_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], b.Number, b.Design, b.Goods, b.Count, int64(b.Cost), b.Workshop, b.Shop, int64(b.Until), b.Key,
		int64(b.MintedOn), b.By, tx.Now.UnixMicro())
	return b, err
}

// Give gives coins of a batch out, first to last: to a member, or at an event.
func (s *Service) Give(ctx context.Context, tx *db.Tx, batch, first, last int64, words string, holder id.ID) (err error) {
	defer fault.Wrap(&err, "badge: give out")
	if !line(words, 1, 60) {
		return ErrNoReason.On("words")
	}
	return s.each(ctx, tx, batch, first, last, func(r *Record) (Event, error) {
		if r.State() != Stock {
			if r.State() == Void {
				return Event{}, ErrVoid.On("first").With("coin", r.Coin.String())
			}
			return Event{}, ErrGivenOut.On("first").With("coin", r.Coin.String())
		}
		return Event{Kind: Given, Words: words, Holder: holder, Seq: -1}, nil
	})
}

// Spoil makes coins void, in stock or given out, with a reason.
func (s *Service) Spoil(ctx context.Context, tx *db.Tx, batch, first, last int64, reason string) (err error) {
	defer fault.Wrap(&err, "badge: void")
	if !line(reason, 1, 100) {
		return ErrNoReason.On("reason")
	}
	return s.each(ctx, tx, batch, first, last, func(r *Record) (Event, error) {
		if state := r.State(); !Follows(state, Void) {
			return Event{}, fault.Of(state.refusal()).On("first").With("coin", r.Coin.String())
		}
		return Event{Kind: Void, Words: reason, Seq: -1}, nil
	})
}

// each adds an event to every coin of a range.
func (s *Service) each(ctx context.Context, tx *db.Tx, batch, first, last int64, do func(r *Record) (Event, error)) error {
	b, err := s.Batch(ctx, tx, tx.Community, batch)
	if err != nil {
		return err
	}
	if first < 1 || last < first || last > b.Count || last-first >= MaxRange {
		return ErrBadRange.On("first").With("count", b.Count).With("most", MaxRange)
	}
	known, err := s.Records(ctx, tx, tx.Community, batch, first, last)
	if err != nil {
		return err
	}
	var events []Event
	for n := first; n <= last; n++ {
		r := known[n]
		if r == nil {
			r = &Record{Coin: Coin{batch, n}}
		}
		e, err := do(r)
		if err != nil {
			return err
		}
		e.Coin, e.N, e.By, e.At = r.Coin, int64(len(r.Events)), tx.Actor.String(), tx.Now
		events = append(events, e)
	}
	return insert(ctx, tx, events)
}

// Check tells of a scanned or typed coin whether it can be redeemed at a shop on a
// day: the signature must be ours, and the coin with somebody.
func (s *Service) Check(ctx context.Context, r db.Reader, community id.ID, c Coin, signature string, shop id.ID, day period.Day) (b Batch, rec Record, err error) {
	if b, rec, err = s.Genuine(ctx, r, community, c, signature); err != nil {
		return b, rec, err
	}
	if state := rec.State(); state != Given {
		return b, rec, state.refusal()
	}
	switch {
	case !b.Shop.IsZero() && b.Shop != shop:
		err = ErrOtherShop
	case b.Until != 0 && day > b.Until:
		err = ErrOver
	}
	return b, rec, err
}

// Genuine finds a coin whose signature is ours; a forged one is refused.
func (s *Service) Genuine(ctx context.Context, r db.Reader, community id.ID, c Coin, signature string) (b Batch, rec Record, err error) {
	if b, err = s.Batch(ctx, r, community, c.Batch); err != nil {
		return b, rec, err
	}
	if c.Number > b.Count {
		return b, rec, ErrNoCoin
	}
	secret, err := s.secret(ctx, r, community, b.Key)
	if err != nil {
		return b, rec, err
	}
	if !hmac.Equal([]byte(Sign(secret, community, c)), []byte(signature)) {
		return b, rec, ErrForged.On("code")
	}
	rec, err = s.Record(ctx, r, community, c)
	return b, rec, err
}

// Redeem notes that a shop took a coin that Check let pass in the same transaction,
// and which entry paid it.
func (s *Service) Redeem(ctx context.Context, tx *db.Tx, rec *Record, shop id.ID, seq int64) error {
	return s.add(ctx, tx, rec, Event{Kind: Redeemed, Shop: shop, Seq: seq})
}

// Replace notes that a coin was lost, and gives another of the same worth in its
// stead, the first that lies in stock. It returns the new one.
func (s *Service) Replace(ctx context.Context, tx *db.Tx, c Coin, words string) (given Coin, err error) {
	defer fault.Wrap(&err, "badge: replace %s", c)
	if !line(words, 1, 100) {
		return given, ErrNoReason.On("words")
	}
	b, err := s.Batch(ctx, tx, tx.Community, c.Batch)
	if err != nil {
		return given, err
	}
	if c.Number < 1 || c.Number > b.Count {
		return given, ErrNoCoin.On("coin")
	}
	rec, err := s.Record(ctx, tx, tx.Community, c)
	if err != nil {
		return given, err
	}
	if state := rec.State(); state != Given {
		return given, fault.Of(state.refusal()).On("coin")
	}
	if given, err = s.firstInStock(ctx, tx, &b); err != nil {
		return given, err
	}
	if err := s.add(ctx, tx, &rec, Event{Kind: Lost, Words: words, Seq: -1, Other: given}); err != nil {
		return given, err
	}
	return given, s.add(ctx, tx, &Record{Coin: given}, Event{Kind: Given, Words: words, Holder: rec.Holder(), Seq: -1, Other: c})
}

// add adds one event to a coin.
func (s *Service) add(ctx context.Context, tx *db.Tx, rec *Record, e Event) error {
	if !Follows(rec.State(), e.Kind) {
		return rec.State().refusal()
	}
	e.Coin, e.N, e.By, e.At = rec.Coin, int64(len(rec.Events)), tx.Actor.String(), tx.Now
	rec.Events = append(rec.Events, e)
	return insert(ctx, tx, []Event{e})
}

// firstInStock is the first coin of a batch that nothing happened to.
func (s *Service) firstInStock(ctx context.Context, tx *db.Tx, b *Batch) (Coin, error) {
	known, err := s.Records(ctx, tx, tx.Community, b.Number, 1, b.Count)
	if err != nil {
		return Coin{}, err
	}
	for n := int64(1); n <= b.Count; n++ {
		if known[n] == nil {
			return Coin{b.Number, n}, nil
		}
	}
	return Coin{}, ErrNoneLeft.On("coin")
}

// secret is a key of a community.
func (s *Service) secret(ctx context.Context, r db.Reader, community id.ID, number int64) (secret []byte, err error) {
	err = db.One(ctx, r, &secret, "SELECT secret FROM badge_key WHERE community_id = ? AND number = ?", community[:], number)
	if errors.Is(err, sql.ErrNoRows) {
		err = errors.New("badge: the key of a batch is not there")
	}
	return secret, err
}

// Codes are the codes of all coins of a batch, for the workshop.
func (s *Service) Codes(ctx context.Context, r db.Reader, community id.ID, b *Batch) ([]string, error) {
	secret, err := s.secret(ctx, r, community, b.Key)
	if err != nil {
		return nil, err
	}
	codes := make([]string, b.Count)
	for i := range codes {
		c := Coin{b.Number, int64(i + 1)}
		codes[i] = Code(c, Sign(secret, community, c))
	}
	return codes, nil
}

// insert writes events, many with one statement.
func insert(ctx context.Context, tx *db.Tx, events []Event) error {
	const width = 13
	for len(events) > 0 {
		some := events[:min(len(events), 60)]
		events = events[len(some):]
		args := make([]any, 0, width*len(some))
		for i := range some {
			e := &some[i]
			args = append(args, tx.Community[:], e.Coin.Batch, e.Coin.Number, e.N, string(e.Kind), e.Words, e.Holder, e.Shop, e.Seq, e.Other.Batch, e.Other.Number, e.By, e.At.UnixMicro())
		}
		row := "(?" + strings.Repeat(", ?", width-1) + ")"
		if _, err := tx.Exec(ctx, "INSERT INTO badge_event (community_id, batch, coin, n, kind, words, holder_id, shop_id, seq, other_batch, other_coin, done_by, done_at) VALUES "+
			row+strings.Repeat(", "+row, len(some)-1), args...); err != nil {
			return err
		}
	}
	return nil
}

// Forget empties what was written about a member's coins; the coins stay hers as those
// of nobody who is known (A7).
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE badge_event SET words = '' WHERE community_id = ? AND holder_id = ?", tx.Community[:], member[:])
	return err
}
