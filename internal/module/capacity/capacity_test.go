package capacity_test

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/capacity"
)

// monday is the day on which all of these begin.
var monday = period.Date(2026, 3, 2)

func rules() capacity.Rules {
	return capacity.Rules{Over: 300_000, Least: 30, Days: 14, Weeks: 8, Shrink: 2}
}

func span(d period.Day, from, to int) capacity.Span {
	return capacity.Span{From: capacity.At(d, from*60), To: capacity.At(d, to*60)}
}

func booking(kind string, d period.Day, from, minutes, people int) capacity.Booking {
	return capacity.Booking{Kind: kind, From: capacity.At(d, from), Minutes: minutes, People: people}
}

func helper(kinds ...string) capacity.Helper {
	return capacity.Helper{Kinds: kinds, Free: []capacity.Span{span(monday, 9, 12)}, DayMost: 240, WeekMost: 1200}
}

func cell(t *testing.T, all []capacity.Cell, kind string, h capacity.Hour) capacity.Cell {
	t.Helper()
	for _, c := range all {
		if c.Kind == kind && c.Hour == h {
			return c
		}
	}
	return capacity.Cell{Kind: kind, Hour: h}
}

// Two neighbours are free from nine to twelve; from nine to half past ten two people are
// wanted for one thing and one for another.
func TestAnHourIsCounted(t *testing.T) {
	q := capacity.Question{Now: capacity.At(monday, 8*60+30), Rules: rules(),
		Bookings: []capacity.Booking{booking("parcel", monday, 9*60, 90, 2), booking("parcel", monday, 9*60+30, 45, 1)},
		Helpers:  []capacity.Helper{helper("parcel"), helper("meal", "parcel")}}
	q.Bookings[1].Planned = true
	all := capacity.Table(q)
	nine := cell(t, all, "parcel", capacity.HourOf(monday, 9))
	want := capacity.Cell{Kind: "parcel", Hour: capacity.HourOf(monday, 9), Booked: 150, Planned: 30, Requests: 2, Able: 120, Helpers: 2}
	if nine != want {
		t.Errorf("nine o'clock is\n%+v, want\n%+v", nine, want)
	}
	if nine.Ratio() != 1_250_000 || nine.Level(&q.Rules) != capacity.Full || nine.Missing() != 30 {
		t.Errorf("125%%: %v %v, %d missing", nine.Ratio(), nine.Level(&q.Rules), nine.Missing())
	}
	if ten := cell(t, all, "parcel", capacity.HourOf(monday, 10)); ten.Booked != 75 || ten.Level(&q.Rules) != capacity.Fine {
		t.Errorf("ten o'clock is %+v", ten)
	}
	if meal := cell(t, all, "meal", capacity.HourOf(monday, 9)); meal.Able != 60 || meal.Level(&q.Rules) != capacity.Quiet {
		t.Errorf("of meals: %+v", meal)
	}
}

// What stands exactly at the limit is no gap, a minute more is (F6: 30%).
func TestTheLimit(t *testing.T) {
	r := rules()
	for _, x := range []struct {
		booked, able int
		want         capacity.Level
		ratio        money.Rate
	}{
		{0, 0, capacity.Quiet, 0}, {0, 60, capacity.Quiet, 0}, {60, 60, capacity.Fine, 1_000_000}, {61, 60, capacity.Full, 1_016_666},
		{78, 60, capacity.Full, 1_300_000}, {79, 60, capacity.Gap, 1_316_666}, {29, 0, capacity.Full, capacity.RatioMost},
		{30, 0, capacity.Gap, capacity.RatioMost}, {6_000, 60, capacity.Gap, capacity.RatioMost},
	} {
		c := capacity.Cell{Booked: x.booked, Able: x.able}
		if got := c.Level(&r); got != x.want || c.Ratio() != x.ratio {
			t.Errorf("%d of %d: %v at %v, want %v at %v", x.booked, x.able, got, c.Ratio(), x.want, x.ratio)
		}
	}
}

// Limits shorten free hours in proportion; what is promised to another kind is gone, what
// was served this week too; a shop's staff stands apart.
func TestWhatAHelperCanGive(t *testing.T) {
	for _, x := range []struct {
		name    string
		change  func(v *capacity.Helper)
		able    int
		reserve int
	}{
		{"as she says", func(*capacity.Helper) {}, 60, 0},
		{"an hour and a half a day", func(v *capacity.Helper) { v.DayMost = 90 }, 30, 0},
		{"an hour left of the week", func(v *capacity.Helper) { v.WeekMost, v.Served = 300, 240 }, 20, 0},
		{"nothing left of the week", func(v *capacity.Helper) { v.WeekMost, v.Served = 300, 400 }, 0, 0},
		{"half an hour for another", func(v *capacity.Helper) {
			v.Promised = []capacity.Promise{{Kind: "meal", Span: capacity.Span{From: capacity.At(monday, 9*60+45), To: capacity.At(monday, 10*60+15)}}}
		}, 45, 0},
		{"the same for this kind", func(v *capacity.Helper) { v.Promised = []capacity.Promise{{Kind: "parcel", Span: span(monday, 9, 10)}} }, 60, 0},
		{"of a shop", func(v *capacity.Helper) { v.Staff = true }, 0, 60},
		{"not that kind", func(v *capacity.Helper) { v.Kinds = []string{"meal"} }, 0, 0},
	} {
		v := helper("parcel")
		x.change(&v)
		c := cell(t, capacity.Table(capacity.Question{Now: capacity.At(monday, 0), Rules: rules(), Helpers: []capacity.Helper{v}}), "parcel", capacity.HourOf(monday, 9))
		if c.Able != x.able || c.Reserve != x.reserve {
			t.Errorf("%s: %d and %d in reserve, want %d and %d", x.name, c.Able, c.Reserve, x.able, x.reserve)
		}
	}
}

// Four Mondays with 60, 0, 60 and 120 minutes at nine, nothing on other days: the mean is
// 60; the hour's mean of all days is 60 ÷ 7, and counts for two weeks more.
func TestAForecast(t *testing.T) {
	var past []capacity.Booking
	for n, minutes := range []int{60, 0, 60, 120} {
		past = append(past, booking("parcel", monday-period.Day(7*(n+1)), 9*60, min(60, minutes), max(1, minutes/60)))
	}
	q := capacity.Question{Now: capacity.At(monday, 0), Rules: rules(), Past: past}
	all := capacity.Table(q)
	nine := cell(t, all, "parcel", capacity.HourOf(monday, 9))
	if want := (capacity.Forecast{Minutes: 43, High: 120, Weeks: 4}); nine.Expected != want { // (240 + 2 × 240 ÷ 28) ÷ 6 = 42.86
		t.Errorf("on Monday at nine %+v, want %+v", nine.Expected, want)
	}
	if nine.Level(&q.Rules) != capacity.Likely {
		t.Errorf("it is %v", nine.Level(&q.Rules))
	}
	if tuesday := cell(t, all, "parcel", capacity.HourOf(monday+1, 9)); tuesday.Expected != (capacity.Forecast{Minutes: 3, High: 3, Weeks: 4}) { // 240 ÷ 28 × 2 ÷ 6 = 2.86
		t.Errorf("on Tuesday %+v", tuesday.Expected)
	}
	if later := cell(t, all, "parcel", capacity.HourOf(monday+14, 9)); later != (capacity.Cell{Kind: "parcel", Hour: later.Hour}) {
		t.Errorf("beyond a fortnight %+v", later)
	}
	q.Rules.Weeks = 0
	if none := capacity.Table(q); len(none) != 0 {
		t.Errorf("without a forecast %+v", none)
	}
}

// drawn is some question about two kinds.
func drawn(t *rapid.T) capacity.Question {
	kinds := rapid.SampledFrom([]string{"meal", "parcel"})
	book := rapid.Custom(func(t *rapid.T) capacity.Booking {
		return booking(kinds.Draw(t, "kind"), monday+period.Day(rapid.IntRange(0, 15).Draw(t, "day")), rapid.IntRange(0, 1439).Draw(t, "from"), rapid.IntRange(15, 480).Draw(t, "minutes"), rapid.IntRange(1, 3).Draw(t, "people"))
	})
	help := rapid.Custom(func(t *rapid.T) capacity.Helper {
		v := helper(kinds.Draw(t, "kind"))
		v.DayMost, v.WeekMost, v.Staff = rapid.IntRange(0, 300).Draw(t, "day"), rapid.IntRange(0, 1200).Draw(t, "week"), rapid.Bool().Draw(t, "staff")
		from := rapid.IntRange(0, 20).Draw(t, "free")
		v.Free = []capacity.Span{span(monday, from, from+3), span(monday+3, from, from+2)}
		return v
	})
	q := capacity.Question{Now: capacity.At(monday, 0), Rules: rules(), Bookings: rapid.SliceOfN(book, 0, 12).Draw(t, "bookings"), Helpers: rapid.SliceOfN(help, 0, 6).Draw(t, "helpers")}
	for _, b := range rapid.SliceOfN(book, 0, 12).Draw(t, "past") {
		b.From -= capacity.At(16, 0)
		q.Past = append(q.Past, b)
	}
	return q
}

// More bookings never lower a ratio, more helpers never raise one; the order in which
// things are told changes nothing, nor does asking twice.
func TestMoreOfEither(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := drawn(t)
		full, part := capacity.Table(whole), whole
		part.Bookings = whole.Bookings[:rapid.IntRange(0, len(whole.Bookings)).Draw(t, "fewer bookings")]
		for _, c := range capacity.Table(part) {
			if more := find(full, c); more.Ratio() < c.Ratio() || more.Outlook() < c.Outlook() {
				t.Fatalf("more bookings lower %+v to %+v", c, more)
			}
		}
		part = whole
		part.Helpers = whole.Helpers[:rapid.IntRange(0, len(whole.Helpers)).Draw(t, "fewer helpers")]
		for _, c := range capacity.Table(part) {
			if more := find(full, c); more.Ratio() > c.Ratio() || more.Outlook() > c.Outlook() {
				t.Fatalf("more helpers raise %+v to %+v", c, more)
			}
		}
		turned := whole
		turned.Bookings, turned.Past, turned.Helpers = slices.Clone(whole.Bookings), slices.Clone(whole.Past), slices.Clone(whole.Helpers)
		slices.Reverse(turned.Bookings)
		slices.Reverse(turned.Past)
		slices.Reverse(turned.Helpers)
		if other := capacity.Table(turned); !reflect.DeepEqual(full, other) {
			t.Fatalf("turned round %+v is %+v", full, other)
		}
		for _, c := range full {
			if f := c.Expected; f.Low > f.Minutes || f.Minutes > f.High || f.Low < 0 {
				t.Fatalf("a forecast out of its range: %+v", c)
			}
		}
	})
}

func find(all []capacity.Cell, like capacity.Cell) capacity.Cell {
	for _, c := range all {
		if c.Kind == like.Kind && c.Hour == like.Hour {
			return c
		}
	}
	return capacity.Cell{Kind: like.Kind, Hour: like.Hour}
}

// Of the running hour only what is left is booked: ten minutes before ten o'clock one
// neighbour is enough for what was asked for from nine to ten.
func TestTheRunningHour(t *testing.T) {
	q := capacity.Question{Now: capacity.At(monday, 9*60+50), Rules: rules(), Bookings: []capacity.Booking{booking("parcel", monday, 9*60, 60, 1)},
		Helpers: []capacity.Helper{{Kinds: []string{"parcel"}, Free: []capacity.Span{{From: capacity.At(monday, 9*60+50), To: capacity.At(monday, 12*60)}}, DayMost: 240, WeekMost: 1200}}}
	nine := cell(t, capacity.Table(q), "parcel", capacity.HourOf(monday, 9))
	if nine.Booked != 10 || nine.Able != 10 || nine.Level(&q.Rules) != capacity.Fine {
		t.Errorf("nine o'clock is %+v", nine)
	}
}
