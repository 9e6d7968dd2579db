package flow

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// Finding is one thing that is not as settlement.md says it must be.
type Finding struct {
	Invariant int    `json:"invariant"` // 1 to 7; 0 for a record beside the books
	Code      string `json:"code"`      // "verify.leaf_differs"
	Community string `json:"community"` // its reference
	Entry     int64  `json:"entry"`     // −1 if it is about none
	Account   string `json:"account,omitempty"`
	Expected  string `json:"expected,omitempty"`
	Found     string `json:"found,omitempty"`
}

// Fault is the finding in the form in which refusals are put into words.
func (f Finding) Fault() *fault.Fault {
	return fault.New(fault.Conflict, f.Code).With("community", f.Community).With("entry", f.Entry).
		With("account", f.Account).With("expected", f.Expected).With("found", f.Found)
}

// VerifyOptions say how much is told.
type VerifyOptions struct {
	Most     int                  // findings that are kept (200); the others are only counted
	Progress func(done, of int64) // hears of every few thousand entries
}

// Report is what a verification found out about a community.
type Report struct {
	Community string
	ID        id.ID
	ledger.Audited
	Purchases, Refunds int64
	Findings           []Finding
	Total              int  // of findings
	Broken             bool // the books could not be read to their end
}

// Whole reports whether nothing was found.
func (r *Report) Whole() bool { return r.Total == 0 }

// Verify checks a community's books against all seven invariants, and the records
// beside them, on one consistent state of the database. It changes nothing and
// works beside a running server. An error means that the books could not be
// looked at; damage is a finding.
func (f *Flows) Verify(ctx context.Context, community id.ID, opts VerifyOptions) (report Report, err error) {
	defer fault.Wrap(&err, "verify %s", community)
	report.ID, report.Community = community, community.String()
	if place, err := f.Communities.ByID(ctx, f.DB, community); err == nil {
		report.Community = place.Ref
	}
	found := &findings{report: &report, most: cmp.Or(opts.Most, 200), seen: make(map[Finding]bool)}
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		p := &replayer{flows: f, community: community, found: found, report: &report}
		if err := p.load(ctx, r); err != nil {
			return err
		}
		report.Audited, err = f.Ledger.Audit(ctx, r, community, ledger.Audit{
			Original: p.original, Replay: p.replay, Other: p.other, Reading: spending,
			Flaw: found.flaw, Progress: opts.Progress,
		})
		if err == nil {
			p.finish()
		}
		return err
	})
	if err == nil {
		err = f.crossed(ctx, community, found.add)
	}
	if err = found.damage(ctx, err); err != nil {
		return report, err
	}
	found.sort()
	return report, nil
}

// VerifyFile asks the database engine whether its own file is whole: what no
// community's books would show, an index that lost a row for instance.
func (f *Flows) VerifyFile(ctx context.Context) (all []Finding, err error) {
	damage, err := f.DB.CheckFile(ctx)
	for _, d := range damage {
		all = append(all, Finding{Code: "verify.file_damaged", Entry: -1, Found: d})
	}
	return all, err
}

// findings collects flaws from the goroutines of an audit.
type findings struct {
	mu     sync.Mutex
	report *Report
	most   int
	seen   map[Finding]bool
}

func (x *findings) flaw(f ledger.Flaw) {
	x.add(Finding{Invariant: f.Invariant, Code: "verify." + f.Code, Entry: f.Entry, Account: f.Account, Expected: f.Want, Found: f.Got})
}

func (x *findings) add(f Finding) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f.Community = x.report.Community
	if x.seen[f] {
		return
	}
	x.report.Total++
	if len(x.report.Findings) < x.most {
		x.report.Findings = append(x.report.Findings, f)
		x.seen[f] = true
	}
}

// damage makes a finding of an error that means damage. What passes by itself, or
// is no fault of the books, stays an error.
func (x *findings) damage(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || db.IsPassing(err) {
		return err
	}
	x.report.Broken = true
	x.add(Finding{Invariant: 5, Code: "verify.file_damaged", Entry: -1, Found: err.Error()})
	return nil
}

// sort puts the findings into an order that does not depend on goroutines.
func (x *findings) sort() {
	slices.SortStableFunc(x.report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Invariant, b.Invariant), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Account, b.Account))
	})
}
