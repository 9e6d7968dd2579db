package flow_test

import (
	"errors"
	"slices"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// T1: what works in one community becomes the beginning of another: its rules, its
// grids, what is switched on, and whom to look for. Its people stay at home.
func TestACommunityIsMadeFromAnother(t *testing.T) {
	inLane(t, func(l *lane) {
		l.switched(community.TimeBank, true)
		l.switched(community.CommunityMap, false)
		from := l.at("C1")
		template, err := l.TemplateOf(ctx, from)
		l.must(err)
		l.must(l.update(id.ID{}, func(tx *db.Tx) error {
			template, err = l.Communities.SaveTemplate(ctx, tx, template)
			return err
		}))
		if template.Edition != 1 || template.Grids != 2 || !slices.Equal(template.Roles, []community.Post{{Role: access.GridWorker, Count: 1, Each: true}}) {
			t.Errorf("the template is %+v", template)
		}
		wanted := community.Place{Ref: "C7", Name: "梅苑社区"}
		made, err := l.FoundFrom(ctx, db.System, template, wanted)
		l.must(err)
		again, err := l.FoundFrom(ctx, db.System, template, wanted) // after a failure
		if err != nil || again.ID != made.ID {
			t.Errorf("made again: %v, %v", again.ID, err)
		}
		if _, err := l.FoundFrom(ctx, db.System, template, community.Place{Ref: "C7", Name: "另一个"}); !errors.Is(err, community.ErrExists) {
			t.Errorf("another one of this reference: %v", err)
		}
		old, err := l.Measure(ctx, from)
		l.must(err)
		now, err := l.Measure(ctx, made)
		l.must(err)
		if now.Places[community.Grid] != 2 || now.Households != 0 || now.Members != 0 || len(now.Roles) != 0 || now.Empty != 2 {
			t.Errorf("the new one has %+v", now)
		}
		if now.Policy.Code != old.Policy.Code || now.Policy.Params != old.Policy.Params {
			t.Errorf("its rules are %s", now.Policy.Code)
		}
		for c, on := range old.On {
			if now.On[c] != on {
				t.Errorf("%s is on: %t", c, now.On[c])
			}
		}
		if old.Households != 3 || old.People != 3 || old.Roles[authz.Role(access.GridWorker)] != 2 || old.Empty != 0 {
			t.Errorf("the old one has %+v", old)
		}
	})
}

func (l *lane) at(ref string) community.Place {
	l.t.Helper()
	p, err := l.Communities.ByRef(ctx, l.DB, ref)
	l.must(err)
	return p
}
