package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// TendVolunteers tells volunteers which of their certificates and proofs end soon, once
// each, and ends the reserve of who left her shop. It is a sweeper's work.
func (f *Flows) TendVolunteers(ctx context.Context, community id.ID) error {
	s, err := f.StandingIn(ctx, community)
	if err != nil {
		return err
	}
	var all []volunteer.Lapse
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		all, err = f.Volunteers.Lapsing(ctx, r, community, s.Today, s.Today+volunteer.RemindBefore)
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range all {
		if err := f.DB.Update(ctx, community, byClock, func(tx *db.Tx) error { return f.tellLapse(ctx, tx, l) }); err != nil {
			return err
		}
	}
	return f.endReserves(ctx, community)
}

func (f *Flows) tellLapse(ctx context.Context, tx *db.Tx, l volunteer.Lapse) error {
	first, err := f.Volunteers.Remind(ctx, tx, l.Thing)
	if err != nil || !first {
		return err
	}
	name := volunteer.SkillName(l.Skill)
	if l.Kind != "" {
		name = volunteer.ProofName(l.Kind)
	}
	return f.Notices.Send(ctx, tx, notice.Notice{
		Kind: notice.VolunteerLapsing, Person: l.Person, Place: tx.Community, Cause: "volunteer/lapse/" + l.Thing.String(), Link: volunteerHref,
		Args: []notice.Arg{notice.Say(name.Key), notice.Day(l.Until)},
	})
}

// forgetVolunteering takes away what somebody said as a volunteer, and what was noted of
// her, wherever that is, with her certificates (A7). What another instance writes is
// refused with db.ErrElsewhere after the rest is done.
func (f *Flows) forgetVolunteering(ctx context.Context, actor db.Actor, who id.ID) error {
	return f.whereKnown(ctx, actor, who, f.Volunteers.Knows, f.forgetVolunteer)
}

// forgetVolunteer does so in tx's community.
func (f *Flows) forgetVolunteer(ctx context.Context, tx *db.Tx, who id.ID) error {
	files, err := f.Volunteers.Erase(ctx, tx, who)
	if err != nil {
		return err
	}
	return f.Files.Drop(ctx, tx, files...)
}
