package volunteer

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// touch makes whoever keeps a copy of the volunteers read them again.
func touch(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "INSERT INTO volunteer_change (community_id, version) VALUES (?, 1) ON CONFLICT (community_id) DO UPDATE SET version = volunteer_change.version + 1", tx.Community[:])
	return err
}

func putProfile(ctx context.Context, tx *db.Tx, v *Volunteer) error {
	var limits []string
	for _, l := range []struct {
		word string
		set  bool
	}{{"lifting", v.Limits.NoLifting}, {"pets", v.Limits.NoPets}, {"stairs", v.Limits.NoStairs}} {
		if l.set {
			limits = append(limits, l.word)
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO volunteer (community_id, person_id, id, member_id, place_id, grid_id, radius_m, windows, languages, day_minutes, week_minutes, limits, about, likes, version, changed_at, changed_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, person_id) DO UPDATE SET member_id = excluded.member_id, place_id = excluded.place_id, grid_id = excluded.grid_id, radius_m = excluded.radius_m,
			windows = excluded.windows, languages = excluded.languages, day_minutes = excluded.day_minutes, week_minutes = excluded.week_minutes, limits = excluded.limits,
			about = excluded.about, likes = excluded.likes, version = excluded.version, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		tx.Community[:], v.Person[:], v.ID[:], v.Member[:], v.Place[:], v.Grid[:], v.Radius, spell(v.Windows), joined(v.Languages), v.Limits.DayMinutes, v.Limits.WeekMinutes,
		joined(limits), v.About, v.Likes, v.Version, tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return err
	}
	return touch(ctx, tx)
}

// putSkills makes the skills of a volunteer those that she says she has.
func putSkills(ctx context.Context, tx *db.Tx, v *Volunteer, skills []Skill) error {
	for _, h := range v.Skills {
		if slices.Contains(skills, h.Skill) {
			continue
		}
		if _, err := tx.Exec(ctx, "DELETE FROM volunteer_skill WHERE community_id = ? AND person_id = ? AND skill = ?", tx.Community[:], v.Person[:], string(h.Skill)); err != nil {
			return err
		}
	}
	for _, s := range skills {
		if _, err := tx.Exec(ctx, "INSERT INTO volunteer_skill (community_id, person_id, skill, declared_at, declared_by) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, person_id, skill) DO NOTHING",
			tx.Community[:], v.Person[:], string(s), tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
			return err
		}
	}
	all, err := read(ctx, tx, tx.Community, v.Person)
	if err == nil && len(all) == 1 {
		v.Skills = all[0].Skills
	}
	return err
}

func putStep(ctx context.Context, tx *db.Tx, person id.ID, to State, words string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO volunteer_step (community_id, person_id, n, state, words, step_at, step_by)
		SELECT ?, ?, COALESCE(MAX(n), 0) + 1, ?, ?, ?, ? FROM volunteer_step WHERE community_id = ? AND person_id = ?`,
		tx.Community[:], person[:], string(to), words, tx.Now.UnixMicro(), tx.Actor.ID[:], tx.Community[:], person[:]); err != nil {
		return err
	}
	return touch(ctx, tx)
}

func putException(ctx context.Context, tx *db.Tx, person id.ID, e Exception) error {
	if _, err := tx.Exec(ctx, "DELETE FROM volunteer_exception WHERE community_id = ? AND person_id = ? AND ends_at <= ?", tx.Community[:], person[:], tx.Now.UnixMicro()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO volunteer_exception (community_id, id, person_id, kind, begins_at, ends_at, words, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], e.ID[:], person[:], string(e.Kind), e.From.UnixMicro(), e.To.UnixMicro(), e.Words, tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return err
	}
	return touch(ctx, tx)
}

func putReserveStep(ctx context.Context, tx *db.Tx, reserve id.ID, to ReserveState, words string) error {
	_, err := tx.Exec(ctx, `INSERT INTO volunteer_reserve_step (community_id, reserve_id, n, state, words, step_at, step_by)
		SELECT ?, ?, COALESCE(MAX(n), 0) + 1, ?, ?, ?, ? FROM volunteer_reserve_step WHERE community_id = ? AND reserve_id = ?`,
		tx.Community[:], reserve[:], string(to), words, tx.Now.UnixMicro(), tx.Actor.ID[:], tx.Community[:], reserve[:])
	return err
}

// Knows reports whether a community's volunteers, reserves or vouches name somebody.
func (s *Service) Knows(ctx context.Context, r db.Reader, community, person id.ID) (bool, error) {
	var found []id.ID
	err := db.All(ctx, r, &found, `SELECT person_id FROM volunteer WHERE community_id = ? AND person_id = ?
		UNION SELECT person_id FROM volunteer_reserve WHERE community_id = ? AND person_id = ?
		UNION SELECT vouched_by FROM volunteer_vouch WHERE community_id = ? AND vouched_by = ?`,
		community[:], person[:], community[:], person[:], community[:], person[:])
	return len(found) > 0, err
}

// Erase forgets a volunteer: all that she said, and what others said and noted of her.
// files are those of her certificates, for the flow to drop. What she said of others
// stays under a name that leads to nobody (A7).
func (s *Service) Erase(ctx context.Context, tx *db.Tx, person id.ID) (files []id.ID, err error) {
	defer fault.Wrap(&err, "volunteer: forget")
	if err := db.All(ctx, tx, &files, "SELECT file_id FROM volunteer_certificate WHERE community_id = ? AND person_id = ?", tx.Community[:], person[:]); err != nil {
		return nil, err
	}
	for _, below := range []string{
		"volunteer_verdict WHERE community_id = ? AND certificate_id IN (SELECT id FROM volunteer_certificate WHERE community_id = ? AND person_id = ?)",
		"volunteer_proof_end WHERE community_id = ? AND proof_id IN (SELECT id FROM volunteer_proof WHERE community_id = ? AND person_id = ?)",
		"volunteer_reserve_step WHERE community_id = ? AND reserve_id IN (SELECT id FROM volunteer_reserve WHERE community_id = ? AND person_id = ?)",
	} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+below, tx.Community[:], tx.Community[:], person[:]); err != nil {
			return nil, err
		}
	}
	for _, table := range []string{"volunteer", "volunteer_step", "volunteer_exception", "volunteer_skill", "volunteer_vouch", "volunteer_certificate", "volunteer_proof", "volunteer_reserve", "volunteer_beyond"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE community_id = ? AND person_id = ?", tx.Community[:], person[:]); err != nil {
			return nil, err
		}
	}
	nobody := tx.NewPseudonym()
	if _, err := tx.Exec(ctx, "UPDATE volunteer_vouch SET vouched_by = ?, words = '' WHERE community_id = ? AND vouched_by = ?", nobody[:], tx.Community[:], person[:]); err != nil {
		return nil, err
	}
	return files, touch(ctx, tx)
}
