package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/training"
	"gongyi/internal/platform/db"
)

// trainingHref is where a shop reads of a session.
func trainingHref(session id.ID) string { return "/my-shop/training/" + session.String() }

// JoinTraining signs a shop up for a session (C9).
func (f *Flows) JoinTraining(ctx context.Context, community, shop, session id.ID, actor db.Actor) (u training.Signup, err error) {
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if _, err := f.takingPart(ctx, tx, shop); err != nil {
			return err
		}
		u, err = f.Trainings.SignUp(ctx, tx, session, shop)
		return err
	})
	return u, err
}

// LeaveTraining takes a shop out, and tells who gets its seat.
func (f *Flows) LeaveTraining(ctx context.Context, community, shop, session id.ID, actor db.Actor) error {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		moved, err := f.Trainings.Leave(ctx, tx, session, shop)
		if err != nil || moved == nil {
			return err
		}
		s, err := f.Trainings.ByID(ctx, tx, community, session)
		if err != nil {
			return err
		}
		return f.tellShops(ctx, tx, people, []id.ID{moved.Shop}, notice.Notice{
			Kind: notice.TrainingSeat, Cause: "training/" + session.String() + "/seat/" + moved.Shop.String(), Link: trainingHref(session),
			Args: []notice.Arg{notice.Text(s.Title, ""), notice.Moment(s.Begins), notice.Text(s.Place, "")},
		})
	})
}

// CallOffTraining calls a session off and tells every shop that wanted to come.
func (f *Flows) CallOffTraining(ctx context.Context, community, session id.ID, actor db.Actor, words string) error {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		s, err := f.Trainings.CallOff(ctx, tx, session, words)
		if err != nil {
			return err
		}
		shops, err := f.signedUp(ctx, tx, s)
		if err != nil {
			return err
		}
		return f.tellShops(ctx, tx, people, shops, notice.Notice{
			Kind: notice.TrainingOff, Cause: "training/" + session.String() + "/off", Link: trainingHref(session),
			Args: []notice.Arg{notice.Text(s.Title, ""), notice.Moment(s.Begins), notice.Text(words, "")},
		})
	})
}

func (f *Flows) signedUp(ctx context.Context, tx *db.Tx, s *training.Session) (shops []id.ID, err error) {
	queue, err := f.Trainings.Queue(ctx, tx, tx.Community, s)
	for _, u := range queue {
		shops = append(shops, u.Shop)
	}
	return shops, err
}

// HandMaterial hands out a link or a file at a session.
func (f *Flows) HandMaterial(ctx context.Context, community id.ID, actor db.Actor, m training.Material, file *attachment.File) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) (err error) {
		m := m
		if file != nil {
			if m.File, err = f.Files.Add(ctx, tx, file); err != nil {
				return err
			}
		}
		_, err = f.Trainings.Hand(ctx, tx, m)
		return err
	})
}

// remindBefore is how long before a session its shops are reminded.
const remindBefore = 24 * time.Hour

// RemindTraining reminds the shops with a seat of what begins within a day, once. It is
// a sweeper's work.
func (f *Flows) RemindTraining(ctx context.Context, community id.ID) error {
	now := f.DB.Clock().Now()
	var soon []*training.Session
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		all, err := f.Trainings.Between(ctx, r, community, now, now.Add(remindBefore))
		if err != nil {
			return err
		}
		soon, err = f.Trainings.Unreminded(ctx, r, community, all)
		return err
	})
	if err != nil || len(soon) == 0 {
		return err
	}
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	for _, s := range soon {
		if s.Off != nil {
			continue
		}
		if err := f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.remindSession(ctx, tx, s.ID, people) }); err != nil {
			return err
		}
	}
	return nil
}

func (f *Flows) remindSession(ctx context.Context, tx *db.Tx, session id.ID, people map[id.ID][]id.ID) error {
	s, err := f.Trainings.ByID(ctx, tx, tx.Community, session)
	if err != nil || s.Off != nil {
		return err
	}
	first, err := f.Trainings.Remind(ctx, tx, session)
	if err != nil || !first {
		return err
	}
	queue, err := f.Trainings.Queue(ctx, tx, tx.Community, s)
	if err != nil {
		return err
	}
	var seated []id.ID
	for _, u := range queue {
		if u.Waiting == 0 {
			seated = append(seated, u.Shop)
		}
	}
	return f.tellShops(ctx, tx, people, seated, notice.Notice{
		Kind: notice.TrainingSoon, Cause: "training/" + session.String() + "/soon", Link: trainingHref(session),
		Args: []notice.Arg{notice.Text(s.Title, ""), notice.Moment(s.Begins), notice.Text(s.Place, "")},
	})
}
