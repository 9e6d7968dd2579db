package flow

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/member"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// choose plans a round. Volunteers of neighbouring communities are read only where they
// could be asked: somebody of them was asked before, the ring is open, or nobody at home is
// left (F3, F5). Each community is read by itself; what goes wrong with one, or with one of
// its people, is kept in s.failed, and the round goes on without them.
func (f *Flows) choose(ctx context.Context, s *scene, rules *dispatch.Rules) (round dispatch.Round, err error) {
	plan := func() dispatch.Round {
		tasks := s.tasks()
		return dispatch.Plan(s.now, dispatch.NewIndex(s.volunteers(tasks)), tasks, rules)
	}
	asked := s.askedBeyond()
	if asked {
		err = f.addStrangers(ctx, s)
	}
	if err == nil {
		err = f.closeUnable(ctx, s)
	}
	if err != nil {
		return round, err
	}
	if !asked {
		if round = plan(); len(s.paired) == 0 || !s.lacks(round) {
			return round, nil
		}
		if err := f.addStrangers(ctx, s); err != nil {
			return round, err
		}
	}
	for {
		round = plan()
		left, err := f.welcome(ctx, s, round)
		if err != nil || len(left) == 0 {
			return round, err
		}
		s.leaveOut(left)
	}
}

// askedBeyond reports whether somebody next door was asked for an open request, or is to be
// at once.
func (s *scene) askedBeyond() bool {
	for which := range s.open {
		if s.beyond[which].Now || slices.ContainsFunc(s.offers[which], func(o *timebank.Offer) bool { return o.Ring >= int(dispatch.Neighbours) }) {
			return true
		}
	}
	return false
}

// lacks reports whether a round in which only the community's own people were weighed left
// a request alone, or has come as far as the neighbours' ring.
func (s *scene) lacks(round dispatch.Round) bool {
	settled := []dispatch.Code{dispatch.Enough, dispatch.Resting, dispatch.TooLate}
	return slices.ContainsFunc(round.Offers, func(o dispatch.Offer) bool { return o.Ring >= dispatch.Neighbours }) ||
		slices.ContainsFunc(round.Gaps, func(g dispatch.Gap) bool { return !slices.Contains(settled, g.Reason.Code) && s.beyond[g.Task].Agreed })
}

// livesIn is the community in which a volunteer is at home.
func (s *scene) livesIn(v *volunteer.Volunteer) id.ID { return cmp.Or(s.from[v.ID], s.place) }

// addStrangers adds the volunteers of paired communities who said that they help there,
// as far as hours may still go to theirs.
func (f *Flows) addStrangers(ctx context.Context, s *scene) error {
	var people []id.ID
	for _, p := range s.paired {
		some, err := f.strangersOf(ctx, s, p)
		if err != nil { // a partner's trouble is not the community's
			if ctx.Err() != nil {
				return err
			}
			s.unread[p.Other], s.failed = true, append(s.failed, err)
			continue
		}
		for _, v := range some {
			people = append(people, v.Person)
			if !v.Member.IsZero() {
				s.byHand[v.Member] = append(s.byHand[v.Member], v)
			}
		}
		s.who = slices.Concat(s.who, some)
	}
	if len(people) == 0 {
		return nil
	}
	return f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		homes, err := f.Households.Homes(ctx, r, people)
		for who, home := range homes {
			s.homes[who] = home
		}
		return err
	})
}

// strangersOf are those of one community who could do something that is open, under their
// names here; who was never here has none yet. Of what they did and promised at home no more
// is read than what dispatch weighs, and of nobody else anything.
func (f *Flows) strangersOf(ctx context.Context, s *scene, p *pairing.Pairing) (some []*volunteer.Volunteer, err error) {
	if open, err := f.opens(ctx, s, p); err != nil || !open {
		return nil, err
	}
	all, err := f.volunteersOf(ctx, p.Other)
	if err != nil {
		return nil, err
	}
	members := make(map[id.ID]bool)
	for _, v := range all {
		if v.Beyond.Helps && v.Shop.IsZero() && s.could(v) {
			members[v.Member] = true
		}
	}
	if len(members) == 0 {
		return nil, nil
	}
	var refs map[id.ID]string
	var given map[id.ID][]*timebank.Assignment
	if err := f.DB.View(ctx, p.Other, func(r db.Reader) error {
		if refs, err = f.Members.RefsOf(ctx, r, p.Other, members); err != nil {
			return err
		}
		if given, err = f.TimeBank.AssignmentsOfSome(ctx, r, p.Other, slices.Collect(maps.Keys(members)), s.since()); err != nil {
			return err
		}
		return f.readRequests(ctx, r, s, p.Other, given)
	}); err != nil {
		return nil, err
	}
	here, err := f.knownAs(ctx, s.place, refs)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if ref := refs[v.Member]; members[v.Member] && ref != "" {
			one := *v
			one.Member = here[ref]
			s.from[one.ID], s.abroad[one.ID] = p.Other, given[v.Member]
			some = append(some, &one)
		}
	}
	return some, nil
}

// could reports whether a volunteer has what one of the open requests asks for.
func (s *scene) could(v *volunteer.Volunteer) bool {
	for _, q := range s.open {
		if mayServe([]*volunteer.Volunteer{v}, v.Member, q, s.today) == nil {
			return true
		}
	}
	return false
}

// readRequests adds the requests behind assignments of another community to the scene.
func (f *Flows) readRequests(ctx context.Context, r db.Reader, s *scene, at id.ID, given map[id.ID][]*timebank.Assignment) error {
	var which []id.ID
	for _, all := range given {
		which = append(which, promisedFor(all)...)
	}
	found, err := f.TimeBank.ByIDs(ctx, r, at, which)
	for request, q := range found {
		s.every[request] = q
	}
	return err
}

func promisedFor(all []*timebank.Assignment) (which []id.ID) {
	for _, a := range all {
		which = append(which, a.Request)
	}
	return which
}

// opens reports whether people of a paired community may be asked now: both communities'
// numbers let hours cross, and the balance has room.
func (f *Flows) opens(ctx context.Context, s *scene, p *pairing.Pairing) (bool, error) {
	theirs, err := f.StandingIn(ctx, p.Other)
	if errors.Is(err, policy.ErrNone) || err == nil && theirs.Rules.ClearingLimit == 0 {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	room := false
	return room, f.DB.View(ctx, s.place, func(r db.Reader) error {
		c, err := f.Coins.ClearedWith(ctx, r, s.place, p.Other)
		room = c.Net() < min(p.Limit, s.rules.ClearingLimit)
		return err
	})
}

// knownAs are the members here behind references of another community.
func (f *Flows) knownAs(ctx context.Context, place id.ID, refs map[id.ID]string) (here map[string]id.ID, err error) {
	var all []string
	for _, ref := range refs {
		all = append(all, ref)
	}
	err = f.DB.View(ctx, place, func(r db.Reader) error { here, err = f.Members.IDsOf(ctx, r, place, all); return err })
	return here, err
}

// promisedAbroad adds what those of the community's own volunteers who could do something
// that is open have promised in others. What is not known of one other community is asked
// again before she goes (freeElsewhere).
func (f *Flows) promisedAbroad(ctx context.Context, s *scene) error {
	by := make(map[id.ID]*volunteer.Volunteer)
	members := make(map[id.ID]bool)
	for _, v := range s.who {
		if v.Beyond.Helps && v.Shop.IsZero() && s.could(v) {
			by[v.Member], members[v.Member] = v, true
		}
	}
	if len(by) == 0 || len(s.paired) == 0 {
		return nil
	}
	var refs map[id.ID]string
	if err := f.DB.View(ctx, s.place, func(r db.Reader) (err error) { refs, err = f.Members.RefsOf(ctx, r, s.place, members); return err }); err != nil {
		return err
	}
	for _, p := range s.paired {
		if err := f.promisedIn(ctx, s, p.Other, refs, by); err != nil {
			if ctx.Err() != nil {
				return err
			}
			s.failed = append(s.failed, err)
		}
	}
	return nil
}

func (f *Flows) promisedIn(ctx context.Context, s *scene, other id.ID, refs map[id.ID]string, by map[id.ID]*volunteer.Volunteer) error {
	there, err := f.knownAs(ctx, other, refs)
	if err != nil || len(there) == 0 {
		return err
	}
	return f.DB.View(ctx, other, func(r db.Reader) error {
		running, err := f.TimeBank.RunningOfSome(ctx, r, other, slices.Collect(maps.Values(there)))
		if err != nil {
			return err
		}
		for home, ref := range refs {
			v := by[home]
			s.abroad[v.ID] = append(s.abroad[v.ID], running[there[ref]]...)
		}
		return f.readRequests(ctx, r, s, other, running)
	})
}

// welcome makes those who are asked for the first time known here: a copy of her standing
// and level, under a pseudonym of this community (flow.Visit). left are those of whom that
// could not be made, with their neighbours who are not known yet either.
func (f *Flows) welcome(ctx context.Context, s *scene, round dispatch.Round) (left []*volunteer.Volunteer, err error) {
	for _, o := range round.Offers {
		for _, v := range s.who {
			if v.ID != o.Volunteer || !v.Member.IsZero() || slices.Contains(left, v) {
				continue
			}
			m, err := f.visitor(ctx, s.from[v.ID], s.place, v.Person)
			if err != nil {
				if ctx.Err() != nil {
					return nil, err
				}
				// What fails for one fails for whoever else of hers is not known yet: without them
				// there is one more plan for a partner, however many people it has.
				s.failed = append(s.failed, err)
				for _, o := range s.who {
					if o.Member.IsZero() && s.from[o.ID] == s.from[v.ID] {
						left = append(left, o)
					}
				}
				continue
			}
			v.Member = m.ID // v is the scene's own
		}
	}
	return left, nil
}

// leaveOut takes volunteers out of a scene: the round is planned again without them.
func (s *scene) leaveOut(some []*volunteer.Volunteer) {
	s.who = slices.DeleteFunc(slices.Clone(s.who), func(v *volunteer.Volunteer) bool { return slices.Contains(some, v) })
}

// visitor is a person of one community as a member of another, which she visits from now on.
func (f *Flows) visitor(ctx context.Context, home, place, who id.ID) (m *member.Member, err error) {
	at, err := f.MemberIn(ctx, home, who)
	if err != nil {
		return nil, err
	}
	if err := f.Visit(ctx, db.Actor{Kind: "job"}, at.Ref, place); err != nil {
		return nil, err
	}
	return m, f.DB.View(ctx, place, func(r db.Reader) error { m, err = f.Members.Lookup(ctx, r, place, at.Ref); return err })
}
