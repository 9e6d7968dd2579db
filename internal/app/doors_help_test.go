package app

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/project"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// scriptedHelp are the forms of the time bank and of service hours that no page of the
// house holds.
var scriptedHelp = map[string]string{
	"/me/hours/{at}/home": "an amount, on the page of who is a visitor in a community",
	"/desk/help/{community}/requests/{request}/{assignment}/undoing":   "a reason, on the page of an accepted service: a walk opens three others",
	"/desk/projects/{community}/{project}/months/{month}/payment":      "an amount and a slip, for a month of which something is owed",
	"/desk/projects/{community}/{project}/plans":                       "plans that are chosen, where some serve no project",
	"/desk/projects/{community}/{project}/plans/release":               "plans that are chosen, a day and a reason, where some serve it",
	"/office/projects/{community}/{project}/agreement":                 "a button of the street office",
	"/office/projects/{community}/{project}/refusal":                   "a reason, of the street office",
	"/office/projects/{community}/{project}/end":                       "a reason, of the street office",
	"/office/projects/{community}/{project}/months/{month}/acceptance": "a button of the street office",
	"/office/projects/{community}/{project}/months/{month}/objection":  "a reason, of the street office",
}

// neighbour is somebody who asks for help and helps.
type neighbour struct {
	as     db.Actor
	member id.ID
}

// neighbour makes a member of a community who can do everything on every day.
func (g *guarded) neighbour(home id.ID, name, phone string) neighbour {
	g.Helper()
	ctx, n := context.Background(), neighbour{}
	g.at(id.Tilde, func(ctx context.Context, tx *db.Tx) error {
		if err := g.Flows.Members.Reserve(ctx, tx, name, home); err != nil {
			return err
		}
		p, err := g.Flows.People.Register(ctx, tx, person.Person{Name: "周建军", Phone: phone})
		if err != nil {
			return err
		}
		n.as = db.Actor{Kind: "person", ID: p.ID}
		return g.Flows.People.Link(ctx, tx, p.ID, name, home)
	})
	g.at(home, func(ctx context.Context, tx *db.Tx) error {
		m, _, err := g.Flows.Members.Join(ctx, tx, member.Member{Ref: name, Standing: member.Good, Level: policy.Silver})
		if err == nil {
			n.member = m.ID
		}
		return err
	})
	var always []volunteer.Window
	for d := range time.Saturday + 1 {
		always = append(always, volunteer.Window{Weekday: d, From: 8 * 60, To: 20 * 60})
	}
	_, err := g.Flows.BecomeVolunteer(ctx, n.as, flow.Becoming{Person: n.as.ID, Community: home, How: "page", Skills: []volunteer.Skill{"errand.parcel", "errand.shopping"},
		Profile: volunteer.Profile{Place: g.somewhere(home), Radius: 2000, Windows: always, Languages: []volunteer.Language{volunteer.Mandarin}, About: nasty[0]}})
	g.must(err)
	return n
}

// helpLife is what a time bank does between some neighbours.
type helpLife struct {
	*guarded
	home id.ID
}

// asks asks for a kind, a second after the one before.
func (l *helpLife) asks(who neighbour, kind string, in time.Duration) *timebank.Request {
	l.Helper()
	l.clock.Advance(time.Second)
	at := l.clock.Now().Add(in)
	q, err := l.Flows.AskHelp(context.Background(), l.home, who.as, flow.HelpWish{Kind: kind, Member: who.member, Entered: timebank.BySelf, From: at, Until: at, Words: nasty[0], Beyond: true,
		Door: timebank.Door{Door: "1 号楼 101", Contact: wild, Hints: nasty[0]}}, "")
	l.must(err)
	return q
}

// promises takes a request.
func (l *helpLife) promises(who neighbour, q *timebank.Request) *timebank.Assignment {
	l.Helper()
	a, err := l.Flows.TakeHelp(context.Background(), l.home, who.as, who.member, q.ID)
	l.must(err)
	return a
}

// begins comes to the door, with the code.
func (l *helpLife) begins(who neighbour, a *timebank.Assignment) {
	l.Helper()
	l.must(l.Flows.BeginHelp(context.Background(), l.home, who.as, who.member, a.ID, flow.CheckIn{Code: a.Code}))
}

// proves shows with a picture what was done.
func (l *helpLife) proves(who neighbour, a *timebank.Assignment) (picture string) {
	l.Helper()
	l.must(l.Flows.ProveHelp(context.Background(), l.home, who.as, who.member, a.ID, l.photo()))
	l.read(l.home, func(ctx context.Context, r db.Reader) error {
		all, err := l.Flows.TimeBank.Proofs(ctx, r, l.home, a.ID)
		picture = all[0].String()
		return err
	})
	return picture
}

// finishes says that it is done.
func (l *helpLife) finishes(who neighbour, a *timebank.Assignment) {
	l.Helper()
	l.must(l.Flows.FinishHelp(context.Background(), l.home, who.as, who.member, a.ID, nasty[0]))
}

// helped lets the owner ask and help, so that each page of the time bank holds all of its
// forms between what she can name: of what she asked for one is done, one disputed, and to
// one, which takes two, the only helper did not come; of what she gave one is promised and
// one begun; she is asked for another. The desk has one in which a helper was missed.
func (g *guarded) helped(home, owner id.ID) {
	g.Helper()
	ctx, l := context.Background(), &helpLife{g, home}
	var own, pair timebank.Kind
	g.at(home, func(ctx context.Context, tx *db.Tx) (err error) {
		if _, err = g.Flows.Communities.Decide(ctx, tx, community.Switch{Capability: community.TimeBank, On: true, Reason: "test"}); err != nil {
			return err
		}
		if own, err = g.Flows.TimeBank.SaveKind(ctx, tx, timebank.Kind{Name: wild, About: nasty[0], Standard: nasty[0], Minutes: 15, People: 1, Price: timebank.Basic, Proof: true}); err != nil {
			return err
		}
		pair, err = g.Flows.TimeBank.SaveKind(ctx, tx, timebank.Kind{Name: "两个人抬", Standard: nasty[0], Minutes: 15, People: 2, Price: timebank.Basic})
		return err
	})
	anna := neighbour{db.Actor{Kind: "person", ID: owner}, g.member(home, "anna")}
	zhou, min := g.neighbour(home, "zhou", "+8613711370001"), g.neighbour(home, "min", "+8613711370002")
	done, bad := l.asks(anna, own.Key, 0), l.asks(anna, "errand", 0)
	served := l.promises(zhou, done)
	l.begins(zhou, served)
	picture := l.proves(zhou, served)
	l.finishes(zhou, served)
	g.must(g.Flows.ReportHelp(ctx, home, zhou.as, zhou.member, served.ID, timebank.Hurt, nasty[0]))
	g.must(g.Flows.RemarkHelp(ctx, home, zhou.as, zhou.member, served.ID, nasty[0]))
	badly := l.promises(zhou, bad)
	l.begins(zhou, badly)
	l.finishes(zhou, badly)
	g.must(g.Flows.DisputeHelp(ctx, home, anna.as, anna.member, badly.ID, nasty[0]))
	late, missed := l.asks(anna, pair.Key, 0), l.asks(min, "parcel", 0)
	l.promises(min, late)
	g.must(g.Flows.MissHelp(ctx, home, min.as, min.member, l.promises(zhou, missed).ID, nasty[0]))
	l.certified(anna, min, own.Key)
	l.contracted(own.Key)
	l.gives(anna, zhou, own.Key)
	g.must(g.Flows.PlanHelp(ctx, home, anna.as, timebank.Plan{Kind: "call", Asker: anna.member, Entered: timebank.BySelf, Weekdays: 1, Minute: 600, Words: nasty[0], Door: timebank.Door{Door: "1 号楼 101"},
		First: period.DayOf(g.clock.Now(), flow.DefaultZone) + 20, Last: period.DayOf(g.clock.Now(), flow.DefaultZone) + 40}, ""))
	for _, at := range []string{"/help/asked/{at}/{request}", "/desk/help/{community}/requests/{request}"} {
		g.holes[at], g.holes[at+"/{assignment}"], g.holes[at+"/{assignment}/proof/{file}"] = done.ID.String(), served.ID.String(), picture
	}
	g.holes["/desk/help/{community}/kinds/{kind}"] = own.Key
	g.holes["disputed"], g.holes["late"], g.holes["missed"] = bad.ID.String(), late.ID.String(), missed.ID.String()
	g.read(home, func(ctx context.Context, r db.Reader) error {
		plans, err := g.Flows.TimeBank.PlansOf(ctx, r, home, anna.member)
		if err != nil {
			return err
		}
		incidents, err := g.Flows.TimeBank.Incidents(ctx, r, home, g.clock.Now())
		g.holes["/help/plans/{at}/{plan}"], g.holes["incident"] = plans[0].ID.String(), incidents[0].ID.String()
		return err
	})
}

// certified lets the owner help once more and have it certified; the desk can take both
// back.
func (l *helpLife) certified(who, asker neighbour, kind string) {
	l.Helper()
	ctx, today := context.Background(), period.DayOf(l.clock.Now(), flow.DefaultZone)
	q := l.asks(asker, kind, 0)
	a := l.promises(who, q)
	l.begins(who, a)
	l.proves(who, a)
	l.finishes(who, a)
	l.must(l.Flows.AcceptHelp(ctx, l.home, asker.as, asker.member, a.ID))
	c, err := l.Flows.IssueCertificate(ctx, l.home, who.as, flow.CertificateWish{Member: who.member, First: today, Last: today, Naming: certificate.InFull}, "")
	l.must(err)
	l.holes["accepted"] = q.ID.String()
	for _, at := range []string{"/verify/hours/{community}/{certificate}", "/desk/papers/{community}/certificates/{certificate}"} {
		l.holes[at] = c.ID.String()
	}
	l.holes["/me/hours/{at}/certificates/{certificate}"] = c.ID.String()
	l.holes["/desk/papers/{community}/members/{member}"], l.holes["year"] = who.member.String(), strconv.Itoa(l.clock.Now().Year())
}

// contracted lets the desk propose two livelihood projects: one waits for the orderer, one is
// under way.
func (l *helpLife) contracted(kind string) {
	l.Helper()
	ctx, today := context.Background(), period.DayOf(l.clock.Now(), flow.DefaultZone)
	propose := func(title string) (made id.ID) {
		l.clock.Advance(time.Second)
		l.must(l.Flows.ProposeProject(ctx, l.home, stranger, project.Contract{Title: title, Orderer: wild, Scope: nasty[0], Standard: nasty[0], People: 5, First: today.Plus(-2), Last: today + 60, Ceiling: 1_000_00,
			ReportDays: 5, Lines: []project.Line{{Kind: kind, Price: 12_00}}}, ""))
		l.read(l.home, func(ctx context.Context, r db.Reader) error {
			all, err := l.Flows.Projects.All(ctx, r, l.home)
			made = all[0].ID
			return err
		})
		return made
	}
	runs, waits := propose("送餐"+wild), propose("取药"+wild)
	l.must(l.Flows.AnswerProject(ctx, l.home, db.System, runs, project.Agreed, ""))
	last := today.Month() - 1
	for _, m := range []period.Month{last, last - 1} {
		l.must(l.Flows.ReportProject(ctx, l.home, stranger, runs, m, nasty[0]))
	}
	l.must(l.Flows.JudgeProject(ctx, l.home, db.System, runs, last-1, 1, project.Accepted, ""))
	for _, at := range []string{"/desk/projects/{community}/{project}", "/office/projects/{community}/{project}"} {
		l.holes[at], l.holes[at+"/months/{month}"] = runs.String(), last.String()
	}
	l.holes["waits"] = waits.String()
}

// gives lets the owner help: one promised, one begun, one that she is asked for, one that
// she can take.
func (l *helpLife) gives(who, asker neighbour, kind string) {
	l.Helper()
	l.promises(who, l.asks(asker, kind, 0))
	begun := l.promises(who, l.asks(asker, kind, 20*time.Minute))
	l.begins(who, begun)
	at := "/help/given/{at}/{assignment}"
	l.holes[at], l.holes[at+"/proof/{file}"] = begun.ID.String(), l.proves(who, begun)
	asked := l.asks(asker, kind, 2*time.Hour)
	l.at(l.home, func(ctx context.Context, tx *db.Tx) error {
		o, err := l.Flows.TimeBank.Offer(ctx, tx, timebank.Offer{Request: asked.ID, Helper: who.member, Reasons: "[]", Until: tx.Now.Add(100 * time.Hour)})
		l.holes["/help/offers/{at}/{offer}"] = o.ID.String()
		return err
	})
	l.holes["/help/open/{at}/{request}"] = l.asks(asker, kind, 4*time.Hour).ID.String()
}

// settled lets the sweeps of the time bank do what is due, so that they find nothing to
// do while a test looks whether anything changes.
func (g *guarded) settled(home id.ID) {
	g.Helper()
	g.must(g.Flows.SweepHelp(context.Background(), home))
	g.must(g.Flows.FindHelpers(context.Background(), home))
	g.must(g.Flows.WatchGaps(context.Background(), home))
}

// helpStarts are pages of the time bank that a walk must open: all forms stand on them.
func (g *guarded) helpStarts() []string {
	asked, desk := "/help/asked/"+g.holes["at"]+"/", "/desk/help/C1/requests/"
	return []string{asked + g.holes["/help/asked/{at}/{request}"], asked + g.holes["disputed"], asked + g.holes["late"], desk + g.holes["disputed"], desk + g.holes["late"], desk + g.holes["missed"], desk + g.holes["accepted"], "/me/hours/papers",
		"/desk/papers/C1/members/" + g.holes["/desk/papers/{community}/members/{member}"], "/desk/projects/C1/" + g.holes["/desk/projects/{community}/{project}"] + "/months/" + g.holes["/desk/projects/{community}/{project}/months/{month}"],
		"/help", "/help/given", "/help/open/" + g.holes["at"] + "/" + g.holes["/help/open/{at}/{request}"], "/help/plans/new?kind=call", "/desk/help/C1", "/desk/help/C1/new", "/field/help", "/desk/gaps/C1", "/desk/gaps/C1/history", "/c/C1/help"}
}

// A4, A7: who acts for the owner reads on the tab of help, and is led to, what she agreed
// to, and no more; nobody promises in her name.
func TestAHelperReadsOfHelpWhatWasAgreedTo(t *testing.T) {
	g := newGuarded(t)
	owner, helper := g.who("+86"+ownerPhone).ID, g.who("+86"+thiefPhone).ID
	for _, c := range []struct {
		scope         assist.Scope
		shows, hidden []string
	}{
		{assist.Order, []string{"/help/ask?"}, []string{"/help/asked", "/help/given", "/help/offers", "/help/open", "/me/hours"}},
		{assist.See, []string{"/help/asked", "/me/hours"}, []string{"/help/ask?", "/help/given", "/help/offers", "/help/open"}},
	} {
		given, err := g.Flows.GiveConsent(t.Context(), db.Actor{Kind: "person", ID: owner}, assist.Consent{Subject: owner, Helper: helper, Basis: assist.Guardian, Given: assist.OwnPhone, Scopes: []assist.Scope{c.scope},
			Until: g.clock.Now().AddDate(0, 1, 0)})
		g.must(err)
		if p := g.thief.post("/assist/sessions", "consent", given.ID.String(), "reason", "看一看"); p.Code != http.StatusSeeOther {
			t.Fatalf("no session: %d", p.Code)
		}
		page := g.thief.get("/help")
		for _, link := range c.shows {
			if !strings.Contains(page.body, `href="`+link) {
				t.Errorf("%s: no way to %s", c.scope, link)
			}
		}
		_, main, _ := strings.Cut(page.body, "<main")
		for _, link := range c.hidden {
			if strings.Contains(main, `href="`+link) {
				t.Errorf("%s: a way to %s", c.scope, link)
			}
		}
		g.must(g.Flows.RevokeConsent(t.Context(), db.Actor{Kind: "person", ID: owner}, given.ID, "", false))
	}
}
