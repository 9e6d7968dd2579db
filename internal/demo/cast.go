package demo

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/module/access"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
)

// part is what somebody of the demo is besides a resident.
type part struct {
	role  authz.Role
	place string // reference of the place
	shop  string // reference of the shop, "" if the role is for the place
}

// player is one person of the demo.
type player struct {
	person.Person
	ref   string // as a member, "" for who works here and lives elsewhere
	home  string
	parts []part
	grid  string // where she lives
}

// cast gives everybody a name and a part; the same data give the same people.
type cast struct {
	players []player
	byRef   map[string]*player
	leaders map[string]string   // community → reference of the gold leader
	teams   map[string][]string // leader → her team
	regular string              // who shops most in the first community, and has no part
	senior  string              // an elder there, who reads large type and has a helper
}

// gridsEach is how many grids, and grid workers, a community has.
const gridsEach = 15

// outsiders work here and are no members; n is their phone number.
var outsiders = []struct {
	n    int
	name string
	form person.Form
	role authz.Role
	at   string
}{
	{9001, "沈立新", person.Mr, access.Operator, streetRef},
	{9002, "何静", person.Ms, access.Finance, streetRef},
	{9003, "郑文华", person.Mr, access.Officer, streetRef},
	{9004, "傅敏", person.Ms, access.Inspector, cityRef},
	{9005, "丁慧", person.Ms, access.Supervisor, cityRef},
	{9006, "吕振华", person.Teacher, access.Advisor, streetRef},
	{9007, "蔡海波", person.Mr, access.Donor, streetRef},
	{9008, "许晓东", person.Mr, access.TaskForce, streetRef},
	{9009, "宋佳", person.Ms, access.Finance, streetRef},
}

// castFor finds the people for the data.
func castFor(t *town, year int) *cast {
	c := &cast{byRef: make(map[string]*player), leaders: make(map[string]string), teams: make(map[string][]string)}
	rng := rand.New(rand.NewPCG(2017, 99))
	often := make(map[string]int)
	for _, day := range t.days {
		for _, row := range day {
			often[row.Member]++
		}
	}
	homes := make(map[string][]*player)
	c.players = make([]player, 0, len(t.members)+len(outsiders))
	for i, m := range t.members {
		p := player{Person: named(rng, m.AgeBand, year), ref: m.Ref, home: m.Community}
		n, err := strconv.Atoi(strings.TrimPrefix(m.Ref, "H"))
		if err != nil {
			n = 3000 + i // another data set may call its households something else
		}
		p.Phone = phone(n)
		c.players = append(c.players, p)
	}
	for i := range c.players {
		p := &c.players[i]
		c.byRef[p.ref] = p
		homes[p.home] = append(homes[p.home], p)
	}
	for home, people := range homes {
		slices.SortFunc(people, func(a, b *player) int { return cmp.Or(often[b.ref]-often[a.ref], cmp.Compare(a.ref, b.ref)) })
		for i, p := range people {
			p.grid = gridRef(home, i%gridsEach+1)
		}
		c.assign(t, home, people)
	}
	for _, o := range outsiders {
		c.players = append(c.players, player{Person: person.Person{Name: o.name, Form: o.form, Phone: phone(o.n)}, parts: []part{{role: o.role, place: o.at}}})
	}
	return c
}

// assign hands out the parts of a community: those who are out most often get one.
func (c *cast) assign(t *town, home string, people []*player) {
	var able []*player // elders get no duties
	for _, p := range people {
		if !p.elder() {
			able = append(able, p)
		}
	}
	take := func(role authz.Role, place, shop string) *player {
		p := able[0]
		able = able[1:]
		p.parts = append(p.parts, part{role, place, shop})
		return p
	}
	if home == "C1" {
		c.regular = able[0].ref
		senior := people[slices.IndexFunc(people, func(p *player) bool { return p.elder() })]
		c.senior, senior.Theme = senior.ref, "elder"
	}
	able = able[1:] // the most frequent one stays what most people are: a resident
	c.leaders[home] = take(access.TeamLeader, home, "").ref
	owners := 0
	for _, s := range t.shops {
		if s.community != home {
			continue
		}
		owner := take(access.Owner, home, s.ref)
		switch owners++; {
		case owners == 3: // the third in turn chairs when somebody first looks
			owner.parts = append(owner.parts, part{role: access.Chair, place: home}, part{role: access.Committee, place: home})
		case owners <= 5:
			owner.parts = append(owner.parts, part{role: access.Committee, place: home})
		}
		if owners%2 == 0 {
			take(access.Staff, home, s.ref)
		}
	}
	for g := 1; g <= gridsEach; g++ {
		p := take(access.GridWorker, gridRef(home, g), "")
		p.grid = gridRef(home, g)
	}
	for _, role := range []authz.Role{access.Specialist, access.Mediator, access.Property, access.Residents, access.Owners} {
		take(role, home, "")
	}
	for range 20 {
		take(access.Volunteer, home, "")
	}
	for range 40 {
		leader := c.leaders[home]
		c.teams[leader] = append(c.teams[leader], able[0].ref)
		able = able[1:]
	}
}

// gridRef names a grid of a community.
func gridRef(community string, n int) string { return fmt.Sprintf("%s-G%02d", community, n) }
