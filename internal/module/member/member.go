// Package member keeps who belongs to a community: standing, level and the one
// leader a person may have (B3, B4). There is no second level: a leader's leader
// earns nothing from a purchase, and no column could say so.
//
// A person is at home in one community. Where she shops elsewhere, a copy of her
// standing, level and leader is kept there, and settlement reads only the copy.
package member

import (
	"embed"
	"io/fs"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of members.
var Schema = db.Schema{
	Owner:  "module/member",
	Tables: []db.Table{{Name: "member", Placement: db.Distributed}, {Name: "member_directory", Placement: db.Distributed}},
	FS:     schemaFS,
}

// Standing says whether a membership is in force.
type Standing string

// The standings.
const (
	Good   Standing = "good"   // paid and not suspended
	Lapsed Standing = "lapsed" // expired, may renew
	Barred Standing = "barred" // suspended by the community
)

// Refusals, in the order in which the methods check them.
var (
	ErrBadRef      = fault.New(fault.Invalid, "member.bad_ref")
	ErrBadStanding = fault.New(fault.Invalid, "member.bad_standing")
	ErrBadLevel    = fault.New(fault.Invalid, "member.bad_level")
	ErrNotFound    = fault.New(fault.NotFound, "member.not_found")
	ErrElsewhere   = fault.New(fault.Conflict, "member.at_home_elsewhere")
	ErrOwnLeader   = fault.New(fault.Invalid, "member.own_leader")
	ErrNoLeader    = fault.New(fault.Invalid, "member.leader_not_gold")
)

// Member is one membership as settlement reads it.
type Member struct {
	ID       id.ID // the pseudonym in this community
	Ref      string
	Home     id.ID
	Standing Standing
	Level    policy.Level
	Leader   id.ID // zero if none; one level only
	Version  int64 // grows with every change at home; below zero: see LeadsOnly
	JoinedAt time.Time
	Profile  Profile
}

// LeadsOnly reports whether she is known here only as the leader of a visitor.
// Then her own leader is not known, and she must visit before she can buy.
func (m *Member) LeadsOnly() bool { return m.Version < 0 }

// forgottenRef stands before the id of who was forgotten, in place of her reference.
const forgottenRef = "erased-"

// Forgotten reports whether she was erased (A7): nothing is given to who is left of her.
func (m *Member) Forgotten() bool { return strings.HasPrefix(m.Ref, forgottenRef) }

// Profile is what a person may have told; it is never needed to settle.
type Profile struct {
	AgeBand       string
	HouseholdSize string
	Kids          string
}

// Copied is what another community learns of a member.
type Copied struct {
	Ref      string       `json:"ref"`
	Home     id.ID        `json:"home"`
	Standing Standing     `json:"standing"`
	Level    policy.Level `json:"level"`
	Leader   string       `json:"leader"` // the leader's reference, "" if none
	Version  int64        `json:"version"`
}

// AsLeader is the copy that goes with the copy of somebody on her team: one level
// only, so it tells nothing of her own leader. Its version is below zero.
func (c Copied) AsLeader() Copied {
	c.Leader, c.Version = "", -max(c.Version, -c.Version)
	return c
}

// renews reports whether a copy says something newer than what is known of m. What
// is known of a visitor is never replaced by the copy of a leader: her own changes
// renew it.
func (c Copied) renews(m *Member) bool {
	switch asLeader := c.Version < 0; {
	case asLeader && m.LeadsOnly():
		return c.Version < m.Version
	case asLeader:
		return false
	case m.LeadsOnly():
		return c.Version >= -m.Version
	}
	return c.Version > m.Version
}

// Validate refuses a member that cannot be stored.
func (m *Member) Validate() error {
	switch {
	case m.Ref == "" || len(m.Ref) > 64:
		return ErrBadRef.On("member_ref")
	case m.Standing != Good && m.Standing != Lapsed && m.Standing != Barred:
		return ErrBadStanding.On("standing")
	case m.Level < policy.Silver || m.Level > policy.Diamond:
		return ErrBadLevel.On("level")
	}
	return nil
}
