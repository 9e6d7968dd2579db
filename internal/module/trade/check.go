package trade

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Rows is how many rows the largest of the tables has.
func (s *Service) Rows(ctx context.Context, r db.Reader, community id.ID) (n int64, err error) {
	err = db.One(ctx, r, &n, "SELECT count(*) FROM trade_visit WHERE community_id = ?", community[:])
	return n, err
}

// Check compares the tables with a batch that was made anew from the first entry up
// to their position, for the ids that the batch keeps. It tells every difference in a
// line, and of nobody who it was. The batch is used up.
func (s *Service) Check(ctx context.Context, r db.Reader, community id.ID, anew *Batch) (differences []string, err error) {
	defer fault.Wrap(&err, "trade: check")
	c := checking{anew: anew, tell: func(format string, args ...any) {
		differences = append(differences, "trade: "+fmt.Sprintf(format, args...))
	}}
	for _, part := range []func(context.Context, db.Reader, id.ID) error{c.visits, c.shops, c.ties, c.gains} {
		if err := part(ctx, r, community); err != nil {
			return nil, err
		}
	}
	slices.Sort(differences)
	return differences, nil
}

type checking struct {
	anew *Batch
	tell func(format string, args ...any)
}

func (c *checking) keeps(who id.ID) bool { return c.anew.Keep == nil || c.anew.Keep(who) }

func (c *checking) visits(ctx context.Context, r db.Reader, community id.ID) error {
	err := visits(ctx, r, func(v *Visit) {
		if !c.keeps(v.Shop) {
			return
		}
		k := visitKey{v.Month, v.Shop, v.Buyer}
		if want := c.anew.visits[k]; want == nil || *want != *v {
			c.tell("a buyer of shop %s in %s: stored %s, the entries say %s", v.Shop, v.Month, v.told(), want.told())
		}
		delete(c.anew.visits, k)
	}, "community_id = ?", community[:])
	for k, v := range c.anew.visits {
		c.tell("a buyer of shop %s in %s: stored nothing, the entries say %s", k.shop, k.month, v.told())
	}
	return err
}

// told tells of a visit without telling whose.
func (v *Visit) told() string {
	if v == nil {
		return "nothing"
	}
	return fmt.Sprintf("days %031b %+v", v.Days, v.Sums)
}

func (c *checking) shops(ctx context.Context, r db.Reader, community id.ID) error {
	err := shops(ctx, r, func(s *Shop) {
		if !c.keeps(s.Shop) {
			return
		}
		k := shopKey{s.From, s.Shop}
		if want := c.anew.shops[k]; want == nil || *want != *s {
			c.tell("shop %s in %s: stored %+v, the entries say %+v", s.Shop, s.From, *s, want)
		}
		delete(c.anew.shops, k)
	}, "community_id = ?", community[:])
	for k, s := range c.anew.shops {
		c.tell("shop %s in %s: stored nothing, the entries say %+v", k.shop, k.month, *s)
	}
	return err
}

func (c *checking) ties(ctx context.Context, r db.Reader, community id.ID) error {
	left := maps.Clone(c.anew.ties)
	err := ties(ctx, r, func(t tie) {
		if !c.keeps(t.shop) {
			return
		}
		if want, known := left[t.tieKey]; !known || want != t.day {
			c.tell("the first day of a buyer of shop %s: stored %s, the entries say %s", t.shop, t.day, dayOr(want, known))
		}
		delete(left, t.tieKey)
	}, "community_id = ?", community[:])
	for k, day := range left {
		c.tell("the first day of a buyer of shop %s: stored none, the entries say %s", k.shop, day)
	}
	return err
}

func dayOr(d period.Day, known bool) string {
	if !known {
		return "none"
	}
	return d.String()
}

func (c *checking) gains(ctx context.Context, r db.Reader, community id.ID) error {
	left := maps.Clone(c.anew.gains)
	err := gains(ctx, r, func(g Gain) {
		if !c.keeps(g.Member) {
			return
		}
		k := gainKey{g.Member, g.Month, g.Rule, g.Asset}
		if want, known := left[k]; !known || want != g.Amount {
			c.tell("what %s brought a member in %s: stored %d, the entries say %d", g.Rule, g.Month, g.Amount, want)
		}
		delete(left, k)
	}, "community_id = ?", community[:])
	for k, amount := range left {
		c.tell("what %s brought a member in %s: stored nothing, the entries say %d", k.rule, k.month, amount)
	}
	return err
}
