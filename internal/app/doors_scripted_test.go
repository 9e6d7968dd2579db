package app

import "maps"

// byScript are the forms that no page holds as one: a script sends them, or a step
// before them has to be gone first; and where they are tried. One list an area.
var byScript = joined(scriptedPeople, scriptedMembers, scriptedPoints, scriptedAlliance, scriptedLife, scriptedDuty, scriptedPayouts, scriptedBills, scriptedTill, scriptedVolunteers, scriptedHelp)

func joined(lists ...map[string]string) map[string]string {
	all := make(map[string]string)
	for _, l := range lists {
		maps.Copy(all, l)
	}
	return all
}

var scriptedPeople = map[string]string{
	"/me/passkeys":                            "a script's JSON: registered with such a name in TestWhatPeopleTypeStaysText",
	"/me/passkeys/question":                   "a script's, without a field",
	"/sign-in/passkey":                        "a script's JSON, signed by a device: TestPasskeysThatDoNotFit",
	"/sign-in/passkey/question":               "a script's, without a field",
	"/sign-in/code":                           "walked through in TestWhatPeopleTypeStaysText",
	"/sign-in/code/again":                     "walked through in TestWhatPeopleTypeStaysText",
	"/sign-in/welcome":                        "walked through in TestWhatPeopleTypeStaysText",
	"/me/wechat/end":                          "without a field, and this house has no WeChat",
	"/me/data/erasure/end":                    "without a field, on the page once an erasure was asked for",
	"/me/devices/others/end":                  "without a field, on the page once there is another device",
	"/assist/sessions/{session}/end":          "without a field, in the bar while a session runs: TestAssistedSession",
	"/desk/evidence/checks/{id}/attendance":   "without a field, on the page once a check has found something",
	"/office/evidence/checks/{id}/attendance": "without a field, on the page once a check has found something",
	"/desk/imports/{id}/attendance":           "without a field, on the page once rows were not taken",
	"/desk/jobs/{place}/{note}/drop":          "without a field, on the page once a job fails",
	"/desk/jobs/{place}/{note}/retry":         "without a field, on the page once a job fails",
	"/desk/notices/{delivery}/retry":          "without a field, on the page once a message was not delivered",
	"/me/push":                                "a script's, with what the browser says",
	"/me/push/end":                            "a script's, with what the browser says",
	"/me/team/departure":                      "without a field, on the page once she is on a team",
	"/shop/{shop}/staff/{grant}/end":          "without a field, on the page once somebody works in the shop",
}

var scriptedMembers = map[string]string{
	"/me/membership/birthday/removal":                       "without a field, on the page once a birthday was told",
	"/me/membership/orders/{order}/unnaming":                "without a field, on the page while an order names somebody",
	"/me/membership/packs/{pack}/claims":                    "without a field, on the page while nothing was chosen",
	"/desk/recommendations/{community}/{member}/verdict":    "on the page once one is held: TestRecommendationsAtTheDesk",
	"/desk/recommendations/{community}/{member}/revocation": "on the page once one has counted: TestRecommendationsAtTheDesk",
}

var scriptedPoints = map[string]string{
	"/desk/property/{community}/managers/{manager}/files/{offsets}/payment": "on the page once every line is answered: TestAPropertyFile",
	"/me/points/orders/{redemption}/claim":                                  "on the page once it was collected: TestARedemptionOverHTTP",
	"/me/points/orders/{redemption}/number":                                 "without a field, on the page until she has one: TestARedemptionOverHTTP",
	"/point/{point}/counter/call":                                           "without a field, on the page once somebody waits there",
	"/point/{point}/counter/numbers/{ticket}":                               "without a field, on the page once a number was called",
	"/point/{point}/counter/orders/{redemption}/handover":                   "without a field, on the page for a code or a number",
	"/point/{point}/counter/orders/{redemption}/number":                     "without a field, on the page for a code",
	"/shop/{shop}/counter/numbers/{ticket}":                                 "without a field, on the page once a number was called: TestARedemptionOverHTTP",
	"/shop/{shop}/counter/orders/{redemption}/handover":                     "without a field, on the page for a code: TestARedemptionOverHTTP",
	"/shop/{shop}/counter/orders/{redemption}/number":                       "without a field, on the page for a code: TestARedemptionOverHTTP",
}

var scriptedAlliance = map[string]string{
	"/committee/{community}/ballots/{ballot}/rulings":          "typed into in TestFromAVacancyToAContractOnThePages",
	"/committee/{community}/handovers/{handover}/text":         "typed into in TestFromAVacancyToAContractOnThePages",
	"/desk/alliance/{community}/bids/{application}/check":      "typed into in TestFromAVacancyToAContractOnThePages",
	"/desk/alliance/{community}/bids/{application}/visits":     "typed into in TestFromAVacancyToAContractOnThePages",
	"/committee/{community}/handovers/{handover}/confirmation": "without a field: TestFromAVacancyToAContractOnThePages",
	"/desk/alliance/{community}/bids/{application}/pictures":   "a picture: TestFromAVacancyToAContractOnThePages",
	"/desk/alliance/{community}/bids/{application}/contract":   "without a field: TestFromAVacancyToAContractOnThePages",
	"/desk/alliance/{community}/bids/{application}/signature":  "without a field: TestFromAVacancyToAContractOnThePages",
	"/me/seats/{community}/{application}/signature":            "without a field: TestFromAVacancyToAContractOnThePages",
	"/desk/alliance/{community}/bids/{application}/appeal":     "typed into in TestARefusalAndItsAppealOnThePages",
	"/me/seats/{community}/{application}/appeal":               "typed into in TestARefusalAndItsAppealOnThePages",
	"/me/seats/{community}/{application}/answer":               "without a field, on the page once a seat is offered",
	"/desk/alliance/{community}/introduction":                  "without a field, on the page until the alliance is introduced",
}

var scriptedLife = map[string]string{
	"/shop/{shop}/training/{session}/leave": "without a field, on the page once the shop has signed up: TestTrainingOnThePages",
}

var scriptedDuty = map[string]string{}

var scriptedPayouts = map[string]string{
	"/desk/payouts/{community}": "offered once a day is closed: TestAPayoutOnThePages",
}

var scriptedTill = map[string]string{
	"/me/slips/{at}/{slip}/cancellation":   "without a field, on the page once a provider was asked: TestASlipIsPaidOnThePages",
	"/shop/{shop}/till/{checkout}/service": "a service that is chosen, where the shop's people went to one: TestASaleNamesTheServiceItPaid",
	"/shop/{shop}/till/{checkout}/consent": "digits of a buyer without a network: TestATillRefusesWrongCodes, TestSixDigitsAreConsent",
	"/me/pay/key/end":                      "without a field, on the page once a phone has a key: TestAPayCodeIsItsPhones",
}

var scriptedVolunteers = map[string]string{
	"/me/volunteer":                        "on the page of the third step: TestAVolunteerOnThePages",
	"/me/volunteer/reserves/{reserve}/end": "without a field, on the page once she agreed: TestAVolunteerOnThePages",
	"/c/{community}/vouch/{volunteer}":     "on the page for who is not the volunteer herself: TestAVolunteerOnThePages",

	"/c/{community}/vouch/{volunteer}/{vouch}/end": "without a field, on the page for who has vouched: TestAVolunteerOnThePages",
}
