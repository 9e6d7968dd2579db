package flow

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// Recommending tells who joined a community on whose word: by recommender, the members
// whom she recommended, in the order of joining. With by, hers alone.
type Recommending func(ctx context.Context, r db.Reader, community, by id.ID) (map[id.ID][]id.ID, error)

// askAgain is how long somebody who said no to a level is not asked again.
const askAgain = 180 * 24 * time.Hour

// recommendedBy are the members whom somebody recommended.
func (f *Flows) recommendedBy(ctx context.Context, r db.Reader, community, by id.ID) ([]id.ID, error) {
	all, err := f.Introductions(ctx, r, community, by)
	return all[by], err
}

// rulesAt are the numbers in force, with the zone of the community.
func (f *Flows) rulesAt(ctx context.Context, r db.Reader, community id.ID) (*policy.Params, *time.Location, error) {
	versions, err := f.Policies.List(ctx, r, community)
	if err != nil {
		return nil, nil, err
	}
	v := policy.InForce(versions, f.DB.Clock().Now())
	if v == nil {
		return nil, nil, policy.ErrNone
	}
	zone, err := f.zone(&v.Params)
	return &v.Params, zone, err
}

// SweepLevels looks after the levels of a community: finds who may become a leader or
// a director, rests and reviews levels, ends cases whose time to appeal is over, and
// brings teams into line (L-01 … L-11). It is a sweeper's work and may be cut short.
func (f *Flows) SweepLevels(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "look after levels")
	for _, step := range []func(context.Context, id.ID) error{f.findCandidates, f.restLevels, f.reviewLevels, f.elapseCases, f.gatherTeams} {
		if err := step(ctx, community); err != nil {
			if errors.Is(err, policy.ErrNone) { // a place that keeps no books
				return nil
			}
			return err
		}
	}
	return nil
}

// findCandidates asks whoever meets the condition of the next level (L-01, L-07), and
// takes back the question where it is not met any more.
func (f *Flows) findCandidates(ctx context.Context, community id.ID) error {
	found := make(map[id.ID]policy.Level)
	var open []*growth.Candidate
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		p, _, err := f.rulesAt(ctx, r, community)
		if err != nil {
			return err
		}
		if err := f.mayLead(ctx, r, community, p, found); err != nil {
			return err
		}
		all, err := f.Growth.Candidates(ctx, r, community, id.ID{})
		for _, c := range all {
			if c.Open() {
				open = append(open, c)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range open {
		if found[c.Member] == c.Level {
			delete(found, c.Member) // asked already
			continue
		}
		if err := f.unask(ctx, community, c.ID); err != nil {
			return err
		}
	}
	for _, who := range slices.SortedFunc(maps.Keys(found), func(a, b id.ID) int { return slices.Compare(a[:], b[:]) }) {
		if err := f.ask(ctx, community, who, found[who]); err != nil {
			return err
		}
	}
	return nil
}

// mayLead finds who meets the condition of which level and does not hold it.
func (f *Flows) mayLead(ctx context.Context, r db.Reader, community id.ID, p *policy.Params, found map[id.ID]policy.Level) error {
	by, err := f.Introductions(ctx, r, community, id.ID{})
	if err != nil {
		return err
	}
	var who []id.ID
	for recommender, all := range by {
		if len(all) >= p.GoldTeam {
			who = append(append(who, recommender), all...)
		}
	}
	raised, err := f.Growth.Raised(ctx, r, community)
	if err != nil {
		return err
	}
	for leader, n := range raised {
		if n >= p.DiamondTeams {
			who = append(who, leader)
		}
	}
	known, err := f.Members.ByIDs(ctx, r, community, who)
	if err != nil {
		return err
	}
	for recommender, all := range by {
		if m := known[recommender]; m != nil && m.Level == policy.Silver && atHome(m, community) && counted(known, all, community, recommender) >= p.GoldTeam {
			found[recommender] = policy.Gold
		}
	}
	for leader, n := range raised {
		if m := known[leader]; m != nil && m.Level == policy.Gold && atHome(m, community) && n >= p.DiamondTeams {
			found[leader] = policy.Diamond
		}
	}
	return nil
}

// atHome reports whether a member is at home in a community and in good standing.
func atHome(m *member.Member, community id.ID) bool {
	return m.Home == community && m.Standing == member.Good
}

// counted is how many of those recommended count for their recommender: at home here,
// in good standing, each once, and not she herself (L-01).
func counted(known map[id.ID]*member.Member, recommended []id.ID, community, by id.ID) (n int) {
	seen := make(map[id.ID]bool, len(recommended))
	for _, who := range recommended {
		if m := known[who]; m != nil && who != by && !seen[who] && atHome(m, community) {
			seen[who] = true
			n++
		}
	}
	return n
}

// countFor is how many count for a level of a member now.
func (f *Flows) countFor(ctx context.Context, r db.Reader, community, who id.ID, level policy.Level) (int, error) {
	if level == policy.Diamond {
		raised, err := f.Growth.Raised(ctx, r, community)
		return raised[who], err
	}
	recommended, err := f.recommendedBy(ctx, r, community, who)
	if err != nil {
		return 0, err
	}
	known, err := f.Members.ByIDs(ctx, r, community, recommended)
	return counted(known, recommended, community, who), err
}

// ask notes a candidate and asks her.
func (f *Flows) ask(ctx context.Context, community, who id.ID, level policy.Level) error {
	return f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		n, err := f.countFor(ctx, tx, community, who, level)
		if err != nil {
			return err
		}
		c, added, err := f.Growth.Find(ctx, tx, who, level, n, askAgain)
		if err != nil || !added {
			return err
		}
		return f.tellMember(ctx, tx, who, notice.Notice{Kind: notice.LevelAsked, Cause: "level/candidate/" + c.ID.String(), Link: "/me/team", Args: []notice.Arg{notice.Say(growth.LevelName(level))}})
	})
}

// unask takes a question back that nobody has answered, or an acceptance whose
// condition is not met any more.
func (f *Flows) unask(ctx context.Context, community, candidate id.ID) error {
	return f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		c, err := f.Growth.Candidate(ctx, tx, community, candidate)
		if err != nil || !c.Open() {
			return err
		}
		return f.Growth.Answer(ctx, tx, c, growth.Withdrawn)
	})
}

// pseudonymOf is the member of a community behind a person, zero if she is at home in
// none of its books.
func (f *Flows) pseudonymOf(ctx context.Context, community, person id.ID) (who id.ID, err error) {
	if person.IsZero() {
		return who, nil
	}
	memberships, err := f.membershipsOf(ctx, person)
	if err != nil {
		return who, err
	}
	for _, m := range memberships {
		if m.Home != community {
			continue
		}
		err = f.DB.View(ctx, community, func(r db.Reader) error {
			found, err := f.Members.Lookup(ctx, r, community, m.Ref)
			if err == nil {
				who = found.ID
			}
			return err
		})
		if errors.Is(err, member.ErrNotFound) {
			err = nil
		}
		return who, err
	}
	return who, nil
}
