package volunteer

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
)

// Reserve is one of a shop's staff who is asked when there are too few volunteers
// (F6), for some skills at some hours. She agrees herself, or nothing comes of it.
type Reserve struct {
	ID      id.ID
	Shop    id.ID
	Person  id.ID
	Member  id.ID
	Skills  []Skill
	Windows []Window
	At      time.Time
	By      id.ID // who offered her
	State   ReserveState
	Words   string // of the latest step
	Since   time.Time
}

// ReserveState is where an offer of a shop stands.
type ReserveState string

// The states.
const (
	Offered  ReserveState = "offered" // she has not answered
	Agreed   ReserveState = "agreed"
	Declined ReserveState = "declined"
	Ended    ReserveState = "ended" // by her or by the shop
)

// Open reports whether an offer stands or may come to stand.
func (r *Reserve) Open() bool { return r.State == Offered || r.State == Agreed }

func (r *Reserve) validate() error {
	switch {
	case r.Shop.IsZero() || r.Person.IsZero():
		return ErrNoPerson.On("person")
	case len(r.Skills) == 0 || len(r.Skills) > skillsMost || slices.ContainsFunc(r.Skills, func(s Skill) bool { return !s.Leaf() }):
		return ErrBadSkill.On("skills")
	case len(r.Windows) == 0 || slices.ContainsFunc(r.Windows, func(w Window) bool { return !w.valid() }):
		return ErrBadWindow.On("weekdays")
	case len(r.Windows) > windowsMost:
		return ErrManyWindows.On("weekdays").With("most", windowsMost)
	}
	r.Windows = tidy(r.Windows)
	return nil
}

// AsVolunteer is somebody of a reserve as finding somebody for a request sees her: a
// shop that offers one of its people vouches for what she can do, and she sets out from
// where the shop stands. What she showed the desk as a volunteer herself (own, nil if
// she is none) counts here too, and when she is away.
func (r *Reserve) AsVolunteer(own *Volunteer) *Volunteer {
	v := &Volunteer{ID: r.ID, Person: r.Person, Member: r.Member, Shop: r.Shop, State: Active, Since: r.Since,
		Profile: Profile{Radius: RadiusMost, Windows: r.Windows, Languages: []Language{Mandarin}}}
	for _, s := range r.Skills {
		v.Skills = append(v.Skills, Held{Skill: s, Since: r.At, Vouches: 1})
	}
	if own == nil {
		return v
	}
	v.Languages, v.Limits, v.Proofs = own.Languages, own.Limits, own.Proofs
	for _, e := range own.Exceptions {
		if e.Kind == Away {
			v.Exceptions = append(v.Exceptions, e)
		}
	}
	for i := range v.Skills {
		for _, h := range own.Skills {
			if h.Skill == v.Skills[i].Skill {
				v.Skills[i].Certified = h.Certified
			}
		}
	}
	return v
}
