package privacy

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Service is the door to consents, reads and erasures. Everything lives under "~".
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Consents are all that a person ever gave, the oldest first.
func (s *Service) Consents(ctx context.Context, r db.Reader, person id.ID) (all []Consent, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Consent
		var given int64
		var withdrawn *int64
		if err := rows.Scan(&c.ID, &c.Purpose, &c.Version, &c.How, &given, &withdrawn); err != nil {
			return err
		}
		c.GivenAt = time.UnixMicro(given).UTC()
		if withdrawn != nil {
			c.WithdrawnAt = time.UnixMicro(*withdrawn).UTC()
		}
		all = append(all, c)
		return nil
	}, `SELECT c.id, c.purpose, c.version, c.how, c.given_at, w.withdrawn_at FROM privacy_consent c
		LEFT JOIN privacy_withdrawal w ON w.community_id = c.community_id AND w.consent_id = c.id
		WHERE c.community_id = ? AND c.person_id = ? ORDER BY c.id`, id.Tilde[:], person[:])
	return all, err
}

// Allowed reports whether a person allows a purpose under its present words.
func (s *Service) Allowed(ctx context.Context, r db.Reader, person id.ID, purpose string) (bool, error) {
	c, err := s.inForce(ctx, r, person, purpose)
	return c != nil, err
}

// inForce is the consent that holds for a purpose, nil if none does.
func (s *Service) inForce(ctx context.Context, r db.Reader, person id.ID, purpose string) (*Consent, error) {
	p, err := PurposeOf(purpose)
	if err != nil {
		return nil, err
	}
	all, err := s.Consents(ctx, r, person)
	if err != nil {
		return nil, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		if c := &all[i]; c.Purpose == purpose && c.Version == p.Version && c.WithdrawnAt.IsZero() {
			return c, nil
		}
	}
	return nil, nil
}

// Give notes a consent; one that holds already stays as it is. tx belongs to "~".
func (s *Service) Give(ctx context.Context, tx *db.Tx, person id.ID, purpose, how string) (err error) {
	defer fault.Wrap(&err, "privacy: consent to %s", purpose)
	p, err := PurposeOf(purpose)
	if err != nil {
		return err
	}
	if held, err := s.inForce(ctx, tx, person, purpose); err != nil || held != nil {
		return err
	}
	consent := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO privacy_consent (community_id, id, person_id, purpose, version, how, given_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], consent[:], person[:], purpose, p.Version, how, tx.Now.UnixMicro())
	return err
}

// Withdraw takes a consent back. tx belongs to "~".
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, person id.ID, purpose string) (err error) {
	defer fault.Wrap(&err, "privacy: withdraw %s", purpose)
	p, err := PurposeOf(purpose)
	if err != nil {
		return err
	}
	if p.Needed {
		return ErrNeeded
	}
	held, err := s.inForce(ctx, tx, person, purpose)
	if err != nil {
		return err
	}
	if held == nil {
		return ErrNotGiven
	}
	_, err = tx.Exec(ctx, "INSERT INTO privacy_withdrawal (community_id, consent_id, withdrawn_at) VALUES (?, ?, ?)", id.Tilde[:], held.ID[:], tx.Now.UnixMicro())
	return err
}
