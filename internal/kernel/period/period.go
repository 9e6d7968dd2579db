// Package period holds civil days and months: the calendar by which books are
// closed and caps are counted. An instant is a time.Time; a day is a number.
package period

import (
	"fmt"
	"time"
)

// Day is a civil day, counted from 1970-01-01. Which instants it covers depends
// on the community's time zone (settlement.md, "Two dates").
type Day int32

// DayOf is the civil day of an instant in a zone.
func DayOf(at time.Time, zone *time.Location) Day {
	y, m, d := at.In(zone).Date()
	return Date(y, m, d)
}

// Date is the day of a calendar date.
func Date(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}

// ParseDay reads "2017-06-30".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("period: %q is not a day", s)
	}
	return Day(t.Unix() / 86_400), nil
}

func (d Day) utc() time.Time { return time.Unix(int64(d)*86_400, 0).UTC() }

// String is the day as "2017-06-30".
func (d Day) String() string { return d.utc().Format(time.DateOnly) }

// MarshalText makes the day text in JSON.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDay(string(b))
	return err
}

// Start is the first instant of the day in a zone.
func (d Day) Start(zone *time.Location) time.Time {
	y, m, day := d.utc().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, zone)
}

// Month is the calendar month of the day.
func (d Day) Month() Month {
	y, m, _ := d.utc().Date()
	return Month(y*12 + int(m) - 1)
}

// Date splits the day into its calendar date.
func (d Day) Date() (year int, month time.Month, day int) { return d.utc().Date() }

// Plus is the corresponding day so many months later, or the last day of that month
// if it has none (Civil Code art. 202): a year after 29 February is 28 February.
func (d Day) Plus(months int) Day {
	m := d.Month() + Month(months)
	_, _, day := d.Date()
	return min(m.First()+Day(day)-1, m.Last())
}

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// Month is a calendar month: year × 12 + month − 1.
type Month int32

// ParseMonth reads "2017-06".
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return 0, fmt.Errorf("period: %q is not a month", s)
	}
	return Month(t.Year()*12 + int(t.Month()) - 1), nil
}

// Year and Calendar split the month.
func (m Month) Year() int { return int(m) / 12 }

// Calendar is the month of the year.
func (m Month) Calendar() time.Month { return time.Month(int(m)%12 + 1) }

// Quarter is the first month of the month's quarter.
func (m Month) Quarter() Month { return m - m%3 }

// First and Last are the month's first and last day.
func (m Month) First() Day { return Date(m.Year(), m.Calendar(), 1) }

// Last is the month's last day.
func (m Month) Last() Day { return Date(m.Year(), m.Calendar()+1, 0) }

// String is the month as "2017-06".
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year(), int(m.Calendar())) }
