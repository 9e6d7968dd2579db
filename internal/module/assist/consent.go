package assist

import (
	"context"
	"database/sql"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Consent notes that a person agrees; From is now if it is zero. Whether the helper
// is who she is said to be is the flow's question. tx belongs to "~".
func (s *Service) Consent(ctx context.Context, tx *db.Tx, c Consent) (_ *Consent, err error) {
	defer fault.Wrap(&err, "assist: consent")
	if c.From.IsZero() {
		c.From = tx.Now
	}
	if err := c.validate(tx.Now, tx.Actor.ID); err != nil {
		return nil, err
	}
	given, err := s.Consents(ctx, tx, c.Subject)
	if err != nil {
		return nil, err
	}
	for _, old := range given {
		if old.Helper == c.Helper && old.Holds(tx.Now) == nil {
			return nil, ErrConsented
		}
	}
	c.ID, c.At, c.By, c.Ended = tx.NewID(), tx.Now, tx.Actor.ID, nil
	_, err = tx.Exec(ctx, `INSERT INTO assist_consent (community_id, id, subject_id, helper_id, basis, scopes, given, evidence, witness, holds_from, holds_until, noted_at, noted_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id.Tilde[:], c.ID[:], c.Subject[:], c.Helper[:], string(c.Basis), joined(c.Scopes), string(c.Given), c.Evidence, c.Witness,
		c.From.UnixMicro(), c.Until.UnixMicro(), tx.Now.UnixMicro(), tx.Actor.ID)
	return &c, err
}

// Revoke takes a consent back; a session that runs under it ends with it. Who may
// is the caller's question. tx belongs to "~".
func (s *Service) Revoke(ctx context.Context, tx *db.Tx, consent id.ID, reason string) (_ *Consent, err error) {
	defer fault.Wrap(&err, "assist: revoke %s", consent)
	c, err := s.ConsentByID(ctx, tx, consent)
	switch {
	case err != nil:
		return nil, err
	case c.Ended != nil:
		return c, ErrRevoked
	case !short(reason, 200):
		return nil, ErrBadReason.On("reason")
	}
	if _, err = tx.Exec(ctx, "INSERT INTO assist_consent_end (community_id, consent_id, ended_at, ended_by, reason) VALUES (?, ?, ?, ?, ?)",
		id.Tilde[:], consent[:], tx.Now.UnixMicro(), tx.Actor.ID, reason); err != nil {
		return nil, err
	}
	return c, s.forget(ctx, tx)
}

// Consents lists every consent a person ever gave, the oldest first.
func (s *Service) Consents(ctx context.Context, r db.Reader, subject id.ID) ([]*Consent, error) {
	return consents(ctx, r, "c.subject_id = ?", subject[:])
}

// ConsentsTo lists every consent that was ever given to a helper, the oldest first.
func (s *Service) ConsentsTo(ctx context.Context, r db.Reader, helper id.ID) ([]*Consent, error) {
	return consents(ctx, r, "c.helper_id = ?", helper[:])
}

// ConsentByID finds a consent.
func (s *Service) ConsentByID(ctx context.Context, r db.Reader, consent id.ID) (*Consent, error) {
	all, err := consents(ctx, r, "c.id = ?", consent[:])
	if err == nil && len(all) == 0 {
		err = ErrNoConsent
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func consents(ctx context.Context, r db.Reader, where string, arg any) (all []*Consent, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := &Consent{}
		var scopes string
		var from, until, at int64
		var ended *int64
		var by id.ID
		var reason *string
		if err := rows.Scan(&c.ID, &c.Subject, &c.Helper, &c.Basis, &scopes, &c.Given, &c.Evidence, &c.Witness, &from, &until, &at, &c.By, &ended, &by, &reason); err != nil {
			return err
		}
		c.From, c.Until, c.At = micros(from), micros(until), micros(at)
		c.Scopes = split(scopes)
		if ended != nil {
			c.Ended = &Revocation{At: micros(*ended), By: by, Reason: *reason}
		}
		all = append(all, c)
		return nil
	}, `SELECT c.id, c.subject_id, c.helper_id, c.basis, c.scopes, c.given, c.evidence, c.witness, c.holds_from, c.holds_until, c.noted_at, c.noted_by, e.ended_at, e.ended_by, e.reason
		FROM assist_consent c LEFT JOIN assist_consent_end e ON e.community_id = c.community_id AND e.consent_id = c.id
		WHERE c.community_id = ? AND `+where+" ORDER BY c.id", id.Tilde[:], arg)
	return all, err
}

func joined(scopes []Scope) string {
	texts := make([]string, len(scopes))
	for i, s := range scopes {
		texts[i] = string(s)
	}
	return strings.Join(texts, " ")
}

func split(text string) (scopes []Scope) {
	for _, s := range strings.Fields(text) {
		scopes = append(scopes, Scope(s))
	}
	return scopes
}
