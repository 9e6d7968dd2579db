// Package ical writes calendars that a telephone subscribes to (RFC 5545): whole
// days and hours, nothing that repeats by rule, so that what is shown there is what
// the page shows.
package ical

import (
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/period"
)

// Type is the content type of a calendar.
const Type = "text/calendar; charset=utf-8"

// Event is one entry of a calendar. It lies on a whole Day, or from From to To.
type Event struct {
	UID      string // names the event for ever, whatever becomes of it
	Day      period.Day
	From, To time.Time
	Title    string
	Text     string
	Place    string
	Called   bool // called off
}

// Write writes a calendar of a name as it stood at an instant.
func Write(name string, at time.Time, events []Event) []byte {
	var b strings.Builder
	line := func(s string) { fold(&b, s) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//gongyi//community calendar//ZH")
	line("METHOD:PUBLISH")
	line("X-WR-CALNAME:" + escape(name))
	for i := range events {
		e := &events[i]
		line("BEGIN:VEVENT")
		line("UID:" + e.UID)
		line("DTSTAMP:" + stamp(at))
		if e.From.IsZero() {
			line("DTSTART;VALUE=DATE:" + day(e.Day))
			line("DTEND;VALUE=DATE:" + day(e.Day+1))
		} else {
			line("DTSTART:" + stamp(e.From))
			line("DTEND:" + stamp(e.To))
		}
		line("SUMMARY:" + escape(e.Title))
		if e.Text != "" {
			line("DESCRIPTION:" + escape(e.Text))
		}
		if e.Place != "" {
			line("LOCATION:" + escape(e.Place))
		}
		if e.Called {
			line("STATUS:CANCELLED")
		}
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return []byte(b.String())
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func day(d period.Day) string { return strings.ReplaceAll(d.String(), "-", "") }

// escape writes a text (§3.3.11).
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", "").Replace(s)
}

// octets is how long a line may be; longer ones go on in the next, after a space
// (§3.1), and no character is cut.
const octets = 75

func fold(b *strings.Builder, s string) {
	room := octets
	for s != "" {
		n := 0
		for n < len(s) {
			_, size := utf8.DecodeRuneInString(s[n:])
			if n+size > room {
				break
			}
			n += size
		}
		b.WriteString(s[:n])
		if s = s[n:]; s != "" {
			b.WriteString("\r\n ")
			room = octets - 1
		}
	}
	b.WriteString("\r\n")
}
