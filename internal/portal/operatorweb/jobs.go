package operatorweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/platform/ui"
)

var errNoReason = fault.New(fault.Invalid, "operatorweb.no_reason")

func (d *Desk) jobRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/jobs", Action: "job.read", On: d.somewhere("job.read"), Do: d.jobs},
		httpkit.Route{Pattern: "POST /desk/jobs/{place}/{note}/retry", Action: "job.retry", On: d.ofNote("job.retry"), Do: d.retryJob},
		httpkit.Route{Pattern: "POST /desk/jobs/{place}/{note}/drop", Action: "job.drop", On: d.ofNote("job.drop"), Do: d.dropJob},
	)
}

// jobsView is how the work beside the web stands.
type jobsView struct {
	jobs.Status
	Oldest  string
	Failing []failingJob
	Sweeps  []ui.TableRow
	Strange []ui.TableRow
	Trouble []ui.TableRow
	Wrong   string
	Here    bool // the work runs in this process
}

// failingJob is a job that fails.
type failingJob struct {
	jobs.Failure
	Where, When, Path string
}

func (d *Desk) jobs(w http.ResponseWriter, r *http.Request) error {
	return d.showJobs(w, r, http.StatusOK, "")
}

func (d *Desk) showJobs(w http.ResponseWriter, r *http.Request, code int, wrong string) error {
	ctx := r.Context()
	status, here := d.House.Jobs()
	places, err := d.keepers(ctx)
	if err != nil {
		return err
	}
	v := jobsView{Status: status, Here: here, Oldest: d.since(ctx, status.Oldest), Wrong: wrong}
	where := func(at id.ID) string {
		if at == id.Tilde {
			return i18n.T(ctx, "整个系统")
		}
		return nameIn(places, at)
	}
	for _, f := range status.Failing {
		j := failingJob{Failure: f, Where: where(f.Community), When: d.moment(ctx, f.Next), Path: path("jobs", f.Community.String(), f.Note.String())}
		v.Failing = append(v.Failing, j)
	}
	for kind, n := range status.Strange {
		v.Strange = append(v.Strange, ui.TableRow{Cells: ui.Cells(kind, count(n))})
	}
	for at, why := range status.Trouble {
		v.Trouble = append(v.Trouble, ui.TableRow{Cells: ui.Cells(where(at), why)})
	}
	for _, s := range status.Sweeps {
		state := ui.Cell{Text: i18n.T(ctx, "正常"), Tone: ui.OK}
		var why []string
		for at, text := range s.Failed {
			why = append(why, where(at)+" "+text)
		}
		if s.Err != nil {
			why = append(why, s.Err.Error())
		}
		if len(why) > 0 {
			state = ui.Cell{Text: i18n.T(ctx, "有地方没做成"), Tone: ui.Bad, Sub: strings.Join(why, "; ")}
		}
		v.Sweeps = append(v.Sweeps, ui.TableRow{Cells: []ui.Cell{{Text: WorkName(ctx, s.Name)}, state, {Text: d.since(ctx, s.At)}, {Text: count(s.Places)}, {Text: s.Took.Round(time.Millisecond).String()}}})
	}
	return d.Portal.ShowAs(w, r, code, httpkit.Never, d.shell(r, "jobs", i18n.T(ctx, "后台任务")), jobsPage(v))
}

// keepers are all places that keep books.
func (d *Desk) keepers(ctx context.Context) (all []community.Place, err error) {
	for _, kind := range []community.Kind{community.Community, community.Street} {
		some, err := d.Flows.Communities.List(ctx, d.Flows.DB, kind)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// works are what people call the kinds of work: what is due after a commit, and what
// is due at a time.
var works = map[string]i18n.Message{
	member.Changed:                 i18n.M("把会员的变动告诉别的社区"),
	importing.CheckNote:            i18n.M("看导入的文件"),
	importing.RunNote:              i18n.M("导入文件"),
	flow.VerifyNote:                i18n.M("核对账本"),
	notice.Staged:                  i18n.M("写进收件箱"),
	notice.Due:                     i18n.M("送出通知"),
	notice.Broadcast:               i18n.M("发社区通知"),
	"close days":                   i18n.M("每天结账"),
	"expire holds":                 i18n.M("到期退回保留款"),
	"expire charges":               i18n.M("到期没付的收费作废"),
	"what is due in the alliance":  i18n.M("联盟和委员会到期的事"),
	"index shops":                  i18n.M("更新同业冲突的索引"),
	"roles of the alliance":        i18n.M("席位带来的身份"),
	"tidy uploads":                 i18n.M("清理传来的文件"),
	"carry out notices":            i18n.M("送出到时间的通知"),
	"forget members":               i18n.M("删除要求删除的会员资料"),
	"tell of roles that lapse":     i18n.M("提醒快到期的身份"),
	"forget people":                i18n.M("删除要求删除的个人资料"),
	"forget form tokens":           i18n.M("清理用过的表单记号"),
	"forget form tokens of people": i18n.M("清理个人用过的表单记号"),
	"ends of memberships":          i18n.M("提醒和停用到期的会员"),
	"count recommendations":        i18n.M("看推荐算不算数"),
	"birthday gifts":               i18n.M("送生日礼"),
	"lapse redemptions":            i18n.M("没来领的积分兑换到期退回"),
	"lapse vouchers":               i18n.M("到期没用的券退回预算"),
	"return unused bundles":        i18n.M("到期没用的套餐自动退钱"),
	"find helpers":                 i18n.M("替请人帮忙的找邻居"),
	"keep services going":          i18n.M("帮忙到时间提醒、验收、收尾"),
	"watch deliveries":             i18n.M("送餐送药没到的马上告诉服务台"),
	"remind of projects":           i18n.M("提醒服务台民生项目该报了"),
	"watch gaps":                   i18n.M("看哪个钟头人手不够"),
	"tend market days":             i18n.M("提醒摊主快开市了，没人收的到时收市"),
	"tend classes":                 i18n.M("提醒快上课了，空位给排队的人，没人结清的到时结清"),
	"make planned requests":        i18n.M("把定期请人的发出去"),
	"tend volunteers":              i18n.M("提醒志愿者证书快到期"),
	"pay hours due":                i18n.M("权益池补付欠志愿者的服务时"),
	flow.HoursLeft:                 i18n.M("把带到别的社区的服务时送到那边"),
	flow.HoursEarned:               i18n.M("帮邻近社区得的服务时自动带回家"),
	flow.PairingSaid:               i18n.M("把结对的事告诉那边的社区"),
	"lapse hours":                  i18n.M("久没用的服务时进权益池"),
	"look after levels":            i18n.M("看等级的任命和复核"),
	"count honours":                i18n.M("荣誉投票到期计票"),
	"judge months":                 i18n.M("评商家上个月的责任"),
	"remind of duties":             i18n.M("提醒商家还差的责任"),
	"draws":                        i18n.M("福袋到时间截止、开奖，没领的过期"),
	"disclosures that are due":     i18n.M("三公开到期的事"),
	"breaches that are due":        i18n.M("违约处理到期的事"),
	"scores that are due":          i18n.M("季度评分到期的事"),
	"remind of training":           i18n.M("提醒报名的培训会"),
	"give up joint sets":           i18n.M("没接完的接龙到期作废"),
	"count advertisements":         i18n.M("记广告位看和点的次数"),
	"forget applicants":            i18n.M("删除落选的应招资料"),
	"ask payment providers":        i18n.M("向支付机构查没有下文的收款和退款"),
	"end checkouts":                i18n.M("没付的单子到时间关掉"),
	"forget used payment codes":    i18n.M("清理用过的付款码"),
	"drop payouts":                 i18n.M("到期没人同意的结款作废"),
	"carry payouts out":            i18n.M("打款，查打款的结果"),
	"read bills":                   i18n.M("取支付机构的账单来对"),
	"read bills of nobody":         i18n.M("对不属于任何社区的收付"),
}

// WorkName is what people call a kind of work.
func WorkName(ctx context.Context, name string) string {
	if n, ok := works[name]; ok {
		return n.In(ctx)
	}
	return name
}

// noteIn is the note in a page's address.
func noteIn(r *http.Request) (place, note id.ID, err error) {
	place, e1 := id.Parse(r.PathValue("place"))
	note, e2 := id.Parse(r.PathValue("note"))
	if e1 != nil || e2 != nil {
		err = jobs.ErrNoNote
	}
	return place, note, err
}

// ofNote is what a job belongs to: the community of its note. What belongs to none is
// looked after by any operator.
func (d *Desk) ofNote(a authz.Action) func(r *http.Request) (authz.Resource, error) {
	return func(r *http.Request) (authz.Resource, error) {
		place, _, err := noteIn(r)
		if err != nil || place == id.Tilde {
			return d.somewhere(a)(r)
		}
		return authz.Resource{Kind: "community", Place: place}, nil
	}
}

func (d *Desk) retryJob(w http.ResponseWriter, r *http.Request) error {
	place, note, err := noteIn(r)
	if err == nil {
		err = d.House.Retry(r.Context(), place, note)
	}
	if err == nil {
		http.Redirect(w, r, path("jobs"), http.StatusSeeOther)
	}
	return err
}

func (d *Desk) dropJob(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	place, note, err := noteIn(r)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.FormValue("reason-" + note.String()))
	if reason == "" || len(reason) > 1000 {
		text, _ := i18n.Refusal(ctx, errNoReason)
		return d.showJobs(w, r, http.StatusUnprocessableEntity, text)
	}
	if err := d.House.Drop(ctx, authz.Of(ctx).Actor(), place, note, reason); err != nil {
		return err
	}
	http.Redirect(w, r, path("jobs"), http.StatusSeeOther)
	return nil
}
