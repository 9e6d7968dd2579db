package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/member"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/paper"
)

// helping is what a sort of neighbours can do, and when: the retired in the daytime,
// who works in the evening and on Saturdays.
type helping struct {
	skills  []volunteer.Skill
	windows []volunteer.Window
	about   []string
}

// everyWeekday is a window on Monday to Friday.
func everyWeekday(from, to int) (all []volunteer.Window) {
	for d := time.Monday; d <= time.Friday; d++ {
		all = append(all, volunteer.Window{Weekday: d, From: from, To: to})
	}
	return all
}

var retired = helping{
	skills: []volunteer.Skill{"grooming.haircut", "repair.small", "repair.plumbing", "repair.electric", "repair.bicycle", "repair.sewing", "company.talk", "company.walk", "company.hospital", "company.call", "errand.medicine",
		"errand.shopping", "errand.meal", "home.cook", "teach.art", "teach.craft", "watch.plants", "watch.child", "expert.health"},
	windows: slices.Concat(everyWeekday(9*60, 11*60+30), everyWeekday(14*60+30, 17*60)),
	about:   []string{"退休了，闲不住。", "住了三十年，街坊都认得。", "手艺还在，不要嫌弃。", "喜欢跟人说说话。"},
}

var working = helping{
	skills: []volunteer.Skill{"errand.parcel", "errand.parcel", "errand.meal", "errand.waste", "teach.homework", "teach.phone", "teach.computer", "teach.sport", "home.appliance", "home.clean", "home.windows", "repair.appliance",
		"watch.pet", "watch.home", "expert.legal", "expert.translation", "expert.first_aid", "expert.photo", "company.hospital"},
	windows: append(everyWeekday(18*60+30, 21*60), volunteer.Window{Weekday: time.Saturday, From: 9 * 60, To: 17 * 60}),
	about:   []string{"下班顺路，捎个快递不费事。", "周末有空，可以带带孩子功课。", "刚搬来，想多认识邻居。", "会点电脑，随时问。"},
}

// volunteersBefore is how many days before the end neighbours sign up.
const volunteersBefore = 36

// findVolunteers lets neighbours of every community become volunteers, once.
func (d *Demo) findVolunteers(ctx context.Context, day, last period.Day) error {
	if int(last-day) != volunteersBefore {
		return nil
	}
	refs := make([]string, 0, len(d.places))
	for ref := range d.places {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	for n, ref := range refs {
		v := &helpers{Demo: d, ref: ref, at: d.places[ref], day: day, rng: rand.New(rand.NewPCG(2017, uint64(n)))}
		if err := v.signUp(ctx); err != nil {
			return fmt.Errorf("volunteers of %s: %w", ref, err)
		}
	}
	return nil
}

// helpers are the neighbours of one community who help.
type helpers struct {
	*Demo
	ref     string
	at      id.ID
	day     period.Day
	rng     *rand.Rand
	players []*player
	people  map[string]id.ID // by reference
	members map[string]*member.Member
	homes   map[string]id.ID // buildings, by reference
	grids   map[string]id.ID
}

// howMany are the volunteers of a community.
func (v *helpers) howMany() int {
	if v.ref == "C1" {
		return 60
	}
	return 20 + v.rng.IntN(21)
}

// batch is how many people one transaction takes: it has little time.
const batch = 8

func (v *helpers) signUp(ctx context.Context) error {
	if err := v.choose(ctx); err != nil || len(v.players) == 0 {
		return err
	}
	for some := range slices.Chunk(v.players, 4*batch) {
		if err := v.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			for _, p := range some {
				if err := v.Flows.Privacy.Give(ctx, tx, v.people[p.ref], privacy.Volunteering, "desk"); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	for i := 0; i < len(v.players); i += batch {
		some, seed := v.players[i:min(i+batch, len(v.players))], uint64(i)
		if err := v.DB.Update(ctx, v.at, db.System, func(tx *db.Tx) error {
			rng := rand.New(rand.NewPCG(seed, uint64(v.day))) // a closure may run again
			for j, p := range some {
				if err := v.join(ctx, tx, rng, p, i+j); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return v.reserve(ctx)
}

// choose finds who helps, and where each of them lives.
func (v *helpers) choose(ctx context.Context) error {
	var all []*player
	for i := range v.cast.players {
		if p := &v.cast.players[i]; p.home == v.ref && p.ref != "" {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b *player) int { return rank(a) - rank(b) })
	err := v.DB.View(ctx, v.at, func(r db.Reader) error {
		at, err := v.Flows.Members.AtHome(ctx, r, v.at)
		v.members = make(map[string]*member.Member, len(at))
		for _, m := range at {
			v.members[m.Ref] = m
		}
		return err
	})
	if err != nil {
		return err
	}
	v.players = slices.DeleteFunc(all, func(p *player) bool { return v.members[p.ref] == nil || v.members[p.ref].Standing != member.Good })
	v.players = v.players[:min(v.howMany(), len(v.players))]
	places, _, err := v.ids(ctx)
	if err != nil {
		return err
	}
	v.homes, v.grids = make(map[string]id.ID), make(map[string]id.ID)
	return v.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		refs := make(map[id.ID]string, len(v.players))
		for _, p := range v.players {
			refs[v.members[p.ref].ID] = p.ref
		}
		if v.people, err = v.Flows.People.BehindRefs(ctx, r, refs); err != nil {
			return err
		}
		for _, p := range v.players {
			home, known, err := v.Flows.Households.HomeOf(ctx, r, v.people[p.ref])
			if err != nil {
				return err
			}
			if v.grids[p.ref], v.homes[p.ref] = places[p.grid], places[p.grid]; known {
				v.homes[p.ref] = home.Place
			}
		}
		return nil
	})
}

// rank puts those first who were called as volunteers, then the retired and who works
// by turns.
func rank(p *player) int {
	switch {
	case slices.ContainsFunc(p.parts, func(x part) bool { return x.role == access.Volunteer }):
		return 0
	case len(p.parts) > 0:
		return 2
	}
	return 1
}

// join makes a volunteer of a neighbour, with what is known of her by now.
func (v *helpers) join(ctx context.Context, tx *db.Tx, rng *rand.Rand, p *player, n int) error {
	who, kind := v.people[p.ref], &working
	if p.elder() || rng.IntN(3) == 0 {
		kind = &retired
	}
	var skills []volunteer.Skill
	for range 2 + rng.IntN(3) {
		if s := kind.skills[rng.IntN(len(kind.skills))]; !slices.Contains(skills, s) {
			skills = append(skills, s)
		}
	}
	var windows []volunteer.Window
	for _, w := range kind.windows {
		if rng.IntN(3) > 0 {
			windows = append(windows, w)
		}
	}
	if n%6 == 0 { // some are at home all day, and do what is asked for most
		windows = slices.Concat(everyWeekday(8*60, 20*60+30), []volunteer.Window{{Weekday: time.Saturday, From: 8 * 60, To: 20*60 + 30}, {Weekday: time.Sunday, From: 8 * 60, To: 20*60 + 30}})
		for _, s := range []volunteer.Skill{"errand.parcel", "errand.meal"} {
			if !slices.Contains(skills, s) {
				skills = append(skills, s)
			}
		}
	}
	profile := volunteer.Profile{Place: v.homes[p.ref], Grid: v.grids[p.ref], Radius: 400 + 200*rng.IntN(7), Windows: windows, Languages: []volunteer.Language{volunteer.Mandarin}, About: kind.about[rng.IntN(len(kind.about))],
		Limits: volunteer.Limits{NoLifting: p.elder(), NoStairs: p.Form == person.Auntie && rng.IntN(2) == 0, NoPets: rng.IntN(6) == 0, DayMinutes: 120}}
	if rng.IntN(2) == 0 {
		profile.Languages = append(profile.Languages, volunteer.Dialect)
	}
	s := v.Flows.Volunteers
	if _, err := s.Join(ctx, tx, who, v.members[p.ref].ID, profile, skills); err != nil {
		return once(err)
	}
	proofs := []volunteer.ProofKind{volunteer.PhoneProof}
	if n%10 < 7 {
		proofs = append(proofs, volunteer.RealNameProof)
	}
	if n%5 == 0 {
		proofs = append(proofs, volunteer.BackgroundProof)
	}
	if n%7 == 0 {
		proofs = append(proofs, volunteer.FirstAidTraining)
	}
	for _, k := range proofs {
		x := volunteer.Proof{Person: who, Kind: k}
		if k != volunteer.PhoneProof {
			x.Until = v.day + 330
		}
		if _, err := s.Prove(ctx, tx, x, v.day); err != nil {
			return err
		}
	}
	if n%2 == 0 {
		neighbour := v.people[v.players[(n+3)%len(v.players)].ref]
		as := *tx
		as.Actor = db.Actor{Kind: "person", ID: neighbour}
		if err := s.Vouch(ctx, &as, who, skills[0], "帮过我家，仔细，不嫌麻烦。"); err != nil {
			return err
		}
	}
	return v.besides(ctx, tx, who, skills[0], n)
}

// besides is what some of them did since: a certificate, a week away, a rest.
func (v *helpers) besides(ctx context.Context, tx *db.Tx, who id.ID, skill volunteer.Skill, n int) error {
	s := v.Flows.Volunteers
	switch {
	case n%12 == 1:
		p := paper.New("培训证书", "共益 · 演示用的文件")
		p.Text("参加培训，考核合格，特发此证。")
		f, err := printed("培训证书.pdf", p)
		if err != nil {
			return err
		}
		kept, err := v.Flows.Files.Add(ctx, tx, f)
		if err != nil {
			return err
		}
		c, err := s.Hand(ctx, tx, volunteer.Certificate{Person: who, Skill: skill, File: kept, Name: "培训证书"})
		if err != nil || n%24 == 1 { // every second one waits for the desk
			return err
		}
		_, err = s.Judge(ctx, tx, c.ID, volunteer.Verdict{Accepted: true, Until: v.day + 60}, v.day)
		return err
	case n%15 == 4:
		from := (v.day + volunteersBefore).Start(v.zone)
		_, err := s.Except(ctx, tx, who, volunteer.Exception{Kind: volunteer.Away, Words: "回老家", Span: volunteer.Span{From: from, To: from.AddDate(0, 0, 7)}})
		return err
	case n%20 == 9:
		return s.Pause(ctx, tx, who, "带孙子，过一阵再来")
	}
	return nil
}

// reserve lets shops with staff keep one of them in reserve; most of them agree.
func (v *helpers) reserve(ctx context.Context) error {
	_, shops, err := v.ids(ctx)
	if err != nil {
		return err
	}
	n := 0
	for i := range v.cast.players {
		p := &v.cast.players[i]
		at := slices.IndexFunc(p.parts, func(x part) bool { return x.role == access.Staff })
		if p.home != v.ref || at < 0 || v.members[p.ref] == nil {
			continue
		}
		var who *person.Person
		if err := v.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
			who, err = v.Flows.People.ByPhone(ctx, r, p.Phone)
			return err
		}); err != nil {
			return err
		}
		made := volunteer.Reserve{Shop: shops[p.parts[at].shop], Person: who.ID, Member: v.members[p.ref].ID, Skills: []volunteer.Skill{"errand.meal", "errand.parcel", "home.clean"}, Windows: everyWeekday(14*60, 16*60+30)}
		if n++; n > reserveMost {
			return nil
		}
		if err := once(v.offer(ctx, made, n%4 != 0)); err != nil {
			return err
		}
	}
	return nil
}

// reserveMost is how many shops of a community keep somebody in reserve.
const reserveMost = 6

func (v *helpers) offer(ctx context.Context, r volunteer.Reserve, agrees bool) error {
	return v.DB.Update(ctx, v.at, db.Actor{Kind: "person", ID: r.Person}, func(tx *db.Tx) error {
		made, err := v.Flows.Volunteers.Offer(ctx, tx, r)
		if err != nil || !agrees {
			return err
		}
		_, err = v.Flows.Volunteers.Answer(ctx, tx, made.ID, true, "")
		return err
	})
}
