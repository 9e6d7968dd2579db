// Package selectionweb are the pages of selection meetings: members propose, second,
// vote and taste, the office and the committee call a meeting and answer (C11).
package selectionweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/selection"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of selection.
type Pages struct{ *portal.Portal }

// listed is how many meetings a list has.
const listed = 30

// Routes adds the pages, their door on the desk, and the meeting that is near.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Near = append(p.Near, h.near)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "selection", Href: "/desk/selection", Icon: "vote", Text: i18n.M("选品会"), Group: i18n.M("联盟的日常"), Action: "selection_desk.read"})
	const join, look, keep = "selection.join", "selection_desk.read", "selection.keep"
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/selection", Action: "selection.read", On: p.InCommunity, Do: h.list},
		httpkit.Route{Pattern: "GET /c/{community}/selection/{meeting}", Action: "selection.read", On: p.InCommunity, Do: h.meeting},
		httpkit.Route{Pattern: "POST /c/{community}/selection/{meeting}/seat", Action: join, On: httpkit.Mine, Do: h.come},
		httpkit.Route{Pattern: "POST /c/{community}/selection/{meeting}/seat/end", Action: join, On: httpkit.Mine, Do: h.leave},
		httpkit.Route{Pattern: "POST /c/{community}/selection/{meeting}/proposals", Action: join, On: httpkit.Mine, Do: h.propose},
		httpkit.Route{Pattern: "POST /c/{community}/selection/{meeting}/vote", Action: join, On: httpkit.Mine, Do: h.vote},
		httpkit.Route{Pattern: "POST /c/{community}/selection/{meeting}/proposals/{proposal}/second", Action: join, On: httpkit.Mine, Do: h.second},
		httpkit.Route{Pattern: "POST /c/{community}/selection/{meeting}/proposals/{proposal}/end", Action: join, On: httpkit.Mine, Do: h.withdraw},
		httpkit.Route{Pattern: "POST /c/{community}/selection/{meeting}/proposals/{proposal}/notes", Action: join, On: httpkit.Mine, Do: h.taste},
		httpkit.Route{Pattern: "GET /desk/selection", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "selection", i18n.M("选品会"))},
		httpkit.Route{Pattern: "GET /desk/selection/{community}", Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "POST /desk/selection/{community}", Action: keep, On: p.InCommunity, Do: h.call},
		httpkit.Route{Pattern: "GET /desk/selection/{community}/{meeting}", Action: look, On: p.InCommunity, Do: h.table},
		httpkit.Route{Pattern: "GET /desk/selection/{community}/{meeting}/export", Action: "selection_desk.export", On: p.InCommunity, Do: h.export},
		httpkit.Route{Pattern: "POST /desk/selection/{community}/{meeting}/off", Action: keep, On: p.InCommunity, Do: h.callOff},
		httpkit.Route{Pattern: "POST /desk/selection/{community}/{meeting}/proposals/{proposal}/outcome", Action: keep, On: p.InCommunity, Do: h.decide},
		httpkit.Route{Pattern: "POST /desk/selection/{community}/{meeting}/proposals/{proposal}/end", Action: keep, On: p.InCommunity, Do: h.strike},
	)
}

func (h *Pages) svc() *selection.Service { return h.Flows.Selections }

// near is the next meeting whose vote is open, for the first page of residents.
func (h *Pages) near(ctx context.Context, community id.ID) (rows []ui.Row, err error) {
	c, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, community)
	if err != nil {
		return nil, err
	}
	now, err := h.Flows.StandingIn(ctx, community)
	if err != nil {
		return nil, err
	}
	err = h.Flows.DB.View(ctx, community, func(rd db.Reader) error {
		all, err := h.svc().From(ctx, rd, community, now.Now)
		for _, m := range all {
			if m.Voting(now.Now) && len(rows) == 0 {
				rows = append(rows, ui.Row{Href: "/c/" + c.Ref + "/selection/" + m.ID.String(), Icon: "vote", Title: m.Title, Text: i18n.T(ctx, "想要什么，您来提、您来投。%s截止", ui.Moment(ctx, m.VotesUntil.In(now.Now.Location())))})
			}
		}
		return err
	})
	return rows, err
}

// listView are a community's meetings, and what became of what the viewer proposed.
type listView struct {
	Place       string
	Ahead, Past []ui.Row
	Mine        []ui.Row
}

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := listView{Place: portal.PlaceName(room.Place)}
	me, err := h.me(ctx, room.ID)
	if err != nil {
		return err
	}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.svc().Latest(ctx, rd, room.ID, listed)
		if err != nil {
			return err
		}
		for _, m := range slices.Backward(all) {
			if room.Now.Before(m.Begins) || m.Voting(room.Now) {
				v.Ahead = append(v.Ahead, meetingRow(ctx, &room, m, room.Path("/selection/"+m.ID.String())))
			} else {
				v.Past = append([]ui.Row{meetingRow(ctx, &room, m, room.Path("/selection/"+m.ID.String()))}, v.Past...)
			}
		}
		if me == nil {
			return nil
		}
		mine, err := h.svc().By(ctx, rd, room.ID, me.ID)
		for _, p := range mine {
			v.Mine = append(v.Mine, proposalRow(ctx, &room, p))
		}
		return err
	})
	if err != nil {
		return err
	}
	return h.Show(w, r, h.OpenShell(ctx, &room, i18n.T(ctx, "选品会"), ""), listPage(v))
}

// me is who the viewer is in a community, nil for who is no member there.
func (h *Pages) me(ctx context.Context, community id.ID) (*member.Member, error) {
	v := authz.Of(ctx)
	if !v.SignedIn() {
		return nil, nil
	}
	m, err := h.Flows.MemberIn(ctx, community, v.Acting())
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return m, err
}

// meetingIn is the meeting in an address.
func (h *Pages) meetingIn(r *http.Request, community id.ID) (m *selection.Meeting, err error) {
	at, err := id.Parse(r.PathValue("meeting"))
	if err != nil {
		return nil, selection.ErrNoMeeting
	}
	err = h.Flows.DB.View(r.Context(), community, func(rd db.Reader) error {
		m, err = h.svc().MeetingByID(r.Context(), rd, community, at)
		return err
	})
	return m, err
}

// meetingView is one meeting for members.
type meetingView struct {
	portal.Room
	*selection.Meeting
	Base      string
	Guests    int
	Proposals []proposalView
	Member    bool
	Leader    bool
	Coming    bool
	CanCome   bool
	OnlyFirst bool // only leaders sign up now
	Voting    bool
	Begun     bool
	MyVote    id.ID
	SignIn    bool
	Sent      portal.Sent
}

// proposalView is one proposal for a viewer.
type proposalView struct {
	*selection.Proposal
	Mine, Seconded bool
	Share          int // of all votes, in per cent
	Notes          []selection.Note
	CanTaste       bool
	Answer         string
}

func (h *Pages) meeting(w http.ResponseWriter, r *http.Request) error {
	return h.showMeeting(w, r, portal.Sent{})
}

func (h *Pages) showMeeting(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	m, err := h.meetingIn(r, room.ID)
	if err != nil {
		return err
	}
	me, err := h.me(ctx, room.ID)
	if err != nil {
		return err
	}
	viewer := authz.Of(ctx)
	v := meetingView{Room: room, Meeting: m, Base: room.Path("/selection/" + m.ID.String()), Member: me != nil && viewer.For.IsZero(), Voting: m.Voting(room.Now), Begun: !room.Now.Before(m.Begins), SignIn: !viewer.SignedIn(), Sent: sent}
	if err := h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error { return h.fillMeeting(ctx, rd, &v, me) }); err != nil {
		return err
	}
	s := h.OpenShell(ctx, &room, m.Title, v.Base)
	s.Back = ui.Link{Href: room.Path("/selection"), Text: i18n.T(ctx, "选品会")}
	return h.ShowSent(w, r, sent, s, meetingPage(v))
}

func (h *Pages) fillMeeting(ctx context.Context, rd db.Reader, v *meetingView, me *member.Member) error {
	var mine id.ID
	if me != nil {
		mine, v.Leader = me.ID, me.Level >= policy.Gold
	}
	guests, err := h.svc().Guests(ctx, rd, v.Room.ID, v.Meeting.ID)
	if err != nil {
		return err
	}
	v.Guests = len(guests)
	v.Coming = me != nil && slices.ContainsFunc(guests, func(g selection.Guest) bool { return g.Member == mine })
	v.OnlyFirst = v.Now.Before(v.LeadersUntil)
	v.CanCome = v.Off == nil && !v.Begun && v.Member && !v.Coming && v.Guests < v.Meeting.Seats && (v.Leader || !v.OnlyFirst)
	if v.MyVote, _, err = h.svc().VoteOf(ctx, rd, v.Room.ID, v.Meeting.ID, mine); err != nil {
		return err
	}
	seconded, err := h.svc().Seconded(ctx, rd, v.Room.ID, v.Meeting.ID, mine)
	if err != nil {
		return err
	}
	all, err := h.svc().Proposals(ctx, rd, v.Room.ID, v.Meeting.ID)
	if err != nil {
		return err
	}
	votes := 0
	for _, p := range all {
		votes += p.Votes
	}
	for _, p := range all {
		if p.Withdrawn {
			continue
		}
		x := proposalView{Proposal: p, Mine: me != nil && p.Member == mine, Seconded: seconded[p.ID], Answer: answer(ctx, &v.Room, p)}
		if votes > 0 {
			x.Share = 100 * p.Votes / votes
		}
		if v.Begun {
			if x.Notes, err = h.svc().Notes(ctx, rd, v.Room.ID, p.ID); err != nil {
				return err
			}
			x.CanTaste = v.Coming && v.Member && v.Off == nil && !slices.ContainsFunc(x.Notes, func(n selection.Note) bool { return n.Member == mine }) && v.Now.Before(v.Begins.Add(selection.NotesFor))
		}
		v.Proposals = append(v.Proposals, x)
	}
	return nil
}

// act does something at a meeting in the name of the viewer's membership.
func (h *Pages) act(w http.ResponseWriter, r *http.Request, form string, do func(tx *db.Tx, m *member.Member, meeting id.ID) error) error {
	ctx := r.Context()
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	meeting, err := id.Parse(r.PathValue("meeting"))
	if err != nil {
		return selection.ErrNoMeeting
	}
	v := authz.Of(ctx)
	err = h.Flows.AsMember(ctx, c.ID, v.Acting(), v.Actor(), func(tx *db.Tx, m *member.Member) error { return do(tx, m, meeting) })
	return portal.Done(w, r, err, "/c/"+c.Ref+"/selection/"+meeting.String(), form, func(s portal.Sent) error { return h.showMeeting(w, r, s) })
}

// proposal is the proposal in an address.
func proposal(r *http.Request) (id.ID, error) {
	p, err := id.Parse(r.PathValue("proposal"))
	if err != nil {
		return p, selection.ErrNoProposal
	}
	return p, nil
}

func (h *Pages) come(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "seat", func(tx *db.Tx, m *member.Member, meeting id.ID) error {
		return h.svc().Come(r.Context(), tx, meeting, m.ID, m.Level >= policy.Gold)
	})
}

func (h *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "seat", func(tx *db.Tx, m *member.Member, meeting id.ID) error {
		return h.svc().Leave(r.Context(), tx, meeting, m.ID)
	})
}

func (h *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "propose", func(tx *db.Tx, m *member.Member, meeting id.ID) error {
		_, err := h.svc().Propose(r.Context(), tx, selection.Proposal{Meeting: meeting, Member: m.ID, Kind: selection.Kind(r.FormValue("kind")), Title: strings.TrimSpace(r.FormValue("what")), Words: portal.Prose(r, "why")})
		return err
	})
}

func (h *Pages) vote(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "vote", func(tx *db.Tx, m *member.Member, meeting id.ID) error {
		var to id.ID
		if s := r.FormValue("proposal"); s != "" {
			var err error
			if to, err = id.Parse(s); err != nil {
				return selection.ErrNoProposal
			}
		}
		return h.svc().Vote(r.Context(), tx, meeting, to, m.ID)
	})
}

func (h *Pages) second(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "second", func(tx *db.Tx, m *member.Member, _ id.ID) error {
		p, err := proposal(r)
		if err != nil {
			return err
		}
		return h.svc().Second(r.Context(), tx, p, m.ID)
	})
}

func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "withdraw", func(tx *db.Tx, m *member.Member, _ id.ID) error {
		p, err := proposal(r)
		if err != nil {
			return err
		}
		_, err = h.svc().Withdraw(r.Context(), tx, p, m.ID, "")
		return err
	})
}

func (h *Pages) taste(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "notes-"+r.PathValue("proposal"), func(tx *db.Tx, m *member.Member, _ id.ID) error {
		p, err := proposal(r)
		if err != nil {
			return err
		}
		stars, _ := strconv.Atoi(r.FormValue("stars"))
		return h.svc().Taste(r.Context(), tx, p, selection.Note{Member: m.ID, Stars: stars, Words: portal.Prose(r, "words")})
	})
}
