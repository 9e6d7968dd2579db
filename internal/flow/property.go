package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// Offsetting asks for points to pay a part of a property bill.
type Offsetting struct {
	Member  id.ID
	Manager id.ID
	Account string
	Door    string
	Month   period.Month
	Bill    money.Amount // fen
	Amount  money.Amount // fen, whole yuan
	Form    string
}

// OffsetFee pays a part of a property bill with points, at once (B5, M-08): the
// property manager is owed what they stand for.
func (f *Flows) OffsetFee(ctx context.Context, at id.ID, actor db.Actor, w Offsetting) (o *points.Offset, err error) {
	token, err := points.TokenOf(w.Member, w.Form)
	if err != nil {
		return nil, err
	}
	if err := f.Communities.RequireOn(ctx, f.DB, at, community.PointsRedemption); err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		if o, err = f.Points.OffsetOf(ctx, tx, token); err != nil || o != nil {
			return err
		}
		if _, err := f.Points.ManagerByID(ctx, tx, at, w.Manager); err != nil {
			return err
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		per := v.Params.PropertyFeePoints
		n := points.Offset{ID: tx.NewID(), Manager: w.Manager, Member: w.Member, Account: w.Account, Door: w.Door, Month: w.Month, Bill: w.Bill,
			Amount: w.Amount, PerYuan: per, Points: w.Amount / 100 * per}
		if err := f.Points.MayOffset(ctx, tx, &n); err != nil {
			return err
		}
		held, err := f.Ledger.Balance(ctx, tx, pointsOf(w.Member))
		if err != nil {
			return err
		}
		if held < n.Points {
			return points.ErrTooFew.On("yuan").With("missing", (n.Points - held).Decimal(money.Point))
		}
		posted, err := f.Move(ctx, tx, offsetKey(n.ID), charter.PropertyOffset{Member: n.Member, Manager: n.Manager, Offset: n.ID, Points: n.Points, PerYuan: per})
		if err != nil {
			return err
		}
		n.Seq = posted.Seq
		o, err = f.Points.Ask(ctx, tx, n, token)
		return err
	})
	return o, err
}

// offsetKey is the key of the entry that booked an offset.
func offsetKey(o id.ID) string { return "~property:" + o.String() }

// WithdrawOffset takes an offset back that stands in no file yet; the points come back.
func (f *Flows) WithdrawOffset(ctx context.Context, at id.ID, actor db.Actor, member, offset id.ID) error {
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		o, err := f.Points.Offset(ctx, tx, at, offset)
		if err != nil {
			return err
		}
		if o.Member != member {
			return points.ErrNoOffset
		}
		return f.answerOffset(ctx, tx, o, points.Withdrawn, "")
	})
}

// AnswerOffset notes what the property manager says of a line: taken, or refused with
// a reason, and then the points come back (M-08R).
func (f *Flows) AnswerOffset(ctx context.Context, at id.ID, actor db.Actor, manager, offset id.ID, a points.Answer, reason string) error {
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		o, err := f.Points.Offset(ctx, tx, at, offset)
		if err != nil {
			return err
		}
		if o.Manager != manager || a != points.Accepted && a != points.Declined {
			return points.ErrNoOffset
		}
		return f.answerAndTell(ctx, tx, o, a, reason)
	})
}

func (f *Flows) answerAndTell(ctx context.Context, tx *db.Tx, o *points.Offset, a points.Answer, reason string) error {
	if err := f.answerOffset(ctx, tx, o, a, reason); err != nil {
		return err
	}
	said, why := notice.Say("物业收下了"), notice.Say("积分已经抵掉，账单上少这么多。")
	if a == points.Declined {
		said, why = notice.Say("物业没有收"), notice.Text(reason, "")
	}
	return f.tellHolder(ctx, tx, o.Member, notice.PropertyAnswer, o.ID, "/me/points/property", notice.Yuan(o.Amount), said, why)
}

func (f *Flows) answerOffset(ctx context.Context, tx *db.Tx, o *points.Offset, a points.Answer, reason string) error {
	if err := o.MayAnswer(a, reason); err != nil {
		return err
	}
	seq := int64(-1)
	if a != points.Accepted {
		posted, err := f.Move(ctx, tx, offsetKey(o.ID)+"/back",
			charter.PropertyOffset{Member: o.Member, Manager: o.Manager, Offset: o.ID, Points: o.Points, PerYuan: o.PerYuan, Returned: true})
		if err != nil {
			return err
		}
		seq = posted.Seq
	}
	return f.Points.Respond(ctx, tx, o, points.OffsetAnswer{Answer: a, Reason: reason, Seq: seq})
}

// AnswerLine is a line of a file that came back from the property manager.
type AnswerLine struct {
	Line      int // of the file that came back
	Reference string
	Answer    points.Answer
	Reason    string
}

// AnsweredLine is what became of it.
type AnsweredLine struct {
	AnswerLine
	Err error // nil: noted
}

// AnswerFile notes a whole file that came back, line by line; a line that cannot be
// noted is told and the others are noted all the same.
func (f *Flows) AnswerFile(ctx context.Context, at id.ID, actor db.Actor, file id.ID, lines []AnswerLine) (all []AnsweredLine, err error) {
	for _, l := range lines {
		err := f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
			o, err := f.Points.OffsetByReference(ctx, tx, at, l.Reference)
			switch {
			case err != nil:
				return err
			case o.File != file:
				return points.ErrNoOffset
			case o.Answer != nil && o.Answer.Answer == l.Answer:
				return nil // the same file came twice
			}
			return f.answerAndTell(ctx, tx, o, l.Answer, l.Reason)
		})
		if err != nil && refusalOf(err) == nil {
			return all, err
		}
		all = append(all, AnsweredLine{l, err})
	}
	return all, nil
}

// MakeOffsetFile closes a file of what waits for a property manager.
func (f *Flows) MakeOffsetFile(ctx context.Context, at id.ID, actor db.Actor, manager id.ID) (made points.OffsetFile, err error) {
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		day, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		made, err = f.Points.MakeFile(ctx, tx, manager, day.Month())
		return err
	})
	return made, err
}

// PayOffsetFile notes that a file was paid to the property manager (M-10). The same
// slip again changes nothing.
func (f *Flows) PayOffsetFile(ctx context.Context, at id.ID, actor db.Actor, file id.ID, means charter.Means, reference string) error {
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		x, err := f.Points.File(ctx, tx, at, file)
		if err != nil {
			return err
		}
		if x.Payment != nil && x.Payment.Means == means && x.Payment.Reference == reference {
			return nil
		}
		p := points.OffsetPayment{Amount: x.Accepted(), Means: means, Reference: reference}
		if err := f.Points.MayPay(ctx, tx, x, p); err != nil {
			return err
		}
		posted, err := f.Move(ctx, tx, "~property:"+file.String()+"/paid", charter.PropertyPaid{Manager: x.Manager, Batch: file, Amount: p.Amount, Means: means})
		if err != nil {
			return err
		}
		p.Seq = posted.Seq
		return f.Points.Settle(ctx, tx, x, p)
	})
}
