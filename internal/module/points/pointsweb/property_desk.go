package pointsweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// ofManager is what a page about a property manager belongs to: the part of the tree
// whose homes it manages.
func (p *Pages) ofManager(r *http.Request) (authz.Resource, error) {
	m, _, err := p.managerOf(r)
	return authz.Resource{Kind: "property", Place: m.Place}, err
}

func (p *Pages) managerOf(r *http.Request) (m points.Manager, at community.Place, err error) {
	if at, err = p.CommunityIn(r); err != nil {
		return m, at, err
	}
	which, err := key(r, "manager", points.ErrNoManager)
	if err != nil {
		return m, at, err
	}
	err = p.view(r.Context(), at.ID, func(rd db.Reader) error {
		m, err = p.Flows.Points.ManagerByID(r.Context(), rd, at.ID, which)
		return err
	})
	return m, at, err
}

func managerPath(at community.Place, manager id.ID) string {
	return "/desk/property/" + at.Ref + "/managers/" + manager.String()
}

// managersView are the property managers whom the viewer looks after.
type managersView struct {
	Rows  []ui.Row
	Forms []managerForm
}

// managerForm adds a property manager to a community.
type managerForm struct {
	At    community.Place
	Form  ui.Form
	Typed map[string]string
}

func (p *Pages) managers(w http.ResponseWriter, r *http.Request) error {
	return p.showManagers(w, r, http.StatusOK, id.ID{}, nil)
}

func (p *Pages) showManagers(w http.ResponseWriter, r *http.Request, status int, which id.ID, wrong []ui.Wrong) error {
	ctx := r.Context()
	all, err := p.Flows.Communities.List(ctx, p.Flows.DB, community.Community)
	if err != nil {
		return err
	}
	var v managersView
	for _, at := range all {
		err := p.view(ctx, at.ID, func(rd db.Reader) error {
			managers, err := p.Flows.Points.Managers(ctx, rd, at.ID)
			if err != nil {
				return err
			}
			for _, m := range managers {
				if p.Engine.May(ctx, authz.Of(ctx), "property.read", authz.Resource{Kind: "property", Place: m.Place}) != nil {
					continue
				}
				waiting, err := p.Flows.Points.Unfiled(ctx, rd, at.ID, m.ID)
				if err != nil {
					return err
				}
				v.Rows = append(v.Rows, ui.Row{Href: managerPath(at, m.ID), Icon: "building", Title: m.Name, Text: portal.PlaceName(at), EndNote: i18n.T(ctx, "%d 笔等出表", len(waiting))})
			}
			return nil
		})
		if err != nil {
			return err
		}
		if p.Engine.May(ctx, authz.Of(ctx), "property.manage", authz.Resource{Place: at.ID}) == nil {
			f := managerForm{At: at, Form: ui.Form{In: at.Ref, Action: "/desk/property/" + at.Ref + "/managers"}}
			if at.ID == which {
				f.Form.Wrong, f.Typed = wrong, typed(r, wrong, "name", "bank", "bank_account", "holder")
			}
			v.Forms = append(v.Forms, f)
		}
	}
	return p.ShowAs(w, r, status, httpkit.Private, p.desk(ctx, "property", i18n.T(ctx, "物业抵扣")), managersPage(v))
}

func payee(r *http.Request) points.Payee {
	return points.Payee{Bank: strings.TrimSpace(r.FormValue("bank")), Account: strings.TrimSpace(r.FormValue("bank_account")), Holder: strings.TrimSpace(r.FormValue("holder"))}
}

func (p *Pages) addManager(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	m := points.Manager{Name: strings.TrimSpace(r.FormValue("name")), Place: at.ID, Pay: payee(r)}
	if err := p.update(ctx, at.ID, func(tx *db.Tx) error { m, err = p.Flows.Points.AddManager(ctx, tx, m); return err }); err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showManagers(w, r, status, at.ID, wrong) })
	}
	return see(w, r, managerPath(at, m.ID))
}

// managerView is a property manager with its files.
type managerView struct {
	points.Manager
	At      community.Place
	Facts   []ui.Fact
	Waiting []points.Offset
	Sum     money.Amount
	Files   []ui.Row
	Account ui.Form
	Typed   map[string]string
	Make    bool
	Change  bool
}

func (p *Pages) manager(w http.ResponseWriter, r *http.Request) error {
	return p.showManager(w, r, http.StatusOK, nil)
}

func (p *Pages) showManager(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	m, at, err := p.managerOf(r)
	if err != nil {
		return err
	}
	v := managerView{Manager: m, At: at, Account: ui.Form{Action: managerPath(at, m.ID) + "/account", Wrong: wrong}, Typed: map[string]string{"bank": m.Pay.Bank, "bank_account": m.Pay.Account, "holder": m.Pay.Holder}}
	if wrong != nil {
		v.Typed = typed(r, wrong, "bank", "bank_account", "holder")
	}
	may := func(a authz.Action) bool {
		return p.Engine.May(ctx, authz.Of(ctx), a, authz.Resource{Place: m.Place}) == nil
	}
	v.Make, v.Change = may("property.answer"), may("property.manage")
	zone := p.zoneOf(ctx, at.ID)
	err = p.view(ctx, at.ID, func(rd db.Reader) error {
		if v.Waiting, err = p.Flows.Points.Unfiled(ctx, rd, at.ID, m.ID); err != nil {
			return err
		}
		for _, o := range v.Waiting {
			v.Sum += o.Amount
		}
		h, err := p.Flows.Ledger.Holding(ctx, rd, at.ID, ledger.Of(party.Owner{Kind: party.Org, ID: m.ID}, ledger.Payable))
		if err != nil {
			return err
		}
		v.Facts = []ui.Fact{{Name: i18n.T(ctx, "账上应付，元"), Text: ui.Yuan(h.Balance)}, {Name: i18n.T(ctx, "开户行"), Text: m.Pay.Bank}, {Name: i18n.T(ctx, "户名"), Text: m.Pay.Holder}, {Name: i18n.T(ctx, "账号"), Text: m.Pay.Account}}
		files, err := p.Flows.Points.Files(ctx, rd, at.ID, m.ID)
		for i := range files {
			f := &files[i]
			row := ui.Row{Href: managerPath(at, m.ID) + "/files/" + f.ID.String(), Icon: "table", Title: fileName(ctx, f), Text: i18n.T(ctx, "%d 笔，收下 %s 元", len(f.Lines), ui.Yuan(f.Accepted())), EndNote: moment(ctx, f.At, zone)}
			row.Tag, row.Tone = fileState(ctx, f)
			v.Files = append(v.Files, row)
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.ShowAs(w, r, status, httpkit.Never, p.desk(ctx, "property", m.Name), managerPage(v))
}

func fileName(ctx context.Context, f *points.OffsetFile) string {
	return i18n.T(ctx, "%s第 %d 张", ui.Month(ctx, f.Month), f.Number)
}

func fileState(ctx context.Context, f *points.OffsetFile) (string, ui.Tone) {
	switch {
	case f.Payment != nil:
		return i18n.T(ctx, "付了"), ui.OK
	case f.Open() > 0:
		return i18n.T(ctx, "%d 笔等答复", f.Open()), ui.Act
	case f.Accepted() == 0:
		return i18n.T(ctx, "不用付"), ui.Tell
	}
	return i18n.T(ctx, "等财务付"), ui.Act
}

func (p *Pages) setPayee(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, at, err := p.managerOf(r)
	if err != nil {
		return err
	}
	if err := p.update(ctx, at.ID, func(tx *db.Tx) error { return p.Flows.Points.SetPayee(ctx, tx, m.ID, payee(r)) }); err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showManager(w, r, status, wrong) })
	}
	return see(w, r, managerPath(at, m.ID))
}

func (p *Pages) makeFile(w http.ResponseWriter, r *http.Request) error {
	m, at, err := p.managerOf(r)
	if err != nil {
		return err
	}
	f, err := p.Flows.MakeOffsetFile(r.Context(), at.ID, authz.Of(r.Context()).Actor(), m.ID)
	if err != nil {
		return err
	}
	return see(w, r, managerPath(at, m.ID)+"/files/"+f.ID.String())
}
