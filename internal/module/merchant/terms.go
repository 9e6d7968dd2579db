package merchant

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// Refusals of Amend, in the order in which it checks them.
var (
	ErrBadStatus = fault.New(fault.Invalid, "merchant.bad_status")
	ErrNoReason  = fault.New(fault.Invalid, "merchant.no_reason")
	ErrMoved     = fault.New(fault.Conflict, "merchant.changed_meanwhile")
	ErrSame      = fault.New(fault.Invalid, "merchant.nothing_changed")
)

// Statuses lists every status.
var Statuses = []Status{Active, Suspended}

// Terms are what the alliance and a shop agree on.
type Terms struct {
	Tier       policy.Tier
	CarePledge money.Rate
	Status     Status
}

// Terms are the shop's.
func (m *Merchant) Terms() Terms { return Terms{m.Tier, m.CarePledge, m.Status} }

// Amendment is a change of a shop's terms: who made it, when and why.
type Amendment struct {
	ID       id.ID
	Merchant id.ID
	Before   Terms
	After    Terms
	Reason   string
	By       string // kind and id of who changed it
	At       time.Time
}

// Amend changes a shop's terms and records who did it and why. before is what the
// person saw: somebody else's change in between is refused, not overwritten.
func (s *Service) Amend(ctx context.Context, tx *db.Tx, ref string, before, after Terms, reason string) (err error) {
	defer fault.Wrap(&err, "merchant: amend %s", ref)
	reason = strings.TrimSpace(reason)
	m, err := s.ByRef(ctx, tx, ref)
	switch {
	case err != nil:
		return err
	case !slices.Contains(Statuses, after.Status):
		return ErrBadStatus.On("status")
	case reason == "" || len(reason) > 1000:
		return ErrNoReason.On("reason")
	case m.Terms() != before:
		return ErrMoved
	case before == after:
		return ErrSame
	}
	if err := s.Change(ctx, tx, ref, func(m *Merchant) error {
		m.Tier, m.CarePledge, m.Status = after.Tier, after.CarePledge, after.Status
		return nil
	}); err != nil {
		return err
	}
	key := tx.NewID()
	_, err = tx.Exec(ctx, `INSERT INTO merchant_change (community_id, id, merchant_id, tier_before, tier, pledge_before, pledge, status_before, status, reason, changed_by, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], key[:], m.ID[:], int64(before.Tier), int64(after.Tier),
		int64(before.CarePledge), int64(after.CarePledge), string(before.Status), string(after.Status), reason, tx.Actor.String(), tx.Now.UnixMicro())
	return err
}

// Amendments are the changes of a shop's terms, the newest first.
func (s *Service) Amendments(ctx context.Context, r db.Reader, community, merchant id.ID) ([]Amendment, error) {
	return amendments(ctx, r, "merchant_id = ?", community, merchant[:])
}

// Amended are the changes in a community in from ≤ time < to, the newest first.
func (s *Service) Amended(ctx context.Context, r db.Reader, community id.ID, from, to time.Time) ([]Amendment, error) {
	return amendments(ctx, r, "changed_at >= ? AND changed_at < ?", community, from.UnixMicro(), to.UnixMicro())
}

func amendments(ctx context.Context, r db.Reader, where string, community id.ID, args ...any) (all []Amendment, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var a Amendment
		var at int64
		err := rows.Scan(&a.ID, &a.Merchant, &a.Before.Tier, &a.After.Tier, &a.Before.CarePledge, &a.After.CarePledge,
			&a.Before.Status, &a.After.Status, &a.Reason, &a.By, &at)
		a.At = time.UnixMicro(at).UTC()
		all = append(all, a)
		return err
	}, `SELECT id, merchant_id, tier_before, tier, pledge_before, pledge, status_before, status, reason, changed_by, changed_at
		FROM merchant_change WHERE community_id = ? AND `+where+" ORDER BY id DESC", append([]any{community[:]}, args...)...)
	return all, err
}

// Count is the number of shops of a community.
func (s *Service) Count(ctx context.Context, r db.Reader, community id.ID) (n int, err error) {
	err = db.One(ctx, r, &n, "SELECT count(*) FROM merchant WHERE community_id = ?", community[:])
	return n, err
}
