package score

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
)

// Input is what a score is made of: what one shop did in a quarter.
type Input struct {
	Merchant    id.ID        `json:"merchant"`
	Trade       string       `json:"trade"`  // with whom it is compared
	Months      int          `json:"months"` // in its seat, up to the end of the quarter
	Sales       money.Amount `json:"sales"`  // fen
	Offers      money.Amount `json:"offers"` // fen, with confirmed free services
	Recommended int          `json:"recommended"`
	Buyers      int64        `json:"buyers"`
	Returning   int64        `json:"returning"`
	Served      int64        `json:"served"`      // members in good standing among its buyers
	Disclosures int          `json:"disclosures"` // of three
	Attended    int          `json:"attended"`
	Breaches    int          `json:"breaches"`
	Excused     bool         `json:"excused,omitempty"` // an objection was not answered in time: it cannot lose its seat
}

// Quarter is all that is put in.
type Quarter struct {
	Members int64   // in good standing at the end
	Shops   []Input // in any order
}

// Weights are the numbers of the policy that rank.
type Weights struct {
	OfferMin           money.Rate `json:"offer_min"`
	OfferMax           money.Rate `json:"offer_max"`
	RecommendedMembers int        `json:"recommended_members"`
	TrainingPerQuarter int        `json:"training_per_quarter"`
	Parts              [6]int     `json:"parts"` // points of each part, in the order of Parts
	BreachPoints       int        `json:"breach_points"`
	BottomShare        money.Rate `json:"bottom_share"`
	Months             int        `json:"months"` // in the seat, to be ranked
	Least              int        `json:"least"`  // with fewer ranked shops nobody loses a seat
}

// WeightsOf takes them from a policy.
func WeightsOf(p *policy.Alliance) Weights {
	return Weights{
		OfferMin: p.OfferMin, OfferMax: p.OfferMax, RecommendedMembers: p.RecommendedMembers, TrainingPerQuarter: p.TrainingPerQuarter,
		Parts:        [6]int{p.WeightOffer, p.WeightRecommend, p.WeightRepurchase, p.WeightReach, p.WeightDisclosure, p.WeightTraining},
		BreachPoints: p.BreachPoints, BottomShare: p.BottomShare, Months: p.ScoreMonths, Least: p.RankedLeast,
	}
}

// Part is one part of a score.
type Part int

// The parts, in their order.
const (
	Offer Part = iota
	Recommend
	Repurchase
	Reach
	Disclosure
	Training
)

// Parts lists them.
var Parts = []Part{Offer, Recommend, Repurchase, Reach, Disclosure, Training}

// Grade is how well a shop did in one part.
type Grade struct {
	Grade  int   `json:"grade"`  // thousandths of the part's points
	Points int   `json:"points"` // of a thousand for all
	Rate   int64 `json:"rate"`   // what is compared, in millionths; of Offer, Repurchase and Reach
	Beside int64 `json:"beside"` // with what, in millionths; of Repurchase and Reach
	Alone  bool  `json:"alone"`  // compared with all shops: nobody else is in its trade
}

// Score is how a shop did in a quarter.
type Score struct {
	Input  `json:"-"`
	Grades [6]Grade `json:"grades"`
	Taken  int      `json:"taken"` // points taken for breaches
	Points int      `json:"points"`
	Ranked bool     `json:"ranked"`
	Place  int      `json:"place"` // among the ranked, the best is 1; equal points have equal places
	Last   bool     `json:"last"`  // among the bottom share
	Band   Band     `json:"band"`
}

// Band is what the public is told of a place.
type Band string

// The bands.
const (
	Upper    Band = "upper" // the better third of the ranked shops
	Middle   Band = "middle"
	Lower    Band = "lower"
	Unranked Band = "unranked" // too short in its seat
	Few      Band = "few"      // too few shops are ranked to tell bands apart
)

const (
	full    = 1000
	half    = full / 2
	million = int64(money.One)
)

// Rank scores the shops of a quarter and says who is last. The order of the shops
// does not matter; the answer is by place, the unranked last.
func Rank(q *Quarter, w *Weights) []Score {
	all := make([]Score, len(q.Shops))
	repurchase, reach := newPeers(len(q.Shops)), newPeers(len(q.Shops))
	for i, s := range q.Shops {
		all[i] = Score{Input: s}
		if s.Buyers > 0 {
			repurchase.add(s.Trade, part(s.Returning, s.Buyers))
		}
		reach.add(s.Trade, part(s.Served, q.Members))
	}
	repurchase.sort()
	reach.sort()
	for i := range all {
		all[i].grade(q, w, repurchase, reach)
	}
	place(all, w)
	return all
}

// part is a share in millionths, rounded down, from 0 to 1.
func part(n, of int64) int64 {
	if n <= 0 || of <= 0 {
		return 0
	}
	if n >= of {
		return million
	}
	return int64(money.MulDiv(money.Amount(n), money.Amount(money.One), money.Amount(of)))
}
