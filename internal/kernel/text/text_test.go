package text

import (
	"strings"
	"testing"
)

func TestWhatPeopleMayType(t *testing.T) {
	for _, c := range []struct {
		s           string
		line, prose bool
	}{
		{"周三卖菜", true, true},
		{"", false, false},
		{" 周三", false, false},
		{"第一行\n第二行", false, true},
		{"a\tb", false, false},
		{"反\u202e向", false, false}, // turns the rest of a page round
		{"零\u200b宽", false, false},
		{"\xff", false, false},
		{strings.Repeat("字", 10), true, true},
		{strings.Repeat("字", 11), false, false},
	} {
		if Line(c.s, 10) != c.line || Prose(c.s, 10) != c.prose {
			t.Errorf("%q: line %v, prose %v", c.s, Line(c.s, 10), Prose(c.s, 10))
		}
	}
	if !ShortLine("", 3) || !ShortProse("", 3) || ShortLine("四个字了", 3) {
		t.Error("what may be left empty")
	}
	if got := Clean(" 一\r\n二 \n"); got != "一\n二" {
		t.Errorf("cleaned: %q", got)
	}
}
