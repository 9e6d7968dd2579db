package trainingweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/training"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// listView is a shop's training: what comes, what was, how often it was there.
type listView struct {
	Ahead, Past []ui.Row
	There, Want int // in this quarter
}

// lookBack is how many past sessions a shop is shown.
const lookBack = 20

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := listView{Want: c.Rules.TrainingPerQuarter}
	err = h.Flows.DB.View(ctx, c.ID, func(rd db.Reader) error {
		ahead, err := h.svc().Between(ctx, rd, c.ID, c.Now.Add(-12*time.Hour), c.Now.AddDate(0, 3, 0))
		if err != nil {
			return err
		}
		past, err := h.svc().Before(ctx, rd, c.ID, c.Now.Add(-12*time.Hour), lookBack)
		if err != nil {
			return err
		}
		if v.Ahead, err = h.rows(ctx, rd, &c, ahead); err != nil {
			return err
		}
		if v.Past, err = h.rows(ctx, rd, &c, past); err != nil {
			return err
		}
		from, to := quarter(c.Today)
		count, err := h.svc().Attended(ctx, rd, c.ID, from.Start(c.Now.Location()), to.Start(c.Now.Location()))
		v.There = count[c.Shop.ID]
		return err
	})
	if err != nil {
		return err
	}
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "life", i18n.T(ctx, "培训会"))
	s.Back = ui.Link{Href: c.Href("/life"), Text: i18n.T(ctx, "联盟")}
	return h.Show(w, r, s, listPage(v))
}

// quarter is the quarter in which a day lies: its first day, and the first after it.
func quarter(d period.Day) (from, to period.Day) {
	m := d.Month()
	m -= period.Month(int(m) % 3)
	return m.First(), (m + 3).First()
}

// rows are sessions as a shop sees them.
func (h *Pages) rows(ctx context.Context, rd db.Reader, c *portal.Counter, all []*training.Session) (rows []ui.Row, err error) {
	mine, err := h.svc().SignedUp(ctx, rd, c.ID, c.Shop.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		row := ui.Row{Href: c.Href("/training/" + s.ID.String()), Icon: "people", Title: s.Title, Text: ui.Moment(ctx, c.Local(s.Begins)), Notes: []string{s.Place}}
		switch there, err := h.svc().WasThere(ctx, rd, c.ID, s.ID, c.Shop.ID); {
		case err != nil:
			return nil, err
		case s.Off != nil:
			row.Tag, row.Tone = i18n.T(ctx, "取消了"), ui.Bad
		case there:
			row.Tag, row.Tone = i18n.T(ctx, "到了"), ui.OK
		case mine[s.ID] && c.Now.Before(s.Ends):
			row.Tag, row.Tone = i18n.T(ctx, "报了名"), ui.Tell
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// sessionView is one session for a shop.
type sessionView struct {
	*training.Session
	Base                string // its address for the shop
	When                string
	Taken               int
	Signed              bool
	Waiting             int
	There               bool
	CanJoin, CanArrive  bool
	Judged              *training.Feedback
	Materials           []training.Material
	Minutes             []training.Minutes
	MinutesAt           string
	Sent                portal.Sent
	Ended               bool
	Rating, RatingCount int // tenths of a star; shops
}

func (h *Pages) session(w http.ResponseWriter, r *http.Request) error {
	return h.showSession(w, r, portal.Sent{})
}

func (h *Pages) showSession(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	s, err := h.sessionIn(r, c.ID)
	if err != nil {
		return err
	}
	v := sessionView{Session: s, Base: c.Href("/training/" + s.ID.String()), When: when(ctx, &c.Room, s), Sent: sent, Ended: !c.Now.Before(s.Ends)}
	v.CanJoin = s.Off == nil && c.Now.Before(s.Begins)
	v.CanArrive = s.Off == nil && !c.Now.Before(s.Begins) && !c.Now.After(s.Ends.Add(training.CodeUntil))
	if err := h.Flows.DB.View(ctx, c.ID, func(rd db.Reader) error { return h.fillSession(ctx, rd, &c, &v) }); err != nil {
		return err
	}
	shell := h.ShopShell(ctx, c.ID, c.Shop.ID, "life", s.Title)
	shell.Back = ui.Link{Href: c.Href("/training"), Text: i18n.T(ctx, "培训会")}
	return h.ShowSent(w, r, sent, shell, sessionPage(v))
}

func (h *Pages) fillSession(ctx context.Context, rd db.Reader, c *portal.Counter, v *sessionView) (err error) {
	queue, err := h.svc().Queue(ctx, rd, c.ID, v.Session)
	if err != nil {
		return err
	}
	for _, u := range queue {
		if u.Waiting == 0 {
			v.Taken++
		}
		if u.Shop == c.Shop.ID {
			v.Signed, v.Waiting = true, u.Waiting
		}
	}
	if v.There, err = h.svc().WasThere(ctx, rd, c.ID, v.ID, c.Shop.ID); err != nil {
		return err
	}
	if v.Materials, err = h.svc().Materials(ctx, rd, c.ID, v.ID); err != nil {
		return err
	}
	feedback, err := h.svc().Feedbacks(ctx, rd, c.ID, v.ID)
	if err != nil {
		return err
	}
	for i, f := range feedback {
		v.Rating += 10 * f.Stars
		if f.Shop == c.Shop.ID {
			v.Judged = &feedback[i]
		}
	}
	if v.RatingCount = len(feedback); v.RatingCount > 0 {
		v.Rating /= v.RatingCount
	}
	if v.Minutes, err = h.svc().MinutesOf(ctx, rd, c.ID, v.ID); err == nil && len(v.Minutes) > 0 {
		v.MinutesAt = ui.Moment(ctx, c.Local(v.Minutes[0].At))
	}
	return err
}

// when is the day and the hours of a session.
func when(ctx context.Context, room *portal.Room, s *training.Session) string {
	return i18n.T(ctx, "%s 到 %s", ui.Moment(ctx, room.Local(s.Begins)), ui.Clock(ctx, room.Local(s.Ends)))
}

// act does something with a session in the name of the shop in the address.
func (h *Pages) act(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at authz.Resource, session id.ID) error) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	session, err := id.Parse(r.PathValue("session"))
	if err != nil {
		return training.ErrNotFound
	}
	to := "/shop/" + at.Subject.String() + "/training/" + session.String()
	return portal.Done(w, r, do(r.Context(), at, session), to, form, func(s portal.Sent) error { return h.showSession(w, r, s) })
}

func (h *Pages) join(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "join", func(ctx context.Context, at authz.Resource, session id.ID) error {
		_, err := h.Flows.JoinTraining(ctx, at.Place, at.Subject, session, authz.Of(ctx).Actor())
		return err
	})
}

func (h *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "join", func(ctx context.Context, at authz.Resource, session id.ID) error {
		return h.Flows.LeaveTraining(ctx, at.Place, at.Subject, session, authz.Of(ctx).Actor())
	})
}

func (h *Pages) arrive(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "arrival", func(ctx context.Context, at authz.Resource, session id.ID) error {
		code := strings.ReplaceAll(strings.TrimSpace(r.FormValue("code")), " ", "")
		return h.update(ctx, at.Place, func(tx *db.Tx) error { return h.svc().Arrive(ctx, tx, session, at.Subject, code) })
	})
}

func (h *Pages) judge(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "feedback", func(ctx context.Context, at authz.Resource, session id.ID) error {
		n, _ := strconv.Atoi(r.FormValue("stars"))
		f := training.Feedback{Shop: at.Subject, Stars: n, Words: portal.Prose(r, "words")}
		return h.update(ctx, at.Place, func(tx *db.Tx) error { return h.svc().Judge(ctx, tx, session, f) })
	})
}

// material is a file that was handed out.
func (h *Pages) material(w http.ResponseWriter, r *http.Request) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	return h.sendMaterial(w, r, at.Place)
}

func (h *Pages) sendMaterial(w http.ResponseWriter, r *http.Request, community id.ID) error {
	ctx := r.Context()
	session, err := id.Parse(r.PathValue("session"))
	if err != nil {
		return training.ErrNotFound
	}
	return h.Flows.DB.View(ctx, community, func(rd db.Reader) error {
		all, err := h.svc().Materials(ctx, rd, community, session)
		if err != nil {
			return err
		}
		for _, m := range all {
			if m.ID.String() != r.PathValue("material") || m.File.IsZero() {
				continue
			}
			f, err := h.Flows.Files.ByID(ctx, rd, community, m.File)
			if err != nil {
				return err
			}
			return portal.SendFile(w, r, f, httpkit.Private)
		}
		return training.ErrNoMaterial
	})
}
