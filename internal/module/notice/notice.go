// Package notice tells people what concerns them: a purchase was settled, a role
// was granted, somebody signed in from a new device. What happened stages a Notice
// in its own transaction (Send); it is delivered after the commit, at least once,
// and shown once.
//
// Every notice lies in the person's inbox. Some kinds also go out by push, SMS or
// WeChat, as far as she wishes, outside of her quiet hours, and never more than so
// many of a kind: what is too much waits for a digest. All of it lives under "~",
// with the person: her wishes, her quiet hours and what she was sent lately are one
// matter, whatever community the cause lies in, and one transaction decides on them
// (docs/adr/0003).
package notice

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of notices.
var Schema = db.Schema{
	Owner: "module/notice",
	Tables: []db.Table{
		{Name: "notice", Placement: db.Distributed}, {Name: "notice_read", Placement: db.Distributed}, {Name: "notice_read_all", Placement: db.Distributed},
		{Name: "notice_wish", Placement: db.Distributed}, {Name: "notice_quiet", Placement: db.Distributed}, {Name: "notice_reader", Placement: db.Distributed},
		{Name: "notice_position", Placement: db.Distributed}, {Name: "notice_delivery", Placement: db.Distributed}, {Name: "notice_due", Placement: db.Distributed},
		{Name: "notice_attempt", Placement: db.Distributed}, {Name: "notice_held", Placement: db.Distributed}, {Name: "notice_push", Placement: db.Distributed},
		{Name: "notice_broadcast", Placement: db.Distributed}, {Name: "notice_broadcast_position", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals.
var (
	ErrNoKind     = fault.New(fault.Invalid, "notice.no_such_kind")
	ErrNoWay      = fault.New(fault.Invalid, "notice.no_such_way")
	ErrMust       = fault.New(fault.Conflict, "notice.must_be_told")
	ErrBadQuiet   = fault.New(fault.Invalid, "notice.bad_quiet_hours")
	ErrNotFound   = fault.New(fault.NotFound, "notice.not_found")
	ErrBadPush    = fault.New(fault.Invalid, "notice.bad_push_address")
	ErrNotDead    = fault.New(fault.Conflict, "notice.not_dead")
	ErrBadTitle   = fault.New(fault.Invalid, "notice.bad_title")
	ErrBadBody    = fault.New(fault.Invalid, "notice.bad_body")
	ErrHalfTold   = fault.New(fault.Invalid, "notice.half_in_english")
	ErrTooOften   = fault.New(fault.TooMany, "notice.too_often")
	ErrNobody     = fault.New(fault.Invalid, "notice.nobody_there")
	ErrBadSender  = fault.New(fault.Invalid, "notice.bad_sender")
	ErrBadConfirm = fault.New(fault.Invalid, "notice.not_confirmed")
)

// Way is how a notice reaches a person.
type Way string

// The ways.
const (
	Inbox  Way = "inbox" // the pages of the house; every notice lies there
	Push   Way = "push"
	SMS    Way = "sms"
	WeChat Way = "wechat"
)

// Ways lists those that leave the house, in the order in which people read them.
var Ways = []Way{Push, WeChat, SMS}

// Staged is the outbox kind of a notice that waits to be delivered; Due that of a
// delivery whose time has come.
const (
	Staged    = "notice"
	Due       = "notice.due"
	Broadcast = "notice.broadcast"
)

// Notice is one thing to tell one person, as its cause stages it.
type Notice struct {
	Kind   string    `json:"kind"`
	Person id.ID     `json:"person,omitzero"`  // whom to tell,
	Member string    `json:"member,omitempty"` // or the reference of the member whose person is told, if she is known
	Cause  string    `json:"cause"`            // names what it is about; the same cause is told once
	Place  id.ID     `json:"place,omitzero"`   // the community it lies in; zero: none
	Args   []Arg     `json:"args,omitempty"`   // of the kind's words
	Link   string    `json:"link,omitempty"`   // page of the matter, a path of this house
	At     time.Time `json:"at,omitzero"`      // when it happened; zero: now
}

// Item is a notice in the inbox.
type Item struct {
	ID     id.ID
	Person id.ID
	Kind   *Kind // never nil: one that is not known any more stands in
	Cause  string
	Place  id.ID
	Args   []Arg
	Link   string
	At     time.Time
	Read   bool
}
