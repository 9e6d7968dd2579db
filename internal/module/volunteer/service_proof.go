package volunteer

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Vouch notes that tx's actor saw what somebody can do; to say it twice changes her
// words alone. Whether she is of standing, and lives elsewhere, is the flow's question.
func (s *Service) Vouch(ctx context.Context, tx *db.Tx, person id.ID, skill Skill, words string) (err error) {
	defer fault.Wrap(&err, "volunteer: vouch")
	switch {
	case person == tx.Actor.ID:
		return ErrOwnVouch
	case !text.ShortLine(words, 100):
		return ErrBadWords.On("words")
	}
	v, err := s.here(ctx, tx, person)
	switch {
	case err != nil:
		return err
	case v.Can(skill, 0) == Unskilled:
		return ErrNotHers.On("skill")
	}
	at := tx.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO volunteer_vouch (community_id, person_id, skill, vouched_by, id, words, vouched_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, person_id, skill, vouched_by) DO UPDATE SET words = excluded.words, vouched_at = excluded.vouched_at`,
		tx.Community[:], person[:], string(skill), tx.Actor.ID[:], at[:], words, tx.Now.UnixMicro()); err != nil {
		return err
	}
	return touch(ctx, tx)
}

// Unvouch takes a word back: tx's actor her own, or the desk anybody's.
func (s *Service) Unvouch(ctx context.Context, tx *db.Tx, vouch id.ID, desk bool) (err error) {
	defer fault.Wrap(&err, "volunteer: take a word back")
	where, args := "community_id = ? AND id = ?", []any{tx.Community[:], vouch[:]}
	if !desk {
		where, args = where+" AND vouched_by = ?", append(args, tx.Actor.ID[:])
	}
	n, err := tx.Exec(ctx, "DELETE FROM volunteer_vouch WHERE "+where, args...)
	switch {
	case err != nil:
		return err
	case n == 0:
		return ErrNoVouch
	}
	return touch(ctx, tx)
}

// Hand notes a certificate; one waits for each skill at a time. The file lies in module
// attachment already.
func (s *Service) Hand(ctx context.Context, tx *db.Tx, c Certificate) (_ *Certificate, err error) {
	defer fault.Wrap(&err, "volunteer: certificate")
	if !text.Line(c.Name, 60) || c.File.IsZero() {
		return nil, ErrBadCertificate.On("name")
	}
	v, err := s.here(ctx, tx, c.Person)
	switch {
	case err != nil:
		return nil, err
	case v.Can(c.Skill, 0) == Unskilled:
		return nil, ErrNotHers.On("skill")
	}
	all, err := s.CertificatesOf(ctx, tx, tx.Community, c.Person)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		if o.Skill == c.Skill && o.Verdict == nil {
			return nil, ErrWaiting.On("skill")
		}
	}
	c.ID, c.At, c.Verdict = tx.NewID(), tx.Now, nil
	if _, err := tx.Exec(ctx, "INSERT INTO volunteer_certificate (community_id, id, person_id, skill, file_id, name, handed_at, handed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], c.Person[:], string(c.Skill), c.File[:], c.Name, tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	return &c, touch(ctx, tx)
}

// Judge says what the desk thinks of a certificate, once; nobody judges her own. today
// is the day on the community's clock.
func (s *Service) Judge(ctx context.Context, tx *db.Tx, certificate id.ID, v Verdict, today period.Day) (c *Certificate, err error) {
	defer fault.Wrap(&err, "volunteer: judge a certificate")
	if !v.Accepted {
		v.Until = 0
	}
	if err := v.validate(today); err != nil {
		return nil, err
	}
	c, err = s.CertificateByID(ctx, tx, tx.Community, certificate)
	switch {
	case err != nil:
		return nil, err
	case c.Verdict != nil:
		return nil, ErrJudged
	case c.Person == tx.Actor.ID:
		return nil, ErrOwnVerdict
	}
	accepted := 0
	if v.Accepted {
		accepted = 1
	}
	v.At, v.By = tx.Now, tx.Actor.ID
	c.Verdict = &v
	if _, err := tx.Exec(ctx, "INSERT INTO volunteer_verdict (community_id, certificate_id, accepted, until_day, words, judged_at, judged_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], certificate[:], accepted, int64(v.Until), v.Words, tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	return c, touch(ctx, tx)
}

// Prove notes what somebody showed the desk. A phone is known by signing in, which she
// does herself; nothing else does anybody note of herself.
func (s *Service) Prove(ctx context.Context, tx *db.Tx, p Proof, today period.Day) (_ *Proof, err error) {
	defer fault.Wrap(&err, "volunteer: proof")
	if err := p.validate(today); err != nil {
		return nil, err
	}
	if p.Kind != PhoneProof && p.Person == tx.Actor.ID {
		return nil, ErrOwnVerdict
	}
	v, err := s.here(ctx, tx, p.Person)
	if err != nil {
		return nil, err
	}
	for _, o := range v.Proofs {
		if o.Kind == p.Kind && o.Until == p.Until {
			return &o, nil // a second tap
		}
	}
	p.ID, p.At, p.By = tx.NewID(), tx.Now, tx.Actor.ID
	if _, err := tx.Exec(ctx, "INSERT INTO volunteer_proof (community_id, id, person_id, kind, until_day, words, noted_at, noted_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], p.ID[:], p.Person[:], string(p.Kind), int64(p.Until), p.Words, tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	return &p, touch(ctx, tx)
}

// Unprove takes a proof back, with words.
func (s *Service) Unprove(ctx context.Context, tx *db.Tx, person, proof id.ID, words string) (err error) {
	defer fault.Wrap(&err, "volunteer: take a proof back")
	if !text.Line(words, 200) {
		return ErrBadWords.On("words")
	}
	v, err := s.ByPerson(ctx, tx, tx.Community, person)
	if err != nil {
		return err
	}
	for _, p := range v.Proofs {
		if p.ID != proof {
			continue
		}
		if _, err := tx.Exec(ctx, "INSERT INTO volunteer_proof_end (community_id, proof_id, words, ended_at, ended_by) VALUES (?, ?, ?, ?, ?)",
			tx.Community[:], proof[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
			return err
		}
		return touch(ctx, tx)
	}
	return ErrNoProof
}

// RemindBefore is how many days before its end somebody is told of a certificate or a
// proof, so that there is time to bring a new one.
const RemindBefore = 30

// Lapse is a certificate or a proof whose last day is near.
type Lapse struct {
	Thing  id.ID
	Person id.ID
	Skill  Skill     // of a certificate
	Kind   ProofKind // of a proof
	Until  period.Day
}

// Remind notes that somebody was told of a lapse; first is false where she was told
// already.
func (s *Service) Remind(ctx context.Context, tx *db.Tx, thing id.ID) (first bool, err error) {
	n, err := tx.Exec(ctx, "INSERT INTO volunteer_reminder (community_id, thing_id, reminded_at) VALUES (?, ?, ?) ON CONFLICT (community_id, thing_id) DO NOTHING",
		tx.Community[:], thing[:], tx.Now.UnixMicro())
	return n > 0, err
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }
