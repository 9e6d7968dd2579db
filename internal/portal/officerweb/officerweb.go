// Package officerweb is the book of those who watch over the house: the street, the
// regulator, the supervisor of its data. They see sums over communities and months,
// how the published log stands, and how often personal data were looked at; never a
// person's row. Groups of buyers smaller than K are left out and the page says so.
package officerweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// The least number of buyers behind a figure, on a page and in a file (A7).
const (
	K       = 5
	ExportK = 10
)

// errBadMonth refuses an address whose month is none.
var errBadMonth = fault.New(fault.NotFound, "officerweb.no_such_month")

// Books put the sums together.
type Books interface {
	// Statistics is a list of months, each a row a community, both in their order.
	Statistics(ctx context.Context, places []community.Place, months []period.Month) ([][]Row, error)
	// Months are those that have books, newest first, at least one.
	Months(ctx context.Context, places []community.Place) ([]period.Month, error)
}

// Row is a month of a community. Sums keep to whole groups of buyers.
type Row struct {
	Place   community.Place
	Behind  bool       // the books are being made again: there is nothing to show yet
	Through period.Day // the last closed day that counts, 0 if none is

	Members                                          int64 // at home here, now
	Shops, Purchases, Buyers                         int
	Given                                            money.Amount // what buyers gave
	Net, Referrers, Platform, Welfare, Leaders, Care money.Amount // and where it went
	Coins, Points                                    money.Amount // given to buyers besides
	Fund                                             money.Amount // what the public funds hold at the end
}

// Kept is what stayed with shops, neighbours and public funds: all but the
// platform's part.
func (r *Row) Kept() money.Amount { return r.Given - r.Platform }

// hidden reports whether a row shows fewer than k buyers.
func (r *Row) hidden(k int) bool { return r.Behind || r.Buyers > 0 && r.Buyers < k }

// add adds a row that may be shown.
func (r *Row) add(o *Row) {
	r.Members += o.Members
	r.Shops += o.Shops
	r.Purchases += o.Purchases
	r.Buyers += o.Buyers
	r.Coins += o.Coins
	r.Points += o.Points
	r.Fund += o.Fund
	for _, x := range [][2]*money.Amount{{&r.Given, &o.Given}, {&r.Net, &o.Net}, {&r.Referrers, &o.Referrers}, {&r.Platform, &o.Platform}, {&r.Welfare, &o.Welfare}, {&r.Leaders, &o.Leaders}, {&r.Care, &o.Care}} {
		*x[0] += *x[1]
	}
}

// total adds the rows that may be shown, and counts those that may not. With one
// row left out its figures would be the rest of a sum over all; so the sum is over
// what is shown.
func total(rows []Row, k int) (sum Row, left int) {
	for i := range rows {
		if rows[i].hidden(k) {
			left++
			continue
		}
		sum.add(&rows[i])
	}
	return sum, left
}

// Office is the pages of the officers.
type Office struct {
	Portal *portal.Portal
	Flows  *flow.Flows
	Books  Books
	Zone   *time.Location
}

// Routes adds the pages, and their doors to the portal.
func (o *Office) Routes(t *httpkit.Router) {
	read, export := o.Portal.Somewhere("statistics.read"), o.Portal.Somewhere("statistics.export")
	t.Add(
		httpkit.Route{Pattern: "GET /office", Action: "statistics.read", On: read, Do: o.month},
		httpkit.Route{Pattern: "GET /office/export", Action: "statistics.export", On: export, Do: o.exportMonth},
		httpkit.Route{Pattern: "GET /office/sheets/{month}", Action: "statistics.export", On: export, Do: o.sheet},
		httpkit.Route{Pattern: "GET /office/trends", Action: "statistics.read", On: read, Do: o.trends},
		httpkit.Route{Pattern: "GET /office/trends/export", Action: "statistics.export", On: export, Do: o.exportTrends},
		httpkit.Route{Pattern: "GET /office/reads", Action: "reading.read", On: o.Portal.Somewhere("reading.read"), Do: o.reads},
	)
	o.Portal.Add(
		portal.Door{Kind: ui.OfficerFrame, Key: "month", Href: "/office", Icon: "book", Text: i18n.M("各社区"), Action: "statistics.read"},
		portal.Door{Kind: ui.OfficerFrame, Key: "trends", Href: "/office/trends", Icon: "chart", Text: i18n.M("走势"), Action: "statistics.read"},
		portal.Door{Kind: ui.OfficerFrame, Key: "evidence", Href: "/office/evidence", Icon: "proof", Text: i18n.M("存证记录"), Action: "evidence.read"},
		portal.Door{Kind: ui.OfficerFrame, Key: "reads", Href: "/office/reads", Icon: "eye", Text: i18n.M("谁看过资料"), Action: "reading.read"},
	)
}

func (o *Office) shell(r *http.Request, active, title string) ui.Shell {
	s := o.Portal.Shell(r.Context(), ui.OfficerFrame, active, title)
	s.Wide = true
	return s
}
