package offer

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to offers. The till asks it in every purchase, so that what it
// asks for lies in the writer's memory.
type Service struct {
	shops   *db.Memo[id.ID, []*Offer] // by shop, those whose last day is not long over
	counts  *db.Memo[id.ID, used]     // by offer
	persons *db.Memo[personKey, int64]
	takes   *db.Memo[id.ID, take] // by checkout
}

type used struct {
	uses  int64
	saved money.Amount
}

type personKey struct{ offer, member id.ID }

// New makes the service.
func New() *Service {
	return &Service{
		shops:   db.NewMemo(20_000, loadShop),
		counts:  db.NewMemo(50_000, loadCount).WriteBehind(writeCounts),
		persons: db.NewMemo(200_000, loadPerson).WriteBehind(writePersons),
		takes:   db.NewMemo(50_000, loadTake).WriteBehind(writeTakes),
	}
}

// Running are the offers of a shop that have not ended and may still be good, in the
// order in which they were made. They are shared: do not change them.
func (s *Service) Running(ctx context.Context, tx *db.Tx, shop id.ID) ([]*Offer, error) {
	return s.shops.Get(ctx, tx, shop)
}

// Stand is how far an offer is used, by all and by one member; zero is nobody.
func (s *Service) Stand(ctx context.Context, tx *db.Tx, o *Offer, member id.ID) (Stand, error) {
	c, err := s.counts.Get(ctx, tx, o.ID)
	if err != nil {
		return Stand{}, err
	}
	stand := Stand{Offer: o, Uses: int(c.uses), Saved: c.saved}
	if member.IsZero() {
		return stand, nil
	}
	mine, err := s.persons.Get(ctx, tx, personKey{o.ID, member})
	stand.Mine = int(mine)
	return stand, err
}

// Make makes an offer of a shop. The terms have been validated.
func (s *Service) Make(ctx context.Context, tx *db.Tx, shop id.ID, t Terms) (_ *Offer, err error) {
	defer fault.Wrap(&err, "offer: make %s", t.Name)
	running, err := s.shops.Get(ctx, tx, shop)
	if err != nil {
		return nil, err
	}
	over := period.DayOf(tx.Now, time.UTC) - 1 // today begins earlier somewhere
	running = slices.DeleteFunc(slices.Clone(running), func(o *Offer) bool { return o.When.Last < over })
	if len(running) >= RunningMax {
		return nil, ErrTooMany.With("most", RunningMax)
	}
	o := &Offer{ID: tx.NewID(), Merchant: shop, Version: 1, Terms: t, MadeAt: tx.Now, At: tx.Now, By: tx.Actor.ID}
	if _, err := tx.Exec(ctx, "INSERT INTO offer (community_id, id, merchant_id, made_at, made_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], o.ID[:], shop[:], tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	if err := insertVersion(ctx, tx, o); err != nil {
		return nil, err
	}
	return o, s.shops.Put(ctx, tx, shop, append(running, o))
}

// Change makes a new version of an offer. What was used of it stays counted.
func (s *Service) Change(ctx context.Context, tx *db.Tx, shop, offer id.ID, t Terms) (_ *Offer, err error) {
	defer fault.Wrap(&err, "offer: change %s", offer)
	running, n, err := s.find(ctx, tx, shop, offer)
	if err != nil {
		return nil, err
	}
	o := *running[n]
	o.Version, o.Terms, o.At, o.By = o.Version+1, t, tx.Now, tx.Actor.ID
	if err := insertVersion(ctx, tx, &o); err != nil {
		return nil, err
	}
	running = slices.Clone(running)
	running[n] = &o
	return &o, s.shops.Put(ctx, tx, shop, running)
}

// Finish ends an offer at once. Purchases that took it keep it.
func (s *Service) Finish(ctx context.Context, tx *db.Tx, shop, offer id.ID, words string) (err error) {
	defer fault.Wrap(&err, "offer: end %s", offer)
	if !text.Line(words, 60) {
		return ErrNoWords.On("words")
	}
	running, n, err := s.find(ctx, tx, shop, offer)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO offer_end (community_id, offer_id, ended_at, ended_by, words) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], offer[:], tx.Now.UnixMicro(), tx.Actor.ID[:], words); err != nil {
		return err
	}
	return s.shops.Put(ctx, tx, shop, slices.Delete(slices.Clone(running), n, n+1))
}

// find is the place of an offer among those of its shop that run.
func (s *Service) find(ctx context.Context, tx *db.Tx, shop, offer id.ID) ([]*Offer, int, error) {
	running, err := s.shops.Get(ctx, tx, shop)
	if err != nil {
		return nil, 0, err
	}
	n := slices.IndexFunc(running, func(o *Offer) bool { return o.ID == offer })
	if n < 0 {
		o, err := s.ByID(ctx, tx, tx.Community, offer)
		switch {
		case err != nil:
			return nil, 0, err
		case o.Merchant != shop:
			return nil, 0, ErrNotFound
		}
		return nil, 0, ErrEnded
	}
	return running, n, nil
}

// ByID finds an offer.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, offer id.ID) (*Offer, error) {
	all, err := list(ctx, r, community, " AND o.id = ?", offer[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Of lists the offers of a shop, ended ones too, the latest first.
func (s *Service) Of(ctx context.Context, r db.Reader, community, shop id.ID) ([]*Offer, error) {
	return list(ctx, r, community, " AND o.merchant_id = ? ORDER BY o.made_at DESC, o.id DESC LIMIT 500", shop[:])
}

// On lists the offers of a community that run on a day, by shop.
func (s *Service) On(ctx context.Context, r db.Reader, community id.ID, day period.Day) ([]*Offer, error) {
	all, err := list(ctx, r, community, " AND e.offer_id IS NULL AND v.last_day >= ? ORDER BY o.merchant_id, o.made_at, o.id LIMIT 5000", int64(day))
	return slices.DeleteFunc(all, func(o *Offer) bool { return !o.When.Runs(day) }), err
}

// Versions lists what an offer said, the first version first.
func (s *Service) Versions(ctx context.Context, r db.Reader, community, offer id.ID) ([]*Offer, error) {
	return versions(ctx, r, community, offer)
}

// Stands are the offers with how far each is used by all.
func (s *Service) Stands(ctx context.Context, r db.Reader, community id.ID, offers []*Offer) (all []Stand, err error) {
	counts, err := countsOf(ctx, r, community)
	for _, o := range offers {
		c := counts[o.ID]
		all = append(all, Stand{Offer: o, Uses: int(c.uses), Saved: c.saved})
	}
	return all, err
}
