package app

import (
	"context"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/derived"
)

// errBooksBehind says that the open books of a community are being made again.
var errBooksBehind = fault.New(fault.Busy, "app.books_being_made").After(5 * time.Second)

// Books are the open books as the pages show them (K3): months of whole groups of
// buyers, out of the derived tables. A month once put together is kept until
// further days count.
type Books struct {
	app  *App
	Base func(ctx context.Context) string // the house's absolute address, for codes on paper; may be nil

	mu     sync.Mutex
	months map[monthKey]*monthBooks
	lists  map[id.ID]*monthList
}

type monthKey struct {
	community id.ID
	month     period.Month
}

// monthList are the months of a community that have books, newest first.
type monthList struct {
	counted
	months []period.Month
}

// keptMonths bounds what is remembered; a month takes some kilobytes.
const keptMonths = 2_000

// NewBooks makes the open books of a program.
func NewBooks(a *App) *Books {
	return &Books{app: a, months: make(map[monthKey]*monthBooks), lists: make(map[id.ID]*monthList)}
}

// counted says which days of a community count: those up to a day.
type counted struct {
	through period.Day
	sealed  bool  // through is a closed day: nothing before it changes any more
	next    int64 // else how many entries were read
}

// counted asks which days count. A closed day counts once all its entries are
// read. Where no day was ever closed, after an import, the days before today
// count: an open day would show each purchase as the difference of two looks.
func (b *Books) counted(ctx context.Context, r db.Reader, at id.ID) (counted, error) {
	f := b.app.Flows
	p, err := f.OpenBooks.Position(ctx, r, at)
	if err != nil || p.Closed != derived.NeverClosed {
		return counted{through: p.Closed, sealed: true}, err
	}
	switch last, closed, err := f.Ledger.LastClosing(ctx, r, at); {
	case err != nil:
		return counted{}, err
	case closed && p.Next < last.Size:
		return counted{}, errBooksBehind
	case closed: // just now, for the first time: its entries are read, only that it is closed is not
		return counted{through: last.Day, sealed: true}, nil
	}
	if p.Next <= 0 {
		return counted{through: derived.NeverClosed}, nil
	}
	now := b.app.DB.Clock().Now()
	zone, err := f.Zone(ctx, r, at, now)
	if err != nil {
		return counted{}, err
	}
	c := counted{through: period.DayOf(now, zone) - 1, next: p.Next}
	size, err := f.Ledger.Size(ctx, r, at)
	if err != nil || p.Next >= size {
		return c, err
	}
	latest, err := f.Ledger.Entry(ctx, r, at, p.Next-1) // entries of its day may follow
	if err != nil {
		return c, err
	}
	c.through = min(c.through, latest.BookedOn-1)
	return c, nil
}

// Latest is the newest month that has books, or the present one.
func (b *Books) Latest(ctx context.Context, ref string) (period.Month, error) {
	p, err := b.app.Flows.Communities.ByRef(ctx, b.app.DB, ref)
	if err != nil {
		return 0, err
	}
	m, err := b.latest(ctx, p.ID)
	if m == 0 && err == nil {
		m = period.DayOf(b.app.DB.Clock().Now(), time.UTC).Month()
	}
	return m, err
}

// latest is the newest month with books, 0 if there is none.
func (b *Books) latest(ctx context.Context, at id.ID) (m period.Month, err error) {
	err = b.app.DB.View(ctx, at, func(r db.Reader) error {
		c, err := b.counted(ctx, r, at)
		if err != nil {
			return err
		}
		months, err := b.list(ctx, r, at, c)
		if len(months) > 0 {
			m = months[0]
		}
		return err
	})
	return m, err
}

// list are the months of a community that have books, newest first.
func (b *Books) list(ctx context.Context, r db.Reader, at id.ID, c counted) ([]period.Month, error) {
	b.mu.Lock()
	kept := b.lists[at]
	b.mu.Unlock()
	if kept != nil && kept.counted == c {
		return kept.months, nil
	}
	days, err := b.app.Flows.OpenBooks.Shopped(ctx, r, at, c.through)
	if err != nil {
		return nil, err
	}
	list := &monthList{counted: c}
	for _, d := range slices.Backward(days) {
		if n := len(list.months); n == 0 || list.months[n-1] != d.Month() {
			list.months = append(list.months, d.Month())
		}
	}
	b.mu.Lock()
	b.lists[at] = list
	b.mu.Unlock()
	return list.months, nil
}

// month puts a month together, or finds it as it was put together before.
func (b *Books) month(ctx context.Context, at id.ID, month period.Month) (m *monthBooks, months []period.Month, err error) {
	err = b.app.DB.View(ctx, at, func(r db.Reader) error {
		c, err := b.counted(ctx, r, at)
		if err != nil {
			return err
		}
		if months, err = b.list(ctx, r, at, c); err != nil {
			return err
		}
		m, err = b.monthIn(ctx, r, at, month, c)
		return err
	})
	return m, months, err
}

// monthIn is month where the days that count are known.
func (b *Books) monthIn(ctx context.Context, r db.Reader, at id.ID, month period.Month, c counted) (m *monthBooks, err error) {
	key := monthKey{at, month}
	b.mu.Lock()
	m = b.months[key]
	b.mu.Unlock()
	// A month that was over when it was put together is what it will always be.
	if m != nil && (m.counted == c || m.sealed && c.sealed && m.through >= month.Last() && c.through >= m.through) {
		return m, nil
	}
	if m, err = b.app.readMonth(ctx, r, at, month, c); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.months) >= keptMonths {
		clear(b.months)
	}
	b.months[key] = m
	return m, nil
}

// Month is one month of a community's books.
func (b *Books) Month(ctx context.Context, ask ledgerweb.Ask) (v ledgerweb.BooksView, err error) {
	p, err := b.app.Flows.Communities.ByRef(ctx, b.app.DB, ask.Community)
	if err != nil {
		return v, err
	}
	if v.Street, err = b.street(ctx, []community.Place{p}); err != nil {
		return v, err
	}
	m, months, err := b.month(ctx, p.ID, ask.Month)
	if err != nil {
		return v, err
	}
	v.Community, v.Month, v.Months, v.K, v.ExportK, v.Via = placeOf(p), ask.Month, months, booksK, booksExportK, ask.Via
	v.URL = absolute(ctx, b.Base, v.Community.Href+"/books/"+ask.Month.String())
	if m.sealed {
		v.Through = min(m.through, ask.Month.Last())
	}
	v.Open = m.through < ask.Month.Last()
	groups := m.page
	v.Flow, v.Funds, v.Waiting = m.flow, m.funds, m.pageWaits
	if ask.Export {
		groups, v.K, v.Waiting = m.file, booksExportK, m.fileWaits
	}
	v.Entries = m.entries(groups, ask.Via)
	v.Proof, err = b.proof(ctx, p.ID, m, ask.Month)
	return v, err
}

// proof is the signed root over the month, nil while there is none. A checkpoint
// carries no time; what is told is when its last entry was written.
func (b *Books) proof(ctx context.Context, at id.ID, m *monthBooks, month period.Month) (*ledgerweb.Proof, error) {
	c, err := b.app.Proof.Checkpoint(ctx, at, m.last)
	if err != nil {
		return nil, unsigned(err)
	}
	p := &ledgerweb.Proof{Size: c.Size, Root: hex.EncodeToString(c.Root[:]), Closed: m.sealed && m.through >= month.Last()}
	err = b.app.DB.View(ctx, at, func(r db.Reader) error {
		e, err := b.app.Flows.Ledger.Entry(ctx, r, at, c.Size-1)
		if err != nil {
			return err
		}
		zone, err := b.app.Flows.Zone(ctx, r, at, e.PostedAt)
		if err == nil {
			p.At = e.PostedAt.In(zone)
		}
		return err
	})
	return p, err
}

// unsigned takes a refusal to sign for what it means to a reader: no proof yet.
func unsigned(err error) error {
	if fault.Of(err) != nil {
		return nil
	}
	return err
}
