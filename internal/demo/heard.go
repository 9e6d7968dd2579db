package demo

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// heard is what the people as whom a visitor may look around are told of a past that
// is lived in one go: the entries that concern them, by the community of the books.
type heard struct {
	members map[string]bool // references of those people
	entries map[id.ID][]int64
}

// note keeps an entry that concerns somebody who is told; on nil nothing is kept.
func (h *heard) note(at id.ID, member string, seq int64) {
	if h != nil && h.members[member] {
		h.entries[at] = append(h.entries[at], seq)
	}
}

// listen makes everybody as whom a visitor may look around a reader of notices, and
// tells who has a part that she got it. What she is told of the past is collected only
// where the books were told to their ends; else an earlier start was cut short, and the
// ordinary way tells it. Where the street begins, nobody is told of how it was made.
func (d *Demo) listen(ctx context.Context, begins bool) error {
	var got []notice.Notice
	for _, m := range d.masked {
		var grants []*access.Grant
		err := d.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) { grants, err = d.Flows.Access.Of(ctx, r, m.Person); return err })
		if err != nil {
			return err
		}
		for _, g := range grants {
			n, err := d.Flows.RoleGiven(ctx, g)
			if err != nil {
				return err
			}
			got = append(got, n)
		}
	}
	err := d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		for _, m := range d.masked {
			if err := d.Flows.Notices.Begin(ctx, tx, m.Person); err != nil {
				return err
			}
		}
		return d.Flows.Notices.TellPast(ctx, tx, got, nil)
	})
	if err != nil {
		return err
	}
	h := &heard{members: make(map[string]bool), entries: make(map[id.ID][]int64)}
	for _, m := range d.masked {
		h.members[m.ref] = m.ref != ""
	}
	if begins {
		made := make(map[id.ID][]int64)
		for _, at := range d.places {
			made[at] = nil
		}
		if err := d.Flows.TellPast(ctx, made); err != nil {
			return err
		}
	}
	for _, at := range d.places {
		untold, err := d.untold(ctx, at)
		if err != nil || untold {
			return err
		}
		h.entries[at] = nil
	}
	d.heard = h
	return nil
}

// untold reports whether the books of a community hold purchases that nobody was told
// of.
func (d *Demo) untold(ctx context.Context, at id.ID) (untold bool, err error) {
	var size, told int64
	err = d.DB.View(ctx, at, func(r db.Reader) (err error) { size, err = d.Flows.Ledger.Size(ctx, r, at); return err })
	if err == nil {
		err = d.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) { told, err = d.Flows.Notices.Told(ctx, r, at); return err })
	}
	return size > 1 && told < size, err // the first entry is the policy
}

// tellDay tells what a day has brought before the next one begins: an inbox stands in
// the order of the days.
func (d *Demo) tellDay(ctx context.Context) error {
	if d.heard == nil {
		return nil
	}
	brought := make(map[id.ID][]int64)
	for at, entries := range d.heard.entries {
		if len(entries) > 0 {
			brought[at], d.heard.entries[at] = entries, nil
		}
	}
	if len(brought) == 0 {
		return nil
	}
	return d.Flows.TellPast(ctx, brought)
}

// tell tells what was collected, and counts the books as told to their ends.
func (d *Demo) tell(ctx context.Context) error {
	h := d.heard
	if d.heard = nil; h == nil {
		return nil
	}
	return d.Flows.TellPast(ctx, h.entries)
}

// fresh is how old a notice may be that nobody has read.
const fresh = 7 * 24 * time.Hour

// leaf lets those people have read what is older than a week.
func (d *Demo) leaf(ctx context.Context) error {
	before := d.clock.Now().Add(-fresh)
	return d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		for _, m := range d.masked {
			unread := false
			for after := (id.ID{}); ; {
				some, err := d.Flows.Notices.List(ctx, tx, m.Person, notice.Filter{Read: &unread, After: after, Limit: 50})
				if err != nil {
					return err
				}
				old := 0
				for old < len(some) && some[old].At.After(before) {
					old++
				}
				if old < len(some) {
					if err := d.Flows.Notices.MarkAllRead(ctx, tx, m.Person, some[old].ID); err != nil {
						return err
					}
					break
				}
				if len(some) < 50 {
					break
				}
				after = some[len(some)-1].ID
			}
		}
		return nil
	})
}
