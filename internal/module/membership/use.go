package membership

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// Who noted a use: the desk, a grid worker on her way, or the member by booking.
const (
	ByDesk  = "desk"
	ByField = "field"
	BySelf  = "self"
)

// Kinds are the community services that a term holds some of for nothing (B1), by
// their stored names.
var Kinds = []string{"housework", "repair", "errand", "haircut", "health", "class", "other"}

// KindName is what people call a kind of service.
func KindName(kind string) i18n.Message {
	if m, ok := kindNames[kind]; ok {
		return m
	}
	return kindNames["other"]
}

var kindNames = map[string]i18n.Message{
	"housework": i18n.M("家政保洁"), "repair": i18n.M("小修小补"), "errand": i18n.M("代取代办"), "haircut": i18n.M("理发"),
	"health": i18n.M("量血压测血糖"), "class": i18n.M("课程活动"), "other": i18n.M("其他社区服务"),
}

// Use is one free service.
type Use struct {
	ID       id.ID
	Term     id.ID
	Member   id.ID
	Kind     string
	ServedBy string     // who served, as people call her or it
	Day      period.Day // on which it took place
	How      string
	Cause    id.ID // the booking, if one says more
	By       string
	At       time.Time

	Back *UseBack // nil while it counts
}

// UseBack takes a use back.
type UseBack struct {
	Reason, By string
	At         time.Time
}

// UseService takes one of the free services of the member's term in force today. Who is in
// the grace still has what her last term left. tx belongs to her community.
func (s *Service) UseService(ctx context.Context, tx *db.Tx, today period.Day, graceDays int, u Use) (_ Use, left int, err error) {
	defer fault.Wrap(&err, "membership: use a service")
	u.ServedBy = strings.Join(strings.Fields(u.ServedBy), " ")
	if _, ok := kindNames[u.Kind]; !ok {
		return u, 0, ErrBadKind.On("kind")
	}
	if u.ServedBy == "" || !short(u.ServedBy, 40) {
		return u, 0, ErrBadServer.On("served_by")
	}
	all, err := s.TermsOf(ctx, tx, tx.Community, u.Member)
	if err != nil {
		return u, 0, err
	}
	t := all.Current(today)
	if t == nil && all.Phase(today, graceDays) == Grace {
		t = all.Latest()
	}
	if t == nil {
		return u, 0, ErrNotGood
	}
	if u.Day == 0 {
		u.Day = today
	}
	if u.Day < t.From || u.Day > today {
		return u, 0, ErrBadDay.On("day")
	}
	used, err := s.UsesOf(ctx, tx, tx.Community, t.ID)
	if err != nil {
		return u, 0, err
	}
	if left = t.FreeServices - Counted(used); left <= 0 {
		return u, 0, ErrUsedUp.With("services", t.FreeServices)
	}
	u.ID, u.Term, u.By, u.At = tx.NewID(), t.ID, tx.Actor.String(), tx.Now
	_, err = tx.Exec(ctx, `INSERT INTO membership_use (community_id, id, term_id, member_id, kind, served_by, used_day, how, cause_id, recorded_by, recorded_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], u.ID[:], u.Term[:], u.Member[:], u.Kind, u.ServedBy, int64(u.Day), u.How, u.Cause, u.By, u.At.UnixMicro())
	return u, left - 1, err
}

// TakeBackUse undoes a use that was noted by mistake.
func (s *Service) TakeBackUse(ctx context.Context, tx *db.Tx, use id.ID, reason string) (u Use, err error) {
	defer fault.Wrap(&err, "membership: take back use %s", use)
	if reason, err = Reason(reason); err != nil {
		return u, err
	}
	all, err := uses(ctx, tx, tx.Community, "u.id = ?", use[:])
	switch {
	case err != nil:
		return u, err
	case len(all) == 0:
		return u, ErrNoUse
	case all[0].Back != nil:
		return u, ErrTakenBack
	}
	u = all[0]
	u.Back = &UseBack{Reason: reason, By: tx.Actor.String(), At: tx.Now}
	_, err = tx.Exec(ctx, "INSERT INTO membership_use_back (community_id, use_id, reason, taken_by, taken_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], use[:], reason, u.Back.By, tx.Now.UnixMicro())
	return u, err
}

// UsesOf lists the uses of a term, the first first.
func (s *Service) UsesOf(ctx context.Context, r db.Reader, community, term id.ID) ([]Use, error) {
	return uses(ctx, r, community, "u.term_id = ? ORDER BY u.id", term[:])
}

// UsesBy lists every use of a member, the latest first.
func (s *Service) UsesBy(ctx context.Context, r db.Reader, community, member id.ID) ([]Use, error) {
	return uses(ctx, r, community, "u.member_id = ? ORDER BY u.id DESC", member[:])
}

// Counted is how many uses count.
func Counted(all []Use) (n int) {
	for _, u := range all {
		if u.Back == nil {
			n++
		}
	}
	return n
}

func uses(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Use, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var u Use
		var at int64
		var reason, by sql.NullString
		var taken sql.NullInt64
		if err := rows.Scan(&u.ID, &u.Term, &u.Member, &u.Kind, &u.ServedBy, &u.Day, &u.How, &u.Cause, &u.By, &at, &reason, &by, &taken); err != nil {
			return err
		}
		u.At = micros(at)
		if taken.Valid {
			u.Back = &UseBack{Reason: reason.String, By: by.String, At: micros(taken.Int64)}
		}
		all = append(all, u)
		return nil
	}, `SELECT u.id, u.term_id, u.member_id, u.kind, u.served_by, u.used_day, u.how, u.cause_id, u.recorded_by, u.recorded_at, b.reason, b.taken_by, b.taken_at
		FROM membership_use u LEFT JOIN membership_use_back b ON b.community_id = u.community_id AND b.use_id = u.id
		WHERE u.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}
