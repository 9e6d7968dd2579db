package app

import (
	"reflect"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/i18n"
)

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

// compareRefunds checks that each refund is of this purchase, follows the one
// before it, and says the same as its own sealed text.
func (v *verification) compareRefunds() i18n.Message {
	var before money.Amount
	for i, r := range v.words.Refunds {
		e, err := parseEntry(r.Entry.Entry)
		of := v.refunds[i]
		if err != nil || of.Entry != v.entry.Seq || of.Before != before || e.Community != v.entry.Community ||
			r.Amount != of.Amount.Decimal(money.CNY) || !reflect.DeepEqual(r.Legs, readLegs(e.Legs)) {
			return differs("退款")
		}
		before += of.Amount
	}
	return i18n.Message{}
}
