package member

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// Changed is the outbox kind that carries a member's change to the communities
// that hold a copy.
const Changed = "member.changed"

// Note is the payload of Changed.
type Note struct {
	Member id.ID `json:"member"`
}

// Service is the door to members.
type Service struct {
	byRef *db.Memo[string, *Member]
	byID  *db.Memo[id.ID, *Member]
}

// New makes the service.
func New() *Service {
	s := &Service{}
	s.byRef = db.NewMemo(200_000, func(ctx context.Context, tx *db.Tx, ref string) (*Member, error) {
		return optional(find(ctx, tx, tx.Community, "ref = ?", ref))
	})
	s.byID = db.NewMemo(50_000, func(ctx context.Context, tx *db.Tx, member id.ID) (*Member, error) {
		return optional(find(ctx, tx, tx.Community, "id = ?", member[:]))
	})
	return s
}

// optional makes "not found" a value that can be remembered.
func optional(m *Member, err error) (*Member, error) {
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return m, err
}

// ByRef finds a member of tx's community by reference. The result is shared:
// read it, do not change it.
func (s *Service) ByRef(ctx context.Context, tx *db.Tx, ref string) (*Member, error) {
	return required(s.byRef.Get(ctx, tx, ref))
}

// ByID finds a member of tx's community by pseudonym, under ByRef's conditions.
func (s *Service) ByID(ctx context.Context, tx *db.Tx, member id.ID) (*Member, error) {
	return required(s.byID.Get(ctx, tx, member))
}

func required(m *Member, err error) (*Member, error) {
	if err == nil && m == nil {
		err = ErrNotFound
	}
	return m, err
}

// Reserve notes in the directory where a reference is at home; tx belongs to
// "~". It refuses a reference that is at home elsewhere.
func (s *Service) Reserve(ctx context.Context, tx *db.Tx, ref string, home id.ID) error {
	n, err := tx.Exec(ctx, "INSERT INTO member_directory (community_id, ref, home_id) VALUES (?, ?, ?) ON CONFLICT (community_id, ref) DO NOTHING", id.Tilde[:], ref, home[:])
	if err != nil || n == 1 {
		return err
	}
	if at, err := s.HomeOf(ctx, tx, ref); err != nil || at == home {
		return err
	}
	return ErrElsewhere.On("member_ref").With("ref", ref)
}

// HomeOf tells where a reference is at home.
func (s *Service) HomeOf(ctx context.Context, r db.Reader, ref string) (home id.ID, err error) {
	err = db.One(ctx, r, &home, "SELECT home_id FROM member_directory WHERE community_id = ? AND ref = ?", id.Tilde[:], ref)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return home, err
}

// Homes lists the whole directory: where each reference is at home.
func (s *Service) Homes(ctx context.Context, r db.Reader) (map[string]id.ID, error) {
	homes := make(map[string]id.ID)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var ref string
		var home id.ID
		err := rows.Scan(&ref, &home)
		homes[ref] = home
		return err
	}, "SELECT ref, home_id FROM member_directory WHERE community_id = ?", id.Tilde[:])
	return homes, err
}

// Join adds a member who is at home in tx's community; a reference that is there
// already is left as it is, and added is false.
func (s *Service) Join(ctx context.Context, tx *db.Tx, m Member) (joined *Member, added bool, err error) {
	defer fault.Wrap(&err, "member: join %s", m.Ref)
	if err := m.Validate(); err != nil {
		return nil, false, err
	}
	if found, err := s.byRef.Get(ctx, tx, m.Ref); err != nil || found != nil {
		return found, false, err
	}
	m.ID, m.Home, m.Version, m.JoinedAt = tx.NewPseudonym(), tx.Community, 1, tx.Now
	return &m, true, s.insert(ctx, tx, &m)
}

// Admit keeps a copy of a member who is at home elsewhere, or brings it up to
// date if the copy is older.
func (s *Service) Admit(ctx context.Context, tx *db.Tx, c Copied) (err error) {
	defer fault.Wrap(&err, "member: admit %s", c.Ref)
	var leader id.ID
	if c.Leader != "" {
		l, err := s.ByRef(ctx, tx, c.Leader)
		if err != nil {
			return err
		}
		leader = l.ID
	}
	m := Member{Ref: c.Ref, Home: c.Home, Standing: c.Standing, Level: c.Level, Leader: leader, Version: c.Version, JoinedAt: tx.Now}
	found, err := s.byRef.Get(ctx, tx, c.Ref)
	switch {
	case err != nil:
		return err
	case found == nil:
		m.ID = tx.NewPseudonym()
		return s.insert(ctx, tx, &m)
	case !c.renews(found):
		return nil
	}
	m.ID, m.JoinedAt, m.Profile = found.ID, found.JoinedAt, found.Profile
	return s.save(ctx, tx, &m)
}

// Change edits a member at home and tells the communities that hold a copy.
func (s *Service) Change(ctx context.Context, tx *db.Tx, ref string, edit func(m *Member) error) (err error) {
	defer fault.Wrap(&err, "member: change %s", ref)
	found, err := s.ByRef(ctx, tx, ref)
	if err != nil {
		return err
	}
	if found.Home != tx.Community {
		return ErrElsewhere.On("member_ref")
	}
	m := *found
	if err := edit(&m); err != nil {
		return err
	}
	if err := m.Validate(); err != nil {
		return err
	}
	m.Version++
	if err := s.save(ctx, tx, &m); err != nil {
		return err
	}
	note, err := json.Marshal(Note{m.ID})
	if err != nil {
		return err
	}
	return tx.Emit(ctx, Changed, string(note))
}

// SetLeader puts a member on the team of a gold or higher leader; an empty
// reference takes her off (B3). One level: the leader's own leader gets nothing.
func (s *Service) SetLeader(ctx context.Context, tx *db.Tx, ref, leader string) error {
	if ref == leader {
		return ErrOwnLeader.On("leader_ref")
	}
	var leaderID id.ID
	if leader != "" {
		l, err := s.ByRef(ctx, tx, leader)
		if err != nil {
			return err
		}
		if l.Level < policy.Gold {
			return ErrNoLeader.On("leader_ref")
		}
		leaderID = l.ID
	}
	return s.Change(ctx, tx, ref, func(m *Member) error { m.Leader = leaderID; return nil })
}

// Copy is what another community may learn of a member at home here.
func (s *Service) Copy(ctx context.Context, r db.Reader, home id.ID, where string, arg any) (c Copied, m *Member, err error) {
	if m, err = find(ctx, r, home, where, arg); err != nil {
		return Copied{}, nil, err
	}
	c = Copied{Ref: m.Ref, Home: m.Home, Standing: m.Standing, Level: m.Level, Version: m.Version}
	if !m.Leader.IsZero() {
		l, err := find(ctx, r, home, "id = ?", m.Leader[:])
		if err != nil {
			return Copied{}, nil, err
		}
		c.Leader = l.Ref
	}
	return c, m, nil
}

// Refs maps pseudonyms to references, for books that people read inside.
func (s *Service) Refs(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]string, error) {
	refs := make(map[id.ID]string)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var member id.ID
		var ref string
		err := rows.Scan(&member, &ref)
		refs[member] = ref
		return err
	}, "SELECT id, ref FROM member WHERE community_id = ?", community[:])
	return refs, err
}

// RefsOf maps some pseudonyms to references.
func (s *Service) RefsOf(ctx context.Context, r db.Reader, community id.ID, members map[id.ID]bool) (map[id.ID]string, error) {
	refs := make(map[id.ID]string, len(members))
	return refs, db.EachSome(slices.Collect(maps.Keys(members)), func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var member id.ID
			var ref string
			err := rows.Scan(&member, &ref)
			refs[member] = ref
			return err
		}, "SELECT id, ref FROM member WHERE community_id = ? AND id IN "+in, args...)
	}, community[:])
}

// Lookup finds a member by reference outside of a transaction that writes.
func (s *Service) Lookup(ctx context.Context, r db.Reader, community id.ID, ref string) (*Member, error) {
	return find(ctx, r, community, "ref = ?", ref)
}

// Count is the number of members who are at home in a community.
func (s *Service) Count(ctx context.Context, r db.Reader, community id.ID) (n int64, err error) {
	err = db.One(ctx, r, &n, "SELECT count(*) FROM member WHERE community_id = ? AND home_id = ?", community[:], community[:])
	return n, err
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

// Forget cuts the link between a member of tx's community and the person: the
// reference becomes one that nobody has, the profile is emptied. The pseudonym and
// what was bought under it stay (A7). The home's directory is left to ForgetRef.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, who id.ID) (err error) {
	defer fault.Wrap(&err, "member: forget %s", who)
	found, err := s.ByID(ctx, tx, who)
	if err != nil {
		return err
	}
	m := *found
	m.Ref, m.Standing, m.Level, m.Leader, m.Profile = forgottenRef+who.String(), Lapsed, policy.Silver, id.ID{}, Profile{}
	if _, err := tx.Exec(ctx, "UPDATE member SET ref = ?, age_band = '', household_size = '', kids = '' WHERE community_id = ? AND id = ?", m.Ref, tx.Community[:], who[:]); err != nil {
		return err
	}
	if err := s.byRef.Put(ctx, tx, found.Ref, nil); err != nil {
		return err
	}
	return s.save(ctx, tx, &m)
}

// ForgetRef takes a reference out of the directory. tx belongs to "~".
func (s *Service) ForgetRef(ctx context.Context, tx *db.Tx, ref string) error {
	_, err := tx.Exec(ctx, "DELETE FROM member_directory WHERE community_id = ? AND ref = ?", id.Tilde[:], ref)
	return err
}

// Known finds a member by pseudonym outside of a transaction that writes.
func (s *Service) Known(ctx context.Context, r db.Reader, community, member id.ID) (*Member, error) {
	return find(ctx, r, community, "id = ?", member[:])
}

// AtHome lists the members who are at home in a community, by reference.
func (s *Service) AtHome(ctx context.Context, r db.Reader, community id.ID) (all []*Member, err error) {
	var rows []row
	err = db.All(ctx, r, &rows, `SELECT id, ref, home_id, standing, level, leader_id, version, joined_at, age_band, household_size, kids
		FROM member WHERE community_id = ? AND home_id = ? ORDER BY ref`, community[:], community[:])
	for i := range rows {
		all = append(all, rows[i].member())
	}
	return all, err
}

// IDsOf are the pseudonyms under which a community knows references; who is not known there,
// or only as somebody's leader, is left out.
func (s *Service) IDsOf(ctx context.Context, r db.Reader, community id.ID, refs []string) (map[string]id.ID, error) {
	found := make(map[string]id.ID, len(refs))
	return found, db.EachSomeOf(refs, func(ref string) any { return ref }, func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var ref string
			var member id.ID
			err := rows.Scan(&ref, &member)
			found[ref] = member
			return err
		}, "SELECT ref, id FROM member WHERE community_id = ? AND version >= 0 AND ref IN "+in, args...)
	}, community[:])
}
