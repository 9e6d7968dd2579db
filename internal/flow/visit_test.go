package flow_test

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// inOtherTown is C1 with people of C2: vera on the team of lena, who is herself on
// the team of gold.
func inOtherTown(t *testing.T, fn func(w *town)) {
	inTown(t, func(w *town) {
		w.join(w.away, "gold", policy.Gold, "")
		w.join(w.away, "lena", policy.Gold, "gold")
		w.join(w.away, "vera", policy.Silver, "lena")
		fn(w)
	})
}

// A visitor's leader is known here because of her; when she comes to buy herself,
// her own leader gets a share too.
func TestAVisitorsLeaderBuysHere(t *testing.T) {
	inOtherTown(t, func(w *town) {
		_, err := w.buy("p1", "vera", "bakery", 100_00)
		w.must(err)
		_, err = w.buy("p2", "lena", "bakery", 100_00)
		w.must(err)
		w.rewards(map[string]string{"lena": "2.00", "gold": "2.00"})
	})
}

// What becomes of a visitor's leader at home follows her here, though she has
// never been here herself.
func TestAVisitorsLeaderIsGoldNoMore(t *testing.T) {
	inOtherTown(t, func(w *town) {
		_, err := w.buy("p1", "vera", "bakery", 100_00)
		w.must(err)
		w.change("lena", func(m *member.Member) { m.Level = policy.Silver })
		_, err = w.buy("p2", "vera", "bakery", 100_00)
		w.must(err)
		w.rewards(map[string]string{"lena": "2.00"})
		w.change("lena", func(m *member.Member) { m.Level = policy.Diamond })
		_, err = w.buy("p3", "vera", "bakery", 100_00)
		w.must(err)
		w.rewards(map[string]string{"lena": "4.00"})
	})
}

// A copy that goes with a member of her team takes nothing away from a visitor.
func TestAVisitorWhoLeadsAVisitorKeepsHerLeader(t *testing.T) {
	inOtherTown(t, func(w *town) {
		_, err := w.buy("p1", "lena", "bakery", 100_00)
		w.must(err)
		w.must(w.DB.Update(ctx, w.away, db.System, func(tx *db.Tx) error {
			return w.Members.Change(ctx, tx, "lena", func(*member.Member) error { return nil }) // a version that nobody has copied
		}))
		_, err = w.buy("p2", "vera", "bakery", 100_00)
		w.must(err)
		w.follow()
		_, err = w.buy("p3", "lena", "bakery", 100_00)
		w.must(err)
		w.rewards(map[string]string{"gold": "4.00", "lena": "2.00"})
	})
}

// A member of another community is a member here too: a shop may send her to
// another before she has bought anything.
func TestAVoucherForSomebodyFromAnotherCommunity(t *testing.T) {
	inOtherTown(t, func(w *town) {
		_, err := w.IssueVoucher(ctx, w.home, db.System, flow.VoucherIssue{Ref: "V1", Issuer: "fruit", Target: "bakery", Member: "vera", Amount: 5_00,
			ExpiresAt: w.env.Clock.Now().Add(time.Hour)})
		w.must(err)
		_, err = w.Recommend(ctx, w.home, db.System, flow.Recommendation{Ref: "w1", Recommender: "fruit", Member: "lena", Target: "bakery"})
		w.must(err)
		_, err = w.Recommend(ctx, w.home, db.System, flow.Recommendation{Ref: "w2", Recommender: "fruit", Member: "nobody", Target: "bakery"})
		if !errors.Is(err, member.ErrNotFound) {
			t.Errorf("nobody was recommended: %v", err)
		}
	})
}

// change edits somebody of C2, and her copies follow.
func (w *town) change(ref string, edit func(m *member.Member)) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, w.away, db.System, func(tx *db.Tx) error {
		return w.Members.Change(ctx, tx, ref, func(m *member.Member) error { edit(m); return nil })
	}))
	w.follow()
}

// follow delivers the notes that wait in C2.
func (w *town) follow() {
	w.t.Helper()
	var notes []db.Note
	w.must(w.DB.View(ctx, w.away, func(r db.Reader) (err error) { notes, err = db.Waiting(ctx, r, w.away, 100); return err }))
	var done []id.ID
	for _, n := range notes {
		w.must(w.FollowMember(ctx, w.away, n.Payload))
		done = append(done, n.ID)
	}
	w.must(w.DB.Update(ctx, w.away, db.System, func(tx *db.Tx) error { return db.Delivered(ctx, tx, done...) }))
}

// rewards compares what leaders have in C1.
func (w *town) rewards(want map[string]string) {
	w.t.Helper()
	books := w.books()
	for _, ref := range []string{"gold", "lena", "vera"} {
		if got := books["member:"+ref+"/rewards CNY"]; got != want[ref] {
			w.t.Errorf("%s has %q, want %q", ref, got, want[ref])
		}
	}
}
