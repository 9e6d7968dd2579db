package person

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Service is the door to people.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// validate refuses a person that cannot be stored.
func (p *Person) validate(now time.Time) error {
	name := strings.TrimSpace(p.Name)
	switch {
	case name == "" || utf8.RuneCountInString(name) > 40 || strings.ContainsAny(name, "\r\n\t\x00"):
		return ErrBadName.On("name")
	case !slices.Contains(Forms, p.Form):
		return ErrBadForm.On("address_form")
	case p.Phone != "" && !international.MatchString(p.Phone):
		return ErrBadPhone.On("phone")
	case p.BirthYear != 0 && (p.BirthYear < 1890 || p.BirthYear > now.Year()):
		return ErrBadYear.On("birth_year")
	}
	return nil
}

// Register adds a person; her id is random, since it stands for her. tx belongs to
// "~".
func (s *Service) Register(ctx context.Context, tx *db.Tx, p Person) (_ *Person, err error) {
	defer fault.Wrap(&err, "person: register")
	if err := p.validate(tx.Now); err != nil {
		return nil, err
	}
	p.ID, p.CreatedAt = tx.NewPseudonym(), tx.Now
	if p.Phone != "" {
		if _, err := s.ByPhone(ctx, tx, p.Phone); err == nil {
			return nil, ErrTaken.On("phone")
		} else if !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	_, err = tx.Exec(ctx, "INSERT INTO person (community_id, id, name, address_form, phone, birth_year, lang, theme, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], p.ID[:], strings.TrimSpace(p.Name), string(p.Form), p.Phone, p.BirthYear, p.Lang, p.Theme, tx.Now.UnixMicro())
	return &p, err
}

// Change edits a person. tx belongs to "~".
func (s *Service) Change(ctx context.Context, tx *db.Tx, who id.ID, edit func(p *Person) error) (err error) {
	defer fault.Wrap(&err, "person: change %s", who)
	p, err := s.ByID(ctx, tx, who)
	if err != nil {
		return err
	}
	before := p.Phone
	if err := edit(p); err != nil {
		return err
	}
	if err := p.validate(tx.Now); err != nil {
		return err
	}
	if p.Phone != before && p.Phone != "" {
		if _, err := s.ByPhone(ctx, tx, p.Phone); err == nil {
			return ErrTaken.On("phone")
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	_, err = tx.Exec(ctx, "UPDATE person SET name = ?, address_form = ?, phone = ?, birth_year = ?, lang = ?, theme = ? WHERE community_id = ? AND id = ?",
		strings.TrimSpace(p.Name), string(p.Form), p.Phone, p.BirthYear, p.Lang, p.Theme, id.Tilde[:], who[:])
	return err
}

// ByID finds a person.
func (s *Service) ByID(ctx context.Context, r db.Reader, who id.ID) (*Person, error) {
	return one(ctx, r, "id = ?", who[:])
}

// ByPhone finds who has a number, as ParsePhone writes it.
func (s *Service) ByPhone(ctx context.Context, r db.Reader, phone string) (*Person, error) {
	return one(ctx, r, "phone = ? AND phone <> ''", phone) // as the index says it
}

// ByIDs finds several people at once, those that are there.
func (s *Service) ByIDs(ctx context.Context, r db.Reader, who []id.ID) (map[id.ID]*Person, error) {
	found := make(map[id.ID]*Person, len(who))
	return found, db.EachSome(who, func(in string, args []any) error {
		all, err := list(ctx, r, "id IN "+in, args...)
		for _, p := range all {
			found[p.ID] = p
		}
		return err
	}, id.Tilde[:])
}

// Link notes that a community knows a person as a member. tx belongs to "~".
func (s *Service) Link(ctx context.Context, tx *db.Tx, who id.ID, ref string, home id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO person_member (community_id, person_id, member_ref, home_id, linked_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		id.Tilde[:], who[:], ref, home[:], tx.Now.UnixMicro())
	return err
}

// Membership is a reference under which a community knows a person.
type Membership struct {
	Person id.ID  `db:"person_id"`
	Ref    string `db:"member_ref"`
	Home   id.ID  `db:"home_id"`
}

// Memberships are those of a person, the oldest first.
func (s *Service) Memberships(ctx context.Context, r db.Reader, who id.ID) (all []Membership, err error) {
	err = db.All(ctx, r, &all, "SELECT person_id, member_ref, home_id FROM person_member WHERE community_id = ? AND person_id = ? ORDER BY linked_at, member_ref", id.Tilde[:], who[:])
	return all, err
}

// BehindRef is the person behind a member's reference.
func (s *Service) BehindRef(ctx context.Context, r db.Reader, ref string) (m Membership, err error) {
	err = db.One(ctx, r, &m, "SELECT person_id, member_ref, home_id FROM person_member WHERE community_id = ? AND member_ref = ?", id.Tilde[:], ref)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return m, err
}

// BehindRefs are the people behind some references, by reference; keys are whatever
// the caller knows the references by.
func (s *Service) BehindRefs(ctx context.Context, r db.Reader, refs map[id.ID]string) (map[string]id.ID, error) {
	behind := make(map[string]id.ID)
	return behind, db.EachSomeOf(slices.Sorted(maps.Values(refs)), func(ref string) any { return ref }, func(in string, args []any) error {
		var some []Membership
		err := db.All(ctx, r, &some, "SELECT person_id, member_ref, home_id FROM person_member WHERE community_id = ? AND member_ref IN "+in, args...)
		for _, m := range some {
			behind[m.Ref] = m.Person
		}
		return err
	}, id.Tilde[:])
}

// AtHome lists people who are members at home in a community, in the order of their
// ids, those behind after.
func (s *Service) AtHome(ctx context.Context, r db.Reader, home, after id.ID, limit int) (people []id.ID, err error) {
	err = db.All(ctx, r, &people, "SELECT DISTINCT person_id FROM person_member WHERE community_id = ? AND home_id = ? AND person_id > ? ORDER BY person_id LIMIT ?",
		id.Tilde[:], home[:], after, limit)
	return people, err
}

// CountAtHome is how many people are members at home in a community.
func (s *Service) CountAtHome(ctx context.Context, r db.Reader, home id.ID) (n int64, err error) {
	err = db.One(ctx, r, &n, "SELECT count(DISTINCT person_id) FROM person_member WHERE community_id = ? AND home_id = ?", id.Tilde[:], home[:])
	return n, err
}

func one(ctx context.Context, r db.Reader, where string, arg any) (*Person, error) {
	all, err := list(ctx, r, where, id.Tilde[:], arg)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func list(ctx context.Context, r db.Reader, where string, args ...any) (all []*Person, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		p := &Person{}
		var at int64
		if err := rows.Scan(&p.ID, &p.Name, &p.Form, &p.Phone, &p.BirthYear, &p.Lang, &p.Theme, &at); err != nil {
			return err
		}
		p.CreatedAt = time.UnixMicro(at).UTC()
		all = append(all, p)
		return nil
	}, "SELECT id, name, address_form, phone, birth_year, lang, theme, created_at FROM person WHERE community_id = ? AND "+where, args...)
	return all, err
}

// Erase empties a person and takes her memberships away; the row stays, so that
// what she did as a grantor or helper still names somebody. tx belongs to "~".
func (s *Service) Erase(ctx context.Context, tx *db.Tx, who id.ID) (err error) {
	defer fault.Wrap(&err, "person: erase %s", who)
	if _, err := tx.Exec(ctx, "UPDATE person SET name = '', address_form = '', phone = '', birth_year = 0, lang = '', theme = '' WHERE community_id = ? AND id = ?", id.Tilde[:], who[:]); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM person_member WHERE community_id = ? AND person_id = ?", id.Tilde[:], who[:])
	return err
}
