package score_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/score"
)

func trial() score.Weights {
	a := policy.TrialAlliance()
	return score.WeightsOf(&a)
}

func shopID(n int) id.ID { return id.ID{9, byte(n >> 8), byte(n)} }

// good is a shop that did what is asked, at the medians of its trade.
func good(n int) score.Input {
	return score.Input{Merchant: shopID(n), Trade: "grocery", Months: 12, Sales: 10_000_00, Offers: 200_00, Recommended: 6, Buyers: 100, Returning: 50, Served: 100, Disclosures: 3, Attended: 6}
}

func quarter(shops ...score.Input) *score.Quarter {
	return &score.Quarter{Members: 1_000, Shops: shops}
}

func of(t testing.TB, all []score.Score, n int) score.Score {
	t.Helper()
	i := slices.IndexFunc(all, func(s score.Score) bool { return s.Merchant == shopID(n) })
	if i < 0 {
		t.Fatalf("shop %d has no score", n)
	}
	return all[i]
}

// The formula in the words of docs/score.md.
func TestGrades(t *testing.T) {
	for _, c := range []struct {
		says  string
		part  score.Part
		edit  func(s *score.Input)
		grade int
	}{
		{"nothing given", score.Offer, func(s *score.Input) { s.Offers = 0 }, 0},
		{"half of the least", score.Offer, func(s *score.Input) { s.Offers = 50_00 }, 250},
		{"the least that is asked", score.Offer, func(s *score.Input) { s.Offers = 100_00 }, 500},
		{"midway to enough", score.Offer, func(s *score.Input) { s.Offers = 200_00 }, 750},
		{"enough", score.Offer, func(s *score.Input) { s.Offers = 300_00 }, 1000},
		{"more than enough", score.Offer, func(s *score.Input) { s.Offers = 9_000_00 }, 1000},
		{"more was taken back than given", score.Offer, func(s *score.Input) { s.Offers = -5 }, 0},
		{"nothing sold, a free service", score.Offer, func(s *score.Input) { s.Sales, s.Offers = 0, 1 }, 1000},
		{"nothing sold, nothing given", score.Offer, func(s *score.Input) { s.Sales, s.Offers = 0, 0 }, 0},
		{"nobody recommended", score.Recommend, func(s *score.Input) { s.Recommended = 0 }, 0},
		{"one of six", score.Recommend, func(s *score.Input) { s.Recommended = 1 }, 166},
		{"six of six", score.Recommend, func(s *score.Input) { s.Recommended = 6 }, 1000},
		{"two months in its seat: four are asked", score.Recommend, func(s *score.Input) { s.Recommended, s.Months = 4, 2 }, 1000},
		{"at the median", score.Repurchase, func(*score.Input) {}, 500},
		{"twice the median", score.Repurchase, func(s *score.Input) { s.Returning = 100 }, 1000},
		{"half the median", score.Repurchase, func(s *score.Input) { s.Returning = 25 }, 250},
		{"no buyer at all", score.Repurchase, func(s *score.Input) { s.Buyers, s.Returning = 0, 0 }, 0},
		{"as many as the median", score.Reach, func(*score.Input) {}, 500},
		{"thrice as many", score.Reach, func(s *score.Input) { s.Served = 300 }, 1000},
		{"none", score.Reach, func(s *score.Input) { s.Served = 0 }, 0},
		{"two of three", score.Disclosure, func(s *score.Input) { s.Disclosures = 2 }, 666},
		{"all three", score.Disclosure, func(*score.Input) {}, 1000},
		{"three of six trainings", score.Training, func(s *score.Input) { s.Attended = 3 }, 500},
		{"ten of six", score.Training, func(s *score.Input) { s.Attended = 10 }, 1000},
	} {
		own := good(0)
		c.edit(&own)
		w := trial()
		got := of(t, score.Rank(quarter(own, good(1), good(2)), &w), 0).Grades[c.part]
		if got.Grade != c.grade {
			t.Errorf("%s: grade %d, want %d", c.says, got.Grade, c.grade)
		}
		if want := (w.Parts[c.part]*c.grade + 500) / 1000; got.Points != want {
			t.Errorf("%s: %d points, want %d", c.says, got.Points, want)
		}
	}
}

// A dry cleaner, whose customers come twice a year, is not judged like a greengrocer.
func TestRepurchaseIsComparedInTheTrade(t *testing.T) {
	w := trial()
	cleaner := func(n int, returning int64) score.Input {
		s := good(n)
		s.Trade, s.Returning = "dry_cleaning", returning
		return s
	}
	all := score.Rank(quarter(good(1), good(2), good(3), cleaner(4, 10), cleaner(5, 10)), &w)
	if g := of(t, all, 4).Grades[score.Repurchase]; g.Grade != 500 || g.Alone || g.Beside != 100_000 {
		t.Errorf("among its own it gets %+v", g)
	}
	all = score.Rank(quarter(good(1), good(2), good(3), cleaner(4, 10)), &w)
	if g := of(t, all, 4).Grades[score.Repurchase]; g.Grade != 100 || !g.Alone || g.Beside != 500_000 {
		t.Errorf("alone it is compared with all and gets %+v", g)
	}
}

func TestBreachesTakePoints(t *testing.T) {
	w := trial()
	clean, bad, worst := good(1), good(2), good(3)
	bad.Breaches, worst.Breaches = 1, 99
	all := score.Rank(quarter(clean, bad, worst), &w)
	if c, b := of(t, all, 1), of(t, all, 2); b.Points != c.Points-150 || b.Taken != 150 {
		t.Errorf("a breach makes %d of %d (%d taken)", b.Points, c.Points, b.Taken)
	}
	if s := of(t, all, 3); s.Points != 0 {
		t.Errorf("no score is below nothing: %d", s.Points)
	}
}

// street has shops with points that fall from the first to the last, n in all.
func street(n int, edit func(i int, s *score.Input)) *score.Quarter {
	q := &score.Quarter{Members: 10_000}
	for i := range n {
		s := good(i)
		s.Offers = money.Amount(300_00 - i*1000)
		if edit != nil {
			edit(i, &s)
		}
		q.Shops = append(q.Shops, s)
	}
	return q
}

func lastOf(all []score.Score) (last []int) {
	for _, s := range all {
		if s.Last {
			last = append(last, int(s.Merchant[1])<<8|int(s.Merchant[2]))
		}
	}
	slices.Sort(last)
	return last
}

func TestWhoIsLast(t *testing.T) {
	for _, c := range []struct {
		says string
		q    *score.Quarter
		last []int
	}{
		{"one of five", street(5, nil), []int{4}},
		{"one of nine, rounded down", street(9, nil), []int{8}},
		{"two of ten", street(10, nil), []int{8, 9}},
		{"nobody of four", street(4, nil), nil},
		{"a new shop is not ranked, and so four are", street(5, func(i int, s *score.Input) {
			if i == 4 {
				s.Months = 2
			}
		}), nil},
		{"a tie at the border: both stay", street(5, func(i int, s *score.Input) { s.Offers = money.Amount(300_00 - min(i, 3)*1000) }), nil},
		{"a tie at the border, one clearly last", street(10, func(i int, s *score.Input) {
			if i == 7 || i == 8 {
				s.Offers = 100_00
			}
			if i == 9 {
				s.Offers = 0
			}
		}), []int{9}},
		{"a tie within the last two: both go", street(10, func(i int, s *score.Input) {
			if i >= 8 {
				s.Offers = 0
			}
		}), []int{8, 9}},
		{"all alike: nobody", street(20, func(_ int, s *score.Input) { s.Offers = 1 }), nil},
		{"an unanswered objection spares it, and nobody else goes for it", street(5, func(i int, s *score.Input) { s.Excused = i == 4 }), nil},
	} {
		w := trial()
		if got := lastOf(score.Rank(c.q, &w)); !slices.Equal(got, c.last) {
			t.Errorf("%s: %v, want %v", c.says, got, c.last)
		}
	}
}

func TestBands(t *testing.T) {
	w := trial()
	count := make(map[score.Band]int)
	for _, s := range score.Rank(street(9, nil), &w) {
		count[s.Band]++
	}
	if want := map[score.Band]int{score.Upper: 3, score.Middle: 3, score.Lower: 3}; !reflect.DeepEqual(count, want) {
		t.Errorf("nine shops make %v", count)
	}
	for _, s := range score.Rank(street(4, nil), &w) {
		if s.Band != score.Few {
			t.Errorf("of four shops one is in band %q", s.Band)
		}
	}
}

// drawn makes a quarter of any shape, weights that a policy admits.
func drawn(t *rapid.T) (*score.Quarter, score.Weights) {
	q := &score.Quarter{Members: rapid.Int64Range(0, 5_000).Draw(t, "members")}
	n := rapid.IntRange(0, 40).Draw(t, "shops")
	small := rapid.Bool().Draw(t, "alike") // ties happen
	amount := func(name string, most int64) int64 {
		if small {
			most = min(most, 3)
		}
		return rapid.Int64Range(0, most).Draw(t, name)
	}
	for i := range n {
		q.Shops = append(q.Shops, score.Input{
			Merchant: shopID(i), Trade: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "trade"), Months: int(amount("months", 24)),
			Sales: money.Amount(amount("sales", 1e13)) - 1, Offers: money.Amount(amount("offers", 1e12)) - 1, Recommended: int(amount("recommended", 20)),
			Buyers: amount("buyers", 5_000), Returning: amount("returning", 5_000), Served: amount("served", 5_000), Disclosures: int(amount("disclosures", 3)),
			Attended: int(amount("attended", 13)), Breaches: int(amount("breaches", 4)), Excused: rapid.IntRange(0, 9).Draw(t, "excused") == 0,
		})
	}
	w := trial()
	w.OfferMin = money.Rate(rapid.Int64Range(0, int64(money.One)).Draw(t, "least"))
	w.OfferMax = money.Rate(rapid.Int64Range(int64(w.OfferMin), int64(money.One)).Draw(t, "enough"))
	w.BottomShare = money.Rate(rapid.Int64Range(0, int64(money.One)/2).Draw(t, "bottom"))
	w.RecommendedMembers, w.TrainingPerQuarter = rapid.IntRange(0, 5).Draw(t, "asked"), rapid.IntRange(1, 13).Draw(t, "sessions")
	w.BreachPoints, w.Months, w.Least = rapid.IntRange(0, 1000).Draw(t, "breach"), rapid.IntRange(1, 12).Draw(t, "ranked"), rapid.IntRange(2, 8).Draw(t, "fewest")
	left := policy.ScorePoints
	for i := range 5 {
		w.Parts[i] = rapid.IntRange(0, left).Draw(t, "weight")
		left -= w.Parts[i]
	}
	w.Parts[5] = left
	return q, w
}

// A score is bounded, does not know in which order shops come, and comes out the same
// each time; the bottom share is never more than its rate, and the better is never
// last where the worse is not.
func TestScoresAreBoundedAndFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, w := drawn(t)
		before := slices.Clone(q.Shops)
		all := score.Rank(q, &w)
		if !reflect.DeepEqual(before, q.Shops) {
			t.Fatal("what was put in has changed")
		}
		mixed := &score.Quarter{Members: q.Members, Shops: slices.Clone(q.Shops)}
		rand.New(rand.NewPCG(1, uint64(len(q.Shops)))).Shuffle(len(mixed.Shops), func(i, j int) { mixed.Shops[i], mixed.Shops[j] = mixed.Shops[j], mixed.Shops[i] })
		if !reflect.DeepEqual(all, score.Rank(mixed, &w)) {
			t.Fatal("another order, another answer")
		}
		ranked, last := 0, 0
		for i, s := range all {
			if s.Points < 0 || s.Points > policy.ScorePoints {
				t.Fatalf("%d points", s.Points)
			}
			sum := 0
			for p, g := range s.Grades {
				if g.Grade < 0 || g.Grade > 1000 || g.Points < 0 || g.Points > w.Parts[p] {
					t.Fatalf("part %d has %+v of %d", p, g, w.Parts[p])
				}
				sum += g.Points
			}
			if sum-s.Taken != s.Points {
				t.Fatalf("the parts add up to %d less %d, not %d", sum, s.Taken, s.Points)
			}
			if s.Ranked {
				ranked++
			}
			if s.Last {
				last++
			}
			if i > 0 && s.Ranked && all[i-1].Points < s.Points {
				t.Fatal("the places are not in order")
			}
			if i > 0 && all[i-1].Last && !s.Last && s.Ranked && !s.Excused {
				t.Fatal("a worse one stays")
			}
			for _, o := range all {
				if s.Last && o.Ranked && !o.Last && !o.Excused && o.Points == s.Points {
					t.Fatal("of two that are equal one goes")
				}
			}
		}
		if int64(last)*int64(money.One) > int64(ranked)*int64(w.BottomShare) || last > 0 && ranked < w.Least {
			t.Fatalf("%d of %d are last", last, ranked)
		}
	})
}

// Whoever does better in one thing, all else equal, never gets fewer points.
func TestDoingBetterNeverCosts(t *testing.T) {
	better := []struct {
		name string
		do   func(s *score.Input, by int64)
	}{
		{"offers", func(s *score.Input, by int64) { s.Offers += money.Amount(by) }},
		{"sales", func(s *score.Input, by int64) { // the same given of less sold
			if s.Offers >= 0 {
				s.Sales -= money.Amount(by)
			}
		}},
		{"recommended", func(s *score.Input, by int64) { s.Recommended += int(by) }},
		{"returning", func(s *score.Input, by int64) { s.Returning += by }},
		{"served", func(s *score.Input, by int64) { s.Served += by }},
		{"disclosures", func(s *score.Input, by int64) { s.Disclosures += int(by) }},
		{"attended", func(s *score.Input, by int64) { s.Attended += int(by) }},
		{"breaches", func(s *score.Input, _ int64) { s.Breaches = max(0, s.Breaches-1) }},
	}
	rapid.Check(t, func(t *rapid.T) {
		q, w := drawn(t)
		if len(q.Shops) == 0 {
			return
		}
		i := rapid.IntRange(0, len(q.Shops)-1).Draw(t, "whose")
		c := rapid.SampledFrom(better).Draw(t, "what")
		who := q.Shops[i].Merchant
		points := func() int {
			for _, s := range score.Rank(q, &w) {
				if s.Merchant == who {
					return s.Points
				}
			}
			return -1
		}
		before := points()
		c.do(&q.Shops[i], rapid.Int64Range(1, 5_000).Draw(t, "by"))
		if after := points(); after < before {
			t.Fatalf("more %s makes %d of %d", c.name, after, before)
		}
	})
}
