package ui

import (
	"net/url"
	"testing"
	"time"

	"gongyi/internal/platform/i18n"
)

func TestClocks(t *testing.T) {
	zh, en := in(i18n.Zh, System), in(i18n.En, System)
	for _, c := range []struct{ got, want string }{
		{Left(zh, 12*time.Minute), "还剩 12 分"}, {Left(zh, -18*time.Minute), "超 18 分"}, {Left(zh, 9*time.Hour+59*time.Minute), "还剩 9 时"},
		{Left(zh, 50*time.Hour), "还剩 2 天"}, {Left(en, 12*time.Minute), "12 min left"}, {Left(en, time.Hour), "1 hour left"},
		{Left(en, -26*time.Hour), "1 day over"}, {Ago(zh, 20*time.Second), "刚刚"}, {Ago(zh, 3*time.Minute), "3 分前"}, {Ago(en, 3*time.Hour), "3 hours ago"},
		{Distance(zh, 3), "10 米"}, {Distance(zh, 84), "80 米"}, {Distance(zh, 994), "990 米"}, {Distance(zh, 995), "1 公里"}, {Distance(zh, 1249), "1.2 公里"},
		{Distance(en, 1250), "1.3 km"}, {Distance(en, 80), "80 m"},
		{Percent(266, 276), "96.4%"}, {Percent(1, 3), "33.3%"}, {Percent(1, 2), "50%"}, {Percent(-1, 8), "−12.5%"}, {Percent(0, 5), "0%"}, {Percent(1, 0), "–"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestUrgency(t *testing.T) {
	for _, c := range []struct {
		left, limit time.Duration
		want        Tone
	}{
		{-time.Minute, time.Hour, Bad}, {0, time.Hour, Bad}, {15 * time.Minute, time.Hour, Soon}, {16 * time.Minute, time.Hour, OK},
		{6 * time.Hour, 24 * time.Hour, Soon}, {6*time.Hour + 1, 24 * time.Hour, OK},
	} {
		if got := Urgency(c.left, c.limit); got != c.want {
			t.Errorf("%v of %v: got %s, want %s", c.left, c.limit, got, c.want)
		}
	}
}

func fills(c Culm) (f [5]int) {
	for i, n := range c.Nodes {
		f[i] = n.Fill
	}
	return f
}

func TestCulms(t *testing.T) {
	for _, c := range []struct {
		name string
		got  Culm
		want [5]int
	}{
		{"two of three steps", CulmOf("", 2, 3), [5]int{100, 100}},
		{"more than all", CulmOf("", 9, 2), [5]int{100, 100}},
		{"88 on its way to 100", CulmTiers("", 88, 50, 100, 150), [5]int{100, 76}},
		{"beyond the last tier", CulmTiers("", 200, 50, 100), [5]int{100, 100}},
		{"12 minutes of an hour left", CulmLeft("", 12*time.Minute, time.Hour), [5]int{80}},
		{"41 minutes of an hour left", CulmLeft("", 41*time.Minute, time.Hour), [5]int{100, 100, 73}},
		{"over time", CulmLeft("", -time.Minute, time.Hour), [5]int{100, 100, 100, 100}},
	} {
		if got := fills(c.got); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestATableReadsOnlyWhatItKnows(t *testing.T) {
	columns := []Column{{Key: "name", Sort: true}, {Key: "secret"}}
	q, err := url.ParseQuery("sort=-name&page=3&q=+bread+&format=csv&grid=north&where=1")
	if err != nil {
		t.Fatal(err)
	}
	a := AskTable(q, columns, "grid")
	if a.Sort != "name" || !a.Desc || a.Page != 3 || a.Search != "bread" || a.Format != "csv" || a.Filters["grid"] != "north" || len(a.Filters) != 1 || a.Offset() != 50 {
		t.Errorf("got %+v", a)
	}
	for _, bad := range []string{"sort=secret&page=0&format=exe", "sort=-other&page=-4", "page=99999999999999999999"} {
		q, err := url.ParseQuery(bad)
		if err != nil {
			t.Fatal(err)
		}
		if a := AskTable(q, columns); a.Sort != "" || a.Desc || a.Page != 1 || a.Format != "" {
			t.Errorf("%s: got %+v", bad, a)
		}
	}
}

func TestATableKeepsWhatWasAsked(t *testing.T) {
	table := Table{Path: "/people", Total: 60, Ask: TableAsk{Sort: "name", Search: "bread", Page: 2, Size: 25, Filters: map[string]string{"grid": "north"}}}
	for got, want := range map[string]string{
		string(table.paged(3)):                                 "/people?grid=north&page=3&q=bread&sort=name",
		string(table.sorted(Column{Key: "name", Sort: true})):  "/people?grid=north&q=bread&sort=-name",
		string(table.sorted(Column{Key: "since", Sort: true})): "/people?grid=north&q=bread&sort=since",
		string(table.taken("xlsx")):                            "/people?format=xlsx&grid=north&q=bread&sort=name",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if table.pages() != 3 || (Table{Ask: TableAsk{Size: 25}}).pages() != 1 {
		t.Error("the number of pages is wrong")
	}
}
