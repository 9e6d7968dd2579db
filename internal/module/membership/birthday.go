package membership

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// ErrBadBirthday refuses a day that no year has.
var ErrBadBirthday = fault.New(fault.Invalid, "membership.bad_birthday")

// Birthday is the month and day on which somebody was born, without the year.
type Birthday struct {
	Person id.ID
	Month  time.Month
	Day    int
	ToldAt time.Time
}

// TellBirthday notes it; told again it is replaced. tx belongs to "~".
func (s *Service) TellBirthday(ctx context.Context, tx *db.Tx, person id.ID, month time.Month, day int) error {
	if month < time.January || month > time.December || day < 1 || day > lastOf(month) {
		return ErrBadBirthday.On("birthday")
	}
	_, err := tx.Exec(ctx, `INSERT INTO membership_birthday (community_id, person_id, month, day, told_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, person_id) DO UPDATE SET month = excluded.month, day = excluded.day, told_at = excluded.told_at`,
		id.Tilde[:], person[:], int(month), day, tx.Now.UnixMicro())
	return err
}

// lastOf is the last day of a month, 29 February among them.
func lastOf(month time.Month) int {
	_, _, day := (period.Date(2024, month, 1).Month()).Last().Date()
	return day
}

// ForgetBirthday takes it back. tx belongs to "~".
func (s *Service) ForgetBirthday(ctx context.Context, tx *db.Tx, person id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM membership_birthday WHERE community_id = ? AND person_id = ?", id.Tilde[:], person[:])
	return err
}

// BirthdayOf is what a person told, if anything.
func (s *Service) BirthdayOf(ctx context.Context, r db.Reader, person id.ID) (b Birthday, told bool, err error) {
	var row struct {
		Month  int   `db:"month"`
		Day    int   `db:"day"`
		ToldAt int64 `db:"told_at"`
	}
	told, err = none(db.One(ctx, r, &row, "SELECT month, day, told_at FROM membership_birthday WHERE community_id = ? AND person_id = ?", id.Tilde[:], person[:]))
	return Birthday{person, time.Month(row.Month), row.Day, micros(row.ToldAt)}, told, err
}

// BornIn lists who was born in a month, those behind after.
func (s *Service) BornIn(ctx context.Context, r db.Reader, month time.Month, after id.ID, limit int) (people []id.ID, err error) {
	err = db.All(ctx, r, &people, "SELECT person_id FROM membership_birthday WHERE community_id = ? AND month = ? AND person_id > ? ORDER BY person_id LIMIT ?",
		id.Tilde[:], int(month), after, limit)
	return people, err
}

// Gifted reports whether a member got the gift of a year.
func (s *Service) Gifted(ctx context.Context, r db.Reader, community, member id.ID, year int) (bool, error) {
	var n int
	return none(db.One(ctx, r, &n, "SELECT 1 FROM membership_gift WHERE community_id = ? AND member_id = ? AND year = ?", community[:], member[:], year))
}

// Gift notes that entry seq gave a member the gift of a year.
func (s *Service) Gift(ctx context.Context, tx *db.Tx, member id.ID, year int, seq int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO membership_gift (community_id, member_id, year, seq, given_at) VALUES (?, ?, ?, ?, ?)", tx.Community[:], member[:], year, seq, tx.Now.UnixMicro())
	return err
}

// Erase forgets what is kept of a person under "~": her birthday and her devices (A7).
// tx belongs to "~".
func (s *Service) Erase(ctx context.Context, tx *db.Tx, person id.ID) (err error) {
	defer fault.Wrap(&err, "membership: erase %s", person)
	if err := s.ForgetBirthday(ctx, tx, person); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM membership_device WHERE community_id = ? AND person_id = ?", id.Tilde[:], person[:])
	return err
}

// Forget takes a member's own words and links out of what stays in her community: the
// codes that lead to her, and the reference in her orders. Terms and rewards stay with
// the books under a pseudonym that leads to nobody.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID, ref string) (err error) {
	defer fault.Wrap(&err, "membership: forget %s", member)
	if _, err := tx.Exec(ctx, "DELETE FROM membership_code WHERE community_id = ? AND owner_id = ? AND owner_kind = 'member'", tx.Community[:], member[:]); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE membership_order SET ref = ? WHERE community_id = ? AND ref = ?", "erased-"+member.String(), tx.Community[:], ref); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE membership_use SET served_by = '' WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:])
	return err
}
