package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

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
