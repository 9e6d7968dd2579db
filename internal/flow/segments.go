package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/segment"
	"gongyi/internal/platform/db"
)

// campaignLimits are the policy's numbers for messages of shops.
func campaignLimits(p *policy.Params) segment.Limits {
	return segment.Limits{K: p.ExportK, OfShop: p.CampaignsPerMonth, OfMember: p.CampaignsPerMember}
}

// reachable are the members of a community who are at home there, in good standing
// and allow offers; aged are those of them who allow that their age counts, by band.
func (f *Flows) reachable(ctx context.Context, community id.ID) (all []id.ID, aged map[string][]id.ID, err error) {
	var refs map[id.ID]string
	if err := f.DB.View(ctx, community, func(r db.Reader) (err error) { refs, err = f.Members.Refs(ctx, r, community); return err }); err != nil {
		return nil, nil, err
	}
	var offers, portrait map[id.ID]bool
	var people map[string]id.ID
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		if offers, err = f.Privacy.Allowing(ctx, r, privacy.Offers); err != nil {
			return err
		}
		if portrait, err = f.Privacy.Allowing(ctx, r, privacy.Portrait); err != nil {
			return err
		}
		people, err = f.People.BehindRefs(ctx, r, refs)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	aged = make(map[string][]id.ID)
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		for pseudonym, ref := range refs {
			who, known := people[ref]
			if !known || !offers[who] {
				continue
			}
			m, err := f.Members.Lookup(ctx, r, community, ref)
			if errors.Is(err, member.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if m.Home != community || m.Standing != member.Good {
				continue
			}
			all = append(all, pseudonym)
			if band := m.Profile.AgeBand; band != "" && portrait[who] {
				aged[band] = append(aged[band], pseudonym)
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b id.ID) int { return slices.Compare(a[:], b[:]) })
	return all, aged, err
}

// customers tells how often each member bought at a shop lately, and when last.
func (f *Flows) customers(ctx context.Context, community, shop id.ID, today period.Day) (regular map[id.ID]int, last map[id.ID]period.Day, err error) {
	t, err := f.TillOf(ctx, community, shop)
	if err != nil {
		return nil, nil, err
	}
	regular, last = make(map[id.ID]int), make(map[id.ID]period.Day)
	_, err = f.TakingsOf(ctx, t, today-segment.LookBackDays, today, time.Time{}, func(l Line) {
		if !l.Sold || !l.Member || l.Kind != ledger.Purchase {
			return
		}
		if l.Day > today-segment.RegularDays {
			regular[l.Buyer]++
		}
		last[l.Buyer] = max(last[l.Buyer], l.Day)
	})
	return regular, last, err
}

// groups are the groups that a shop may write to, each with its members; a group of
// fewer than k is left out. Nobody outside of this package sees more than how many.
func (f *Flows) groups(ctx context.Context, community, shop id.ID) (groups map[segment.Group][]id.ID, err error) {
	now, err := f.StandingIn(ctx, community)
	if err != nil {
		return nil, err
	}
	all, aged, err := f.reachable(ctx, community)
	if err != nil {
		return nil, err
	}
	times, last, err := f.customers(ctx, community, shop, now.Today)
	if err != nil {
		return nil, err
	}
	groups = map[segment.Group][]id.ID{{Kind: segment.Everybody}: all}
	for _, m := range all {
		if times[m] >= segment.RegularTimes {
			g := segment.Group{Kind: segment.Regulars}
			groups[g] = append(groups[g], m)
		}
		if day, came := last[m]; came && day <= now.Today-segment.LapsedDays {
			g := segment.Group{Kind: segment.Lapsed}
			groups[g] = append(groups[g], m)
		}
	}
	for band, of := range aged {
		groups[segment.Group{Kind: segment.OfAge, Value: band}] = of
	}
	for g, of := range groups {
		if len(of) < now.Rules.ExportK {
			delete(groups, g)
		}
	}
	return groups, nil
}

// GroupSize is a group that a shop may write to, and how many are in it.
type GroupSize struct {
	segment.Group
	Size int
}

// GroupsFor are the groups that a shop may write to, the largest first (C14).
func (f *Flows) GroupsFor(ctx context.Context, community, shop id.ID) (sizes []GroupSize, err error) {
	groups, err := f.groups(ctx, community, shop)
	for g, of := range groups {
		sizes = append(sizes, GroupSize{g, len(of)})
	}
	slices.SortFunc(sizes, func(a, b GroupSize) int {
		if a.Size != b.Size {
			return b.Size - a.Size
		}
		return slices.Compare([]byte(a.Kind+"/"+segment.Kind(a.Value)), []byte(b.Kind+"/"+segment.Kind(b.Value)))
	})
	return sizes, err
}

// WriteCampaign writes a shop's message to a group.
func (f *Flows) WriteCampaign(ctx context.Context, community id.ID, actor db.Actor, c segment.Campaign) error {
	groups, err := f.groups(ctx, community, c.Shop)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if _, err := f.takingPart(ctx, tx, c.Shop); err != nil {
			return err
		}
		since, v, err := f.monthBegan(ctx, tx)
		if err != nil {
			return err
		}
		c := c
		c.Counted = len(groups[c.Group])
		return f.Segments.Write(ctx, tx, c, since, campaignLimits(&v.Params))
	})
}

// monthBegan is when the civil month of tx's instant began.
func (f *Flows) monthBegan(ctx context.Context, tx *db.Tx) (time.Time, *policy.Version, error) {
	today, v, err := f.onClock(ctx, tx)
	if err != nil {
		return time.Time{}, nil, err
	}
	zone, err := f.zone(&v.Params)
	if err != nil {
		return time.Time{}, nil, err
	}
	return today.Month().First().Start(zone), v, nil
}

// SendCampaign lets a message pass: it goes to those who are in its group now, allow
// offers now and have not had too many this month.
func (f *Flows) SendCampaign(ctx context.Context, community, campaign id.ID, actor db.Actor) (err error) {
	defer fault.Wrap(&err, "flow: send a campaign")
	var c *segment.Campaign
	if err := f.DB.View(ctx, community, func(r db.Reader) (err error) { c, err = f.Segments.ByID(ctx, r, community, campaign); return err }); err != nil {
		return err
	}
	groups, err := f.groups(ctx, community, c.Shop)
	if err != nil {
		return err
	}
	base, err := f.pagesOf(ctx, community, "/offers/"+campaign.String())
	if err != nil {
		return err
	}
	people, err := f.shopPeople(ctx, community, c.Shop)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		since, v, err := f.monthBegan(ctx, tx)
		if err != nil {
			return err
		}
		m, err := f.Merchants.ByID(ctx, tx, community, c.Shop)
		if err != nil {
			return err
		}
		sent, to, err := f.Segments.Send(ctx, tx, campaign, groups[c.Group], since, campaignLimits(&v.Params))
		if err != nil {
			return err
		}
		for _, who := range to {
			if err := f.tellMember(ctx, tx, who, notice.Notice{
				Kind: notice.ShopOffer, Cause: "offer/" + campaign.String(), Link: base, Args: []notice.Arg{notice.Text(shopName(m), ""), notice.Text(sent.Title, ""), notice.Text(sent.Words, "")},
			}); err != nil {
				return err
			}
		}
		return f.tellShops(ctx, tx, people, []id.ID{c.Shop}, campaignNews(sent, notice.Say("您的优惠消息发出去了")))
	})
}

func campaignNews(c *segment.Campaign, said notice.Arg) notice.Notice {
	return notice.Notice{Kind: notice.AdDecided, Cause: "campaign/" + c.ID.String(), Link: "/my-shop/messages", Args: []notice.Arg{said, notice.Text(c.Title+"　"+c.Answered.Words, "")}}
}

// RefuseCampaign says no to a message, and tells the shop why.
func (f *Flows) RefuseCampaign(ctx context.Context, community, campaign id.ID, actor db.Actor, words string) error {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		c, err := f.Segments.Refuse(ctx, tx, campaign, words)
		if err != nil {
			return err
		}
		return f.tellShops(ctx, tx, people, []id.ID{c.Shop}, campaignNews(c, notice.Say("您的优惠消息没有通过")))
	})
}

// CampaignResult is what became of a message; a count that could tell of somebody is
// Hidden.
type CampaignResult struct {
	Sent, Opened, Bought int
}

// Hidden stands for a count below k.
const Hidden = -1

// ResultOf counts what became of a message within two weeks. Counts below k, and those
// whose rest is below k, are hidden.
func (f *Flows) ResultOf(ctx context.Context, community id.ID, c *segment.Campaign) (res CampaignResult, err error) {
	if c.Answered == nil || !c.Answered.Passed {
		return res, nil
	}
	now, err := f.StandingIn(ctx, community)
	if err != nil {
		return res, err
	}
	var to []id.ID
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if to, err = f.Segments.Recipients(ctx, r, community, c.ID); err != nil {
			return err
		}
		res.Opened, err = f.Segments.Opened(ctx, r, community, c.ID)
		return err
	})
	if err != nil {
		return res, err
	}
	t, err := f.TillOf(ctx, community, c.Shop)
	if err != nil {
		return res, err
	}
	from := period.DayOf(c.Answered.At, t.Zone)
	bought := make(map[id.ID]bool)
	_, err = f.TakingsOf(ctx, t, from, min(from+segment.BoughtDays, now.Today), time.Time{}, func(l Line) {
		if l.Sold && l.Member && l.Kind == ledger.Purchase && l.At.After(c.Answered.At) {
			bought[l.Buyer] = true
		}
	})
	for _, m := range to {
		if bought[m] {
			res.Bought++
		}
	}
	k := now.Rules.ExportK
	res.Sent, res.Opened, res.Bought = c.Answered.Sent, tellable(res.Opened, c.Answered.Sent, k), tellable(res.Bought, c.Answered.Sent, k)
	return res, err
}

// tellable hides a count of some out of all from which a group of fewer than k could
// be known.
func tellable(n, all, k int) int {
	if n != 0 && n < k || all-n != 0 && all-n < k {
		return Hidden
	}
	return n
}

// OpenOffer notes that a person opened a message that she got, and gives it.
func (f *Flows) OpenOffer(ctx context.Context, community, campaign, who id.ID, actor db.Actor) (c *segment.Campaign, err error) {
	err = f.AsMember(ctx, community, who, actor, func(tx *db.Tx, m *member.Member) error {
		if err := f.Segments.Open(ctx, tx, campaign, m.ID); err != nil {
			return err
		}
		c, err = f.Segments.ByID(ctx, tx, community, campaign)
		return err
	})
	return c, err
}
