// Package operationweb are the pages of the operating body: everybody reads who runs
// the platform, the operator says so and files the papers (A9).
package operationweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/operation"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of the operating body.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their door on the desk.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "operator", Href: "/desk/operator", Icon: "building", Text: i18n.M("谁在运营"), Group: i18n.M("联盟的日常"), Action: "operating_body_desk.read"})
	const look, keep = "operating_body_desk.read", "operating_body.keep"
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/operator", Action: "operating_body.read", On: p.InCommunity, Do: h.public},
		httpkit.Route{Pattern: "GET /c/{community}/operator/papers/{document}", Action: "operating_body.read", On: p.InCommunity, Do: h.paper},
		httpkit.Route{Pattern: "GET /desk/operator", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "operator", i18n.M("谁在运营"))},
		httpkit.Route{Pattern: "GET /desk/operator/{community}", Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "POST /desk/operator/{community}", Action: keep, On: p.InCommunity, Do: h.declare},
		httpkit.Route{Pattern: "POST /desk/operator/{community}/team", Action: keep, On: p.InCommunity, Do: h.seat},
		httpkit.Route{Pattern: "POST /desk/operator/{community}/team/{person}/end", Action: keep, On: p.InCommunity, Do: h.unseat},
		httpkit.Route{Pattern: "POST /desk/operator/{community}/papers", Action: keep, On: p.InCommunity, Upload: portal.UploadMost, Do: h.file},
		httpkit.Route{Pattern: "POST /desk/operator/{community}/papers/{document}/end", Action: keep, On: p.InCommunity, Do: h.unfile},
	)
}

func (h *Pages) svc() *operation.Service { return h.Flows.Operations }

// view is who runs the platform of a community.
type view struct {
	portal.Room
	Body   *operation.Body // nil while nobody said
	Past   []operation.Body
	Team   []operation.Person
	Papers []paperView
	May    bool
	Sent   portal.Sent
}

// paperView is a paper with the facts of its file.
type paperView struct {
	operation.Document
	Name, Sum string
}

func (h *Pages) read(r *http.Request) (v view, err error) {
	ctx := r.Context()
	if v.Room, err = h.Room(r); err != nil {
		return v, err
	}
	v.May = h.Engine.May(ctx, authz.Of(ctx), "operating_body.keep", authz.Resource{Place: v.ID}) == nil
	err = h.Flows.DB.View(ctx, v.ID, func(rd db.Reader) error {
		all, err := h.svc().Versions(ctx, rd, v.ID)
		if err != nil {
			return err
		}
		if len(all) > 0 {
			v.Body, v.Past = &all[0], all[1:]
		}
		if v.Team, err = h.svc().Team(ctx, rd, v.ID); err != nil {
			return err
		}
		papers, err := h.svc().Documents(ctx, rd, v.ID)
		for _, d := range papers {
			f, e := h.Flows.Files.Facts(ctx, rd, v.ID, d.File)
			if e != nil {
				return e
			}
			v.Papers = append(v.Papers, paperView{d, f.Name, f.Sum()})
		}
		return err
	})
	return v, err
}

func (h *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := h.read(r)
	if err != nil {
		return err
	}
	s := h.OpenShell(ctx, &v.Room, i18n.T(ctx, "谁在运营"), "")
	s.Back = ui.Link{Href: v.Path("/life"), Text: i18n.T(ctx, "街坊的店")}
	return h.Show(w, r, s, publicPage(v))
}

// paper is a paper of the founding, for everybody.
func (h *Pages) paper(w http.ResponseWriter, r *http.Request) error {
	v, err := h.read(r)
	if err != nil {
		return err
	}
	for _, d := range v.Papers {
		if d.ID.String() != r.PathValue("document") {
			continue
		}
		return h.Flows.DB.View(r.Context(), v.Room.ID, func(rd db.Reader) error {
			f, err := h.Flows.Files.ByID(r.Context(), rd, v.Room.ID, d.File)
			if err != nil {
				return err
			}
			return portal.SendFile(w, r, f, httpkit.Public)
		})
	}
	return operation.ErrNoPaper
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	v, err := h.read(r)
	if err != nil {
		return err
	}
	v.Sent = sent
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "operator", i18n.T(ctx, "谁在运营")), deskPage(v))
}

// keep changes something in the community in an address.
func (h *Pages) keep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, tx *db.Tx) error) error {
	ctx := r.Context()
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	err = h.Flows.DB.Update(ctx, c.ID, authz.Of(ctx).Actor(), func(tx *db.Tx) error { return do(ctx, tx) })
	return portal.Done(w, r, err, "/desk/operator/"+c.Ref, form, func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

func (h *Pages) declare(w http.ResponseWriter, r *http.Request) error {
	b := operation.Body{Kind: operation.Kind(r.FormValue("kind")), Name: strings.TrimSpace(r.FormValue("name")), Registered: strings.TrimSpace(r.FormValue("registered")),
		Charter: portal.Prose(r, "charter"), Contact: strings.TrimSpace(r.FormValue("contact"))}
	return h.keep(w, r, "body", func(ctx context.Context, tx *db.Tx) error { return h.svc().Declare(ctx, tx, b) })
}

func (h *Pages) seat(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "team", func(ctx context.Context, tx *db.Tx) error {
		p := operation.Person{Name: strings.TrimSpace(r.FormValue("person")), Duty: strings.TrimSpace(r.FormValue("duty")), Until: operation.None}
		var err error
		if p.From, err = period.ParseDay(r.FormValue("from")); err != nil {
			return operation.ErrBadTerm.On("until")
		}
		if s := r.FormValue("until"); s != "" {
			if p.Until, err = period.ParseDay(s); err != nil {
				return operation.ErrBadTerm.On("until")
			}
		}
		return h.svc().Seat(ctx, tx, p)
	})
}

func (h *Pages) unseat(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "team", func(ctx context.Context, tx *db.Tx) error {
		person, err := id.Parse(r.PathValue("person"))
		if err != nil {
			return operation.ErrNoPerson
		}
		last, err := period.ParseDay(r.FormValue("last"))
		if err != nil {
			return operation.ErrBadTerm
		}
		return h.svc().Unseat(ctx, tx, person, last)
	})
}

func (h *Pages) file(w http.ResponseWriter, r *http.Request) error {
	f, err := portal.DocumentIn(r, "file")
	if err == nil && f == nil {
		err = attachment.ErrNoFile.On("file")
	}
	return h.keep(w, r, "paper", func(ctx context.Context, tx *db.Tx) error {
		if err != nil {
			return err
		}
		kept, err := h.Flows.Files.Add(ctx, tx, f)
		if err != nil {
			return err
		}
		return h.svc().File(ctx, tx, operation.Document{Title: strings.TrimSpace(r.FormValue("document_title")), File: kept})
	})
}

func (h *Pages) unfile(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "off-"+r.PathValue("document"), func(ctx context.Context, tx *db.Tx) error {
		document, err := id.Parse(r.PathValue("document"))
		if err != nil {
			return operation.ErrNoPaper
		}
		return h.svc().Unfile(ctx, tx, document, strings.TrimSpace(r.FormValue("words")))
	})
}

func kindOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range operation.Kinds {
		options = append(options, ui.Option{Value: string(k), Text: operation.KindName(k).In(ctx)})
	}
	return options
}

// term is a person's term in words.
func term(ctx context.Context, p operation.Person) string {
	if p.Until == operation.None {
		return i18n.T(ctx, "%s起", ui.FullDay(ctx, p.From))
	}
	return i18n.T(ctx, "%s 到 %s", ui.FullDay(ctx, p.From), ui.FullDay(ctx, p.Until))
}

// team are those of the core team who hold their duty, and those who did.
func team(ctx context.Context, v view, now bool) (rows []ui.Row) {
	for _, p := range v.Team {
		if p.Holds(v.Today) == now {
			rows = append(rows, ui.Row{Icon: "person", Title: p.Name, Text: p.Duty, EndNote: term(ctx, p)})
		}
	}
	return rows
}

// declared is what is declared now, for the form.
func declared(v view) operation.Body {
	if v.Body == nil {
		return operation.Body{}
	}
	return *v.Body
}
