package flow_test

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/household"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// contested is an alley in which one shop bids for a trade and its ballot runs.
func (w *alley) contested(trade string, n int) (applicant, application id.ID, b *committee.Ballot) {
	w.t.Helper()
	applicant = w.somebody("bidder", 91+n)
	o := w.opening(trade)
	application = w.bid(applicant, trade, 1+n, alliance.SmallLocal)
	w.look(application)
	w.later(8 * oneDay)
	return applicant, application, w.ballot(o.ID)
}

// rule is the rule that keeps somebody from voting in a ballot.
func (w *alley) rule(b *committee.Ballot, who id.ID) string {
	w.t.Helper()
	e := b.Elector(who)
	if e == nil {
		w.t.Fatal("she is no elector")
	}
	_, err := w.Vote(ctx, w.home, as(who), b.ID, 1)
	if (e.Rule == "") != (err == nil) || e.Rule != "" && (!errors.Is(err, committee.ErrRecused) || fault.Of(err).Details["rule"] != e.Rule) {
		w.t.Errorf("rule %q: the vote says %v", e.Rule, err)
	}
	return e.Rule
}

// TestACompetitorDoesNotVote is the adversarial case of C5: a member of the committee
// owns, besides the shop for which she sits, one that competes with the applicant — in
// this community, by the register alone, or in the next one by her role.
func TestACompetitorDoesNotVote(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.open(w.home, "barber", 20)
		if _, err := w.SeatExisting(ctx, w.home, db.System); err != nil {
			t.Fatal(err)
		}
		trade := "hair-salon" // a rival of the barber
		if _, err := w.OpenSeat(ctx, w.home, db.System, trade, 0, alliance.Demand{}, "居民想要"); err != nil {
			t.Fatal(err)
		}
		butcher, deli := w.owners["butcher"], w.owners["deli"]
		w.grant(butcher, access.Owner, w.home, w.shops["barber"]) // by her role, here
		var away id.ID
		w.must(w.DB.Update(ctx, w.away, db.System, func(tx *db.Tx) error {
			m, _, err := w.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: "salon-away", Industry: "hair-salon", Tier: policy.Standard})
			if err == nil {
				away = m.ID
			}
			return err
		}))
		w.grant(deli, access.Owner, w.away, away)                          // next door
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error { // by the register alone
			m, err := w.Members.ByRef(ctx, tx, "m-florist")
			if err != nil {
				return err
			}
			return w.Merchants.Change(ctx, tx, "shop-barber", func(x *merchant.Merchant) error { x.Owner = m.ID; return nil })
		}))
		_, _, b := w.contested(trade, 0)
		for owner, want := range map[string]string{"bakery": "", "butcher": flow.RuleCompetitor, "deli": flow.RuleCompetitor, "florist": flow.RuleCompetitor, "pharmacy": ""} {
			if got := w.rule(b, w.owners[owner]); got != want {
				t.Errorf("%s: rule %q, want %q", owner, got, want)
			}
		}
		if b.Eligible() != 2 {
			t.Errorf("%d may vote", b.Eligible())
		}
	})
}

// TestWhoBecomesACompetitorMeanwhileDoesNotVote: the electorate is fixed when a ballot
// opens, the reasons not to vote are looked at again.
func TestWhoBecomesACompetitorMeanwhileDoesNotVote(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Resigned)
		_, _, b := w.contested("wine", 0)
		w.grant(w.owners["deli"], access.Owner, w.home, w.shops["wine"])
		if _, err := w.Vote(ctx, w.home, as(w.owners["deli"]), b.ID, 1); !errors.Is(err, committee.ErrRecused) || fault.Of(err).Details["rule"] != flow.RuleCompetitor {
			t.Errorf("%v", err)
		}
		if _, err := w.Vote(ctx, w.home, as(w.owners["bakery"]), b.ID, 1); err != nil {
			t.Error(err)
		}
	})
}

// TestHouseholdAndOneselfDoNotVote: the applicant sits in the committee, and another
// member lives with her.
func TestHouseholdAndOneselfDoNotVote(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Resigned)
		bidder, mate := w.owners["bakery"], w.owners["deli"]
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			h, _, err := w.Households.Add(ctx, tx, household.Household{Home: w.home, Place: w.home, Ref: "1-101", Door: "1 号楼 101"})
			if err != nil {
				return err
			}
			for who, relation := range map[id.ID]household.Relation{bidder: household.Head, mate: household.Spouse} {
				if _, _, err := w.Households.MoveIn(ctx, tx, household.Residence{Household: h.ID, Person: who, Relation: relation}); err != nil {
					return err
				}
			}
			return nil
		}))
		o := w.opening("wine")
		x := w.bid(bidder, "wine", 1, alliance.SmallLocal)
		w.look(x)
		w.later(8 * oneDay)
		b := w.ballot(o.ID)
		for owner, want := range map[string]string{"bakery": flow.RuleOneself, "deli": flow.RuleHousehold, "butcher": "", "florist": "", "pharmacy": ""} {
			if got := w.rule(b, w.owners[owner]); got != want {
				t.Errorf("%s: rule %q, want %q", owner, got, want)
			}
		}
		w.state(x, alliance.Charged) // the three who may have voted: it is decided at once
	})
}

// TestATermThatJustEndedDoesNotVote, and its shop pays the ordinary rate again.
func TestATermThatJustEndedDoesNotVote(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Resigned)
		_, _, b := w.contested("wine", 0)
		if m := w.shop("shop-deli"); m.Tier != policy.Committee {
			t.Errorf("a member's shop is %s", m.Tier)
		}
		var body *committee.Body
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { body, err = w.Committee.Body(ctx, r, w.home); return err }))
		w.must(w.UnseatMember(ctx, w.home, db.System, body.Of(w.owners["deli"], w.env.Clock.Now()).ID, "转让了店"))
		if _, err := w.Vote(ctx, w.home, as(w.owners["deli"]), b.ID, 1); !errors.Is(err, committee.ErrTermOver) {
			t.Errorf("%v", err)
		}
		if m := w.shop("shop-deli"); m.Tier != policy.Standard {
			t.Errorf("her shop is still %s", m.Tier)
		}
		if w.holds(w.owners["deli"], access.Committee) {
			t.Error("she still holds the role")
		}
	})
}

// TestSubstitutesAreAskedWhereTooFewAreLeft: with two members left the property manager
// and the residents' committee vote too.
func TestSubstitutesAreAskedWhereTooFewAreLeft(t *testing.T) {
	inAlley(t, func(w *alley) {
		property, residents := w.somebody("property", 80), w.somebody("residents", 81)
		w.grant(property, access.Property, w.home, id.ID{})
		w.grant(residents, access.Residents, w.home, id.ID{})
		var body *committee.Body
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { body, err = w.Committee.Body(ctx, r, w.home); return err }))
		for _, trade := range []string{"deli", "florist", "pharmacy"} {
			w.must(w.UnseatMember(ctx, w.home, db.System, body.Of(w.owners[trade], w.env.Clock.Now()).ID, "离开"))
		}
		w.free("wine", alliance.Resigned)
		_, x, b := w.contested("wine", 0)
		if b.Eligible() != 4 || b.Elector(property) == nil || b.Elector(property).Seat != committee.AsSubstitute || b.Elector(residents) == nil {
			t.Fatalf("%+v", b.Electors)
		}
		w.choose(b, x)
		w.state(x, alliance.Charged)
	})
}

// TestAFailedQuorumReopensOnceThenIsRuledOn.
func TestAFailedQuorumReopensOnceThenIsRuledOn(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Resigned)
		_, x, first := w.contested("wine", 0)
		if _, err := w.Vote(ctx, w.home, as(w.owners["bakery"]), first.ID, 1); err != nil {
			t.Fatal(err)
		}
		w.later(6 * oneDay)
		second := w.ballot(first.Subject.ID)
		if second.ID == first.ID || second.Round != 2 || second.Previous != first.ID || len(second.Voted) != 0 {
			t.Fatalf("%+v", second)
		}
		w.later(6 * oneDay)
		if got := w.ballot(first.Subject.ID); got.ID != second.ID || got.Tally == nil || got.Tally.Outcome != committee.Referred {
			t.Fatalf("%+v", got)
		}
		w.state(x, alliance.Balloted)
		office, residents := w.somebody("office", 80), w.somebody("residents", 81)
		for side, who := range map[committee.Ruler]id.ID{committee.ByOperator: office, committee.ByResidents: residents} {
			if _, err := w.RuleOnBallot(ctx, w.home, as(who), second.ID, side, 1, "材料和看店都符合"); err != nil {
				t.Fatal(err)
			}
		}
		w.state(x, alliance.Charged)
	})
}

// TestTheLastVoteCloses: the result is there at once, stands in the evidence, and
// verify finds the books sound.
func TestTheLastVoteCloses(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Resigned)
		_, x, b := w.contested("wine", 0)
		w.choose(b, x)
		if got := w.ballot(b.Subject.ID); got.Tally == nil || got.Tally.Cast != 5 {
			t.Fatalf("%+v", got.Tally)
		}
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			_, err := w.Ledger.Numbered(ctx, r, w.home, "~ballot:"+b.ID.String())
			return err
		}))
		if report := w.verify(); len(report.Findings) > 0 {
			t.Errorf("%+v", report.Findings)
		}
	})
}

// TestTheChairGoesRoundWithItsRole: the role goes with the chair, and both hand over.
func TestTheChairGoesRoundWithItsRole(t *testing.T) {
	inAlley(t, func(w *alley) {
		first, second := w.owners["bakery"], w.owners["butcher"]
		if !w.holds(first, access.Chair) || !w.holds(second, access.Committee) {
			t.Error("the first chair has no role")
		}
		w.later(93 * oneDay)
		if w.holds(first, access.Chair) || !w.holds(second, access.Chair) {
			t.Error("the chair did not go round")
		}
		var all []*committee.Handover
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Committee.Handovers(ctx, r, w.home); return err }))
		if len(all) != 1 {
			t.Fatalf("%d hand-overs", len(all))
		}
		h, text := all[0].ID, committee.Text{Matters: "花店的申请还没看店", Keys: "活动室钥匙"}
		if err := w.WriteHandover(ctx, w.home, as(second), h, text, false); !errors.Is(err, committee.ErrNotHers) {
			t.Errorf("the incoming chair wrote it: %v", err)
		}
		w.must(w.WriteHandover(ctx, w.home, as(first), h, text, false))
		if err := w.ConfirmHandover(ctx, w.home, as(first), h, committee.Incoming, false); !errors.Is(err, committee.ErrNotHers) {
			t.Errorf("the outgoing chair took it: %v", err)
		}
		w.must(w.ConfirmHandover(ctx, w.home, as(first), h, committee.Outgoing, false))
		w.must(w.ConfirmHandover(ctx, w.home, as(second), h, committee.Incoming, false))
		if _, err := w.CallMeeting(ctx, w.home, as(first), committee.Meeting{At: w.env.Clock.Now().Add(time.Hour), Place: "活动室"}, false); !errors.Is(err, flow.ErrNotChair) {
			t.Errorf("who does not chair called a meeting: %v", err)
		}
		if _, err := w.CallMeeting(ctx, w.home, as(second), committee.Meeting{At: w.env.Clock.Now().Add(time.Hour), Place: "活动室"}, false); err != nil {
			t.Error(err)
		}
		w.must(w.AwayFromCommittee(ctx, w.home, as(second), committee.Absence{From: w.env.Clock.Now(), Until: w.env.Clock.Now().Add(10 * oneDay), Reason: "出差"}, false))
		if !w.holds(w.owners["deli"], access.Chair) {
			t.Error("nobody stands in")
		}
	})
}
