// Package pay is the port to licensed payment providers (D6). The provider holds the
// money; what leaves this house are instructions: take this payment, give that back,
// share a part of it, release the rest. Amounts are fen.
//
// Every instruction names itself by a key that its sender chose; the same key again
// is the same instruction, so that whoever did not hear an answer may ask again.
package pay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Kind is which provider a payment passes. It is stored.
type Kind string

// The providers.
const (
	WeChat Kind = "wechat"
	Alipay Kind = "alipay"
)

// Errors of a provider. What is neither is a refusal: see Refused.
var (
	// ErrUnknown says that nobody knows what became of an instruction: no answer came, or
	// one that cannot be read. Ask for the state, or give the same instruction again.
	ErrUnknown = errors.New("pay: the outcome is unknown")
	// ErrNotFound says that the provider does not know the key.
	ErrNotFound = errors.New("pay: not found at the provider")
	// ErrForged says that a message does not bear the provider's signature.
	ErrForged = errors.New("pay: the signature is not the provider's")
	// ErrNotYet says that a bill is not there yet: ask later.
	ErrNotYet = errors.New("pay: the bill is not there yet")
)

// Refused is an instruction that was not carried out. Most never will be; what lacks
// only money (CodeNotEnough) may be given again under the same key.
type Refused struct {
	Code    string // the provider's: "NOT_ENOUGH", "ORDER_CLOSED"; or one of ours
	Message string // the provider's words; never shown to a person as they are
	Status  int    // of HTTP; 0 when it was refused here and nothing was sent
}

// Error implements error.
func (r *Refused) Error() string { return "pay: refused: " + r.Code + " " + r.Message }

// CodeNotEnough says that the account that should pay has too little.
const CodeNotEnough = "NOT_ENOUGH"

// Scene is where the payer is.
type Scene string

// The scenes.
const (
	JSAPI  Scene = "jsapi"  // in the provider's own app: the page hands the payment over
	Native Scene = "native" // the payer scans a code
)

// Order asks for a payment.
type Order struct {
	Key      string // out_trade_no: ours, at most 32 letters and digits
	Account  string // whose: the shop's account with the provider (sub-merchant); "" is the house's own
	Amount   money.Amount
	Title    string // what the payer sees
	Scene    Scene
	Payer    string // the payer's account with the provider, for JSAPI
	Expires  time.Time
	Share    bool   // parts of it go to others, so the rest is frozen until released
	Attach   string // comes back with every message about it, at most 127 bytes
	ClientIP string
}

// Prepared is a payment that waits for its payer.
type Prepared struct {
	ID     string            // prepay_id
	Code   string            // Native: what the payer scans
	Handed map[string]string // JSAPI: what the page hands to the provider's app, signed
}

// State is what became of a payment, a refund or a share.
type State string

// The states.
const (
	Pending  State = "pending"
	Done     State = "done"
	Closed   State = "closed"   // nothing moved and nothing will
	Returned State = "returned" // it moved and came back
	Stuck    State = "stuck"    // a refund whose receiver cannot be paid: somebody must go to the provider
)

// Payment is a payment as the provider tells it.
type Payment struct {
	Account string // whose: "" is the house's own
	Key     string
	ID      string // the provider's number
	State   State
	Amount  money.Amount
	Asset   string // "CNY"
	PaidAt  time.Time
	Payer   string
	Attach  string
}

// Refund asks to give a part of a payment back to its payer.
type Refund struct {
	Key     string // out_refund_no; like those of shares and returns at most 64 letters and digits
	Payment string // Key of the payment
	Account string
	Amount  money.Amount // of this refund
	Total   money.Amount // of the payment
	Reason  string
}

// RefundResult is a refund as the provider tells it.
type RefundResult struct {
	Key     string
	ID      string
	Payment string
	State   State // Pending, Done, Stuck, or Closed when it could not be carried out
	Amount  money.Amount
	At      time.Time
}

// ReceiverKind is what a receiver of a share is.
type ReceiverKind string

// The kinds of receiver.
const (
	ToMerchant ReceiverKind = "merchant" // gives back when asked, within the provider's time
	ToPerson   ReceiverKind = "person"   // gives nothing back
)

// Part is what one receiver gets of a payment.
type Part struct {
	Kind    ReceiverKind
	Account string
	Name    string // of the receiver as the provider knows it; a merchant must be named
	Amount  money.Amount
	Why     string // what the receiver sees
}

// Share asks to give parts of a payment to others than its shop. Total, PaidAt, Before
// and Requests are what the limits of the provider are checked against before anything
// is sent.
type Share struct {
	Key     string // out_order_no
	Payment string // the provider's number of the payment
	Account string // whose payment it is
	Parts   []Part // none, with Release: only what is left is released
	Release bool   // what is left goes to the shop: nothing can be shared afterwards

	Total    money.Amount // of the payment
	PaidAt   time.Time
	Before   money.Amount // shared of it earlier, also what came back
	Requests int          // made for it earlier
}

// PartResult is what became of one part.
type PartResult struct {
	Part
	State  State
	Reason string // of a part that could not be given
	At     time.Time
}

// ShareResult is a share as the provider tells it.
type ShareResult struct {
	Key   string
	ID    string
	State State // Done when every part has ended
	Parts []PartResult
}

// Return asks a receiver to give a part of a share back.
type Return struct {
	Key     string // out_return_no
	Share   string // Key of the share
	Account string // whose payment it was
	From    string // the receiver's account
	Kind    ReceiverKind
	Amount  money.Amount
	Why     string

	SharedAt time.Time // when the receiver got it
}

// ReturnResult is a return as the provider tells it.
type ReturnResult struct {
	Key    string
	State  State
	Reason string
	At     time.Time
}

// Transfer asks to pay money from the house's own account with the provider.
type Transfer struct {
	Key     string // out_bill_no
	Kind    ReceiverKind
	Account string
	Name    string // of the receiver, where the provider wants it
	Amount  money.Amount
	Why     string
}

// TransferResult is a transfer as the provider tells it.
type TransferResult struct {
	Key     string
	ID      string
	State   State  // Returned when the receiver's bank gave it back
	Confirm string // not empty: the receiver must accept it in the provider's app, which is handed this
	Reason  string
	At      time.Time
}

// Pickup reports that goods were handed over: money of some kinds of sale is frozen
// until the provider knows.
type Pickup struct {
	Payment string // the provider's number
	Payer   string
	Title   string
	At      time.Time
}

// MessageKind is what a provider's message is about.
type MessageKind string

// The kinds of message.
const (
	PaymentMessage MessageKind = "payment"
	RefundMessage  MessageKind = "refund"
	OtherMessage   MessageKind = "other" // signed, but about something that is asked for and not waited for
)

// Message is what a provider tells unasked. The same message may come several times,
// late, and before the answer to what caused it.
type Message struct {
	Kind    MessageKind
	ID      string // of the message
	Payment *Payment
	Refund  *RefundResult
}

// Provider is one licensed provider.
type Provider interface {
	Kind() Kind

	Pay(ctx context.Context, o Order) (Prepared, error)
	Payment(ctx context.Context, key, account string) (Payment, error)
	// Close ends a payment that nobody has paid. One that was paid meanwhile is refused.
	Close(ctx context.Context, key, account string) error

	Refund(ctx context.Context, r Refund) (RefundResult, error)
	Refunded(ctx context.Context, key, payment, account string) (RefundResult, error)

	Share(ctx context.Context, s Share) (ShareResult, error)
	Shared(ctx context.Context, key, payment, account string) (ShareResult, error)
	Return(ctx context.Context, r Return) (ReturnResult, error)
	Returned(ctx context.Context, key, share, account string) (ReturnResult, error)

	Transfer(ctx context.Context, t Transfer) (TransferResult, error)
	Transferred(ctx context.Context, key string) (TransferResult, error)

	Pickup(ctx context.Context, p Pickup) error

	// Bill is the provider's list of a day's payments and refunds, a line after another.
	// A day without any has an empty one; a day that the provider has not closed, ErrNotYet.
	Bill(ctx context.Context, day period.Day) (Bill, error)

	// Read checks and opens a message that came in by HTTP; Answer is what the provider
	// wants to hear, also when what it told could not be used (then it comes again).
	Read(r *http.Request) (Message, error)
	Answer(w http.ResponseWriter, err error)
}

// Bill is read line by line; it may have millions. Next ends with io.EOF, and fails
// if the lines do not add up to what the bill says they do.
type Bill interface {
	Next() (BillLine, error)
	io.Closer
}

// BillKind is what a line of a bill is about.
type BillKind string

// The kinds of line.
const (
	PaymentLine BillKind = "payment"
	RefundLine  BillKind = "refund"
)

// BillLine is one line of a bill.
type BillLine struct {
	Line    int // in the file, from 1
	Kind    BillKind
	At      time.Time
	Key     string // ours: of the payment
	ID      string // the provider's: of the payment
	Refund  string // our key of the refund
	Account string
	Amount  money.Amount // of the payment, or of the refund; never negative
	Fee     money.Amount // that the provider kept; negative when it gave a fee back
	Status  string       // the provider's word
	Attach  string       // what the order attached
}
