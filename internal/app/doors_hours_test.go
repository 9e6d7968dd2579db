package app

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/platform/db"
)

// hoursThings makes what an address of service hours can name: an organisation has filled
// the common pot, of which the owner was granted some and gave some on; a grant that a
// second person has to agree to; and two orders of the owner, one that waits for the desk
// and one that waits for the money.
func (g *guarded) hoursThings(home, owner id.ID) {
	g.Helper()
	ctx, her := context.Background(), db.Actor{Kind: "person", ID: owner}
	order := func(n byte, by db.Actor, name string, coins money.Amount) id.ID {
		o, err := g.Flows.OrderHours(ctx, home, by, coin.Order{ID: id.ID{0xc1, n}, Name: name, Registration: "91370300164300000" + string('0'+n), Body: coin.Company, Coins: coins, Common: true, Purpose: nasty[0]})
		g.must(err)
		return o.ID
	}
	accepted := func(at id.ID) charge.Charge {
		c, err := g.Flows.AcceptHoursOrder(ctx, home, db.System, at)
		g.must(err)
		return c
	}
	_, err := g.Flows.Pay(ctx, home, db.System, accepted(order(1, stranger, "织"+wild, 300_00)).ID, charge.Payment{Means: charter.Bank, Reference: "hours-1"})
	g.must(err)
	grant := func(n byte, ref string, coins money.Amount) id.ID {
		asked, err := g.Flows.AskGrant(ctx, home, stranger, stranger.ID, coin.Grant{ID: id.ID{0xc2, n}, Member: g.member(home, ref), Coins: coins, Reason: nasty[0]})
		g.must(err)
		return asked.ID
	}
	grant(1, "anna", 50_00)
	waits := grant(2, "zhou", 60_00)
	_, err = g.Flows.GiveHours(ctx, home, her, coin.Gift{ID: id.ID{0xc3, 1}, From: g.member(home, "anna"), To: g.member(home, "zhou"), Coins: 5_00, Words: nasty[0]})
	g.must(err)
	g.holes["ordered"] = accepted(order(2, her, "布"+wild, 10_00)).Subject.String()
	asked := order(3, her, "线"+wild, 10_00)
	g.holes["/me/hours/{at}"], g.holes["/desk/hours/{community}/grants/{grant}"] = "C1", waits.String()
	for _, at := range []string{"/me/hours/{at}/orders/{order}", "/desk/hours/{community}/orders/{order}"} {
		g.holes[at] = asked.String()
	}
}

// hoursStarts are pages that a walk must open: the order that waits for its money, which
// stands at the counter before what is handed back there.
func (g *guarded) hoursStarts(home id.ID) (starts []string) {
	g.Helper()
	starts = []string{"/me/hours", "/me/hours/C1/orders/" + g.holes["ordered"]}
	g.read(home, func(ctx context.Context, r db.Reader) error {
		all, err := g.Flows.Charges.ToHand(ctx, r, home, 1)
		for _, c := range all {
			starts = append(starts, "/desk/counter/C1/"+c.Code)
		}
		return err
	})
	return starts
}
