package offer

import (
	"context"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/i18n"
)

// Sentence is a message key with its values, all of them formatted: it can be kept
// with a checkout and said later, in any language.
type Sentence struct {
	Key  string   `json:"key,omitempty"`
	Args []string `json:"args,omitempty"`
}

func say(key string, args ...string) Sentence { return Sentence{key, args} }

// IsZero reports whether there is nothing to say.
func (s Sentence) IsZero() bool { return s.Key == "" }

// In says it in the language of a request.
func (s Sentence) In(ctx context.Context) string {
	if s.IsZero() {
		return ""
	}
	args := make([]any, len(s.Args))
	for i, a := range s.Args {
		args[i] = a
	}
	return i18n.T(ctx, s.Key, args...)
}

func fen(v money.Amount) string { return v.Grouped(money.CNY) }

func count(n int) string { return money.Amount(n).Grouped(money.Point) }

// why is the arithmetic of a reduction.
func (t *Terms) why(price, off money.Amount) Sentence {
	switch {
	case len(t.Steps) == 0:
		return say("%s × %s", fen(price), t.Rate.Percent())
	case t.Every:
		return say("%s，每满 %s 减 %s", fen(price), fen(t.Steps[0].From), fen(t.Steps[0].Off))
	case t.least() == 0 && len(t.Steps) == 1:
		return say("立减 %s", fen(off))
	}
	step := t.Steps[0]
	for _, s := range t.Steps {
		if price >= s.From {
			step = s
		}
	}
	return say("%s，满 %s 减 %s", fen(price), fen(step.From), fen(step.Off))
}
