package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"gongyi/internal/kernel/fault"
)

var errShort = fault.New(fault.Conflict, "test.short")

func TestCodesAreComparedNotDetails(t *testing.T) {
	err := fmt.Errorf("posting: %w", errShort.With("account", "a").On("coins"))
	if !errors.Is(err, errShort) || errors.Is(err, fault.New(fault.Conflict, "test.other")) {
		t.Error("a refusal is known by its code")
	}
	if f := fault.Of(err); f.Field != "coins" || f.Details["account"] != "a" || fault.KindOf(err) != fault.Conflict {
		t.Errorf("lost on the way: %+v", f)
	}
	if len(errShort.Details) != 0 || errShort.Field != "" {
		t.Error("With and On changed the refusal itself")
	}
	if fault.Of(errors.New("x")) != nil || fault.KindOf(nil) != fault.Internal {
		t.Error("what is no refusal is internal")
	}
}

func TestWrapSaysWhere(t *testing.T) {
	run := func(cause error) (err error) {
		defer fault.Wrap(&err, "post %d", 7)
		return cause
	}
	if err := run(nil); err != nil {
		t.Error(err)
	}
	if err := run(errShort); err.Error() != "post 7: test.short" || !errors.Is(err, errShort) {
		t.Error(err)
	}
}
