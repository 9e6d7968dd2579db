package notice

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var zones = []*time.Location{time.UTC, time.FixedZone("Asia/Shanghai", 8*3600), time.FixedZone("Asia/Kathmandu", 5*3600+45*60), time.FixedZone("west", -9*3600-30*60)}

func drawMoment(t *rapid.T) time.Time {
	zone := rapid.SampledFrom(zones).Draw(t, "zone")
	return time.Unix(rapid.Int64Range(1_700_000_000, 1_800_000_000).Draw(t, "at"), 0).In(zone)
}

func drawQuiet(t *rapid.T) Quiet {
	return rapid.Custom(func(t *rapid.T) Quiet {
		return Quiet{rapid.IntRange(0, minutesADay-1).Draw(t, "from"), rapid.IntRange(0, minutesADay-1).Draw(t, "until")}
	}).Filter(func(q Quiet) bool { return q.Validate() == nil }).Draw(t, "quiet")
}

func TestQuietHoursGoOverMidnight(t *testing.T) {
	shanghai := zones[1]
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		q        Quiet
		at, next string
	}{
		{DefaultQuiet, "2025-10-15 21:29", "2025-10-15 21:29"},
		{DefaultQuiet, "2025-10-15 21:30", "2025-10-16 07:30"},
		{DefaultQuiet, "2025-12-31 23:59", "2026-01-01 07:30"},
		{DefaultQuiet, "2025-10-16 00:00", "2025-10-16 07:30"},
		{DefaultQuiet, "2025-10-16 07:29", "2025-10-16 07:30"},
		{DefaultQuiet, "2025-10-16 07:30", "2025-10-16 07:30"},
		{Quiet{12 * 60, 14 * 60}, "2025-10-16 13:00", "2025-10-16 14:00"},
		{Quiet{12 * 60, 14 * 60}, "2025-10-16 23:00", "2025-10-16 23:00"},
		{Quiet{600, 600}, "2025-10-16 10:00", "2025-10-16 10:00"},
		{Quiet{0, 6 * 60}, "2025-10-16 00:00", "2025-10-16 06:00"},
		{Quiet{20 * 60, 0}, "2025-10-16 20:30", "2025-10-17 00:00"},
	} {
		if got := c.q.Next(at(c.at)); !got.Equal(at(c.next)) {
			t.Errorf("%v at %s: %s, want %s", c.q, c.at, got, c.next)
		}
	}
	for _, q := range []Quiet{{-1, 0}, {0, 1440}, {0, 1201}, {700, 600}} {
		if q.Validate() == nil {
			t.Errorf("%v was taken", q)
		}
	}
}

// What waits for the end of quiet hours waits less than a day, leaves outside of
// them, and everything in between was quiet.
func TestTheEndOfQuietHours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, at := drawQuiet(t), drawMoment(t)
		next := q.Next(at)
		if next.Before(at) || next.Sub(at) > 24*time.Hour || q.Holds(next) {
			t.Fatalf("%v at %s: %s", q, at, next)
		}
		if !q.Holds(at) {
			if !next.Equal(at) {
				t.Fatalf("%v at %s waits until %s", q, at, next)
			}
			return
		}
		for m := at; m.Before(next); m = m.Add(time.Minute) {
			if !q.Holds(m) {
				t.Fatalf("%v at %s waits until %s, though %s is loud", q, at, next, m)
			}
		}
		if d := q.digestAt(at); !d.After(at) || d.Sub(at) > 48*time.Hour || q.Holds(d) {
			t.Fatalf("the digest of %v after %s: %s", q, at, d)
		}
	})
}

// Whatever she wishes and however many were sent: only urgent kinds leave in quiet
// hours, no way carries more than the kind allows, what must be told is told, and
// marketing never goes by SMS or WeChat.
func TestAPlanKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := &Kinds[rapid.IntRange(0, len(Kinds)-1).Draw(t, "kind")]
		c := Choices{Wishes: map[string]map[Way]bool{k.ID: {}}, Quiet: drawQuiet(t)}
		for _, w := range append(Ways, Inbox) {
			if rapid.Bool().Draw(t, "chose "+string(w)) {
				c.Wishes[k.ID][w] = rapid.Bool().Draw(t, "wants "+string(w))
			}
		}
		sent := map[Way]int{}
		for _, w := range Ways {
			sent[w] = rapid.IntRange(0, k.Most+2).Draw(t, "sent "+string(w))
		}
		now := drawMoment(t)
		planned := map[Way]step{}
		for _, s := range plan(k, c, Ways, func(w Way) int { return sent[w] }, now) {
			planned[s.way] = s
			switch {
			case s.due.Before(now) || c.Quiet.Holds(s.due) && !k.Urgent:
				t.Fatalf("%s by %s is due %s, quiet %v", k.ID, s.way, s.due, c.Quiet)
			case sent[s.way] >= k.Most && !s.held:
				t.Fatalf("%s by %s goes out as number %d of %d", k.ID, s.way, sent[s.way]+1, k.Most)
			case k.Marketing && s.way != Push, k.Urgent && s.held:
				t.Fatalf("%s by %s: %+v", k.ID, s.way, s)
			case !contains(k.By, s.way) && !c.Wishes[k.ID][s.way]:
				t.Fatalf("%s by %s, and nobody asked for it", k.ID, s.way)
			}
		}
		for _, w := range k.By {
			wanted, chosen := c.Wishes[k.ID][w]
			if _, ok := planned[w]; !ok && (k.Must || !chosen || wanted) && sent[w] < k.Most {
				t.Fatalf("%s is not sent by %s", k.ID, w)
			}
		}
		if k.Must && !c.Wants(k, Inbox) {
			t.Fatalf("%s can be kept out of the inbox", k.ID)
		}
	})
}

func TestTheCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for i := range Kinds {
		k := &Kinds[i]
		if seen[k.ID] || k.Name == "" || k.Title == "" || k.Most == 0 || k.Per == 0 || k.Must && k.Marketing || k.Urgent && !k.Must {
			t.Errorf("%+v", k)
		}
		seen[k.ID] = true
		for _, w := range append(k.By, k.May...) {
			if !k.allows(w) || w == Inbox {
				t.Errorf("%s goes by %s", k.ID, w)
			}
		}
	}
}
