package errands

import (
	"reflect"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/policy"
)

// rules are those of a community that has changed nothing.
func rules() *dispatch.Rules {
	t := policy.TrialTimeBank()
	return flow.DispatchRules(&t, Zone)
}

// quiet is a street small enough for a test.
func quiet(seed uint64) Settings {
	return Settings{Seed: seed, Days: 1, Residents: 10_000, Volunteers: 500, Requests: 150, Askers: 300}
}

func TestRulesOfTheStreetAreValid(t *testing.T) {
	if err := rules().Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestNobodyPassesALimitAndNobodyBeatsTheBound(t *testing.T) {
	for seed := range uint64(2) {
		for _, r := range Compare(quiet(seed), rules(), Ways) {
			if r.Broken != 0 {
				t.Errorf("seed %d: %s passed %d limits", seed, r.Way, r.Broken)
			}
			if r.Walk < r.Bound || r.Bound <= 0 || r.Hindsight < r.Bound {
				t.Errorf("seed %d: %s walks %.1f m, hindsight %.1f m, bound %.1f m", seed, r.Way, r.Walk, r.Hindsight, r.Bound)
			}
			if r.Accepted == 0 || r.Accepted > r.Requests {
				t.Errorf("seed %d: %+v", seed, r)
			}
		}
	}
}

func TestTheSameSeedIsTheSameStreet(t *testing.T) {
	once, again := Compare(quiet(7), rules(), Ways[:1]), Compare(quiet(7), rules(), Ways[:1])
	if !reflect.DeepEqual(once, again) {
		t.Fatalf("%+v\nthen\n%+v", once, again)
	}
}

// A way that passes limits is found out: the audit is not blind.
func TestTheAuditSeesABrokenLimit(t *testing.T) {
	st := build(quiet(1))
	g := st.play(Ours, rules())
	if g.audit() != 0 {
		t.Fatal("nothing was broken yet")
	}
	twice := g.promises[0]
	twice.start = twice.start.Add(1)
	g.promises = append(g.promises, twice)
	if g.audit() == 0 {
		t.Fatal("two promises at the same time, and the audit is content")
	}
}
