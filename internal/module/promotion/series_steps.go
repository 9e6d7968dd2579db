package promotion

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
)

// Series is a series of vouchers with what became of it: who pays for it must agree,
// and stopped, what was given of it stays good.
type Series struct {
	ID id.ID
	Terms
	pact.Pact
	MadeAt time.Time
}

// proposed is a series as it was proposed by a person.
func proposed(series id.ID, t Terms, by id.ID, at time.Time) *Series {
	s := &Series{ID: series, Terms: t, MadeAt: at, Pact: pact.Pact{Owner: t.Shop, By: by, Parties: t.Shops()}}
	if t.Platform > 0 || t.Issuer != OfShop { // it pays, or it is issued in no shop's name
		s.Parties = append(slices.Clip(s.Parties), id.ID{})
	}
	return s
}

// State is where a series stands on a day.
func (s *Series) State(today period.Day) pact.State { return s.Pact.State(s.Opens, s.Closes, today) }
