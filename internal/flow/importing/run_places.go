package importing

import (
	"context"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/db"
)

// home is the community of a row. One that is not known rejects the row, and then
// it is zero.
func (r *Run) home(ctx context.Context, t *Table, o *Outcome, line int, ref string) (id.ID, error) {
	at, err := r.place(ctx, ref)
	if f := fault.Of(err); r.Known && f != nil && f.Kind == fault.NotFound {
		return id.ID{}, r.reject(o, t.Reject(line, f.On("community_ref")))
	}
	if err == nil && !r.may(at) {
		return id.ID{}, r.reject(o, t.Reject(line, ErrNotYours.On("community_ref")))
	}
	return at, err
}

func (r *Run) may(at id.ID) bool { return r.May == nil || r.May(at) }

// place finds or founds a community by its reference.
func (r *Run) place(ctx context.Context, ref string) (id.ID, error) {
	if at, ok := r.places[ref]; ok {
		return at, nil
	}
	if r.Known {
		p, err := r.Flows.Communities.ByRef(ctx, r.Flows.DB, ref)
		return p.ID, err
	}
	p, _, err := r.Flows.Found(ctx, r.Actor, community.Place{Kind: community.Community, Ref: ref, Name: ref}, flow.Trial())
	if err == nil {
		r.places[ref] = p.ID
	}
	return p.ID, err
}

// shop finds the community of a shop: purchases name only the shop.
func (r *Run) shop(ref string) (id.ID, *fault.Fault) {
	switch at := r.shops[ref]; len(at) {
	case 0:
		return id.ID{}, merchant.ErrNotFound.On("merchant_ref")
	case 1:
		if !r.may(at[0]) {
			return id.ID{}, ErrNotYours.On("merchant_ref")
		}
		return at[0], nil
	}
	return id.ID{}, ErrAmbiguousShop.On("merchant_ref")
}

// learn reads which shops and members there are.
func (r *Run) learn(ctx context.Context) error {
	places, err := r.Flows.Communities.List(ctx, r.Flows.DB, community.Community)
	if err != nil {
		return err
	}
	r.shops = make(map[string][]id.ID)
	for _, p := range places {
		err := r.Flows.DB.View(ctx, p.ID, func(reader db.Reader) error {
			shops, err := r.Flows.Merchants.List(ctx, reader, p.ID)
			for _, s := range shops {
				r.shops[s.Ref] = append(r.shops[s.Ref], p.ID)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return r.Flows.DB.View(ctx, id.Tilde, func(reader db.Reader) error {
		r.homes, err = r.Flows.Members.Homes(ctx, reader)
		return err
	})
}

// admitVisitors makes the members of other communities known before their
// purchases come, many at a time.
func (r *Run) admitVisitors(ctx context.Context, rows []PurchaseRow) error {
	var visits []flow.Visitor
	for i := range rows {
		at, refusal := r.shop(rows[i].Merchant)
		home, known := r.homes[rows[i].Member]
		v := visit{rows[i].Member, at}
		if refusal != nil || !known || home == at || r.visited[v] {
			continue
		}
		r.visited[v] = true
		visits = append(visits, flow.Visitor{Ref: v.ref, Home: home, Visited: at})
	}
	return r.Flows.VisitMany(ctx, r.Actor, visits)
}
