package accessweb

import (
	"bytes"
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// told splits a person's grants into what holds or will, and what was, the latest
// first.
func (p *Pages) told(ctx context.Context, grants []*access.Grant, people cast, base string) (now []held, before []ui.Event, err error) {
	for _, g := range slices.Backward(grants) {
		place, err := p.placeOf(ctx, g)
		if err != nil {
			return nil, nil, err
		}
		name := i18n.T(ctx, "%s · %s", access.Name(g.Role).In(ctx), place)
		if over := g.Ended != nil || !g.Until.IsZero() && !p.now().Before(g.Until); over {
			before = append(before, p.was(ctx, g, name, people))
			continue
		}
		h := held{Row: ui.Row{Icon: "person-check", Title: name, Text: p.term(ctx, g), Notes: []string{i18n.T(ctx, "%s 授予：%s", people.by(ctx, g.Grantor), g.Reason)}}}
		h.Row.Tag, h.Row.Tone = p.state(ctx, g)
		if p.engine.Can(ctx, authz.Of(ctx), flow.Dismissing(authz.Of(ctx), g), authz.Resource{Place: g.Place, Subject: g.Subject, Owner: g.Person}) {
			h.End = base + g.ID.String() + "/end"
			if h.Renew, err = p.renewal(ctx, g); err != nil {
				return nil, nil, err
			}
		}
		now = append(now, h)
	}
	return now, before, nil
}

// renewal is the form in which a role is given on from the end of its term, for who
// may give it.
func (p *Pages) renewal(ctx context.Context, g *access.Grant) (string, error) {
	if g.Until.IsZero() || !g.Subject.IsZero() || own(ctx, g) {
		return "", nil
	}
	from := p.date(g.Until)
	if from.Start(p.Zone).Before(g.Until) {
		from++ // the term ends within a day
	}
	q := url.Values{"person": {g.Person.String()}, "role": {string(g.Role)}, "place": {everywhere}, "from": {from.String()}}
	if !g.Place.IsZero() {
		place, err := p.Flows.Communities.ByID(ctx, p.Flows.DB, g.Place)
		if err != nil {
			return "", err
		}
		q.Set("place", place.Ref)
	}
	return "/desk/roles/new?" + q.Encode(), nil
}

// was is a grant that is over, as a point of its holder's history.
func (p *Pages) was(ctx context.Context, g *access.Grant, name string, people cast) ui.Event {
	if g.Ended == nil {
		return ui.Event{When: p.day(ctx, g.Until), Title: name, Text: i18n.T(ctx, "到期，从 %s 起", p.day(ctx, g.From)), State: ui.Done}
	}
	return ui.Event{When: p.day(ctx, g.Ended.At), Title: name, Text: i18n.T(ctx, "%s 结束：%s", people.by(ctx, g.Ended.By), g.Ended.Reason), State: ui.Done}
}

// placeOf is where a grant holds: a place, or one shop in it.
func (p *Pages) placeOf(ctx context.Context, g *access.Grant) (string, error) {
	name, err := p.placeName(ctx, g.Place)
	if err != nil || g.Subject.IsZero() {
		return name, err
	}
	shop := ""
	err = p.Flows.DB.View(ctx, g.Place, func(r db.Reader) error {
		m, err := p.Flows.Merchants.ByID(ctx, r, g.Place, g.Subject)
		if err == nil {
			shop = cmp.Or(m.Name, m.Ref)
		}
		if fault.KindOf(err) == fault.NotFound {
			return nil // it was never a shop, or is one no more
		}
		return err
	})
	if shop != "" {
		name += " · " + shop
	}
	return name, err
}

// cast are people by id, as far as they are known.
type cast map[id.ID]*person.Person

// castOf reads the holders of grants and who gave and ended them.
func (p *Pages) castOf(ctx context.Context, r db.Reader, grants []*access.Grant) (cast, error) {
	var ids []id.ID
	for _, g := range grants {
		ids = append(ids, g.Person)
		by := []string{g.Grantor}
		if g.Ended != nil {
			by = append(by, g.Ended.By)
		}
		for _, text := range by {
			if who, ok := access.PersonIn(text); ok {
				ids = append(ids, who)
			}
		}
	}
	slices.SortFunc(ids, func(a, b id.ID) int { return bytes.Compare(a[:], b[:]) })
	return p.Flows.People.ByIDs(ctx, r, slices.Compact(ids))
}

// name is what somebody is called at the desk.
func (c cast) name(ctx context.Context, who id.ID) string {
	someone := c[who]
	if someone == nil {
		someone = &person.Person{}
	}
	return cmp.Or(someone.Name, portal.Called(ctx, someone))
}

// by is who gave or ended a grant, in words.
func (c cast) by(ctx context.Context, by string) string {
	if who, ok := access.PersonIn(by); ok {
		return c.name(ctx, who)
	}
	if by == "system" || by == "" {
		return i18n.T(ctx, "系统")
	}
	return by
}

func (p *Pages) day(ctx context.Context, at time.Time) string {
	return ui.FullDay(ctx, p.date(at))
}

// term is from when until when a grant holds.
func (p *Pages) term(ctx context.Context, g *access.Grant) string {
	if g.Until.IsZero() {
		return i18n.T(ctx, "从 %s 起，没有期限", p.day(ctx, g.From))
	}
	last := g.Until.Add(-time.Microsecond) // a term ends as its last day does
	return i18n.T(ctx, "从 %s 到 %s", p.day(ctx, g.From), p.day(ctx, last))
}

// state is where a grant stands, as a tag.
func (p *Pages) state(ctx context.Context, g *access.Grant) (string, ui.Tone) {
	now := p.now()
	switch {
	case g.Ended != nil:
		return i18n.T(ctx, "已结束"), ui.Tell
	case !g.Until.IsZero() && !now.Before(g.Until):
		return i18n.T(ctx, "已到期"), ui.Tell
	case now.Before(g.From):
		return i18n.T(ctx, "还没开始"), ui.Tell
	case !g.Until.IsZero() && g.Until.Sub(now) <= access.Notice:
		days := int(g.Until.Sub(now).Hours()/24) + 1
		return i18n.T(ctx, "还有 %d 天", days), ui.Soon
	}
	return i18n.T(ctx, "在任"), ui.OK
}

// date is the day of an instant where the house's people live.
func (p *Pages) date(at time.Time) period.Day { return period.DayOf(at, p.Zone) }
