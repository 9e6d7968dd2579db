package adslotweb

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/adslot"
	"gongyi/internal/module/charge"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// listView is a shop's advertisements, and the calendar of what is free.
type listView struct {
	portal.Counter
	Mine  []ui.Row
	Slots []slotView
	Sent  portal.Sent
}

// slotView is a slot with its months.
type slotView struct {
	adslot.Slot
	Months []monthView
}

// monthView is one month of a slot.
type monthView struct {
	Month period.Month
	Price money.Amount
	By    string // the shop that has it, "" if it is free
	Mine  bool
}

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	return h.showList(w, r, portal.Sent{})
}

func (h *Pages) showList(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := listView{Counter: c, Sent: sent}
	err = h.Flows.DB.View(ctx, c.ID, func(rd db.Reader) error {
		mine, err := h.svc().OfShop(ctx, rd, c.ID, c.Shop.ID)
		if err != nil {
			return err
		}
		slots, err := h.svc().Slots(ctx, rd, c.ID)
		if err != nil {
			return err
		}
		names := slotNames(ctx, slots)
		for _, b := range mine {
			v.Mine = append(v.Mine, bookingRow(ctx, &b, names[b.Slot], c.Href("/ads/"+b.ID.String()), c.Today))
		}
		taken, err := h.svc().Since(ctx, rd, c.ID, c.Today.Month())
		v.Slots = calendar(ctx, &c.Room, c.Shop.ID, slots, taken)
		return err
	})
	if err != nil {
		return err
	}
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "life", i18n.T(ctx, "我的广告"))
	s.Back = ui.Link{Href: c.Href("/life"), Text: i18n.T(ctx, "联盟")}
	return h.ShowSent(w, r, sent, s, listPage(v))
}

func slotNames(ctx context.Context, slots []adslot.Slot) map[id.ID]string {
	names := make(map[id.ID]string, len(slots))
	for _, s := range slots {
		names[s.ID] = i18n.T(ctx, "%s · %s", adslot.PageName(s.Page), s.Name)
	}
	return names
}

// calendar are the slots that are offered, with the months ahead and who has each.
func calendar(ctx context.Context, room *portal.Room, shop id.ID, slots []adslot.Slot, taken []adslot.Booking) (views []slotView) {
	for _, s := range slots {
		if !s.Ended.IsZero() {
			continue
		}
		v := slotView{Slot: s}
		for m := room.Today.Month(); m <= room.Today.Month()+adslot.MonthsAhead; m++ {
			month := monthView{Month: m, Price: adslot.Prorate(s.Price, m.First(), max(m.First(), room.Today), m.Last())}
			for _, b := range taken {
				if b.End == nil && b.Slot == s.ID && b.Month == m {
					month.By, month.Mine = room.ShopName(ctx, b.Shop), b.Shop == shop
				}
			}
			v.Months = append(v.Months, month)
		}
		views = append(views, v)
	}
	return views
}

func bookingRow(ctx context.Context, b *adslot.Booking, slot, href string, today period.Day) ui.Row {
	row := ui.Row{Href: href, Icon: "image", Title: ui.Month(ctx, b.Month), Text: slot}
	row.Tag, row.Tone = bookingState(ctx, b, today)
	return row
}

func bookingState(ctx context.Context, b *adslot.Booking, today period.Day) (string, ui.Tone) {
	switch {
	case b.End != nil:
		return adslot.EndName(b.End.How).In(ctx), ui.Bad
	case b.Paid.IsZero():
		return i18n.T(ctx, "等付款"), ui.Act
	case today > b.Month.Last():
		return i18n.T(ctx, "放完了"), ui.Tell
	case today < b.From:
		return i18n.T(ctx, "订好了"), ui.OK
	}
	return i18n.T(ctx, "这个月"), ui.OK
}

func (h *Pages) book(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	slot, month, _ := strings.Cut(r.FormValue("month"), " ")
	to := "/shop/" + at.Subject.String() + "/ads"
	err = func() error {
		which, err := id.Parse(slot)
		if err != nil {
			return adslot.ErrNoSlot
		}
		m, err := period.ParseMonth(month)
		if err != nil {
			return adslot.ErrBadMonth.On("month")
		}
		b, err := h.Flows.BookAd(ctx, at.Place, at.Subject, which, authz.Of(ctx).Actor(), m)
		to += "/" + b.ID.String()
		return err
	}()
	return portal.Done(w, r, err, to, "book", func(s portal.Sent) error { return h.showList(w, r, s) })
}

// bookingView is one month of a shop.
type bookingView struct {
	portal.Counter
	adslot.Booking
	Slot      string
	State     string
	Tone      ui.Tone
	Base      string
	Charge    *charge.Charge
	PayLink   string // where it can be paid online, "" nowhere
	Drafts    []adslot.Creative
	Days      []adslot.Count
	Views     int64
	Clicks    int64
	Targets   []ui.Option
	CanDraft  bool
	CanCancel bool
	Sent      portal.Sent
}

func (h *Pages) booking(w http.ResponseWriter, r *http.Request) error {
	return h.showBooking(w, r, portal.Sent{})
}

func (h *Pages) showBooking(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	v, err := h.bookingOf(r)
	if err != nil {
		return err
	}
	v.Sent = sent
	s := h.ShopShell(ctx, v.Counter.ID, v.Counter.Shop.ID, "life", ui.Month(ctx, v.Month))
	s.Back = ui.Link{Href: v.Href("/ads"), Text: i18n.T(ctx, "我的广告")}
	return h.ShowSent(w, r, sent, s, bookingPage(v))
}

func (h *Pages) bookingOf(r *http.Request) (v bookingView, err error) {
	ctx := r.Context()
	if v.Counter, err = h.Counter(r); err != nil {
		return v, err
	}
	at, err := id.Parse(r.PathValue("booking"))
	if err != nil {
		return v, adslot.ErrNoBooking
	}
	community := v.Counter.ID
	err = h.Flows.DB.View(ctx, community, func(rd db.Reader) error {
		if v.Booking, err = h.svc().BookingByID(ctx, rd, community, at); err != nil {
			return err
		}
		if v.Booking.Shop != v.Counter.Shop.ID {
			return adslot.ErrNotYours
		}
		slots, err := h.svc().Slots(ctx, rd, community)
		if err != nil {
			return err
		}
		v.Slot = slotNames(ctx, slots)[v.Booking.Slot]
		if v.Drafts, err = h.svc().Creatives(ctx, rd, community, at); err != nil {
			return err
		}
		if v.Days, err = h.svc().Counts(ctx, rd, community, at); err != nil {
			return err
		}
		asked, err := h.Flows.Charges.Of(ctx, rd, community, at)
		if len(asked) > 0 {
			v.Charge = &asked[0]
			v.PayLink = h.PayLink(community, v.Charge.Code)
		}
		return err
	})
	for _, d := range v.Days {
		v.Views, v.Clicks = v.Views+d.Views, v.Clicks+d.Clicks
	}
	v.State, v.Tone = bookingState(ctx, &v.Booking, v.Today)
	v.Base = v.Href("/ads/" + at.String())
	open := v.End == nil && v.Today <= v.Month.Last() && v.Owner
	v.CanDraft, v.CanCancel = open, open
	v.Targets = []ui.Option{
		{Value: v.Path("/shops/" + v.Counter.Shop.ID.String()), Text: i18n.T(ctx, "本店的页面")}, {Value: v.Path("/days"), Text: i18n.T(ctx, "商家日")},
		{Value: v.Path("/sets"), Text: i18n.T(ctx, "接龙套餐")}, {Value: v.Path("/map"), Text: i18n.T(ctx, "社区地图")},
	}
	return v, err
}

// change does something with the booking in an address.
func (h *Pages) change(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at authz.Resource, booking id.ID) error) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	booking, err := id.Parse(r.PathValue("booking"))
	if err != nil {
		return adslot.ErrNoBooking
	}
	to := "/shop/" + at.Subject.String() + "/ads/" + booking.String()
	return portal.Done(w, r, do(r.Context(), at, booking), to, form, func(s portal.Sent) error { return h.showBooking(w, r, s) })
}

func (h *Pages) draft(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, "creative", func(ctx context.Context, at authz.Resource, booking id.ID) error {
		picture, err := portal.PictureIn(r, "picture")
		if err != nil {
			return err
		}
		c := adslot.Creative{Booking: booking, Text: strings.TrimSpace(r.FormValue("text")), Target: r.FormValue("target")}
		return h.Flows.DraftAd(ctx, at.Place, at.Subject, authz.Of(ctx).Actor(), c, picture)
	})
}

func (h *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, "cancel", func(ctx context.Context, at authz.Resource, booking id.ID) error {
		_, err := h.Flows.CancelAd(ctx, at.Place, booking, at.Subject, authz.Of(ctx).Actor(), "")
		return err
	})
}

func (h *Pages) ownPicture(w http.ResponseWriter, r *http.Request) error {
	v, err := h.bookingOf(r)
	if err != nil {
		return err
	}
	for _, d := range v.Drafts {
		if d.ID.String() == r.PathValue("creative") {
			return h.send(w, r, v.Counter.ID, d.File, httpkit.Private)
		}
	}
	return adslot.ErrNoCreative
}

// export takes the counts of a booking along, day by day.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := h.bookingOf(r)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "广告"), Head: []string{i18n.T(ctx, "日期"), i18n.T(ctx, "看到的人次"), i18n.T(ctx, "点开的人次")}}
	for _, d := range v.Days {
		t.Rows = append(t.Rows, append(sheet.Texts(d.Day.String()), sheet.Figure(strconv.FormatInt(d.Views, 10)), sheet.Figure(strconv.FormatInt(d.Clicks, 10))))
	}
	return portal.Take(w, r, i18n.T(ctx, "广告")+" "+v.Month.String(), cmp.Or(r.FormValue("format"), "csv"), t)
}
