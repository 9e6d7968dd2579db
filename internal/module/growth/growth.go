// Package growth keeps the levels of members and what they bring (B3, B4): who may
// become a leader (组长) or a director (理事), who is one and why, her team, the
// reviews, how a level ends, and the directors' monthly dividend (M-05).
//
// A leader leads those whom she recommended herself, one level and no more. When one
// of them becomes a leader she leaves the team; that she was raised there is a record
// for the review of directors, which no rule of money reads. Nothing here counts heads
// for pay: a level brings a share of settled sales (S-08) or of what the platform kept
// in a month (M-05), never something for a recruit (禁止传销条例, art. 7).
package growth

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of levels and dividends.
var Schema = db.Schema{
	Owner: "module/growth",
	Tables: []db.Table{
		{Name: "growth_candidate", Placement: db.Distributed}, {Name: "growth_candidate_step", Placement: db.Distributed},
		{Name: "growth_appointment", Placement: db.Distributed}, {Name: "growth_end", Placement: db.Distributed},
		{Name: "growth_review", Placement: db.Distributed}, {Name: "growth_pause", Placement: db.Distributed},
		{Name: "growth_resumption", Placement: db.Distributed}, {Name: "growth_team", Placement: db.Distributed},
		{Name: "growth_team_end", Placement: db.Distributed}, {Name: "growth_case", Placement: db.Distributed},
		{Name: "growth_case_step", Placement: db.Distributed}, {Name: "growth_dividend", Placement: db.Distributed},
		{Name: "growth_dividend_share", Placement: db.Distributed}, {Name: "growth_dividend_end", Placement: db.Distributed},
		{Name: "growth_dividend_paid", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which the methods check them.
var (
	ErrNotFound      = fault.New(fault.NotFound, "growth.not_found")
	ErrSettled       = fault.New(fault.Conflict, "growth.settled")           // the step was taken before
	ErrBadWords      = fault.New(fault.Invalid, "growth.bad_words")          // a reason is missing, or too long
	ErrNotAccepted   = fault.New(fault.Conflict, "growth.not_accepted")      // L-02
	ErrTooFew        = fault.New(fault.Conflict, "growth.too_few")           // L-01, L-07
	ErrNotGood       = fault.New(fault.Conflict, "growth.not_good")          // L-09
	ErrOwn           = fault.New(fault.Forbidden, "growth.own_case")         // L-03, L-11
	ErrAsSilver      = fault.New(fault.Conflict, "growth.no_level")          // she holds no such level
	ErrHolds         = fault.New(fault.Conflict, "growth.holds_already")     //
	ErrOnTeam        = fault.New(fault.Conflict, "growth.on_a_team")         // L-05
	ErrNotOnTeam     = fault.New(fault.Conflict, "growth.on_no_team")        //
	ErrTooSoon       = fault.New(fault.Conflict, "growth.still_being_heard") // L-11
	ErrAppealOver    = fault.New(fault.Conflict, "growth.appeal_over")       // L-11
	ErrSamePerson    = fault.New(fault.Forbidden, "growth.same_person")      // a second person decides
	ErrMonthOpen     = fault.New(fault.Conflict, "growth.month_not_closed")  // M-05
	ErrNothing       = fault.New(fault.Conflict, "growth.nothing_to_share")  // M-05: the platform kept nothing
	ErrNobody        = fault.New(fault.Conflict, "growth.no_director")       // M-05
	ErrPaid          = fault.New(fault.Conflict, "growth.month_paid")        // M-05: never twice
	ErrWaits         = fault.New(fault.Conflict, "growth.proposal_waits")    // M-05: one proposal at a time
	ErrChanged       = fault.New(fault.Conflict, "growth.changed_since")     // M-05: what was proposed is not so any more
	ErrPayee         = fault.New(fault.Forbidden, "growth.payee_decides")    // M-05
	ErrBooksBehind   = fault.New(fault.Busy, "growth.books_behind")          // M-05: sums of the month are still being made
	ErrDecidesItself = fault.New(fault.Conflict, "growth.review_not_due")    // L-06
)

// Service is the door to levels and dividends. It remembers nothing; every tx belongs
// to the community.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// mostWords bounds a reason.
const mostWords = 500

// reasoned refuses a reason that is missing or too long.
func reasoned(words string) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(words)); n < 2 || n > mostWords {
		return ErrBadWords.On("reason").With("most", mostWords)
	}
	return nil
}

// Stepped is one step of a matter, with who took it.
type Stepped struct {
	Step  string
	Words string
	By    id.ID // a person; zero: the house itself
	At    time.Time
	Due   time.Time // until when it can be appealed, zero if it cannot
}

func find(steps []Stepped, step string) *Stepped {
	for i := range steps {
		if steps[i].Step == step {
			return &steps[i]
		}
	}
	return nil
}

func micros(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(at).UTC()
}

// LevelName is what people call a level: a message key.
func LevelName(l policy.Level) string {
	switch l {
	case policy.Gold:
		return "组长"
	case policy.Diamond:
		return "理事"
	}
	return "普通会员"
}

// counts reads numbers by member.
func counts(ctx context.Context, r db.Reader, query string, args ...any) (map[id.ID]int, error) {
	found := make(map[id.ID]int)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var who id.ID
		var n int
		err := rows.Scan(&who, &n)
		found[who] = n
		return err
	}, query, args...)
	return found, err
}
