package settlementweb

import (
	"context"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/apikey/apikeyweb"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/apikit"
)

// ruleNames and ruleAssets say what settlement.Settled.Moved holds.
var (
	ruleNames  = makeRuleNames()
	ruleAssets = [settlement.Rules]money.Asset{money.CNY, money.CNY, money.Coin, money.CNY, money.CNY, money.CNY, money.CNY, money.Coin, money.CNY, money.Point, money.CNY}
)

func makeRuleNames() (names [settlement.Rules]string) {
	for n := range names {
		names[n] = ledger.R('S', uint8(n)).String()
	}
	return names
}

// LegBody is one leg on the wire. Persons stand in it under pseudonyms.
type LegBody struct {
	Rule   string `json:"rule"`
	Asset  string `json:"asset"`
	Amount string `json:"amount"`
	From   string `json:"from"`
	To     string `json:"to"`
}

func legBodies(legs []ledger.Leg) []LegBody {
	out := make([]LegBody, len(legs))
	for i, l := range legs {
		out[i] = LegBody{l.Rule.String(), l.From.Asset.String(), l.Amount.Decimal(l.From.Asset), l.From.String(), l.To.String()}
	}
	return out
}

// ReceiptBody is a receipt on the wire.
type ReceiptBody struct {
	Entry       int64        `json:"entry"`
	PostedAt    time.Time    `json:"posted_at"`
	PurchasedAt time.Time    `json:"purchased_at"`
	BookedOn    string       `json:"booked_on"`
	Shop        string       `json:"shop"`
	Price       string       `json:"price"`
	List        string       `json:"list_amount"`
	Policy      int          `json:"policy_version"`
	Rules       []RuleBody   `json:"rules" doc:"Every rule, used or not, and why"`
	Legs        []LegBody    `json:"legs"`
	Refunds     []RefundLine `json:"refunds"`
	Proof       *ProofBody   `json:"proof"`
	Checkpoint  string       `json:"checkpoint,omitempty" doc:"Signed note over the tree that proof stands against; missing while none is signed"`
	Receipt     string       `json:"receipt"`
}

// RuleBody is what one rule did, in the words of the request's language.
type RuleBody struct {
	Rule   string   `json:"rule"`
	Title  string   `json:"title"`
	Amount string   `json:"amount"`
	Asset  string   `json:"asset"`
	Why    string   `json:"why"`
	Notes  []string `json:"notes,omitempty"`
}

// RefundLine is one refund on a receipt.
type RefundLine struct {
	Entry    int64     `json:"entry"`
	PostedAt time.Time `json:"posted_at"`
	Amount   string    `json:"amount"`
	Legs     []LegBody `json:"legs"`
}

type receiptOutput struct{ Body ReceiptBody }

func (a *API) receiptByRef(ctx context.Context, in *struct {
	Community string `path:"community" maxLength:"64"`
	Ref       string `path:"ref" maxLength:"128"`
}) (*receiptOutput, error) {
	place, err := a.Flows.Communities.ByRef(ctx, a.Flows.DB, in.Community)
	var r *flow.Receipt
	if err == nil {
		r, err = a.Flows.ReceiptOf(ctx, place.ID, in.Ref)
	}
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	if err := apikeyweb.May(ctx, in.Community, r.ShopRef); err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	return a.receiptBody(ctx, r)
}

func (a *API) receiptByToken(ctx context.Context, in *struct {
	Token string `path:"token" maxLength:"80"`
}) (*receiptOutput, error) {
	r, err := a.Flows.OpenReceipt(ctx, in.Token)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	return a.receiptBody(ctx, r)
}

func (a *API) receiptBody(ctx context.Context, r *flow.Receipt) (*receiptOutput, error) {
	b := ReceiptBody{
		Entry: r.Entry.Seq, PostedAt: r.Entry.PostedAt, PurchasedAt: r.Facts.PurchasedAt, BookedOn: r.Entry.BookedOn.String(),
		Shop: r.Shops[r.Facts.Merchant.ID], Price: r.Facts.Price.Decimal(money.CNY), List: r.Facts.List.Decimal(money.CNY), Policy: r.Policy.Number,
		Legs: legBodies(r.Entry.Legs), Refunds: []RefundLine{}, Receipt: "/r/" + r.Token,
	}
	for _, l := range settlement.Explain(&r.Policy.Params, &r.Facts, r.Entry.Legs) {
		line := lineOf(l, &r.Policy.Params, r.ShopName)
		rule := RuleBody{Rule: line.Rule, Title: line.Title.In(ctx), Amount: line.Amount.Decimal(line.Asset), Asset: line.Asset.String(), Why: line.Why.In(ctx)}
		for _, n := range line.Notes {
			rule.Notes = append(rule.Notes, n.In(ctx))
		}
		b.Rules = append(b.Rules, rule)
	}
	for _, back := range r.Refunds {
		b.Refunds = append(b.Refunds, RefundLine{back.Entry.Seq, back.Entry.PostedAt, back.Facts.Amount.Decimal(money.CNY), legBodies(back.Entry.Legs)})
	}
	if err := a.proveReceipt(ctx, r, &b); err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	return &receiptOutput{b}, nil
}

// proveReceipt adds the signed checkpoint and the proof against it; while nothing
// is signed yet the proof stands against the tree as it is.
func (a *API) proveReceipt(ctx context.Context, r *flow.Receipt, b *ReceiptBody) error {
	tree, err := a.Flows.Ledger.Log(ctx, r.Community)
	if err != nil {
		return err
	}
	size, root := tree.Head()
	if c, err := a.Proof.Checkpoint(ctx, r.Community, r.Entry.Seq); err == nil {
		size, root, b.Checkpoint = c.Size, c.Root, string(c.Note)
	}
	path, err := tree.Prove(ctx, r.Entry.Seq, size)
	if err != nil {
		return err
	}
	b.Proof = &ProofBody{Leaf: r.Entry.Leaf[:], Size: size, Root: root[:], Hashes: make([][]byte, len(path))}
	for i := range path {
		b.Proof.Hashes[i] = path[i][:]
	}
	return nil
}

type fileOutput struct {
	Disposition string `header:"Content-Disposition"`
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (a *API) receiptFile(ctx context.Context, in *struct {
	Token string `path:"token" maxLength:"80"`
}) (*fileOutput, error) {
	r, err := a.Flows.OpenReceipt(ctx, in.Token)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	name, file, err := a.Bundle(ctx, r)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	return &fileOutput{Disposition: `attachment; filename="` + name + `"`, ContentType: "application/json", Body: file}, nil
}
