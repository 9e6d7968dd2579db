package settlement

import (
	"fmt"

	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// History is where a replay finds what stored facts point at.
type History interface {
	// Params are the numbers of a policy version.
	Params(version int) (*policy.Params, error)
	// Facts are the stored facts of an earlier entry.
	Facts(entry int64) ([]byte, error)
}

// Replay makes the legs of a stored entry again, from its facts and the balances
// before it: the same code that settled, so the same legs (invariant 7).
func Replay(facts []byte, h History, b Balances, s *Scratch) ([]ledger.Leg, error) {
	if len(facts) > 0 && facts[0] == kindRefund {
		return replayRefund(facts, h, b, s)
	}
	p, err := s.recall(facts, h)
	if err != nil {
		return nil, err
	}
	res, err := Settle(p, &s.facts, b, s)
	return res.Legs, err
}

func replayRefund(facts []byte, h History, b Balances, s *Scratch) ([]ledger.Leg, error) {
	r, err := DecodeRefund(facts)
	if err != nil {
		return nil, err
	}
	original, err := h.Facts(r.Entry)
	if err != nil {
		return nil, fmt.Errorf("settlement: the purchase of entry %d: %w", r.Entry, err)
	}
	p, err := s.recall(original, h)
	if err != nil {
		return nil, err
	}
	res, err := Refund(p, &s.facts, r, b, s)
	return res.Legs, err
}

// recall decodes a purchase's facts into s and finds the numbers it was settled by.
func (s *Scratch) recall(facts []byte, h History) (*policy.Params, error) {
	if err := DecodeFacts(facts, &s.facts); err != nil {
		return nil, err
	}
	p, err := h.Params(s.facts.Policy)
	if err != nil {
		return nil, fmt.Errorf("settlement: policy version %d: %w", s.facts.Policy, err)
	}
	return p, nil
}
