package flow_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// TestTheContractIsLawful reads the clauses for what the E-commerce Law asks: a fixed
// term, open bids, no word on prices, no word against selling elsewhere.
func TestTheContractIsLawful(t *testing.T) {
	rules := policy.TrialAlliance()
	text := ""
	for _, c := range flow.Clauses(i18n.With(ctx, i18n.Zh), "烘焙店", &rules) {
		text += c.Title + strings.Join(c.Texts, "")
	}
	for _, must := range []string{"任期 12 个月", "公开报名", "不约定任何商品或服务的价格", "不限制乙方在联盟以外经营", "保证金 500.00 元", "存管", "年费 2000.00 元", "按剩余天数退还", "不按人头给报酬", "申诉"} {
		if !strings.Contains(text, must) {
			t.Errorf("the contract does not say %q", must)
		}
	}
	for _, never := range []string{"独家", "不得在其他", "统一价", "最低价", "二选一", "只能在本"} {
		if strings.Contains(text, never) {
			t.Errorf("the contract says %q", never)
		}
	}
}

// TestPapersAreForgottenInTime: the papers of who was refused go when the policy's days
// are over, with their files; those of who was admitted stay.
func TestPapersAreForgottenInTime(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Resigned)
		first := w.somebody("first", 91)
		a := w.bid(first, "wine", 1, alliance.SmallLocal)
		w.must(w.CheckApplication(ctx, w.home, db.System, a, alliance.Refused, "执照过期"))
		files := filesOf(w.papers(a))
		w.later(9 * oneDay)
		w.state(a, alliance.Settled)
		if len(w.papers(a)) != 2 || w.lie(files...) != 2 {
			t.Errorf("%d papers, %d files while the days run", len(w.papers(a)), w.lie(files...))
		}
		w.later(182 * oneDay)
		if len(w.papers(a)) != 0 || w.lie(files...) != 0 {
			t.Errorf("%d papers, %d files are kept too long", len(w.papers(a)), w.lie(files...))
		}
	})
}

// TestSomebodyIsForgottenInTheAlliance: while her application runs she cannot be; then
// nothing that she wrote is left, and no file.
func TestSomebodyIsForgottenInTheAlliance(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Resigned)
		first := w.somebody("first", 91)
		a := w.bid(first, "wine", 1, alliance.SmallLocal)
		if _, err := w.AskErasure(ctx, as(first), first, true); !errors.Is(err, flow.ErrBids) {
			t.Errorf("while it runs: %v", err)
		}
		told, err := w.Told(i18n.With(ctx, i18n.Zh), first)
		w.must(err)
		if text := chapterText(told, "seat_applications.json"); !strings.Contains(text, "新店1") || !strings.Contains(text, "材料核对中") {
			t.Errorf("she is told %q", text)
		}
		w.must(w.WithdrawApplication(ctx, w.home, as(first), a))
		files := filesOf(w.papers(a))
		if len(files) != 2 || w.lie(files...) != 2 {
			t.Errorf("%d papers, %d files before", len(files), w.lie(files...))
		}
		if _, err := w.AskErasure(ctx, as(first), first, true); err != nil {
			t.Fatal(err)
		}
		x := w.application(a)
		if !x.Erased || x.Form.ShopName != "" || x.Form.OwnerName != "" || x.Form.Licence != "" || x.State() != alliance.Withdrawn || w.lie(files...) != 0 {
			t.Errorf("%+v, %d files", x.Form, w.lie(files...))
		}
	})
}

func chapterText(all []flow.Chapter, file string) (text string) {
	for _, c := range all {
		if c.File == file {
			for _, row := range c.Rows {
				text += strings.Join(row, " ") + "\n"
			}
		}
	}
	return text
}

// TestASeatIsRestored: a shop whose loss an appeal found wrong gets its seat back; if
// somebody was elected meanwhile it gets one beside.
func TestASeatIsRestored(t *testing.T) {
	inAlley(t, func(w *alley) {
		lost := w.free("wine", alliance.LastPlace)
		back, err := w.RestoreSeat(ctx, w.home, db.System, lost.ID, "申诉成立")
		w.must(err)
		if back.Seat != lost.Seat || !back.Until.Equal(lost.Until) || back.Basis != alliance.Reseated {
			t.Errorf("%+v", back)
		}
		lost = w.free("wine", alliance.LastPlace)
		o := w.opening("wine")
		first := w.somebody("first", 91)
		a := w.bid(first, "wine", 1, alliance.SmallLocal)
		w.look(a)
		w.later(8 * oneDay)
		w.choose(w.ballot(o.ID), a)
		w.state(a, alliance.Charged)
		back, err = w.RestoreSeat(ctx, w.home, db.System, lost.ID, "申诉成立")
		w.must(err)
		if back.Seat == lost.Seat || back.Number != 2 {
			t.Errorf("who was elected lost the seat: %+v", back)
		}
		w.pay(a)
		w.later(time.Hour)
		w.sign(a, w.somebody("office", 92))
		w.state(a, alliance.Admitted)
		w.sane()
	})
}
