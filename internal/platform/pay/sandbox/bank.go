package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// act is one thing that happens: exactly one of its fields beside At is there. The same
// acts in the same order make the same bank.
type act struct {
	At       time.Time
	Order    *orderAct     `json:",omitempty"`
	Close    *keyed        `json:",omitempty"`
	Pay      *payAct       `json:",omitempty"`
	Refund   *refundAct    `json:",omitempty"`
	Receiver *receiverAct  `json:",omitempty"`
	Share    *pay.Share    `json:",omitempty"`
	Return   *pay.Return   `json:",omitempty"`
	Transfer *pay.Transfer `json:",omitempty"`
	Accept   string        `json:",omitempty"` // key of a transfer
	Pickup   *pay.Pickup   `json:",omitempty"`
	Fund     *fundAct      `json:",omitempty"`
	Heard    int64         `json:",omitempty"` // number of a message that was answered well
	Outage   *Outage       `json:",omitempty"` // how things end that are under way
}

type keyed struct{ Account, Key string }

type orderAct struct {
	pay.Order
	Notify string // "" tells directly
}

type refundAct struct {
	pay.Refund
	Notify string
}

type payAct struct {
	Code, Payer string
	Told        Telling
}

type receiverAct struct {
	Account string
	Kind    pay.ReceiverKind
	Number  string
}

type fundAct struct {
	Number string
	Amount money.Amount
}

// account is a shop's, the house's or a person's with the provider.
type account struct {
	shop   Shop
	person bool
	free   money.Amount
}

// bank is the state of the sandbox. It knows no clock: each act brings its time.
type bank struct {
	s          *Server
	accounts   map[string]*account
	orders     map[keyed]*order
	byID       map[string]*order
	byCode     map[string]*order
	paid       []*order // in order of time
	refunds    map[keyed]*refund
	backs      []*refund
	backByID   map[string]*refund
	shares     map[keyed]*share
	sharesByID map[string]*share
	returns    map[keyed]*ret
	transfers  map[string]*transfer
	receivers  map[receiverAct]bool
	due        dueList
	notes      []*note // not heard yet
	outage     Outage

	serial    int64 // counts whatever needs a number
	fees      money.Amount
	suspended money.Amount // on its way: refunds, shares, transfers
	out       money.Amount // what payers have paid and funders brought, less what went back to payers
}

func newBank(s *Server) bank {
	return bank{
		s: s, accounts: make(map[string]*account), orders: make(map[keyed]*order), byID: make(map[string]*order), byCode: make(map[string]*order),
		refunds: make(map[keyed]*refund), shares: make(map[keyed]*share), sharesByID: make(map[string]*share), returns: make(map[keyed]*ret), transfers: make(map[string]*transfer),
		receivers: make(map[receiverAct]bool), backByID: make(map[string]*refund),
	}
}

// perform carries out an act; changed says whether anything is other than before.
func (b *bank) perform(a act) (result any, changed bool, err error) {
	b.advance(a.At)
	switch {
	case a.Order != nil:
		return b.order(a.At, *a.Order)
	case a.Close != nil:
		return b.close(*a.Close)
	case a.Pay != nil:
		return b.pay(a.At, *a.Pay)
	case a.Refund != nil:
		return b.refund(a.At, *a.Refund)
	case a.Receiver != nil:
		return b.receiver(*a.Receiver)
	case a.Share != nil:
		return b.share(a.At, *a.Share)
	case a.Return != nil:
		return b.giveBack(a.At, *a.Return)
	case a.Transfer != nil:
		return b.transfer(a.At, *a.Transfer)
	case a.Accept != "":
		return b.accept(a.At, a.Accept)
	case a.Pickup != nil:
		return b.pickup(*a.Pickup)
	case a.Fund != nil:
		b.of(a.Fund.Number).free += a.Fund.Amount
		b.out += a.Fund.Amount
		return nil, true, nil
	case a.Heard != 0:
		return nil, b.heard(a.Heard), nil
	case a.Outage != nil:
		b.outage = *a.Outage
		return nil, true, nil
	}
	return nil, false, nil // only time has passed
}

// number is what the provider calls something, after the time it was made.
func (b *bank) number(prefix string, at time.Time) string {
	b.serial++
	return fmt.Sprintf("%s%s%010d", prefix, at.In(china).Format("20060102"), b.serial)
}

func (b *bank) register(shop Shop) {
	if a := b.accounts[shop.Number]; a != nil {
		a.shop = shop
		return
	}
	b.accounts[shop.Number] = &account{shop: shop}
}

// wellFormed is how a merchant's number looks.
var wellFormed = regexp.MustCompile(`^[0-9]{8,10}$`)

// known is a shop's account, "" being the house's; nil if there is none.
func (b *bank) known(number string) *account {
	if number == "" {
		number = Merchant
	}
	if a := b.accounts[number]; a != nil && !a.person {
		return a
	}
	if number == Merchant || b.s.o.AnyShop && wellFormed.MatchString(number) {
		return b.of(number)
	}
	return nil
}

// of is an account, opened if it was not there: "" is the house's.
func (b *bank) of(number string) *account {
	if number == "" {
		number = Merchant
	}
	a := b.accounts[number]
	if a == nil {
		a = &account{shop: Shop{Number: number, Covered: b.s.o.Covered && number != Merchant}}
		b.accounts[number] = a
	}
	return a
}

// purse is a person's account.
func (b *bank) purse(openID string) *account {
	a := b.of(openID)
	a.person = true
	return a
}

// refused is a refusal in the provider's words.
func refused(status int, code, format string, args ...any) error {
	return &pay.Refused{Code: code, Message: fmt.Sprintf(format, args...), Status: status}
}

func badParam(format string, args ...any) error {
	return refused(http.StatusBadRequest, "PARAM_ERROR", format, args...)
}

func badRequest(format string, args ...any) error {
	return refused(http.StatusBadRequest, "INVALID_REQUEST", format, args...)
}

func limit(format string, args ...any) error {
	return refused(http.StatusForbidden, "RULE_LIMIT", format, args...)
}

func notEnough(format string, args ...any) error {
	return refused(http.StatusForbidden, pay.CodeNotEnough, format, args...)
}

// goodKey is what a merchant may call something.
var goodKey = regexp.MustCompile(`^[0-9A-Za-z_\-*|@]{6,64}$`)

// Books are the balances of the sandbox, in fen.
type Books struct {
	Free      map[string]money.Amount // by account
	Frozen    map[string]money.Amount // of shops: to be shared, or to be picked up
	Fees      money.Amount            // that the provider kept
	Suspended money.Amount            // on its way
	In        money.Amount            // what came in from payers and funders, less what went back to payers
}

// Books tells who has what. What came in is what all have together.
func (s *Server) Books() Books {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := &s.bank
	b.advance(s.clock.Now())
	x := Books{Free: make(map[string]money.Amount), Frozen: make(map[string]money.Amount), Fees: b.fees, Suspended: b.suspended, In: b.out}
	for number, a := range b.accounts {
		x.Free[number] = a.free
	}
	for _, o := range b.paid {
		b.thaw(o, s.clock.Now())
		x.Free[o.number()] = b.of(o.number()).free
		x.Frozen[o.number()] += o.frozen
	}
	return x
}

// Sum is what all have together.
func (x *Books) Sum() (sum money.Amount) {
	for _, v := range x.Free {
		sum += v
	}
	for _, v := range x.Frozen {
		sum += v
	}
	return sum + x.Fees + x.Suspended
}

// Fund puts practice money into an account: "" is the house's.
func (s *Server) Fund(number string, v money.Amount) error {
	_, err := s.do(act{Fund: &fundAct{number, v}})
	return err
}
