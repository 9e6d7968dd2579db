package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/module/settlement/settlementweb"
	"gongyi/internal/platform/evidence"
	"gongyi/internal/platform/i18n"
)

// receiptFormat is the format of a receipt file, and bundles inside of it.
const receiptFormat = "gongyi-receipt/1"

// words say the same in every language.
type words struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

func said(m i18n.Message) words {
	ctx := context.Background()
	return words{m.In(i18n.With(ctx, i18n.Zh)), m.In(i18n.With(ctx, i18n.En))}
}

// readable is the part of a receipt file that people read. Everything in it but
// names and words follows from the sealed texts, and is checked against them. It
// names shops and no person.
type readable struct {
	Community   string            `json:"community"` // its name
	Shop        string            `json:"shop"`
	Shops       map[string]string `json:"shops"` // the names of the shops in the legs, by id
	PurchasedAt time.Time         `json:"purchased_at"`
	BookedOn    period.Day        `json:"booked_on"`
	Price       string            `json:"price"`
	List        string            `json:"list_amount"`
	Coupon      string            `json:"coupon_amount"`
	Items       int               `json:"items"`
	Paid        []readPart        `json:"paid"`
	Went        []readPart        `json:"went"`
	Rules       []readRule        `json:"rules"` // every rule, used or not, and why
	Legs        []readLeg         `json:"legs"`
	Refunds     []readRefund      `json:"refunds"`
	Policy      *evidence.Bundle  `json:"policy,omitempty"` // the entry that records the numbers of the rules
}

// readPart is a part of the price, on its way in or out.
type readPart struct {
	Name   words  `json:"name"`
	Amount string `json:"amount"`
}

// readRule is what one rule moved and why.
type readRule struct {
	Rule   string  `json:"rule"`
	Title  words   `json:"title"`
	Amount string  `json:"amount"`
	Asset  string  `json:"asset"`
	Why    words   `json:"why"`
	Notes  []words `json:"notes,omitempty"`
}

// readLeg is one leg; persons stand in it under pseudonyms.
type readLeg struct {
	Rule   string `json:"rule"`
	Asset  string `json:"asset"`
	Amount string `json:"amount"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// readRefund is a refund with its own proof.
type readRefund struct {
	Amount string           `json:"amount"`
	Legs   []readLeg        `json:"legs"`
	Entry  *evidence.Bundle `json:"entry"`
}

// readableOf writes what follows from the facts and legs of a purchase. Without
// the numbers of its policy it cannot say where the price went.
func readableOf(f *settlement.Facts, legs []ledger.Leg, p *policy.Params, shops map[id.ID]string) readable {
	r := readable{
		Shop: shops[f.Merchant.ID], Shops: make(map[string]string), PurchasedAt: f.PurchasedAt, BookedOn: f.BookedOn,
		Price: f.Price.Decimal(money.CNY), List: f.List.Decimal(money.CNY), Coupon: f.Coupon.Decimal(money.CNY), Items: f.Items,
		Legs: readLegs(legs), Refunds: []readRefund{},
	}
	for shop, name := range shops {
		r.Shops[shop.String()] = name
	}
	if p == nil {
		return r
	}
	var v settlementweb.ReceiptView
	settlementweb.Explain(&v, p, f, legs, func(o party.Owner) string { return shops[o.ID] })
	for _, t := range v.Paid {
		r.Paid = append(r.Paid, readPart{said(t.How), t.Amount.Decimal(money.CNY)})
	}
	for _, w := range v.Went {
		r.Went = append(r.Went, readPart{said(w.Who), w.Amount.Decimal(money.CNY)})
	}
	for _, g := range v.Groups {
		r.addRules(g.Lines)
	}
	r.addRules(v.Unused)
	slices.SortFunc(r.Rules, func(x, y readRule) int { return strings.Compare(x.Rule, y.Rule) })
	return r
}

func (r *readable) addRules(lines []settlementweb.Line) {
	for _, l := range lines {
		rule := readRule{Rule: l.Rule, Title: said(l.Title), Amount: l.Amount.Decimal(l.Asset), Asset: l.Asset.String(), Why: said(l.Why)}
		for _, n := range l.Notes {
			rule.Notes = append(rule.Notes, said(n))
		}
		r.Rules = append(r.Rules, rule)
	}
}

func readLegs(legs []ledger.Leg) []readLeg {
	out := make([]readLeg, len(legs))
	for i, l := range legs {
		out[i] = readLeg{l.Rule.String(), l.From.Asset.String(), l.Amount.Decimal(l.From.Asset), l.From.String(), l.To.String()}
	}
	return out
}

// maxRefunds bounds what the refunds take of a file, in bytes: the whole must stay
// below the 64 KB that the page of checking takes, however many sharers the
// vouchers had. The page of the receipt shows every refund.
const maxRefunds = 24 << 10

// Bundle makes a receipt's file: the entry, its proof against a signed checkpoint,
// and the same in words, with the proofs of the refunds and of the rules' numbers.
// The file is verified before anybody gets it.
func (r *Receipts) Bundle(ctx context.Context, of *flow.Receipt) (name string, file []byte, err error) {
	defer fault.Wrap(&err, "receipt file of entry %d", of.Entry.Seq)
	b, err := r.bundler(ctx, of)
	if err != nil {
		return "", nil, err
	}
	place, err := r.app.Flows.Communities.ByID(ctx, r.app.DB, of.Community)
	if err != nil {
		return "", nil, err
	}
	words := readableOf(&of.Facts, of.Entry.Legs, &of.Policy.Params, of.Shops)
	words.Community = nameOf(place)
	if err := b.addProofs(ctx, of, &words); err != nil {
		return "", nil, err
	}
	whole, err := b.bundle(ctx, of.Entry, of.Seal)
	if err != nil {
		return "", nil, err
	}
	if whole.Readable, err = json.Marshal(words); err != nil {
		return "", nil, err
	}
	var w bytes.Buffer
	enc := json.NewEncoder(&w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(whole); err != nil {
		return "", nil, err
	}
	if o := VerifyReceipt(w.Bytes(), []string{b.verifier}, nil); !o.True {
		return "", nil, fmt.Errorf("app: the file does not verify: %+v", o.Steps)
	}
	return fileName(place.Ref, of.Community, of.Entry.Seq), w.Bytes(), nil
}

// bundler proves entries of one log against one checkpoint.
type bundler struct {
	app        *App
	origin     evidence.Origin
	verifier   string
	checkpoint evidence.Checkpoint
	tree       *evidence.Tree
}

// bundler takes a checkpoint that covers the refunds too, if there is one.
func (r *Receipts) bundler(ctx context.Context, of *flow.Receipt) (*bundler, error) {
	last := of.Entry.Seq
	for _, back := range of.Refunds {
		last = max(last, back.Entry.Seq)
	}
	b, err := r.bundlerAt(ctx, of.Community, last)
	if err != nil && last != of.Entry.Seq {
		b, err = r.bundlerAt(ctx, of.Community, of.Entry.Seq)
	}
	return b, err
}

// bundlerAt takes a checkpoint that covers an entry.
func (r *Receipts) bundlerAt(ctx context.Context, community id.ID, last int64) (b *bundler, err error) {
	b = &bundler{app: r.app}
	if b.checkpoint, err = r.app.Proof.Checkpoint(ctx, community, last); err != nil {
		return nil, err
	}
	if b.origin, b.verifier, err = r.app.Proof.Origin(ctx, community); err != nil {
		return nil, err
	}
	b.tree, err = r.app.Flows.Ledger.Log(ctx, community)
	return b, err
}

func (b *bundler) bundle(ctx context.Context, e *ledger.Entry, seal [32]byte) (*evidence.Bundle, error) {
	proof, err := b.tree.Prove(ctx, e.Seq, b.checkpoint.Size)
	if err != nil {
		return nil, err
	}
	if proof == nil {
		proof = []evidence.Hash{} // the only entry of its tree
	}
	return &evidence.Bundle{Format: receiptFormat, Community: e.Community, Origin: b.origin.String(), Index: e.Seq,
		Entry: string(e.Canonical(seal)), Proof: proof, Checkpoint: string(b.checkpoint.Note)}, nil
}

// addProofs adds the refunds and the rules' numbers, each with its proof.
func (b *bundler) addProofs(ctx context.Context, of *flow.Receipt, words *readable) error {
	room := maxRefunds
	for _, back := range of.Refunds {
		if back.Entry.Seq >= b.checkpoint.Size {
			break
		}
		proof, err := b.bundle(ctx, back.Entry, back.Seal)
		if err != nil {
			return err
		}
		refund := readRefund{back.Facts.Amount.Decimal(money.CNY), readLegs(back.Entry.Legs), proof}
		text, err := json.Marshal(refund)
		if err != nil {
			return err
		}
		if room -= len(text); room < 0 {
			break
		}
		words.Refunds = append(words.Refunds, refund)
	}
	record, err := b.app.Flows.PolicyRecord(ctx, of.Community, of.Policy.Number)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound { // a version from before versions were recorded
			return nil
		}
		return err
	}
	if record.Entry.Seq < b.checkpoint.Size {
		words.Policy, err = b.bundle(ctx, record.Entry, record.Seal)
	}
	return err
}

// fileName is "gongyi-C1-211406.json"; a reference that no file system likes gives
// way to the community's id.
func fileName(ref string, community id.ID, seq int64) string {
	if strings.ContainsFunc(ref, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_')
	}) {
		ref = community.String()
	}
	return fmt.Sprintf("gongyi-%s-%d.json", ref, seq)
}
