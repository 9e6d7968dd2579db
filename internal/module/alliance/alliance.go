// Package alliance keeps the merchant alliance from vacancy to signed contract: the
// tree of trades, the seats of a community and who holds each of them until when,
// openings and what becomes of every application, site visits, contracts and the
// waiting list (C1, C2). One trade has one seat; at most one shop holds a seat at any
// moment, and a shop holds at most one seat of a community.
//
// The alliance organises itself so by its own vote, for a fixed term, open to bids. It
// fixes no price and forbids no shop to sell anywhere (E-commerce Law art. 35).
package alliance

import (
	"embed"
	"io/fs"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of the alliance. Trades live under "~", everything else in
// its community.
var Schema = db.Schema{
	Owner: "module/alliance",
	Tables: []db.Table{
		{Name: "alliance_trade", Placement: db.Distributed}, {Name: "alliance_shop_trade", Placement: db.Distributed},
		{Name: "alliance_unknown", Placement: db.Distributed}, {Name: "alliance_unknown_end", Placement: db.Distributed},
		{Name: "alliance_seat", Placement: db.Distributed}, {Name: "alliance_tenure", Placement: db.Distributed}, {Name: "alliance_vacancy", Placement: db.Distributed},
		{Name: "alliance_spot", Placement: db.Distributed}, {Name: "alliance_rivalry", Placement: db.Distributed}, {Name: "alliance_rivalry_end", Placement: db.Distributed},
		{Name: "alliance_opening", Placement: db.Distributed}, {Name: "alliance_opening_end", Placement: db.Distributed},
		{Name: "alliance_application", Placement: db.Distributed}, {Name: "alliance_step", Placement: db.Distributed},
		{Name: "alliance_document", Placement: db.Distributed}, {Name: "alliance_document_end", Placement: db.Distributed},
		{Name: "alliance_visit", Placement: db.Distributed}, {Name: "alliance_offer", Placement: db.Distributed},
		{Name: "alliance_contract", Placement: db.Distributed}, {Name: "alliance_signature", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Service is the door to the alliance. Every tx and read belongs to a community, those
// about trades to "~".
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// ErrNoReason refuses what nobody gave a reason for.
var ErrNoReason = fault.New(fault.Invalid, "alliance.no_reason")

func reasoned(reason string) error {
	if strings.TrimSpace(reason) == "" || utf8.RuneCountInString(reason) > 500 {
		return ErrNoReason.On("reason")
	}
	return nil
}

// plain reports whether a text is a line of at most so many characters, without
// letters that nobody sees.
func plain(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && s == strings.TrimSpace(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

func micros(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(at).UTC()
}

// stamp is how an instant is stored; 0 for none.
func stamp(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// DaysFrom is the end of the n-th civil day after the one of an instant: the day on
// which a time begins is not counted, and the last one counts to its midnight (Civil
// Code art. 201).
func DaysFrom(at time.Time, n int, zone *time.Location) time.Time {
	return (period.DayOf(at, zone) + period.Day(n) + 1).Start(zone).UTC()
}

// MonthsFrom is the end of the civil day that corresponds to an instant's n months
// later; a month without that day ends it on its last one (Civil Code art. 202).
func MonthsFrom(at time.Time, n int, zone *time.Location) time.Time {
	year, month, date := period.DayOf(at, zone).Date()
	last := period.Date(year, month+time.Month(n)+1, 0)
	day := min(period.Date(year, month+time.Month(n), 1)+period.Day(date-1), last)
	return (day + 1).Start(zone).UTC()
}
