package demo

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/member"
	"gongyi/internal/platform/db"
)

// autumnDraw opens a draw that will have been drawn when somebody looks.
func (l *together) autumnDraw(ctx context.Context) error {
	return l.openDraw(ctx, "秋天的福袋", "参加不花钱，不用买东西。开奖用的种子已经封好，谁都能自己重抽一遍。", 5)
}

// winterDraw opens one that is still open.
func (l *together) winterDraw(ctx context.Context) error {
	return l.openDraw(ctx, "邻里节福袋", "邻里节当天在共益小站领。抽到积分的马上到账。", 9)
}

func (l *together) openDraw(ctx context.Context, title, words string, days int) error {
	desk, err := l.worker(ctx, 9001)
	if err != nil {
		return err
	}
	shops, err := l.shopsFirst(ctx)
	if err != nil {
		return err
	}
	closes := l.day.Start(l.zone).AddDate(0, 0, days).Add(20 * time.Hour)
	_, err = l.Flows.OpenDraw(ctx, l.at, desk, draw.Draw{Title: title, Words: words, Shop: shops[0].ID, ClosesAt: closes, Bags: []draw.Bag{
		{Kind: draw.Goods, Name: shops[0].Name + "的招牌一份", Count: 3, Worth: 28_00},
		{Kind: draw.Points, Name: "100 积分", Count: 8, Worth: 1_00, Points: money.Amount(100)},
	}}, "demo-draw-"+title)
	return once(err)
}

// enterDraws lets neighbours enter what is open.
func (l *together) enterDraws(ctx context.Context) error {
	return l.update(ctx, func(tx *db.Tx) error {
		open, err := l.Flows.Draws.Draws(ctx, tx, l.at, 4, 0)
		if err != nil {
			return err
		}
		neighbours, err := l.Flows.Members.AtHome(ctx, tx, l.at)
		if err != nil {
			return err
		}
		neighbours = slices.DeleteFunc(neighbours, func(m *member.Member) bool { return m.ID[15]%5 != 0 })
		for _, d := range open {
			if d.End != nil || !tx.Now.Before(d.ClosesAt) {
				continue
			}
			for _, m := range neighbours {
				if _, err := l.Flows.Draws.Enter(ctx, tx, d, m.ID, "祝大家好运"); once(err) != nil {
					return err
				}
			}
		}
		return nil
	})
}

// holdDraws draws what is due, and gives what was drawn.
func (l *together) holdDraws(ctx context.Context) error {
	return l.Flows.SweepDraws(ctx, l.at)
}
