// Package committee keeps the merchant committee of a community: who sits in it until
// when, whose turn it is to chair and how one chair hands over to the next, what is on
// the agenda and what was decided, and its secret ballots (C5). A ballot may be about
// anything of another room; that room acts on the result.
package committee

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

// Schema are the tables of the committee.
var Schema = db.Schema{
	Owner: "module/committee",
	Tables: []db.Table{
		{Name: "committee_member", Placement: db.Distributed}, {Name: "committee_member_end", Placement: db.Distributed}, {Name: "committee_chair", Placement: db.Distributed},
		{Name: "committee_absence", Placement: db.Distributed}, {Name: "committee_handover", Placement: db.Distributed}, {Name: "committee_handover_text", Placement: db.Distributed},
		{Name: "committee_handover_sign", Placement: db.Distributed}, {Name: "committee_ballot", Placement: db.Distributed}, {Name: "committee_option", Placement: db.Distributed},
		{Name: "committee_elector", Placement: db.Distributed}, {Name: "committee_concern", Placement: db.Distributed}, {Name: "committee_vote", Placement: db.Distributed}, {Name: "committee_paper", Placement: db.Distributed},
		{Name: "committee_result", Placement: db.Distributed}, {Name: "committee_ruling", Placement: db.Distributed}, {Name: "committee_meeting", Placement: db.Distributed},
		{Name: "committee_item", Placement: db.Distributed}, {Name: "committee_minutes", Placement: db.Distributed}, {Name: "committee_decision", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Service is the door to the committee. Every tx and read belongs to its community.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Refusals about members and the chair, in the order in which they are checked.
var (
	ErrNoReason   = fault.New(fault.Invalid, "committee.no_reason")
	ErrSits       = fault.New(fault.Conflict, "committee.sits_already")
	ErrShopSits   = fault.New(fault.Conflict, "committee.shop_sits_already")
	ErrBadTerm    = fault.New(fault.Invalid, "committee.bad_term")
	ErrNoMember   = fault.New(fault.NotFound, "committee.no_member")
	ErrMemberOver = fault.New(fault.Conflict, "committee.member_over")
	ErrBadAbsence = fault.New(fault.Invalid, "committee.bad_absence")
)

// Member is somebody's seat in the committee: the owner of a shop, or somebody whom the
// community invited.
type Member struct {
	ID          id.ID
	Person      id.ID
	Merchant    id.ID // zero: invited
	Turn        int64 // the chair goes round in this order
	From, Until time.Time
	Reason      string
	Ended       time.Time // zero while nobody ended it
}

// Sits reports whether she is a member at an instant.
func (m *Member) Sits(at time.Time) bool {
	return !at.Before(m.From) && at.Before(m.Until) && (m.Ended.IsZero() || at.Before(m.Ended))
}

// Over is when her time is or was over.
func (m *Member) Over() time.Time {
	if !m.Ended.IsZero() && m.Ended.Before(m.Until) {
		return m.Ended
	}
	return m.Until
}

// Chair is one member's time in the chair.
type Chair struct {
	ID          id.ID
	Member      id.ID
	From, Until time.Time
}

// Absence is when a member is away.
type Absence struct {
	ID          id.ID
	Member      id.ID
	From, Until time.Time
	Reason      string
}

// Body is a committee as it is and was: everything about it but its ballots.
type Body struct {
	Members  []*Member // by turn
	Chairs   []Chair   // the oldest first
	Absences []Absence
}

// Sitting are the members at an instant, by turn.
func (b *Body) Sitting(at time.Time) (sitting []*Member) {
	for _, m := range b.Members {
		if m.Sits(at) {
			sitting = append(sitting, m)
		}
	}
	return sitting
}

// Of is the seat of a person at an instant, nil if she has none.
func (b *Body) Of(person id.ID, at time.Time) *Member {
	i := slices.IndexFunc(b.Members, func(m *Member) bool { return m.Person == person && m.Sits(at) })
	if i < 0 {
		return nil
	}
	return b.Members[i]
}

// Member finds a seat.
func (b *Body) Member(member id.ID) *Member {
	i := slices.IndexFunc(b.Members, func(m *Member) bool { return m.ID == member })
	if i < 0 {
		return nil
	}
	return b.Members[i]
}

// Current is the chair term that runs at an instant, nil if none does.
func (b *Body) Current(at time.Time) *Chair {
	for i := len(b.Chairs) - 1; i >= 0; i-- {
		c := &b.Chairs[i]
		if m := b.Member(c.Member); !at.Before(c.From) && at.Before(c.Until) && m != nil && m.Sits(at) {
			return c
		}
	}
	return nil
}

// Acting is who chairs at an instant: the chair, or while the chair is away the next in
// turn who is not; nil if nobody can.
func (b *Body) Acting(at time.Time) *Member {
	c := b.Current(at)
	if c == nil {
		return nil
	}
	m := b.Member(c.Member)
	for range b.Sitting(at) {
		if !b.away(m.ID, at) {
			return m
		}
		m = b.after(m.Turn, at)
	}
	return nil
}

func (b *Body) away(member id.ID, at time.Time) bool {
	return slices.ContainsFunc(b.Absences, func(a Absence) bool { return a.Member == member && !at.Before(a.From) && at.Before(a.Until) })
}

// after is the next sitting member in turn, going round; nil if nobody sits.
func (b *Body) after(turn int64, at time.Time) *Member {
	sitting := b.Sitting(at)
	for _, m := range sitting {
		if m.Turn > turn {
			return m
		}
	}
	if len(sitting) == 0 {
		return nil
	}
	return sitting[0]
}

// Next is who chairs next, nil if nobody sits.
func (b *Body) Next(at time.Time) *Member {
	turn := int64(0)
	if n := len(b.Chairs); n > 0 {
		if m := b.Member(b.Chairs[n-1].Member); m != nil {
			turn = m.Turn
		}
	}
	return b.after(turn, at)
}

func reasoned(reason string) error {
	if strings.TrimSpace(reason) == "" || utf8.RuneCountInString(reason) > 500 {
		return ErrNoReason.On("reason")
	}
	return nil
}

// legible reports whether a text of at most so many characters can be shown; lines may
// break.
func legible(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && n >= least && n <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\r' && unicode.In(r, unicode.Cc, unicode.Cf)
	})
}

func micros(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(at).UTC()
}
