package volunteer

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Version is how often anything of a community's volunteers changed: whoever keeps what
// All said asks for this first.
func (s *Service) Version(ctx context.Context, r db.Reader, community id.ID) (int64, error) {
	var n []int64
	err := db.All(ctx, r, &n, "SELECT version FROM volunteer_change WHERE community_id = ?", community[:])
	if err != nil || len(n) == 0 {
		return 0, err
	}
	return n[0], nil
}

// All is everybody who can be asked for help in a community: volunteers who have not
// stopped, and whom shops keep in reserve (Shop is set). version is that of Version.
func (s *Service) All(ctx context.Context, r db.Reader, community id.ID) (all []*Volunteer, version int64, err error) {
	if version, err = s.Version(ctx, r, community); err != nil {
		return nil, 0, err
	}
	own, err := s.Everybody(ctx, r, community)
	if err != nil {
		return nil, 0, err
	}
	by := make(map[id.ID]*Volunteer, len(own))
	for _, v := range own {
		if v.State != Stopped {
			all, by[v.Person] = append(all, v), v
		}
	}
	reserves, err := s.Reserves(ctx, r, community)
	for _, x := range reserves {
		if x.State == Agreed {
			all = append(all, x.AsVolunteer(by[x.Person]))
		}
	}
	return all, version, err
}

// Everybody is every volunteer a community ever had and has not forgotten, by id; those
// in reserve are not among them.
func (s *Service) Everybody(ctx context.Context, r db.Reader, community id.ID) ([]*Volunteer, error) {
	return read(ctx, r, community, id.ID{})
}

// ByPerson finds a volunteer by who she is.
func (s *Service) ByPerson(ctx context.Context, r db.Reader, community, person id.ID) (*Volunteer, error) {
	all, err := read(ctx, r, community, person)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// ByID finds a volunteer by what addresses call her.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, volunteer id.ID) (*Volunteer, error) {
	var person []id.ID
	err := db.All(ctx, r, &person, "SELECT person_id FROM volunteer WHERE community_id = ? AND id = ?", community[:], volunteer[:])
	if err == nil && len(person) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return s.ByPerson(ctx, r, community, person[0])
}

// read reads volunteers with all that belongs to them: one person's, or (zero) a whole
// community's.
func read(ctx context.Context, r db.Reader, community, person id.ID) (all []*Volunteer, err error) {
	of := func(column string) (string, []any) {
		if person.IsZero() {
			return column + "community_id = ?", []any{community[:]}
		}
		return column + "community_id = ? AND " + column + "person_id = ?", []any{community[:], person[:]}
	}
	where, args := of("v.")
	by := make(map[id.ID]*Volunteer)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		v := &Volunteer{}
		var windows, languages, limits string
		var since int64
		if err := rows.Scan(&v.ID, &v.Person, &v.Member, &v.Place, &v.Grid, &v.Radius, &windows, &languages, &v.Limits.DayMinutes, &v.Limits.WeekMinutes,
			&limits, &v.About, &v.Likes, &v.Version, &v.State, &since); err != nil {
			return err
		}
		v.Languages, v.Since = split[Language](languages), micros(since)
		v.Limits.NoLifting, v.Limits.NoPets, v.Limits.NoStairs = strings.Contains(limits, "lifting"), strings.Contains(limits, "pets"), strings.Contains(limits, "stairs")
		all, by[v.Person] = append(all, v), v
		v.Windows, err = unspell(windows)
		return err
	}, `SELECT v.id, v.person_id, v.member_id, v.place_id, v.grid_id, v.radius_m, v.windows, v.languages, v.day_minutes, v.week_minutes, v.limits, v.about, v.likes, v.version, s.state, s.step_at
		FROM volunteer v JOIN volunteer_step s ON s.community_id = v.community_id AND s.person_id = v.person_id
		LEFT JOIN volunteer_step l ON l.community_id = s.community_id AND l.person_id = s.person_id AND l.n > s.n
		WHERE `+where+" AND l.n IS NULL ORDER BY v.id", args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	for _, part := range []func(context.Context, db.Reader, map[id.ID]*Volunteer, func(string) (string, []any)) error{readSkills, readExceptions, readProofs, readBeyond} {
		if err := part(ctx, r, by, of); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readSkills reads what they can do, and how well that is known.
func readSkills(ctx context.Context, r db.Reader, by map[id.ID]*Volunteer, of func(string) (string, []any)) error {
	where, args := of("s.")
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var person id.ID
		var h Held
		var since int64
		if err := rows.Scan(&person, &h.Skill, &since, &h.Vouches, &h.Certified); err != nil {
			return err
		}
		h.Since = micros(since)
		if v := by[person]; v != nil {
			v.Skills = append(v.Skills, h)
		}
		return nil
	}, `SELECT s.person_id, s.skill, s.declared_at, COUNT(DISTINCT w.vouched_by), COALESCE(MAX(j.until_day), 0) FROM volunteer_skill s
		LEFT JOIN volunteer_vouch w ON w.community_id = s.community_id AND w.person_id = s.person_id AND w.skill = s.skill
		LEFT JOIN volunteer_certificate c ON c.community_id = s.community_id AND c.person_id = s.person_id AND c.skill = s.skill
		LEFT JOIN volunteer_verdict j ON j.community_id = c.community_id AND j.certificate_id = c.id AND j.accepted = 1
		WHERE `+where+" GROUP BY s.person_id, s.skill, s.declared_at ORDER BY s.person_id, s.skill", args...)
}

func readExceptions(ctx context.Context, r db.Reader, by map[id.ID]*Volunteer, of func(string) (string, []any)) error {
	where, args := of("")
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var person id.ID
		var e Exception
		var from, to int64
		if err := rows.Scan(&e.ID, &person, &e.Kind, &from, &to, &e.Words); err != nil {
			return err
		}
		e.From, e.To = micros(from), micros(to)
		if v := by[person]; v != nil {
			v.Exceptions = append(v.Exceptions, e)
		}
		return nil
	}, "SELECT id, person_id, kind, begins_at, ends_at, words FROM volunteer_exception WHERE "+where+" ORDER BY begins_at, id", args...)
}

func readProofs(ctx context.Context, r db.Reader, by map[id.ID]*Volunteer, of func(string) (string, []any)) error {
	where, args := of("p.")
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var p Proof
		var at int64
		if err := rows.Scan(&p.ID, &p.Person, &p.Kind, &p.Until, &p.Words, &at, &p.By); err != nil {
			return err
		}
		p.At = micros(at)
		if v := by[p.Person]; v != nil {
			v.Proofs = append(v.Proofs, p)
		}
		return nil
	}, `SELECT p.id, p.person_id, p.kind, p.until_day, p.words, p.noted_at, p.noted_by FROM volunteer_proof p
		LEFT JOIN volunteer_proof_end e ON e.community_id = p.community_id AND e.proof_id = p.id
		WHERE `+where+" AND e.ended_at IS NULL ORDER BY p.noted_at, p.id", args...)
}

// Stepped is one step of a volunteer.
type Stepped struct {
	State State
	Words string
	At    time.Time
	By    id.ID
}

// Steps are all steps of somebody, the oldest first.
func (s *Service) Steps(ctx context.Context, r db.Reader, community, person id.ID) (all []Stepped, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Stepped
		var at int64
		if err := rows.Scan(&x.State, &x.Words, &at, &x.By); err != nil {
			return err
		}
		x.At = micros(at)
		all = append(all, x)
		return nil
	}, "SELECT state, words, step_at, step_by FROM volunteer_step WHERE community_id = ? AND person_id = ? ORDER BY n", community[:], person[:])
	return all, err
}

// Lapsing are the certificates and proofs of volunteers here whose last day lies from a
// day to another one, and of which nobody was reminded. One that was renewed for longer
// is not among them.
func (s *Service) Lapsing(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) (all []Lapse, err error) {
	everybody, err := s.Everybody(ctx, r, community)
	if err != nil {
		return nil, err
	}
	near := func(d period.Day) bool { return d >= from && d <= to }
	for _, v := range everybody {
		if v.State == Stopped {
			continue
		}
		longest := make(map[ProofKind]Proof)
		for _, p := range v.Proofs {
			if o, ok := longest[p.Kind]; !ok || o.Until != 0 && (p.Until == 0 || p.Until > o.Until) {
				longest[p.Kind] = p
			}
		}
		for _, kind := range ProofKinds {
			if p, ok := longest[kind]; ok && near(p.Until) {
				all = append(all, Lapse{Thing: p.ID, Person: v.Person, Kind: kind, Until: p.Until})
			}
		}
		if !slices.ContainsFunc(v.Skills, func(h Held) bool { return near(h.Certified) }) {
			continue
		}
		papers, err := s.CertificatesOf(ctx, r, community, v.Person)
		if err != nil {
			return nil, err
		}
		for _, c := range papers {
			if c.Verdict != nil && c.Verdict.Accepted && near(c.Verdict.Until) && v.certified(c.Skill) == c.Verdict.Until {
				all = append(all, Lapse{Thing: c.ID, Person: v.Person, Skill: c.Skill, Until: c.Verdict.Until})
			}
		}
	}
	return unreminded(ctx, r, community, all)
}

func (v *Volunteer) certified(s Skill) period.Day {
	for _, h := range v.Skills {
		if h.Skill == s {
			return h.Certified
		}
	}
	return 0
}

func unreminded(ctx context.Context, r db.Reader, community id.ID, all []Lapse) ([]Lapse, error) {
	if len(all) == 0 {
		return nil, nil
	}
	var done []id.ID
	err := db.All(ctx, r, &done, "SELECT thing_id FROM volunteer_reminder WHERE community_id = ?", community[:])
	return slices.DeleteFunc(all, func(l Lapse) bool { return slices.Contains(done, l.Thing) }), err
}

// spell writes windows as a column holds them; unspell reads them.
func spell(all []Window) string {
	words := make([]string, len(all))
	for i, w := range all {
		words[i] = strconv.Itoa(int(w.Weekday)) + " " + strconv.Itoa(w.From) + " " + strconv.Itoa(w.To)
	}
	return strings.Join(words, ",")
}

func unspell(s string) (all []Window, err error) {
	for word := range strings.SplitSeq(s, ",") {
		if word == "" {
			continue
		}
		var w Window
		if _, err := fmt.Sscanf(word, "%d %d %d", &w.Weekday, &w.From, &w.To); err != nil {
			return nil, fmt.Errorf("windows %q: %w", s, err)
		}
		all = append(all, w)
	}
	return all, nil
}

func joined[T ~string](all []T) string {
	words := make([]string, len(all))
	for i, w := range all {
		words[i] = string(w)
	}
	return strings.Join(words, " ")
}

func split[T ~string](s string) (all []T) {
	for _, w := range strings.Fields(s) {
		all = append(all, T(w))
	}
	return all
}
