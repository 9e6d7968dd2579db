package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// ErrNoEntry refuses an entry number that was never posted.
var ErrNoEntry = fault.New(fault.NotFound, "ledger.no_entry")

// Holding is an account and what it holds.
type Holding struct {
	Account Account
	Balance money.Amount
	Last    int64 // the account's latest entry
	Entries int64 // how many entries have touched it
}

// Holdings lists every account of a community.
func (s *Service) Holdings(ctx context.Context, r db.Reader, community id.ID) (all []Holding, err error) {
	defer fault.Wrap(&err, "ledger: holdings")
	b := &book{community: community, accounts: make(map[Account]*slot)}
	if err := b.loadAccounts(ctx, r); err != nil {
		return nil, err
	}
	for _, a := range b.accounts {
		all = append(all, Holding{a.account, a.balance, a.last, a.entries})
	}
	return all, nil
}

// Holding is one account and what it holds; an account that was never touched
// holds nothing.
func (s *Service) Holding(ctx context.Context, r db.Reader, community id.ID, a Account) (Holding, error) {
	h, _, err := s.holding(ctx, r, community, a)
	return h, err
}

func (s *Service) holding(ctx context.Context, r db.Reader, community id.ID, a Account) (h Holding, no int64, err error) {
	h = Holding{Account: a, Last: -1}
	rows, err := r.Query(ctx, `SELECT a.no, b.balance, b.last_seq, b.entries FROM ledger_account a
		JOIN ledger_balance b ON b.community_id = a.community_id AND b.no = a.no
		WHERE a.owner_id = ? AND a.owner_kind = ? AND a.purpose = ? AND a.asset = ? AND a.community_id = ? AND b.community_id = ?`,
		idBytes(a.Owner.ID), int64(a.Owner.Kind), int64(a.Purpose), int64(a.Asset), community[:], community[:])
	if err != nil {
		return h, -1, err
	}
	defer rows.Close()
	if !rows.Next() {
		return h, -1, rows.Err()
	}
	err = rows.Scan(&no, &h.Balance, &h.Last, &h.Entries)
	return h, no, err
}

// Entry reads one entry.
func (s *Service) Entry(ctx context.Context, r db.Reader, community id.ID, seq int64) (_ *Entry, err error) {
	defer fault.Wrap(&err, "ledger: entry %d", seq)
	rows, err := r.Query(ctx, entryColumns+" WHERE community_id = ? AND seq = ?", community[:], seq)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, errors.Join(rows.Err(), ErrNoEntry.With("entry", seq))
	}
	var raw rawBody
	e, err := readEntry(rows, community, &raw)
	if err != nil {
		return nil, err
	}
	raw.facts = slices.Clone(raw.facts)
	if err := rows.Close(); err != nil {
		return nil, err
	}
	names := s.accountNames(community)
	if !names.know(&raw) { // most entries touch accounts that are known by now
		if err := names.refresh(ctx, r); err != nil {
			return nil, err
		}
	}
	return e, names.resolve(e, &raw)
}

const entryColumns = "SELECT seq, posted_at, booked_on, kind, idem_key, content, body, leaf FROM ledger_entry"

// readEntry reads a row; raw points into it until the next one.
func readEntry(rows *sql.Rows, community id.ID, raw *rawBody) (*Entry, error) {
	e := &Entry{Community: community}
	var at, day int64
	var content, leaf, body sql.RawBytes
	if err := rows.Scan(&e.Seq, &at, &day, &e.Kind, &e.Key, &content, &body, &leaf); err != nil {
		return nil, err
	}
	e.PostedAt, e.BookedOn = time.UnixMicro(at).UTC(), period.Day(day)
	copy(e.Content[:], content)
	copy(e.Leaf[:], leaf)
	if err := decodeBody(body, e.Seq, raw); err != nil {
		return nil, fmt.Errorf("entry %d: %w", e.Seq, err)
	}
	return e, nil
}

// Numbered is the number of the entry with an idempotency key.
func (s *Service) Numbered(ctx context.Context, r db.Reader, community id.ID, key string) (seq int64, err error) {
	err = db.One(ctx, r, &seq, "SELECT seq FROM ledger_entry WHERE idem_key = ? AND community_id = ?", key, community[:])
	if err == sql.ErrNoRows {
		err = ErrNoEntry.With("key", key)
	}
	return seq, err
}

// Entries reads the entries from ≤ seq < to in posting order. The entry given to
// fn is fn's to keep.
func (s *Service) Entries(ctx context.Context, r db.Reader, community id.ID, from, to int64, fn func(e *Entry) error) (err error) {
	defer fault.Wrap(&err, "ledger: entries")
	names := s.accountNames(community)
	if err := names.refresh(ctx, r); err != nil {
		return err
	}
	var raw rawBody
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		e, err := readEntry(rows, community, &raw)
		if err != nil {
			return err
		}
		if err := names.resolve(e, &raw); err != nil {
			return fmt.Errorf("entry %d: %w", e.Seq, err)
		}
		return fn(e)
	}, entryColumns+" WHERE community_id = ? AND seq >= ? AND seq < ? ORDER BY seq", community[:], from, to)
}

// accountNames maps account numbers to accounts. A number never changes its
// account once it is committed, so what was read stays true.
type accountNames struct {
	community id.ID
	mu        sync.RWMutex
	byNo      []Account
}

func (s *Service) accountNames(community id.ID) *accountNames {
	n, _ := s.names.LoadOrStore(community, &accountNames{community: community})
	return n.(*accountNames)
}

// refresh reads the accounts that were opened since the last time.
func (n *accountNames) refresh(ctx context.Context, r db.Reader) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var a Account
		if err := rows.Scan(&a.Owner.Kind, &a.Owner.ID, &a.Purpose, &a.Asset); err != nil {
			return err
		}
		n.byNo = append(n.byNo, a)
		return nil
	}, "SELECT owner_kind, owner_id, purpose, asset FROM ledger_account WHERE community_id = ? AND no >= ? ORDER BY no", n.community[:], len(n.byNo))
}

// know reports whether every account of an entry was read already.
func (n *accountNames) know(raw *rawBody) bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, t := range raw.touches {
		if t.no >= int64(len(n.byNo)) {
			return false
		}
	}
	return true
}

func (n *accountNames) resolve(e *Entry, raw *rawBody) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	e.Subject = raw.subject
	e.Facts = slices.Clone(raw.facts)
	e.Touches = make([]Touch, len(raw.touches))
	for i, t := range raw.touches {
		if t.no < 0 || t.no >= int64(len(n.byNo)) {
			return fmt.Errorf("%w: account number %d", ErrCorrupt, t.no)
		}
		e.Touches[i] = Touch{n.byNo[t.no], t.balance, t.prev}
	}
	e.Legs = make([]Leg, len(raw.legs))
	for i, l := range raw.legs {
		e.Legs[i] = Leg{l.rule, e.Touches[l.from].Account, e.Touches[l.to].Account, l.amount}
	}
	return nil
}

// Size is the number of entries of a community.
func (s *Service) Size(ctx context.Context, r db.Reader, community id.ID) (int64, error) {
	var last *int64
	err := db.One(ctx, r, &last, "SELECT max(seq) FROM ledger_entry WHERE community_id = ?", community[:])
	if err != nil || last == nil {
		return 0, err
	}
	return *last + 1, nil
}

// step is one link of an account's chain.
type step struct {
	entry *Entry
	touch Touch
}

// walk follows an account's chain backwards from entry seq until fn says stop.
func (s *Service) walk(ctx context.Context, r db.Reader, community id.ID, a Account, seq int64, fn func(step) (more bool)) error {
	for seq >= 0 {
		e, err := s.Entry(ctx, r, community, seq)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(e.Touches, func(t Touch) bool { return t.Account == a })
		if i < 0 {
			return fmt.Errorf("%w: the chain of %s leads to entry %d", ErrCorrupt, a, seq)
		}
		if !fn(step{e, e.Touches[i]}) {
			return nil
		}
		seq = e.Touches[i].Prev
	}
	return nil
}

// lastBefore is the number of entries posted at or before an instant: posting
// times never go backwards, so it is found by halving.
func (s *Service) lastBefore(ctx context.Context, r db.Reader, community id.ID, at time.Time) (int64, error) {
	size, err := s.Size(ctx, r, community)
	if err != nil {
		return 0, err
	}
	low, high := int64(0), size
	for low < high {
		mid := (low + high) / 2
		var posted int64
		if err := db.One(ctx, r, &posted, "SELECT posted_at FROM ledger_entry WHERE community_id = ? AND seq = ?", community[:], mid); err != nil {
			return 0, err
		}
		if posted <= at.UnixMicro() {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, nil
}

// start is where a walk to the account's state before entry limit begins: the
// nearest mark at or after it, else the account's latest entry.
func (s *Service) start(ctx context.Context, r db.Reader, community id.ID, a Account, limit int64) (int64, error) {
	h, no, err := s.holding(ctx, r, community, a)
	if err != nil || h.Last < limit {
		return h.Last, err
	}
	var mark int64
	err = db.One(ctx, r, &mark, "SELECT seq FROM ledger_mark WHERE community_id = ? AND no = ? AND seq >= ? ORDER BY seq LIMIT 1", community[:], no, limit)
	if err == sql.ErrNoRows {
		return h.Last, nil
	}
	return mark, err
}

// BalanceAsOf is what an account held after the last entry posted at or before
// an instant. It reads a mark and at most 128 entries, however long the books.
func (s *Service) BalanceAsOf(ctx context.Context, r db.Reader, community id.ID, a Account, at time.Time) (balance money.Amount, err error) {
	defer fault.Wrap(&err, "ledger: balance of %s", a)
	limit, err := s.lastBefore(ctx, r, community, at)
	if err != nil {
		return 0, err
	}
	seq, err := s.start(ctx, r, community, a, limit)
	if err != nil {
		return 0, err
	}
	err = s.walk(ctx, r, community, a, seq, func(st step) bool {
		if st.entry.Seq < limit {
			balance = st.touch.Balance
			return false
		}
		return true
	})
	return balance, err
}

// Line is one line of an account's statement: an entry and what it moved.
type Line struct {
	Entry   *Entry
	Change  money.Amount
	Balance money.Amount // after the entry
}

// Statement lists an account's entries, the latest first, a page at a time.
func (s *Service) Statement(ctx context.Context, r db.Reader, community id.ID, a Account, req page.Request) (lines []Line, next string, err error) {
	defer fault.Wrap(&err, "ledger: statement of %s", a)
	h, err := s.Holding(ctx, r, community, a)
	if err != nil {
		return nil, "", err
	}
	from := h.Last
	if cursor, given, err := req.Number(); err != nil {
		return nil, "", err
	} else if given {
		if from, err = s.start(ctx, r, community, a, cursor); err != nil {
			return nil, "", err
		}
		if lines, next, err = s.pageBefore(ctx, r, community, a, from, cursor, req.Clamp()); err != nil {
			return nil, "", err
		}
		return lines, next, nil
	}
	return s.pageBefore(ctx, r, community, a, from, from+1, req.Clamp())
}

// pageBefore collects up to limit lines of entries before seq.
func (s *Service) pageBefore(ctx context.Context, r db.Reader, community id.ID, a Account, from, before int64, limit int) (lines []Line, next string, err error) {
	err = s.walk(ctx, r, community, a, from, func(st step) bool {
		if st.entry.Seq >= before {
			return true
		}
		if len(lines) == limit {
			next = page.After(lines[limit-1].Entry.Seq)
			return false
		}
		lines = append(lines, Line{st.entry, st.entry.Change(a), st.touch.Balance})
		return true
	})
	return lines, next, err
}

// Change is what the entry moved on an account.
func (e *Entry) Change(a Account) (sum money.Amount) {
	for _, l := range e.Legs {
		if l.To == a {
			sum += l.Amount
		}
		if l.From == a {
			sum -= l.Amount
		}
	}
	return sum
}
