package app

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/ui/uitest"
)

// volunteered makes the owner a volunteer about whom everything can be said that an
// address names: a certificate that waits, a proof, a word of another, a time away, and
// a shop that wants her in its reserve.
func (g *guarded) volunteered(home, shop, owner id.ID) {
	g.Helper()
	ctx, her := context.Background(), db.Actor{Kind: "person", ID: owner}
	today := period.DayOf(g.clock.Now(), flow.DefaultZone)
	v, err := g.Flows.BecomeVolunteer(ctx, her, flow.Becoming{Person: owner, Community: home, How: "page", Skills: []volunteer.Skill{"home.cook", "errand.meal"},
		Profile: volunteer.Profile{Place: g.somewhere(home), Radius: 900, Languages: []volunteer.Language{volunteer.Mandarin}, Windows: []volunteer.Window{{Weekday: time.Monday, From: 540, To: 720}}, About: nasty[0], Likes: nasty[0]}})
	g.must(err)
	g.must(g.Flows.HandCertificate(ctx, her, home, volunteer.Certificate{Person: owner, Skill: "home.cook", Name: wild}, g.paper()))
	g.must(g.Flows.NoteProof(ctx, stranger, home, volunteer.Proof{Person: owner, Kind: volunteer.RealNameProof, Until: today + 100, Words: wild}))
	g.must(g.Flows.OfferReserve(ctx, stranger, home, volunteer.Reserve{Shop: shop, Person: owner, Skills: []volunteer.Skill{"home.clean"}, Windows: []volunteer.Window{{Weekday: time.Friday, From: 840, To: 960}}}))
	g.at(home, func(ctx context.Context, tx *db.Tx) error {
		if err := g.Flows.Volunteers.Vouch(ctx, tx, owner, "errand.meal", nasty[0]); err != nil {
			return err
		}
		_, err := g.Flows.Volunteers.Except(ctx, tx, owner, volunteer.Exception{Kind: volunteer.Away, Words: wild, Span: volunteer.Span{From: tx.Now.Add(48 * time.Hour), To: tx.Now.Add(72 * time.Hour)}})
		return err
	})
	g.read(home, func(ctx context.Context, r db.Reader) error {
		now, err := g.Flows.Volunteers.ByPerson(ctx, r, home, owner)
		if err != nil {
			return err
		}
		papers, err := g.Flows.Volunteers.CertificatesOf(ctx, r, home, owner)
		if err != nil {
			return err
		}
		words, err := g.Flows.Volunteers.VouchesFor(ctx, r, home, owner)
		if err != nil {
			return err
		}
		reserves, err := g.Flows.Volunteers.ReservesIn(ctx, r, home, shop)
		if err != nil {
			return err
		}
		for _, p := range now.Proofs {
			if p.Kind == volunteer.RealNameProof {
				g.holes["proof"] = p.ID.String()
			}
		}
		g.holes["exception"], g.holes["certificate"], g.holes["vouch"], g.holes["reserve"] = now.Exceptions[0].ID.String(), papers[0].ID.String(), words[0].ID.String(), reserves[0].ID.String()
		return nil
	})
	g.holes["volunteer"] = v.ID.String()
	g.holes["/me/volunteer/parts/{part}"], g.holes["/desk/volunteers/{community}/{volunteer}/parts/{part}"] = "words", "words"
}

// somewhere is a place of a community to set out from.
func (g *guarded) somewhere(home id.ID) (at id.ID) {
	g.Helper()
	g.read(id.Tilde, func(ctx context.Context, r db.Reader) error {
		below, err := g.Flows.Communities.Below(ctx, r, home)
		for _, p := range below {
			if p.Kind == community.Grid || p.Kind == community.Building {
				at = p.ID
			}
		}
		return err
	})
	return at
}

// F1: somebody becomes a volunteer in three steps, edits, is away with one tap, is vouched
// for, is looked at by the desk, and stops.
func TestAVolunteerOnThePages(t *testing.T) {
	c, shop := among(t)
	const self, desk = "/me/volunteer", "/desk/volunteers/C1"
	place := c.somewhere(c.home).String()
	// Three steps, of which the second is refused without a place.
	if p := c.thief.get(self + "/join?step=3&skills=errand.parcel"); p.Code != http.StatusUnprocessableEntity || !strings.Contains(p.body, `name="place"`) {
		t.Errorf("the third step without the second: %.2000s", p.body)
	}
	said := url.Values{"step": {"3"}, "skills": {"errand.parcel", "teach.phone"}, "place": {place}, "radius": {"800"}, "weekdays": {"1", "3"}, "parts": {"evening"}}
	if p := c.seen(c.thief, self+"/join?"+said.Encode()); !strings.Contains(p.body, `name="consent"`) || !strings.Contains(p.body, "teach.phone") {
		t.Errorf("the third step: %.2000s", p.body)
	}
	form := []string{"skills", "errand.parcel", "place", place, "radius", "800", "weekdays", "1", "parts", "evening", "languages", "zh", "about", "退休老师"}
	c.told(c.thief, self, "退休老师", form...)
	c.done(c.thief, self, append(form, "consent", "yes")...)
	c.told(c.thief, self, "", append(form, "consent", "yes")...)
	mine := c.seen(c.thief, self)
	if text := uitest.Text(mine.body); !strings.Contains(text, "代取快递") || !strings.Contains(text, "18:30") {
		t.Errorf("her page: %s", text)
	}
	c.edited(self)
	// One tap takes her away for a week, another brings her back.
	c.done(c.thief, self+"/exceptions", "week", "yes")
	v := c.volunteer()
	if len(v.Exceptions) != 1 {
		t.Fatalf("away: %+v", v.Exceptions)
	}
	c.done(c.thief, self+"/exceptions/"+v.Exceptions[0].ID.String()+"/end")
	c.told(c.thief, self+"/exceptions", "", "kind", "away", "from", "2020-01-01", "to", "2020-01-02")
	c.done(c.thief, self+"/exceptions", "kind", "extra", "from", period.DayOf(c.clock.Now().Add(24*time.Hour), flow.DefaultZone).String(), "from_clock", "14:00", "to_clock", "16:00")
	c.done(c.thief, self+"/state", "state", "paused")
	c.done(c.thief, self+"/state", "state", "active")
	// The owner, a member of standing, vouches and takes it back.
	word := "/c/C1/vouch/" + v.ID.String()
	c.told(c.owner, word, "")
	c.done(c.owner, word, "skills", "errand.parcel", "words", "帮我拿过")
	if c.volunteer().Can("errand.parcel", 0) != volunteer.Vouched {
		t.Error("her word does not count")
	}
	if p := c.seen(c.thief, word); strings.Contains(p.body, `name="words"`) {
		t.Error("she is asked to vouch for herself")
	}
	c.looked(desk, v)
	c.inReserve(shop)
	c.done(c.thief, self+"/state", "state", "stopped")
	c.seen(c.thief, self)
	if p := c.thief.get(self + "/parts/wings"); p.Code != http.StatusNotFound {
		t.Errorf("no such part: %d", p.Code)
	}
}

// volunteer is the resident as a volunteer.
func (c *contestant) volunteer() (v *volunteer.Volunteer) {
	c.t.Helper()
	c.view(func(ctx context.Context, r db.Reader) (err error) {
		v, err = c.Flows.Volunteers.ByPerson(ctx, r, c.home, c.who("+86"+thiefPhone).ID)
		return err
	})
	return v
}

// edited changes every part of her profile; an old form does not write over a new one.
func (c *contestant) edited(self string) {
	c.t.Helper()
	seen := func() string { return itoa64(c.volunteer().Version) }
	old := seen()
	for _, part := range []string{"skills", "hours", "place", "words"} {
		c.seen(c.thief, self+"/parts/"+part)
	}
	c.done(c.thief, self+"/parts/skills", "version", old, "skills", "errand.parcel", "skills", "repair.small")
	c.told(c.thief, self+"/parts/skills", "", "version", old, "skills", "errand.parcel")
	c.done(c.thief, self+"/parts/hours", "version", seen(), "windows", "1-1110-1260", "weekdays", "6", "from_hour", "09:00", "to_hour", "11:00", "day_minutes", "120")
	c.told(c.thief, self+"/parts/hours", "", "version", seen(), "weekdays", "6", "from_hour", "11:00", "to_hour", "09:00")
	c.done(c.thief, self+"/parts/place", "version", seen(), "place", c.somewhere(c.home).String(), "radius", "1500", "not", "pets")
	c.done(c.thief, self+"/parts/words", "version", seen(), "languages", "dialect", "about", "退休了")
	v := c.volunteer()
	if len(v.Windows) != 2 || v.Radius != 1500 || !v.Limits.NoPets || v.About != "退休了" || v.Limits.DayMinutes != 120 || v.Can("repair.small", 0) != volunteer.Declared {
		c.t.Errorf("%+v", v.Profile)
	}
}

// looked is what the desk does with a volunteer.
func (c *contestant) looked(desk string, v *volunteer.Volunteer) {
	c.t.Helper()
	at, today := desk+"/"+v.ID.String(), period.DayOf(c.clock.Now(), flow.DefaultZone)
	if p := c.seen(c.clerk, desk+"?skill=repair"); !strings.Contains(p.body, at) {
		c.t.Error("the list does not find her by a branch")
	}
	if p := c.seen(c.clerk, desk+"?skill=home.cook&level=certified"); strings.Contains(p.body, `href="`+at) {
		c.t.Error("the list finds her by what she cannot do")
	}
	c.handed(c.thief, "/me/volunteer/certificates", http.StatusSeeOther, map[string]string{"skill": "repair.small", "name": "木工证"}, "file", []byte("%PDF-1.7 test %%EOF"))
	c.seen(c.clerk, desk+"/new")
	c.told(c.clerk, desk, "没有这人", "who", "没有这人", "place", v.Place.String(), "radius", "800", "consent", "yes")
	c.told(c.clerk, desk+"/invitations", "没有这人", "who", "没有这人")
	c.told(c.clerk, desk+"/invitations", "", "who", thiefPhone)
	var paper *volunteer.Certificate
	c.view(func(ctx context.Context, r db.Reader) error {
		all, err := c.Flows.Volunteers.CertificatesOf(ctx, r, c.home, v.Person)
		if len(all) > 0 {
			paper = all[0]
		}
		return err
	})
	verdict := at + "/certificates/" + paper.ID.String()
	if p := c.clerk.get(verdict); p.Code != http.StatusOK {
		c.t.Errorf("the certificate: %d", p.Code)
	}
	c.told(c.clerk, verdict+"/verdict", "", "verdict", "refused")
	c.done(c.clerk, verdict+"/verdict", "verdict", "accepted", "until", (today + 300).String())
	c.done(c.clerk, at+"/proofs", "kind", "background", "until", (today + 300).String())
	c.told(c.clerk, at+"/proofs", "", "kind", "phone", "until", (today + 300).String())
	now := c.volunteer()
	if now.Can("repair.small", today) != volunteer.Certified || now.Identity(today) != volunteer.Background {
		c.t.Errorf("%+v, %+v", now.Skills, now.Proofs)
	}
	for _, p := range now.Proofs {
		if p.Kind == volunteer.BackgroundProof {
			c.told(c.clerk, at+"/proofs/"+p.ID.String()+"/end", "")
			c.done(c.clerk, at+"/proofs/"+p.ID.String()+"/end", "words", "记错了")
		}
	}
	c.done(c.clerk, at+"/state", "state", "paused")
	c.done(c.clerk, at+"/parts/words", "version", itoa64(now.Version), "languages", "zh", "about", "社区代改")
	c.done(c.clerk, at+"/state", "state", "active")
}

// inReserve is a shop that asks one of its staff, who agrees and leaves.
func (c *contestant) inReserve(shop id.ID) {
	c.t.Helper()
	own := "/shop/" + shop.String() + "/reserve"
	c.grant(thiefPhone, access.Staff, c.home, shop)
	c.until(c.clock.Now().Add(time.Minute))
	c.told(c.owner, own, "", "person", c.volunteer().Person.String(), "skills", "home.windows")
	c.done(c.owner, own, "person", c.volunteer().Person.String(), "skills", "home.windows", "weekdays", "5", "from_hour", "14:00", "to_hour", "16:00")
	var asked *volunteer.Reserve
	c.view(func(ctx context.Context, r db.Reader) error {
		all, err := c.Flows.Volunteers.ReservesOf(ctx, r, c.home, c.volunteer().Person)
		asked = all[0]
		return err
	})
	c.seen(c.thief, "/me/volunteer")
	c.done(c.thief, "/me/volunteer/reserves/"+asked.ID.String()+"/answer", "answer", "agreed")
	c.seen(c.owner, own)
	c.done(c.thief, "/me/volunteer/reserves/"+asked.ID.String()+"/end")
	c.told(c.owner, own+"/"+asked.ID.String()+"/end", "")
}

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }
