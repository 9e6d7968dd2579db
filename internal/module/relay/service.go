package relay

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to joint sets.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Begin begins a set; the shop that does takes its first part on at once. A shop has
// one set of a name that waits for shops.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, r Relay, own Prices, today period.Day) (_ *Relay, err error) {
	defer fault.Wrap(&err, "relay: begin")
	if err := r.validate(tx.Now, today); err != nil {
		return nil, err
	}
	if err := own.validate(); err != nil {
		return nil, err
	}
	open, err := s.Waiting(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(open, func(o *Relay) bool { return o.Starter == r.Starter && o.Title == r.Title }) {
		return nil, ErrThere.On("title")
	}
	r.ID, r.At, r.By, r.Steps = tx.NewID(), tx.Now, tx.Actor.ID, nil
	if _, err := tx.Exec(ctx, `INSERT INTO relay (community_id, id, title, about, starter_id, discount, until_at, last_day, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], r.ID[:], r.Title, r.About, r.Starter[:], int64(r.Discount), r.Until.UnixMicro(), int64(r.Last), tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	for n := range r.Parts {
		p := &r.Parts[n]
		p.N, p.Join = n, nil
		if _, err := tx.Exec(ctx, "INSERT INTO relay_part (community_id, relay_id, n, trade, what, pieces) VALUES (?, ?, ?, ?, ?, ?)",
			tx.Community[:], r.ID[:], n, p.Trade, p.What, p.Pieces); err != nil {
			return nil, err
		}
	}
	return &r, s.take(ctx, tx, &r, &r.Parts[0], r.Starter, own)
}

// Take lets a shop take a part on. The last one completes the set, and is refused
// while the whole would not be cheap enough: the refusal says what its share may be.
func (s *Service) Take(ctx context.Context, tx *db.Tx, relay id.ID, n int, shop id.ID, own Prices) (r *Relay, err error) {
	defer fault.Wrap(&err, "relay: take a part")
	if r, err = s.open(ctx, tx, relay); err != nil {
		return nil, err
	}
	if n < 0 || n >= len(r.Parts) {
		return nil, ErrNoPart
	}
	p := &r.Parts[n]
	switch held := r.Of(shop); {
	case held != nil && held.N == n:
		return r, nil // a second tap
	case held != nil:
		return nil, ErrInIt
	case p.Join != nil:
		return nil, ErrTaken
	}
	if err := own.validate(); err != nil {
		return nil, err
	}
	shelf, share, free := r.Sum()
	if pieces := money.Amount(p.Pieces); free == 1 && !Cheap(shelf+own.Shelf*pieces, share+own.Share*pieces, r.Discount) {
		whole := shelf + own.Shelf*pieces
		most := (whole - money.MulDivUp(whole, money.Amount(r.Discount), money.Amount(money.One)) - share) / pieces
		return nil, ErrTooDear.On("share").With("most", max(0, most).Decimal(money.CNY))
	}
	if err := s.take(ctx, tx, r, p, shop, own); err != nil {
		return nil, err
	}
	if free == 1 {
		err = step(ctx, tx, r, Complete, "")
	}
	return r, err
}

// open is a set that shops can still take parts of.
func (s *Service) open(ctx context.Context, tx *db.Tx, relay id.ID) (*Relay, error) {
	r, err := s.ByID(ctx, tx, tx.Community, relay)
	switch {
	case err != nil:
		return nil, err
	case r.State() == Complete:
		return r, ErrComplete
	case !r.Open(tx.Now):
		return r, ErrOver
	}
	return r, nil
}

func (s *Service) take(ctx context.Context, tx *db.Tx, r *Relay, p *Part, shop id.ID, own Prices) error {
	p.Join = &Join{ID: tx.NewID(), Shop: shop, Shelf: own.Shelf, Share: own.Share, At: tx.Now, By: tx.Actor.ID}
	if _, err := tx.Exec(ctx, "INSERT INTO relay_held (community_id, relay_id, n, join_id) VALUES (?, ?, ?, ?)", tx.Community[:], r.ID[:], p.N, p.Join.ID[:]); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO relay_join (community_id, id, relay_id, n, shop_id, shelf, share, joined_at, joined_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], p.Join.ID[:], r.ID[:], p.N, shop[:], int64(own.Shelf), int64(own.Share), tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Leave lets a shop give its part back before the set is complete. The one that began
// it cannot leave it alone: it withdraws the whole.
func (s *Service) Leave(ctx context.Context, tx *db.Tx, relay, shop id.ID) (r *Relay, err error) {
	defer fault.Wrap(&err, "relay: leave")
	if r, err = s.open(ctx, tx, relay); err != nil {
		return nil, err
	}
	p := r.Of(shop)
	switch {
	case p == nil:
		return nil, ErrNotInIt
	case r.Starter == shop:
		return nil, ErrStarter
	}
	if _, err := tx.Exec(ctx, "INSERT INTO relay_leave (community_id, join_id, left_at, left_by) VALUES (?, ?, ?, ?)",
		tx.Community[:], p.Join.ID[:], tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	p.Join = nil
	_, err = tx.Exec(ctx, "DELETE FROM relay_held WHERE community_id = ? AND relay_id = ? AND n = ?", tx.Community[:], r.ID[:], p.N)
	return r, err
}

// Withdraw gives a set up: while it waits that is Withdrawn, once it is sold Stopped.
// A zero shop is the operator's.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, relay, shop id.ID, words string) (r *Relay, err error) {
	defer fault.Wrap(&err, "relay: withdraw")
	r, err = s.ByID(ctx, tx, tx.Community, relay)
	switch {
	case err != nil:
		return nil, err
	case !shop.IsZero() && r.Starter != shop:
		return nil, ErrNotYours
	case r.State() != "" && r.State() != Complete:
		return nil, ErrOver
	case !text.Line(words, 200):
		return nil, ErrNoWords.On("words")
	case r.State() == Complete:
		return r, step(ctx, tx, r, Stopped, words)
	}
	return r, step(ctx, tx, r, Withdrawn, words)
}

// Expire gives up the sets that were not complete in time, and tells which.
func (s *Service) Expire(ctx context.Context, tx *db.Tx) (expired []*Relay, err error) {
	defer fault.Wrap(&err, "relay: expire")
	waiting, err := s.Waiting(ctx, tx, tx.Community)
	for _, r := range waiting {
		if err == nil && !r.Open(tx.Now) {
			expired = append(expired, r)
			err = step(ctx, tx, r, Expired, "")
		}
	}
	return expired, err
}

func step(ctx context.Context, tx *db.Tx, r *Relay, to Step, words string) error {
	r.Steps = append(r.Steps, Stepped{to, words, tx.Now, tx.Actor.ID})
	_, err := tx.Exec(ctx, "INSERT INTO relay_step (community_id, relay_id, step, words, stepped_at, stepped_by) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], r.ID[:], string(to), words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}
