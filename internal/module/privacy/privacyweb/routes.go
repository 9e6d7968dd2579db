// Package privacyweb are the pages on which a person sees what the house knows of
// her and who looked at it, allows and forbids, takes it along, and is forgotten (A7).
package privacyweb

import (
	"net/http"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// The page of a person's data, and what lies below it.
const (
	dataPath    = "/me/data"
	readsPath   = dataPath + "/reads"
	filePath    = dataPath + "/file"
	goodbyePath = "/goodbye"
)

// ErasurePath takes the wish to be forgotten; its answer may empty the browser.
const ErasurePath = dataPath + "/erasure"

// ErrNotTheTail refuses an erasure whose digits are not the person's.
var ErrNotTheTail = fault.New(fault.Invalid, "privacy.not_the_tail")

type pages struct{ *portal.Portal }

// Routes adds the pages.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := pages{p}
	t.Add(
		httpkit.Route{Pattern: "GET " + dataPath, Action: "data.read", On: httpkit.Mine, Do: h.data},
		httpkit.Route{Pattern: "GET " + readsPath, Action: "data.read", On: httpkit.Mine, Do: h.reads},
		httpkit.Route{Pattern: "POST " + dataPath + "/consents/{purpose}", Action: "data.consent", On: httpkit.Mine, Do: h.give},
		httpkit.Route{Pattern: "POST " + dataPath + "/consents/{purpose}/end", Action: "data.consent", On: httpkit.Mine, Do: h.withdraw},
		httpkit.Route{Pattern: "GET " + filePath, Action: "data.take", On: httpkit.Mine, Do: h.file},
		httpkit.Route{Pattern: "GET " + ErasurePath, Action: "data.erase", On: httpkit.Mine, Do: h.askErasure},
		httpkit.Route{Pattern: "POST " + ErasurePath, Action: "data.erase", On: httpkit.Mine, Do: h.erase},
		httpkit.Route{Pattern: "POST " + ErasurePath + "/end", Action: "data.erase", On: httpkit.Mine, Do: h.takeBack},
		httpkit.Route{Pattern: "GET " + goodbyePath, Action: "front.read", Do: h.goodbye},
	)
}

// shell is the frame of one task under 我的.
func shell(title string, back ui.Link) ui.Shell {
	return ui.Shell{Kind: ui.TaskFrame, Title: title, Back: back, Private: true}
}

// data is the page of what is kept and allowed.
func (h pages) data(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	who := authz.Of(ctx).Acting()
	v := dataView{Assisting: !authz.Of(ctx).For.IsZero()}
	err := h.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		consents, err := h.Flows.Privacy.Consents(ctx, r, who)
		if err != nil {
			return err
		}
		v.Purposes = h.purposes(ctx, consents)
		reads, err := h.Flows.Privacy.Reads(ctx, r, who, id.ID{}, 3)
		if err != nil {
			return err
		}
		if v.Reads, err = h.looks(ctx, r, reads); err != nil {
			return err
		}
		e, err := h.Flows.Privacy.Asked(ctx, r, who)
		if err == nil {
			v.Erasure = h.local(e.DueAt)
		} else if fault.KindOf(err) != fault.NotFound {
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	return h.Show(w, r, shell(i18n.T(ctx, "我的数据"), mine(r)), dataPage(v))
}

// perPage is how many looks a page lists.
const perPage = 50

// reads lists who looked, further and further back.
func (h pages) reads(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var before id.ID
	if text := r.FormValue("before"); text != "" {
		var err error
		if before, err = id.Parse(text); err != nil {
			return httpkit.ErrNoSuchPage
		}
	}
	v := readsView{}
	err := h.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		reads, err := h.Flows.Privacy.Reads(ctx, r, authz.Of(ctx).Acting(), before, perPage+1)
		if err != nil {
			return err
		}
		if len(reads) > perPage {
			reads = reads[:perPage]
			v.Older = readsPath + "?before=" + reads[perPage-1].ID.String()
		}
		v.Reads, err = h.looks(ctx, r, reads)
		return err
	})
	if err != nil {
		return err
	}
	return h.Show(w, r, shell(i18n.T(ctx, "谁看过我的资料"), back(r)), readsPage(v))
}

func (h pages) give(w http.ResponseWriter, r *http.Request) error {
	v := authz.Of(r.Context())
	return changed(w, r, h.Flows.Consent(r.Context(), v.Actor(), v.Acting(), r.PathValue("purpose"), "page"))
}

func (h pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	v := authz.Of(r.Context())
	return changed(w, r, h.Flows.Withdraw(r.Context(), v.Actor(), v.Acting(), r.PathValue("purpose")))
}

func (h pages) takeBack(w http.ResponseWriter, r *http.Request) error {
	v := authz.Of(r.Context())
	return changed(w, r, h.Flows.DB.Update(r.Context(), id.Tilde, v.Actor(), func(tx *db.Tx) error { return h.Flows.Privacy.TakeBack(r.Context(), tx, v.Acting()) }))
}

// changed leads back to the page after something was changed.
func changed(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		http.Redirect(w, r, dataPath, http.StatusSeeOther)
	}
	return err
}

// askErasure says what an erasure means, before anybody asks for it.
func (h pages) askErasure(w http.ResponseWriter, r *http.Request) error {
	return h.showErasure(w, r, http.StatusOK, erasureView{})
}

func (h pages) showErasure(w http.ResponseWriter, r *http.Request, status int, v erasureView) error {
	v.Days = int(privacy.Reflection / (24 * time.Hour))
	return h.ShowAs(w, r, status, httpkit.Never, shell(i18n.T(r.Context(), "删除我的资料"), back(r)), erasurePage(v))
}

// erase takes the wish: at once, or after the time for reflection.
func (h pages) erase(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := authz.Of(ctx)
	who, err := h.person(r, v.Person)
	if err != nil {
		return err
	}
	view := erasureView{When: r.PostFormValue("when"), Tail: strings.TrimSpace(r.PostFormValue("tail"))}
	if view.Tail != who.Tail() {
		err = ErrNotTheTail.On("tail")
	} else {
		_, err = h.Flows.AskErasure(ctx, v.Actor(), v.Person, view.When == "now")
	}
	if f := fault.Of(err); f != nil && f.Kind != fault.Busy {
		sentence, _ := i18n.Refusal(ctx, f)
		view.Wrong = []ui.Wrong{{Field: f.Field, Text: sentence}}
		return h.showErasure(w, r, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	to := dataPath
	if view.When == "now" {
		w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
		to = goodbyePath
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (h pages) person(r *http.Request, who id.ID) (p *person.Person, err error) {
	err = h.Flows.DB.View(r.Context(), id.Tilde, func(reader db.Reader) error {
		p, err = h.Flows.People.ByID(r.Context(), reader, who)
		return err
	})
	return p, err
}

// goodbye is the last page: nobody is known any more.
func (h pages) goodbye(w http.ResponseWriter, r *http.Request) error {
	return h.Show(w, r, ui.Shell{Kind: ui.PlainFrame, Title: i18n.T(r.Context(), "资料已经删除")}, goodbyePage())
}

func mine(r *http.Request) ui.Link { return ui.Link{Href: "/me", Text: i18n.T(r.Context(), "我的")} }

func back(r *http.Request) ui.Link {
	return ui.Link{Href: dataPath, Text: i18n.T(r.Context(), "我的数据")}
}

// roleName is what people call the role in which somebody looked.
func roleName(role string) i18n.Message { return access.Name(authz.Role(role)) }
