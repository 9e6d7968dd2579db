package flow

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"strconv"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/capacity"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/shortage"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// Wanted are the hours in which a kind lacks hands, or by what is usual will lack them.
type Wanted struct {
	Kind    timebank.Kind
	Hours   []time.Time
	Missing int // minutes of one person
	Certain int // of the hours, those in which it is booked
}

// Wants are the kinds for which people could be called, the most urgent first.
func (o *Outlook) Wants() (all []Wanted) {
	for _, k := range o.Kinds {
		w := Wanted{Kind: k}
		for i := range o.Cells {
			c := &o.Cells[i]
			if c.Kind != k.Key {
				continue
			}
			switch c.Level(&o.Numbers) {
			case capacity.Gap:
				w.Certain++
			case capacity.Likely:
			default:
				continue
			}
			w.Hours = append(w.Hours, o.Start(c.Hour))
			w.Missing += max(c.Booked, c.Expected.Minutes) - c.Able
		}
		if len(w.Hours) > 0 {
			all = append(all, w)
		}
	}
	slices.SortStableFunc(all, func(a, b Wanted) int { return cmp.Or(b.Certain-a.Certain, a.Hours[0].Compare(b.Hours[0])) })
	return all
}

// want is what is wanted of a kind.
func (o *Outlook) want(kind string) (w Wanted, found bool) {
	for _, w := range o.Wants() {
		if w.Kind.Key == kind {
			return w, true
		}
	}
	return w, false
}

// CallHands calls for people who can do a kind in the hours that lack somebody: on the open
// pages, and by a notice to those who might (F6). Who has been sent as many calls this
// month as the policy allows is sent none.
//
// Refusals: shortage.ErrNoHours, shortage.ErrCalled, shortage.ErrBadWords.
func (f *Flows) CallHands(ctx context.Context, place id.ID, actor db.Actor, kind, words, token string) (call *shortage.Call, err error) {
	defer fault.Wrap(&err, "call for hands")
	o, err := f.HandsIn(ctx, place)
	if err != nil {
		return nil, err
	}
	w, found := o.want(kind)
	if !found {
		return nil, shortage.ErrNoHours
	}
	who, err := f.callable(ctx, place, o, &w.Kind)
	if err != nil {
		return nil, err
	}
	_, err = f.Once(ctx, place, actor, token, func(tx *db.Tx) error {
		if call, err = f.Shortages.Publish(ctx, tx, shortage.Call{Kind: kind, Skill: w.Kind.Skill, Words: words, Hours: w.Hours, Missing: w.Missing}); err != nil {
			return err
		}
		call.Asked, err = f.sendCall(ctx, tx, o, &w, call.ID, who)
		return err
	})
	return call, err
}

// lot draws the order of members whom nothing else tells apart, for each call anew.
func lot(call, m id.ID) [sha256.Size]byte { return sha256.Sum256(slices.Concat(call[:], m[:])) }

// sendCall tells some of those who might, group by group, first who was called least this
// month.
func (f *Flows) sendCall(ctx context.Context, tx *db.Tx, o *Outlook, w *Wanted, call id.ID, who [][]id.ID) (n int, err error) {
	month := o.Today.Month()
	sent, err := f.Shortages.Sent(ctx, tx, tx.Community, month)
	if err != nil {
		return 0, err
	}
	for _, group := range who {
		slices.SortFunc(group, func(a, b id.ID) int {
			x, y := lot(call, a), lot(call, b)
			return cmp.Or(sent[a]-sent[b], bytes.Compare(x[:], y[:]))
		})
	}
	for _, m := range slices.Concat(who...) {
		if n == o.Rules.CallPeopleMost {
			break
		}
		if sent[m] >= o.Rules.CallsMonthMost {
			continue
		}
		if err := f.Shortages.Ask(ctx, tx, call, m, month); err != nil {
			return n, err
		}
		if err := f.tellMember(ctx, tx, m, notice.Notice{Kind: notice.ServiceCall, Cause: "shortage/call/" + call.String(), Link: "/help",
			Args: []notice.Arg{notice.Text(w.Kind.Name, ""), notice.Moment(w.Hours[0]), notice.Text(strconv.Itoa(len(w.Hours)), "")}}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// callable are the members whom a call for a kind could reach, in three groups: volunteers who say that they
// can do it, then volunteers who named no skill, then members in good standing who are no
// volunteers yet. Nobody is asked who rests, works in a reserve only, or lacks the skill.
func (f *Flows) callable(ctx context.Context, place id.ID, o *Outlook, k *timebank.Kind) (who [][]id.ID, err error) {
	all, err := f.volunteersOf(ctx, place)
	if err != nil {
		return nil, err
	}
	var fit, blank, others []id.ID
	known := make(map[id.ID]bool)
	for _, v := range all {
		known[v.Member] = true
		switch {
		case v.State != volunteer.Active || !v.Shop.IsZero():
		case k.Skill == "" || v.Can(volunteer.Skill(k.Skill), o.Today) > volunteer.Unskilled:
			fit = append(fit, v.Member)
		case len(v.Skills) == 0:
			blank = append(blank, v.Member)
		}
	}
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		others = others[:0]
		good, err := f.Members.InGoodStanding(ctx, r, place)
		for m, is := range good {
			if is && !known[m] {
				others = append(others, m)
			}
		}
		return err
	})
	return [][]id.ID{fit, blank, others}, err
}

// Callable counts whom a call for a kind could reach: those who say that they can do it,
// and all.
func (f *Flows) Callable(ctx context.Context, place id.ID, o *Outlook, k *timebank.Kind) (able, all int, err error) {
	who, err := f.callable(ctx, place, o, k)
	if err != nil {
		return 0, 0, err
	}
	volunteers, err := f.volunteersOf(ctx, place)
	for _, v := range volunteers {
		if v.State == volunteer.Active && v.Shop.IsZero() && (k.Skill == "" || v.Can(volunteer.Skill(k.Skill), o.Today) > volunteer.Unskilled) {
			able++
		}
	}
	return able, min(len(slices.Concat(who...)), o.Rules.CallPeopleMost), err
}

// DeclineCall notes that the desk wants no call for a kind for a while, and why.
func (f *Flows) DeclineCall(ctx context.Context, place id.ID, actor db.Actor, kind, words string) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		if _, err := f.TimeBank.KindByKey(ctx, tx, place, kind); err != nil {
			return err
		}
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		return f.Shortages.Decline(ctx, tx, kind, words, today)
	})
}

// EndCall ends a call before its hours are over.
func (f *Flows) EndCall(ctx context.Context, place id.ID, actor db.Actor, call id.ID, words string) error {
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error { return f.Shortages.EndCall(ctx, tx, call, words) })
}

// OpenCall is a call as everybody reads it.
type OpenCall struct {
	Key, Kind string // of the kind, and its name
	Words     string
	Days      []period.Day // on which hands are wanted, in order
	Hours     int
}

// CallsIn are the calls that stand in a community.
func (f *Flows) CallsIn(ctx context.Context, r db.Reader, place id.ID, now time.Time) (all []OpenCall, err error) {
	standing, err := f.Shortages.Calls(ctx, r, place, now)
	if err != nil {
		return nil, err
	}
	for _, c := range standing {
		k, err := f.TimeBank.KindByKey(ctx, r, place, c.Kind)
		if err != nil {
			return nil, err
		}
		o := OpenCall{Key: c.Kind, Kind: k.Name, Words: c.Words}
		for _, h := range c.Hours {
			if h.Add(shortage.Hour).Before(now) {
				continue
			}
			o.Hours++
			if d := period.DayOf(h, now.Location()); len(o.Days) == 0 || o.Days[len(o.Days)-1] != d {
				o.Days = append(o.Days, d)
			}
		}
		all = append(all, o)
	}
	return all, nil
}

// handCalls tells which calls for hands were sent to her (F6, A7).
func (t *teller) handCalls(ctx context.Context) error {
	type called struct {
		At   time.Time `json:"sent_at"`
		Name string    `json:"name"`
	}
	data := []called{}
	c := Chapter{File: "hand_calls.json", Title: i18n.T(ctx, "收到的招募"), Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "名称")}}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		all, err := t.flows.Shortages.SentTo(ctx, r, b.Community.ID, b.Member.ID)
		if err != nil {
			return err
		}
		for _, x := range all {
			k, err := t.flows.TimeBank.KindByKey(ctx, r, b.Community.ID, x.Kind)
			if err != nil {
				return err
			}
			data = append(data, called{x.At, k.Name})
			c.Rows = append(c.Rows, []string{t.stamp(x.At), k.Name})
		}
		return nil
	})
	c.Data = data
	t.add(c)
	return err
}
