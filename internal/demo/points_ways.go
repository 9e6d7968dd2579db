package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// redeemers are the residents of the first community who redeem: who shops most, and
// some others.
func (d *Demo) redeemers() (refs []string) {
	refs = []string{d.cast.regular, d.cast.senior}
	for _, p := range d.cast.players {
		if p.home == "C1" && len(refs) < 40 {
			refs = append(refs, p.ref)
		}
	}
	return refs
}

// pseudonym is who a reference is in a community.
func (d *Demo) pseudonym(ctx context.Context, at id.ID, ref string) (who id.ID, err error) {
	err = d.DB.View(ctx, at, func(r db.Reader) error {
		m, err := d.Flows.Members.Lookup(ctx, r, at, ref)
		if err == nil {
			who = m.ID
		}
		return err
	})
	return who, err
}

// refused takes for done what somebody could not have.
func refused(err error) error {
	if k := fault.KindOf(err); k == fault.Conflict || k == fault.NotFound || k == fault.Invalid {
		return nil
	}
	return err
}

// redeem lets one or two people redeem something.
func (d *Demo) redeem(ctx context.Context, at id.ID, day period.Day, rng *rand.Rand) error {
	var goods []points.Good
	if err := d.DB.View(ctx, at, func(r db.Reader) (err error) { goods, err = d.Flows.Points.Catalogue(ctx, r, at); return err }); err != nil {
		return err
	}
	people := d.redeemers()
	asking := []string{people[rng.IntN(len(people))], people[rng.IntN(len(people))]}
	if day%6 == 0 {
		asking[0] = d.cast.regular
	}
	for n, ref := range asking {
		who, err := d.pseudonym(ctx, at, ref)
		if err != nil {
			return refused(err)
		}
		g := goods[rng.IntN(len(goods))]
		if _, err := d.Flows.Redeem(ctx, at, db.System, flow.Redeeming{Member: who, Good: g.ID, Form: fmt.Sprintf("%s/%d", day, n)}); refused(err) != nil {
			return err
		}
	}
	return nil
}

// fetchGoods lets people collect, give up and complain, and the office decide.
func (d *Demo) fetchGoods(ctx context.Context, at id.ID, day period.Day, rng *rand.Rand) error {
	now := d.clock.Now()
	var recent, claims []points.Redemption
	err := d.DB.View(ctx, at, func(r db.Reader) (err error) {
		if recent, err = d.Flows.Points.AskedIn(ctx, r, at, now.AddDate(0, 0, -8), now.AddDate(0, 0, -1), 20); err != nil {
			return err
		}
		claims, err = d.Flows.Points.Claims(ctx, r, at, 10)
		return err
	})
	if err != nil {
		return err
	}
	_, specialist, err := d.officers(ctx)
	if err != nil {
		return err
	}
	for i := range recent {
		r := &recent[i]
		switch n := rng.IntN(40); {
		case r.End == nil && n < 16:
			_, err = d.Flows.HandGoods(ctx, at, db.System, r.Counter, r.ID)
		case r.End == nil && n == 16:
			err = d.Flows.CancelRedemption(ctx, at, db.System, r.Member, r.ID, "")
		case r.End != nil && r.Claim == nil && n == 17:
			err = d.Flows.Complain(ctx, at, db.System, flow.Complaint{Member: r.Member, Redemption: r.ID, Words: []string{"瓶口有点漏", "破了三个", "包装湿了"}[rng.IntN(3)]})
		}
		if refused(err) != nil {
			return err
		}
	}
	for i := range claims {
		if now.Sub(claims[i].Claim.At) > 3*24*time.Hour {
			v := points.Verdicts[rng.IntN(len(points.Verdicts))]
			if err := d.Flows.DecideClaim(ctx, at, specialist, claims[i].ID, v, map[points.Verdict]string{points.Replaced: "看过了，换一件", points.Returned: "看过了，退积分", points.Refused: "放久了，不是来的时候就坏"}[v]); refused(err) != nil {
				return err
			}
		}
	}
	return nil
}

// payFees: on the 18th some pay a part of their property fee with points, on the 22nd
// the file is made, on the 26th answered, and paid on the 3rd.
func (d *Demo) payFees(ctx context.Context, at id.ID, day period.Day, rng *rand.Rand) error {
	_, month, date := day.Date()
	if date != 18 && date != 22 && date != 26 && date != 3 {
		return nil
	}
	var m points.Manager
	var files []points.OffsetFile
	err := d.DB.View(ctx, at, func(r db.Reader) error {
		all, err := d.Flows.Points.Managers(ctx, r, at)
		if err != nil || len(all) == 0 {
			return err
		}
		m = all[0]
		files, err = d.Flows.Points.Files(ctx, r, at, m.ID)
		return err
	})
	if err != nil || m.ID.IsZero() {
		return err
	}
	_, officer, err := d.officers(ctx)
	if err != nil {
		return err
	}
	switch date {
	case 18:
		for i, ref := range d.redeemers()[:12] {
			who, err := d.pseudonym(ctx, at, ref)
			if err != nil {
				return refused(err)
			}
			if _, err := d.Flows.OffsetFee(ctx, at, db.System, flow.Offsetting{Member: who, Manager: m.ID, Account: fmt.Sprintf("ZX1-%04d", 1101+7*i), Door: fmt.Sprintf("%d 号楼 %d01", i%4+1, i%6+1),
				Month: day.Month(), Bill: money.Amount(96_00 + 1_350*int64(i)), Amount: money.Amount(1+rng.IntN(4)) * 100, Form: fmt.Sprintf("fee/%s/%d", month, i)}); refused(err) != nil {
				return err
			}
		}
	case 22:
		_, err = d.Flows.MakeOffsetFile(ctx, at, officer, m.ID)
	case 26:
		for _, f := range files {
			for i := range f.Lines {
				answer, why := points.Accepted, ""
				if i == 3 {
					answer, why = points.Declined, "户号对不上，请核对账单"
				}
				if f.Lines[i].Answer == nil {
					if err := d.Flows.AnswerOffset(ctx, at, officer, m.ID, f.Lines[i].ID, answer, why); refused(err) != nil {
						return err
					}
				}
			}
		}
	case 3:
		for _, f := range files {
			if f.Payment == nil && f.Open() == 0 {
				err = d.Flows.PayOffsetFile(ctx, at, officer, f.ID, charter.Bank, fmt.Sprintf("NS%s%02d", f.Month, f.Number))
			}
		}
	}
	return refused(err)
}

// takeBadges: shops take coins; a few are lost or spoiled; volunteers get one by name.
func (d *Demo) takeBadges(ctx context.Context, at id.ID, day period.Day, rng *rand.Rand) error {
	_, officer, err := d.officers(ctx)
	if err != nil {
		return err
	}
	n := int64(day % pilotDays)
	switch {
	case day%17 == 0:
		_, err = d.Flows.LoseBadge(ctx, at, officer, id.ID{}, badge.Coin{Batch: 1, Number: 100 + n%60}, "持有人来报失")
	case day%23 == 0:
		err = d.Flows.VoidBadges(ctx, at, officer, 1, 480+n%20, 480+n%20, "印花不清")
	case day%11 == 0:
		err = d.Flows.GiveBadges(ctx, at, officer, 1, 301+n, 301+n, "优秀志愿者", d.redeemers()[0])
	case day%2 == 0:
		var codes []string
		var shop id.ID
		err = d.DB.View(ctx, at, func(r db.Reader) error {
			b, err := d.Flows.Badges.Batch(ctx, r, at, 1)
			if err != nil {
				return err
			}
			shops, err := d.Flows.Merchants.List(ctx, r, at)
			if err != nil {
				return err
			}
			shop = shops[rng.IntN(min(3, len(shops)))].ID
			codes, err = d.Flows.Badges.Codes(ctx, r, at, &b)
			return err
		})
		if err == nil {
			_, _, err = d.Flows.RedeemBadge(ctx, at, db.System, flow.Taking{Shop: shop, Code: codes[n%100]})
		}
	}
	return refused(err)
}
