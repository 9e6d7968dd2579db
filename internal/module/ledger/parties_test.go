package ledger_test

import (
	"fmt"
	"slices"

	gocmp "github.com/google/go-cmp/cmp"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// compareParties asks for the entries of everybody, however far the follower has
// come, and compares with a look through all entries.
func (b *books) compareParties(from, to period.Day) {
	b.t.Helper()
	want := make(map[id.ID][]string)
	everybody := []id.ID{shop(0).Owner.ID, shop(1).Owner.ID, shop(2).Owner.ID}
	for i := range byte(5) {
		everybody = append(everybody, member(i).ID)
	}
	for _, e := range b.entries() {
		if e.BookedOn < from || e.BookedOn > to {
			continue
		}
		for _, who := range everybody {
			if e.Subject == who || slices.ContainsFunc(e.Touches, func(t ledger.Touch) bool {
				return t.Account.Owner.ID == who && t.Account.Owner.Kind >= party.Member && t.Account.Owner.Kind <= party.Merchant
			}) {
				want[who] = append(want[who], fmt.Sprintf("%s %04d", e.BookedOn, e.Seq))
			}
		}
	}
	got := make(map[id.ID][]string)
	b.view(func(r db.Reader) error {
		for _, who := range everybody {
			complete, err := b.Concerning(ctx, r, b.home, who, from, to, tells, func(e *ledger.Entry) (bool, error) {
				got[who] = append(got[who], fmt.Sprintf("%s %04d", e.BookedOn, e.Seq))
				return true, nil
			})
			if err != nil || !complete {
				return fmt.Errorf("%s: complete %v, %w", who, complete, err)
			}
		}
		return nil
	})
	for _, list := range want {
		slices.Sort(list)
		slices.Reverse(list)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		b.t.Fatalf("entries of everybody:\n%s", diff)
	}
}
