// Package assist keeps who may act for whom, and what was done so: the consents
// that people give and take back, the half-hour sessions in which a helper acts for
// a person, the log of what happened in them, and the requests with which a person
// asks her grid worker to do something for her (A4, A5). All of it belongs to people
// and lives under "~".
package assist

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of consents, sessions and requests.
var Schema = db.Schema{
	Owner: "module/assist",
	Tables: []db.Table{
		{Name: "assist_consent", Placement: db.Distributed}, {Name: "assist_consent_end", Placement: db.Distributed},
		{Name: "assist_session", Placement: db.Distributed}, {Name: "assist_session_end", Placement: db.Distributed},
		{Name: "assist_act", Placement: db.Distributed},
		{Name: "assist_request", Placement: db.Distributed}, {Name: "assist_request_step", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Scope is a sort of thing that a helper may do.
type Scope string

// The scopes. What a consent does not name is refused in its sessions, and some
// things no consent can name: policies/assist.cedar.
const (
	See    Scope = "see"    // her orders, entitlement and receipts
	Order  Scope = "order"  // order and book
	Settle Scope = "settle" // settle at the till
	Serve  Scope = "serve"  // ask for services of neighbours
)

// Scopes lists the scopes.
var Scopes = []Scope{See, Order, Settle, Serve}

// Basis is why somebody may be a helper at all.
type Basis string

// The bases.
const (
	Guardian Basis = "guardian"    // a relative whom she trusts
	Worker   Basis = "grid_worker" // who serves her household
)

// Given is how a consent was given.
type Given string

// The ways of giving a consent.
const (
	OwnPhone Given = "own_phone" // she was signed in herself
	InPerson Given = "in_person" // on paper, before a witness
	Document Given = "document"  // by a guardian's document
)

// MaxConsent is how long a consent holds at most; then it has to be given again.
// SessionTime is how long a session runs. AnswerWithin is when a request for help
// is late; MaxOpen is how many one person may have open.
const (
	MaxConsent   = 366 * 24 * time.Hour
	SessionTime  = 30 * time.Minute
	AnswerWithin = 4 * time.Hour
	MaxOpen      = 5
)

// Refusals of a consent, in the order in which they are checked.
var (
	ErrHerself    = fault.New(fault.Invalid, "assist.herself")
	ErrBadBasis   = fault.New(fault.Invalid, "assist.bad_basis")
	ErrNoScope    = fault.New(fault.Invalid, "assist.no_scope")
	ErrBadTerm    = fault.New(fault.Invalid, "assist.bad_term")
	ErrBadGiven   = fault.New(fault.Invalid, "assist.bad_given")
	ErrNoEvidence = fault.New(fault.Invalid, "assist.no_evidence")
	ErrNoWitness  = fault.New(fault.Invalid, "assist.no_witness")
	ErrOwnNote    = fault.New(fault.Forbidden, "assist.own_note")
	ErrNotHers    = fault.New(fault.Forbidden, "assist.not_hers")
	ErrConsented  = fault.New(fault.Conflict, "assist.consented")
	ErrNoConsent  = fault.New(fault.NotFound, "assist.no_consent")
	ErrRevoked    = fault.New(fault.Conflict, "assist.revoked")
	ErrExpired    = fault.New(fault.Conflict, "assist.expired")
)

// Refusals by the policies (policies/assist.cedar).
var (
	ErrNotActing = fault.New(fault.Forbidden, "assist.not_while_acting")
	ErrNotAgreed = fault.New(fault.Forbidden, "assist.not_agreed")
)

// Consent is one person's word that another may act for her.
type Consent struct {
	ID       id.ID
	Subject  id.ID
	Helper   id.ID
	Basis    Basis
	Scopes   []Scope
	Given    Given
	Evidence string // number of the paper form or document
	Witness  string // who saw it
	From     time.Time
	Until    time.Time
	At       time.Time // when it was noted
	By       id.ID     // by whom
	Ended    *Revocation
}

// Revocation is how a consent was taken back.
type Revocation struct {
	At     time.Time
	By     id.ID
	Reason string
}

// Holds refuses what a consent does not carry any more, or not yet.
func (c *Consent) Holds(at time.Time) error {
	switch {
	case c.Ended != nil:
		return ErrRevoked
	case at.Before(c.From) || !at.Before(c.Until):
		return ErrExpired
	}
	return nil
}

// Allows reports whether a consent names a scope.
func (c *Consent) Allows(s Scope) bool { return slices.Contains(c.Scopes, s) }

// validate refuses a consent that cannot be noted by somebody at an instant.
func (c *Consent) validate(now time.Time, by id.ID) error {
	switch {
	case c.Subject == c.Helper:
		return ErrHerself.On("helper")
	case c.Basis != Guardian && c.Basis != Worker:
		return ErrBadBasis.On("basis")
	case len(c.Scopes) == 0 || slices.ContainsFunc(c.Scopes, func(s Scope) bool { return !slices.Contains(Scopes, s) }):
		return ErrNoScope.On("scopes")
	case !c.Until.After(c.From) || !c.Until.After(now) || c.Until.Sub(c.From) > MaxConsent:
		return ErrBadTerm.On("until")
	}
	switch c.Given {
	case OwnPhone:
		if by != c.Subject {
			return ErrNotHers
		}
		return nil
	case InPerson, Document:
	default:
		return ErrBadGiven.On("given")
	}
	switch {
	case by == c.Helper || by == c.Subject:
		return ErrOwnNote
	case !short(c.Evidence, 80) || c.Evidence == "":
		return ErrNoEvidence.On("evidence")
	case c.Given == InPerson && (c.Witness == "" || !short(c.Witness, 40)):
		return ErrNoWitness.On("witness")
	}
	return nil
}

func short(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsAny(s, "\r\n\x00")
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }
