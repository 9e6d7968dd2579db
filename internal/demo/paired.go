package demo

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// pairUp lets the first two communities agree, some volunteers help next door, one of whom
// serves somebody there, and two neighbours carry half an hour along, the regular if she has
// it. What is on its way arrives when the demo runs.
func (d *Demo) pairUp(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "pair two communities")
	operator, _, err := d.officers(ctx)
	if err != nil {
		return err
	}
	here, there, which := d.places["C1"], d.places["C2"], id.ID{0xc0, 1}
	var before *pairing.Pairing // of a demo that goes on after some days
	if err := d.Flows.DB.View(ctx, here, func(r db.Reader) error { before, err = d.Flows.Pairings.With(ctx, r, here, there); return err }); err != nil || before != nil {
		return err
	}
	if err := d.Flows.ProposePairing(ctx, here, operator, which, there, pairing.Terms{Limit: 1_000_00, Month: 200_00}, "隔一条街，互相搭把手。"); err != nil {
		return err
	}
	if err := d.learn(ctx, here, there, which, pairing.Proposed); err != nil {
		return err
	}
	if err := d.Flows.SayPairing(ctx, there, operator, which, pairing.Accepted, "好，先试半年。"); err != nil {
		return err
	}
	if err := d.learn(ctx, there, here, which, pairing.Accepted); err != nil {
		return err
	}
	for _, at := range []id.ID{here, there} {
		if err := d.helpNextDoor(ctx, at); err != nil {
			return err
		}
	}
	if err := d.servedNextDoor(ctx, here, there); err != nil {
		return err
	}
	return d.carryAlong(ctx, here, there)
}

// along is how many neighbours carry half an hour along.
const along = 2

func (d *Demo) carryAlong(ctx context.Context, here, there id.ID) error {
	some, err := d.asking(ctx, here, []string{d.cast.regular})
	if err != nil {
		return err
	}
	if err := d.Flows.DB.View(ctx, here, func(r db.Reader) error {
		all, err := d.Flows.Volunteers.Everybody(ctx, r, here)
		for _, v := range all {
			some = append(some, asker{member: v.Member, actor: db.Actor{Kind: "person", ID: v.Person}})
		}
		return err
	}); err != nil {
		return err
	}
	n := 0
	for _, who := range some {
		switch err := d.Flows.TakeHoursAlong(ctx, here, who.actor, id.ID{0xc1, byte(n)}, who.member, there, 5_00); {
		case errors.Is(err, coin.ErrShort):
		case err != nil:
			return err
		default:
			if n++; n == along {
				return nil
			}
		}
	}
	return nil
}

// learn tells one community what another one said last.
func (d *Demo) learn(ctx context.Context, from, to, which id.ID, what pairing.What) error {
	var news pairing.News
	if err := d.Flows.DB.View(ctx, from, func(r db.Reader) error {
		p, err := d.Flows.Pairings.ByID(ctx, r, from, which)
		if err == nil {
			for _, s := range p.Steps {
				if s.What == what {
					news = p.NewsOf(from, s)
				}
			}
		}
		return err
	}); err != nil {
		return err
	}
	return d.Flows.LearnPairing(ctx, news)
}

// nextDoorFirst is how many volunteers of a community also help next door.
const nextDoorFirst = 4

func (d *Demo) helpNextDoor(ctx context.Context, at id.ID) error {
	var all []*volunteer.Volunteer
	if err := d.Flows.DB.View(ctx, at, func(r db.Reader) (err error) { all, err = d.Flows.Volunteers.Everybody(ctx, r, at); return err }); err != nil {
		return err
	}
	for n, v := range all {
		if n >= nextDoorFirst || v.State != volunteer.Active {
			continue
		}
		if err := d.Flows.DB.Update(ctx, at, db.Actor{Kind: "person", ID: v.Person}, func(tx *db.Tx) error {
			return d.Flows.Volunteers.Beyond(ctx, tx, v.Person, true, true)
		}); err != nil {
			return err
		}
	}
	return nil
}
