package db

import (
	"slices"
	"strings"

	"gongyi/internal/kernel/id"
)

// someAtOnce is how many ids one list holds: few lengths, so few statements, and far below
// what either engine takes.
const someAtOnce = 400

// EachSome calls fn for ids, some at a time, with a list of marks for them, "(?, ?)", and the
// arguments that stand for the marks, after those that come first:
//
//	db.EachSome(which, func(in string, args []any) error {
//		return db.Each(ctx, r, scan, "SELECT … WHERE community_id = ? AND id IN "+in, args...)
//	}, community[:])
func EachSome(ids []id.ID, fn func(in string, args []any) error, first ...any) error {
	return EachSomeOf(ids, func(v id.ID) any { return v[:] }, fn, first...)
}

// EachSomeOf is EachSome for what is no list of ids: arg is what is asked for of each.
func EachSomeOf[T any](all []T, arg func(T) any, fn func(in string, args []any) error, first ...any) error {
	for some := range slices.Chunk(all, someAtOnce) {
		args := slices.Grow(slices.Clone(first), len(some))
		for _, v := range some {
			args = append(args, arg(v))
		}
		if err := fn("(?"+strings.Repeat(", ?", len(some)-1)+")", args); err != nil {
			return err
		}
	}
	return nil
}
