package bundle

import (
	"context"
	"encoding/json"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/platform/db"
)

// Service is the door to bundles. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Propose notes a bundle; its terms have been validated.
func (s *Service) Propose(ctx context.Context, tx *db.Tx, t Terms) (_ *Bundle, err error) {
	defer fault.Wrap(&err, "bundle: propose %s", t.Name)
	terms, err := json.Marshal(&t)
	if err != nil {
		return nil, err
	}
	made := proposed(tx.NewID(), t, tx.Actor.ID, tx.Now)
	_, err = tx.Exec(ctx, "INSERT INTO bundle (community_id, id, shop_id, name, terms, closes, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], made.ID[:], t.Shop[:], t.Name, string(terms), int64(t.Closes), tx.Now.UnixMicro(), tx.Actor.ID[:])
	return made, err
}

// Agree notes that a shop agrees to its parts, or the desk (zero) to the bundle. Who
// agrees last publishes it.
func (s *Service) Agree(ctx context.Context, tx *db.Tx, bundle, party id.ID) (_ *Bundle, err error) {
	defer fault.Wrap(&err, "bundle: agree to %s", bundle)
	b, err := s.step(ctx, tx, bundle, pact.Agreed, party, "")
	if err != nil || len(b.Missing()) > 0 {
		return b, err
	}
	return s.step(ctx, tx, bundle, pact.Published, id.ID{}, "")
}

// Decline ends a bundle that a party was asked for; zero is the desk.
func (s *Service) Decline(ctx context.Context, tx *db.Tx, bundle, party id.ID, words string) (*Bundle, error) {
	return s.step(ctx, tx, bundle, pact.Declined, party, words)
}

// Withdraw takes a bundle back that is not agreed to by all.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, bundle, party id.ID, words string) (*Bundle, error) {
	return s.step(ctx, tx, bundle, pact.Withdrawn, party, words)
}

// Stop ends the selling: by the shop that proposed it, or by the desk (zero), which may
// stop any. What was sold stands.
func (s *Service) Stop(ctx context.Context, tx *db.Tx, bundle, party id.ID, words string) (*Bundle, error) {
	return s.step(ctx, tx, bundle, pact.Stopped, party, words)
}

// step takes and writes the next step of a bundle.
func (s *Service) step(ctx context.Context, tx *db.Tx, bundle id.ID, what pact.What, party id.ID, words string) (_ *Bundle, err error) {
	defer fault.Wrap(&err, "bundle: %s of %s", what, bundle)
	found, err := s.ByID(ctx, tx, tx.Community, bundle)
	if err != nil {
		return nil, err
	}
	st := pact.Step{What: what, Party: party, Words: words, At: tx.Now, By: tx.Actor.ID}
	if err := found.May(st); err != nil {
		return nil, err
	}
	n := len(found.Steps)
	found.Pact = found.With(st)
	_, err = tx.Exec(ctx, "INSERT INTO bundle_step (community_id, bundle_id, n, what, shop_id, words, step_at, step_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], found.ID[:], int64(n), string(st.What), st.Party[:], st.Words, st.At.UnixMicro(), st.By[:])
	return found, err
}
