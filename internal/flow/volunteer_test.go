package flow_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/household"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// volunteers makes a volunteer of somebody at home.
func (w *town) volunteers(who id.ID) (v *volunteer.Volunteer) {
	w.t.Helper()
	v, err := w.BecomeVolunteer(ctx, db.Actor{Kind: "person", ID: who}, flow.Becoming{Person: who, Community: w.home, How: "page", Skills: []volunteer.Skill{"grooming.haircut", "errand.parcel"},
		Profile: volunteer.Profile{Place: w.home, Radius: 500, Languages: []volunteer.Language{volunteer.Mandarin}, Windows: []volunteer.Window{{Weekday: time.Monday, From: 540, To: 720}}}})
	w.must(err)
	return v
}

func (w *town) volunteer(who id.ID) (v *volunteer.Volunteer, err error) {
	err = w.DB.View(ctx, w.home, func(r db.Reader) error {
		v, err = w.Volunteers.ByPerson(ctx, r, w.home, who)
		return err
	})
	return v, err
}

func (w *town) today() period.Day { return period.DayOf(w.env.Clock.Now(), flow.DefaultZone) }

// certified hands a certificate in and returns it.
func (w *town) certified(who id.ID) (c *volunteer.Certificate) {
	w.t.Helper()
	f, err := attachment.Document("paper.pdf", []byte("%PDF-1.7 test %%EOF"))
	w.must(err)
	w.must(w.HandCertificate(ctx, db.Actor{Kind: "person", ID: who}, w.home, volunteer.Certificate{Person: who, Skill: "grooming.haircut", Name: "美发师证"}, f))
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		all, err := w.Volunteers.CertificatesOf(ctx, r, w.home, who)
		c = all[0]
		return err
	}))
	return c
}

// F1: who becomes a volunteer has agreed; the desk's word is told; what ends is told
// once; whoever takes the consent back is no volunteer any more, with her files.
func TestAVolunteersLife(t *testing.T) {
	inTown(t, func(w *town) {
		anna, desk := w.known("安娜", "+8613800000001", "anna"), db.Actor{Kind: "person", ID: id.ID{9, 9}}
		stranger := w.known("路人", "+8613800000009", "nobody")
		if _, err := w.BecomeVolunteer(ctx, desk, flow.Becoming{Person: stranger, Community: w.home, How: "paper"}); !errors.Is(err, flow.ErrNoMember) {
			t.Errorf("who is no member: %v", err)
		}
		if _, err := w.BecomeVolunteer(ctx, desk, flow.Becoming{Person: anna, Community: w.home, Profile: volunteer.Profile{Place: w.away}}); !errors.Is(err, flow.ErrOutside) {
			t.Errorf("from another community: %v", err)
		}
		v := w.volunteers(anna)
		var allowed bool
		w.must(w.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
			allowed, err = w.Privacy.Allowed(ctx, r, anna, privacy.Volunteering)
			return err
		}))
		if now, err := w.volunteer(anna); err != nil || !allowed || now.Identity(w.today()) != volunteer.PhoneKnown || now.Member != w.member("anna").ID {
			t.Errorf("%+v, %v, allowed %v", now, err, allowed)
		}
		c := w.certified(anna)
		w.must(w.JudgeCertificate(ctx, desk, w.home, c.ID, volunteer.Verdict{Accepted: true, Until: w.today() + 20}))
		w.must(w.NoteProof(ctx, desk, w.home, volunteer.Proof{Person: anna, Kind: volunteer.RealNameProof, Until: w.today() + 300}))
		w.must(w.TendVolunteers(ctx, w.home))
		w.must(w.TendVolunteers(ctx, w.home))
		for kind, n := range map[string]int{"volunteer.accepted": 1, "volunteer.proved": 1, "volunteer.lapsing": 1} {
			if got := w.staged(w.home, kind); got != n {
				t.Errorf("%d of %s, want %d", got, kind, n)
			}
		}
		if err := w.InviteVolunteer(ctx, desk, w.home, anna); !errors.Is(err, volunteer.ErrThere) {
			t.Errorf("she helps already: %v", err)
		}
		chapters, err := w.Told(ctx, anna)
		w.must(err)
		told := false
		for _, x := range chapters {
			for _, row := range x.Rows {
				told = told || x.File == "volunteering.json" && strings.Contains(strings.Join(row, " "), "美发师证")
			}
		}
		if !told {
			t.Error("she is not told of her certificate")
		}
		w.must(w.ChangeVolunteer(ctx, desk, w.home, anna, v.Version, func(p *volunteer.Profile) { p.Radius = 700 }))
		w.must(w.Withdraw(ctx, db.Actor{Kind: "person", ID: anna}, anna, privacy.Volunteering))
		_, err = w.volunteer(anna)
		gone := w.DB.View(ctx, w.home, func(r db.Reader) error { _, err := w.Files.ByID(ctx, r, w.home, c.File); return err })
		if !errors.Is(err, volunteer.ErrNotFound) || !errors.Is(gone, attachment.ErrNotFound) {
			t.Errorf("she took it back: %v, her file %v", err, gone)
		}
		w.volunteers(anna)
		if _, err := w.AskErasure(ctx, db.Actor{Kind: "person", ID: anna}, anna, true); err != nil {
			t.Fatal(err)
		}
		if _, err := w.volunteer(anna); !errors.Is(err, volunteer.ErrNotFound) {
			t.Errorf("she is forgotten: %v", err)
		}
	})
}

// Whose word counts: a member of standing, but not herself and not her household.
func TestWhoMayVouch(t *testing.T) {
	inTown(t, func(w *town) {
		anna, ben := w.known("安娜", "+8613800000001", "anna"), w.known("本", "+8613800000002", "ben")
		stranger := w.known("路人", "+8613800000009", "nobody")
		w.volunteers(anna)
		vouch := func(by id.ID) error {
			return w.VouchFor(ctx, db.Actor{Kind: "person", ID: by}, w.home, anna, []volunteer.Skill{"grooming.haircut"}, "")
		}
		for says, c := range map[string]struct {
			by   id.ID
			want error
		}{"herself": {anna, volunteer.ErrOwnVouch}, "no member": {stranger, flow.ErrNoStanding}, "a neighbour": {ben, nil}} {
			if err := vouch(c.by); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", says, err, c.want)
			}
		}
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			if _, err := w.Access.Give(ctx, tx, access.Grant{Person: stranger, Role: access.GridWorker, Place: w.home, Grantor: "test", Reason: "test"}); err != nil {
				return err
			}
			h, _, err := w.Households.Add(ctx, tx, household.Household{Home: w.home, Place: w.home, Ref: "1-101", Door: "1 号楼 101"})
			for _, who := range []id.ID{anna, ben} {
				if err == nil {
					_, _, err = w.Households.MoveIn(ctx, tx, household.Residence{Household: h.ID, Person: who, Relation: household.Head})
				}
			}
			return err
		}))
		if err := vouch(stranger); err != nil {
			t.Errorf("a grid worker: %v", err)
		}
		if err := vouch(ben); !errors.Is(err, flow.ErrSameHousehold) {
			t.Errorf("her household: %v", err)
		}
	})
}

// F6: a shop asks one of its staff, who agrees; who leaves the shop leaves its reserve.
func TestAShopKeepsAReserve(t *testing.T) {
	inTown(t, func(w *town) {
		owner, shop := w.owner("bakery", 1), w.shop("bakery")
		anna := w.known("安娜", "+8613800000001", "anna")
		offer := func() error {
			return w.OfferReserve(ctx, db.Actor{Kind: "person", ID: owner}, w.home, volunteer.Reserve{Shop: shop.ID, Person: anna, Skills: []volunteer.Skill{"home.clean"}, Windows: []volunteer.Window{{Weekday: time.Friday, From: 840, To: 960}}})
		}
		if err := offer(); !errors.Is(err, flow.ErrNotStaff) {
			t.Errorf("who does not work there: %v", err)
		}
		var g *access.Grant
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
			g, err = w.Access.Give(ctx, tx, access.Grant{Person: anna, Role: access.Staff, Place: w.home, Subject: shop.ID, Grantor: "test", Reason: "test"})
			return err
		}))
		w.must(offer())
		var r *volunteer.Reserve
		find := func() *volunteer.Reserve {
			w.must(w.DB.View(ctx, w.home, func(rd db.Reader) error {
				all, err := w.Volunteers.ReservesOf(ctx, rd, w.home, anna)
				r = all[0]
				return err
			}))
			return r
		}
		if err := w.AnswerReserve(ctx, db.Actor{Kind: "person", ID: owner}, w.home, find().ID, true, ""); !errors.Is(err, volunteer.ErrNotYours) {
			t.Errorf("the owner answers for her: %v", err)
		}
		w.must(w.AnswerReserve(ctx, db.Actor{Kind: "person", ID: anna}, w.home, r.ID, true, ""))
		w.must(w.TendVolunteers(ctx, w.home))
		if find().State != volunteer.Agreed {
			t.Errorf("%+v", r)
		}
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return w.Access.End(ctx, tx, g.ID, "test", "test") }))
		w.must(w.TendVolunteers(ctx, w.home))
		if find().State != volunteer.Ended {
			t.Errorf("she does not work there any more: %+v", r)
		}
		if a, b := w.staged(w.home, "reserve.asked"), w.staged(w.home, "reserve.answered"); a != 1 || b != 1 {
			t.Errorf("%d asked, %d answered", a, b)
		}
	})
}
