package membership_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/membership"
)

// sound is a recommendation that counts: a neighbour joined on the first of March,
// paid 99.00, bought for 32.40, and her recommender is a member.
func sound(t testing.TB) membership.Case {
	return membership.Case{Today: day(t, "2026-03-20"), Depth: 1, Before: true, InForce: true, PaidForIt: true,
		Fee: 99_00, Until: day(t, "2027-03-02"), Spent: 32_40, MinSpent: 10_00}
}

// TestGuards: each guard by its id, with what the charter says of it.
func TestGuards(t *testing.T) {
	for _, c := range []struct {
		says  string
		edit  func(c *membership.Case)
		state membership.State
		guard string
	}{
		{"a neighbour joined, paid and bought", func(*membership.Case) {}, membership.Counts, ""},
		{"she used a free service and bought nothing", func(c *membership.Case) { c.Spent, c.Uses = 0, 1 }, membership.Counts, ""},
		{"a shop recommended her", func(c *membership.Case) { c.ByShop = true }, membership.Counts, ""},
		{"the policy allows no level of reward", func(c *membership.Case) { c.Depth = 0 }, membership.Blocked, "G-02"},
		{"the recommender is she herself", func(c *membership.Case) { c.Same = true }, membership.Blocked, "G-03"},
		{"both used one phone", func(c *membership.Case) { c.Device = true }, membership.Held, "G-04"},
		{"both used one phone, and somebody saw two people", func(c *membership.Case) { c.Device, c.Allowed = true, true }, membership.Counts, ""},
		{"both used one phone, and somebody saw one person", func(c *membership.Case) { c.Device, c.Denied = true, true }, membership.Blocked, "G-04"},
		{"they live in one household", func(c *membership.Case) { c.Together = true }, membership.Held, "G-05"},
		{"they live in one household, and somebody denied it", func(c *membership.Case) { c.Together, c.Denied = true, true }, membership.Blocked, "G-05"},
		{"it was denied, and the phone was given away since", func(c *membership.Case) { c.Denied = true }, membership.Blocked, "G-04"},
		{"the recommender joined later", func(c *membership.Case) { c.Before = false }, membership.Blocked, "G-06"},
		{"she was a member before", func(c *membership.Case) { c.Known = true }, membership.Blocked, "G-07"},
		{"her first term cost nothing", func(c *membership.Case) { c.Fee = 0 }, membership.Blocked, "G-08"},
		{"she bought for 9.99", func(c *membership.Case) { c.Spent = 9_99 }, membership.Pending, "G-09"},
		{"she bought for 10.00", func(c *membership.Case) { c.Spent = 10_00 }, membership.Counts, ""},
		{"the whole fee still comes back", func(c *membership.Case) { c.Cooling = true }, membership.Pending, "G-10"},
		{"she gave it up", func(c *membership.Case) { c.GivenUp = true }, membership.Blocked, "G-10"},
		{"the last day of her first term", func(c *membership.Case) { c.Today = c.Until - 1 }, membership.Counts, ""},
		{"her first term is over", func(c *membership.Case) { c.Today = c.Until }, membership.Blocked, "G-11"},
		{"she used it only after her first term", func(c *membership.Case) { c.Today, c.Spent = c.Until, 0 }, membership.Blocked, "G-11"},
		{"the recommender has lapsed", func(c *membership.Case) { c.InForce = false }, membership.Pending, "G-12"},
		{"the recommender never paid", func(c *membership.Case) { c.PaidForIt = false }, membership.Pending, "G-12"},
	} {
		x := sound(t)
		c.edit(&x)
		if state, guard := x.Weigh(); state != c.state || guard != c.guard {
			t.Errorf("%s: %s %s, want %s %s", c.says, state, guard, c.state, c.guard)
		}
	}
}

// TestNoRewardWithoutUse: whatever else is true, nothing counts without a fee that was
// paid and stands, a use, the end of the cooling-off, and within the first term.
func TestNoRewardWithoutUse(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := func(name string) bool { return rapid.Bool().Draw(r, name) }
		c := membership.Case{
			Today: day(t, "2026-03-20"), Until: day(t, "2026-03-21"), Depth: rapid.IntRange(0, 1).Draw(r, "depth"), ByShop: b("shop"), Same: b("same"), Device: b("device"),
			Together: b("together"), Allowed: b("allowed"), Denied: b("denied"), Before: b("before"), Known: b("known"), InForce: b("in force"), PaidForIt: b("paid"),
			Fee: money.Amount(rapid.Int64Range(0, 2).Draw(r, "fee")), Cooling: b("cooling"), GivenUp: b("given up"), Spent: money.Amount(rapid.Int64Range(0, 20_00).Draw(r, "spent")),
			MinSpent: 10_00, Uses: rapid.IntRange(0, 1).Draw(r, "uses"),
		}
		state, guard := c.Weigh()
		used := c.Spent >= c.MinSpent || c.Uses > 0
		two := !c.Same && !c.Denied && (!c.Device && !c.Together || c.Allowed)
		good := c.Depth == 1 && two && c.Before && !c.Known && c.Fee > 0 && !c.GivenUp && !c.Cooling && used && c.InForce && c.PaidForIt
		if good != (state == membership.Counts) {
			r.Fatalf("%+v: %s %s", c, state, guard)
		}
		if state != membership.Counts && membership.GuardOf(guard) == nil {
			r.Fatalf("%s by %q: no such guard", state, guard)
		}
	})
}

// TestNoSecondLevel: the table of recommendations can say who recommended whom, and
// nothing above or below; no query of the house joins it with itself, and none looks
// for the recommender of a recommender (G-01).
func TestNoSecondLevel(t *testing.T) {
	sql, err := os.ReadFile("schema/00211_membership_recommendation.sql")
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile(`(?s)CREATE TABLE membership_recommendation \((.*?)\n\);`).FindStringSubmatch(string(sql))[1]
	var columns []string
	for _, line := range strings.Split(table, "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] != "PRIMARY" {
			columns = append(columns, f[0])
		}
	}
	if want := []string{"community_id", "member_id", "by_kind", "by_id", "term_id", "recommended_at"}; !slices.Equal(columns, want) {
		t.Errorf("the table has the columns %v, want %v", columns, want)
	}
	if !strings.Contains(table, "PRIMARY KEY (community_id, member_id)") {
		t.Error("a member may have two recommenders")
	}
	later, _ := filepath.Glob("schema/*.sql")
	for _, file := range later {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "ALTER TABLE membership_recommendation") {
			t.Errorf("%s changes the table: look at this test first", file)
		}
	}
	statement := regexp.MustCompile("(?s)`[^`]*`|\"[^\"\\n]*\"")
	sources, _ := filepath.Glob("*.go")
	for _, file := range sources {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range statement.FindAllString(string(text), -1) {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			if strings.Count(q, "membership_recommendation") > 1 || strings.Contains(q, "RECURSIVE") {
				t.Errorf("%s reaches for a second level: %s", file, q)
			}
		}
	}
	for _, g := range membership.Guards {
		if g.Law == "" || g.Says.Key == "" || g.Why.Key == "" || g.Test == "" {
			t.Errorf("%s does not say what it is", g.ID)
		}
	}
}
