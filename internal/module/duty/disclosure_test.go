package duty_test

import (
	"testing"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
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

// A disclosure made at the end of August holds to the end of February, leap day or not;
// and a quarter's profit is due thirty days after it, over the end of the year.
func TestDisclosuresOverTheYear(t *testing.T) {
	p := policy.TrialAlliance()
	seat := duty.Seat{From: day(t, "2027-03-01"), Over: day(t, "2029-03-01")}
	for _, c := range []struct {
		says, made, today string
		standing          int
		grave             bool
	}{
		{"to the leap day", "2027-08-31", "2028-02-29", 3, false},
		{"and no longer", "2027-08-31", "2028-03-01", 1, false},
		{"missing for a quarter after the leap day", "2027-08-31", "2028-05-29", 1, false},
		{"and a day", "2027-08-31", "2028-05-30", 1, true},
		{"to 28 February in another year", "2028-08-31", "2029-02-28", 3, false},
		{"made on the leap day, to the day of August", "2028-02-29", "2028-08-29", 3, false},
		{"and no longer", "2028-02-29", "2028-08-30", 1, false},
	} {
		today := day(t, c.today)
		q := today.Month().Quarter() - 3
		owed := duty.Owed(&p, &seat, []*duty.Disclosure{made(t, duty.Goods, c.made, ""), made(t, duty.Standard, c.made, ""), made(t, duty.Profit, c.made, q.String())}, today)
		if got := duty.Standing(owed, today); got != c.standing || owed[0].Grave(today) != c.grave {
			t.Errorf("%s: %d in order, a breach: %v", c.says, got, owed[0].Grave(today))
		}
	}
	for today, due := range map[string]string{"2028-01-15": "2028-01-30", "2028-04-15": "2028-04-30", "2027-12-31": "2027-10-30"} {
		if owed := duty.Owed(&p, &seat, nil, day(t, today)); owed[2].Due.String() != due {
			t.Errorf("on %s the profit of the quarter was due on %s, want %s", today, owed[2].Due, due)
		}
	}
}

// The profit of a quarter is declared once, of many who press the button too.
func TestAProfitIsDeclaredOnce(t *testing.T) {
	inRegister(t, func(g *register) {
		g.Clock.Advance(day(t, "2027-01-02").Start(shanghai).Sub(g.Clock.Now()))
		declare := func(quarter string, profit money.Amount) error {
			return g.update(func(tx *db.Tx) error {
				_, err := g.Disclose(ctx, tx, duty.Disclosure{Merchant: shop, Topic: duty.Profit, Quarter: month(t, quarter), Profit: profit, Rate: 10_000}, g.today(), 6)
				return err
			})
		}
		if n := g.atOnce(6, duty.ErrDeclared, func(n int) error { return declare("2026-10", money.Amount(n)) }); n != 1 {
			t.Errorf("declared %d times", n)
		}
		g.refused("a quarter that is not over", declare("2027-01", 0), duty.ErrBadQuarter)
		g.refused("no quarter", declare("2026-08", 0), duty.ErrBadQuarter)
		g.refused("one of long ago", declare("2024-10", 0), duty.ErrBadQuarter)
		g.refused("more than any shop has", declare("2026-07", 100_000_000_01), duty.ErrBadProfit)
		g.must(declare("2026-07", -5_00))
	})
}
