// Package galleryweb shows every part that pages are made of, and every frame
// around them, so that whoever builds a page sees what there is and whoever
// changes a part sees what becomes of it. It is mounted in the demo only; all it
// shows is made up.
package galleryweb

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// look is what the policies permit in a demo only.
const look authz.Action = "demo.enter"

// chapter is one page of parts.
type chapter struct {
	key, icon string
	name      i18n.Message
	view      func() templ.Component
}

var chapters = []chapter{
	{"words", "paper", i18n.M("文字与颜色"), words},
	{"signs", "tag", i18n.M("按钮与标签"), signs},
	{"lists", "list", i18n.M("行与数字"), lists},
	{"progress", "activity", i18n.M("进度与时间"), progress},
	{"forms", "pen", i18n.M("表单"), forms},
	{"tables", "table", i18n.M("表格"), tables},
	{"sheets", "qr", i18n.M("凭证与确认"), sheets},
	{"states", "inbox", i18n.M("空着与正在取"), states},
	{"charts", "chart", i18n.M("图"), charts},
	{"icons", "grid", i18n.M("图标"), icons},
}

// Routes adds the gallery to a router.
func Routes(t *httpkit.Router) {
	show := func(c func(r *http.Request) (templ.Component, error)) httpkit.Func {
		return func(w http.ResponseWriter, r *http.Request) error {
			page, err := c(r)
			if err != nil {
				return err
			}
			return t.Kit().Render(w, r, http.StatusOK, httpkit.Never, page)
		}
	}
	t.Add(
		httpkit.Route{Pattern: "GET /ui", Action: look, Do: show(func(*http.Request) (templ.Component, error) { return Page(chapters[0].key) })},
		httpkit.Route{Pattern: "GET /ui/{chapter}", Action: look, Do: show(func(r *http.Request) (templ.Component, error) { return Page(r.PathValue("chapter")) })},
		httpkit.Route{Pattern: "GET /ui/frames/{kind}", Action: look, Do: show(func(r *http.Request) (templ.Component, error) {
			return FramePage(ui.Kind(r.PathValue("kind")))
		})},
		httpkit.Route{Pattern: "POST /ui/{anything...}", Action: look, Do: func(w http.ResponseWriter, r *http.Request) error {
			http.Redirect(w, r, "/ui", http.StatusSeeOther) // every form of the gallery leads here
			return nil
		}},
	)
}

// Paths lists every page of the gallery, for tests.
func Paths() (all []string) {
	for _, c := range chapters {
		all = append(all, "/ui/"+c.key)
	}
	for _, k := range kinds {
		all = append(all, "/ui/frames/"+string(k))
	}
	return all
}

// Page is one chapter.
func Page(key string) (templ.Component, error) {
	for _, c := range chapters {
		if c.key == key {
			return chapterPage(c), nil
		}
	}
	return nil, httpkit.ErrNoSuchPage
}

// FramePage is one frame with something in it, seen by somebody with every hat.
func FramePage(kind ui.Kind) (templ.Component, error) {
	for _, k := range kinds {
		if k == kind {
			return templ.ComponentFunc(framed(kind)), nil
		}
	}
	return nil, httpkit.ErrNoSuchPage
}

var kinds = []ui.Kind{ui.ResidentFrame, ui.MerchantFrame, ui.FieldFrame, ui.OperatorFrame, ui.OfficerFrame, ui.TaskFrame, ui.PlainFrame}

// at is the moment that the gallery stands at.
var at = time.Date(2025, 10, 16, 14, 20, 0, 0, time.FixedZone("", 8*3600))

// tabs are the chapters as lines of a rail.
func tabs(ctx context.Context) (all []ui.Tab) {
	for _, c := range chapters {
		all = append(all, ui.Tab{Key: c.key, Href: "/ui/" + c.key, Text: c.name.In(ctx), Icon: c.icon})
	}
	for i, k := range kinds {
		t := ui.Tab{Key: string(k), Href: "/ui/frames/" + string(k), Text: kindName(ctx, k), Icon: "grid"}
		if i == 0 {
			t.Group = i18n.T(ctx, "框架")
		}
		all = append(all, t)
	}
	return all
}

func kindName(ctx context.Context, k ui.Kind) string {
	switch k {
	case ui.ResidentFrame:
		return i18n.T(ctx, "居民")
	case ui.MerchantFrame:
		return i18n.T(ctx, "店家")
	case ui.FieldFrame:
		return i18n.T(ctx, "网格员")
	case ui.OperatorFrame:
		return i18n.T(ctx, "运营台")
	case ui.OfficerFrame:
		return i18n.T(ctx, "街道办")
	case ui.TaskFrame:
		return i18n.T(ctx, "一件事")
	}
	return i18n.T(ctx, "没登录")
}
