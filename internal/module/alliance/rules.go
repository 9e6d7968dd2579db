package alliance

// Rule is one rule of the alliance and its committee in the words of its charter: what
// it says, where it comes from, and the test that keeps it. The table makes
// docs/rules-alliance.md.
type Rule struct {
	ID     string
	Source string // requirement, law
	Says   string
	Test   string // name of the test that keeps it
}

// Rules are the rules of seats, admission and the committee.
var Rules = []Rule{
	{"A-01", "C1", "A seat holds at most one shop at any moment.", "TestASeatHoldsOneShopUnderARace"},
	{"A-02", "C1", "A shop holds at most one seat of a community.", "TestSeatsAreSoundInEveryHistory"},
	{"A-03", "C1", "A trade has one seat. A further one is opened only for measured demand that was not met: who decided, the figures and their source are recorded.", "TestASecondSeatNeedsMeasuredDemand"},
	{"A-04", "C1, S3", "Two shops compete when their trades are the same, one contains the other, or the trade above both says that they are rivals, and when their catchments overlap. It is shown before a decision, also across the communities of a street.", "TestShopsThatCompeteAreFound"},
	{"A-05", "C1, E-commerce Law 35", "A seat is held for a fixed term and then open to bids again. A term ends with the corresponding day of its last month; a month without that day ends it on its last one (Civil Code 201, 202).", "TestTermsEndOnTheDayThatTheLawSays"},
	{"A-06", "C1, C2", "A seat is contested before admission: applications of the whole window are compared in one ballot, and the window is waited for also with one applicant. A ballot waits for appeals.", "TestFromVacancyToSignedContract"},
	{"A-07", "C2", "A person has one application for an opening, and a licence bids once.", "TestOneShopBidsOnce"},
	{"A-08", "C3", "A shop offers members exclusive discounts or free service worth at least the policy's share of its sales.", "TestAFormIsWholeBeforeItIsHandedIn"},
	{"A-09", "C2", "At a tie the small local shop comes first, then the earlier application. None of them, and yes to a penalty, win only by more votes.", "TestTies"},
	{"A-10", "C2", "An application moves along the states of its table only. Every path ends in a stated place.", "TestEveryApplicationEndsSomewhere"},
	{"A-11", "C2", "A shop is visited by two people at least, who go through a list.", "TestAVisitIsByTwo"},
	{"A-12", "C1", "A seat that falls vacant is offered to the waiting list in order: the earlier ballot first, then the better place in it. Each has the policy's days to answer.", "TestWhatRunsOutFreesTheWay"},
	{"A-13", "C2", "Both sides confirm the same text of a contract, each with her own sign-in and never the same person; nobody decides on her own application.", "TestFromVacancyToSignedContract"},
	{"A-14", "C2", "A shop is admitted when deposit and fee are paid and both sides have confirmed; then its term begins.", "TestFromVacancyToSignedContract"},
	{"A-15", "C1", "A seat is freed when its term is over, by the score, by default, by repeated absence, or by the shop. The deposit comes back in full and the fee for the days that are left (prepaid contracts).", "TestFromVacancyToSignedContract"},
	{"A-16", "C2", "What is not mended, paid, confirmed or answered in time lapses; what was paid goes back, and the way is free for the next.", "TestAPaidShopThatDoesNotSignGetsItsMoneyBack"},
	{"A-17", "PIPL 6", "Papers are seen by the applicant, the office and those who vote on her, never by a competitor; of who is not admitted they are deleted after the policy's days.", "TestPapersAreForgottenInTime"},
	{"A-18", "C2", "A refusal has a reason and may be appealed in time; who refused does not decide on the appeal. Upheld, the application goes on.", "TestARefusalMayBeAppealedInTime"},
	{"A-19", "E-commerce Law 35", "The contract names one seat a trade as the alliance's own organisation, for a fixed term and open to bids; it fixes no price and does not forbid a shop to sell elsewhere.", "TestTheContractIsLawful"},
	{"A-20", "C5", "The chair goes round in the order in which members came; while the chair is away the next in turn stands in.", "TestTheChairGoesRound"},
	{"A-21", "C5", "One chair hands over to the next in writing; the outgoing one confirms, then the incoming one.", "TestTheChairGoesRoundWithItsRole"},
	{"A-22", "C5", "Who sits when a ballot opens is asked, and votes only while she still sits.", "TestATermThatJustEndedDoesNotVote"},
	{"A-23", "C5", "Who owns a shop of the same or a competing trade, here or elsewhere, does not vote.", "TestACompetitorDoesNotVote"},
	{"A-24", "C5", "Nobody votes on herself or on a shop that she owns.", "TestHouseholdAndOneselfDoNotVote"},
	{"A-25", "C5", "Who lives in one household with the person concerned does not vote.", "TestHouseholdAndOneselfDoNotVote"},
	{"A-26", "C5", "The reasons not to vote are looked at again when a vote is cast.", "TestWhoBecomesACompetitorMeanwhileDoesNotVote"},
	{"A-27", "C5", "Everybody votes once, before the close.", "TestAMemberVotesOnceFromHoweverManyDevices"},
	{"A-28", "C5", "If fewer than three members can vote, the community's property manager and residents' committee are asked too.", "TestSubstitutesAreAskedWhereTooFewAreLeft"},
	{"A-29", "C5", "A ballot is secret: who voted is recorded, what was voted only on papers with random numbers that nothing leads to. Nobody sees counts before the close; then all papers are published.", "TestNobodySeesHowItStands"},
	{"A-30", "C5", "A ballot without a quorum of those who may vote is opened once more; then the operator and the residents' committee decide, and must agree.", "TestAFailedQuorumReopensOnceThenIsRuledOn"},
}
