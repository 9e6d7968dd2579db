// Package timebank keeps the hours that neighbours give each other 时间银行: what can be
// asked for and by which standard, who asked for what and when, who was asked and what
// she answered, who promised, came, went and was thanked (F1–F4, F8).
//
// A request has one or more places; each is filled by one assignment at a time. Who is
// asked is decided by dispatch, what is paid by the charter's rules T: here are the
// records and the ways in which they may go on. Members stand here under their
// pseudonyms. Where to ring lies in a row of its own (Door), which only the assigned
// see, and which is taken away when the service has ended.
package timebank

import (
	"embed"
	"io/fs"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of the time bank.
var Schema = db.Schema{
	Owner: "module/timebank",
	Tables: []db.Table{
		{Name: "timebank_kind", Placement: db.Distributed},
		{Name: "timebank_request", Placement: db.Distributed}, {Name: "timebank_request_end", Placement: db.Distributed}, {Name: "timebank_door", Placement: db.Distributed},
		{Name: "timebank_ring", Placement: db.Distributed}, {Name: "timebank_beyond", Placement: db.Distributed}, {Name: "timebank_alert", Placement: db.Distributed},
		{Name: "timebank_offer", Placement: db.Distributed}, {Name: "timebank_ready", Placement: db.Distributed}, {Name: "timebank_answer", Placement: db.Distributed},
		{Name: "timebank_assignment", Placement: db.Distributed}, {Name: "timebank_step", Placement: db.Distributed},
		{Name: "timebank_proof", Placement: db.Distributed}, {Name: "timebank_thanks", Placement: db.Distributed}, {Name: "timebank_feedback", Placement: db.Distributed},
		{Name: "timebank_incident", Placement: db.Distributed}, {Name: "timebank_incident_end", Placement: db.Distributed},
		{Name: "timebank_plan", Placement: db.Distributed}, {Name: "timebank_plan_end", Placement: db.Distributed}, {Name: "timebank_plan_made", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNoKind      = fault.New(fault.NotFound, "timebank.no_kind")
	ErrKindOff     = fault.New(fault.Conflict, "timebank.kind_off")
	ErrBadKind     = fault.New(fault.Invalid, "timebank.bad_kind")
	ErrBadMinutes  = fault.New(fault.Invalid, "timebank.bad_minutes")
	ErrBadPeople   = fault.New(fault.Invalid, "timebank.bad_people")
	ErrBadStandard = fault.New(fault.Invalid, "timebank.bad_standard")
	ErrBadSkill    = fault.New(fault.Invalid, "timebank.bad_skill")
	ErrBadPrice    = fault.New(fault.Invalid, "timebank.bad_price")

	ErrNotFound   = fault.New(fault.NotFound, "timebank.not_found")
	ErrBadTime    = fault.New(fault.Invalid, "timebank.bad_time")
	ErrTooFar     = fault.New(fault.Invalid, "timebank.too_far_ahead")
	ErrBadWords   = fault.New(fault.Invalid, "timebank.bad_words")
	ErrBadDoor    = fault.New(fault.Invalid, "timebank.bad_door")
	ErrNotUrgent  = fault.New(fault.Invalid, "timebank.never_urgent")
	ErrSameThen   = fault.New(fault.Conflict, "timebank.asked_already")
	ErrTooMany    = fault.New(fault.Conflict, "timebank.too_many_open")
	ErrEnded      = fault.New(fault.Conflict, "timebank.ended")
	ErrTaken      = fault.New(fault.Conflict, "timebank.taken")
	ErrOver       = fault.New(fault.Conflict, "timebank.offer_over")
	ErrAnswered   = fault.New(fault.Conflict, "timebank.answered")
	ErrOwnRequest = fault.New(fault.Conflict, "timebank.own_request")
	ErrBusyThen   = fault.New(fault.Conflict, "timebank.busy_then")
	ErrNoWay      = fault.New(fault.Conflict, "timebank.no_way")
	ErrBadCode    = fault.New(fault.Invalid, "timebank.bad_code")
	ErrTooEarly   = fault.New(fault.Conflict, "timebank.too_early")
	ErrTooLate    = fault.New(fault.Conflict, "timebank.too_late")
	ErrNotThere   = fault.New(fault.Conflict, "timebank.not_there")
	ErrNeedsProof = fault.New(fault.Conflict, "timebank.needs_proof")
	ErrNoReason   = fault.New(fault.Invalid, "timebank.no_reason")
	ErrThanked    = fault.New(fault.Conflict, "timebank.thanked")
	ErrNotOver    = fault.New(fault.Conflict, "timebank.not_over")
	ErrKeptHome   = fault.New(fault.Conflict, "timebank.kept_home") // who asked did not agree to have it told next door

	ErrBadPlan   = fault.New(fault.Invalid, "timebank.bad_plan")
	ErrPlanEnded = fault.New(fault.Conflict, "timebank.plan_ended")
)
