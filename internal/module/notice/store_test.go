package notice_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/i18n"
)

// However often a notice is delivered, in whatever order, it lies in the inbox once
// and leaves the house once by each way.
func TestANoticeIsShownOnce(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		round := byte(0)
		rapid.Check(t, func(rt *rapid.T) {
			round++
			h := newHouse(rt, env, notice.SMS)
			person := id.V4([16]byte{round, 9})
			causes := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 12).Draw(rt, "causes")
			distinct := map[int]bool{}
			for _, c := range causes {
				distinct[c] = true
				h.deliver(role(person, fmt.Sprint(c)))
			}
			if got := h.inbox(person, notice.Filter{}); len(got) != len(distinct) {
				rt.Fatalf("%d notices of %d causes", len(got), len(distinct))
			}
			sent := 0
			for _, l := range h.log() {
				if l.Item.Person == person {
					sent++
				}
			}
			if sent != len(distinct) {
				rt.Fatalf("%d messages of %d causes", sent, len(distinct))
			}
		})
	})
}

func TestReading(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		h := newHouse(t, env)
		for n := range int64(5) {
			h.deliver(refund(who(1), n))
			h.Clock.Advance(time.Second)
		}
		h.deliver(role(who(1), "s"))
		h.deliver(refund(who(2), 1))
		all := h.inbox(who(1), notice.Filter{})
		if len(all) != 6 || all[5].Cause != notice.EntryCause(books, 0) || all[0].Kind.ID != notice.SignInNewDevice {
			t.Fatalf("%d notices, first %v", len(all), all[0])
		}
		page := h.inbox(who(1), notice.Filter{After: all[1].ID, Limit: 2})
		if len(page) != 2 || page[0].ID != all[2].ID {
			t.Errorf("the next page begins with %v", page)
		}
		if got := h.inbox(who(1), notice.Filter{Group: notice.OfSafety}); len(got) != 1 {
			t.Errorf("%d about safety", len(got))
		}
		unread := func(person id.ID, want int) {
			t.Helper()
			if n, err := h.Unread(ctx, env.DB, person); err != nil || n != want {
				t.Errorf("%d unread, %v; want %d", n, err, want)
			}
			no := false
			if got := h.inbox(person, notice.Filter{Read: &no}); len(got) != want {
				t.Errorf("%d listed as unread, want %d", len(got), want)
			}
		}
		unread(who(1), 6)
		for range 2 {
			h.update(func(tx *db.Tx) error { return h.MarkRead(ctx, tx, who(1), all[4].ID) })
		}
		unread(who(1), 5)
		err := h.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return h.MarkRead(ctx, tx, who(2), all[3].ID) })
		if !errors.Is(err, notice.ErrNotFound) {
			t.Errorf("another person's notice: %v", err)
		}
		h.update(func(tx *db.Tx) error { return h.MarkAllRead(ctx, tx, who(1), all[2].ID) })
		unread(who(1), 2)
		unread(who(2), 1)
		yes := true
		if got := h.inbox(who(1), notice.Filter{Read: &yes}); len(got) != 4 || !got[0].Read {
			t.Errorf("%d read", len(got))
		}
		h.update(func(tx *db.Tx) error { return h.MarkAllRead(ctx, tx, who(1), all[0].ID) })
		unread(who(1), 0)
	})
}

func TestAWishIsARecord(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		h := newHouse(t, env, notice.Push, notice.SMS)
		wish := func(kind string, w notice.Way, wanted bool) error {
			h.Clock.Advance(time.Second)
			return h.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return h.Wish(ctx, tx, who(1), kind, w, wanted) })
		}
		for _, c := range []struct {
			kind   string
			way    notice.Way
			wanted bool
			want   error
		}{
			{"nothing", notice.Push, true, notice.ErrNoKind},
			{notice.WordsOfShop, notice.SMS, true, notice.ErrNoWay},
			{notice.WordsOfShop, notice.WeChat, true, notice.ErrNoWay},
			{notice.SignInNewDevice, notice.SMS, false, notice.ErrMust},
			{notice.RefundMade, notice.Inbox, false, notice.ErrMust},
			{notice.WordsOfShop, notice.Inbox, false, nil},
			{notice.RefundMade, notice.SMS, true, nil},
			{notice.RefundMade, notice.SMS, false, nil},
			{notice.RefundMade, notice.SMS, true, nil},
			{notice.SignInNewDevice, notice.SMS, true, nil},
		} {
			if err := wish(c.kind, c.way, c.wanted); !errors.Is(err, c.want) {
				t.Errorf("%s by %s: %v", c.kind, c.way, err)
			}
		}
		h.view(func(r db.Reader) error {
			c, err := h.Choices(ctx, r, who(1))
			refunds, _ := notice.KindOf(notice.RefundMade)
			if !c.Wants(refunds, notice.SMS) || !c.Wants(refunds, notice.Inbox) {
				t.Error("the latest wish does not count")
			}
			return err
		})
		h.deliver(refund(who(1), 1))
		words := notice.Words{Kind: notice.WordsOfShop, Sender: "面馆", Title: "今天八折", Body: "来吧。"}
		h.deliver(words.Notice(who(1)))
		if got := h.inbox(who(1), notice.Filter{}); len(got) != 1 {
			t.Errorf("%d notices; the offers were switched off", len(got))
		}
		if log := h.log(); len(log) != 1 || log[0].Way != notice.SMS {
			t.Errorf("sent: %v", log)
		}
	})
}

func TestBooksAreToldByPosition(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		h := newHouse(t, env, notice.Push, notice.SMS)
		var many []notice.Notice
		for n := range int64(130) {
			many = append(many, notice.Notice{Kind: notice.PurchaseSettled, Person: who(byte(n % 7)), Cause: notice.EntryCause(books, n), At: dbtest.Epoch,
				Args: []notice.Arg{notice.Text("店", ""), notice.Yuan(100), notice.Coins(1), notice.Points(1)}})
		}
		h.update(func(tx *db.Tx) error { return h.Wish(ctx, tx, who(3), notice.PurchaseSettled, notice.WeChat, true) })
		tell := func(from, to int64) error {
			return h.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
				return h.Tell(ctx, tx, books, from, to, many[from:to], map[id.ID]notice.Reach{who(3): reach})
			})
		}
		if err := tell(0, 100); err != nil {
			t.Fatal(err)
		}
		if err := tell(0, 100); !errors.Is(err, notice.ErrMoved) {
			t.Errorf("told again: %v", err)
		}
		if err := tell(100, 130); err != nil {
			t.Fatal(err)
		}
		total := 0
		for n := range byte(7) {
			total += len(h.inbox(who(n), notice.Filter{}))
		}
		if total != 130 {
			t.Errorf("%d notices of 130 entries", total)
		}
	})
}

func reaches(people []id.ID) map[id.ID]notice.Reach {
	all := make(map[id.ID]notice.Reach)
	for _, p := range people {
		all[p] = notice.Reach{Zone: shanghai}
	}
	return all
}

func TestABroadcast(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		h := newHouse(t, env, notice.Push)
		good := notice.Words{Place: books, Kind: notice.WordsOfOffice, Sender: "云栖社区居委会", Title: "周六停水", Body: "八点到十点。", Counted: 3, Author: who(9), Token: "t1"}
		announce := func(w notice.Words) (made *notice.Words, err error) {
			err = h.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) { made, err = h.Announce(ctx, tx, w); return err })
			return made, err
		}
		for want, mend := range map[error]func(w *notice.Words){
			notice.ErrNoKind:     func(w *notice.Words) { w.Kind = notice.RefundMade },
			notice.ErrBadSender:  func(w *notice.Words) { w.Sender = " " },
			notice.ErrBadTitle:   func(w *notice.Words) { w.Title = "a\nb" },
			notice.ErrBadBody:    func(w *notice.Words) { w.Body = strings.Repeat("长", 601) },
			notice.ErrHalfTold:   func(w *notice.Words) { w.TitleEn = "Water" },
			notice.ErrNobody:     func(w *notice.Words) { w.Counted = 0 },
			notice.ErrBadConfirm: func(w *notice.Words) { w.Token = "" },
		} {
			w := good
			mend(&w)
			if _, err := announce(w); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		first, err := announce(good)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := announce(good); err != nil || again.ID != first.ID {
			t.Errorf("confirmed twice: %v, %v", again, err)
		}
		people := []id.ID{who(1), who(2), who(3)}
		tell := func(after id.ID, some []id.ID, done bool) error {
			return h.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
				return h.TellWords(ctx, tx, first.ID, after, some, reaches(some), done)
			})
		}
		if err := tell(id.ID{}, people[:2], false); err != nil {
			t.Fatal(err)
		}
		if err := tell(id.ID{}, people[:2], false); !errors.Is(err, notice.ErrMoved) {
			t.Errorf("told again: %v", err)
		}
		if err := tell(who(2), people[2:], true); err != nil {
			t.Fatal(err)
		}
		if err := tell(who(3), nil, true); !errors.Is(err, notice.ErrMoved) {
			t.Errorf("told after the end: %v", err)
		}
		got := h.inbox(who(3), notice.Filter{})
		title, body := got[0].Words(i18n.With(ctx, i18n.En), shanghai)
		if len(got) != 1 || title != "周六停水" || body != "八点到十点。" || got[0].Sender() != "云栖社区居委会" {
			t.Errorf("%s: %s, from %s", title, body, got[0].Sender())
		}
		for n := range 2 {
			good.Token = fmt.Sprint("more", n)
			if _, err := announce(good); err != nil {
				t.Fatal(err)
			}
		}
		good.Token = "last"
		if _, err := announce(good); !errors.Is(err, notice.ErrTooOften) {
			t.Errorf("the fourth of a day: %v", err)
		}
		h.Clock.Advance(25 * time.Hour)
		if _, err := announce(good); err != nil {
			t.Errorf("the next day: %v", err)
		}
		h.view(func(r db.Reader) error {
			all, err := h.Announced(ctx, r, 10)
			for _, w := range all {
				if len(all) != 4 || w.Token == "t1" != (w.Told == 3) || w.EndedAt.IsZero() == (w.Token == "t1") {
					t.Errorf("%+v", w)
				}
			}
			return err
		})
	})
}

func TestWordsAreSaidInTheReadersLanguage(t *testing.T) {
	k, _ := notice.KindOf(notice.PurchaseSettled)
	args := []notice.Arg{notice.Text("云栖面馆", "Yunqi Noodles"), notice.Yuan(money.Amount(12840)), notice.Coins(642), notice.Points(128)}
	title, body := k.Words(ctx, args, shanghai)
	if title != "在云栖面馆消费 128.40 元" || !strings.HasPrefix(body, "这一笔得到 6.42 抵扣权益、128 积分。") {
		t.Errorf("%s %s", title, body)
	}
	if title, _ = k.Words(i18n.With(ctx, i18n.En), args, shanghai); title != "128.40 yuan at Yunqi Noodles" {
		t.Error(title)
	}
	if title, body = k.Words(ctx, args[:1], shanghai); strings.Contains(title+body, "%!") {
		t.Errorf("too few arguments: %s %s", title, body)
	}
}
