package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// An audit streams: one goroutine reads rows, one checks the books, one hashes.
// They hand chunks of entries on to each other and back, so that a million
// entries need no more memory than a few thousand.

const (
	chunkEntries = 1024
	chunks       = 4
)

// auditEntry is an entry on its way through an audit.
type auditEntry struct {
	Entry
	body     []byte // within the chunk's bytes
	raw      rawBody
	original *Entry // what its replay needs
	unread   bool   // the row or its body is no entry
}

// auditChunk is a stretch of entries, in order, and the legs of ledger_leg that
// belong to them. Everything in it is used again.
type auditChunk struct {
	entries []auditEntry
	bytes   []byte
	to      int64 // one past the last number that was asked for
	legs    []legRow
}

type legRow struct {
	seq, leg int64
	rule     string
	from, to int64
	amount   int64
}

// stream sends all entries through the audit.
func (a *auditor) stream(ctx context.Context) error {
	free, read, checked := make(chan *auditChunk, chunks), make(chan *auditChunk, chunks), make(chan *auditChunk, chunks)
	for range chunks {
		free <- new(auditChunk)
	}
	done := make(chan struct{})
	go func() {
		defer close(checked)
		for c := range read {
			if !a.failed.Load() {
				a.check(c)
			}
			checked <- c
		}
	}()
	go func() {
		defer close(done)
		for c := range checked {
			if !a.failed.Load() {
				a.log.add(a, c)
			}
			free <- c
		}
	}()
	err := a.readAll(ctx, free, read)
	close(read)
	<-done
	return errors.Join(err, a.err)
}

func (a *auditor) readAll(ctx context.Context, free, read chan *auditChunk) error {
	for from := int64(0); from < a.size && !a.failed.Load(); {
		if err := ctx.Err(); err != nil {
			return err
		}
		c := <-free
		err := a.fill(ctx, c, from, min(from+chunkEntries, a.size))
		if err != nil {
			return err
		}
		from = c.to
		read <- c
	}
	return nil
}

// fill reads a chunk: its rows, then what their replays need.
func (a *auditor) fill(ctx context.Context, c *auditChunk, from, to int64) error {
	c.entries, c.bytes, c.legs, c.to = c.entries[:0], c.bytes[:0], c.legs[:0], to
	if err := a.fillEntries(ctx, c, from, to); err != nil {
		return err
	}
	if from < a.legsAt {
		if err := a.fillLegs(ctx, c, from, min(to, a.legsAt)); err != nil {
			return err
		}
	}
	for i := range c.entries {
		if err := a.fillOriginal(ctx, &c.entries[i]); err != nil {
			return err
		}
	}
	return nil
}

const selectEntries = "SELECT seq, posted_at, booked_on, kind, idem_key, content, body, leaf FROM ledger_entry WHERE community_id = ? AND seq >= ? AND seq < ? ORDER BY seq"

func (a *auditor) fillEntries(ctx context.Context, c *auditChunk, from, to int64) error {
	var ends [chunkEntries]int
	err := db.Each(ctx, a.r, func(rows *sql.Rows) error {
		if len(c.entries) == chunkEntries {
			return fmt.Errorf("%w: more than one entry has a number between %d and %d", ErrCorrupt, from, to)
		}
		e := c.next()
		var body sql.RawBytes
		if err := scanEntry(rows, &e.Entry, &body, &e.unread); err != nil {
			return err
		}
		c.bytes = append(c.bytes, body...)
		ends[len(c.entries)-1] = len(c.bytes)
		return nil
	}, selectEntries, a.community[:], from, to)
	start := 0
	for i := range c.entries { // now the bytes no longer move
		c.entries[i].body, start = c.bytes[start:ends[i]], ends[i]
	}
	return err
}

// next is the next entry of the chunk; the slices inside keep their room.
func (c *auditChunk) next() *auditEntry {
	if n := len(c.entries); n < cap(c.entries) {
		c.entries = c.entries[:n+1]
	} else {
		c.entries = append(c.entries, auditEntry{})
	}
	e := &c.entries[len(c.entries)-1]
	*e = auditEntry{Entry: Entry{Legs: e.Legs[:0]}, raw: rawBody{touches: e.raw.touches[:0], legs: e.raw.legs[:0]}}
	return e
}

func scanEntry(rows *sql.Rows, e *Entry, body *sql.RawBytes, unread *bool) error {
	var at, day, kind int64
	var content, leaf sql.RawBytes
	if err := rows.Scan(&e.Seq, &at, &day, &kind, &e.Key, &content, body, &leaf); err != nil {
		return err
	}
	e.PostedAt, e.BookedOn, e.Kind = time.UnixMicro(at).UTC(), period.Day(day), Kind(kind)
	*unread = len(content) != len(e.Content) || len(leaf) != len(e.Leaf) || int64(e.Kind) != kind || int64(e.BookedOn) != day
	copy(e.Content[:], content)
	copy(e.Leaf[:], leaf)
	return nil
}

func (a *auditor) fillLegs(ctx context.Context, c *auditChunk, from, to int64) error {
	return db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var l legRow
		err := rows.Scan(&l.seq, &l.leg, &l.rule, &l.from, &l.to, &l.amount)
		c.legs = append(c.legs, l)
		return err
	}, "SELECT seq, leg, rule, from_no, to_no, amount FROM ledger_leg WHERE community_id = ? AND seq >= ? AND seq < ? ORDER BY seq, leg", a.community[:], from, to)
}

// fillOriginal reads the entry that a refund or a reversal undoes.
func (a *auditor) fillOriginal(ctx context.Context, e *auditEntry) error {
	seq, needed := int64(-1), false
	switch {
	case e.unread || e.Kind != Refund && e.Kind != Reversal:
		return nil
	case e.Kind == Reversal:
		seq, needed = a.side.reverses[e.Seq]
	default:
		var raw rawBody
		if decodeBody(e.body, e.Seq, &raw) != nil {
			return nil // the check will say so
		}
		seq, needed = a.Original(&Entry{Seq: e.Seq, Kind: e.Kind, Facts: raw.facts})
	}
	if !needed || seq < 0 || seq >= e.Seq {
		return nil
	}
	return db.Each(ctx, a.r, func(rows *sql.Rows) error {
		o := &auditEntry{}
		var body sql.RawBytes
		if err := scanEntry(rows, &o.Entry, &body, &o.unread); err != nil || o.unread {
			return err
		}
		o.body = append(o.body, body...)
		if a.decode(o) == nil {
			e.original = &o.Entry
		}
		return nil
	}, selectEntries, a.community[:], seq, seq+1)
}

// decode reads an entry's body and puts accounts for their numbers.
func (a *auditor) decode(e *auditEntry) error {
	if err := decodeBody(e.body, e.Seq, &e.raw); err != nil {
		return err
	}
	e.Community, e.Subject, e.Facts = a.community, e.raw.subject, e.raw.facts
	for _, t := range e.raw.touches {
		if a.books.slot(t.no) == nil {
			return fmt.Errorf("%w: account number %d", ErrCorrupt, t.no)
		}
	}
	for _, l := range e.raw.legs {
		from, to := a.books.slot(e.raw.touches[l.from].no), a.books.slot(e.raw.touches[l.to].no)
		e.Legs = append(e.Legs, Leg{l.rule, from.account, to.account, l.amount})
	}
	return nil
}

// check is what the second goroutine does with a chunk.
func (a *auditor) check(c *auditChunk) {
	legs := c.legs
	for i := range c.entries {
		e := &c.entries[i]
		a.order.add(a, e)
		if !e.unread {
			if err := a.decode(e); err != nil {
				e.unread = true
				a.flaw(5, "entry_unreadable", e.Seq, "", nil, err.Error())
			}
		} else {
			a.flaw(5, "entry_unreadable", e.Seq, "", nil, "a column is of the wrong size")
		}
		if e.unread {
			a.books.lost[e.Seq] = true
			continue
		}
		a.replay(e)
		a.books.add(a, e)
		a.side.add(a, e)
		if a.sums != nil && e.Seq < a.sums.to {
			a.sums.add(a, e)
		}
		if e.Seq < a.partiesAt {
			a.addParties(e)
		}
		if e.Seq < a.legsAt {
			legs = a.compareLegs(e, legs)
		}
	}
	for _, l := range legs {
		a.flaw(0, "derived_leg_extra", l.seq, "", nil, l.String())
	}
	if a.Progress != nil {
		a.Progress(c.to, a.size)
	}
}

// replay makes an entry's legs again and compares (invariant 7).
func (a *auditor) replay(e *auditEntry) {
	if !e.replays() {
		a.Other(&e.Entry)
		return
	}
	legs, err := a.Replay(&e.Entry, e.original, a)
	if err != nil {
		a.flaw(7, "replay_refused", e.Seq, "", nil, err.Error())
		return
	}
	for i := range max(len(legs), len(e.Legs)) {
		if i >= len(legs) || i >= len(e.Legs) || legs[i] != e.Legs[i] {
			a.flaw(7, "legs_differ", e.Seq, "", legText(legs, i), legText(e.Legs, i))
			return // one leg that differs moves the next ones
		}
	}
}

// replays reports whether the entry's legs follow from its facts: purchases, refunds,
// and transfers that state a rule's facts.
func (e *auditEntry) replays() bool {
	return e.Kind == Purchase || e.Kind == Refund || e.Kind == Transfer && len(e.Facts) > 0
}

// Balance implements Books.
func (a *auditor) Balance(account Account) money.Amount {
	if s := a.books.byAccount[account]; s != nil {
		return s.balance
	}
	return 0
}

// Open implements Books.
func (a *auditor) Open() period.Day { return a.order.open }

func legText(legs []Leg, i int) string {
	if i >= len(legs) {
		return ""
	}
	b := appendLeg(nil, &legs[i])
	return string(b[len("leg ") : len(b)-1])
}
