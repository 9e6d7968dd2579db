package checkoutweb

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// payView is a payment that is waited for.
type payView struct {
	Amount  money.Amount
	Code    string // what the payer scans
	Link    string // or opens, in practice
	Handed  string // what WeChat's own browser is handed, as JSON
	Problem string
}

// doneView is a checkout that is settled.
type doneView struct {
	Receipt string
	Refund  string
	Paid    money.Amount
	Net     money.Amount
	Tender  string
}

// payable asks the provider for an agreed payment and says how it is paid.
func (p *Pages) payable(ctx context.Context, c at) (*payView, error) {
	var open *payment.Payment
	if err := p.Flows.DB.View(ctx, c.community, func(r db.Reader) error {
		all, err := p.Flows.Payments.Of(ctx, r, c.community, c.ID)
		for i := range all {
			if all[i].Open() {
				open = &all[i]
			}
		}
		return err
	}); err != nil || open == nil {
		return &payView{Amount: c.Terms.Cash}, err
	}
	return p.asked(ctx, c.community, open)
}

// asked asks the provider for a payment and says how it is paid.
func (p *Pages) asked(ctx context.Context, community id.ID, open *payment.Payment) (*payView, error) {
	v := &payView{Amount: open.Amount}
	prepared, err := p.Flows.AskFor(ctx, community, open, p.WeChatApp)
	if err != nil {
		v.Problem = i18n.T(ctx, "暂时连不上支付机构，钱没有动。过几秒再看。")
		return v, nil
	}
	v.Code = prepared.Code
	if len(prepared.Handed) > 0 {
		handed, err := json.Marshal(prepared.Handed)
		if err != nil {
			return nil, err
		}
		v.Handed = string(handed)
	}
	if strings.HasPrefix(v.Code, "/") { // a page of this house: payments are practised here
		v.Code, v.Link = p.Base(ctx)+v.Code, v.Code
	}
	return v, nil
}

func (p *Pages) doneAt(ctx context.Context, c at, shop string) (*doneView, error) {
	to, err := p.receiptOf(ctx, c)
	d := &doneView{Receipt: to, Paid: c.Terms.Cash, Tender: tenderWord(ctx, c.Terms.Tender)}
	if shop != "" {
		d.Refund = shop + "/sales/" + strconv.FormatInt(c.End.Seq, 10) + "/refund"
	}
	return d, err
}

func endedWord(ctx context.Context, c *checkout.Checkout) string {
	if c.End.Kind == checkout.Expired {
		return i18n.T(ctx, "这一单过了时间，没有收钱")
	}
	return i18n.T(ctx, "这一单取消了，没有收钱")
}
