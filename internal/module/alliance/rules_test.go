package alliance_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

var update = flag.Bool("update", false, "write docs/rules-alliance.md anew")

// page is docs/rules-alliance.md: the rules, and the states of an application and a seat.
func page() string {
	var b strings.Builder
	b.WriteString("# Rules of the alliance and its committee\n\n<!-- Written by: go test ./internal/module/alliance -run TestTheRulesArePublished -update -->\n\n" +
		"One trade has one seat, for a term, open to bids, decided by the committee's secret vote (C1, C2, C5). Numbers are those of the policy in force.\n\n| rule | source | what it says | kept by |\n|---|---|---|---|\n")
	for _, r := range alliance.Rules {
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` |\n", r.ID, r.Source, r.Says, r.Test)
	}
	b.WriteString("\n## States of an application (A-10)\n\n| state | what may follow | when its time is over |\n|---|---|---|\n")
	for _, s := range alliance.States {
		next := []string{}
		for _, n := range s.Next() {
			next = append(next, string(n))
		}
		follows := strings.Join(next, ", ")
		if s.Final() {
			follows = "nothing: it is final"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s, follows, s.Overdue())
	}
	b.WriteString("\n## States of a seat\n\nA seat is **held** by one shop until its term is over or the tenure is ended with a reason; then it is **offered** to the waiting list in order, else **open** to bids, then **voted on**," +
		" and **kept** for who was elected until she is admitted or it lapses. A seat never stands empty with nothing under way: a sweep opens it again.\n")
	return b.String()
}

// TestTheRulesArePublished compares the table with its page, and looks for the tests
// that it names.
func TestTheRulesArePublished(t *testing.T) {
	const file = "../../../docs/rules-alliance.md"
	if *update {
		if err := os.WriteFile(file, []byte(page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != page() {
		t.Errorf("docs/rules-alliance.md is not what the rules say (%v): run the test with -update", err)
	}
	var tests strings.Builder
	for _, folder := range []string{".", "../committee", "../../flow"} {
		files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			tests.Write(text)
		}
	}
	for i, r := range alliance.Rules {
		if r.ID != fmt.Sprintf("A-%02d", i+1) || r.Says == "" || r.Source == "" {
			t.Errorf("%+v", r)
		}
		if !strings.Contains(tests.String(), "func "+r.Test+"(t *testing.T)") {
			t.Errorf("%s is kept by %s, which is not there", r.ID, r.Test)
		}
	}
}

// TestAFormIsWholeBeforeItIsHandedIn names the field that lacks something.
func TestAFormIsWholeBeforeItIsHandedIn(t *testing.T) {
	rules := policy.TrialAlliance()
	whole := alliance.Form{ShopName: "新店", Trade: "wine", Address: "竹溪路 8 号", At: geo.Point{Lat: 1, Lon: 1}, OwnerName: "王小小", Licence: "91310000MA1FL12345", Size: alliance.SmallLocal,
		Offer: alliance.Discount, OfferText: "九五折", OfferShare: 10_000, Promises: alliance.Promises}
	if err := whole.Complete(&rules); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		name string
		edit func(f *alliance.Form)
		want error
	}{
		{"no name", func(f *alliance.Form) { f.ShopName = "" }, alliance.ErrBadShopName},
		{"a name that tries to be two lines", func(f *alliance.Form) { f.ShopName = "a\nb" }, alliance.ErrBadShopName},
		{"nowhere", func(f *alliance.Form) { f.At = geo.Point{} }, alliance.ErrNoPosition},
		{"a licence of 17 signs", func(f *alliance.Form) { f.Licence = f.Licence[1:] }, alliance.ErrBadLicence},
		{"a licence with an O", func(f *alliance.Form) { f.Licence = "9131000OMA1FL12345" }, alliance.ErrBadLicence},
		{"neither small nor chain", func(f *alliance.Form) { f.Size = "" }, alliance.ErrBadSize},
		{"an offer below the least", func(f *alliance.Form) { f.OfferShare = 9_999 }, alliance.ErrOfferShare},
		{"two disclosures of three", func(f *alliance.Form) { f.Promises = alliance.Promises[:2] }, alliance.ErrNotPromised},
	} {
		f := whole
		c.edit(&f)
		if err := f.Complete(&rules); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestAVisitIsByTwo(t *testing.T) {
	inGuild(t, func(g guild) {
		today := period.Date(2025, 10, 15)
		good := alliance.Visit{Application: id.ID{1}, On: today, Visitors: []string{"甲", "乙"}, Passed: alliance.Checks, Area: 40, Result: alliance.Fit}
		for _, c := range []struct {
			name string
			edit func(v *alliance.Visit)
			want error
		}{
			{"as it should be", func(*alliance.Visit) {}, nil},
			{"one visitor", func(v *alliance.Visit) { v.Visitors = []string{"甲"} }, alliance.ErrTwoVisitors},
			{"one visitor twice", func(v *alliance.Visit) { v.Visitors = []string{"甲", "甲"} }, alliance.ErrTwoVisitors},
			{"tomorrow", func(v *alliance.Visit) { v.On = today + 1 }, alliance.ErrBadVisitDay},
			{"an unknown point", func(v *alliance.Visit) { v.Passed = []alliance.Check{"x"} }, alliance.ErrBadChecks},
			{"unfit without a word", func(v *alliance.Visit) { v.Result = alliance.NotFit }, alliance.ErrNoReason},
		} {
			v := good
			c.edit(&v)
			err := g.do(id.ID{9}, func(tx *db.Tx) error { _, err := g.NoteVisit(ctx, tx, v, today); return err })
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
	})
}
