package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Options say which kinds of step a system can do besides buying.
type Options struct {
	Payouts  bool // shops and people are paid out
	Spending bool // the funds spend
	Closes   bool // days are closed
	Visits   bool // people buy outside their home community

	// Stills lets several steps happen at one instant now and then, as they do
	// for a system whose machine's clock has jumped back: it keeps to the time
	// that it has told.
	Stills bool
}

// Everything is all that a neighbourhood does.
var Everything = Options{Payouts: true, Spending: true, Closes: true, Visits: true}

// Stream makes the days of a neighbourhood. It looks into the auditor's books,
// as people look into their purses, so that most of what it makes is possible.
type Stream struct {
	n      *Neighbourhood
	a      *Auditor
	o      Options
	r      *rand.Rand
	now    time.Time
	still  int // steps that are still to happen at this instant
	serial int
	recent []Step // to be handed in again
}

// NewStream starts the days of a neighbourhood; the auditor has to see each step
// before the next is asked for.
func NewStream(n *Neighbourhood, a *Auditor, o Options) *Stream {
	return &Stream{n: n, a: a, o: o, r: rand.New(rand.NewPCG(n.Seed, 2)), now: n.Start}
}

// kinds are the steps with how often they happen, in a thousand or so.
var kinds = []struct {
	weight int
	make   func(*Stream) Step
}{
	{560, (*Stream).purchase},
	{120, (*Stream).refund},
	{50, (*Stream).giveVoucher},
	{25, (*Stream).giveOfSeries},
	{40, (*Stream).recommend},
	{40, (*Stream).again},
	{30, (*Stream).altered},
	{25, (*Stream).joinTeam},
	{15, (*Stream).setLevel},
	{10, (*Stream).setStanding},
	{10, (*Stream).setTier},
	{10, (*Stream).pledge},
	{8, (*Stream).adopt},
	{12, (*Stream).closeDays},
	{20, (*Stream).payout},
	{8, (*Stream).payRewards},
	{10, (*Stream).spend},
	{12, (*Stream).wait},
}

// Next is the next step. Time goes forward at least a second at every step, but
// for Options.Stills.
func (s *Stream) Next() Step {
	s.tick()
	total := 0
	for _, k := range kinds {
		total += k.weight
	}
	for {
		at := s.r.IntN(total)
		for _, k := range kinds {
			if at -= k.weight; at >= 0 {
				continue
			}
			if step := k.make(s); step != nil {
				s.remember(step)
				return step
			}
			break // it cannot happen now
		}
	}
}

func (s *Stream) tick() {
	if s.still > 0 {
		s.still--
		return
	}
	s.now = s.now.Add(time.Duration(1+s.r.IntN(900)) * time.Second)
	if s.o.Stills && s.often(1) {
		s.still = 1 + s.r.IntN(20)
	}
}

// remember keeps the last steps that move value: those are handed in again.
func (s *Stream) remember(step Step) {
	switch step.(type) {
	case Purchase, Refund, Payout, PayRewards, Spend:
		if s.recent = append(s.recent, step); len(s.recent) > 200 {
			s.recent = s.recent[1:]
		}
	}
}

// head is the head of a new step. Keys are unique in all, and sort by time.
func (s *Stream) head(community, kind string) Head {
	s.serial++
	return Head{Community: community, Key: fmt.Sprintf("%s-%06d", kind, s.serial), Now: s.now}
}

func (s *Stream) often(percent int) bool { return s.r.IntN(100) < percent }

func (s *Stream) community() string { return pick(s.r, s.n.Communities...) }

// household is a member, of the community or anywhere ("").
func (s *Stream) household(community string) string {
	for {
		h := pick(s.r, s.n.Households...)
		if h.Member && (community == "" || h.Community == community) {
			return h.Ref
		}
	}
}

func (s *Stream) shop(community string) string {
	for {
		p := pick(s.r, s.n.Shops...)
		if p.Community == community {
			return p.Ref
		}
	}
}

// elsewhere is a shop that cannot be named in the community: of another one, or
// of none at all.
func (s *Stream) elsewhere(community string) string {
	p := pick(s.r, s.n.Shops...)
	if p.Community == community {
		return "S999"
	}
	return p.Ref
}

// homeOf is where a person is at home.
func (s *Stream) homeOf(ref string) string {
	i := slices.IndexFunc(s.n.Households, func(h Household) bool { return h.Ref == ref })
	if i < 0 {
		return s.n.Communities[0]
	}
	return s.n.Households[i].Community
}

// wait jumps: over a night, a week, or more than a month, so that claims,
// vouchers and caps run out.
func (s *Stream) wait() Step {
	if s.still > 0 {
		return nil
	}
	days := pick(s.r, 0, 0, 1, 1, 1, 3, 8, 33)
	s.now = s.now.Add(time.Duration(days*24)*time.Hour + time.Duration(s.r.IntN(36_000))*time.Second)
	return Wait{s.head(s.community(), "wait")}
}

// again hands a step in a second time, as a till does that got no answer.
func (s *Stream) again() Step {
	if len(s.recent) == 0 {
		return nil
	}
	return pick(s.r, s.recent...).at(s.now)
}

// altered hands another step in under the same key.
func (s *Stream) altered() Step {
	if len(s.recent) == 0 {
		return nil
	}
	switch p := pick(s.r, s.recent...).at(s.now).(type) {
	case Purchase:
		switch s.r.IntN(4) {
		case 0:
			p.Price, p.Held = p.Price+1, p.Held+1
		case 1:
			p.Shop = s.shop(p.Community)
		case 2:
			p.At = p.At.Add(time.Second)
		case 3:
			p.Held, p.Direct = p.Direct, p.Held
		}
		return p
	case Refund:
		p.Amount++
		return p
	case Spend:
		p.Amount++
		return p
	}
	return nil
}
