// Package residentweb is what a resident sees: the front door, home, what she
// bought, what she holds and why, and her own data. Phone first; in elder mode the
// same in five big buttons.
package residentweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of a resident.
type Pages struct {
	*portal.Portal
	Books ledgerweb.Books

	// Covered tells how many entries of a community's log a signed checkpoint
	// covers, at least up to one if that can be had (L7).
	Covered func(ctx context.Context, community id.ID, entry int64) (int64, error)
}

// Routes adds the pages.
func (p *Pages) Routes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /{$}", Action: "front.read", Do: p.front},
		httpkit.Route{Pattern: "GET /home", Action: "me.read", On: httpkit.Mine, Do: p.home},
		httpkit.Route{Pattern: "GET /group", Action: "ahead.read", Do: p.ahead("group")},
		httpkit.Route{Pattern: "GET /council", Action: "ahead.read", Do: p.ahead("council")},
		httpkit.Route{Pattern: "GET /me", Action: "me.read", On: httpkit.Mine, Do: p.me},
		httpkit.Route{Pattern: "GET /me/edit", Action: "me.change", On: httpkit.Mine, Do: p.edit},
		httpkit.Route{Pattern: "POST /me/edit", Action: "me.change", On: httpkit.Mine, Do: p.change},
		httpkit.Route{Pattern: "GET /me/purchases", Action: "me.read", On: httpkit.Mine, Do: p.purchases},
		httpkit.Route{Pattern: "GET /me/wallet", Action: "me.read", On: httpkit.Mine, Do: p.wallet},
		httpkit.Route{Pattern: "GET /me/wallet/{community}/{account}", Action: "me.read", On: httpkit.Mine, Do: p.account},
	)
}

// mine is who looks, or whom she helps, and where she is known.
type mine struct {
	who *person.Person
	all []flow.Belonging // home first
	now time.Time        // on the clock of her home
}

// mine reads it.
func (p *Pages) mine(ctx context.Context) (m mine, err error) {
	who, memberships, err := p.Me(ctx)
	if err != nil {
		return m, err
	}
	m.who, m.now = who, p.Flows.DB.Clock().Now().In(portal.Zone)
	if m.all, err = p.Flows.Belongings(ctx, memberships); err != nil {
		return m, err
	}
	if len(m.all) > 0 {
		m.now = m.now.In(m.all[0].Zone)
	}
	return m, nil
}

// key names one of her belongings in an address: the community's reference, with a
// number behind it where a community knows her under several.
func (m *mine) key(i int) string {
	ref, n := m.all[i].Community.Ref, 1
	for _, b := range m.all[:i] {
		if b.Community.Ref == ref {
			n++
		}
	}
	if n == 1 {
		return ref
	}
	return ref + "-" + itoa(n)
}

// helping reports whether the viewer acts for somebody else.
func helping(ctx context.Context) bool { return !authz.Of(ctx).For.IsZero() }

// front welcomes who is not signed in, and leads everybody else to her frame.
func (p *Pages) front(w http.ResponseWriter, r *http.Request) error {
	if v := authz.Of(r.Context()); v.SignedIn() {
		to, err := p.Main(r.Context(), v)
		if err != nil {
			return err
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	street, err := p.Books.Street(r.Context())
	if err != nil {
		return err
	}
	s := ui.Shell{Kind: ui.PlainFrame, Title: frontTitle(r.Context(), street), Description: frontWords(r.Context()), Wide: true, Class: "front"}
	return p.ShowAs(w, r, http.StatusOK, httpkit.Public, s, frontPage(street, p.Opens))
}
