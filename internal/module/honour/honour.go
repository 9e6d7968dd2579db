// Package honour keeps what neighbours honour each other for (B8): calls for
// nominations, who was nominated and why, votes and results, what an honour carried,
// the wall and the annual ceremony (社区贡献颁奖礼).
//
// One member has one vote, whatever she buys; nothing is ranked by money. Nobody
// stands without wanting to, nor under her name without wanting that.
package honour

import (
	"embed"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of honours.
var Schema = db.Schema{
	Owner: "module/honour",
	Tables: []db.Table{
		{Name: "honour_call", Placement: db.Distributed}, {Name: "honour_call_end", Placement: db.Distributed}, {Name: "honour_juror", Placement: db.Distributed},
		{Name: "honour_nominee", Placement: db.Distributed}, {Name: "honour_nomination", Placement: db.Distributed}, {Name: "honour_withdrawal", Placement: db.Distributed},
		{Name: "honour_answer", Placement: db.Distributed}, {Name: "honour_screening", Placement: db.Distributed}, {Name: "honour_vote", Placement: db.Distributed},
		{Name: "honour_result", Placement: db.Distributed}, {Name: "honour_award", Placement: db.Distributed}, {Name: "honour_ceremony", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which the methods check them.
var (
	ErrNotFound     = fault.New(fault.NotFound, "honour.not_found")
	ErrBadKind      = fault.New(fault.Invalid, "honour.bad_kind")
	ErrBadTitle     = fault.New(fault.Invalid, "honour.bad_title")
	ErrBadCriteria  = fault.New(fault.Invalid, "honour.bad_criteria")
	ErrBadTimes     = fault.New(fault.Invalid, "honour.bad_times")
	ErrBadWinners   = fault.New(fault.Invalid, "honour.bad_winners")
	ErrBadReward    = fault.New(fault.Invalid, "honour.bad_reward")
	ErrBadJury      = fault.New(fault.Invalid, "honour.bad_jury")
	ErrEnded        = fault.New(fault.Conflict, "honour.ended")
	ErrClosed       = fault.New(fault.Conflict, "honour.nominations_closed")
	ErrNotOpen      = fault.New(fault.Conflict, "honour.voting_not_open")
	ErrLate         = fault.New(fault.Conflict, "honour.voting_over")
	ErrNotYet       = fault.New(fault.Conflict, "honour.not_counted_yet")
	ErrNotMember    = fault.New(fault.Forbidden, "honour.not_in_good_standing")
	ErrWrongSort    = fault.New(fault.Invalid, "honour.wrong_sort") // a shop for a person's honour, or a person for a shop's
	ErrSelf         = fault.New(fault.Invalid, "honour.not_oneself")
	ErrTwice        = fault.New(fault.Conflict, "honour.nominated_before")
	ErrBadReason    = fault.New(fault.Invalid, "honour.bad_reason") // 20 to 500 characters
	ErrBadAnswer    = fault.New(fault.Invalid, "honour.bad_answer")
	ErrScreened     = fault.New(fault.Conflict, "honour.screened_before")
	ErrNotStanding  = fault.New(fault.Conflict, "honour.not_on_the_ballot")
	ErrNotJuror     = fault.New(fault.Forbidden, "honour.no_juror")
	ErrNotHonoured  = fault.New(fault.Conflict, "honour.not_honoured")
	ErrGiven        = fault.New(fault.Conflict, "honour.given_before")
	ErrBadPlace     = fault.New(fault.Invalid, "honour.bad_place")
	ErrBadProgramme = fault.New(fault.Invalid, "honour.bad_programme")
)

// Kind is which honour a call is for. It is stored.
type Kind string

// The kinds.
const (
	Steward  Kind = "steward"  // 社区运营达人
	Voice    Kind = "voice"    // 口碑推荐官
	Merchant Kind = "merchant" // 优秀商家
	Custom   Kind = "custom"   // as its title says
)

// Kinds lists them in the order of a form.
var Kinds = []Kind{Steward, Voice, Merchant, Custom}

// KindName is what people call a kind.
func KindName(k Kind) i18n.Message {
	switch k {
	case Steward:
		return i18n.M("社区运营达人")
	case Voice:
		return i18n.M("口碑推荐官")
	case Merchant:
		return i18n.M("优秀商家")
	}
	return i18n.M("其他荣誉")
}

// Bounds of what a call may carry and ask.
const (
	MostWinners = 50
	MostCash    = 5_000_00 // fen each
	MostPoints  = 100_000  // each
	reasonLeast = 20
	reasonMost  = 500
)

// Call is a call for nominations.
type Call struct {
	ID            id.ID
	Year          int // of the wall on which it stands
	Kind          Kind
	Title         string
	Criteria      string
	Winners       int
	Cash          money.Amount // fen each, from the platform's promotion (M-04)
	Points        money.Amount // each (M-06)
	Goods         string
	JuryRate      money.Rate // of the result; the members' votes decide the rest
	NominateUntil time.Time
	VoteUntil     time.Time
	By            id.ID
	At            time.Time

	End *End // nil until it is counted or cancelled
}

// End is how a call ended.
type End struct {
	Kind  string
	Words string
	By    id.ID
	At    time.Time
}

// The ends of a call.
const (
	Counted   = "counted"
	Cancelled = "cancelled"
)

// Phase is where a call is.
type Phase string

// The phases.
const (
	Nominating Phase = "nominating"
	Voting     Phase = "voting"
	Counting   Phase = "counting" // the time to vote is over, the result is being made
	Over       Phase = "over"
	Off        Phase = "off" // cancelled
)

// Phase is where the call is at an instant.
func (c *Call) Phase(now time.Time) Phase {
	switch {
	case c.End != nil && c.End.Kind == Cancelled:
		return Off
	case c.End != nil:
		return Over
	case now.Before(c.NominateUntil):
		return Nominating
	case now.Before(c.VoteUntil):
		return Voting
	}
	return Counting
}

// ForShops reports whether shops are nominated, not people.
func (c *Call) ForShops() bool { return c.Kind == Merchant }

// Validate refuses a call that cannot be opened.
func (c *Call) Validate(now time.Time, jurors int) error {
	known := false
	for _, k := range Kinds {
		known = known || k == c.Kind
	}
	switch {
	case !known:
		return ErrBadKind.On("kind")
	case !between(c.Title, 2, 60):
		return ErrBadTitle.On("title")
	case !between(c.Criteria, 10, 1000):
		return ErrBadCriteria.On("criteria")
	case !c.NominateUntil.After(now):
		return ErrBadTimes.On("nominate_until")
	case !c.VoteUntil.After(c.NominateUntil):
		return ErrBadTimes.On("vote_until")
	case c.Winners < 1 || c.Winners > MostWinners:
		return ErrBadWinners.On("winners").With("most", MostWinners)
	case c.Cash < 0 || c.Cash > MostCash:
		return ErrBadReward.On("cash")
	case c.Points < 0 || c.Points > MostPoints || c.ForShops() && c.Points > 0:
		return ErrBadReward.On("points")
	case utf8.RuneCountInString(c.Goods) > 200:
		return ErrBadReward.On("goods")
	case c.JuryRate < 0 || c.JuryRate > money.One/2 || c.JuryRate > 0 != (jurors > 0):
		return ErrBadJury.On("jury")
	}
	return nil
}

func between(text string, least, most int) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(text))
	return n >= least && n <= most
}

// Service is the door to honours. It remembers nothing; every tx belongs to the
// community.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

func idOf(b []byte) (v id.ID) {
	copy(v[:], b)
	return v
}
