package flow_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// grantors is the town with the engine of the house and people who hold roles.
type grantors struct {
	*town
	engine *authz.Engine
}

func withGrantors(t *testing.T, fn func(g grantors)) {
	inTown(t, func(w *town) {
		e, err := authz.New(access.Policies, community.Tree{Places: w.Communities, DB: w.DB})
		w.must(err)
		fn(grantors{w, e})
	})
}

// registered adds a person.
func (g grantors) registered(name, phone string) id.ID {
	g.t.Helper()
	var who id.ID
	g.must(g.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := g.People.Register(ctx, tx, person.Person{Name: name, Phone: phone})
		if err == nil {
			who = p.ID
		}
		return err
	}))
	return who
}

// viewer is a registered person who holds roles by the database.
func (g grantors) viewer(name, phone string, roles ...access.Grant) authz.Viewer {
	g.t.Helper()
	v := authz.Viewer{Person: g.registered(name, phone)}
	for _, r := range roles {
		r.Person, r.Reason = v.Person, "a test"
		g.must(g.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			_, err := g.Access.Give(ctx, tx, r)
			return err
		}))
	}
	var err error
	v.Grants, err = g.Access.Held(ctx, v.Person, g.env.Clock.Now())
	g.must(err)
	return v
}

func TestWhoAppointsWhom(t *testing.T) {
	withGrantors(t, func(g grantors) {
		shop := id.ID{15: 7}
		root := g.viewer("Root", "+8613800000001", access.Grant{Role: access.Operator})
		local := g.viewer("Local", "+8613800000002", access.Grant{Role: access.Operator, Place: g.home})
		specialist := g.viewer("Spec", "+8613800000003", access.Grant{Role: access.Specialist, Place: g.home})
		owner := g.viewer("Owner", "+8613800000004", access.Grant{Role: access.Owner, Place: g.home, Subject: shop})
		officer := g.viewer("Gov", "+8613800000005", access.Grant{Role: access.Officer})
		finance := g.viewer("Fin", "+8613800000006", access.Grant{Role: access.Finance})
		helping := root
		helping.For = g.registered("Helped", "+8613800000007")
		new1 := flow.Appointment{Phone: "+8613900000001", Name: "新人", Reason: "a test"}
		for name, c := range map[string]struct {
			v    authz.Viewer
			role authz.Role
			at   flow.Appointment
			want *fault.Fault
		}{
			"the operator, anywhere":                {root, access.GridWorker, flow.Appointment{Place: g.away}, nil},
			"the operator, an operator everywhere":  {root, access.Operator, flow.Appointment{}, nil},
			"a local operator, at home":             {local, access.Finance, flow.Appointment{Place: g.home}, nil},
			"a local operator, beside":              {local, access.GridWorker, flow.Appointment{Place: g.away}, authz.ErrDenied},
			"a local operator, above":               {local, access.Operator, flow.Appointment{}, authz.ErrDenied},
			"a specialist, a volunteer":             {specialist, access.Volunteer, flow.Appointment{Place: g.home}, nil},
			"a specialist, an operator":             {specialist, access.Operator, flow.Appointment{Place: g.home}, authz.ErrDenied},
			"an owner, her staff":                   {owner, access.Staff, flow.Appointment{Place: g.home, Subject: shop}, nil},
			"an owner, another's staff":             {owner, access.Staff, flow.Appointment{Place: g.home, Subject: id.ID{15: 8}}, authz.ErrDenied},
			"an owner, another owner":               {owner, access.Owner, flow.Appointment{Place: g.home, Subject: shop}, authz.ErrDenied},
			"an officer":                            {officer, access.GridWorker, flow.Appointment{Place: g.home}, authz.ErrDenied},
			"finance":                               {finance, access.Staff, flow.Appointment{Place: g.home, Subject: shop}, authz.ErrDenied},
			"nobody":                                {authz.Viewer{}, access.Volunteer, flow.Appointment{Place: g.home}, authz.ErrSignIn},
			"the operator, to herself":              {root, access.Finance, flow.Appointment{Person: root.Person}, access.ErrOneself},
			"the operator, to herself by number":    {root, access.Finance, flow.Appointment{Phone: "+8613800000001"}, access.ErrOneself},
			"the operator, while she helps":         {helping, access.Volunteer, flow.Appointment{Place: g.home}, access.ErrNotHelping},
			"the operator, to whom she helps":       {helping, access.Volunteer, flow.Appointment{Person: helping.For}, access.ErrOneself},
			"a place that is none":                  {root, access.GridWorker, flow.Appointment{Place: id.ID{15: 99}}, community.ErrNotFound},
			"a role that is none":                   {root, "emperor", flow.Appointment{}, access.ErrBadRole},
			"a shop role without a shop":            {root, access.Staff, flow.Appointment{Place: g.home}, access.ErrNoSubject},
			"nobody of that number and no name":     {root, access.Donor, flow.Appointment{Phone: "+8613900000099", Reason: "-"}, person.ErrBadName},
			"a person who is none":                  {root, access.Donor, flow.Appointment{Person: id.ID{15: 98}}, person.ErrNotFound},
			"the same role to the same once more":   {root, access.Operator, flow.Appointment{Person: local.Person, Place: g.home}, access.ErrAlreadyHeld},
			"a term that is over before it started": {root, access.Donor, flow.Appointment{Until: g.env.Clock.Now()}, access.ErrBadTerm},
		} {
			a := c.at
			if a.Reason == "" {
				a.Reason = new1.Reason
			}
			if a.Person.IsZero() && a.Phone == "" {
				a.Phone, a.Name = new1.Phone, new1.Name
			}
			a.Role = c.role
			given, err := g.Appoint(ctx, g.engine, c.v, a)
			if (c.want == nil) != (err == nil) || c.want != nil && !errors.Is(err, c.want) {
				g.t.Errorf("%s: %v, want %v", name, err, c.want)
			}
			if err == nil && given.Grantor != "person:"+c.v.Person.String() {
				g.t.Errorf("%s: granted by %s", name, given.Grantor)
			}
		}
	})
}

// A number that nobody has becomes a person once, however many appoint her at the
// same time.
func TestAppointingANumberRegistersAPerson(t *testing.T) {
	withGrantors(t, func(g grantors) {
		root := g.viewer("Root", "+8613800000001", access.Grant{Role: access.Operator})
		var wg sync.WaitGroup
		people := make([]id.ID, 10)
		roles := []authz.Role{access.Volunteer, access.GridWorker, access.Mediator, access.Donor, access.Advisor, access.TaskForce, access.Partner, access.Property, access.Committee, access.Chair}
		for i, role := range roles {
			wg.Go(func() {
				given, err := g.Appoint(ctx, g.engine, root, flow.Appointment{Phone: "+8613900000002", Name: "周师傅", Form: person.Master, Role: role, Place: g.home, Reason: "a test"})
				if err != nil {
					g.t.Error(err)
					return
				}
				people[i] = given.Person
			})
		}
		wg.Wait()
		for _, p := range people {
			if p != people[0] || p.IsZero() {
				g.t.Fatalf("one number became several people: %v", people)
			}
		}
		if held, err := g.Access.Held(ctx, people[0], g.env.Clock.Now()); err != nil || len(held) != len(roles) {
			g.t.Errorf("holds %d of %d roles, %v", len(held), len(roles), err)
		}
	})
}

func TestWhoDismissesWhom(t *testing.T) {
	withGrantors(t, func(g grantors) {
		root := g.viewer("Root", "+8613800000001", access.Grant{Role: access.Operator})
		spec := g.viewer("Spec", "+8613800000003", access.Grant{Role: access.Specialist, Place: g.home})
		give := func(role authz.Role, phone string) *access.Grant {
			given, err := g.Appoint(ctx, g.engine, root, flow.Appointment{Phone: phone, Name: "人", Role: role, Place: g.home, Until: g.env.Clock.Now().Add(time.Hour), Reason: "a test"})
			g.must(err)
			return given
		}
		grid, vol := give(access.GridWorker, "+8613900000003"), give(access.Volunteer, "+8613900000004")
		if _, err := g.Dismiss(ctx, g.engine, spec, grid.ID, "no"); !errors.Is(err, authz.ErrDenied) {
			g.t.Errorf("a specialist ends a grid worker: %v", err)
		}
		if _, err := g.Dismiss(ctx, g.engine, spec, vol.ID, "gone"); err != nil {
			g.t.Errorf("a specialist ends a volunteer: %v", err)
		}
		if held, err := g.Access.Held(ctx, vol.Person, g.env.Clock.Now()); err != nil || len(held) != 0 {
			g.t.Errorf("it holds on: %v, %v", held, err)
		}
		self := authz.Viewer{Person: grid.Person}
		if _, err := g.Dismiss(ctx, g.engine, self, grid.ID, ""); !errors.Is(err, access.ErrNoReason) {
			g.t.Errorf("without a reason: %v", err)
		}
		if _, err := g.Dismiss(ctx, g.engine, self, grid.ID, "moving away"); err != nil {
			g.t.Errorf("she lays it down: %v", err)
		}
		if _, err := g.Dismiss(ctx, g.engine, self, grid.ID, "again"); !errors.Is(err, access.ErrEnded) {
			g.t.Errorf("a second time: %v", err)
		}
	})
}
