package communityweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// compareView is two communities side by side (T1).
type compareView struct {
	Places []ui.Option
	A, B   string
	Names  [2]string
	Rows   []pair
}

// pair is one thing of both; Differs marks what is not the same.
type pair struct {
	Name, A, B string
	Differs    bool
}

func (h *Pages) compare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := compareView{A: r.FormValue("a"), B: r.FormValue("b")}
	all, err := h.options(ctx, community.Community, true)
	if err != nil {
		return err
	}
	for _, o := range all {
		p, err := h.Flows.Communities.ByRef(ctx, h.Flows.DB, o.Value)
		if err != nil {
			return err
		}
		if h.MayIn(ctx, "place.read", p.ID) {
			v.Places = append(v.Places, o)
		}
	}
	if v.A == "" && len(v.Places) > 0 {
		v.A = v.Places[0].Value
	}
	if v.A != "" && v.B != "" {
		if err := h.sideBySide(ctx, &v); err != nil {
			return err
		}
	}
	return h.Show(w, r, h.Shell(ctx, ui.OperatorFrame, "places", i18n.T(ctx, "比较两个社区")), comparePage(v))
}

func (h *Pages) sideBySide(ctx context.Context, v *compareView) error {
	var m [2]flow.Measured
	for i, ref := range []string{v.A, v.B} {
		p, err := h.Flows.Communities.ByRef(ctx, h.Flows.DB, ref)
		if err != nil {
			return err
		}
		if !h.MayIn(ctx, "place.read", p.ID) {
			return community.ErrNotFound
		}
		if m[i], err = h.Flows.Measure(ctx, p); err != nil {
			return err
		}
		v.Names[i] = portal.PlaceName(p)
	}
	add := func(name, a, b string) { v.Rows = append(v.Rows, pair{name, a, b, a != b}) }
	number := func(name string, of func(m *flow.Measured) int64) { add(name, figure(of(&m[0])), figure(of(&m[1]))) }
	number(i18n.T(ctx, "网格"), func(m *flow.Measured) int64 { return m.Places[community.Grid] })
	number(i18n.T(ctx, "还没有住户的网格"), func(m *flow.Measured) int64 { return int64(m.Empty) })
	number(i18n.T(ctx, "楼栋"), func(m *flow.Measured) int64 { return m.Places[community.Building] })
	number(i18n.T(ctx, "住户"), func(m *flow.Measured) int64 { return m.Households })
	number(i18n.T(ctx, "登记在住的人"), func(m *flow.Measured) int64 { return m.People })
	number(i18n.T(ctx, "会员"), func(m *flow.Measured) int64 { return m.Members })
	number(i18n.T(ctx, "店铺"), func(m *flow.Measured) int64 { return int64(m.Shops) })
	add(i18n.T(ctx, "现行规则"), policyCode(m[0]), policyCode(m[1]))
	for _, role := range access.Roles {
		if m[0].Roles[role]+m[1].Roles[role] > 0 {
			number(access.Name(role).In(ctx), func(m *flow.Measured) int64 { return int64(m.Roles[role]) })
		}
	}
	for _, d := range community.Defaults {
		add(CapabilityName(ctx, d.Capability), onOff(ctx, m[0].On[d.Capability]), onOff(ctx, m[1].On[d.Capability]))
	}
	return nil
}

func policyCode(m flow.Measured) string {
	if m.Policy == nil {
		return "–"
	}
	return m.Policy.Code
}

func onOff(ctx context.Context, on bool) string {
	if on {
		return i18n.T(ctx, "已开通")
	}
	return i18n.T(ctx, "未开通")
}
