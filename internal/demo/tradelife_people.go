package demo

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/member"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/recruit"
	"gongyi/internal/module/segment"
	"gongyi/internal/module/selection"
	"gongyi/internal/platform/db"
)

// some are members of the community with their people, in the order of their numbers.
func (l *together) some(ctx context.Context, n int) (people []id.ID, members []*member.Member, err error) {
	for i := range l.cast.players {
		p := &l.cast.players[i]
		if p.home != l.ref || p.ref == "" || len(p.parts) > 0 || len(people) == n {
			continue
		}
		err := l.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			who, err := l.Flows.People.ByPhone(ctx, r, p.Phone)
			if err == nil {
				people = append(people, who.ID)
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		err = l.DB.View(ctx, l.at, func(r db.Reader) error {
			m, err := l.Flows.Members.Lookup(ctx, r, l.at, p.ref)
			members = append(members, m)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return people, members, nil
}

// callTable calls a selection meeting, at which members propose and vote.
func (l *together) callTable(ctx context.Context) error {
	_, members, err := l.some(ctx, 12)
	if err != nil {
		return err
	}
	begins := (l.day + 12).Start(l.zone).Add(15 * time.Hour)
	return l.update(ctx, func(tx *db.Tx) error {
		m, err := l.Flows.Selections.Call(ctx, tx, selection.Meeting{Title: "换季选品会", Agenda: "一、尝三样新品。\n二、看看缺哪种店。", Place: "社区客厅", Begins: begins, VotesUntil: begins.Add(-24 * time.Hour), Seats: 20}, 0)
		if err != nil {
			return err
		}
		for i, p := range []selection.Proposal{{Kind: selection.Goods, Title: "铁棍山药", Words: "菜场的要走二十分钟"}, {Kind: selection.Goods, Title: "无糖豆浆", Words: "家里老人要"}, {Kind: selection.Shop, Title: "修鞋配钥匙的摊", Words: "这一片都没有"}} {
			p.Meeting, p.Member = m.ID, members[i].ID
			made, err := l.Flows.Selections.Propose(ctx, tx, p)
			if err != nil {
				return err
			}
			if err := l.Flows.Selections.Second(ctx, tx, made.ID, members[i+3].ID); err != nil {
				return err
			}
			for n := 6; n < 6+4-i && n < len(members); n++ {
				if err := l.Flows.Selections.Vote(ctx, tx, m.ID, made.ID, members[(n+3*i)%len(members)].ID); err != nil {
					return err
				}
			}
		}
		for _, g := range members[:4] {
			if err := l.Flows.Selections.Come(ctx, tx, m.ID, g.ID, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// answerTable says what becomes of what was proposed.
func (l *together) answerTable(ctx context.Context) error {
	shops, err := l.shops(ctx)
	if err != nil || len(shops) == 0 {
		return err
	}
	var all []*selection.Proposal
	err = l.DB.View(ctx, l.at, func(r db.Reader) error {
		meetings, err := l.Flows.Selections.Latest(ctx, r, l.at, 1)
		if err != nil || len(meetings) == 0 {
			return err
		}
		all, err = l.Flows.Selections.Proposals(ctx, r, l.at, meetings[0].ID)
		return err
	})
	if err != nil {
		return err
	}
	answers := map[string]selection.Outcome{
		"铁棍山药":    {Result: selection.TakenUp, Shop: shops[0].ID, Owner: "王店长", Words: "下周一到货"},
		"无糖豆浆":    {Result: selection.NotNow, Owner: "社区", Words: "等冷柜装好"},
		"修鞋配钥匙的摊": {Result: selection.Opening, Owner: "商家委员会"},
	}
	for _, p := range all {
		if err := once(l.Flows.DecideSelection(ctx, l.at, p.ID, db.System, answers[p.Title])); err != nil {
			return err
		}
	}
	return nil
}

func (l *together) callVolunteers(ctx context.Context) error {
	people, _, err := l.some(ctx, 3)
	if err != nil {
		return err
	}
	until := (l.day + 14).Start(l.zone)
	return once(l.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		c, err := l.Flows.Calls.Publish(ctx, tx, recruit.Call{Home: l.at, Role: access.Volunteer, Title: volunteersWanted, Conditions: "每周有半天空，愿意敲邻居的门。社区管培训和保险。", Wanted: 10, Months: 12, Until: until})
		if err != nil {
			return err
		}
		for i, who := range people {
			if _, err := l.Flows.Calls.Apply(ctx, tx, recruit.Application{Call: c.ID, Person: who, Words: []string{"我退休了，周二周四上午有空。", "会修电脑，晚上能来。", "带过孩子，可以看护半天。"}[i], Named: i != 1}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// volunteersWanted is the call that somebody is appointed on.
const volunteersWanted = "招 10 位志愿者"

// appoint answers those who came: one becomes a volunteer, one waits.
func (l *together) appoint(ctx context.Context) error {
	return once(l.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		calls, err := l.Flows.Calls.Calls(ctx, tx, l.at, 1)
		if err != nil || len(calls) == 0 {
			return err
		}
		came, err := l.Flows.Calls.Applications(ctx, tx, calls[0].ID)
		if err != nil || len(came) == 0 {
			return err
		}
		if _, _, err := l.Flows.Calls.Answer(ctx, tx, came[0].ID, recruit.Appointed, "欢迎，周六上午先来认认路。"); err != nil {
			return err
		}
		_, err = l.Flows.Access.Give(ctx, tx, access.Grant{Person: came[0].Person, Role: access.Volunteer, Place: l.at, Until: tx.Now.AddDate(1, 0, 0), Grantor: "system", Reason: calls[0].Title})
		return err
	}))
}

// writeOffer lets people agree to offers and a shop write to them.
func (l *together) writeOffer(ctx context.Context) error {
	people, _, err := l.some(ctx, 24)
	if err != nil {
		return err
	}
	err = l.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		for _, who := range people {
			if err := l.Flows.Privacy.Give(ctx, tx, who, privacy.Offers, "desk"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	shops, err := l.shops(ctx)
	if err != nil || len(shops) < 2 {
		return err
	}
	for i, m := range shops[:2] {
		c := segment.Campaign{Shop: m.ID, Group: segment.Group{Kind: segment.Everybody}, Title: []string{"周五鲜货到店", "换季试吃"}[i], Words: []string{"周五上午到，会员每斤少两角。", "周末下午两点，来尝三样新品。"}[i]}
		if err := once(l.Flows.WriteCampaign(ctx, l.at, db.System, c)); err != nil {
			return err
		}
	}
	var waiting []*segment.Campaign
	if err := l.DB.View(ctx, l.at, func(r db.Reader) (err error) {
		waiting, err = l.Flows.Segments.OfShop(ctx, r, l.at, shops[0].ID)
		return err
	}); err != nil || len(waiting) == 0 {
		return err
	}
	return once(l.Flows.SendCampaign(ctx, l.at, waiting[0].ID, db.System))
}

// later are things that are still open when somebody looks.
func (l *together) later(ctx context.Context) error {
	if err := l.set(ctx, "下午茶套餐", "三家凑一份，带回家慢慢吃。", 1); err != nil {
		return err
	}
	begins := (l.day + 12).Start(l.zone).Add(15 * time.Hour)
	err := l.update(ctx, func(tx *db.Tx) error {
		_, err := l.Flows.Selections.Call(ctx, tx, selection.Meeting{Title: "年货选品会", Agenda: "年货尝鲜，缺什么先说。", Place: "社区客厅", Begins: begins, VotesUntil: begins.Add(-24 * time.Hour), Seats: 20}, 48*time.Hour)
		return err
	})
	if err != nil {
		return err
	}
	until := (l.day + 20).Start(l.zone)
	return once(l.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		_, err := l.Flows.Calls.Publish(ctx, tx, recruit.Call{Home: l.at, Role: access.Partner, Title: "找 2 位社区合伙人", Conditions: "熟悉本社区，愿意牵头办活动。每月有一笔公开的活动经费。", Wanted: 2, Months: 12, Until: until})
		return err
	}))
}
