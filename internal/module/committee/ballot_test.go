package committee_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/committee"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx     = context.Background()
	schemas = []db.Schema{db.Own, committee.Schema}
	home    = id.ID{1}
)

// council is a committee on one engine.
type council struct {
	*committee.Service
	t   testing.TB
	env dbtest.Env
}

func inCouncil(t *testing.T, fn func(c council)) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) { fn(council{committee.New(), t, env}) })
}

func (c council) do(fn func(tx *db.Tx) error) error { return c.env.Update(ctx, home, db.System, fn) }

func (c council) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func who(n int) id.ID { return id.ID{5, byte(n >> 8), byte(n)} }

// seat seats n members for a long time.
func (c council) seat(n int) (members []*committee.Member) {
	c.t.Helper()
	for i := range n {
		c.must(c.do(func(tx *db.Tx) error {
			m, err := c.Seat(ctx, tx, committee.Member{Person: who(i), Merchant: id.ID{6, byte(i)}, Until: tx.Now.AddDate(20, 0, 0), Reason: "选举"})
			members = append(members[:i], m)
			return err
		}))
	}
	return members
}

// open opens a ballot of these electors on a subject.
func (c council) open(subject byte, electors []committee.Elector, options ...committee.Option) (b *committee.Ballot) {
	c.t.Helper()
	if len(options) == 0 {
		options = []committee.Option{{Label: "甲"}, {Label: "乙"}}
	}
	c.must(c.do(func(tx *db.Tx) (err error) {
		b, err = c.Open(ctx, tx, committee.Ballot{Subject: committee.Subject{Kind: "item", ID: id.ID{subject}}, Question: "%s？", About: "事", AboutEn: "thing",
			To: tx.Now.Add(5 * 24 * time.Hour), Quorum: 500_000, Options: slices.Clone(options), Electors: electors})
		return err
	}))
	return b
}

func (c council) vote(ballot id.ID, person id.ID, option int) (number int64, all bool, err error) {
	err = c.do(func(tx *db.Tx) (err error) {
		number, all, err = c.Vote(ctx, tx, ballot, person, option)
		return err
	})
	return number, all, err
}

func (c council) ballot(ballot id.ID) (b *committee.Ballot) {
	c.t.Helper()
	c.must(c.env.View(ctx, home, func(r db.Reader) (err error) { b, err = c.BallotByID(ctx, r, home, ballot); return err }))
	return b
}

func members(n int) (electors []committee.Elector) {
	for i := range n {
		electors = append(electors, committee.Elector{Person: who(i), Seat: committee.AsMember})
	}
	return electors
}

// TestAMemberVotesOnceFromHoweverManyDevices races one member's vote against itself.
func TestAMemberVotesOnceFromHoweverManyDevices(t *testing.T) {
	inCouncil(t, func(c council) {
		c.seat(3)
		b := c.open(1, members(3))
		const devices = 64
		var wg sync.WaitGroup
		var mu sync.Mutex
		counted := 0
		for i := range devices {
			wg.Go(func() {
				_, _, err := c.vote(b.ID, who(0), i%2+1)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					counted++
				} else if !errors.Is(err, committee.ErrVoted) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if counted != 1 || len(c.ballot(b.ID).Voted) != 1 {
			t.Errorf("%d votes of one member counted", counted)
		}
	})
}

func TestWhoMayVote(t *testing.T) {
	inCouncil(t, func(c council) {
		seated := c.seat(5)
		electors := members(5)
		electors[1].Rule = "A-23"
		electors = append(electors, committee.Elector{Person: who(50), Seat: committee.AsSubstitute})
		b := c.open(1, electors)
		c.must(c.do(func(tx *db.Tx) error { _, err := c.Unseat(ctx, tx, seated[2].ID, "转让了店"); return err }))
		for _, x := range []struct {
			name   string
			person id.ID
			option int
			want   error
		}{
			{"somebody who is no elector", who(99), 1, committee.ErrNoVoter},
			{"a competitor", who(1), 1, committee.ErrRecused},
			{"a member whose term ended since the ballot opened", who(2), 1, committee.ErrTermOver},
			{"an answer that is not there", who(0), 3, committee.ErrNoOption},
			{"an answer that is not there", who(0), 0, committee.ErrNoOption},
			{"a member", who(0), 1, nil},
			{"the same again", who(0), 2, committee.ErrVoted},
			{"a substitute, who has no seat", who(50), 2, nil},
		} {
			if _, _, err := c.vote(b.ID, x.person, x.option); !errors.Is(err, x.want) {
				t.Errorf("%s: %v, want %v", x.name, err, x.want)
			}
		}
		c.env.Clock.Advance(b.To.Sub(c.env.Clock.Now()))
		if _, _, err := c.vote(b.ID, who(3), 1); !errors.Is(err, committee.ErrOver) {
			t.Errorf("after the close: %v", err)
		}
	})
}

// TestNobodySeesHowItStands: no counts and no papers before the close, and afterwards
// nothing that leads from a voter to a paper but the number she was told.
func TestNobodySeesHowItStands(t *testing.T) {
	inCouncil(t, func(c council) {
		const n = 7
		c.seat(n)
		b := c.open(1, members(n))
		numbers := make(map[int64]int)
		for i := range n {
			number, all, err := c.vote(b.ID, who(i), i%2+1)
			c.must(err)
			numbers[number] = i%2 + 1
			if all != (i == n-1) {
				t.Errorf("vote %d: all is %v", i, all)
			}
			if i == 2 {
				c.must(c.env.View(ctx, home, func(r db.Reader) error {
					x, err := c.BallotByID(ctx, r, home, b.ID)
					if x.Tally != nil {
						t.Error("counted before the close")
					}
					if _, refused := c.Papers(ctx, r, home, x); !errors.Is(refused, committee.ErrStillRuns) {
						t.Errorf("papers before the close: %v", refused)
					}
					return err
				}))
				if err := c.do(func(tx *db.Tx) error { _, err := c.Close(ctx, tx, b.ID); return err }); !errors.Is(err, committee.ErrStillRuns) {
					t.Errorf("closed before its time: %v", err)
				}
			}
		}
		c.must(c.do(func(tx *db.Tx) error { _, err := c.Close(ctx, tx, b.ID); return err }))
		x := c.ballot(b.ID)
		if x.Tally.Winner() != 1 || !slices.Equal(x.Tally.Counts, []int{4, 3}) || x.Tally.Cast != n {
			t.Errorf("%+v", x.Tally)
		}
		c.must(c.env.View(ctx, home, func(r db.Reader) error {
			papers, err := c.Papers(ctx, r, home, x)
			if len(papers) != n || len(numbers) != n {
				t.Errorf("%d papers, %d numbers", len(papers), len(numbers))
			}
			for _, p := range papers {
				if numbers[p.Number] != p.Choice {
					t.Errorf("paper %d says %d, its voter %d", p.Number, p.Choice, numbers[p.Number])
				}
			}
			return err
		}))
		c.mustNotLink(b.ID)
	})
}

// mustNotLink fails if the rows of votes and papers stand in the order of voting.
func (c council) mustNotLink(ballot id.ID) {
	c.t.Helper()
	order := map[db.Engine]string{db.SQLite: "rowid", db.Postgres: "ctid"}
	c.must(c.env.View(ctx, home, func(r db.Reader) error {
		var numbers []int64
		err := db.All(ctx, r, &numbers, "SELECT number FROM committee_paper WHERE community_id = ? AND ballot_id = ? ORDER BY "+order[r.Engine()], home[:], ballot[:])
		if !slices.IsSorted(numbers) {
			c.t.Errorf("papers lie in the order in which they were cast: %v", numbers)
		}
		return err
	}))
}

// TestTies decides as the charter says: small and local first, then the earlier bid;
// what yields wins only by more votes.
func TestTies(t *testing.T) {
	early, late := time.UnixMicro(1), time.UnixMicro(2)
	for _, x := range []struct {
		name    string
		options []committee.Option
		votes   []int
		ranking []int
	}{
		{"more votes", []committee.Option{{Small: true, Since: early}, {Since: late}}, []int{2, 2, 1}, []int{2, 1}},
		{"a tie: the small local shop", []committee.Option{{Since: early}, {Small: true, Since: late}}, []int{1, 2}, []int{2, 1}},
		{"a tie of small ones: the earlier bid", []committee.Option{{Small: true, Since: late}, {Small: true, Since: early}}, []int{1, 2}, []int{2, 1}},
		{"none of them needs more votes", []committee.Option{{Since: late}, {Yields: true, Small: true}}, []int{1, 2}, []int{1, 2}},
		{"and has them", []committee.Option{{Since: late}, {Yields: true}}, []int{2, 2, 1}, []int{2, 1}},
		{"a penalty is refused at a tie", []committee.Option{{Label: "认定", Yields: true}, {Label: "不认定"}}, []int{1, 2}, []int{2, 1}},
	} {
		t.Run(x.name, func(t *testing.T) {
			env := dbtest.SQLite(t, schemas)
			c := council{committee.New(), t, env}
			c.seat(len(x.votes))
			b := c.open(1, members(len(x.votes)), x.options...)
			for i, v := range x.votes {
				_, _, err := c.vote(b.ID, who(i), v)
				c.must(err)
			}
			c.must(c.do(func(tx *db.Tx) error { _, err := c.Close(ctx, tx, b.ID); return err }))
			if got := c.ballot(b.ID).Tally.Ranking; !slices.Equal(got, x.ranking) {
				t.Errorf("%v, want %v", got, x.ranking)
			}
		})
	}
}

// TestTheTallyIsThatOfThePapers plays random ballots: what is published adds up, and a
// quorum that is missed decides nothing.
func TestTheTallyIsThatOfThePapers(t *testing.T) {
	env := dbtest.SQLite(t, schemas)
	c := council{committee.New(), t, env}
	c.seat(9)
	subject := byte(0)
	rapid.Check(t, func(t *rapid.T) {
		subject++
		electors := members(9)
		for i := range electors {
			if rapid.IntRange(0, 4).Draw(t, "recused") == 0 && i > 0 {
				electors[i].Rule = "A-25"
			}
		}
		b := c.open(subject, electors, committee.Option{Label: "甲"}, committee.Option{Label: "乙", Small: true}, committee.Option{Label: "丙", Yields: true})
		want, cast := make([]int, 3), 0
		for i := range electors {
			option := rapid.IntRange(0, 3).Draw(t, fmt.Sprint("vote ", i))
			if option == 0 {
				continue
			}
			_, _, err := c.vote(b.ID, who(i), option)
			if may := electors[i].Rule == ""; may != (err == nil) {
				t.Fatalf("elector %+v: %v", electors[i], err)
			}
			if err == nil {
				want[option-1]++
				cast++
			}
		}
		env.Clock.Advance(b.To.Sub(env.Clock.Now()))
		c.must(c.do(func(tx *db.Tx) error { _, err := c.Close(ctx, tx, b.ID); return err }))
		got := c.ballot(b.ID)
		if !slices.Equal(got.Tally.Counts, want) || got.Tally.Cast != cast || got.Tally.Eligible != b.Eligible() {
			t.Fatalf("%+v, want %v", got.Tally, want)
		}
		enough := cast > 0 && int64(cast)*int64(money.One) >= int64(got.Tally.Eligible)*500_000
		if enough != (got.Tally.Outcome == committee.Decided) || enough == (got.Answer() == nil) {
			t.Fatalf("%d of %d: %s", cast, got.Tally.Eligible, got.Tally.Outcome)
		}
		if w := got.Tally.Winner(); enough && slices.Max(want) != want[w-1] {
			t.Fatalf("option %d won with %v", w, want)
		}
	})
}

func TestAFailedQuorumIsRuledOnByBoth(t *testing.T) {
	inCouncil(t, func(c council) {
		c.seat(4)
		var b *committee.Ballot
		c.must(c.do(func(tx *db.Tx) (err error) {
			b, err = c.Open(ctx, tx, committee.Ballot{Subject: committee.Subject{Kind: "item", ID: id.ID{1}}, Question: "%s？", Round: 2, To: tx.Now.Add(time.Hour), Quorum: 500_000,
				Options: []committee.Option{{Label: "甲"}, {Label: "乙"}}, Electors: members(4)})
			return err
		}))
		_, _, err := c.vote(b.ID, who(0), 1)
		c.must(err)
		c.env.Clock.Advance(time.Hour)
		c.must(c.do(func(tx *db.Tx) error { _, err := c.Close(ctx, tx, b.ID); return err }))
		rule := func(side committee.Ruler, option int) (x *committee.Ballot, err error) {
			err = c.do(func(tx *db.Tx) (err error) {
				x, err = c.Rule(ctx, tx, b.ID, side, option, "两边商量过")
				return err
			})
			return x, err
		}
		x, err := rule(committee.ByOperator, 1)
		c.must(err)
		if x.Answer() != nil {
			t.Error("decided by one side")
		}
		x, err = rule(committee.ByResidents, 2)
		c.must(err)
		if x.Answer() != nil {
			t.Error("decided although they differ")
		}
		_, err = rule(committee.ByOperator, 2)
		c.must(err)
		if got := c.ballot(b.ID).Answer(); got == nil || got.Label != "乙" {
			t.Errorf("%+v", got)
		}
		if _, err := rule(committee.ByResidents, 1); !errors.Is(err, committee.ErrNotReferred) {
			t.Errorf("ruled again: %v", err)
		}
	})
}
