// Package selection keeps the meetings at which members choose what the shops of the
// neighbourhood should have 选品会: they propose goods and shops, second each other,
// vote, come to the table to taste, and are told what became of it and who sees to it
// (C11). One member has one voice at a meeting and may give it to another proposal
// until the vote closes. Leaders sign up first (B3).
package selection

import (
	"embed"
	"io/fs"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of selection.
var Schema = db.Schema{
	Owner: "module/selection",
	Tables: []db.Table{
		{Name: "selection_meeting", Placement: db.Distributed}, {Name: "selection_off", Placement: db.Distributed}, {Name: "selection_guest", Placement: db.Distributed},
		{Name: "selection_guest_off", Placement: db.Distributed}, {Name: "selection_proposal", Placement: db.Distributed}, {Name: "selection_withdrawal", Placement: db.Distributed},
		{Name: "selection_second", Placement: db.Distributed}, {Name: "selection_vote", Placement: db.Distributed}, {Name: "selection_note", Placement: db.Distributed},
		{Name: "selection_outcome", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNoMeeting  = fault.New(fault.NotFound, "selection.no_meeting")
	ErrNoProposal = fault.New(fault.NotFound, "selection.no_proposal")
	ErrBadTitle   = fault.New(fault.Invalid, "selection.bad_title")
	ErrBadAgenda  = fault.New(fault.Invalid, "selection.bad_agenda")
	ErrBadPlace   = fault.New(fault.Invalid, "selection.bad_place")
	ErrBadTime    = fault.New(fault.Invalid, "selection.bad_time")
	ErrBadVotes   = fault.New(fault.Invalid, "selection.bad_votes_until")
	ErrBadSeats   = fault.New(fault.Invalid, "selection.bad_seats")
	ErrThere      = fault.New(fault.Conflict, "selection.there_already")
	ErrOff        = fault.New(fault.Conflict, "selection.called_off")
	ErrBegun      = fault.New(fault.Conflict, "selection.begun")
	ErrNotBegun   = fault.New(fault.Conflict, "selection.not_begun")
	ErrLeaders    = fault.New(fault.Conflict, "selection.leaders_first")
	ErrFull       = fault.New(fault.Conflict, "selection.full")
	ErrNotGuest   = fault.New(fault.Conflict, "selection.not_signed_up")
	ErrClosed     = fault.New(fault.Conflict, "selection.vote_closed")
	ErrBadKind    = fault.New(fault.Invalid, "selection.bad_kind")
	ErrBadWhat    = fault.New(fault.Invalid, "selection.bad_what")
	ErrBadWhy     = fault.New(fault.Invalid, "selection.bad_why")
	ErrTooMany    = fault.New(fault.TooMany, "selection.too_many")
	ErrOwn        = fault.New(fault.Conflict, "selection.own_proposal")
	ErrNotYours   = fault.New(fault.NotFound, "selection.not_yours")
	ErrWithdrawn  = fault.New(fault.Conflict, "selection.withdrawn")
	ErrNoSecond   = fault.New(fault.Conflict, "selection.not_seconded")
	ErrBadStars   = fault.New(fault.Invalid, "selection.bad_stars")
	ErrNoted      = fault.New(fault.Conflict, "selection.noted_already")
	ErrBadResult  = fault.New(fault.Invalid, "selection.bad_result")
	ErrNoOwner    = fault.New(fault.Invalid, "selection.no_owner")
	ErrNoWords    = fault.New(fault.Invalid, "selection.no_words")
)

// Bounds of a meeting, and how many proposals one member makes for it.
const (
	EachMost  = 3
	seatsMost = 200
	NotesFor  = 30 * 24 * time.Hour // after the meeting, in which notes are taken
)

// Meeting is one selection meeting.
type Meeting struct {
	ID           id.ID
	Title        string
	Agenda       string
	Place        string
	Begins       time.Time
	VotesUntil   time.Time
	LeadersUntil time.Time // before this only leaders sign up
	Seats        int
	At           time.Time
	By           id.ID
	Off          *Off // nil unless it was called off
}

// Off is how a meeting was called off.
type Off struct {
	Words string
	At    time.Time
}

// Voting reports whether members can propose and vote.
func (m *Meeting) Voting(now time.Time) bool { return m.Off == nil && now.Before(m.VotesUntil) }

func (m *Meeting) validate(now time.Time) error {
	switch {
	case !text.Line(m.Title, 30):
		return ErrBadTitle.On("title")
	case !text.ShortProse(m.Agenda, 1_000):
		return ErrBadAgenda.On("agenda")
	case !text.Line(m.Place, 60):
		return ErrBadPlace.On("place")
	case !m.Begins.After(now) || m.Begins.After(now.AddDate(1, 0, 0)):
		return ErrBadTime.On("begins")
	case !m.VotesUntil.After(now) || m.VotesUntil.After(m.Begins.Add(14*24*time.Hour)):
		return ErrBadVotes.On("votes_until")
	case m.Seats < 1 || m.Seats > seatsMost:
		return ErrBadSeats.On("seats").With("most", seatsMost)
	}
	return nil
}

// Guest is a member who comes to the table.
type Guest struct {
	N      int64
	Member id.ID
	Leader bool
	At     time.Time
}

// Kind says what is proposed.
type Kind string

// The kinds.
const (
	Goods Kind = "goods"
	Shop  Kind = "shop"
)

// Kinds lists them.
var Kinds = []Kind{Goods, Shop}

// Proposal is what a member would like to have in the neighbourhood.
type Proposal struct {
	ID        id.ID
	Meeting   id.ID
	Member    id.ID
	Kind      Kind
	Title     string
	Words     string
	At        time.Time
	Withdrawn bool
	Seconds   int
	Votes     int
	Outcome   *Outcome // nil while nothing was decided
}

// OnTheList reports whether it can be voted for: somebody else wants it too.
func (p *Proposal) OnTheList() bool { return !p.Withdrawn && p.Seconds > 0 }

func (p *Proposal) validate() error {
	switch {
	case !slices.Contains(Kinds, p.Kind):
		return ErrBadKind.On("kind")
	case !text.Line(p.Title, 30):
		return ErrBadWhat.On("what")
	case !text.ShortProse(p.Words, 300):
		return ErrBadWhy.On("why")
	}
	return nil
}

// Note is how a member found it.
type Note struct {
	Member id.ID
	Stars  int // 1 to 5
	Words  string
	At     time.Time
}

// Result is what became of a proposal.
type Result string

// The results.
const (
	TakenUp Result = "shop"     // a shop has it from now on
	Opening Result = "alliance" // the alliance looks for a shop of the trade
	NotNow  Result = "not_now"
)

// Results lists them.
var Results = []Result{TakenUp, Opening, NotNow}

// Outcome is what was decided, and who sees to it.
type Outcome struct {
	Result Result
	Shop   id.ID // of TakenUp
	Owner  string
	Words  string
	At     time.Time
	By     id.ID
}

func (o *Outcome) validate() error {
	switch {
	case !slices.Contains(Results, o.Result) || (o.Result == TakenUp) == o.Shop.IsZero():
		return ErrBadResult.On("result")
	case !text.Line(o.Owner, 30):
		return ErrNoOwner.On("owner")
	case o.Result == NotNow && o.Words == "" || !text.ShortLine(o.Words, 200):
		return ErrNoWords.On("words")
	}
	return nil
}
