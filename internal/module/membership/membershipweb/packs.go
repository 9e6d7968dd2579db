package membershipweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// packsView are the packs of the quarter, and the one that a member chose.
type packsView struct {
	flow.MyMembership
	Mine    *membership.Claim
	MyPack  *membership.Pack
	Packs   []packView
	Months  string
	Wrong   string
	Serving bool
}

// packView is a pack on offer.
type packView struct {
	*membership.Pack
	Shops string
	May   bool
}

func (h *Pages) packs(w http.ResponseWriter, r *http.Request) error {
	return h.showPacks(w, r, http.StatusOK, nil)
}

func (h *Pages) showPacks(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	v := packsView{MyMembership: m, Serving: m.Terms.Current(m.Today) != nil, Months: quarterName(ctx, membership.Quarter(m.Today))}
	if len(wrong) > 0 {
		v.Wrong = wrong[0].Text
	}
	v.Mine = m.Claim()
	for i := range m.Packs {
		p := &m.Packs[i]
		if v.Mine != nil && v.Mine.Pack == p.ID {
			v.MyPack = p
		}
		if p.Closed != "" || m.Today > p.Until {
			continue
		}
		v.Packs = append(v.Packs, packView{Pack: p, Shops: h.shopList(ctx, m.ShopNames, p.Shops), May: v.Serving && v.Mine == nil && p.Left() > 0})
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.shell(ctx, i18n.T(ctx, "权益包")), packsPage(v))
}

// shopList names shops in one line.
func (h *Pages) shopList(ctx context.Context, names map[id.ID]string, shops []id.ID) string {
	all := make([]string, 0, len(shops))
	for _, s := range shops {
		all = append(all, names[s])
	}
	return strings.Join(all, i18n.T(ctx, "、"))
}

// quarterName is the months of a quarter.
func quarterName(ctx context.Context, q period.Month) string {
	return i18n.T(ctx, "%s 年 %d 到 %d 月", strconv.Itoa(q.Year()), int(q.Calendar()), int(q.Calendar())+2)
}

// choose keeps a pack.
func (h *Pages) choose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	pack, err := id.Parse(r.PathValue("pack"))
	if err != nil {
		return membership.ErrNoPack
	}
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	if m.Member == nil {
		return membership.ErrNotGood
	}
	_, err = h.Flows.ChoosePack(ctx, m.Community.ID, authz.Of(ctx).Actor(), m.Ref, pack)
	return back(w, r, err, self+"/packs", func(status int, wrong []ui.Wrong) error { return h.showPacks(w, r, status, wrong) })
}

// putBack gives a pack back that was not collected.
func (h *Pages) putBack(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	if m.Member == nil {
		return membership.ErrNoClaim
	}
	err = h.Flows.VoidMyPack(ctx, m.Community.ID, authz.Of(ctx).Actor(), m.Ref, r.PathValue("claim"))
	return back(w, r, err, self+"/packs", func(status int, wrong []ui.Wrong) error { return h.showPacks(w, r, status, wrong) })
}
