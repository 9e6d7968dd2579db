package notice

import "time"

// Choices are what a person wishes: the ways of each kind, and her quiet hours.
type Choices struct {
	Wishes map[string]map[Way]bool // kind → way → wanted, where she chose
	Quiet  Quiet
}

// Wants reports whether a kind reaches her by a way: what must be told always does,
// then what she chose, then what the kind does by itself.
func (c Choices) Wants(k *Kind, w Way) bool {
	if w != Inbox && !k.allows(w) {
		return false
	}
	if k.Fixed(w) {
		return true
	}
	if wanted, chosen := c.Wishes[k.ID][w]; chosen {
		return wanted
	}
	return w == Inbox || contains(k.By, w)
}

// step is one way that a notice takes out of the house.
type step struct {
	way  Way
	due  time.Time
	held bool // too many of its kind: it waits for the digest at due
}

// plan decides how a notice leaves the house. open are the ways that the house
// offers and that reach her; sent tells how many of the kind went out by a way
// within the kind's Per. now carries her zone.
func plan(k *Kind, c Choices, open []Way, sent func(Way) int, now time.Time) (steps []step) {
	for _, w := range open {
		if w == Inbox || !c.Wants(k, w) {
			continue
		}
		s := step{way: w, due: now}
		switch {
		case k.Most > 0 && sent(w) >= k.Most && !k.Urgent:
			s.held, s.due = true, c.Quiet.digestAt(now)
		case k.Most > 0 && sent(w) >= k.Most:
			continue // a flood of urgent ones: the inbox has them all
		case !k.Urgent:
			s.due = c.Quiet.Next(now)
		}
		steps = append(steps, s)
	}
	return steps
}
