package settlementweb

import (
	"context"

	"gongyi/internal/platform/i18n"
)

// VerifyView is the page on which anybody checks a receipt file.
type VerifyView struct {
	Text    string       // what was pasted, kept
	Problem i18n.Message // why nothing could be checked, beside the field
	Outcome *Outcome     // nil until something was checked
	Offline Offline
}

// Outcome is what checking a receipt file found, step by step.
type Outcome struct {
	True  bool
	Steps []Step
	Says  []Row // what the receipt says, for the person to compare
	Index int64 // number of the entry
	Size  int64 // entries the signed root covers
}

// Step is one thing that was checked.
type Step struct {
	What  i18n.Message
	State StepState
	Note  i18n.Message
}

// StepState is how a step came out.
type StepState uint8

// The states of a step.
const (
	Skipped StepState = iota // an earlier one failed
	Held
	Failed
)

// Row is one thing that a receipt says.
type Row struct {
	Label, Value i18n.Message
}

// ReadStep is whether the file is a receipt at all. The steps come in this order;
// a note says more, or is left zero.
func ReadStep(s StepState, note i18n.Message) Step { return Step{i18n.M("文件读得懂"), s, note} }

// TextStep is whether the readable part says the same as the sealed text.
func TextStep(s StepState, note i18n.Message) Step {
	return Step{i18n.M("原文没被改过"), s, note}
}

// LogStep is whether the proof leads to the root.
func LogStep(s StepState, note i18n.Message) Step { return Step{i18n.M("指纹在账本里"), s, note} }

// SignStep is whether the root is signed by the log's key.
func SignStep(s StepState, note i18n.Message) Step { return Step{i18n.M("账本签过字"), s, note} }

func (s StepState) class() string { return [...]string{"skipped", "held", "failed"}[s] }

func (s StepState) icon() string { return [...]string{"info", "check", "cross"}[s] }

func (s StepState) word(ctx context.Context) string {
	switch s {
	case Held:
		return i18n.T(ctx, "对")
	case Failed:
		return i18n.T(ctx, "不对")
	}
	return i18n.T(ctx, "没有验到")
}

func outcomeTitle(ctx context.Context, o Outcome) string {
	if o.True {
		return i18n.T(ctx, "这张小票是真的")
	}
	return i18n.T(ctx, "这张小票不对")
}

func outcomeNote(ctx context.Context, o Outcome) string {
	if o.True {
		return i18n.T(ctx, "账本的第 %d 条就是它，签字时账本共 %d 条。", o.Index, o.Size)
	}
	return i18n.T(ctx, "文件被改过，或者不是这个社区发的。账本里的钱没有动，请回店里要一张新的。")
}

// What is said beside the field when nothing could be checked.
var (
	nothingGiven = i18n.M("请选一个文件，或者贴上文件里的字。")
	tooLong      = i18n.M("文件太大了，小票文件不到 64 KB。")
)
