package volunteer

import (
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
)

// Vouch is the word of somebody of standing that she saw what somebody can do.
type Vouch struct {
	ID     id.ID
	Person id.ID // of whom she says it
	Skill  Skill
	Words  string
	At     time.Time
	By     id.ID
}

// Certificate is a paper that says that somebody can do something.
type Certificate struct {
	ID      id.ID
	Person  id.ID
	Skill   Skill
	File    id.ID // of module attachment
	Name    string
	At      time.Time
	Verdict *Verdict // nil while the desk has not looked
}

// Verdict is what the desk thought of a certificate.
type Verdict struct {
	Accepted bool
	Until    period.Day // last day on which it holds; 0 if it was refused
	Words    string
	At       time.Time
	By       id.ID
}

// ProofKind is what the desk noted of somebody after it saw a paper.
type ProofKind string

// The kinds of proof.
const (
	PhoneProof       ProofKind = "phone"
	RealNameProof    ProofKind = "real_name"
	BackgroundProof  ProofKind = "background"
	FirstAidTraining ProofKind = "first_aid"
)

// ProofKinds lists what the desk can note.
var ProofKinds = []ProofKind{RealNameProof, BackgroundProof, FirstAidTraining}

// Identity is which level of identity a proof gives.
func (k ProofKind) Identity() Identity {
	switch k {
	case PhoneProof:
		return PhoneKnown
	case RealNameProof:
		return RealName
	case BackgroundProof:
		return Background
	}
	return Unknown
}

// Proof is that somebody showed something. The paper itself is not kept.
type Proof struct {
	ID     id.ID
	Person id.ID
	Kind   ProofKind
	Until  period.Day // last day on which it counts, 0 for no end
	Words  string
	At     time.Time
	By     id.ID
}

// Holds reports whether a proof counts on a day.
func (p *Proof) Holds(on period.Day) bool { return p.Until == 0 || on <= p.Until }

// Longest times for which the desk may trust a paper, in years: nothing is true for
// ever.
const (
	certificateYears = 10
	proofYears       = 5
)

func (p *Proof) validate(today period.Day) error {
	switch {
	case p.Kind != PhoneProof && p.Kind != RealNameProof && p.Kind != BackgroundProof && p.Kind != FirstAidTraining:
		return ErrBadProof.On("kind")
	case p.Kind != PhoneProof && (p.Until < today || p.Until > today.Plus(12*proofYears)):
		return ErrBadUntil.On("until").With("years", proofYears)
	case !text.ShortLine(p.Words, 200):
		return ErrBadWords.On("words")
	}
	return nil
}

func (v *Verdict) validate(today period.Day) error {
	switch {
	case v.Accepted && (v.Until < today || v.Until > today.Plus(12*certificateYears)):
		return ErrBadUntil.On("until").With("years", certificateYears)
	case !v.Accepted && !text.Line(v.Words, 200), !text.ShortLine(v.Words, 200):
		return ErrBadWords.On("words")
	}
	return nil
}
