package flow

import (
	"context"
	"encoding/json"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// PairingSaid is the outbox note that a community said something of an agreement.
const PairingSaid = "pairing.said"

// allowed are the limits of what crosses that a community's own numbers allow.
func allowed(p *policy.Params) pairing.Terms {
	return pairing.Terms{Limit: p.ClearingLimit, Month: p.ClearingMonth}
}

// ProposePairing proposes an agreement with another community of this installation (F5).
// Its id is made with the form.
//
// Refusals: those of pairing.Propose, community.ErrNotHere where one of the two has no
// time bank.
func (f *Flows) ProposePairing(ctx context.Context, place id.ID, actor db.Actor, which, other id.ID, t pairing.Terms, words string) (err error) {
	defer fault.Wrap(&err, "propose a pairing")
	to, err := f.Communities.ByID(ctx, f.DB, other)
	if err != nil || to.Kind != community.Community {
		return pairing.ErrNobody.On("other")
	}
	for _, at := range []id.ID{place, other} {
		if err := f.Communities.RequireOn(ctx, f.DB, at, community.TimeBank); err != nil {
			return err
		}
	}
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		p, said, err := f.Pairings.Propose(ctx, tx, which, other, t, allowed(&v.Params), words)
		if err != nil {
			return err
		}
		return emitPairing(ctx, tx, p, said)
	})
}

// SayPairing accepts, declines, withdraws or ends an agreement for a community.
//
// Refusals: those of pairing.Say.
func (f *Flows) SayPairing(ctx context.Context, place id.ID, actor db.Actor, which id.ID, what pairing.What, words string) (err error) {
	defer fault.Wrap(&err, "say of a pairing")
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		p, err := f.Pairings.ByID(ctx, tx, place, which)
		if err != nil {
			return err
		}
		said, err := f.Pairings.Say(ctx, tx, p, what, words, allowed(&v.Params))
		if err != nil {
			return err
		}
		return emitPairing(ctx, tx, p, said)
	})
}

// settlePairings keeps one agreement in force with another community, and tells it.
func (f *Flows) settlePairings(ctx context.Context, tx *db.Tx, other id.ID) error {
	replaced, err := f.Pairings.Settle(ctx, tx, other)
	for _, p := range replaced {
		err = errors.Join(err, emitPairing(ctx, tx, p, p.Last()))
	}
	return err
}

func emitPairing(ctx context.Context, tx *db.Tx, p *pairing.Pairing, said pairing.Step) error {
	note, err := json.Marshal(p.NewsOf(tx.Community, said))
	if err != nil {
		return err
	}
	return tx.Emit(ctx, PairingSaid, string(note))
}

// CarryPairing handles the outbox note: the other community learns of it, wherever it is
// written.
func (f *Flows) CarryPairing(ctx context.Context, _ id.ID, payload string) error {
	var n pairing.News
	if err := json.Unmarshal([]byte(payload), &n); err != nil {
		return err
	}
	err := f.LearnPairing(ctx, n)
	if f.Peer == nil || !errors.Is(err, db.ErrElsewhere) {
		return err
	}
	address, _ := fault.Of(err).Details["address"].(string)
	return f.Peer.Pair(ctx, address, n)
}

// LearnPairing notes what another community said, in one that this instance writes, and
// tells its desk. It may run twice, and in any order. Of two agreements that were accepted in
// the same moment it leaves one in force, the same as the other community does.
func (f *Flows) LearnPairing(ctx context.Context, n pairing.News) (err error) {
	defer fault.Wrap(&err, "learn of a pairing")
	desk, err := f.officers(ctx, n.To, access.Operator)
	if err != nil {
		return err
	}
	from, err := f.Communities.ByID(ctx, f.DB, n.From)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, n.To, db.System, func(tx *db.Tx) error {
		p, first, err := f.Pairings.Learn(ctx, tx, n)
		if err != nil || !first {
			return err
		}
		if err := f.settlePairings(ctx, tx, n.From); err != nil {
			return err
		}
		return f.tellOfficers(ctx, tx, desk, id.ID{}, notice.Notice{Kind: notice.PairingNews, Cause: "pairing/" + p.ID.String() + "/" + string(n.What), Link: "/desk/neighbours",
			Args: []notice.Arg{notice.Text(from.Name, ""), notice.Say(pairing.Sentence(n.What).Key), notice.Text(n.Words, "")}})
	})
}

// Partner is a community with which an agreement is in force, under the stricter limits
// of the agreement and of the community that asks.
type Partner struct {
	community.Place
	pairing.Terms
	Pairing *pairing.Pairing
}

// Partners are the communities with which a community has an agreement in force. Where its
// own numbers let nothing cross it has none.
func (f *Flows) Partners(ctx context.Context, place id.ID, rules *policy.Params) (all []Partner, err error) {
	defer fault.Wrap(&err, "partners of a community")
	var some []*pairing.Pairing
	if err := f.DB.View(ctx, place, func(r db.Reader) error { some, err = f.Pairings.InForce(ctx, r, place); return err }); err != nil || rules.ClearingLimit == 0 {
		return nil, err
	}
	for _, p := range some {
		at, err := f.Communities.ByID(ctx, f.DB, p.Other)
		if err != nil {
			return nil, err
		}
		all = append(all, Partner{Place: at, Terms: p.Terms.Within(allowed(rules)), Pairing: p})
	}
	return all, nil
}
