// Package checkoutweb are the pages of a till (D1–D3): the cashier's, made for one thumb
// and for a scanner on a keyboard, the buyer's on her own phone, and the code that she
// shows. Both sides see the same checkout and each sees what the other did within a
// second. Without a script every page works; it is looked at again by a link.
package checkoutweb

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/checkout"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/portal"
)

// Pages are the pages of a till.
type Pages struct {
	*portal.Portal

	// Base is the address of the house, for codes that a telephone's camera opens.
	Base func(ctx context.Context) string
	// WeChatApp is the account with WeChat under which its own browser pays, "" if none.
	WeChatApp string
}

// Routes adds the pages.
func (p *Pages) Routes(t *httpkit.Router) {
	const till, sale, mine = "/shop/{shop}/till", "/shop/{shop}/sales/{entry}/refund", "/me/checkouts/{at}/{checkout}"
	t.Add(
		httpkit.Route{Pattern: "GET " + till, Action: "till.use", On: portal.OfShop, Do: p.till},
		httpkit.Route{Pattern: "POST " + till, Action: "till.use", On: portal.OfShop, Do: p.ask},
		httpkit.Route{Pattern: "GET " + till + "/{checkout}", Action: "till.use", On: portal.OfShop, Do: p.checkout},
		httpkit.Route{Pattern: "POST " + till + "/{checkout}/agreement", Action: "till.use", On: portal.OfShop, Do: p.take},
		httpkit.Route{Pattern: "POST " + till + "/{checkout}/consent", Action: "till.use", On: portal.OfShop, Do: p.digits},
		httpkit.Route{Pattern: "POST " + till + "/{checkout}/cancellation", Action: "till.use", On: portal.OfShop, Do: p.cancel},
		httpkit.Route{Pattern: "POST " + till + "/{checkout}/service", Action: "till.use", On: portal.OfShop, Do: p.service},
		httpkit.Route{Pattern: "GET " + till + "/{checkout}/state", Action: "till.use", On: portal.OfShop, Do: p.tillState},
		httpkit.Route{Pattern: "GET /shop/{shop}/paycode", Action: "till.use", On: portal.OfShop, Do: p.poster},
		httpkit.Route{Pattern: "GET " + sale, Action: "till.refund", On: portal.OfShop, Do: p.askRefund},
		httpkit.Route{Pattern: "POST " + sale, Action: "till.refund", On: portal.OfShop, Do: p.refund},

		httpkit.Route{Pattern: "GET /me/pay", Action: "pay.code", On: httpkit.Mine, Do: p.code},
		httpkit.Route{Pattern: "POST /me/pay/key", Action: "pay.code", On: httpkit.Mine, Do: p.makeKey},
		httpkit.Route{Pattern: "POST /me/pay/key/end", Action: "pay.code", On: httpkit.Mine, Do: p.endKey},
		httpkit.Route{Pattern: "GET /me/pay/next", Action: "pay.code", On: httpkit.Mine, Do: p.next},
		httpkit.Route{Pattern: "GET /me/scan", Action: "pay.read", On: httpkit.Mine, Do: p.scan},
		httpkit.Route{Pattern: "GET /c/{community}/pay/{store}", Action: "pay.read", On: httpkit.Mine, Do: p.askSelf},
		httpkit.Route{Pattern: "POST /c/{community}/pay/{store}", Action: "pay.use", On: httpkit.Mine, Do: p.openSelf},
		httpkit.Route{Pattern: "GET " + mine, Action: "pay.read", On: httpkit.Mine, Do: p.mine},
		httpkit.Route{Pattern: "POST " + mine + "/agreement", Action: "pay.use", On: httpkit.Mine, Do: p.pay},
		httpkit.Route{Pattern: "POST " + mine + "/consent", Action: "pay.use", On: httpkit.Mine, Do: p.give},
		httpkit.Route{Pattern: "POST " + mine + "/cancellation", Action: "pay.use", On: httpkit.Mine, Do: p.stop},
		httpkit.Route{Pattern: "GET " + mine + "/state", Action: "pay.read", On: httpkit.Mine, Do: p.mineState},
	)
	p.slipRoutes(t)
	p.deskRoutes(t)
}

// at is a checkout in a page's address, with where it is.
type at struct {
	community id.ID
	*checkout.Checkout
}

// checkoutIn is the checkout that an address names, in a community.
func (p *Pages) checkoutIn(r *http.Request, community id.ID) (c at, err error) {
	key, err := id.Parse(r.PathValue("checkout"))
	if err != nil {
		return c, checkout.ErrNotFound
	}
	c.community = community
	err = p.Flows.DB.View(r.Context(), community, func(reader db.Reader) error {
		c.Checkout, err = p.Flows.Checkouts.ByID(r.Context(), reader, community, key)
		return err
	})
	return c, err
}

// ofShop is the checkout of the shop in the address; another shop's is not found.
func (p *Pages) ofShop(r *http.Request) (c at, err error) {
	on, err := portal.OfShop(r)
	if err != nil {
		return c, err
	}
	if c, err = p.checkoutIn(r, on.Place); err == nil && c.Merchant != on.Subject {
		err = checkout.ErrNotFound
	}
	return c, err
}

// ofBuyer is the viewer's own checkout; another's is not found.
func (p *Pages) ofBuyer(r *http.Request) (c at, err error) {
	ctx := r.Context()
	community, err := id.Parse(r.PathValue("at"))
	if err != nil {
		return c, checkout.ErrNotFound
	}
	if c, err = p.checkoutIn(r, community); err != nil {
		return c, err
	}
	mine, err := p.Flows.IsMember(ctx, community, c.Member, authz.Of(ctx).Acting())
	if err == nil && !mine {
		err = checkout.ErrNotFound
	}
	return c, err
}

// stateOf is what a page that waits has seen of a checkout.
func stateOf(c *checkout.Checkout) string {
	switch {
	case c.End != nil:
		return string(c.End.Kind)
	case c.Terms != nil:
		return "agreed"
	case c.Given != nil:
		return "given-" + c.Given.At.Format("150405.000000")
	}
	return "open"
}

// How long a page waits for news in one request, and how often it looks for what another
// instance did.
const (
	waitMost  = 20 * time.Second
	waitOften = 2 * time.Second
)

// news is the answer to a page that waits: what is, and where to go, "" to look again.
type news struct {
	State string `json:"state"`
	To    string `json:"to,omitempty"`
}

// wait answers once the state is not what the page has seen, or after a while.
func (p *Pages) wait(w http.ResponseWriter, r *http.Request, thing id.ID, look func(ctx context.Context) (news, error)) error {
	seen := r.URL.Query().Get("seen")
	var n news
	_, err := p.Flows.Live.Until(r.Context(), thing, waitMost, waitOften, func(ctx context.Context) (_ bool, err error) {
		n, err = look(ctx)
		return n.State != seen, err
	})
	if err != nil {
		return err
	}
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, "application/json", body)
}

func (p *Pages) tillState(w http.ResponseWriter, r *http.Request) error {
	c, err := p.ofShop(r)
	if err != nil {
		return err
	}
	return p.wait(w, r, c.ID, func(context.Context) (news, error) {
		c, err := p.ofShop(r)
		return news{State: stateOf(c.Checkout)}, err
	})
}

func (p *Pages) mineState(w http.ResponseWriter, r *http.Request) error {
	c, err := p.ofBuyer(r)
	if err != nil {
		return err
	}
	return p.wait(w, r, c.ID, func(context.Context) (news, error) {
		c, err := p.checkoutIn(r, c.community)
		return news{State: stateOf(c.Checkout)}, err
	})
}

// receiptOf is the address of the receipt of a settled checkout.
func (p *Pages) receiptOf(ctx context.Context, c at) (string, error) {
	token, err := p.Flows.ReceiptToken(ctx, c.community, c.End.Seq)
	if err != nil || token == "" {
		return "", err
	}
	return "/r/" + token, nil
}

// actor is who presses a button.
func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }
