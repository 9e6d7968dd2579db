// Package certificateweb are the papers of hours (F8): a volunteer has her certificate of
// hours made and prints it, reads her year line by line, and takes both along; the desk
// prints them for who has no phone; anybody checks a certificate by its code.
package certificateweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Files proves certificates against the log.
type Files interface {
	// HoursFile is what somebody needs who checks a certificate offline.
	HoursFile(ctx context.Context, community, certificate id.ID) (name string, file []byte, err error)
	// Head is the log's signed head over an entry, zero while none covers it.
	Head(ctx context.Context, community id.ID, seq int64) (size int64, root string, err error)
	LogKey(ctx context.Context, community id.ID) (string, error)
}

// Pages are the papers. Base is the address under which people reach the house.
type Pages struct {
	*portal.Portal
	files Files
	base  func(ctx context.Context) string
}

// Routes adds the pages and the desk's door.
func Routes(t *httpkit.Router, p *portal.Portal, files Files, base func(ctx context.Context) string) {
	h := &Pages{p, files, base}
	const mine, read, issue = "/me/hours/{at}", "hours.read", "hours.certify"
	t.Add(
		httpkit.Route{Pattern: "GET /me/hours/papers", Action: read, On: httpkit.Mine, Do: h.mine},
		httpkit.Route{Pattern: "POST " + mine + "/certificates", Action: issue, On: httpkit.Mine, Do: h.issueMine},
		httpkit.Route{Pattern: "GET " + mine + "/certificates/{certificate}", Action: read, On: httpkit.Mine, Do: h.printMine},
		httpkit.Route{Pattern: "GET " + mine + "/years/{year}", Action: read, On: httpkit.Mine, Do: h.yearMine},
		httpkit.Route{Pattern: "GET /verify/hours/{community}/{certificate}", Action: "certificate.check", On: h.InCommunity, Do: h.check},
		httpkit.Route{Pattern: "GET /verify/hours/{community}/{certificate}/file", Action: "certificate.check", On: h.InCommunity, Do: h.file},
	)
	const look, keep = "papers_desk.read", "papers_desk.keep"
	const desk, one = "/desk/papers/{community}", "/desk/papers/{community}/members/{member}"
	t.Add(
		httpkit.Route{Pattern: "GET /desk/papers", Action: look, On: h.Somewhere(look), Do: h.Choose(look, "papers", i18n.M("服务时长证明"))},
		httpkit.Route{Pattern: "GET " + desk, Action: look, On: h.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "GET " + one, Action: look, On: h.InCommunity, Do: h.deskOne},
		httpkit.Route{Pattern: "POST " + one + "/certificates", Action: keep, On: h.InCommunity, Do: h.issueDesk},
		httpkit.Route{Pattern: "GET " + one + "/years/{year}", Action: look, On: h.InCommunity, Do: h.yearDesk},
		httpkit.Route{Pattern: "GET " + desk + "/certificates/{certificate}", Action: look, On: h.InCommunity, Do: h.printDesk},
		httpkit.Route{Pattern: "POST " + desk + "/certificates/{certificate}/revocation", Action: keep, On: h.InCommunity, Do: h.revoke},
	)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "papers", Href: "/desk/papers", Icon: "proof", Text: i18n.M("服务时长证明"), Group: i18n.M("时间银行"), Action: look})
}

func (h *Pages) view(ctx context.Context, community id.ID, do func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, community, do)
}

func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }

// holder is whose papers a page is about, in one community.
type holder struct {
	Place  community.Place
	Member id.ID
	Now    time.Time // on the community's clock
	Since  time.Time // since when she is a member there
	Base   string    // address of her papers
	Print  string    // address of a certificate's PDF, before its id
	Among  bool      // several communities' are on the page
}

// Called is the community's name.
func (x *holder) Called() string { return portal.PlaceName(x.Place) }

// titled is a heading that says of which community it is, where there are several.
func (x *holder) titled(text string) string {
	if x.Among {
		return x.Called() + " · " + text
	}
	return text
}

// year is where her statement of a year is.
func (x *holder) year(y int) string { return x.Base + "/years/" + strconv.Itoa(y) }

// idIn is the certificate in an address.
func idIn(r *http.Request) (id.ID, error) {
	at, err := id.Parse(r.PathValue("certificate"))
	if err != nil {
		err = certificate.ErrNotFound
	}
	return at, err
}

// checkPath is the page that checks a certificate.
func checkPath(place community.Place, at id.ID) string {
	return "/verify/hours/" + place.Ref + "/" + at.String()
}

// wishIn reads the form that asks for a certificate.
func wishIn(r *http.Request, member id.ID) (w flow.CertificateWish, err error) {
	f := portal.Type(r)
	w = flow.CertificateWish{Member: member, First: f.Day("first"), Last: f.Day("last"), Naming: certificate.Naming(r.FormValue("naming"))}
	return w, f.Err
}
