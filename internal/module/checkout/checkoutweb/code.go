package checkoutweb

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/paycode"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// codeView is the page with the code that turns. Secret and Turn let the phone make it
// without a network; they stay on this page, which is kept for this sign-in alone.
type codeView struct {
	Member bool
	Key    *paycode.Key
	Code   string
	Secret string
	Turn   int
	Ahead  int64 // milliseconds by which the house's clock is ahead of the machine's: 0 but in a demo
	Until  string
	Since  string // when the page was made: what came before is over
	Make   ui.Form
	End    ui.Form
}

func (p *Pages) code(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := codeView{Ahead: clock.Ahead(p.Flows.DB.Clock()).Milliseconds(), Make: ui.Form{Action: "/me/pay/key"}, End: ui.Form{Action: "/me/pay/key/end"}}
	_, memberships, err := p.Me(ctx)
	if err != nil {
		return err
	}
	v.Member = len(memberships) > 0
	now := p.Flows.DB.Clock().Now()
	key, err := p.keyOf(ctx)
	switch {
	case errors.Is(err, paycode.ErrNoKey):
	case err != nil:
		return err
	default:
		end := now.Truncate(key.Turn).Add(key.Turn)
		v.Key, v.Code, v.Secret, v.Turn = key, key.CodeAt(now), hex.EncodeToString(key.Secret[:]), int(key.Turn/time.Second)
		v.Until, v.Since = end.In(portal.Zone).Format("15:04:05"), strconv.FormatInt(now.UnixMicro(), 10)
	}
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "付款码"), Back: ui.Link{Href: "/home", Text: i18n.T(ctx, "首页")}, Class: "member-code", Private: true}
	return p.Show(w, r, s, payCodePage(v))
}

// keyOf is the key of the viewer's sign-in on this phone.
func (p *Pages) keyOf(ctx context.Context) (key *paycode.Key, err error) {
	err = p.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		key, err = p.Flows.PayCodes.OfSession(ctx, r, authz.Of(ctx).Session)
		return err
	})
	return key, err
}

func (p *Pages) makeKey(w http.ResponseWriter, r *http.Request) error {
	v := authz.Of(r.Context())
	if err := p.Flows.MakePayCode(r.Context(), v.Actor(), v.Person, v.Session); err != nil {
		return err
	}
	http.Redirect(w, r, "/me/pay", http.StatusSeeOther)
	return nil
}

func (p *Pages) endKey(w http.ResponseWriter, r *http.Request) error {
	v := authz.Of(r.Context())
	if err := p.Flows.EndPayCode(r.Context(), v.Actor(), v.Session); err != nil {
		return err
	}
	http.Redirect(w, r, "/me/pay", http.StatusSeeOther)
	return nil
}

// next tells the phone that shows a code where to go once a till has scanned it.
func (p *Pages) next(w http.ResponseWriter, r *http.Request) error {
	since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	if err != nil {
		return httpkit.ErrNoSuchPage
	}
	key, err := p.keyOf(r.Context())
	if err != nil {
		return err
	}
	return p.wait(w, r, key.ID, func(ctx context.Context) (n news, err error) {
		var use paycode.For
		var used bool
		if err := p.Flows.DB.View(ctx, id.Tilde, func(reader db.Reader) error {
			use, used, err = p.Flows.PayCodes.LastUse(ctx, reader, key.ID, time.UnixMicro(since))
			return err
		}); err != nil || !used {
			return n, err
		}
		if n.To, err = p.Flows.WhereCodeLed(ctx, use); n.To != "" {
			n.State = use.Checkout.String()
		}
		return n, err
	})
}

// scan is the page on which she scans a shop's code with her own camera.
func (p *Pages) scan(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "扫店里的码"), Back: ui.Link{Href: "/home", Text: i18n.T(ctx, "首页")}, Private: true}
	return p.Show(w, r, s, scanPage())
}
