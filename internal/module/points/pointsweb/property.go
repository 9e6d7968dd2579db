package pointsweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func (p *Pages) propertyRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /me/points/property", Action: "points.read", On: httpkit.Mine, Do: p.fee},
		httpkit.Route{Pattern: "POST /me/points/property", Action: "points.redeem", On: httpkit.Mine, Do: p.offset},
		httpkit.Route{Pattern: "POST /me/points/property/{offset}/withdrawal", Action: "points.redeem", On: httpkit.Mine, Do: p.withdraw},
		httpkit.Route{Pattern: "GET /desk/property", Action: "property.read", On: p.Somewhere("property.read"), Do: p.managers},
		httpkit.Route{Pattern: "POST /desk/property/{community}/managers", Action: "property.manage", On: p.InCommunity, Do: p.addManager},
		httpkit.Route{Pattern: "GET /desk/property/{community}/managers/{manager}", Action: "property.read", On: p.ofManager, Do: p.manager},
		httpkit.Route{Pattern: "POST /desk/property/{community}/managers/{manager}/account", Action: "property.manage", On: p.InCommunity, Do: p.setPayee},
		httpkit.Route{Pattern: "POST /desk/property/{community}/managers/{manager}/files", Action: "property.answer", On: p.ofManager, Do: p.makeFile},
		httpkit.Route{Pattern: "GET /desk/property/{community}/managers/{manager}/files/{offsets}", Action: "property.read", On: p.ofManager, Do: p.file},
		httpkit.Route{Pattern: "POST /desk/property/{community}/managers/{manager}/files/{offsets}/answers", Action: "property.answer", On: p.ofManager, Do: p.answerFile, Upload: maxList + 1<<16},
		httpkit.Route{Pattern: "POST /desk/property/{community}/managers/{manager}/lines/{offset}", Action: "property.answer", On: p.ofManager, Do: p.answerLine},
		httpkit.Route{Pattern: "POST /desk/property/{community}/managers/{manager}/files/{offsets}/payment", Action: "property.pay", On: p.InCommunity, Do: p.payFile},
	)
}

// feeView is the form by which points pay a part of a property bill.
type feeView struct {
	Known, On bool
	Place     string
	At        string
	Points    ui.Stat
	Most      string // yuan that her points stand for
	Per       string
	Managers  []ui.Option
	Form      ui.Form
	Typed     map[string]string
	Rows      []offsetView
}

// offsetView is one of her offsets.
type offsetView struct {
	points.Offset
	Row      ui.Row
	Withdraw bool
}

var feeFields = []string{"manager", "account", "door", "month", "bill", "yuan"}

func (p *Pages) fee(w http.ResponseWriter, r *http.Request) error {
	return p.showFee(w, r, http.StatusOK, nil)
}

func (p *Pages) showFee(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	h, err := p.here(ctx, r.FormValue("at"))
	if err != nil {
		return err
	}
	v := feeView{Known: h.Belonging != nil, Form: ui.Form{Action: Path + "/property", Wrong: wrong, Busy: i18n.T(ctx, "正在抵，请等一下")}, Typed: typed(r, wrong, feeFields...)}
	if v.Known {
		if err := p.fillFee(ctx, &v, &h, wrong == nil); err != nil {
			return err
		}
	}
	s := p.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "积分抵物业费"))
	s.Back = ui.Link{Href: Path, Text: i18n.T(ctx, "积分")}
	s.Help = ui.Help{Href: "/me/help?page=" + Path}
	return p.ShowAs(w, r, status, httpkit.Never, s, feePage(v))
}

func (p *Pages) fillFee(ctx context.Context, v *feeView, h *here, fresh bool) error {
	purse, err := p.Flows.Purse(ctx, h.Belonging)
	if err != nil {
		return err
	}
	per := h.Rules.Params.PropertyFeePoints
	v.Place, v.At = portal.PlaceName(h.Community), h.Community.Ref
	v.Points, v.Per = ui.PointsStat(ctx, purse.Points, ""), ui.Points(per)
	v.Most = ui.Points(purse.Points / per)
	v.On = p.Flows.Communities.RequireOn(ctx, p.Flows.DB, h.Community.ID, "points_redemption") == nil
	err = p.view(ctx, h.Community.ID, func(rd db.Reader) error {
		all, err := p.Flows.Points.Managers(ctx, rd, h.Community.ID)
		if err != nil {
			return err
		}
		for _, m := range all {
			v.Managers = append(v.Managers, ui.Option{Value: m.ID.String(), Text: m.Name})
		}
		mine, err := p.Flows.Points.OffsetsOf(ctx, rd, h.Community.ID, h.Member.ID)
		for _, o := range mine {
			v.Rows = append(v.Rows, offsetView{Offset: o, Row: offsetRow(ctx, &o, h), Withdraw: o.Answer == nil && o.File.IsZero()})
		}
		v.Form.Token = form("property", len(mine))
		if fresh && len(mine) > 0 { // most people have one home
			v.Typed["manager"], v.Typed["account"], v.Typed["door"] = mine[0].Manager.String(), mine[0].Account, mine[0].Door
		}
		return err
	})
	if fresh {
		if v.Typed["month"] = (h.day.Month()).String(); v.Typed["door"] == "" {
			v.Typed["door"] = p.doorOf(ctx)
		}
	}
	return err
}

// doorOf is the door of the person's home, "" if it is not known.
func (p *Pages) doorOf(ctx context.Context) (door string) {
	_ = p.view(ctx, id.Tilde, func(rd db.Reader) error {
		home, found, err := p.Flows.Households.HomeOf(ctx, rd, authz.Of(ctx).Acting())
		if found {
			door = home.Door
		}
		return err
	})
	return door
}

func offsetRow(ctx context.Context, o *points.Offset, h *here) ui.Row {
	row := ui.Row{Icon: "building", Title: i18n.T(ctx, "%s的物业费", ui.Month(ctx, o.Month)), Text: i18n.T(ctx, "%s 分抵 %s 元，户号 %s", ui.Points(o.Points), ui.Yuan(o.Amount), o.Account), EndNote: moment(ctx, o.At, h.Zone)}
	row.Tag, row.Tone = answerOf(ctx, o)
	if o.Answer != nil && o.Answer.Reason != "" {
		row.Notes = []string{o.Answer.Reason}
	}
	return row
}

// answerOf is where an offset stands, in a word.
func answerOf(ctx context.Context, o *points.Offset) (string, ui.Tone) {
	switch {
	case o.Answer == nil && o.File.IsZero():
		return i18n.T(ctx, "等出表"), ui.Tell
	case o.Answer == nil:
		return i18n.T(ctx, "等物业答复"), ui.Tell
	case o.Answer.Answer == points.Accepted:
		return i18n.T(ctx, "物业收下了"), ui.OK
	case o.Answer.Answer == points.Declined:
		return i18n.T(ctx, "没收，退了积分"), ui.Soon
	}
	return i18n.T(ctx, "自己撤回了"), ui.Tell
}

func (p *Pages) offset(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	h, err := p.here(ctx, r.FormValue("at"))
	if err != nil {
		return err
	}
	if h.Belonging == nil {
		return points.ErrNoManager
	}
	x := flow.Offsetting{Member: h.Member.ID, Account: strings.TrimSpace(r.FormValue("account")), Door: strings.TrimSpace(r.FormValue("door")), Form: r.FormValue(ui.TokenName)}
	if x.Manager, err = id.Parse(r.FormValue("manager")); err != nil {
		err = points.ErrBadOffset.On("manager")
	}
	if err == nil {
		if x.Month, err = period.ParseMonth(r.FormValue("month")); err != nil {
			err = points.ErrBadOffset.On("month")
		}
	}
	if err == nil {
		if x.Bill, err = yuan(r, "bill", points.ErrBadOffset); err == nil {
			x.Amount, err = yuan(r, "yuan", points.ErrBadOffset)
		}
	}
	if err == nil {
		_, err = p.Flows.OffsetFee(ctx, h.Community.ID, authz.Of(ctx).Actor(), x)
	}
	if err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showFee(w, r, status, wrong) })
	}
	return see(w, r, Path+"/property?at="+h.Community.Ref)
}

// withdraw takes an offset of hers back, wherever it lies.
func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := key(r, "offset", points.ErrNoOffset)
	if err != nil {
		return err
	}
	h, err := p.here(ctx, "")
	if err != nil {
		return err
	}
	for i := range h.all {
		b := &h.all[i]
		err := p.Flows.WithdrawOffset(ctx, b.Community.ID, authz.Of(ctx).Actor(), b.Member.ID, at)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		return see(w, r, Path+"/property?at="+b.Community.Ref)
	}
	return points.ErrNoOffset
}
