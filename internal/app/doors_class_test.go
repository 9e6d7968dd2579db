package app

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/ui/uitest"
)

// classThings lets the owner teach one class and propose another, and have seats in all the
// states in which there is a form.
func (g *guarded) classThings(home, owner id.ID) {
	g.Helper()
	ctx := context.Background()
	her, anna, zhou := db.Actor{Kind: "person", ID: owner}, g.member(home, "anna"), g.member(home, "zhou")
	soon := g.clock.Now().Add(time.Second)
	dates := func(first time.Time) []activity.Session {
		all := activity.Dates(first, 1, 15)
		return append(append(all, activity.Dates(first.Add(25*time.Minute), 1, 15)...), activity.Dates(first.AddDate(0, 0, 7), 1, 15)...)
	}
	lesson := func(teacher id.ID) activity.Activity {
		return activity.Activity{Kind: activity.Class, Teacher: teacher, Skill: "home.cook", Title: wild, About: nasty[0], Audience: wild, Place: wild, Minutes: 15, Most: 9, Pay: activity.BySeat, Price: 1_00, Sessions: dates(soon)}
	}
	taught := lesson(anna) // one date that is over, one that runs, one that is to come
	taught.Sessions[0].Ends = soon.Add(time.Millisecond)
	taught.Sessions[1] = activity.Session{Begins: soon.Add(2 * time.Millisecond), Ends: soon.Add(15 * time.Minute)}
	open := func(a activity.Activity) (made *activity.Activity) {
		g.at(home, func(ctx context.Context, tx *db.Tx) (err error) {
			if made, err = g.Flows.Activities.Propose(ctx, tx, a, 2_50); err == nil && made.Kind == activity.Class {
				err = g.Flows.Activities.Agree(ctx, tx, made)
			}
			return err
		})
		return made
	}
	called := func(first time.Time, most int) *activity.Activity {
		return open(activity.Activity{Kind: activity.Event, Title: wild, About: nasty[0], Place: wild, Minutes: 15, Most: most, Pay: activity.Free, Sessions: dates(first)})
	}
	join := func(a *activity.Activity, who id.ID) id.ID {
		x, err := g.Flows.JoinClass(ctx, home, stranger, a.ID, who, 1, "")
		g.must(err)
		return x.ID
	}
	mine, other, event, queue, free := open(taught), open(lesson(zhou)), called(soon, 0), called(soon.Add(time.Hour), 1), called(soon.Add(time.Hour), 0)
	proposed, err := g.Flows.ProposeClass(ctx, home, her, lesson(anna), "")
	g.must(err)
	pupil, seat, helper, first := join(mine, zhou), join(other, anna), join(event, anna), join(queue, zhou)
	join(queue, anna)
	g.must(g.Flows.LeaveClass(ctx, home, stranger, nil, first)) // she is offered the seat
	g.clock.Set(soon.Add(5 * time.Millisecond))
	for _, c := range []struct {
		a    *activity.Activity
		seat id.ID
	}{{mine, pupil}, {other, seat}, {event, helper}} {
		g.must(g.Flows.MarkCame(ctx, home, stranger, nil, c.a.ID, c.a.Sessions[0].ID, []id.ID{c.seat}, nil))
		g.must(g.Flows.HoldClass(ctx, home, stranger, nil, c.a.ID, c.a.Sessions[0].ID))
	}
	g.must(g.Flows.MarkCame(ctx, home, stranger, nil, mine.ID, mine.Sessions[1].ID, []id.ID{pupil}, nil))
	g.at(home, func(ctx context.Context, tx *db.Tx) error {
		_, err := g.Flows.Points.Publish(ctx, tx, points.Rule{Sort: points.Volunteering, Name: wild, Words: wild, Points: 10_00, Monthly: 100_00, From: period.DayOf(tx.Now, flow.DefaultZone)})
		return err
	})
	g.must(g.Flows.SweepClasses(ctx, home)) // reminds, so that no sweep finds anything to do
	for _, at := range []string{"/classes/{at}/{activity}", "/c/{community}/classes/{activity}", "/desk/classes/{community}/{activity}"} {
		g.holes[at] = other.ID.String()
	}
	g.holes["/me/classes/{at}/{activity}"], g.holes["/me/classes/{at}/{activity}/sessions/{session}"] = mine.ID.String(), mine.Sessions[1].ID.String()
	g.holes["/classes/{at}/{activity}/seats/{seat}"], g.holes["/desk/classes/{community}/{activity}/seats/{seat}"] = seat.String(), seat.String()
	const session = "/desk/classes/{community}/{activity}/sessions/{session}"
	g.holes[session], g.holes[session+"/seats/{seat}"] = other.Sessions[0].ID.String(), seat.String()
	for name, a := range map[string]*activity.Activity{"mine": mine, "other": other, "event": event, "queue": queue, "free": free, "proposed": proposed} {
		g.holes["class "+name] = a.ID.String()
	}
}

// classStarts are pages of classes that a walk must open: all forms stand on them.
func (g *guarded) classStarts() (all []string) {
	at := g.holes["at"]
	for _, of := range []string{"other", "queue", "free"} {
		all = append(all, "/classes/"+at+"/"+g.holes["class "+of])
	}
	all = append(all, "/me/classes/"+at, "/desk/classes/C1")
	for _, of := range []string{"mine", "proposed"} {
		all = append(all, "/me/classes/"+at+"/"+g.holes["class "+of])
	}
	for _, of := range []string{"mine", "event", "proposed"} {
		all = append(all, "/desk/classes/C1/"+g.holes["class "+of])
	}
	return all
}

// F10: a neighbour says what she can do and proposes a class, the desk agrees, another signs
// up, comes by the digits at the door, it is settled, and she says thanks.
func TestAClassOnThePages(t *testing.T) {
	c, _ := among(t)
	day := (period.DayOf(c.clock.Now(), flow.DefaultZone) + 3).String()
	at := c.home.String()
	class := []string{"skill", "home.cook", "title", "包饺子", "place", "活动室", "day", day, "from", "09:30", "minutes", "60", "weeks", "2", "most", "1", "pay", "seat"}
	c.told(c.owner, "/me/classes/"+at, "包饺子", append(class, "price", "90")...)
	c.told(c.owner, "/me/classes/"+at, "包饺子", append(class, "price", "5", "children", "yes")...)
	c.done(c.owner, "/me/classes/"+at, append(class, "price", "5")...)
	a := c.classCalled("包饺子")
	here, taught, desk := "/classes/"+at+"/"+a.ID.String(), "/me/classes/"+at+"/"+a.ID.String(), "/desk/classes/C1/"+a.ID.String()
	if p := c.thief.get(here); p.Code != http.StatusNotFound {
		t.Errorf("seen before the desk agreed: %d", p.Code)
	}
	c.seen(c.owner, taught)
	c.told(c.clerk, desk+"/refusal", "", "words", "")
	c.done(c.clerk, desk+"/agreement")
	c.told(c.owner, here+"/seats", "")
	c.done(c.thief, here+"/seats")
	if text := uitest.Text(c.seen(c.thief, here).body); !strings.Contains(text, "有位子") {
		t.Errorf("her seat: %s", text)
	}
	c.until(a.Sessions[0].Begins.Add(time.Minute))
	c.told(c.thief, here+"/here", "12", "code", "12")
	c.done(c.thief, here+"/here", "code", a.Sessions[0].Code)
	session := "/sessions/" + a.Sessions[0].ID.String()
	for _, page := range []string{taught, taught + session + "/door"} {
		c.seen(c.owner, page)
	}
	for _, page := range []string{"/desk/classes/C1", desk, desk + "/poster", desk + session + "/sheet", desk + session + "/door"} {
		c.seen(c.clerk, page)
	}
	if p := c.thief.post(taught+session+"/held", "x", "y"); p.Code != http.StatusNotFound {
		t.Errorf("settled by another: %d", p.Code)
	}
	c.done(c.owner, taught+session+"/held")
	c.told(c.thief, here+"/seats/"+c.seatIn(a)+"/thanks", "", "words", "")
	c.done(c.thief, here+"/seats/"+c.seatIn(a)+"/thanks", "words", "学会了")
	if text := uitest.Text(c.seen(c.owner, taught).body); !strings.Contains(text, "学会了") {
		t.Errorf("thanks: %s", text)
	}
	if p := c.browser().get("/c/C1/classes/" + a.ID.String() + "/calendar.ics"); p.Code != http.StatusOK || strings.Count(p.body, "BEGIN:VEVENT") != 2 {
		t.Errorf("the calendar: %d %s", p.Code, p.body)
	}
	if p := c.clerk.get(desk + "/export?format=csv"); p.Code != http.StatusOK || !strings.Contains(p.body, "5.00") {
		t.Errorf("the table: %d %s", p.Code, p.body)
	}
	c.done(c.thief, here+"/seats/"+c.seatIn(a)+"/end")
	for _, page := range []string{"/classes?q=饺子", "/c/C1/classes?kind=class", "/c/C1/classes/" + a.ID.String()} {
		c.seen(c.owner, page)
	}
}

// classCalled is the class of a name.
func (c *contestant) classCalled(title string) (found *activity.Activity) {
	c.t.Helper()
	c.view(func(ctx context.Context, r db.Reader) error {
		all, err := c.Flows.Activities.Ahead(ctx, r, c.home, c.clock.Now())
		for _, a := range all {
			if a.Title == title {
				found = a
			}
		}
		return err
	})
	if found == nil {
		c.t.Fatalf("no class %s", title)
	}
	return found
}

// seatIn is the only sign-up of a class.
func (c *contestant) seatIn(a *activity.Activity) (seat string) {
	c.t.Helper()
	c.view(func(ctx context.Context, r db.Reader) error {
		all, err := c.Flows.Activities.Seats(ctx, r, c.home, a.ID)
		if len(all) > 0 {
			seat = all[0].ID.String()
		}
		return err
	})
	return seat
}
