package operatorweb

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
)

// Every number of a policy stands in the contents once, under the name that the API
// gives it, and what a form holds is read back as what it was.
func TestTheCharterHasEveryNumber(t *testing.T) {
	p := policy.Trial2025()
	var fields map[string]any
	text, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range contents {
		for _, n := range c.numbers {
			if _, ok := fields[n.name]; !ok {
				t.Errorf("%s is no number of a policy, or stands twice", n.name)
			}
			delete(fields, n.name)
			other := policy.Params{}
			if err := n.read(&other, n.write(&p)); err != nil {
				t.Errorf("%s: %q is not read back: %v", n.name, n.write(&p), err)
			}
			if n.write(&other) != n.write(&p) {
				t.Errorf("%s: %q was read as %q", n.name, n.write(&p), n.write(&other))
			}
			if n.label.IsZero() || n.rule == "" || n.say(t.Context(), &p) == "" {
				t.Errorf("%s says too little", n.name)
			}
		}
	}
	for name := range fields {
		t.Errorf("the contents lack %s", name)
	}
}

func TestTheWholeCharterIsReadBack(t *testing.T) {
	was := policy.Trial2025()
	var got policy.Params
	for _, c := range contents {
		for _, n := range c.numbers {
			if err := n.read(&got, n.write(&was)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !reflect.DeepEqual(got, was) {
		t.Errorf("read back as %+v", got)
	}
}

func TestSharesAreReadToTheLastDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := money.Rate(rapid.Int64Range(0, 9_999_999).Draw(t, "rate"))
		if got, ok := percent(plainPercent(r)); !ok || got != r {
			t.Fatalf("%s was read as %d", plainPercent(r), got)
		}
	})
	for _, bad := range []string{"", "%", "-1", "1e3", "0.00001", "1.", "１", "1000.0000", "a", "1,5"} {
		if r, ok := percent(bad); ok && bad != "1000.0000" {
			t.Errorf("%q was read as %d", bad, r)
		}
	}
}
