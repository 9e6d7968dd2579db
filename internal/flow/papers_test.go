package flow_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// served lets whoever is asked first walk with Wang for an hour, and Wang accept it.
func (h *helping) served() (name string, a *timebank.Assignment) {
	h.t.Helper()
	q := h.asked("walk", 2*time.Hour)
	a = h.accepted(q)
	h.env.Clock.Advance(2 * time.Hour)
	h.serve(a, time.Hour)
	h.must(h.AcceptHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID))
	for n, m := range h.members {
		if m == a.Helper {
			name = n
		}
	}
	return name, a
}

// F8: a certificate counts accepted services only, is sealed in the log, and does not hold
// any more when a service in it is taken back; verify finds what was changed behind it.
func TestACertificateOfHours(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		today := period.DayOf(h.env.Clock.Now(), flow.DefaultZone)
		wish := flow.CertificateWish{Member: h.members["chen"], First: today, Last: today, Naming: certificate.Masked}
		issue := func(w flow.CertificateWish) (*certificate.Certificate, error) {
			return h.IssueCertificate(ctx, h.c1, h.actor("chen"), w, "")
		}
		if _, err := issue(wish); !errors.Is(err, certificate.ErrNothing) {
			t.Errorf("without a service: %v", err)
		}
		name, a := h.served()
		wish.Member = h.members[name]
		for what, c := range map[string]struct {
			change func(w *flow.CertificateWish)
			want   error
		}{
			"to come":    {func(w *flow.CertificateWish) { w.Last++ }, certificate.ErrBadDays},
			"backwards":  {func(w *flow.CertificateWish) { w.First++ }, certificate.ErrBadDays},
			"no naming":  {func(w *flow.CertificateWish) { w.Naming = "" }, certificate.ErrBadNaming},
			"other days": {func(w *flow.CertificateWish) { w.First, w.Last = w.First-9, w.Last-9 }, certificate.ErrNothing},
		} {
			w := wish
			if c.change(&w); true {
				if _, err := issue(w); !errors.Is(err, c.want) {
					t.Errorf("%s: %v, want %v", what, err, c.want)
				}
			}
		}
		c, err := issue(wish)
		h.must(err)
		if c.Minutes() != 60 || len(c.Lines) != 1 || c.Credited() != 60 || c.Number != 1 || !strings.HasSuffix(c.Name, "＊") {
			t.Errorf("certified %+v", c)
		}
		for n := range 5 { // five a day, with the first one
			if _, err := issue(wish); errors.Is(err, certificate.ErrDayMost) != (n == 4) {
				t.Errorf("certificate %d of the day: %v", n+2, err)
			}
		}
		if all, err := h.CertificatesOf(ctx, h.c1, wish.Member); err != nil || len(all) != 5 || !all[0].Good() || all[0].Number != 5 {
			t.Errorf("hers: %+v, %v", all, err)
		}
		check := func() flow.CertificateCheck {
			now, err := h.CheckCertificate(ctx, h.c1, c.ID)
			h.must(err)
			return now
		}
		if now := check(); !now.Good() || now.Digest() != c.Digest() {
			t.Errorf("as it was given: %+v", now)
		}
		if err := h.UndoHelp(ctx, h.c1, h.actor("min"), a.ID, ""); !errors.Is(err, timebank.ErrNoReason) {
			t.Errorf("taken back without a reason: %v", err)
		}
		if err := h.UndoHelp(ctx, h.c1, h.actor("wang"), a.ID, "记错了"); !errors.Is(err, flow.ErrOwnMatter) {
			t.Errorf("taken back by a side: %v", err)
		}
		before := h.purse("wang")
		h.must(h.UndoHelp(ctx, h.c1, h.actor("min"), a.ID, "没有来过，记错了"))
		if err := h.UndoHelp(ctx, h.c1, h.actor("min"), a.ID, "再来一次"); !errors.Is(err, timebank.ErrNoWay) {
			t.Errorf("taken back twice: %v", err)
		}
		if now := check(); now.Good() || len(now.Changed) != 1 {
			t.Errorf("after the service was taken back: %+v", now)
		}
		if h.purse("wang") <= before {
			t.Error("the asker got nothing back")
		}
		h.must(h.RevokeCertificate(ctx, h.c1, h.actor("min"), c.ID, "记录有假"))
		if err := h.RevokeCertificate(ctx, h.c1, h.actor("min"), c.ID, "再一次"); !errors.Is(err, certificate.ErrRevoked) {
			t.Errorf("revoked twice: %v", err)
		}
		h.whole()
		h.must(h.DB.Update(ctx, h.c1, db.System, func(tx *db.Tx) error { return h.Certificates.Forget(ctx, tx, c.Member) }))
		if _, err := h.CheckCertificate(ctx, h.c1, c.ID); !errors.Is(err, certificate.ErrNotFound) {
			t.Errorf("of who was forgotten: %v", err)
		}
		h.whole()
	})
}

// whole lets verify look at everything.
func (h *helping) whole() {
	h.t.Helper()
	report, err := h.Verify(ctx, h.c1, flow.VerifyOptions{})
	h.must(err)
	for _, f := range report.Findings {
		h.t.Errorf("verify: %+v", f)
	}
}

// F8: what a year opens with and what each rule moved make what it closes with.
func TestAYearOfHours(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		name, _ := h.served()
		year := h.env.Clock.Now().Year()
		for who, want := range map[string]struct{ given, received int }{name: {60, 0}, "wang": {0, 60}} {
			y, err := h.HoursYearOf(ctx, h.c1, h.members[who], year)
			h.must(err)
			minutes := func(all []certificate.Line) (n int) {
				for _, l := range all {
					n += l.Minutes
				}
				return n
			}
			if minutes(y.Given) != want.given || minutes(y.Received) != want.received || !y.Complete {
				t.Errorf("%s: gave %d, got %d", who, minutes(y.Given), minutes(y.Received))
			}
			var sums money.Amount
			for _, s := range y.Sums() {
				sums += s.Coins
			}
			for i, a := range y.Accounts {
				if a.Opening+a.Sum() != a.Closing || i == 0 && (sums != a.Sum() || a.Closing != h.purse(who)) {
					t.Errorf("%s: %v + %v is not %v", who, a.Opening, a.Sum(), a.Closing)
				}
			}
			if _, err := h.HoursYearOf(ctx, h.c1, h.members[who], year+1); !errors.Is(err, flow.ErrNoYear) {
				t.Errorf("a year to come: %v", err)
			}
		}
	})
}
