package dispatch

import (
	"time"

	"gongyi/internal/kernel/id"
)

// Code says in one word why somebody is asked, or why nobody is. The words that
// people read are the web's.
type Code string

// Why somebody is asked. N of the reason is what stands behind it.
const (
	LivesInBuilding  Code = "lives_in_building"
	LivesInGrid      Code = "lives_in_grid"
	LivesInCommunity Code = "lives_in_community"
	LivesNearby      Code = "lives_nearby"  // in another community
	WorksHere        Code = "works_here"    // staff of a shop
	Walks            Code = "walks"         // metres there and back
	ThereAnyway      Code = "there_anyway"  // metres that are added to a way she goes anyway
	Together         Code = "together"      // how many requests are in the offer
	KnowsAsker       Code = "knows_asker"   // services before
	SpeaksLanguage   Code = "speaks"        // number of a language that was asked for
	FreshToday       Code = "fresh_today"   // minutes on the same day so far
	FreshWeek        Code = "fresh_week"    // minutes in the same week so far
	OnlyOne          Code = "only_one"      // nobody else can
	OneOf            Code = "one_of"        // how many could
	NearerNeeded     Code = "nearer_needed" // metres to the nearest, who is asked for another request
	Nearest          Code = "nearest"       // metres; of all who said yes or still could
	FirstInTime      Code = "first_in_time" // metres to somebody nearer, who has not answered in time
	MissedBefore     Code = "missed_before" // promises not kept, which speak against her
)

// Why nobody is asked: the last check that anybody reached. N is how many did.
const (
	NoSkill     Code = "no_skill"      // nobody near has the skills
	NotSuited   Code = "not_suited"    // language, lifting, animals, level of identity
	NotAllowed  Code = "not_allowed"   // of the household, one who is not to be asked, or with too many promises not kept
	TooFar      Code = "too_far"       // farther than she goes, or than the ring reaches
	NobodyFree  Code = "nobody_free"   // no window, or taken by then
	OverLimits  Code = "over_limits"   // hours of the day or the week
	AllAsked    Code = "all_asked"     // everybody who could has been asked
	NoPair      Code = "no_pair"       // one could, but two must
	TakenByMore Code = "taken_by_more" // whoever could is asked for what is more urgent
	Resting     Code = "resting"       // nobody is asked at this hour
	Enough      Code = "enough"        // enough are asked already, or have said yes: nothing to do
	TooLate     Code = "too_late"      // there is not time enough left
)

// Reason is one thing that speaks for an offer (or against), with a number.
type Reason struct {
	Code Code  `json:"code"`
	N    int64 `json:"n,omitempty"`
}

// Offer asks one volunteer to help with one request.
type Offer struct {
	Task      id.ID
	Volunteer id.ID
	Ring      Ring
	Start     time.Time // when she begins
	Until     time.Time // the offer ends then, always before she would have to leave
	Walk      int       // metres on foot that it adds to her day, there and back
	Cost      int       // metres, with all weights: what the choice was made by
	Bundle    int       // offers of a round with the same number, not 0, are one question with one answer
	Reasons   []Reason
}

// Gap says why a request asks nobody in this round.
type Gap struct {
	Task   id.ID
	Ring   Ring // how far it has asked
	Reason Reason
}

// Alarm says that a request has reached people who look after it themselves. It is
// said in every round; whoever was told before is the caller's to know.
type Alarm struct {
	Task id.ID
	Ring Ring // Desk or Operator
}

// Settled says that somebody who was Ready is the one who goes: her answer becomes
// Accepted. Once a request has everybody it needs, all other answers to it end.
type Settled struct {
	Task      id.ID
	Volunteer id.ID
	Reason    Reason // Nearest of all who could still say yes, or FirstInTime
}

// Round is what Plan answers: every task is in Offers or has one Gap.
type Round struct {
	Settled []Settled
	Offers  []Offer
	Gaps    []Gap
	Alarms  []Alarm
}
