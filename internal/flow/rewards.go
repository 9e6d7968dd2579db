package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/honour"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// Reward is one entry on a person's rewards, with the rule that made it and why (B3).
type Reward struct {
	Seq     int64
	At      time.Time // in the community's zone
	Rule    ledger.Rule
	Title   string // message key of the rule
	Amount  money.Amount
	Balance money.Amount // afterwards
	Why     settlement.Sentence
}

// RewardRoom is what a person got in the present month by a rule that has a cap, and
// how much may still come.
type RewardRoom struct {
	Rule      ledger.Rule
	Title     string
	Used, Cap money.Amount
}

// Left is how much may still come in the month.
func (r *RewardRoom) Left() money.Amount { return max(0, r.Cap-r.Used) }

// Rewards reads a page of a person's rewards, the latest first.
func (f *Flows) Rewards(ctx context.Context, b *Belonging, ask page.Request) (all []Reward, next string, err error) {
	defer fault.Wrap(&err, "rewards")
	account := ledger.Of(b.Owner(), ledger.Rewards)
	titles := make(map[id.ID]string) // of calls
	err = f.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
		var lines []ledger.Line
		if lines, next, err = f.Ledger.Statement(ctx, r, b.Community.ID, account, ask); err != nil {
			return err
		}
		for _, l := range lines {
			x := Reward{Seq: l.Entry.Seq, At: l.Entry.PostedAt.In(b.Zone), Amount: l.Change, Balance: l.Balance}
			for _, leg := range l.Entry.Legs {
				if leg.From == account || leg.To == account {
					x.Rule = leg.Rule
				}
			}
			x.Title = charter.Title(x.Rule)
			if x.Why, err = f.whyRewarded(ctx, r, b, l.Entry, titles); err != nil {
				return err
			}
			all = append(all, x)
		}
		return nil
	})
	return all, next, err
}

// whyRewarded says why an entry moved her rewards. Of a team member's purchase it says
// neither who bought nor where nor for how much.
func (f *Flows) whyRewarded(ctx context.Context, r db.Reader, b *Belonging, e *ledger.Entry, titles map[id.ID]string) (settlement.Sentence, error) {
	switch e.Kind {
	case ledger.Purchase:
		return settlement.Sentence{Key: "组员的一笔消费，从平台服务费里给您一份"}, nil
	case ledger.Refund:
		return settlement.Sentence{Key: "组员退了货，那一份跟着退回"}, nil
	}
	if !charter.Is(e.Facts) {
		return settlement.Sentence{}, nil
	}
	_, m, err := charter.Decode(e.Facts)
	switch m := m.(type) {
	case charter.ReferralReward:
		return settlement.Sentence{Key: "您推荐的邻居付了会员费、用过了、过了冷静期"}, err
	case charter.ReferralTaken:
		return settlement.Sentence{Key: "您推荐的邻居退了会员费，按比例退回"}, err
	case charter.ReferralRevoked:
		return settlement.Sentence{Key: "后来核对不符，按规则收回"}, err
	case charter.RewardPaid:
		return settlement.Sentence{Key: "过了等待期，付到您的收款账户"}, err
	case charter.RewardPaidBack:
		return settlement.Sentence{Key: "没有付到，退回您的奖励里，下一批再付"}, err
	case charter.Award:
		title, ok := titles[m.Honour]
		if !ok {
			c, err := f.Honours.Call(ctx, r, b.Community.ID, m.Honour)
			if err == nil {
				title = c.Title
			} else if fault.Of(err) == nil || !isFault(err, honour.ErrNotFound) {
				return settlement.Sentence{}, err
			}
			titles[m.Honour] = title
		}
		return settlement.Sentence{Key: "荣誉：%s", Args: []any{title}}, err
	case charter.Dividend:
		return settlement.Sentence{Key: "%s 平台留下 %s 元，拿出一份由 %d 位理事平分", Args: []any{m.Month.String(), m.Result.Grouped(money.CNY), m.Of}}, err
	}
	return settlement.Sentence{}, err
}

func isFault(err error, want *fault.Fault) bool {
	f := fault.Of(err)
	return f != nil && f.Code == want.Code
}

// RewardRooms is what the present month has given a person by each rule with a cap.
func (f *Flows) RewardRooms(ctx context.Context, b *Belonging) (rooms []RewardRoom, err error) {
	p, at, who := &b.Rules.Params, b.Community.ID, b.Member.ID
	month := period.DayOf(f.DB.Clock().Now(), b.Zone).Month()
	rooms = []RewardRoom{{Rule: teamRule, Cap: p.LeaderMonthlyCap}, {Rule: referralRule, Cap: p.ReferralMonthlyCap}, {Rule: dividendRule, Cap: p.DividendCap}}
	err = f.DB.View(ctx, at, func(r db.Reader) error {
		caps, err := f.Settlement.Caps(ctx, r, at)
		if err != nil {
			return err
		}
		rooms[0].Used = caps[settlement.CapOf{Leader: who, Month: month}]
		if rooms[1].Used, err = f.Memberships.CapUsed(ctx, r, at, who, month); err != nil {
			return err
		}
		shared, err := f.Growth.SharesOf(ctx, r, at, who)
		for _, d := range shared {
			for _, s := range d.Shares {
				if s.Member == who && period.DayOf(d.End.At, b.Zone).Month() == month {
					rooms[2].Used += s.Amount
				}
			}
		}
		return err
	})
	for i := range rooms {
		rooms[i].Title = charter.Title(rooms[i].Rule)
	}
	return rooms, err
}

// teamRule is S-08: a leader's share of her team's purchases.
var teamRule = ledger.R('S', 8)

// Unrewarded are a person's recommendations that brought her no reward, the latest
// first, each with the guard that blocks it (B4).
func (f *Flows) Unrewarded(ctx context.Context, b *Belonging) (guards []*membership.Guard, err error) {
	err = f.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
		all, err := f.Memberships.RecommendedBy(ctx, r, b.Community.ID, membership.By{Kind: membership.ByMember, ID: b.Member.ID})
		for i := range all {
			if g := membership.GuardOf(all[i].Guard()); g != nil {
				guards = append(guards, g)
			}
		}
		return err
	})
	return guards, err
}

// TeamNames are how those members of a team are called who want their leader to know
// them; the others are a number (A7).
func (f *Flows) TeamNames(ctx context.Context, community id.ID, members []id.ID) (known []*person.Person, err error) {
	people, err := f.NeighboursBehind(ctx, community, members)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		known = nil
		for _, m := range members {
			p := people[m]
			if p == nil {
				continue
			}
			ok, err := f.Privacy.Allowed(ctx, r, p.ID, privacy.Team)
			if err != nil {
				return err
			}
			if ok {
				known = append(known, p)
			}
		}
		return nil
	})
	return known, err
}
