// Package duty keeps what seated shops owe the community that sends them customers,
// and what follows where they do not keep to it: the results of each month (C3), the
// three disclosures (C4), breaches with hearing, decision, public notice and appeal
// (C5). It judges nothing by itself: numbers come from the policy and the books, a
// decision is one of the committee, and each step is a record with who, when and why.
//
// The stages of a breach are drawn in docs/breaches.md.
package duty

import (
	"embed"
	"io/fs"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of duties, disclosures and breaches.
var Schema = db.Schema{
	Owner: "module/duty",
	Tables: []db.Table{
		{Name: "duty_month", Placement: db.Distributed}, {Name: "duty_reminder", Placement: db.Distributed},
		{Name: "duty_service", Placement: db.Distributed}, {Name: "duty_service_answer", Placement: db.Distributed},
		{Name: "duty_disclosure", Placement: db.Distributed}, {Name: "duty_item", Placement: db.Distributed}, {Name: "duty_check", Placement: db.Distributed},
		{Name: "duty_breach", Placement: db.Distributed}, {Name: "duty_step", Placement: db.Distributed}, {Name: "duty_evidence", Placement: db.Distributed},
		{Name: "duty_decider", Placement: db.Distributed}, {Name: "duty_notice", Placement: db.Distributed}, {Name: "duty_posting", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Service is the door to duties. It remembers nothing. Every tx and read belongs to
// a community.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Seat is a shop's time in the alliance, as duties see it.
type Seat struct {
	Merchant id.ID
	Tenure   id.ID
	Trade    string // code of the trade it has the seat of
	From     period.Day
	Over     period.Day // the first day on which it has the seat no more
}

// Whole reports whether the shop had its seat on each day of a month. Only such a
// month is judged: a new shop begins with its first full month.
func (s *Seat) Whole(m period.Month) bool { return s.From <= m.First() && s.Over > m.Last() }

// In reports whether the shop had its seat on a day.
func (s *Seat) In(d period.Day) bool { return s.From <= d && d < s.Over }

// Months is how many full months, up to and with a month, the shop has had its seat.
func (s *Seat) Months(through period.Month) int {
	first := s.From.Month()
	if s.From > first.First() {
		first++
	}
	return max(0, int(through-first)+1)
}

// Deadline is the end of the n-th civil day after the day of an instant. The day on
// which a time begins does not count; a last day on which nobody works moves to the
// next one on which people do (Civil Code art. 201 and 203).
func Deadline(at time.Time, days int, zone *time.Location) time.Time {
	d := period.DayOf(at, zone) + period.Day(days)
	for Rest(d) {
		d++
	}
	return (d + 1).Start(zone).UTC()
}

// Rest reports whether a day is a weekend or a holiday with a fixed date. Holidays of
// the lunar calendar, and Saturdays that are worked, are announced year by year and
// are not known here; a community gives more days where it needs them.
func Rest(d period.Day) bool {
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return true
	}
	switch _, month, day := d.Date(); month {
	case time.January:
		return day == 1
	case time.May:
		return day <= 2
	case time.October:
		return day <= 3
	}
	return false
}

// words reports whether a text of least to most characters can be shown; lines may
// break where lines is set.
func words(s string, least, most int, lines bool) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && s == strings.TrimSpace(s) && n >= least && n <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return (!lines || r != '\n') && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

func micros(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(at).UTC()
}

func stamp(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}
