package flow_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

func (w *town) manager() (m points.Manager) {
	w.t.Helper()
	m = points.Manager{Name: "安居物业", Place: w.home, Pay: points.Payee{Bank: "农商行", Account: "6228480000001", Holder: "安居物业公司"}}
	var err error
	w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error { m, err = w.Points.AddManager(ctx, tx, m); return err }))
	return m
}

var forms int

func (w *town) tryOffset(ref string, manager id.ID, amount money.Amount, edits ...func(*flow.Offsetting)) (*points.Offset, error) {
	w.t.Helper()
	forms++
	x := flow.Offsetting{Member: w.member(ref).ID, Manager: manager, Account: "A-" + ref, Door: "1 号楼 101", Month: period.Month(2025*12 + 8), Bill: 180_50, Amount: amount,
		Form: strings.Repeat("x", forms%90+1)}
	for _, e := range edits {
		e(&x)
	}
	return w.OffsetFee(ctx, w.home, db.System, x)
}

func (w *town) offset(ref string, manager id.ID, amount money.Amount) *points.Offset {
	w.t.Helper()
	o, err := w.tryOffset(ref, manager, amount)
	w.must(err)
	return o
}

func (w *town) owed(manager id.ID) (v money.Amount) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		h, err := w.Ledger.Holding(ctx, r, w.home, ledger.Of(party.Owner{Kind: party.Org, ID: manager}, ledger.Payable))
		v = h.Balance
		return err
	}))
	return v
}

// TestPointsForAPropertyFee: asked, filed, answered, paid; to the fen (M-08, M-10).
func TestPointsForAPropertyFee(t *testing.T) {
	inTown(t, func(w *town) {
		w.pilot()
		m := w.manager()
		w.give("anna", 5_000)
		w.give("ben", 2_000)
		for says, c := range map[string]struct {
			amount money.Amount
			edit   func(*flow.Offsetting)
			want   error
		}{
			"not a whole yuan": {1_50, nil, points.ErrBadOffset}, "nothing": {0, nil, points.ErrBadOffset},
			"no account":         {1_00, func(x *flow.Offsetting) { x.Account = "" }, points.ErrBadOffset},
			"more than the bill": {18_00, func(x *flow.Offsetting) { x.Bill = 17_99 }, points.ErrOverBill},
			"more than she has":  {51_00, nil, points.ErrTooFew},
			"a strange manager":  {1_00, func(x *flow.Offsetting) { x.Manager = id.ID{8} }, points.ErrNoManager},
		} {
			edit := c.edit
			if edit == nil {
				edit = func(*flow.Offsetting) {}
			}
			if _, err := w.tryOffset("anna", m.ID, c.amount, edit); !errors.Is(err, c.want) {
				w.t.Errorf("%s: %v", says, err)
			}
		}
		first := w.offset("anna", m.ID, 20_00)
		second := w.offset("anna", m.ID, 10_00)
		third := w.offset("ben", m.ID, 5_00)
		w.must(w.WithdrawOffset(ctx, w.home, db.System, second.Member, second.ID))
		wants(w.t, "twice", w.WithdrawOffset(ctx, w.home, db.System, second.Member, second.ID), points.ErrAnswered)
		wants(w.t, "not filed yet", w.AnswerOffset(ctx, w.home, office, m.ID, first.ID, points.Accepted, ""), points.ErrNotInFile)
		if v := w.owed(m.ID); v != 25_00 {
			w.t.Errorf("owed %v", v)
		}
		file, err := w.MakeOffsetFile(ctx, w.home, office, m.ID)
		w.must(err)
		if len(file.Lines) != 2 || file.Lines[0].Amount != 20_00 {
			w.t.Errorf("%+v", file)
		}
		_, err = w.MakeOffsetFile(ctx, w.home, office, m.ID)
		wants(w.t, "nothing new", err, points.ErrNothingNew)
		wants(w.t, "in a file", w.WithdrawOffset(ctx, w.home, db.System, first.Member, first.ID), points.ErrInFile)
		wants(w.t, "not answered", w.PayOffsetFile(ctx, w.home, office, file.ID, charter.Transfer, "T-1"), points.ErrNotAnswered)
		all, err := w.AnswerFile(ctx, w.home, office, file.ID, []flow.AnswerLine{
			{Line: 2, Reference: first.Reference, Answer: points.Accepted}, {Line: 3, Reference: third.Reference, Answer: points.Declined, Reason: "户号不对"},
			{Line: 4, Reference: "00000000", Answer: points.Accepted}, {Line: 5, Reference: first.Reference, Answer: points.Accepted},
		})
		w.must(err)
		if all[0].Err != nil || all[1].Err != nil || all[2].Err == nil || all[3].Err != nil {
			w.t.Errorf("%+v", all)
		}
		if v := w.owed(m.ID); v != 20_00 {
			w.t.Errorf("owed %v", v)
		}
		if err := w.PayOffsetFile(ctx, w.home, office, file.ID, charter.Transfer, "T-1"); !errors.Is(err, ledger.ErrInsufficient) {
			w.t.Errorf("out of an empty till: %v", err)
		}
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			_, err := w.Move(ctx, tx, "~test:fee", charter.MembershipFee{Member: first.Member, Term: id.ID{7}, Fee: 99_00, Means: charter.Transfer})
			return err
		}))
		w.must(w.PayOffsetFile(ctx, w.home, office, file.ID, charter.Transfer, "T-1"))
		w.must(w.PayOffsetFile(ctx, w.home, office, file.ID, charter.Transfer, "T-1"))
		wants(w.t, "with another slip", w.PayOffsetFile(ctx, w.home, office, file.ID, charter.Transfer, "T-2"), points.ErrPaid)
		w.expect("member:anna/points POINT 3000\nmember:ben/points POINT 2000\npoints/issue POINT -5000\nplatform/fees CNY 99.00\nplatform/promotion CNY -20.00\nplatform/till CNY -79.00\n")
		w.whole()
	})
}

// TestThanks: by a published rule, capped, doubled for operations, undone within the
// day, never to oneself (M-06, B5, F12).
func TestThanks(t *testing.T) {
	inTown(t, func(w *town) {
		rule := func(sort points.Sort) (r points.Rule) {
			var err error
			w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error {
				r, err = w.Points.Publish(ctx, tx, points.Rule{Sort: sort, Name: "清洁日", Words: "到场一小时", Points: 20, Monthly: 40, From: w.day()})
				return err
			}))
			return r
		}
		event, operations := rule(points.Event), rule(points.Operations)
		give := func(r points.Rule, ref, form string) (*points.Grant, error) {
			return w.Thank(ctx, w.home, office, flow.Thanks{Rule: r.ID, Ref: ref, Form: form})
		}
		a, err := give(event, "anna", "1")
		w.must(err)
		again, err := give(event, "anna", "1")
		w.must(err)
		if again.ID != a.ID || a.Points != 20 {
			w.t.Errorf("%+v %+v", a, again)
		}
		_, err = give(event, "anna", "2")
		w.must(err)
		_, err = give(event, "anna", "3")
		wants(w.t, "over the cap", err, points.ErrCapped)
		twice, err := give(operations, "anna", "4")
		w.must(err)
		if twice.Points != 40 {
			w.t.Errorf("operations give %v", twice.Points)
		}
		_, err = give(event, "nobody", "5")
		if err == nil {
			w.t.Error("nobody got points")
		}
		w.must(w.UndoThanks(ctx, w.home, office, a.ID, "点错人了"))
		wants(w.t, "undone twice", w.UndoThanks(ctx, w.home, office, a.ID, "再撤"), points.ErrUndone)
		_, err = give(event, "anna", "6")
		w.must(err) // the undone one gives room back
		w.env.Clock.Advance(24 * time.Hour)
		wants(w.t, "the next day", w.UndoThanks(ctx, w.home, office, twice.ID, "晚了"), points.ErrDayOver)
		list, err := w.ThankList(ctx, w.home, office, flow.Thanks{Rule: event.ID, Form: "list"}, "名单.xlsx",
			[]flow.ThanksLine{{2, "ben", ""}, {3, "leader", "早到"}, {4, "ben", ""}, {5, "who", ""}, {6, "anna", ""}})
		w.must(err)
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			_, lines, err := w.Points.ListByID(ctx, r, w.home, list.ID)
			var got []string
			for _, l := range lines {
				got = append(got, l.Outcome)
			}
			if want := "given given points.twice_on_the_list member.not_found points.cap_reached"; strings.Join(got, " ") != want {
				w.t.Errorf("%v", got)
			}
			return err
		}))
		w.expect("member:anna/points POINT 80\nmember:ben/points POINT 20\nmember:leader/points POINT 20\npoints/issue POINT -120\n")
		w.whole()
	})
}
