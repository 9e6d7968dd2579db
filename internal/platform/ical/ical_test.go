package ical

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/period"
)

func TestACalendar(t *testing.T) {
	at := time.Date(2025, 10, 15, 2, 0, 0, 0, time.UTC)
	long := strings.Repeat("满 100 元送干洗券，", 12)
	got := string(Write("竹溪里", at, []Event{
		{UID: "a@x", Day: period.Date(2025, 10, 31), Title: "商家日; 超市, 一", Text: long + "\n" + `c:\d`, Called: true},
		{UID: "b@x", From: at, To: at.Add(time.Hour), Title: "培训会", Place: "活动室"},
	}))
	for _, want := range []string{
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "DTSTART;VALUE=DATE:20251031\r\nDTEND;VALUE=DATE:20251101\r\n", `SUMMARY:商家日\; 超市\, 一`, "STATUS:CANCELLED\r\n",
		"DTSTART:20251015T020000Z\r\nDTEND:20251015T030000Z\r\n", "LOCATION:活动室\r\n", "DTSTAMP:20251015T020000Z\r\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q in\n%s", want, got)
		}
	}
	if !strings.HasSuffix(got, "END:VCALENDAR\r\n") || strings.Count(got, "STATUS:CANCELLED") != 1 {
		t.Error(got)
	}
	for l := range strings.SplitSeq(strings.TrimSuffix(got, "\r\n"), "\r\n") {
		if len(l) > octets || !utf8.ValidString(l) || strings.ContainsAny(l, "\r\n") {
			t.Errorf("a line of %d octets: %q", len(l), l)
		}
	}
	whole := strings.ReplaceAll(got, "\r\n ", "")
	if want := "DESCRIPTION:" + strings.ReplaceAll(long, ",", `\,`) + `\nc:\\d`; !strings.Contains(whole, want) {
		t.Errorf("unfolded it is not what was written:\n%s", whole)
	}
}
