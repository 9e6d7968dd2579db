package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/module/settlement/settlementweb"
	"gongyi/internal/platform/evidence"
	"gongyi/internal/platform/i18n"
)

// ShopNames tells the name of a shop, false if it is not known. A log knows shops
// by their ids: only who has the books can say whether a file names them rightly.
type ShopNames func(community, shop id.ID) (name string, known bool)

// VerifyReceipt checks a receipt file against the public keys of logs. It needs
// no network and no database (L7). In this order: the file is one; what people
// read in it follows from the sealed texts, rule by rule; the texts are in the
// log; the log is signed by one of the keys.
func VerifyReceipt(file []byte, keys []string, names ShopNames) settlementweb.Outcome {
	v := verification{names: names}
	if why, ok := v.read(file); !ok {
		return v.outcome(settlementweb.ReadStep(settlementweb.Failed, why))
	}
	v.steps = append(v.steps, settlementweb.ReadStep(settlementweb.Held, i18n.Message{}))
	if why := v.compare(); !why.IsZero() {
		return v.outcome(settlementweb.TextStep(settlementweb.Failed, why))
	}
	v.steps = append(v.steps, settlementweb.TextStep(settlementweb.Held, v.note))
	return v.prove(file, keys)
}

// verification is a receipt file while it is checked.
type verification struct {
	names ShopNames
	steps []settlementweb.Step
	note  i18n.Message // what could not be compared

	bundle  *evidence.Bundle
	words   readable
	entry   *ledger.Entry
	facts   settlement.Facts
	policy  *policy.Version // nil if the file does not have it
	refunds []settlement.RefundFacts
}

// outcome ends at a step; those that would follow were not checked.
func (v *verification) outcome(last settlementweb.Step) settlementweb.Outcome {
	steps := append(v.steps, last)
	for i, skipped := range []func(settlementweb.StepState, i18n.Message) settlementweb.Step{
		settlementweb.ReadStep, settlementweb.TextStep, settlementweb.LogStep, settlementweb.SignStep} {
		if i >= len(steps) {
			steps = append(steps, skipped(settlementweb.Skipped, i18n.Message{}))
		}
	}
	return settlementweb.Outcome{Steps: steps}
}

// read reads the file and the sealed texts in it.
func (v *verification) read(file []byte) (why i18n.Message, ok bool) {
	var err error
	if v.bundle, err = evidence.ParseBundle(file); err != nil {
		return i18n.M("这不是小票文件，或者没有存全"), false
	}
	if v.entry, err = entryOf(v.bundle); err != nil {
		return i18n.M("里面的原文不全"), false
	}
	if v.entry.Kind != ledger.Purchase || settlement.DecodeFacts(v.entry.Facts, &v.facts) != nil {
		return i18n.M("里面的原文不是一笔消费"), false
	}
	if v.bundle.Readable == nil || strictly(v.bundle.Readable, &v.words) != nil {
		return i18n.M("给人读的部分读不懂"), false
	}
	if v.words.Policy != nil {
		v.policy = &policy.Version{}
		e, err := entryOf(v.words.Policy)
		if err != nil || e.Kind != ledger.Record || strictly(e.Facts, v.policy) != nil {
			return i18n.M("附上的规矩读不懂"), false
		}
	}
	for _, r := range v.words.Refunds {
		e, err := entryOf(r.Entry)
		if err != nil || e.Kind != ledger.Refund {
			return i18n.M("附上的退款读不懂"), false
		}
		of, err := settlement.DecodeRefund(e.Facts)
		if err != nil {
			return i18n.M("附上的退款读不懂"), false
		}
		v.refunds = append(v.refunds, of)
	}
	return i18n.Message{}, true
}

// entryOf reads the sealed text of a bundle, which must be what the bundle says.
func entryOf(b *evidence.Bundle) (*ledger.Entry, error) {
	if b == nil {
		return nil, errNoEntryText
	}
	e, err := parseEntry(b.Entry)
	if err == nil && (e.Community != b.Community || e.Seq != b.Index) {
		err = errNoEntryText
	}
	return e, err
}

// strictly reads JSON that has no other fields and nothing after it.
func strictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("app: more than one JSON value")
	}
	return nil
}

// compare says what of the readable part does not follow from the sealed texts;
// nothing if all of it does. Words are not compared: they may be put better one
// day. Names are, if somebody knows them.
func (v *verification) compare() i18n.Message {
	if why := v.compareNames(); !why.IsZero() {
		return why
	}
	if v.facts.BookedOn != v.entry.BookedOn {
		return differs("记账日")
	}
	var p *policy.Params
	if v.policy != nil {
		if p = &v.policy.Params; v.policy.Number != v.facts.Policy || v.words.Policy.Community != v.bundle.Community {
			return differs("规矩的版本")
		}
		if !v.follows(p) {
			return i18n.M("按规矩重算，和分出的每一笔对不上")
		}
	} else {
		v.note = i18n.M("文件里没有附上规矩，各条规矩没有重算")
	}
	shops := make(map[id.ID]string, len(v.words.Shops))
	for text, name := range v.words.Shops {
		shop, err := id.Parse(text)
		if err != nil {
			return differs("店名")
		}
		shops[shop] = name
	}
	want, got := plain(readableOf(&v.facts, v.entry.Legs, p, shops)), plain(v.words)
	for _, part := range []struct {
		name      string
		want, got any
	}{
		{"金额", []any{want.Price, want.List, want.Coupon, want.Items}, []any{got.Price, got.List, got.Coupon, got.Items}},
		{"日子", []any{want.PurchasedAt.UnixMicro(), want.BookedOn}, []any{got.PurchasedAt.UnixMicro(), got.BookedOn}},
		{"分录", want.Legs, got.Legs},
		{"店名", []any{want.Shop, want.Shops}, []any{got.Shop, got.Shops}},
		{"怎么付的", want.Paid, got.Paid},
		{"钱去了哪里", want.Went, got.Went},
		{"每条规矩", want.Rules, got.Rules},
	} {
		if !reflect.DeepEqual(part.want, part.got) {
			return differs(part.name)
		}
	}
	return v.compareRefunds()
}

func differs(part string) i18n.Message {
	return i18n.M("读到的和原文不一样：%s", i18n.M(part))
}

// plain is r without its words.
func plain(r readable) readable {
	strip := func(parts []readPart) (out []readPart) {
		for _, p := range parts {
			out = append(out, readPart{Amount: p.Amount})
		}
		return out
	}
	r.Paid, r.Went = strip(r.Paid), strip(r.Went)
	rules := r.Rules
	r.Rules = nil
	for _, rule := range rules {
		r.Rules = append(r.Rules, readRule{Rule: rule.Rule, Amount: rule.Amount, Asset: rule.Asset})
	}
	return r
}

// follows says whether the posted legs are what the rules make of the facts. A
// short account changes who pays and never how much a rule moves.
func (v *verification) follows(p *policy.Params) bool {
	result, err := settlement.Settle(p, &v.facts, flow.Plenty{}, new(settlement.Scratch))
	if err != nil {
		return false
	}
	type moved struct {
		rule  ledger.Rule
		asset money.Asset
	}
	sums := make(map[moved]money.Amount)
	for _, l := range result.Legs {
		sums[moved{l.Rule, l.From.Asset}] += l.Amount
	}
	for _, l := range v.entry.Legs {
		sums[moved{l.Rule, l.From.Asset}] -= l.Amount
	}
	for _, rest := range sums {
		if rest != 0 {
			return false
		}
	}
	return true
}

// compareNames asks whoever knows the shops.
func (v *verification) compareNames() i18n.Message {
	if v.names == nil {
		return i18n.Message{}
	}
	for text, name := range v.words.Shops {
		shop, err := id.Parse(text)
		if err != nil {
			return differs("店名")
		}
		if known, ok := v.names(v.bundle.Community, shop); ok && known != name {
			return differs("店名")
		}
	}
	return i18n.Message{}
}

// compareRefunds checks that each refund is of this purchase and says the same as
// its own sealed text.
func (v *verification) compareRefunds() i18n.Message {
	for i, r := range v.words.Refunds {
		e, err := parseEntry(r.Entry.Entry)
		of := v.refunds[i]
		if err != nil || of.Entry != v.entry.Seq || e.Community != v.entry.Community ||
			r.Amount != of.Amount.Decimal(money.CNY) || !reflect.DeepEqual(r.Legs, readLegs(e.Legs)) {
			return differs("退款")
		}
	}
	return i18n.Message{}
}

// prove checks every proof in the file with the key of its log.
func (v *verification) prove(file []byte, keys []string) settlementweb.Outcome {
	key, ok := keyOf(v.bundle.Origin, keys)
	if !ok {
		v.steps = append(v.steps, settlementweb.LogStep(settlementweb.Skipped, i18n.Message{}))
		return v.outcome(settlementweb.SignStep(settlementweb.Failed, i18n.M("没有这本账的公钥")))
	}
	proven, err := evidence.VerifyBundle(file, key)
	if err != nil {
		return v.unproven(err, i18n.Message{})
	}
	within := []*evidence.Bundle{}
	if v.words.Policy != nil {
		within = append(within, v.words.Policy)
	}
	for _, r := range v.words.Refunds {
		within = append(within, r.Entry)
	}
	for _, b := range within {
		text, err := json.Marshal(b)
		if err == nil {
			_, err = evidence.VerifyBundle(text, key)
		}
		if err != nil {
			return v.unproven(err, i18n.M("附上的第 %d 条", b.Index))
		}
	}
	v.steps = append(v.steps, settlementweb.LogStep(settlementweb.Held, i18n.Message{}),
		settlementweb.SignStep(settlementweb.Held, i18n.M("%s", proven.Origin.String())))
	return settlementweb.Outcome{True: true, Steps: v.steps, Says: v.says(), Index: proven.Index, Size: proven.Checkpoint.Size}
}

// keyOf finds the key of a log: a note verifier "ORIGIN+hash+key".
func keyOf(origin string, keys []string) (string, bool) {
	for _, k := range keys {
		if name, _, ok := strings.Cut(k, "+"); ok && name == origin {
			return k, true
		}
	}
	return "", false
}

// unproven tells which of the last two steps failed.
func (v *verification) unproven(err error, note i18n.Message) settlementweb.Outcome {
	if errors.Is(err, evidence.ErrProofWrong) || errors.Is(err, evidence.ErrNotCovered) { // found under a good signature
		v.steps = append(v.steps, settlementweb.LogStep(settlementweb.Failed, note))
		return v.outcome(settlementweb.SignStep(settlementweb.Held, i18n.Message{}))
	}
	v.steps = append(v.steps, settlementweb.LogStep(settlementweb.Skipped, i18n.Message{}))
	return v.outcome(settlementweb.SignStep(settlementweb.Failed, note))
}

// says is what the receipt says, from its sealed text.
func (v *verification) says() []settlementweb.Row {
	row := func(label, value string) settlementweb.Row {
		return settlementweb.Row{Label: i18n.M(label), Value: i18n.M("%s", value)}
	}
	at := v.facts.PurchasedAt
	if v.policy != nil {
		if zone, err := v.policy.Params.Location(); err == nil {
			at = at.In(zone)
		}
	}
	rows := []settlementweb.Row{
		row("店家", v.words.Shops[v.facts.Merchant.ID.String()]),
		row("金额", v.facts.Price.Grouped(money.CNY)),
		row("日子", at.Format("2006-01-02 15:04:05")),
	}
	var back money.Amount
	for _, r := range v.refunds {
		back += r.Amount
	}
	if back > 0 {
		rows = append(rows, row("退款", back.Grouped(money.CNY)))
	}
	return rows
}
