package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/household"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// house gives every household a door and lets its people move in.
func (d *Demo) house(ctx context.Context, who map[string]id.ID) error {
	places, _, err := d.ids(ctx)
	if err != nil {
		return err
	}
	doors := make(map[string]int) // grid → how many households it has
	var homes []household.Household
	var heads []string
	for i := range d.cast.players {
		p := &d.cast.players[i]
		if p.ref == "" {
			continue
		}
		n := doors[p.grid]
		doors[p.grid]++
		building := buildingRef(p.grid, n%buildingsEach)
		floor, side := n/buildingsEach/2+1, n/buildingsEach%2+1
		homes = append(homes, household.Household{
			Home: d.places[p.home], Place: places[building], Ref: p.ref,
			Door: fmt.Sprintf("%d 号楼 %d%02d", d.building(p.grid, n%buildingsEach), floor, side),
		})
		heads = append(heads, p.Phone)
	}
	for _, result := range d.Flows.AddHouseholds(ctx, db.System, homes) {
		if result.Err != nil {
			return result.Err
		}
	}
	settlers := make([]flow.Settler, len(homes))
	byRef, err := d.households(ctx)
	if err != nil {
		return err
	}
	for i, h := range homes {
		settlers[i] = flow.Settler{Person: person.Person{ID: who[heads[i]]}, Household: byRef[h.Ref], Relation: household.Head}
	}
	for _, result := range d.Flows.SettleMany(ctx, db.System, settlers) {
		if result.Err != nil {
			return result.Err
		}
	}
	return nil
}

// building is the number of a grid's building within its community.
func (d *Demo) building(grid string, n int) int {
	var number int
	_, text, _ := strings.Cut(grid, "-G")
	if _, err := fmt.Sscanf(text, "%d", &number); err != nil {
		return n + 1
	}
	return (number-1)*buildingsEach + n + 1
}

// households finds them all by reference.
func (d *Demo) households(ctx context.Context) (map[string]id.ID, error) {
	byRef := make(map[string]id.ID)
	err := d.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		for _, m := range d.town.members {
			h, err := d.Flows.Households.ByRef(ctx, r, d.places[m.Community], m.Ref)
			if err != nil {
				return err
			}
			byRef[m.Ref] = h.ID
		}
		return nil
	})
	return byRef, err
}

// trust lets a third of the elders agree that their grid worker acts for them, and
// some that a younger neighbour of the same community does.
func (d *Demo) trust(ctx context.Context, who map[string]id.ID) error {
	workers := make(map[string]*player)
	young := make(map[string][]*player)
	for i := range d.cast.players {
		p := &d.cast.players[i]
		if slices.ContainsFunc(p.parts, func(x part) bool { return x.role == access.GridWorker }) {
			workers[p.grid] = p
		} else if len(p.parts) == 0 && !p.elder() && p.ref != "" {
			young[p.home] = append(young[p.home], p)
		}
	}
	n := 0
	for i := range d.cast.players {
		p := &d.cast.players[i]
		if p.ref == "" || !p.elder() {
			continue
		}
		chosen := p.ref == d.cast.senior
		if n++; n%3 == 1 || chosen {
			if err := d.agree(ctx, who[p.Phone], who[workers[p.grid].Phone], assist.Worker, n); err != nil {
				return err
			}
		}
		if n%5 == 1 || chosen {
			helper := young[p.home][n%len(young[p.home])]
			if err := d.agree(ctx, who[p.Phone], who[helper.Phone], assist.Guardian, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Demo) agree(ctx context.Context, subject, helper id.ID, basis assist.Basis, n int) error {
	_, err := d.Flows.GiveConsent(ctx, db.System, assist.Consent{
		Subject: subject, Helper: helper, Basis: basis, Scopes: assist.Scopes, Given: assist.InPerson,
		Evidence: fmt.Sprintf("同意书 %04d 号", n), Witness: "社区服务站", Until: d.clock.Now().Add(assist.MaxConsent - 1),
	})
	return once(err)
}

// centre is where the made-up street lies: nowhere that anybody would look for it.
var centre = geo.Point{Lat: 36_812_000, Lon: 118_046_000}

// settleDown puts places and shops on the map: communities in two rows of four, the
// grids of each in three rows of five with their buildings, its shops along the lanes between them.
func (d *Demo) settleDown(ctx context.Context) error {
	places, shops, err := d.ids(ctx)
	if err != nil {
		return err
	}
	spots := make(map[string]geo.Point)
	for i := range communities {
		middle := geo.Point{Lat: centre.Lat + int64(i/4)*9_000, Lon: centre.Lon + int64(i%4)*12_000}
		ref := fmt.Sprintf("C%d", i+1)
		spots[ref] = middle
		for g := range gridsEach {
			at := geo.Point{Lat: middle.Lat + int64(g/5-1)*2_400, Lon: middle.Lon + int64(g%5-2)*2_000}
			spots[gridRef(ref, g+1)] = at
			for b := range buildingsEach { // side by side, some fifty metres from the middle
				spots[buildingRef(gridRef(ref, g+1), b)] = geo.Point{Lat: at.Lat + 300, Lon: at.Lon + int64(2*b-1)*500}
			}
		}
	}
	err = d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		for ref, at := range spots {
			if err := d.Flows.Communities.SetPosition(ctx, tx, places[ref], at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for ref, at := range d.places {
		middle := spots[ref]
		err := d.DB.Update(ctx, at, db.System, func(tx *db.Tx) error {
			for n, s := range d.shopsOf(ref) {
				spot := geo.Point{Lat: middle.Lat + int64(n/5-1)*2_400 + 1_100, Lon: middle.Lon + int64(n%5-2)*2_000 + 900 - int64(n%3)*400}
				if err := d.Flows.Merchants.SetPosition(ctx, tx, shops[s], spot); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// elder reports whether somebody gets no duties and may want a helper.
func (p *player) elder() bool {
	return p.Form == person.Auntie || p.Form == person.Uncle || p.Form == person.Teacher
}
