package volunteer

import (
	"sync"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Two people vouch at once: both count, each once.
func TestTwoVouchAtOnce(t *testing.T) {
	each(t, func(h *street) {
		h.must(h.join(1))
		vouch := func(by int, s Skill) error {
			return h.as(by, func(tx *db.Tx) error { return h.Vouch(ctx, tx, who(1), s, "给我妈剪过") })
		}
		h.refused("for herself", vouch(1, "grooming.haircut"), ErrOwnVouch)
		h.refused("for what she does not say", vouch(2, "home.cook"), ErrNotHers)
		var wg sync.WaitGroup
		for by := 2; by <= 3; by++ {
			for range 3 {
				wg.Go(func() {
					if err := vouch(by, "grooming.haircut"); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		v := h.of(1)
		if v.Can("grooming.haircut", 0) != Vouched || v.Can("errand.parcel", 0) != Declared || v.Skills[1].Vouches != 2 {
			t.Errorf("%+v", v.Skills)
		}
		var words []Vouch
		h.must(h.env.View(ctx, h.home, func(r db.Reader) (err error) {
			words, err = h.VouchesBy(ctx, r, h.home, who(2))
			return err
		}))
		if len(words) != 1 {
			t.Fatalf("%+v", words)
		}
		back := func(by int, desk bool) error {
			return h.as(by, func(tx *db.Tx) error { return h.Unvouch(ctx, tx, words[0].ID, desk) })
		}
		h.refused("takes another's word back", back(3, false), ErrNoVouch)
		h.must(back(3, true))
		h.refused("twice", back(2, false), ErrNoVouch)
	})
}

func TestCertificatesAreJudged(t *testing.T) {
	each(t, func(h *street) {
		h.must(h.join(1))
		hand := func(s Skill, name string) (c *Certificate, err error) {
			err = h.as(1, func(tx *db.Tx) (err error) {
				c, err = h.Hand(ctx, tx, Certificate{Person: who(1), Skill: s, File: id.ID{7}, Name: name})
				return err
			})
			return c, err
		}
		judge := func(by int, c *Certificate, v Verdict) error {
			return h.as(by, func(tx *db.Tx) error { _, err := h.Judge(ctx, tx, c.ID, v, h.today()); return err })
		}
		_, err := hand("home.cook", "厨师证")
		h.refused("of a skill she does not have", err, ErrNotHers)
		_, err = hand("grooming.haircut", "")
		h.refused("without a name", err, ErrBadCertificate)
		c, err := hand("grooming.haircut", "美发师证")
		h.must(err)
		_, err = hand("grooming.haircut", "再来一张")
		h.refused("while one waits", err, ErrWaiting)
		h.refused("refused without words", judge(2, c, Verdict{}), ErrBadWords)
		h.refused("for ever", judge(2, c, Verdict{Accepted: true, Until: h.today() + 9000}), ErrBadUntil)
		h.refused("by herself", judge(1, c, Verdict{Accepted: true, Until: h.today()}), ErrOwnVerdict)
		until := h.today() + 20
		h.must(judge(2, c, Verdict{Accepted: true, Until: until}))
		h.refused("twice", judge(2, c, Verdict{Words: "看不清"}), ErrJudged)
		if v := h.of(1); v.Can("grooming.haircut", until) != Certified || v.Can("grooming.haircut", until+1) != Declared {
			t.Errorf("%+v", v.Skills)
		}
		lapsing := func() (all []Lapse) {
			h.must(h.env.View(ctx, h.home, func(r db.Reader) (err error) {
				all, err = h.Lapsing(ctx, r, h.home, h.today(), h.today()+RemindBefore)
				return err
			}))
			return all
		}
		if all := lapsing(); len(all) != 1 || all[0].Thing != c.ID || all[0].Until != until {
			t.Fatalf("%+v", all)
		}
		remind := func() (first bool) {
			h.must(h.as(0, func(tx *db.Tx) (err error) { first, err = h.Remind(ctx, tx, c.ID); return err }))
			return first
		}
		if !remind() || remind() || len(lapsing()) != 0 {
			t.Error("she is reminded once")
		}
		second, err := hand("grooming.haircut", "新证")
		h.must(err)
		h.must(judge(2, second, Verdict{Words: "照片看不清，请再拍一张"}))
		var waiting []*Certificate
		h.must(h.env.View(ctx, h.home, func(r db.Reader) (err error) {
			waiting, err = h.Waiting(ctx, r, h.home)
			return err
		}))
		if len(waiting) != 0 {
			t.Errorf("%+v", waiting)
		}
	})
}

func TestProofs(t *testing.T) {
	each(t, func(h *street) {
		h.must(h.join(1))
		prove := func(by int, p Proof) error {
			p.Person = who(1)
			return h.as(by, func(tx *db.Tx) error { _, err := h.Prove(ctx, tx, p, h.today()); return err })
		}
		next := h.today() + 365
		h.must(prove(1, Proof{Kind: PhoneProof}))
		h.refused("her own identity", prove(1, Proof{Kind: RealNameProof, Until: next}), ErrOwnVerdict)
		h.refused("of nothing", prove(2, Proof{Kind: "face", Until: next}), ErrBadProof)
		h.refused("until yesterday", prove(2, Proof{Kind: RealNameProof, Until: h.today() - 1}), ErrBadUntil)
		h.must(prove(2, Proof{Kind: BackgroundProof, Until: next, Words: "看过无犯罪证明"}))
		h.must(prove(2, Proof{Kind: BackgroundProof, Until: next})) // a second tap
		h.must(prove(2, Proof{Kind: FirstAidTraining, Until: h.today() + 10}))
		v := h.of(1)
		if len(v.Proofs) != 3 || v.Identity(h.today()) != Background || !v.FirstAid(h.today()) {
			t.Fatalf("%+v", v.Proofs)
		}
		end := func(words string) error {
			return h.as(2, func(tx *db.Tx) error { return h.Unprove(ctx, tx, who(1), v.Proofs[1].ID, words) })
		}
		h.refused("without a word", end(""), ErrBadWords)
		h.must(end("记错人了"))
		h.refused("twice", end("记错人了"), ErrNoProof)
		if h.of(1).Identity(h.today()) != PhoneKnown {
			t.Error("it is taken back")
		}
		h.must(h.env.View(ctx, h.home, func(r db.Reader) error {
			all, err := h.Lapsing(ctx, r, h.home, h.today(), h.today()+RemindBefore)
			if len(all) != 1 || all[0].Kind != FirstAidTraining {
				t.Errorf("%+v", all)
			}
			return err
		}))
	})
}
