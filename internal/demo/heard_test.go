package demo

import (
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// Whoever a visitor may look around as finds what the year told her, in its order: what
// is older than a week she has read, and nothing of it left the house.
func TestTheYearWasTold(t *testing.T) {
	if testing.Short() {
		t.Skip("a year takes seconds")
	}
	d, err := street()
	if err != nil {
		t.Fatal(err)
	}
	ctx, now := t.Context(), d.DB.Clock().Now()
	for _, m := range d.masked {
		var inbox []notice.Item
		var memberships []person.Membership
		if err := d.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
			if memberships, err = d.Flows.People.Memberships(ctx, r, m.Person); err == nil {
				inbox, err = d.Flows.Notices.List(ctx, r, m.Person, notice.Filter{Limit: 10_000})
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		bought, seen := 0, make(map[string]bool)
		for i, it := range inbox {
			if i > 0 && period.DayOf(it.At, d.zone) > period.DayOf(inbox[i-1].At, d.zone) {
				t.Fatalf("%s: %s of %s stands below %s of %s", m.Name, it.Kind.ID, it.At, inbox[i-1].Kind.ID, inbox[i-1].At)
			}
			if !it.Read && now.Sub(it.At) > fresh+time.Hour {
				t.Errorf("%s has not read what happened %s", m.Name, it.At)
			}
			if it.Kind.ID == notice.PurchaseSettled {
				bought++
			}
			if seen[it.Kind.ID+it.Cause] {
				t.Errorf("%s is told twice of %s", m.Name, it.Cause)
			}
			seen[it.Kind.ID+it.Cause] = true
		}
		belongings, err := d.Flows.Belongings(ctx, memberships)
		if err != nil {
			t.Fatal(err)
		}
		s, err := d.Flows.ShoppingOf(ctx, belongings, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(inbox) == 0 || bought < len(s.Bought)-3 || bought > len(s.Bought) { // neighbours go on shopping while other tests look
			t.Errorf("%s (%s) has %d notices, of %d purchases %d", m.Name, m.Guise.Role.Key, len(inbox), len(s.Bought), bought)
		}
	}
	for _, at := range d.places {
		if untold, err := d.untold(ctx, at); err != nil || untold {
			t.Errorf("books are left untold: %v %v", untold, err)
		}
	}
	if err := d.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		tally, err := d.Flows.Notices.Count(ctx, r, time.Time{})
		if tally.Waiting+tally.Sent+tally.Dead > 0 {
			t.Errorf("it left the house: %+v", tally)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
