// Package operatorweb is the desk of those who run the house: what waits, sorted by
// the clock, and behind it the communities, shops, imports, books, rules, jobs,
// evidence, changes and keys. Every page shows what is true now; whoever holds a
// role in one community sees that community.
package operatorweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// House is what the desk asks of the running program.
type House interface {
	Jobs() (jobs.Status, bool) // false while no jobs run here
	Retry(ctx context.Context, community, note id.ID) error
	Drop(ctx context.Context, actor db.Actor, community, note id.ID, reason string) error
	Log(ctx context.Context, community id.ID) (Log, error)
}

// Log is how the evidence log of a community stands.
type Log struct {
	Origin      string
	Verifier    string // the public key, "" while nothing was signed
	Generations []Generation
	Size        int64 // entries in the books
	Published   int64 // of them under the published checkpoint
	LastEntry   time.Time
	SignedAt    time.Time // when the last entry under the checkpoint was written
	Building    bool
	Since       time.Time // when this program began to sign, zero if another does
	Fault       string    // why nothing is signed or published now, "" if it is
	Bytes       int64     // of the files that are published
}

// catchUp is how long a program that was just started may take to publish what was
// written without it.
const catchUp = 5 * time.Minute

// Late reports whether entries have waited for their publication for too long.
func (l *Log) Late(now time.Time) bool {
	return l.Published < l.Size && now.Sub(l.LastEntry) > time.Minute && (l.Fault != "" || now.Sub(l.Since) > catchUp)
}

// Generation is one signed life of a log.
type Generation struct {
	Number   int
	Origin   string
	Verifier string
	BegunAt  time.Time
}

// Desk is the operator's pages.
type Desk struct {
	Portal  *portal.Portal
	Flows   *flow.Flows
	Imports *importing.Desk
	House   House
	Sources []Source // of what waits, in addition to the desk's own
	Zone    *time.Location

	kit    *httpkit.Kit
	engine *authz.Engine
	board  board
}

// Routes adds the pages, and their doors to the portal.
func (d *Desk) Routes(t *httpkit.Router) {
	d.kit, d.engine = t.Kit(), t.Engine()
	d.deskRoutes(t)
	d.communityRoutes(t)
	d.merchantRoutes(t)
	d.importRoutes(t)
	d.accountRoutes(t)
	d.counterRoutes(t)
	d.policyRoutes(t)
	d.jobRoutes(t)
	d.evidenceRoutes(t)
	d.auditRoutes(t)
	d.keyRoutes(t)
	d.Portal.Add(d.doors()...)
}

func (d *Desk) doors() []portal.Door {
	look := i18n.M("照看")
	return []portal.Door{
		{Kind: ui.OperatorFrame, Key: "desk", Href: "/desk", Icon: "list", Text: i18n.M("全部待办"), Action: "desk.read", Count: d.waiting},
		{Kind: ui.OperatorFrame, Key: "communities", Href: "/desk/communities", Icon: "building", Text: i18n.M("社区一览"), Action: "community.read"},
		{Kind: ui.OperatorFrame, Key: "merchants", Href: "/desk/merchants", Icon: "store", Text: i18n.M("店铺一览"), Action: "merchant.read"},
		{Kind: ui.OperatorFrame, Key: "counter", Href: "/desk/counter", Icon: "wallet", Text: i18n.M("收款台"), Action: "charge.read"},
		{Kind: ui.OperatorFrame, Key: "imports", Href: "/desk/imports", Icon: "upload", Text: i18n.M("导入"), Action: "import.read"},
		{Kind: ui.OperatorFrame, Key: "accounts", Href: "/desk/accounts", Icon: "book", Text: i18n.M("账目"), Action: "account.read"},
		{Kind: ui.OperatorFrame, Key: "policies", Href: "/desk/policies", Icon: "sliders", Text: i18n.M("规则版本"), Action: "proposal.read"},
		{Kind: ui.OperatorFrame, Key: "evidence", Href: "/desk/evidence", Icon: "proof", Text: i18n.M("存证记录"), Action: "evidence.read", Group: look},
		{Kind: ui.OperatorFrame, Key: "jobs", Href: "/desk/jobs", Icon: "server", Text: i18n.M("后台任务"), Action: "job.read", Group: look},
		{Kind: ui.OperatorFrame, Key: "audit", Href: "/desk/audit", Icon: "history", Text: i18n.M("谁改了什么"), Action: "audit.read", Group: look},
		{Kind: ui.OperatorFrame, Key: "keys", Href: "/desk/keys", Icon: "key", Text: i18n.M("接口密钥"), Action: "key.read", Group: look},
	}
}

// shell is the frame of a page under one of the doors.
func (d *Desk) shell(r *http.Request, active, title string) ui.Shell {
	s := d.Portal.Shell(r.Context(), ui.OperatorFrame, active, title)
	s.Wide = true
	return s
}

// now is the house's clock in the zone of its people.
func (d *Desk) now() time.Time { return d.Flows.DB.Clock().Now().In(d.Zone) }
