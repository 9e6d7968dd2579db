package demo

import (
	"context"
	"fmt"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/marketing"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// The days of a year on which something happens to levels and honours, from the first
// day on, or back from the last.
const (
	honouredAfter = 15  // the first honours are counted
	quitAfter     = 250 // some leave the third leader's team
	callBefore    = 10  // a call is opened
	voteBefore    = 3   // its nominees stand and people vote
)

// growthHome is where levels, honours and common money are to be seen.
const growthHome = "C1"

// raise puts on record who leads since before the trial: each community's leader with
// her team; in the first one two of her team lead teams of their own, and she directs.
func (d *Demo) raise(ctx context.Context) error {
	for ref := range d.places {
		leader := d.cast.leaders[ref]
		if err := d.appoint(ctx, ref, leader, policy.Gold, d.cast.teams[leader], ""); err != nil {
			return fmt.Errorf("demo: leader of %s: %w", ref, err)
		}
	}
	first := d.cast.leaders[growthHome]
	plain := d.plain(growthHome)
	for i, ref := range d.raised() {
		if err := d.appoint(ctx, growthHome, ref, policy.Gold, plain[i*31:i*31+31], first); err != nil {
			return err
		}
	}
	if err := d.appoint(ctx, growthHome, first, policy.Diamond, nil, ""); err != nil {
		return err
	}
	return d.fees(ctx)
}

// raised are the two of the first leader's team who lead now.
func (d *Demo) raised() []string { return d.cast.teams[d.cast.leaders[growthHome]][:2] }

// plain are the members of a community who have no part and are on no team.
func (d *Demo) plain(home string) (refs []string) {
	on := make(map[string]bool)
	for leader, team := range d.cast.teams {
		on[leader] = true
		for _, ref := range team {
			on[ref] = true
		}
	}
	for i := range d.cast.players {
		if p := &d.cast.players[i]; p.home == home && len(p.parts) == 0 && !on[p.ref] && p.ref != d.cast.regular && p.ref != d.cast.senior {
			refs = append(refs, p.ref)
		}
	}
	return refs
}

// appoint puts an appointment on record, with the team that she brings along.
func (d *Demo) appoint(ctx context.Context, home, ref string, level policy.Level, team []string, by string) error {
	desk, err := d.worker(ctx, 9001)
	if err != nil {
		return err
	}
	return d.DB.Update(ctx, d.places[home], desk, func(tx *db.Tx) error {
		p := policy.Trial2025()
		m, err := d.Flows.Members.ByRef(ctx, tx, ref)
		if err != nil {
			return err
		}
		n, reason := len(team), "试运行以前她推荐的邻居，名册交接过来"
		if level == policy.Diamond {
			n, reason = 2, "带出来两位组长，都还在当"
		}
		c, added, err := d.Flows.Growth.Find(ctx, tx, m.ID, level, n, 0)
		if err != nil || !added {
			return err
		}
		if err := d.Flows.Growth.Answer(ctx, tx, c, growth.Accepted); err != nil {
			return err
		}
		if _, err := d.Flows.Growth.Leave(ctx, tx, m.ID, growth.Rose); err != nil {
			return err
		}
		var raisedBy id.ID
		if by != "" {
			old, err := d.Flows.Members.ByRef(ctx, tx, by)
			if err != nil {
				return err
			}
			raisedBy = old.ID
		}
		day := period.DayOf(tx.Now, d.zone)
		if _, err := d.Flows.Growth.Appoint(ctx, tx, &p, c, n, raisedBy, reason, day.Plus(p.LevelReviewMonths)); err != nil {
			return err
		}
		if err := d.Flows.Members.Change(ctx, tx, ref, func(m *member.Member) error { m.Level, m.Leader = level, id.ID{}; return nil }); err != nil {
			return err
		}
		for _, x := range team {
			if err := d.lead(ctx, tx, x, ref); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Demo) lead(ctx context.Context, tx *db.Tx, ref, leader string) error {
	m, err := d.Flows.Members.ByRef(ctx, tx, ref)
	if err != nil {
		return err
	}
	l, err := d.Flows.Members.ByRef(ctx, tx, leader)
	if err != nil {
		return err
	}
	if err := d.Flows.Growth.Join(ctx, tx, m.ID, l.ID); err != nil {
		return err
	}
	if m.Leader == l.ID {
		return nil
	}
	return d.Flows.Members.SetLeader(ctx, tx, ref, leader)
}

// worker is one of those who work here, by the number.
func (d *Demo) worker(ctx context.Context, n int) (a db.Actor, err error) {
	err = d.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		p, err := d.Flows.People.ByPhone(ctx, r, phone(n))
		if err == nil {
			a = db.Actor{Kind: "person", ID: p.ID}
		}
		return err
	})
	return a, err
}

// who are the pseudonyms of some members.
func (d *Demo) who(ctx context.Context, home string, refs ...string) (all []id.ID, err error) {
	err = d.DB.View(ctx, d.places[home], func(r db.Reader) error {
		for _, ref := range refs {
			m, err := d.Flows.Members.Lookup(ctx, r, d.places[home], ref)
			if err != nil {
				return err
			}
			all = append(all, m.ID)
		}
		return nil
	})
	return all, err
}

// grow lets a day bring what it brings to levels and honours.
func (d *Demo) grow(ctx context.Context, day, first, last period.Day) error {
	if _, _, date := day.Date(); date == 2 {
		if err := d.together(func(at id.ID) error { return d.Flows.SweepLevels(ctx, at) }); err != nil {
			return err
		}
	}
	switch {
	case day == first+1:
		return d.call(ctx, first, 7, 7)
	case day == first+8:
		return d.stand(ctx)
	case day == first+honouredAfter+1:
		return d.award(ctx, first)
	case day == first+quitAfter:
		return d.quit(ctx)
	case day == last-callBefore:
		return d.call(ctx, last, callBefore-voteBefore, 30)
	case day == last-voteBefore:
		return d.stand(ctx)
	}
	return nil
}

// quit lets some leave the third leader's team: the next review warns her.
func (d *Demo) quit(ctx context.Context) error {
	members, err := d.who(ctx, growthHome, d.plain(growthHome)[31:43]...)
	for _, who := range members {
		if err == nil {
			err = once(d.Flows.LeaveTeam(ctx, d.places[growthHome], db.Actor{Kind: "person", ID: who}, who))
		}
	}
	return err
}

// fees brings in what the shops of the first community paid for joint marketing, and
// spends some of it.
func (d *Demo) fees(ctx context.Context) error {
	at := d.places[growthHome]
	var shops []id.ID
	err := d.DB.View(ctx, at, func(r db.Reader) error {
		all, err := d.Flows.Merchants.List(ctx, r, at)
		for _, m := range all {
			shops = append(shops, m.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(shops, func(a, b id.ID) int { return slices.Compare(a[:], b[:]) })
	return d.DB.Update(ctx, at, db.System, func(tx *db.Tx) error {
		for _, shop := range shops[:min(6, len(shops))] {
			if _, err := d.Flows.Move(ctx, tx, "~carried-fee:"+shop.String(), charter.MerchantFee{Merchant: shop, Fee: 2_000_00, Means: charter.Provider}); err != nil {
				return err
			}
		}
		return nil
	})
}

// share ends the year: last month's dividend is proposed by finance and approved by the
// operator, and the shops' money is spent and asked for.
func (d *Demo) share(ctx context.Context) error {
	at := d.places[growthHome]
	desk, err := d.worker(ctx, 9001)
	if err != nil {
		return err
	}
	finance, err := d.worker(ctx, 9002)
	if err != nil {
		return err
	}
	var spent []*marketing.Spending
	var paid map[period.Month]growth.Dividend
	var closed ledger.Closing
	err = d.DB.View(ctx, at, func(r db.Reader) (err error) {
		if spent, err = d.Flows.Marketing.Spendings(ctx, r, at); err != nil {
			return err
		}
		if paid, err = d.Flows.Growth.Payouts(ctx, r, at); err != nil {
			return err
		}
		closed, _, err = d.Flows.Ledger.LastClosing(ctx, r, at)
		return err
	})
	if err != nil {
		return err
	}
	month := (closed.Day + 1).Month() - 1 // the last one that is wholly closed
	if _, done := paid[month]; !done {
		x, err := d.Flows.ProposeDividend(ctx, at, finance, month, "账已全部结清，按章程分")
		if err == nil {
			_, err = d.Flows.ApproveDividend(ctx, at, desk, x.ID)
		}
		if once(err) != nil {
			return err
		}
	}
	if len(spent) > 0 {
		return nil
	}
	return d.spend(ctx, finance, desk, at)
}
