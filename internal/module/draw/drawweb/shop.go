package drawweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"gongyi/internal/module/draw"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// shopView is where a shop hands bags over.
type shopView struct {
	Shop, Self string
	Sent       portal.Sent
	Handed     string // what was handed over a moment ago
	Rows       []ui.Row
}

func (g *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	return g.showShop(w, r, portal.Sent{})
}

func (g *Pages) showShop(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := g.Counter(r)
	if err != nil {
		return err
	}
	v := shopView{Shop: c.ShopName(ctx, c.Shop.ID), Self: c.Href("/draws"), Sent: sent}
	err = g.view(ctx, c.ID, func(rd db.Reader) error {
		if v.Handed, err = g.handed(ctx, rd, &c, r.FormValue("handed")); err != nil {
			return err
		}
		all, err := g.Flows.Draws.At(ctx, rd, c.ID, c.Shop.ID, listed)
		for _, d := range all {
			if d, err = g.Flows.Draws.ByID(ctx, rd, c.ID, d.ID); err != nil {
				return err
			}
			row := ui.Row{Icon: "gift", Title: d.Title, Tag: d.StateName().In(ctx), Tone: tone(d), Text: i18n.T(ctx, "%s截止报名", ui.Moment(ctx, c.Local(d.ClosesAt)))}
			if d.Outcome != nil {
				waiting, gone := counts(d)
				row.Text = i18n.T(ctx, "领走 %d 份，还有 %d 份等着领，领到 %s 为止", gone, waiting, c.LastDay(ctx, d.CollectUntil()))
			}
			v.Rows = append(v.Rows, row)
		}
		return err
	})
	if err != nil {
		return err
	}
	return g.ShowSent(w, r, sent, g.ShopShell(ctx, c.ID, c.Shop.ID, "draws", i18n.T(ctx, "福袋")), shopPage(v))
}

// counts is how many bags of goods wait, and how many were handed over.
func counts(d *draw.Draw) (waiting, gone int) {
	for _, w := range d.Outcome.Wins {
		switch {
		case d.Bags[w.Bag].Kind != draw.Goods:
		case w.Given == nil:
			waiting++
		case w.Given.Kind == draw.Handed:
			gone++
		}
	}
	return waiting, gone
}

func (g *Pages) hand(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := g.Counter(r)
	if err != nil {
		return err
	}
	code := strings.Join(strings.Fields(r.FormValue("code")), "")
	_, err = g.Flows.HandBag(ctx, c.ID, authz.Of(ctx).Actor(), c.Shop.ID, code)
	return portal.Done(w, r, err, c.Href("/draws?handed="+url.QueryEscape(code)), "hand", func(s portal.Sent) error { return g.showShop(w, r, s) })
}

// handed is what was handed over here for a code, "" if nothing was.
func (g *Pages) handed(ctx context.Context, r db.Reader, c *portal.Counter, code string) (string, error) {
	if code == "" {
		return "", nil
	}
	w, err := g.Flows.Draws.ByCode(ctx, r, c.ID, code)
	if errors.Is(err, draw.ErrNoBag) || err == nil && (w.Given == nil || w.Given.Kind != draw.Handed) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	d, err := g.Flows.Draws.ByID(ctx, r, c.ID, w.Draw)
	if err != nil || d.Shop != c.Shop.ID {
		return "", err
	}
	return d.Bags[w.Bag].Name, nil
}
