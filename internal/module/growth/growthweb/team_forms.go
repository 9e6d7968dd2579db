package growthweb

import (
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/policy"
	"gongyi/internal/portal"
)

// acted answers a form of the page of the team.
func (g *Pages) acted(w http.ResponseWriter, r *http.Request, what string, do func(b *flow.Belonging) error) error {
	b, err := g.home(r.Context())
	if err != nil {
		return err
	}
	if b == nil {
		return growth.ErrNotFound
	}
	if err := do(b); err != nil {
		wrong, status, err := portal.Wrong(r.Context(), err)
		if err != nil {
			return err
		}
		return g.showTeam(w, r, status, wrong)
	}
	return sent(w, r, "/me/team?done="+what)
}

func (g *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	answer := r.PostFormValue("answer")
	at, err := id.Parse(r.PostFormValue("candidate"))
	if err != nil {
		return growth.ErrNotFound
	}
	return g.acted(w, r, answer, func(b *flow.Belonging) error {
		return g.Flows.AnswerLevel(r.Context(), b.Community.ID, actor(r.Context()), b.Member.ID, at, answer)
	})
}

func (g *Pages) depart(w http.ResponseWriter, r *http.Request) error {
	return g.acted(w, r, "left", func(b *flow.Belonging) error {
		return g.Flows.LeaveTeam(r.Context(), b.Community.ID, actor(r.Context()), b.Member.ID)
	})
}

func (g *Pages) resign(w http.ResponseWriter, r *http.Request) error {
	level := policy.Gold
	if r.PostFormValue("level") == "diamond" {
		level = policy.Diamond
	}
	return g.acted(w, r, "resigned", func(b *flow.Belonging) error {
		return g.Flows.ResignLevel(r.Context(), b.Community.ID, actor(r.Context()), b.Member.ID, level, growth.OwnWish)
	})
}

func (g *Pages) say(w http.ResponseWriter, r *http.Request) error {
	at, err := id.Parse(r.PathValue("case"))
	if err != nil {
		return growth.ErrNotFound
	}
	return g.acted(w, r, "said", func(b *flow.Belonging) error {
		return g.Flows.AnswerCase(r.Context(), b.Community.ID, actor(r.Context()), b.Member.ID, at, r.PostFormValue("words"))
	})
}
