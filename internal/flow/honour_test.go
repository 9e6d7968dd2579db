package flow_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/honour"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/marketing"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

const praise = "每个周末都带着大家清理楼道，谁家有事她都去，三年没有断过。"

// called opens a call in which people nominate for a week and vote for another.
func (s *street) called(kind honour.Kind, edit ...func(c *honour.Call)) *honour.Call {
	s.t.Helper()
	now := s.env.Clock.Now()
	c := honour.Call{Year: 2025, Kind: kind, Title: "年度社区运营达人", Criteria: "为邻居办实事，办得久，大家看得见", Winners: 1, Cash: 200_00, Points: 500,
		NominateUntil: now.AddDate(0, 0, 7), VoteUntil: now.AddDate(0, 0, 14)}
	for _, fn := range edit {
		fn(&c)
	}
	var jurors []id.ID
	if c.JuryRate > 0 {
		jurors = []id.ID{other.ID}
	}
	opened, err := s.OpenCall(ctx, s.home, desk, c, jurors)
	s.must(err)
	return opened
}

func (s *street) nominate(c *honour.Call, by, who, reason string) error {
	return s.Nominate(ctx, s.home, other, c.ID, s.member(by).ID, party.Owner{Kind: party.Member, ID: s.member(who).ID}, reason)
}

func (s *street) stand(c *honour.Call, who, answer string) {
	s.t.Helper()
	s.must(s.AnswerNomination(ctx, s.home, other, c.ID, s.member(who).ID, answer))
	s.must(s.ScreenNominee(ctx, s.home, desk, c.ID, s.member(who).ID, true, "符合条件"))
}

func (s *street) votes(c *honour.Call, by, who string) error {
	return s.VoteHonour(ctx, s.home, other, c.ID, s.member(by).ID, s.member(who).ID)
}

func (s *street) days(n int) { s.env.Clock.Advance(time.Duration(n) * 24 * time.Hour) }

// TestAnHonour goes from the call to the purse.
func TestAnHonour(t *testing.T) {
	onStreet(t, func(s *street) {
		for _, ref := range []string{"anna", "ben", "carl", "dora"} {
			s.join(s.home, ref, policy.Silver, "")
		}
		c := s.called(honour.Steward)
		wrong(t, "herself", s.nominate(c, "anna", "anna", praise), honour.ErrSelf)
		wrong(t, "19 characters", s.nominate(c, "anna", "ben", "一二三四五六七八九十一二三四五六七八九"), honour.ErrBadReason)
		s.must(s.nominate(c, "anna", "ben", praise))
		wrong(t, "the same again", s.nominate(c, "anna", "ben", praise+"还有"), honour.ErrTwice)
		s.must(s.nominate(c, "ben", "anna", praise))
		s.must(s.nominate(c, "carl", "ben", praise))
		s.stands("dora", member.Lapsed)
		wrong(t, "a lapsed member nominates", s.nominate(c, "dora", "anna", praise), honour.ErrNotMember)
		wrong(t, "a shop for a person's honour", s.Nominate(ctx, s.home, other, c.ID, s.member("anna").ID, party.Owner{Kind: party.Merchant, ID: s.shop("bakery").ID}, praise), honour.ErrWrongSort)
		wrong(t, "a vote before the time", s.votes(c, "carl", "ben"), honour.ErrNotOpen)
		s.stand(c, "anna", honour.Unnamed)
		wrong(t, "screened twice", s.ScreenNominee(ctx, s.home, desk, c.ID, s.member("anna").ID, false, "再想想"), honour.ErrScreened)
		s.days(7)
		wrong(t, "a late nomination", s.nominate(c, "dora", "anna", praise), honour.ErrNotMember)
		wrong(t, "a late nomination", s.nominate(c, "carl", "anna", praise), honour.ErrClosed)
		wrong(t, "one who has not said that she stands", s.votes(c, "carl", "ben"), honour.ErrNotStanding)
		s.stand(c, "ben", honour.Named)
		wrong(t, "for himself", s.votes(c, "ben", "ben"), honour.ErrSelf)
		wrong(t, "a lapsed member votes", s.votes(c, "dora", "ben"), honour.ErrNotMember)
		s.must(s.votes(c, "carl", "anna"))
		s.must(s.votes(c, "carl", "ben")) // changed
		s.must(s.votes(c, "ben", "anna"))
		s.must(s.votes(c, "anna", "ben"))
		s.days(7)
		wrong(t, "a late vote", s.votes(c, "carl", "anna"), honour.ErrLate)
		s.must(s.CountHonours(ctx, s.home))
		s.must(s.CountHonours(ctx, s.home))
		wrong(t, "who was not honoured", s.GiveHonour(ctx, s.home, desk, c.ID, s.member("anna").ID), honour.ErrNotHonoured)
		ben := s.member("ben").ID
		s.give(c, ben)
		if got := s.balance(rewardsOf(ben)); got != 200_00 {
			t.Errorf("M-04 paid %v", got)
		}
		if got := s.balance(ledger.Of(party.Owner{Kind: party.Member, ID: ben}, ledger.PointsHeld)); got != 500 {
			t.Errorf("M-06 gave %v", got)
		}
		s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
			results, err := s.Honours.Results(ctx, r, s.home, c.ID)
			if len(results) != 2 || results[0].Nominee != ben || results[0].Votes != 2 || results[1].Votes != 1 || results[1].Honoured {
				t.Errorf("results %+v", results)
			}
			return err
		}))
		s.whole()
	})
}

// give hands an honour over from many hands at once: it is given once.
func (s *street) give(c *honour.Call, who id.ID) {
	s.t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	given := 0
	for i := range 8 {
		wg.Go(func() {
			err := s.GiveHonour(ctx, s.home, db.Actor{Kind: "person", ID: id.ID{0xaa, byte(i)}}, c.ID, who)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				given++
			}
		})
	}
	wg.Wait()
	if given != 1 {
		s.t.Errorf("the honour was given %d times", given)
	}
}

// TestOneMemberOneVote: a hundred votes of ten members in a race count as ten.
func TestOneMemberOneVote(t *testing.T) {
	onStreet(t, func(s *street) {
		s.join(s.home, "anna", policy.Silver, "")
		s.join(s.home, "ben", policy.Silver, "")
		c := s.called(honour.Voice)
		s.must(s.nominate(c, "anna", "ben", praise))
		s.must(s.nominate(c, "ben", "anna", praise))
		s.stand(c, "anna", honour.Named)
		s.stand(c, "ben", honour.Named)
		refs := s.neighbours("", 10)
		s.days(7)
		var wg sync.WaitGroup
		for i := range 100 {
			by, who := s.member(refs[i%10]).ID, s.member([]string{"anna", "ben"}[i/50]).ID
			wg.Go(func() {
				if err := s.VoteHonour(ctx, s.home, other, c.ID, by, who); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
			votes, err := s.Honours.Votes(ctx, r, s.home, c.ID)
			if len(votes) != 10 {
				t.Errorf("%d votes of ten members", len(votes))
			}
			return err
		}))
	})
}

// TestAnHonourForAShop: its owner's word does not count, it stands under its name, its
// cash goes to the shop; the jury decides a part.
func TestAnHonourForAShop(t *testing.T) {
	onStreet(t, func(s *street) {
		s.join(s.home, "anna", policy.Silver, "")
		s.join(s.home, "owner", policy.Silver, "")
		shop := s.shop("bakery")
		s.must(s.DB.Update(ctx, s.home, db.System, func(tx *db.Tx) error {
			owner, err := s.Members.ByRef(ctx, tx, "owner")
			if err != nil {
				return err
			}
			return s.Merchants.Change(ctx, tx, "bakery", func(m *merchant.Merchant) error { m.Owner = owner.ID; return nil })
		}))
		c := s.called(honour.Merchant, func(c *honour.Call) { c.Points, c.JuryRate, c.Title = 0, 300_000, "年度优秀商家" })
		bakery := party.Owner{Kind: party.Merchant, ID: shop.ID}
		wrong(t, "its owner", s.Nominate(ctx, s.home, other, c.ID, s.member("owner").ID, bakery, praise), honour.ErrSelf)
		s.must(s.Nominate(ctx, s.home, other, c.ID, s.member("anna").ID, bakery, praise))
		s.must(s.ScreenNominee(ctx, s.home, desk, c.ID, shop.ID, true, "一年没有投诉"))
		s.days(7)
		wrong(t, "no juror", s.JudgeHonour(ctx, s.home, desk, c.ID, shop.ID), honour.ErrNotJuror)
		s.must(s.JudgeHonour(ctx, s.home, other, c.ID, shop.ID))
		s.days(7)
		s.must(s.CountHonours(ctx, s.home))
		s.must(s.GiveHonour(ctx, s.home, desk, c.ID, shop.ID))
		if got := s.balance(ledger.Of(bakery, ledger.Payable)); got != 200_00 {
			t.Errorf("the shop was paid %v", got)
		}
		s.whole()
	})
}

// TestTheWallShowsWhoWantsTo: by name, as a neighbour, and as nobody once forgotten.
func TestTheWallShowsWhoWantsTo(t *testing.T) {
	onStreet(t, func(s *street) {
		s.join(s.home, "anna", policy.Silver, "")
		s.join(s.home, "ben", policy.Silver, "")
		var ben id.ID
		s.must(s.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			p, err := s.People.Register(ctx, tx, person.Person{Name: "卞志远", Phone: "+8613800006120"})
			if err != nil {
				return err
			}
			ben = p.ID
			return s.People.Link(ctx, tx, p.ID, "ben", s.home)
		}))
		c := s.called(honour.Steward)
		s.must(s.nominate(c, "anna", "ben", praise))
		shown := func() string {
			t.Helper()
			var all []*honour.Nominee
			s.must(s.DB.View(ctx, s.home, func(r db.Reader) (err error) { all, err = s.Honours.Nominees(ctx, r, s.home, c.ID); return err }))
			names, err := s.NomineeNames(ctx, s.home, all)
			s.must(err)
			return fmt.Sprint(names[all[0].ID], " ", all[0].Reasons[0].Reason)
		}
		if got := shown(); got != " "+praise {
			t.Errorf("before he said anything: %s", got)
		}
		s.stand(c, "ben", honour.Named)
		if got := shown(); got != "卞志远 "+praise {
			t.Errorf("named: %s", got)
		}
		s.must(s.AnswerNomination(ctx, s.home, other, c.ID, s.member("ben").ID, honour.Unnamed))
		if got := shown(); got != " "+praise {
			t.Errorf("not named: %s", got)
		}
		if _, err := s.Neighbour(ctx, s.home, "13800006120", "卞志"); err == nil {
			t.Error("a number without its name finds him")
		}
		if who, err := s.Neighbour(ctx, s.home, "138 0000 6120", "卞志远"); err != nil || who != s.member("ben").ID {
			t.Errorf("found %s: %v", who, err)
		}
		s.must(s.Erase(ctx, ben))
		if got := shown(); got != " —" {
			t.Errorf("forgotten: %s", got)
		}
	})
}

// TestTheShopsMoney: recorded with an invoice, approved by another, never more than
// there is, an invoice once (C2, M-16).
func TestTheShopsMoney(t *testing.T) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		s := openStreet(t, env)
		_, err := s.move("~fee", charter.MerchantFee{Merchant: s.shop("bakery").ID, Charge: id.ID{1}, Fee: 2000_00, Means: charter.Provider})
		s.must(err)
		invoice := photo(t)
		spend := func(number string, amount money.Amount) marketing.Spending {
			return marketing.Spending{Title: "邻里节海报", Words: "三个小区的电梯海报，印 60 张", Supplier: "青禾图文", Invoice: number, Amount: amount, Day: period.Date(2025, 10, 14)}
		}
		_, err = s.RecordSpending(ctx, s.home, desk, spend("25372000", 600_00), nil)
		wrong(t, "without its invoice", err, marketing.ErrNoPicture)
		x, err := s.RecordSpending(ctx, s.home, desk, spend("25372000", 600_00), invoice)
		s.must(err)
		_, err = s.RecordSpending(ctx, s.home, other, spend("25372000", 500_00), invoice)
		wrong(t, "the invoice again", err, marketing.ErrInvoiceUsed)
		wrong(t, "who recorded approves", s.ApproveSpending(ctx, s.home, desk, x.ID), marketing.ErrSamePerson)
		s.must(s.ApproveSpending(ctx, s.home, other, x.ID))
		wrong(t, "twice", s.ApproveSpending(ctx, s.home, other, x.ID), marketing.ErrSettled)
		big, err := s.RecordSpending(ctx, s.home, desk, spend("25372001", 1400_01), invoice)
		s.must(err)
		wrong(t, "more than is left", s.ApproveSpending(ctx, s.home, other, big.ID), marketing.ErrTooLittle)
		s.must(s.DropSpending(ctx, s.home, other, big.ID, "先做小的"))
		_, err = s.RecordSpending(ctx, s.home, desk, spend("25372001", 1400_00), invoice)
		s.must(err)
		s.must(s.DB.View(ctx, s.home, func(r db.Reader) error {
			b, err := s.MarketingBooks(ctx, r, s.home)
			if b.In != 2000_00 || b.Spent != 600_00 || b.Left != 1400_00 || len(b.Spendings) != 3 {
				t.Errorf("in %v, spent %v, left %v, %d spendings", b.In, b.Spent, b.Left, len(b.Spendings))
			}
			if err != nil {
				return err
			}
			file, err := s.Files.ByID(ctx, r, s.home, b.Spendings[0].Picture)
			if err == nil && file.Hash != invoice.Hash {
				t.Errorf("another invoice: %+v", file)
			}
			return err
		}))
		s.whole()
	})
}
