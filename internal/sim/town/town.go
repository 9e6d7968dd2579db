// Package town lets a made-up neighbourhood live on the real program: it hands
// each step of package sim to the process that would do it, as a till, a shop or
// the community's office would, and tells what came of it.
//
// A step that gets no answer (the write was lost, or only its answer) is handed
// in again under the same key, as every caller must. Payments to shops and people
// and payments out of the public funds have no process of their own yet: here
// they are plain transfers under rules P-01 to P-03.
package town

import (
	"context"
	"errors"
	"fmt"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/sim"
)

// town is a neighbourhood on the real program. All it knows is in the database,
// so another one over the same database goes on where this one stopped.
type town struct {
	*flow.Flows
	clock *clock.Manual
	names map[id.ID]string // references of people and shops, by the ids in account names
	made  int              // entries, for tells
}

// New is a system over a migrated database, which must run on that clock.
func New(d *db.DB, held *clock.Manual) sim.System {
	return &town{Flows: flow.New(d), clock: held, names: make(map[id.ID]string)}
}

// Found implements sim.System.
func (t *town) Found(ctx context.Context, n *sim.Neighbourhood) error {
	t.clock.Set(n.Start)
	homes := make(map[string]id.ID)
	var places []community.Place
	for _, ref := range n.Communities {
		first := policy.Proposal{Code: n.Policy.Code, Author: "sim", Reason: "the first", Params: params(n.Policy)}
		place, _, err := t.Flows.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: ref, Name: ref}, first)
		if err != nil {
			return err
		}
		homes[ref], places = place.ID, append(places, place)
	}
	for _, h := range n.Households {
		if err := t.settleIn(ctx, homes[h.Community], h); err != nil {
			return fmt.Errorf("household %s: %w", h.Ref, err)
		}
	}
	for _, h := range n.Households {
		if h.Leader == "" || !h.Member {
			continue
		}
		if err := t.DB.Update(ctx, homes[h.Community], db.System, func(tx *db.Tx) error {
			return t.Members.SetLeader(ctx, tx, h.Ref, h.Leader)
		}); err != nil {
			return fmt.Errorf("the leader of %s: %w", h.Ref, err)
		}
	}
	for _, s := range n.Shops {
		if err := t.open(ctx, homes[s.Community], s); err != nil {
			return fmt.Errorf("shop %s: %w", s.Ref, err)
		}
	}
	for _, p := range places {
		if err := t.deliver(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// settleIn makes a household a member where it lives, if it wants to be one.
func (t *town) settleIn(ctx context.Context, home id.ID, h sim.Household) error {
	if !h.Member {
		return nil
	}
	if err := t.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return t.Members.Reserve(ctx, tx, h.Ref, home) }); err != nil {
		return err
	}
	return t.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		_, _, err := t.Members.Join(ctx, tx, member.Member{Ref: h.Ref, Standing: standing(h.Good), Level: levels[h.Level]})
		return err
	})
}

// open admits a shop; an owner who lives elsewhere is known here by a visit.
func (t *town) open(ctx context.Context, home id.ID, s sim.Shop) error {
	err := t.Visit(ctx, db.System, s.Owner, home)
	if err != nil && !errors.Is(err, member.ErrNotFound) { // not found: she lives here
		return err
	}
	return t.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		owner, err := t.Members.ByRef(ctx, tx, s.Owner)
		if err != nil {
			return err
		}
		_, _, err = t.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: s.Ref, Name: s.Ref, Industry: s.Industry,
			Tier: tiers[s.Tier], CarePledge: money.Rate(s.Pledge), Owner: owner.ID})
		return err
	})
}

// maxTries bounds how often a step is handed in again.
const maxTries = 20

// Apply implements sim.System.
func (t *town) Apply(ctx context.Context, s sim.Step) (out sim.Outcome, err error) {
	h := s.Where()
	t.clock.Set(h.Now)
	place, err := t.Communities.ByRef(ctx, t.DB, h.Community)
	if err == nil {
		out, err = t.until(func() (sim.Outcome, error) { return t.do(ctx, place.ID, s) })
	}
	if err != nil {
		why, refused := reason(s, err)
		if !refused {
			return out, err
		}
		return sim.Outcome{Refused: why, Retried: out.Retried}, nil
	}
	switch s.(type) {
	case sim.JoinTeam, sim.SetLevel, sim.SetStanding: // only these leave notes
		return out, t.deliver(ctx, place)
	}
	return out, nil
}

// until hands a step in until it gets an answer.
func (t *town) until(do func() (sim.Outcome, error)) (out sim.Outcome, err error) {
	for try := range maxTries {
		if out, err = do(); answered(err) {
			out.Retried = try > 0
			return out, err
		}
	}
	return out, err
}

// answered reports whether an error, or none, is the program's answer. Whoever
// hears nothing, or that the program is busy, asks again.
func answered(err error) bool {
	f := fault.Of(err)
	return err == nil || f != nil && f.Kind != fault.Busy
}

// deliver does what waits in a community's outbox: members' copies elsewhere are
// renewed.
func (t *town) deliver(ctx context.Context, home community.Place) error {
	_, err := t.until(func() (sim.Outcome, error) { return sim.Outcome{}, t.deliverIn(ctx, home.ID) })
	if err != nil {
		err = fmt.Errorf("outbox of %s: %w", home.Ref, err)
	}
	return err
}

func (t *town) deliverIn(ctx context.Context, home id.ID) error {
	var notes []db.Note
	if err := t.DB.View(ctx, home, func(r db.Reader) (err error) {
		notes, err = db.Waiting(ctx, r, home, 100)
		return err
	}); err != nil || len(notes) == 0 {
		return err
	}
	for _, n := range notes {
		if n.Kind != member.Changed {
			return fmt.Errorf("a note of kind %s, which nobody delivers", n.Kind)
		}
		if err := t.FollowMember(ctx, home, n.Payload); err != nil {
			return err
		}
		if err := t.DB.Update(ctx, home, db.System, func(tx *db.Tx) error { return db.Delivered(ctx, tx, n.ID) }); err != nil {
			return err
		}
	}
	return nil
}

// Balances implements sim.System.
func (t *town) Balances(ctx context.Context) (map[string]int64, error) {
	places, err := t.Communities.List(ctx, t.DB, community.Community)
	if err != nil {
		return nil, err
	}
	all := make(map[string]int64)
	for _, p := range places {
		if err := t.DB.View(ctx, p.ID, func(r db.Reader) error {
			holdings, err := t.Ledger.Holdings(ctx, r, p.ID)
			if err != nil {
				return err
			}
			for _, h := range holdings {
				name, err := t.named(ctx, r, p.ID, h.Account)
				if err != nil {
					return err
				}
				all[sim.Key(p.Ref, name, h.Account.Asset.String())] = int64(h.Balance)
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// tells reports whether an entry is read again to tell what it moved. Where every
// statement is a journey to a server, few are; the balances show the others.
func (t *town) tells(p ledger.Posted) bool {
	t.made++
	return t.DB.Engine() == db.SQLite || p.Replayed || t.made%6 == 0
}

// entry tells what an entry moved.
func (t *town) entry(ctx context.Context, home id.ID, ref string, p ledger.Posted) (out sim.Outcome, err error) {
	out.Replayed = p.Replayed
	if !t.tells(p) {
		return out, nil
	}
	out.Changes = make(map[string]int64)
	err = t.DB.View(ctx, home, func(r db.Reader) error {
		e, err := t.Ledger.Entry(ctx, r, home, p.Seq)
		if err != nil {
			return err
		}
		out.BookedOn = e.BookedOn.String()
		for _, touch := range e.Touches {
			name, err := t.named(ctx, r, home, touch.Account)
			if err != nil {
				return err
			}
			out.Changes[sim.Key(ref, name, touch.Account.Asset.String())] = int64(e.Change(touch.Account))
		}
		return nil
	})
	return out, err
}

// named is an account's name with the reference of its owner. Ids are never given
// twice, so what was read once stays true.
func (t *town) named(ctx context.Context, r db.Reader, home id.ID, a ledger.Account) (string, error) {
	if a.Owner.ID.IsZero() {
		return a.String(), nil
	}
	if t.names[a.Owner.ID] == "" {
		refs, err := t.Refs(ctx, r, home)
		if err != nil {
			return "", err
		}
		t.names[a.Owner.ID] = refs.Account(ledger.Account{Owner: a.Owner, Purpose: ledger.Owed, Asset: a.Asset})
	}
	owner := t.names[a.Owner.ID]
	return owner[:len(owner)-len("/owed")] + a.String()[len(a.Owner.String()):], nil
}
