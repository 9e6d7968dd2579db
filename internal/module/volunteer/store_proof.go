package volunteer

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// VouchesFor are the words of others about what somebody can do, the latest first.
func (s *Service) VouchesFor(ctx context.Context, r db.Reader, community, person id.ID) ([]Vouch, error) {
	return vouches(ctx, r, community, "person_id = ?", person)
}

// VouchesBy are the words of somebody about others.
func (s *Service) VouchesBy(ctx context.Context, r db.Reader, community, person id.ID) ([]Vouch, error) {
	return vouches(ctx, r, community, "vouched_by = ?", person)
}

func vouches(ctx context.Context, r db.Reader, community id.ID, where string, person id.ID) (all []Vouch, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var v Vouch
		var at int64
		if err := rows.Scan(&v.ID, &v.Person, &v.Skill, &v.Words, &at, &v.By); err != nil {
			return err
		}
		v.At = micros(at)
		all = append(all, v)
		return nil
	}, "SELECT id, person_id, skill, words, vouched_at, vouched_by FROM volunteer_vouch WHERE community_id = ? AND "+where+" ORDER BY vouched_at DESC, id DESC", community[:], person[:])
	return all, err
}

// CertificatesOf are the certificates of somebody, the latest first.
func (s *Service) CertificatesOf(ctx context.Context, r db.Reader, community, person id.ID) ([]*Certificate, error) {
	return certificates(ctx, r, community, "c.person_id = ? ORDER BY c.id DESC", person[:])
}

// Waiting are the certificates at which the desk has not looked, the oldest first.
func (s *Service) Waiting(ctx context.Context, r db.Reader, community id.ID) ([]*Certificate, error) {
	return certificates(ctx, r, community, "j.judged_at IS NULL ORDER BY c.id")
}

// CertificateByID finds a certificate.
func (s *Service) CertificateByID(ctx context.Context, r db.Reader, community, certificate id.ID) (*Certificate, error) {
	all, err := certificates(ctx, r, community, "c.id = ?", certificate[:])
	if err == nil && len(all) == 0 {
		err = ErrNoCertificate
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func certificates(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Certificate, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := &Certificate{}
		var at int64
		var accepted, until, judged *int64
		var words *string
		var by id.ID
		if err := rows.Scan(&c.ID, &c.Person, &c.Skill, &c.File, &c.Name, &at, &accepted, &until, &words, &judged, &by); err != nil {
			return err
		}
		c.At = micros(at)
		if judged != nil {
			c.Verdict = &Verdict{Accepted: *accepted == 1, Until: period.Day(*until), Words: *words, At: micros(*judged), By: by}
		}
		all = append(all, c)
		return nil
	}, `SELECT c.id, c.person_id, c.skill, c.file_id, c.name, c.handed_at, j.accepted, j.until_day, j.words, j.judged_at, j.judged_by FROM volunteer_certificate c
		LEFT JOIN volunteer_verdict j ON j.community_id = c.community_id AND j.certificate_id = c.id WHERE c.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

// Reserves are all offers of a community's shops, the latest first.
func (s *Service) Reserves(ctx context.Context, r db.Reader, community id.ID) ([]*Reserve, error) {
	return reserves(ctx, r, community, "1 = 1")
}

// ReservesOf are the offers about a person, the latest first.
func (s *Service) ReservesOf(ctx context.Context, r db.Reader, community, person id.ID) ([]*Reserve, error) {
	return reserves(ctx, r, community, "x.person_id = ?", person[:])
}

// ReservesIn are the offers of a shop, the latest first.
func (s *Service) ReservesIn(ctx context.Context, r db.Reader, community, shop id.ID) ([]*Reserve, error) {
	return reserves(ctx, r, community, "x.shop_id = ?", shop[:])
}

// ReserveByID finds an offer.
func (s *Service) ReserveByID(ctx context.Context, r db.Reader, community, reserve id.ID) (*Reserve, error) {
	all, err := reserves(ctx, r, community, "x.id = ?", reserve[:])
	if err == nil && len(all) == 0 {
		err = ErrNoReserve
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func reserves(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Reserve, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		x := &Reserve{}
		var skills, windows string
		var at, since int64
		if err := rows.Scan(&x.ID, &x.Shop, &x.Person, &x.Member, &skills, &windows, &at, &x.By, &x.State, &x.Words, &since); err != nil {
			return err
		}
		x.Skills, x.At, x.Since = split[Skill](skills), micros(at), micros(since)
		all = append(all, x)
		x.Windows, err = unspell(windows)
		return err
	}, `SELECT x.id, x.shop_id, x.person_id, x.member_id, x.skills, x.windows, x.offered_at, x.offered_by, s.state, s.words, s.step_at FROM volunteer_reserve x
		JOIN volunteer_reserve_step s ON s.community_id = x.community_id AND s.reserve_id = x.id
		LEFT JOIN volunteer_reserve_step l ON l.community_id = s.community_id AND l.reserve_id = s.reserve_id AND l.n > s.n
		WHERE x.community_id = ? AND l.n IS NULL AND `+where+" ORDER BY x.id DESC", append([]any{community[:]}, args...)...)
	return all, err
}
