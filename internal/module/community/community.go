// Package community keeps the tree of places: city, street, community, grid and
// building (A1), what each community may use (A10) and the templates from which
// new ones are made (T1). A place of kind community or street keeps its own books;
// every business record belongs to exactly one of them.
package community

import (
	"embed"
	"io/fs"
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

// Schema are the tables of places and where they stand.
var Schema = db.Schema{
	Owner: "module/community",
	Tables: []db.Table{
		{Name: "community_place", Placement: db.Distributed}, {Name: "community_close", Placement: db.Distributed},
		{Name: "community_change", Placement: db.Distributed}, {Name: "community_switch", Placement: db.Distributed},
		{Name: "community_template", Placement: db.Distributed}, {Name: "community_position", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Kind is the level of a place in the tree.
type Kind string

// The levels, from the root down.
const (
	City      Kind = "city"
	Street    Kind = "street"
	Community Kind = "community"
	Grid      Kind = "grid"
	Building  Kind = "building"
)

// Kinds lists the levels, from the root down.
var Kinds = []Kind{City, Street, Community, Grid, Building}

var level = map[Kind]int{City: 0, Street: 1, Community: 2, Grid: 3, Building: 4}

// Within reports whether places of this kind lie inside of a community, so that
// they stay in it for ever.
func (k Kind) Within() bool { return level[k] > level[Community] }

// Below lists the kinds that may stand under this one.
func (k Kind) Below() []Kind { return Kinds[level[k]+1:] }

// Refusals, in the order in which places are checked.
var (
	ErrBadKind        = fault.New(fault.Invalid, "community.bad_kind")
	ErrBadRef         = fault.New(fault.Invalid, "community.bad_ref")
	ErrBadName        = fault.New(fault.Invalid, "community.bad_name")
	ErrBadParent      = fault.New(fault.Invalid, "community.bad_parent")
	ErrParentClosed   = fault.New(fault.Conflict, "community.parent_closed")
	ErrExists         = fault.New(fault.Conflict, "community.exists")
	ErrNotFound       = fault.New(fault.NotFound, "community.not_found")
	ErrClosed         = fault.New(fault.Conflict, "community.closed")
	ErrOtherCommunity = fault.New(fault.Conflict, "community.other_community")
	ErrHasPlaces      = fault.New(fault.Conflict, "community.has_places")
	ErrNoReason       = fault.New(fault.Invalid, "community.no_reason")
)

// Place is one node of the tree.
type Place struct {
	ID       id.ID  `db:"id"`
	Parent   id.ID  `db:"parent_id"`
	Kind     Kind   `db:"kind"`
	Ref      string `db:"ref"` // what people and files call it, unique: "C1"
	Name     string `db:"name"`
	ClosedAt int64  `db:"closed_at"` // microseconds; 0 while it is open
}

// Closed reports whether nothing new may begin here.
func (p Place) Closed() bool { return p.ClosedAt != 0 }

// Since is when a place was closed.
func (p Place) Since() time.Time { return micros(p.ClosedAt) }

// Validate refuses a place that cannot stand under its parent.
func (p Place) Validate(parent *Place) error {
	below, ok := level[p.Kind]
	switch {
	case !ok:
		return ErrBadKind.On("kind")
	case p.Ref == "" || len(p.Ref) > 64 || p.Ref == "~" || !legible(p.Ref):
		return ErrBadRef.On("ref")
	case !named(p.Name):
		return ErrBadName.On("name")
	case parent == nil && !p.Parent.IsZero(), parent != nil && level[parent.Kind] >= below, parent == nil && p.Kind.Within():
		return ErrBadParent.On("parent")
	case parent != nil && parent.Closed():
		return ErrParentClosed.On("parent").With("name", parent.Name)
	}
	return nil
}

// maxName is how many characters a name has.
const maxName = 60

func named(s string) bool { return utf8.RuneCountInString(s) <= maxName && legible(s) }

// legible refuses letters that nobody sees: with them two names could look alike.
func legible(s string) bool {
	return utf8.ValidString(s) && s == strings.TrimSpace(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

// reasoned refuses a change that nobody explains.
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
