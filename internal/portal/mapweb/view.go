package mapweb

import (
	"context"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"gongyi/internal/platform/basemap"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// View is the page in the words of its reader.
type View struct {
	Community, Name string
	Summary         string
	Asked           ask
	Chips           []ui.Tab
	Rows            []Row
	Picture         basemap.Picture
	Style, Marks    string // addresses, for the script
	Schematic       bool   // there is no base map of this place
	Credit          string
	Placed          int // rows that stand on the map
	All             int // shops of the community
	Ad              templ.Component
}

// Row is a shop in the list; Mark is the id of its mark, "" if it has none.
type Row struct {
	Number      int
	Mark        string
	Name, Trade string
}

func newView(ctx context.Context, a ask, n neighbourhood, base *basemap.Map) View {
	v := View{Community: a.community, Name: n.name, Asked: a, Credit: basemap.Attribution, All: len(n.shops)}
	v.Chips = []ui.Tab{{Key: "", Href: a.href(""), Text: i18n.T(ctx, "全部"), Count: len(n.shops)}}
	for _, k := range n.industries() {
		chip := ui.Tab{Key: k.code, Href: a.href(k.code), Text: k.word}
		if k.count > 1 { // one seat a trade is the rule
			chip.Count = k.count
		}
		v.Chips = append(v.Chips, chip)
	}
	var marks []basemap.Mark
	for i, s := range a.pick(n.shops) {
		row := Row{Number: i + 1, Name: s.name, Trade: s.trade}
		if s.at != nil {
			row.Mark = markID(i)
			marks = append(marks, basemap.Mark{ID: row.Mark, Kind: "shop", Name: s.name, At: *s.at})
		}
		v.Rows = append(v.Rows, row)
	}
	v.Placed = len(marks)
	streets := false
	if v.Picture, streets = base.Draw(pictureWidth, marks); !streets {
		v.Picture, v.Schematic = basemap.Draw(pictureWidth, n.cells(), marks), true
	}
	v.Summary = i18n.T(ctx, "%d 家店，%d 家标了位置", len(v.Rows), v.Placed)
	q := a.query()
	q.Set("of", a.community)
	v.Marks = marksPath + "?" + q.Encode()
	v.Style = styleOf(ctx, a.community, v.Schematic)
	return v
}

// pictureWidth is how wide the picture is in its own units; a phone shows it at
// three quarters of that.
const pictureWidth = 480

// cased are the streets that are drawn with an edge.
func cased(class string) bool { return class == "street" || class == "road" }

// viewBox of the picture.
func (v View) viewBox() string {
	return "0 0 " + strconv.Itoa(v.Picture.Width) + " " + strconv.Itoa(v.Picture.Height)
}

// row is the row that belongs to a mark.
func row(mark string) string { return "shop-" + mark[len("m-"):] }

// at moves a mark to its place.
func at(x, y int) string { return "translate(" + strconv.Itoa(x) + " " + strconv.Itoa(y) + ")" }

// pictureOf is what the picture is, for who cannot see it.
func pictureOf(ctx context.Context, v View) string {
	if v.Schematic {
		return i18n.T(ctx, "%s的示意图", v.Name)
	}
	return i18n.T(ctx, "%s的店家", v.Name)
}

// StyleOf is the address of the style of a map of a community, for pages that draw one of
// their own.
func StyleOf(ctx context.Context, base *basemap.Map, community string) string {
	_, streets := base.Draw(pictureWidth, nil)
	return styleOf(ctx, community, !streets)
}

func styleOf(ctx context.Context, community string, schematic bool) string {
	look := url.Values{"of": {community}, "in": {i18n.Of(ctx).String()}}
	if theme := ui.LookOf(ctx).Theme; theme != ui.System { // else the script asks the system
		look.Set("look", string(theme))
	}
	if schematic {
		look.Set("draw", "schematic")
	}
	return stylePath + "?" + look.Encode()
}
