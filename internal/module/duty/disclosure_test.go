package duty_test

import (
	"testing"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/policy"
)

func made(t *testing.T, topic duty.Topic, on string, quarter string) *duty.Disclosure {
	d := &duty.Disclosure{Topic: topic, Day: day(t, on)}
	d.Until = d.Day.Plus(6)
	if quarter != "" {
		d.Quarter = month(t, quarter)
	}
	return d
}

// C4: three disclosures, made anew every six months; a shop's first full month is
// there to make them in; missing for a quarter is a breach.
func TestDisclosuresOwed(t *testing.T) {
	p := policy.TrialAlliance()
	seat := duty.Seat{From: day(t, "2026-03-10"), Over: day(t, "2027-03-11")}
	for _, c := range []struct {
		says     string
		all      []*duty.Disclosure
		today    string
		standing int
		grave    int
	}{
		{"in its first full month nothing is late", nil, "2026-04-30", 3, 0},
		{"then two are", nil, "2026-05-01", 1, 0},
		{"a quarter later they are breaches, and the profit of the quarter is late", nil, "2026-07-31", 0, 2},
		{"just before not yet", nil, "2026-07-30", 1, 0},
		{"goods made, and hold", []*duty.Disclosure{made(t, duty.Goods, "2026-04-20", "")}, "2026-06-01", 2, 0},
		{"to their last day", []*duty.Disclosure{made(t, duty.Goods, "2026-04-20", ""), made(t, duty.Standard, "2026-04-20", ""), made(t, duty.Profit, "2026-10-05", "2026-07")}, "2026-10-20", 3, 0},
		{"and no longer", []*duty.Disclosure{made(t, duty.Goods, "2026-04-20", ""), made(t, duty.Standard, "2026-04-20", ""), made(t, duty.Profit, "2026-10-05", "2026-07")}, "2026-10-21", 1, 0},
		{"the profit of the first whole quarter is due 30 days after it", []*duty.Disclosure{made(t, duty.Goods, "2026-09-20", ""), made(t, duty.Standard, "2026-09-20", "")}, "2026-10-30", 3, 0},
		{"and late then", []*duty.Disclosure{made(t, duty.Goods, "2026-09-20", ""), made(t, duty.Standard, "2026-09-20", "")}, "2026-10-31", 2, 0},
		{"in a quarter that it did not have wholly none is owed", []*duty.Disclosure{made(t, duty.Goods, "2026-04-20", ""), made(t, duty.Standard, "2026-04-20", "")}, "2026-06-30", 3, 0},
	} {
		owed := duty.Owed(&p, &seat, c.all, day(t, c.today))
		if got := duty.Standing(owed, day(t, c.today)); got != c.standing {
			t.Errorf("%s: %d in order, want %d", c.says, got, c.standing)
		}
		grave := 0
		for i := range owed {
			if owed[i].Grave(day(t, c.today)) {
				grave++
			}
		}
		if grave != c.grave {
			t.Errorf("%s: %d breaches, want %d", c.says, grave, c.grave)
		}
	}
}

func TestTheShareOfAProfit(t *testing.T) {
	for _, c := range []struct {
		topic         duty.Topic
		profit, share money.Amount
	}{
		{duty.Profit, 8_560_00, 85_60}, {duty.Profit, 50, 1}, {duty.Profit, 49, 0}, {duty.Profit, -9_000_00, 0}, {duty.Goods, 8_560_00, 0},
	} {
		d := duty.Disclosure{Topic: c.topic, Profit: c.profit, Rate: 10_000}
		if got := d.Share(); got != c.share {
			t.Errorf("of %d it is %d, want %d", c.profit, got, c.share)
		}
	}
}

// A claim has one name for as long as it is the same claim.
func TestAClaimIsNamedByItsDay(t *testing.T) {
	p := policy.TrialAlliance()
	seat := duty.Seat{From: day(t, "2026-03-01"), Over: day(t, "2027-03-01")}
	key := func(today string) string { return duty.Owed(&p, &seat, nil, day(t, today))[0].Key() }
	if a, b := key("2026-05-01"), key("2026-12-31"); a != b || a != "goods/2026-03-31" {
		t.Errorf("%s, then %s", a, b)
	}
	if q := period.Month(0).Quarter(); q != 0 {
		t.Errorf("January's quarter begins in %s", q)
	}
}
