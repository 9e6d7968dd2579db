package volunteer

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/period"
)

var shanghai = time.FixedZone("CST", 8*60*60)

// on is a moment of the week of Monday, 2026-03-02.
func on(day, hour, minute int) time.Time {
	return time.Date(2026, 3, 2+day, hour, minute, 0, 0, shanghai)
}

func TestFree(t *testing.T) {
	week := Span{on(0, 0, 0), on(7, 0, 0)}
	monday := Window{time.Monday, 9 * 60, 12 * 60}
	for _, c := range []struct {
		says   string
		v      Volunteer
		within Span
		want   []Span
	}{
		{"nothing said", Volunteer{}, week, nil},
		{"Monday morning", Volunteer{Profile: Profile{Windows: []Window{monday}}}, week, []Span{{on(0, 9, 0), on(0, 12, 0)}}},
		{"asked for a part of it", Volunteer{Profile: Profile{Windows: []Window{monday}}}, Span{on(0, 10, 0), on(0, 11, 0)}, []Span{{on(0, 10, 0), on(0, 11, 0)}}},
		{"over midnight it is one stretch", Volunteer{Profile: Profile{Windows: []Window{{time.Tuesday, 22 * 60, period.Midnight}, {time.Wednesday, 0, 2 * 60}}}}, week, []Span{{on(1, 22, 0), on(2, 2, 0)}}},
		{"the night before the span", Volunteer{Profile: Profile{Windows: []Window{{time.Sunday, 22 * 60, period.Midnight}, {time.Monday, 0, 60}}}}, Span{on(0, 0, 0), on(0, 12, 0)}, []Span{{on(0, 0, 0), on(0, 1, 0)}}},
		{"away in the middle", Volunteer{Profile: Profile{Windows: []Window{monday}}, Exceptions: []Exception{{Kind: Away, Span: Span{on(0, 10, 0), on(0, 11, 0)}}}}, week, []Span{{on(0, 9, 0), on(0, 10, 0)}, {on(0, 11, 0), on(0, 12, 0)}}},
		{"away all week", Volunteer{Profile: Profile{Windows: []Window{monday}}, Exceptions: []Exception{{Kind: Away, Span: week}}}, week, nil},
		{"free besides, touching", Volunteer{Profile: Profile{Windows: []Window{monday}}, Exceptions: []Exception{{Kind: Extra, Span: Span{on(0, 12, 0), on(0, 14, 0)}}}}, week, []Span{{on(0, 9, 0), on(0, 14, 0)}}},
		{"away wins over free besides", Volunteer{Exceptions: []Exception{{Kind: Extra, Span: Span{on(0, 12, 0), on(0, 14, 0)}}, {Kind: Away, Span: Span{on(0, 13, 0), on(0, 15, 0)}}}}, week, []Span{{on(0, 12, 0), on(0, 13, 0)}}},
		{"paused", Volunteer{State: Paused, Profile: Profile{Windows: []Window{monday}}}, week, nil},
		{"an empty span", Volunteer{Profile: Profile{Windows: []Window{monday}}}, Span{on(0, 10, 0), on(0, 10, 0)}, nil},
	} {
		if c.v.State == "" {
			c.v.State = Active
		}
		got := Free(&c.v, c.within, shanghai)
		if !slices.EqualFunc(got, c.want, func(a, b Span) bool { return a.From.Equal(b.From) && a.To.Equal(b.To) }) {
			t.Errorf("%s: %v, want %v", c.says, got, c.want)
		}
	}
}

// The clock on the wall counts where it is put forward, too.
func TestFreeByTheClockOnTheWall(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	v := &Volunteer{State: Active, Profile: Profile{Windows: []Window{{time.Sunday, 9 * 60, 10 * 60}}}}
	day := time.Date(2026, 3, 29, 0, 0, 0, 0, berlin) // 02:00 is 03:00
	got := Free(v, Span{day, day.AddDate(0, 0, 1)}, berlin)
	if len(got) != 1 || got[0].From.Hour() != 9 || got[0].To.Sub(got[0].From) != time.Hour {
		t.Errorf("free %v", got)
	}
}

// What Free says is what one finds who looks at every quarter of an hour by itself.
func TestFreeIsWhatEachMomentSays(t *testing.T) {
	const step = 15
	rapid.Check(t, func(t *rapid.T) {
		v := &Volunteer{State: Active}
		for range rapid.IntRange(0, 8).Draw(t, "windows") {
			from := rapid.IntRange(0, 95).Draw(t, "from")
			v.Windows = append(v.Windows, Window{time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")), from * step, rapid.IntRange(from+1, 96).Draw(t, "to") * step})
		}
		v.Windows = tidy(v.Windows)
		quarter := func(name string, least, most int) time.Time {
			return on(0, 0, 0).Add(time.Duration(rapid.IntRange(least, most).Draw(t, name)) * step * time.Minute)
		}
		for range rapid.IntRange(0, 4).Draw(t, "exceptions") {
			s := Span{From: quarter("begins", -200, 1200)}
			s.To = s.From.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "lasts")) * step * time.Minute)
			v.Exceptions = append(v.Exceptions, Exception{Kind: rapid.SampledFrom([]ExceptionKind{Away, Extra}).Draw(t, "kind"), Span: s})
		}
		within := Span{From: quarter("within from", 0, 600)}
		within.To = within.From.Add(time.Duration(rapid.IntRange(0, 700).Draw(t, "within")) * step * time.Minute)
		free := Free(v, within, shanghai)
		for i, s := range free {
			if !s.From.Before(s.To) || s.From.Before(within.From) || s.To.After(within.To) || i > 0 && !s.From.After(free[i-1].To) {
				t.Fatalf("%v within %v", free, within)
			}
		}
		in := func(all []Span, at time.Time) bool {
			return slices.ContainsFunc(all, func(s Span) bool { return !at.Before(s.From) && at.Before(s.To) })
		}
		for at := within.From; at.Before(within.To); at = at.Add(step * time.Minute) {
			minute := at.Hour()*60 + at.Minute()
			want := slices.ContainsFunc(v.Windows, func(w Window) bool { return w.Weekday == at.Weekday() && minute >= w.From && minute < w.To })
			for _, e := range v.Exceptions {
				if e.Kind == Extra && in([]Span{e.Span}, at) {
					want = true
				}
			}
			for _, e := range v.Exceptions {
				if e.Kind == Away && in([]Span{e.Span}, at) {
					want = false
				}
			}
			if in(free, at) != want {
				t.Fatalf("%s: free %v, want %v", at, !want, want)
			}
		}
	})
}

func TestWindowsAreWrittenAndRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []Window
		for range rapid.IntRange(0, 10).Draw(t, "windows") {
			from := rapid.IntRange(0, period.Midnight-1).Draw(t, "from")
			all = append(all, Window{time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")), from, rapid.IntRange(from+1, period.Midnight).Draw(t, "to")})
		}
		all = tidy(all)
		for i, w := range all {
			if !w.valid() || i > 0 && all[i-1].Weekday == w.Weekday && all[i-1].To >= w.From {
				t.Fatalf("not tidy: %v", all)
			}
		}
		back, err := unspell(spell(all))
		if err != nil || !slices.Equal(back, all) {
			t.Fatalf("%v, %v, want %v", back, err, all)
		}
	})
	if _, err := unspell("1 9"); err == nil {
		t.Error("half a window is read")
	}
}
