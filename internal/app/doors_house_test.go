package app

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// guarded is a house with somebody who has everything that an address can name, an
// operator, and a resident who has no business with either.
type guarded struct {
	*doorway
	owner, clerk, thief *browser
	holes               map[string]string // what is hers, by the name of the hole in an address
	fits                map[Door]*regexp.Regexp
}

// Numbers of the three.
const (
	ownerPhone = "13800138000"
	clerkPhone = "13900139000"
	thiefPhone = "13700137000"
)

func newGuarded(t *testing.T) *guarded {
	t.Helper()
	d := newDoorway(t, Config{Data: t.TempDir()})
	g := &guarded{doorway: d, owner: d.browser(), clerk: d.browser(), thief: d.browser()}
	g.thief.addr = "8.8.8.8:1"
	g.owner.signIn(ownerPhone, "陈秀英")
	g.clerk.signIn(clerkPhone, "何静")
	g.thief.signIn(thiefPhone, "刘建国")
	home := d.places(t)["C1"]
	g.link(ownerPhone, "anna", home)
	g.link(thiefPhone, "ben", home)
	bakery := g.shop(home, "bakery")
	g.grant(clerkPhone, access.Operator, id.ID{}, id.ID{})
	g.grant(ownerPhone, access.Owner, home, bakery)
	given := g.grant(ownerPhone, access.Volunteer, home, id.ID{})
	bought := g.buy("hers", "anna", "butcher", "10.00")
	g.owner.register(newDevice(t), "旧手机")
	who := d.who("+86" + ownerPhone)
	d.must(d.Derive(t.Context()))
	devices, err := d.Flows.Devices(t.Context(), who.ID)
	d.must(err)
	keys, err := d.Flows.Passkeys(t.Context(), who.ID)
	d.must(err)
	g.holes = map[string]string{
		"person": who.ID.String(), "shop": bakery.String(), "grant": given.String(), "device": devices[0].ID.String(), "passkey": keys[0].ID.String(),
		"community": "C1", "account": "coins",
	}
	g.payoutThings(home, bakery)
	g.drawThings(home)
	g.things(home, int64(bought["entry"].(float64)))
	g.pointsThings(home, bakery)
	g.tillThings(home, bakery, who.ID)
	g.bills(home)
	g.settled(home)
	return g
}

func (g *guarded) link(phone, ref string, home id.ID) {
	g.Helper()
	who := g.who("+86" + phone)
	g.must(g.DB.Update(context.Background(), id.Tilde, db.System, func(tx *db.Tx) error {
		return g.Flows.People.Link(context.Background(), tx, who.ID, ref, home)
	}))
}

func (g *guarded) shop(home id.ID, ref string) (shop id.ID) {
	g.Helper()
	g.must(g.DB.Update(context.Background(), home, db.System, func(tx *db.Tx) error {
		m, err := g.Flows.Merchants.ByRef(context.Background(), tx, ref)
		if err == nil {
			shop = m.ID
		}
		return err
	}))
	return shop
}

func (g *guarded) grant(phone string, role authz.Role, place, subject id.ID) (given id.ID) {
	g.Helper()
	who := g.who("+86" + phone)
	g.must(g.DB.Update(context.Background(), id.Tilde, db.System, func(tx *db.Tx) error {
		made, err := g.Flows.Access.Give(context.Background(), tx, access.Grant{Person: who.ID, Role: role, Place: place, Subject: subject, Grantor: "test", Reason: "test"})
		if err == nil {
			given = made.ID
		}
		return err
	}))
	return given
}

// open are the holes of what everybody may name: there is no stranger's among them.
var open = map[string]string{"month": "2025-10", "token": "none", "action": "me.read", "z": "1", "x": "1", "y": "1", "purpose": "research", "lang": "zh"}

// path is a door's address with what is hers in every hole. It fails on a hole that
// nobody has thought of.
func (g *guarded) path(d Door) string {
	g.Helper()
	return hole.ReplaceAllStringFunc(strings.TrimSuffix(d.Path, "{$}"), func(h string) string {
		name := strings.Trim(h, "{}.")
		if head, _, _ := strings.Cut(d.Path, h); g.holes[head+h] != "" { // a name that means something else elsewhere
			return g.holes[head+h]
		}
		if known := g.holes[name]; known != "" {
			return known
		}
		if known := open[name]; known != "" {
			return known
		}
		g.Errorf("%s %s: say in newGuarded what another person's {%s} is, or in open that there is none", d.Method, d.Path, name)
		return "0"
	})
}

// pages are the doors that browsers open, with or without a change.
func (g *guarded) pages() []Door {
	return slices.DeleteFunc(g.Doors(), func(d Door) bool { return d.Key || strings.HasPrefix(d.Path, "/api/") })
}

// forms are the doors that take a form, or what a script sends.
func (g *guarded) forms() []Door {
	return slices.DeleteFunc(g.pages(), func(d Door) bool { return d.Method == http.MethodGet })
}

// byItself are tables that change without anybody asking: work behind the scenes,
// what counts tries, and when somebody was last here.
var byItself = []string{
	"writer", "outbox", "openbooks_", "trade_", "notice", "chore", "ledger_follower", "settlement_", "merchant_position", "community_position", "signin_miss", "paycode_miss", "payout_plan", "sqlite_",
	"ledger_close", "ledger_log", "ledger_buyer", "ledger_day", "ledger_flow", "ledger_leg", "ledger_party", "ledger_turnover"}

// state is a digest of every table that changes only because somebody wants it.
func (g *guarded) state() map[string]string {
	g.Helper()
	ctx, all := context.Background(), make(map[string]string)
	g.must(g.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		var names []string
		if err := db.All(ctx, r, &names, "SELECT name FROM sqlite_master WHERE type = 'table'"); err != nil {
			return err
		}
		for _, name := range names {
			if slices.ContainsFunc(byItself, func(p string) bool { return strings.HasPrefix(name, p) }) {
				continue
			}
			sum, err := digest(ctx, r, name)
			if err != nil {
				return err
			}
			all[name] = sum
		}
		return nil
	}))
	if len(all) < 30 {
		g.Fatalf("only %d tables are watched", len(all))
	}
	return all
}

func digest(ctx context.Context, r db.Reader, table string) (string, error) {
	rows, err := r.Query(ctx, "SELECT * FROM "+table)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	cells, at := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		at[i] = &cells[i]
	}
	sum := sha256.New()
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%v\n", cells)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), rows.Err()
}

// unchanged fails unless everything is as it was before, but for some tables.
func (g *guarded) unchanged(before map[string]string, after string, but ...string) {
	g.Helper()
	now := g.state()
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if before[name] != now[name] && !slices.Contains(but, name) {
			g.Errorf("%s has changed the table %s", after, name)
		}
	}
}
