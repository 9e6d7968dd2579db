package notice

import "time"

// Quiet are the hours in which nothing but urgent kinds leaves the house, in
// minutes of the day; from 21:30 to 07:30 unless she chose others. Equal ends are
// no quiet hours.
type Quiet struct {
	From, Until int
}

// DefaultQuiet are the quiet hours of who has not chosen any.
var DefaultQuiet = Quiet{21*60 + 30, 7*60 + 30}

const minutesADay = 24 * 60

// Validate refuses hours that are none.
func (q Quiet) Validate() error {
	if q.From < 0 || q.From >= minutesADay || q.Until < 0 || q.Until >= minutesADay {
		return ErrBadQuiet.On("quiet_from")
	}
	length := (q.Until - q.From + minutesADay) % minutesADay
	if length > 20*60 { // four hours a day remain to be told anything
		return ErrBadQuiet.On("quiet_until")
	}
	return nil
}

// Holds reports whether an instant lies in the quiet hours, in its own zone.
func (q Quiet) Holds(at time.Time) bool {
	m := at.Hour()*60 + at.Minute()
	if q.From <= q.Until {
		return q.From <= m && m < q.Until
	}
	return m >= q.From || m < q.Until
}

// Next is the first instant not before at that lies outside of the quiet hours.
func (q Quiet) Next(at time.Time) time.Time {
	if !q.Holds(at) {
		return at
	}
	y, m, d := at.Date()
	end := time.Date(y, m, d, q.Until/60, q.Until%60, 0, 0, at.Location())
	if !end.After(at) {
		end = time.Date(y, m, d+1, q.Until/60, q.Until%60, 0, 0, at.Location())
	}
	return end
}

// digestHour is when what was too much is summed up, once a day.
const digestHour = 18

// digestAt is the next time for a digest.
func (q Quiet) digestAt(now time.Time) time.Time {
	y, m, d := now.Date()
	at := time.Date(y, m, d, digestHour, 0, 0, 0, now.Location())
	if !at.After(now) {
		at = time.Date(y, m, d+1, digestHour, 0, 0, 0, now.Location())
	}
	return q.Next(at)
}
