package volunteer

import (
	"errors"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
)

func TestTheTreeOfSkills(t *testing.T) {
	seen, names := make(map[Skill]bool), make(map[string]bool)
	leaves := 0
	for _, n := range Tree {
		if seen[n.Key] || names[n.Name.Key] {
			t.Errorf("%s stands there twice", n.Key)
		}
		if n.Parent != "" && (!seen[n.Parent] || !strings.HasPrefix(string(n.Key), string(n.Parent)+".")) {
			t.Errorf("%s is not below %s", n.Key, n.Parent)
		}
		if n.Key.Leaf() != (n.Parent != "") || !n.Key.Within(n.Key) || n.Parent != "" && !n.Key.Within(n.Parent) {
			t.Errorf("%s is not where it stands", n.Key)
		}
		if seen[n.Key], names[n.Name.Key] = true, true; n.Parent != "" {
			leaves++
		}
	}
	if len(Branches()) != 8 || leaves < 40 {
		t.Errorf("%d branches, %d leaves", len(Branches()), leaves)
	}
	for _, b := range Branches() {
		if len(Leaves(b.Key)) == 0 {
			t.Errorf("nothing below %s", b.Key)
		}
	}
	if Skill("flying").Leaf() || Skill("flying").Within(Errands) || SkillName("flying").Key != "flying" || SkillName("errand.meal").Key != "送餐上门" {
		t.Error("a skill that nobody knows")
	}
}

func TestLevelsAreOrdered(t *testing.T) {
	h := Held{}
	if h.On(10) != Declared {
		t.Error("nobody vouched")
	}
	h.Certified = 10
	if h.On(10) != Certified || h.On(11) != Declared {
		t.Error("a certificate holds until its last day")
	}
	h.Vouches = 1
	if h.On(11) != Vouched {
		t.Error("then what others say counts")
	}
	if !(Unskilled < Declared && Declared < Vouched && Vouched < Certified) {
		t.Error("out of order")
	}
	for _, l := range append([]Level{Unskilled}, Levels...) {
		if back, ok := ParseLevel(l.String()); !ok || back != l {
			t.Errorf("%s is read as %s", l, back)
		}
	}
	for _, i := range append([]Identity{Unknown}, Identities...) {
		if back, ok := ParseIdentity(i.String()); !ok || back != i {
			t.Errorf("%s is read as %s", i, back)
		}
	}
	if _, ok := ParseLevel("x"); ok || Level(99).String() != "none" || Identity(99).String() != "unknown" {
		t.Error("no such level")
	}
}

func TestWhoSheIsKnownToBe(t *testing.T) {
	v := Volunteer{Proofs: []Proof{{Kind: PhoneProof}, {Kind: BackgroundProof, Until: 10}, {Kind: FirstAidTraining, Until: 20}}}
	if v.Identity(10) != Background || v.Identity(11) != PhoneKnown || (&Volunteer{}).Identity(1) != Unknown {
		t.Error("her identity")
	}
	if !v.FirstAid(20) || v.FirstAid(21) {
		t.Error("her training")
	}
	v.Skills = []Held{{Skill: "expert.first_aid", Certified: 30}}
	if !v.FirstAid(30) || v.Can("expert.first_aid", 31) != Declared || v.Can("home.cook", 1) != Unskilled {
		t.Error("a certificate of first aid")
	}
	v.Languages = []Language{Dialect}
	if !v.Speaks(Dialect) || v.Speaks(English) {
		t.Error("her languages")
	}
}

func TestWhatAProfileMayBe(t *testing.T) {
	good := func() Profile {
		return Profile{Place: id.ID{3}, Radius: 1000, Languages: []Language{Mandarin}, Windows: []Window{{1, 540, 600}, {1, 600, 700}}}
	}
	p := good()
	if err := p.validate(); err != nil || len(p.Windows) != 1 {
		t.Errorf("%v, %v", err, p.Windows)
	}
	for _, c := range []struct {
		says string
		edit func(p *Profile)
		want error
	}{
		{"nowhere", func(p *Profile) { p.Place = id.ID{} }, ErrBadPlace}, {"at the door alone", func(p *Profile) { p.Radius = 10 }, ErrBadRadius},
		{"all over the province", func(p *Profile) { p.Radius = 20_001 }, ErrBadRadius}, {"backwards", func(p *Profile) { p.Windows[0].To = 100 }, ErrBadWindow},
		{"an eighth day", func(p *Profile) { p.Windows[0].Weekday = 7 }, ErrBadWindow}, {"many", func(p *Profile) { p.Windows = make([]Window, 29) }, ErrManyWindows},
		{"silent", func(p *Profile) { p.Languages = nil }, ErrBadLanguage}, {"Klingon", func(p *Profile) { p.Languages = []Language{"tlh"} }, ErrBadLanguage},
		{"less than nothing", func(p *Profile) { p.Limits.DayMinutes = -1 }, ErrBadLimit}, {"a week shorter than its day", func(p *Profile) { p.Limits = Limits{DayMinutes: 120, WeekMinutes: 60} }, ErrBadLimit},
		{"a novel", func(p *Profile) { p.About = strings.Repeat("长", 301) }, ErrBadAbout}, {"of likes", func(p *Profile) { p.Likes = strings.Repeat("长", 201) }, ErrBadAbout},
	} {
		p := good()
		c.edit(&p)
		if err := p.validate(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.says, err, c.want)
		}
	}
}

func TestSomebodyInReserve(t *testing.T) {
	own := &Volunteer{Person: id.ID{5}, Skills: []Held{{Skill: "grooming.haircut", Certified: 50}}, Profile: Profile{Languages: []Language{Mandarin, English}, Limits: Limits{NoPets: true}},
		Proofs: []Proof{{Kind: RealNameProof, Until: 90}}, Exceptions: []Exception{{Kind: Away}, {Kind: Extra}}}
	r := &Reserve{ID: id.ID{8}, Shop: id.ID{9}, Person: id.ID{5}, Skills: []Skill{"grooming.haircut", "home.clean"}, Windows: []Window{{1, 540, 600}}, State: Agreed}
	v := r.AsVolunteer(own)
	day := period.Day(50)
	if v.Can("grooming.haircut", day) != Certified || v.Can("home.clean", day) != Vouched || v.Identity(day) != RealName || !v.Limits.NoPets || len(v.Exceptions) != 1 || v.Shop != r.Shop {
		t.Errorf("%+v", v)
	}
	if alone := r.AsVolunteer(nil); alone.Can("home.clean", day) != Vouched || alone.Identity(day) != Unknown || alone.State != Active {
		t.Errorf("%+v", alone)
	}
}
