package community

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Capability is something the house can do, which runs in some communities first,
// is measured, then rolled out (A10).
type Capability string

// The capabilities that can be switched.
const (
	PointsRedemption Capability = "points_redemption"
	GroupBuying      Capability = "group_buying"
	TimeBank         Capability = "time_bank"
	Live             Capability = "live"
	Deliberation     Capability = "deliberation"
	AssistedSessions Capability = "assisted_sessions"
	WeChat           Capability = "wechat"
	WebPush          Capability = "web_push"
	TextMessages     Capability = "text_messages"
	CommunityMap     Capability = "map"
	HelpRequests     Capability = "help_requests"
)

// Default is what a community has that never switched anything.
type Default struct {
	Capability  Capability
	On          bool
	Requirement string // the id that asks for it
}

// Defaults lists every capability, in the order in which people read them.
var Defaults = []Default{
	{AssistedSessions, true, "A4"},
	{HelpRequests, true, "A5"},
	{CommunityMap, true, "O5"},
	{WebPush, true, "O5"},
	{TextMessages, false, "O5"},
	{WeChat, false, "A3"},
	{PointsRedemption, false, "B5"},
	{TimeBank, false, "F1"},
	{GroupBuying, false, "G1"},
	{Live, false, "H1"},
	{Deliberation, false, "L1"},
}

// byDefault finds a capability's default.
func byDefault(c Capability) (Default, bool) {
	i := slices.IndexFunc(Defaults, func(d Default) bool { return d.Capability == c })
	if i < 0 {
		return Default{}, false
	}
	return Defaults[i], true
}

// Refusals of a switch, in the order in which they are checked.
var (
	ErrBadCapability = fault.New(fault.Invalid, "community.bad_capability")
	ErrNowhere       = fault.New(fault.Invalid, "community.nowhere")
	ErrBadDay        = fault.New(fault.Invalid, "community.bad_day")
	ErrSwitched      = fault.New(fault.Conflict, "community.switched")
	ErrNotHere       = fault.New(fault.Forbidden, "community.capability_off")
)

// Switch is one decision that a capability is on or off in a community.
type Switch struct {
	ID         id.ID
	Capability Capability
	On         bool
	From       time.Time
	Reason     string
	Measured   string // what the pilot showed, when it is rolled out
	At         time.Time
	By         id.ID // zero: the house itself
}

// switched are a community's decisions as this instance remembers them.
type switched struct {
	all   []Switch
	read  time.Time
	until time.Time
}

// Enabled reports whether a community may use a capability at an instant. Another
// instance's switch is seen within memory.
func (s *Service) Enabled(ctx context.Context, r db.Reader, community id.ID, c Capability, now time.Time) (bool, error) {
	all, err := s.decisions(ctx, r, community, now)
	if err != nil {
		return false, err
	}
	return stands(all, c, now), nil
}

// Require refuses where a capability is off.
func (s *Service) Require(ctx context.Context, r db.Reader, community id.ID, c Capability, now time.Time) error {
	on, err := s.Enabled(ctx, r, community, c, now)
	if err == nil && !on {
		err = ErrNotHere.With("capability", string(c))
	}
	return err
}

// RequireOn is Require for who has no transaction open: what this instance remembers
// costs no read.
func (s *Service) RequireOn(ctx context.Context, d *db.DB, community id.ID, c Capability) error {
	now := d.Clock().Now()
	s.mu.RLock()
	m, ok := s.switches[community]
	s.mu.RUnlock()
	if ok && now.Before(m.until) && !now.Before(m.read) {
		if !stands(m.all, c, now) {
			return ErrNotHere.With("capability", string(c))
		}
		return nil
	}
	return d.View(ctx, community, func(r db.Reader) error { return s.Require(ctx, r, community, c, now) })
}

// stands is the decision in force: the one that began last, or the default.
func stands(all []Switch, c Capability, now time.Time) bool {
	d, _ := byDefault(c)
	on, from := d.On, time.Time{}
	for _, w := range all { // in the order in which they were decided
		if w.Capability == c && !now.Before(w.From) && !w.From.Before(from) {
			on, from = w.On, w.From
		}
	}
	return on
}

// Switched reports what stands for each capability, given all decisions.
func Switched(all []Switch, now time.Time) map[Capability]bool {
	on := make(map[Capability]bool, len(Defaults))
	for _, d := range Defaults {
		on[d.Capability] = stands(all, d.Capability, now)
	}
	return on
}

func (s *Service) decisions(ctx context.Context, r db.Reader, community id.ID, now time.Time) ([]Switch, error) {
	s.mu.RLock()
	m, ok := s.switches[community]
	before := s.change
	s.mu.RUnlock()
	if ok && now.Before(m.until) && !now.Before(m.read) {
		return m.all, nil
	}
	all, err := s.Switches(ctx, r, community)
	if err != nil {
		return nil, err
	}
	if _, writing := r.(*db.Tx); writing { // it may read what a rollback takes back
		return all, nil
	}
	s.mu.Lock()
	if s.change == before {
		s.switches[community] = switched{all, now, now.Add(memory)}
	}
	s.mu.Unlock()
	return all, nil
}

// Switches lists every decision of a community, in the order in which they were
// taken.
func (s *Service) Switches(ctx context.Context, r db.Reader, community id.ID) ([]Switch, error) {
	var rows []struct {
		ID         id.ID  `db:"id"`
		Capability string `db:"capability"`
		State      string `db:"state"`
		From       int64  `db:"effective_from"`
		Reason     string `db:"reason"`
		Measured   string `db:"measured"`
		At         int64  `db:"switched_at"`
		By         id.ID  `db:"switched_by"`
	}
	err := db.All(ctx, r, &rows, "SELECT id, capability, state, effective_from, reason, measured, switched_at, switched_by FROM community_switch WHERE community_id = ? ORDER BY switched_at, id", community[:])
	all := make([]Switch, len(rows))
	for i, w := range rows {
		all[i] = Switch{w.ID, Capability(w.Capability), w.State == "on", micros(w.From), w.Reason, w.Measured, micros(w.At), w.By}
	}
	return all, err
}

// Decide switches a capability in tx's community, from now if no day is given. What
// stands so already at that instant is refused.
func (s *Service) Decide(ctx context.Context, tx *db.Tx, w Switch) (_ Switch, err error) {
	defer fault.Wrap(&err, "community: switch %s", w.Capability)
	if _, known := byDefault(w.Capability); !known {
		return w, ErrBadCapability.On("capability")
	}
	if err := reasoned(w.Reason); err != nil {
		return w, err
	}
	if w.From.IsZero() || w.From.Before(tx.Now) {
		w.From = tx.Now
	}
	all, err := s.Switches(ctx, tx, tx.Community)
	if err != nil {
		return w, err
	}
	if stands(all, w.Capability, w.From) == w.On {
		return w, ErrSwitched.On("capability")
	}
	w.ID, w.At, w.By = tx.NewID(), tx.Now, tx.Actor.ID
	state := "off"
	if w.On {
		state = "on"
	}
	if _, err := tx.Exec(ctx, "INSERT INTO community_switch (community_id, id, capability, state, effective_from, reason, measured, switched_at, switched_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], w.ID[:], string(w.Capability), state, w.From.UnixMicro(), w.Reason, w.Measured, tx.Now.UnixMicro(), tx.Actor.ID); err != nil {
		return w, err
	}
	community := tx.Community
	return w, tx.After(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.change++
		delete(s.switches, community)
	})
}
