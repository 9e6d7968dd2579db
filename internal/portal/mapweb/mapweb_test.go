package mapweb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/basemap"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
	"gongyi/internal/portal/mapweb"
)

var bg = context.Background()

// house is a community with three shops and four grids, and its map.
type house struct {
	t    *testing.T
	web  http.Handler
	file string // where a base map may lie
	env  dbtest.Env
	f    *flow.Flows
	home id.ID
}

func inHouse(t *testing.T) *house {
	env := dbtest.SQLite(t, flow.Schemas)
	h := &house{t: t, env: env, f: flow.New(env.DB), file: filepath.Join(t.TempDir(), "base.pmtiles")}
	engine, err := authz.New(access.Policies, community.Tree{Places: h.f.Communities, DB: env.DB})
	h.must(err)
	kit, mux := &httpkit.Kit{Log: slog.New(slog.DiscardHandler)}, http.NewServeMux()
	router := httpkit.NewRouter(kit, mux, engine)
	base := basemap.New(h.file, kit.Log)
	t.Cleanup(func() { base.Close() })
	mapweb.Routes(router, portal.New(h.f, router), base)
	mux.Handle("GET /assets/", ui.Assets())
	h.web = kit.Wrap(mux)
	p, _, err := h.f.Found(bg, db.System, community.Place{Kind: community.Community, Ref: "C1", Name: "竹溪社区"}, flow.Trial())
	h.must(err)
	h.home = p.ID
	h.must(env.Update(bg, id.Tilde, db.System, func(tx *db.Tx) error {
		for i := range 4 {
			if _, err := h.f.Communities.Add(bg, tx, community.Place{Parent: p.ID, Kind: community.Grid, Ref: fmt.Sprint("G", i), Name: fmt.Sprintf("第%d网格", i)}); err != nil {
				return err
			}
		}
		return nil
	}))
	h.admit(merchant.Merchant{Ref: "bakery", Name: "桥头面包房", Industry: "bakery", IndustryZH: "烘焙店", Tier: policy.Standard}, &geo.Point{Lat: 31_230_000, Lon: 121_480_000})
	h.admit(merchant.Merchant{Ref: "deli", Name: `<b>"熟食"</b>`, Industry: "deli", IndustryZH: "熟食店", Tier: policy.Standard}, &geo.Point{Lat: 31_231_000, Lon: 121_481_000})
	h.admit(merchant.Merchant{Ref: "florist", Industry: "florist", IndustryZH: "花店", Tier: policy.Standard}, nil)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) admit(m merchant.Merchant, at *geo.Point) {
	h.t.Helper()
	h.must(h.env.Update(bg, h.home, db.System, func(tx *db.Tx) error {
		shop, _, err := h.f.Merchants.Admit(bg, tx, m)
		if err != nil || at == nil {
			return err
		}
		return h.f.Merchants.SetPosition(bg, tx, shop.ID, *at)
	}))
}

func (h *house) get(url string) (int, string) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", url, nil)
	r.Header.Set("Accept-Language", "zh-CN")
	h.web.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func (h *house) has(page string, want ...string) {
	h.t.Helper()
	for _, s := range want {
		if !strings.Contains(page, s) {
			h.t.Errorf("the page lacks %s", s)
		}
	}
}

func TestTheMapIsAPictureAndAList(t *testing.T) {
	h := inHouse(t)
	code, page := h.get("/c/C1/map")
	if code != 200 {
		t.Fatal(code, page)
	}
	h.has(page, "3 家店，2 家标了位置", "桥头面包房", "花店", "未标位置", "第3网格", "示意图",
		`id="shop-1"`, `href="#m-1"`, `id="m-1" href="#shop-1"`, `id="m-2"`, `data-island="map"`, `data-marks="/map/marks.json?of=C1"`, "&lt;b&gt;")
	if strings.Contains(page, `id="m-3"`) || strings.Contains(page, "<b>\"") || strings.Contains(page, "OpenStreetMap") {
		t.Error("a mark without a place, words as markup, or credit without a map")
	}
	_, page = h.get("/c/C1/map?industry=bakery")
	h.has(page, "桥头面包房", "1 家店", `aria-current="true"`, `data-marks="/map/marks.json?industry=bakery&amp;of=C1"`)
	if strings.Contains(page, `id="shop-2"`) {
		t.Error("a shop of another trade")
	}
	_, page = h.get("/c/C1/map?q=%20%E8%8A%B1%20") // 花
	h.has(page, "花店", `value=" 花 "`)
	if strings.Contains(page, "桥头面包房") {
		t.Error("a shop that was not asked for")
	}
	_, page = h.get("/c/C1/map?q=nothing")
	h.has(page, "没有这样的店", `href="/c/C1/map"`)
	_, page = h.get("/c/C1/map?lang=en&theme=elder")
	h.has(page, "Map of the community", "3 shops, 2 placed", "look=elder", "in=en")
	for _, url := range []string{"/c/C9/map", "/c/G1/map", "/map/marks.json?of=C9", "/map/areas.json", "/map/tiles/14/1/1.mvt", "/map/style.json?look=pink"} {
		if code, _ := h.get(url); code != http.StatusNotFound {
			t.Errorf("%s: %d", url, code)
		}
	}
}

func TestASuspendedShopLeavesTheMap(t *testing.T) {
	h := inHouse(t)
	h.must(h.env.Update(bg, h.home, db.System, func(tx *db.Tx) error {
		return h.f.Merchants.Change(bg, tx, "bakery", func(m *merchant.Merchant) error { m.Status = merchant.Suspended; return nil })
	}))
	if _, page := h.get("/c/C1/map"); strings.Contains(page, "桥头面包房") {
		t.Error("a suspended shop is shown")
	}
	if _, marks := h.get("/map/marks.json?of=C1"); strings.Contains(marks, "桥头面包房") {
		t.Error("a suspended shop has a mark")
	}
}

func TestAScriptGetsTheSameMarksAndAreas(t *testing.T) {
	h := inHouse(t)
	var marks, areas struct {
		Features []struct {
			Properties map[string]any
			Geometry   struct{ Type string }
		}
	}
	_, text := h.get("/map/marks.json?of=C1&q=%E6%A1%A5") // 桥
	h.must(json.Unmarshal([]byte(text), &marks))
	if len(marks.Features) != 1 || marks.Features[0].Properties["id"] != "m-1" || !strings.Contains(text, "[121.48,31.23]") {
		t.Error(text)
	}
	_, text = h.get("/map/areas.json?of=C1")
	h.must(json.Unmarshal([]byte(text), &areas))
	if len(areas.Features) != 5 || areas.Features[0].Properties["name"] != "竹溪社区" || areas.Features[4].Geometry.Type != "Polygon" {
		t.Error(text)
	}
	_, text = h.get("/map/style.json?of=C1")
	h.has(text, `"/map/areas.json?of=C1"`)
}

// town lays streets, houses, a river and a park around the shops.
func (h *house) town() *basemap.Summary {
	h.t.Helper()
	var b strings.Builder
	b.WriteString("<osm version=\"0.6\">\n")
	node := 0
	way := func(tags string, points ...[2]float64) { // steps of ten metres from the middle
		first, area := node+1, points[0] == points[len(points)-1]
		if area {
			points = points[1:]
		}
		for _, p := range points {
			node++
			fmt.Fprintf(&b, "<node id=\"%d\" lat=\"%.6f\" lon=\"%.6f\"/>\n", node, 31.23+p[1]*0.00009, 121.48+p[0]*0.000105)
		}
		fmt.Fprintf(&b, "<way id=\"%d\">", first)
		for n := range len(points) {
			fmt.Fprintf(&b, "<nd ref=\"%d\"/>", first+n)
		}
		if area {
			fmt.Fprintf(&b, "<nd ref=\"%d\"/>", first)
		}
		for tag := range strings.SplitSeq(tags, ",") {
			k, v, _ := strings.Cut(tag, "=")
			fmt.Fprintf(&b, "<tag k=%q v=%q/>", k, v)
		}
		b.WriteString("</way>\n")
	}
	square := func(tags string, x, y, w, d float64) {
		way(tags, [2]float64{x, y}, [2]float64{x + w, y}, [2]float64{x + w, y + d}, [2]float64{x, y + d}, [2]float64{x, y})
	}
	for i, name := range []string{"竹园路", "镜湖路", "东风街", "人民路", "学前街", "和平里"} {
		at := float64(i*20 - 50)
		class := map[int]string{0: "primary", 3: "secondary"}[i]
		if class == "" {
			class = "residential"
		}
		way("highway="+class+",name="+name+",name:en=Street "+fmt.Sprint(i), [2]float64{-90, at}, [2]float64{-20, at + 2}, [2]float64{90, at - 1})
		way("highway=tertiary,name=第"+name, [2]float64{at * 1.3, -70}, [2]float64{at*1.3 + 2, 60})
		for x := -80.0; x < 80; x += 7 {
			square("building=yes", x, at+3, 5, 6)
			square("building=yes", x, at+11, 5, 5)
		}
	}
	square("leisure=park,name=竹溪公园,name:en=Zhuxi Park", 20, 5, 26, 30)
	way("waterway=river,name=竹溪", [2]float64{-90, -40}, [2]float64{-30, -46}, [2]float64{20, -30}, [2]float64{90, -36})
	fmt.Fprintf(&b, `<node id="900001" lat="31.2304" lon="121.4795"><tag k="amenity" v="toilets"/></node><node id="900002" lat="31.2290" lon="121.4815"><tag k="railway" v="station"/><tag k="name" v="竹溪站"/></node></osm>`)
	extract := filepath.Join(h.t.TempDir(), "town.osm")
	h.must(os.WriteFile(extract, []byte(b.String()), 0o644))
	s, err := basemap.Import(bg, extract, h.file, basemap.Options{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	h.must(err)
	return s
}

func TestABaseMapIsCredited(t *testing.T) {
	h := inHouse(t)
	s := h.town()
	_, page := h.get("/c/C1/map")
	h.has(page, basemap.Attribution)
	h.has(page, `class="land"`, `href="#st-road"`)
	if strings.Contains(page, "这是示意图") || strings.Contains(page, "第3网格") || strings.Contains(page, "draw=schematic") {
		t.Error("a map is called a schematic")
	}
	if len(page) > 60_000 {
		t.Errorf("the picture makes the page %d bytes long", len(page))
	}
	_, style := h.get("/map/style.json?of=C1")
	h.has(style, "?v="+s.Version)
}

// Where the extract is of another town the schematic stays.
func TestABaseMapOfAnotherTownIsLeftOut(t *testing.T) {
	h := inHouse(t)
	h.town()
	h.must(h.env.Update(bg, h.home, db.System, func(tx *db.Tx) error {
		for _, ref := range []string{"bakery", "deli"} {
			shop, err := h.f.Merchants.ByRef(bg, tx, ref)
			if err != nil {
				return err
			}
			if err := h.f.Merchants.SetPosition(bg, tx, shop.ID, geo.Point{Lat: 39_900_000, Lon: 116_400_000}); err != nil {
				return err
			}
		}
		return nil
	}))
	_, page := h.get("/c/C1/map")
	h.has(page, "这是示意图", "第3网格", "draw=schematic")
	if strings.Contains(page, "OpenStreetMap") {
		t.Error("credit without a map")
	}
	if _, style := h.get("/map/style.json?of=C1&draw=schematic"); strings.Contains(style, "tiles") {
		t.Error("tiles in a schematic")
	}
}

func TestAnEmptyCommunitySaysSo(t *testing.T) {
	h := inHouse(t)
	_, _, err := h.f.Found(bg, db.System, community.Place{Kind: community.Community, Ref: "C2", Name: "新社区"}, flow.Trial())
	h.must(err)
	code, page := h.get("/c/C2/map")
	if code != 200 {
		t.Fatal(code)
	}
	h.has(page, "这里还没有店家")
}
