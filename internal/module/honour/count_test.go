package honour_test

import (
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/honour"
)

func nominee(n byte, nominations int) *honour.Nominee {
	x := &honour.Nominee{ID: id.ID{n}, Kind: party.Member, No: int(n), Answer: honour.Named, Verdict: honour.Admitted}
	for i := range nominations {
		x.Reasons = append(x.Reasons, honour.Nomination{Nominator: id.ID{100, byte(i)}})
	}
	return x
}

func votes(jury bool, counts ...int) (all []honour.Vote) {
	for who, n := range counts {
		for i := range n {
			side := byte(0)
			if jury {
				side = 1
			}
			all = append(all, honour.Vote{Voter: id.ID{200, side, byte(who), byte(i)}, Nominee: id.ID{byte(who + 1)}, Jury: jury})
		}
	}
	return all
}

// TestHowVotesAreCounted: three nominees, one or two honours.
func TestHowVotesAreCounted(t *testing.T) {
	ballot := []*honour.Nominee{nominee(1, 1), nominee(2, 3), nominee(3, 1)}
	declined := nominee(4, 9)
	declined.Answer = honour.Declined
	for _, c := range []struct {
		what    string
		winners int
		jury    money.Rate
		votes   []honour.Vote
		places  []byte
		honours int
	}{
		{"the most votes", 1, 0, votes(false, 2, 1, 5), []byte{3, 1, 2}, 1},
		{"equal votes: more nominations", 1, 0, votes(false, 2, 2, 1), []byte{2, 1, 3}, 1},
		{"equal in both: nominated earlier", 2, 0, votes(false, 2, 0, 2), []byte{1, 3, 2}, 2},
		{"nobody voted: nobody is honoured", 2, 0, nil, []byte{2, 1, 3}, 0},
		{"two honours, one got votes", 2, 0, votes(false, 0, 0, 1), []byte{3, 2, 1}, 1},
		{"the jury turns it: 40% of 2/2 beats 60% of 6/10", 1, 400_000, append(votes(false, 4, 0, 6), votes(true, 2)...), []byte{1, 3, 2}, 1},
		{"a jury that has not voted leaves it to the members", 1, 400_000, votes(false, 4, 0, 6), []byte{3, 1, 2}, 1},
	} {
		results := honour.Count(&honour.Call{Winners: c.winners, JuryRate: c.jury}, append(ballot, declined), c.votes)
		n := 0
		for i, r := range results {
			if r.Honoured {
				n++
			}
			if r.Place != i+1 || r.Nominee != (id.ID{c.places[i]}) {
				t.Errorf("%s: place %d has %x, want %d", c.what, r.Place, r.Nominee[0], c.places[i])
			}
		}
		if n != c.honours || len(results) != 3 {
			t.Errorf("%s: %d honoured of %d", c.what, n, len(results))
		}
	}
}

// TestTheCountIsFair: the order of votes does not matter, scores come to at most the
// whole, and one more vote never lowers a place.
func TestTheCountIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "nominees")
		var ballot []*honour.Nominee
		for i := range n {
			ballot = append(ballot, nominee(byte(i+1), rapid.IntRange(1, 4).Draw(t, "nominations")))
		}
		call := &honour.Call{Winners: rapid.IntRange(1, 3).Draw(t, "winners"), JuryRate: money.Rate(rapid.Int64Range(0, 500_000).Draw(t, "jury"))}
		var all []honour.Vote
		for i := range rapid.IntRange(0, 30).Draw(t, "votes") {
			all = append(all, honour.Vote{Voter: id.ID{byte(i)}, Nominee: id.ID{byte(rapid.IntRange(1, n).Draw(t, "for"))}, Jury: rapid.IntRange(0, 4).Draw(t, "by") == 0})
		}
		results := honour.Count(call, ballot, all)
		turned := rapid.Permutation(all).Draw(t, "turned")
		var sum money.Rate
		for i, r := range honour.Count(call, ballot, turned) {
			if r != results[i] {
				t.Fatalf("turned: %+v, was %+v", r, results[i])
			}
			sum += r.Score
		}
		if sum > money.One {
			t.Fatalf("scores come to %d", sum)
		}
		who := results[rapid.IntRange(0, n-1).Draw(t, "who")]
		more := append(turned, honour.Vote{Voter: id.ID{250}, Nominee: who.Nominee})
		for _, r := range honour.Count(call, ballot, more) {
			if r.Nominee == who.Nominee && r.Place > who.Place {
				t.Fatalf("one more vote took %x from place %d to %d", who.Nominee[0], who.Place, r.Place)
			}
		}
	})
}
