package flow_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// TestNothingFlowsUp plays generations of recommending, rising, leaving and lapsing:
// whatever happens, a purchase pays at most one leader, the one who recommended the
// buyer herself; nobody holds a level without its condition at the appointment; joining
// and rising by themselves pay nobody (B4).
func TestNothingFlowsUp(t *testing.T) {
	if testing.Short() {
		t.Skip("a life takes a while, and nobody meets in it")
	}
	rapid.Check(t, func(rt *rapid.T) {
		env := dbtest.SQLite(t, flow.Schemas)
		s := openStreet(t, env)
		s.newcomer("m0", "")
		all, recommender := []string{"m0"}, map[string]string{}
		draw := func(name string) string { return all[rapid.IntRange(0, len(all)-1).Draw(rt, name)] }
		for range rapid.IntRange(6, 22).Draw(rt, "steps") {
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			default:
				by, ref := draw("by"), fmt.Sprintf("m%d", len(all))
				s.newcomer(ref, by)
				all, recommender[ref] = append(all, ref), by
			case 6:
				if who := draw("lapses"); s.member(who).Standing == member.Good {
					s.stands(who, member.Lapsed)
				} else {
					s.stands(who, member.Good)
				}
			case 7:
				_ = s.LeaveTeam(ctx, s.home, other, s.member(draw("leaves")).ID)
			case 8:
				s.months(rapid.IntRange(0, 3).Draw(rt, "months"))
			}
			s.sweep()
			for _, ref := range all {
				if c := s.candidate(ref); c != nil {
					s.must(s.AnswerLevel(ctx, s.home, other, c.Member, c.ID, growth.Accepted))
					a, err := s.AppointLevel(ctx, s.home, desk, c.ID, "够数")
					s.must(err)
					if need := map[policy.Level]int{policy.Gold: 3, policy.Diamond: 2}[a.Level]; a.Counted < need {
						rt.Fatalf("%s holds %d with %d of %d", ref, a.Level, a.Counted, need)
					}
				}
				m := s.member(ref)
				if m.Level > policy.Silver && !m.Leader.IsZero() {
					rt.Fatalf("%s leads and is led", ref)
				}
			}
		}
		before := s.paidOut()
		if before != 0 {
			rt.Fatalf("before anybody bought, %v of rewards", before)
		}
		buyer := draw("buyer")
		settled, err := s.buy("the-purchase", buyer, "bakery", 10_000)
		s.must(err)
		s.onlyHerOwn(rt, settled.Seq, recommender[buyer])
	})
}

// paidOut is what all members together were paid.
func (s *street) paidOut() (sum money.Amount) {
	s.t.Helper()
	s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
		all, err := s.Ledger.Holdings(ctx, r, s.home)
		for _, h := range all {
			if h.Account.Purpose == ledger.Rewards {
				sum += h.Balance
			}
		}
		return err
	}))
	return sum
}

// onlyHerOwn fails if an entry pays a reward to anybody but the buyer's recommender, or
// more than one.
func (s *street) onlyHerOwn(t *rapid.T, seq int64, recommender string) {
	s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
		e, err := s.Ledger.Entry(ctx, r, s.home, seq)
		if err != nil {
			return err
		}
		paid := 0
		for _, l := range e.Legs {
			if l.To.Purpose != ledger.Rewards {
				continue
			}
			if paid++; recommender == "" || l.To.Owner.ID != s.member(recommender).ID || paid > 1 {
				t.Fatalf("a reward went to %s, recommended by %s", l.To, recommender)
			}
		}
		return nil
	}))
}

// TestNoColumnHoldsASecondLevel: a member's row names one other member. What else names
// two people of a community is a record of levels that no rule reads.
func TestNoColumnHoldsASecondLevel(t *testing.T) {
	var names []string
	for _, c := range columns(t, member.Schema.FS) {
		if strings.HasSuffix(c, "_id BYTEA") && c != "community_id BYTEA" && c != "home_id BYTEA" && c != "person_id BYTEA" {
			names = append(names, c)
		}
	}
	if got := strings.Join(names, ", "); got != "leader_id BYTEA" {
		t.Errorf("a member's row names %s", got)
	}
	for _, c := range columns(t, growth.Schema.FS) {
		if word, _, _ := strings.Cut(c, " "); strings.Contains(word, "upline") || strings.Contains(word, "parent") || strings.Contains(word, "depth") || strings.Contains(word, "path") {
			t.Errorf("column %s", c)
		}
	}
}

// column is a line of a migration that makes a column.
var column = regexp.MustCompile(`(?m)^    ([a-z_]+) +([A-Z]+) `)

// columns are the columns of a module's tables, with their types.
func columns(t *testing.T, schema fs.FS) (all []string) {
	t.Helper()
	files, err := fs.Glob(schema, "*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, name := range files {
		text, err := fs.ReadFile(schema, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range column.FindAllStringSubmatch(string(text), -1) {
			all = append(all, m[1]+" "+m[2])
		}
	}
	return all
}
