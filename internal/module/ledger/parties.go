package ledger

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// concerned is one row of ledger_party.
type concerned struct {
	owner id.ID
	day   period.Day
	seq   int64
}

// concerns lists the members and shops of an entry, each once: those whose accounts
// it touches, its subject, and the shop that the facts of a purchase name, which a
// purchase paid in full to the shop itself may not touch at all.
func concerns(owners []id.ID, e *Entry, spent Spending, touched func(yield func(Account))) []id.ID {
	owners = owners[:0]
	add := func(who id.ID) {
		if !who.IsZero() && !slices.Contains(owners, who) {
			owners = append(owners, who)
		}
	}
	add(e.Subject)
	add(spent.Shop)
	touched(func(a Account) {
		if a.Owner.Kind == party.Member || a.Owner.Kind == party.Merchant {
			add(a.Owner.ID)
		}
	})
	return owners
}

// deriveParties makes a row of every member and shop of an entry.
func (f *Follower) deriveParties(ctx context.Context, r db.Reader, community id.ID, from, to int64) (*derivation, error) {
	names := f.ledger.accountNames(community)
	var all []concerned
	var owners []id.ID
	at, err := eachBody(ctx, r, names, from, to, func(e *Entry, raw *rawBody) (err error) {
		var spent Spending
		if e.Kind == Purchase {
			e.Facts = raw.facts
			if spent, err = f.read(e); err != nil {
				return fmt.Errorf("entry %d: %w", e.Seq, err)
			}
		}
		owners = concerns(owners, e, spent, func(yield func(Account)) {
			for _, t := range raw.touches {
				a, ok := names.account(t.no)
				if !ok {
					err = fmt.Errorf("%w: entry %d names account %d", ErrCorrupt, e.Seq, t.no)
				}
				yield(a)
			}
		})
		for _, who := range owners {
			all = append(all, concerned{who, e.BookedOn, e.Seq})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b concerned) int {
		return cmp.Or(bytes.Compare(a.owner[:], b.owner[:]), cmp.Compare(a.day, b.day), cmp.Compare(a.seq, b.seq))
	})
	n := len(all)
	owner, day, seq := make([][]byte, n), make([]int64, n), make([]int64, n)
	for i := range all {
		owner[i], day[i], seq[i] = all[i].owner[:], int64(all[i].day), all[i].seq
	}
	return &derivation{to: at, bulks: []*db.Bulk{{Table: "ledger_party",
		Conflict: "ON CONFLICT (community_id, owner_id, day, seq) DO UPDATE SET seq = excluded.seq", // what stands there already is being made again
		Columns:  []db.Column{repeated(community, n), {Name: "owner_id", Bytes: owner}, {Name: "day", Ints: day}, {Name: "seq", Ints: seq}}}}}, nil
}

// Concerning reads the entries that concern a member or a shop and are booked on
// the days from ≤ day ≤ to, the newest first, until fn says stop. The entry given
// to fn is fn's to keep.
//
// Entries that the follower has not reached yet come first, by looking through
// them; complete says that all were looked at. It is false only while a busy till
// is further ahead than a page should wait for.
func (s *Service) Concerning(ctx context.Context, r db.Reader, community, owner id.ID, from, to period.Day, read Reading, fn func(e *Entry) (more bool, err error)) (complete bool, err error) {
	defer fault.Wrap(&err, "ledger: entries of %s", owner)
	followed, err := s.Followed(ctx, r, community, FollowParties)
	if err != nil {
		return false, err
	}
	fresh, complete, err := s.ahead(ctx, r, community, owner, followed, read)
	if err != nil {
		return false, err
	}
	fresh = slices.DeleteFunc(fresh, func(e *Entry) bool { return e.BookedOn < from || e.BookedOn > to })
	slices.SortStableFunc(fresh, newestFirst)
	for last, more := (concerned{owner, to, followed}), true; more; { // rows that a rebuilding has not cleared yet lie behind its position
		var stored []*Entry
		if stored, err = s.stored(ctx, r, community, from, followed, last); err != nil {
			return false, err
		}
		if more = len(stored) == concernedAtOnce; more {
			last.day, last.seq = stored[len(stored)-1].BookedOn, stored[len(stored)-1].Seq
		}
		for len(stored) > 0 || !more && len(fresh) > 0 { // the two lists as one
			next := &stored
			if len(fresh) > 0 && (len(stored) == 0 || newestFirst(fresh[0], stored[0]) < 0) {
				next = &fresh
			}
			goOn, err := fn((*next)[0])
			if err != nil || !goOn {
				return complete, err
			}
			*next = (*next)[1:]
		}
	}
	return complete, nil
}

// concernedAtOnce is how many entries are read before fn sees them: fn may read
// too, and a connection serves one question at a time.
const concernedAtOnce = 256

// stored reads entries of the index before one, the newest first.
func (s *Service) stored(ctx context.Context, r db.Reader, community id.ID, from period.Day, followed int64, before concerned) (all []*Entry, err error) {
	names := s.accountNames(community)
	if err := names.refresh(ctx, r); err != nil {
		return nil, err
	}
	var raw rawBody
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		e, err := readEntry(rows, community, &raw)
		if err == nil {
			err = names.resolve(e, &raw)
		}
		all = append(all, e)
		return err
	}, `SELECT e.seq, e.posted_at, e.booked_on, e.kind, e.idem_key, e.content, e.body, e.leaf FROM ledger_party p
		JOIN ledger_entry e ON e.community_id = p.community_id AND e.seq = p.seq
		WHERE p.community_id = ? AND e.community_id = ? AND p.owner_id = ? AND p.day >= ? AND p.seq < ? AND (p.day, p.seq) < (?, ?) ORDER BY p.day DESC, p.seq DESC LIMIT ?`,
		community[:], community[:], before.owner[:], int64(from), followed, int64(before.day), before.seq, concernedAtOnce)
	return all, err
}

func newestFirst(a, b *Entry) int {
	return cmp.Or(cmp.Compare(b.BookedOn, a.BookedOn), cmp.Compare(b.Seq, a.Seq))
}

// lookAhead is how many entries a page looks through that are not derived yet.
const lookAhead = 2048

// ahead reads the owner's entries behind the follower's position.
func (s *Service) ahead(ctx context.Context, r db.Reader, community, owner id.ID, followed int64, read Reading) (mine []*Entry, complete bool, err error) {
	size, err := s.Size(ctx, r, community)
	if err != nil || size == followed {
		return nil, true, err
	}
	from := max(followed, size-lookAhead)
	var owners []id.ID
	err = s.Entries(ctx, r, community, from, size, func(e *Entry) (err error) {
		var spent Spending
		if e.Kind == Purchase {
			if spent, err = read(e); err != nil {
				return err
			}
		}
		owners = concerns(owners, e, spent, func(yield func(Account)) {
			for i := range e.Touches {
				yield(e.Touches[i].Account)
			}
		})
		if slices.Contains(owners, owner) {
			mine = append(mine, e)
		}
		return nil
	})
	return mine, from == followed, err
}

// DaysConcerning lists the days on which entries concern a member or a shop, the
// oldest first, as far as they are derived.
func (s *Service) DaysConcerning(ctx context.Context, r db.Reader, community, owner id.ID) (days []period.Day, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d period.Day
		err := rows.Scan(&d)
		days = append(days, d)
		return err
	}, "SELECT DISTINCT day FROM ledger_party WHERE community_id = ? AND owner_id = ? ORDER BY day", community[:], owner[:])
	return days, err
}

// tallied is what an audit counts of ledger_party: rows, and a sum made of their keys.
type tallied struct{ rows, sum uint64 }

func (t *tallied) add(c concerned) {
	t.rows++
	t.sum += keyOf(subjectHash(c.owner), uint64(c.day), uint64(c.seq))
}

// addParties adds the rows that an entry should have.
func (a *auditor) addParties(e *auditEntry) {
	var spent Spending
	if e.Kind == Purchase {
		spent, _ = a.Reading(&e.Entry) // what cannot be read is said by the replay
	}
	a.owners = concerns(a.owners, &e.Entry, spent, func(yield func(Account)) {
		for _, t := range e.raw.touches {
			yield(a.books.slot(t.no).account)
		}
	})
	for _, who := range a.owners {
		a.parties.add(concerned{who, e.BookedOn, e.Seq})
	}
}

// compareParties compares the rows that there are with those that should be.
func compareParties(ctx context.Context, a *auditor) error {
	if a.partiesAt == 0 || len(a.books.lost) > 0 {
		return nil
	}
	var stored tallied
	err := db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var c concerned
		err := rows.Scan(&c.owner, &c.day, &c.seq)
		stored.add(c)
		return err
	}, "SELECT owner_id, day, seq FROM ledger_party WHERE community_id = ?", a.community[:])
	if err == nil && stored != a.parties {
		a.flaw(0, "derived_differs", -1, "ledger_party", a.parties.String(), stored.String())
	}
	return err
}

// String is the tally as findings show it.
func (t tallied) String() string { return fmt.Sprintf("%d rows (%016x)", t.rows, t.sum) }
