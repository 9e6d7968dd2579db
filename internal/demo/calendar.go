package demo

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"gongyi/internal/demo/demodata"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/sheet"
)

// The data tell half a year, 26 weeks from a Sunday on. They are laid over the
// calendar again and again, so that every weekday keeps its own habits: each first
// half year is the data, in each second one every household buys on its days what
// another one bought in the same shop.
const span = 26 * 7

var firstDay = period.Date(2017, time.January, 1)

// town is what the data tell: households, shops and what was bought on each day.
type town struct {
	members []importing.MemberRow
	shops   []shop
	days    [span][]importing.PurchaseRow
	baskets map[string][]importing.PurchaseRow // by shop, in the order of the data
	at      map[string]int                     // purchase reference → where in baskets
	place   map[string]string                  // shop → community
}

// shop is one line of the data's shops.
type shop struct{ ref, community, industry, industryZH string }

// readTown reads the data.
func readTown() (*town, error) {
	t := &town{baskets: make(map[string][]importing.PurchaseRow), at: make(map[string]int), place: make(map[string]string)}
	members, err := table("members.csv")
	if err != nil {
		return nil, err
	}
	if t.members, err = rows(members.NextMember); err != nil {
		return nil, err
	}
	if t.shops, err = readShops(); err != nil {
		return nil, err
	}
	for _, s := range t.shops {
		t.place[s.ref] = s.community
	}
	purchases, err := table("purchases-2017h1.csv")
	if err != nil {
		return nil, err
	}
	all, err := rows(purchases.NextPurchase)
	if err != nil {
		return nil, err
	}
	for _, row := range all {
		i := int(period.DayOf(row.At, time.UTC) - firstDay)
		t.days[i] = append(t.days[i], row)
		t.at[row.Ref] = len(t.baskets[row.Merchant])
		t.baskets[row.Merchant] = append(t.baskets[row.Merchant], row)
	}
	t.days[span-1] = t.days[span-8] // the data end a day early: a Saturday like the one before
	return t, nil
}

func table(name string) (*importing.Table, error) {
	text, err := demodata.Read(name)
	if err != nil {
		return nil, err
	}
	return importing.Open(name, text, sheet.DefaultLimits, time.UTC)
}

func rows[T any](next func() (T, *importing.Rejection, error)) (all []T, err error) {
	for {
		row, rejected, err := next()
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		case rejected != nil:
			return nil, fmt.Errorf("demo: line %d: %w", rejected.Line, rejected.Why)
		}
		all = append(all, row)
	}
}

func readShops() (all []shop, err error) {
	text, err := demodata.Read("merchants.csv")
	if err != nil {
		return nil, err
	}
	lines, err := csv.NewReader(bufio.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	for _, l := range lines[1:] {
		all = append(all, shop{ref: l[0], community: l[1], industry: l[2], industryZH: l[3]})
	}
	return all, nil
}

// of lists what is bought on a day, in the order of the day.
func (t *town) of(day period.Day, zone *time.Location) []importing.PurchaseRow {
	since := int(day - firstDay)
	round, index := since/span, since%span
	midnight := day.Start(zone)
	visits := make([]importing.PurchaseRow, 0, len(t.days[index]))
	for _, row := range t.days[index] {
		v := row
		v.Ref = fmt.Sprintf("%s-%s", day, row.Ref)
		v.At = midnight.Add(row.At.Sub(row.At.Truncate(24 * time.Hour)))
		if round%2 == 1 {
			same := t.baskets[row.Merchant]
			other := same[(t.at[row.Ref]+7*round)%len(same)]
			v.List, v.Paid, v.Coupon, v.Items = other.List, other.Paid, other.Coupon, other.Items
		}
		visits = append(visits, v)
	}
	slices.SortStableFunc(visits, func(a, b importing.PurchaseRow) int { return a.At.Compare(b.At) })
	return visits
}
