// Package projectweb are the pages of livelihood projects (F11): the desk proposes, assigns
// plans and reports each month; the orderer in the street office agrees, accepts and is
// billed; who inspects reads; everybody sees what was ordered, delivered and paid.
package projectweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/project"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of projects.
type Pages struct{ *portal.Portal }

const (
	deskRead, deskKeep     = "project_desk.read", "project_desk.keep"
	officeRead, officeSign = "project_office.read", "project_office.sign"
)

// Routes adds the pages and their doors.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	const desk, office, one, month = "/desk/projects/{community}", "/office/projects/{community}", "/{project}", "/{project}/months/{month}"
	on := h.InCommunity
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/projects", Action: "project.read", On: on, Do: h.public},
		httpkit.Route{Pattern: "GET /desk/projects", Action: deskRead, On: h.Somewhere(deskRead), Do: h.Choose(deskRead, "projects", i18n.M("民生项目"))},
		httpkit.Route{Pattern: "GET " + desk, Action: deskRead, On: on, Do: h.desk},
		httpkit.Route{Pattern: "POST " + desk, Action: deskKeep, On: on, Do: h.propose},
		httpkit.Route{Pattern: "GET " + desk + one, Action: deskRead, On: on, Do: h.deskOne},
		httpkit.Route{Pattern: "POST " + desk + one + "/plans", Action: deskKeep, On: on, Do: h.bind},
		httpkit.Route{Pattern: "POST " + desk + one + "/plans/release", Action: deskKeep, On: on, Do: h.release},
		httpkit.Route{Pattern: "POST " + desk + one + "/end", Action: deskKeep, On: on, Do: h.stop(false)},
		httpkit.Route{Pattern: "GET " + desk + month, Action: deskRead, On: on, Do: h.deskMonth},
		httpkit.Route{Pattern: "POST " + desk + month + "/report", Action: deskKeep, On: on, Do: h.report},
		httpkit.Route{Pattern: "POST " + desk + month + "/payment", Action: deskKeep, On: on, Do: h.pay},
		httpkit.Route{Pattern: "GET /office/projects", Action: officeRead, On: h.Somewhere(officeRead), Do: h.office},
		httpkit.Route{Pattern: "GET " + office + one, Action: officeRead, On: on, Do: h.officeOne},
		httpkit.Route{Pattern: "POST " + office + one + "/agreement", Action: officeSign, On: on, Do: h.agree},
		httpkit.Route{Pattern: "POST " + office + one + "/refusal", Action: officeSign, On: on, Do: h.decline},
		httpkit.Route{Pattern: "POST " + office + one + "/end", Action: officeSign, On: on, Do: h.stop(true)},
		httpkit.Route{Pattern: "GET " + office + month, Action: officeRead, On: on, Do: h.officeMonth},
		httpkit.Route{Pattern: "POST " + office + month + "/acceptance", Action: officeSign, On: on, Do: h.accept},
		httpkit.Route{Pattern: "POST " + office + month + "/objection", Action: officeSign, On: on, Do: h.object},
	)
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "projects", Href: "/desk/projects", Icon: "building", Text: i18n.M("民生项目"), Group: i18n.M("时间银行"), Action: deskRead},
		portal.Door{Kind: ui.OfficerFrame, Key: "projects", Href: "/office/projects", Icon: "building", Text: i18n.M("民生项目"), Action: officeRead},
	)
}

func (h *Pages) view(ctx context.Context, community id.ID, do func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, community, do)
}

func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }

// side is from which side a page is looked at.
type side struct {
	Office bool
	Keep   bool // she may act for that side
}

// base is the address of a side's pages in a community.
func (s side) base(room *portal.Room) string {
	if s.Office {
		return "/office/projects/" + room.Ref
	}
	return room.Desk("projects", "")
}

// contractIn is the contract in an address.
func (h *Pages) contractIn(r *http.Request) (room portal.Room, c *project.Contract, err error) {
	if room, err = h.Room(r); err != nil {
		return room, nil, err
	}
	at, err := id.Parse(r.PathValue("project"))
	if err != nil {
		return room, nil, project.ErrNotFound
	}
	err = h.view(r.Context(), room.ID, func(rd db.Reader) error {
		c, err = h.Flows.Projects.ByID(r.Context(), rd, room.ID, at)
		return err
	})
	return room, c, err
}

func monthIn(r *http.Request, c *project.Contract, zone *time.Location) (period.Month, error) {
	m, err := period.ParseMonth(r.PathValue("month"))
	if err != nil || m < c.First.Month() || m > c.Through(zone).Month() {
		return 0, project.ErrNotFound
	}
	return m, nil
}

// stateNames are where a contract stands, monthNames where a month of it does.
var (
	stateNames = map[project.What]named{
		"": {i18n.M("等委托方同意"), ui.Soon}, project.Agreed: {i18n.M("正在履行"), ui.OK}, project.Declined: {i18n.M("委托方没有同意"), ui.Tell}, project.Ended: {i18n.M("提前结束了"), ui.Tell},
	}
	monthNames = map[project.What]named{
		"": {i18n.M("还没有报"), ui.Tell}, project.Reported: {i18n.M("等委托方验收"), ui.Soon}, project.Accepted: {i18n.M("验收了"), ui.OK}, project.Objected: {i18n.M("委托方有意见"), ui.Bad},
	}
	stepNames = map[project.What]i18n.Message{
		project.Agreed: i18n.M("委托方同意"), project.Declined: i18n.M("委托方没有同意"), project.Ended: i18n.M("提前结束了"), project.Reported: i18n.M("社区报了"),
		project.Accepted: i18n.M("委托方验收"), project.Objected: i18n.M("委托方有意见"), project.Paid: i18n.M("委托方付款"),
	}
	deliveryNames = map[timebank.Delivery]i18n.Message{
		timebank.Missing: i18n.M("没有送到"), timebank.NotMade: i18n.M("没能发出"), timebank.Nobody: i18n.M("没有找到人"), timebank.Unproven: i18n.M("说送到了，没有凭证"),
		timebank.Awaited: i18n.M("还没到时间"), timebank.Cancelled: i18n.M("当天不要"), timebank.Delivered: i18n.M("送到了"),
	}
)

type named struct {
	name i18n.Message
	tone ui.Tone
}

// kindName says what the catalogue says of a kind in the language of the page.
func kindName(ctx context.Context, words string) string { return i18n.Message{Key: words}.In(ctx) }

// terms are what both sides agreed to.
func terms(ctx context.Context, c *project.Contract) []ui.Fact {
	facts := []ui.Fact{
		{Name: i18n.T(ctx, "委托方"), Text: c.Orderer}, {Name: i18n.T(ctx, "内容"), Text: c.Scope}, {Name: i18n.T(ctx, "验收标准"), Text: c.Standard},
		{Name: i18n.T(ctx, "期限"), Text: term(ctx, c)}, {Name: i18n.T(ctx, "服务人数"), Text: strconv.Itoa(c.People)},
	}
	for _, l := range c.Lines {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "单价"), Text: i18n.T(ctx, "%s，每次 %s 元", kindName(ctx, l.Name), ui.Yuan(l.Price))})
	}
	return append(facts, ui.Fact{Name: i18n.T(ctx, "总额上限"), Text: i18n.T(ctx, "%s 元", ui.Yuan(c.Ceiling))}, ui.Fact{Name: i18n.T(ctx, "报送"), Text: i18n.T(ctx, "每月结束后 %d 天内", c.ReportDays)})
}

// term is from when to when a contract runs.
func term(ctx context.Context, c *project.Contract) string {
	return i18n.T(ctx, "%s 到 %s", ui.FullDay(ctx, c.First), ui.FullDay(ctx, c.Last))
}

// row is a contract in a list.
func row(ctx context.Context, c *project.Contract, href string) ui.Row {
	state := stateNames[c.State()]
	return ui.Row{Icon: "building", Href: href, Title: c.Title, Text: c.Orderer, Notes: []string{term(ctx, c), i18n.T(ctx, "总额上限 %s 元", ui.Yuan(c.Ceiling))}, Tag: state.name.In(ctx), Tone: state.tone}
}

// paidSum is what was paid by slips in all.
func paidSum(c *project.Contract) (sum money.Amount) {
	for _, s := range c.Steps {
		if s.What == project.Paid {
			sum += s.Amount
		}
	}
	return sum
}
