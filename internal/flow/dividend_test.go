package flow_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// directs makes a member a director without the people that it takes.
func (s *street) directs(ref string) id.ID {
	s.t.Helper()
	s.join(s.home, ref, policy.Silver, "")
	who := s.member(ref).ID
	s.must(s.DB.Update(ctx, s.home, desk, func(tx *db.Tx) error {
		p := policy.Trial2025()
		c, _, err := s.Growth.Find(ctx, tx, who, policy.Diamond, p.DiamondTeams, 0)
		if err != nil {
			return err
		}
		if err := s.Growth.Answer(ctx, tx, c, growth.Accepted); err != nil {
			return err
		}
		if _, err := s.Growth.Appoint(ctx, tx, &p, c, p.DiamondTeams, id.ID{}, "大家信得过", period.Date(2030, 1, 1)); err != nil {
			return err
		}
		return s.Members.Change(ctx, tx, ref, func(m *member.Member) error { m.Level = policy.Diamond; return nil })
	}))
	return who
}

// close closes every day that is over and sums them up.
func (s *street) close() {
	s.t.Helper()
	s.must(s.CloseDue(ctx, s.home))
	s.sum()
}

func (s *street) sum() {
	s.t.Helper()
	for {
		n, err := s.Follower().Step(ctx, s.home, ledger.FollowSums, 1000)
		s.must(err)
		if n == 0 {
			return
		}
	}
}

func (s *street) balance(a ledger.Account) (h money.Amount) {
	s.t.Helper()
	s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
		x, err := s.Ledger.Holding(ctx, r, s.home, a)
		h = x.Balance
		return err
	}))
	return h
}

func rewardsOf(who id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Member, ID: who}, ledger.Rewards)
}

// october is a street in which two directors see 3,000.00 of sales in October; it is the
// first of November, the books are closed and summed. The platform kept 3% less 0.5%:
// 75.00, of which 10% is 7.50, 3.75 each.
func october(t testing.TB, env dbtest.Env) (s *street, anna, ben id.ID) {
	s = openStreet(t, env)
	s.join(s.home, "carl", policy.Silver, "")
	anna, ben = s.directs("anna"), s.directs("ben")
	for i := range 3 {
		_, err := s.buy(fmt.Sprintf("o%d", i), "carl", "bakery", 100_000)
		s.must(err)
	}
	_, err := s.move("~fee", charter.MembershipFee{Member: s.member("carl").ID, Charge: id.ID{1}, Term: id.ID{2}, Fee: 99_00, Means: charter.Provider})
	s.must(err)
	s.env.Clock.Set(time.Date(2025, 11, 1, 5, 0, 0, 0, flow.DefaultZone))
	s.close()
	return s, anna, ben
}

const oct = period.Month(2025*12 + 9)

func TestADividendIsSharedOnce(t *testing.T) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		s, anna, ben := october(t, env)
		_, err := s.ProposeDividend(ctx, s.home, desk, oct+1, "十一月")
		wrong(t, "a month that is not over", err, growth.ErrMonthOpen)
		_, err = s.ProposeDividend(ctx, s.home, desk, oct-1, "九月")
		wrong(t, "a month in which nothing was kept", err, growth.ErrNothing)
		d, err := s.ProposeDividend(ctx, s.home, desk, oct, "十月的账已结")
		s.must(err)
		if d.Result != 75_00 || d.Sum() != 7_50 || len(d.Shares) != 2 {
			t.Fatalf("proposed %v of %v to %d; membership fees are no part of it", d.Sum(), d.Result, len(d.Shares))
		}
		_, err = s.ProposeDividend(ctx, s.home, other, oct, "又一份")
		wrong(t, "a second proposal", err, growth.ErrWaits)
		_, err = s.ApproveDividend(ctx, s.home, desk, d.ID)
		wrong(t, "who proposed approves", err, growth.ErrSamePerson)
		s.must(s.DropDividend(ctx, s.home, desk, d.ID, "再核一遍"))
		d, err = s.ProposeDividend(ctx, s.home, desk, oct, "核过了")
		s.must(err)
		before := s.balance(ledger.PlatformCommission)
		paid := s.race(d.ID, 12)
		if paid != 1 {
			t.Errorf("it was approved %d times", paid)
		}
		if a, b := s.balance(rewardsOf(anna)), s.balance(rewardsOf(ben)); a != 3_75 || b != 3_75 || s.balance(ledger.PlatformCommission) != before-7_50 {
			t.Errorf("paid %v and %v", a, b)
		}
		_, err = s.ProposeDividend(ctx, s.home, other, oct, "再来一次")
		wrong(t, "the month again", err, growth.ErrPaid)
		s.sum()
		s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
			nov, err := s.Earnings(ctx, r, s.home, oct+1, oct+1)
			if nov.Dividends() != -7_50 || nov.Trade() != 0 {
				t.Errorf("November: dividends %v, result %v: a dividend is no cost of a month", nov.Dividends(), nov.Trade())
			}
			return err
		}))
		s.whole()
	})
}

// race lets many approve at once; it tells how many did.
func (s *street) race(d id.ID, n int) (paid int) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range n {
		wg.Go(func() {
			_, err := s.ApproveDividend(ctx, s.home, db.Actor{Kind: "person", ID: id.ID{0xaa, byte(i)}}, d)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				paid++
			} else if !errors.Is(err, growth.ErrSettled) {
				s.t.Errorf("approving: %v", err)
			}
		})
	}
	wg.Wait()
	return paid
}

func TestNoPayeeDecidesOnADividend(t *testing.T) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		s, anna, _ := october(t, env)
		s.must(s.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return s.People.Link(ctx, tx, desk.ID, "anna", s.home) }))
		_, err := s.ProposeDividend(ctx, s.home, desk, oct, "给我自己")
		wrong(t, "a director proposes", err, growth.ErrPayee)
		d, err := s.ProposeDividend(ctx, s.home, other, oct, "十月的账已结")
		s.must(err)
		_, err = s.ApproveDividend(ctx, s.home, desk, d.ID)
		wrong(t, "a director approves", err, growth.ErrPayee)
		third := db.Actor{Kind: "person", ID: id.ID{0xde, 3}}
		s.stands("anna", member.Lapsed)
		_, err = s.ApproveDividend(ctx, s.home, third, d.ID)
		wrong(t, "a director lapsed meanwhile", err, growth.ErrChanged)
		if got := s.balance(rewardsOf(anna)); got != 0 {
			t.Errorf("paid %v all the same", got)
		}
	})
}

// TestBooksThatLagPayNothing: the sums of the days must hold the whole month.
func TestBooksThatLagPayNothing(t *testing.T) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		s := openStreet(t, env)
		s.directs("anna")
		s.env.Clock.Set(time.Date(2025, 11, 1, 5, 0, 0, 0, flow.DefaultZone))
		s.must(s.CloseDue(ctx, s.home))
		_, err := s.ProposeDividend(ctx, s.home, desk, oct, "十月")
		wrong(t, "before the sums are made", err, growth.ErrBooksBehind)
	})
}

// TestALossPaysNothing: an award that costs more than was kept, in the last month of a
// year.
func TestALossPaysNothing(t *testing.T) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		s := openStreet(t, env)
		anna := s.directs("anna")
		s.env.Clock.Set(time.Date(2025, 12, 31, 23, 50, 0, 0, flow.DefaultZone))
		_, err := s.buy("last", "anna", "bakery", 100_000)
		s.must(err)
		_, err = s.move("~award", charter.Award{Honour: id.ID{1}, Member: anna, Cash: 500_00})
		s.must(err)
		s.env.Clock.Set(time.Date(2026, 1, 1, 5, 0, 0, 0, flow.DefaultZone))
		s.close()
		_, err = s.ProposeDividend(ctx, s.home, desk, oct+2, "十二月")
		wrong(t, "a month of loss", err, growth.ErrNothing)
		s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
			year, err := s.Earnings(ctx, r, s.home, period.Month(2025*12), period.Month(2025*12+11))
			if year.Trade() != 25_00-500_00 || year.Sum(ledger.PlatformPromotion) != -500_00 {
				t.Errorf("the year kept %v", year.Trade())
			}
			next, err2 := s.Earnings(ctx, r, s.home, period.Month(2026*12), period.Month(2026*12))
			if len(next.Lines) != 0 {
				t.Errorf("January has %+v", next.Lines)
			}
			return errors.Join(err, err2)
		}))
	})
}

// TestManyDirectors: at most fifty an entry, the same to each, never more than the rate.
func TestManyDirectors(t *testing.T) {
	s := openStreet(t, dbtest.SQLite(t, flow.Schemas))
	s.join(s.home, "carl", policy.Silver, "")
	var all []id.ID
	for i := range 101 {
		all = append(all, s.directs(fmt.Sprintf("d%d", i)))
	}
	_, err := s.buy("big", "carl", "bakery", 10_000_003)
	s.must(err)
	s.env.Clock.Set(time.Date(2025, 11, 1, 5, 0, 0, 0, flow.DefaultZone))
	s.close()
	d, err := s.ProposeDividend(ctx, s.home, desk, oct, "十月的账已结")
	s.must(err)
	d, err = s.ApproveDividend(ctx, s.home, other, d.ID)
	s.must(err)
	if d.Last-d.First != 2 {
		t.Errorf("101 directors were paid by the entries %d to %d", d.First, d.Last)
	}
	var sum money.Amount
	var each []money.Amount
	for _, who := range all {
		got := s.balance(rewardsOf(who))
		sum += got
		each = append(each, got)
	}
	if most := d.Rate.FloorOf(d.Result); sum > most || sum < most-101 || slices.Max(each)-slices.Min(each) > 1 {
		t.Errorf("paid %v of %v, between %v and %v each", sum, most, slices.Min(each), slices.Max(each))
	}
	s.whole()
}

// TestVerifyFindsAForgedDividend: an entry that says another result than the books.
func TestVerifyFindsAForgedDividend(t *testing.T) {
	s, anna, _ := october(t, dbtest.SQLite(t, flow.Schemas))
	_, err := s.move("~dividend:forged", charter.Dividend{Dividend: id.ID{7}, Month: oct, Result: 9_999_00, Of: 1, Directors: []id.ID{anna}})
	s.must(err)
	found := make(map[string]bool)
	for _, f := range s.verify().Findings {
		found[f.Code] = true
	}
	if !found["verify.dividend_result_differs"] || !found["verify.dividend_differs"] {
		t.Errorf("found %v", found)
	}
}

// TestALineLeadsToItsEntries: what stands in the sums is what its entries add up to.
func TestALineLeadsToItsEntries(t *testing.T) {
	s, _, _ := october(t, dbtest.SQLite(t, flow.Schemas))
	_, err := s.buy("later", "carl", "bakery", 70_000)
	s.must(err)
	s.sum()
	s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
		res, err := s.Earnings(ctx, r, s.home, oct, oct)
		if err != nil {
			return err
		}
		for _, l := range res.Lines {
			lines, next, err := s.EarningEntries(ctx, r, s.home, l.Account, l.Rule, oct, oct, "")
			var sum money.Amount
			for _, x := range lines {
				for _, leg := range x.Entry.Legs {
					if leg.Rule == l.Rule && leg.To == l.Account {
						sum += leg.Amount
					}
					if leg.Rule == l.Rule && leg.From == l.Account {
						sum -= leg.Amount
					}
				}
			}
			if err != nil || sum != l.Amount || next != "" || int64(len(lines)) != l.Entries {
				t.Errorf("%s %s: %v from %d entries, want %v from %d (%v)", l.Account, l.Rule, sum, len(lines), l.Amount, l.Entries, err)
			}
		}
		return nil
	}))
}
