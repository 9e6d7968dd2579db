package flow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// MemberAt is a person as a member of a community, at home there or visiting.
func (f *Flows) MemberAt(ctx context.Context, place, who id.ID) (m *member.Member, err error) {
	all, err := f.membershipsOf(ctx, who)
	if err != nil {
		return nil, err
	}
	return m, f.DB.View(ctx, place, func(r db.Reader) error {
		for _, s := range all {
			if m, err = f.Members.Lookup(ctx, r, place, s.Ref); !errors.Is(err, member.ErrNotFound) {
				if err == nil && m.LeadsOnly() {
					m, err = nil, member.ErrNotFound
				}
				return err
			}
		}
		return member.ErrNotFound
	})
}

// isGuest reports whether a member of tx's community is at home elsewhere.
func (f *Flows) isGuest(ctx context.Context, tx *db.Tx, who id.ID) (bool, error) {
	m, err := f.Members.ByID(ctx, tx, who)
	return err == nil && m.Home != tx.Community && !m.Home.IsZero(), err
}

// mayAsk refuses a guest whose community has no agreement with this one.
func (f *Flows) mayAsk(ctx context.Context, tx *db.Tx, m *member.Member) error {
	if m.Home == tx.Community || m.Home.IsZero() {
		return nil
	}
	with, err := f.Pairings.With(ctx, tx, tx.Community, m.Home)
	if err == nil && with == nil {
		err = pairing.ErrNone
	}
	return err
}

// ableFor are those who can be asked in a community, with a helper who visits there, as
// her own community knows her.
func (f *Flows) ableFor(ctx context.Context, place, helper id.ID) ([]*volunteer.Volunteer, error) {
	all, err := f.volunteersOf(ctx, place)
	if err != nil {
		return nil, err
	}
	m, own, err := f.guestOf(ctx, place, helper)
	if err != nil || own == nil || !own.Beyond.Helps {
		return all, err
	}
	var with *pairing.Pairing
	if err := f.DB.View(ctx, place, func(r db.Reader) error { with, err = f.Pairings.With(ctx, r, place, m.Home); return err }); err != nil || with == nil {
		return all, err
	}
	one := *own
	one.Member = helper
	return slices.Concat(all, []*volunteer.Volunteer{&one}), nil
}

// guestOf is a member who visits a community, with what she says as a volunteer at home;
// nil for who is at home here, or says nothing.
func (f *Flows) guestOf(ctx context.Context, place, who id.ID) (m *member.Member, v *volunteer.Volunteer, err error) {
	if err := f.DB.View(ctx, place, func(r db.Reader) error { m, err = f.Members.Known(ctx, r, place, who); return err }); err != nil {
		if errors.Is(err, member.ErrNotFound) {
			err = nil
		}
		return nil, nil, err
	}
	if m.Home == place || m.Home.IsZero() || m.Ref == "" {
		return m, nil, nil
	}
	var at *member.Member
	if err := f.DB.View(ctx, m.Home, func(r db.Reader) error { at, err = f.Members.Lookup(ctx, r, m.Home, m.Ref); return err }); err != nil {
		if errors.Is(err, member.ErrNotFound) { // forgotten there
			err = nil
		}
		return m, nil, err
	}
	v, err = f.VolunteerOf(ctx, m.Home, at.ID)
	return m, v, err
}

// HelperOf is who helps in a community as a volunteer, a guest as her own community knows
// her; nil if she is none.
func (f *Flows) HelperOf(ctx context.Context, place, helper id.ID) (*volunteer.Volunteer, error) {
	own, err := f.VolunteerOf(ctx, place, helper)
	if err == nil && own == nil {
		_, own, err = f.guestOf(ctx, place, helper)
	}
	return own, err
}

// mayCome refuses to send a guest where who asked did not agree to it, or where hours may
// not go to her community any more: the rules by which she would be asked (F5).
//
// Refusals: timebank.ErrKeptHome, pairing.ErrNone, coin.ErrClearing.
func (f *Flows) mayCome(ctx context.Context, place, helper, request id.ID) error {
	standing, err := f.StandingIn(ctx, place)
	if err != nil {
		return err
	}
	return f.DB.View(ctx, place, func(r db.Reader) error {
		m, err := f.Members.Known(ctx, r, place, helper)
		if err != nil || m.Home == place || m.Home.IsZero() {
			return err
		}
		said, err := f.TimeBank.Beyonds(ctx, r, place)
		if err == nil && !said[request].Agreed {
			err = timebank.ErrKeptHome
		}
		if err != nil {
			return err
		}
		with, err := f.Pairings.With(ctx, r, place, m.Home)
		if err == nil && with == nil {
			err = pairing.ErrNone
		}
		if err != nil {
			return err
		}
		c, err := f.Coins.ClearedWith(ctx, r, place, m.Home)
		if err == nil && c.Net() >= min(with.Limit, standing.Rules.ClearingLimit) {
			err = coin.ErrClearing.With("left", money.Amount(0).Grouped(money.Coin))
		}
		return err
	})
}

// AskNextDoor lets the desk tell a request in neighbouring communities at once (F3).
//
// Refusals: timebank.ErrEnded, timebank.ErrKeptHome, pairing.ErrNone.
func (f *Flows) AskNextDoor(ctx context.Context, place id.ID, actor db.Actor, request id.ID) (err error) {
	defer fault.Wrap(&err, "ask next door")
	if err := f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		some, err := f.Pairings.InForce(ctx, tx, place)
		if err == nil && len(some) == 0 {
			err = pairing.ErrNone
		}
		if err != nil {
			return err
		}
		q, err := f.TimeBank.ByID(ctx, tx, place, request)
		if err != nil {
			return err
		}
		return f.TimeBank.AskBeyond(ctx, tx, q)
	}); err != nil {
		return err
	}
	_ = f.FindHelpers(ctx, place) // what does not go out now goes out with the sweep
	return nil
}

// HoursEarned is the outbox note that a visitor was paid for a service.
const HoursEarned = "coin.earned"

// earnedAbroad is what travels with it.
type earnedAbroad struct {
	Assignment id.ID        `json:"assignment"`
	Member     id.ID        `json:"member"` // as she is known where she served
	Coins      money.Amount `json:"coins"`
}

// noteEarnedAbroad puts the note into the outbox where a neighbour from another community
// was paid.
func (f *Flows) noteEarnedAbroad(ctx context.Context, tx *db.Tx, a *timebank.Assignment, paid money.Amount) error {
	if paid <= 0 || !a.Shop.IsZero() {
		return nil
	}
	guest, err := f.isGuest(ctx, tx, a.Helper)
	if errors.Is(err, member.ErrNotFound) || err == nil && !guest {
		return nil
	}
	if err != nil {
		return err
	}
	note, err := json.Marshal(earnedAbroad{a.ID, a.Helper, paid})
	if err != nil {
		return err
	}
	return tx.Emit(ctx, HoursEarned, string(note))
}

// BringHoursHome handles the note: what she earned goes home by itself if she chose so, once,
// by the number of the assignment. What a limit holds back stays hers where it is, and she
// is told why.
func (f *Flows) BringHoursHome(ctx context.Context, place id.ID, payload string) (err error) {
	defer fault.Wrap(&err, "hours go home")
	var e earnedAbroad
	if err := json.Unmarshal([]byte(payload), &e); err != nil {
		return err
	}
	_, own, err := f.guestOf(ctx, place, e.Member)
	if err != nil || own == nil || !own.Beyond.HoursHome {
		return err
	}
	err = f.TakeHoursHome(ctx, place, db.Actor{Kind: "job"}, e.Assignment, e.Member, e.Coins)
	why := fault.Of(err)
	switch {
	case why == nil, why.Code == coin.ErrShort.Code: // she used them there, or owed them
		if why != nil {
			err = nil
		}
		return err
	case why.Code != coin.ErrClearing.Code && why.Code != coin.ErrCrossMonth.Code:
		return err
	}
	at, err := f.Communities.ByID(ctx, f.DB, place)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		return f.tellMember(ctx, tx, e.Member, notice.Notice{Kind: notice.HoursStay, Cause: "hours/stay/" + e.Assignment.String(), Link: "/me/hours",
			Args: []notice.Arg{notice.Text(at.Name, ""), notice.Say(coin.Stayed(why.Code).Key)}})
	})
}
