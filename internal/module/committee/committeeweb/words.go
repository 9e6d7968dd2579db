package committeeweb

import (
	"context"
	"strconv"

	"gongyi/internal/module/committee"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// chairRows are who chairs now, who stands in, and who is next.
func chairRows(ctx context.Context, v room) (rows []ui.Row) {
	c := v.Body.Current(v.Now)
	if m := v.Body.Member(c.Member); m != nil {
		row := ui.Row{Icon: "flag", Title: v.called(m), Text: i18n.T(ctx, "轮值到 %s", v.last(ctx, c.Until))}
		if m.ID != v.Acting.ID {
			row.Tag, row.Tone = i18n.T(ctx, "请假"), ui.Soon
			rows = append(rows, row, ui.Row{Icon: "flag", Title: v.called(v.Acting), Text: i18n.T(ctx, "暂时代理"), Tag: i18n.T(ctx, "代理"), Tone: ui.OK})
		} else {
			rows = append(rows, row)
		}
	}
	if next := v.Body.Next(v.Now); next != nil && next.ID != c.Member {
		rows = append(rows, ui.Row{Icon: "clock", Title: v.called(next), Text: i18n.T(ctx, "下一位轮值")})
	}
	return rows
}

func handoverTone(h *committee.Handover, v room) ui.Tone {
	if h.Late(v.Now) {
		return ui.Bad
	}
	return ui.Soon
}

func handoverFacts(ctx context.Context, h *committee.Handover) []ui.Fact {
	facts := []ui.Fact{{Name: i18n.T(ctx, "没办完的事"), Text: h.Text.Matters}}
	if h.Text.Notes != "" {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "要叮嘱的"), Text: h.Text.Notes})
	}
	if h.Text.Keys != "" {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "钥匙和物品"), Text: h.Text.Keys})
	}
	return facts
}

// handoverStem is how far a hand-over has got.
func handoverStem(ctx context.Context, v handoverView, h *committee.Handover) []ui.Event {
	events := []ui.Event{
		{Title: i18n.T(ctx, "写好交接单"), State: ui.Now}, {Title: i18n.T(ctx, "上一任确认交出"), State: ui.Later}, {Title: i18n.T(ctx, "这一任确认接下"), State: ui.Later},
	}
	done := func(i int, when string) {
		events[i].State, events[i].When = ui.Done, when
		if i+1 < len(events) {
			events[i+1].State = ui.Now
		}
	}
	if h.Text != nil {
		done(0, v.day(ctx, h.Text.At))
	}
	if !h.Given.IsZero() {
		done(1, v.day(ctx, h.Given))
	}
	if !h.Taken.IsZero() {
		done(2, v.day(ctx, h.Taken))
	}
	return events
}

// written is what stands in the form of a hand-over.
func written(v handoverView, h *committee.Handover) committee.Text {
	if v.Form == "write"+h.ID.String() {
		return v.Typed
	}
	if h.Text != nil {
		return *h.Text
	}
	return committee.Text{}
}

func choices(ctx context.Context, v ballotView) (options []ui.Option) {
	for _, o := range v.Options {
		x := ui.Option{Value: strconv.Itoa(o.Number), Text: o.Label}
		if o.Small {
			x.Note = i18n.T(ctx, "本地小店")
		}
		options = append(options, x)
	}
	return options
}

func optionLabel(v ballotView, number int) string {
	for _, o := range v.Options {
		if o.Number == number {
			return o.Label
		}
	}
	return ""
}

func tallyTone(t *committee.Tally) ui.Tone {
	if t.Outcome == committee.Decided {
		return ui.OK
	}
	return ui.Soon
}

func rulingRows(ctx context.Context, v ballotView) (rows []ui.Row) {
	for _, r := range v.Rulings {
		who := i18n.T(ctx, "平台运营")
		if r.Side == committee.ByResidents {
			who = i18n.T(ctx, "居委会")
		}
		rows = append(rows, ui.Row{Icon: "pen", Title: i18n.T(ctx, "%s：%s", who, optionLabel(v, r.Choice)), Text: r.Reason, EndNote: v.day(ctx, r.At)})
	}
	return rows
}

// present are the members that stand as present in the form of the minutes.
func present(v meetingView) []string {
	if v.Form == "minutes" {
		return v.Present
	}
	var all []string
	if v.Meeting.Minutes != nil {
		for _, n := range v.Meeting.Minutes.Present {
			all = append(all, n.String())
		}
	}
	return all
}

func decision(v meetingView, x committee.Item) string {
	if v.Form == "minutes" {
		return v.Typed["decision-"+x.ID.String()]
	}
	if v.Meeting.Minutes != nil {
		return v.Meeting.Minutes.Decisions[x.ID]
	}
	return ""
}

func minutesWords(v meetingView) string {
	if v.Form == "minutes" {
		return v.Typed["words"]
	}
	if v.Meeting.Minutes != nil {
		return v.Meeting.Minutes.Words
	}
	return ""
}
