package policy

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func day(s string) time.Time {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return at
}

func TestInForce(t *testing.T) {
	versions := []Version{
		{Number: 1, EffectiveFrom: day("2025-09-01")},
		{Number: 2, EffectiveFrom: day("2025-12-01")},
		{Number: 3, EffectiveFrom: day("2025-11-01")}, // proposed later, in force earlier
		{Number: 4, EffectiveFrom: day("2025-12-01")}, // overtakes 2 on its first day
	}
	for _, c := range []struct {
		at   time.Time
		want int
	}{
		{day("2017-01-01"), 1}, // the first version holds for all time before it
		{day("2025-09-01"), 1},
		{day("2025-11-01").Add(-1), 1},
		{day("2025-11-01"), 3},
		{day("2025-12-01").Add(-1), 3},
		{day("2025-12-01"), 4},
		{day("2030-01-01"), 4},
	} {
		if got := InForce(versions, c.at); got.Number != c.want {
			t.Errorf("in force on %s: version %d, want %d", c.at, got.Number, c.want)
		}
	}
	if got := InForce(nil, day("2025-09-01")); got != nil {
		t.Errorf("a community without versions has version %d in force", got.Number)
	}
}

func TestParamsAsJSON(t *testing.T) {
	want := Trial2025()
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Params
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("numbers changed on the way through JSON:\n%s", diff)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for _, b := range want.ranges() {
		if fields[b.field] != float64(b.value) {
			t.Errorf("refusals name the field %q with value %d, JSON has %v", b.field, b.value, fields[b.field])
		}
		delete(fields, b.field)
	}
	// What is left has no range and is checked by name: B4's depth, S-05's payer, F5's profile, the zone.
	for _, field := range []string{"reward_depth", "welfare_payer", "timebank_profile", "zone"} {
		delete(fields, field)
	}
	for field := range fields {
		t.Errorf("no range is set for %q", field)
	}
}
