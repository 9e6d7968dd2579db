package project

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Spell is the time in which a plan of the time bank serves a contract. A plan serves one
// contract a day: what is delivered is paid once.
type Spell struct {
	Plan  id.ID
	N     int // among all spells of the plan, from 1
	First period.Day
	At    time.Time
	By    id.ID
	Left  *Leave // nil: as long as the contract runs
}

// Leave says that a plan was taken out before its contract was over, and why.
type Leave struct {
	Last  period.Day // on which it counts; before Spell.First if it never did
	Words string
	At    time.Time
	By    id.ID
}

// last is the last day of a spell of the contract.
func (c *Contract) last(x *Spell, zone *time.Location) period.Day {
	if through := c.Through(zone); x.Left == nil || x.Left.Last > through {
		return through
	}
	return x.Left.Last
}

// Serves reports whether what a plan brings on a day counts for the contract.
func (c *Contract) Serves(plan id.ID, day period.Day, zone *time.Location) bool {
	for i := range c.Spells {
		if x := &c.Spells[i]; x.Plan == plan && x.First <= day && day <= c.last(x, zone) {
			return true
		}
	}
	return false
}

// Serving are the spells of plans that were not taken out.
func (c *Contract) Serving() (all []Spell) {
	for _, x := range c.Spells {
		if x.Left == nil {
			all = append(all, x)
		}
	}
	return all
}

// told is the last day of which the orderer was told and has not objected to it, 0 for none:
// what a plan brought until then is part of it or will not be.
func (c *Contract) told(zone *time.Location) (day period.Day) {
	for m := c.First.Month(); m <= c.Through(zone).Month(); m++ {
		if s := c.MonthOf(m).State; s == Reported || s == Accepted {
			day = min(m.Last(), c.Through(zone))
		}
	}
	return day
}

// Free is from which day a plan can serve the contract, given all contracts of the community:
// from its first day of which the orderer was not told yet, or from the day after the plan
// last counted for a contract that is over or that it was taken out of. ok is false while the plan serves a contract, and where no day
// would be left; n is the number of the spell that begins.
func (c *Contract) Free(all []*Contract, plan id.ID, today period.Day, zone *time.Location) (first period.Day, n int, ok bool) {
	first, n = max(c.First, c.told(zone)+1), 1
	for _, o := range all {
		for i := range o.Spells {
			x := &o.Spells[i]
			if x.Plan != plan {
				continue
			}
			n++
			last := o.last(x, zone)
			if last < x.First {
				continue // it never counted
			}
			if last > max(c.First-1, today) || o.ID == c.ID && x.Left == nil {
				return 0, 0, false
			}
			first = max(first, last+1)
		}
	}
	return first, n, first <= c.Through(zone)
}

// Bind lets a plan of the time bank serve an agreed contract.
func (s *Service) Bind(ctx context.Context, tx *db.Tx, c *Contract, plan id.ID, today period.Day, zone *time.Location) error {
	if c.State() != Agreed {
		return ErrNoWay
	}
	all, err := s.All(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	first, number, ok := c.Free(all, plan, today, zone)
	if !ok {
		return ErrPlanBound.On("plans")
	}
	x := Spell{Plan: plan, N: number, First: first, At: tx.Now, By: tx.Actor.ID}
	n, err := tx.Exec(ctx, `INSERT INTO project_spell (community_id, plan_id, n, contract_id, first_day, added_at, added_by) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, plan_id, n) DO NOTHING`, tx.Community[:], plan[:], x.N, c.ID[:], int64(x.First), x.At.UnixMicro(), x.By[:])
	if err == nil && n == 0 {
		err = ErrPlanBound.On("plans")
	}
	if err == nil {
		c.Spells = append(c.Spells, x)
	}
	return err
}

// release refuses a last day on which a plan counts that lies in the future, or that takes
// deliveries out of a month that the orderer was told of and has not objected to.
func (c *Contract) release(x *Spell, last, today period.Day, zone *time.Location) error {
	from := max(x.First-1, c.told(zone))
	if to := max(from, today); last < from || last > to {
		return ErrBadLeave.On("until").With("from", from.String()).With("to", to.String())
	}
	return nil
}

// Release takes a plan out of a contract again, with a reason: what it brings after a day
// does not count for it any more.
func (s *Service) Release(ctx context.Context, tx *db.Tx, c *Contract, plan id.ID, last, today period.Day, zone *time.Location, words string) error {
	for i := range c.Spells {
		x := &c.Spells[i]
		if x.Plan != plan || x.Left != nil {
			continue
		}
		if err := c.release(x, last, today, zone); err != nil {
			return err
		}
		if words = text.Clean(words); words == "" || !text.ShortProse(words, wordsMost) {
			return ErrBadWords.On("words").With("most", wordsMost)
		}
		x.Left = &Leave{Last: last, Words: words, At: tx.Now, By: tx.Actor.ID}
		n, err := tx.Exec(ctx, `INSERT INTO project_leave (community_id, plan_id, n, last_day, words, left_at, left_by) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (community_id, plan_id, n) DO NOTHING`, tx.Community[:], plan[:], x.N, int64(last), words, x.Left.At.UnixMicro(), x.Left.By[:])
		if err == nil && n == 0 {
			err = ErrNotServing.On("plans")
		}
		return err
	}
	return ErrNotServing.On("plans")
}

// spells reads the spells of contracts, in the order in which they were made.
func spells(ctx context.Context, r db.Reader, community id.ID, of map[id.ID]*Contract) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var at id.ID
		var x Spell
		var added int64
		var last, left sql.NullInt64
		var words sql.NullString
		var by []byte
		if err := rows.Scan(&at, &x.Plan, &x.N, &x.First, &added, &x.By, &last, &words, &left, &by); err != nil {
			return err
		}
		if x.At = micros(added); left.Valid {
			x.Left = &Leave{Last: period.Day(last.Int64), Words: words.String, At: micros(left.Int64), By: id.ID(by)}
		}
		of[at].Spells = append(of[at].Spells, x)
		return nil
	}, `SELECT s.contract_id, s.plan_id, s.n, s.first_day, s.added_at, s.added_by, l.last_day, l.words, l.left_at, l.left_by
		FROM project_spell s LEFT JOIN project_leave l ON l.community_id = s.community_id AND l.plan_id = s.plan_id AND l.n = s.n
		WHERE s.community_id = ? ORDER BY s.contract_id, s.added_at, s.plan_id`, community[:])
}
