package dutyweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/authz"
	"gongyi/internal/portal"
)

// coins reads an amount of entitlement that somebody typed.
func coins(r *http.Request, field string) (money.Amount, error) {
	v, err := money.Parse(strings.TrimSpace(r.FormValue(field)), money.Coin)
	if err != nil {
		return 0, portal.ErrBadAmount.On(field)
	}
	return v, nil
}

func (h *Pages) deskEvidence(w http.ResponseWriter, r *http.Request) error {
	return h.handle(w, r, "evidence", func(_ context.Context, at id.ID, b *duty.Breach) error { return h.show(r, at, b, duty.Against) })
}

// withdraw takes back what was opened by mistake.
func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return h.handle(w, r, "withdraw", func(ctx context.Context, at id.ID, b *duty.Breach) error {
		return h.step(ctx, at, b, duty.Step{State: duty.Withdrawn, Words: portal.Prose(r, "words")})
	})
}

// ballot puts a breach to vote.
func (h *Pages) ballot(w http.ResponseWriter, r *http.Request) error {
	return h.handle(w, r, "ballot", func(ctx context.Context, at id.ID, b *duty.Breach) error {
		n, err := coins(r, "coins")
		if err != nil {
			return err
		}
		_, err = h.Flows.PutBreachToVote(ctx, at, authz.Of(ctx).Actor(), b.ID, duty.Verdict{Outcome: duty.Penalty, Coins: n}, portal.Prose(r, "wording"))
		return err
	})
}

// appealBallot puts an appeal to vote, with something milder or for all or nothing.
func (h *Pages) appealBallot(w http.ResponseWriter, r *http.Request) error {
	return h.handle(w, r, "again", func(ctx context.Context, at id.ID, b *duty.Breach) error {
		v, err := verdictOf(r)
		if err != nil {
			return err
		}
		_, err = h.Flows.PutAppealToVote(ctx, at, authz.Of(ctx).Actor(), b.ID, v, portal.Prose(r, "wording"))
		return err
	})
}

// verdictOf reads an outcome and, for a penalty, how much.
func verdictOf(r *http.Request) (v duty.Verdict, err error) {
	if v.Outcome = duty.Outcome(r.FormValue("outcome")); v.Outcome == "none" {
		v.Outcome = duty.None
	}
	if v.Outcome == duty.Penalty {
		v.Coins, err = coins(r, "coins")
	}
	return v, err
}

// confirm decides about what a rule opened.
func (h *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	return h.handle(w, r, "confirm", func(ctx context.Context, at id.ID, b *duty.Breach) error {
		v := duty.Verdict{Outcome: duty.Outcome(r.FormValue("outcome"))}
		switch r.FormValue("outcome") {
		case "none":
			v.Outcome = duty.None
		case string(duty.Penalty):
			place, err := h.Room(r)
			if err != nil {
				return err
			}
			v.Coins = place.Rules.PenaltyCoins
		case string(duty.Warning):
		default:
			return duty.ErrBadOutcome.On("outcome")
		}
		_, err := h.Flows.ConfirmBreach(ctx, at, authz.Of(ctx).Actor(), b.ID, v, portal.Prose(r, "words"), portal.Prose(r, "wording"))
		return err
	})
}

// rule decides an appeal, or corrects what was decided.
func (h *Pages) rule(w http.ResponseWriter, r *http.Request) error {
	return h.handle(w, r, "rule", func(ctx context.Context, at id.ID, b *duty.Breach) error {
		s := duty.Step{Words: portal.Prose(r, "words"), Wording: portal.Prose(r, "wording")}
		switch r.FormValue("decision") {
		case "stands":
			s.State = duty.Stands
		case "lifted":
			s.State = duty.Lifted
		case "warning":
			s.State, s.Outcome = duty.Reduced, duty.Warning
		case "reduced":
			n, err := coins(r, "coins")
			if err != nil {
				return err
			}
			s.State, s.Verdict = duty.Reduced, duty.Verdict{Outcome: duty.Penalty, Coins: n}
		default:
			return duty.ErrBadOutcome.On("decision")
		}
		_, err := h.Flows.DecideBreachAppeal(ctx, at, authz.Of(ctx).Actor(), b.ID, s)
		return err
	})
}
