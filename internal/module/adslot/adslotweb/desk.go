package adslotweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/adslot"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView is a community's advertising for the office.
type deskView struct {
	portal.Room
	Drafts   []draftView
	Slots    []slotView
	Closed   []adslot.Slot
	Bookings []bookedView
	May      bool
	Sent     portal.Sent
}

// draftView is what waits to be looked at.
type draftView struct {
	adslot.Creative
	Shop, Slot, When string
	Picture          string
}

// bookedView is one booking with its counts.
type bookedView struct {
	adslot.Booking
	Shop, Slot, State string
	Tone              ui.Tone
	Views, Clicks     int64
	Ahead             bool
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Sent: sent, May: h.Engine.May(ctx, authz.Of(ctx), "ad.keep", authz.Resource{Place: room.ID}) == nil}
	if err := h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error { return h.fillDesk(ctx, rd, &v) }); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "ads", i18n.T(ctx, "广告位")), deskPage(v))
}

func (h *Pages) fillDesk(ctx context.Context, rd db.Reader, v *deskView) error {
	slots, err := h.svc().Slots(ctx, rd, v.ID)
	if err != nil {
		return err
	}
	names := slotNames(ctx, slots)
	for _, s := range slots {
		if !s.Ended.IsZero() {
			v.Closed = append(v.Closed, s)
		}
	}
	if v.Bookings, err = h.booked(ctx, rd, &v.Room, names); err != nil {
		return err
	}
	var standing []adslot.Booking
	shops := make(map[id.ID]adslot.Booking)
	for _, b := range v.Bookings {
		standing, shops[b.Booking.ID] = append(standing, b.Booking), b.Booking
	}
	v.Slots = calendar(ctx, &v.Room, id.ID{}, slots, standing)
	waiting, err := h.svc().Waiting(ctx, rd, v.ID, v.Today.Month())
	for _, c := range waiting {
		b := shops[c.Booking]
		d := draftView{Creative: c, Shop: v.ShopName(ctx, b.Shop), Slot: names[b.Slot], When: ui.Month(ctx, b.Month)}
		if !c.File.IsZero() {
			d.Picture = v.Desk("ads", "/drafts/"+c.ID.String()+"/picture")
		}
		v.Drafts = append(v.Drafts, d)
	}
	return err
}

// monthsBack is how far back bookings are listed.
const monthsBack = 12

func (h *Pages) booked(ctx context.Context, rd db.Reader, room *portal.Room, names map[id.ID]string) (views []bookedView, err error) {
	all, err := h.svc().Since(ctx, rd, room.ID, room.Today.Month()-monthsBack)
	if err != nil {
		return nil, err
	}
	for _, b := range slices.Backward(all) {
		v := bookedView{Booking: b, Shop: room.ShopName(ctx, b.Shop), Slot: names[b.Slot], Ahead: b.End == nil && room.Today <= b.Month.Last()}
		v.State, v.Tone = bookingState(ctx, &b, room.Today)
		days, err := h.svc().Counts(ctx, rd, room.ID, b.ID)
		if err != nil {
			return nil, err
		}
		for _, d := range days {
			v.Views, v.Clicks = v.Views+d.Views, v.Clicks+d.Clicks
		}
		views = append(views, v)
	}
	return views, nil
}

// exportAll takes the bookings of a year along, with their counts.
func (h *Pages) exportAll(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "广告"), Head: []string{i18n.T(ctx, "月份"), i18n.T(ctx, "广告位"), i18n.T(ctx, "店铺"), i18n.T(ctx, "价格（元）"), i18n.T(ctx, "状态"), i18n.T(ctx, "看到的人次"), i18n.T(ctx, "点开的人次")}}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		slots, err := h.svc().Slots(ctx, rd, room.ID)
		if err != nil {
			return err
		}
		all, err := h.booked(ctx, rd, &room, slotNames(ctx, slots))
		for _, b := range all {
			row := append(sheet.Texts(b.Month.String(), b.Slot, b.Shop), sheet.Figure(b.Price.Decimal(money.CNY)), sheet.Value{Text: b.State})
			t.Rows = append(t.Rows, append(row, sheet.Figure(strconv.FormatInt(b.Views, 10)), sheet.Figure(strconv.FormatInt(b.Clicks, 10))))
		}
		return err
	})
	if err != nil {
		return err
	}
	return portal.Take(w, r, i18n.T(ctx, "广告"), cmp.Or(r.FormValue("format"), "csv"), t)
}

// keep does something in the community in an address.
func (h *Pages) keep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, community id.ID) error) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	return portal.Done(w, r, do(r.Context(), c.ID), "/desk/ads/"+c.Ref, form, func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

func (h *Pages) offer(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "offer", func(ctx context.Context, community id.ID) error {
		price, err := portal.Yuan(r, "price")
		if err != nil {
			return err
		}
		slot := adslot.Slot{Page: adslot.Page(r.FormValue("page")), Name: strings.TrimSpace(r.FormValue("name")), Price: price}
		return h.Flows.OfferSlot(ctx, community, authz.Of(ctx).Actor(), r.FormValue(ui.TokenName), slot)
	})
}

func (h *Pages) closeSlot(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "close", func(ctx context.Context, community id.ID) error {
		slot, err := id.Parse(r.PathValue("slot"))
		if err != nil {
			return adslot.ErrNoSlot
		}
		return h.Flows.DB.Update(ctx, community, authz.Of(ctx).Actor(), func(tx *db.Tx) error { return h.svc().Close(ctx, tx, slot) })
	})
}

func (h *Pages) review(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "review-"+r.PathValue("creative"), func(ctx context.Context, community id.ID) error {
		creative, err := id.Parse(r.PathValue("creative"))
		if err != nil {
			return adslot.ErrNoCreative
		}
		return h.Flows.ReviewAd(ctx, community, creative, authz.Of(ctx).Actor(), r.FormValue("verdict") == "pass", strings.TrimSpace(r.FormValue("words")))
	})
}

func (h *Pages) cancelFor(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "cancel-"+r.PathValue("booking"), func(ctx context.Context, community id.ID) error {
		booking, err := id.Parse(r.PathValue("booking"))
		if err != nil {
			return adslot.ErrNoBooking
		}
		_, err = h.Flows.CancelAd(ctx, community, booking, id.ID{}, authz.Of(ctx).Actor(), strings.TrimSpace(r.FormValue("words")))
		return err
	})
}

func (h *Pages) draftPicture(w http.ResponseWriter, r *http.Request) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	creative, err := id.Parse(r.PathValue("creative"))
	if err != nil {
		return adslot.ErrNoCreative
	}
	var file id.ID
	err = h.Flows.DB.View(r.Context(), c.ID, func(rd db.Reader) error {
		d, err := h.svc().CreativeByID(r.Context(), rd, c.ID, creative)
		file = d.File
		return err
	})
	if err != nil {
		return err
	}
	return h.send(w, r, c.ID, file, httpkit.Private)
}
