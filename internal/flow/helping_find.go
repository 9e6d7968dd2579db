package flow

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// FindHelpers asks the neighbours whom dispatch chooses for what is open in a community,
// and tells those who look after requests that find nobody (F3). It is a sweeper's work,
// and is done at once for what is urgent. Two at a time would ask twice: the second waits.
func (f *Flows) FindHelpers(ctx context.Context, place id.ID) (err error) {
	defer fault.Wrap(&err, "find helpers")
	lock, _ := f.finding.LoadOrStore(place, &sync.Mutex{})
	lock.(*sync.Mutex).Lock()
	defer lock.(*sync.Mutex).Unlock()
	if err := f.closeSilent(ctx, place); err != nil {
		return err
	}
	s, err := f.scene(ctx, place)
	if err != nil || len(s.open) == 0 {
		return err
	}
	rules := DispatchRules(&s.rules, s.zone)
	learn(rules, &s.rules, s.answer)
	if err := rules.Validate(); err != nil {
		return err
	}
	round, err := f.choose(ctx, s, rules)
	if err != nil {
		return err
	}
	err = f.askRound(ctx, place, s, round)
	return errors.Join(append(s.failed, err)...)
}

// closeSilent closes the offers whose time is over.
func (f *Flows) closeSilent(ctx context.Context, place id.ID) error {
	now, late := f.DB.Clock().Now(), false
	err := f.DB.View(ctx, place, func(r db.Reader) error {
		standing, err := f.TimeBank.Standing(ctx, r, place)
		for _, o := range standing {
			late = late || !o.Stands(now) && !o.Willing()
		}
		return err
	})
	if err != nil || !late {
		return err
	}
	return f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		_, err := f.TimeBank.Silence(ctx, tx)
		return err
	})
}

// askRound writes the offers and alarms of a round. What has changed since the scene was
// read is passed over: the next round sees it.
func (f *Flows) askRound(ctx context.Context, place id.ID, s *scene, round dispatch.Round) error {
	desk, err := f.helpDesk(ctx, place)
	if err != nil {
		return err
	}
	settled, offers, gaps, alarms := s.settled(round), s.asked(round), s.widened(round), s.alarms(round)
	if len(settled)+len(offers)+len(gaps)+len(alarms) == 0 {
		return nil
	}
	busy := f.busySince(ctx, s, settled)
	err = f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		for _, o := range settled {
			if err := f.settleOffer(ctx, tx, s.who, o.ID, busy[o.ID]); err != nil {
				return err
			}
		}
		for _, o := range offers {
			if err := f.offerHelp(ctx, tx, s, o); err != nil {
				return err
			}
		}
		for _, g := range gaps {
			if err := f.TimeBank.Ring(ctx, tx, g.request, g.ring, g.gap); err != nil {
				return err
			}
		}
		for _, a := range alarms {
			if err := f.raise(ctx, tx, s, a, desk); err != nil {
				return err
			}
		}
		return f.wakeBoard(ctx, tx)
	})
	if err != nil || len(settled) == 0 {
		return err
	}
	return f.keepApart(ctx, place, helpersOf(settled)...)
}

// offerHelp asks one neighbour.
func (f *Flows) offerHelp(ctx context.Context, tx *db.Tx, s *scene, o timebank.Offer) error {
	made, err := f.TimeBank.Offer(ctx, tx, o)
	if fault.Of(err) != nil {
		return nil
	}
	if err != nil {
		return err
	}
	q := s.open[o.Request]
	kind := notice.ServiceAsked
	if q.Urgent {
		kind = notice.ServiceUrgent
	}
	return f.tellMember(ctx, tx, o.Helper, notice.Notice{Kind: kind, Cause: helpCause(made.ID), Link: offerPath(tx.Community, made.ID),
		Args: []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From), notice.Moment(made.Until)}})
}

// alarm is somebody to be told of a request.
type alarm struct {
	request id.ID
	alert   timebank.Alert
}

// raise tells the desk, once for each alarm, and who asked when the desk takes over.
func (f *Flows) raise(ctx context.Context, tx *db.Tx, s *scene, a alarm, desk []id.ID) error {
	q := s.open[a.request]
	first, err := f.TimeBank.Tell(ctx, tx, a.request, a.alert)
	if err != nil || !first || a.alert == timebank.AskedReserve {
		return err
	}
	n := notice.Notice{Kind: notice.ServiceNobody, Cause: helpCause(q.ID) + "/" + string(a.alert), Link: "/desk/help", Args: []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From)}}
	if err := f.tellOfficers(ctx, tx, desk, id.ID{}, n); err != nil || a.alert != timebank.ToldDesk {
		return err
	}
	n.Kind, n.Link = notice.ServiceDesk, helpPath(tx.Community, q.ID)
	return f.tellMember(ctx, tx, q.Asker, n)
}

// helpDesk are the people who look after what finds nobody.
func (f *Flows) helpDesk(ctx context.Context, place id.ID) ([]id.ID, error) {
	return f.officers(ctx, place, access.Specialist, access.Operator)
}

// volunteersOf are all who can be asked in a community, kept until one of them changes.
func (f *Flows) volunteersOf(ctx context.Context, place id.ID) (all []*volunteer.Volunteer, err error) {
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		version, err := f.Volunteers.Version(ctx, r, place)
		if err != nil {
			return err
		}
		if kept, ok := f.helpers.Load(place); ok && kept.(*willing).version == version {
			all = kept.(*willing).all
			return nil
		}
		all, version, err = f.Volunteers.All(ctx, r, place)
		if err == nil {
			f.helpers.Store(place, &willing{version: version, all: all})
		}
		return err
	})
	return all, err
}

// willing is what volunteersOf keeps. Nobody changes it.
type willing struct {
	version int64
	all     []*volunteer.Volunteer
}

// reasonsText writes reasons for the record.
func reasonsText(reasons []dispatch.Reason) string {
	b, err := json.Marshal(reasons)
	if err != nil {
		return "[]" // codes and whole numbers: it does not happen
	}
	return string(b)
}

// minutes is a span of so many of them.
func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
