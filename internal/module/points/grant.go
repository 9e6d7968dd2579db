package points

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals of rules and of what is given by them, in the order in which they are
// checked.
var (
	ErrBadRule    = fault.New(fault.Invalid, "points.bad_rule")
	ErrNoRule     = fault.New(fault.NotFound, "points.no_rule")
	ErrRuleEnded  = fault.New(fault.Conflict, "points.rule_ended")
	ErrRuleClosed = fault.New(fault.Conflict, "points.rule_not_in_force")
	ErrCapped     = fault.New(fault.Conflict, "points.cap_reached")
	ErrOneself    = fault.New(fault.Forbidden, "points.to_oneself")
	ErrNoGrant    = fault.New(fault.NotFound, "points.no_grant")
	ErrUndone     = fault.New(fault.Conflict, "points.undone_before")
	ErrDayOver    = fault.New(fault.Conflict, "points.day_over")
)

// Sort is what sort of taking part a rule thanks for.
type Sort string

// The sorts. Volunteering stands for itself: what is given for it has nothing to do
// with what anybody buys (F12).
const (
	Event        Sort = "event"
	Sharing      Sort = "sharing"
	Operations   Sort = "operations" // counts as often as the policy says
	Volunteering Sort = "volunteering"
)

// Sorts lists them in the order of a form.
var Sorts = []Sort{Event, Sharing, Operations, Volunteering}

// Rule is a published reason to give points.
type Rule struct {
	ID      id.ID
	Sort    Sort
	Name    string
	Words   string // who gets them and for what, as everybody reads it
	Points  money.Amount
	Monthly money.Amount // at most for a person in a civil month
	From    period.Day
	Until   period.Day // the last day, 0 without an end
	By      string
	At      time.Time
	Ended   bool
}

// Holds reports whether points can be given by the rule on a day.
func (r *Rule) Holds(day period.Day) bool {
	return !r.Ended && day >= r.From && (r.Until == 0 || day <= r.Until)
}

// Worth is what the rule gives for one time, given how often operations count.
func (r *Rule) Worth(factor int) money.Amount {
	if r.Sort == Operations {
		return r.Points * money.Amount(factor)
	}
	return r.Points
}

func (r *Rule) validate() error {
	switch {
	case !slices.Contains(Sorts, r.Sort):
		return ErrBadRule.On("sort")
	case !line(r.Name, 1, 40):
		return ErrBadRule.On("name")
	case !text(r.Words, 2, 300):
		return ErrBadRule.On("words")
	case r.Points < 1 || r.Points > 10_000:
		return ErrBadRule.On("points")
	case r.Monthly < r.Points || r.Monthly > 100_000:
		return ErrBadRule.On("monthly")
	case r.From <= 0:
		return ErrBadRule.On("from")
	case r.Until != 0 && r.Until < r.From:
		return ErrBadRule.On("until")
	}
	return nil
}

// Grant is points that were given by a rule.
type Grant struct {
	ID     id.ID
	Rule   id.ID
	Member id.ID
	Points money.Amount
	Words  string
	List   id.ID // the list that it stood on; zero: given singly
	Day    period.Day
	Seq    int64
	By     string
	At     time.Time
	Undone *Ending // nil while it stands
}

// Publish adds a rule.
func (s *Service) Publish(ctx context.Context, tx *db.Tx, r Rule) (_ Rule, err error) {
	defer fault.Wrap(&err, "points: publish a rule")
	if err := r.validate(); err != nil {
		return r, err
	}
	r.ID, r.By, r.At, r.Ended = tx.NewID(), tx.Actor.String(), tx.Now, false
	_, err = tx.Exec(ctx, "INSERT INTO points_rule (community_id, id, sort, name, words, points, monthly, from_day, until_day, published_by, published_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], r.ID[:], string(r.Sort), r.Name, r.Words, int64(r.Points), int64(r.Monthly), int64(r.From), int64(r.Until), r.By, tx.Now.UnixMicro())
	return r, err
}

// EndRule ends a rule; what was given stays given.
func (s *Service) EndRule(ctx context.Context, tx *db.Tx, rule id.ID, reason string) error {
	r, err := s.RuleByID(ctx, tx, tx.Community, rule)
	switch {
	case err != nil:
		return err
	case r.Ended:
		return ErrRuleEnded
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO points_rule_end (community_id, rule_id, reason, ended_by, ended_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], rule[:], reason, tx.Actor.String(), tx.Now.UnixMicro())
	return err
}

// MayGive refuses what a rule does not give on a day: out of its time, or past the
// month's cap of a person.
func (s *Service) MayGive(ctx context.Context, tx *db.Tx, rule id.ID, member id.ID, day period.Day, factor int) (r Rule, worth money.Amount, err error) {
	if r, err = s.RuleByID(ctx, tx, tx.Community, rule); err != nil {
		return r, 0, err
	}
	if !r.Holds(day) {
		return r, 0, ErrRuleClosed
	}
	worth = r.Worth(factor)
	var had int64
	if err := db.One(ctx, tx, &had, `SELECT CAST(COALESCE(SUM(g.points), 0) AS BIGINT) FROM points_grant g LEFT JOIN points_grant_undo u ON u.community_id = g.community_id AND u.grant_id = g.id
		WHERE g.community_id = ? AND g.rule_id = ? AND g.month = ? AND g.member_id = ? AND u.grant_id IS NULL`, tx.Community[:], rule[:], int64(day.Month()), member[:]); err != nil {
		return r, 0, err
	}
	if money.Amount(had)+worth > r.Monthly*(worth/r.Points) {
		return r, 0, ErrCapped.With("cap", (r.Monthly * (worth / r.Points)).Decimal(money.Point))
	}
	return r, worth, nil
}

// Granted finds what a form gave before; nil if it is new.
func (s *Service) Granted(ctx context.Context, tx *db.Tx, token [32]byte) (*Grant, error) {
	all, err := grants(ctx, tx, tx.Community, "g.token = ?", token[:])
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Give notes points that entry g.Seq gave. g.ID is the caller's.
func (s *Service) Give(ctx context.Context, tx *db.Tx, g Grant, token [32]byte) (_ Grant, err error) {
	if !text(g.Words, 0, 100) {
		return g, ErrBadRule.On("note")
	}
	g.By, g.At = tx.Actor.String(), tx.Now
	_, err = tx.Exec(ctx, `INSERT INTO points_grant (community_id, id, rule_id, member_id, points, words, token, list_id, day, month, seq, given_by, given_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], g.ID[:], g.Rule[:], g.Member[:], int64(g.Points), g.Words, token[:], g.List, int64(g.Day), int64(g.Day.Month()),
		g.Seq, g.By, tx.Now.UnixMicro())
	return g, err
}

// Undo notes that entry seq took points back that were given by mistake, on the day on
// which they were given.
func (s *Service) Undo(ctx context.Context, tx *db.Tx, g *Grant, seq int64, reason string) error {
	g.Undone = &Ending{Seq: seq, Reason: reason, By: tx.Actor.String(), At: tx.Now}
	_, err := tx.Exec(ctx, "INSERT INTO points_grant_undo (community_id, grant_id, seq, reason, undone_by, undone_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], g.ID[:], seq, reason, g.Undone.By, tx.Now.UnixMicro())
	return err
}

// MayUndo refuses what was undone, or given on another day.
func (g *Grant) MayUndo(day period.Day, reason string) error {
	switch {
	case g.Undone != nil:
		return ErrUndone
	case g.Day != day:
		return ErrDayOver
	}
	return reasoned(reason)
}

// List is a list of names that was handed in for a rule.
type List struct {
	ID   id.ID
	Rule id.ID
	File string
	By   string
	At   time.Time
}

// ListLine is what became of one line of a list.
type ListLine struct {
	Line    int64  `db:"line"`
	Ref     string `db:"ref"`
	Outcome string `db:"outcome"` // "given", or the code of the refusal
	Grant   id.ID  `db:"grant_id"`
}

// Given is the outcome of a line whose points were given.
const Given = "given"

// HandIn notes a list. One that has an id is noted once.
func (s *Service) HandIn(ctx context.Context, tx *db.Tx, l List) (_ List, err error) {
	if !line(l.File, 1, 120) {
		l.File = "list"
	}
	if l.By, l.At = tx.Actor.String(), tx.Now; l.ID.IsZero() {
		l.ID = tx.NewID()
	}
	_, err = tx.Exec(ctx, "INSERT INTO points_list (community_id, id, rule_id, file, handed_by, handed_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (community_id, id) DO NOTHING",
		tx.Community[:], l.ID[:], l.Rule[:], l.File, l.By, tx.Now.UnixMicro())
	return l, err
}

// NoteLine notes what became of a line.
func (s *Service) NoteLine(ctx context.Context, tx *db.Tx, list id.ID, l ListLine) error {
	_, err := tx.Exec(ctx, "INSERT INTO points_list_line (community_id, list_id, line, ref, outcome, grant_id) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (community_id, list_id, line) DO NOTHING",
		tx.Community[:], list[:], l.Line, l.Ref, l.Outcome, l.Grant)
	return err
}

// Lists lists the latest lists of a community.
func (s *Service) Lists(ctx context.Context, r db.Reader, community id.ID, limit int) ([]List, error) {
	return lists(ctx, r, community, "1 = 1 ORDER BY id DESC LIMIT ?", limit)
}

// ListByID finds a list with what became of its lines.
func (s *Service) ListByID(ctx context.Context, r db.Reader, community, list id.ID) (l List, all []ListLine, err error) {
	found, err := lists(ctx, r, community, "id = ?", list[:])
	if err == nil && len(found) == 0 {
		err = ErrNoGrant
	}
	if err != nil {
		return l, nil, err
	}
	err = db.All(ctx, r, &all, "SELECT line, ref, outcome, grant_id FROM points_list_line WHERE community_id = ? AND list_id = ? ORDER BY line", community[:], list[:])
	return found[0], all, err
}

func lists(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []List, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var l List
		var at int64
		err := rows.Scan(&l.ID, &l.Rule, &l.File, &l.By, &at)
		l.At = micros(at)
		all = append(all, l)
		return err
	}, "SELECT id, rule_id, file, handed_by, handed_at FROM points_list WHERE community_id = ? AND "+where, append([]any{community[:]}, args...)...)
	return all, err
}

// Rules lists the rules of a community, the latest first.
func (s *Service) Rules(ctx context.Context, r db.Reader, community id.ID) ([]Rule, error) {
	return rules(ctx, r, community, "1 = 1 ORDER BY x.id DESC")
}

// RuleByID finds a rule.
func (s *Service) RuleByID(ctx context.Context, r db.Reader, community, rule id.ID) (Rule, error) {
	all, err := rules(ctx, r, community, "x.id = ?", rule[:])
	if err != nil || len(all) == 0 {
		return Rule{}, errors.Join(err, missing(err, ErrNoRule))
	}
	return all[0], nil
}

func rules(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Rule, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Rule
		var at int64
		var ended sql.NullInt64
		err := rows.Scan(&x.ID, &x.Sort, &x.Name, &x.Words, &x.Points, &x.Monthly, &x.From, &x.Until, &x.By, &at, &ended)
		x.At, x.Ended = micros(at), ended.Valid
		all = append(all, x)
		return err
	}, `SELECT x.id, x.sort, x.name, x.words, x.points, x.monthly, x.from_day, x.until_day, x.published_by, x.published_at, e.ended_at
		FROM points_rule x LEFT JOIN points_rule_end e ON e.community_id = x.community_id AND e.rule_id = x.id WHERE x.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

// GrantByID finds points that were given.
func (s *Service) GrantByID(ctx context.Context, r db.Reader, community, grant id.ID) (*Grant, error) {
	all, err := grants(ctx, r, community, "g.id = ?", grant[:])
	if err != nil || len(all) == 0 {
		return nil, errors.Join(err, missing(err, ErrNoGrant))
	}
	return &all[0], nil
}

// GrantsOf lists what was given to a member, the latest first.
func (s *Service) GrantsOf(ctx context.Context, r db.Reader, community, member id.ID) ([]Grant, error) {
	return grants(ctx, r, community, "g.member_id = ? ORDER BY g.id DESC", member[:])
}

// LatestGrants lists what was given last.
func (s *Service) LatestGrants(ctx context.Context, r db.Reader, community id.ID, limit int) ([]Grant, error) {
	return grants(ctx, r, community, "1 = 1 ORDER BY g.id DESC LIMIT ?", limit)
}

func grants(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Grant, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var g Grant
		var at int64
		var seq, undone sql.NullInt64
		var reason, by sql.NullString
		if err := rows.Scan(&g.ID, &g.Rule, &g.Member, &g.Points, &g.Words, &g.List, &g.Day, &g.Seq, &g.By, &at, &seq, &reason, &by, &undone); err != nil {
			return err
		}
		g.At = micros(at)
		if undone.Valid {
			g.Undone = &Ending{Seq: seq.Int64, Reason: reason.String, By: by.String, At: micros(undone.Int64)}
		}
		all = append(all, g)
		return nil
	}, `SELECT g.id, g.rule_id, g.member_id, g.points, g.words, g.list_id, g.day, g.seq, g.given_by, g.given_at, u.seq, u.reason, u.undone_by, u.undone_at
		FROM points_grant g LEFT JOIN points_grant_undo u ON u.community_id = g.community_id AND u.grant_id = g.id WHERE g.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}
