package operatorweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// proposalView is a version that somebody writes.
type proposalView struct {
	Place    community.Place
	Seen     int // versions there were when the form was opened
	Form     ui.Form
	Values   map[string]string
	Code     string
	Day      string
	Earliest string
	Reason   string
	May      bool

	Verdict bool             // it was tried
	Safe    bool             // no purchase leaves a shop too little
	Hurt    *policy.Purchase // the smallest that would
	Changes []ui.Line        // against the version in force
}

// proposal is the form, filled with the version that is to be in force last.
func (d *Desk) proposal(w http.ResponseWriter, r *http.Request) error {
	v, versions, zone, err := d.startProposal(r)
	if err != nil {
		return err
	}
	latest := versions[len(versions)-1].Params
	for _, c := range contents {
		for _, n := range c.numbers {
			v.Values[n.name] = n.write(&latest)
		}
	}
	v.Day, v.Code = v.Earliest, period.DayOf(d.now(), zone).Month().String()+"-"+strconv.Itoa(len(versions)+1)
	return d.Portal.Show(w, r, d.shell(r, "policies", i18n.T(r.Context(), "提一版新规则")), proposalPage(v))
}

func (d *Desk) startProposal(r *http.Request) (v proposalView, versions []policy.Version, zone *time.Location, err error) {
	if v.Place, versions, zone, err = d.versions(r); err != nil {
		return v, nil, nil, err
	}
	if len(versions) == 0 {
		return v, nil, nil, policy.ErrNone
	}
	v.Seen, v.Values = len(versions), make(map[string]string)
	v.Form = ui.Form{Action: path("policies", v.Place.Ref, "proposal"), Busy: i18n.T(r.Context(), "正在算")}
	// The day after the notice ends: a day begins at midnight.
	v.Earliest = (period.DayOf(d.now(), zone) + flow.NoticeDays + 1).String()
	v.May = d.may(r.Context(), "policy.propose", v.Place.ID)
	return v, versions, zone, nil
}

// propose tries what was written and shows what it would do; when that was seen and
// is wanted, it is proposed.
func (d *Desk) propose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, versions, zone, err := d.startProposal(r)
	if err != nil {
		return err
	}
	p, ok := v.read(ctx, r, zone)
	if ok {
		err = p.Params.Admit()
		v.Verdict = true
		v.Changes = differences(ctx, &p.Params, &policy.InForce(versions, d.now()).Params)
		if f := fault.Of(err); f != nil {
			if q, hurt := f.Details["purchase"].(policy.Purchase); hurt {
				v.Hurt = &q
			}
		}
		v.Safe = err == nil
	}
	if ok && err == nil && r.FormValue("do") == "propose" {
		if p.Author, err = d.author(ctx); err != nil {
			return err
		}
		if _, err = d.Flows.ProposeAfter(ctx, v.Place.ID, authz.Of(ctx).Actor(), v.Seen, p); err == nil {
			http.Redirect(w, r, path("policies", v.Place.Ref), http.StatusSeeOther)
			return nil
		}
	}
	status := http.StatusOK
	if err != nil {
		var wrong []ui.Wrong
		if wrong, status, err = wrongs(ctx, err); err != nil {
			return err
		}
		if v.Hurt == nil { // the purchase says more than the sentence
			v.Form.Wrong = append(v.Form.Wrong, wrong...)
		}
	}
	if len(v.Form.Wrong) > 0 && status == http.StatusOK {
		status = http.StatusUnprocessableEntity
	}
	return d.Portal.ShowAs(w, r, status, httpkit.Never, d.shell(r, "policies", i18n.T(ctx, "提一版新规则")), proposalPage(v))
}

// read reads the form; false if something in it is to be mended first.
func (v *proposalView) read(ctx context.Context, r *http.Request, zone *time.Location) (p policy.Proposal, ok bool) {
	bad := func(field, text string) { v.Form.Wrong = append(v.Form.Wrong, ui.Wrong{Field: field, Text: text}) }
	for _, c := range contents {
		for _, n := range c.numbers {
			v.Values[n.name] = r.FormValue(n.name)
			if n.read(&p.Params, v.Values[n.name]) != nil {
				bad(n.name, i18n.T(ctx, "“%s”要填一个数。", n.label))
			}
		}
	}
	v.Code, v.Day, v.Reason = r.FormValue("code"), r.FormValue("effective_from"), r.FormValue("reason")
	p.Code, p.Reason = v.Code, v.Reason
	if v.Code == "" || len(v.Code) > 64 {
		bad("code", i18n.T(ctx, "请给这一版起个短的代号。"))
	}
	if v.Reason == "" || len(v.Reason) > 2000 {
		bad("reason", i18n.T(ctx, "请写上为什么改，大家都会看到。"))
	}
	day, err := period.ParseDay(v.Day)
	if err != nil {
		bad("effective_from", i18n.T(ctx, "请选从哪天起。"))
	} else {
		p.EffectiveFrom = day.Start(zone)
	}
	if n, err := strconv.Atoi(r.FormValue("seen")); err == nil {
		v.Seen = n
	}
	return p, len(v.Form.Wrong) == 0
}

// author is the viewer's name, under which the version stands for ever.
func (d *Desk) author(ctx context.Context) (name string, err error) {
	err = d.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		p, err := d.Flows.People.ByID(ctx, r, authz.Of(ctx).Person)
		if err == nil {
			name = p.Name
		}
		return err
	})
	return name, err
}

// hurtLines are the purchase that shows why a version is refused.
func hurtLines(ctx context.Context, q *policy.Purchase) []ui.Line {
	yuan := func(v money.Amount) string { return ui.Yuan(v) }
	lines := []ui.Line{{Text: i18n.T(ctx, "价钱"), Num: yuan(q.Price)}, {Text: i18n.T(ctx, "平台服务费"), Note: "S-04 " + portal.TierName(ctx, q.Tier), Num: "−" + yuan(q.Commission)}}
	if q.Rebate > 0 {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "谢谢推荐您来的店"), Note: "S-06", Num: "−" + yuan(q.Rebate)})
	}
	if q.Care > 0 {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "关爱承诺"), Note: "S-10", Num: "−" + yuan(q.Care)})
	}
	if q.Payer == policy.ByMerchant && q.Welfare > 0 {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "社区共益基金"), Note: "S-05", Num: "−" + yuan(q.Welfare)})
	}
	return append(lines, ui.Line{Text: i18n.T(ctx, "店家只剩"), Num: yuan(q.Net), Total: true}, ui.Line{Text: i18n.T(ctx, "至少应当有"), Num: yuan(q.Floor)})
}
