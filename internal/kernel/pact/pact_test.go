package pact_test

import (
	"errors"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
)

// TestWhoAgreesWhen tells the life of a proposal of shop 1 that shops 1 and 2 and the
// platform pay for.
func TestWhoAgreesWhen(t *testing.T) {
	one, two, three, platform := id.ID{1}, id.ID{2}, id.ID{3}, id.ID{}
	owner, clerk := id.ID{8}, id.ID{9}
	p := pact.Pact{Owner: one, By: owner, Parties: []id.ID{one, two, platform}}
	may := func(says string, w pact.What, party, by id.ID, want error) {
		t.Helper()
		st := pact.Step{What: w, Party: party, Words: "太贵", By: by}
		err := p.May(st)
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %v", says, err, want)
		}
		if err == nil {
			p = p.With(st)
		}
	}
	may("who proposed it, for itself", pact.Agreed, one, clerk, pact.ErrAgreed)
	may("who proposed it, for the platform", pact.Agreed, platform, owner, pact.ErrOwn)
	may("who does not pay", pact.Agreed, three, clerk, pact.ErrNotAParty)
	may("declined by who does not pay", pact.Declined, three, clerk, pact.ErrNotAParty)
	may("taken back by who did not propose it", pact.Withdrawn, two, clerk, pact.ErrNotAParty)
	may("stopped before it runs", pact.Stopped, one, owner, pact.ErrNotRunning)
	may("who pays", pact.Agreed, two, clerk, nil)
	may("twice", pact.Agreed, two, clerk, pact.ErrAgreed)
	if got := p.Missing(); len(got) != 1 || got[0] != platform || p.Decided() {
		t.Errorf("it waits for %v", got)
	}
	may("somebody else for the platform", pact.Agreed, platform, clerk, nil)
	may("published", pact.Published, platform, clerk, nil)
	may("declined when it is settled", pact.Declined, two, clerk, pact.ErrSettled)
	may("taken back when it is settled", pact.Withdrawn, one, owner, pact.ErrSettled)
	may("stopped by another shop", pact.Stopped, two, clerk, pact.ErrNotAParty)
	may("stopped by the desk", pact.Stopped, platform, clerk, nil)
	may("stopped twice", pact.Stopped, one, owner, pact.ErrNotRunning)
	if got := p.State(1, 2, 1); got != pact.Ended {
		t.Errorf("stopped, it is %s", got)
	}
	if err := p.May(pact.Step{What: pact.Declined, Party: two}); !errors.Is(err, pact.ErrNoWords) {
		t.Errorf("declined without a word: %v", err)
	}
}
