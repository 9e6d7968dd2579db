package flow

import (
	"context"

	"gongyi/internal/module/draw"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// MyDraw is a draw that a member entered, and what she drew.
type MyDraw struct {
	Of    *Belonging
	Draw  *draw.Draw
	Entry draw.Entry
	Win   *draw.Win // nil: nothing, or it was not drawn yet
}

// Bag is what she drew.
func (m *MyDraw) Bag() *draw.Bag { return &m.Draw.Bags[m.Win.Bag] }

// State is how it stands for her, in a word.
func (m *MyDraw) State() i18n.Message {
	switch {
	case m.Win != nil:
		return draw.GivenName(m.Win.Given)
	case m.Draw.End != nil && m.Draw.End.Kind == draw.Cancelled:
		return draw.EndName(draw.Cancelled)
	case m.Draw.Outcome != nil:
		return i18n.M("没有抽中")
	}
	return i18n.M("报了名，等开奖")
}

// MyDraws are the draws that a person's memberships entered, the latest first in each
// community.
func (f *Flows) MyDraws(ctx context.Context, belongings []Belonging) (all []MyDraw, err error) {
	for i := range belongings {
		b := &belongings[i]
		if err := f.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
			mine, err := f.drawsOf(ctx, r, b)
			all = append(all, mine...)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (f *Flows) drawsOf(ctx context.Context, r db.Reader, b *Belonging) (all []MyDraw, err error) {
	entries, err := f.Draws.OfMember(ctx, r, b.Community.ID, b.Member.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		m := MyDraw{Of: b, Entry: e}
		if m.Draw, err = f.Draws.ByID(ctx, r, b.Community.ID, e.Draw); err != nil {
			return nil, err
		}
		if m.Win, err = f.Draws.WinOf(ctx, r, b.Community.ID, e.Draw, e.Ticket); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}
