package operatorweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// merchantView is a shop's page.
type merchantView struct {
	shopRow
	Terms    merchant.Terms
	Rate     money.Rate // of S-04, for its tier
	Facts    []ui.Fact
	Accounts []ui.Row
	Changes  []ui.Event
	May      bool // change the terms
	Form     ui.Form
	Chosen   merchant.Terms // what stands in the form
	Pledge   string
	Reason   string
	Max      money.Rate
	Done     bool // the change was just made
}

func (d *Desk) merchant(w http.ResponseWriter, r *http.Request) error {
	v, err := d.merchantView(r)
	if err != nil {
		return err
	}
	v.Chosen, v.Pledge = v.Terms, plainPercent(v.Terms.CarePledge)
	v.Done = r.FormValue("done") != ""
	return d.Portal.Show(w, r, d.shell(r, "merchants", v.called()), merchantPage(v))
}

func (d *Desk) merchantView(r *http.Request) (v merchantView, err error) {
	ctx := r.Context()
	if v.At, err = d.place(r); err != nil {
		return v, err
	}
	var changes []merchant.Amendment
	err = d.Flows.DB.View(ctx, v.At.ID, func(rd db.Reader) error {
		if v.Merchant, err = d.Flows.Merchants.Lookup(ctx, rd, v.At.ID, r.PathValue("shop")); err != nil {
			return err
		}
		v.Terms = v.Merchant.Terms()
		versions, err := d.Flows.Policies.List(ctx, rd, v.At.ID)
		if err != nil {
			return err
		}
		if in := policy.InForce(versions, d.now()); in != nil {
			v.Rate, _ = in.Params.Commission(v.Tier)
			v.Max = in.Params.CarePledgeMax
		}
		if v.Accounts, err = d.shopAccounts(ctx, rd, v.At, v.Merchant); err != nil {
			return err
		}
		changes, err = d.Flows.Merchants.Amendments(ctx, rd, v.At.ID, v.ID)
		return err
	})
	if err != nil {
		return v, err
	}
	v.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "编号"), Text: v.Ref}, {Name: i18n.T(ctx, "社区"), Text: named(v.At)}, {Name: i18n.T(ctx, "行业"), Text: v.Trade(ctx)},
		{Name: i18n.T(ctx, "等级"), Text: portal.TierName(ctx, v.Tier)}, {Name: i18n.T(ctx, "平台服务费"), Text: v.Rate.Percent()},
		{Name: i18n.T(ctx, "关爱承诺"), Text: v.CarePledge.Percent()}, {Name: i18n.T(ctx, "状态"), Text: portal.StatusName(ctx, v.Status)},
	}
	if v.Changes, err = d.changesOf(ctx, changes); err != nil {
		return v, err
	}
	v.May = d.may(ctx, "merchant.change", v.At.ID)
	v.Form = ui.Form{Action: shopPath(v.At, v.Ref) + "/terms"}
	return v, nil
}

// shopAccounts are the shop's accounts that were ever used.
func (d *Desk) shopAccounts(ctx context.Context, r db.Reader, p community.Place, m *merchant.Merchant) (rows []ui.Row, err error) {
	owner := party.Owner{Kind: party.Merchant, ID: m.ID}
	for _, pattern := range ledger.Chart {
		if pattern.Owner != party.Merchant {
			continue
		}
		assets := []money.Asset{pattern.Asset}
		if pattern.Asset == ledger.AnyAsset {
			assets = money.Assets
		}
		for _, asset := range assets {
			a := ledger.Account{Owner: owner, Purpose: pattern.Purpose, Asset: asset}
			h, err := d.Flows.Ledger.Holding(ctx, r, p.ID, a)
			if err != nil {
				return nil, err
			}
			if h.Entries == 0 && pattern.Purpose != ledger.Payable {
				continue
			}
			row := ui.Row{Title: i18n.T(ctx, pattern.Meaning), Text: i18n.T(ctx, "%d 条账", int(h.Entries)), End: h.Balance.Grouped(asset), EndNote: assetName(ctx, asset)}
			if d.may(ctx, "account.read", p.ID) {
				row.Href = accountPath(p, a)
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// changesOf are the changes of a shop's terms in words.
func (d *Desk) changesOf(ctx context.Context, changes []merchant.Amendment) (events []ui.Event, err error) {
	var by []string
	for _, c := range changes {
		by = append(by, c.By)
	}
	names, err := d.names(ctx, by...)
	for _, c := range changes {
		events = append(events, ui.Event{
			Title: difference(ctx, c.Before, c.After), Text: i18n.T(ctx, "%s：%s", names[c.By], c.Reason), When: d.moment(ctx, c.At), State: ui.Done,
		})
	}
	return events, err
}

// difference says what of a shop's terms changed.
func difference(ctx context.Context, a, b merchant.Terms) string {
	s := ""
	add := func(text string) {
		if s != "" {
			s += i18n.T(ctx, "，")
		}
		s += text
	}
	if a.Tier != b.Tier {
		add(i18n.T(ctx, "等级从%s改为%s", portal.TierName(ctx, a.Tier), portal.TierName(ctx, b.Tier)))
	}
	if a.CarePledge != b.CarePledge {
		add(i18n.T(ctx, "关爱承诺从 %s 改为 %s", a.CarePledge.Percent(), b.CarePledge.Percent()))
	}
	if a.Status != b.Status {
		add(i18n.T(ctx, "状态从%s改为%s", portal.StatusName(ctx, a.Status), portal.StatusName(ctx, b.Status)))
	}
	return s
}

// changeMerchant changes the terms. The form carries the terms that were shown, so
// that a change by somebody else in between is not overwritten unseen.
func (d *Desk) changeMerchant(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := d.merchantView(r)
	if err != nil {
		return err
	}
	seen, ok := termsOf(r.FormValue("seen_tier"), r.FormValue("seen_pledge"), r.FormValue("seen_status"))
	if !ok {
		return merchant.ErrMoved
	}
	v.Reason, v.Pledge = r.FormValue("reason"), r.FormValue("care_pledge")
	v.Chosen, ok = termsOf(r.FormValue("tier"), v.Pledge, r.FormValue("status"))
	if err = merchant.ErrBadPledge.On("care_pledge"); ok {
		err = d.Flows.AmendShop(ctx, v.At.ID, authz.Of(ctx).Actor(), v.Ref, seen, v.Chosen, v.Reason)
	}
	if err == nil {
		http.Redirect(w, r, shopPath(v.At, v.Ref)+"?done=1", http.StatusSeeOther)
		return nil
	}
	wrong, status, err := wrongs(ctx, err)
	if err != nil {
		return err
	}
	v.Form.Wrong = wrong
	return d.Portal.ShowAs(w, r, status, httpkit.Never, d.shell(r, "merchants", v.called()), merchantPage(v))
}

func termsOf(tier, pledge, status string) (t merchant.Terms, ok bool) {
	for _, known := range policy.Tiers {
		if known.String() == tier {
			t.Tier = known
		}
	}
	t.CarePledge, ok = percent(pledge)
	t.Status = merchant.Status(status)
	return t, ok && t.Tier != 0
}

// plainPercent is a share as a form holds it.
func plainPercent(r money.Rate) string { s := r.Percent(); return s[:len(s)-1] }

// wrongs makes of a refusal what a form shows, with the status of the answer;
// anything else comes back.
func wrongs(ctx context.Context, err error) (wrong []ui.Wrong, status int, _ error) {
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.TooLarge {
		return nil, 0, err
	}
	text, ok := i18n.Refusal(ctx, f)
	if !ok {
		return nil, 0, err
	}
	status = http.StatusUnprocessableEntity
	if f.Kind == fault.Conflict {
		status = http.StatusConflict
	}
	return []ui.Wrong{{Field: f.Field, Text: text}}, status, nil
}

// since is how long ago something was.
func (d *Desk) since(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return ui.Ago(ctx, max(0, d.now().Sub(at)))
}
