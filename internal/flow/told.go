package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// Chapter is one part of what the house knows of a person: Data for programs, rows
// for people (A7).
type Chapter struct {
	File    string // "purchases.json"
	Title   string // in the language of the request, as everything that people read
	Columns []string
	Num     []int // columns that hold figures
	Shares  []int // how wide the columns are against each other; none: all alike
	Rows    [][]string
	Data    any
}

// teller collects the chapters of one person. What it tells of others is how they
// are called, as the pages show it: no numbers, no ids.
type teller struct {
	flows      *Flows
	person     id.ID
	now        time.Time
	zone       *time.Location // in which she lives
	belongings []Belonging
	chapters   []Chapter
}

// Told is everything the house knows of a person, in the words of the request.
func (f *Flows) Told(ctx context.Context, who id.ID) (_ []Chapter, err error) {
	defer fault.Wrap(&err, "told of %s", who)
	t := &teller{flows: f, person: who, now: f.DB.Clock().Now(), zone: DefaultZone}
	var memberships []person.Membership
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		memberships, err = f.People.Memberships(ctx, r, who)
		return err
	})
	if err != nil {
		return nil, err
	}
	if t.belongings, err = f.Belongings(ctx, memberships); err != nil {
		return nil, err
	}
	if len(t.belongings) > 0 {
		t.zone = t.belongings[0].Zone
	}
	if err := f.DB.View(ctx, id.Tilde, func(r db.Reader) error { return t.common(ctx, r) }); err != nil {
		return nil, err
	}
	t.memberships(ctx)
	for _, tell := range []func(context.Context) error{
		t.purchases,
		t.checkouts,
		t.movements,
		t.vouchers,
		t.levels,
		t.honours,
		t.bill,
		t.terms,
		t.wanted,
		t.offered,
		t.redemptions,
		t.offsets,
		t.thanked,
		t.bids,
		t.paidOut,
		t.drawn,
		t.bundles,
		t.volunteering,
		t.services,
		t.handCalls,
		t.markets,
		t.classes,
		t.hours,
		t.papers,
	} {
		if err := tell(ctx); err != nil {
			return nil, err
		}
	}
	return t.chapters, nil
}

func (t *teller) add(c Chapter) { t.chapters = append(t.chapters, c) }

// common tells what is kept of people wherever they live.
func (t *teller) common(ctx context.Context, r db.Reader) error {
	t.chapters = nil
	for _, tell := range []func(context.Context, db.Reader) error{
		t.profile, t.homes, t.duties, t.grants, t.devices, t.keys, t.payCodes, t.purposes, t.reads, t.erasure,
		t.helpers, t.helped, t.helping, t.requests, t.notices, t.wishes, t.pushes, t.birthday,
		t.callings,
	} {
		if err := tell(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// stamp writes a moment for paper; "" for none.
func (t *teller) stamp(at time.Time) string { return t.write(at, "2006-01-02 15:04") }

// day writes the day of a moment for paper; "" for none.
func (t *teller) day(at time.Time) string { return t.write(at, time.DateOnly) }

func (t *teller) write(at time.Time, layout string) string {
	if at.IsZero() {
		return ""
	}
	return at.In(t.zone).Format(layout)
}
