package dispatch

import (
	"time"

	"gongyi/internal/kernel/fault"
)

// ErrBadRules says that numbers of dispatch cannot be; the field names which.
var ErrBadRules = fault.New(fault.Invalid, "dispatch.bad_rules")

// Pace is how fast requests of one urgency ask.
type Pace struct {
	Opens  [Rings]time.Duration // after the request was made, when a ring opens at the latest
	Stands [Rings]time.Duration // how long an offer of a ring stands; those of Desk and Operator are not read
	Asks   int                  // how many are asked at a time for each person needed, at least
	Most   int                  // how many at most
	More   time.Duration        // who has waited so long, for her a minute is worth twice as much, after twice as long five times; 0 = never more
	Settle time.Duration        // how long after a yes somebody nearer may still say hers; 0 = the first yes counts
	Worth  int                  // metres on foot that a minute less of waiting is worth, in the beginning
}

// Weights turn what speaks for and against somebody into metres on foot, in which
// costs are counted: a volunteer is worth so many metres of detour.
type Weights struct {
	Bond      int // taken off for each earlier service with the asker
	BondMost  int // taken off at most for them
	Today     int // added for each hour on the same day
	Week      int // added for each hour in the same week
	NoShow    int // added for each promise not kept
	Reserve   int // added for each thing that she can do and the request does not ask for: few can it
	Waited    int // how much more each minute counts that a request has waited
	Unchecked int // cost of asking nobody this round: more than any choice may cost
}

// Rules are a community's numbers of dispatch, all from its policy.
type Rules struct {
	Zone       *time.Location
	Pace       [Urgencies]Pace
	Weights    Weights
	Reach      [Rings]int    // metres on foot from home, by ring
	Detour     int           // metres on foot for 1,000 metres as the crow flies
	Speed      int           // metres a minute
	Linger     time.Duration // between two stays this far apart nobody walks home
	MostDay    time.Duration // of service for one person
	MostWeek   time.Duration
	Level      uint8         // the least level of identity, whatever a request says
	NoShows    int           // from so many promises not kept on nobody is asked; 0 = no such rule
	Bundle     int           // requests in one offer at most; 1 = no bundles
	BundleSave int           // metres that a bundle must save for each request added
	Candidates int           // how many are weighed for each request
	Few        int           // where no more than so many are left, all are asked at once
	Accept     int           // of a million: how many of those who answer say yes
	Silent     int           // of a million: how many never answer
	Answer     time.Duration // how long the others take on average
}

// Validate refuses numbers with which nobody could be asked, or too many.
func (r *Rules) Validate() error {
	switch {
	case r.Zone == nil:
		return ErrBadRules.On("zone")
	case r.Detour < 1000:
		return ErrBadRules.On("detour")
	case r.Speed < 1:
		return ErrBadRules.On("speed")
	case r.Linger < 0:
		return ErrBadRules.On("linger")
	case r.MostDay <= 0 || r.MostWeek < r.MostDay:
		return ErrBadRules.On("most")
	case r.NoShows < 0:
		return ErrBadRules.On("no_shows")
	case r.Bundle < 1 || r.BundleSave < 0:
		return ErrBadRules.On("bundle")
	case r.Candidates < 1 || r.Few < 0:
		return ErrBadRules.On("candidates")
	case r.Accept < 1 || r.Accept > million:
		return ErrBadRules.On("accept")
	case r.Silent < 0 || r.Silent >= million || r.Answer < time.Second:
		return ErrBadRules.On("answer")
	}
	for ring := range Desk {
		if r.Reach[ring] < 1 || ring > 0 && r.Reach[ring] < r.Reach[ring-1] {
			return ErrBadRules.On("reach")
		}
	}
	for i := range r.Pace {
		if err := r.Pace[i].validate(); err != nil {
			return err
		}
	}
	return r.Weights.validate()
}

const million = 1_000_000

func (p *Pace) validate() error {
	if p.Asks < 1 || p.Most < p.Asks || p.More < 0 || p.Settle < 0 || p.Worth < 0 || p.Worth > million {
		return ErrBadRules.On("asks")
	}
	for ring := range Rings {
		if p.Opens[ring] < 0 || ring > 0 && p.Opens[ring] < p.Opens[ring-1] {
			return ErrBadRules.On("opens")
		}
		if ring < Desk && p.Stands[ring] <= 0 {
			return ErrBadRules.On("stands")
		}
	}
	return nil
}

func (w *Weights) validate() error {
	for _, n := range []int{w.Bond, w.BondMost, w.Today, w.Week, w.NoShow, w.Reserve, w.Waited, w.Unchecked} {
		if n < 0 || n > million {
			return ErrBadRules.On("weights")
		}
	}
	return nil
}
