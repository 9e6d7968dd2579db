package settlementweb

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/apikey/apikeyweb"
	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/evidence"
)

// Prover gives signed checkpoints of a community's evidence log.
type Prover interface {
	Checkpoint(ctx context.Context, community id.ID, seq int64) (evidence.Checkpoint, error)
}

// API is the JSON operations on purchases, refunds and receipts.
type API struct {
	Flows  *flow.Flows
	Proof  Prover
	Bundle func(ctx context.Context, r *flow.Receipt) (name string, file []byte, err error)
	Log    *slog.Logger
}

// MaxBatch bounds the purchases of one request.
const MaxBatch = 1000

// Register adds the operations.
func (a *API) Register(api huma.API) {
	huma.Register(api, huma.Operation{
		Metadata: apikit.Ask{Action: "purchase.settle", Shop: true}.Metadata(), OperationID: "settle-purchase", Method: http.MethodPost, Path: apikit.Prefix + "/communities/{community}/purchases",
		Summary: "Settle a purchase", Tags: []string{"Purchases"}, Security: apikeyweb.Security, DefaultStatus: http.StatusOK,
		Description: "Durable and proven when it answers. The same purchase again gets the same answer; the same purchase_ref with other content is refused (409).",
	}, a.settle)
	huma.Register(api, huma.Operation{
		Metadata: apikit.Ask{Action: "purchase.settle", Shop: true}.Metadata(), OperationID: "settle-purchases", Method: http.MethodPost, Path: apikit.Prefix + "/communities/{community}/purchase-batches",
		Summary: "Settle many purchases", Tags: []string{"Purchases"}, Security: apikeyweb.Security, DefaultStatus: http.StatusOK, MaxBodyBytes: 4 << 20,
		Description: "Each purchase has its own outcome, in the order of the request: some may be refused while others are settled.",
	}, a.settleBatch)
	huma.Register(api, huma.Operation{
		Metadata: apikit.Ask{Action: "purchase.refund", Shop: true}.Metadata(), OperationID: "refund-purchase", Method: http.MethodPost, Path: apikit.Prefix + "/communities/{community}/purchases/{ref}/refunds",
		Summary: "Refund a purchase, whole or in part", Tags: []string{"Purchases"}, Security: apikeyweb.Security, DefaultStatus: http.StatusOK,
	}, a.refund)
	huma.Register(api, huma.Operation{
		Metadata: apikit.Ask{Action: "purchase.read", Shop: true}.Metadata(), OperationID: "get-purchase", Method: http.MethodGet, Path: apikit.Prefix + "/communities/{community}/purchases/{ref}",
		Summary: "The receipt of a purchase", Tags: []string{"Receipts"}, Security: apikeyweb.Security,
	}, a.receiptByRef)
	huma.Register(api, huma.Operation{
		Metadata: apikit.Ask{Action: "receipt.open"}.Metadata(), OperationID: "open-receipt", Method: http.MethodGet, Path: apikit.Prefix + "/receipts/{token}",
		Summary: "The receipt that a token opens", Tags: []string{"Receipts"}, Description: "Whoever holds the token may read it; it names no person.",
	}, a.receiptByToken)
	huma.Register(api, huma.Operation{
		Metadata: apikit.Ask{Action: "receipt.open"}.Metadata(), OperationID: "get-receipt-file", Method: http.MethodGet, Path: apikit.Prefix + "/receipts/{token}/file",
		Summary: "The receipt file, to be checked offline", Tags: []string{"Receipts"},
	}, a.receiptFile)
}

// PurchaseBody is a purchase on the wire (settlement.md, "Inputs").
type PurchaseBody struct {
	Ref         string        `json:"purchase_ref" minLength:"1" maxLength:"128" doc:"Idempotency key within the community"`
	PurchasedAt time.Time     `json:"purchased_at" doc:"When it was bought; chooses the policy version"`
	Member      string        `json:"member_ref,omitempty" maxLength:"64" doc:"The buyer, if she is a member"`
	Merchant    string        `json:"merchant_ref" minLength:"1" maxLength:"64"`
	List        apikit.Amount `json:"list_amount,omitempty" doc:"Sum of shelf prices, information only"`
	Price       apikit.Amount `json:"price" doc:"What is paid in all: vouchers, coins and cash add up to it"`
	Held        apikit.Amount `json:"cash_held,omitempty" doc:"Cash through the licensed provider"`
	Direct      apikit.Amount `json:"cash_direct,omitempty" doc:"Cash that the shop took itself"`
	Coins       apikit.Amount `json:"coins,omitempty" doc:"Entitlement used, at face value"`
	Vouchers    []string      `json:"vouchers,omitempty" maxItems:"8" doc:"Codes of vouchers used"`
	Coupon      apikit.Amount `json:"coupon_amount,omitempty" doc:"A maker's coupon, shown on the receipt"`
	Items       int           `json:"items,omitempty" minimum:"0" maximum:"100000"`
}

// Purchase reads the body; every amount that is none is refused by name.
func (b *PurchaseBody) Purchase() (p flow.Purchase, err error) {
	p = flow.Purchase{Ref: b.Ref, PurchasedAt: b.PurchasedAt.UTC().Truncate(time.Microsecond), Member: b.Member, Merchant: b.Merchant, Vouchers: b.Vouchers, Items: b.Items}
	for _, part := range [...]struct {
		text  apikit.Amount
		asset money.Asset
		field string
		into  *money.Amount
	}{
		{b.List, money.CNY, "list_amount", &p.List}, {b.Price, money.CNY, "price", &p.Price}, {b.Held, money.CNY, "cash_held", &p.Held},
		{b.Direct, money.CNY, "cash_direct", &p.Direct}, {b.Coins, money.Coin, "coins", &p.Coins}, {b.Coupon, money.CNY, "coupon_amount", &p.Coupon},
	} {
		if *part.into, err = part.text.Money(part.asset, part.field); err != nil {
			return p, err
		}
	}
	return p, nil
}

// onWire names the input that a refusal is about as the body does.
func onWire(err error) error {
	names := map[string]string{"held": "cash_held", "direct": "cash_direct", "list": "list_amount", "coupon": "coupon_amount", "merchant": "merchant_ref"}
	if f := fault.Of(err); f != nil && names[f.Field] != "" {
		return f.On(names[f.Field])
	}
	return err
}

// SettledBody is the answer to a purchase.
type SettledBody struct {
	Ref      string       `json:"purchase_ref"`
	Entry    int64        `json:"entry" doc:"Number of the entry, and of its leaf in the evidence log"`
	PostedAt time.Time    `json:"posted_at"`
	BookedOn string       `json:"booked_on"`
	Replayed bool         `json:"replayed" doc:"It was settled before; this is the first answer again"`
	Receipt  string       `json:"receipt" doc:"Path of the receipt; whoever has it may read it"`
	Earned   EarnedBody   `json:"earned"`
	Taken    []RuleAmount `json:"taken" doc:"What each rule moved"`
	Proof    *ProofBody   `json:"proof,omitempty" doc:"That the entry is in the log, as of this answer"`
}

// EarnedBody is what the buyer got back.
type EarnedBody struct {
	Coins  string `json:"coins"`
	Points string `json:"points"`
}

// RuleAmount is what one rule moved, in its asset.
type RuleAmount struct {
	Rule   string `json:"rule"`
	Amount string `json:"amount"`
	Asset  string `json:"asset"`
}

// ProofBody proves an entry in the tree of a size (RFC 6962).
type ProofBody struct {
	Leaf   []byte   `json:"leaf" doc:"SHA-256 of the canonical entry"`
	Size   int64    `json:"tree_size"`
	Root   []byte   `json:"root"`
	Hashes [][]byte `json:"hashes"`
}

type settleInput struct {
	Community string `path:"community" maxLength:"64"`
	Body      PurchaseBody
}

type settleOutput struct{ Body SettledBody }

func (a *API) settle(ctx context.Context, in *settleInput) (*settleOutput, error) {
	community, err := a.allowed(ctx, in.Community, in.Body.Merchant)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	p, err := in.Body.Purchase()
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	settled, err := a.Flows.Settle(ctx, community, apikeyweb.Key(ctx).Actor(), p)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, onWire(err), true)
	}
	out := &settleOutput{}
	if err := a.answer(ctx, &out.Body, p.Ref, &settled); err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	if err := a.prove(ctx, &out.Body, &settled); err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	return out, nil
}

// allowed finds the community, if the key may do this for the shop. A key that may
// not see a community learns nothing of whether it exists.
func (a *API) allowed(ctx context.Context, community, merchant string) (id.ID, error) {
	if err := apikeyweb.May(ctx, community, merchant); err != nil {
		return id.ID{}, err
	}
	place, err := a.Flows.Communities.ByRef(ctx, a.Flows.DB, community)
	return place.ID, err
}

// answer fills in what was settled; for a replay it is read from the books.
func (a *API) answer(ctx context.Context, b *SettledBody, ref string, s *flow.Settled) error {
	b.Ref, b.Entry, b.PostedAt, b.Replayed = ref, s.Seq, s.PostedAt, s.Replayed
	if s.Replayed {
		r, err := a.Flows.Receipt(ctx, s.Community, s.Seq)
		if err != nil {
			return err
		}
		b.PostedAt, s.BookedOn, s.Leaf, s.Moved = r.Entry.PostedAt, r.Entry.BookedOn, r.Entry.Leaf, r.Moved()
		b.Receipt = "/r/" + r.Token
	} else {
		b.Receipt = "/r/" + s.Receipt()
	}
	b.BookedOn = s.BookedOn.String()
	b.Earned = EarnedBody{Coins: s.Moved[7].Decimal(money.Coin), Points: s.Moved[9].Decimal(money.Point)}
	b.Taken = make([]RuleAmount, 0, 8)
	for n, v := range s.Moved {
		if v != 0 {
			b.Taken = append(b.Taken, RuleAmount{ruleNames[n], v.Decimal(ruleAssets[n]), ruleAssets[n].String()})
		}
	}
	return nil
}

// prove adds the proof, taken from memory: it stands against the tree as it is
// now, which a checkpoint covers within a second.
func (a *API) prove(ctx context.Context, b *SettledBody, s *flow.Settled) error {
	tree, err := a.Flows.Ledger.Log(ctx, s.Community)
	if err != nil {
		return err
	}
	size, root := tree.Head()
	path, err := tree.Prove(ctx, s.Seq, size)
	if err != nil {
		return err
	}
	b.Proof = &ProofBody{Leaf: s.Leaf[:], Size: size, Root: root[:], Hashes: make([][]byte, len(path))}
	for i := range path {
		b.Proof.Hashes[i] = path[i][:]
	}
	return nil
}

type batchInput struct {
	Community string `path:"community" maxLength:"64"`
	Body      struct {
		Purchases []PurchaseBody `json:"purchases" minItems:"1" maxItems:"1000"`
	}
}

type batchOutput struct {
	Body struct {
		Settled  int           `json:"settled"`
		Refused  int           `json:"refused"`
		Outcomes []OutcomeBody `json:"outcomes"`
	}
}

// OutcomeBody is what became of one purchase of a batch.
type OutcomeBody struct {
	*SettledBody
	Problem *apikit.Problem `json:"problem,omitempty"`
}

func (a *API) settleBatch(ctx context.Context, in *batchInput) (*batchOutput, error) {
	key := apikeyweb.Key(ctx)
	if err := key.Take(a.Flows.DB.Clock().Now(), len(in.Body.Purchases)); err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	n := len(in.Body.Purchases)
	purchases, waiting := make([]flow.Purchase, n), make([]*flow.Settling, n)
	out := &batchOutput{}
	out.Body.Outcomes = make([]OutcomeBody, n)
	refuse := func(i int, err error) {
		out.Body.Refused++
		out.Body.Outcomes[i].Problem = apikit.Fail(ctx, a.Log, onWire(err), true)
	}
	for i := range in.Body.Purchases {
		b := &in.Body.Purchases[i]
		community, err := a.allowed(ctx, in.Community, b.Merchant)
		if err == nil {
			purchases[i], err = b.Purchase()
		}
		if err != nil {
			refuse(i, err)
			continue
		}
		waiting[i] = a.Flows.Submit(ctx, community, key.Actor(), &purchases[i])
	}
	for i, w := range waiting {
		if w == nil {
			continue
		}
		settled, err := w.Wait(ctx)
		if err != nil {
			refuse(i, err)
			continue
		}
		body := &SettledBody{}
		if err := a.answer(ctx, body, purchases[i].Ref, &settled); err != nil {
			refuse(i, err)
			continue
		}
		out.Body.Settled++
		out.Body.Outcomes[i].SettledBody = body
	}
	return out, nil
}
