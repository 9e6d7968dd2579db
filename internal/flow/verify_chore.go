package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/chore"
	"gongyi/internal/platform/db"
)

// VerifyNote is the kind of note by which a verification is handed on; its payload
// is the id of the chore.
const VerifyNote = "verify.run"

// ErrVerifying refuses to verify a community twice at the same time.
var ErrVerifying = fault.New(fault.Conflict, "verify.under_way")

// Tiles compares what is published of a community with the database; wrong tells
// the first thing that differs, "" if nothing does.
type Tiles func(ctx context.Context, community id.ID) (files int, size int64, wrong string, err error)

// Verified is what a verification came to.
type Verified struct {
	Entries   int64  `json:"entries"`
	Purchases int64  `json:"purchases"`
	Refunds   int64  `json:"refunds"`
	Findings  int    `json:"findings"`
	Broken    bool   `json:"broken"`
	Files     int    `json:"files"` // tiles that were compared
	Published int64  `json:"published"`
	Tiles     string `json:"tiles"` // the first tile that is wrong, "" if none is
}

// AskVerify has a community's books and its published log verified beside the web.
func (f *Flows) AskVerify(ctx context.Context, actor db.Actor, community id.ID) (c *chore.Chore, err error) {
	place, err := f.Communities.ByID(ctx, f.DB, community)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		last, err := f.Chores.List(ctx, tx, chore.Verify, 100)
		if err != nil {
			return err
		}
		for _, x := range last {
			if x.Subject == community && x.Ended() == nil {
				return ErrVerifying
			}
		}
		if c, err = f.Chores.Ask(ctx, tx, chore.Chore{Kind: chore.Verify, Subject: community, Title: place.Ref, Detail: "{}"}); err != nil {
			return err
		}
		return tx.Emit(ctx, VerifyNote, c.ID.String())
	})
	return c, err
}

// DoVerify is the handler of VerifyNote. It may take minutes.
func (f *Flows) DoVerify(ctx context.Context, payload string, tiles Tiles) (err error) {
	defer fault.Wrap(&err, "verify for %s", payload)
	key, err := id.Parse(payload)
	if err != nil {
		return err
	}
	actor := db.Actor{Kind: "verify"}
	var c *chore.Chore
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) (err error) {
		c, err = f.Chores.Take(ctx, tx, key)
		return err
	})
	if errors.Is(err, chore.ErrEnded) {
		return nil
	}
	if err != nil {
		return err
	}
	report, err := f.Verify(ctx, c.Subject, VerifyOptions{Most: 500, Progress: f.tell(ctx, c)})
	if err != nil {
		return err
	}
	v := Verified{Entries: report.Entries, Purchases: report.Purchases, Refunds: report.Refunds, Findings: report.Total, Broken: report.Broken}
	if v.Files, v.Published, v.Tiles, err = tiles(ctx, c.Subject); err != nil {
		return err
	}
	return f.verified(ctx, actor, c, &report, v)
}

// tell saves how far a verification is, a hundred times at most.
func (f *Flows) tell(ctx context.Context, c *chore.Chore) func(done, of int64) {
	told := int64(-1)
	return func(done, of int64) {
		if of <= 0 || done*100/of == told {
			return
		}
		told = done * 100 / of
		p := c.Progress
		p.Position, p.Total, p.Counts = done, of, "{}"
		// Who looks sees an older figure where this fails; the check itself goes on.
		_ = f.DB.Update(ctx, id.Tilde, db.Actor{Kind: "verify"}, func(tx *db.Tx) error { return f.Chores.Save(ctx, tx, c.ID, p) })
	}
}

func (f *Flows) verified(ctx context.Context, actor db.Actor, c *chore.Chore, report *Report, v Verified) error {
	var found []chore.Finding
	for i, x := range report.Findings {
		detail, err := json.Marshal(x)
		if err != nil {
			return err
		}
		found = append(found, chore.Finding{Part: "books", Place: x.Entry, Field: fmt.Sprintf("%d", i), Code: x.Code, Detail: string(detail)})
	}
	result, err := json.Marshal(v)
	if err != nil {
		return err
	}
	p := c.Progress
	p.Position, p.Total, p.Counts = v.Entries, v.Entries, string(result)
	if err := f.NoteFindings(ctx, actor, c.ID, found); err != nil {
		return err
	}
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		if err := f.Chores.Save(ctx, tx, c.ID, p); err != nil {
			return err
		}
		_, err := f.Chores.Reach(ctx, tx, c.ID, chore.Finished, string(result))
		return err
	})
	if errors.Is(err, chore.ErrEnded) || errors.Is(err, chore.ErrTaken) {
		return nil
	}
	return err
}

// NoteFindings writes down what the work on a chore has found, in transactions of
// their own: noting them again changes nothing.
func (f *Flows) NoteFindings(ctx context.Context, actor db.Actor, c id.ID, found []chore.Finding) error {
	for some := range slices.Chunk(found, chore.NoteMost) {
		if err := f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error { return f.Chores.Note(ctx, tx, c, some) }); err != nil {
			return err
		}
	}
	return nil
}
