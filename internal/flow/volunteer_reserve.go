package flow

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// reserveHref is where a shop sees whom it keeps in reserve.
func reserveHref(shop id.ID) string { return "/shop/" + shop.String() + "/reserve" }

// StaffOf are the people of a shop who can be kept in reserve: those who work in it now,
// its owner too.
func (f *Flows) StaffOf(ctx context.Context, community, shop id.ID) ([]id.ID, error) {
	people, err := f.shopPeople(ctx, community, shop)
	return people[shop], err
}

// OfferReserve keeps one of a shop's staff in reserve for some skills and hours, and asks
// her (F6). An owner who offers herself has agreed.
func (f *Flows) OfferReserve(ctx context.Context, actor db.Actor, community id.ID, r volunteer.Reserve) (err error) {
	defer fault.Wrap(&err, "flow: offer for the reserve")
	staff, err := f.StaffOf(ctx, community, r.Shop)
	switch {
	case err != nil:
		return err
	case !slices.Contains(staff, r.Person):
		return ErrNotStaff.On("person")
	}
	m, err := f.MemberIn(ctx, community, r.Person)
	if errors.Is(err, member.ErrNotFound) {
		err = ErrNoMember.On("person")
	}
	if err != nil {
		return err
	}
	r.Member = m.ID
	own := r.Person == actor.ID
	if own {
		if err := f.Consent(ctx, actor, r.Person, privacy.Volunteering, "page"); err != nil {
			return err
		}
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		shop, err := f.takingPart(ctx, tx, r.Shop)
		if err != nil {
			return err
		}
		made, err := f.Volunteers.Offer(ctx, tx, r)
		if err != nil {
			return err
		}
		if own {
			_, err := f.Volunteers.Answer(ctx, tx, made.ID, true, "")
			return err
		}
		return f.Notices.Send(ctx, tx, notice.Notice{
			Kind: notice.ReserveAsked, Person: r.Person, Place: community, Cause: "volunteer/reserve/" + made.ID.String(), Link: volunteerHref,
			Args: []notice.Arg{notice.Text(shopName(shop), "")},
		})
	})
}

// AnswerReserve says yes or no to what a shop offered, with her consent, and tells the
// shop.
func (f *Flows) AnswerReserve(ctx context.Context, actor db.Actor, community, reserve id.ID, agreed bool, words string) error {
	var r *volunteer.Reserve
	err := f.DB.View(ctx, community, func(rd db.Reader) (err error) {
		r, err = f.Volunteers.ReserveByID(ctx, rd, community, reserve)
		return err
	})
	switch {
	case err != nil:
		return err
	case r.Person != actor.ID:
		return volunteer.ErrNotYours
	}
	people, err := f.shopPeople(ctx, community, r.Shop)
	if err != nil {
		return err
	}
	if agreed {
		if err := f.Consent(ctx, actor, r.Person, privacy.Volunteering, "page"); err != nil {
			return err
		}
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		r, err := f.Volunteers.Answer(ctx, tx, reserve, agreed, words)
		if err != nil {
			return err
		}
		return f.tellReserve(ctx, tx, people, r)
	})
}

// LeaveReserve takes her out of a shop's reserve herself, and tells the shop.
func (f *Flows) LeaveReserve(ctx context.Context, actor db.Actor, community, reserve id.ID, words string) error {
	var r *volunteer.Reserve
	err := f.DB.View(ctx, community, func(rd db.Reader) (err error) {
		r, err = f.Volunteers.ReserveByID(ctx, rd, community, reserve)
		return err
	})
	switch {
	case err != nil:
		return err
	case r.Person != actor.ID:
		return volunteer.ErrNotYours
	}
	people, err := f.shopPeople(ctx, community, r.Shop)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		r, err := f.Volunteers.End(ctx, tx, reserve, words)
		if err != nil {
			return err
		}
		return f.tellReserve(ctx, tx, people, r)
	})
}

// tellReserve tells the people of a shop, but for whom it is about, what became of their
// offer.
func (f *Flows) tellReserve(ctx context.Context, tx *db.Tx, people map[id.ID][]id.ID, r *volunteer.Reserve) error {
	others := map[id.ID][]id.ID{r.Shop: slices.DeleteFunc(slices.Clone(people[r.Shop]), func(who id.ID) bool { return who == r.Person })}
	return f.tellShops(ctx, tx, others, []id.ID{r.Shop}, notice.Notice{
		Kind: notice.ReserveAnswered, Cause: "volunteer/reserve/" + r.ID.String() + "/" + string(r.State), Link: reserveHref(r.Shop),
		Args: []notice.Arg{notice.Say(volunteer.ReserveName(r.State).Key), notice.Text(r.Words, "")},
	})
}

// EndReserve takes somebody out of the reserve of a shop, by the shop.
func (f *Flows) EndReserve(ctx context.Context, actor db.Actor, community, shop, reserve id.ID, words string) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		r, err := f.Volunteers.ReserveByID(ctx, tx, community, reserve)
		switch {
		case err != nil:
			return err
		case r.Shop != shop:
			return volunteer.ErrNoReserve
		}
		if r, err = f.Volunteers.End(ctx, tx, reserve, words); err != nil || r.Person == actor.ID {
			return err
		}
		m, err := f.Merchants.ByID(ctx, tx, community, shop)
		if err != nil {
			return err
		}
		return f.Notices.Send(ctx, tx, notice.Notice{
			Kind: notice.ReserveEnded, Person: r.Person, Place: community, Cause: "volunteer/reserve/" + reserve.String() + "/end", Link: volunteerHref,
			Args: []notice.Arg{notice.Text(shopName(m), ""), notice.Text(words, "")},
		})
	})
}

// endReserves ends what shops offered of people who do not work there any more.
func (f *Flows) endReserves(ctx context.Context, community id.ID) error {
	var open []*volunteer.Reserve
	err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		open, err = f.Volunteers.Reserves(ctx, r, community)
		return err
	})
	open = slices.DeleteFunc(open, func(r *volunteer.Reserve) bool { return !r.Open() })
	if err != nil || len(open) == 0 {
		return err
	}
	shops := make([]id.ID, 0, len(open))
	for _, r := range open {
		shops = append(shops, r.Shop)
	}
	people, err := f.shopPeople(ctx, community, shops...)
	if err != nil {
		return err
	}
	for _, r := range open {
		if slices.Contains(people[r.Shop], r.Person) {
			continue
		}
		if err := f.EndReserve(ctx, byClock, community, r.Shop, r.ID, ""); err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return nil
}
