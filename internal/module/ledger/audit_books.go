package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// auditSlot is an account as the entries make it.
type auditSlot struct {
	account Account
	name    string
	no      int64
	balance money.Amount
	last    int64
	entries int64
	floor   Floor
	broken  bool // its chain leads through an entry that cannot be read
}

// auditMark is a mark that the entries ask for.
type auditMark struct {
	no, seq int64
	balance money.Amount
}

// auditBooks makes every balance again, leg by leg (invariants 1, 2, 3 and 6).
// When a stored balance differs it is reported and taken over, so that one wrong
// number is one finding and not one in every entry after it.
type auditBooks struct {
	slots     []*auditSlot // by number
	byAccount map[Account]*auditSlot
	marks     []auditMark
	lost      map[int64]bool // entries that cannot be read
	deltas    []money.Amount // scratch
}

func (b *auditBooks) slot(no int64) *auditSlot {
	if no < 0 || no >= int64(len(b.slots)) {
		return nil
	}
	return b.slots[no]
}

// load reads the accounts; their numbers count from 0 without gaps.
func (b *auditBooks) load(ctx context.Context, a *auditor) error {
	b.byAccount, b.lost = make(map[Account]*auditSlot), make(map[int64]bool)
	return db.Each(ctx, a.r, func(rows *sql.Rows) error {
		s := &auditSlot{last: -1}
		if err := rows.Scan(&s.no, &s.account.Owner.Kind, &s.account.Owner.ID, &s.account.Purpose, &s.account.Asset); err != nil {
			return err
		}
		s.name = s.account.String()
		pattern := s.account.Pattern()
		switch {
		case pattern == nil || s.account.Owner.Kind.Named() == s.account.Owner.ID.IsZero():
			a.flaw(3, "account_not_in_chart", -1, s.name, nil, s.no)
			return nil
		case b.byAccount[s.account] != nil:
			a.flaw(3, "account_twice", -1, s.name, b.byAccount[s.account].no, s.no)
			return nil
		}
		for s.no > int64(len(b.slots)) && s.no < int64(len(b.slots))+1000 {
			a.flaw(3, "account_missing", -1, "", len(b.slots), nil)
			b.slots = append(b.slots, nil)
		}
		if s.no != int64(len(b.slots)) {
			a.flaw(3, "account_number", -1, s.name, len(b.slots), s.no)
			return nil
		}
		s.floor = pattern.Floor
		b.slots = append(b.slots, s)
		b.byAccount[s.account] = s
		return nil
	}, "SELECT no, owner_kind, owner_id, purpose, asset FROM ledger_account WHERE community_id = ? ORDER BY no", a.community[:])
}

// add lets an entry move the books.
func (b *auditBooks) add(a *auditor, e *auditEntry) {
	b.deltas = b.deltas[:0]
	for range e.raw.touches {
		b.deltas = append(b.deltas, 0)
	}
	met := uint8(0) // touches stand in the order in which the legs meet them
	inOrder := true
	for i := range e.raw.legs {
		l, raw := &e.Legs[i], &e.raw.legs[i]
		b.checkLeg(a, e, l)
		for _, place := range [...]uint8{raw.from, raw.to} {
			if inOrder = inOrder && place <= met; place == met {
				met++
			}
		}
		b.deltas[raw.from] -= l.Amount
		b.deltas[raw.to] += l.Amount
	}
	if !inOrder || int(met) != len(e.raw.touches) {
		a.flaw(3, "touches_differ", e.Seq, "", met, len(e.raw.touches))
	}
	for i, t := range e.raw.touches {
		b.touch(a, e.Seq, t, b.deltas[i])
	}
}

func (b *auditBooks) checkLeg(a *auditor, e *auditEntry, l *Leg) {
	if l.From.Asset != l.To.Asset {
		a.flaw(1, "leg_unbalanced", e.Seq, l.From.String(), l.From.Asset, l.To.Asset)
	} else if !mayIssue(l) {
		a.flaw(6, "issued_by_no_issuer", e.Seq, CoinIssue.String(), nil, l.Rule)
	} else if checkLeg(l) != nil {
		a.flaw(1, "leg_malformed", e.Seq, l.From.String(), nil, string(appendLeg(nil, l)))
	}
}

func (b *auditBooks) touch(a *auditor, seq int64, t rawTouch, delta money.Amount) {
	s := b.slots[t.no]
	if t.prev != s.last {
		if b.lost[t.prev] {
			// What the lost entry did is not known; go on from what is said here.
			s.broken, s.balance = true, t.balance-delta
		} else {
			a.flaw(3, "chain_differs", seq, s.name, s.last, t.prev)
		}
	}
	if want := s.balance + delta; t.balance != want {
		a.flaw(3, "balance_after_differs", seq, s.name, want.Decimal(s.account.Asset), t.balance.Decimal(s.account.Asset))
	}
	s.balance, s.last = t.balance, seq
	if s.floor == FloorZero && s.balance < 0 || s.floor == CeilingNil && s.balance > 0 {
		a.flaw(2, "floor_passed", seq, s.name, nil, s.balance.Decimal(s.account.Asset))
	}
	if s.entries++; s.entries%markEvery == 0 {
		b.marks = append(b.marks, auditMark{s.no, seq, s.balance})
	}
}

// compare sets the balances that the entries make against the stored ones.
func (b *auditBooks) compare(ctx context.Context, a *auditor) error {
	sums := make(map[money.Asset]money.Amount)
	stored := make(map[int64]bool)
	err := db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var no, last, entries int64
		var balance money.Amount
		if err := rows.Scan(&no, &balance, &last, &entries); err != nil {
			return err
		}
		s := b.slot(no)
		if s == nil {
			a.flaw(3, "balance_of_no_account", -1, "", nil, no)
			return nil
		}
		stored[no] = true
		sums[s.account.Asset] += balance
		if balance != s.balance {
			a.flaw(3, "balance_differs", -1, s.name, s.balance.Decimal(s.account.Asset), balance.Decimal(s.account.Asset))
		}
		if last != s.last {
			a.flaw(3, "last_entry_differs", -1, s.name, s.last, last)
		}
		if entries != s.entries && !s.broken {
			a.flaw(3, "entry_count_differs", -1, s.name, s.entries, entries)
		}
		return nil
	}, "SELECT no, balance, last_seq, entries FROM ledger_balance WHERE community_id = ? ORDER BY no", a.community[:])
	if err != nil {
		return err
	}
	for _, s := range b.slots {
		if s != nil && !stored[s.no] {
			a.flaw(3, "balance_missing", -1, s.name, s.balance.Decimal(s.account.Asset), nil)
		}
	}
	for _, asset := range money.Assets {
		if sum := sums[asset]; sum != 0 {
			invariant := 1
			if asset == money.Coin {
				invariant = 6
			}
			a.flaw(invariant, "sum_not_zero", -1, "", money.Amount(0).Decimal(asset), sum.Decimal(asset)+" "+asset.String())
		}
	}
	return nil
}

// compareMarks merges the marks that the entries ask for with the stored ones.
func (b *auditBooks) compareMarks(ctx context.Context, a *auditor) error {
	slices.SortFunc(b.marks, func(x, y auditMark) int { return cmp.Or(cmp.Compare(x.no, y.no), cmp.Compare(x.seq, y.seq)) })
	want := b.marks
	missing := func(m auditMark) {
		a.flaw(3, "mark_missing", m.seq, b.slots[m.no].name, m.balance.Decimal(b.slots[m.no].account.Asset), nil)
	}
	err := db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var m auditMark
		if err := rows.Scan(&m.no, &m.seq, &m.balance); err != nil {
			return err
		}
		s := b.slot(m.no)
		if s == nil {
			a.flaw(3, "mark_of_no_account", m.seq, "", nil, m.no)
			return nil
		}
		if s.broken { // its entries cannot be counted
			for len(want) > 0 && want[0].no <= m.no {
				want = want[1:]
			}
			return nil
		}
		for len(want) > 0 && (want[0].no < m.no || want[0].no == m.no && want[0].seq < m.seq) {
			missing(want[0])
			want = want[1:]
		}
		if len(want) == 0 || want[0].no != m.no || want[0].seq != m.seq {
			a.flaw(3, "mark_extra", m.seq, s.name, nil, m.balance.Decimal(s.account.Asset))
			return nil
		}
		if want[0].balance != m.balance {
			a.flaw(3, "mark_differs", m.seq, s.name, want[0].balance.Decimal(s.account.Asset), m.balance.Decimal(s.account.Asset))
		}
		want = want[1:]
		return nil
	}, "SELECT no, seq, balance FROM ledger_mark WHERE community_id = ? ORDER BY no, seq", a.community[:])
	for _, m := range want {
		if !b.slots[m.no].broken {
			missing(m)
		}
	}
	return err
}
