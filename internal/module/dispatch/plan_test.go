package dispatch

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
)

var (
	zone = time.FixedZone("CST", 8*3600)
	noon = time.Date(2026, 3, 4, 12, 0, 0, 0, zone) // a Wednesday
	town = geo.Point{Lat: 36_800_000, Lon: 118_050_000}
)

func numbered(kind byte, n int) id.ID { return id.ID{0: kind, 14: byte(n >> 8), 15: byte(n)} }

// east is a point so many metres east of the town, as the crow flies.
func east(metres int64) geo.Point {
	return geo.Point{Lat: town.Lat, Lon: town.Lon + metres*million/89_037}
}

func spans(d time.Duration) (all [Rings]time.Duration) {
	for ring := range Desk {
		all[ring] = d
	}
	return all
}

// plain are rules under which a metre is a metre and everybody is asked at once.
func plain() *Rules {
	pace := Pace{Opens: [Rings]time.Duration{Neighbours: 10 * time.Minute, Staff: 15 * time.Minute, Desk: 20 * time.Minute, Operator: 30 * time.Minute},
		Stands: spans(10 * time.Minute), Asks: 1, Most: 1, Settle: 5 * time.Minute, Worth: 10}
	return &Rules{
		Zone: zone, Pace: [Urgencies]Pace{pace, pace, pace}, Reach: [Rings]int{1000, 1000, 1000, 1500, 1500}, Detour: 1000, Speed: 60, Linger: 30 * time.Minute,
		MostDay: 2 * time.Hour, MostWeek: 6 * time.Hour, Bundle: 3, BundleSave: 50, Candidates: 10, Accept: 600_000, Silent: 100_000, Answer: 6 * time.Minute,
		Weights: Weights{Bond: 50, BondMost: 100, Today: 10, NoShow: 200, Waited: 100, Unchecked: 20_000},
	}
}

func home(n int, at geo.Point) Volunteer {
	return Volunteer{ID: numbered('v', n), Home: at, Place: Place{Community: numbered('c', 1)}, Skills: 1,
		Free: []Window{{noon.Add(-time.Hour), noon.Add(5 * time.Hour)}}}
}

func request(n int, at geo.Point) Task {
	return Task{ID: numbered('t', n), Asker: numbered('a', n), At: at, Place: Place{Community: numbered('c', 1)}, Needs: 1, Length: 30 * time.Minute,
		Window: Window{noon, noon.Add(3 * time.Hour)}, AskedAt: noon}
}

func TestRulesOfTheTestsAreValid(t *testing.T) {
	if err := plain().Validate(); err != nil {
		t.Fatal(err)
	}
	bad := plain()
	bad.Speed = 0
	if err := bad.Validate(); err == nil {
		t.Fatal("nobody walks, and that is valid")
	}
}

// One volunteer 300 metres away, one 500: the nearest is asked, and told why.
func TestTheNearestIsAsked(t *testing.T) {
	r := Plan(noon, NewIndex([]Volunteer{home(1, east(500)), home(2, east(300))}), []Task{request(1, town)}, plain())
	if len(r.Offers) != 1 || len(r.Gaps) != 0 {
		t.Fatalf("%+v", r)
	}
	o := r.Offers[0]
	if o.Volunteer != numbered('v', 2) || o.Walk < 590 || o.Walk > 610 || o.Ring != Community || !o.Until.Equal(noon.Add(10*time.Minute)) || o.Start.Before(o.Until.Add(5*time.Minute)) {
		t.Fatalf("%+v", o)
	}
	want := []Reason{{LivesInCommunity, 0}, {Walks, int64(o.Walk)}, {OneOf, 2}, {FreshToday, 0}, {FreshWeek, 0}}
	if !slices.Equal(o.Reasons, want) {
		t.Fatal(o.Reasons)
	}
}

// Why nobody is asked, in the order of the checks.
func TestGapsSayHowFarAnybodyCame(t *testing.T) {
	for _, c := range []struct {
		want   Code
		change func(v *Volunteer, k *Task)
	}{
		{NoSkill, func(v *Volunteer, k *Task) { k.Needs = SetOf(7) }},
		{NotSuited, func(v *Volunteer, k *Task) { k.Asks = Lifts }},
		{NotSuited, func(v *Volunteer, k *Task) { k.Languages = SetOf(3) }},
		{NotSuited, func(v *Volunteer, k *Task) { k.Level = 2 }},
		{NotAllowed, func(v *Volunteer, k *Task) { k.Asker = v.ID }},
		{NotAllowed, func(v *Volunteer, k *Task) { v.Household, k.Household = numbered('h', 1), numbered('h', 1) }},
		{NotAllowed, func(v *Volunteer, k *Task) { k.Bonds = []Bond{{Volunteer: v.ID, Never: true}} }},
		{TooFar, func(v *Volunteer, k *Task) { v.Home = east(1600) }},
		{TooFar, func(v *Volunteer, k *Task) { v.Reach = 200 }},
		{NobodyFree, func(v *Volunteer, k *Task) { v.Free = nil }},
		{NobodyFree, func(v *Volunteer, k *Task) {
			v.Stays = []Stay{{Task: numbered('t', 9), Window: Window{noon, noon.Add(3 * time.Hour)}, At: town, Firm: true}}
		}},
		{OverLimits, func(v *Volunteer, k *Task) { v.Served = []Served{{Day: 20516, Minutes: 100}} }},
		{OverLimits, func(v *Volunteer, k *Task) { v.MostDay = 20 }},
		{AllAsked, func(v *Volunteer, k *Task) { k.Asked = []Asked{{Volunteer: v.ID, Answer: Refused}} }},
		{AllAsked, func(v *Volunteer, k *Task) { k.Asked = []Asked{{Volunteer: v.ID, Until: noon}} }},
		{NoPair, func(v *Volunteer, k *Task) { k.Pair = true }},
		{TooLate, func(v *Volunteer, k *Task) { k.Window.To = noon.Add(20 * time.Minute) }},
	} {
		v, k := home(1, east(300)), request(1, town)
		c.change(&v, &k)
		r := Plan(noon, NewIndex([]Volunteer{v}), []Task{k}, plain())
		if len(r.Offers) != 0 || len(r.Gaps) != 1 || r.Gaps[0].Reason.Code != c.want {
			t.Errorf("want %s, got %+v", c.want, r)
		}
		if len(r.Alarms) != 1 || r.Alarms[0].Ring != Desk {
			t.Errorf("%s: nobody is left to ask, and the desk is not told: %+v", c.want, r.Alarms)
		}
	}
}

// Whoever is next door anyway is asked, though another lives nearer.
func TestWhoIsThereAnywayIsAsked(t *testing.T) {
	near, there := home(1, east(200)), home(2, east(-800))
	there.Stays = []Stay{{Task: numbered('t', 9), Window: Window{noon.Add(time.Hour), noon.Add(90 * time.Minute)}, At: east(-20), Firm: true}}
	r := Plan(noon, NewIndex([]Volunteer{near, there}), []Task{request(1, town)}, plain())
	if len(r.Offers) != 1 || r.Offers[0].Volunteer != there.ID || r.Offers[0].Walk > 41 || !slices.ContainsFunc(r.Offers[0].Reasons, func(y Reason) bool { return y.Code == ThereAnyway }) {
		t.Fatalf("%+v", r)
	}
}

// Two requests next door to each other go to one person in one offer.
func TestRequestsNextDoorAreOneOffer(t *testing.T) {
	r := Plan(noon, NewIndex([]Volunteer{home(1, east(500)), home(2, east(-520))}), []Task{request(1, town), request(2, east(10))}, plain())
	if len(r.Offers) != 2 || r.Offers[0].Volunteer != r.Offers[1].Volunteer || r.Offers[0].Bundle != 1 || r.Offers[1].Bundle != 1 {
		t.Fatalf("%+v", r)
	}
	if a, b := r.Offers[0].Start, r.Offers[1].Start; b.Sub(a).Abs() < 30*time.Minute {
		t.Fatalf("at the same time: %v, %v", a, b)
	}
}

func TestRingsOpenOneAfterAnother(t *testing.T) {
	far, staff := home(1, east(400)), home(2, east(100))
	far.Place.Community = numbered('c', 2)
	staff.Staff = true
	ix := NewIndex([]Volunteer{far, staff})
	k := request(1, town)
	waits := Asked{Volunteer: numbered('v', 9), At: noon, Until: noon.Add(time.Hour), Walk: 100}
	k.Asked = []Asked{waits}
	rules := plain()
	rules.Pace[Urgent].Most = 2
	rules.Pace[Urgent].Worth = 1000
	for minutes, want := range map[int]string{0: "", 10: "far", 15: "staff", 20: "staff desk", 30: "staff operator"} {
		r := Plan(noon.Add(time.Duration(minutes)*time.Minute), ix, []Task{k}, rules)
		got := ""
		for _, o := range r.Offers {
			got += map[id.ID]string{far.ID: "far", staff.ID: "staff"}[o.Volunteer]
		}
		for _, a := range r.Alarms {
			got += map[Ring]string{Desk: " desk", Operator: " operator"}[a.Ring]
		}
		if got != want {
			t.Errorf("after %d minutes: %q, want %q: %+v", minutes, got, want, r)
		}
	}
	if r := Plan(noon, ix, []Task{request(1, town)}, rules); len(r.Offers) == 0 || r.Offers[0].Ring != Neighbours {
		t.Errorf("a ring in which there is nobody is not passed: %+v", r)
	}
}

// The nearest who said yes goes; while somebody nearer may still say it, for so long.
func TestTheNearestOfThoseWhoSayYesGoes(t *testing.T) {
	k := request(1, town)
	yes := Asked{Volunteer: numbered('v', 1), At: noon, Answered: noon, Start: noon.Add(time.Hour), Until: noon.Add(10 * time.Minute), Walk: 400, Answer: Ready}
	open := Asked{Volunteer: numbered('v', 2), At: noon, Start: noon.Add(time.Hour), Until: noon.Add(10 * time.Minute), Walk: 200}
	ix := NewIndex([]Volunteer{home(1, east(200)), home(2, east(100))})
	settled := func(after time.Duration, asked ...Asked) string {
		k.Asked = asked
		r := Plan(noon.Add(after), ix, []Task{k}, plain())
		if len(r.Settled) == 0 {
			return ""
		}
		return fmt.Sprint(r.Settled[0].Volunteer[15], " ", r.Settled[0].Reason.Code)
	}
	refused, also := open, open
	refused.Answer, also.Answer, also.Answered = Refused, Ready, noon.Add(time.Minute)
	for _, c := range []struct {
		after time.Duration
		asked []Asked
		want  string
	}{
		{time.Minute, []Asked{yes, open}, ""},
		{5 * time.Minute, []Asked{yes, open}, "1 first_in_time"},
		{time.Minute, []Asked{yes, refused}, "1 nearest"},
		{time.Minute, []Asked{yes, also}, "2 nearest"},
	} {
		if got := settled(c.after, c.asked...); got != c.want {
			t.Errorf("after %v of %+v: %q, want %q", c.after, c.asked, got, c.want)
		}
	}
}

func TestIndexForgetsWhatItIsToldToForget(t *testing.T) {
	v := home(1, east(100))
	ix := NewIndex([]Volunteer{v, home(2, east(200))})
	ask := func() string {
		r := Plan(noon, ix, []Task{request(1, town)}, plain())
		if len(r.Offers) == 0 {
			return "nobody"
		}
		return fmt.Sprint(r.Offers[0].Volunteer[15])
	}
	first := ask()
	v.Home = east(900)
	ix.Put(&v)
	moved := ask()
	ix.Remove(numbered('v', 2))
	removed := ask()
	ix.Remove(v.ID)
	if got := fmt.Sprint(first, " ", moved, " ", removed, " ", ask(), " ", ix.Len()); got != "1 2 1 nobody 0" {
		t.Fatal(got)
	}
}

// anyStreet draws a few people and requests close to each other, with everything that
// a rule reads.
func anyStreet(t *rapid.T) (people []Volunteer, tasks []Task) {
	point := func(name string) geo.Point {
		return geo.Point{Lat: town.Lat + rapid.Int64Range(-5000, 5000).Draw(t, name), Lon: town.Lon + rapid.Int64Range(-5000, 5000).Draw(t, name)}
	}
	number := func(name string, most int) int { return rapid.IntRange(0, most).Draw(t, name) }
	for n := range 1 + number("people", 11) {
		v := home(n+1, point("home"))
		v.Household, v.Skills, v.Able, v.Level = numbered('h', 1+number("household", 5)), Set(number("skills", 7)), Able(number("able", 3)), uint8(number("level", 2))
		v.Place.Community, v.Staff, v.NoShows = numbered('c', 1+number("community", 1)), number("staff", 5) == 0, number("no-shows", 4)
		v.Reach, v.MostDay = number("reach", 3)*400, number("most", 2)*60
		if from := number("stay", 8); from > 0 {
			start := noon.Add(time.Duration(from) * 20 * time.Minute)
			v.Stays = []Stay{{Task: numbered('x', n), Window: Window{start, start.Add(30 * time.Minute)}, At: point("stay"), Firm: from%2 == 0}}
		}
		people = append(people, v)
	}
	for n := range 1 + number("tasks", 7) {
		k := request(n+1, point("task"))
		lifts, pets := number("lifts", 3) == 3, number("pets", 3) == 3
		if lifts {
			k.Asks |= Lifts
		}
		if pets {
			k.Asks |= Pets
		}
		k.Needs, k.Level, k.Pair, k.People = SetOf(number("needs", 2)), uint8(number("level", 1)), number("pair", 4) == 0, number("n", 2)
		k.Household, k.AskedAt, k.Urgency = numbered('h', 1+number("household", 5)), noon.Add(-time.Duration(number("ago", 40))*time.Minute), Urgency(number("urgency", 2))
		for i := range number("asked", min(3, len(people)-1)) {
			k.Asked = append(k.Asked, Asked{Volunteer: people[(n+i)%len(people)].ID, At: noon.Add(-5 * time.Minute), Start: noon.Add(time.Hour), Until: noon.Add(time.Duration(number("until", 10)-5) * time.Minute),
				Walk: number("walk", 900), Answered: noon.Add(-3 * time.Minute), Answer: Answer(number("answer", 5))})
		}
		tasks = append(tasks, k)
	}
	return people, tasks
}

func TestNoLimitIsEverPassed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people, tasks := anyStreet(t)
		rules := plain()
		rules.NoShows = 3
		rules.Pace[Urgent].Most, rules.Pace[Urgent].Asks = 3, 2
		round := Plan(noon, NewIndex(people), tasks, rules)
		checkRound(t, people, tasks, rules, round)

		// The same question in another order has the same answer.
		shuffled, other := slices.Clone(tasks), slices.Clone(people)
		r := rand.New(rand.NewPCG(1, 2))
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		r.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		if again := Plan(noon, NewIndex(other), shuffled, rules); !reflect.DeepEqual(round, again) {
			t.Fatalf("%+v\nthen\n%+v", round, again)
		}
	})
}

// checkRound holds a round against the limits, in other words than the module's own.
func checkRound(t *rapid.T, people []Volunteer, tasks []Task, rules *Rules, round Round) {
	has := make(map[id.ID]int) // 1 = an offer, 2 = a gap
	times := make(map[id.ID][]Window)
	minutes := make(map[id.ID]int)
	promised := make(map[[2]id.ID]bool)
	for _, v := range people {
		for _, s := range v.Stays {
			times[v.ID] = append(times[v.ID], s.Window)
			minutes[v.ID] += 30
		}
	}
	for _, k := range tasks {
		for _, a := range k.Asked {
			if a.Answer == Ready || a.Answer == Accepted || a.Answer == Waiting && a.Until.After(noon) {
				times[a.Volunteer] = append(times[a.Volunteer], Window{a.Start, a.Start.Add(k.Length)})
				minutes[a.Volunteer] += 30
				promised[[2]id.ID{k.ID, a.Volunteer}] = true
			}
		}
	}
	bundles := make(map[id.ID]int)
	for _, o := range round.Offers {
		has[o.Task] |= 1
		k := tasks[slices.IndexFunc(tasks, func(k Task) bool { return k.ID == o.Task })]
		v := people[slices.IndexFunc(people, func(v Volunteer) bool { return v.ID == o.Volunteer })]
		w := Window{o.Start, o.Start.Add(k.Length)}
		for _, other := range times[v.ID] {
			if w.From.Before(other.To) && other.From.Before(w.To) {
				t.Fatalf("%+v is at the same time as %v", o, other)
			}
		}
		times[v.ID] = append(times[v.ID], w)
		minutes[v.ID] += 30
		most := int(rules.MostDay.Minutes())
		if v.MostDay > 0 {
			most = min(most, v.MostDay)
		}
		if b, asked := bundles[v.ID]; asked && (b == 0 || b != o.Bundle) {
			t.Fatalf("asked twice in a round: %+v", o)
		}
		bundles[v.ID] = o.Bundle
		wrong := map[string]bool{
			"skill": v.Skills&k.Needs != k.Needs, "able": v.Able&k.Asks != k.Asks, "level": v.Level < k.Level, "household": v.Household == k.Household,
			"no-shows": v.NoShows >= 3, "reach": v.Reach > 0 && v.Home.Distance(k.At) > int64(v.Reach)+3, "hours": minutes[v.ID] > most,
			"window": w.From.Before(k.Window.From) || w.To.After(k.Window.To) || w.From.Before(v.Free[0].From) || w.To.After(v.Free[0].To),
			"again":  slices.ContainsFunc(k.Asked, func(a Asked) bool { return a.Volunteer == v.ID }),
			"staff":  v.Staff && o.Ring < Staff, "border": v.Place != k.Place && o.Ring < Neighbours, "late": o.Start.Before(o.Until), "now": !o.Until.After(noon),
		}
		for what, is := range wrong {
			if is {
				t.Fatalf("%s: %+v to %+v for %+v", what, o, v, k)
			}
		}
	}
	for _, g := range round.Gaps {
		if has[g.Task] != 0 {
			t.Fatalf("two answers for one request: %+v", g)
		}
		has[g.Task] = 2
	}
	for _, k := range tasks {
		if has[k.ID] == 0 {
			t.Fatalf("neither an offer nor a gap: %+v", k)
		}
		checkPair(t, people, k, round)
	}
}

// checkPair holds a round against the two-person rule.
func checkPair(t *rapid.T, people []Volunteer, k Task, round Round) {
	houses := make(map[id.ID]bool)
	n := 0
	for _, o := range round.Offers {
		if o.Task == k.ID {
			n++
			houses[people[slices.IndexFunc(people, func(v Volunteer) bool { return v.ID == o.Volunteer })].Household] = true
		}
	}
	if !k.Pair || n == 0 {
		return
	}
	if len(houses) != n {
		t.Fatalf("two of one household: %+v", round)
	}
	for _, a := range k.Asked {
		if a.Answer == Ready || a.Answer == Accepted || a.Answer == Waiting && a.Until.After(noon) {
			n++
		}
	}
	if n < 2 {
		t.Fatalf("one is asked for what two must do: %+v", round)
	}
}
