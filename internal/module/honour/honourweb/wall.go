package honourweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/honour"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// wallView is the wall of a year: what goes on, and who was honoured.
type wallView struct {
	Place    community.Place
	Year     int
	Years    []ui.Tab
	Running  []ui.Row
	Honours  []honoured
	Ceremony ui.Row
	Mine     bool
}

// honoured is one honour with who got it.
type honoured struct {
	ID              id.ID
	Title, Criteria string
	Rows            []ui.Row
}

// book is the frame of a page for everybody.
func (h *Pages) book(title string) ui.Shell {
	return ui.Shell{Kind: ui.PlainFrame, Title: title, Wide: true}
}

func (h *Pages) wall(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	v := wallView{Place: p, Year: portal.Local(h.now()).Year()}
	if y, err := strconv.Atoi(r.FormValue("year")); err == nil && y > 2000 && y < 3000 {
		v.Year = y
	}
	var calls, running []*honour.Call
	var years []int
	var ceremony *honour.Ceremony
	err = h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) (err error) {
		if years, err = h.Flows.Honours.Years(ctx, rd, p.ID); err != nil {
			return err
		}
		if r.FormValue("year") == "" && len(years) > 0 {
			v.Year = years[0]
		}
		all, err := h.Flows.Honours.Calls(ctx, rd, p.ID, 0)
		for _, c := range all {
			switch ph := c.Phase(h.now()); {
			case ph == honour.Nominating || ph == honour.Voting || ph == honour.Counting:
				running = append(running, c)
			case ph == honour.Over && c.Year == v.Year:
				calls = append(calls, c)
			}
		}
		if err != nil {
			return err
		}
		ceremony, err = h.Flows.Honours.Ceremony(ctx, rd, p.ID, v.Year)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range running {
		text, tone := phaseName(ctx, c, h.now())
		v.Running = append(v.Running, ui.Row{Href: callHref(p, c.ID), Icon: "vote", Title: c.Title, Text: carries(ctx, c), Notes: []string{text}, Tag: phaseTag(ctx, c, h.now()), Tone: tone})
	}
	for _, c := range calls {
		one, err := h.honoured(ctx, p, c)
		if err != nil {
			return err
		}
		v.Honours = append(v.Honours, one)
	}
	for _, y := range years {
		v.Years = append(v.Years, ui.Tab{Key: itoa(y), Href: wallHref(p) + "?year=" + itoa(y), Text: i18n.T(ctx, "%s 年", itoa(y))})
	}
	if ceremony != nil {
		v.Ceremony = ui.Row{Href: "/c/" + p.Ref + "/ceremony/" + itoa(v.Year), Icon: "calendar", Title: ceremony.Title, Text: i18n.T(ctx, "%s，%s", ui.Moment(ctx, portal.Local(ceremony.At)), ceremony.Place)}
	}
	b, err := h.voter(ctx, p)
	v.Mine = b != nil
	if err != nil {
		return err
	}
	return h.ShowAs(w, r, http.StatusOK, httpkit.Private, h.book(i18n.T(ctx, "荣誉墙 · %s", portal.PlaceName(p))), wallPage(v))
}

// honoured are those whom a counted call honoured, with what neighbours said of them.
func (h *Pages) honoured(ctx context.Context, p community.Place, c *honour.Call) (one honoured, err error) {
	one = honoured{ID: c.ID, Title: c.Title, Criteria: c.Criteria}
	var results []honour.Result
	var nominees []*honour.Nominee
	err = h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) (err error) {
		if results, err = h.Flows.Honours.Results(ctx, rd, p.ID, c.ID); err != nil {
			return err
		}
		nominees, err = h.Flows.Honours.Nominees(ctx, rd, p.ID, c.ID)
		return err
	})
	if err != nil {
		return one, err
	}
	names, err := h.Flows.NomineeNames(ctx, p.ID, nominees)
	for i := range results {
		if !results[i].Honoured {
			continue
		}
		for _, n := range nominees {
			if n.ID != results[i].Nominee {
				continue
			}
			name := names[n.ID]
			if name == "" {
				name = i18n.T(ctx, "一位不留名的邻居")
			}
			one.Rows = append(one.Rows, ui.Row{Icon: "star", Title: name, Text: firstReason(n), EndNote: voteShare(ctx, &results[i])})
		}
	}
	return one, err
}

// firstReason is what the first neighbour said of a nominee.
func firstReason(n *honour.Nominee) string {
	for _, x := range n.Reasons {
		if !x.Withdrawn {
			return x.Reason
		}
	}
	return ""
}

// ceremonyView is the annual ceremony with its programme and list.
type ceremonyView struct {
	Place     community.Place
	Year      int
	Title     string
	When      string
	Where     string
	Programme []string
	Honours   []honoured
}

func (h *Pages) ceremony(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	year, err := strconv.Atoi(r.PathValue("year"))
	if err != nil {
		return honour.ErrNotFound
	}
	var c *honour.Ceremony
	var calls []*honour.Call
	err = h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) (err error) {
		if c, err = h.Flows.Honours.Ceremony(ctx, rd, p.ID, year); err == nil && c == nil {
			err = honour.ErrNotFound
		}
		if err != nil {
			return err
		}
		calls, err = h.Flows.Honours.Calls(ctx, rd, p.ID, year)
		return err
	})
	if err != nil {
		return err
	}
	v := ceremonyView{Place: p, Year: year, Title: c.Title, When: ui.Moment(ctx, portal.Local(c.At)), Where: c.Place}
	for line := range strings.Lines(c.Programme) {
		if line = strings.TrimSpace(line); line != "" {
			v.Programme = append(v.Programme, line)
		}
	}
	for _, call := range calls {
		if call.Phase(h.now()) != honour.Over {
			continue
		}
		one, err := h.honoured(ctx, p, call)
		if err != nil {
			return err
		}
		v.Honours = append(v.Honours, one)
	}
	return h.ShowAs(w, r, http.StatusOK, httpkit.Private, h.book(c.Title), ceremonyPage(v))
}
