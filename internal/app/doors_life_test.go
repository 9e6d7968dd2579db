package app

import (
	"context"
	"fmt"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/adslot"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchantday"
	body "gongyi/internal/module/operation"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/recruit"
	"gongyi/internal/module/relay"
	"gongyi/internal/module/segment"
	"gongyi/internal/module/selection"
	"gongyi/internal/module/training"
	"gongyi/internal/platform/db"
)

// wild is as much of what must stay text as fits into the shortest title.
const wild = `<script>alert(1)'"`

// sharedLife makes one of everything that an address of shared life: training, slots, days, sets, choosing, calls, operation, messages can name.
// Each lies so that its page holds as many of its forms as it can.
func (g *guarded) sharedLife(home id.ID) {
	g.Helper()
	shop, err := id.Parse(g.holes["shop"])
	g.must(err)
	owner := g.who("+86" + ownerPhone).ID
	after := g.trained(home, shop)
	g.chosen(home)
	g.advertised(home, shop)
	g.daysOf(home, shop)
	g.sets(home, shop)
	g.wanted(home, owner)
	g.operated(home)
	g.offered(home, shop, owner)
	g.promoted(home, shop)
	g.festive(home, shop)
	g.bundled(home, shop)
	g.volunteered(home, shop, owner)
	g.helped(home, owner)
	g.gapped(home)
	g.hoursThings(home, owner)
	g.paired(home)
	g.marketThings(home, owner)
	g.classThings(home, owner)
	g.clock.Advance(62 * time.Second)
	after()
	g.holes["rest"] = "days"
}

// at is a write in a community by somebody of the office whom no page names.
func (g *guarded) at(community id.ID, do func(ctx context.Context, tx *db.Tx) error) {
	g.Helper()
	g.must(g.DB.Update(context.Background(), community, stranger, func(tx *db.Tx) error { return do(context.Background(), tx) }))
}

// read looks at a community.
func (g *guarded) read(community id.ID, do func(ctx context.Context, r db.Reader) error) {
	g.Helper()
	g.must(g.DB.View(context.Background(), community, func(r db.Reader) error { return do(context.Background(), r) }))
}

// paper is a document as somebody sends one.
func (g *guarded) paper() *attachment.File {
	g.Helper()
	f, err := attachment.Document("paper.pdf", []byte("%PDF-1.7 test %%EOF"))
	g.must(err)
	return f
}

// trained plans three trainings: one to come, one in which the shop is not noted yet,
// and, once a minute has passed and after was called, one that it can judge. That one
// has a file and a link.
func (g *guarded) trained(home, shop id.ID) (after func()) {
	g.Helper()
	now := g.clock.Now()
	var over *training.Session
	g.at(home, func(ctx context.Context, tx *db.Tx) error {
		for i, x := range []struct{ begins, lasts time.Duration }{{30 * time.Second, 30 * time.Second}, {time.Minute, 3 * time.Hour}, {48 * time.Hour, time.Hour}} {
			begins := now.Add(x.begins)
			made, err := g.Flows.Trainings.Plan(ctx, tx, training.Session{Title: wild, About: nasty[0], Place: nasty[0], Host: wild, Begins: begins, Ends: begins.Add(x.lasts), Seats: 9}, 1)
			if err != nil {
				return err
			}
			if i == 0 {
				over = made[0]
			}
		}
		return nil
	})
	ctx := context.Background()
	g.must(g.Flows.HandMaterial(ctx, home, stranger, training.Material{Session: over.ID, Title: nasty[0], Link: "https://example.com/a"}, nil))
	g.must(g.Flows.HandMaterial(ctx, home, stranger, training.Material{Session: over.ID, Title: nasty[0]}, g.paper()))
	g.read(home, func(ctx context.Context, r db.Reader) error {
		all, err := g.Flows.Trainings.Materials(ctx, r, home, over.ID)
		for _, m := range all {
			if !m.File.IsZero() {
				g.holes["material"] = m.ID.String()
			}
		}
		return err
	})
	g.holes["/shop/{shop}/training/{session}"] = over.ID.String()
	g.holes["/desk/training/{community}/{session}"] = over.ID.String()
	return func() {
		g.at(home, func(ctx context.Context, tx *db.Tx) error {
			return g.Flows.Trainings.Arrive(ctx, tx, over.ID, shop, over.Code)
		})
	}
}

// chosen calls three selection meetings: one whose vote is open, one to which the owner
// comes, and one that she can say something of in a minute.
func (g *guarded) chosen(home id.ID) {
	g.Helper()
	now := g.clock.Now()
	anna, ben, leader := g.member(home, "anna"), g.member(home, "ben"), g.member(home, "leader")
	g.at(home, func(ctx context.Context, tx *db.Tx) error {
		s := g.Flows.Selections
		call := func(title string, in time.Duration) (*selection.Meeting, error) {
			return s.Call(ctx, tx, selection.Meeting{Title: title, Agenda: nasty[0], Place: nasty[0], Begins: now.Add(in), VotesUntil: now.Add(in), Seats: 9}, 0)
		}
		propose := func(m *selection.Meeting, by id.ID, title string, seconds ...id.ID) (id.ID, error) {
			p, err := s.Propose(ctx, tx, selection.Proposal{Meeting: m.ID, Member: by, Kind: selection.Goods, Title: title + wild, Words: nasty[0]})
			for _, who := range seconds {
				if err == nil {
					err = s.Second(ctx, tx, p.ID, who)
				}
			}
			if err != nil {
				return id.ID{}, err
			}
			return p.ID, nil
		}
		open, err := call("入冬"+wild, 200*time.Hour)
		if err != nil {
			return err
		}
		hers, err := propose(open, anna, "铁棍山药", ben)
		if err != nil {
			return err
		}
		if _, err := propose(open, leader, "冻梨", ben); err != nil {
			return err
		}
		coming, err := call("春天"+wild, 400*time.Hour)
		if err != nil {
			return err
		}
		if err := s.Come(ctx, tx, coming.ID, anna, true); err != nil {
			return err
		}
		tasted, err := call("今天"+wild, time.Minute)
		if err != nil {
			return err
		}
		if _, err := propose(tasted, ben, "腊八豆", leader); err != nil {
			return err
		}
		for _, at := range []string{"/c/{community}/selection/{meeting}", "/desk/selection/{community}/{meeting}"} {
			g.holes[at] = open.ID.String()
		}
		g.holes["proposal"] = hers.String()
		return s.Come(ctx, tx, tasted.ID, anna, true)
	})
}

// advertised books this month of a slot for the shop: paid, with one picture that is
// shown and one that waits to be looked at.
func (g *guarded) advertised(home, shop id.ID) {
	g.Helper()
	ctx := context.Background()
	g.must(g.Flows.OfferSlot(ctx, home, stranger, "", adslot.Slot{Page: adslot.Home, Name: wild, Price: policy.Trial2025().AdPriceMin}))
	var slot id.ID
	g.read(home, func(ctx context.Context, r db.Reader) error {
		all, err := g.Flows.Ads.Slots(ctx, r, home)
		slot = all[0].ID
		return err
	})
	b, err := g.Flows.BookAd(ctx, home, shop, slot, stranger, period.DayOf(g.clock.Now(), flow.DefaultZone).Month())
	g.must(err)
	var asked []charge.Charge
	g.read(home, func(ctx context.Context, r db.Reader) (err error) {
		asked, err = g.Flows.Charges.Of(ctx, r, home, b.ID)
		return err
	})
	_, err = g.Flows.Pay(ctx, home, stranger, asked[0].ID, charge.Payment{Means: charter.Transfer, Reference: "AD-1"})
	g.must(err)
	for i, words := range []string{"下午三点出炉" + wild, "周末有新品" + wild} {
		g.must(g.Flows.DraftAd(ctx, home, shop, stranger, adslot.Creative{Booking: b.ID, Text: words, Target: "/c/C1/days"}, g.photo()))
		g.read(home, func(ctx context.Context, r db.Reader) error {
			all, err := g.Flows.Ads.Creatives(ctx, r, home, b.ID)
			for _, c := range all {
				if c.Review == nil {
					g.holes["creative"] = c.ID.String()
				}
			}
			return err
		})
		if i == 0 {
			shown, err := id.Parse(g.holes["creative"])
			g.must(err)
			g.must(g.Flows.ReviewAd(ctx, home, shown, stranger, true, ""))
		}
	}
	g.holes["slot"], g.holes["booking"] = slot.String(), b.ID.String()
}

// daysOf lets shops take turns week by week, and calls the second week off.
func (g *guarded) daysOf(home, shop id.ID) {
	g.Helper()
	ctx, today := context.Background(), period.DayOf(g.clock.Now(), flow.DefaultZone)
	g.must(g.Flows.SetMerchantDay(ctx, home, stranger, "", merchantday.Rule{Kind: merchantday.OfMerchants, Title: wild, OfferKind: merchantday.OnSpend, Offer: nasty[0], Weekday: 3, Every: 1, Rotate: true,
		First: today, Last: today + 60, Shops: []id.ID{shop, g.shop(home, "butcher")}}))
	days, err := g.Flows.MerchantDaysOf(ctx, home, id.ID{}, today, today+60)
	g.must(err)
	g.must(g.Flows.CallOffMerchantDay(ctx, home, merchantday.At{Rule: days[1].ID, Day: days[1].Planned}, stranger, nasty[0]))
	for _, at := range []string{"/c/{community}/days/{rule}", "/desk/days/{community}/{rule}"} {
		g.holes[at] = days[0].ID.String()
	}
	g.holes["day"] = days[0].Planned.String()
}

// sets begins four joint sets: the shop's own, one of which it can take a part, one in
// which it is, and one that is sold.
func (g *guarded) sets(home, shop id.ID) {
	g.Helper()
	ctx, now := context.Background(), g.clock.Now()
	prices := relay.Prices{Shelf: 5_00, Share: 3_00}
	begin := func(title string, starter id.ID, others int) id.ID {
		parts := []relay.Part{{Trade: "店<b>", What: wild, Pieces: 1}}
		for range others {
			parts = append(parts, relay.Part{Trade: "店<b>", What: wild, Pieces: 2})
		}
		r, err := g.Flows.BeginRelay(ctx, home, stranger, relay.Relay{Title: title + wild, About: nasty[0], Starter: starter, Until: now.Add(48 * time.Hour), Last: period.DayOf(now, flow.DefaultZone) + 30, Parts: parts}, prices)
		g.must(err)
		return r.ID
	}
	take := func(set, who id.ID) {
		_, err := g.Flows.TakeRelayPart(ctx, home, set, 1, who, stranger, prices)
		g.must(err)
	}
	butcher := g.shop(home, "butcher")
	own, sold := begin("早", shop, 1), begin("午", butcher, 1)
	begin("晚", butcher, 2)
	take(begin("夜", butcher, 2), shop)
	take(sold, g.shop(home, "florist"))
	g.holes["relay"], g.holes["part"] = own.String(), "1"
	g.holes["/c/{community}/sets/{relay}"] = sold.String()
}

// wanted publishes two calls for people, and the owner answers the first.
func (g *guarded) wanted(home, owner id.ID) {
	g.Helper()
	g.at(id.Tilde, func(ctx context.Context, tx *db.Tx) error {
		for i, title := range []string{"招两位" + wild, "招十位" + wild} {
			c, err := g.Flows.Calls.Publish(ctx, tx, recruit.Call{Home: home, Role: access.Volunteer, Title: title, Conditions: nasty[0], Wanted: 2, Months: 6, Until: g.clock.Now().Add(240 * time.Hour)})
			if err != nil || i > 0 {
				return err
			}
			a, err := g.Flows.Calls.Apply(ctx, tx, recruit.Application{Call: c.ID, Person: owner, Words: nasty[0]})
			if err != nil {
				return err
			}
			if _, err := g.Flows.Calls.Note(ctx, tx, a.ID, recruit.Note{Words: nasty[0]}); err != nil {
				return err
			}
			for _, at := range []string{"/c/{community}/calls/{call}", "/desk/calls/{community}/{call}"} {
				g.holes[at] = c.ID.String()
			}
			g.holes["/desk/calls/{community}/{call}/applications/{application}"] = a.ID.String()
		}
		return nil
	})
}

// operated says who runs the platform, with one of the core team and a paper.
func (g *guarded) operated(home id.ID) {
	g.Helper()
	g.at(home, func(ctx context.Context, tx *db.Tx) error {
		s := g.Flows.Operations
		if err := s.Declare(ctx, tx, body.Body{Kind: body.Foundation, Name: nasty[0], Registered: wild, Charter: nasty[0], Contact: nasty[0]}); err != nil {
			return err
		}
		if err := s.Seat(ctx, tx, body.Person{Name: wild, Duty: wild, From: period.DayOf(tx.Now, flow.DefaultZone), Until: body.None}); err != nil {
			return err
		}
		kept, err := g.Flows.Files.Add(ctx, tx, g.paper())
		if err != nil {
			return err
		}
		if err := s.File(ctx, tx, body.Document{Title: nasty[0], File: kept}); err != nil {
			return err
		}
		team, err := s.Team(ctx, tx, home)
		if err != nil {
			return err
		}
		papers, err := s.Documents(ctx, tx, home)
		if err != nil {
			return err
		}
		g.holes["/desk/operator/{community}/team/{person}"] = team[0].ID.String()
		for _, at := range []string{"/c/{community}/operator/papers/{document}", "/desk/operator/{community}/papers/{document}"} {
			g.holes[at] = papers[0].ID.String()
		}
		return nil
	})
}

// offered sends a message of another shop to the owner among as many as make a group,
// and writes one of her own that waits.
func (g *guarded) offered(home, shop, owner id.ID) {
	g.Helper()
	ctx := context.Background()
	refs := make([]string, policy.Trial2025().ExportK)
	g.at(id.Tilde, func(ctx context.Context, tx *db.Tx) error {
		for i := range refs {
			refs[i] = fmt.Sprint("offer-", i)
			if err := g.Flows.Members.Reserve(ctx, tx, refs[i], home); err != nil {
				return err
			}
			p, err := g.Flows.People.Register(ctx, tx, person.Person{Name: "邻居", Phone: fmt.Sprintf("+861371371%04d", i)})
			if err != nil {
				return err
			}
			if err := g.Flows.People.Link(ctx, tx, p.ID, refs[i], home); err != nil {
				return err
			}
			if err := g.Flows.Privacy.Give(ctx, tx, p.ID, privacy.Offers, "test"); err != nil {
				return err
			}
		}
		return g.Flows.Privacy.Give(ctx, tx, owner, privacy.Offers, "test")
	})
	g.at(home, func(ctx context.Context, tx *db.Tx) error {
		for _, ref := range refs {
			if _, _, err := g.Flows.Members.Join(ctx, tx, member.Member{Ref: ref, Standing: member.Good, Level: policy.Silver}); err != nil {
				return err
			}
		}
		return nil
	})
	write := func(by id.ID, hole string) (at id.ID) {
		g.must(g.Flows.WriteCampaign(ctx, home, stranger, segment.Campaign{Shop: by, Group: segment.Group{Kind: segment.Everybody}, Title: wild, Words: nasty[0]}))
		g.read(home, func(ctx context.Context, r db.Reader) error {
			all, err := g.Flows.Segments.OfShop(ctx, r, home, by)
			at = all[0].ID
			return err
		})
		g.holes[hole] = at.String()
		return at
	}
	sent := write(g.shop(home, "butcher"), "/c/{community}/offers/{campaign}")
	g.must(g.Flows.SendCampaign(ctx, home, sent, stranger))
	write(shop, "/desk/messages/{community}/{campaign}")
}
