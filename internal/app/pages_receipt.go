package app

import (
	"context"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement/settlementweb"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/portal"
)

// Receipts are the receipts as the pages and the API show them, their files, and
// the checking of a file (D2, L7).
type Receipts struct {
	app  *App
	Base func(ctx context.Context) string // the house's absolute address, for the code; may be nil
}

// NewReceipts makes the receipts of a program.
func NewReceipts(a *App) *Receipts { return &Receipts{app: a} }

// Receipt is the page of the receipt that a token opens.
func (r *Receipts) Receipt(ctx context.Context, token string) (v settlementweb.ReceiptView, err error) {
	of, err := r.app.Flows.OpenReceipt(ctx, token)
	if err != nil {
		return v, err
	}
	place, err := r.app.Flows.Communities.ByID(ctx, r.app.DB, of.Community)
	if err != nil {
		return v, err
	}
	zone, err := r.app.zone(ctx, of.Community, of.Entry.PostedAt)
	if err != nil {
		return v, err
	}
	settlementweb.Explain(&v, &of.Policy.Params, &of.Facts, of.Entry.Legs, of.ShopName)
	at := placeOf(place)
	v.Community = settlementweb.Place{Name: at.Name, Href: at.Href + "/books"}
	v.Tail = strings.ToUpper(hex.EncodeToString(of.Entry.Leaf[:2]))
	v.At = of.Facts.PurchasedAt.In(zone)
	v.FileHref = "/r/" + url.PathEscape(token) + "/file"
	v.URL = absolute(ctx, r.Base, "/r/"+url.PathEscape(token))
	v.Policy = policyOf(ctx, &of.Policy, zone)
	covered, err := r.covered(ctx, of)
	if err != nil {
		return v, err
	}
	v.Proof = proofOf(of.Entry, covered, zone)
	for _, back := range of.Refunds {
		refund := settlementweb.Refund{At: back.Entry.PostedAt.In(zone), Proof: proofOf(back.Entry, covered, zone)}
		settlementweb.Undo(&refund, back.Facts.Amount, back.Entry.Legs)
		v.Refunds = append(v.Refunds, refund)
	}
	v.Offline, err = r.offline(ctx, of.Community, fileName(place.Ref, of.Community, of.Entry.Seq))
	return v, err
}

// covered is how many entries a signed checkpoint covers, as many as can be had.
func (r *Receipts) covered(ctx context.Context, of *flow.Receipt) (int64, error) {
	last := of.Entry.Seq
	for _, back := range of.Refunds {
		last = max(last, back.Entry.Seq)
	}
	c, err := r.app.Proof.Checkpoint(ctx, of.Community, last)
	if errors.Is(err, ErrNotSigned) && last != of.Entry.Seq {
		c, err = r.app.Proof.Checkpoint(ctx, of.Community, of.Entry.Seq)
	}
	return c.Size, unsigned(err)
}

// proofOf is the proof of an entry, nil while no checkpoint covers it.
func proofOf(e *ledger.Entry, covered int64, zone *time.Location) *settlementweb.Proof {
	if e.Seq >= covered {
		return nil
	}
	return &settlementweb.Proof{Index: e.Seq, At: e.PostedAt.In(zone)}
}

// policyOf names the version of the rules that was in force. The first version
// holds for all time before it, so it tells no day.
func policyOf(ctx context.Context, v *policy.Version, zone *time.Location) settlementweb.Policy {
	p := settlementweb.Policy{Name: v.Code, Version: v.Number}
	if v.Code == policy.TrialCode {
		p.Name = i18n.T(ctx, "试行规则 2025")
	}
	if v.Number > 1 {
		p.Since = period.DayOf(v.EffectiveFrom, zone)
	}
	return p
}

// offline is how to check a file of a community without us.
func (r *Receipts) offline(ctx context.Context, at id.ID, name string) (settlementweb.Offline, error) {
	_, key, err := r.app.Proof.Origin(ctx, at)
	if err != nil {
		return settlementweb.Offline{}, err
	}
	return settlementweb.Offline{FileName: name, Key: key, Command: "gongyi receipt verify " + name + " --key " + key}, nil
}

// File is the receipt file that a token opens, and its name.
func (r *Receipts) File(ctx context.Context, token string) (name string, file []byte, err error) {
	of, err := r.app.Flows.OpenReceipt(ctx, token)
	if err != nil {
		return "", nil, err
	}
	return r.Bundle(ctx, of)
}

// Verify checks a receipt file with every key that the log of its community ever
// had, and the names of the shops with the books.
func (r *Receipts) Verify(ctx context.Context, file []byte) (settlementweb.Outcome, error) {
	b, err := evidence.ParseBundle(file)
	if err != nil {
		return VerifyReceipt(file, nil, nil), nil
	}
	var keys []string
	var out settlementweb.Outcome
	err = r.app.DB.View(ctx, b.Community, func(reader db.Reader) error {
		all, err := r.app.Flows.Ledger.Generations(ctx, reader, b.Community)
		if err != nil {
			return err
		}
		for _, g := range all {
			keys = append(keys, g.Verifier)
		}
		var asked error
		out = VerifyReceipt(file, keys, func(community, shop id.ID) (string, bool) {
			m, err := r.app.Flows.Merchants.ByID(ctx, reader, community, shop)
			switch {
			case err == nil && m.Name == "":
				return m.Ref, true
			case err == nil:
				return m.Name, true
			case fault.KindOf(err) != fault.NotFound:
				asked = err
			}
			return "", false
		})
		return asked
	})
	return out, err
}

// keysShown is how many communities' keys the page of checking shows; in a larger
// house the key is found on the receipt and on the notice board.
const keysShown = 16

// Offline is how to check any file without us.
func (r *Receipts) Offline(ctx context.Context) settlementweb.Offline {
	o := settlementweb.Offline{Command: "gongyi receipt verify FILE --key KEY"}
	places, err := r.app.Flows.Communities.List(ctx, r.app.DB, community.Community)
	if err != nil || len(places) > keysShown {
		return o
	}
	for _, p := range places {
		if _, key, err := r.app.Proof.Origin(ctx, p.ID); err == nil && key != "" {
			o.Keys = append(o.Keys, settlementweb.CommunityKey{Community: portal.PlaceName(p), Key: key})
		}
	}
	return o
}

// zone is the zone in which a community's people read an instant.
func (a *App) zone(ctx context.Context, at id.ID, when time.Time) (zone *time.Location, err error) {
	err = a.DB.View(ctx, at, func(r db.Reader) error {
		zone, err = a.Flows.Zone(ctx, r, at, when)
		return err
	})
	return zone, err
}

// absolute is a path with the house's address in front, "" while that is not known.
func absolute(ctx context.Context, base func(context.Context) string, path string) string {
	if base == nil || base(ctx) == "" {
		return ""
	}
	return base(ctx) + path
}
