package sim

// What happens besides purchases: people and shops change, and money is paid out.

func (a *Auditor) onPerson(ref string, change func(*Household)) Expectation {
	h := a.people[ref]
	if h == nil {
		return refuse(Unknown)
	}
	return accept(func() { change(h) })
}

func (a *Auditor) onShop(c *community, ref string, change func(*Shop)) Expectation {
	if !a.here(c, ref) {
		return refuse(Unknown)
	}
	return accept(func() { change(a.shops[ref]) })
}

// joinTeam puts a person on a team. A leader on her own team and a leader below
// gold earn nothing by it, so a system may refuse them at once or take them.
func (a *Auditor) joinTeam(s JoinTeam) Expectation {
	leader := a.people[s.Leader]
	if s.Leader != "" && leader == nil {
		return refuse(Unknown)
	}
	e := a.onPerson(s.Member, func(h *Household) { h.Leader = s.Leader })
	if leader != nil && s.Leader == s.Member {
		e.Refuse = append(e.Refuse, SelfDealing)
	}
	if leader != nil && !leader.Level.leads() {
		e.Refuse = append(e.Refuse, NoLeader)
	}
	return e
}

// payout pays a shop all it is due, unless it owes more than the limit. Who owes
// at all has nothing payable.
func (a *Auditor) payout(c *community, s Payout) Expectation {
	if !a.here(c, s.Shop) {
		return refuse(Unknown)
	}
	due := c.balance[payable(s.Shop)]
	var why []Reason
	if c.owes(s.Shop) > inForce(c.policies, s.Now).OwedLimit {
		why = append(why, OwedLimit)
	}
	if due == 0 {
		why = append(why, Nothing)
	}
	if len(why) > 0 {
		return refuse(why...)
	}
	return a.entry(c, []leg{{"payout", payable(s.Shop), gateway, due}}, a.today(c, s), false, func() {})
}

func (a *Auditor) payRewards(c *community, s PayRewards) Expectation {
	if a.people[s.Member] == nil {
		return refuse(Unknown)
	}
	due := c.balance[rewards(s.Member)]
	if due == 0 {
		return refuse(Nothing)
	}
	return a.entry(c, []leg{{"payout", rewards(s.Member), gateway, due}}, a.today(c, s), false, func() {})
}

func (a *Auditor) spend(c *community, s Spend) Expectation {
	fund, ok := map[string]account{"welfare": welfare, "care": care}[s.Fund]
	switch {
	case !ok:
		return refuse(Unknown)
	case s.Amount <= 0:
		return refuse(BadAmounts)
	case s.Amount > c.balance[fund]:
		return refuse(TooMuch)
	}
	return a.entry(c, []leg{{"spend", fund, gateway, s.Amount}}, a.today(c, s), false, func() {})
}

// today is the day on which a step made now is booked.
func (a *Auditor) today(c *community, s Step) string { return max(a.day(s.Where().Now), c.firstOpen()) }
