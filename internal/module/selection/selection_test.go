package selection

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var ctx = context.Background()

// table is the service on one engine, in one community.
type table struct {
	*Service
	t    testing.TB
	env  dbtest.Env
	home id.ID
}

func each(t *testing.T, fn func(h *table)) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) { fn(&table{New(), t, env, id.ID{1}}) })
}

func member(n int) id.ID { return id.ID{3, byte(n)} }

func (h *table) update(fn func(tx *db.Tx) error) error {
	h.env.Clock.Advance(time.Second)
	return h.env.Update(ctx, h.home, db.System, fn)
}

func (h *table) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *table) refused(says string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

const priority = 48 * time.Hour

func (h *table) next() Meeting {
	begins := h.env.Clock.Now().Add(7 * 24 * time.Hour)
	return Meeting{Title: "九月选品会", Place: "社区客厅", Begins: begins, VotesUntil: begins.Add(-24 * time.Hour), Seats: 3}
}

func (h *table) call(m Meeting) (called *Meeting, err error) {
	err = h.update(func(tx *db.Tx) (err error) { called, err = h.Call(ctx, tx, m, priority); return err })
	return called, err
}

func (h *table) meeting() *Meeting {
	h.t.Helper()
	m, err := h.call(h.next())
	h.must(err)
	return m
}

func (h *table) come(m *Meeting, n int, leader bool) error {
	return h.update(func(tx *db.Tx) error { return h.Come(ctx, tx, m.ID, member(n), leader) })
}

func (h *table) propose(m *Meeting, n int, title string) (p *Proposal, err error) {
	err = h.update(func(tx *db.Tx) (err error) {
		p, err = h.Propose(ctx, tx, Proposal{Meeting: m.ID, Member: member(n), Kind: Goods, Title: title})
		return err
	})
	return p, err
}

func (h *table) second(p *Proposal, n int) error {
	return h.update(func(tx *db.Tx) error { return h.Second(ctx, tx, p.ID, member(n)) })
}

func (h *table) vote(m *Meeting, p id.ID, n int) error {
	return h.update(func(tx *db.Tx) error { return h.Vote(ctx, tx, m.ID, p, member(n)) })
}

// votes are those of a meeting's proposals, in their order.
func (h *table) votes(m *Meeting) (got []int) {
	h.t.Helper()
	h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
		all, err := h.Proposals(ctx, r, h.home, m.ID)
		for _, p := range all {
			got = append(got, p.Votes)
		}
		return err
	}))
	return got
}

func TestWhatCanBeCalled(t *testing.T) {
	each(t, func(h *table) {
		for _, c := range []struct {
			says string
			edit func(m *Meeting)
			want error
		}{
			{"no name", func(m *Meeting) { m.Title = "" }, ErrBadTitle}, {"nowhere", func(m *Meeting) { m.Place = "" }, ErrBadPlace},
			{"yesterday", func(m *Meeting) { m.Begins = h.env.Clock.Now() }, ErrBadTime}, {"votes until yesterday", func(m *Meeting) { m.VotesUntil = h.env.Clock.Now() }, ErrBadVotes},
			{"votes for ever", func(m *Meeting) { m.VotesUntil = m.Begins.AddDate(0, 1, 0) }, ErrBadVotes}, {"no seats", func(m *Meeting) { m.Seats = 0 }, ErrBadSeats},
			{"next week", func(*Meeting) {}, nil},
		} {
			m := h.next()
			c.edit(&m)
			_, err := h.call(m)
			h.refused(c.says, err, c.want)
		}
		m := h.next()
		_, err := h.call(m)
		h.must(err)
		_, err = h.call(m)
		h.refused("a second tap", err, ErrThere)
	})
}

// B3: leaders first, for as long as the policy says; then the first come.
func TestLeadersComeFirst(t *testing.T) {
	each(t, func(h *table) {
		m := h.meeting()
		h.refused("an hour after it was called", h.come(m, 1, false), ErrLeaders)
		h.must(h.come(m, 2, true))
		h.env.Clock.Set(m.LeadersUntil)
		h.must(h.come(m, 1, false))
		h.must(h.come(m, 1, false))
		h.must(h.come(m, 3, false))
		h.refused("a fourth for three seats", h.come(m, 4, true), ErrFull)
		leave := func(n int) error {
			return h.update(func(tx *db.Tx) error { return h.Leave(ctx, tx, m.ID, member(n)) })
		}
		h.refused("who never came", leave(9), ErrNotGuest)
		h.must(leave(1))
		h.refused("twice", leave(1), ErrNotGuest)
		h.must(h.come(m, 4, false))
		h.env.Clock.Set(m.Begins)
		h.refused("begun", h.come(m, 5, true), ErrBegun)
		h.refused("begun", leave(4), ErrBegun)
		off := h.meeting()
		h.refused("without a word", h.update(func(tx *db.Tx) error { _, err := h.CallOff(ctx, tx, off.ID, ""); return err }), ErrNoWords)
		h.must(h.update(func(tx *db.Tx) error { _, err := h.CallOff(ctx, tx, off.ID, "客厅漏水"); return err }))
		h.refused("called off", h.come(off, 1, true), ErrOff)
		_, err := h.propose(off, 1, "山药")
		h.refused("called off", err, ErrOff)
	})
}

// Fifty members race for three seats: three have one.
func TestSeatsAreRaced(t *testing.T) {
	each(t, func(h *table) {
		m := h.meeting()
		h.env.Clock.Set(m.LeadersUntil)
		var got atomic.Int64
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				switch err := h.come(m, i, false); {
				case err == nil:
					got.Add(1)
				case !errors.Is(err, ErrFull):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 3 {
			h.t.Errorf("%d have a seat", got.Load())
		}
	})
}

func TestProposingAndVoting(t *testing.T) {
	each(t, func(h *table) {
		m, other := h.meeting(), h.meeting()
		yam, err := h.propose(m, 1, "铁棍山药")
		h.must(err)
		if again, err := h.propose(m, 1, "铁棍山药"); err != nil || again.ID != yam.ID {
			h.t.Errorf("a second tap: %v, %v", again, err)
		}
		_, err = h.propose(m, 1, "")
		h.refused("nothing", err, ErrBadWhat)
		for i := range EachMost - 1 {
			_, err = h.propose(m, 1, fmt.Sprint("又一样", i))
			h.must(err)
		}
		_, err = h.propose(m, 1, "第四样")
		h.refused("a fourth", err, ErrTooMany)
		milk, err := h.propose(m, 2, "鲜牛奶")
		h.must(err)
		h.refused("her own", h.second(yam, 1), ErrOwn)
		h.refused("before anybody seconds", h.vote(m, yam.ID, 5), ErrNoSecond)
		h.must(h.second(yam, 2))
		h.must(h.second(yam, 2))
		h.must(h.second(milk, 1))
		h.refused("of another meeting", h.vote(other, yam.ID, 5), ErrNoProposal)
		for range 3 {
			h.must(h.vote(m, yam.ID, 5))
		}
		h.must(h.vote(m, yam.ID, 6))
		if got := h.votes(m); got[0] != 2 || got[3] != 0 {
			h.t.Errorf("votes %v: one voice a member", got)
		}
		h.must(h.vote(m, milk.ID, 5))
		h.must(h.vote(m, id.ID{}, 6))
		if got := h.votes(m); got[0] != 0 || got[3] != 1 {
			h.t.Errorf("votes %v after two changed their minds", got)
		}
		withdraw := func(p *Proposal, by id.ID, words string) error {
			return h.update(func(tx *db.Tx) error { _, err := h.Withdraw(ctx, tx, p.ID, by, words); return err })
		}
		h.refused("somebody else's", withdraw(milk, member(1), ""), ErrNotYours)
		h.refused("the office without a word", withdraw(milk, id.ID{}, ""), ErrNoWords)
		h.must(withdraw(milk, member(2), ""))
		h.refused("withdrawn", h.vote(m, milk.ID, 7), ErrWithdrawn)
		h.refused("withdrawn", withdraw(milk, member(2), ""), ErrWithdrawn)
		decide := func(o Outcome) error {
			return h.update(func(tx *db.Tx) error { _, err := h.Decide(ctx, tx, yam.ID, o); return err })
		}
		taken := Outcome{Result: TakenUp, Shop: id.ID{8}, Owner: "鲜果店王店长"}
		h.refused("while the vote is open", decide(taken), ErrNotBegun)
		h.env.Clock.Set(m.VotesUntil)
		h.refused("closed", h.vote(m, yam.ID, 8), ErrClosed)
		_, err = h.propose(m, 8, "晚了")
		h.refused("closed", err, ErrClosed)
		h.refused("taken up by nobody", decide(Outcome{Result: TakenUp, Owner: "x"}), ErrBadResult)
		h.refused("nobody sees to it", decide(Outcome{Result: Opening}), ErrNoOwner)
		h.refused("not now, without a word why", decide(Outcome{Result: NotNow, Owner: "社区"}), ErrNoWords)
		h.must(decide(Outcome{Result: NotNow, Owner: "社区", Words: "等冷柜"}))
		h.must(decide(taken))
		h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
			p, err := h.ProposalByID(ctx, r, h.home, yam.ID)
			if err != nil || p.Outcome == nil || p.Outcome.Result != TakenUp || p.Outcome.Shop != (id.ID{8}) {
				h.t.Errorf("%+v, %v", p, err)
			}
			return err
		}))
	})
}

func TestTasting(t *testing.T) {
	each(t, func(h *table) {
		m := h.meeting()
		p, err := h.propose(m, 1, "铁棍山药")
		h.must(err)
		h.must(h.come(m, 2, true))
		taste := func(n, stars int, words string) error {
			return h.update(func(tx *db.Tx) error {
				return h.Taste(ctx, tx, p.ID, Note{Member: member(n), Stars: stars, Words: words})
			})
		}
		h.refused("before the meeting", taste(2, 5, ""), ErrNotBegun)
		h.env.Clock.Set(m.Begins)
		h.refused("who was not there", taste(3, 5, ""), ErrNotGuest)
		h.refused("no stars", taste(2, 0, ""), ErrBadStars)
		h.must(taste(2, 4, "面、不麻"))
		h.refused("twice", taste(2, 1, ""), ErrNoted)
		h.must(h.update(func(tx *db.Tx) error { return h.Forget(ctx, tx, member(2)) }))
		h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
			all, err := h.Notes(ctx, r, h.home, p.ID)
			if len(all) != 1 || all[0].Words != "" || all[0].Stars != 4 {
				h.t.Errorf("%+v: her words are gone, what she counted stays", all)
			}
			return err
		}))
	})
}

// Whatever members do, there are never more votes than voters, and each counts for
// what she said last.
func TestOneVoiceEach(t *testing.T) {
	env := dbtest.SQLite(t, []db.Schema{db.Own, Schema})
	h := &table{New(), t, env, id.ID{1}}
	rapid.Check(t, func(t *rapid.T) {
		m := h.meeting()
		var all []*Proposal
		for i := range 3 {
			p, err := h.propose(m, 10+i, fmt.Sprint("样", i))
			if err != nil {
				t.Fatal(err)
			}
			if err := h.second(p, 20); err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
		}
		want := make(map[int]int) // member → proposal
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			n, p := rapid.IntRange(0, 4).Draw(t, "member"), rapid.IntRange(-1, 2).Draw(t, "proposal")
			var to id.ID
			if delete(want, n); p >= 0 {
				to, want[n] = all[p].ID, p
			}
			if err := h.vote(m, to, n); err != nil {
				t.Fatal(err)
			}
		}
		sums := make([]int, 3)
		for _, p := range want {
			sums[p]++
		}
		if got := h.votes(m); fmt.Sprint(got) != fmt.Sprint(sums) {
			t.Fatalf("votes %v, want %v", got, sums)
		}
	})
}
