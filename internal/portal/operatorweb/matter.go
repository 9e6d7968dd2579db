package operatorweb

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Matter is one thing that waits for somebody at the desk.
type Matter struct {
	Key   string // unlike that of every other matter, and the same tomorrow
	Queue string // key of its source
	Place id.ID  // whose it is; zero: the whole installation

	Title, Note string
	Stage       string        // what it waits for, in words
	Due         time.Time     // its clock
	Limit       time.Duration // how long it had
	Do          ui.Link       // the next step
	Facts       []ui.Fact
	Past        []ui.Event // what happened so far
}

// Source is a queue: where matters of one kind come from. Of its matters a viewer
// sees those in places where she may do Action.
type Source struct {
	Key, Icon string
	Name      i18n.Message // of the queue
	Tag       i18n.Message // of one matter
	Action    authz.Action
	Matters   func(ctx context.Context) ([]Matter, error)
}

// queues are the desk's own sources and those that others brought.
func (d *Desk) queues() []Source {
	return append([]Source{
		{"imports", "upload", i18n.M("导入"), i18n.M("导入"), "import.read", d.importMatters},
		{"grants", "person-check", i18n.M("快到期的身份"), i18n.M("身份"), "person.read", d.grantMatters},
		{"policies", "sliders", i18n.M("快生效的规则"), i18n.M("规则"), "proposal.read", d.policyMatters},
		{"evidence", "proof", i18n.M("存证记录"), i18n.M("存证记录"), "evidence.read", d.evidenceMatters},
		{"refunds", "undo", i18n.M("等交还的退款"), i18n.M("退款"), "charge.hand", d.chargeMatters},
		{"jobs", "server", i18n.M("后台任务"), i18n.M("任务"), "job.read", d.jobMatters},
	}, d.Sources...)
}

// board remembers what waits for a moment: every page shows how much it is.
type board struct {
	mu    sync.Mutex
	lists map[i18n.Lang]listed
}

type listed struct {
	at      time.Time
	writes  int64 // what was committed when it was put together
	matters []Matter
}

// fresh is how long a list is shown while nothing is written; jobs and published
// logs move without a word in the database.
const fresh = 3 * time.Second

// all is everything that waits, whoever looks, by the clock.
func (d *Desk) all(ctx context.Context) ([]Matter, error) {
	now, writes, lang := d.now(), d.Flows.DB.Stats().Closures.Load(), i18n.Of(ctx)
	d.board.mu.Lock()
	l, ok := d.board.lists[lang]
	d.board.mu.Unlock()
	if ok && l.writes == writes && now.Sub(l.at) < fresh && !now.Before(l.at) {
		return l.matters, nil
	}
	l = listed{at: now, writes: writes}
	for _, q := range d.queues() {
		found, err := q.Matters(ctx)
		if err != nil {
			return nil, fmt.Errorf("queue %s: %w", q.Key, err)
		}
		for _, m := range found {
			m.Queue = q.Key
			l.matters = append(l.matters, m)
		}
	}
	slices.SortStableFunc(l.matters, func(a, b Matter) int { return a.Due.Compare(b.Due) })
	d.board.mu.Lock()
	if d.board.lists == nil {
		d.board.lists = make(map[i18n.Lang]listed)
	}
	d.board.lists[lang] = l
	d.board.mu.Unlock()
	return l.matters, nil
}

// matters are those that the viewer may see.
func (d *Desk) matters(ctx context.Context, v authz.Viewer) (mine []Matter, err error) {
	all, err := d.all(ctx)
	if err != nil {
		return nil, err
	}
	action := make(map[string]authz.Action)
	for _, q := range d.queues() {
		action[q.Key] = q.Action
	}
	type door struct {
		a  authz.Action
		at id.ID
	}
	open := make(map[door]bool) // few answers serve many matters
	for _, m := range all {
		k := door{action[m.Queue], m.Place}
		may, asked := open[k]
		if !asked {
			may = d.mayHere(ctx, v, k.a, m.Place)
			open[k] = may
		}
		if may {
			mine = append(mine, m)
		}
	}
	return mine, nil
}

// mayHere reports whether a matter of a place is the viewer's; what belongs to no
// place is every one's who may do it somewhere.
func (d *Desk) mayHere(ctx context.Context, v authz.Viewer, a authz.Action, at id.ID) bool {
	if d.engine.May(ctx, v, a, authz.Resource{Place: at}) == nil {
		return true
	}
	return at.IsZero() && slices.ContainsFunc(v.Grants, func(g authz.Grant) bool {
		return d.engine.May(ctx, v, a, authz.Resource{Place: g.Place}) == nil
	})
}

// waiting is what stands beside the desk's door.
func (d *Desk) waiting(ctx context.Context, v authz.Viewer) (n int, late bool, err error) {
	mine, err := d.matters(ctx, v)
	now := d.now()
	for _, m := range mine {
		late = late || m.Due.Before(now)
	}
	return len(mine), late, err
}
