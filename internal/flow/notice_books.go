package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// DeriveNotices tells people what up to limit further entries of a community's books
// say of them: their purchases and refunds, and what else moved on their accounts.
// It follows the books by position, beside the writer, so that settling never waits
// for it; who has never signed in is told nothing. It tells how many entries it took.
func (f *Flows) DeriveNotices(ctx context.Context, community id.ID, limit int) (advanced int, err error) {
	defer fault.Wrap(&err, "notices of %s", community)
	if address, err := f.DB.Route(ctx, id.Tilde); err != nil || address != "" {
		return 0, err // the instance that writes people tells them
	}
	for advanced < limit {
		n, err := f.tellStep(ctx, community, min(limit-advanced, toldEntries))
		if err != nil || n == 0 {
			return advanced, err
		}
		advanced += n
	}
	return advanced, nil
}

// tellStep is one transaction of it.
func (f *Flows) tellStep(ctx context.Context, community id.ID, limit int) (advanced int, err error) {
	var from int64
	var anybody bool
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		if from, err = f.Notices.Told(ctx, r, community); err != nil {
			return err
		}
		anybody, err = f.Notices.AnyReader(ctx, r)
		return err
	})
	if err != nil {
		return 0, err
	}
	t := telling{flows: f, community: community, to: from}
	if err := t.read(ctx, from, int64(limit), anybody); err != nil || t.to == from {
		return 0, err
	}
	notices, reach, err := t.address(ctx)
	if err != nil {
		return 0, err
	}
	err = f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return f.Notices.Tell(ctx, tx, community, from, t.to, notices, reach) })
	if errors.Is(err, notice.ErrMoved) {
		return 0, nil
	}
	return int(min(t.to-from, int64(limit))), err
}

// toldEntries is how many entries one transaction tells at most.
const toldEntries = 256

// telling is a run of entries and what they say, to members by pseudonym.
type telling struct {
	flows     *Flows
	community id.ID
	to        int64
	found     []tidings
}

// tidings are a notice for a member who is known by her pseudonym yet.
type tidings struct {
	member id.ID
	shop   id.ID
	notice.Notice
}

// read takes the entries from a number on. While nobody reads, whole stretches are
// passed over without a look.
func (t *telling) read(ctx context.Context, from, limit int64, anybody bool) error {
	return t.flows.DB.View(ctx, t.community, func(r db.Reader) error {
		size, err := t.flows.Ledger.Size(ctx, r, t.community)
		if err != nil || size <= from {
			return err
		}
		if !anybody {
			if size-from >= limit {
				t.to = size
			}
			return nil
		}
		t.to = min(size, from+limit)
		var all []*ledger.Entry // what an entry says is asked of other tables, when these are read
		if err := t.flows.Ledger.Entries(ctx, r, t.community, from, t.to, func(e *ledger.Entry) error { all = append(all, e); return nil }); err != nil {
			return err
		}
		for _, e := range all {
			if err := t.take(ctx, r, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// take notes what an entry says, and to whom.
func (t *telling) take(ctx context.Context, r db.Reader, e *ledger.Entry) error {
	var facts settlement.Facts
	switch e.Kind {
	case ledger.Purchase:
		if err := settlement.DecodeFacts(e.Facts, &facts); err != nil || facts.Buyer.ID.IsZero() {
			return err
		}
		coins, points := e.Change(holding(facts.Buyer.ID, ledger.Coins)), e.Change(holding(facts.Buyer.ID, ledger.PointsHeld))
		t.note(e, e.Seq, facts.Buyer.ID, facts.Merchant.ID, notice.PurchaseSettled,
			notice.Yuan(facts.Price), notice.Coins(max(coins+facts.Coins, 0)), notice.Points(max(points, 0)))
		return t.brought(ctx, r, e)
	case ledger.Refund:
		back, err := settlement.DecodeRefund(e.Facts)
		if err != nil {
			return err
		}
		bought, err := t.flows.Ledger.Entry(ctx, r, t.community, back.Entry)
		if err != nil {
			return err
		}
		if err := settlement.DecodeFacts(bought.Facts, &facts); err != nil || facts.Buyer.ID.IsZero() {
			return err
		}
		t.note(e, back.Entry, facts.Buyer.ID, facts.Merchant.ID, notice.RefundMade, notice.Yuan(back.Amount))
		if back.Before+back.Amount == facts.Price {
			return t.kept(ctx, r, e, back.Entry)
		}
	case ledger.Transfer, ledger.Reversal:
		t.moved(e)
	}
	return nil
}

func holding(member id.ID, p ledger.Purpose) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Member, ID: member}, p)
}

// note keeps a notice; receipt is the entry whose receipt it leads to.
func (t *telling) note(e *ledger.Entry, receipt int64, member, shop id.ID, kind string, args ...notice.Arg) {
	t.found = append(t.found, tidings{member, shop, notice.Notice{
		Kind: kind, Cause: notice.EntryCause(t.community, e.Seq), Place: t.community, Args: args, At: e.PostedAt,
		Link: "/me/receipts/" + notice.EntryCause(t.community, receipt),
	}})
}

// moved tells members what a transfer did to their coins and points.
func (t *telling) moved(e *ledger.Entry) {
	for _, touch := range e.Touches {
		a := touch.Account
		if a.Owner.Kind != party.Member || a.Purpose != ledger.Coins && a.Purpose != ledger.PointsHeld {
			continue
		}
		name, amount, why := "抵扣权益", notice.Text("+"+e.Change(a).Grouped(a.Asset), ""), "转入"
		if a.Asset == money.Point {
			name = "积分"
		}
		if e.Change(a) < 0 {
			amount, why = notice.Text(e.Change(a).Grouped(a.Asset), ""), "转出"
		}
		if e.Kind == ledger.Reversal {
			why = "更正"
		} else if title := hoursRule(e, a); title != "" {
			why = title
		}
		t.found = append(t.found, tidings{a.Owner.ID, id.ID{}, notice.Notice{
			Kind: notice.ValueMoved, Cause: notice.EntryCause(t.community, e.Seq) + "/" + a.Asset.String(), Place: t.community, At: e.PostedAt,
			Link: "/me/wallet", Args: []notice.Arg{notice.Say(name), amount, notice.Say(why)},
		}})
	}
}

// hoursRule is what the rule is called by which hours of an account moved, "" if they
// moved by none of the time bank.
func hoursRule(e *ledger.Entry, a ledger.Account) string {
	for i := range e.Legs {
		if l := &e.Legs[i]; l.Rule.Family == charter.Hours && (l.From == a || l.To == a) {
			return charter.Title(l.Rule)
		}
	}
	return ""
}

// address finds the people behind the pseudonyms, those who read, and writes the
// shops' names into the notices.
func (t *telling) address(ctx context.Context) (notices []notice.Notice, reach map[id.ID]notice.Reach, err error) {
	if len(t.found) == 0 {
		return nil, nil, nil
	}
	f := t.flows
	var refs map[id.ID]string
	shops := make(map[id.ID]string)
	err = f.DB.View(ctx, t.community, func(r db.Reader) error {
		members := make(map[id.ID]bool)
		for i := range t.found {
			members[t.found[i].member] = true
		}
		if refs, err = f.Members.RefsOf(ctx, r, t.community, members); err != nil {
			return err
		}
		all, err := f.Merchants.List(ctx, r, t.community)
		for _, m := range all {
			shops[m.ID] = m.Name
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	reach = make(map[id.ID]notice.Reach)
	return notices, reach, f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		behind, err := f.People.BehindRefs(ctx, r, refs)
		if err != nil {
			return err
		}
		people := make([]id.ID, 0, len(behind))
		for _, p := range behind {
			people = append(people, p)
		}
		since, err := f.Notices.Readers(ctx, r, people)
		if err != nil {
			return err
		}
		for _, n := range t.found {
			who := behind[refs[n.member]]
			if began, reads := since[who]; !reads || n.At.Before(began) {
				continue
			}
			n.Person = who
			if !n.shop.IsZero() {
				n.Args = append([]notice.Arg{notice.Text(shops[n.shop], "")}, n.Args...)
			}
			notices = append(notices, n.Notice)
		}
		return t.ways(ctx, r, notices, reach)
	})
}

// ways finds how to reach those whose notices leave the house.
func (t *telling) ways(ctx context.Context, r db.Reader, notices []notice.Notice, reach map[id.ID]notice.Reach) error {
	chosen, err := t.flows.Notices.Chosen(ctx, r, notices)
	if err != nil {
		return err
	}
	for _, n := range notices {
		k, _ := notice.KindOf(n.Kind)
		if _, known := reach[n.Person]; known || !t.flows.Notices.Leaves(k, chosen[n.Person]) {
			continue
		}
		switch to, err := t.flows.reach(ctx, r, n.Person); {
		case err == nil:
			reach[n.Person] = to
		case !errors.Is(err, person.ErrNotFound): // forgotten since
			return err
		}
	}
	return nil
}
