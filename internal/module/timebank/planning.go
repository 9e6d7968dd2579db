package timebank

import (
	"context"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// MakePlan notes a plan; the days' requests are made by who knows the clock.
func (s *Service) MakePlan(ctx context.Context, tx *db.Tx, p Plan, today period.Day) (*Plan, error) {
	k, err := s.KindByKey(ctx, tx, tx.Community, p.Kind)
	switch {
	case err != nil:
		return nil, err
	case k.Off:
		return nil, ErrKindOff
	}
	p.Words = text.Clean(p.Words)
	if err := p.Validate(today); err != nil {
		return nil, err
	}
	p.ID, p.At, p.By = tx.NewID(), tx.Now, tx.Actor.ID
	return &p, insertPlan(ctx, tx, &p)
}

// PlanByID finds a plan.
func (s *Service) PlanByID(ctx context.Context, r db.Reader, community, plan id.ID) (*Plan, error) {
	all, err := findPlans(ctx, r, community, " AND p.id = ?", plan[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// PlansByIDs finds plans, running or not.
func (s *Service) PlansByIDs(ctx context.Context, r db.Reader, community id.ID, which []id.ID) (map[id.ID]*Plan, error) {
	all := make(map[id.ID]*Plan, len(which))
	return all, db.EachSome(which, func(in string, args []any) error {
		some, err := findPlans(ctx, r, community, " AND p.id IN "+in, args...)
		for _, p := range some {
			all[p.ID] = p
		}
		return err
	})
}

// PlansOf are a member's plans, the newest first.
func (s *Service) PlansOf(ctx context.Context, r db.Reader, community, asker id.ID) ([]*Plan, error) {
	return findPlans(ctx, r, community, " AND p.asker_id = ? ORDER BY p.made_at DESC, p.id DESC", asker[:])
}

// Plans are those that run on a day, the oldest first.
func (s *Service) Plans(ctx context.Context, r db.Reader, community id.ID, today period.Day) ([]*Plan, error) {
	return findPlans(ctx, r, community, " AND p.last_day >= ? AND e.words IS NULL ORDER BY p.made_at, p.id", int64(today))
}

// Made are the days for which a plan has made its request since a day.
func (s *Service) Made(ctx context.Context, r db.Reader, community, plan id.ID, since period.Day) (days []period.Day, err error) {
	err = db.All(ctx, r, &days, "SELECT day FROM timebank_plan_made WHERE community_id = ? AND plan_id = ? AND day >= ? ORDER BY day", community[:], plan[:], int64(since))
	return days, err
}

// Make notes the request of a plan's day; the zero id says that it could not be made.
func (s *Service) Make(ctx context.Context, tx *db.Tx, plan id.ID, day period.Day, request id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO timebank_plan_made (community_id, plan_id, day, request_id) VALUES (?, ?, ?, ?)", tx.Community[:], plan[:], int64(day), request[:])
	return err
}

// EndPlan ends a plan; what it has asked for already stands.
func (s *Service) EndPlan(ctx context.Context, tx *db.Tx, p *Plan, words string) error {
	if p.End != nil {
		return ErrPlanEnded
	}
	if words = text.Clean(words); !text.ShortProse(words, wordsMost) {
		return ErrBadWords.On("words").With("most", wordsMost)
	}
	p.End = &PlanEnd{Words: words, At: tx.Now, By: tx.Actor.ID}
	_, err := tx.Exec(ctx, "INSERT INTO timebank_plan_end (community_id, plan_id, words, ended_at, ended_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], p.ID[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Due are the days of a plan, up to some days ahead, for which nothing was made yet.
func (s *Service) Due(ctx context.Context, r db.Reader, community id.ID, p *Plan, today period.Day) (days []period.Day, err error) {
	made, err := s.Made(ctx, r, community, p.ID, today)
	for _, d := range p.Days(today, today+PlanAhead) {
		if !slices.Contains(made, d) {
			days = append(days, d)
		}
	}
	return days, err
}
