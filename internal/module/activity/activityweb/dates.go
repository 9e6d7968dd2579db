package activityweb

import (
	"context"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// dateView is one date for who teaches it, or for the desk.
type dateView struct {
	activity.Session
	When    string
	Tone    ui.Tone
	Tag     string
	Words   string
	Door    string // the page for the door
	Sheet   string // the list for paper
	Came    ui.Form
	CanMark bool
	Names   []ui.Option
	There   []string
	Settle  *ui.Confirm
	Off     ui.Form
	CanOff  bool
	Seated  int // people who have a seat
	Excused int // who said that they do not come
	Number  int // who came
	Going   *going
}

// going is a date that has ended and is still carried out for those who have a seat.
type going struct {
	Tone   ui.Tone
	Tag    string
	Text   string
	Action string // goes on with it
}

// goingOn says how far a date that has ended is carried out; nil once that is all.
func goingOn(ctx context.Context, a *activity.Activity, s *activity.Session, x *hers, to string) *going {
	if !s.End.Done.IsZero() {
		return nil
	}
	done, left := 0, 0
	for _, seat := range x.seats {
		switch {
		case x.closed[[2]id.ID{s.ID, seat.ID}]:
			done++
		case s.End.Held && seat.Attends(s), !s.End.Held && seat.Held() && !seat.Since.After(s.Begins), a.State() == activity.Off && seat.Stands():
			left++
		}
	}
	g := &going{Tone: ui.Soon, Tag: i18n.T(ctx, "正在结清"), Text: i18n.T(ctx, "办好了 %d 位，还有 %d 位。会自己接着办完。", done, left), Action: to + "/held"}
	if !s.End.Held {
		g.Tag, g.Action = i18n.T(ctx, "正在取消"), to+"/off"
	}
	return g
}

// dateViews are the dates with what can be done with each.
func dateViews(ctx context.Context, now time.Time, a *activity.Activity, x *hers, names map[id.ID]string, base string, sent portal.Sent, early time.Duration) (all []dateView) {
	for _, s := range a.Sessions {
		key := s.ID.String()
		to := base + "/sessions/" + key
		d := dateView{Session: s, When: span(ctx, now.Location(), &s), Door: to + "/door", Sheet: to + "/sheet", Came: sent.Ask("came-"+key, to+"/came"), Off: sent.Ask("off-"+key, to+"/off")}
		if s.End != nil {
			d.Tone, d.Tag = endTag(ctx, &s)
			d.Words = why(ctx, s.End.Words, s.End.Cause)
			d.Going = goingOn(ctx, a, &s, x, to)
		}
		for _, seat := range x.seats {
			if x.cameOn(s.ID, seat.ID) {
				d.Number += seat.People
				d.There = append(d.There, seat.ID.String())
			}
			if !x.excused[[2]id.ID{s.ID, seat.ID}].IsZero() {
				d.Excused += seat.People
			}
			if seat.Attends(&s) {
				d.Seated += seat.People
				d.Names = append(d.Names, ui.Option{Value: seat.ID.String(), Text: called(ctx, names[seat.Member], seat.People)})
			}
		}
		if s.End == nil {
			d.CanOff = true
			d.CanMark = !now.Before(s.Begins.Add(-early)) && len(d.Names) > 0
			if !now.Before(s.Begins) && d.Number > 0 {
				d.Settle = &ui.Confirm{ID: "held-" + key, Open: i18n.T(ctx, "办完了，结清"), Class: "call", Title: i18n.T(ctx, "这一次结清？"), Text: settleText(ctx, a, d.Number), Action: to + "/held", Do: i18n.T(ctx, "结清")}
			}
		}
		all = append(all, d)
	}
	return all
}

func called(ctx context.Context, name string, people int) string {
	if people > 1 {
		return i18n.T(ctx, "%s，一共 %d 位", name, people)
	}
	return name
}

func settleText(ctx context.Context, a *activity.Activity, came int) string {
	switch a.Pay {
	case activity.BySeat:
		return i18n.T(ctx, "来了 %s 位，按这个付给老师；没来又没请假的，补给老师一部分。结清以后不能再改。", strconv.Itoa(came))
	case activity.ByPool:
		return i18n.T(ctx, "来了 %s 位，由权益池付给老师。结清以后不能再改。", strconv.Itoa(came))
	}
	return i18n.T(ctx, "来了 %s 位。结清以后不能再改。", strconv.Itoa(came))
}
