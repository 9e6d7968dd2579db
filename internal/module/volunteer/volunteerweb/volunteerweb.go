// Package volunteerweb are the pages of volunteers (F1): a member becomes one in three
// steps, says what she can do and when, is away for a week with one tap, and sees all
// that is known of her; a neighbour vouches; a shop keeps staff in reserve; the desk
// looks at certificates, notes who somebody is, and enters who has no phone.
package volunteerweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of volunteers.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their doors.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "volunteers", Href: "/desk/volunteers", Icon: "hands", Text: i18n.M("志愿者"), Group: i18n.M("邻里互助"), Action: "volunteer_desk.read"},
		portal.Door{Kind: ui.MerchantFrame, Key: "reserve", Href: "/shop/{shop}/reserve", Icon: "hands", Text: i18n.M("后备帮手"), Action: "reserve.read"},
	)
	h.memberRoutes(t)
	h.shopRoutes(t)
	h.deskRoutes(t)
}

// self is where a volunteer sees herself.
const self = "/me/volunteer"

func (h *Pages) memberRoutes(t *httpkit.Router) {
	const read, keep, vouch = "volunteer.read", "volunteer.keep", "volunteer.vouch"
	const word = "/c/{community}/vouch/{volunteer}"
	on := httpkit.Mine
	t.Add(
		httpkit.Route{Pattern: "GET " + self, Action: read, On: on, Do: h.mine},
		httpkit.Route{Pattern: "GET " + self + "/join", Action: keep, On: on, Do: h.join},
		httpkit.Route{Pattern: "POST " + self, Action: keep, On: on, Do: h.become},
		httpkit.Route{Pattern: "GET " + self + "/parts/{part}", Action: keep, On: on, Do: h.part},
		httpkit.Route{Pattern: "POST " + self + "/parts/{part}", Action: keep, On: on, Do: h.changePart},
		httpkit.Route{Pattern: "POST " + self + "/exceptions", Action: keep, On: on, Do: h.except},
		httpkit.Route{Pattern: "POST " + self + "/exceptions/{exception}/end", Action: keep, On: on, Do: h.usual},
		httpkit.Route{Pattern: "POST " + self + "/state", Action: keep, On: on, Do: h.state},
		httpkit.Route{Pattern: "POST " + self + "/beyond", Action: keep, On: on, Do: h.beyond},
		httpkit.Route{Pattern: "POST " + self + "/certificates", Action: keep, On: on, Upload: portal.UploadMost, Do: h.hand},
		httpkit.Route{Pattern: "GET " + self + "/certificates/{certificate}", Action: read, On: on, Do: h.paper},
		httpkit.Route{Pattern: "POST " + self + "/reserves/{reserve}/answer", Action: keep, On: on, Do: h.answer},
		httpkit.Route{Pattern: "POST " + self + "/reserves/{reserve}/end", Action: keep, On: on, Do: h.leave},
		httpkit.Route{Pattern: "GET " + word, Action: vouch, On: on, Do: h.vouch},
		httpkit.Route{Pattern: "POST " + word, Action: vouch, On: on, Do: h.vouched},
		httpkit.Route{Pattern: "POST " + word + "/{vouch}/end", Action: vouch, On: on, Do: h.unvouch},
	)
}

func (h *Pages) shopRoutes(t *httpkit.Router) {
	const read, keep = "reserve.read", "reserve.keep"
	on := portal.OfShop
	t.Add(
		httpkit.Route{Pattern: "GET /shop/{shop}/reserve", Action: read, On: on, Do: h.reserve},
		httpkit.Route{Pattern: "POST /shop/{shop}/reserve", Action: keep, On: on, Do: h.offer},
		httpkit.Route{Pattern: "POST /shop/{shop}/reserve/{reserve}/end", Action: keep, On: on, Do: h.endReserve},
	)
}

func (h *Pages) deskRoutes(t *httpkit.Router) {
	const look, keep = "volunteer_desk.read", "volunteer_desk.keep"
	const base, one = "/desk/volunteers/{community}", "/desk/volunteers/{community}/{volunteer}"
	on := h.InCommunity
	t.Add(
		httpkit.Route{Pattern: "GET /desk/volunteers", Action: look, On: h.Somewhere(look), Do: h.Choose(look, "volunteers", i18n.M("志愿者"))},
		httpkit.Route{Pattern: "GET " + base, Action: look, On: on, Do: h.desk},
		httpkit.Route{Pattern: "GET " + base + "/export", Action: "volunteer_desk.export", On: on, Do: h.export},
		httpkit.Route{Pattern: "GET " + base + "/new", Action: keep, On: on, Do: h.fresh},
		httpkit.Route{Pattern: "POST " + base, Action: keep, On: on, Do: h.enter},
		httpkit.Route{Pattern: "POST " + base + "/invitations", Action: keep, On: on, Do: h.invite},
		httpkit.Route{Pattern: "GET " + one, Action: look, On: on, Do: h.one},
		httpkit.Route{Pattern: "GET " + one + "/parts/{part}", Action: keep, On: on, Do: h.deskPart},
		httpkit.Route{Pattern: "POST " + one + "/parts/{part}", Action: keep, On: on, Do: h.changeDeskPart},
		httpkit.Route{Pattern: "POST " + one + "/state", Action: keep, On: on, Do: h.deskState},
		httpkit.Route{Pattern: "POST " + one + "/proofs", Action: keep, On: on, Do: h.prove},
		httpkit.Route{Pattern: "POST " + one + "/proofs/{proof}/end", Action: keep, On: on, Do: h.unprove},
		httpkit.Route{Pattern: "GET " + one + "/certificates/{certificate}", Action: look, On: on, Do: h.deskPaper},
		httpkit.Route{Pattern: "POST " + one + "/certificates/{certificate}/verdict", Action: keep, On: on, Do: h.judge},
		httpkit.Route{Pattern: "POST " + one + "/vouches/{vouch}/end", Action: keep, On: on, Do: h.endVouch},
	)
}

func (h *Pages) svc() *volunteer.Service { return h.Flows.Volunteers }

func (h *Pages) view(ctx context.Context, at id.ID, fn func(rd db.Reader) error) error {
	return h.Flows.DB.View(ctx, at, fn)
}

func (h *Pages) update(ctx context.Context, at id.ID, fn func(tx *db.Tx) error) error {
	return h.Flows.DB.Update(ctx, at, authz.Of(ctx).Actor(), fn)
}

// home is the community in which the viewer is at home; ok is false for who belongs to
// none.
func (h *Pages) home(ctx context.Context) (room portal.Room, who id.ID, ok bool, err error) {
	me, memberships, err := h.Me(ctx)
	if err != nil || len(memberships) == 0 {
		return room, who, false, err
	}
	c, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, memberships[0].Home)
	if err != nil {
		return room, who, false, err
	}
	room, err = h.RoomOf(ctx, c)
	return room, me.ID, true, err
}

// own is the viewer as a volunteer of her community.
func (h *Pages) own(ctx context.Context) (room portal.Room, v *volunteer.Volunteer, err error) {
	room, who, ok, err := h.home(ctx)
	switch {
	case err != nil:
		return room, nil, err
	case !ok:
		return room, nil, volunteer.ErrNotFound
	}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		v, err = h.svc().ByPerson(ctx, rd, room.ID, who)
		return err
	})
	return room, v, err
}

// volunteerIn is the volunteer in an address of a community's pages.
func (h *Pages) volunteerIn(r *http.Request) (room portal.Room, v *volunteer.Volunteer, err error) {
	if room, err = h.Room(r); err != nil {
		return room, nil, err
	}
	at, err := id.Parse(r.PathValue("volunteer"))
	if err != nil {
		return room, nil, volunteer.ErrNotFound
	}
	err = h.view(r.Context(), room.ID, func(rd db.Reader) error {
		v, err = h.svc().ByID(r.Context(), rd, room.ID, at)
		return err
	})
	return room, v, err
}

// placeOptions are the buildings of a community to set out from, and its grids; the
// first answer is none.
func (h *Pages) placeOptions(ctx context.Context, at id.ID) (options []ui.Option, names map[id.ID]string, err error) {
	options = []ui.Option{{Text: i18n.T(ctx, "请选一处")}}
	names = make(map[id.ID]string)
	err = h.view(ctx, id.Tilde, func(rd db.Reader) error {
		below, err := h.Flows.Communities.Below(ctx, rd, at)
		for _, p := range below {
			if (p.Kind == community.Building || p.Kind == community.Grid) && !p.Closed() {
				names[p.ID] = portal.PlaceName(p)
				options = append(options, ui.Option{Value: p.ID.String(), Text: names[p.ID]})
			}
		}
		return err
	})
	return options, names, err
}
