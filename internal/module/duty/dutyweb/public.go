package dutyweb

import (
	"context"
	"fmt"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// noticesView is what was said in public, in a year.
type noticesView struct {
	portal.Room
	Front, Past []publicNoticeView
}

// publicNoticeView is one notice.
type publicNoticeView struct {
	duty.Notice
	Key, Shop, Holds string
	From, Until      string
}

// notices shows what was decided about breaches, with every correction.
func (h *Pages) notices(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := noticesView{Room: room}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		since := room.Now.AddDate(-1, 0, 0)
		all, err := h.Flows.Duties.Notices(ctx, rd, room.ID, since)
		if err != nil {
			return err
		}
		about := make(map[id.ID]*duty.Breach)
		v.Front, v.Past = nil, nil
		for _, n := range all {
			b := about[n.Breach]
			if b == nil {
				if b, err = h.Flows.Duties.BreachByID(ctx, rd, room.ID, n.Breach); err != nil {
					return err
				}
				about[n.Breach] = b
			}
			x := publicNoticeView{Notice: n, Key: fmt.Sprintf("%s-%d", n.Breach, n.Number), Shop: room.ShopName(ctx, b.Merchant), From: ui.FullDay(ctx, period.DayOf(n.From, room.Now.Location())),
				Holds: i18n.T(ctx, "%s。现在：%s", duty.KindName(b.Kind), holdsText(ctx, b))}
			if n.InFront(room.Now) || !b.State().AtRest() {
				x.Until = i18n.T(ctx, "公示到 %s", lastMinute(ctx, &room, n.Until))
				v.Front = append(v.Front, x)
			} else {
				v.Past = append(v.Past, x)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return h.Show(w, r, h.OpenShell(ctx, &room, i18n.T(ctx, "违约公示"), ""), noticesPage(v))
}

// holdsText says what holds of a breach now, whatever was said before.
func holdsText(ctx context.Context, b *duty.Breach) string {
	if x := b.Verdict(); x.Outcome != duty.None {
		return i18n.T(ctx, "%s，%s", verdictText(ctx, x), duty.StateName(b.State()))
	}
	return duty.StateName(b.State()).In(ctx)
}

// deskTabs are the parts of the desk's pages.
func deskTabs(ctx context.Context, room *portal.Room) []ui.Tab {
	return []ui.Tab{
		{Key: "shops", Href: room.Desk("duty", ""), Text: i18n.T(ctx, "各店进度")}, {Key: "breaches", Href: room.Desk("duty", "/breaches"), Text: i18n.T(ctx, "违约")},
		{Key: "disclosures", Href: room.Desk("duty", "/disclosures"), Text: i18n.T(ctx, "申报的利润")}, {Key: "scores", Href: room.Desk("score", ""), Text: i18n.T(ctx, "季度评分")},
	}
}

func kindOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range duty.Kinds {
		options = append(options, ui.Option{Value: string(k), Text: duty.KindName(k).In(ctx)})
	}
	return options
}
