package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// sums are what a run of entries adds to the tables of the open books.
type sums struct {
	flows     map[flowKey]*flowSum
	turnovers map[turnoverKey]*turnoverSum
	days      map[period.Day]*daySum
	buyers    map[buyerKey]int64 // purchases
}

// flowKey is a way that value takes between kinds of accounts. Who owns them is
// left out: sums by it are for everybody to see.
type flowKey struct {
	day      period.Day
	rule     Rule
	from, to kindOfAccount
	asset    money.Asset
}

type kindOfAccount struct {
	owner   party.Kind
	purpose Purpose
}

// String is the account's name without an id: "merchant/payable".
func (k kindOfAccount) String() string {
	for i := range Chart {
		if p := &Chart[i]; p.Owner == k.owner && p.Purpose == k.purpose {
			return k.owner.String() + "/" + p.Name
		}
	}
	return k.owner.String() + "/?"
}

type flowSum struct {
	amount  money.Amount
	entries int64
	last    int64 // so that an entry with two such legs counts once
}

type turnoverKey struct {
	day period.Day
	no  int64
}

type turnoverSum struct{ in, out money.Amount }

type daySum struct {
	purchases, refunds, buyers int64
	amount, refunded, direct   money.Amount
	first, last                int64 // purchases
}

type buyerKey struct {
	day     period.Day
	subject id.ID
}

func newSums() *sums {
	return &sums{flows: make(map[flowKey]*flowSum), turnovers: make(map[turnoverKey]*turnoverSum),
		days: make(map[period.Day]*daySum), buyers: make(map[buyerKey]int64)}
}

// deriveSums reads entries and sums them. Which buyers of a day are new is asked
// of the table, in the same view as the position.
func (f *Follower) deriveSums(ctx context.Context, r db.Reader, community id.ID, from, to int64) (*derivation, error) {
	s, names := newSums(), f.ledger.accountNames(community)
	at, err := eachBody(ctx, r, names, from, to, func(e *Entry, raw *rawBody) error {
		if err := s.addLegs(e.Seq, e.BookedOn, raw, names); err != nil {
			return err
		}
		if e.Kind != Purchase && e.Kind != Refund {
			return nil
		}
		if err := names.resolve(e, raw); err != nil {
			return err
		}
		spent, err := f.read(e)
		if err != nil {
			return fmt.Errorf("entry %d: %w", e.Seq, err)
		}
		s.addSpending(e, spent)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.countBuyers(ctx, r, community); err != nil {
		return nil, err
	}
	return &derivation{to: at, bulks: s.bulks(community)}, nil
}

// eachBody reads the bodies of entries from ≤ seq < to and tells how far it came.
// The entry and the body are the callback's until it returns.
func eachBody(ctx context.Context, r db.Reader, names *accountNames, from, to int64, fn func(e *Entry, raw *rawBody) error) (at int64, err error) {
	if err := names.refresh(ctx, r); err != nil {
		return from, err
	}
	var raw rawBody
	at = from
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		e := Entry{Community: names.community}
		var body sql.RawBytes
		if err := rows.Scan(&e.Seq, &e.BookedOn, &e.Kind, &body); err != nil {
			return err
		}
		if e.Seq != at {
			return fmt.Errorf("%w: entry %d is missing", ErrCorrupt, at)
		}
		if err := decodeBody(body, e.Seq, &raw); err != nil {
			return fmt.Errorf("entry %d: %w", e.Seq, err)
		}
		e.Subject = raw.subject
		at++
		return fn(&e, &raw)
	}, "SELECT seq, booked_on, kind, body FROM ledger_entry WHERE community_id = ? AND seq >= ? AND seq < ? ORDER BY seq", names.community[:], from, to)
	return at, err
}

func (s *sums) addLegs(seq int64, day period.Day, raw *rawBody, names *accountNames) error {
	for _, l := range raw.legs {
		fromNo, toNo := raw.touches[l.from].no, raw.touches[l.to].no
		from, ok1 := names.account(fromNo)
		to, ok2 := names.account(toNo)
		if !ok1 || !ok2 {
			return fmt.Errorf("%w: entry %d names accounts %d and %d", ErrCorrupt, seq, fromNo, toNo)
		}
		s.add(seq, day, l.rule, from, to, fromNo, toNo, l.amount)
	}
	return nil
}

// add adds one leg.
func (s *sums) add(seq int64, day period.Day, rule Rule, from, to Account, fromNo, toNo int64, amount money.Amount) {
	key := flowKey{day, rule, kindOfAccount{from.Owner.Kind, from.Purpose}, kindOfAccount{to.Owner.Kind, to.Purpose}, from.Asset}
	flow := s.flows[key]
	if flow == nil {
		flow = &flowSum{last: -1}
		s.flows[key] = flow
	}
	flow.amount += amount
	if flow.last != seq {
		flow.last = seq
		flow.entries++
	}
	s.turnover(day, fromNo).out += amount
	s.turnover(day, toNo).in += amount
}

func (s *sums) turnover(day period.Day, no int64) *turnoverSum {
	t := s.turnovers[turnoverKey{day, no}]
	if t == nil {
		t = new(turnoverSum)
		s.turnovers[turnoverKey{day, no}] = t
	}
	return t
}

func (s *sums) addSpending(e *Entry, spent Spending) {
	d := s.days[e.BookedOn]
	if d == nil {
		d = &daySum{first: -1, last: -1}
		s.days[e.BookedOn] = d
	}
	d.direct += spent.Direct
	if e.Kind == Refund {
		d.refunds++
		d.refunded -= spent.Price
		return
	}
	d.purchases++
	d.amount += spent.Price
	if d.last = e.Seq; d.first < 0 {
		d.first = e.Seq
	}
	if !e.Subject.IsZero() { // two strangers may be one
		s.buyers[buyerKey{e.BookedOn, e.Subject}]++
	}
}

// countBuyers counts the buyers who are new to their day.
func (s *sums) countBuyers(ctx context.Context, r db.Reader, community id.ID) error {
	for key := range s.buyers {
		s.days[key.day].buyers++
	}
	for day, d := range s.days {
		if d.buyers == 0 {
			continue
		}
		if err := db.Each(ctx, r, func(rows *sql.Rows) error {
			var subject id.ID
			err := rows.Scan(&subject)
			if _, again := s.buyers[buyerKey{day, subject}]; again {
				d.buyers--
			}
			return err
		}, "SELECT subject_id FROM ledger_buyer WHERE community_id = ? AND day = ?", community[:], int64(day)); err != nil {
			return err
		}
	}
	return nil
}

// account is the account with a number.
func (n *accountNames) account(no int64) (Account, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if no < 0 || no >= int64(len(n.byNo)) {
		return Account{}, false
	}
	return n.byNo[no], true
}

// repeated is the community's id as a column of n rows.
func repeated(community id.ID, n int) db.Column {
	return db.Column{Name: "community_id", Bytes: slices.Repeat([][]byte{community[:]}, n)}
}
