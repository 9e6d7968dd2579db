package notice

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Arg is one argument of a notice's words. It is kept as what it is, and written in
// the reader's language when she reads it.
type Arg struct {
	As    string `json:"as"` // "yuan", "coins", "points", "count", "text", "say", "day", "month", "quarter", "until", "moment"
	Value string `json:"v"`
	En    string `json:"en,omitempty"` // of "text", where somebody wrote it in English too
}

// Yuan is an amount of money.
func Yuan(v money.Amount) Arg { return Arg{As: "yuan", Value: strconv.FormatInt(int64(v), 10)} }

// Coins is entitlement, with its sign if it moved.
func Coins(v money.Amount) Arg { return Arg{As: "coins", Value: strconv.FormatInt(int64(v), 10)} }

// Points are points.
func Points(v money.Amount) Arg { return Arg{As: "points", Value: strconv.FormatInt(int64(v), 10)} }

// Count is a number of things.
func Count(n int64) Arg { return Arg{As: "count", Value: strconv.FormatInt(n, 10)} }

// Text is what somebody wrote; en is the same in English, "" if nobody did.
func Text(s, en string) Arg { return Arg{As: "text", Value: s, En: en} }

// Say is a sentence of the house by its message key: a role, a purpose.
func Say(key string) Arg { return Arg{As: "say", Value: key} }

// Day is a day.
func Day(d period.Day) Arg { return Arg{As: "day", Value: d.String()} }

// Month is a month.
func Month(m period.Month) Arg { return Arg{As: "month", Value: m.String()} }

// Quarter is the quarter that a month lies in.
func Quarter(m period.Month) Arg { return Arg{As: "quarter", Value: m.String()} }

// Moment is an instant; it is written in the zone of the place.
func Moment(t time.Time) Arg { return Arg{As: "moment", Value: strconv.FormatInt(t.UnixMicro(), 10)} }

// Until is how long something holds; the zero time is without a term.
func Until(t time.Time) Arg {
	if t.IsZero() {
		return Say("不设期限")
	}
	return Arg{As: "until", Value: strconv.FormatInt(t.UnixMicro(), 10)}
}

// in writes an argument for a reader.
func (a Arg) in(ctx context.Context, zone *time.Location) string {
	n, _ := strconv.ParseInt(a.Value, 10, 64)
	switch a.As {
	case "yuan":
		return ui.Yuan(money.Amount(n))
	case "coins":
		return ui.Coins(money.Amount(n))
	case "points":
		return ui.Points(money.Amount(n))
	case "say":
		return i18n.T(ctx, a.Value)
	case "day":
		if d, err := period.ParseDay(a.Value); err == nil {
			return ui.Day(ctx, d)
		}
	case "month":
		if m, err := period.ParseMonth(a.Value); err == nil {
			return ui.Month(ctx, m)
		}
	case "quarter":
		if m, err := period.ParseMonth(a.Value); err == nil {
			return ui.Quarter(ctx, m)
		}
	case "until":
		return i18n.T(ctx, "到 %s 为止", ui.FullDay(ctx, period.DayOf(time.UnixMicro(n), zone)))
	case "moment":
		return ui.Moment(ctx, time.UnixMicro(n).In(zone))
	}
	if a.En != "" && i18n.Of(ctx) == i18n.En {
		return a.En
	}
	return a.Value
}

// Words are the title and the text of a notice in the reader's language.
func (k *Kind) Words(ctx context.Context, args []Arg, zone *time.Location) (title, body string) {
	said := make([]any, len(args))
	for i, a := range args {
		said[i] = a.in(ctx, zone)
	}
	n := strings.Count(k.Title, "%s")
	all := n + strings.Count(k.Body, "%s")
	for len(said) < all { // a kind that has learnt to say more since
		said = append(said, "–")
	}
	title = i18n.T(ctx, k.Title, said[:n]...)
	if k.Body != "" {
		body = i18n.T(ctx, k.Body, said[n:all]...)
	}
	return title, body
}

// Words are the notice's in the reader's language.
func (it *Item) Words(ctx context.Context, zone *time.Location) (title, body string) {
	return it.Kind.Words(ctx, it.Args, zone)
}

// EntryCause names an entry of a community's books as a cause.
func EntryCause(books id.ID, seq int64) string {
	return books.String() + "/" + strconv.FormatInt(seq, 10)
}

// EntryOf reads what EntryCause wrote.
func EntryOf(cause string) (books id.ID, seq int64, ok bool) {
	c, n, found := strings.Cut(cause, "/")
	books, err := id.Parse(c)
	seq, err2 := strconv.ParseInt(n, 10, 64)
	return books, seq, found && err == nil && err2 == nil
}

// WayName is what people call a way.
func WayName(w Way) i18n.Message {
	switch w {
	case Push:
		return i18n.M("推送")
	case SMS:
		return i18n.M("短信")
	case WeChat:
		return i18n.M("微信")
	}
	return i18n.M("收件箱")
}
