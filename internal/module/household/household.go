// Package household keeps households: where each one is, who lives in it and since
// when, which neighbour speaks for it and which grid worker serves it by name (A4).
// Households are the leaves of the tree of places and live with it under "~".
package household

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of households.
var Schema = db.Schema{
	Owner: "module/household",
	Tables: []db.Table{
		{Name: "household", Placement: db.Distributed}, {Name: "household_end", Placement: db.Distributed},
		{Name: "household_move_in", Placement: db.Distributed}, {Name: "household_move_out", Placement: db.Distributed},
		{Name: "household_link", Placement: db.Distributed}, {Name: "household_link_end", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrBadRef      = fault.New(fault.Invalid, "household.bad_ref")
	ErrBadDoor     = fault.New(fault.Invalid, "household.bad_door")
	ErrBadPlace    = fault.New(fault.Invalid, "household.bad_place")
	ErrExists      = fault.New(fault.Conflict, "household.exists")
	ErrNotFound    = fault.New(fault.NotFound, "household.not_found")
	ErrEnded       = fault.New(fault.Conflict, "household.ended")
	ErrLivedIn     = fault.New(fault.Conflict, "household.lived_in")
	ErrBadRelation = fault.New(fault.Invalid, "household.bad_relation")
	ErrBadDay      = fault.New(fault.Invalid, "household.bad_day")
	ErrElsewhere   = fault.New(fault.Conflict, "household.lives_elsewhere")
	ErrNoResidence = fault.New(fault.NotFound, "household.no_residence")
	ErrMovedOut    = fault.New(fault.Conflict, "household.moved_out")
	ErrBadLink     = fault.New(fault.Invalid, "household.bad_link")
	ErrLinked      = fault.New(fault.Conflict, "household.linked")
	ErrNoLink      = fault.New(fault.NotFound, "household.no_link")
	ErrNoReason    = fault.New(fault.Invalid, "household.no_reason")
)

// Household is one dwelling and who shares it.
type Household struct {
	ID      id.ID  `db:"id"`
	Home    id.ID  `db:"home_id"`  // the community
	Place   id.ID  `db:"place_id"` // the building or grid
	Ref     string `db:"ref"`      // what files call it, unique in its community
	Door    string `db:"door"`     // what people call it: "3 号楼 2 单元 301"
	EndedAt int64  `db:"ended_at"` // microseconds; 0 while it stands
}

// Ended reports whether nobody can move in any more.
func (h *Household) Ended() bool { return h.EndedAt != 0 }

func (h *Household) validate() error {
	switch {
	case h.Ref == "" || len(h.Ref) > 64 || !legible(h.Ref):
		return ErrBadRef.On("household_ref")
	case h.Door == "" || utf8.RuneCountInString(h.Door) > 60 || !legible(h.Door):
		return ErrBadDoor.On("door")
	case h.Place.IsZero() || h.Home.IsZero():
		return ErrBadPlace.On("place_ref")
	}
	return nil
}

// Relation is what somebody is in a household.
type Relation string

// The relations.
const (
	Head       Relation = "head" // 户主
	Spouse     Relation = "spouse"
	Child      Relation = "child"
	Parent     Relation = "parent"
	Grandchild Relation = "grandchild"
	Relative   Relation = "relative"
	Carer      Relation = "carer"
	Tenant     Relation = "tenant"
	Other      Relation = "other"
)

// Relations lists the relations.
var Relations = []Relation{Head, Spouse, Child, Parent, Grandchild, Relative, Carer, Tenant, Other}

// Residence is one person's time in a household.
type Residence struct {
	ID        id.ID
	Household id.ID
	Person    id.ID
	Relation  Relation
	From      time.Time
	Until     time.Time // zero while she lives there
	Why       string    // why she left
}

// Current reports whether she lives there.
func (r *Residence) Current() bool { return r.Until.IsZero() }

func (r *Residence) validate(now time.Time) error {
	switch {
	case !slices.Contains(Relations, r.Relation):
		return ErrBadRelation.On("relation")
	case r.From.After(now) || r.From.Year() < 1900:
		return ErrBadDay.On("since")
	}
	return nil
}

// LinkKind is how somebody from outside belongs to a household.
type LinkKind string

// The kinds of link.
const (
	Representative LinkKind = "representative" // 居民代表, who keeps in touch with it
	Worker         LinkKind = "worker"         // the grid worker who serves it by name
)

// Link is one person's duty for a household.
type Link struct {
	ID        id.ID
	Household id.ID
	Person    id.ID
	Kind      LinkKind
	Reason    string
	At        time.Time
	By        id.ID
	Until     time.Time // zero while it holds
}

// Current reports whether the duty holds.
func (l *Link) Current() bool { return l.Until.IsZero() }

func legible(s string) bool {
	return utf8.ValidString(s) && s == strings.TrimSpace(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

func reasoned(reason string) error {
	if strings.TrimSpace(reason) == "" || utf8.RuneCountInString(reason) > 500 {
		return ErrNoReason.On("reason")
	}
	return nil
}

func micros(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(at).UTC()
}
