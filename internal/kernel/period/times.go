package period

import "time"

// Weekdays are days of the week, a bit each, the lowest for Sunday; 0 is every day.
type Weekdays uint8

// Has reports whether a weekday is among them.
func (w Weekdays) Has(d time.Weekday) bool { return w == 0 || w&(1<<d) != 0 }

// Times are hours on some days of the week.
type Times struct {
	Weekdays Weekdays `json:"weekdays,omitempty"`
	From     int      `json:"from,omitempty"` // minutes after midnight
	To       int      `json:"to,omitempty"`   // minutes after midnight, not included; 0 = until midnight
}

// Midnight is the end of a day, in minutes after its beginning.
const Midnight = 24 * 60

// Valid reports whether there is such a time.
func (t Times) Valid() bool {
	return t.Weekdays < 1<<7 && t.From >= 0 && t.From < Midnight && t.To >= 0 && t.To <= Midnight && (t.To == 0 || t.To > t.From)
}

// OnDay reports whether the weekday of a local moment is one of theirs.
func (t Times) OnDay(at time.Time) bool { return t.Weekdays.Has(at.Weekday()) }

// InHours reports whether the time of day of a local moment lies between theirs.
func (t Times) InHours(at time.Time) bool {
	minute := at.Hour()*60 + at.Minute()
	return minute >= t.From && (t.To == 0 || minute < t.To)
}

// Hours writes the two times of the day: "08:00", "12:00".
func (t Times) Hours() (from, to string) {
	if t.To == 0 {
		t.To = Midnight
	}
	return clock(t.From), clock(t.To)
}

func clock(minute int) string {
	h, m := minute/60, minute%60
	return string([]byte{byte('0' + h/10), byte('0' + h%10), ':', byte('0' + m/10), byte('0' + m%10)})
}
