package demo

import (
	"context"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/db"
)

// misdeed is a breach of the demo's first community.
type misdeed struct {
	shop     string
	kind     duty.Kind
	about    string
	evidence string
	answer   string // of the shop
	wording  string // in public
	appeal   string
}

var (
	noShow = misdeed{"M1-pharmacy", duty.NoShow, "约好周六上午给三户老人量血压，没有人来，也没有提前说。", "三户老人的登记表在居委会", "那天店里只有一个人，走不开，没有打招呼是我们不对。",
		"约好的上门量血压没有到，事先没有说明。", ""}
	falseOff = misdeed{"M1-general", duty.FalseDiscount, "会员价的标签比一周前的原价还高。", "两张价签的照片，一张 3 月 2 日，一张 3 月 9 日", "中间进价涨过一次，原价标签换晚了。",
		"会员价高于一周前的原价，会员没有得到优惠。", "进货单可以证明进价在那一周涨了，不是先抬价再打折。"}
	shortWeight = misdeed{"M1-greengrocer", duty.Other, "有居民反映称重少了一两。", "公平秤复称的记录", "当天换了新秤，没有归零，已经补给顾客。", "称重少了一两。", ""}
	oldOffer    = misdeed{"M1-fuel", duty.FalseDiscount, "宣传的会员优惠月底就停了，海报没有撤。", "海报照片和收银小票", "总站的活动提前结束，海报撤晚了。", "活动已停，海报没有撤，会员没有得到宣传的优惠。", ""}
	noFridge    = misdeed{"M1-supermarket", duty.NoShow, "预约的旧冰箱回收，两次没有来。", "预约单两张", "车坏了，第二次是司机记错了日子。", "预约的上门回收两次没有到。", "第二次是居民改了日子，短信可以看。"}
	noGift      = misdeed{"M1-bakery", duty.FalseDiscount, "“会员送小点心”说送完了，当天账上还有备料。", "后厨备料单", "备料是给晚上的订单留的。", "答应会员的小点心没有送。", ""}
	noGrain     = misdeed{"M1-health-food", duty.Other, "试吃活动没有按登记的时间办。", "登记表和现场照片", "天气不好，改到第二天了，通知没有发到。", "试吃活动没有按时办。", ""}
	noDiscount  = misdeed{"M1-restaurant", duty.FalseDiscount, "周三会员日的牛肉面没有打九折，收银按原价收的。", "两张小票", "", "", ""}
)

// dutyScript is what happens with breaches and the score of the first community, by the
// days before somebody first looks.
func (d *Demo) dutyScript() map[int]func(ctx context.Context, at id.ID) error {
	fine := duty.Verdict{Outcome: duty.Penalty, Coins: 100_00}
	return map[int]func(ctx context.Context, at id.ID) error{
		122: d.accuse(noShow), 121: d.answers(noShow), 120: d.toBallot(noShow, fine), 119: d.voteOn(noShow, 3),
		96: d.accuse(falseOff), 95: d.answers(falseOff), 94: d.toBallot(falseOff, fine), 93: d.voteOn(falseOff, 3), 90: d.appeals(falseOff), 84: d.lifts(falseOff),
		50: d.accuse(shortWeight), 49: d.answers(shortWeight), 48: d.toBallot(shortWeight, fine), 47: d.voteOn(shortWeight, 1),
		16: d.accuse(noFridge), 15: d.answers(noFridge), 14: d.toBallot(noFridge, fine), 12: d.voteOn(noFridge, 3),
		11: d.served, 10: d.accuse(oldOffer), 9: d.answers(oldOffer), 8: d.both(d.toBallot(oldOffer, fine), d.appeals(noFridge)), 7: d.voteOn(oldOffer, 2),
		6: d.accuse(noGift), 5: d.answers(noGift), 4: d.both(d.accuse(noGrain), d.publishLast), 3: d.both(d.toBallot(noGift, fine), d.answers(noGrain), d.objects),
		2: d.both(d.accuse(noDiscount), d.answersObjection), 1: d.voteSome(noGift),
	}
}

func (d *Demo) both(all ...func(ctx context.Context, at id.ID) error) func(ctx context.Context, at id.ID) error {
	return func(ctx context.Context, at id.ID) error {
		for _, do := range all {
			if err := do(ctx, at); err != nil {
				return err
			}
		}
		return nil
	}
}

// accuse opens a breach by the office. An earlier start may have done so.
func (d *Demo) accuse(m misdeed) func(ctx context.Context, at id.ID) error {
	return func(ctx context.Context, at id.ID) error {
		_, shops, err := d.ids(ctx)
		if err != nil {
			return err
		}
		actor, err := d.office(ctx)
		if err != nil {
			return err
		}
		_, err = d.Flows.OpenBreach(ctx, at, actor, "demo-"+m.shop+"-"+string(m.kind), flow.Accusation{Shop: shops[m.shop], Kind: m.kind, Source: duty.ByOfficer, About: m.about,
			Evidence: []duty.Evidence{{Kind: duty.Text, Words: m.evidence}}})
		return once(err)
	}
}

// breachOf is the breach of a misdeed, nil if it was not opened.
func (d *Demo) breachOf(ctx context.Context, at id.ID, m misdeed) (b *duty.Breach, owner db.Actor, err error) {
	_, shops, err := d.ids(ctx)
	if err != nil {
		return nil, owner, err
	}
	who, err := d.personOf(ctx, d.owner(m.shop))
	if err != nil {
		return nil, owner, err
	}
	err = d.DB.View(ctx, at, func(r db.Reader) error {
		all, err := d.Flows.Duties.BreachesOf(ctx, r, at, shops[m.shop])
		for _, x := range all {
			if x.About == m.about {
				b = x
			}
		}
		return err
	})
	return b, db.Actor{Kind: "person", ID: who}, err
}

// onBreach does something with a breach that was opened.
func (d *Demo) onBreach(m misdeed, do func(ctx context.Context, at id.ID, b *duty.Breach, owner db.Actor) error) func(ctx context.Context, at id.ID) error {
	return func(ctx context.Context, at id.ID) error {
		b, owner, err := d.breachOf(ctx, at, m)
		if err != nil || b == nil {
			return err
		}
		return once(do(ctx, at, b, owner))
	}
}

func (d *Demo) answers(m misdeed) func(ctx context.Context, at id.ID) error {
	return d.onBreach(m, func(ctx context.Context, at id.ID, b *duty.Breach, owner db.Actor) error {
		_, err := d.Flows.StepBreach(ctx, at, owner, b.ID, duty.Step{State: duty.Stated, Words: m.answer})
		return err
	})
}

func (d *Demo) appeals(m misdeed) func(ctx context.Context, at id.ID) error {
	return d.onBreach(m, func(ctx context.Context, at id.ID, b *duty.Breach, owner db.Actor) error {
		_, err := d.Flows.StepBreach(ctx, at, owner, b.ID, duty.Step{State: duty.Appealed, Words: m.appeal})
		return err
	})
}

func (d *Demo) toBallot(m misdeed, v duty.Verdict) func(ctx context.Context, at id.ID) error {
	return d.onBreach(m, func(ctx context.Context, at id.ID, b *duty.Breach, _ db.Actor) error {
		actor, err := d.office(ctx)
		if err != nil {
			return err
		}
		_, err = d.Flows.PutBreachToVote(ctx, at, actor, b.ID, v, m.wording)
		return err
	})
}

// voteOn lets everybody who may vote for an option.
func (d *Demo) voteOn(m misdeed, option int) func(ctx context.Context, at id.ID) error {
	return d.voting(m, option, 99)
}

// voteSome lets two vote: the ballot still runs when somebody first looks.
func (d *Demo) voteSome(m misdeed) func(ctx context.Context, at id.ID) error {
	return d.voting(m, 2, 2)
}

func (d *Demo) voting(m misdeed, option, most int) func(ctx context.Context, at id.ID) error {
	return d.onBreach(m, func(ctx context.Context, at id.ID, b *duty.Breach, _ db.Actor) error {
		if b.State() != duty.Balloted {
			return nil
		}
		ballot, err := d.Flows.Ballot(ctx, at, b.Last().Ballot)
		if err != nil {
			return err
		}
		for _, e := range ballot.Electors {
			if !e.May() || ballot.HasVoted(e.Person) || most == 0 {
				continue
			}
			if _, err := d.Flows.Vote(ctx, at, db.Actor{Kind: "person", ID: e.Person}, ballot.ID, option); err != nil {
				return err
			}
			most--
		}
		return nil
	})
}

// lifts lets a mediator find that a decision was wrong.
func (d *Demo) lifts(m misdeed) func(ctx context.Context, at id.ID) error {
	return d.onBreach(m, func(ctx context.Context, at id.ID, b *duty.Breach, _ db.Actor) error {
		actor, err := d.actorOf(ctx, func(p part) bool { return p.role == access.Mediator })
		if err != nil {
			return err
		}
		_, err = d.Flows.DecideBreachAppeal(ctx, at, actor, b.ID, duty.Step{State: duty.Lifted, Words: "看了进货单，进价确实在那一周涨了，标签换晚不是有意。", Wording: "更正：进价在那一周上涨，不是先抬价再打折，原来的处理撤销。"})
		return err
	})
}

// served notes free services of two shops; one is confirmed, one waits at the desk.
func (d *Demo) served(ctx context.Context, at id.ID) error {
	_, shops, err := d.ids(ctx)
	if err != nil {
		return err
	}
	actor, err := d.office(ctx)
	if err != nil {
		return err
	}
	today := period.DayOf(d.clock.Now(), d.zone)
	for i, g := range []duty.Given{
		{Merchant: shops["M1-restaurant"], Day: today - 1, What: "给社区托管班送点心", People: 24, Worth: 96_00},
		{Merchant: shops["M1-restaurant"], Day: today, What: "教老人擀面条", People: 9, Worth: 60_00},
		{Merchant: shops["M1-pharmacy"], Day: today, What: "免费量血压", People: 31, Worth: 155_00},
	} {
		who, err := d.personOf(ctx, d.owner([]string{"M1-restaurant", "M1-restaurant", "M1-pharmacy"}[i]))
		if err != nil {
			return err
		}
		made, err := d.Flows.GiveService(ctx, at, db.Actor{Kind: "person", ID: who}, "demo-service-"+g.What, g)
		if err := once(err); err != nil || made == nil || i > 0 {
			return err
		}
		if err := once(d.Flows.AnswerService(ctx, at, actor, made.ID, duty.Answer{Confirmed: true, Worth: 90_00, Slip: "FW-0017"})); err != nil {
			return err
		}
	}
	return nil
}

// publishLast publishes the score of the quarter before the one that runs.
func (d *Demo) publishLast(ctx context.Context, at id.ID) error {
	return d.publish(ctx, at, d.end.Month().Quarter()-3)
}

// lastRun is the score of that quarter, nil if there is none.
func (d *Demo) lastRun(ctx context.Context, at id.ID) (run *score.Run, objections []score.Objection, err error) {
	err = d.DB.View(ctx, at, func(r db.Reader) error {
		if run, err = d.Flows.Scores.OfQuarter(ctx, r, at, d.end.Month().Quarter()-3); err != nil || run == nil {
			return err
		}
		objections, err = d.Flows.Scores.Objections(ctx, r, at, run.ID)
		return err
	})
	return run, objections, err
}

// objects lets two shops say that a figure is wrong.
func (d *Demo) objects(ctx context.Context, at id.ID) error {
	run, _, err := d.lastRun(ctx, at)
	if err != nil || run == nil {
		return err
	}
	_, shops, err := d.ids(ctx)
	if err != nil {
		return err
	}
	for ref, o := range map[string]score.Objection{
		"M1-restaurant": {Input: score.InAttended, Claimed: 3, Words: "七月两次、八月一次都到了，签到表上有。"},
		"M1-fishmonger": {Input: score.InDisclosures, Claimed: 3, Words: "服务标准九月就公开了。"},
	} {
		if run.Last().Of(shops[ref]) == nil {
			continue
		}
		who, err := d.personOf(ctx, d.owner(ref))
		if err != nil {
			return err
		}
		o.Run, o.Merchant = run.ID, shops[ref]
		if err := once(d.Flows.ObjectToScore(ctx, at, db.Actor{Kind: "person", ID: who}, "demo-objection-"+ref, o)); err != nil {
			return err
		}
	}
	return nil
}

// answersObjection lets a member of the committee answer the first of them.
func (d *Demo) answersObjection(ctx context.Context, at id.ID) error {
	_, objections, err := d.lastRun(ctx, at)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(objections, func(o score.Objection) bool { return o.Input == score.InAttended && o.Answer == nil })
	if i < 0 {
		return nil
	}
	who, err := d.personOf(ctx, d.owner("M1-cosmetics"))
	if err != nil {
		return err
	}
	return once(d.Flows.AnswerObjection(ctx, at, db.Actor{Kind: "person", ID: who}, objections[i].ID, score.Answer{Granted: true, Value: 3, Words: "对过签到表，三次都在。"}))
}
