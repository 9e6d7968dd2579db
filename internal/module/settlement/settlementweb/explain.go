package settlementweb

import (
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/i18n"
)

// Namer tells the name of a shop. It is asked for nobody else: a receipt names
// no person.
type Namer func(shop party.Owner) string

// Explain fills a receipt with what follows from the facts of a purchase and
// the legs that were posted for it.
func Explain(v *ReceiptView, p *policy.Params, f *settlement.Facts, posted []ledger.Leg, name Namer) {
	v.Price, v.List, v.Coupon, v.Items = f.Price, f.List, f.Coupon, f.Items
	v.Shop = name(party.Owner{Kind: party.Merchant, ID: f.Merchant.ID})
	v.Paid = paid(f, name)
	v.Went = went(p, f, name)
	v.Groups, v.Unused = nil, nil
	for _, l := range settlement.Explain(p, f, posted) {
		line := lineOf(l, p, name)
		if l.Amount == 0 {
			v.Unused = append(v.Unused, line)
			continue
		}
		v.add(l, line)
	}
}

// add puts a line under its heading; headings stand in the charter's order.
func (v *ReceiptView) add(l settlement.Line, line Line) {
	at := len(v.Groups)
	for i, g := range v.Groups {
		if g.Title.Key == l.Group {
			at = i
		}
	}
	if at == len(v.Groups) {
		v.Groups = append(v.Groups, Group{Title: i18n.M(l.Group), Note: i18n.M(l.Payer)})
		for at > 0 && rank(v.Groups[at-1].Title.Key) > rank(l.Group) {
			v.Groups[at-1], v.Groups[at] = v.Groups[at], v.Groups[at-1]
			at--
		}
	}
	g := &v.Groups[at]
	if g.Note.Key != l.Payer {
		g.Note = i18n.Message{} // several pockets: the heading names none
	}
	g.Lines = append(g.Lines, line)
}

func rank(group string) int {
	for i, g := range settlement.Groups {
		if g == group {
			return i
		}
	}
	return len(settlement.Groups)
}

func lineOf(l settlement.Line, p *policy.Params, name Namer) Line {
	line := Line{
		Rule: l.Rule.String(), Title: i18n.M(l.Title), Amount: l.Amount, Asset: l.Asset,
		Gain: l.Rule.Number == 7 || l.Rule.Number == 9, // entitlement and points come to the buyer
		Why:  message(l.Why, name), Clause: Clause(l.Rule, p),
	}
	for _, n := range l.Notes {
		line.Notes = append(line.Notes, message(n, name))
	}
	return line
}

// message puts names where a sentence has owners.
func message(s settlement.Sentence, name Namer) i18n.Message {
	m := i18n.M(s.Key)
	for _, a := range s.Args {
		if owner, ok := a.(party.Owner); ok {
			a = nameOf(owner, name)
		}
		m.Args = append(m.Args, a)
	}
	return m
}

// nameOf names shops; whoever else stands there remains unnamed.
func nameOf(o party.Owner, name Namer) any {
	if o.Kind == party.Merchant {
		return name(o)
	}
	return i18n.M("一位邻居")
}

func paid(f *settlement.Facts, name Namer) []Paid {
	var out []Paid
	add := func(how i18n.Message, v money.Amount) {
		if v > 0 {
			out = append(out, Paid{how, v})
		}
	}
	add(i18n.M("扫码支付"), f.Held)
	add(i18n.M("当面付给店家"), f.Direct)
	add(i18n.M("抵扣权益"), f.Coins)
	for _, v := range f.Vouchers {
		how := i18n.M("平台的券")
		if len(v.Sharers) > 0 {
			how = i18n.M("%s互荐券", name(party.Owner{Kind: party.Merchant, ID: v.Sharers[0]}))
		}
		add(how, v.Amount)
	}
	return out
}

// hues give each recipient the colour it also has in the open books.
var hues = map[string]int{"店家": 1, "推荐您来的店": 2, "平台服务": 6, "社区共益基金": 3, "您的组长": 4, "社区关爱基金": 5}

func went(p *policy.Params, f *settlement.Facts, name Namer) []Went {
	var out []Went
	for _, part := range settlement.Where(p, f) {
		w := Went{Who: i18n.M(part.Who), Amount: part.Amount, Hue: hues[part.Who]}
		switch part.Owner.Kind {
		case party.Merchant:
			w.Who, w.Note = i18n.M("%s", name(part.Owner)), i18n.M(part.Who)
			if part.Coins > 0 {
				w.Note = i18n.M("含 %s 抵扣权益", part.Coins.Grouped(money.Coin))
			}
		case party.Platform:
			w.Note = i18n.M("已减去分给大家的")
		case party.Fund:
			w.Note = i18n.M("大家的")
		}
		out = append(out, w)
	}
	return out
}

// Undo fills a refund with its posted legs, summed by rule.
func Undo(r *Refund, amount money.Amount, posted []ledger.Leg) {
	r.Amount, r.Lines = amount, nil
	at := make(map[string]int)
	for _, leg := range posted {
		key := leg.Rule.String() + leg.From.Asset.String()
		i, seen := at[key]
		if !seen {
			i = len(r.Lines)
			at[key] = i
			r.Lines = append(r.Lines, Line{Rule: leg.Rule.String(), Title: undoTitle(leg), Asset: leg.From.Asset})
		}
		r.Lines[i].Amount += leg.Amount
	}
}

func undoTitle(leg ledger.Leg) i18n.Message {
	if leg.Rule.Number == 7 && leg.From.Asset == money.CNY {
		return i18n.M("用掉的权益，从退款里抵扣")
	}
	for i := range settlement.Rulebook {
		if settlement.Rulebook[i].ID.Number == leg.Rule.Number {
			return i18n.M("退回：%s", i18n.M(settlement.Rulebook[i].Title))
		}
	}
	return i18n.M("退回")
}
