package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/household"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// homes tells where she lives and lived, and who looks after her home now.
func (t *teller) homes(ctx context.Context, r db.Reader) error {
	lived, err := t.flows.Households.Of(ctx, r, t.person)
	if err != nil {
		return err
	}
	var at []id.ID
	for _, x := range lived {
		at = append(at, x.Household)
	}
	doors, err := t.flows.Households.ByIDs(ctx, r, at)
	if err != nil {
		return err
	}
	type home struct {
		Community string    `json:"community"`
		Ref       string    `json:"household_ref"`
		Door      string    `json:"door"`
		Relation  string    `json:"relation"`
		From      time.Time `json:"from"`
		Until     time.Time `json:"until,omitzero"`
		Why       string    `json:"why_left,omitempty"`
		LookAfter []string  `json:"looked_after_by,omitempty"`
	}
	c := Chapter{File: "homes.json", Title: i18n.T(ctx, "我住过的家"), Shares: []int{12, 20, 9, 11, 11, 12},
		Columns: []string{i18n.T(ctx, "社区"), i18n.T(ctx, "门牌"), i18n.T(ctx, "关系"), i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "谁照应")}}
	data := make([]home, 0, len(lived))
	for _, x := range lived {
		h := doors[x.Household]
		place, err := t.flows.Communities.ByID(ctx, t.flows.DB, h.Home)
		if err != nil {
			return err
		}
		e := home{Community: place.Name, Ref: h.Ref, Door: h.Door, Relation: string(x.Relation), From: x.From, Until: x.Until, Why: x.Why}
		if x.Current() {
			if e.LookAfter, err = t.lookAfter(ctx, r, h); err != nil {
				return err
			}
		}
		data = append(data, e)
		c.Rows = append(c.Rows, []string{e.Community, e.Door, household.RelationName(x.Relation).In(ctx), t.day(e.From), t.day(e.Until), joinNames(ctx, e.LookAfter)})
	}
	c.Data = data
	t.add(c)
	return nil
}

// lookAfter names the grid workers and the representatives of a household.
func (t *teller) lookAfter(ctx context.Context, r db.Reader, h household.Household) ([]string, error) {
	who, err := t.flows.WorkersOf(ctx, r, h, t.now)
	if err != nil {
		return nil, err
	}
	links, err := t.flows.Households.Links(ctx, r, []id.ID{h.ID})
	if err != nil {
		return nil, err
	}
	for _, l := range links[h.ID] {
		if l.Current() && l.Kind == household.Representative {
			who = append(who, l.Person)
		}
	}
	called, err := t.flows.Names(ctx, r, who...)
	names := make([]string, len(who))
	for i, w := range who {
		names[i] = called[w]
	}
	return names, err
}

// duties tells which households she was named for. The door of one that is not in
// her care any more is no matter of hers.
func (t *teller) duties(ctx context.Context, r db.Reader) error {
	links, err := t.flows.Households.Duties(ctx, r, t.person)
	if err != nil {
		return err
	}
	var at []id.ID
	for _, l := range links {
		at = append(at, l.Household)
	}
	doors, err := t.flows.Households.ByIDs(ctx, r, at)
	if err != nil {
		return err
	}
	type duty struct {
		Kind   household.LinkKind `json:"kind"`
		Door   string             `json:"door,omitempty"`
		Reason string             `json:"reason"`
		From   time.Time          `json:"from"`
		Until  time.Time          `json:"until,omitzero"`
	}
	c := Chapter{File: "duties.json", Title: i18n.T(ctx, "我负责的住户"), Shares: []int{10, 20, 11, 11, 20},
		Columns: []string{i18n.T(ctx, "身份"), i18n.T(ctx, "门牌"), i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "理由")}}
	data := make([]duty, 0, len(links))
	for _, l := range links {
		d := duty{Kind: l.Kind, Reason: l.Reason, From: l.At, Until: l.Until}
		if l.Current() {
			d.Door = doors[l.Household].Door
		}
		data = append(data, d)
		c.Rows = append(c.Rows, []string{household.LinkName(l.Kind).In(ctx), d.Door, t.day(d.From), t.day(d.Until), d.Reason})
	}
	c.Data = data
	t.add(c)
	return nil
}
