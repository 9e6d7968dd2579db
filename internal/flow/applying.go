package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/attachment"
	"gongyi/internal/platform/db"
)

// ApplyForSeat begins an application of a person for an opening, or finds the one that
// she has begun (C2). shop is one of hers that is in the register, zero for another.
func (f *Flows) ApplyForSeat(ctx context.Context, community id.ID, actor db.Actor, opening, shop id.ID) (x *alliance.Application, err error) {
	defer fault.Wrap(&err, "apply for a seat")
	if !shop.IsZero() {
		if owns, err := f.ownsHere(ctx, actor.ID, community, shop); err != nil || !owns {
			return nil, orElse(err, alliance.ErrNotYours)
		}
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if !shop.IsZero() {
			of, err := f.Alliance.TenuresOf(ctx, tx, community, shop)
			if err != nil {
				return err
			}
			if alliance.OfShop(of, shop, tx.Now) != nil {
				return alliance.ErrSeated
			}
		}
		x, _, err = f.Alliance.Begin(ctx, tx, opening, actor.ID, shop)
		return err
	})
	return x, err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// hers finds an application of a person; another's is not there for her.
func (f *Flows) hers(ctx context.Context, tx *db.Tx, application id.ID) (*alliance.Application, error) {
	x, err := f.Alliance.ApplicationByID(ctx, tx, tx.Community, application)
	if err == nil && x.Person != tx.Actor.ID {
		err = alliance.ErrNotYours
	}
	return x, err
}

// SaveApplication keeps what an applicant has written so far.
func (f *Flows) SaveApplication(ctx context.Context, community id.ID, actor db.Actor, application id.ID, form alliance.Form) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if _, err := f.hers(ctx, tx, application); err != nil {
			return err
		}
		_, err := f.Alliance.Save(ctx, tx, application, form)
		return err
	})
}

// SubmitApplication hands an application in: it must be whole, its papers there, and
// the opening still taking bids unless it was given back to be mended. One licence
// bids once.
func (f *Flows) SubmitApplication(ctx context.Context, community id.ID, actor db.Actor, application id.ID) (err error) {
	defer fault.Wrap(&err, "submit an application")
	return f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		x, err := f.hers(ctx, tx, application)
		if err != nil {
			return err
		}
		if !x.Editable() {
			return alliance.ErrFixed
		}
		o, err := f.Alliance.OpeningByID(ctx, tx, community, x.Opening)
		if err != nil {
			return err
		}
		if x.State() == alliance.Draft && !o.Takes(tx.Now) {
			return alliance.ErrOpeningClosed
		}
		if err := x.Form.Complete(&a.Alliance); err != nil {
			return err
		}
		papers, err := f.Alliance.Documents(ctx, tx, community, application)
		if err != nil {
			return err
		}
		if err := alliance.HasPapers(papers); err != nil {
			return err
		}
		others, err := f.Alliance.ApplicationsFor(ctx, tx, community, x.Opening)
		if err != nil {
			return err
		}
		for _, y := range others {
			if y.ID != x.ID && y.Active() && y.State() != alliance.Draft && y.Form.Licence == x.Form.Licence {
				return alliance.ErrOneActive.On("licence")
			}
		}
		_, err = f.advance(ctx, tx, a, application, alliance.Submitted, "", 0)
		return err
	})
}

// WithdrawApplication takes an application back, at any time before the shop is
// admitted; what was paid goes back.
func (f *Flows) WithdrawApplication(ctx context.Context, community id.ID, actor db.Actor, application id.ID) error {
	return f.byApplicant(ctx, community, actor, application, alliance.Withdrawn, "")
}

// AppealApplication asks to look at a refusal again.
func (f *Flows) AppealApplication(ctx context.Context, community id.ID, actor db.Actor, application id.ID, words string) error {
	return f.byApplicant(ctx, community, actor, application, alliance.Appealed, words)
}

// AnswerOffer says whether a shop on the waiting list wants the seat that it was asked
// about.
func (f *Flows) AnswerOffer(ctx context.Context, community id.ID, actor db.Actor, application id.ID, yes bool) error {
	if !yes {
		return f.byApplicant(ctx, community, actor, application, alliance.Declined, "")
	}
	return f.byApplicant(ctx, community, actor, application, alliance.Accepted, "")
}

func (f *Flows) byApplicant(ctx context.Context, community id.ID, actor db.Actor, application id.ID, to alliance.State, words string) (err error) {
	defer fault.Wrap(&err, "%s an application", to)
	return f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		x, err := f.hers(ctx, tx, application)
		if err != nil {
			return err
		}
		if due := x.Due(); !due.IsZero() && !tx.Now.Before(due) && x.State().Overdue() != "" && to != alliance.Withdrawn {
			return alliance.ErrOpeningClosed // the clock was quicker
		}
		if _, err := f.advance(ctx, tx, a, application, to, words, 0); err != nil {
			return err
		}
		if to == alliance.Accepted {
			return f.invoice(ctx, tx, a, application)
		}
		return nil
	})
}

// AddPaper takes a file for an application: the applicant's papers while she may change
// it, pictures of a visit from who notes it.
func (f *Flows) AddPaper(ctx context.Context, community id.ID, actor db.Actor, application id.ID, paper alliance.Paper, file *attachment.File) (d *alliance.Document, err error) {
	defer fault.Wrap(&err, "take a paper")
	if file == nil {
		return nil, attachment.ErrNoFile.On("file")
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		x, err := f.Alliance.ApplicationByID(ctx, tx, community, application)
		if err != nil {
			return err
		}
		if paper != alliance.VisitShot && x.Person != actor.ID {
			return alliance.ErrNotYours
		}
		if paper != alliance.VisitShot && !x.Editable() {
			return alliance.ErrFixed
		}
		d, err = f.keepPaper(ctx, tx, application, paper, file)
		return err
	})
	return d, err
}

// keepPaper adds a document with its file.
func (f *Flows) keepPaper(ctx context.Context, tx *db.Tx, application id.ID, paper alliance.Paper, file *attachment.File) (*alliance.Document, error) {
	kept, err := f.Files.Add(ctx, tx, file)
	if err != nil {
		return nil, err
	}
	return f.Alliance.AddDocument(ctx, tx, alliance.Document{Application: application, Paper: paper, Name: file.Name, File: kept, SHA256: file.Hash})
}

// endPaper ends a document, and drops its file.
func (f *Flows) endPaper(ctx context.Context, tx *db.Tx, d *alliance.Document, why string) error {
	if err := f.Alliance.EndDocument(ctx, tx, d.ID, why); err != nil {
		return err
	}
	return f.Files.Drop(ctx, tx, d.File)
}

// DropPaper takes a paper back that an applicant has added.
func (f *Flows) DropPaper(ctx context.Context, community id.ID, actor db.Actor, application, document id.ID) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		x, err := f.hers(ctx, tx, application)
		if err != nil {
			return err
		}
		d, err := f.Alliance.DocumentByID(ctx, tx, community, document)
		switch {
		case err != nil:
			return err
		case d.Application != x.ID || d.Paper == alliance.VisitShot || d.Paper == alliance.Contract:
			return alliance.ErrNoPaper
		case !x.Editable():
			return alliance.ErrFixed
		}
		return f.endPaper(ctx, tx, d, "taken back")
	})
}

// Paper reads the file of a document of an application; it must be the one whose hash
// was noted. Who may is the caller's question.
func (f *Flows) Paper(ctx context.Context, community, application, document id.ID) (file *attachment.File, err error) {
	defer fault.Wrap(&err, "read a paper")
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		d, err := f.Alliance.DocumentByID(ctx, r, community, document)
		if err == nil && d.Application != application {
			err = alliance.ErrNoPaper
		}
		if err != nil {
			return err
		}
		file, err = f.Files.ByID(ctx, r, community, d.File)
		if err == nil && file.Hash != d.SHA256 {
			err = attachment.ErrChanged
		}
		return err
	})
	return file, err
}
