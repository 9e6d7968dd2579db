package app

import (
	"context"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/module/reconciliation/reconciliationweb"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal/operatorweb"
)

// shownAtDesk is how many of one kind the desk lists of a community; all are on the kind's
// own page.
const shownAtDesk = 50

// inEach makes the matters of each community from what a reader finds there.
func (a *App) inEach(ctx context.Context, find func(r db.Reader, p community.Place) ([]operatorweb.Matter, error)) (all []operatorweb.Matter, err error) {
	places, err := a.Flows.Communities.List(ctx, a.DB, community.Community)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		if err := a.DB.View(ctx, p.ID, func(r db.Reader) error {
			some, err := find(r, p)
			all = append(all, some...)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// payoutSource are the batches that wait for people to agree (D5).
func (a *App) payoutSource() operatorweb.Source {
	return operatorweb.Source{Key: "payouts", Icon: "cash", Name: i18n.M("等同意的付款"), Tag: i18n.M("付款"), Action: "payout.decide", Matters: func(ctx context.Context) ([]operatorweb.Matter, error) {
		return a.inEach(ctx, func(r db.Reader, p community.Place) (all []operatorweb.Matter, err error) {
			waiting, err := a.Flows.Payouts.Waiting(ctx, r, p.ID)
			for _, b := range waiting {
				all = append(all, operatorweb.Matter{
					Key: "payout-" + b.ID.String(), Place: p.ID, Title: payout.KindName(b.Kind).In(ctx), Note: i18n.T(ctx, "第 %d 批，%s 元，%d 笔", b.Number, ui.Yuan(b.Sum()), len(b.Items)), Stage: i18n.T(ctx, "等人同意"),
					Due: b.DueAt, Limit: b.DueAt.Sub(b.At), Do: ui.Link{Href: "/desk/payouts/" + p.Ref + "/batches/" + b.ID.String(), Text: i18n.T(ctx, "看一遍")},
				})
			}
			return all, err
		})
	}}
}

// differenceSource are the differences with providers' bills that nobody has settled (D5).
func (a *App) differenceSource() operatorweb.Source {
	return operatorweb.Source{Key: "differences", Icon: "book", Name: i18n.M("对账的差异"), Tag: i18n.M("对账"), Action: "reconciliation.work", Matters: func(ctx context.Context) ([]operatorweb.Matter, error) {
		find := func(r db.Reader, p community.Place) (all []operatorweb.Matter, err error) {
			open, err := a.Flows.Reconciliations.Waiting(ctx, r, p.ID, shownAtDesk)
			for n := range open {
				all = append(all, differenceMatter(ctx, p, &open[n]))
			}
			return all, err
		}
		all, err := a.inEach(ctx, find)
		if err != nil {
			return nil, err
		}
		return all, a.DB.View(ctx, flow.Nobody, func(r db.Reader) error { // money that no line gives to a community
			nobodys, err := find(r, community.Place{ID: flow.Nobody, Ref: reconciliationweb.House})
			for n := range nobodys {
				nobodys[n].Place = id.ID{} // for who has the role everywhere
			}
			all = append(all, nobodys...)
			return err
		})
	}}
}

func differenceMatter(ctx context.Context, p community.Place, d *reconciliation.Difference) operatorweb.Matter {
	return operatorweb.Matter{
		Key: "difference-" + d.ID.String(), Place: p.ID, Title: reconciliationweb.Title(ctx, d), Note: i18n.T(ctx, "账上 %s 元，账单 %s 元", ui.Yuan(d.Ours), ui.Yuan(d.Theirs)), Stage: i18n.T(ctx, "要查"),
		Due: d.DueAt, Limit: d.DueAt.Sub(d.FoundAt), Do: ui.Link{Href: "/desk/reconciliation/" + p.Ref + "/differences/" + d.ID.String(), Text: i18n.T(ctx, "去查")},
	}
}

// failedRefundSource are the refunds that a provider did not carry out (D3).
func (a *App) failedRefundSource() operatorweb.Source {
	return operatorweb.Source{Key: "failed-refunds", Icon: "undo", Name: i18n.M("没有退成的"), Tag: i18n.M("退款"), Action: "refund.settle", Matters: func(ctx context.Context) ([]operatorweb.Matter, error) {
		return a.inEach(ctx, func(r db.Reader, p community.Place) (all []operatorweb.Matter, err error) {
			failed, err := a.Flows.Payments.FailedRefunds(ctx, r, p.ID, shownAtDesk)
			if err != nil || len(failed) == 0 {
				return nil, err
			}
			v, err := a.Flows.RulesNow(ctx, r, p.ID)
			if err != nil {
				return nil, err
			}
			for n := range failed {
				all = append(all, failedMatters(ctx, p, &failed[n], time.Duration(v.Params.RefundFixDays)*24*time.Hour)...)
			}
			return all, nil
		})
	}}
}

func failedMatters(ctx context.Context, p community.Place, of *payment.Payment, within time.Duration) (all []operatorweb.Matter) {
	for _, x := range of.Refunds {
		if x.End == nil || x.End.Kind != payment.Failed || of.AskedAgain(x.ID) {
			continue
		}
		all = append(all, operatorweb.Matter{
			Key: "failed-" + x.ID.String(), Place: p.ID, Title: i18n.T(ctx, "退 %s 元没有成", ui.Yuan(x.Amount)), Note: of.Title, Stage: i18n.T(ctx, "等处理"),
			Due: x.End.At.Add(within), Limit: within, Do: ui.Link{Href: "/desk/refunds/" + p.Ref, Text: i18n.T(ctx, "去办")},
		})
	}
	return all
}
