// Package access keeps who may do what: the roles of A2, the grants of a role to a
// person in a part of the tree, with term, grantor and reason, and the policies
// that say what a role allows. The policies are files that a committee can read.
package access

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of grants.
var Schema = db.Schema{
	Owner:  "module/access",
	Tables: []db.Table{{Name: "access_grant", Placement: db.Distributed}, {Name: "access_grant_end", Placement: db.Distributed}},
	FS:     schemaFS,
}

//go:embed policies/*.cedar
var policies embed.FS

// Policies are the files of what each role may do, one an area of the house.
var Policies, _ = fs.Sub(policies, "policies")

// The roles (A2). Resident is who signed up and lives here; every other one is
// granted.
const (
	Resident     authz.Role = "resident"
	Member       authz.Role = "member"
	Volunteer    authz.Role = "volunteer"
	TeamLeader   authz.Role = "team_leader"
	Director     authz.Role = "director"
	Owner        authz.Role = "merchant_owner"
	Staff        authz.Role = "merchant_staff"
	GridWorker   authz.Role = "grid_worker"
	Specialist   authz.Role = "community_specialist"
	PointKeeper  authz.Role = "pickup_keeper"
	Partner      authz.Role = "community_partner"
	Supplier     authz.Role = "supplier"
	Operator     authz.Role = "platform_operator"
	Finance      authz.Role = "finance"
	Committee    authz.Role = "committee_member"
	Chair        authz.Role = "rotating_chair"
	Mediator     authz.Role = "mediator"
	Advisor      authz.Role = "advisor"
	Officer      authz.Role = "government_officer"
	Inspector    authz.Role = "inspector"
	Supervisor   authz.Role = "data_supervisor"
	Donor        authz.Role = "donor"
	Property     authz.Role = "property_manager"
	Residents    authz.Role = "residents_committee"
	Owners       authz.Role = "owners_committee"
	Organisation authz.Role = "public_good_organisation"
	TaskForce    authz.Role = "task_force"
)

// Roles lists every role, in the order in which people read them.
var Roles = []authz.Role{Resident, Member, Volunteer, TeamLeader, Director, Owner, Staff, GridWorker, Specialist, PointKeeper, Partner, Supplier, Operator, Finance,
	Committee, Chair, Mediator, Advisor, Officer, Inspector, Supervisor, Donor, Property, Residents, Owners, Organisation, TaskForce}

// ofSubject are the roles that are held for one thing, never for a whole place.
var ofSubject = []authz.Role{Owner, Staff, PointKeeper, Supplier}

// Refusals, in the order in which Grant and End check them.
var (
	ErrBadRole     = fault.New(fault.Invalid, "access.bad_role")
	ErrNoSubject   = fault.New(fault.Invalid, "access.no_subject")
	ErrBadTerm     = fault.New(fault.Invalid, "access.bad_term")
	ErrNoReason    = fault.New(fault.Invalid, "access.no_reason")
	ErrAlreadyHeld = fault.New(fault.Conflict, "access.already_held")
	ErrNoSuchGrant = fault.New(fault.NotFound, "access.no_such_grant")
	ErrEnded       = fault.New(fault.Conflict, "access.ended")
	ErrOver        = fault.New(fault.Conflict, "access.over")
	ErrLast        = fault.New(fault.Conflict, "access.last_operator")
)

// Refusals that policies name, for those whom they stop.
var (
	ErrPasskey    = fault.New(fault.Forbidden, "access.needs_passkey")
	ErrOneself    = fault.New(fault.Forbidden, "access.not_to_oneself")
	ErrNotHelping = fault.New(fault.Forbidden, "access.not_while_helping")
)

// Grant is one role of one person, with who gave it, why and until when.
type Grant struct {
	ID        id.ID      `db:"id"`
	Person    id.ID      `db:"person_id"`
	Role      authz.Role `db:"role"`
	Place     id.ID      `db:"place_id"`   // zero: the whole installation
	Subject   id.ID      `db:"subject_id"` // zero: the whole place
	From      time.Time  `db:"-"`
	Until     time.Time  `db:"-"` // zero: without a term
	Grantor   string     `db:"grantor"`
	Reason    string     `db:"reason"`
	GrantedAt time.Time  `db:"-"`
	Ended     *Ending    `db:"-"` // nil while it holds
}

// By is who gave or ended a grant, as it is stored.
func By(a db.Actor) string {
	if a.ID.IsZero() {
		return a.Kind
	}
	return a.Kind + ":" + a.ID.String()
}

// PersonIn finds the person in what By wrote; false if it was none.
func PersonIn(by string) (who id.ID, ok bool) {
	text, ok := strings.CutPrefix(by, "person:")
	if !ok {
		return who, false
	}
	who, err := id.Parse(text)
	return who, err == nil
}

// overlaps reports whether two grants give the same at the same time.
func (g *Grant) overlaps(h *Grant) bool {
	same := g.Person == h.Person && g.Role == h.Role && g.Place == h.Place && g.Subject == h.Subject
	return same && (g.Until.IsZero() || h.From.Before(g.Until)) && (h.Until.IsZero() || g.From.Before(h.Until))
}

// NeedsSubject reports whether a role is held for one thing, never for a whole
// place.
func NeedsSubject(r authz.Role) bool { return slices.Contains(ofSubject, r) }

// Appointing is the action of giving a role to somebody, and of taking it away:
// who may is written in policies/appoint.cedar.
func Appointing(r authz.Role) authz.Action { return authz.Action("appoint." + r) }

// Ending is how a grant ended before its term.
type Ending struct {
	At     time.Time
	By     string
	Reason string
}

// Holds reports whether a grant is in force at an instant.
func (g *Grant) Holds(at time.Time) bool {
	return g.Ended == nil && !at.Before(g.From) && (g.Until.IsZero() || at.Before(g.Until))
}

// Validate refuses a grant that cannot be given.
func (g *Grant) Validate() error {
	switch {
	case !slices.Contains(Roles, g.Role):
		return ErrBadRole.On("role")
	case g.Subject.IsZero() && slices.Contains(ofSubject, g.Role):
		return ErrNoSubject.On("subject")
	case !g.Until.IsZero() && !g.Until.After(g.From):
		return ErrBadTerm.On("until")
	case g.Reason == "" || len(g.Reason) > 500:
		return ErrNoReason.On("reason")
	}
	return nil
}
