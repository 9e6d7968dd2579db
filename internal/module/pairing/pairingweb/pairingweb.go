// Package pairingweb are the desk's pages of agreements with neighbouring communities (F5):
// with whom, under which limits, how the hours between the two stand in the records of both,
// every transfer, and what there is to propose, agree to or end.
package pairingweb

import (
	"context"
	"crypto/sha256"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/community"
	"gongyi/internal/module/pairing"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of agreements.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their doors.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	const look, keep, base = "pairing_desk.read", "pairing_desk.keep", "/desk/neighbours/{community}"
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "neighbours", Href: "/desk/neighbours", Icon: "building", Text: i18n.M("邻近社区"), Group: i18n.M("时间银行"), Action: look})
	t.Add(
		httpkit.Route{Pattern: "GET /desk/neighbours", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "neighbours", i18n.M("邻近社区"))},
		httpkit.Route{Pattern: "GET " + base, Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "POST " + base, Action: keep, On: p.InCommunity, Do: h.propose},
		httpkit.Route{Pattern: "GET " + base + "/{pairing}", Action: look, On: p.InCommunity, Do: h.one},
		httpkit.Route{Pattern: "POST " + base + "/{pairing}", Action: keep, On: p.InCommunity, Do: h.say},
	)
}

// madeBy is the id of what a form makes: the form's token and who sends it name it, so that
// a form that comes twice makes one thing.
func madeBy(r *http.Request) id.ID {
	token := r.FormValue(ui.TokenName)
	if token == "" {
		token = httpkit.Nonce()
	}
	who := authz.Of(r.Context()).Acting()
	sum := sha256.Sum256(append(who[:], token...))
	return id.V4([16]byte(sum[:16]))
}

func (h *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	var t pairing.Terms
	other, bad := id.Parse(r.FormValue("other"))
	if bad != nil {
		err = pairing.ErrNobody.On("other")
	}
	if err == nil {
		if t.Limit, bad = money.Parse(r.FormValue("limit"), money.Coin); bad != nil {
			err = pairing.ErrBadLimit.On("limit").With("most", room.Rules.ClearingLimit.Grouped(money.Coin))
		}
	}
	if err == nil {
		if t.Month, bad = money.Parse(r.FormValue("month"), money.Coin); bad != nil {
			err = pairing.ErrBadMonth.On("month").With("most", room.Rules.ClearingMonth.Grouped(money.Coin))
		}
	}
	if err == nil {
		err = h.Flows.ProposePairing(ctx, room.ID, authz.Of(ctx).Actor(), madeBy(r), other, t, portal.Prose(r, "words"))
	}
	return portal.Done(w, r, err, room.Desk("neighbours", ""), "propose", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

// say accepts, declines, withdraws or ends.
func (h *Pages) say(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	which, bad := id.Parse(r.PathValue("pairing"))
	if bad != nil {
		return pairing.ErrNotFound
	}
	what := pairing.What(r.FormValue("what"))
	err = h.Flows.SayPairing(ctx, room.ID, authz.Of(ctx).Actor(), which, what, portal.Prose(r, "words"))
	return portal.Done(w, r, err, room.Desk("neighbours", "/"+which.String()), string(what), func(s portal.Sent) error { return h.showOne(w, r, s) })
}

// others are the communities that an agreement can be proposed to.
func (h *Pages) others(ctx context.Context, room *portal.Room, all []*pairing.Pairing) (options []ui.Option, err error) {
	options = []ui.Option{{Text: i18n.T(ctx, "请选一个社区")}}
	places, err := h.Flows.Communities.List(ctx, h.Flows.DB, community.Community)
	if err != nil {
		return nil, err
	}
	live := make(map[id.ID]bool)
	for _, p := range all {
		live[p.Other] = live[p.Other] || p.Live()
	}
	for _, p := range places {
		if p.ID != room.ID && !live[p.ID] && !p.Closed() {
			options = append(options, ui.Option{Value: p.ID.String(), Text: portal.PlaceName(p)})
		}
	}
	return options, nil
}

// tones are those of the states.
var tones = map[pairing.What]ui.Tone{pairing.Proposed: ui.Soon, pairing.Accepted: ui.OK, pairing.Declined: ui.Tell, pairing.Withdrawn: ui.Tell, pairing.Ended: ui.Tell, pairing.Replaced: ui.Tell}
