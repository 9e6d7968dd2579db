package ui

import (
	"context"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"gongyi/internal/platform/i18n"
)

// A confirmation that was refused stands open, without a script too: with what was typed, with
// what is to mend beside the field, with the token of the form as it was sent. Others on the
// page, and what was not refused, stay closed.
func TestARefusedConfirmation(t *testing.T) {
	c := Confirm{ID: "dispute-1", Open: "不满意", Title: "哪里不好？", Action: "/asked/1/dispute?from=x", Do: "请社区来看", Token: "new"}
	field := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if err := (Field{In: c.ID, Name: "words", Label: "哪里不好"}).Text().Render(ctx, w); err != nil {
			return err
		}
		return Field{In: c.ID, Name: "sort", Label: "哪一类", Value: "a", Options: []Option{{Value: "a", Text: "甲"}, {Value: "b", Text: "乙"}}}.Select().Render(ctx, w)
	})
	draw := func(ctx context.Context) string {
		var b strings.Builder
		if err := c.Both().Render(templ.WithChildren(ctx, field), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	plain := in(i18n.Zh, Light)
	sent := Refused{Path: "/asked/1/dispute", Wrong: []Wrong{{Field: "words", Text: "请写清楚"}}, Typed: url.Values{"words": {"剪得不齐"}, "sort": {"b"}, TokenName: {"sent"}, askedName: {"dispute-1"}}}
	again := draw(WithRefused(plain, sent))
	for _, want := range []string{`<details open id="dispute-1"`, `value="剪得不齐"`, `id="f-dispute-1-words-bad"`, `href="#f-dispute-1-words"`, `autofocus`, `value="sent"`, `<option value="b" selected>`} {
		if !strings.Contains(again, want) {
			t.Errorf("no %s in %s", want, again)
		}
	}
	if strings.Contains(again, "popover") {
		t.Errorf("it needs to be opened: %s", again)
	}
	if got := draw(Reopened(plain, sent.Path, sent.Typed)); !strings.Contains(got, "<details open") || !strings.Contains(got, "剪得不齐") || strings.Contains(got, `role="alert"`) {
		t.Errorf("refused above the page: %s", got)
	}
	for what, ctx := range map[string]context.Context{"nothing was sent": plain, "another form was refused": WithRefused(plain, Refused{Path: "/asked/2/dispute", Wrong: sent.Wrong, Typed: sent.Typed}),
		"another question about the same was refused": WithRefused(plain, Refused{Path: sent.Path, Wrong: sent.Wrong, Typed: url.Values{"words": {"剪得不齐"}, askedName: {"dispute-2"}}})} {
		if got := draw(ctx); !strings.Contains(got, `<div popover id="dispute-1"`) || strings.Contains(got, "剪得不齐") || !strings.Contains(got, `<option value="a" selected>`) {
			t.Errorf("%s: %s", what, got)
		}
	}
}
