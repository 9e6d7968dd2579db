// Package volunteer keeps who can help 志愿者 (F1): what somebody can do and how well
// that is known, from where she sets out and how far, when she is free, what she
// cannot do, who she is known to be; and whom a shop keeps in reserve among its staff.
// What she did, and the thanks for it, are kept by the time bank.
//
// Nobody is ranked: there are no stars here, and lists stand in no order of merit.
package volunteer

import (
	"embed"
	"io/fs"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of volunteers.
var Schema = db.Schema{
	Owner: "module/volunteer",
	Tables: []db.Table{
		{Name: "volunteer", Placement: db.Distributed}, {Name: "volunteer_step", Placement: db.Distributed},
		{Name: "volunteer_exception", Placement: db.Distributed},
		{Name: "volunteer_skill", Placement: db.Distributed}, {Name: "volunteer_vouch", Placement: db.Distributed},
		{Name: "volunteer_certificate", Placement: db.Distributed}, {Name: "volunteer_verdict", Placement: db.Distributed},
		{Name: "volunteer_proof", Placement: db.Distributed}, {Name: "volunteer_proof_end", Placement: db.Distributed},
		{Name: "volunteer_reserve", Placement: db.Distributed}, {Name: "volunteer_reserve_step", Placement: db.Distributed},
		{Name: "volunteer_reminder", Placement: db.Distributed}, {Name: "volunteer_change", Placement: db.Distributed}, {Name: "volunteer_beyond", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Volunteer is one person who helps in a community, with everything that finding
// somebody for a request needs. What All and ByPerson return may be shared: read it,
// do not change it.
type Volunteer struct {
	ID     id.ID // random: what addresses call her, never a pseudonym of the books
	Person id.ID
	Member id.ID // her pseudonym in this community: the owner of her accounts
	Shop   id.ID // of whose reserve she is; zero for who volunteers herself

	Profile
	Skills     []Held
	Exceptions []Exception // from now on, in order of time
	Proofs     []Proof     // those that were not taken back
	Beyond     Beyond      // what she says of communities next to hers

	State   State
	Since   time.Time // of the state
	Version int64     // grows with each change of the profile
}

// State is where a volunteer stands.
type State string

// The states.
const (
	Active  State = "active"
	Paused  State = "paused"  // asked for nothing until she says so
	Stopped State = "stopped" // she left; she may begin again
)

// Held is a skill that somebody says she has.
type Held struct {
	Skill     Skill
	Since     time.Time
	Vouches   int        // how many people say so too
	Certified period.Day // last day of a certificate that was accepted, 0 for none
}

// On is how well a skill is known to be true on a day.
func (h *Held) On(day period.Day) Level {
	switch {
	case h.Certified >= day && h.Certified != 0:
		return Certified
	case h.Vouches > 0:
		return Vouched
	}
	return Declared
}

// Can is how well it is known on a day that she has a skill; Unskilled if she does not
// say so.
func (v *Volunteer) Can(s Skill, on period.Day) Level {
	for i := range v.Skills {
		if v.Skills[i].Skill == s {
			return v.Skills[i].On(on)
		}
	}
	return Unskilled
}

// Identity is how sure the house is on a day who she is.
func (v *Volunteer) Identity(on period.Day) (known Identity) {
	for i := range v.Proofs {
		if p := &v.Proofs[i]; p.Holds(on) {
			known = max(known, p.Kind.Identity())
		}
	}
	return known
}

// FirstAid reports whether she is trained in first aid on a day, as far as the desk
// has seen.
func (v *Volunteer) FirstAid(on period.Day) bool {
	return slices.ContainsFunc(v.Proofs, func(p Proof) bool { return p.Kind == FirstAidTraining && p.Holds(on) }) ||
		v.Can("expert.first_aid", on) == Certified
}

// Speaks reports whether she speaks a language.
func (v *Volunteer) Speaks(l Language) bool { return slices.Contains(v.Languages, l) }
