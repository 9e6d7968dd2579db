package promotion

import (
	"context"
	"encoding/json"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Propose notes a series; its terms have been validated. A series that nobody but
// who proposed it pays for is published at once.
func (s *Service) Propose(ctx context.Context, tx *db.Tx, t Terms) (_ *Series, err error) {
	defer fault.Wrap(&err, "promotion: propose %s", t.Name)
	terms, err := json.Marshal(&t)
	if err != nil {
		return nil, err
	}
	made := proposed(tx.NewID(), t, tx.Actor.ID, tx.Now)
	if _, err := tx.Exec(ctx, "INSERT INTO promotion_series (community_id, id, shop_id, name, terms, closes, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], made.ID[:], t.Shop[:], t.Name, string(terms), int64(t.Closes), tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	if err := s.series.Put(ctx, tx, made.ID, made); err != nil {
		return nil, err
	}
	return s.publish(ctx, tx, made)
}

// Agree notes that a sharing shop agrees to a series, or the platform (zero). The one
// who agrees last publishes it.
func (s *Service) Agree(ctx context.Context, tx *db.Tx, series, party id.ID) (_ *Series, err error) {
	defer fault.Wrap(&err, "promotion: agree to %s", series)
	found, err := s.step(ctx, tx, series, pact.Agreed, party, "")
	if err != nil {
		return nil, err
	}
	return s.publish(ctx, tx, found)
}

// publish publishes a series that waits for nobody.
func (s *Service) publish(ctx context.Context, tx *db.Tx, found *Series) (*Series, error) {
	if len(found.Missing()) > 0 {
		return found, nil
	}
	published, err := s.step(ctx, tx, found.ID, pact.Published, id.ID{}, "")
	if err != nil {
		return nil, err
	}
	running, err := s.running.Get(ctx, tx, struct{}{})
	if err != nil {
		return nil, err
	}
	running = slices.DeleteFunc(slices.Clone(running), func(x *Series) bool { return x.ID == published.ID })
	return published, s.running.Put(ctx, tx, struct{}{}, append(running, published))
}

// Decline ends a series that a party was asked for; zero is the platform.
func (s *Service) Decline(ctx context.Context, tx *db.Tx, series, party id.ID, words string) (*Series, error) {
	return s.end(ctx, tx, series, pact.Declined, party, words)
}

// Withdraw takes a series back that is not yet agreed to.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, series, party id.ID, words string) (*Series, error) {
	return s.end(ctx, tx, series, pact.Withdrawn, party, words)
}

// Stop ends the giving of a series; party is the shop that issued it, or zero for the
// platform, which may stop any. Vouchers that were given stay good.
func (s *Service) Stop(ctx context.Context, tx *db.Tx, series, party id.ID, words string) (*Series, error) {
	return s.end(ctx, tx, series, pact.Stopped, party, words)
}

func (s *Service) end(ctx context.Context, tx *db.Tx, series id.ID, what pact.What, party id.ID, words string) (_ *Series, err error) {
	defer fault.Wrap(&err, "promotion: %s of %s", what, series)
	ended, err := s.step(ctx, tx, series, what, party, words)
	if err != nil {
		return nil, err
	}
	running, err := s.running.Get(ctx, tx, struct{}{})
	if err != nil {
		return nil, err
	}
	return ended, s.running.Put(ctx, tx, struct{}{}, slices.DeleteFunc(slices.Clone(running), func(x *Series) bool { return x.ID == series }))
}

// step takes and writes the next step of a series.
func (s *Service) step(ctx context.Context, tx *db.Tx, series id.ID, what pact.What, party id.ID, words string) (*Series, error) {
	found, err := s.Series(ctx, tx, series)
	if err != nil {
		return nil, err
	}
	st := pact.Step{What: what, Party: party, Words: words, At: tx.Now, By: tx.Actor.ID}
	if err := found.May(st); err != nil {
		return nil, err
	}
	next := *found
	next.Pact = found.With(st)
	if _, err := tx.Exec(ctx, "INSERT INTO promotion_series_step (community_id, series_id, n, what, shop_id, words, step_at, step_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], found.ID[:], int64(len(next.Steps)), string(st.What), st.Party[:], st.Words, st.At.UnixMicro(), st.By[:]); err != nil {
		return nil, err
	}
	return &next, s.series.Put(ctx, tx, next.ID, &next)
}

// Series finds a series. It is shared: do not change it.
func (s *Service) Series(ctx context.Context, tx *db.Tx, series id.ID) (*Series, error) {
	found, err := s.series.Get(ctx, tx, series)
	if err == nil && found == nil {
		err = ErrNoSeries
	}
	return found, err
}

// Running are the series that are given on a day, the oldest first. They are shared: do not change them.
func (s *Service) Running(ctx context.Context, tx *db.Tx, day period.Day) (all []*Series, err error) {
	running, err := s.running.Get(ctx, tx, struct{}{})
	for _, x := range running {
		if x.Open(day) {
			all = append(all, x)
		}
	}
	return all, err
}

// SeriesByID finds a series outside of a transaction that writes.
func (s *Service) SeriesByID(ctx context.Context, r db.Reader, community, series id.ID) (*Series, error) {
	return seriesByID(ctx, r, community, series)
}

func seriesByID(ctx context.Context, r db.Reader, community, series id.ID) (*Series, error) {
	all, err := listSeries(ctx, r, community, " AND s.id = ?", series[:])
	if err == nil && len(all) == 0 {
		err = ErrNoSeries
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// AllSeries lists the series of a community, the latest first.
func (s *Service) AllSeries(ctx context.Context, r db.Reader, community id.ID) ([]*Series, error) {
	return listSeries(ctx, r, community, " ORDER BY s.made_at DESC, s.id DESC LIMIT 1000")
}

// Concerning lists the series that a shop issued or shares, the latest first.
func (s *Service) Concerning(ctx context.Context, r db.Reader, community, shop id.ID) ([]*Series, error) {
	all, err := s.AllSeries(ctx, r, community)
	return slices.DeleteFunc(all, func(x *Series) bool { return x.Shop != shop && !slices.Contains(x.Shops(), shop) }), err
}

// Waiting are the series that a party is asked to agree to; zero is the
// platform.
func (s *Service) Waiting(ctx context.Context, r db.Reader, community, party id.ID) ([]*Series, error) {
	all, err := s.AllSeries(ctx, r, community)
	return slices.DeleteFunc(all, func(x *Series) bool { return x.Decided() || !slices.Contains(x.Missing(), party) }), err
}
