package noticeweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// logView is the operator's page: what died, and what was sent.
type logView struct {
	tally notice.Tally
	dead  []letter
	sent  []letter
	more  string
}

// letter is one delivery. It names nobody: what is said to a person is hers.
type letter struct {
	id, kind, way, state, detail, when string
	tone                               ui.Tone
	attempts                           int
}

func (p *Pages) desk(ctx context.Context, title string) ui.Shell {
	s := p.Portal.Shell(ctx, ui.OperatorFrame, "notices", title)
	s.Class = "notices"
	return s
}

func (p *Pages) log(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before, _ := id.Parse(r.URL.Query().Get("before"))
	now := p.Flows.DB.Clock().Now()
	var v logView
	err := p.view(ctx, func(r db.Reader) (err error) {
		if v.tally, err = p.service().Count(ctx, r, now.Add(-24*time.Hour)); err != nil {
			return err
		}
		dead, err := p.service().DeadLetters(ctx, r, 50)
		if err != nil {
			return err
		}
		sent, err := p.service().Log(ctx, r, before, perPage+1)
		if len(sent) > perPage {
			sent = sent[:perPage]
			v.more = deskPath + "?before=" + sent[perPage-1].ID.String()
		}
		v.dead, v.sent = letters(ctx, dead), letters(ctx, sent)
		return err
	})
	if err != nil {
		return err
	}
	return p.Portal.Show(w, r, p.desk(ctx, i18n.T(ctx, "通知")), logPage(v))
}

func letters(ctx context.Context, all []notice.Logged) (out []letter) {
	for i := range all {
		l := &all[i]
		name := l.Item.Kind.Name
		if name == "" {
			name = "每日汇总"
		}
		one := letter{id: l.ID.String(), kind: i18n.T(ctx, name), way: notice.WayName(l.Way).In(ctx), detail: l.Detail, attempts: l.Attempts,
			when: ui.Moment(ctx, l.At.In(portal.Zone))}
		one.state, one.tone = state(ctx, l)
		out = append(out, one)
	}
	return out
}

func state(ctx context.Context, l *notice.Logged) (string, ui.Tone) {
	switch l.Last {
	case notice.Sent:
		return i18n.T(ctx, "已送到"), ui.OK
	case notice.Dead:
		return i18n.T(ctx, "没送到"), ui.Bad
	case notice.Needless:
		return i18n.T(ctx, "已看过，没再送"), ui.Tell
	}
	if l.DueAt.IsZero() {
		return i18n.T(ctx, "正在送"), ui.Tell
	}
	return i18n.T(ctx, "%s 再送", ui.Moment(ctx, l.DueAt.In(portal.Zone))), ui.Soon
}

// retry sends a dead letter again.
func (p *Pages) retry(w http.ResponseWriter, r *http.Request) error {
	delivery, err := id.Parse(r.PathValue("delivery"))
	if err != nil {
		return notice.ErrNotFound
	}
	by := authz.Of(r.Context()).Person
	if err := p.update(r, func(tx *db.Tx) error { return p.service().Retry(r.Context(), tx, delivery, by) }); err != nil {
		return err
	}
	return see(w, r, deskPath)
}

// wordsView is a broadcast while it is written, looked at and sent.
type wordsView struct {
	words  notice.Words
	form   ui.Form
	places []ui.Option
	place  string
	count  int64
	token  string
	asked  bool // it is shown once more before it goes out
	shown  line
	sent   []wordsSent
}

type wordsSent struct {
	title, place, when, progress string
	done                         bool
}

func (p *Pages) words(w http.ResponseWriter, r *http.Request) error {
	return p.showWords(w, r, http.StatusOK, wordsView{words: notice.Words{Kind: notice.WordsOfOffice}})
}

// preview shows the words as people will read them, and how many they are.
func (p *Pages) preview(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.written(r)
	if err != nil {
		return p.refused(w, r, v, err)
	}
	if r.FormValue("again") != "" {
		return p.showWords(w, r, http.StatusOK, v)
	}
	v.asked = true
	it := notice.Item{Kind: kindOf(v.words.Kind), Args: v.words.Notice(id.ID{}).Args, Link: ""}
	v.shown = lineOf(ctx, &it, p.Flows.DB.Clock().Now().In(portal.Zone))
	err = p.update(r, func(tx *db.Tx) error { v.token = tx.NewPseudonym().String(); return nil })
	if err != nil {
		return err
	}
	return p.showWords(w, r, http.StatusOK, v)
}

// announce sends them; the token makes a second tap the first.
func (p *Pages) announce(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.written(r)
	if err == nil && r.FormValue("sure") != "yes" {
		err = notice.ErrBadConfirm
	}
	if err != nil {
		return p.refused(w, r, v, err)
	}
	v.words.Token, v.words.Counted, v.words.Author = r.FormValue(ui.TokenName), v.count, authz.Of(ctx).Person
	err = p.update(r, func(tx *db.Tx) error { _, err := p.service().Announce(ctx, tx, v.words); return err })
	if err != nil {
		return p.refused(w, r, v, err)
	}
	return see(w, r, wordsPath+"?sent=1")
}

// written reads the form, and asks whether it may be sent.
func (p *Pages) written(r *http.Request) (v wordsView, err error) {
	ctx := r.Context()
	v.words = notice.Words{Kind: r.FormValue("kind"), Sender: r.FormValue("sender"), Title: r.FormValue("title"), Body: r.FormValue("body"),
		TitleEn: r.FormValue("title_en"), BodyEn: r.FormValue("body_en")}
	v.place = r.FormValue("place")
	if v.words.Place, err = id.Parse(v.place); err != nil {
		return v, notice.ErrNobody.On("place")
	}
	if err := p.mayAnnounce(ctx, v.words.Place); err != nil {
		return v, err
	}
	if err := v.words.Validate(); err != nil {
		return v, err
	}
	return v, p.view(ctx, func(r db.Reader) error {
		if v.count, err = p.Flows.People.CountAtHome(ctx, r, v.words.Place); err != nil {
			return err
		}
		if v.count == 0 {
			return notice.ErrNobody.On("place")
		}
		return p.service().MayAnnounce(ctx, r, v.words.Place, v.words.Kind, p.Flows.DB.Clock().Now())
	})
}

func (p *Pages) mayAnnounce(ctx context.Context, place id.ID) error {
	return p.Portal.Engine.May(ctx, authz.Of(ctx), "notice.announce", authz.Resource{Kind: "place", Place: place})
}

// refused shows the form again with what is to mend.
func (p *Pages) refused(w http.ResponseWriter, r *http.Request, v wordsView, err error) error {
	f := fault.Of(err)
	if f == nil || f.Kind == fault.Forbidden || f.Kind == fault.NotFound {
		return err
	}
	problem := httpkit.ProblemOf(r.Context(), err, false)
	v.form.Wrong = []ui.Wrong{{Field: f.Field, Text: problem.Detail}}
	return p.showWords(w, r, problem.Status, v)
}

func (p *Pages) showWords(w http.ResponseWriter, r *http.Request, status int, v wordsView) error {
	ctx := r.Context()
	names := make(map[id.ID]string)
	places, err := p.Flows.Communities.List(ctx, p.Flows.DB, "community")
	if err != nil {
		return err
	}
	for _, place := range places {
		names[place.ID] = portal.PlaceName(place)
		if p.mayAnnounce(ctx, place.ID) == nil {
			v.places = append(v.places, ui.Option{Value: place.ID.String(), Text: portal.PlaceName(place)})
		}
	}
	err = p.view(ctx, func(r db.Reader) error {
		sent, err := p.service().Announced(ctx, r, 20)
		for _, s := range sent {
			v.sent = append(v.sent, wordsSent{title: s.Title, place: names[s.Place], when: ui.Moment(ctx, s.MadeAt.In(portal.Zone)),
				progress: strconv.FormatInt(s.Told, 10) + " / " + strconv.FormatInt(s.Counted, 10), done: !s.EndedAt.IsZero()})
		}
		return err
	})
	if err != nil {
		return err
	}
	s := p.desk(ctx, i18n.T(ctx, "发社区通知"))
	s.Back = ui.Link{Href: deskPath, Text: i18n.T(ctx, "通知")}
	return p.Portal.ShowAs(w, r, status, httpkit.Private, s, wordsPage(v))
}

func kindOf(kind string) *notice.Kind {
	k, _ := notice.KindOf(kind)
	return k
}
