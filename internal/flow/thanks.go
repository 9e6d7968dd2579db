package flow

import (
	"context"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// Thanks are points for taking part, by a published rule (M-06, B5).
type Thanks struct {
	Rule  id.ID
	Ref   string // of the member
	Words string
	Form  string // the same form gives once
	Self  id.ID  // the person who gives; she gives nothing to herself
	List  id.ID  // that it stands on; of ThankList: the id of a list that may have broken off, zero for a new one
}

// Thank gives points by a rule. Who gives them gets none of them herself.
func (f *Flows) Thank(ctx context.Context, at id.ID, actor db.Actor, w Thanks) (g *points.Grant, err error) {
	own, err := f.ownRefs(ctx, w.Self)
	if err != nil {
		return nil, err
	}
	return f.thankOne(ctx, at, actor, w, own)
}

// ownRefs are the references under which the person who gives is a member herself.
func (f *Flows) ownRefs(ctx context.Context, who id.ID) (map[string]bool, error) {
	own := make(map[string]bool)
	if who.IsZero() {
		return own, nil
	}
	memberships, err := f.membershipsOf(ctx, who)
	for _, m := range memberships {
		own[m.Ref] = true
	}
	return own, err
}

func (f *Flows) thankOne(ctx context.Context, at id.ID, actor db.Actor, w Thanks, own map[string]bool) (g *points.Grant, err error) {
	w.Ref = strings.TrimSpace(w.Ref)
	if own[w.Ref] {
		return nil, points.ErrOneself.On("member_ref")
	}
	token, err := points.TokenOf(w.Rule, w.Form)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		if g, err = f.Points.Granted(ctx, tx, token); err != nil || g != nil {
			return err
		}
		m, err := f.Members.ByRef(ctx, tx, w.Ref)
		if err != nil {
			return onField(err, "member_ref")
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		day, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		r, worth, err := f.Points.MayGive(ctx, tx, w.Rule, m.ID, day, v.Params.OperationsFactor)
		if err != nil {
			return err
		}
		n := points.Grant{ID: tx.NewID(), Rule: r.ID, Member: m.ID, Points: worth, Words: strings.TrimSpace(w.Words), List: w.List, Day: day}
		posted, err := f.Move(ctx, tx, "~thanks:"+n.ID.String(), charter.PointsGiven{Member: m.ID, Why: ThanksFor(r.Sort), Cause: n.ID, Points: worth})
		if err != nil {
			return err
		}
		n.Seq = posted.Seq
		made, err := f.Points.Give(ctx, tx, n, token)
		g = &made
		return err
	})
	return g, err
}

// ThanksFor is what an entry says points were given for.
func ThanksFor(s points.Sort) string { return "thanks:" + string(s) }

// UndoThanks takes points back that were given by mistake, on the same day (M-06R).
func (f *Flows) UndoThanks(ctx context.Context, at id.ID, actor db.Actor, grant id.ID, reason string) error {
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		g, err := f.Points.GrantByID(ctx, tx, at, grant)
		if err != nil {
			return err
		}
		day, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		if err := g.MayUndo(day, reason); err != nil {
			return err
		}
		posted, err := f.Move(ctx, tx, "~thanks:"+g.ID.String()+"/back", charter.PointsTaken{Member: g.Member, Cause: g.ID, Points: g.Points})
		if err != nil {
			return err
		}
		return f.Points.Undo(ctx, tx, g, posted.Seq, reason)
	})
}

// ThanksLine is one name of a list.
type ThanksLine struct {
	Line  int64 // of the file
	Ref   string
	Words string
}

// ThankList gives points to everybody on a list, and notes what became of each line. A
// name that stands twice gets hers once; a list that broke off is taken up again under
// the same form.
func (f *Flows) ThankList(ctx context.Context, at id.ID, actor db.Actor, w Thanks, file string, lines []ThanksLine) (l points.List, err error) {
	own, err := f.ownRefs(ctx, w.Self)
	if err != nil {
		return l, err
	}
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		if _, err := f.Points.RuleByID(ctx, tx, at, w.Rule); err != nil {
			return err
		}
		l, err = f.Points.HandIn(ctx, tx, points.List{ID: w.List, Rule: w.Rule, File: file})
		return err
	})
	if err != nil {
		return l, err
	}
	seen := make(map[string]bool, len(lines))
	for _, n := range lines {
		n.Ref = strings.TrimSpace(n.Ref)
		noted := points.ListLine{Line: n.Line, Ref: n.Ref, Outcome: points.Given}
		if seen[n.Ref] {
			noted.Outcome = errTwice.Code
		} else {
			seen[n.Ref] = true
			one := w
			one.Ref, one.Words, one.List, one.Form = n.Ref, n.Words, l.ID, w.Form+"/"+n.Ref
			g, err := f.thankOne(ctx, at, actor, one, own)
			switch refused := refusalOf(err); {
			case err == nil:
				noted.Grant = g.ID
			case refused == nil:
				return l, err
			default:
				noted.Outcome = refused.Code
			}
		}
		if err := f.DB.Update(ctx, at, actor, func(tx *db.Tx) error { return f.Points.NoteLine(ctx, tx, l.ID, noted) }); err != nil {
			return l, err
		}
	}
	return l, nil
}

// errTwice is why the second line of the same name gives nothing.
var errTwice = fault.New(fault.Conflict, "points.twice_on_the_list")

// refusalOf is the refusal in an error that speaks about what was asked; nil for
// anything that has to be tried again or looked after.
func refusalOf(err error) *fault.Fault {
	f := fault.Of(err)
	if f == nil || f.Kind == fault.Busy || f.Kind == fault.Internal {
		return nil
	}
	return f
}
