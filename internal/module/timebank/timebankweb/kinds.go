package timebankweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// kindsView are the kinds of a community for who keeps them.
type kindsView struct {
	place
	Rows []ui.Row
}

func (h *Pages) kinds(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	v := kindsView{place: p}
	if err := h.view(ctx, p.ID, func(rd db.Reader) error {
		all, err := h.svc().Kinds(ctx, rd, p.ID)
		for _, k := range all {
			row := ui.Row{Href: p.Base + "/kinds/" + url.PathEscape(k.Key), Icon: iconOf(k.Key), Title: kindName(ctx, k.Name), Text: priceNames[k.Price].In(ctx), Notes: []string{kindName(ctx, k.Standard)}, EndNote: lasts(ctx, k.Minutes)}
			if k.Off {
				row.Tag, row.Tone = i18n.T(ctx, "这里不提供"), ui.Tell
			}
			v.Rows = append(v.Rows, row)
		}
		return err
	}); err != nil {
		return err
	}
	return h.Show(w, r, h.DeskShell(ctx, "help", i18n.T(ctx, "服务种类")), kindsPage(v))
}

// kindView is the form of one kind; a key of "new" makes one of the community's own.
type kindView struct {
	place
	Title  string
	Kind   timebank.Kind
	Form   ui.Form
	Sent   portal.Sent
	Skills []ui.Option
	Levels []ui.Option
	Known  []ui.Option
	Prices []ui.Option
}

const freshKind = "new"

func (h *Pages) kindForm(w http.ResponseWriter, r *http.Request) error {
	return h.showKind(w, r, portal.Sent{})
}

func (h *Pages) showKind(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	key := r.PathValue("kind")
	v := kindView{place: p, Sent: sent, Form: sent.Ask("kind", p.Base+"/kinds/"+url.PathEscape(key)), Kind: timebank.Kind{Minutes: 60, People: 1, Price: timebank.Hours}}
	if key != freshKind {
		if err := h.view(ctx, p.ID, func(rd db.Reader) error { v.Kind, err = h.svc().KindByKey(ctx, rd, p.ID, key); return err }); err != nil {
			return err
		}
	}
	v.Skills = []ui.Option{{Value: "", Text: i18n.T(ctx, "谁都可以做")}}
	for _, branch := range volunteer.Branches() {
		for _, leaf := range volunteer.Leaves(branch.Key) {
			v.Skills = append(v.Skills, ui.Option{Value: string(leaf.Key), Text: branch.Name.In(ctx) + " · " + leaf.Name.In(ctx)})
		}
	}
	for _, l := range volunteer.Levels {
		v.Levels = append(v.Levels, ui.Option{Value: strconv.Itoa(int(l)), Text: volunteer.LevelName(l).In(ctx)})
	}
	v.Known = []ui.Option{{Value: "0", Text: i18n.T(ctx, "不要求")}}
	for _, i := range volunteer.Identities {
		v.Known = append(v.Known, ui.Option{Value: strconv.Itoa(int(i)), Text: volunteer.IdentityName(i).In(ctx)})
	}
	for _, price := range timebank.Prices {
		v.Prices = append(v.Prices, ui.Option{Value: string(price), Text: priceNames[price].In(ctx)})
	}
	v.Title = i18n.T(ctx, "新的服务种类")
	if key != freshKind {
		v.Title = kindName(ctx, v.Kind.Name)
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "help", v.Title), kindPage(v))
}

func (h *Pages) saveKind(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	f := portal.Type(r)
	k := timebank.Kind{Key: r.PathValue("kind"), Name: f.Line("name"), About: portal.Prose(r, "about"), Standard: portal.Prose(r, "standard"), Skill: f.Line("skill"), Level: f.Number("level"),
		Identity: f.Number("identity"), Minutes: f.Number("minutes"), People: f.Number("people"), Price: timebank.Price(f.Line("price")), Fen: f.Yuan("fen"),
		Urgent: f.Ticked("urgent"), Lifts: f.Ticked("lifts"), Pets: f.Ticked("pets"), Proof: f.Ticked("proof"), Off: f.Ticked("off")}
	if k.Key == freshKind {
		k.Key = ""
	}
	if err = f.Err; err == nil {
		err = h.Flows.SaveKind(ctx, p.ID, actor(ctx), k)
	}
	return portal.Done(w, r, err, p.Base+"/kinds", "kind", func(s portal.Sent) error { return h.showKind(w, r, s) })
}

// fieldView are the requests of the households that a grid worker looks after.
type fieldView struct {
	Rows []ui.Row
}

func (h *Pages) field(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var v fieldView
	places, err := h.Flows.Communities.List(ctx, h.Flows.DB, community.Community)
	if err != nil {
		return err
	}
	mine := make(map[id.ID]bool)
	for _, c := range places {
		now, err := h.Flows.StandingIn(ctx, c.ID)
		if err != nil {
			return err
		}
		at := spot{Place: c, Standing: now}
		if err := h.view(ctx, c.ID, func(rd db.Reader) error {
			open, err := h.svc().Open(ctx, rd, c.ID)
			for _, q := range open {
				if !h.looksAfter(ctx, mine, q, c.ID) {
					continue
				}
				all, err := h.svc().AssignmentsFor(ctx, rd, c.ID, q.ID)
				if err != nil {
					return err
				}
				name, tone := standing(ctx, q, all, at.Now)
				v.Rows = append(v.Rows, ui.Row{Icon: iconOf(q.Kind), Title: kindName(ctx, q.Name), Text: span(ctx, at.Now, q), Notes: []string{h.whereText(ctx, q)}, Tag: name, Tone: tone})
			}
			return err
		}); err != nil {
			return err
		}
	}
	s := h.Shell(ctx, ui.FieldFrame, "help", i18n.T(ctx, "互助"))
	return h.Show(w, r, s, fieldPage(v))
}

// looksAfter reports whether the viewer works where a request comes from. Where its grid
// is not known, that is who works in the whole community. Answers are kept by place.
func (h *Pages) looksAfter(ctx context.Context, known map[id.ID]bool, q *timebank.Request, community id.ID) bool {
	place := q.Grid
	if place.IsZero() {
		place = community
	}
	mine, asked := known[place]
	if !asked {
		mine = h.MayIn(ctx, "service_field.read", place)
		known[place] = mine
	}
	return mine
}
