package flow_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// inbox hands on what waits in the outbox under "~", as the jobs would, and tells what
// somebody's inbox says then, the newest first.
func (w *town) inbox(who id.ID) (lines []string) {
	w.t.Helper()
	var notes []db.Note
	w.must(w.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) { notes, err = db.Waiting(ctx, r, id.Tilde, 100); return err }))
	for _, n := range notes {
		if n.Kind == notice.Staged {
			w.must(w.DeliverNotice(ctx, id.Tilde, n.Payload))
			w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return db.Delivered(ctx, tx, n.ID) }))
		}
	}
	w.must(w.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err := w.Notices.List(ctx, r, who, notice.Filter{Limit: 50})
		for i := range all {
			title, body := all[i].Words(ctx, flow.DefaultZone)
			lines = append(lines, strings.TrimSpace(title+" "+body))
		}
		return err
	}))
	return lines
}

// Who gets a role, keeps it for nearly its term, or loses it is told, and nobody else.
func TestRolesAreTold(t *testing.T) {
	withGrantors(t, func(g grantors) {
		root := g.viewer("Root", "+8613800000001", access.Grant{Role: access.Operator})
		until := g.env.Clock.Now().AddDate(0, 2, 0)
		day := until.In(flow.DefaultZone).Format("2006 年 1 月 2 日")
		given, err := g.Appoint(ctx, g.engine, root, flow.Appointment{Phone: "+8613900000001", Name: "新人", Role: access.Volunteer, Place: g.home, Until: until, Reason: "报名"})
		g.must(err)
		if got := g.inbox(given.Person); len(got) != 1 || got[0] != "您有了新的身份：志愿者 在C1，到 "+day+" 为止。理由：报名。" {
			t.Errorf("after the appointment: %q", got)
		}
		owner, err := g.Appoint(ctx, g.engine, root, flow.Appointment{Phone: "+8613900000002", Name: "店主", Role: access.Owner, Place: g.home, Subject: g.shop("bakery").ID, Reason: "开店"})
		g.must(err)
		if got := g.inbox(owner.Person); len(got) != 1 || got[0] != "您有了新的身份：店主 在C1 · bakery，不设期限。理由：开店。" {
			t.Errorf("for a shop: %q", got)
		}
		who, err := g.AppointOperator(ctx, db.System, "+8613900000003", "运营", "")
		g.must(err)
		if got := g.inbox(who.ID); len(got) != 1 || !strings.HasPrefix(got[0], "您有了新的身份：平台运营 在全平台，不设期限。") {
			t.Errorf("from the command line: %q", got)
		}
		g.must(g.TellLapsing(ctx))
		if got := g.inbox(given.Person); len(got) != 1 {
			t.Errorf("two months before its end: %q", got)
		}
		g.env.Clock.Advance(until.Sub(g.env.Clock.Now()) - access.Notice + time.Hour)
		for range 3 { // the sweep comes every hour
			g.must(g.TellLapsing(ctx))
		}
		if got := g.inbox(given.Person); len(got) != 2 || !strings.HasPrefix(got[0], "您的身份志愿者到 ") {
			t.Errorf("before its end: %q", got)
		}
		g.env.Clock.Advance(time.Minute)
		_, err = g.Dismiss(ctx, g.engine, root, given.ID, "搬走了")
		g.must(err)
		if got := g.inbox(given.Person); len(got) != 3 || got[0] != "您的身份志愿者已经结束 理由：搬走了。" {
			t.Errorf("after its end: %q", got)
		}
		if got := g.inbox(root.Person); len(got) != 0 {
			t.Errorf("who appoints is told: %q", got)
		}
		en := i18n.With(ctx, i18n.En)
		if title, body := newest(t, g, owner.Person).Words(en, flow.DefaultZone); title != "You have a new role: Shop owner" || body != "In C1 · bakery, without a term. Reason: 开店." {
			t.Errorf("in English: %s — %s", title, body)
		}
	})
}

// newest is the newest notice of somebody.
func newest(t *testing.T, g grantors, who id.ID) *notice.Item {
	t.Helper()
	var all []notice.Item
	g.must(g.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		all, err = g.Notices.List(ctx, r, who, notice.Filter{Limit: 1})
		return err
	}))
	return &all[0]
}

// A refused appointment tells nobody.
func TestARefusedRoleIsNotTold(t *testing.T) {
	withGrantors(t, func(g grantors) {
		root := g.viewer("Root", "+8613800000001", access.Grant{Role: access.Operator})
		who := g.registered("新人", "+8613900000001")
		first := flow.Appointment{Person: who, Role: access.Volunteer, Place: g.home, Reason: "报名"}
		_, err := g.Appoint(ctx, g.engine, root, first)
		g.must(err)
		if _, err := g.Appoint(ctx, g.engine, root, first); err == nil {
			t.Fatal("given twice")
		}
		if got := g.inbox(who); len(got) != 1 {
			t.Errorf("%q", got)
		}
	})
}

// What a person allows and takes back for a purpose is told her, once a change.
func TestConsentsAreTold(t *testing.T) {
	inTown(t, func(w *town) {
		anna := w.known("安娜", "+8613800000001", "anna")
		her := db.Actor{Kind: "person", ID: anna}
		for range 2 {
			w.must(w.Consent(ctx, her, anna, privacy.Offers, "page"))
		}
		w.env.Clock.Advance(time.Minute)
		got := w.inbox(anna)
		w.must(w.Withdraw(ctx, her, anna, privacy.Offers))
		if err := w.Withdraw(ctx, her, anna, privacy.Offers); err == nil {
			t.Error("withdrawn twice")
		}
		w.env.Clock.Advance(time.Minute)
		got = append(w.inbox(anna), got...)
		want := []string{"您收回了同意：优惠消息 从现在起不再这样做。", "您同意了：优惠消息 随时可以收回，收回和同意一样方便。", "您同意了：优惠消息 随时可以收回，收回和同意一样方便。"}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
	})
}
