package flow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/paycode"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
)

// mall is a bureau whose shops are paid through the sandbox: bakery and fruit have
// accounts with the provider, first has one at a bank, and buyers have phones.
type mall struct {
	*bureau
	wx       *sandbox.Server
	provider pay.Provider
	phones   map[string]paycode.Key
	forms    int
	funded   map[string]money.Amount
	paidOut  money.Amount // by hand, at a bank
	outside  money.Amount // that the books hold and no till of the mall took
}

// atProvider are the shops' numbers with the provider.
var atProvider = map[string]string{"bakery": "1600000001", "fruit": "1600000002"}

// through makes the provider of a mall out of its sandbox.
type through func(t *testing.T, s *sandbox.Server, w *bureau) pay.Provider

func direct(_ *testing.T, s *sandbox.Server, _ *bureau) pay.Provider { return s.Direct() }

func inMall(t *testing.T, fn func(w *mall)) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) { fn(openMall(t, env, direct)) })
}

func openMall(t *testing.T, env dbtest.Env, provider through) *mall {
	b := openBureau(t, env)
	w := &mall{bureau: b, phones: make(map[string]paycode.Key), funded: make(map[string]money.Amount)}
	s, err := sandbox.New(sandbox.Options{Clock: env.Clock, Shops: []sandbox.Shop{{Number: atProvider["bakery"]}, {Number: atProvider["fruit"]}}})
	w.must(err)
	t.Cleanup(func() { _ = s.Close() })
	w.wx, w.provider = s, provider(t, s, b)
	w.Providers = map[pay.Kind]pay.Provider{pay.WeChat: w.provider}
	env.Clock.Advance(time.Minute) // what is agreed to last counts
	for shop, number := range atProvider {
		w.account(payout.OfShop, w.shop(shop).ID, pay.WeChat, number)
	}
	w.account(payout.OfShop, w.shop("first").ID, payout.Bank, "6222000033334444")
	w.account(payout.OfPlatform, id.ID{}, pay.WeChat, sandbox.Merchant)
	w.admit(w.home, "kiosk", policy.Standard) // which nobody pays out: the books can bear refunds
	w.outside = 5000_00
	_, err = w.buy("kiosk", "anna", "kiosk", w.outside)
	w.must(err)
	for n, ref := range []string{"anna", "ben"} {
		w.phones[ref] = w.phone(ref, n)
	}
	return w
}

func (w *mall) phone(ref string, n int) (k paycode.Key) {
	w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := w.People.Register(ctx, tx, person.Person{Name: ref, Phone: fmt.Sprintf("+861380000%04d", n)})
		if err != nil {
			return err
		}
		if err := w.People.Link(ctx, tx, p.ID, ref, w.home); err != nil {
			return err
		}
		s, _, err := w.SignIn.Start(ctx, tx, p.ID, signin.ByCode, signin.Device{})
		if err == nil {
			k, err = w.PayCodes.Make(ctx, tx, p.ID, s.ID, 30*time.Second)
		}
		return err
	}))
	return k
}

// fund lets an account have money of its own.
func (w *mall) fund(number string, v money.Amount) {
	w.must(w.wx.Fund(number, v))
	if number == "" {
		number = sandbox.Merchant
	}
	w.funded[number] += v
}

// pays lets somebody buy at a till, with what is proposed, and pay the rest with her
// phone. Nobody's clock stands still: a minute is over afterwards.
func (w *mall) sells(shop, member string, list money.Amount) (*payment.Payment, int64) {
	w.t.Helper()
	w.forms++
	k := w.phones[member]
	c, err := w.OpenCheckout(ctx, w.home, db.System, flow.Opening{Shop: w.shop(shop).ID, List: list, Code: k.CodeAt(w.env.Clock.Now()), Token: fmt.Sprint("form-", w.forms)})
	w.must(err)
	p, err := w.ProposeCheckout(ctx, w.home, c.ID, offer.Wish{}, checkout.WeChat)
	w.must(err)
	a, err := w.AgreeCheckout(ctx, w.home, db.System, c.ID, flow.Agreeing{Tender: checkout.WeChat, Expect: p.Proposal.Cash, OnPhone: true, Scene: pay.Native})
	w.must(err)
	if a.Payment == nil { // nothing was left to pay
		w.env.Clock.Advance(time.Minute)
		return nil, a.Settled.Seq
	}
	prepared, err := w.AskFor(ctx, w.home, a.Payment, "")
	w.must(err)
	w.must(w.wx.Pay(prepared.Code[strings.LastIndex(prepared.Code, "/")+1:], "oPayer", sandbox.Never))
	w.env.Clock.Advance(time.Minute)
	w.must(w.AskProviders(ctx, w.home))
	paid := w.payment(a.Payment.ID)
	if !paid.Paid() || paid.End.Seq < 0 {
		w.t.Fatalf("not paid: %+v", paid.End)
	}
	return paid, paid.End.Seq
}

func (w *mall) payment(at id.ID) (p *payment.Payment) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { p, err = w.Payments.ByID(ctx, r, w.home, at); return err }))
	return p
}

// refunds gives back a part of a purchase; 0 is all that is left.
func (w *mall) refunds(ref string, seq int64, v money.Amount) {
	w.t.Helper()
	_, err := w.Refund(ctx, w.home, db.System, flow.Refund{Ref: ref, Purchase: seq, Amount: v})
	w.must(err)
	w.asks()
}

// asks lets the sweeper ask the provider about what is open.
func (w *mall) asks() {
	w.t.Helper()
	w.env.Clock.Advance(time.Minute)
	w.must(w.AskProviders(ctx, w.home))
}

// batch prepares a batch of shops and lets two people agree to it.
func (w *mall) batch() *payout.Batch {
	w.t.Helper()
	w.must(w.CloseDue(ctx, w.home))
	b, err := w.PreparePayout(ctx, w.home, w.act("fang"), payout.Shops, period.DayOf(w.env.Clock.Now(), flow.DefaultZone), "周付", "")
	w.must(err)
	for _, who := range []string{"gao", "han"} {
		b, err = w.AgreePayout(ctx, w.home, w.act(who), b.ID)
		w.must(err)
	}
	return b
}

// carries lets the sweeper work until nothing is under way, and somebody at the bank pay.
func (w *mall) carries(b *payout.Batch) *payout.Batch {
	w.t.Helper()
	for range 40 {
		w.must(w.CarryPayouts(ctx, w.home))
		w.env.Clock.Advance(3 * time.Hour)
	}
	b = w.read(b.ID)
	for n := range b.Items {
		i := &b.Items[n]
		if i.State(b) == payout.Ready && w.atBank(i) {
			w.must(w.ConfirmPayout(ctx, w.home, w.act("fang"), i.ID, "S-"+i.ID.String()[:8]))
			w.paidOut += i.Amount
		}
	}
	b = w.read(b.ID)
	for n := range b.Items {
		if s := b.Items[n].State(b); b.Items[n].Seq >= 0 && s != payout.Arrived && s != payout.Bounced {
			w.t.Errorf("an item is %s", s)
		}
	}
	return b
}

func (w *mall) atBank(i *payout.Item) (yes bool) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		to, err := w.Payouts.AccountByID(ctx, r, w.home, i.Account)
		yes = err == nil && to.Provider == payout.Bank
		return err
	}))
	return yes
}

// got is what a shop has with the provider of the mall's money.
func (w *mall) got(shop string) money.Amount {
	books := w.wx.Books()
	return books.Free[atProvider[shop]] - w.funded[atProvider[shop]]
}

func (w *mall) frozen(shop string) money.Amount { return w.wx.Books().Frozen[atProvider[shop]] }

func (w *mall) shares(b *payout.Batch) (all []payout.Share) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
		all, err = w.Payouts.SharesIn(ctx, r, w.home, b.ID, 10_000, 0)
		return err
	}))
	return all
}

func (w *mall) recovers() (all map[id.ID]money.Amount) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Payouts.ToRecover(ctx, r, w.home); return err }))
	return all
}

// balances: every shop has with the provider what was booked out to it and did not come
// back, what it got too much, and less what its own account paid of refunds; and the books
// know of every fen that the provider has for others.
func (w *mall) balances(what string) {
	w.t.Helper()
	over, booked := w.recovers(), make(map[id.ID]money.Amount)
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		heads, err := w.Payouts.Batches(ctx, r, w.home, 1000, 0)
		if err != nil {
			return err
		}
		for _, h := range heads {
			b, err := w.Payouts.Batch(ctx, r, w.home, h.ID)
			if err != nil {
				return err
			}
			for n := range b.Items {
				if i := &b.Items[n]; i.Seq >= 0 && b.Kind == payout.Shops {
					booked[i.Payee] += i.Amount - i.Back()
				}
			}
		}
		all, err := w.Payouts.AllBorne(ctx, r, w.home)
		if err != nil {
			return err
		}
		for _, x := range all {
			booked[x.Shop] -= x.Amount
		}
		return w.unplanned(r, over)
	}))
	books := w.wx.Books()
	has := books.In + w.outside
	for _, v := range w.funded {
		has -= v
	}
	for shop := range atProvider {
		at := w.shop(shop).ID
		if got, want := w.got(shop), booked[at]+over[at]; got != want {
			w.t.Errorf("%s: %s has %v with the provider, and should have %v, of that %v too much", what, shop, got, want, over[at])
		}
		has += over[at] - w.got(shop)
	}
	if books.Sum() != books.In {
		w.t.Errorf("%s: the sandbox has %v, and came in %v", what, books.Sum(), books.In)
	}
	if got := w.holds("gateway/clearing CNY"); -got != has-w.paidOut {
		w.t.Errorf("%s: by the books the provider has %v for others, and it has %v", what, -got, has-w.paidOut)
	}
	w.whole()
}

// unplanned adds what the provider released by itself of orders that no plan has seen.
func (w *mall) unplanned(r db.Reader, over map[id.ID]money.Amount) error {
	now := w.env.Clock.Now()
	frozen, err := w.Payments.Frozen(ctx, r, w.home, pay.WeChat, now.Add(-pay.WeChatLimits.Within))
	for n := range frozen {
		p := &frozen[n]
		shares, err := w.Payouts.SharesOf(ctx, r, w.home, p.ID)
		if err != nil {
			return err
		}
		v := p.Amount - p.AtProvider() - payout.Kept(p.Amount, p.AtProvider(), sandbox.DefaultFee)
		for i := range shares {
			v -= shares[i].Given()
		}
		over[p.Shop] += v
	}
	return err
}

// holds is the balance of an account as books print it.
func (w *mall) holds(account string) money.Amount {
	w.t.Helper()
	text := w.books()[account]
	if text == "" {
		return 0
	}
	v, err := money.Parse(text, money.CNY)
	w.must(err)
	return v
}

// losing is a provider that carries out some calls and loses their answers.
type losing struct {
	pay.Provider
	lose func(kind string) bool
}

func (l losing) Share(ctx context.Context, s pay.Share) (pay.ShareResult, error) {
	x, err := l.Provider.Share(ctx, s)
	if l.lose("share") {
		return pay.ShareResult{}, pay.ErrUnknown
	}
	return x, err
}

func (l losing) Return(ctx context.Context, r pay.Return) (pay.ReturnResult, error) {
	x, err := l.Provider.Return(ctx, r)
	if l.lose("return") {
		return pay.ReturnResult{}, pay.ErrUnknown
	}
	return x, err
}
