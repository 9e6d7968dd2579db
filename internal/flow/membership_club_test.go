package flow_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// club is the town with people who join it.
type club struct {
	*town
	people map[string]id.ID
	n      int
}

func inClub(t *testing.T, fn func(c *club)) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) { fn(&club{town: settled(t, env), people: make(map[string]id.ID)}) })
}

// newcomer registers somebody whom no community knows.
func (c *club) newcomer(name string) id.ID {
	c.t.Helper()
	c.n++
	c.must(c.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := c.People.Register(ctx, tx, person.Person{Name: name, Phone: fmt.Sprintf("+861380013%04d", c.n)})
		c.people[name] = p.ID
		return err
	}))
	return c.people[name]
}

func (c *club) actor(name string) db.Actor { return db.Actor{Kind: "person", ID: c.people[name]} }

// wish orders the next term of somebody.
func (c *club) wish(name string, edits ...func(*flow.MembershipWish)) (flow.Ordered, error) {
	w := flow.MembershipWish{Person: c.people[name], Community: c.home, How: membership.Herself, After: c.after(name)}
	for _, e := range edits {
		e(&w)
	}
	return c.OrderMembership(ctx, c.actor(name), w)
}

// after is the day on which somebody's last term ends, as her page shows it.
func (c *club) after(name string) period.Day {
	ref := c.ref(name)
	if ref == "" || c.terms(name).Latest() == nil {
		return 0
	}
	return c.terms(name).Latest().Until
}

func with(code string) func(*flow.MembershipWish) {
	return func(w *flow.MembershipWish) { w.Code = code }
}
func on(device string) func(*flow.MembershipWish) {
	return func(w *flow.MembershipWish) { w.Device = device }
}

// pay pays an order at the counter.
func (c *club) pay(o flow.Ordered) {
	c.t.Helper()
	c.n++
	_, err := c.Pay(ctx, c.home, db.Actor{Kind: "person", ID: id.ID{9}}, o.Charge.ID, charge.Payment{Means: charter.Cash, Reference: fmt.Sprint("slip-", c.n)})
	c.must(err)
}

// joins orders and pays.
func (c *club) joins(name string, edits ...func(*flow.MembershipWish)) flow.Ordered {
	c.t.Helper()
	if c.people[name].IsZero() {
		c.newcomer(name)
	}
	o, err := c.wish(name, edits...)
	c.must(err)
	if o.Charge != nil {
		c.pay(o)
	}
	return o
}

// ref is the reference of somebody, "" if she has none.
func (c *club) ref(name string) (ref string) {
	c.must(c.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err := c.People.Memberships(ctx, r, c.people[name])
		if len(all) > 0 {
			ref = all[0].Ref
		}
		return err
	}))
	return ref
}

func (c *club) who(name string) *member.Member { return c.member(c.ref(name)) }

func (c *club) terms(name string) (all membership.Terms) {
	c.must(c.DB.View(ctx, c.home, func(r db.Reader) error {
		m, err := c.Members.Lookup(ctx, r, c.home, c.ref(name))
		if errors.Is(err, member.ErrNotFound) {
			return nil
		}
		if err == nil {
			all, err = c.Memberships.TermsOf(ctx, r, c.home, m.ID)
		}
		return err
	}))
	return all
}

// days lets days go by, with what is due.
func (c *club) days(n int) {
	c.t.Helper()
	c.env.Clock.Advance(time.Duration(n) * 24 * time.Hour)
	c.sweep()
}

func (c *club) sweep() {
	c.t.Helper()
	c.must(c.ExpireCharges(ctx, c.home))
	c.must(c.SweepMemberships(ctx, c.home))
	c.must(c.CountRecommendations(ctx, c.home))
}

// spends buys something of a price.
func (c *club) spends(name string, price money.Amount) flow.Settled {
	c.t.Helper()
	c.n++
	s, err := c.buy(fmt.Sprint("p", c.n), c.ref(name), "bakery", price)
	c.must(err)
	return s
}

// code is somebody's recommendation code.
func (c *club) code(name string) string {
	c.t.Helper()
	at, err := c.Communities.ByRef(ctx, c.DB, "C1")
	c.must(err)
	code, err := c.MakeCode(ctx, c.actor(name), at, membership.By{Kind: membership.ByMember, ID: c.who(name).ID})
	c.must(err)
	return code
}

// standing is how a newcomer's recommendation stands: "pending", "blocked G-03" …
func (c *club) standing(name string) (s string) {
	c.t.Helper()
	n := c.recommendation(name)
	if n == nil {
		return "none"
	}
	if s = string(n.State()); n.Guard() != "" {
		s += " " + n.Guard()
	}
	return s
}

func (c *club) recommendation(name string) (n *membership.Recommendation) {
	c.must(c.DB.View(ctx, c.home, func(r db.Reader) (err error) {
		n, err = c.Memberships.RecommendationOf(ctx, r, c.home, c.who(name).ID)
		return err
	}))
	return n
}

func (c *club) stands(name, want string) {
	c.t.Helper()
	if got := c.standing(name); got != want {
		c.t.Errorf("%s's recommendation is %s, want %s", name, got, want)
	}
}

func (c *club) rewards(name string) money.Amount {
	v, _ := money.Parse(orZero(c.books()["member:"+c.ref(name)+"/rewards CNY"]), money.CNY)
	return v
}

func orZero(s string) string {
	if s == "" {
		return "0.00"
	}
	return s
}

func (c *club) findMember(name string) (*member.Member, error) {
	var m *member.Member
	ref := c.ref(name)
	err := c.DB.View(ctx, c.home, func(r db.Reader) (err error) { m, err = c.Members.Lookup(ctx, r, c.home, ref); return err })
	return m, err
}

// staged counts the notices of a kind that wait to be delivered.
func (c *club) staged(kind string) int { return stagedIn(c.t, c.DB, c.home, kind) }

func second2[T any](_ T, err error) error { return err }

func (c *club) addPlace(kind community.Kind, under id.ID, ref string) (at id.ID, err error) {
	err = c.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := c.Communities.Add(ctx, tx, community.Place{Parent: under, Kind: kind, Ref: ref, Name: ref})
		at = p.ID
		return err
	})
	return at, err
}

// later lets a second go by.
func (c *club) later() { c.env.Clock.Advance(time.Second) }

// payment is cash with a slip.
func atCounter(slip string) charge.Payment {
	return charge.Payment{Means: charter.Cash, Reference: slip}
}
