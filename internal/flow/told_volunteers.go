package flow

import (
	"context"
	"errors"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// toldVolunteer is what the house knows of somebody as a volunteer of one community.
type toldVolunteer struct {
	Community    string             `json:"community"`
	State        volunteer.State    `json:"state"`
	NextDoor     bool               `json:"helps_next_door"`
	HoursHome    bool               `json:"hours_come_home"`
	About        string             `json:"about"`
	Likes        string             `json:"likes"`
	Radius       int                `json:"radius_m"`
	Skills       []toldSkill        `json:"skills"`
	Windows      []volunteer.Window `json:"windows"`
	Away         []volunteer.Span   `json:"exceptions"`
	Proofs       []toldProof        `json:"proofs"`
	Certificates []toldCertificate  `json:"certificates"`
}

type toldSkill struct {
	Skill volunteer.Skill `json:"skill"`
	Words []string        `json:"words_of_neighbours"`
}

type toldProof struct {
	Kind  volunteer.ProofKind `json:"kind"`
	Until period.Day          `json:"until"`
	At    time.Time           `json:"at"`
	Words string              `json:"words"`
}

type toldCertificate struct {
	Skill    volunteer.Skill `json:"skill"`
	Name     string          `json:"name"`
	At       time.Time       `json:"at"`
	Accepted *bool           `json:"accepted,omitempty"`
	Words    string          `json:"words,omitempty"`
}

// volunteering tells where she volunteers, what she said and what was said of her, and
// where shops keep her in reserve (F1).
func (t *teller) volunteering(ctx context.Context) error {
	type reserve struct {
		Community string                 `json:"community"`
		Shop      string                 `json:"shop"`
		State     volunteer.ReserveState `json:"state"`
		At        time.Time              `json:"at"`
	}
	c := Chapter{File: "volunteering.json", Title: i18n.T(ctx, "我当志愿者"), Columns: []string{i18n.T(ctx, "社区"), i18n.T(ctx, "是什么"), i18n.T(ctx, "写了什么")}}
	mine, offers := []toldVolunteer{}, []reserve{}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		at := b.Community.ID
		v, err := t.flows.Volunteers.ByPerson(ctx, r, at, t.person)
		if err == nil {
			one, err := t.volunteerIn(ctx, r, at, b.Community.Name, v)
			if err != nil {
				return err
			}
			mine = append(mine, one)
			c.Rows = append(c.Rows, rowsOfVolunteer(ctx, &one)...)
		} else if !errors.Is(err, volunteer.ErrNotFound) {
			return err
		}
		all, err := t.flows.Volunteers.ReservesOf(ctx, r, at, t.person)
		if err != nil || len(all) == 0 {
			return err
		}
		names, err := t.flows.shopNames(ctx, r, at)
		for _, x := range all {
			offers = append(offers, reserve{b.Community.Name, names[x.Shop], x.State, x.At})
			c.Rows = append(c.Rows, []string{b.Community.Name, i18n.T(ctx, "后备帮手"), names[x.Shop] + " " + volunteer.ReserveName(x.State).In(ctx)})
		}
		return err
	})
	c.Data = map[string]any{"profiles": mine, "reserves": offers}
	t.add(c)
	return err
}

func (t *teller) volunteerIn(ctx context.Context, r db.Reader, at id.ID, name string, v *volunteer.Volunteer) (one toldVolunteer, err error) {
	one = toldVolunteer{Community: name, State: v.State, NextDoor: v.Beyond.Helps, HoursHome: v.Beyond.HoursHome, About: v.About, Likes: v.Likes, Radius: v.Radius, Windows: v.Windows,
		Skills: []toldSkill{}, Away: []volunteer.Span{}, Proofs: []toldProof{}, Certificates: []toldCertificate{}}
	words, err := t.flows.Volunteers.VouchesFor(ctx, r, at, t.person)
	if err != nil {
		return one, err
	}
	for _, h := range v.Skills {
		s := toldSkill{Skill: h.Skill, Words: []string{}}
		for _, w := range words {
			if w.Skill == h.Skill {
				s.Words = append(s.Words, w.Words)
			}
		}
		one.Skills = append(one.Skills, s)
	}
	for _, e := range v.Exceptions {
		one.Away = append(one.Away, e.Span)
	}
	for _, p := range v.Proofs {
		one.Proofs = append(one.Proofs, toldProof{p.Kind, p.Until, p.At, p.Words})
	}
	papers, err := t.flows.Volunteers.CertificatesOf(ctx, r, at, t.person)
	for _, p := range papers {
		x := toldCertificate{Skill: p.Skill, Name: p.Name, At: p.At}
		if p.Verdict != nil {
			x.Accepted, x.Words = &p.Verdict.Accepted, p.Verdict.Words
		}
		one.Certificates = append(one.Certificates, x)
	}
	return one, err
}

// rowsOfVolunteer are the same for people to read.
func rowsOfVolunteer(ctx context.Context, v *toldVolunteer) (rows [][]string) {
	add := func(what, text string) {
		if text != "" {
			rows = append(rows, []string{v.Community, what, text})
		}
	}
	add(i18n.T(ctx, "状态"), volunteer.StateName(v.State).In(ctx))
	if v.NextDoor {
		add(i18n.T(ctx, "也帮邻近社区"), i18n.T(ctx, "是"))
	}
	for _, s := range v.Skills {
		add(i18n.T(ctx, "会什么"), strings.Join(append([]string{volunteer.SkillName(s.Skill).In(ctx)}, s.Words...), " "))
	}
	add(i18n.T(ctx, "自己的话"), strings.TrimSpace(v.About+" "+v.Likes))
	for _, p := range v.Proofs {
		add(i18n.T(ctx, "身份核对"), strings.TrimSpace(volunteer.ProofName(p.Kind).In(ctx)+" "+p.Words))
	}
	for _, p := range v.Certificates {
		add(i18n.T(ctx, "证书"), strings.TrimSpace(p.Name+" "+p.Words))
	}
	return rows
}
