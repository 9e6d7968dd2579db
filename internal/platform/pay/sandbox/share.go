package sandbox

import (
	"net/http"
	"slices"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// share is parts of a payment that go to others.
type share struct {
	pay.Share
	id    string
	parts []pay.PartResult
}

func (s *share) result() *pay.ShareResult {
	x := &pay.ShareResult{Key: s.Key, ID: s.id, State: pay.Done, Parts: slices.Clone(s.parts)}
	for _, p := range s.parts {
		if p.State == pay.Pending {
			x.State = pay.Pending
		}
	}
	return x
}

// same reports whether two requests ask for the same.
func same(a, b pay.Share) bool {
	return a.Payment == b.Payment && a.Release == b.Release && slices.EqualFunc(a.Parts, b.Parts, func(x, y pay.Part) bool {
		return x.Kind == y.Kind && x.Account == y.Account && x.Amount == y.Amount && x.Why == y.Why
	})
}

// receiver makes known who may receive of a shop's payments.
func (b *bank) receiver(a receiverAct) (any, bool, error) {
	if b.known(a.Account) == nil || a.Number == "" {
		return nil, false, badParam("account")
	}
	if a.Kind == pay.ToMerchant && b.known(a.Number) == nil {
		return nil, false, badRequest("no merchant %s", a.Number)
	}
	changed := !b.receivers[a]
	b.receivers[a] = true
	return nil, changed, nil
}

// share gives parts of a payment to others, within what the provider allows.
func (b *bank) share(at time.Time, a pay.Share) (any, bool, error) {
	if !goodKey.MatchString(a.Key) {
		return nil, false, badParam("out_order_no")
	}
	name := keyed{a.Account, a.Key}
	if s := b.shares[name]; s != nil {
		if !same(s.Share, a) {
			return nil, false, badRequest("another share has the same number")
		}
		return s.result(), false, nil
	}
	o := b.byID[a.Payment]
	if o == nil || o.Account != a.Account {
		return nil, false, refused(http.StatusNotFound, "RESOURCE_NOT_EXISTS", "no such payment")
	}
	b.thaw(o, at)
	sum, err := b.mayShare(o, a, at)
	if err != nil {
		return nil, false, err
	}
	s := &share{Share: a, id: b.number("3008", at)}
	b.shares[name], b.sharesByID[s.id] = s, s
	o.frozen -= sum
	o.shared += sum
	if len(a.Parts) > 0 {
		o.requests++
	}
	b.suspended += sum
	for i, p := range a.Parts {
		s.parts = append(s.parts, pay.PartResult{Part: p, State: pay.Pending})
		b.later(at, b.outage.Shares, func(end time.Time) { b.give(o, &s.parts[i], end) })
	}
	if a.Release {
		o.open = false
		b.thaw(o, at)
	}
	return s.result(), true, nil
}

// mayShare is the sum of the parts, or what forbids them.
func (b *bank) mayShare(o *order, a pay.Share, at time.Time) (sum money.Amount, err error) {
	limits := pay.WeChatLimits
	if len(a.Parts) == 0 {
		if !a.Release {
			return 0, badParam("receivers")
		}
		if !o.open {
			return 0, badRequest("nothing is left to release")
		}
		return 0, nil
	}
	seen := make(map[receiverAct]bool)
	for _, p := range a.Parts {
		to := receiverAct{a.Account, p.Kind, p.Account}
		switch {
		case p.Amount <= 0 || p.Kind != pay.ToMerchant && p.Kind != pay.ToPerson || seen[to]:
			return 0, badParam("receivers")
		case !b.receivers[to]:
			return 0, badRequest("the receiver %s was not made known", p.Account)
		}
		seen[to] = true
		sum += p.Amount
	}
	switch {
	case !o.open:
		return 0, refused(http.StatusBadRequest, "NOT_SHARE_ORDER", "nothing can be shared of this payment")
	case o.waits:
		return 0, limit("the pickup was not reported")
	case at.Sub(o.at) < limits.After:
		return 0, limit("sooner than a minute after the payment")
	case len(a.Parts) > limits.Receivers:
		return 0, badParam("more than %d receivers", limits.Receivers)
	case o.requests >= limits.Requests:
		return 0, limit("more than %d requests", limits.Requests)
	case o.shared+sum > limits.Share.FloorOf(o.Amount):
		return 0, limit("more than %s of the payment", limits.Share.Percent())
	case sum > o.frozen:
		return 0, notEnough("%d is left of the payment", o.frozen)
	}
	return sum, nil
}

// give ends one part.
func (b *bank) give(o *order, p *pay.PartResult, end time.Time) {
	b.suspended -= p.Amount
	p.At = end
	if why := b.outage.Refuses[p.Account]; why != "" {
		p.State, p.Reason = pay.Closed, why
		o.frozen += p.Amount
		b.thaw(o, end)
		return
	}
	p.State = pay.Done
	if p.Kind == pay.ToPerson {
		b.purse(p.Account).free += p.Amount
	} else {
		b.of(p.Account).free += p.Amount
	}
}

// ret is a part that comes back.
type ret struct {
	pay.Return
	result pay.ReturnResult
}

func asked(r pay.Return) pay.Return {
	r.SharedAt = time.Time{} // the provider knows by itself
	return r
}

// giveBack takes a part back from the merchant that got it.
func (b *bank) giveBack(at time.Time, a pay.Return) (any, bool, error) {
	a = asked(a)
	if !goodKey.MatchString(a.Key) || a.Amount <= 0 {
		return nil, false, badParam("out_return_no or amount")
	}
	name := keyed{a.Account, a.Key}
	if r := b.returns[name]; r != nil {
		if r.Return != a {
			return nil, false, badRequest("another return has the same number")
		}
		told := r.result
		return &told, false, nil
	}
	s := b.shares[keyed{a.Account, a.Share}]
	if s == nil {
		return nil, false, refused(http.StatusNotFound, "RESOURCE_NOT_EXISTS", "no such share")
	}
	i := slices.IndexFunc(s.parts, func(p pay.PartResult) bool { return p.Account == a.From && p.State == pay.Done })
	switch {
	case i < 0:
		return nil, false, badRequest("%s received nothing", a.From)
	case s.parts[i].Kind != pay.ToMerchant || a.Kind != pay.ToMerchant:
		return nil, false, badParam("nothing comes back from a person")
	case at.After(s.parts[i].At.AddDate(0, 0, pay.WeChatLimits.ReturnDays)):
		return nil, false, limit("the share is too old")
	case b.returnedOf(a)+a.Amount > s.parts[i].Amount:
		return nil, false, badRequest("%s received %d", a.From, s.parts[i].Amount)
	}
	r := &ret{Return: a, result: pay.ReturnResult{Key: a.Key, State: pay.Done, At: at}}
	if from := b.of(a.From); from.free < a.Amount {
		r.result.State, r.result.Reason = pay.Closed, "ACCOUNT_ABNORMAL"
	} else {
		from.free -= a.Amount
		b.of(a.Account).free += a.Amount
	}
	b.returns[name] = r
	told := r.result
	return &told, true, nil
}

// returnedOf is what came back of the same part.
func (b *bank) returnedOf(a pay.Return) (sum money.Amount) {
	for _, r := range b.returns {
		if r.Account == a.Account && r.Share == a.Share && r.From == a.From && r.result.State == pay.Done {
			sum += r.Amount
		}
	}
	return sum
}
