package volunteer

import (
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
)

// Profile is what somebody says of how she wants to help.
type Profile struct {
	Place     id.ID // the building, or grid, from which she sets out; zero in a reserve: the shop
	Grid      id.ID // that it lies in, as the tree stood when it was written; zero for none
	Radius    int   // metres, as the crow flies
	Windows   []Window
	Languages []Language
	Limits    Limits
	About     string // a few warm words about herself
	Likes     string // what she likes to do best
}

// Bounds of a profile. They are no rules of a community but what a form takes.
const (
	RadiusLeast, RadiusMost = 100, 20_000 // metres
	RadiusFirst             = 1_000       // what a form proposes
	windowsMost             = 28          // four a day
	aboutMost, likesMost    = 300, 200    // characters
	skillsMost              = 20
)

// Language is a way in which people talk with each other.
type Language string

// The languages.
const (
	Mandarin     Language = "zh"
	Dialect      Language = "dialect" // of the place
	Cantonese    Language = "yue"
	English      Language = "en"
	SignLanguage Language = "sign"
)

// Languages lists them.
var Languages = []Language{Mandarin, Dialect, Cantonese, English, SignLanguage}

// Limits are what somebody must not be asked for.
type Limits struct {
	DayMinutes  int  // at most a day; 0: as the community's rules say
	WeekMinutes int  // at most a week, Monday to Sunday; 0 likewise
	NoLifting   bool // nothing heavy
	NoPets      bool // no home with a dog or a cat
	NoStairs    bool // no upper floor without a lift
}

// weekMinutes is how long a week is.
const weekMinutes = 7 * period.Midnight

// validate refuses a profile that cannot be kept, and puts its windows in order.
func (p *Profile) validate() error {
	switch {
	case p.Place.IsZero():
		return ErrBadPlace.On("place")
	case p.Radius < RadiusLeast || p.Radius > RadiusMost:
		return ErrBadRadius.On("radius").With("least", RadiusLeast).With("most", RadiusMost)
	case len(p.Windows) > windowsMost:
		return ErrManyWindows.On("weekdays").With("most", windowsMost)
	case len(p.Languages) == 0 || slices.ContainsFunc(p.Languages, func(l Language) bool { return !slices.Contains(Languages, l) }):
		return ErrBadLanguage.On("languages")
	case p.Limits.DayMinutes < 0 || p.Limits.DayMinutes > period.Midnight:
		return ErrBadLimit.On("day_minutes")
	case p.Limits.WeekMinutes < 0 || p.Limits.WeekMinutes > weekMinutes || p.Limits.WeekMinutes != 0 && p.Limits.WeekMinutes < p.Limits.DayMinutes:
		return ErrBadLimit.On("week_minutes")
	case !text.ShortProse(p.About, aboutMost):
		return ErrBadAbout.On("about").With("most", aboutMost)
	case !text.ShortProse(p.Likes, likesMost):
		return ErrBadAbout.On("likes").With("most", likesMost)
	}
	for _, w := range p.Windows {
		if !w.valid() {
			return ErrBadWindow.On("weekdays")
		}
	}
	p.Windows = tidy(p.Windows)
	return nil
}
