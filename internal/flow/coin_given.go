package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/platform/db"
)

// GiveHours gives a neighbour hours of a member's (T-08, F5), or puts them into the common
// pot (T-09, F4). The gift's id is made with the form: the same again gives nothing more.
//
// Refusals: coin.ErrBadAmount, ErrOneself, ErrBadWords, ErrNobody, ErrShort, ErrGiftMonth.
func (f *Flows) GiveHours(ctx context.Context, community id.ID, actor db.Actor, g coin.Gift) (given *coin.Gift, err error) {
	defer fault.Wrap(&err, "give hours")
	if err := g.Validate(); err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if given, err = f.Coins.GiftByID(ctx, tx, community, g.ID); err != nil || given != nil {
			return err
		}
		g := g
		p, err := f.mayGive(ctx, tx, &g)
		if err != nil {
			return err
		}
		held := p.Balance(hoursOf(g.From))
		if held < g.Coins {
			return coin.ErrShort.On("coins").With("has", held.Grouped(money.Coin))
		}
		var move charter.Move = charter.HoursGiven{Gift: g.ID, From: g.From, To: g.To, Coins: g.Coins, Held: held}
		if g.To.IsZero() {
			move = charter.HoursShared{Gift: g.ID, From: g.From, Coins: g.Coins, Held: held}
		}
		posted, err := f.Move(ctx, tx, coinKey+"gift:"+g.ID.String(), move)
		if err != nil {
			return err
		}
		g.Month, g.Seq, g.At = p.month, posted.Seq, tx.Now
		given = &g
		return f.Coins.Give(ctx, tx, g)
	})
	return given, err
}

// mayGive refuses a gift to nobody, and what is over the month's limit for neighbours.
func (f *Flows) mayGive(ctx context.Context, tx *db.Tx, g *coin.Gift) (purse, error) {
	p, err := f.purse(ctx, tx)
	if err != nil || g.To.IsZero() {
		return p, err
	}
	to, err := f.Members.ByID(ctx, tx, g.To)
	if fault.KindOf(err) == fault.NotFound || err == nil && (to.Ref == "" || to.Standing != member.Good) {
		return p, coin.ErrNobody.On("to")
	}
	if err != nil {
		return p, err
	}
	before, err := f.Coins.GivenIn(ctx, tx, tx.Community, g.From, p.month)
	if left := p.rules.GiftMonthMax - before; err == nil && g.Coins > left {
		err = coin.ErrGiftMonth.On("coins").With("left", max(0, left).Grouped(money.Coin))
	}
	return p, err
}

// DonateHours gives the pool entitlements that a shop took (T-11, F4).
func (f *Flows) DonateHours(ctx context.Context, community id.ID, actor db.Actor, d coin.Donation) (given *coin.Donation, err error) {
	defer fault.Wrap(&err, "donate hours")
	if err := d.Validate(); err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if given, err = f.Coins.DonationByID(ctx, tx, community, d.ID); err != nil || given != nil {
			return err
		}
		if _, err := f.Merchants.Known(ctx, tx, d.Shop); err != nil {
			return err
		}
		balances, err := f.Ledger.Balances(ctx, tx)
		if err != nil {
			return err
		}
		d := d
		held := balances.Balance(coinsOfShop(d.Shop))
		if held < d.Coins {
			return coin.ErrShort.On("coins").With("has", held.Grouped(money.Coin))
		}
		posted, err := f.Move(ctx, tx, coinKey+"donation:"+d.ID.String(), charter.HoursDonated{Donation: d.ID, Merchant: d.Shop, Coins: d.Coins, Held: held})
		if err != nil {
			return err
		}
		d.Seq, d.At, d.By = posted.Seq, tx.Now, actor.ID
		given = &d
		return f.Coins.Donate(ctx, tx, d)
	})
	return given, err
}

func coinsOfShop(shop id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Merchant, ID: shop}, ledger.Coins)
}

// AskGrant asks for hours of the common pot for somebody who cannot earn them (T-10, F4).
// Up to the policy's limit one person decides and they are given at once; above it another
// person agrees. The grant's id is made with the form.
//
// Refusals: coin.ErrBadAmount, ErrNoReason, ErrNobody, ErrGrantMax, ErrPotShort, ErrSamePair
// where the actor would grant herself.
func (f *Flows) AskGrant(ctx context.Context, community id.ID, actor db.Actor, who id.ID, g coin.Grant) (asked *coin.Grant, err error) {
	defer fault.Wrap(&err, "ask for a grant")
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if err := f.notHerself(ctx, community, g.Member, who); err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if asked, err = f.Coins.GrantByID(ctx, tx, community, g.ID); fault.KindOf(err) != fault.NotFound {
			return err
		}
		p, err := f.mayGrant(ctx, tx, &g)
		if err != nil {
			return err
		}
		if err := f.Coins.Ask(ctx, tx, g); err != nil {
			return err
		}
		if asked, err = f.Coins.GrantByID(ctx, tx, community, g.ID); err != nil || g.Coins > p.rules.GrantAloneMax {
			return err
		}
		return f.grantHours(ctx, tx, p, asked)
	})
	return asked, err
}

// notHerself refuses to let a person decide on a grant for herself.
func (f *Flows) notHerself(ctx context.Context, community, member, who id.ID) error {
	same, err := f.IsMember(ctx, community, member, who)
	if err == nil && same {
		err = coin.ErrSamePair
	}
	return err
}

// AgreeGrant gives what another person asked for.
func (f *Flows) AgreeGrant(ctx context.Context, community id.ID, actor db.Actor, who, at id.ID) (err error) {
	defer fault.Wrap(&err, "agree to a grant")
	var g *coin.Grant
	if err := f.DB.View(ctx, community, func(r db.Reader) error { g, err = f.Coins.GrantByID(ctx, r, community, at); return err }); err != nil {
		return err
	}
	if err := f.notHerself(ctx, community, g.Member, who); err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		g, err := f.Coins.GrantByID(ctx, tx, community, at)
		if err != nil {
			return err
		}
		if err := g.MayAgree(actor.ID); err != nil {
			return err
		}
		p, err := f.mayGrant(ctx, tx, g)
		if err != nil {
			return err
		}
		return f.grantHours(ctx, tx, p, g)
	})
}

// RefuseGrant ends what somebody asked for, also by who asked.
func (f *Flows) RefuseGrant(ctx context.Context, community id.ID, actor db.Actor, at id.ID, words string) (err error) {
	defer fault.Wrap(&err, "refuse a grant")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		g, err := f.Coins.GrantByID(ctx, tx, community, at)
		if err == nil && g.End != nil {
			err = coin.ErrEnded
		}
		if err != nil {
			return err
		}
		p, err := f.purse(ctx, tx)
		if err != nil {
			return err
		}
		return f.Coins.EndGrant(ctx, tx, g, coin.Refused, words, p.month, -1)
	})
}

// mayGrant refuses what the pot has not got, and what is over a person's limit.
func (f *Flows) mayGrant(ctx context.Context, tx *db.Tx, g *coin.Grant) (purse, error) {
	p, err := f.purse(ctx, tx)
	if err != nil {
		return p, err
	}
	to, err := f.Members.ByID(ctx, tx, g.Member)
	if fault.KindOf(err) == fault.NotFound || err == nil && to.Ref == "" {
		return p, coin.ErrNobody.On("to")
	}
	if err != nil {
		return p, err
	}
	before, err := f.Coins.GrantedIn(ctx, tx, tx.Community, g.Member, p.month)
	if err != nil {
		return p, err
	}
	if left := p.rules.GrantMonthMax - before; g.Coins > left {
		return p, coin.ErrGrantMax.On("coins").With("left", max(0, left).Grouped(money.Coin))
	}
	if pot := p.Balance(ledger.PoolCommon); g.Coins > pot {
		return p, coin.ErrPotShort.On("coins").With("has", pot.Grouped(money.Coin))
	}
	return p, nil
}

func (f *Flows) grantHours(ctx context.Context, tx *db.Tx, p purse, g *coin.Grant) error {
	posted, err := f.Move(ctx, tx, coinKey+"grant:"+g.ID.String(), charter.HoursGranted{Grant: g.ID, Member: g.Member, Coins: g.Coins, Pot: p.Balance(ledger.PoolCommon)})
	if err != nil {
		return err
	}
	return f.Coins.EndGrant(ctx, tx, g, coin.Given, "", p.month, posted.Seq)
}
