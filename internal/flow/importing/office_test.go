package importing_test

import (
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/chore"
	"gongyi/internal/module/community"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/sheet"
)

// office is a desk with two communities and somebody at it.
type office struct {
	*importing.Desk
	t   *testing.T
	env dbtest.Env
	who db.Actor

	heard []notice.Notice // what people were told
}

func atDesk(t *testing.T, fn func(o *office)) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		f := flow.New(env.DB)
		o := &office{t: t, env: env, who: db.Actor{Kind: "person", ID: id.ID{7}}, Desk: &importing.Desk{Flows: f, Dir: t.TempDir(), Limit: sheet.DefaultLimits, Zone: shanghai, Steps: 1}}
		for _, ref := range []string{"C1", "C2"} {
			_, _, err := f.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: ref, Name: ref}, flow.Trial())
			o.must(err)
		}
		fn(o)
	})
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) receive(text string) *chore.Chore {
	o.t.Helper()
	c, err := o.Receive(ctx, o.who, "店里的表.csv", nil, strings.NewReader(text))
	o.must(err)
	return c
}

// work does what the notes in the outbox ask for, the oldest first, at most n of
// them, as the jobs would.
func (o *office) work(n int) (done int) {
	o.t.Helper()
	for ; done < n; done++ {
		var notes []db.Note
		o.must(o.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
			notes, err = db.Waiting(ctx, r, id.Tilde, 100)
			return err
		}))
		if len(notes) == 0 {
			return done
		}
		o.do(notes[0])
		o.must(o.Flows.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return db.Delivered(ctx, tx, notes[0].ID) }))
	}
	return done
}

func (o *office) do(n db.Note) {
	o.t.Helper()
	switch n.Kind {
	case importing.CheckNote:
		o.must(o.Check(ctx, id.Tilde, n.Payload))
	case importing.RunNote:
		o.must(o.Work(ctx, id.Tilde, n.Payload))
	case notice.Staged:
		told, err := notice.Decode(n.Payload)
		o.must(err)
		o.heard = append(o.heard, told)
	}
}

func (o *office) see(c *chore.Chore) (found *chore.Chore, counts importing.Counts) {
	o.t.Helper()
	o.must(o.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		found, err = o.Flows.Chores.ByID(ctx, r, c.ID)
		return err
	}))
	return found, importing.CountsOf(found.Progress.Counts)
}

func (o *office) members(community string) (n int64) {
	o.t.Helper()
	p, err := o.Flows.Communities.ByRef(ctx, o.Flows.DB, community)
	o.must(err)
	o.must(o.Flows.DB.View(ctx, p.ID, func(r db.Reader) (err error) {
		n, err = o.Flows.Members.Count(ctx, r, p.ID)
		return err
	}))
	return n
}

func (o *office) mended(c *chore.Chore, part string) string {
	o.t.Helper()
	var b strings.Builder
	o.must(o.Mend(ctx, &b, c.ID, part))
	return b.String()
}
