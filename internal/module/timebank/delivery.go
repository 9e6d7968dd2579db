package timebank

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Alerts of what is delivered each day (M7): a meal or a medicine has not come, or its
// request could not be made at all.
const (
	MissedDelivery Alert = "delivery"
	UnmadeDelivery Alert = "unmade"
)

// Daily reports whether a request stands on the list of what is delivered each day, of
// which somebody must know that it came (M7): it asks for proof, and comes again by a plan
// or is paid for an elder.
func (q *Request) Daily() bool { return q.Proof && (!q.Plan.IsZero() || q.Pay == ByPool) }

// Delivery is how far something that is delivered has come.
type Delivery string

// The states of a delivery, the worst first.
const (
	Missing   Delivery = "missing"   // past its time, and nobody was at the door
	NotMade   Delivery = "not_made"  // the day's request could not be made
	Nobody    Delivery = "nobody"    // it ended since nobody was found
	Unproven  Delivery = "unproven"  // said to be done, without a picture or a code
	Awaited   Delivery = "awaited"   // its time has not passed
	Cancelled Delivery = "cancelled" // she did not want it that day
	Delivered Delivery = "delivered" // shown by the code at the door, by the place, or by a picture
)

// Deliveries lists them, the worst first.
var Deliveries = []Delivery{Missing, NotMade, Nobody, Unproven, Awaited, Cancelled, Delivered}

// Alarming reports whether somebody must be rung up now.
func (d Delivery) Alarming() bool { return d == Missing || d == NotMade || d == Nobody }

// DeliveryOf says how far a request has come at an instant. pictures counts those of each
// assignment.
func DeliveryOf(q *Request, all []*Assignment, pictures func(assignment id.ID) int, now time.Time) Delivery {
	said := false
	for _, a := range all {
		if a.Shown(pictures(a.ID)) {
			return Delivered
		}
		said = said || a.State().Served()
	}
	switch {
	case said:
		return Unproven
	case q.End != nil && q.End.How == Withdrawn:
		return Cancelled
	case q.End != nil:
		return Nobody
	case now.After(q.Ends()):
		return Missing
	}
	return Awaited
}

// Shown reports whether somebody was at the door: she checked in there by the code or the
// place, or a picture shows it; and it was not taken back.
func (a *Assignment) Shown(pictures int) bool {
	return (a.State() == Begun || a.State().Served()) && (!a.When(Begun).IsZero() || pictures > 0)
}

// Pictures counts the pictures of assignments that were made since an instant.
func (s *Service) Pictures(ctx context.Context, r db.Reader, community id.ID, since time.Time) (counts map[id.ID]int, err error) {
	counts = make(map[id.ID]int)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var a id.ID
		var n int
		err := rows.Scan(&a, &n)
		counts[a] = n
		return err
	}, "SELECT assignment_id, count(*) FROM timebank_proof WHERE community_id = ? AND added_at >= ? GROUP BY assignment_id", community[:], since.UnixMicro())
	return counts, err
}

// NotMadeOn are the plans that run and could not make their request for a day.
func (s *Service) NotMadeOn(ctx context.Context, r db.Reader, community id.ID, day period.Day) ([]*Plan, error) {
	none := id.ID{}
	return findPlans(ctx, r, community, " AND e.words IS NULL AND p.id IN (SELECT plan_id FROM timebank_plan_made WHERE community_id = ? AND day = ? AND request_id = ?) ORDER BY p.minute, p.id",
		community[:], int64(day), none[:])
}
