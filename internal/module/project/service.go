package project

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to projects. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Propose notes a contract as the community offers it; with that its side has agreed.
func (s *Service) Propose(ctx context.Context, tx *db.Tx, c Contract) (_ *Contract, err error) {
	defer fault.Wrap(&err, "project: propose")
	c.Scope, c.Standard = text.Clean(c.Scope), text.Clean(c.Standard)
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c.ID, c.At, c.By = tx.NewID(), tx.Now, tx.Actor.ID
	_, err = tx.Exec(ctx, `INSERT INTO project_contract (community_id, id, title, scope, orderer, standard, people, first_day, last_day, ceiling, report_days, proposed_at, proposed_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], c.ID[:], c.Title, c.Scope, c.Orderer, c.Standard, c.People, int64(c.First), int64(c.Last), int64(c.Ceiling),
		c.ReportDays, c.At.UnixMicro(), c.By[:])
	if err != nil {
		return nil, err
	}
	for _, l := range c.Lines {
		if _, err := tx.Exec(ctx, "INSERT INTO project_line (community_id, contract_id, kind, name, price) VALUES (?, ?, ?, ?, ?)", tx.Community[:], c.ID[:], l.Kind, l.Name, int64(l.Price)); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

// Answer is the orderer's yes or no to a contract that waits for it. Nobody answers what
// she proposed for the other side.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, c *Contract, what What, words string) error {
	switch {
	case c.State() != "" || what != Agreed && what != Declined:
		return ErrNoWay
	case c.By == tx.Actor.ID:
		return ErrBothSides
	}
	return s.step(ctx, tx, c, Step{What: what, Words: words}, what == Declined)
}

// Stop ends a contract before its last day; months that were served are still settled.
func (s *Service) Stop(ctx context.Context, tx *db.Tx, c *Contract, words string) error {
	if c.State() != Agreed {
		return ErrNoWay
	}
	return s.step(ctx, tx, c, Step{What: Ended, Words: words}, true)
}

// Tally is what the services say of a month, and when and where they were asked.
type Tally struct {
	Counts map[string]int // deliveries that were shown and accepted, by kind
	Open   int            // that are promised, under way, not accepted yet or disputed: counted by nobody so far
	People int            // different ones, who were served
	Today  period.Day
	Zone   *time.Location
}

// Report notes what was delivered in a month that is over, and what it comes to; what lies
// above the ceiling is not owed. It can be done again until the orderer has accepted it.
func (s *Service) Report(ctx context.Context, tx *db.Tx, c *Contract, m period.Month, t Tally, words string) error {
	through := c.Through(t.Zone)
	switch {
	case c.State() != Agreed && c.State() != Ended:
		return ErrNoWay
	case m < c.First.Month() || m > through.Month():
		return ErrBadMonth.On("month")
	case t.Today <= min(m.Last(), through):
		return ErrNotOver
	case c.MonthOf(m).State == Accepted:
		return ErrNoWay
	case t.Open > 0: // what is accepted after the month was would be paid by nobody
		return ErrOpen.With("count", t.Open)
	}
	count, amount, _ := c.Bill(m, t.Counts)
	return s.step(ctx, tx, c, Step{What: Reported, Month: m, Count: count, People: t.People, Amount: amount, Words: words}, false)
}

// Unreported are the months of a contract of which nobody has told the orderer although their
// last day for it has come, the earliest first.
func (c *Contract) Unreported(today period.Day, zone *time.Location) (late []period.Month) {
	if s := c.State(); s != Agreed && s != Ended {
		return nil
	}
	for m := c.First.Month(); m <= c.Through(zone).Month(); m++ {
		if x := c.MonthOf(m); x.State == "" && today >= c.Due(m, zone) {
			late = append(late, m)
		}
	}
	return late
}

// Remind notes that the desk is reminded of a month, and whether it is for the first time.
func (s *Service) Remind(ctx context.Context, tx *db.Tx, contract id.ID, m period.Month) (first bool, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO project_reminder (community_id, contract_id, month, reminded_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id, contract_id, month) DO NOTHING`, tx.Community[:], contract[:], int64(m), tx.Now.UnixMicro())
	return n > 0, err
}

// Judge is the orderer's acceptance of a reported month, or its objection with a reason.
// Nobody judges what she reported for the other side, nor what she has not seen: seen is
// how many steps of the month lay before her.
func (s *Service) Judge(ctx context.Context, tx *db.Tx, c *Contract, m period.Month, seen int, what What, words string) error {
	x := c.MonthOf(m)
	switch {
	case x.State != Reported || what != Accepted && what != Objected:
		return ErrNoWay
	case x.Steps[len(x.Steps)-1].By == tx.Actor.ID:
		return ErrBothSides
	case seen != len(x.Steps):
		return ErrChanged
	}
	return s.step(ctx, tx, c, Step{What: what, Month: m, Count: x.Count, People: x.People, Amount: x.Amount, Words: words}, what == Objected)
}

// Pay notes a slip by which the orderer paid a month, in whole or in part: never more than
// is owed for it, and a slip counts once, for one contract of the community.
func (s *Service) Pay(ctx context.Context, tx *db.Tx, c *Contract, m period.Month, amount money.Amount, ref string) error {
	x := c.MonthOf(m)
	switch {
	case x.State != Accepted:
		return ErrNoWay
	case amount <= 0:
		return ErrBadMoney.On("amount")
	case amount > x.Owed():
		return ErrTooMuch.On("amount").With("most", x.Owed().Grouped(money.CNY))
	case !text.Line(ref, 40):
		return ErrBadRef.On("ref")
	}
	return s.step(ctx, tx, c, Step{What: Paid, Month: m, Amount: amount, Ref: ref}, false)
}

func (s *Service) step(ctx context.Context, tx *db.Tx, c *Contract, x Step, reason bool) error {
	if x.Words = text.Clean(x.Words); !text.ShortProse(x.Words, wordsMost) || reason && x.Words == "" {
		return ErrBadWords.On("words").With("most", wordsMost)
	}
	x.At, x.By = tx.Now, tx.Actor.ID
	n, err := tx.Exec(ctx, `INSERT INTO project_step (community_id, contract_id, n, what, month, count, people, amount, ref, words, taken_at, taken_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, ref) WHERE what = 'paid' DO NOTHING`,
		tx.Community[:], c.ID[:], len(c.Steps)+1, string(x.What), int64(x.Month), x.Count, x.People, int64(x.Amount), x.Ref, x.Words, x.At.UnixMicro(), x.By[:])
	if err == nil && n == 0 {
		err = ErrSlipTwice.On("ref")
	}
	if err == nil {
		c.Steps = append(c.Steps, x)
	}
	return err
}

// ByID finds a contract.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, at id.ID) (*Contract, error) {
	all, err := s.All(ctx, r, community)
	for _, c := range all {
		if c.ID == at {
			return c, err
		}
	}
	if err == nil {
		err = ErrNotFound
	}
	return nil, err
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

// All are the contracts of a community, the newest first: a handful.
func (s *Service) All(ctx context.Context, r db.Reader, community id.ID) (all []*Contract, err error) {
	of := make(map[id.ID]*Contract)
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		c := &Contract{}
		var at int64
		err := rows.Scan(&c.ID, &c.Title, &c.Scope, &c.Orderer, &c.Standard, &c.People, &c.First, &c.Last, &c.Ceiling, &c.ReportDays, &at, &c.By)
		c.At, of[c.ID] = micros(at), c
		all = append(all, c)
		return err
	}, `SELECT id, title, scope, orderer, standard, people, first_day, last_day, ceiling, report_days, proposed_at, proposed_by
		FROM project_contract WHERE community_id = ? ORDER BY proposed_at DESC, id DESC`, community[:]); err != nil || len(all) == 0 {
		return nil, err
	}
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var at id.ID
		var l Line
		err := rows.Scan(&at, &l.Kind, &l.Name, &l.Price)
		of[at].Lines = append(of[at].Lines, l)
		return err
	}, "SELECT contract_id, kind, name, price FROM project_line WHERE community_id = ? ORDER BY contract_id, kind", community[:]); err != nil {
		return nil, err
	}
	if err := spells(ctx, r, community, of); err != nil {
		return nil, err
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var at id.ID
		var x Step
		var taken int64
		err := rows.Scan(&at, &x.What, &x.Month, &x.Count, &x.People, &x.Amount, &x.Ref, &x.Words, &taken, &x.By)
		x.At = micros(taken)
		of[at].Steps = append(of[at].Steps, x)
		return err
	}, "SELECT contract_id, what, month, count, people, amount, ref, words, taken_at, taken_by FROM project_step WHERE community_id = ? ORDER BY contract_id, n", community[:])
}
