package flow_test

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// A4: who may become whose helper, in the words of the form.
func TestWhoMayConsentToWhom(t *testing.T) {
	inLane(t, func(l *lane) {
		for _, c := range []struct {
			says                string
			by, subject, helper string
			basis               assist.Basis
			given               assist.Given
			edit                func(c *assist.Consent)
			want                *fault.Fault
		}{
			{says: "Wang agrees on her phone to the worker of another grid", by: "wang", subject: "wang", helper: "zhao", basis: assist.Worker, given: assist.OwnPhone, want: flow.ErrNotServing},
			{says: "Wang agrees to a worker who is none", by: "wang", subject: "wang", helper: "sun", basis: assist.Worker, given: assist.OwnPhone, want: flow.ErrNotServing},
			{says: "Wang helps herself", by: "wang", subject: "wang", helper: "wang", basis: assist.Guardian, given: assist.OwnPhone, want: assist.ErrHerself},
			{says: "Min agrees in her mother's name", by: "min", subject: "wang", helper: "min", basis: assist.Guardian, given: assist.OwnPhone, want: assist.ErrNotHers},
			{says: "Li notes his own paper", by: "li", subject: "wang", helper: "li", basis: assist.Worker, given: assist.InPerson, want: assist.ErrOwnNote},
			{says: "a paper without a number", by: "sun", subject: "wang", helper: "li", basis: assist.Worker, given: assist.InPerson, edit: func(c *assist.Consent) { c.Evidence = "" }, want: assist.ErrNoEvidence},
			{says: "a paper without a witness", by: "sun", subject: "wang", helper: "li", basis: assist.Worker, given: assist.InPerson, edit: func(c *assist.Consent) { c.Witness = "" }, want: assist.ErrNoWitness},
			{says: "for two years", by: "wang", subject: "wang", helper: "li", basis: assist.Worker, given: assist.OwnPhone, edit: func(c *assist.Consent) { c.Until = c.Until.AddDate(2, 0, 0) }, want: assist.ErrBadTerm},
			{says: "until yesterday", by: "wang", subject: "wang", helper: "li", basis: assist.Worker, given: assist.OwnPhone, edit: func(c *assist.Consent) { c.Until = dbtest.Epoch.AddDate(0, 0, -1) }, want: assist.ErrBadTerm},
			{says: "for nothing", by: "wang", subject: "wang", helper: "li", basis: assist.Worker, given: assist.OwnPhone, edit: func(c *assist.Consent) { c.Scopes = nil }, want: assist.ErrNoScope},
			{says: "for everything there is", by: "wang", subject: "wang", helper: "li", basis: assist.Worker, given: assist.OwnPhone, edit: func(c *assist.Consent) { c.Scopes = []assist.Scope{"all"} }, want: assist.ErrNoScope},
			{says: "Li's household is not known", by: "li", subject: "li", helper: "zhao", basis: assist.Worker, given: assist.OwnPhone, want: flow.ErrNoHousehold},
			{says: "a person who is not there", by: "wang", subject: "wang", helper: "nobody", basis: assist.Guardian, given: assist.OwnPhone, want: person.ErrNotFound},
			{says: "Wang agrees on her phone to her worker", by: "wang", subject: "wang", helper: "li", basis: assist.Worker, given: assist.OwnPhone},
			{says: "once more", by: "wang", subject: "wang", helper: "li", basis: assist.Worker, given: assist.OwnPhone, want: assist.ErrConsented},
			{says: "on paper to her daughter", by: "sun", subject: "wang", helper: "min", basis: assist.Guardian, given: assist.InPerson},
			{says: "by a document for Chen", by: "sun", subject: "chen", helper: "min", basis: assist.Guardian, given: assist.Document, edit: func(c *assist.Consent) { c.Witness = "" }},
		} {
			edit := c.edit
			if edit == nil {
				edit = func(*assist.Consent) {}
			}
			_, err := l.consent(c.by, c.subject, c.helper, c.basis, c.given, edit)
			if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
				l.t.Errorf("%s: %v, want %v", c.says, err, c.want)
			}
		}
	})
}

// A4: a session runs for half an hour, and ends by the button, the clock, the
// consent and the end of the helper's office.
func TestASessionAndItsEnds(t *testing.T) {
	inLane(t, func(l *lane) {
		consent, err := l.consent("wang", "wang", "li", assist.Worker, assist.OwnPhone)
		l.must(err)
		begin := func(name string) (*assist.Session, error) {
			return l.BeginAssist(ctx, l.viewer(name), consent, "缴物业费")
		}
		refused, acts := l.refused, l.acts
		acts(false, "before")
		_, err = begin("zhao")
		refused("with somebody else's consent", err, assist.ErrNoConsent)
		_, err = l.BeginAssist(ctx, l.viewer("li"), consent, "")
		refused("without a reason", err, assist.ErrBadReason)
		_, err = l.BeginAssist(ctx, l.viewer("li"), id.ID{9}, "x")
		refused("with a consent that is not there", err, assist.ErrNoConsent)

		first, err := begin("li")
		l.must(err)
		acts(true, "begun")
		again, err := begin("li")
		l.must(err)
		if again.ID != first.ID {
			l.t.Error("begun twice")
		}
		l.must(l.NoteAct(ctx, l.viewer("li"), assist.Act{Action: "me.read", Method: "GET", Path: "/me"}))
		l.must(l.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			log, err := l.Helpers.Acts(ctx, r, first.ID)
			if len(log) != 1 || log[0].Path != "/me" || log[0].Changes() {
				l.t.Errorf("the log is %v", log)
			}
			return err
		}))
		refused("a stranger ends it", l.LeaveAssist(ctx, db.Actor{ID: l.people["zhao"]}, first.ID, false), assist.ErrNoSession)
		l.must(l.LeaveAssist(ctx, db.Actor{ID: l.people["li"]}, first.ID, false))
		acts(false, "after the button")
		refused("ended twice", l.LeaveAssist(ctx, db.Actor{ID: l.people["li"]}, first.ID, false), assist.ErrOver)

		second, err := begin("li")
		l.must(err)
		v := l.viewer("li")
		l.env.Clock.Advance(assist.SessionTime)
		acts(false, "after half an hour")
		refused("a page after its time", l.NoteAct(ctx, v, assist.Act{Action: "me.read", Method: "GET", Path: "/me"}), assist.ErrOver)
		if !second.Over().Equal(second.Until) {
			l.t.Error("it was over at another time")
		}

		_, err = begin("li")
		l.must(err)
		refused("a stranger revokes", l.RevokeConsent(ctx, db.Actor{ID: l.people["zhao"]}, consent, "", false), assist.ErrNoConsent)
		l.must(l.RevokeConsent(ctx, db.Actor{ID: l.people["wang"]}, consent, "", false))
		acts(false, "after she took it back")
		refused("a page after that", l.NoteAct(ctx, v, assist.Act{Action: "me.read", Method: "GET", Path: "/me"}), assist.ErrOver)
		_, err = begin("li")
		refused("under a consent that was taken back", err, assist.ErrRevoked)
		refused("taken back twice", l.RevokeConsent(ctx, db.Actor{ID: l.people["wang"]}, consent, "", false), assist.ErrRevoked)

		consent, err = l.consent("wang", "wang", "li", assist.Worker, assist.OwnPhone, func(c *assist.Consent) { c.Until = l.env.Clock.Now().Add(10 * time.Minute) })
		l.must(err)
		short, err := begin("li")
		l.must(err)
		if got := short.Until.Sub(short.Began); got != 10*time.Minute {
			l.t.Errorf("it outlives its consent: %v", got)
		}
		l.env.Clock.Advance(10 * time.Minute)
		_, err = begin("li")
		refused("under a consent that ran out", err, assist.ErrExpired)

	})
}

// A grid worker who loses the office, or the household, helps no more.
func TestAHelperWhoIsNoWorkerAnyMore(t *testing.T) {
	inLane(t, func(l *lane) {
		grant := l.grant("sun", access.GridWorker, "G1")
		consent, err := l.consent("wang", "wang", "sun", assist.Worker, assist.OwnPhone)
		l.must(err)
		_, err = l.BeginAssist(ctx, l.viewer("sun"), consent, "订菜")
		l.must(err)
		if v := l.viewer("sun"); v.For != l.people["wang"] {
			l.t.Fatal("she does not act")
		}
		l.must(l.update(id.ID{}, func(tx *db.Tx) error { return l.Access.End(ctx, tx, grant, "office", "moved") }))
		l.env.Clock.Advance(6 * time.Second) // grants are believed for five
		if v := l.viewer("sun"); !v.For.IsZero() {
			l.t.Error("she acts without being a grid worker")
		}
		l.grant("sun", access.GridWorker, "G2")
		if _, err := l.BeginAssist(ctx, l.viewer("sun"), consent, "订菜"); !errors.Is(err, flow.ErrNotServing) {
			l.t.Errorf("from another grid: %v", err)
		}
	})
}

// What another instance knows is at most five seconds old.
func TestRevocationReachesOtherInstances(t *testing.T) {
	inLane(t, func(l *lane) {
		consent, err := l.consent("wang", "wang", "li", assist.Worker, assist.OwnPhone)
		l.must(err)
		_, err = l.BeginAssist(ctx, l.viewer("li"), consent, "订菜")
		l.must(err)
		other := *l
		other.Flows = flow.New(l.DB)
		if v := other.viewer("li"); v.For.IsZero() {
			l.t.Fatal("the other instance does not know it")
		}
		l.must(l.RevokeConsent(ctx, db.Actor{ID: l.people["wang"]}, consent, "", false))
		if v := l.viewer("li"); !v.For.IsZero() {
			l.t.Error("here it still runs")
		}
		l.env.Clock.Advance(5 * time.Second)
		if v := other.viewer("li"); !v.For.IsZero() {
			l.t.Error("elsewhere it runs after five seconds")
		}
	})
}
