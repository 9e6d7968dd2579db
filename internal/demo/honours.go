package demo

import (
	"context"
	"fmt"
	"time"

	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/honour"
	"gongyi/internal/platform/db"
)

// praise is what neighbours say of neighbours.
var praise = []string{
	"楼道里的灯坏了，总是她先发现，买了灯泡自己换上，三年没有断过。", "疫苗接种那阵子，她一家一家敲门，把行动不便的老人都送到了。", "夏天在广场给孩子们讲故事，一个暑假没有缺过一次，家长都放心。",
	"团购的菜有坏的，她先垫钱赔给大家，再去找供货商，从来不嫌烦。", "邻居吵架请他来劝，说话公道，两边都服气，楼里安静多了。",
}

// nominees are who is nominated in the first community.
func (d *Demo) nominees() []string { return d.plain(growthHome)[70:74] }

// call opens a call of the year of a day, in which people nominate for some days and
// then vote; some nominate at once.
func (d *Demo) call(ctx context.Context, of period.Day, nominate, vote int) error {
	at := d.places[growthHome]
	desk, err := d.worker(ctx, 9001)
	if err != nil {
		return err
	}
	today := period.DayOf(d.clock.Now(), d.zone)
	year, _, _ := of.Date()
	c, err := d.Flows.OpenCall(ctx, at, desk, honour.Call{
		Year: year, Kind: honour.Steward, Title: "社区运营达人", Criteria: "为邻居办实事，办得久，大家看得见；不看花钱多少。", Winners: 2, Cash: 50_00, Points: 1_000, Goods: "社区客厅一年免费借用",
		NominateUntil: (today + period.Day(nominate)).Start(d.zone), VoteUntil: (today + period.Day(nominate+vote)).Start(d.zone),
	}, nil)
	if err != nil {
		return err
	}
	refs := append(d.nominees(), d.plain(growthHome)[74:80]...)
	who, err := d.who(ctx, growthHome, refs...)
	if err != nil {
		return err
	}
	for i, reason := range praise {
		nominee, nominator := who[i%4], who[4+i]
		if err := d.Flows.Nominate(ctx, at, db.Actor{Kind: "person", ID: nominator}, c.ID, nominator, party.Owner{Kind: party.Member, ID: nominee}, reason); err != nil {
			return err
		}
	}
	return nil
}

// running is the latest call that has no result.
func (d *Demo) running(ctx context.Context) (c *honour.Call, err error) {
	err = d.DB.View(ctx, d.places[growthHome], func(r db.Reader) error {
		all, err := d.Flows.Honours.Calls(ctx, r, d.places[growthHome], 0)
		for _, x := range all {
			if x.End == nil && c == nil {
				c = x
			}
		}
		return err
	})
	return c, err
}

// stand lets the nominees of the running call say whether they stand, has them
// screened, and lets people vote.
func (d *Demo) stand(ctx context.Context) error {
	at := d.places[growthHome]
	c, err := d.running(ctx)
	if err != nil || c == nil {
		return err
	}
	desk, err := d.worker(ctx, 9001)
	if err != nil {
		return err
	}
	nominees, err := d.who(ctx, growthHome, d.nominees()...)
	if err != nil {
		return err
	}
	for i, who := range nominees {
		answer := honour.Named
		if i == 1 {
			answer = honour.Unnamed
		}
		if err := d.Flows.AnswerNomination(ctx, at, db.Actor{Kind: "person", ID: who}, c.ID, who, answer); err != nil {
			return err
		}
		if err := d.Flows.ScreenNominee(ctx, at, desk, c.ID, who, i < 3, []string{"情况属实，符合条件", "情况属实，符合条件", "和居委会核实过", "在社区工作，另有考评，这次不评"}[i]); err != nil {
			return err
		}
	}
	voters, err := d.who(ctx, growthHome, d.plain(growthHome)[80:116]...)
	for i, who := range voters {
		if err == nil {
			err = d.Flows.VoteHonour(ctx, at, db.Actor{Kind: "person", ID: who}, c.ID, who, nominees[[]int{0, 1, 0, 2, 0, 1}[i%6]])
		}
	}
	return err
}

// award counts the first call, gives its honours and announces the ceremony.
func (d *Demo) award(ctx context.Context, first period.Day) error {
	at := d.places[growthHome]
	desk, err := d.worker(ctx, 9001)
	if err != nil {
		return err
	}
	c, err := d.running(ctx)
	if err != nil || c == nil {
		return err
	}
	if err := d.Flows.CountHonours(ctx, at); err != nil {
		return err
	}
	var results []honour.Result
	if err := d.DB.View(ctx, at, func(r db.Reader) (err error) {
		results, err = d.Flows.Honours.Results(ctx, r, at, c.ID)
		return err
	}); err != nil {
		return err
	}
	for _, x := range results {
		if x.Honoured {
			if err := d.Flows.GiveHonour(ctx, at, desk, c.ID, x.Nominee); err != nil {
				return err
			}
		}
	}
	year, _, _ := first.Date()
	return d.Flows.AnnounceCeremony(ctx, at, desk, honour.Ceremony{
		Year: year, Title: fmt.Sprintf("%d 年社区贡献颁奖礼", year), Place: "社区客厅", At: (period.DayOf(d.clock.Now(), d.zone) + 20).Start(d.zone).Add(14 * time.Hour), Programme: "开场：邻里合唱队《茉莉花》\n这一年大家办成的事\n颁发社区运营达人\n得奖邻居说两句\n一起吃饺子",
	})
}
