package importing

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/chore"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// The parts of an import whose findings are kept apart.
const (
	CheckPart = "check"
	RunPart   = "run"
)

// errPause ends a piece of work whose rest another piece does.
var errPause = errors.New("importing: the rest is for the next piece of work")

// work is one piece of work on an import.
type work struct {
	desk   *Desk
	chore  *chore.Chore
	part   string
	counts Counts          // of the rows up to the position
	ahead  []chore.Finding // rejections of rows behind it
	kept   int             // findings of the part so far
	steps  int
}

// Check looks at a whole file without writing anything into the books; it is the
// handler of CheckNote.
func (d *Desk) Check(ctx context.Context, _ id.ID, payload string) error {
	return d.do(ctx, payload, CheckPart, func(ctx context.Context, w *work, t *Table) error {
		if err := w.check(ctx, t); err != nil {
			return err
		}
		return w.finish(ctx, chore.Checked)
	})
}

// Work takes rows into the books, as many as fit into one piece of work; it is the
// handler of RunNote. The rows are idempotent by their references, so that rows
// which were taken just before a crash are counted as known, not taken twice.
func (d *Desk) Work(ctx context.Context, _ id.ID, payload string) error {
	return d.do(ctx, payload, RunPart, func(ctx context.Context, w *work, t *Table) error {
		actor := db.ParseActor(w.chore.At(chore.Confirmed).By)
		before := w.counts
		run := &Run{
			Flows: d.Flows, Actor: actor, Reject: w.reject, Progress: func(*Table) {}, Known: true, May: may(w.chore), After: int(w.chore.Progress.Position),
			Step: func(t *Table, o *Outcome, line int) error {
				w.counts.Added, w.counts.Known, w.counts.Blank = before.Added+o.Added, before.Known+o.Known, t.Blanks()
				return w.save(ctx, t, line)
			},
		}
		_, err := run.Import(ctx, []*Table{t})
		if errors.Is(err, errPause) {
			return nil
		}
		if err != nil {
			return err
		}
		return w.finish(ctx, chore.Finished)
	})
}

// do takes a chore up and works on it. A file that cannot be used any more fails
// the chore; anything else is for the job to try again.
func (d *Desk) do(ctx context.Context, payload, part string, fn func(ctx context.Context, w *work, t *Table) error) (err error) {
	defer fault.Wrap(&err, "importing: %s", part)
	var n named
	if err := json.Unmarshal([]byte(payload), &n); err != nil {
		return err
	}
	w := &work{desk: d, part: part}
	err = d.Flows.DB.Update(ctx, id.Tilde, actorOf(part), func(tx *db.Tx) (err error) {
		w.chore, err = d.Flows.Chores.Take(ctx, tx, n.Chore)
		return err
	})
	if errors.Is(err, chore.ErrEnded) || err == nil && part == CheckPart && w.chore.At(chore.Checked) != nil {
		return nil
	}
	if err != nil {
		return err
	}
	w.counts = CountsOf(w.chore.Progress.Counts)
	if err := d.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		found, err := d.Flows.Chores.Findings(ctx, r, w.chore.ID, part, chore.MostFindings)
		w.kept = len(found)
		return err
	}); err != nil {
		return err
	}
	f, t, err := d.open(w.chore)
	if err == nil {
		defer f.Close()
		err = fn(ctx, w, t)
	}
	switch f := fault.Of(err); {
	case errors.Is(err, chore.ErrEnded), errors.Is(err, chore.ErrTaken):
		return nil
	case f != nil && f.Kind != fault.Busy && f.Kind != fault.Internal:
		return w.fail(ctx, f)
	}
	return err
}

func actorOf(part string) db.Actor { return db.Actor{Kind: "import " + part} }

// reject keeps a rejection until the row is behind us.
func (w *work) reject(j Rejection) error {
	detail, err := json.Marshal(j.Why.Details)
	if err != nil {
		return err
	}
	w.ahead = append(w.ahead, chore.Finding{Part: w.part, Place: int64(j.Line), Field: j.Column, Code: j.Code(), Detail: string(detail)})
	return nil
}

// save writes down that the rows up to a line are done. After some steps it hands
// the rest on: a job that runs for long would keep others waiting, and is taken
// for dead.
func (w *work) save(ctx context.Context, t *Table, line int) error {
	var found []chore.Finding
	left := w.ahead[:0:0]
	for _, f := range w.ahead {
		if f.Place > int64(line) {
			left = append(left, f)
			continue
		}
		w.counts.Rejected++
		if w.kept < chore.MostFindings {
			w.kept++
			found = append(found, f)
		}
	}
	w.ahead, w.counts.Rows = left, line-1
	read, total := t.Progress()
	p, err := w.progress(line, read, total)
	if err != nil {
		return err
	}
	w.steps++
	steps := w.desk.Steps
	if steps == 0 {
		steps = 16
	}
	if err := w.desk.Flows.NoteFindings(ctx, actorOf(w.part), w.chore.ID, found); err != nil {
		return err
	}
	pause := w.part == RunPart && w.steps >= steps
	err = w.desk.Flows.DB.Update(ctx, id.Tilde, actorOf(w.part), func(tx *db.Tx) error {
		if err := w.desk.Flows.Chores.Save(ctx, tx, w.chore.ID, p); err != nil || !pause {
			return err
		}
		return note(ctx, tx, RunNote, w.chore.ID)
	})
	if err == nil && pause {
		err = errPause
	}
	return err
}

// progress is in lines; how many there will be is guessed from the bytes.
func (w *work) progress(line int, read, total int64) (p chore.Progress, err error) {
	counts, err := json.Marshal(w.counts)
	p = w.chore.Progress
	p.Position, p.Counts = int64(line), string(counts)
	if read > 0 {
		p.Total = max(int64(line), int64(line)*total/read)
	}
	return p, err
}

// finish writes down what is left and that a stage is reached.
func (w *work) finish(ctx context.Context, stage chore.Stage) error {
	return w.desk.Flows.DB.Update(ctx, id.Tilde, actorOf(w.part), func(tx *db.Tx) error {
		c, err := w.desk.Flows.Chores.ByID(ctx, tx, w.chore.ID)
		if err != nil {
			return err
		}
		if c.Progress.Turn != w.chore.Progress.Turn {
			return chore.ErrTaken
		}
		if _, err = w.desk.Flows.Chores.Reach(ctx, tx, w.chore.ID, stage, c.Progress.Counts); err != nil || stage != chore.Finished {
			return err
		}
		counts := CountsOf(c.Progress.Counts)
		return w.tell(ctx, tx, notice.ImportFinished, notice.Text(c.Title, ""), notice.Count(int64(counts.Added+counts.Known)), notice.Count(int64(counts.Rejected)))
	})
}

// tell tells who asked for the import how it ended.
func (w *work) tell(ctx context.Context, tx *db.Tx, kind string, args ...notice.Arg) error {
	asked := db.ParseActor(w.chore.AskedBy)
	if asked.Kind != "person" {
		return nil // a program looks at the chore itself
	}
	return w.desk.Flows.Notices.Send(ctx, tx, notice.Notice{
		Kind: kind, Person: asked.ID, Cause: "chore/" + w.chore.ID.String(), Link: "/desk/imports/" + w.chore.ID.String(), Args: args,
	})
}

func (w *work) fail(ctx context.Context, why *fault.Fault) error {
	return w.desk.Flows.DB.Update(ctx, id.Tilde, actorOf(w.part), func(tx *db.Tx) error {
		if _, err := w.desk.Flows.Chores.Reach(ctx, tx, w.chore.ID, chore.Failed, why.Code); err != nil {
			return err
		}
		return w.tell(ctx, tx, notice.ImportFailed, notice.Text(w.chore.Title, ""))
	})
}

// check reads every row and asks the books what they would say to it, as far as
// that can be told without writing.
func (w *work) check(ctx context.Context, t *Table) error {
	run := &Run{Flows: w.desk.Flows, Known: true, May: may(w.chore)}
	run.ahead = make(map[string]community.Place)
	run.places, run.shops = make(map[string]id.ID), make(map[string][]id.ID)
	if err := run.learn(ctx); err != nil {
		return err
	}
	places, err := w.desk.Flows.Communities.List(ctx, w.desk.Flows.DB, community.Community)
	if err != nil {
		return err
	}
	for _, p := range places {
		run.places[p.Ref] = p.ID
	}
	for n := 1; ; n++ {
		line, known, rejected, err := run.look(ctx, t)
		switch {
		case errors.Is(err, io.EOF):
			w.counts.Blank = t.Blanks()
			return w.save(ctx, t, max(t.Line(), 1))
		case err != nil:
			return err
		case rejected != nil:
			if err := w.reject(*rejected); err != nil {
				return err
			}
		case known:
			w.counts.Known++
		default:
			w.counts.Added++
		}
		if n%(8*chunk) == 0 {
			if err := w.save(ctx, t, line); err != nil {
				return err
			}
		}
	}
}

// look reads one row of any table and says what the books know against it.
func (r *Run) look(ctx context.Context, t *Table) (line int, known bool, rejected *Rejection, err error) {
	if t.Kind >= Places {
		return r.tryTree(ctx, t)
	}
	return r.try(t)
}

// try reads one row and says what the books know against it.
func (r *Run) try(t *Table) (line int, known bool, rejected *Rejection, err error) {
	var why *fault.Fault
	switch t.Kind {
	case Members:
		var row MemberRow
		if row, rejected, err = t.NextMember(); rejected == nil && err == nil {
			home, there := r.homes[row.Ref]
			at, ok := r.places[row.Community]
			known = there && home == at
			switch {
			case !ok:
				why = community.ErrNotFound.On("community_ref")
			case !r.may(at):
				why = ErrNotYours.On("community_ref")
			case there && !known:
				why = member.ErrElsewhere.On("member_ref").With("ref", row.Ref)
			}
		}
	case Merchants:
		var row MerchantRow
		if row, rejected, err = t.NextMerchant(); rejected == nil && err == nil {
			at, ok := r.places[row.Community]
			if !ok {
				why = community.ErrNotFound.On("community_ref")
			} else if !r.may(at) {
				why = ErrNotYours.On("community_ref")
			}
			for _, c := range r.shops[row.Ref] {
				known = known || c == at
			}
		}
	case Purchases:
		var row PurchaseRow
		if row, rejected, err = t.NextPurchase(); rejected == nil && err == nil {
			if _, why = r.shop(row.Merchant); why == nil && r.homes[row.Member].IsZero() {
				why = member.ErrNotFound.On("member_ref")
			}
		}
	}
	line = t.Line()
	if why != nil {
		j := t.Reject(line, why)
		rejected = &j
	}
	return line, known, rejected, err
}
