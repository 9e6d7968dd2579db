// Package merchant keeps the shops of a community's alliance: trade, tier, care
// pledge and status (C1, C2). Admission, duties and scores are rooms of their own.
package merchant

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of merchants, where they stand, and how their terms changed.
var Schema = db.Schema{
	Owner: "module/merchant",
	Tables: []db.Table{{Name: "merchant", Placement: db.Distributed}, {Name: "merchant_position", Placement: db.Distributed},
		{Name: "merchant_change", Placement: db.Distributed}},
	FS: schemaFS,
}

// Status says whether a shop takes part.
type Status string

// The statuses.
const (
	Active    Status = "active"
	Suspended Status = "suspended"
)

// Refusals, in the order in which the methods check them.
var (
	ErrBadRef    = fault.New(fault.Invalid, "merchant.bad_ref")
	ErrBadTier   = fault.New(fault.Invalid, "merchant.bad_tier")
	ErrBadPledge = fault.New(fault.Invalid, "merchant.bad_pledge")
	ErrNotFound  = fault.New(fault.NotFound, "merchant.not_found")
	ErrSuspended = fault.New(fault.Conflict, "merchant.suspended")
)

// Merchant is one shop.
type Merchant struct {
	ID         id.ID       `db:"id"`
	Ref        string      `db:"ref"`
	Name       string      `db:"name"`
	Industry   string      `db:"industry"`
	IndustryZH string      `db:"industry_zh"`
	Tier       policy.Tier `db:"tier"`
	CarePledge money.Rate  `db:"care_pledge"` // share of sales pledged to the care fund (K1)
	Owner      id.ID       `db:"owner_id"`    // the owner's pseudonym as a member here, zero if unknown
	Status     Status      `db:"status"`
}

// Validate refuses a shop that cannot be stored.
func (m *Merchant) Validate() error {
	switch {
	case m.Ref == "" || len(m.Ref) > 64:
		return ErrBadRef.On("merchant_ref")
	case !slices.Contains(policy.Tiers, m.Tier):
		return ErrBadTier.On("tier")
	case m.CarePledge < 0 || m.CarePledge > money.One:
		return ErrBadPledge.On("care_pledge")
	}
	return nil
}

// Service is the door to merchants.
type Service struct {
	byRef *db.Memo[string, *Merchant]
	byID  *db.Memo[id.ID, *Merchant]
}

// New makes the service.
func New() *Service {
	s := &Service{byRef: db.NewMemo(20_000, func(ctx context.Context, tx *db.Tx, ref string) (*Merchant, error) {
		m, err := find(ctx, tx, tx.Community, "ref = ?", ref)
		if errors.Is(err, ErrNotFound) {
			return nil, nil
		}
		return m, err
	})}
	s.byID = db.NewMemo(20_000, func(ctx context.Context, tx *db.Tx, merchant id.ID) (*Merchant, error) {
		return find(ctx, tx, tx.Community, "id = ?", merchant[:])
	})
	return s
}

// ByRef finds a shop of tx's community. The result is shared: do not change it.
func (s *Service) ByRef(ctx context.Context, tx *db.Tx, ref string) (*Merchant, error) {
	m, err := s.byRef.Get(ctx, tx, ref)
	if err == nil && m == nil {
		err = ErrNotFound
	}
	return m, err
}

// OwnerOf is the owner of a shop of tx's community: a purchase asks it of every
// shop that has a claim.
func (s *Service) OwnerOf(ctx context.Context, tx *db.Tx, merchant id.ID) (id.ID, error) {
	m, err := s.Known(ctx, tx, merchant)
	if err != nil {
		return id.ID{}, err
	}
	return m.Owner, nil
}

// Known finds a shop of tx's community by its id, from the writer's memory. The
// result is shared: do not change it.
func (s *Service) Known(ctx context.Context, tx *db.Tx, merchant id.ID) (*Merchant, error) {
	m, err := s.byID.Get(ctx, tx, merchant)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Admit adds a shop; a reference that is there already is left as it is.
func (s *Service) Admit(ctx context.Context, tx *db.Tx, m Merchant) (admitted *Merchant, added bool, err error) {
	defer fault.Wrap(&err, "merchant: admit %s", m.Ref)
	if err := m.Validate(); err != nil {
		return nil, false, err
	}
	if found, err := s.byRef.Get(ctx, tx, m.Ref); err != nil || found != nil {
		return found, false, err
	}
	m.ID, m.Status = tx.NewID(), Active
	_, err = tx.Exec(ctx, `INSERT INTO merchant (community_id, id, ref, name, industry, industry_zh, tier, care_pledge, owner_id, status, joined_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], m.ID[:], m.Ref, m.Name, m.Industry, m.IndustryZH, int64(m.Tier),
		int64(m.CarePledge), m.Owner, string(m.Status), tx.Now.UnixMicro())
	if err != nil {
		return nil, false, err
	}
	return &m, true, s.remember(ctx, tx, &m)
}

func (s *Service) remember(ctx context.Context, tx *db.Tx, m *Merchant) error {
	if err := s.byID.Put(ctx, tx, m.ID, m); err != nil {
		return err
	}
	return s.byRef.Put(ctx, tx, m.Ref, m)
}

// Change edits a shop.
func (s *Service) Change(ctx context.Context, tx *db.Tx, ref string, edit func(m *Merchant) error) (err error) {
	defer fault.Wrap(&err, "merchant: change %s", ref)
	found, err := s.ByRef(ctx, tx, ref)
	if err != nil {
		return err
	}
	m := *found
	if err := edit(&m); err != nil {
		return err
	}
	if err := m.Validate(); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE merchant SET tier = ?, care_pledge = ?, owner_id = ?, status = ? WHERE community_id = ? AND id = ?",
		int64(m.Tier), int64(m.CarePledge), m.Owner, string(m.Status), tx.Community[:], m.ID[:]); err != nil {
		return err
	}
	return s.remember(ctx, tx, &m)
}

// List is every shop of a community, by reference.
func (s *Service) List(ctx context.Context, r db.Reader, community id.ID) (all []*Merchant, err error) {
	err = db.All(ctx, r, &all, "SELECT "+columns+" FROM merchant WHERE community_id = ? ORDER BY ref", community[:])
	return all, err
}

// Lookup finds a shop outside of a transaction that writes.
func (s *Service) Lookup(ctx context.Context, r db.Reader, community id.ID, ref string) (*Merchant, error) {
	return find(ctx, r, community, "ref = ?", ref)
}

// ByID finds a shop by its id, outside of a transaction that writes.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, merchant id.ID) (*Merchant, error) {
	return find(ctx, r, community, "id = ?", merchant[:])
}

const columns = "id, ref, name, industry, industry_zh, tier, care_pledge, owner_id, status"

func find(ctx context.Context, r db.Reader, community id.ID, where string, arg any) (*Merchant, error) {
	var m Merchant
	err := db.One(ctx, r, &m, "SELECT "+columns+" FROM merchant WHERE community_id = ? AND "+where, community[:], arg)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	return &m, err
}
