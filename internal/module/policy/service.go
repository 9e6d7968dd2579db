package policy

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema is the table of versions.
var Schema = db.Schema{
	Owner:  "module/policy",
	Tables: []db.Table{{Name: "policy_version", Placement: db.Distributed}},
	FS:     schemaFS,
}

// Refusals of a proposal, in the order in which Propose checks them; Validate and
// the worst-case search follow.
var (
	ErrNoReason  = fault.New(fault.Invalid, "policy.no_reason")
	ErrCodeTaken = fault.New(fault.Conflict, "policy.code_taken") // by a version that says something else
	ErrPast      = fault.New(fault.Invalid, "policy.effective_in_the_past")
	ErrNone      = fault.New(fault.NotFound, "policy.none")
)

// Proposal is a version to be.
type Proposal struct {
	Code          string
	EffectiveFrom time.Time
	Author        string
	Reason        string
	Params        Params
}

// Service is the door to versions.
type Service struct {
	versions *db.Memo[struct{}, []Version]
	known    *lru.Cache[[sha256.Size]byte, Params]
}

// knownMost is how many different texts of numbers the service remembers decoded.
const knownMost = 1024

// New makes the service.
func New() *Service {
	s := &Service{}
	s.versions = db.NewMemo(1, func(ctx context.Context, tx *db.Tx, _ struct{}) ([]Version, error) {
		return s.List(ctx, tx, tx.Community)
	})
	s.known, _ = lru.New[[sha256.Size]byte, Params](knownMost) // it refuses sizes below one only
	return s
}

// Versions are all versions of tx's community, by number. The slice is shared.
func (s *Service) Versions(ctx context.Context, tx *db.Tx) ([]Version, error) {
	return s.versions.Get(ctx, tx, struct{}{})
}

// List reads all versions outside of a transaction that writes.
func (s *Service) List(ctx context.Context, r db.Reader, community id.ID) (versions []Version, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) (err error) {
		var v Version
		var from, proposed int64
		var params []byte
		if err := rows.Scan(&v.Number, &v.Code, &from, &v.Author, &v.Reason, &proposed, &params); err != nil {
			return err
		}
		v.EffectiveFrom, v.ProposedAt = time.UnixMicro(from).UTC(), time.UnixMicro(proposed).UTC()
		v.Params, err = s.decode(params)
		versions = append(versions, v)
		return err
	}, "SELECT number, code, effective_from, author, reason, proposed_at, params FROM policy_version WHERE community_id = ? ORDER BY number", community[:])
	return versions, err
}

// decode reads the numbers of a version. Every page asks for them, and they hold
// nothing that can be shared and changed: what was read once is remembered by its text.
func (s *Service) decode(text []byte) (p Params, err error) {
	key := sha256.Sum256(text)
	if p, ok := s.known.Get(key); ok {
		return p, nil
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return Params{}, err
	}
	s.known.Add(key, p)
	return p, nil
}

// Propose adds a version, or refuses it: a number out of bounds, or a purchase
// that would leave a shop with less than it was promised (L8). The first version
// of a community holds for all time before it; later ones may not begin in the
// past. The code names the version: the same proposal again is the version that
// was added first. The search takes a moment: callers run Params.Admit before
// they open the transaction; Propose does not repeat it.
func (s *Service) Propose(ctx context.Context, tx *db.Tx, p Proposal) (v Version, added bool, err error) {
	defer fault.Wrap(&err, "policy: propose %s", p.Code)
	versions, err := s.Versions(ctx, tx)
	if err != nil {
		return Version{}, false, err
	}
	p.EffectiveFrom = p.EffectiveFrom.UTC().Truncate(time.Microsecond)
	named := slices.IndexFunc(versions, func(v Version) bool { return v.Code == p.Code })
	switch {
	case strings.TrimSpace(p.Reason) == "" || p.Author == "":
		return Version{}, false, ErrNoReason.On("reason")
	case named >= 0 && versions[named].proposal() != p:
		return Version{}, false, ErrCodeTaken.On("code")
	case named >= 0:
		return versions[named], false, nil
	case len(versions) > 0 && p.EffectiveFrom.Before(tx.Now):
		return Version{}, false, ErrPast.On("effective_from")
	}
	v = Version{Number: len(versions) + 1, Code: p.Code, EffectiveFrom: p.EffectiveFrom,
		Author: p.Author, Reason: p.Reason, ProposedAt: tx.Now, Params: p.Params}
	params, err := json.Marshal(v.Params)
	if err != nil {
		return Version{}, false, err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO policy_version (community_id, number, code, effective_from, author, reason, proposed_at, params) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], v.Number, v.Code, v.EffectiveFrom.UnixMicro(), v.Author, v.Reason, v.ProposedAt.UnixMicro(), string(params)); err != nil {
		return Version{}, false, err
	}
	return v, true, s.versions.Put(ctx, tx, struct{}{}, append(slices.Clip(versions), v))
}

// proposal is what was proposed.
func (v *Version) proposal() Proposal {
	return Proposal{v.Code, v.EffectiveFrom, v.Author, v.Reason, v.Params}
}
