package sandbox

import (
	"net/http"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// order is a payment that was asked for.
type order struct {
	orderAct
	prepared string // prepay_id, and the word of its code
	made     time.Time
	closed   bool

	id     string // once it is paid
	at     time.Time
	payer  string
	fee    money.Amount
	frozen money.Amount // of the shop, in this order
	waits  bool         // for its pickup to be reported
	open   bool         // for shares

	shared   money.Amount // to others, also what came back
	requests int
	refunded money.Amount
	feeBack  money.Amount
}

func (o *order) number() string {
	if o.Account == "" {
		return Merchant
	}
	return o.Account
}

func (o *order) expires() time.Time {
	if !o.Expires.IsZero() {
		return o.Expires
	}
	return o.made.Add(payable)
}

// order takes an order. The same again is the same; another under the same key is not.
func (b *bank) order(at time.Time, a orderAct) (any, bool, error) {
	if !goodKey.MatchString(a.Key) || len(a.Key) > 32 {
		return nil, false, badParam("out_trade_no")
	}
	if a.Amount <= 0 {
		return nil, false, badParam("total")
	}
	if a.Title == "" || len(a.Title) > 127 || len(a.Attach) > 127 {
		return nil, false, badParam("description or attach")
	}
	if a.Scene == pay.JSAPI && a.Payer == "" {
		return nil, false, badParam("openid")
	}
	if b.known(a.Account) == nil {
		return nil, false, refused(http.StatusForbidden, "NO_AUTH", "the sub-merchant %s is none of this partner", a.Account)
	}
	name := keyed{a.Account, a.Key}
	if o := b.orders[name]; o != nil {
		a.ClientIP = o.ClientIP // who asks again may do so from elsewhere
		switch {
		case o.orderAct != a:
			return nil, false, refused(http.StatusForbidden, "OUT_TRADE_NO_USED", "another order has the same number")
		case o.id != "":
			return nil, false, badRequest("the order is paid")
		case o.closed:
			return nil, false, refused(http.StatusBadRequest, "ORDER_CLOSED", "the order is closed")
		}
		return o.prepared, false, nil
	}
	if !a.Expires.IsZero() && !a.Expires.After(at) {
		return nil, false, badParam("time_expire")
	}
	b.serial++
	o := &order{orderAct: a, made: at, prepared: b.s.code("order", b.serial)}
	b.orders[name], b.byCode[o.prepared] = o, o
	return o.prepared, true, nil
}

// close ends an order that nobody has paid.
func (b *bank) close(k keyed) (any, bool, error) {
	o := b.orders[k]
	switch {
	case o == nil:
		return nil, false, refused(http.StatusNotFound, "ORDER_NOT_EXIST", "no such order")
	case o.id != "":
		return nil, false, refused(http.StatusBadRequest, "ORDERPAID", "the order is paid")
	case o.closed:
		return nil, false, nil
	}
	o.closed = true
	return nil, true, nil
}

// What a payer is told instead of paying.
var (
	errNoCode  = refused(http.StatusNotFound, "NO_CODE", "there is no such code")
	errPaid    = refused(http.StatusConflict, "ORDERPAID", "it is paid")
	errClosed  = refused(http.StatusConflict, "ORDER_CLOSED", "it is closed")
	errExpired = refused(http.StatusConflict, "EXPIRED", "its time is over")
	errPayer   = refused(http.StatusForbidden, "PAYER", "it is for somebody else")
)

// pay is a payer who pays.
func (b *bank) pay(at time.Time, a payAct) (any, bool, error) {
	o := b.byCode[a.Code]
	switch {
	case o == nil:
		return nil, false, errNoCode
	case o.id != "":
		return nil, false, errPaid
	case o.closed:
		return nil, false, errClosed
	case !at.Before(o.expires()):
		return nil, false, errExpired
	case a.Payer == "" || o.Scene == pay.JSAPI && a.Payer != o.Payer:
		return nil, false, errPayer
	}
	o.id, o.at, o.payer = b.number("4200", at), at, a.Payer
	o.fee = b.s.fee.Of(o.Amount)
	o.frozen, o.open = o.Amount-o.fee, o.Share
	o.waits = o.Scene == pay.JSAPI && b.of(o.Account).shop.Covered
	b.byID[o.id] = o
	b.paid = append(b.paid, o)
	b.out += o.Amount
	b.fees += o.fee
	b.thaw(o, at)
	b.tell(at, a.Told, o.Notify, pay.Message{Kind: pay.PaymentMessage, Payment: o.payment()})
	return o.payment(), true, nil
}

// thaw gives the shop what nothing holds back any more.
func (b *bank) thaw(o *order, at time.Time) {
	if o.open && at.After(o.at.Add(pay.WeChatLimits.Within)) {
		o.open = false
	}
	if !o.open && !o.waits {
		b.of(o.Account).free += o.frozen
		o.frozen = 0
	}
}

// payment is the order in the words of the port.
func (o *order) payment() *pay.Payment {
	p := &pay.Payment{Account: o.Account, Key: o.Key, State: pay.Pending, Amount: o.Amount, Asset: "CNY", Attach: o.Attach}
	switch {
	case o.id != "":
		p.ID, p.State, p.PaidAt, p.Payer = o.id, pay.Done, o.at, o.payer
	case o.closed:
		p.State = pay.Closed
	}
	return p
}

// pickup takes the report that goods were handed over.
func (b *bank) pickup(p pay.Pickup) (any, bool, error) {
	o := b.byID[p.Payment]
	if o == nil || o.payer != p.Payer {
		return nil, false, pay.ErrNotFound
	}
	if !o.waits {
		return nil, false, nil
	}
	o.waits = false
	b.thaw(o, o.at)
	return nil, true, nil
}

// View is what a payer sees of an order.
type View struct {
	Shop    string // its name, or number
	Title   string
	Amount  money.Amount
	Payer   string // for whom it is, "" for whoever scans
	State   pay.State
	Expires time.Time
	Expired bool
}

// Look is the order behind a code.
func (s *Server) Look(code string) (v View, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.bank.byCode[code]
	if o == nil {
		return v, false
	}
	shop := s.bank.of(o.Account).shop
	v = View{Shop: shop.Name, Title: o.Title, Amount: o.Amount, State: o.payment().State, Expires: o.expires()}
	if v.Shop == "" {
		v.Shop = shop.Number
	}
	if o.Scene == pay.JSAPI {
		v.Payer = o.Payer
	}
	v.Expired = v.State == pay.Pending && !s.clock.Now().Before(v.Expires)
	return v, true
}

// Pay is a payer who pays the order behind a code; payer is her account, which an
// order in the app already names. Told says what becomes of its message.
func (s *Server) Pay(code, payer string, told Telling) error {
	_, err := s.do(act{Pay: &payAct{code, payer, told}})
	return err
}
