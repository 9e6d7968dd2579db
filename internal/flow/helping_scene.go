package flow

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/shortage"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/spot"
)

// scene is what a community's dispatch looks at: what is open, who could help, and what
// each of them has promised, answered and done lately.
type scene struct {
	place  id.ID
	now    time.Time
	zone   *time.Location
	today  period.Day
	rules  policy.TimeBank
	open   map[id.ID]*timebank.Request      // that still look for somebody
	order  []id.ID                          // of them, by beginning
	every  map[id.ID]*timebank.Request      // open, and those of which an assignment counts
	held   map[id.ID][]*timebank.Assignment // by request, of the days that count
	given  map[id.ID][]*timebank.Assignment // the same by helper
	served map[id.ID]map[id.ID]int          // who asked → who served her well → how often
	offers map[id.ID][]*timebank.Offer      // by request
	reach  map[id.ID]timebank.Reach
	alerts map[id.ID][]timebank.Alert
	gaps   []*shortage.Warning // that stand: the reserve of shops is asked at once (F6)
	beyond map[id.ID]timebank.Beyond
	paired []*pairing.Pairing               // in force
	from   map[id.ID]id.ID                  // volunteer of another community → that community
	abroad map[id.ID][]*timebank.Assignment // volunteer → what she promised in other communities
	unread map[id.ID]bool                   // paired communities whose people could not be read
	failed []error                          // of paired communities and their people, who are left out

	who    []*volunteer.Volunteer
	homes  map[id.ID]id.ID                  // person → household
	asking map[id.ID]*Householder           // member who asks → who she is
	answer timebank.Answering               // how the community's people answer
	spots  map[id.ID]spot.Position          // place → where it stands
	skills map[string]int                   // "skill level" → its number in dispatch's sets
	byHand map[id.ID][]*volunteer.Volunteer // member → as herself, as staff
}

// scene reads it.
func (f *Flows) scene(ctx context.Context, place id.ID) (s *scene, err error) {
	s = &scene{place: place, now: f.DB.Clock().Now(), open: make(map[id.ID]*timebank.Request), offers: make(map[id.ID][]*timebank.Offer), asking: make(map[id.ID]*Householder), from: make(map[id.ID]id.ID), abroad: make(map[id.ID][]*timebank.Assignment), unread: make(map[id.ID]bool), skills: make(map[string]int),
		byHand: make(map[id.ID][]*volunteer.Volunteer)}
	standing, err := f.StandingIn(ctx, place)
	if err != nil {
		return nil, err
	}
	s.rules, s.zone, s.today = standing.Rules.TimeBank, standing.Now.Location(), standing.Today
	if err := f.DB.View(ctx, place, func(r db.Reader) error { return f.readScene(ctx, r, s) }); err != nil || len(s.open) == 0 {
		return s, err
	}
	if s.who, err = f.volunteersOf(ctx, place); err != nil {
		return nil, err
	}
	if err := f.promisedAbroad(ctx, s); err != nil {
		return nil, err
	}
	if s.answer, err = f.answering(ctx, place, s.now, s.rules.NoShowDays); err != nil {
		return nil, err
	}
	var people []id.ID
	for _, v := range s.who {
		people = append(people, v.Person)
		s.byHand[v.Member] = append(s.byHand[v.Member], v)
	}
	for _, q := range s.open {
		if s.asking[q.Asker] == nil {
			if s.asking[q.Asker], err = f.Householder(ctx, place, q.Asker); err != nil {
				return nil, err
			}
		}
	}
	return s, f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		if s.homes, err = f.Households.Homes(ctx, r, people); err != nil {
			return err
		}
		s.spots, err = f.Communities.Positions(ctx, r)
		return err
	})
}

func (f *Flows) readScene(ctx context.Context, r db.Reader, s *scene) error {
	all, err := f.TimeBank.Open(ctx, r, s.place)
	if err != nil {
		return err
	}
	held, err := f.TimeBank.AssignmentsSince(ctx, r, s.place, s.since())
	if err != nil {
		return err
	}
	s.held, s.given = make(map[id.ID][]*timebank.Assignment), make(map[id.ID][]*timebank.Assignment)
	for _, a := range held {
		s.held[a.Request], s.given[a.Helper] = append(s.held[a.Request], a), append(s.given[a.Helper], a)
	}
	if s.every, err = f.TimeBank.ByIDs(ctx, r, s.place, slices.Collect(maps.Keys(s.held))); err != nil {
		return err
	}
	s.served = make(map[id.ID]map[id.ID]int)
	for _, a := range held {
		if q := s.every[a.Request]; q != nil && a.State() == timebank.Accepted {
			if s.served[q.Asker] == nil {
				s.served[q.Asker] = make(map[id.ID]int)
			}
			s.served[q.Asker][a.Helper]++
		}
	}
	for _, q := range all {
		s.every[q.ID] = q
		if q.Until.After(s.now) && len(timebank.Free(q, s.held[q.ID])) > 0 {
			s.open[q.ID] = q
			s.order = append(s.order, q.ID)
			if s.offers[q.ID], err = f.TimeBank.OffersFor(ctx, r, s.place, q.ID); err != nil {
				return err
			}
		}
	}
	if s.reach, err = f.TimeBank.Reaches(ctx, r, s.place); err != nil {
		return err
	}
	if s.alerts, err = f.TimeBank.Alerts(ctx, r, s.place); err != nil {
		return err
	}
	if s.beyond, err = f.TimeBank.Beyonds(ctx, r, s.place); err != nil {
		return err
	}
	if s.rules.ClearingLimit > 0 {
		if s.paired, err = f.Pairings.InForce(ctx, r, s.place); err != nil {
			return err
		}
	}
	s.gaps, err = f.Shortages.StandingAt(ctx, r, s.place, s.now)
	return err
}

// since is how far back promises are read: as long as those not kept count, and the week.
func (s *scene) since() time.Time { return s.now.AddDate(0, 0, -max(s.rules.NoShowDays, 8)) }

// at is where something of the tree stands: the building, else the grid, else the
// community, as far as anybody has said so.
func (s *scene) at(places ...id.ID) geo.Point {
	for _, p := range append(places, s.place) {
		if known, ok := s.spots[p]; ok && !p.IsZero() {
			return known.At
		}
	}
	return geo.Point{}
}

// number is the number of a skill at a level in dispatch's sets. There are at most as
// many as open requests ask for; what is beyond the sets' size waits for the next round.
func (s *scene) number(skill string, level int) (n int, ok bool) {
	key := skill + " " + string(rune('0'+level))
	n, ok = s.skills[key]
	if !ok && len(s.skills) < 64 {
		n, ok = len(s.skills), true
		s.skills[key] = n
	}
	return n, ok
}

// tasks are the open requests as dispatch sees them.
func (s *scene) tasks() (tasks []dispatch.Task) {
	for _, which := range s.order {
		q := s.open[which]
		t := dispatch.Task{ID: q.ID, Asker: q.Asker, Place: dispatch.Place{Building: q.Building, Grid: q.Grid, Community: s.place}, At: s.at(q.Building, q.Grid),
			Languages: languages(strings.Split(q.Langs, ",")), Level: uint8(q.Identity), Window: dispatch.Window{From: q.From, To: q.Ends()},
			Length: minutes(q.Minutes), People: q.People, Pair: q.People > 1 && q.Identity > int(volunteer.RealName), AskedAt: q.At, Urgency: dispatch.Planned, Short: short(s.gaps, q),
			Local: !s.beyond[q.ID].Agreed, Beyond: s.beyond[q.ID].Now}
		if q.Urgent || q.From.Sub(q.At) < time.Duration(s.rules.UrgentHours)*time.Hour {
			t.Urgency = dispatch.Urgent
		} else if period.DayOf(q.From, s.zone) == s.today {
			t.Urgency = dispatch.Today
		}
		if who := s.asking[q.Asker]; who != nil {
			t.Household = who.Household.ID
		}
		if q.Skill != "" {
			n, ok := s.number(q.Skill, max(q.Level, 1))
			if !ok {
				continue
			}
			t.Needs = dispatch.SetOf(n)
		}
		if q.Lifts {
			t.Asks |= dispatch.Lifts
		}
		if q.Pets {
			t.Asks |= dispatch.Pets
		}
		if t.Urgency != dispatch.Urgent { // its clock stands still while the neighbours sleep
			t.AskedAt, t.Rests = q.At.Add(asleep(&s.rules, s.zone, q.At, s.now)), asleep(&s.rules, s.zone, s.now, s.now.Add(time.Second)) > 0
		}
		t.Asked, t.Bonds = s.history(q)
		tasks = append(tasks, t)
	}
	return tasks
}

// history is who was asked for a request and who knows its asker. Whoever promised or may
// still say yes counts, also when she is not among those who are weighed: a guest whose
// community cannot be read, or a neighbour who offers nothing any more.
func (s *scene) history(q *timebank.Request) (asked []dispatch.Asked, bonds []dispatch.Bond) {
	ask := func(member, shop id.ID, one dispatch.Asked) {
		for _, v := range s.byHand[member] { // she was asked as one of the two, and is not asked as the other
			as := one
			if as.Volunteer = v.ID; v.Shop != shop {
				as.Answer = dispatch.Withdrawn
			}
			asked = append(asked, as)
		}
		if len(s.byHand[member]) == 0 && (one.Answer == dispatch.Accepted || one.Answer == dispatch.Waiting || one.Answer == dispatch.Ready) {
			if one.Volunteer = member; one.Answer == dispatch.Ready { // she is sent when she is known again
				one.Answer = dispatch.Waiting
				one.Until = q.Until
			}
			asked = append(asked, one)
		}
	}
	for _, o := range s.offers[q.ID] {
		if answer := answerOf(o); answer != dispatch.Accepted { // who goes stands among the assignments, or gave it back
			ask(o.Helper, o.Shop, dispatch.Asked{At: o.At, Start: s.starts(q, o), Until: o.Until, Answered: o.Ready, Walk: o.Metres, Answer: answer})
		}
	}
	for _, a := range s.held[q.ID] {
		if a.State().Freed() {
			ask(a.Helper, a.Shop, dispatch.Asked{Start: q.From, Until: q.Until, Answer: dispatch.Refused})
		} else {
			ask(a.Helper, a.Shop, dispatch.Asked{Start: q.From, Until: q.Until, Answer: dispatch.Accepted})
		}
	}
	for _, v := range s.byHand[q.Asker] { // nobody serves herself
		bonds = append(bonds, dispatch.Bond{Volunteer: v.ID, Never: true})
	}
	for member, n := range s.served[q.Asker] {
		for _, v := range s.byHand[member] {
			bonds = append(bonds, dispatch.Bond{Volunteer: v.ID, Times: n})
		}
	}
	return asked, bonds
}

// starts is when somebody who was asked would begin: after she has had her time to answer
// and is there, and within the time that was asked for.
func (s *scene) starts(q *timebank.Request, o *timebank.Offer) time.Time {
	there := o.Until.Add(minutes(o.Metres/s.rules.WalkMetresMinute + 1))
	if there.After(q.Until) {
		there = q.Until
	}
	return laterOf(q.From, there)
}

// answerOf is what became of an offer in dispatch's words.
func answerOf(o *timebank.Offer) dispatch.Answer {
	switch {
	case o.Willing():
		return dispatch.Ready
	case o.Answer == nil:
		return dispatch.Waiting
	}
	return map[timebank.Says]dispatch.Answer{timebank.Yes: dispatch.Accepted, timebank.No: dispatch.Refused, timebank.Silent: dispatch.Silent, timebank.Gone: dispatch.Withdrawn}[o.Answer.Says]
}

// volunteers are all who could help with tasks, as dispatch sees them. It is asked after
// tasks, which numbers the skills.
func (s *scene) volunteers(tasks []dispatch.Task) []dispatch.Volunteer {
	if len(tasks) == 0 {
		return nil
	}
	span := volunteer.Span{From: s.now, To: s.now}
	for _, t := range tasks {
		if t.Window.To.After(span.To) {
			span.To = t.Window.To
		}
	}
	all := make([]dispatch.Volunteer, 0, len(s.who))
	for _, v := range s.who {
		if v.State != volunteer.Active {
			continue
		}
		lives := s.livesIn(v)
		d := dispatch.Volunteer{ID: v.ID, Household: s.homes[v.Person], Place: dispatch.Place{Building: v.Place, Grid: v.Grid, Community: lives}, Home: s.at(v.Place, v.Grid, lives),
			Skills: s.skillsOf(v), Level: uint8(v.Identity(s.today)), Staff: !v.Shop.IsZero(), Reach: v.Radius, MostDay: v.Limits.DayMinutes}
		for _, l := range v.Languages {
			d.Languages |= languages([]string{string(l)})
		}
		if !v.Limits.NoLifting {
			d.Able |= dispatch.Lifts
		}
		if !v.Limits.NoPets {
			d.Able |= dispatch.Pets
		}
		for _, w := range volunteer.Free(v, span, s.zone) {
			d.Free = append(d.Free, dispatch.Window{From: w.From, To: w.To})
		}
		s.promises(slices.Concat(s.given[v.Member], s.abroad[v.ID]), &d)
		all = append(all, d)
	}
	return all
}

func (s *scene) skillsOf(v *volunteer.Volunteer) (set dispatch.Set) {
	for key, n := range s.skills {
		skill, level, _ := strings.Cut(key, " ")
		if int(v.Can(volunteer.Skill(skill), s.today)) >= int(level[0]-'0') {
			set |= dispatch.SetOf(n)
		}
	}
	return set
}

// promises are what somebody has promised, served and missed.
func (s *scene) promises(all []*timebank.Assignment, d *dispatch.Volunteer) {
	week := s.today - period.Day((int(s.today.Weekday())+6)%7) // Monday
	since := s.now.AddDate(0, 0, -s.rules.NoShowDays)
	for _, a := range all {
		q := s.every[a.Request]
		if q == nil {
			continue
		}
		switch state := a.State(); {
		case state == timebank.Promised || state == timebank.Begun:
			d.Stays = append(d.Stays, dispatch.Stay{Task: q.ID, Window: dispatch.Window{From: q.From, To: q.From.Add(minutes(q.Minutes))}, At: s.at(q.Building, q.Grid), Firm: true})
		case state == timebank.Missed && q.From.After(since):
			d.NoShows++
		case state.Served() && period.DayOf(q.From, s.zone) >= week:
			d.Served = append(d.Served, dispatch.Served{Day: int32(period.DayOf(q.From, s.zone)), Minutes: a.Minutes()})
		}
	}
}

func languages(codes []string) (set dispatch.Set) {
	for i, l := range volunteer.Languages {
		if slices.Contains(codes, string(l)) {
			set |= dispatch.SetOf(i)
		}
	}
	return set
}
