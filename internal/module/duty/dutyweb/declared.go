package dutyweb

import (
	"net/http"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/portal"
)

// deskDisclosures lists declared profits for those who look after them.
func (h *Pages) deskDisclosures(w http.ResponseWriter, r *http.Request) error {
	return h.showDeclared(w, r, portal.Sent{})
}

// declaredView are the declared profits of a community.
type declaredView struct {
	portal.Room
	Sent   portal.Sent
	All    []declaredRow
	Checks bool
}

// declaredRow is one declared profit.
type declaredRow struct {
	*duty.Disclosure
	Shop, Form, Base string
}

func (h *Pages) showDeclared(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := declaredView{Room: room, Sent: sent, Checks: h.MayIn(ctx, "disclosure.check", room.ID)}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		made, err := h.Flows.Duties.Disclosures(ctx, rd, room.ID, room.Today.Plus(-12))
		v.All = nil
		for _, m := range room.Order {
			for _, d := range slices.Backward(made[m.ID]) {
				if d.Topic == duty.Profit {
					v.All = append(v.All, declaredRow{d, room.ShopName(ctx, m.ID), "d-" + d.ID.String(), "/desk/checks/" + room.Ref + "/" + d.ID.String()})
				}
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowAs(w, r, sent.StatusOf(), httpkit.Private, h.deskFrame(ctx, i18n.T(ctx, "申报的利润")), declaredPage(v))
}

// check notes what a supervisor found of a declared profit.
func (h *Pages) check(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	n, err := id.Parse(r.PathValue("disclosure"))
	if err != nil {
		return duty.ErrNoDisclosure
	}
	found := r.FormValue("found")
	if found != "agrees" && found != "differs" {
		err = duty.ErrBadFinding.On("found")
	} else {
		err = h.Flows.DB.Update(ctx, at.ID, authz.Of(ctx).Actor(), func(tx *db.Tx) error {
			return h.Flows.Duties.Check(ctx, tx, n, found == "agrees", portal.Prose(r, "words"))
		})
	}
	return portal.Done(w, r, err, "/desk/duty/"+at.Ref+"/disclosures", "d-"+n.String(), func(s portal.Sent) error { return h.showDeclared(w, r, s) })
}
