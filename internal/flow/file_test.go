package flow_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// photo is a small picture as the house keeps it.
func photo(t testing.TB) *attachment.File {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	f, err := attachment.Paper("照片.png", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// lie counts which of some files lie in the database.
func (w *town) lie(files ...id.ID) (n int) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		for _, f := range files {
			switch _, err := w.Files.Facts(ctx, r, w.home, f); {
			case err == nil:
				n++
			case !errors.Is(err, attachment.ErrNotFound):
				return err
			}
		}
		return nil
	}))
	return n
}

// papers lists the documents of an application that are there.
func (w *alley) papers(x id.ID) (all []*alliance.Document) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Alliance.Documents(ctx, r, w.home, x); return err }))
	return all
}

// filesOf are the files of documents.
func filesOf(all []*alliance.Document) (files []id.ID) {
	for _, d := range all {
		files = append(files, d.File)
	}
	return files
}

// TestAPaperIsTakenBack: what an applicant took back is gone with its file; nobody
// else takes it back, or reads it as a paper of another application.
func TestAPaperIsTakenBack(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Resigned)
		first, second := w.somebody("first", 91), w.somebody("second", 92)
		x, err := w.ApplyForSeat(ctx, w.home, as(first), w.opening("wine").ID, id.ID{})
		w.must(err)
		y, err := w.ApplyForSeat(ctx, w.home, as(second), w.opening("wine").ID, id.ID{})
		w.must(err)
		shot := photo(t)
		_, err = w.AddPaper(ctx, w.home, as(first), x.ID, alliance.Licence, nil)
		wants(t, "no file", err, attachment.ErrNoFile)
		_, err = w.AddPaper(ctx, w.home, as(second), x.ID, alliance.Licence, shot)
		wants(t, "a paper for another", err, alliance.ErrNotYours)
		d, err := w.AddPaper(ctx, w.home, as(first), x.ID, alliance.Licence, shot)
		w.must(err)
		read, err := w.Paper(ctx, w.home, x.ID, d.ID)
		if err != nil || !bytes.Equal(read.Content, shot.Content) || d.SHA256 != shot.Hash || d.Name != "照片.png" {
			t.Errorf("%+v, %v", d, err)
		}
		_, err = w.Paper(ctx, w.home, y.ID, d.ID)
		wants(t, "as a paper of another application", err, alliance.ErrNoPaper)
		wants(t, "by another", w.DropPaper(ctx, w.home, as(second), x.ID, d.ID), alliance.ErrNotYours)
		wants(t, "from another application", w.DropPaper(ctx, w.home, as(second), y.ID, d.ID), alliance.ErrNoPaper)
		if w.lie(d.File) != 1 {
			t.Error("the file went without its paper")
		}
		w.must(w.DropPaper(ctx, w.home, as(first), x.ID, d.ID))
		_, err = w.Paper(ctx, w.home, x.ID, d.ID)
		wants(t, "taken back", err, alliance.ErrNoPaper)
		if w.lie(d.File) != 0 {
			t.Error("the file lies there still")
		}
	})
}

// TestPicturesOfPoints: a picture is seen as what it shows and as nothing else; that
// of a claim goes with who complained (A7).
func TestPicturesOfPoints(t *testing.T) {
	inTown(t, func(w *town) {
		w.pilot()
		w.give("anna", 1_000)
		shot := photo(t)
		g, err := w.AddGood(ctx, w.home, office, points.Good{Kind: points.Item, Name: "香油", Unit: "瓶", Supplier: w.shop("bakery").ID,
			Terms: points.Terms{Points: 100, Cost: 1_500, From: w.day(), Counter: w.shop("fruit").ID}}, shot)
		w.must(err)
		terms := g.Terms
		terms.Reason = "换一张图"
		w.must(w.SetTerms(ctx, w.home, office, g.ID, terms, shot))
		terms.Counter = id.ID{77}
		wants(t, "collected nowhere", w.SetTerms(ctx, w.home, office, g.ID, terms, nil), points.ErrBadTerms)
		var now points.Good
		var b points.Batch
		w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error {
			b, err = w.Points.Deliver(ctx, tx, points.Batch{Good: g.ID, Quantity: 2, Document: "S-1"})
			return err
		}))
		w.must(w.CheckBatch(ctx, w.home, inspector, b.ID, points.Check{Passed: true, Sample: 1}, shot))
		r, err := w.redeem("anna", g.ID, "a")
		w.must(err)
		_, err = w.HandGoods(ctx, w.home, office, r.Counter, r.ID)
		w.must(err)
		w.must(w.Complain(ctx, w.home, db.System, flow.Complaint{Member: r.Member, Redemption: r.ID, Words: "漏油", Picture: shot}))
		w.must(w.DB.View(ctx, w.home, func(rd db.Reader) error {
			found, err := w.Points.Good(ctx, rd, w.home, g.ID)
			if err != nil {
				return err
			}
			if b, err = w.Points.Batch(ctx, rd, w.home, b.ID); err != nil {
				return err
			}
			now = *found
			r, err = w.Points.ByID(ctx, rd, w.home, r.ID)
			return err
		}))
		shown := map[points.Shown][]id.ID{points.OfGood: {g.Terms.Picture, now.Terms.Picture}, points.OfCheck: {b.Check.Picture}, points.OfClaim: {r.Claim.Picture}}
		for of, pictures := range shown {
			for _, picture := range pictures {
				for as := range shown {
					f, err := w.PointsPicture(ctx, w.home, picture, as)
					if as == of && (err != nil || !bytes.Equal(f.Content, shot.Content)) {
						t.Errorf("the picture of a %s: %v", of, err)
					}
					if as != of {
						wants(t, "the picture of a "+string(of)+" as one of a "+string(as), err, points.ErrNoPicture)
					}
				}
			}
		}
		wants(t, "no picture", w.pictureOf(id.ID{}, points.OfGood), points.ErrNoPicture)
		w.env.Clock.Advance(time.Hour)
		w.must(w.ForgetPerson(ctx, flow.Forgotten{Members: []flow.ForgottenMember{{Community: w.home, Member: r.Member}}}))
		if w.lie(r.Claim.Picture) != 0 || w.lie(g.Terms.Picture, now.Terms.Picture, b.Check.Picture) != 3 {
			t.Errorf("of the claim %d, of the others %d", w.lie(r.Claim.Picture), w.lie(g.Terms.Picture, now.Terms.Picture, b.Check.Picture))
		}
		w.must(w.DB.View(ctx, w.home, func(rd db.Reader) error {
			left, err := w.Points.ByID(ctx, rd, w.home, r.ID)
			if err == nil && (left.Claim.Words != "" || !left.Claim.Picture.IsZero()) {
				t.Errorf("the claim still says %+v", left.Claim)
			}
			return err
		}))
	})
}

func (w *town) pictureOf(picture id.ID, as points.Shown) error {
	_, err := w.PointsPicture(ctx, w.home, picture, as)
	return err
}
