// Package payoutweb are the pages of payouts (D5, D6): finance prepares batches, others
// agree, everybody follows; a shop and a person see when they are paid, where, and why.
package payoutweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of payouts.
type Pages struct{ *portal.Portal }

// Routes adds the pages, and their doors to the portal.
func Routes(t *httpkit.Router, p *portal.Portal) {
	g := &Pages{p}
	t.Add(
		httpkit.Route{Pattern: "GET /desk/payouts", Action: "payout.read", On: g.Somewhere("payout.read"), Do: g.Choose("payout.read", "payouts", i18n.M("付款"))},
		httpkit.Route{Pattern: "GET /desk/payouts/{community}", Action: "payout.read", On: g.InCommunity, Do: g.desk},
		httpkit.Route{Pattern: "GET /desk/payouts/{community}/preview", Action: "payout.prepare", On: g.InCommunity, Do: g.preview},
		httpkit.Route{Pattern: "POST /desk/payouts/{community}", Action: "payout.prepare", On: g.InCommunity, Do: g.prepare},
		httpkit.Route{Pattern: "POST /desk/payouts/{community}/decisions", Action: "payout.decide", On: g.InCommunity, Do: g.decide},
		httpkit.Route{Pattern: "GET /desk/payouts/{community}/accounts", Action: "payee.read", On: g.InCommunity, Do: g.accounts},
		httpkit.Route{Pattern: "POST /desk/payouts/{community}/accounts", Action: "payee.ask", On: g.InCommunity, Do: g.askAccount},
		httpkit.Route{Pattern: "GET /desk/payouts/{community}/accounts/{account}", Action: "payee.read", On: g.InCommunity, Do: g.account},
		httpkit.Route{Pattern: "POST /desk/payouts/{community}/accounts/{account}/agreement", Action: "payee.decide", On: g.InCommunity, Do: g.agreeAccount},
		httpkit.Route{Pattern: "POST /desk/payouts/{community}/accounts/{account}/refusal", Action: "payee.decide", On: g.InCommunity, Do: g.refuseAccount},
		httpkit.Route{Pattern: "GET /desk/payouts/{community}/batches/{batch}", Action: "payout.read", On: g.InCommunity, Do: g.batch},
		httpkit.Route{Pattern: "GET /desk/payouts/{community}/batches/{batch}/shares", Action: "payout.read", On: g.InCommunity, Do: g.shares},
		httpkit.Route{Pattern: "GET /desk/payouts/{community}/batches/{batch}/paper", Action: "payout.read", On: g.InCommunity, Do: g.paper},
		httpkit.Route{Pattern: "POST /desk/payouts/{community}/batches/{batch}/agreement", Action: "payout.decide", On: g.InCommunity, Do: g.agree},
		httpkit.Route{Pattern: "POST /desk/payouts/{community}/batches/{batch}/refusal", Action: "payout.decide", On: g.InCommunity, Do: g.refuse},
		httpkit.Route{Pattern: "GET /desk/payouts/{community}/batches/{batch}/items/{item}", Action: "payout.read", On: g.InCommunity, Do: g.item},
		httpkit.Route{Pattern: "POST /desk/payouts/{community}/batches/{batch}/items/{item}/slip", Action: "payout.note", On: g.InCommunity, Do: g.slip},
		httpkit.Route{Pattern: "POST /desk/payouts/{community}/batches/{batch}/items/{item}/return", Action: "payout.note", On: g.InCommunity, Do: g.back},
		httpkit.Route{Pattern: "GET /shop/{shop}/payouts", Action: "shop_payout.read", On: portal.OfShop, Do: g.shop},
		httpkit.Route{Pattern: "GET /shop/{shop}/payouts/{item}", Action: "shop_payout.read", On: portal.OfShop, Do: g.shopItem},
		httpkit.Route{Pattern: "POST /shop/{shop}/payouts/account", Action: "shop_payout.account", On: portal.OfShop, Do: g.shopAccount},
		httpkit.Route{Pattern: "POST /shop/{shop}/payouts/account/{account}/withdrawal", Action: "shop_payout.account", On: portal.OfShop, Do: g.shopWithdraw},
		httpkit.Route{Pattern: "GET /me/rewards/payout", Action: "reward_payout.read", On: httpkit.Mine, Do: g.mine},
		httpkit.Route{Pattern: "POST /me/rewards/payout", Action: "reward_payout.account", On: httpkit.Mine, Do: g.myAccount},
		httpkit.Route{Pattern: "POST /me/rewards/payout/{account}/withdrawal", Action: "reward_payout.account", On: httpkit.Mine, Do: g.myWithdraw},
	)
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "payouts", Href: "/desk/payouts", Icon: "cash", Text: i18n.M("付款"), Group: i18n.M("账目"), Action: "payout.read", Count: g.waiting},
		portal.Door{Kind: ui.MerchantFrame, Key: "payouts", Href: "/shop/{shop}/payouts", Icon: "cash", Text: i18n.M("付款"), Action: "shop_payout.read"},
	)
}

func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }

func (g *Pages) view(ctx context.Context, community id.ID, do func(r db.Reader) error) error {
	return g.Flows.DB.View(ctx, community, do)
}

// waiting counts the batches that the viewer may still agree to.
func (g *Pages) waiting(ctx context.Context, v authz.Viewer) (n int, late bool, err error) {
	places, err := g.Mine(ctx, "payout.decide")
	if err != nil {
		return 0, false, err
	}
	now := g.Flows.DB.Clock().Now()
	for _, p := range places {
		err := g.view(ctx, p.ID, func(r db.Reader) error {
			all, err := g.Flows.Payouts.Waiting(ctx, r, p.ID)
			for _, b := range all {
				if _, agreed := b.ConsentOf(v.Person); b.By != v.Person && !agreed {
					n++
					late = late || b.DueAt.Sub(now) < soon
				}
			}
			return err
		})
		if err != nil {
			return 0, false, err
		}
	}
	return n, late, nil
}

// batchHref is the page of a batch.
func batchHref(room *portal.Room, batch id.ID) string {
	return room.Desk("payouts", "/batches/"+batch.String())
}

func itemHref(room *portal.Room, i *payout.Item) string {
	return batchHref(room, i.Batch) + "/items/" + i.ID.String()
}

// called is who is paid, as pages of the office call her: a shop by its name, a person
// by the end of her pseudonym.
func called(ctx context.Context, room *portal.Room, kind payout.Kind, payee id.ID) string {
	switch kind {
	case payout.Shops:
		return room.ShopName(ctx, payee)
	case payout.People:
		return i18n.T(ctx, "居民 %s", payee.String()[28:])
	}
	return i18n.T(ctx, "平台")
}

// tone is how a state is marked.
func tone(s payout.State) ui.Tone {
	switch s {
	case payout.Arrived:
		return ui.OK
	case payout.Bounced:
		return ui.Bad
	case payout.Skipped, payout.Dropped:
		return ui.Soon
	}
	return ui.Tell
}

// batchState is where a batch stands, in a word.
func batchState(ctx context.Context, b *payout.Batch) (string, ui.Tone) {
	switch {
	case b.Waits():
		return i18n.T(ctx, "等人同意"), ui.Act
	case b.Passed():
		return i18n.T(ctx, "同意了"), ui.OK
	}
	return payout.EndName(b.End.Kind).In(ctx), ui.Soon
}

// accountText is an account as pages show it: where, whose, and its last signs.
func accountText(ctx context.Context, a *payout.Account) string {
	if a == nil {
		return i18n.T(ctx, "还没有收款账户")
	}
	return i18n.T(ctx, "%s，%s，尾号 %s", payout.ProviderName(a.Provider).In(ctx), a.Name, a.Tail())
}

func providerOptions(ctx context.Context) (options []ui.Option) {
	for _, p := range payout.Providers {
		options = append(options, ui.Option{Value: string(p), Text: payout.ProviderName(p).In(ctx)})
	}
	return options
}

// itemOf reads the item in an address, with its batch and account.
func (g *Pages) itemOf(ctx context.Context, community id.ID, r *http.Request) (i *payout.Item, b *payout.Batch, to *payout.Account, err error) {
	at, err := id.Parse(r.PathValue("item"))
	if err != nil {
		return nil, nil, nil, payout.ErrNotFound
	}
	err = g.view(ctx, community, func(rd db.Reader) error {
		if i, b, err = g.Flows.Payouts.Item(ctx, rd, community, at); err == nil {
			to, err = g.Flows.Payouts.AccountByID(ctx, rd, community, i.Account)
		}
		return err
	})
	return i, b, to, err
}
