// Package membership keeps what a membership is: the terms that were paid for, what
// was used of them, who recommended whom, the perk packs of a quarter and birthdays
// (B1, B2, B4, B6). Whether a member is in good standing is the member module's; here
// stands why.
//
// What moves value (fee, refund, reward) is the charter's, and flows post it.
package membership

import (
	"embed"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of memberships.
var Schema = db.Schema{
	Owner: "module/membership",
	Tables: []db.Table{
		{Name: "membership_order", Placement: db.Distributed}, {Name: "membership_term", Placement: db.Distributed},
		{Name: "membership_term_end", Placement: db.Distributed}, {Name: "membership_mark", Placement: db.Distributed},
		{Name: "membership_use", Placement: db.Distributed}, {Name: "membership_use_back", Placement: db.Distributed},
		{Name: "membership_code", Placement: db.Distributed}, {Name: "membership_named", Placement: db.Distributed},
		{Name: "membership_unnamed", Placement: db.Distributed}, {Name: "membership_recommendation", Placement: db.Distributed},
		{Name: "membership_outcome", Placement: db.Distributed}, {Name: "membership_review", Placement: db.Distributed},
		{Name: "membership_verdict", Placement: db.Distributed}, {Name: "membership_taken", Placement: db.Distributed},
		{Name: "membership_cap", Placement: db.Distributed}, {Name: "membership_waiver", Placement: db.Distributed},
		{Name: "membership_device", Placement: db.Distributed}, {Name: "membership_pack", Placement: db.Distributed},
		{Name: "membership_pack_shop", Placement: db.Distributed}, {Name: "membership_pack_end", Placement: db.Distributed},
		{Name: "membership_claim", Placement: db.Distributed}, {Name: "membership_claim_end", Placement: db.Distributed},
		{Name: "membership_birthday", Placement: db.Distributed}, {Name: "membership_gift", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals of terms and uses, in the order in which they are checked.
var (
	ErrNoOrder   = fault.New(fault.NotFound, "membership.no_order")
	ErrNoTerm    = fault.New(fault.NotFound, "membership.no_term")
	ErrBarred    = fault.New(fault.Forbidden, "membership.barred")
	ErrAhead     = fault.New(fault.Conflict, "membership.next_term_paid")
	ErrOver      = fault.New(fault.Conflict, "membership.term_over")
	ErrNoNext    = fault.New(fault.Conflict, "membership.no_next_term")
	ErrBadDays   = fault.New(fault.Invalid, "membership.bad_days")
	ErrOverlap   = fault.New(fault.Conflict, "membership.terms_overlap")
	ErrNoReason  = fault.New(fault.Invalid, "membership.no_reason")
	ErrNotGood   = fault.New(fault.Conflict, "membership.not_in_force")
	ErrUsedUp    = fault.New(fault.Conflict, "membership.services_used_up")
	ErrBadKind   = fault.New(fault.Invalid, "membership.bad_service")
	ErrBadServer = fault.New(fault.Invalid, "membership.bad_server")
	ErrBadDay    = fault.New(fault.Invalid, "membership.bad_day")
	ErrNoUse     = fault.New(fault.NotFound, "membership.no_use")
	ErrTakenBack = fault.New(fault.Conflict, "membership.use_taken_back")
)

// Service is the door to memberships. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// maxReason bounds what people write as a reason, in characters.
const maxReason = 200

// Reason is a reason as it is kept: without blanks around it, not empty, not long.
func Reason(text string) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || !short(text, maxReason) {
		return "", ErrNoReason.On("reason")
	}
	return text, nil
}

func short(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsAny(s, "\r\n\x00")
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }
