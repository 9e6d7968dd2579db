package checkoutweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/community"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// refundsShown is how many payments the desk shows of each list; the oldest come first.
const refundsShown = 100

// slowRefund is after how long a refund under way is shown to finance.
const slowRefund = 10 * time.Minute

func (p *Pages) deskRoutes(t *httpkit.Router) {
	const at = "/desk/refunds/{community}"
	t.Add(
		httpkit.Route{Pattern: "GET /desk/refunds", Action: "refund.read", On: p.Somewhere("refund.read"), Do: p.Choose("refund.read", "refunds", i18n.M("退款"))},
		httpkit.Route{Pattern: "GET " + at, Action: "refund.read", On: p.InCommunity, Do: p.refunds},
		httpkit.Route{Pattern: "POST " + at + "/{payment}/{refund}/again", Action: "refund.settle", On: p.InCommunity, Do: p.refundAgain},
		httpkit.Route{Pattern: "POST " + at + "/{payment}/{refund}/hand", Action: "refund.settle", On: p.InCommunity, Do: p.refundByHand},
	)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "refunds", Href: "/desk/refunds", Icon: "undo", Text: i18n.M("退款"), Group: i18n.M("账目"), Action: "refund.read", Count: p.failedRefunds})
}

// refundsView are the refunds of a community that did not reach their payers.
type refundsView struct {
	Place  community.Place
	Failed []failedRefund
	Slow   []ui.Row
	May    bool
}

// failedRefund is a refund that the provider did not carry out, with what can be done.
type failedRefund struct {
	Title       string
	Facts       []ui.Fact
	Again, Hand ui.Form
	Slip, Note  string // typed
	Open        bool   // the second form was sent and refused
}

func (p *Pages) refunds(w http.ResponseWriter, r *http.Request) error {
	return p.showRefunds(w, r, portal.Sent{})
}

func (p *Pages) showRefunds(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	place, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	v := refundsView{Place: place, May: p.MayIn(ctx, "refund.settle", place.ID)}
	var failed, waiting []payment.Payment
	now := p.Flows.DB.Clock().Now()
	err = p.Flows.DB.View(ctx, place.ID, func(rd db.Reader) error {
		if failed, err = p.Flows.Payments.FailedRefunds(ctx, rd, place.ID, refundsShown); err != nil {
			return err
		}
		waiting, err = p.Flows.Payments.Waiting(ctx, rd, place.ID, now.Add(-slowRefund), refundsShown)
		return err
	})
	if err != nil {
		return err
	}
	for i := range failed {
		pay := &failed[i]
		for j := range pay.Refunds {
			if x := &pay.Refunds[j]; x.End != nil && x.End.Kind == payment.Failed && !pay.AskedAgain(x.ID) {
				v.Failed = append(v.Failed, p.failedView(ctx, sent, place, pay, x))
			}
		}
	}
	for i := range waiting {
		for _, x := range waiting[i].Refunds {
			if x.End == nil {
				v.Slow = append(v.Slow, ui.Row{Icon: "clock", Title: i18n.T(ctx, "退 %s 元，%s", ui.Yuan(x.Amount), waiting[i].Title),
					Text: i18n.T(ctx, "%s 交给%s，还没有退到", ui.Moment(ctx, portal.Local(x.AskedAt)), tenderWord(ctx, checkout.Tender(waiting[i].Provider)))})
			}
		}
	}
	return p.ShowSent(w, r, sent, p.DeskShell(ctx, "refunds", i18n.T(ctx, "退款")), refundsPage(v))
}

func (p *Pages) failedView(ctx context.Context, sent portal.Sent, place community.Place, pay *payment.Payment, x *payment.Refund) failedRefund {
	at := "/desk/refunds/" + url.PathEscape(place.Ref) + "/" + pay.Key() + "/" + x.Key()
	hand := "hand-" + x.Key()
	f := failedRefund{Title: i18n.T(ctx, "退 %s 元没有成", ui.Yuan(x.Amount)), Again: sent.Ask("again-"+x.Key(), at+"/again"), Hand: sent.Ask(hand, at+"/hand"),
		Slip: sent.Typed(hand, "slip", ""), Note: sent.Typed(hand, "note", ""), Open: sent.Form == hand}
	f.Again.Busy, f.Hand.In = i18n.T(ctx, "正在退"), hand
	f.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "原来付的"), Text: i18n.T(ctx, "%s，%s 元", pay.Title, ui.Yuan(pay.Amount))},
		{Name: i18n.T(ctx, "从哪里付的"), Text: tenderWord(ctx, checkout.Tender(pay.Provider))},
		{Name: i18n.T(ctx, "没成的时间"), Text: ui.Moment(ctx, portal.Local(x.End.At))},
		{Name: i18n.T(ctx, "支付机构说"), Text: i18n.T(ctx, failure(x.End.Note))},
		{Name: i18n.T(ctx, "订单号"), Text: pay.Key()},
	}
	if x.Seq >= 0 {
		seq := strconv.FormatInt(x.Seq, 10)
		f.Facts = append(f.Facts, ui.Fact{Name: i18n.T(ctx, "账目编号"), Text: seq, Why: "/desk/accounts/" + url.PathEscape(place.Ref) + "/entries/" + seq})
	}
	return f
}

// failures say why a refund failed, by the end of its note.
var failures = map[string]i18n.Message{
	"stuck at the provider":  i18n.M("收款人的账户收不了，要另外办"),
	"closed at the provider": i18n.M("退款单被关了，钱没有退"),
	"USER_ACCOUNT_ABNORMAL":  i18n.M("收款人的账户注销或冻结了"),
	"TRADE_OVERDUE":          i18n.M("过了能原路退的时间"),
}

func failure(note string) string {
	if m, ok := failures[note]; ok {
		return m.Key
	}
	return note
}

// refundIn are the payment and the refund in an address.
func refundIn(r *http.Request) (pay, refund id.ID, err error) {
	pay, e1 := id.Parse(r.PathValue("payment"))
	refund, e2 := id.Parse(r.PathValue("refund"))
	if e1 != nil || e2 != nil {
		err = payment.ErrNotFound
	}
	return pay, refund, err
}

func (p *Pages) refundAgain(w http.ResponseWriter, r *http.Request) error {
	return p.settleRefund(w, r, "again-", func(place, pay, refund id.ID) error {
		return p.Flows.RefundAgain(r.Context(), place, actor(r.Context()), pay, refund)
	})
}

func (p *Pages) refundByHand(w http.ResponseWriter, r *http.Request) error {
	return p.settleRefund(w, r, "hand-", func(place, pay, refund id.ID) error {
		return p.Flows.RefundByHand(r.Context(), place, actor(r.Context()), pay, refund, strings.TrimSpace(r.FormValue("slip")), portal.Prose(r, "note"))
	})
}

func (p *Pages) settleRefund(w http.ResponseWriter, r *http.Request, form string, do func(place, pay, refund id.ID) error) error {
	place, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	pay, refund, err := refundIn(r)
	if err != nil {
		return err
	}
	err = do(place.ID, pay, refund)
	return portal.Done(w, r, err, "/desk/refunds/"+url.PathEscape(place.Ref), form+refund.String(), func(s portal.Sent) error { return p.showRefunds(w, r, s) })
}

// failedRefunds counts the refunds that wait for somebody.
func (p *Pages) failedRefunds(ctx context.Context, _ authz.Viewer) (n int, late bool, err error) {
	places, err := p.Mine(ctx, "refund.settle")
	if err != nil {
		return 0, false, err
	}
	for _, c := range places {
		err = p.Flows.DB.View(ctx, c.ID, func(rd db.Reader) error {
			all, err := p.Flows.Payments.FailedRefunds(ctx, rd, c.ID, refundsShown)
			n += len(all)
			return err
		})
		if err != nil {
			return 0, false, err
		}
	}
	return n, n > 0, nil
}
