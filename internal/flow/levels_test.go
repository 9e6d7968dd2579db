package flow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/community"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// street is a town in which neighbours recommend each other. A leader needs three, keeps
// the level with two; a director needs two leaders.
type street struct {
	*town
	by map[id.ID][]id.ID
	n  int
}

// desk is a person who is no member: an operator.
var desk = db.Actor{Kind: "person", ID: id.ID{0xde, 1}}

// other is another one.
var other = db.Actor{Kind: "person", ID: id.ID{0xde, 2}}

func onStreet(t *testing.T, fn func(s *street)) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) { fn(openStreet(t, env)) })
}

func openStreet(t testing.TB, env dbtest.Env) *street {
	w := &town{Flows: flow.New(env.DB), t: t, env: env}
	s := &street{town: w, by: make(map[id.ID][]id.ID)}
	w.Introductions = func(_ context.Context, _ db.Reader, _, by id.ID) (map[id.ID][]id.ID, error) { return s.by, nil }
	rules := flow.Trial()
	rules.Params.GoldTeam, rules.Params.GoldTeamKept, rules.Params.DiamondTeams = 3, 2, 2
	p, _, err := w.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: "C1", Name: "竹溪社区"}, rules)
	w.must(err)
	w.home = p.ID
	w.admit(w.home, "bakery", policy.Standard)
	return s
}

// newcomer joins on somebody's word, "" for nobody's.
func (s *street) newcomer(ref, by string) {
	s.t.Helper()
	s.join(s.home, ref, policy.Silver, "")
	if by == "" {
		return
	}
	who, recommender := s.member(ref).ID, s.member(by).ID
	s.by[recommender] = append(s.by[recommender], who)
	s.must(s.DB.Update(ctx, s.home, db.System, func(tx *db.Tx) error { return s.JoinTeamOf(ctx, tx, who, recommender) }))
}

// neighbours are so many newcomers on somebody's word.
func (s *street) neighbours(by string, n int) (refs []string) {
	s.t.Helper()
	for range n {
		s.n++
		ref := fmt.Sprintf("n%d", s.n)
		s.newcomer(ref, by)
		refs = append(refs, ref)
	}
	return refs
}

func (s *street) sweep() {
	s.t.Helper()
	s.must(s.SweepLevels(ctx, s.home))
}

// candidate is the open question to a member, nil if there is none.
func (s *street) candidate(ref string) (open *growth.Candidate) {
	s.t.Helper()
	who := s.member(ref).ID
	s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
		all, err := s.Growth.Candidates(ctx, r, s.home, who)
		for _, c := range all {
			if c.Open() {
				open = c
			}
		}
		return err
	}))
	return open
}

// held is an appointment that a member holds, nil if none.
func (s *street) held(ref string, level policy.Level) (a *growth.Appointment) {
	s.t.Helper()
	who := s.member(ref).ID
	s.must(s.DB.View(ctx, s.home, func(r db.Reader) (err error) { a, err = s.Growth.Held(ctx, r, s.home, who, level); return err }))
	return a
}

// accept lets a candidate say yes.
func (s *street) accept(ref string) *growth.Candidate {
	s.t.Helper()
	c := s.candidate(ref)
	if c == nil {
		s.t.Fatalf("%s was not asked", ref)
	}
	s.must(s.AnswerLevel(ctx, s.home, other, c.Member, c.ID, growth.Accepted))
	return c
}

// rise makes a member what she may become.
func (s *street) rise(ref string) *growth.Appointment {
	s.t.Helper()
	s.sweep()
	a, err := s.AppointLevel(ctx, s.home, desk, s.accept(ref).ID, "大家都信得过她")
	s.must(err)
	return a
}

// leads makes a leader with a team of so many.
func (s *street) leads(ref, by string, team int) {
	s.t.Helper()
	s.newcomer(ref, by)
	s.neighbours(ref, team)
	s.rise(ref)
}

// stands sets a member's standing.
func (s *street) stands(ref string, st member.Standing) {
	s.t.Helper()
	s.must(s.DB.Update(ctx, s.home, db.System, func(tx *db.Tx) error {
		return s.Members.Change(ctx, tx, ref, func(m *member.Member) error { m.Standing = st; return nil })
	}))
}

// paidTo is what a purchase of 100.00 by a member pays a leader (S-08).
func (s *street) paidTo(buyer, leader string) money.Amount {
	s.t.Helper()
	s.n++
	settled, err := s.buy(fmt.Sprintf("buy-%d", s.n), buyer, "bakery", 10_000)
	s.must(err)
	var sum money.Amount
	to := ledger.Of(party.Owner{Kind: party.Member, ID: s.member(leader).ID}, ledger.Rewards)
	s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
		e, err := s.Ledger.Entry(ctx, r, s.home, settled.Seq)
		if err == nil {
			sum = e.Change(to)
		}
		return err
	}))
	return sum
}

func wrong(t *testing.T, what string, err error, want *fault.Fault) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %s", what, err, want.Code)
	}
}

func (s *street) months(n int) { s.env.Clock.Advance(time.Duration(n) * 31 * 24 * time.Hour) }

// TestWhoBecomesALeader is L-01 … L-05.
func TestWhoBecomesALeader(t *testing.T) {
	onStreet(t, func(s *street) {
		s.newcomer("anna", "")
		team := s.neighbours("anna", 2)
		if s.sweep(); s.candidate("anna") != nil {
			t.Fatal("L-01: two are not three")
		}
		team = append(team, s.neighbours("anna", 1)...)
		s.stands(team[0], member.Lapsed)
		if s.sweep(); s.candidate("anna") != nil {
			t.Fatal("L-01: a lapsed membership does not count")
		}
		s.stands(team[0], member.Good)
		s.by[s.member("anna").ID] = append(s.by[s.member("anna").ID], s.member("anna").ID, s.member(team[0]).ID) // herself, and one twice
		s.sweep()
		c := s.candidate("anna")
		if c == nil || c.Counted != 3 || c.Level != policy.Gold {
			t.Fatalf("L-01: asked %+v", c)
		}
		if s.sweep(); s.candidate("anna").ID != c.ID {
			t.Error("she was asked twice")
		}
		_, err := s.AppointLevel(ctx, s.home, desk, c.ID, "够数了")
		wrong(t, "L-02: she has not accepted", err, growth.ErrNotAccepted)
		wrong(t, "somebody else answers for her", s.AnswerLevel(ctx, s.home, other, s.member(team[0]).ID, c.ID, growth.Accepted), growth.ErrNotFound)
		s.must(s.AnswerLevel(ctx, s.home, other, c.Member, c.ID, growth.Accepted))
		_, err = s.AppointLevel(ctx, s.home, desk, c.ID, " ")
		wrong(t, "L-03: without a reason", err, growth.ErrBadWords)
		s.stands(team[1], member.Barred)
		_, err = s.AppointLevel(ctx, s.home, desk, c.ID, "够数了")
		wrong(t, "L-01: too few at the appointment", err, growth.ErrTooFew)
		s.stands(team[1], member.Good)
		s.stands("anna", member.Lapsed)
		_, err = s.AppointLevel(ctx, s.home, desk, c.ID, "够数了")
		wrong(t, "L-09: her own membership lapsed", err, growth.ErrNotGood)
		s.stands("anna", member.Good)
		if got := s.paidTo(team[0], "anna"); got != 0 {
			t.Errorf("who is no leader yet got %v", got)
		}
		a, err := s.AppointLevel(ctx, s.home, desk, c.ID, "够数了")
		s.must(err)
		if m := s.member("anna"); m.Level != policy.Gold || a.Counted != 3 {
			t.Errorf("level %d, counted %d", m.Level, a.Counted)
		}
		_, err = s.AppointLevel(ctx, s.home, desk, c.ID, "够数了")
		wrong(t, "twice", err, growth.ErrSettled)
		for _, ref := range team {
			if s.member(ref).Leader != c.Member {
				t.Errorf("L-05: %s is not on the team", ref)
			}
		}
		if got := s.paidTo(team[0], "anna"); got != 200 {
			t.Errorf("S-08 of 100.00 is %v, not 2.00", got)
		}
		s.newcomer("late", "anna")
		if s.member("late").Leader != c.Member {
			t.Error("L-05: who is recommended later does not come onto the team")
		}
	})
}

// TestAMemberLeavesATeam: at once, for good (L-05).
func TestAMemberLeavesATeam(t *testing.T) {
	onStreet(t, func(s *street) {
		s.leads("anna", "", 4)
		ben := s.member("n1")
		s.must(s.LeaveTeam(ctx, s.home, other, ben.ID))
		if got := s.paidTo("n1", "anna"); got != 0 {
			t.Errorf("after she left, her purchase paid %v", got)
		}
		s.sweep()
		if !s.member("n1").Leader.IsZero() {
			t.Error("the sweep took her back")
		}
		wrong(t, "leaving twice", s.LeaveTeam(ctx, s.home, other, ben.ID), growth.ErrNotOnTeam)
	})
}

// TestReviews is L-06: a warning with a date, then the end; enough in between, and the
// count begins anew.
func TestReviews(t *testing.T) {
	onStreet(t, func(s *street) {
		s.leads("anna", "", 3)
		step := func(what string, want growth.Outcome, reviews int) {
			t.Helper()
			s.months(3)
			s.sweep()
			s.sweep() // twice on a day is once
			all := s.appointments("anna")
			a := all[len(all)-1]
			if len(a.Reviews) != reviews || a.Reviews[reviews-1].Outcome != want {
				t.Fatalf("%s: %+v", what, a.Reviews)
			}
		}
		step("three of two", growth.Kept, 1)
		s.stands("n1", member.Lapsed)
		s.stands("n2", member.Lapsed)
		step("one of two", growth.Warned, 2)
		s.stands("n1", member.Good)
		step("two of two", growth.Kept, 3)
		s.stands("n1", member.Lapsed)
		step("one again", growth.Warned, 4)
		step("one for the second time", growth.Over, 5)
		if s.member("anna").Level != policy.Silver || s.held("anna", policy.Gold) != nil {
			t.Error("she still leads")
		}
		for _, ref := range []string{"n1", "n2", "n3"} {
			if !s.member(ref).Leader.IsZero() {
				t.Errorf("L-10: %s still has her as leader", ref)
			}
		}
		if got := s.paidTo("n3", "anna"); got != 0 {
			t.Errorf("S-08 went on: %v", got)
		}
	})
}

func (s *street) appointments(ref string) (all []*growth.Appointment) {
	s.t.Helper()
	who := s.member(ref).ID
	s.must(s.DB.View(ctx, s.home, func(r db.Reader) (err error) { all, err = s.Growth.Appointments(ctx, r, s.home, who); return err }))
	return all
}

// TestALapsedLeaderIsPaidNothing is L-09: at once, without waiting for the sweep, and
// again when she has renewed.
func TestALapsedLeaderIsPaidNothing(t *testing.T) {
	onStreet(t, func(s *street) {
		s.leads("anna", "", 3)
		s.stands("anna", member.Lapsed)
		if got := s.paidTo("n1", "anna"); got != 0 {
			t.Errorf("lapsed, she got %v", got)
		}
		if s.sweep(); s.held("anna", policy.Gold).Paused.IsZero() {
			t.Error("the rest is not on record")
		}
		s.stands("anna", member.Good)
		if s.sweep(); !s.held("anna", policy.Gold).Paused.IsZero() {
			t.Error("she is still at rest")
		}
		if got := s.paidTo("n1", "anna"); got != 200 {
			t.Errorf("renewed, she got %v", got)
		}
	})
}

// TestDirectors is L-04, L-07, L-08: two raised leaders, of whom one falls.
func TestDirectors(t *testing.T) {
	onStreet(t, func(s *street) {
		s.leads("anna", "", 3)
		for _, ref := range []string{"n1", "n2"} {
			if s.sweep(); s.candidate("anna") != nil {
				t.Fatal("L-07: she was asked too early")
			}
			s.neighbours(ref, 3)
			a := s.rise(ref)
			if a.RaisedBy != s.member("anna").ID || !s.member(ref).Leader.IsZero() {
				t.Errorf("L-04: %s was raised by %s, leader %s", ref, a.RaisedBy, s.member(ref).Leader)
			}
		}
		s.rise("anna")
		if s.member("anna").Level != policy.Diamond || s.held("anna", policy.Gold) == nil {
			t.Error("a director is a leader still")
		}
		s.must(s.ResignLevel(ctx, s.home, other, s.member("n1").ID, policy.Gold, "身体不好，想歇歇"))
		for _, want := range []policy.Level{policy.Diamond, policy.Gold} {
			s.months(3)
			s.sweep()
			if got := s.member("anna").Level; got != want {
				t.Errorf("L-08: level %d, want %d", got, want)
			}
		}
	})
}
