package demo

import (
	"context"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/member"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// Visitor is somebody who is signed in and will look around: for benchmarks.
type Visitor struct {
	Role  string
	Token string // of the session's cookie
	Start string // where she begins
}

// mix is who is about on a usual day, of a hundred.
var mix = []struct {
	share int
	role  authz.Role // "" for a resident without a part
}{{80, ""}, {10, access.Owner}, {5, access.GridWorker}, {3, access.Specialist}, {1, access.Operator}, {1, access.Officer}}

// Visitors signs n people in, in the mix of a usual day.
func (d *Demo) Visitors(ctx context.Context, n int) ([]Visitor, error) {
	visitors := make([]Visitor, 0, n)
	for _, m := range mix {
		count := max(1, n*m.share/100)
		for i, p := range d.playing(m.role) {
			if i == count {
				break
			}
			token, err := d.open(ctx, p.Phone)
			if err != nil {
				return nil, err
			}
			visitors = append(visitors, Visitor{Role: string(m.role), Token: token, Start: start})
		}
	}
	return visitors, nil
}

// playing lists the people with a part; "" lists residents without any.
func (d *Demo) playing(role authz.Role) (all []*player) {
	for i := range d.cast.players {
		p := &d.cast.players[i]
		if role == "" && len(p.parts) == 0 && p.ref != "" {
			all = append(all, p)
			continue
		}
		for _, x := range p.parts {
			if x.role == role {
				all = append(all, p)
				break
			}
		}
	}
	return all
}

// open starts a session of somebody by her number.
func (d *Demo) open(ctx context.Context, phone string) (token string, err error) {
	err = d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := d.Flows.People.ByPhone(ctx, tx, phone)
		if err != nil {
			return err
		}
		_, token, err = d.Flows.SignIn.Start(ctx, tx, p.ID, signin.ByGuise, signin.Device{})
		return err
	})
	return token, err
}

// Crowd adds residents of whom nothing but their names is known, until there are n
// members, so that pages can be measured in a full neighbourhood.
func (d *Demo) Crowd(ctx context.Context, n int) error {
	const each = 50
	refs := sorted(d.places)
	for have := len(d.town.members); have < n; have += each {
		home := refs[have/each%len(refs)]
		err := d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			for i := range each {
				ref := fmt.Sprintf("X%d", have+i)
				p, err := d.Flows.People.Register(ctx, tx, person.Person{Name: surnames[(have+i)%len(surnames)] + men[i%len(men)], Phone: fmt.Sprintf("+861710%07d", have+i)})
				if err != nil {
					return once(err)
				}
				if err := d.Flows.People.Link(ctx, tx, p.ID, ref, d.places[home]); err != nil {
					return err
				}
				if err := d.Flows.Members.Reserve(ctx, tx, ref, d.places[home]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = d.DB.Update(ctx, d.places[home], db.System, func(tx *db.Tx) error {
			for i := range each {
				m := member.Member{Ref: fmt.Sprintf("X%d", have+i), Standing: member.Good, Level: policy.Silver}
				if _, _, err := d.Flows.Members.Join(ctx, tx, m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
