package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/pay/wechatpay"
)

// TillSettings are the flags of `gongyi bench till`.
type TillSettings struct {
	Purchases int
	Callers   int
	Delay     time.Duration // of the provider's every answer
	Protocol  bool          // the provider's own protocol, with its signatures, not only its port
}

// TillResult is what tills did with vouchers, entitlement and a provider.
type TillResult struct {
	Engine     string  `json:"engine"`
	Protocol   bool    `json:"protocol"`
	DelayMS    float64 `json:"provider_ms"`
	Purchases  int     `json:"purchases"`
	ConfirmP50 float64 `json:"confirm_to_receipt_p50_ms"`
	ConfirmP99 float64 `json:"confirm_to_receipt_p99_ms"`
	Problem    string  `json:"problem,omitempty"` // of a purchase that failed
	Storm
}

// Table prints the figures for people.
func (r TillResult) Table(w io.Writer) error {
	how := "its port"
	if r.Protocol {
		how = "its protocol, signed both ways"
	}
	_, err := fmt.Fprintf(w, "%s, provider at %.0f ms by %s: %d purchases with a voucher and entitlement, %.0f/s, confirm → receipt p50 %.1f ms, p99 %.1f ms; %d failed, %.1f cores %s\n",
		r.Engine, r.DelayMS, how, r.Purchases, float64(r.Granted)/r.Seconds, r.ConfirmP50, r.ConfirmP99, r.Failed, r.CPU, r.Problem)
	return err
}

// tills is a town in which everybody buys with a voucher and entitlement.
type tills struct {
	*flow.Flows
	at       id.ID
	bank     *sandbox.Server
	client   *wechatpay.Client // nil when the port alone is measured
	people   []id.ID
	shops    []id.ID
	confirms []time.Duration
}

// Till measures the whole way of a purchase: the buyer scans the shop's code, the price is
// worked out, she agrees, the provider is asked and told her payment, the purchase is
// settled, and the receipt can be opened.
func Till(ctx context.Context, cfg app.Config, s TillSettings) (r TillResult, err error) {
	a, town, err := prepare(ctx, cfg, Settings{Keys: "ordered"})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Proof.Start(ctx); err != nil {
		return r, err
	}
	t := &tills{Flows: a.Flows, at: town.Communities[0], confirms: make([]time.Duration, s.Purchases)}
	if err := t.open(ctx, s); err != nil {
		return r, err
	}
	if err := t.fill(ctx, s.Purchases); err != nil {
		return r, err
	}
	t.bank.Set(sandbox.Faults{Delay: s.Delay})
	var problem atomic.Value
	r = TillResult{Engine: string(a.DB.Engine()), Protocol: s.Protocol, DelayMS: float64(s.Delay.Milliseconds()), Purchases: s.Purchases}
	r.Storm = storm(a.DB, s.Callers, s.Purchases, func(i int) error {
		err := t.buy(ctx, i)
		if err != nil {
			problem.CompareAndSwap(nil, err.Error())
		}
		return err
	}, checkout.ErrEnded)
	if p, ok := problem.Load().(string); ok {
		r.Problem = p
	}
	slices.Sort(t.confirms)
	r.ConfirmP50, r.ConfirmP99 = ms(t.confirms[len(t.confirms)/2]), ms(t.confirms[len(t.confirms)*99/100])
	return r, nil
}

// open sets the provider up.
func (t *tills) open(_ context.Context, s TillSettings) (err error) {
	if t.bank, err = sandbox.New(sandbox.Options{AnyShop: true}); err != nil {
		return err
	}
	t.Providers = map[pay.Kind]pay.Provider{pay.WeChat: t.bank.Direct()}
	if !s.Protocol {
		return nil
	}
	c, err := t.bank.Credentials()
	if err != nil {
		return err
	}
	t.client, err = wechatpay.New(wechatpay.Settings{Merchant: c.Merchant, App: c.App, Serial: c.Serial, Key: c.Key, Secret: c.Secret, Notify: heardHere}, wechatpay.Options{Via: sandbox.Via(t.bank)})
	t.Providers[pay.WeChat] = t.client
	return err
}

// heardHere is where the provider's messages go; nothing listens, they are handed over.
const heardHere = "https://bench.invalid/heard"

// voucherWorth is the amount of every voucher, coinsEach what is used of entitlement, and
// listEach the price of every basket, in fen.
const (
	voucherWorth money.Amount = 50
	coinsEach    money.Amount = 2_00
	listEach     money.Amount = 60_00
)

// fill gives everybody a person, entitlement and a voucher for every purchase to come.
func (t *tills) fill(ctx context.Context, purchases int) error {
	if err := t.DB.View(ctx, t.at, func(r db.Reader) error {
		all, err := t.Merchants.List(ctx, r, t.at)
		for _, m := range all {
			t.shops = append(t.shops, m.ID)
		}
		return err
	}); err != nil {
		return err
	}
	t.people = make([]id.ID, Members)
	each := purchases/Members + 1
	var settling []*flow.Settling
	for i := range t.people {
		if err := t.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			p, err := t.People.Register(ctx, tx, person.Person{Name: MemberRef(i), Phone: fmt.Sprintf("+86139%08d", i)})
			if err != nil {
				return err
			}
			t.people[i] = p.ID
			return t.People.Link(ctx, tx, p.ID, MemberRef(i), t.at)
		}); err != nil {
			return err
		}
		price := 20 * coinsEach * money.Amount(each)
		settling = append(settling, t.Submit(ctx, t.at, db.System, &flow.Purchase{Ref: fmt.Sprint("earn-", i), PurchasedAt: t.DB.Clock().Now(), Member: MemberRef(i),
			Merchant: ShopRef(i % Shops), List: price, Price: price, Held: price, Items: 1}))
	}
	for _, w := range settling {
		if _, err := w.Wait(ctx); err != nil {
			return err
		}
	}
	return t.vouchers(ctx, purchases)
}

func (t *tills) vouchers(ctx context.Context, purchases int) error {
	ends := t.DB.Clock().Now().AddDate(0, 1, 0)
	s := storm(t.DB, 64, purchases, func(i int) error {
		_, err := t.IssueVoucher(ctx, t.at, db.System, flow.VoucherIssue{Ref: voucherRef(i), Issuer: ShopRef((i + 1) % Shops), Target: ShopRef(i % Shops),
			Member: MemberRef(i % Members), Amount: voucherWorth, ExpiresAt: ends})
		return err
	}, flow.ErrOwesTooMuch)
	if s.Failed+s.Refused > 0 {
		return fmt.Errorf("bench: %d vouchers could not be given", s.Failed+s.Refused)
	}
	return nil
}

func voucherRef(i int) string { return fmt.Sprint("V", i) }

// buy is one purchase from the shop's code to the receipt.
func (t *tills) buy(ctx context.Context, i int) error {
	who := t.people[i%Members]
	c, err := t.OpenCheckout(ctx, t.at, db.System, flow.Opening{Shop: t.shops[i%Shops], List: listEach, Self: who, Token: fmt.Sprint("bench-", i)})
	if err != nil {
		return err
	}
	coins := coinsEach
	wish := offer.Wish{Coins: &coins, Vouchers: []string{voucherRef(i)}, Chosen: true}
	confirmed := time.Now()
	a, err := t.AgreeCheckout(ctx, t.at, db.System, c.ID, flow.Agreeing{Wish: wish, Tender: checkout.WeChat, Expect: listEach - coinsEach - voucherWorth, OnPhone: true, Scene: pay.Native, Payer: who})
	if err != nil {
		return err
	}
	if _, err := t.AskFor(ctx, t.at, a.Payment, ""); err != nil {
		return err
	}
	if err := t.hear(ctx, pay.Payment{Key: a.Payment.Key(), ID: "4200" + a.Payment.Key()[:20], State: pay.Done, Amount: a.Payment.Amount, Asset: "CNY", PaidAt: time.Now(), Attach: t.at.String()}); err != nil {
		return err
	}
	if err := t.opens(ctx, c.ID); err != nil {
		return err
	}
	t.confirms[i] = time.Since(confirmed)
	return nil
}

// hear is the provider's message that she has paid, sealed and opened if its protocol is
// measured.
func (t *tills) hear(ctx context.Context, told pay.Payment) error {
	if t.client != nil {
		r, err := t.bank.CallBack(ctx, heardHere, pay.Message{Kind: pay.PaymentMessage, ID: told.ID, Payment: &told}, told.PaidAt)
		if err != nil {
			return err
		}
		m, err := t.client.Read(r)
		if err != nil {
			return err
		}
		told = *m.Payment
	}
	return t.ToldPayment(ctx, told)
}

// opens makes sure that the receipt can be opened.
func (t *tills) opens(ctx context.Context, at id.ID) error {
	return t.DB.View(ctx, t.at, func(r db.Reader) error {
		c, err := t.Checkouts.ByID(ctx, r, t.at, at)
		if err == nil && !c.Settled() {
			err = errors.New("bench: paid, and not settled")
		}
		return err
	})
}
